import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCall, again, pagesOf, PartnerCenterBench, READING_FAULTS, SKU } from '../../test/microsoft.ts';
import type { Change, InvoiceLine, Page, Reading, SubscriptionRef, UsageQuery, UsageRow } from '../vendor.ts';
import { invoiceSchema, isBilledIn, isCreditNote, lineItemsOf, lineSchema, toInvoiceLine, toUsageRow, usageSchema } from './billing-resources.ts';

let bench: PartnerCenterBench;
beforeAll(async () => void (bench = await PartnerCenterBench.start()));
beforeEach(async () => {
  await bench.reset();
  await at('2030-05-01T10:00:00Z');
});
afterAll(() => bench.stop());

const at = (now: string): Promise<unknown> => bench.control('clock', { now });
const CURRENT: UsageQuery = { of: 'CURRENT_PERIOD', currency: 'USD' };
const PREVIOUS: UsageQuery = { of: 'PREVIOUS_PERIOD', currency: 'USD' };
const MAY = { billingMonth: '2030-05' };

const usage = (query: UsageQuery, after?: string, call = aCall()): Promise<Reading<Page<UsageRow>>> => bench.vendor.fetchUsage!(call, query, after);
const lines = (query = MAY, after?: string, call = aCall()): Promise<Reading<Page<InvoiceLine>>> => bench.vendor.fetchInvoiceLines!(call, query, after);
const allUsage = async (query: UsageQuery): Promise<UsageRow[]> => (await pagesOf((after) => usage(query, after))).flat();
const allLines = async (query = MAY): Promise<InvoiceLine[]> => (await pagesOf((after) => lines(query, after))).flat();

/** An Azure plan, bought now. */
const plan = (): Promise<SubscriptionRef> => bench.subscription({ policy: 'USAGE_DAILY', currency: 'USD', reference: 'S-AZURE' });
const used = async ({ vendorSubscriptionId }: SubscriptionRef, ...rows: readonly object[]): Promise<void> =>
  void (await bench.control(
    'usage',
    rows.map((row) => ({ subscriptionId: vendorSubscriptionId, quantity: '24', unitPrice: '0.1', usageDate: '2030-05-01', ...row })),
  ));
const dayOfMay = (day: number): string => `2030-05-${String(day).padStart(2, '0')}`;

describe('usage', () => {
  it('is a row for each day and meter, with all that it is billed by', async () => {
    const ref = await plan();
    await used(ref, { rateOfPartnerEarnedCredit: '0.15', pcToBCExchangeRate: '0.9', billingCurrency: 'EUR', entitlementId: 'e-1', tags: '{"env": "test"}' });
    await at('2030-05-04T00:00:00Z');
    const reading = await usage({ ...CURRENT, currency: 'EUR' });
    expect(reading).toEqual({
      kind: 'SUCCEEDED',
      value: {
        next: undefined,
        asOf: expect.closeTo(Date.parse('2030-05-04T00:00:00Z'), -4),
        rows: [
          {
            day: '2030-05-01',
            vendorCustomerId: ref.vendorCustomerId,
            vendorSubscriptionId: ref.vendorSubscriptionId,
            entitlementId: 'e-1',
            sku: SKU,
            meterId: 'b9d1b9ff-0000-4000-8000-000000000001',
            meter: 'D2s v3',
            meterCategory: 'Simulated',
            region: 'EUWest',
            unit: '1 Hour',
            quantity: '24',
            unitPrice: '0.1',
            effectiveUnitPrice: '0.085',
            pricingCurrency: 'USD',
            exchangeRate: '0.9',
            amount: '1.836',
            currency: 'EUR',
            partnerEarnedCredit: '0.15',
            resourceGroup: 'SIMULATED',
            resource: '/subscriptions/e-1/resourceGroups/SIMULATED',
            tags: '{"env": "test"}',
          },
        ],
      },
    });
  });

  it('comes in pages, each row on one of them', async () => {
    const ref = await plan();
    await used(ref, ...Array.from({ length: 10 }, (_, index) => ({ meterName: `meter ${index}` })));
    await at('2030-05-10T00:00:00Z');
    await bench.control('settings', { 'microsoft.pageSize': 3 });
    const pages = await pagesOf((after) => usage(CURRENT, after));
    expect(pages.map((rows) => rows.map(({ meter }) => meter.slice(6)).join(' '))).toEqual(['0 1 2', '3 4 5', '6 7 8', '9']);
    const answered = (await bench.journal('unbilledLines')).filter(({ response }) => response?.status === 200);
    const first = 'provider=onetime&invoicelineitemtype=usagelineitems&currencycode=USD&size=2000&period=current';
    const next = `${first}&seekOperation=Next`;
    expect(answered.map(({ request }) => request.path.split('?')[1])).toEqual([first, next, next, next]);
  });

  it('goes on where it was after a page that was lost', async () => {
    const ref = await plan();
    await used(ref, { meterName: 'one' }, { meterName: 'two' }, { meterName: 'three' });
    await at('2030-05-10T00:00:00Z');
    await bench.control('settings', { 'microsoft.pageSize': 1 });
    const first = await usage(CURRENT);
    const next = first.kind === 'SUCCEEDED' ? first.value.next : undefined;
    await bench.fault('usage', 'COMMIT_THEN_DROP');
    const call = aCall();
    expect(await usage(CURRENT, next, call)).toMatchObject({ kind: 'RETRYABLE' });
    expect(await usage(CURRENT, next, again(call))).toMatchObject({ kind: 'SUCCEEDED', value: { rows: [{ meter: 'two' }] } });
  });

  it.each([
    // quantity, unit price, and their product: none of which may lose a digit
    ['0.1', '0.1', '0.01'],
    ['24', '0.085', '2.04'],
    ['1', '0.00000123', '0.00000123'],
    ['12345678901234.5678', '1', '12345678901234.5678'],
    ['0.1234567890123456789', '3', '0.3703703670370370367'],
    ['-3.5', '2.040', '-7.14'],
    ['9007199254740993', '1', '9007199254740993'],
  ])('of %s at %s is exactly that', async (quantity, unitPrice, amount) => {
    const ref = await plan();
    await used(ref, { quantity, unitPrice });
    await at('2030-05-10T00:00:00Z');
    for (const numbersAsText of [false, true]) {
      await bench.control('settings', { 'microsoft.numbersAsText': numbersAsText });
      expect(await allUsage(CURRENT)).toMatchObject([{ quantity, unitPrice, amount }]);
    }
  });

  it('has two rates in a month in which the credit was lost, and the invoice has a line of each', async () => {
    const ref = await plan();
    const days = Array.from({ length: 31 }, (_, index) => index + 1);
    await used(ref, ...days.map((day) => ({ usageDate: dayOfMay(day), rateOfPartnerEarnedCredit: day <= 14 ? '0.15' : '0' })));
    await at('2030-06-02T12:00:00Z');
    const rows = await allUsage(PREVIOUS);
    const kinds = new Set(
      rows.map(({ amount, day, effectiveUnitPrice, partnerEarnedCredit }) => `${day <= '2030-05-14'} ${partnerEarnedCredit} ${effectiveUnitPrice} ${amount}`),
    );
    expect([rows.length, [...kinds]]).toEqual([31, ['true 0.15 0.085 2.04', 'false 0 0.1 2.4']]);

    await at('2030-06-08T00:00:00Z');
    // 14 days of 2.04 and 17 of 2.40.
    expect(await allLines()).toMatchObject([
      { unitPrice: '0.1', effectiveUnitPrice: '0.085', quantity: '336', subtotal: '28.56' },
      { unitPrice: '0.1', effectiveUnitPrice: '0.1', quantity: '408', subtotal: '40.8' },
    ]);
  });

  it('is rounded on the invoice only, and downwards', async () => {
    const ref = await plan();
    await used(ref, { quantity: '1', unitPrice: '0.0099' }, { quantity: '1', unitPrice: '0.0099', usageDate: '2030-05-02' });
    await at('2030-06-08T00:00:00Z');
    expect(await allLines()).toMatchObject([{ quantity: '2', subtotal: '0.01' }]);
    expect(await allUsage({ of: { invoice: 'G203005USD' }, currency: 'USD' })).toMatchObject([{ amount: '0.0099' }, { amount: '0.0099' }]);
  });

  it.each([
    // when it is asked for, and how many rows are in this period, in the one before, and on the invoice
    ['2030-05-02T23:59:00Z', [0, 0, 0]],
    ['2030-05-03T00:00:00Z', [1, 0, 0]],
    ['2030-05-31T23:00:00Z', [2, 0, 0]],
    ['2030-06-01T00:00:00Z', [0, 2, 0]],
    ['2030-06-05T23:00:00Z', [0, 3, 0]],
    ['2030-06-06T00:00:00Z', [0, 0, 3]],
    ['2030-07-06T00:00:00Z', [0, 0, 3]],
  ])('at %s is in %o', async (now, counts) => {
    const ref = await plan();
    await used(ref, {}, { usageDate: '2030-05-15' }, { usageDate: '2030-05-31' }, { billingCurrency: 'EUR' });
    await at(now);
    for (const emptyStatus of [200, 404]) {
      await bench.control('settings', { 'microsoft.emptyStatus': emptyStatus });
      const found = [];
      for (const query of [CURRENT, PREVIOUS, { of: { invoice: 'G203005USD' }, currency: 'USD' }]) found.push((await allUsage(query)).length);
      expect(found).toEqual(counts);
    }
  });

  it('whose continuation is of another question is refused', async () => {
    const ref = await plan();
    await used(ref, {}, {});
    await at('2030-05-10T00:00:00Z');
    await bench.control('settings', { 'microsoft.pageSize': 1 });
    const first = await usage(CURRENT);
    const next = first.kind === 'SUCCEEDED' ? first.value.next : undefined;
    expect(await usage(PREVIOUS, next)).toMatchObject({ kind: 'REJECTED', rejection: 'VALIDATION' });
  });
});

describe('lines of an invoice', () => {
  it('are what was bought, with all that it is reconciled by', async () => {
    await bench.control('settings', { 'microsoft.taxRate': '0.19' });
    const ref = await bench.subscription({ parameters: { BillingCycle: 'monthly' } });
    await at('2030-06-08T00:00:00Z');
    expect(await allLines()).toEqual([
      {
        invoice: 'G203005EUR',
        document: 'INVOICE',
        charge: 'PURCHASE',
        chargeType: 'New',
        vendorCustomerId: ref.vendorCustomerId,
        vendorSubscriptionId: ref.vendorSubscriptionId,
        orderId: expect.stringMatching(/^[0-9a-f]{12}$/),
        sku: SKU,
        title: SKU,
        term: 'One-Year commitment for monthly billing',
        servicePeriod: { start: '2030-05-01', end: '2030-06-01' },
        unit: 'Licenses',
        quantity: '5',
        billableQuantity: '5',
        unitPrice: '26.53',
        effectiveUnitPrice: '26.53',
        pricingCurrency: 'EUR',
        exchangeRate: '1',
        subtotal: '132.65',
        tax: '25.2',
        total: '157.85',
        currency: 'EUR',
      },
    ]);
  });

  it.each([
    // what is changed on which day, and the lines of May: charge, days, quantity, price of one, all of it
    [{ operation: 'CANCEL' }, 3, ['PURCHASE 2030-05-01/2030-06-01 5 26.53 132.65', 'CANCELLATION 2030-05-04/2030-06-01 -5 23.96 -119.8']],
    [{ operation: 'CANCEL' }, 7, ['PURCHASE 2030-05-01/2030-06-01 5 26.53 132.65', 'CANCELLATION 2030-05-08/2030-06-01 -5 20.54 -102.7']],
    [
      { operation: 'CHANGE_QUANTITY', quantity: 8 },
      11,
      ['PURCHASE 2030-05-01/2030-06-01 5 26.53 132.65', 'QUANTITY_CHANGE 2030-05-11/2030-06-01 3 17.97 53.91'],
    ],
    [
      { operation: 'CHANGE_QUANTITY', quantity: 4 },
      7,
      ['PURCHASE 2030-05-01/2030-06-01 5 26.53 132.65', 'QUANTITY_CHANGE 2030-05-08/2030-06-01 -1 20.54 -20.54'],
    ],
    [{ operation: 'SUSPEND' }, 3, ['PURCHASE 2030-05-01/2030-06-01 5 26.53 132.65']],
  ] as const)('after %o on the %ith are %o', async (change: Change, day, expected) => {
    const ref = await bench.subscription({ parameters: { BillingCycle: 'monthly' } });
    await at(`${dayOfMay(day)}T12:00:00Z`);
    expect(await bench.vendor.change(aCall(), ref, change)).toMatchObject({ kind: 'SUCCEEDED' });
    await at('2030-06-08T00:00:00Z');
    const shown = (await allLines()).map(
      ({ charge, effectiveUnitPrice, quantity, servicePeriod, subtotal }) =>
        `${charge} ${servicePeriod?.start}/${servicePeriod?.end} ${quantity} ${effectiveUnitPrice} ${subtotal}`,
    );
    expect(shown).toEqual(expected);
  });

  it.each([
    // term, billing cycle, the month that is billed, and what it is billed with
    [{ TermDuration: 'P1M' }, '2030-06', ['RENEWAL 132.65']],
    [{ TermDuration: 'P1Y', BillingCycle: 'monthly' }, '2030-06', ['CYCLE 132.65']],
    [{ TermDuration: 'P1Y', BillingCycle: 'annual' }, '2030-05', ['PURCHASE 1591.8']],
    [{ TermDuration: 'P1Y', BillingCycle: 'annual' }, '2030-06', []],
    [{ TermDuration: 'P1Y', BillingCycle: 'annual' }, '2031-05', ['RENEWAL 1591.8']],
    [{ TermDuration: 'P1M' }, '2030-04', []],
  ])('for %o in %s are %o', async (parameters: Record<string, string>, billingMonth, expected) => {
    await bench.subscription({ parameters });
    await at('2031-07-01T00:00:00Z');
    expect((await allLines({ billingMonth })).map(({ charge, subtotal }) => `${charge} ${subtotal}`)).toEqual(expected);
  });

  it('of all documents of the month come one after the other, in pages, each line on one of them', async () => {
    await bench.control('settings', { 'microsoft.pageSize': 2 });
    const account = await bench.customer();
    for (const [index, currency] of ['EUR', 'EUR', 'EUR', 'USD', 'CHF', 'CHF'].entries()) {
      await bench.subscription({ account, currency, reference: `S-${index}`, quantity: index + 1 });
    }
    await at('2030-06-08T00:00:00Z');
    const pages = await pagesOf((after) => lines(MAY, after));
    expect(pages.map((rows) => rows.map(({ invoice, quantity }) => `${invoice} ${quantity}`))).toEqual([
      ['G203005USD 4'],
      ['G203005EUR 1', 'G203005EUR 2'],
      ['G203005EUR 3'],
      ['G203005CHF 5', 'G203005CHF 6'],
    ]);
    // Once, and not for each page: turned away for its token, then two documents, one, and none.
    expect((await bench.journal('listInvoices')).map(({ request }) => request.path.split('offset=')[1])).toEqual(['0', '0', '2', '3']);
  });

  it('that only give back stand on a credit note', async () => {
    const ref = await bench.subscription({ parameters: { TermDuration: 'P1M' } });
    // Its window reaches into June, and 25 of its 31 days are given back: 21.40 for each of the five.
    await at('2030-05-28T00:00:00Z');
    const late = await bench.subscription({
      account: await bench.customer({ reference: 'C-2' }),
      reference: 'S-2',
      currency: 'USD',
      parameters: { TermDuration: 'P1M' },
    });
    await at('2030-06-02T00:00:00Z');
    await bench.vendor.change(aCall(), late, { operation: 'CANCEL' });
    await at('2030-07-08T00:00:00Z');
    const june = await allLines({ billingMonth: '2030-06' });
    expect(june.map(({ charge, document, subtotal, vendorSubscriptionId }) => [vendorSubscriptionId, document, charge, subtotal])).toEqual([
      [late.vendorSubscriptionId, 'CREDIT_NOTE', 'CANCELLATION', '-107'],
      [ref.vendorSubscriptionId, 'INVOICE', 'RENEWAL', '132.65'],
    ]);
  });

  it('of more documents than are listed at once are found', async () => {
    await bench.subscription({ parameters: { TermDuration: 'P1M' } });
    await at('2047-03-01T00:00:00Z');
    // 201 months later: the first one is the last in the list.
    expect(await allLines()).toHaveLength(1);
    expect((await bench.journal('listInvoices')).filter(({ response }) => response?.status === 200).map(({ request }) => request.path)).toEqual([
      '/v1/invoices?size=200&offset=0',
      '/v1/invoices?size=200&offset=200',
      '/v1/invoices?size=200&offset=201',
    ]);
  });

  it('are found where fewer documents are listed at once than were asked for', async () => {
    await bench.control('settings', { 'microsoft.pageSize': 1 });
    await bench.subscription({ parameters: { TermDuration: 'P1M' } });
    await at('2030-08-08T00:00:00Z');
    expect(await allLines()).toHaveLength(1);
  });

  it('come once, where the document moved on in the list while it was read', async () => {
    await bench.control('settings', { 'microsoft.pageSize': 1 });
    await bench.subscription({ parameters: { TermDuration: 'P1M' } });
    await at('2030-06-08T00:00:00Z');
    // With a token of now, the second time is when the second page is asked for.
    await lines();
    await bench.fault('listInvoices', 'DUPLICATE_DELIVERY', { match: { op: 'listInvoices', nth: 2 }, delayMs: 500 });
    const reading = allLines();
    await sleep(150);
    await at('2030-07-08T00:00:00Z');
    expect(await reading).toHaveLength(1);
  });

  it('are none before the month is billed, and none of a month without', async () => {
    await bench.subscription();
    await at('2030-06-05T23:00:00Z');
    expect(await lines()).toEqual({ kind: 'SUCCEEDED', value: { rows: [], next: undefined, asOf: undefined } });
    await at('2030-06-08T00:00:00Z');
    expect(await allLines({ billingMonth: '2030-06' })).toEqual([]);
    expect(await allLines()).toHaveLength(1);
  });

  it('do not go on with what is not there any more, nor with another month', async () => {
    await bench.control('settings', { 'microsoft.pageSize': 1 });
    const account = await bench.customer();
    await bench.subscription({ account });
    await bench.subscription({ account, reference: 'S-2' });
    await at('2030-06-08T00:00:00Z');
    const first = await lines();
    const next = first.kind === 'SUCCEEDED' ? first.value.next : undefined;
    expect(await lines({ billingMonth: '2030-06' }, next)).toMatchObject({ kind: 'REJECTED', rejection: 'VALIDATION' });
    expect(await lines(MAY, next)).toMatchObject({ kind: 'SUCCEEDED', value: { rows: [{}], next: undefined } });
    await bench.reset();
    expect(await lines(MAY, next)).toMatchObject({ kind: 'REJECTED', rejection: 'CONCURRENCY' });
  });
});

describe('a question that cannot be asked', () => {
  it.each([
    // what is wrong, and the question
    ['"2030-5" is no month', () => lines({ billingMonth: '2030-5' })],
    ['"2030-13" is no month', () => lines({ billingMonth: '2030-13' })],
    ['"" is no currency', () => usage({ ...CURRENT, currency: '' })],
    ['"US&D" is no currency', () => usage({ ...CURRENT, currency: 'US&D' })],
    ['".." is no invoice', () => usage({ of: { invoice: '..' }, currency: 'USD' })],
    ['"" is no invoice', () => usage({ of: { invoice: '' }, currency: 'USD' })],
    ...['{', 'anything', '', 'bnVsbA'].flatMap((after) => [
      ['the place to go on from', () => lines(MAY, after)] as const,
      ['the place to go on from', () => usage(CURRENT, after)] as const,
    ]),
  ] as const)('is not sent: %s', async (message, ask) => {
    expect(await ask()).toEqual({ kind: 'REJECTED', rejection: 'VALIDATION', message: expect.stringContaining(message) });
    expect(await bench.journal()).toEqual([]);
  });
});

describe.each([
  // the operation, and what reads it
  ['unbilledLines', () => usage(CURRENT, undefined, aCall(400))],
  ['invoiceLines', () => lines(MAY, undefined, aCall(400))],
  ['listInvoices', () => lines(MAY, undefined, aCall(400))],
] as const)('reading %s', (op, read) => {
  beforeEach(async () => {
    await used(await plan(), {}, { usageDate: '2030-06-01' });
    await at('2030-06-08T00:00:00Z');
    // A token of now, so that no fault strikes a request that is turned away for its token.
    await allUsage(CURRENT);
  });

  it.each(READING_FAULTS)('under %s ends as %s', async (fault, kind) => {
    await bench.fault(op, fault);
    const reading = await read();
    expect(reading.kind).toBe(kind);
    if (reading.kind === 'THROTTLED') expect(reading.retryAfterMs).toBe(57_000);
    if (reading.kind === 'SUCCEEDED') expect(reading.value.rows).toHaveLength(1);
    expect(await bench.commits(op)).toBe(0);
  });

  it('renews a token that expired', async () => {
    const tokens = (await bench.journal('token')).length;
    await at('2030-06-08T02:00:00Z');
    expect(await read()).toMatchObject({ kind: 'SUCCEEDED', value: { rows: [{}] } });
    expect(await bench.journal('token')).toHaveLength(tokens + 1);
  });

  it('bears names in any case, numbers as text, and a byte order mark', async () => {
    const before = await read();
    await bench.control('settings', { 'microsoft.bom': true, 'microsoft.numbersAsText': true, 'microsoft.pascalCase': true });
    const after = await read();
    expect(after.kind === 'SUCCEEDED' && after.value.rows).toEqual(before.kind === 'SUCCEEDED' && before.value.rows);
    const [row] = after.kind === 'SUCCEEDED' ? after.value.rows : [];
    expect(row).toMatchObject({ exchangeRate: '1', unitPrice: '0.1', quantity: '24' });
  });
});

it('a charge that nobody knows is shown in its own word, and its digits are kept', async () => {
  await used(await plan(), { quantity: '0.1234567890123456789' });
  await at('2030-06-08T00:00:00Z');
  await allUsage(CURRENT);
  await bench.fault('invoiceLines', 'SCHEMA_DRIFT');
  expect(await allLines()).toMatchObject([{ charge: 'OTHER', chargeType: 'SomethingNew', quantity: '0.1234567890123456789' }]);
});

const usageItem = {
  usageDate: '2030-05-01T00:00:00Z',
  subscriptionId: 's',
  meterName: 'm',
  quantity: '1',
  unitPrice: '1',
  effectiveUnitPrice: '1',
  billingPreTaxTotal: '1',
  billingCurrency: 'USD',
};
const line = { chargeType: 'New', quantity: '1', subtotal: '1', taxTotal: '0', totalForCustomer: '1', currency: 'USD' };

describe('what Microsoft writes in more than one way', () => {
  it.each([
    // fields of a line, and of what they become
    [{ chargeType: 'Purchase' }, { charge: 'PURCHASE', chargeType: 'Purchase' }],
    [{ chargeType: 'refund' }, { charge: 'CANCELLATION' }],
    [{ chargeType: 'Cycle fee' }, { charge: 'CYCLE' }],
    [{ chargeType: 'customerCredit' }, { charge: 'CREDIT' }],
    [{ chargeType: 'constructor' }, { charge: 'OTHER', chargeType: 'constructor' }],
    [
      { CustomerID: 'org:C-1', SUBSCRIPTIONID: 'S-1' },
      { vendorCustomerId: 'C-1', vendorSubscriptionId: 'S-1' },
    ],
    [
      { customerId: null, subscriptionId: '' },
      { vendorCustomerId: undefined, vendorSubscriptionId: undefined },
    ],
    [{ productId: 'P', skuId: 'K', availabilityId: '' }, { sku: 'P:K' }],
    [
      { unitPrice: '', effectiveUnitPrice: null },
      { unitPrice: undefined, effectiveUnitPrice: undefined },
    ],
    [{ subtotal: '1.5E-3' }, { subtotal: '0.0015' }],
    [{ chargeStartDate: '2030-05-01T00:00:00', chargeEndDate: '2030-05-31T23:59:59Z' }, { servicePeriod: { start: '2030-05-01', end: '2030-06-01' } }],
    [{ chargeStartDate: '2030-05-31', chargeEndDate: '2030-05-31T00:00:00+00:00' }, { servicePeriod: { start: '2030-05-31', end: '2030-06-01' } }],
    [{ chargeStartDate: '0001-01-01T00:00:00', chargeEndDate: '0001-01-01T00:00:00' }, { servicePeriod: undefined }],
    [{ chargeStartDate: '2030-05-01', chargeEndDate: '' }, { servicePeriod: undefined }],
    [{ chargeStartDate: '2030-05-02', chargeEndDate: '2030-05-01' }, { servicePeriod: undefined }],
    [{ chargeStartDate: '2030-05-01', chargeEndDate: '9999-12-31T23:59:59Z' }, { servicePeriod: undefined }],
    [
      { currency: 'usd', pricingCurrency: '' },
      { currency: 'USD', pricingCurrency: undefined },
    ],
  ])('%o in a line is %o', (fields, expected) => {
    expect(toInvoiceLine({ invoice: 'G1', document: 'INVOICE' }, lineSchema.parse({ ...line, ...fields }))).toMatchObject(expected);
  });

  it.each([
    // fields of a day's usage, and the rate of its credit
    [{ rateOfPartnerEarnedCredit: '0.15', hasPartnerEarnedCredit: true }, '0.15'],
    [{ hasPartnerEarnedCredit: false }, '0'],
    [{ hasPartnerEarnedCredit: 'false', rateOfPartnerEarnedCredit: '' }, '0'],
    [{ hasPartnerEarnedCredit: true }, undefined],
    [{}, undefined],
  ])('%o in usage is a credit of %s', (fields, partnerEarnedCredit) => {
    expect(toUsageRow(usageSchema.parse({ ...usageItem, ...fields }))).toMatchObject({ partnerEarnedCredit });
  });

  it.each([
    // what an invoice says of itself, whether it is one of May, and whether it takes back
    [{ invoiceType: 'one_time', documentType: 'Invoice' }, true, false],
    [{ InvoiceType: 'OneTime', DocumentType: 'Credit Note' }, true, true],
    [{ invoiceType: 'Recurring' }, false, false],
    [{ billingPeriodStartDate: '2030-04-30T23:59:59Z' }, false, false],
    [{ billingPeriodStartDate: null }, false, false],
  ])('%o on an invoice is of May: %s', (fields, isOfMay, isCredit) => {
    const invoice = invoiceSchema.parse({ id: 'G1', currencyCode: 'USD', billingPeriodStartDate: '2030-05-01T00:00:00Z', ...fields });
    expect([isBilledIn(invoice, '2030-05'), isCreditNote(invoice)]).toEqual([isOfMay, isCredit]);
  });
});

describe('a page that cannot be read', () => {
  it.each([
    // where the second item is wrong, what is said of it, and the item
    ['items.1.unitPrice', '"ten" is no decimal number such as 0.085', usageSchema, { ...usageItem, unitPrice: 'ten' }],
    ['items.1.billingPreTaxTotal', '"1,5" is no decimal number such as 0.085', usageSchema, { ...usageItem, billingPreTaxTotal: '1,5' }],
    ['items.1.usageDate', 'is no date such as 2030-07-03T00:00:00Z', usageSchema, { ...usageItem, usageDate: '1.5.2030' }],
    ['items.1.usageDate', 'is no date such as 2030-07-03T00:00:00Z', usageSchema, { ...usageItem, usageDate: '2030-06-31T00:00:00Z' }],
    ['items.1.chargeEndDate', 'is no date such as 2030-07-03T00:00:00Z', lineSchema, { ...line, chargeEndDate: '31.5.2030' }],
    ['items.1.subscriptionId', 'Too small', usageSchema, { ...usageItem, subscriptionId: '' }],
    ['items.1.subtotal', 'expected string', lineSchema, { ...line, subtotal: undefined }],
    ['items.1.quantity', '"" is no decimal number such as 0.085', lineSchema, { ...line, quantity: '' }],
    ['items.1', 'expected object', lineSchema, 'no line'],
  ] as const)('names %s: %s', (path, message, schema, wrong) => {
    const good = schema === usageSchema ? usageItem : line;
    const page = lineItemsOf<typeof usageSchema | typeof lineSchema>(schema);
    expect(page.safeParse({ items: [good] }).success).toBe(true);
    const [issue] = page.safeParse({ items: [good, wrong] }).error?.issues ?? [];
    expect([issue?.path.join('.'), issue?.message]).toEqual([path, expect.stringContaining(message)]);
  });

  it('says that the next page cannot be asked for', () => {
    const [issue] = lineItemsOf(lineSchema).safeParse({ items: [], links: { next: { headers: [{ key: 'Other', value: '1' }] } } }).error?.issues ?? [];
    expect([issue?.path.join('.'), issue?.message]).toEqual(['links.next', 'there is a next page, and no MS-ContinuationToken to ask for it with']);
  });
});
