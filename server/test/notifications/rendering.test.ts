/** Templates: what mails say, what they can never say, and what a template may hold (O5). */
import { describe, expect, it } from 'vitest';
import { problemsOf, placeholdersOf, sampleOf } from '../../src/notifications/check-template.ts';
import { masked, MAIL_LOCALES, MAIL_TEMPLATES, SAMPLES, withoutPricesOfUse, type OrderMail, type TemplateTexts } from '../../src/notifications/mail-data.ts';
import { oneLine, renderMail } from '../../src/notifications/render-mail.ts';
import { DEFAULTS, mailLocaleOf } from '../../src/notifications/template.ts';

const PROVIDER = { provider: { name: 'Northwind' } };
const ALL = MAIL_LOCALES.flatMap((locale) => MAIL_TEMPLATES.map((code) => [code, locale] as const));
const ORDERS = ALL.filter(([code]) => code.startsWith('O'));
const order = SAMPLES.ORDER_CONFIRMATION;

describe('the templates that Cloudtill brings', () => {
  it.each(ALL)('%s in %s is one that could be saved, and fills every placeholder', async (code, locale) => {
    expect(await problemsOf(code, locale, DEFAULTS[locale][code])).toEqual([]);
    const { subject, html, text } = await renderMail(DEFAULTS[locale][code], sampleOf(code), locale);
    for (const part of [subject, html, text]) expect(part).not.toMatch(/\{\{|undefined|\[object|null/);
    expect(html).toContain(`lang="${locale}"`);
    expect(html).toContain('Northwind Distribution');
    expect(text).toContain('Northwind Distribution');
    // Nothing is fetched from elsewhere when a mail is opened.
    expect(html).not.toMatch(/<(img|script|link)\b|@import|url\(/);
  });

  it.each(ORDERS)('%s in %s says what was ordered, for whom, and where it is', async (code, locale) => {
    const { html, text } = await renderMail(DEFAULTS[locale][code], sampleOf(code), locale);
    const facts = [
      order.number,
      order.placedAt,
      order.customer.name,
      order.customer.number,
      order.total!,
      ...order.lines.flatMap((line) => [line.product, line.plan, line.sku, line.quantity, line.firstCharge!, line.recurring!]),
    ];
    for (const fact of facts) {
      expect(html).toContain(fact.replaceAll('/', '&#x2F;'));
      expect(text).toContain(fact);
    }
    expect(text).toContain(order.url);
  });

  it.each(MAIL_LOCALES)('OPERATIONS_NOTIFICATION in %s names reseller, customer, SKU and contact data (O5)', async (locale) => {
    const { html, text } = await renderMail(DEFAULTS[locale].OPERATIONS_NOTIFICATION, sampleOf('OPERATIONS_NOTIFICATION'), locale);
    const { reseller, customer, lines } = order;
    for (const fact of [reseller!.name, reseller!.number, customer.name, customer.number, customer.email!, customer.phone!, customer.address!, lines[0]!.sku]) {
      expect(html).toContain(fact);
      expect(text).toContain(fact);
    }
    const direct = await renderMail(DEFAULTS[locale].OPERATIONS_NOTIFICATION, { ...sampleOf('OPERATIONS_NOTIFICATION'), reseller: null }, locale);
    expect(direct.text).toContain(locale === 'de' ? 'Wiederverkäufer: Direktverkauf' : 'Reseller: sold directly');
    expect(direct.subject).not.toContain(reseller!.name);
  });

  it('speak the reader’s language, and English to everybody else', () => {
    expect(['de', 'de-CH', 'DE', 'en', 'en-GB', 'fr', 'dex', ''].map(mailLocaleOf)).toEqual(['de', 'de', 'de', 'en', 'en', 'en', 'en', 'en']);
  });
});

describe('products that are charged by use (O5)', () => {
  const use = {
    ...order.lines[0]!,
    product: 'Cloud Optix',
    sku: 'SOPHOS-PPU',
    price: '9.99 EUR',
    firstCharge: '8.88 EUR',
    recurring: '7.77 EUR',
    consumption: true,
  };
  const amount = /\d[.,]\d\d/;

  it.each(ORDERS)('%s in %s shows no price at all where everything is by use', async (code, locale) => {
    const data = { ...withoutPricesOfUse({ ...order, lines: [use], total: '8.88 EUR' }), ...PROVIDER };
    const { subject, html, text } = await renderMail(DEFAULTS[locale][code], data, locale);
    const seen = html.slice(html.indexOf('<body')).replace(/<[^>]*>/g, ' ');
    for (const part of [subject, seen, text]) {
      expect(part).not.toMatch(amount);
      expect(part).not.toContain('EUR');
    }
    expect(text).toContain('SOPHOS-PPU');
    expect(text).toContain(locale === 'de' ? 'nach Verbrauch' : 'by use');
  });

  it.each(ORDERS)('%s in %s shows the prices of the other lines, and no total', async (code, locale) => {
    const data = { ...withoutPricesOfUse({ ...order, lines: [order.lines[1]!, use] }), ...PROVIDER };
    const { html, text } = await renderMail(DEFAULTS[locale][code], data, locale);
    for (const part of [html, text]) {
      expect(part).toContain(order.lines[1]!.firstCharge);
      for (const price of [use.price, use.firstCharge, use.recurring, order.total!]) expect(part).not.toContain(price);
    }
  });

  it('gives no template a price to show, whatever it says', async () => {
    const greedy: TemplateTexts = {
      subject: '{{total}}{{#lines}}{{price}}{{/lines}}',
      body: '<mj-section><mj-column><mj-text>{{#lines}}[{{price}}{{firstCharge}}{{recurring}}]{{/lines}}{{total}}</mj-text></mj-column></mj-section>',
      textBody: '{{#lines}}[{{price}}{{firstCharge}}{{recurring}}]{{/lines}}{{total}}',
    };
    const data = { ...withoutPricesOfUse<OrderMail>({ ...order, lines: [use, use] }), ...PROVIDER };
    const { subject, html, text } = await renderMail(greedy, data, 'en');
    expect(subject).toBe('');
    expect(html).toContain('[][]');
    expect(text).toContain('[][]');
  });
});

describe('what people are called', () => {
  const name = `<b>Eve</b> & "Sons" 'x' <script>alert(1)</script>`;

  it.each(ALL)('is no HTML in %s in %s, and stays as it is in plain text', async (code, locale) => {
    const data = { ...sampleOf(code), ...('customer' in sampleOf(code) ? { customer: { ...order.customer, name } } : { reason: name }), provider: { name } };
    const { html, text } = await renderMail(DEFAULTS[locale][code], data, locale);
    expect(html).not.toMatch(/<b>Eve|<script>/);
    expect(html).toContain('&lt;b&gt;Eve&lt;&#x2F;b&gt; &amp; &quot;Sons&quot;');
    expect(text).toContain(name);
  });

  it('begins no header', async () => {
    const data = { ...sampleOf('ORDER_CONFIRMATION'), customer: { ...order.customer, name: 'Eve\r\nBcc: all@example.com\u2028\u0000X' } };
    const { subject } = await renderMail(DEFAULTS.en.ORDER_CONFIRMATION, data, 'en');
    expect(subject).toBe('Order O-2026-00042 for Eve Bcc: all@example.com X is confirmed');
    expect(oneLine('a\r\n\tb\u0085c')).toBe('a b c');
  });

  it('does not make a subject endless', async () => {
    const data = { ...sampleOf('ORDER_CONFIRMATION'), customer: { ...order.customer, name: 'x'.repeat(5_000) } };
    expect((await renderMail(DEFAULTS.en.ORDER_CONFIRMATION, data, 'en')).subject).toHaveLength(255);
  });
});

describe('a masked code', () => {
  it.each([
    ['ABCDE-FGHIJ-KLMNP-QRST7', '•••••-•••••-•••••-•RST7'],
    ['ABC-123', '•••-•••'],
    ['', ''],
  ])('%s is shown as %s', (code, shown) => {
    expect(masked(code)).toBe(shown);
  });
});

describe('a template that somebody writes', () => {
  const section = (inner: string): string => `<mj-section><mj-column><mj-text>${inner}</mj-text></mj-column></mj-section>`;
  const good: TemplateTexts = { subject: 'Order {{number}}', body: section('{{customer.name}}'), textBody: '{{#lines}}{{sku}} of {{customer.name}}{{/lines}}' };
  const problems = async (more: Partial<TemplateTexts>, code: (typeof MAIL_TEMPLATES)[number] = 'ORDER_CONFIRMATION'): Promise<string[]> =>
    (await problemsOf(code, 'en', { ...good, ...more })).map(
      ({ code: no, path, parameters }) => `${no} ${path.join('.')}: ${parameters['problem'] ?? parameters['placeholder']}`,
    );

  it.each<[string, Partial<TemplateTexts>]>([
    ['as it should be', {}],
    ['a list in a table', { body: `<mj-section><mj-column><mj-table>{{#lines}}<tr><td>{{sku}}</td></tr>{{/lines}}</mj-table></mj-column></mj-section>` }],
    ['a part that may be missing', { body: section('{{#reseller}}{{name}}{{/reseller}}{{^reseller}}direct{{/reseller}}') }],
    ['a condition around sections', { body: `<mj-raw>{{#reseller}}</mj-raw>${section('x')}<mj-raw>{{/reseller}}</mj-raw>` }],
    ['a remark', { textBody: '{{! to be done }} x' }],
    ['the provider', { subject: '{{provider.name}}' }],
  ])('may be %s', async (_, more) => {
    expect(await problems(more)).toEqual([]);
  });

  it.each<[string, Partial<TemplateTexts>, string]>([
    ['an empty subject', { subject: ' ' }, 'TEXT_INVALID subject: nothing'],
    ['a subject on two lines', { subject: 'a\r\nBcc: x' }, 'TEXT_INVALID subject: control characters or line breaks'],
    ['an empty body', { body: ' ' }, 'TEMPLATE_INVALID body: it must have 1 to 50000 characters'],
    ['an endless text', { textBody: 'x'.repeat(50_001) }, 'TEMPLATE_INVALID textBody: it must have 1 to 50000 characters'],
    ['an unknown placeholder', { body: section('{{customer.password}}') }, 'TEMPLATE_PLACEHOLDER_UNKNOWN body: customer.password'],
    ['a placeholder of elsewhere', { subject: '{{sku}}' }, 'TEMPLATE_PLACEHOLDER_UNKNOWN subject: sku'],
    ['what every object has', { subject: '{{constructor}}' }, 'TEMPLATE_PLACEHOLDER_UNKNOWN subject: constructor'],
    [
      'a whole object',
      { subject: '{{customer}}' },
      'TEMPLATE_INVALID subject: {{customer}} is not a text; take one of name, number, email, phone, address out of it',
    ],
    ['a section that is not closed', { textBody: '{{#lines}}x' }, 'TEMPLATE_INVALID textBody: Unclosed section "lines" at 11'],
    ['an open brace', { subject: '{{number' }, 'TEMPLATE_INVALID subject: Unclosed tag at 8'],
    [
      'HTML out of data',
      { body: section('{{{customer.name}}}') },
      'TEMPLATE_INVALID body: {{customer.name}} would be put in as HTML; write it with two braces',
    ],
    [
      'HTML out of data by another sign',
      { body: section('{{&customer.name}}') },
      'TEMPLATE_INVALID body: {{customer.name}} would be put in as HTML; write it with two braces',
    ],
    ['a partial', { textBody: '{{> other}}' }, 'TEMPLATE_INVALID textBody: {{> …}} is not possible here'],
    ['other braces', { textBody: '{{=<% %>=}}' }, 'TEMPLATE_INVALID textBody: {{= …}} is not possible here'],
    ['a file of the server', { body: '<mj-include path="/etc/passwd" />' }, 'TEMPLATE_MJML_INVALID body: mj-include is not possible here'],
    [
      'a frame of its own',
      { body: `</mj-body><mj-body>${section('x')}` },
      'TEMPLATE_MJML_INVALID body: write the sections only; mjml, mj-head and mj-body are put around them',
    ],
    [
      'an element that is not there',
      { body: '<mj-section><mj-column>\n<mj-bold>x</mj-bold></mj-column></mj-section>' },
      'TEMPLATE_MJML_INVALID body: Element mj-bold',
    ],
    ['an element in the wrong place', { body: '<mj-text>x</mj-text>' }, 'TEMPLATE_MJML_INVALID body: mj-text cannot be used inside mj-body'],
    [
      'a condition that MJML would drop',
      { body: `{{#reseller}}${section('x')}{{/reseller}}` },
      'TEMPLATE_MJML_INVALID body: {{#reseller}} stands between elements',
    ],
  ])('may not have %s', async (_, more, expected) => {
    expect(await problems(more)).toEqual([expect.stringContaining(expected)]);
  });

  it('may not say a code in its subject, which everybody sees', async () => {
    const texts = { subject: 'Code {{activationCode}}', body: section('x'), textBody: 'x' };
    expect(await problems(texts, 'LICENSE_DELIVERY')).toEqual([
      'TEMPLATE_INVALID subject: {{activationCode}} may not stand in the subject, which everybody sees',
    ]);
  });

  it('is told all that is wrong at once, and the line of it', async () => {
    expect(await problems({ subject: '{{a}}', body: section('{{b}}'), textBody: '{{c}}' })).toHaveLength(3);
    const [line] = await problems({ body: '<mj-section><mj-column>\n<mj-bold>x</mj-bold></mj-column></mj-section>' });
    expect(line).toContain('(line 2)');
  });

  it('is told what it may speak of', () => {
    expect(placeholdersOf('LICENSE_DELIVERY')).toEqual([
      'customer',
      'customer.name',
      'customer.number',
      'product',
      'sku',
      'quantity',
      'subscriptionNumber',
      'activationCode',
      'url',
      'provider',
      'provider.name',
    ]);
  });
});
