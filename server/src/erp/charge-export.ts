/**
 * Charges as a stream: rows come out of PostgreSQL in binary and leave as NDJSON or CSV, a block at a time. Memory does
 * not grow with the number of rows. Rights and filters are those of the list.
 * @rule H5
 */
import { stringify } from 'csv-stringify/sync';
import { isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { uniformQuantity, type Segment } from '@cloudtill/domain/billing/segment';
import { formatAmount } from '@cloudtill/domain/money/money';
import { formatPercent } from '@cloudtill/domain/money/percent';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { ChargeFilter } from '../billing/billing.inputs.ts';
import { chargeConditions } from '../billing/charge-filter.ts';
import { chargeNumber, chargeShape, ifRateMayBeSeen, ifSeller, mayKnowVendorTerms } from '../billing/charge.type.ts';
import { BinaryRowStream, type BinaryReader } from '../platform/binary-copy.ts';
import type { App } from '../platform/context.ts';
import { encodeChargeId } from '../platform/ids.ts';
import { Sql } from '../platform/look-ahead.ts';
import { may, scopeOf, type Viewer } from '../platform/viewer.ts';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_INCLUDES = ['COST', 'APPROVAL_CODE', 'PARTNER_EARNED_CREDIT'] as const;
export type ExportInclude = (typeof EXPORT_INCLUDES)[number];

export interface ChargeExport {
  readonly filter: ChargeFilter;
  readonly format: ExportFormat;
  readonly include: ReadonlySet<string>;
}

/** A charge as it leaves. Amounts and prices are strings with exactly their decimals. */
interface ExportedCharge {
  readonly id: string;
  readonly number: string;
  readonly kind: string;
  readonly status: string;
  readonly billingPeriod: string;
  readonly subscription: string;
  readonly seller: string;
  readonly buyer: string;
  readonly customer: string;
  readonly product: string;
  readonly plan: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly quantity: number | null;
  readonly unitPrice: string;
  readonly listPrice: string;
  readonly rateMode: string | null;
  readonly ratePercent: string | null;
  readonly net: string;
  readonly currency: string;
  readonly periodDays: number;
  readonly segments: readonly Segment[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly acknowledgedAt: string | null;
  readonly cost?: string | null;
  readonly margin?: string | null;
  readonly approvalCode?: string | null;
  readonly creditRate?: string | null;
  readonly creditAmount?: string | null;
}

/** Bytes of one block; large enough that writing it costs nothing beside making it. */
const BLOCK_BYTES = 64 * 1024;

/** The export, block by block. Ends its transaction and gives back its connection however it ends. */
export async function* exportCharges(app: App, viewer: Viewer, { filter, format, include }: ChargeExport): AsyncGenerator<Buffer> {
  const client = await app.database.reads.connect(scopeOf(viewer));
  let whole = false;
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query('set local statement_timeout = 0');
    const query = selectCharges(viewer, isoDate(app.clock.today()), filter, include);
    yield* format === 'csv' ? csvBlocks(client, query, include) : ndjsonBlocks(client, query, include);
    await client.query('commit');
    whole = true;
  } finally {
    // Cut short, the connection is in the middle of a COPY and of no more use.
    client.release(!whole);
  }
}

/** COPY takes no parameters, so values are written as literals by PostgreSQL's own rules. */
function selectCharges(viewer: Viewer, today: string, filter: ChargeFilter, include: ReadonlySet<string>): string {
  const sql = new Sql(viewer, today, {}, {});
  const conditions = [...chargeConditions(filter), chargeShape.scope!].map((condition) => condition('c', sql)).filter((condition) => condition !== undefined);
  const cost = include.has('COST');
  const vendorTerms = mayKnowVendorTerms(viewer);
  const columns = [
    'c.customer_id',
    'c.billing_month',
    'c.id',
    'c.kind::text',
    'period.status',
    's.number',
    'seller.number',
    'buyer.number',
    'customer.number',
    'product.code',
    'plan.sku',
    'c.period_start',
    'c.period_end',
    'c.period_days',
    'c.segments',
    'c.unit_price_micros',
    'c.list_price_micros',
    ifRateMayBeSeen('c', sql, 'c.rate_mode::text'),
    'c.rate_percent',
    'c.net_minor',
    'c.currency::text',
    'c.created_at',
    'c.updated_at',
    'c.acknowledged_at',
    cost && may(viewer, 'costs:read') ? ifSeller('c', sql, 'cost_minor') : 'null::bigint',
    include.has('APPROVAL_CODE') && vendorTerms ? 'coalesce(c.approval_code, s.approval_code)' : 'null::text',
    ...(include.has('PARTNER_EARNED_CREDIT') && vendorTerms ? ['c.credit_rate', 'c.credit_minor'] : ['null::integer', 'null::bigint']),
  ];
  const text = `select ${columns.join(', ')} from charge c
    join billing_period period on period.month = c.billing_month join service_subscription s on s.id = c.subscription_id
    join account_name seller on seller.id = c.seller_id join account_name buyer on buyer.id = c.buyer_id join account_name customer on customer.id = c.customer_id
    join plan on plan.id = c.plan_id join product on product.id = plan.product_id ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}`;
  return text.replace(/\$(\d+)/g, (_, index: string) => literal(sql.values[Number(index) - 1]));
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `array[${value.map(literal).join(', ')}]`;
  const text = String(value);
  if (text.includes('\0')) throw new RangeError('a value with a NUL character');
  return text.includes('\\') ? `e'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`;
}

async function* rowsOf(client: PoolClient, query: string): AsyncGenerator<BinaryReader> {
  const rows = new BinaryRowStream();
  for await (const chunk of client.query(copyTo(`copy (${query}) to stdout (format binary)`))) yield rows.add(chunk as Buffer);
}

async function* ndjsonBlocks(client: PoolClient, query: string, include: ReadonlySet<string>): AsyncGenerator<Buffer> {
  let block = '';
  for await (const reader of rowsOf(client, query)) {
    while (reader.next()) block += `${toJson(readCharge(reader, include))}\n`;
    if (block.length < BLOCK_BYTES) continue;
    yield Buffer.from(block);
    block = '';
  }
  if (block.length > 0) yield Buffer.from(block);
}

const CSV_COLUMNS = [
  'id',
  'number',
  'kind',
  'status',
  'billingPeriod',
  'subscription',
  'seller',
  'buyer',
  'customer',
  'product',
  'plan',
  'periodStart',
  'periodEnd',
  'quantity',
  'unitPrice',
  'listPrice',
  'rateMode',
  'ratePercent',
  'net',
  'currency',
  'createdAt',
  'updatedAt',
  'acknowledgedAt',
] as const satisfies readonly (keyof ExportedCharge)[];

const INCLUDED_COLUMNS = {
  COST: ['cost', 'margin'],
  APPROVAL_CODE: ['approvalCode'],
  PARTNER_EARNED_CREDIT: ['creditRate', 'creditAmount'],
} as const satisfies Record<ExportInclude, readonly (keyof ExportedCharge)[]>;

/** Spreadsheets run what looks like a formula, so such texts get an apostrophe. */
async function* csvBlocks(client: PoolClient, query: string, include: ReadonlySet<string>): AsyncGenerator<Buffer> {
  const columns = [...CSV_COLUMNS, ...EXPORT_INCLUDES.filter((name) => include.has(name)).flatMap((name) => INCLUDED_COLUMNS[name])];
  const write = (charges: readonly (readonly unknown[])[]): Buffer =>
    Buffer.from(stringify(charges as unknown[][], { escape_formulas: true, record_delimiter: 'windows' }));
  yield write([columns]);
  for await (const reader of rowsOf(client, query)) {
    const charges: unknown[][] = [];
    while (reader.next()) {
      const charge = readCharge(reader, include);
      charges.push(columns.map((column) => charge[column] ?? ''));
    }
    if (charges.length > 0) yield write(charges);
  }
}

function readCharge(reader: BinaryReader, include: ReadonlySet<string>): ExportedCharge {
  const customerId = reader.uuid();
  const month = isoDate(reader.date());
  const id = String(reader.int4());
  const [kind, status, subscription, seller, buyer, customer, product, plan] = [
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
  ];
  const [periodStart, periodEnd, periodDays, segments] = [isoDate(reader.date()), isoDate(reader.date()), reader.int2(), readSegments(reader)];
  const [unit, list, rateMode, ratePercent, netMinor, currency] = [
    reader.int8(),
    reader.int8(),
    reader.optionalText(),
    reader.optionalInt8(),
    reader.int8(),
    reader.text(),
  ];
  const [createdAt, updatedAt, acknowledgedAt] = [instant(reader.int8())!, instant(reader.int8())!, instant(reader.optionalInt8())];
  const [costMinor, approvalCode, creditRate, creditMinor] = [reader.optionalInt8(), reader.optionalText(), reader.optionalInt4(), reader.optionalInt8()];
  const amount = (minor: bigint): string => formatAmount({ minor, currency });
  return {
    id: encodeChargeId(customerId, month, id),
    number: chargeNumber(month, id),
    kind,
    status,
    billingPeriod: month.slice(0, 7),
    subscription,
    seller,
    buyer,
    customer,
    product,
    plan,
    periodStart,
    periodEnd,
    quantity: uniformQuantity(segments) ?? null,
    unitPrice: price(unit),
    listPrice: price(list),
    rateMode: rateMode ?? null,
    ratePercent: rateMode !== undefined && ratePercent !== undefined ? formatPercent(ratePercent) : null,
    net: amount(netMinor),
    currency,
    periodDays,
    segments,
    createdAt,
    updatedAt,
    acknowledgedAt,
    ...(include.has('COST') && {
      cost: costMinor === undefined ? null : amount(costMinor),
      margin: costMinor === undefined ? null : amount(netMinor - costMinor),
    }),
    ...(include.has('APPROVAL_CODE') && { approvalCode: approvalCode ?? null }),
    ...(include.has('PARTNER_EARNED_CREDIT') && {
      creditRate: creditRate === undefined ? null : formatPercent(BigInt(creditRate)),
      creditAmount: creditMinor === undefined ? null : amount(creditMinor),
    }),
  };
}

function readSegments(reader: BinaryReader): Segment[] {
  const numbers = reader.int4Array();
  const segments: Segment[] = [];
  for (let index = 0; index < numbers.length; index += 3) {
    segments.push({ from: numbers[index] as LocalDate, to: numbers[index + 1] as LocalDate, quantity: numbers[index + 2]! });
  }
  return segments;
}

const MAX_REMEMBERED = 10_000;

/** Prices and instants come again and again; the text of each is made once. */
function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(key, (value = make(key)));
    }
    return value;
  };
}

const price = remembered((micros: bigint) => formatUnitPrice({ micros, currency: '' }));
/** PostgreSQL counts microseconds from 2000-01-01. */
const rfc3339 = remembered((micros: bigint) => new Date(Number(micros / 1000n) + 946_684_800_000).toISOString());
const instant = (micros: bigint | undefined): string | null => (micros === undefined ? null : rfc3339(micros));
const quoted = remembered((text: string) => JSON.stringify(text));

/** Written field by field: the names are known, and most values need no escaping. */
function toJson(charge: ExportedCharge): string {
  const {
    id,
    number,
    kind,
    status,
    billingPeriod,
    subscription,
    seller,
    buyer,
    customer,
    product,
    plan,
    periodStart,
    periodEnd,
    quantity,
    unitPrice,
    listPrice,
    rateMode,
    ratePercent,
    net,
    currency,
    periodDays,
    segments,
  } = charge;
  let parts = '';
  for (const { from, to, quantity: count } of segments) {
    parts += `${parts === '' ? '' : ','}{"from":"${isoDate(from)}","to":"${isoDate(to)}","quantity":${count},"days":${to - from}}`;
  }
  const rate = rateMode === null ? 'null' : `{"mode":"${rateMode}","percent":"${ratePercent}"}`;
  let line = `{"id":"${id}","number":"${number}","kind":"${kind}","status":"${status}","billingPeriod":"${billingPeriod}","subscription":${JSON.stringify(subscription)},"seller":${quoted(seller)},"buyer":${quoted(buyer)},"customer":${quoted(customer)},"product":${quoted(product)},"plan":${quoted(plan)},"periodStart":"${periodStart}","periodEnd":"${periodEnd}","quantity":${quantity},"unitPrice":"${unitPrice}","listPrice":"${listPrice}","priceListRate":${rate},"net":{"amount":"${net}","currency":"${currency}"},"periodDays":${periodDays},"segments":[${parts}],"createdAt":"${charge.createdAt}","updatedAt":"${charge.updatedAt}","acknowledgedAt":${nullable(charge.acknowledgedAt)}`;
  if (charge.cost !== undefined) line += `,"cost":${toMoney(charge.cost, currency)},"margin":${toMoney(charge.margin!, currency)}`;
  if (charge.approvalCode !== undefined) line += `,"approvalCode":${JSON.stringify(charge.approvalCode)}`;
  if (charge.creditRate !== undefined)
    line += `,"partnerEarnedCredit":${charge.creditRate === null ? 'null' : `{"rate":"${charge.creditRate}","amount":${toMoney(charge.creditAmount!, currency)}}`}`;
  return `${line}}`;
}

const nullable = (text: string | null): string => (text === null ? 'null' : `"${text}"`);
const toMoney = (amount: string | null, currency: string): string => (amount === null ? 'null' : `{"amount":"${amount}","currency":"${currency}"}`);
