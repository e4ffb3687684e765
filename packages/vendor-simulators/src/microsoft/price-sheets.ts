/** Price sheets, as CSV: what was ordered and metered here, at the prices that invoices have, or a sheet that was put in. */
import type { Exchange, Frame, Op, Reply } from '../frame/simulator.ts';
import { priceOf } from './charges.ts';
import type { Records } from './records.ts';
import { Refused } from './wire.ts';

const COLUMNS = [
  'ProductTitle',
  'ProductId',
  'SkuId',
  'SkuTitle',
  'Publisher',
  'SkuDescription',
  'UnitOfMeasure',
  'TermDuration',
  'Market',
  'Currency',
  'UnitPrice',
  'PricingTierRangeMin',
  'PricingTierRangeMax',
  'EffectiveStartDate',
  'EffectiveEndDate',
  'MeterIds',
  'MeterType',
  'Tags',
] as const;
const LICENSE_COLUMNS = [...COLUMNS, 'BillingPlan', 'ERP Price', 'Segment'] as const;
const VIEWS: Readonly<Record<string, readonly string[]>> = {
  azure_consumption: COLUMNS,
  azure_reservations: COLUMNS,
  updatedlicensebased: LICENSE_COLUMNS,
};
const BEGIN = '1/1/2020 12:00:00 AM';
const NO_END = '11/30/9999 11:59:59 PM';

type Row = Readonly<Record<string, string>>;

export class PriceSheets {
  readonly #frame: Frame;
  readonly #records: Records;

  constructor(frame: Frame, records: Records) {
    this.#frame = frame;
    this.#records = records;
  }

  readonly ops: readonly Op[] = [
    { name: 'priceSheet', aliases: ['prices'], method: 'GET', path: '/v1.0/sales/:sheet/$value', run: (exchange) => this.#get(exchange) },
  ];

  readonly control: readonly Op[] = [{ name: 'putPriceSheet', method: 'POST', path: '/__sim/pricesheets', run: (exchange) => this.#put(exchange) }];

  /** `pricesheets(Market='us',PricesheetView='azure_consumption')`, of today or of the month that is named. */
  #get({ fault, params, query }: Exchange): Reply {
    const [, market, view] = /^pricesheets\(Market='(\w\w)',PricesheetView='(\w+)'\)$/i.exec(params['sheet'] ?? '') ?? [];
    const columns = VIEWS[view?.toLowerCase() ?? ''];
    if (!market || !view || !columns) throw new Refused(400, '400', 'The market or the view is not known.');
    const isHistory = query.get('timeline')?.toLowerCase() === 'history';
    const month = isHistory ? (query.get('month') ?? '') : '';
    if (isHistory && !/^\d{6}$/.test(month)) throw new Refused(400, '400', 'Month must be YYYYMM.', ['month']);
    const put = this.#records.priceSheets.get(keyOf(market, view, month));
    if (!put && isHistory) throw new Refused(404, '404', 'There is no price sheet of that month.');
    const csv = put?.csv ?? sheetOf(columns, this.#rows(view.toLowerCase(), market.toUpperCase()));
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename=sheets.csv' },
      body: (this.#frame.setting('microsoft.bom') === true ? '\uFEFF' : '') + (fault?.kind === 'SCHEMA_DRIFT' ? withColumn(csv) : csv),
    };
  }

  /** `?market=US&view=azure_consumption[&month=YYYYMM]` with the whole file as the body. */
  #put({ body, query }: Exchange): Reply {
    const [market, view, month] = [query.get('market') ?? '', query.get('view') ?? '', query.get('month') ?? ''];
    if (!VIEWS[view.toLowerCase()]) return { status: 400, body: { message: `view is "${view}"; known are ${Object.keys(VIEWS).join(', ')}` } };
    this.#records.priceSheets.put(keyOf(market, view, month), { csv: body.toString('utf8') });
    return { status: 200, body: { bytes: body.length } };
  }

  #rows(view: string, market: string): readonly Row[] {
    const common = { Market: market, Publisher: 'Simulated', EffectiveStartDate: BEGIN, EffectiveEndDate: NO_END };
    if (view === 'updatedlicensebased') {
      const lines = this.#records.orders
        .values()
        .flatMap(({ billingCycle, currencyCode, lines: of }) => of.map((line) => ({ ...line, billingCycle, currencyCode })));
      const articles = new Map(lines.filter(({ termDuration }) => termDuration !== undefined).map((line) => [articleOf(line), line]));
      return [...articles.values()].map((line) => {
        const [ProductId = '', SkuId = ''] = line.catalogItemId.split(':');
        const Currency = line.currencyCode;
        const BillingPlan = line.billingCycle === 'monthly' ? 'Monthly' : 'Annual';
        const UnitPrice = priceOf(line);
        const names = { ProductTitle: ProductId, SkuTitle: `${ProductId} ${SkuId}`, UnitOfMeasure: '1 License', TermDuration: line.termDuration ?? '' };
        return { ...common, ...names, ProductId, SkuId, Currency, BillingPlan, UnitPrice, Segment: 'Commercial' };
      });
    }
    if (view === 'azure_reservations') return [];
    const meters = new Map(this.#records.usage.values().map((usage) => [usage.meterId, usage]));
    return [...meters.values()].map(({ meterId, meterName, subscriptionId, unit, unitPrice }) => {
      const [ProductId = '', SkuId = ''] = this.#records.subscriptions.get(subscriptionId)?.catalogItemId.split(':') ?? [];
      const names = {
        ProductTitle: meterName,
        SkuTitle: meterName,
        UnitOfMeasure: unit,
        TermDuration: 'payG-1',
        MeterIds: meterId,
        MeterType: unit,
        Tags: 'Azure',
      };
      return { ...common, ...names, ProductId, SkuId, Currency: 'USD', UnitPrice: unitPrice };
    });
  }
}

const keyOf = (market: string, view: string, month: string): string => `${market} ${view} ${month}`.toLowerCase();

const articleOf = ({
  billingCycle,
  catalogItemId,
  currencyCode,
  termDuration,
}: {
  billingCycle: string;
  catalogItemId: string;
  currencyCode: string;
  termDuration: string | undefined;
}): string => [catalogItemId.split(':').slice(0, 2).join(':'), currencyCode, termDuration, billingCycle].join(' ').toLowerCase();

const sheetOf = (columns: readonly string[], rows: readonly Row[]): string =>
  [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** What a next version may bring. */
const withColumn = (csv: string): string =>
  csv
    .split('\r\n')
    .map((line, index) => (line === '' ? line : index === 0 ? `"IntroducedLater",${line}` : `"anything",${line}`))
    .join('\r\n');
