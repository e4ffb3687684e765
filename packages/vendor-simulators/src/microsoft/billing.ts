/**
 * Invoices and rated usage. Nothing of them is kept but the usage that was put in: they follow from what was ordered and
 * changed, and from what the clock says. A month is billed on the sixth of the next one, once for each currency.
 */
import { exactNumber } from '../frame/exact-number.ts';
import { newUuid, type Exchange, type Frame, type Op, type Reply } from '../frame/simulator.ts';
import { chargesOf, daysBetween, priceOf, type Charge } from './charges.ts';
import { cents, isDecimal, negated, plus, times } from './decimals.ts';
import type { Records, Usage } from './records.ts';
import type { Subscriptions } from './subscriptions.ts';
import { DAY_MS } from './terms.ts';
import { field, inPascalCase, iso, Refused, textField } from './wire.ts';

const MAX_LINES = 2000;
const INVOICES_PER_PAGE = 50;
/** Of the month after the one that is billed. */
const BILLED_ON_DAY = 6;

interface Invoice {
  readonly id: string;
  /** YYYY-MM. */
  readonly month: string;
  readonly currency: string;
}

type LineType = 'billinglineitems' | 'usagelineitems';

/** One line, its numbers still as texts. */
type Line = Readonly<Record<string, unknown>>;

export class Billing {
  readonly #frame: Frame;
  readonly #records: Records;
  readonly #subscriptions: Subscriptions;

  constructor(frame: Frame, records: Records, subscriptions: Subscriptions) {
    this.#frame = frame;
    this.#records = records;
    this.#subscriptions = subscriptions;
  }

  readonly ops: readonly Op[] = [
    { name: 'listInvoices', method: 'GET', path: '/v1/invoices', run: (exchange) => this.#list(exchange) },
    { name: 'unbilledLines', aliases: ['lines', 'usage'], method: 'GET', path: '/v1/invoices/unbilled/lineitems', run: (exchange) => this.#unbilled(exchange) },
    {
      name: 'getInvoice',
      method: 'GET',
      path: '/v1/invoices/:invoice',
      run: ({ params }) => ({ status: 200, body: this.#shown(this.#find(params['invoice'])) }),
    },
    { name: 'invoiceLines', aliases: ['lines'], method: 'GET', path: '/v1/invoices/:invoice/lineitems', run: (exchange) => this.#billed(exchange) },
  ];

  readonly control: readonly Op[] = [{ name: 'putUsage', method: 'POST', path: '/__sim/usage', run: (exchange) => this.#putUsage(exchange) }];

  /** Newest first. */
  #list({ query }: Exchange): Reply {
    const size = Number(query.get('size') ?? INVOICES_PER_PAGE);
    const offset = Number(query.get('offset') ?? 0);
    if (!Number.isInteger(size) || size < 1 || !Number.isInteger(offset) || offset < 0) throw new Refused(400, '400', 'size or offset is not valid.');
    const all = this.#invoices().toSorted((a, b) => b.id.localeCompare(a.id));
    const items = all.slice(offset, offset + Math.min(size, this.#pageSize())).map((invoice) => this.#shown(invoice));
    return this.#collection({ totalCount: all.length, items });
  }

  #billed(exchange: Exchange): Reply {
    const invoice = this.#find(exchange.params['invoice']);
    const type = typeOf(exchange);
    return this.#page(exchange, [invoice.id, type], this.#lines(type, invoice));
  }

  #unbilled(exchange: Exchange): Reply {
    const { query } = exchange;
    const type = typeOf(exchange);
    const currency = query.get('currencycode')?.toUpperCase();
    const period = query.get('period')?.toLowerCase();
    if (!currency || (period !== 'current' && period !== 'previous')) throw new Refused(400, '400', 'currencycode and period are required.');
    const today = new Date(this.#frame.now());
    const month = iso(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - (period === 'current' ? 0 : 1), 1)).slice(0, 7);
    const lines = this.#isBilled(month) ? [] : this.#lines(type, { id: '', month, currency });
    return this.#page(exchange, [month, currency, type], lines);
  }

  /** @param question what a continuation belongs to: it goes on with nothing else */
  #page({ fault, headers, path, query }: Exchange, question: readonly string[], lines: readonly Line[]): Reply {
    const size = Number(query.get('size') ?? MAX_LINES);
    if (!Number.isInteger(size) || size < 1 || size > MAX_LINES) throw new Refused(400, '400', `size is between 1 and ${MAX_LINES}.`);
    const token = headers['ms-continuationtoken'];
    if ((token !== undefined) !== (query.get('seekoperation') ?? query.get('seekOperation') ?? '').startsWith('Next')) {
      throw new Refused(400, '400', 'seekOperation=Next and MS-ContinuationToken belong together.');
    }
    if (lines.length === 0 && token === undefined && this.#frame.setting('microsoft.emptyStatus') === 404) throw new Refused(404, '404', 'There are no lines.');
    const start = token === undefined ? 0 : startIn(token, question);
    const end = start + Math.min(size, this.#pageSize());
    const drift = fault?.kind === 'SCHEMA_DRIFT' ? { introducedLater: { since: '2030-01-01' }, chargeType: 'SomethingNew' } : {};
    const items = lines.slice(start, end).map((line) => ({ ...this.#numbered(line), ...drift }));
    const uri = `${path.replace(/^\/v1/, '')}?${query.toString()}`;
    const next = { uri: `${uri}&seekOperation=Next`, method: 'GET', headers: [{ key: 'MS-ContinuationToken', value: tokenOf(question, end) }] };
    const links = { self: { uri, method: 'GET', headers: [] }, ...(end < lines.length ? { next } : {}) };
    // The real one counts what is on the page.
    return this.#collection({ totalCount: items.length, items, links });
  }

  #pageSize(): number {
    return Number(this.#frame.setting('microsoft.pageSize'));
  }

  #collection(body: object): Reply {
    const whole = { ...body, attributes: { objectType: 'Collection' } };
    return { status: 200, body: this.#frame.setting('microsoft.pascalCase') === true ? (inPascalCase(whole) as object) : whole };
  }

  /** Decimals as numbers of exactly these digits, or as the texts that they are. */
  #numbered(line: Line): Line {
    const asText = this.#frame.setting('microsoft.numbersAsText') === true;
    return Object.fromEntries(
      Object.entries(line).map(([name, value]) => [name, value instanceof Digits ? (asText ? value.text : exactNumber(value.text)) : value]),
    );
  }

  #isBilled(month: string): boolean {
    return this.#frame.now() >= billedAt(month);
  }

  #invoices(): Invoice[] {
    const charged = this.#charges().map(({ at, subscription }) => ({ month: iso(at).slice(0, 7), currency: this.#currencyOf(subscription.orderId) }));
    const used = this.#records.usage.values().map(({ billingCurrency, day }) => ({ month: day.slice(0, 7), currency: billingCurrency }));
    const all = [...charged, ...used].filter(({ month }) => this.#isBilled(month));
    return [...new Map(all.map(({ currency, month }) => [idOf(month, currency), { id: idOf(month, currency), month, currency }])).values()];
  }

  #find(id: string | undefined): Invoice {
    const found = this.#invoices().find((invoice) => invoice.id === id?.toUpperCase());
    if (!found) throw new Refused(404, '404', 'The invoice was not found.');
    return found;
  }

  #charges(): Charge[] {
    return this.#subscriptions.all().flatMap((subscription) => chargesOf(subscription, this.#frame.now()));
  }

  #currencyOf(orderId: string): string {
    return this.#records.orders.get(orderId)?.currencyCode.toUpperCase() ?? 'USD';
  }

  #lines(type: LineType, invoice: Invoice): readonly Line[] {
    const usage = this.#usageIn(invoice);
    if (type === 'usagelineitems') return usage.map((row) => this.#usageLine(invoice, row));
    const charges = this.#charges().filter(
      ({ at, subscription }) => iso(at).startsWith(invoice.month) && this.#currencyOf(subscription.orderId) === invoice.currency,
    );
    return [...charges.map((charge) => this.#chargeLine(invoice, charge)), ...groupsOf(usage).map((rows) => this.#planLine(invoice, rows))];
  }

  /** A day is seen a while after its end. */
  #usageIn({ currency, month }: Invoice): Usage[] {
    const lagMs = Number(this.#frame.setting('microsoft.usageLagHours')) * 3_600_000;
    const until = this.#frame.now() - DAY_MS - lagMs;
    return this.#records.usage.values().filter(({ billingCurrency, day }) => day.startsWith(month) && billingCurrency === currency && Date.parse(day) <= until);
  }

  #chargeLine({ currency, id }: Invoice, { chargeType, cycleEnd, cycleStart, end, quantity, start, subscription }: Charge): Line {
    const unitPrice = priceOf(subscription);
    const effectiveUnitPrice = cents(unitPrice, 'HALF_UP', daysBetween(start, end), daysBetween(cycleStart, cycleEnd));
    const { billingCycle, createdAt, friendlyName, orderId, termDuration } = subscription;
    return {
      ...this.#common(id, subscription.id, currency),
      orderId,
      orderDate: iso(createdAt),
      productName: subscription.catalogItemId,
      skuName: subscription.catalogItemId,
      chargeType,
      unitType: 'Licenses',
      termAndBillingCycle: `${TERM_NAMES[termDuration ?? ''] ?? 'No'} commitment for ${billingCycle} billing`,
      subscriptionDescription: friendlyName,
      // Both days are charged.
      chargeStartDate: iso(start),
      chargeEndDate: iso(end - DAY_MS),
      ...amounts({ unitPrice, effectiveUnitPrice, quantity: String(quantity), subtotal: times(effectiveUnitPrice, String(quantity)) }, this.#taxRate()),
      pricingCurrency: currency,
      pcToBCExchangeRate: new Digits('1'),
      attributes: { objectType: 'OneTimeInvoiceLineItem' },
    };
  }

  /** What one meter of a plan used in the month at one rate: a month in which the credit came or went has two of them. */
  #planLine({ currency, id, month }: Invoice, rows: readonly Usage[]): Line {
    const { creditRate, exchangeRate, meterName, subscriptionId, unit, unitPrice } = rows[0]!;
    const quantity = plus(...rows.map((row) => row.quantity));
    const effectiveUnitPrice = times(unitPrice, plus('1', negated(creditRate)));
    return {
      ...this.#common(id, subscriptionId, currency),
      orderId: this.#records.subscriptions.get(subscriptionId)?.orderId ?? null,
      productName: 'Azure plan',
      skuName: meterName,
      chargeType: 'New',
      unitType: unit,
      termAndBillingCycle: '',
      chargeStartDate: `${month}-01T00:00:00.000Z`,
      chargeEndDate: iso(billedAt(month) - BILLED_ON_DAY * DAY_MS),
      ...amounts({ unitPrice, effectiveUnitPrice, quantity, subtotal: cents(times(effectiveUnitPrice, quantity, exchangeRate), 'FLOOR') }, this.#taxRate()),
      pricingCurrency: 'USD',
      pcToBCExchangeRate: new Digits(exchangeRate),
      attributes: { objectType: 'OneTimeInvoiceLineItem' },
    };
  }

  #usageLine({ id }: Invoice, usage: Usage): Line {
    const effectiveUnitPrice = times(usage.unitPrice, plus('1', negated(usage.creditRate)));
    const hasCredit = usage.creditRate !== '0';
    return {
      ...this.#common(id, usage.subscriptionId, usage.billingCurrency),
      usageDate: `${usage.day}T00:00:00Z`,
      entitlementId: usage.entitlementId,
      meterId: usage.meterId,
      meterName: usage.meterName,
      meterCategory: 'Simulated',
      resourceLocation: 'EUWest',
      unitOfMeasure: usage.unit,
      chargeType: 'new',
      unitPrice: new Digits(usage.unitPrice),
      effectiveUnitPrice: new Digits(effectiveUnitPrice),
      quantity: new Digits(usage.quantity),
      // Not rounded: only the invoice is.
      billingPreTaxTotal: new Digits(times(effectiveUnitPrice, usage.quantity, usage.exchangeRate)),
      billingCurrency: usage.billingCurrency,
      pricingPreTaxTotal: new Digits(times(effectiveUnitPrice, usage.quantity)),
      pricingCurrency: 'USD',
      pcToBCExchangeRate: new Digits(usage.exchangeRate),
      hasPartnerEarnedCredit: hasCredit,
      rateOfPartnerEarnedCredit: new Digits(usage.creditRate),
      rateOfCredit: new Digits(usage.creditRate),
      creditType: hasCredit ? 'Partner Earned Credit Applied' : '',
      resourceGroup: 'SIMULATED',
      resourceUri: `/subscriptions/${usage.entitlementId}/resourceGroups/SIMULATED`,
      tags: usage.tags,
      attributes: { objectType: 'DailyRatedUsageLineItem' },
    };
  }

  #common(invoiceNumber: string, subscriptionId: string, currency: string): Line {
    const subscription = this.#records.subscriptions.get(subscriptionId);
    const customer = this.#records.customers.get(subscription?.customerId ?? '');
    const [productId = '', skuId = '', availabilityId = ''] = subscription?.catalogItemId.split(':') ?? [];
    const names = { customerId: customer?.id ?? '', customerName: customer?.companyName ?? '', customerDomainName: customer?.domain ?? '' };
    return { ...names, invoiceNumber, resellerMpnId: subscription?.partnerIdOnRecord ?? '', productId, skuId, availabilityId, subscriptionId, currency };
  }

  #taxRate(): string {
    return String(this.#frame.setting('microsoft.taxRate'));
  }

  #shown(invoice: Invoice): object {
    const { currency, id, month } = invoice;
    const total = plus('0', ...this.#lines('billinglineitems', invoice).map(({ totalForCustomer }) => (totalForCustomer as Digits).text));
    const detail = (invoiceLineItemType: string, type: LineType): object => ({
      invoiceLineItemType,
      billingProvider: 'one_time',
      links: { self: { uri: `/invoices/${id}/lineitems?provider=onetime&invoicelineitemtype=${type}`, method: 'GET', headers: [] } },
    });
    return {
      id,
      invoiceDate: iso(billedAt(month)),
      billingPeriodStartDate: `${month}-01T00:00:00.000Z`,
      billingPeriodEndDate: iso(billedAt(month) - BILLED_ON_DAY * DAY_MS),
      totalCharges: exactNumber(total),
      paidAmount: 0,
      currencyCode: currency,
      invoiceType: 'one_time',
      documentType: total.startsWith('-') ? 'Credit Note' : 'Invoice',
      amendments: [],
      invoiceDetails: [detail('billing_line_items', 'billinglineitems'), detail('usage_line_items', 'usagelineitems')],
      attributes: { objectType: 'Invoice' },
    };
  }

  /** A list of `{subscriptionId, usageDate, quantity, unitPrice, …}`; numbers are texts, so that no digit is lost on the way. */
  #putUsage(exchange: Exchange): Reply {
    const given = exchange.json();
    const rows = (Array.isArray(given) ? given : [given]).map((row, index) => this.#usage(row, index));
    for (const row of rows) this.#records.usage.put(row.id, row);
    return { status: 200, body: { rows: rows.length } };
  }

  #usage(row: unknown, index: number): Usage {
    const decimal = (name: string, otherwise?: string): string => {
      const value = field(row, name) ?? otherwise;
      if (!isDecimal(value)) throw new Error(`row ${index}: ${name} is ${JSON.stringify(value)}; it must be a decimal as text, such as "0.085"`);
      return value;
    };
    const subscription = this.#records.subscriptions.get(textField(row, 'subscriptionId') ?? '');
    const day = textField(row, 'usageDate') ?? '';
    if (!subscription) throw new Error(`row ${index}: there is no subscription ${JSON.stringify(field(row, 'subscriptionId'))}`);
    if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new Error(`row ${index}: usageDate is "${day}"; it must be a day such as 2030-05-01`);
    return {
      id: newUuid(),
      customerId: subscription.customerId,
      subscriptionId: subscription.id,
      entitlementId: textField(row, 'entitlementId') ?? subscription.id,
      day,
      meterId: textField(row, 'meterId') ?? 'b9d1b9ff-0000-4000-8000-000000000001',
      meterName: textField(row, 'meterName') ?? 'D2s v3',
      unit: textField(row, 'unitOfMeasure') ?? '1 Hour',
      quantity: decimal('quantity'),
      unitPrice: decimal('unitPrice'),
      creditRate: decimal('rateOfPartnerEarnedCredit', '0'),
      exchangeRate: decimal('pcToBCExchangeRate', '1'),
      billingCurrency: (textField(row, 'billingCurrency') ?? 'USD').toUpperCase(),
      tags: textField(row, 'tags') ?? '',
    };
  }
}

/** A decimal of a line. */
class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const TERM_NAMES: Readonly<Record<string, string>> = { P1M: 'One-Month', P1Y: 'One-Year', P3Y: 'Three-Year' };

const idOf = (month: string, currency: string): string => `G${month.replace('-', '')}${currency}`;

function billedAt(month: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return Date.UTC(year, number, BILLED_ON_DAY);
}

function typeOf({ query }: Exchange): LineType {
  const type = query.get('invoicelineitemtype')?.toLowerCase();
  if (query.get('provider')?.toLowerCase() !== 'onetime') throw new Refused(400, '400', 'Only the provider onetime is simulated.');
  if (type !== 'billinglineitems' && type !== 'usagelineitems') throw new Refused(400, '400', 'invoicelineitemtype is not known.');
  return type;
}

const tokenOf = (question: readonly string[], start: number): string => Buffer.from(JSON.stringify([...question, start])).toString('base64');

function startIn(token: string, question: readonly string[]): number {
  const start = Number(/,(\d+)\]$/.exec(Buffer.from(token, 'base64').toString('utf8'))?.[1]);
  if (token !== tokenOf(question, start)) throw new Refused(400, '400', 'The continuation token is not valid.');
  return start;
}

function amounts(of: { readonly [name in 'unitPrice' | 'effectiveUnitPrice' | 'quantity' | 'subtotal']: string }, taxRate: string): Line {
  const tax = cents(times(of.subtotal, taxRate), 'HALF_UP');
  return {
    unitPrice: new Digits(of.unitPrice),
    effectiveUnitPrice: new Digits(of.effectiveUnitPrice),
    quantity: new Digits(of.quantity),
    billableQuantity: new Digits(of.quantity),
    subtotal: new Digits(of.subtotal),
    taxTotal: new Digits(tax),
    totalForCustomer: new Digits(plus(of.subtotal, tax)),
  };
}

/** Rows that become one line of the invoice. */
function groupsOf(usage: readonly Usage[]): readonly (readonly Usage[])[] {
  const keyOf = ({ creditRate, exchangeRate, meterId, subscriptionId, unitPrice }: Usage): string =>
    [subscriptionId, meterId, unitPrice, creditRate, exchangeRate].join(' ');
  return [...Map.groupBy(usage, keyOf).values()];
}
