/** One row of a price sheet. Its columns may come in any order, and others beside them. */
import { decimalOf } from '../decimal.ts';
import type { PriceRow } from '../vendor.ts';
import { DAY_MS, dayOf, isoDay, NO_END_YEAR } from './days.ts';

const OPTIONAL = [
  'SkuTitle',
  'ProductTitle',
  'MeterIds',
  'UnitOfMeasure',
  'TermDuration',
  'BillingPlan',
  'Segment',
  'ERP Price',
  'PricingTierRangeMin',
  'PricingTierRangeMax',
  'EffectiveEndDate',
] as const;
const REQUIRED = ['ProductId', 'SkuId', 'Market', 'Currency', 'UnitPrice', 'EffectiveStartDate'] as const;

type Column = (typeof REQUIRED | typeof OPTIONAL)[number];

export interface Columns {
  /** Where those that we know are. A sheet may write them in another case, and without the space. */
  readonly indexes: ReadonlyMap<Column, number>;
  readonly count: number;
}

/** What is wrong with a row. */
export interface Misread {
  readonly column: string;
  readonly problem: string;
}

const keyOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

export function columnsOf(header: readonly string[]): Columns {
  const keys = header.map(keyOf);
  const found = [...REQUIRED, ...OPTIONAL].map((name): [Column, number] => [name, keys.lastIndexOf(keyOf(name))]);
  return { indexes: new Map(found.filter(([, index]) => index >= 0)), count: header.length };
}

export const missingColumns = ({ indexes }: Columns): readonly string[] => REQUIRED.filter((name) => !indexes.has(name));

export function priceRowOf({ count, indexes }: Columns, cells: readonly string[]): PriceRow | Misread {
  const cell = (name: Column): string | undefined => cells[indexes.get(name) ?? -1]?.trim() || undefined;
  if (cells.length !== count) return { column: String(cells.length), problem: `the row ends there, and has to have ${count} columns as the header has` };
  const missing = REQUIRED.find((name) => cell(name) === undefined);
  if (missing) return { column: missing, problem: 'it is empty, and has to be there' };
  for (const column of ['UnitPrice', 'ERP Price', 'PricingTierRangeMin', 'PricingTierRangeMax'] as const) {
    const written = cell(column);
    if (written !== undefined && decimalOf(written) === undefined) return misread(column, written, 'a decimal number such as 0.085');
  }
  for (const column of ['EffectiveStartDate', 'EffectiveEndDate'] as const) {
    const written = cell(column);
    if (written !== undefined && instantOf(written) === undefined)
      return misread(column, written, 'a date such as 7/1/2030 12:00:00 AM or 2030-07-01T00:00:00Z');
  }
  const decimal = (name: Column): string | undefined => decimalOf(cell(name) ?? '');
  const day = (name: Column): number => instantOf(cell(name) ?? '') ?? Number.NaN;
  const end = cell('EffectiveEndDate') === undefined ? undefined : day('EffectiveEndDate');
  return {
    sku: `${cell('ProductId')}:${cell('SkuId')}`,
    title: cell('SkuTitle') ?? cell('ProductTitle'),
    meterIds: (cell('MeterIds') ?? '').split(/[\s,;]+/).filter(Boolean),
    unit: cell('UnitOfMeasure'),
    term: /^P\d+[DMY]$/i.exec(cell('TermDuration') ?? '')?.[0].toUpperCase(),
    billingCycle: cell('BillingPlan'),
    segment: cell('Segment'),
    market: cell('Market')!.toUpperCase(),
    currency: cell('Currency')!.toUpperCase(),
    unitPrice: decimal('UnitPrice')!,
    retailPrice: decimal('ERP Price'),
    tierFrom: decimal('PricingTierRangeMin'),
    tierTo: decimal('PricingTierRangeMax'),
    validFrom: isoDay(day('EffectiveStartDate')),
    validUntil: end === undefined || new Date(end).getUTCFullYear() >= NO_END_YEAR ? undefined : isoDay(firstDayAfter(end)),
  };
}

const misread = (column: string, written: string, wanted: string): Misread => ({ column, problem: `"${written.slice(0, 40)}" is not ${wanted}` });

/** In UTC. Americans write the month first. */
function instantOf(written: string): number | undefined {
  const [, month = '', day = '', year, hour = '12', minute = '00', second = '00', half = 'AM'] =
    /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))? ([AP]M))?$/i.exec(written) ?? [];
  const hours = (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  const iso = year === undefined ? written : `${year}-${two(month)}-${two(day)}T${two(String(hours))}:${minute}:${second}Z`;
  if (dayOf(iso) === undefined) return undefined;
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d|^\d{4}-\d\d-\d\d)$/i.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(at) ? undefined : at;
}

const two = (digits: string): string => digits.padStart(2, '0');

/** An end is the last second of a day, or the midnight after it. */
const firstDayAfter = (end: number): number => Math.ceil(end / DAY_MS) * DAY_MS;
