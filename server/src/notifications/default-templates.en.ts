/** What mails say in English until somebody writes something else. */
import type { MailTemplate, TemplateTexts } from './mail-data.ts';

export const en: Readonly<Record<MailTemplate, TemplateTexts>> = {
  ORDER_CONFIRMATION: {
    subject: 'Order {{number}} for {{customer.name}} is confirmed',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">Your order is confirmed</mj-text>
<mj-text>Order {{number}} for {{customer.name}} has been carried out. Here is what was ordered.</mj-text>
<mj-table>
  <tr><td class="name">Order</td><td>{{number}}</td></tr>
  <tr><td class="name">Placed</td><td>{{placedAt}}</td></tr>
  <tr><td class="name">Customer</td><td>{{customer.name}} ({{customer.number}})</td></tr>
</mj-table>
<mj-table>
  <tr><th>Product</th><th class="end">First charge</th></tr>
  {{#lines}}<tr>
    <td class="cell">{{quantity}} × {{product}}<br /><span class="small">{{plan}} · {{sku}}{{#price}} · {{price}} each{{/price}}</span></td>
    <td class="cell end">{{firstCharge}}{{#consumption}}by use{{/consumption}}{{#recurring}}<br /><span class="small">then {{recurring}}</span>{{/recurring}}</td>
  </tr>{{/lines}}
  {{#total}}<tr><td class="sum">Total of the first charges</td><td class="sum end">{{total}}</td></tr>{{/total}}
</mj-table>
<mj-button href="{{url}}">Open the order</mj-button>
</mj-column></mj-section>`,
    textBody: `Your order is confirmed

Order {{number}} for {{customer.name}} has been carried out. Here is what was ordered.

Order: {{number}}
Placed: {{placedAt}}
Customer: {{customer.name}} ({{customer.number}})

{{#lines}}
- {{quantity}} × {{product}}, {{plan}} ({{sku}})
{{#consumption}}
  by use
{{/consumption}}
{{#price}}
  Price: {{price}} each
{{/price}}
{{#firstCharge}}
  First charge: {{firstCharge}}
{{/firstCharge}}
{{#recurring}}
  Then: {{recurring}}
{{/recurring}}
{{/lines}}
{{#total}}

Total of the first charges: {{total}}
{{/total}}

{{url}}`,
  },
  OPERATIONS_NOTIFICATION: {
    subject: 'Order {{number}}: {{customer.name}}{{#reseller}}, sold by {{name}}{{/reseller}}',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">An order was completed</mj-text>
<mj-text>Order {{number}} has been carried out. Who ordered, for whom, and what:</mj-text>
<mj-table>
  <tr><td class="name">Order</td><td>{{number}}</td></tr>
  <tr><td class="name">Placed</td><td>{{placedAt}}</td></tr>
  <tr><td class="name">Channel</td><td>{{channel}}</td></tr>
  {{#reseller}}<tr><td class="name">Reseller</td><td>{{name}} ({{number}})</td></tr>{{/reseller}}
  {{^reseller}}<tr><td class="name">Reseller</td><td>sold directly</td></tr>{{/reseller}}
  <tr><td class="name">Customer</td><td>{{customer.name}} ({{customer.number}})</td></tr>
  {{#customer.email}}<tr><td class="name">Email</td><td>{{customer.email}}</td></tr>{{/customer.email}}
  {{#customer.phone}}<tr><td class="name">Phone</td><td>{{customer.phone}}</td></tr>{{/customer.phone}}
  {{#customer.address}}<tr><td class="name">Address</td><td>{{customer.address}}</td></tr>{{/customer.address}}
</mj-table>
<mj-table>
  <tr><th>Product</th><th class="end">First charge</th></tr>
  {{#lines}}<tr>
    <td class="cell">{{quantity}} × {{product}}<br /><span class="small">{{plan}} · {{sku}}{{#price}} · {{price}} each{{/price}}</span></td>
    <td class="cell end">{{firstCharge}}{{#consumption}}by use{{/consumption}}{{#recurring}}<br /><span class="small">then {{recurring}}</span>{{/recurring}}</td>
  </tr>{{/lines}}
  {{#total}}<tr><td class="sum">Total of the first charges</td><td class="sum end">{{total}}</td></tr>{{/total}}
</mj-table>
<mj-button href="{{url}}">Open the order</mj-button>
</mj-column></mj-section>`,
    textBody: `An order was completed

Order {{number}} has been carried out. Who ordered, for whom, and what:

Order: {{number}}
Placed: {{placedAt}}
Channel: {{channel}}
Reseller: {{#reseller}}{{name}} ({{number}}){{/reseller}}{{^reseller}}sold directly{{/reseller}}
Customer: {{customer.name}} ({{customer.number}})
{{#customer.email}}
Email: {{customer.email}}
{{/customer.email}}
{{#customer.phone}}
Phone: {{customer.phone}}
{{/customer.phone}}
{{#customer.address}}
Address: {{customer.address}}
{{/customer.address}}

{{#lines}}
- {{quantity}} × {{product}}, {{plan}} ({{sku}})
{{#consumption}}
  by use
{{/consumption}}
{{#price}}
  Price: {{price}} each
{{/price}}
{{#firstCharge}}
  First charge: {{firstCharge}}
{{/firstCharge}}
{{#recurring}}
  Then: {{recurring}}
{{/recurring}}
{{/lines}}
{{#total}}

Total of the first charges: {{total}}
{{/total}}

{{url}}`,
  },
  ORDER_APPROVAL_REQUESTED: {
    subject: 'Order {{number}} for {{customer.name}} waits for approval',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">An order waits for approval</mj-text>
<mj-text>Order {{number}} for {{customer.name}} is carried out as soon as somebody has approved it.</mj-text>
<mj-table>
  <tr><td class="name">Order</td><td>{{number}}</td></tr>
  <tr><td class="name">Placed</td><td>{{placedAt}}</td></tr>
  <tr><td class="name">Channel</td><td>{{channel}}</td></tr>
  {{#reseller}}<tr><td class="name">Reseller</td><td>{{name}} ({{number}})</td></tr>{{/reseller}}
  {{^reseller}}<tr><td class="name">Reseller</td><td>sold directly</td></tr>{{/reseller}}
  <tr><td class="name">Customer</td><td>{{customer.name}} ({{customer.number}})</td></tr>
  {{#customer.email}}<tr><td class="name">Email</td><td>{{customer.email}}</td></tr>{{/customer.email}}
  {{#customer.phone}}<tr><td class="name">Phone</td><td>{{customer.phone}}</td></tr>{{/customer.phone}}
  {{#customer.address}}<tr><td class="name">Address</td><td>{{customer.address}}</td></tr>{{/customer.address}}
</mj-table>
<mj-table>
  <tr><th>Product</th><th class="end">First charge</th></tr>
  {{#lines}}<tr>
    <td class="cell">{{quantity}} × {{product}}<br /><span class="small">{{plan}} · {{sku}}{{#price}} · {{price}} each{{/price}}</span></td>
    <td class="cell end">{{firstCharge}}{{#consumption}}by use{{/consumption}}{{#recurring}}<br /><span class="small">then {{recurring}}</span>{{/recurring}}</td>
  </tr>{{/lines}}
  {{#total}}<tr><td class="sum">Total of the first charges</td><td class="sum end">{{total}}</td></tr>{{/total}}
</mj-table>
<mj-button href="{{url}}">Open the order</mj-button>
</mj-column></mj-section>`,
    textBody: `An order waits for approval

Order {{number}} for {{customer.name}} is carried out as soon as somebody has approved it.

Order: {{number}}
Placed: {{placedAt}}
Channel: {{channel}}
Reseller: {{#reseller}}{{name}} ({{number}}){{/reseller}}{{^reseller}}sold directly{{/reseller}}
Customer: {{customer.name}} ({{customer.number}})
{{#customer.email}}
Email: {{customer.email}}
{{/customer.email}}
{{#customer.phone}}
Phone: {{customer.phone}}
{{/customer.phone}}
{{#customer.address}}
Address: {{customer.address}}
{{/customer.address}}

{{#lines}}
- {{quantity}} × {{product}}, {{plan}} ({{sku}})
{{#consumption}}
  by use
{{/consumption}}
{{#price}}
  Price: {{price}} each
{{/price}}
{{#firstCharge}}
  First charge: {{firstCharge}}
{{/firstCharge}}
{{#recurring}}
  Then: {{recurring}}
{{/recurring}}
{{/lines}}
{{#total}}

Total of the first charges: {{total}}
{{/total}}

{{url}}`,
  },
  LICENSE_DELIVERY: {
    subject: 'Your licenses for {{product}} are ready',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">Your licenses are ready</mj-text>
<mj-text>{{product}} is ready for {{customer.name}}. Enter this code on the devices to be protected:</mj-text>
<mj-text mj-class="code">{{activationCode}}</mj-text>
<mj-table>
  <tr><td class="name">Product</td><td>{{product}} ({{sku}})</td></tr>
  <tr><td class="name">Licenses</td><td>{{quantity}}</td></tr>
  <tr><td class="name">Customer</td><td>{{customer.name}} ({{customer.number}})</td></tr>
  <tr><td class="name">Subscription</td><td>{{subscriptionNumber}}</td></tr>
</mj-table>
<mj-button href="{{url}}">Open the subscription</mj-button>
</mj-column></mj-section>`,
    textBody: `Your licenses are ready

{{product}} is ready for {{customer.name}}. Enter this code on the devices to be protected:

    {{activationCode}}

Product: {{product}} ({{sku}})
Licenses: {{quantity}}
Customer: {{customer.name}} ({{customer.number}})
Subscription: {{subscriptionNumber}}

{{url}}`,
  },
  PROVISIONING_FAILURE: {
    subject: '{{vendor}}: {{operation}} failed ({{subject}})',
    body: `<mj-section><mj-column>
<mj-text mj-class="title">The vendor needs attention</mj-text>
<mj-text>Something asked of {{vendor}} was not done and will not be tried again by itself.</mj-text>
<mj-table>
  <tr><td class="name">About</td><td>{{subject}}</td></tr>
  <tr><td class="name">Vendor</td><td>{{vendor}}</td></tr>
  <tr><td class="name">Operation</td><td>{{operation}}</td></tr>
  <tr><td class="name">Reason</td><td>{{reason}}</td></tr>
  <tr><td class="name">Since</td><td>{{since}}</td></tr>
</mj-table>
<mj-button href="{{url}}">Open the subscription</mj-button>
</mj-column></mj-section>`,
    textBody: `The vendor needs attention

Something asked of {{vendor}} was not done and will not be tried again by itself.

About: {{subject}}
Vendor: {{vendor}}
Operation: {{operation}}
Reason: {{reason}}
Since: {{since}}

{{url}}`,
  },
};
