/** What mails say in German until somebody writes something else. */
import type { MailTemplate, TemplateTexts } from './mail-data.ts';

export const de: Readonly<Record<MailTemplate, TemplateTexts>> = {
  ORDER_CONFIRMATION: {
    subject: 'Bestellung {{number}} für {{customer.name}} ist bestätigt',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">Ihre Bestellung ist bestätigt</mj-text>
<mj-text>Die Bestellung {{number}} für {{customer.name}} ist ausgeführt. Bestellt wurde:</mj-text>
<mj-table>
  <tr><td class="name">Bestellung</td><td>{{number}}</td></tr>
  <tr><td class="name">Bestellt am</td><td>{{placedAt}}</td></tr>
  <tr><td class="name">Kunde</td><td>{{customer.name}} ({{customer.number}})</td></tr>
</mj-table>
<mj-table>
  <tr><th>Produkt</th><th class="end">Erste Belastung</th></tr>
  {{#lines}}<tr>
    <td class="cell">{{quantity}} × {{product}}<br /><span class="small">{{plan}} · {{sku}}{{#price}} · {{price}} je Lizenz{{/price}}</span></td>
    <td class="cell end">{{firstCharge}}{{#consumption}}nach Verbrauch{{/consumption}}{{#recurring}}<br /><span class="small">danach {{recurring}}</span>{{/recurring}}</td>
  </tr>{{/lines}}
  {{#total}}<tr><td class="sum">Summe der ersten Belastungen</td><td class="sum end">{{total}}</td></tr>{{/total}}
</mj-table>
<mj-button href="{{url}}">Bestellung öffnen</mj-button>
</mj-column></mj-section>`,
    textBody: `Ihre Bestellung ist bestätigt

Die Bestellung {{number}} für {{customer.name}} ist ausgeführt. Bestellt wurde:

Bestellung: {{number}}
Bestellt am: {{placedAt}}
Kunde: {{customer.name}} ({{customer.number}})

{{#lines}}
- {{quantity}} × {{product}}, {{plan}} ({{sku}})
{{#consumption}}
  nach Verbrauch
{{/consumption}}
{{#price}}
  Preis: {{price}} je Lizenz
{{/price}}
{{#firstCharge}}
  Erste Belastung: {{firstCharge}}
{{/firstCharge}}
{{#recurring}}
  Danach: {{recurring}}
{{/recurring}}
{{/lines}}
{{#total}}

Summe der ersten Belastungen: {{total}}
{{/total}}

{{url}}`,
  },
  OPERATIONS_NOTIFICATION: {
    subject: 'Bestellung {{number}}: {{customer.name}}{{#reseller}}, verkauft von {{name}}{{/reseller}}',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">Eine Bestellung ist ausgeführt</mj-text>
<mj-text>Die Bestellung {{number}} ist ausgeführt. Wer bestellt hat, für wen und was:</mj-text>
<mj-table>
  <tr><td class="name">Bestellung</td><td>{{number}}</td></tr>
  <tr><td class="name">Bestellt am</td><td>{{placedAt}}</td></tr>
  <tr><td class="name">Kanal</td><td>{{channel}}</td></tr>
  {{#reseller}}<tr><td class="name">Wiederverkäufer</td><td>{{name}} ({{number}})</td></tr>{{/reseller}}
  {{^reseller}}<tr><td class="name">Wiederverkäufer</td><td>Direktverkauf</td></tr>{{/reseller}}
  <tr><td class="name">Kunde</td><td>{{customer.name}} ({{customer.number}})</td></tr>
  {{#customer.email}}<tr><td class="name">E-Mail</td><td>{{customer.email}}</td></tr>{{/customer.email}}
  {{#customer.phone}}<tr><td class="name">Telefon</td><td>{{customer.phone}}</td></tr>{{/customer.phone}}
  {{#customer.address}}<tr><td class="name">Anschrift</td><td>{{customer.address}}</td></tr>{{/customer.address}}
</mj-table>
<mj-table>
  <tr><th>Produkt</th><th class="end">Erste Belastung</th></tr>
  {{#lines}}<tr>
    <td class="cell">{{quantity}} × {{product}}<br /><span class="small">{{plan}} · {{sku}}{{#price}} · {{price}} je Lizenz{{/price}}</span></td>
    <td class="cell end">{{firstCharge}}{{#consumption}}nach Verbrauch{{/consumption}}{{#recurring}}<br /><span class="small">danach {{recurring}}</span>{{/recurring}}</td>
  </tr>{{/lines}}
  {{#total}}<tr><td class="sum">Summe der ersten Belastungen</td><td class="sum end">{{total}}</td></tr>{{/total}}
</mj-table>
<mj-button href="{{url}}">Bestellung öffnen</mj-button>
</mj-column></mj-section>`,
    textBody: `Eine Bestellung ist ausgeführt

Die Bestellung {{number}} ist ausgeführt. Wer bestellt hat, für wen und was:

Bestellung: {{number}}
Bestellt am: {{placedAt}}
Kanal: {{channel}}
Wiederverkäufer: {{#reseller}}{{name}} ({{number}}){{/reseller}}{{^reseller}}Direktverkauf{{/reseller}}
Kunde: {{customer.name}} ({{customer.number}})
{{#customer.email}}
E-Mail: {{customer.email}}
{{/customer.email}}
{{#customer.phone}}
Telefon: {{customer.phone}}
{{/customer.phone}}
{{#customer.address}}
Anschrift: {{customer.address}}
{{/customer.address}}

{{#lines}}
- {{quantity}} × {{product}}, {{plan}} ({{sku}})
{{#consumption}}
  nach Verbrauch
{{/consumption}}
{{#price}}
  Preis: {{price}} je Lizenz
{{/price}}
{{#firstCharge}}
  Erste Belastung: {{firstCharge}}
{{/firstCharge}}
{{#recurring}}
  Danach: {{recurring}}
{{/recurring}}
{{/lines}}
{{#total}}

Summe der ersten Belastungen: {{total}}
{{/total}}

{{url}}`,
  },
  ORDER_APPROVAL_REQUESTED: {
    subject: 'Bestellung {{number}} für {{customer.name}} wartet auf Freigabe',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">Eine Bestellung wartet auf Freigabe</mj-text>
<mj-text>Die Bestellung {{number}} für {{customer.name}} wird ausgeführt, sobald jemand sie freigegeben hat.</mj-text>
<mj-table>
  <tr><td class="name">Bestellung</td><td>{{number}}</td></tr>
  <tr><td class="name">Bestellt am</td><td>{{placedAt}}</td></tr>
  <tr><td class="name">Kanal</td><td>{{channel}}</td></tr>
  {{#reseller}}<tr><td class="name">Wiederverkäufer</td><td>{{name}} ({{number}})</td></tr>{{/reseller}}
  {{^reseller}}<tr><td class="name">Wiederverkäufer</td><td>Direktverkauf</td></tr>{{/reseller}}
  <tr><td class="name">Kunde</td><td>{{customer.name}} ({{customer.number}})</td></tr>
  {{#customer.email}}<tr><td class="name">E-Mail</td><td>{{customer.email}}</td></tr>{{/customer.email}}
  {{#customer.phone}}<tr><td class="name">Telefon</td><td>{{customer.phone}}</td></tr>{{/customer.phone}}
  {{#customer.address}}<tr><td class="name">Anschrift</td><td>{{customer.address}}</td></tr>{{/customer.address}}
</mj-table>
<mj-table>
  <tr><th>Produkt</th><th class="end">Erste Belastung</th></tr>
  {{#lines}}<tr>
    <td class="cell">{{quantity}} × {{product}}<br /><span class="small">{{plan}} · {{sku}}{{#price}} · {{price}} je Lizenz{{/price}}</span></td>
    <td class="cell end">{{firstCharge}}{{#consumption}}nach Verbrauch{{/consumption}}{{#recurring}}<br /><span class="small">danach {{recurring}}</span>{{/recurring}}</td>
  </tr>{{/lines}}
  {{#total}}<tr><td class="sum">Summe der ersten Belastungen</td><td class="sum end">{{total}}</td></tr>{{/total}}
</mj-table>
<mj-button href="{{url}}">Bestellung öffnen</mj-button>
</mj-column></mj-section>`,
    textBody: `Eine Bestellung wartet auf Freigabe

Die Bestellung {{number}} für {{customer.name}} wird ausgeführt, sobald jemand sie freigegeben hat.

Bestellung: {{number}}
Bestellt am: {{placedAt}}
Kanal: {{channel}}
Wiederverkäufer: {{#reseller}}{{name}} ({{number}}){{/reseller}}{{^reseller}}Direktverkauf{{/reseller}}
Kunde: {{customer.name}} ({{customer.number}})
{{#customer.email}}
E-Mail: {{customer.email}}
{{/customer.email}}
{{#customer.phone}}
Telefon: {{customer.phone}}
{{/customer.phone}}
{{#customer.address}}
Anschrift: {{customer.address}}
{{/customer.address}}

{{#lines}}
- {{quantity}} × {{product}}, {{plan}} ({{sku}})
{{#consumption}}
  nach Verbrauch
{{/consumption}}
{{#price}}
  Preis: {{price}} je Lizenz
{{/price}}
{{#firstCharge}}
  Erste Belastung: {{firstCharge}}
{{/firstCharge}}
{{#recurring}}
  Danach: {{recurring}}
{{/recurring}}
{{/lines}}
{{#total}}

Summe der ersten Belastungen: {{total}}
{{/total}}

{{url}}`,
  },
  LICENSE_DELIVERY: {
    subject: 'Ihre Lizenzen für {{product}} sind da',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">Ihre Lizenzen sind da</mj-text>
<mj-text>{{product}} ist für {{customer.name}} bereit. Geben Sie diesen Code auf den Geräten ein, die geschützt werden sollen:</mj-text>
<mj-text mj-class="code">{{activationCode}}</mj-text>
<mj-table>
  <tr><td class="name">Produkt</td><td>{{product}} ({{sku}})</td></tr>
  <tr><td class="name">Lizenzen</td><td>{{quantity}}</td></tr>
  <tr><td class="name">Kunde</td><td>{{customer.name}} ({{customer.number}})</td></tr>
  <tr><td class="name">Abonnement</td><td>{{subscriptionNumber}}</td></tr>
</mj-table>
<mj-button href="{{url}}">Abonnement öffnen</mj-button>
</mj-column></mj-section>`,
    textBody: `Ihre Lizenzen sind da

{{product}} ist für {{customer.name}} bereit. Geben Sie diesen Code auf den Geräten ein, die geschützt werden sollen:

    {{activationCode}}

Produkt: {{product}} ({{sku}})
Lizenzen: {{quantity}}
Kunde: {{customer.name}} ({{customer.number}})
Abonnement: {{subscriptionNumber}}

{{url}}`,
  },
  PROVISIONING_FAILURE: {
    subject: '{{vendor}}: {{operation}} ist gescheitert ({{subject}})',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">Beim Hersteller ist etwas zu klären</mj-text>
<mj-text>Ein Auftrag an {{vendor}} wurde nicht ausgeführt und wird nicht von selbst wiederholt.</mj-text>
<mj-table>
  <tr><td class="name">Betrifft</td><td>{{subject}}</td></tr>
  <tr><td class="name">Hersteller</td><td>{{vendor}}</td></tr>
  <tr><td class="name">Vorgang</td><td>{{operation}}</td></tr>
  <tr><td class="name">Grund</td><td>{{reason}}</td></tr>
  <tr><td class="name">Seit</td><td>{{since}}</td></tr>
</mj-table>
<mj-button href="{{url}}">Abonnement öffnen</mj-button>
</mj-column></mj-section>`,
    textBody: `Beim Hersteller ist etwas zu klären

Ein Auftrag an {{vendor}} wurde nicht ausgeführt und wird nicht von selbst wiederholt.

Betrifft: {{subject}}
Hersteller: {{vendor}}
Vorgang: {{operation}}
Grund: {{reason}}
Seit: {{since}}

{{url}}`,
  },
};
