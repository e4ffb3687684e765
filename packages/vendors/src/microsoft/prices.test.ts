import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCall, pagesOf, PartnerCenterBench, READING_FAULTS } from '../../test/microsoft.ts';
import type { Page, PriceQuery, PriceRow, Reading } from '../vendor.ts';
import { CHARACTERS_PER_PAGE, pageOf, ROWS_PER_PAGE } from './prices.ts';

let bench: PartnerCenterBench;
beforeAll(async () => void (bench = await PartnerCenterBench.start()));
beforeEach(() => bench.reset());
afterAll(() => bench.stop());

const METERED: PriceQuery = { sheet: 'METERED', market: 'US', month: undefined };
const prices = (query = METERED, after?: string, call = aCall()): Promise<Reading<Page<PriceRow>>> => bench.vendor.fetchPrices!(call, query, after);
const rowsOf = async (query = METERED): Promise<PriceRow[]> => (await pagesOf((after) => prices(query, after, aCall(30_000)))).flat();

const HEADER = 'ProductId,SkuId,Market,Currency,UnitPrice,EffectiveStartDate,EffectiveEndDate,PricingTierRangeMin,PricingTierRangeMax';
const ROW = 'DZH1,0001,US,USD,0.1,3/1/2018 12:00:00 AM,11/30/9999 11:59:59 PM,,';
const sheet = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

describe('a price sheet', () => {
  it('of licenses has the prices that invoices have', async () => {
    await bench.subscription({ parameters: { TermDuration: 'P1Y', BillingCycle: 'monthly' } });
    await bench.subscription({ parameters: { TermDuration: 'P1Y', BillingCycle: 'annual' }, reference: 'S-2', account: await bench.customer() });
    const row = {
      sku: 'CFQ7TTC0LH18:0001',
      title: 'CFQ7TTC0LH18 0001',
      meterIds: [],
      unit: '1 License',
      term: 'P1Y',
      segment: 'Commercial',
      market: 'US',
      currency: 'EUR',
      retailPrice: undefined,
      tierFrom: undefined,
      tierTo: undefined,
      validFrom: '2020-01-01',
      validUntil: undefined,
    };
    expect(await rowsOf({ ...METERED, sheet: 'LICENSES' })).toEqual([
      { ...row, billingCycle: 'Monthly', unitPrice: '26.53' },
      { ...row, billingCycle: 'Annual', unitPrice: '318.36' },
    ]);
  });

  it('of meters has what was metered', async () => {
    const { vendorSubscriptionId } = await bench.subscription({ policy: 'USAGE_DAILY' });
    await bench.control('usage', [
      { subscriptionId: vendorSubscriptionId, usageDate: '2030-05-01', quantity: '1', unitPrice: '0.00000123', meterId: 'm-1', meterName: 'Data "out", 1 GB' },
    ]);
    expect(await rowsOf()).toMatchObject([
      { meterIds: ['m-1'], title: 'Data "out", 1 GB', unit: '1 Hour', term: undefined, currency: 'USD', unitPrice: '0.00000123' },
    ]);
    expect(await rowsOf({ ...METERED, sheet: 'RESERVED' })).toEqual([]);
  });

  it('is read by the names of its columns, whatever their order and whatever else there is', async () => {
    const columns =
      'Unit Price,"ERP PRICE",effectivestartdate,EffectiveEndDate,Tags,SkuTitle,ProductID,SkuId,Market,Currency,Something,PricingTierRangeMin,PricingTierRangeMax,MeterIds';
    const row =
      '1.5E-05, 12345678901234.5678 ,2030-07-01T00:00:00Z,2030-07-31T23:59:59.9999999Z,,"A ""big"", one\r\nin two lines",DZH1,0002,us,eur,?,0,10.5,a;b c';
    await bench.putPriceSheet(`\uFEFF${columns}\r\n\r\n${row}\r\n`);
    expect(await rowsOf()).toEqual([
      {
        sku: 'DZH1:0002',
        title: 'A "big", one\r\nin two lines',
        meterIds: ['a', 'b', 'c'],
        unit: undefined,
        term: undefined,
        billingCycle: undefined,
        segment: undefined,
        market: 'US',
        currency: 'EUR',
        unitPrice: '0.000015',
        retailPrice: '12345678901234.5678',
        tierFrom: '0',
        tierTo: '10.5',
        validFrom: '2030-07-01',
        validUntil: '2030-08-01',
      },
    ]);
  });

  it.each([
    // from, to, and the first day that the price does not hold
    ['7/1/2030 12:00:00 AM', '7/31/2030 11:59:59 PM', '2030-07-01', '2030-08-01'],
    ['7/1/2030', '8/1/2030 12:00:00 AM', '2030-07-01', '2030-08-01'],
    ['2030-07-01', '2030-08-01', '2030-07-01', '2030-08-01'],
    ['2030-07-01T00:00:00', '2030-07-31T23:59:59', '2030-07-01', '2030-08-01'],
    ['7/1/2030 12:00:00 PM', '', '2030-07-01', undefined],
    ['7/1/2030 12:00:00 AM', '12/31/9999 11:59:59 PM', '2030-07-01', undefined],
  ])('holds from %s to %s', async (from, to, validFrom, validUntil) => {
    await bench.putPriceSheet(sheet(HEADER, `DZH1,0001,US,USD,0.1,${from},${to},,`));
    expect(await rowsOf()).toMatchObject([{ validFrom, validUntil }]);
  });

  it.each([
    // the third row of the file, and what is said of it
    ['DZH1,0001,US,USD,ten,3/1/2018,,,', 'row 3, column UnitPrice: "ten" is not a decimal number such as 0.085'],
    ['DZH1,0001,US,USD,"1,5",3/1/2018,,,', 'row 3, column UnitPrice: "1,5" is not a decimal number such as 0.085'],
    ['DZH1,0001,US,USD,,3/1/2018,,,', 'row 3, column UnitPrice: it is empty, and has to be there'],
    ['DZH1,,US,USD,1,3/1/2018,,,', 'row 3, column SkuId: it is empty, and has to be there'],
    ['DZH1,0001,US,USD,1,31/3/2018,,,', 'row 3, column EffectiveStartDate: "31/3/2018" is not a date such as 7/1/2030 12:00:00 AM or 2030-07-01T00:00:00Z'],
    ['DZH1,0001,US,USD,1,2018-02-30,,,', 'row 3, column EffectiveStartDate: "2018-02-30" is not a date such as'],
    ['DZH1,0001,US,USD,1,3/1/2018 12:75:00 AM,,,', 'row 3, column EffectiveStartDate: "3/1/2018 12:75:00 AM" is not a date such as'],
    ['DZH1,0001,US,USD,1,3/1/2018,6/31/2018,,', 'row 3, column EffectiveEndDate: "6/31/2018" is not a date such as'],
    ['DZH1,0001,US,USD,1,3/1/2018,,none,', 'row 3, column PricingTierRangeMin: "none" is not a decimal number such as 0.085'],
    ['DZH1,0001,US', 'row 3, column 3: the row ends there, and has to have 9 columns as the header has'],
    [`${ROW},more`, 'row 3, column 10: the row ends there, and has to have 9 columns as the header has'],
    ['DZH1,"00"01,US,USD,1,3/1/2018,,,', 'row 3: Invalid Closing Quote'],
    ['DZH1,"0001', 'row 3: Quote Not Closed'],
  ])('with %s is not read, and is told of', async (line, message) => {
    await bench.putPriceSheet(sheet(HEADER, ROW, line));
    expect(await prices()).toEqual({ kind: 'RETRYABLE', message: expect.stringContaining(`price sheet, ${message}`) });
  });

  it('without its columns is told of by those that are missing', async () => {
    await bench.putPriceSheet(sheet('ProductId,SkuId,Market,Price', 'DZH1,0001,US,1'));
    expect(await prices()).toEqual({
      kind: 'RETRYABLE',
      message: 'the price sheet has no column Currency, UnitPrice, EffectiveStartDate; it has ProductId, SkuId, Market, Price',
    });
  });

  it('without anything in it is told of', async () => {
    await bench.putPriceSheet('\r\n');
    expect(await prices()).toEqual({ kind: 'RETRYABLE', message: 'the price sheet is empty: it has no header' });
  });

  it('of a month is asked for by it, and there is none where there is none', async () => {
    await bench.putPriceSheet(sheet(HEADER, ROW), 'azure_consumption', '203004');
    expect(await rowsOf({ ...METERED, month: '2030-04' })).toMatchObject([{ sku: 'DZH1:0001', unitPrice: '0.1' }]);
    expect(await prices({ ...METERED, month: '2030-03' })).toEqual({ kind: 'SUCCEEDED', value: { rows: [], next: undefined, asOf: undefined } });
    expect((await bench.journal('priceSheet')).at(-1)!.request.path).toBe(
      "/v1.0/sales/pricesheets(Market='US',PricesheetView='azure_consumption')/$value?timeline=history&month=203003",
    );
  });

  it('of today that is not found is none that is empty', async () => {
    await bench.reset({ MICROSOFT_PRICES_URL: `${bench.simulator.apiUrl}/elsewhere` });
    expect(await prices()).toMatchObject({ kind: 'REJECTED', rejection: 'NOT_FOUND' });
  });

  it.each([
    // what is wrong, and the question
    ['"Europe" is no market', { ...METERED, market: 'Europe' }],
    [`"U'" is no market`, { ...METERED, market: "U'" }],
    ['"203005" is no month', { ...METERED, month: '203005' }],
  ])('is not asked for where %s', async (message, query) => {
    expect(await prices(query)).toMatchObject({ kind: 'REJECTED', rejection: 'VALIDATION', message: expect.stringContaining(message) });
    expect(await bench.journal()).toEqual([]);
  });
});

describe('a large price sheet', () => {
  const rows = (count: number): string[] => Array.from({ length: count }, (_, index) => `DZH1,${index},US,USD,${index}.${index},3/1/2018,,,`);

  it.each([
    // rows, and how many are on each page
    [0, [0]],
    [ROWS_PER_PAGE, [ROWS_PER_PAGE]],
    [2 * ROWS_PER_PAGE + 1, [ROWS_PER_PAGE, ROWS_PER_PAGE, 1]],
  ])('of %i rows comes in pages, each row on one of them', async (count, sizes) => {
    await bench.putPriceSheet(sheet(HEADER, ...rows(count)));
    const pages = await pagesOf((after) => prices(METERED, after, aCall(30_000)));
    expect(pages.map(({ length }) => length)).toEqual(sizes);
    const wrong = pages.flat().findIndex(({ sku, unitPrice }, index) => sku !== `DZH1:${index}` || unitPrice !== `${index}.${index}`);
    expect(wrong).toBe(-1);
  });

  it.each([
    // what it is when the second page is asked for
    ['one price is another', (lines: string[]) => lines.with(7, ROW), 'CONCURRENCY'],
    ['a row came before', (lines: string[]) => [ROW, ...lines], 'CONCURRENCY'],
    ['it is shorter than a page', (lines: string[]) => lines.slice(0, 5), 'CONCURRENCY'],
    ['a row came after', (lines: string[]) => [...lines, ROW], undefined],
  ])('that changed while it was read, as %s, is not mixed', async (_, change, rejection) => {
    const lines = rows(ROWS_PER_PAGE + 1);
    await bench.putPriceSheet(sheet(HEADER, ...lines));
    const first = await prices();
    await bench.putPriceSheet(sheet(HEADER, ...change(lines)));
    const second = await prices(METERED, first.kind === 'SUCCEEDED' ? first.value.next : 'failed');
    if (rejection) expect(second).toMatchObject({ kind: 'REJECTED', rejection });
    else expect(second).toMatchObject({ kind: 'SUCCEEDED', value: { rows: [{ sku: `DZH1:${ROWS_PER_PAGE}` }, { sku: 'DZH1:0001' }], next: undefined } });
  });

  it('that is gone after its first page has to be read again', async () => {
    const query = { ...METERED, month: '2030-04' };
    await bench.putPriceSheet(sheet(HEADER, ...rows(ROWS_PER_PAGE + 1)), 'azure_consumption', '203004');
    const first = await prices(query);
    const next = first.kind === 'SUCCEEDED' ? first.value.next : undefined;
    await bench.reset();
    expect(await prices(query, next)).toMatchObject({ kind: 'REJECTED', rejection: 'CONCURRENCY' });
    expect(await prices({ ...query, month: '2030-03' }, next)).toMatchObject({ kind: 'REJECTED', rejection: 'VALIDATION' });
  });

  it('of long rows has fewer of them on a page', async () => {
    const row = `DZH1,0001,US,USD,0.1,3/1/2018,,,${' '.repeat(100_000)}`;
    const page = await pageOf(Readable.from([sheet(HEADER, ...Array<string>(200).fill(row))]), undefined);
    const read = page.kind === 'SUCCEEDED' ? page.value : undefined;
    expect(read?.rows).toHaveLength(Math.ceil(CHARACTERS_PER_PAGE / (100_000 + 60)));
    // The header is the first row.
    expect(read?.next?.row).toBe(1 + read!.rows.length);
  });

  it.each(['{', 'anything', '', 'bnVsbA'])('does not go on from "%s"', async (after) => {
    expect(await prices(METERED, after)).toMatchObject({ kind: 'REJECTED', rejection: 'VALIDATION' });
    expect(await bench.journal('priceSheet')).toEqual([]);
  });
});

describe('reading prices', () => {
  it.each(READING_FAULTS)('under %s ends as %s', async (fault, kind) => {
    await bench.putPriceSheet(sheet(HEADER, ROW, ROW));
    await bench.fault('priceSheet', fault);
    const reading = await prices(METERED, undefined, aCall(400));
    expect(reading.kind).toBe(kind);
    if (reading.kind === 'THROTTLED') expect(reading.retryAfterMs).toBe(57_000);
    if (reading.kind === 'SUCCEEDED') expect(reading.value.rows).toMatchObject([{ unitPrice: '0.1' }, { unitPrice: '0.1' }]);
  });

  it('renews a token that expired, in the name of the same user', async () => {
    await prices();
    await bench.control('clock', { now: Date.now() + 2 * 3_600_000 });
    expect(await prices()).toMatchObject({ kind: 'SUCCEEDED' });
    const grants = (await bench.journal('token')).map(({ request }) => String(request.body));
    expect(grants).toEqual([expect.stringMatching(/^grant_type=refresh_token&/), expect.stringMatching(/^grant_type=refresh_token&/)]);
    expect(grants.join('')).not.toContain('simulated-refresh-token');
  });

  it('bears a byte order mark', async () => {
    await bench.putPriceSheet(sheet(HEADER, ROW));
    await bench.control('settings', { 'microsoft.bom': true });
    expect(await rowsOf()).toMatchObject([{ sku: 'DZH1:0001' }]);
  });

  it('needs a user: without one there is no such reading, and with one whose consent ended it is refused', async () => {
    expect(bench.vendor.capabilities.hasPrices).toBe(true);
    await bench.reset({ MICROSOFT_REFRESH_TOKEN: '' });
    expect([bench.vendor.capabilities.hasPrices, 'fetchPrices' in bench.vendor]).toEqual([false, false]);
    await bench.reset({ MICROSOFT_REFRESH_TOKEN: 'of-somebody-who-left' });
    const reading = await prices();
    expect(reading).toMatchObject({ kind: 'REJECTED', rejection: 'AUTH', vendorCode: 'invalid_grant' });
    expect(JSON.stringify(reading)).not.toContain('of-somebody-who-left');
  });
});
