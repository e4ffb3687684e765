/**
 * Rating again what was marked: the target is laid beside what stands, and only the difference is written. Marks of
 * closed months become adjustments in the first open month after them.
 * @rule H2
 */
import { isoDate, localDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { monthOf, type BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { adjustmentsFor, keyText, type Charged } from '@cloudtill/domain/billing/adjustment';
import type { PoolClient } from 'pg';
import { PriceBook, type ListedPrice } from '../catalog/pricing.ts';
import { BinaryRows, copyIn, uuidBytes, viewOf } from '../platform/binary-copy.ts';
import { inTransaction } from '../platform/database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { nextChargeNumber, park, type ParkedSubscription, type RunAtWork } from './run-at-work.ts';
import { ADJUSTMENT_KEY_COLUMNS, FACT_COLUMNS, KEY_COLUMNS, writeCharge, type ChargeFacts } from './charge-rows.ts';
import { isParkedSubscription, rate } from './rate.ts';
import { BATCH_SIZE, customersOf, idOf, someSubscriptions, type Cursor } from './subscription-batch.ts';

/**
 * Settles one batch of marks of the run's month, or of the closed months that it answers for.
 * @returns how many marks were settled; zero when there are none left
 */
export async function settleMarks(run: RunAtWork): Promise<number> {
  const { client, month } = run;
  const own = await settleMonth(run, month);
  if (own > 0) return own;
  for (const closed of await closedMonthsAnsweredBy(client, month)) {
    const settled = await settleMonth(run, closed);
    if (settled > 0) return settled;
  }
  return 0;
}

/** Closed months whose corrections belong into this one: it is the first open month after them. @rule H2 */
async function closedMonthsAnsweredBy(client: PoolClient, month: BillingMonth): Promise<BillingMonth[]> {
  const { rows } = await client.query<{ month: string }>(
    `select distinct k.month::text from rating_mark k join billing_period c on c.month = k.month and c.status = 'CLOSED'
      where k.month < $1 and not exists (select 1 from billing_period o where o.status = 'OPEN' and o.month > k.month and o.month < $1) order by 1`,
    [isoDate(month.start)],
  );
  return rows.map((row) => monthOf(localDate(row.month)));
}

/**
 * One batch, in one transaction: the marks are taken before anything is read, so a change that comes in later finds its
 * mark gone, waits for this to end and marks again.
 */
async function settleMonth(run: RunAtWork, marked: BillingMonth): Promise<number> {
  const { client } = run;
  return inTransaction(client, async () => {
    const ids = await takeMarks(client, marked);
    if (ids.length > 0) await settleBatch(run, marked, ids);
    return ids.length;
  });
}

async function takeMarks(client: PoolClient, { start }: BillingMonth): Promise<Cursor[]> {
  const { rows } = await client.query<{ customer_id: string; subscription_id: string }>(
    `with taken as (delete from rating_mark where (month, customer_id, subscription_id) in
       (select month, customer_id, subscription_id from rating_mark where month = $1 order by customer_id, subscription_id limit $2)
       returning customer_id, subscription_id)
     select * from taken order by customer_id, subscription_id`,
    [isoDate(start), BATCH_SIZE],
  );
  return rows.map(({ customer_id, subscription_id }) => ({ customerId: customer_id, subscriptionId: subscription_id }));
}

async function settleBatch(run: RunAtWork, marked: BillingMonth, ids: readonly Cursor[]): Promise<void> {
  const { client, month, frame, runId, work } = run;
  // Prices as they are now: what is marked may be marked because of them.
  const book = await PriceBook.load(work.app.database.system);
  const subscriptions = await someSubscriptions(client, marked, ids);
  const customers = await book.buyers(customersOf(subscriptions));

  const corrects = marked.start !== month.start;
  const charged = corrects ? await chargesFor(marked, run, ids) : new Map<string, StandingCharge[]>();
  const target = new BinaryRows();
  const parked: ParkedSubscription[] = [];
  const rated = new Set<string>();
  for (const subscription of subscriptions) {
    const charges = rate(subscription, customers.get(subscription.customerId)!, book, marked, run.rounding);
    rated.add(idOf(subscription));
    if (isParkedSubscription(charges)) {
      parked.push(charges);
      continue;
    }
    const wanted = corrects ? corrections(charges, charged.get(idOf(subscription)) ?? [], marked.start) : charges;
    for (const charge of wanted) writeCharge(target, frame, subscription, charge);
  }
  if (corrects) writeCancellations(run, target, charged, rated, marked);
  await failpoint('run:before-differences');

  await stage(
    client,
    target,
    ids.filter(({ subscriptionId }) => !parked.some((one) => one.subscriptionId === subscriptionId)),
  );
  const changes = await merge(run, corrects ? marked : undefined);
  await client.query(
    'delete from parked_subscription p using marked m where p.month = $1 and p.customer_id = m.customer_id and p.subscription_id = m.subscription_id',
    [isoDate(month.start)],
  );
  await park(client, month.start, parked, frame.writtenAt);
  await client.query(
    `update billing_run set subscriptions_done = subscriptions_done + $2, charges_written = charges_written + $3, charges_changed = charges_changed + $4, charges_withdrawn = charges_withdrawn + $5 where id = $1`,
    [runId, ids.length, changes.written, changes.changed, changes.withdrawn],
  );
}

// ---- corrections of closed months

interface StandingCharge extends Charged {
  readonly customerId: string;
  readonly end: LocalDate;
  readonly periodDays: number;
  readonly price: ListedPrice;
}

/**
 * What was charged for a closed month: its own charges, and the adjustments made to it since in other months. Such a month
 * may still be open: one before it was opened later, and answers now. By subscription.
 */
async function chargesFor({ start }: BillingMonth, { client, month }: RunAtWork, ids: readonly Cursor[]): Promise<Map<string, StandingCharge[]>> {
  const { rows } = await client.query<Record<string, string>>(
    `select c.subscription_id, c.customer_id, c.plan_id, c.tier, c.period_start::text, c.period_end::text, c.period_days, c.seller_id, c.buyer_id,
            c.unit_price_micros, c.list_price_micros, c.cost_price_micros, c.currency, c.net_minor, c.cost_minor
       from unnest($2::uuid[], $3::uuid[]) m (customer_id, subscription_id)
       join charge c on c.customer_id = m.customer_id and c.subscription_id = m.subscription_id
      where (c.billing_month = $1 and c.kind in ('RECURRING', 'PRORATION')) or (c.adjusts_month = $1 and c.billing_month <> $4)
      order by c.billing_month, c.id`,
    [isoDate(start), ids.map(({ customerId }) => customerId), ids.map(({ subscriptionId }) => subscriptionId), isoDate(month.start)],
  );
  const charged = new Map<string, StandingCharge[]>();
  for (const row of rows) {
    const currency = row['currency']!;
    const micros = (column: string): { micros: bigint; currency: string } => ({ micros: BigInt(row[column]!), currency });
    const charge: StandingCharge = {
      customerId: row['customer_id']!,
      planId: row['plan_id']!,
      tier: Number(row['tier']),
      sellerId: row['seller_id']!,
      buyerId: row['buyer_id']!,
      start: localDate(row['period_start']!),
      end: localDate(row['period_end']!),
      periodDays: Number(row['period_days']),
      netMinor: BigInt(row['net_minor']!),
      costMinor: BigInt(row['cost_minor']!),
      price: {
        unitPrice: micros('unit_price_micros'),
        listPrice: micros('list_price_micros'),
        cost: micros('cost_price_micros'),
        rate: undefined,
        sellerId: row['seller_id']!,
        buyerId: row['buyer_id']!,
        priceListId: undefined,
      },
    };
    const list = charged.get(row['subscription_id']!);
    if (list) list.push(charge);
    else charged.set(row['subscription_id']!, [charge]);
  }
  return charged;
}

/** Adjustments that bring a closed month to its target; what should not have been charged at all is taken back. */
function corrections(targets: readonly ChargeFacts[], charged: readonly StandingCharge[], month: LocalDate): ChargeFacts[] {
  return adjustmentsFor(
    targets.map((charge) => ({ ...charge, sellerId: charge.price.sellerId, buyerId: charge.price.buyerId, charge })),
    charged,
  ).map(({ key, target, alreadyNetMinor, alreadyCostMinor }) => {
    const stood = charged.findLast((one) => keyText(one) === keyText(key));
    const facts: ChargeFacts = target ?? { ...stood!, kind: 'ADJUSTMENT', segments: [], netMinor: 0n, costMinor: 0n };
    return {
      ...facts,
      kind: 'ADJUSTMENT',
      netMinor: facts.netMinor - alreadyNetMinor,
      costMinor: facts.costMinor - alreadyCostMinor,
      adjusts: { month, alreadyNetMinor, alreadyCostMinor },
    };
  });
}

/** Subscriptions that cannot be charged for the month at all any more, such as ones that ended before it after all. */
function writeCancellations(
  { frame }: RunAtWork,
  rows: BinaryRows,
  charged: ReadonlyMap<string, readonly StandingCharge[]>,
  rated: ReadonlySet<string>,
  marked: BillingMonth,
): void {
  for (const [subscriptionId, charges] of charged) {
    if (rated.has(subscriptionId)) continue;
    const { customerId } = charges[0]!;
    const owner = { customerId, file: viewOf(Buffer.concat([uuidBytes(customerId), uuidBytes(subscriptionId)])), customerAt: 0, at: 16 };
    for (const charge of corrections([], charges, marked.start)) writeCharge(rows, frame, owner, charge);
  }
}

// ---- target beside what stands

/** Puts the target and the subscriptions that it is for into tables of this transaction. */
async function stage(client: PoolClient, target: BinaryRows, ids: readonly Cursor[]): Promise<void> {
  await client.query(`create temporary table if not exists staged (like charge) on commit delete rows`);
  for (const column of ['id', 'revision', 'created_at', 'updated_at']) await client.query(`alter table staged alter column ${column} drop not null`);
  await client.query(`create temporary table if not exists marked (customer_id uuid not null, subscription_id uuid not null) on commit delete rows`);
  await client.query('insert into marked select * from unnest($1::uuid[], $2::uuid[])', [
    ids.map(({ customerId }) => customerId),
    ids.map(({ subscriptionId }) => subscriptionId),
  ]);
  if (target.rows > 0) await copyIn(client, 'staged', FACT_COLUMNS, target.finish());
}

/**
 * Withdraws what should not stand, changes what differs, adds what is missing.
 * @param corrected the closed month that is corrected; undefined for the run's own month
 */
async function merge(
  { client, month, frame }: RunAtWork,
  corrected: BillingMonth | undefined,
): Promise<{ written: number; changed: number; withdrawn: number }> {
  const key: readonly string[] = corrected ? ADJUSTMENT_KEY_COLUMNS : KEY_COLUMNS;
  const sameKey = key.map((column) => `c.${column} = s.${column}`).join(' and ');
  const facts = FACT_COLUMNS.filter((column) => !key.includes(column));
  const scope = corrected ? `c.adjusts_month = '${isoDate(corrected.start)}'` : `c.kind in ('RECURRING', 'PRORATION')`;
  const mine = `c.customer_id = m.customer_id and c.billing_month = '${isoDate(month.start)}' and c.subscription_id = m.subscription_id and ${scope}`;
  const writtenAt = new Date(frame.writtenAt);
  const withdrawn = await client.query(`delete from charge c using marked m where ${mine} and not exists (select 1 from staged s where ${sameKey})`);
  const changed = await client.query(
    `update charge c set ${facts.map((column) => `${column} = s.${column}`).join(', ')}, revision = c.revision + 1, updated_at = $1, acknowledged_at = null
       from staged s where ${sameKey} and (${facts.map((column) => `c.${column}`).join(', ')}) is distinct from (${facts.map((column) => `s.${column}`).join(', ')})`,
    [writtenAt],
  );
  const first = await nextChargeNumber(client, month);
  const written = await client.query(
    `insert into charge (${FACT_COLUMNS.join(', ')}, id, created_at, updated_at)
     select ${FACT_COLUMNS.map((column) => `s.${column}`).join(', ')}, $1 + row_number() over (order by s.customer_id, s.subscription_id, s.period_start, s.tier) - 1, $2, $2
       from staged s where not exists (select 1 from charge c where ${sameKey})`,
    [first, writtenAt],
  );
  await client.query('update billing_period set charges_numbered = charges_numbered + $2 where month = $1', [isoDate(month.start), written.rowCount]);
  return { written: written.rowCount ?? 0, changed: changed.rowCount ?? 0, withdrawn: withdrawn.rowCount ?? 0 };
}
