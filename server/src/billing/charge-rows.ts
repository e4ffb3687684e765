/** Charges as rows of the binary COPY format: how they are written, and how what stands is read to compare. */
import type { LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { Rounding } from '@cloudtill/domain/money/rounding';
import type { ChargeKind, Segment } from '@cloudtill/domain/billing/segment';
import type { ListedPrice } from '../catalog/pricing.ts';
import { uuidBytes, type BinaryRows } from '../platform/binary-copy.ts';

/** Everything of a charge that follows from the history and the prices. Equal bytes here are an equal charge. */
export const FACT_COLUMNS = [
  'customer_id',
  'subscription_id',
  'billing_month',
  'tier',
  'plan_id',
  'kind',
  'period_start',
  'period_end',
  'period_days',
  'segments',
  'seller_id',
  'buyer_id',
  'unit_price_micros',
  'list_price_micros',
  'cost_price_micros',
  'rate_mode',
  'rate_percent',
  'price_list_id',
  'net_minor',
  'cost_minor',
  'currency',
  'rounding',
  'adjusts_month',
  'already_net_minor',
  'already_cost_minor',
] as const;

/** What a new charge has besides. */
const BIRTH_COLUMNS = ['id', 'created_at', 'updated_at'] as const;

export const NEW_CHARGE_COLUMNS = [...FACT_COLUMNS, ...BIRTH_COLUMNS] as const;

/** The columns that name a charge within its month: those of the unique index. */
export const KEY_COLUMNS = ['customer_id', 'billing_month', 'subscription_id', 'tier', 'plan_id', 'kind', 'period_start'] as const;

/** The columns that name an adjustment. */
export const ADJUSTMENT_KEY_COLUMNS = [...KEY_COLUMNS, 'adjusts_month', 'seller_id', 'buyer_id'] as const;

/** What shall stand in the books, of one edge. */
export interface ChargeFacts {
  readonly planId: string;
  readonly tier: number;
  readonly kind: ChargeKind;
  readonly start: LocalDate;
  readonly end: LocalDate;
  readonly periodDays: number;
  readonly segments: readonly Segment[];
  readonly price: ListedPrice;
  readonly netMinor: bigint;
  readonly costMinor: bigint;
  readonly adjusts?: { readonly month: LocalDate; readonly alreadyNetMinor: bigint; readonly alreadyCostMinor: bigint };
}

/** What all charges of a batch share. */
export interface ChargeFrame {
  readonly month: LocalDate;
  readonly rounding: Rounding;
  readonly writtenAt: number;
}

/** The subscription that a charge is of. */
export interface ChargeOwner {
  readonly customerId: string;
  /** Where the ids are: those of the customer and of the subscription. */
  readonly file: DataView;
  readonly customerAt: number;
  readonly at: number;
}

const texts = new Map<string, Buffer>();

/** Short texts that come again and again: kinds, currencies. */
function textBytes(text: string): Buffer {
  let bytes = texts.get(text);
  if (!bytes) texts.set(text, (bytes = Buffer.from(text)));
  return bytes;
}

const MAX_UUIDS = 100_000;
const uuids = new Map<string, Buffer>();

function knownUuidBytes(uuid: string): Buffer {
  let bytes = uuids.get(uuid);
  if (!bytes) {
    if (uuids.size >= MAX_UUIDS) uuids.clear();
    uuids.set(uuid, (bytes = uuidBytes(uuid)));
  }
  return bytes;
}

/**
 * Writes a charge.
 * @param birth its number within the month for a new one; left out where only the facts are wanted
 */
export function writeCharge(rows: BinaryRows, frame: ChargeFrame, owner: ChargeOwner, charge: ChargeFacts, birth?: number): void {
  const { planId, tier, kind, start, end, periodDays, segments, price, netMinor, costMinor, adjusts } = charge;
  rows.row(birth === undefined ? FACT_COLUMNS.length : NEW_CHARGE_COLUMNS.length);
  rows.uuid(owner.file, owner.customerAt);
  rows.uuid(owner.file, owner.at);
  rows.date(frame.month);
  rows.int2(tier);
  rows.bytes(knownUuidBytes(planId));
  rows.bytes(textBytes(kind));
  rows.date(start);
  rows.date(end);
  rows.int2(periodDays);
  rows.int4Array(segments.length * 3);
  for (const { from, to, quantity } of segments) {
    rows.int4(from);
    rows.int4(to);
    rows.int4(quantity);
  }
  rows.bytes(knownUuidBytes(price.sellerId));
  if (price.buyerId === owner.customerId) rows.uuid(owner.file, owner.customerAt);
  else rows.bytes(knownUuidBytes(price.buyerId));
  rows.int8(price.unitPrice.micros);
  rows.int8(price.listPrice.micros);
  rows.int8(price.cost.micros);
  if (price.rate) {
    rows.bytes(textBytes(price.rate.mode));
    rows.int8(price.rate.percent);
  } else {
    rows.null();
    rows.null();
  }
  if (price.priceListId === undefined) rows.null();
  else rows.bytes(knownUuidBytes(price.priceListId));
  rows.int8(netMinor);
  rows.int8(costMinor);
  rows.bytes(textBytes(price.unitPrice.currency));
  rows.bytes(textBytes(frame.rounding));
  if (adjusts) {
    rows.date(adjusts.month);
    rows.int8(adjusts.alreadyNetMinor);
    rows.int8(adjusts.alreadyCostMinor);
  } else {
    rows.null();
    rows.null();
    rows.null();
  }
  if (birth === undefined) return;
  rows.int4(birth);
  rows.timestamptz(frame.writtenAt);
  rows.timestamptz(frame.writtenAt);
}
