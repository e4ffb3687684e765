/** Subscriptions with their spans, read in batches for billing: two range scans a batch, in binary. */
import { addDays, isoDate, OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { QuantitySpan, QuantityTimeline } from '@cloudtill/domain/subscriptions/quantity-timeline';
import type { PlanTerms } from '@cloudtill/domain/catalog/billing-policy';
import type { PoolClient } from 'pg';
import { BinaryReader, copyOut, uuidOfKey } from '../platform/binary-copy.ts';

/** A plan as billing needs it. */
export interface BilledPlan extends PlanTerms {
  readonly id: string;
}

/** By the sixteen bytes of the id, as latin1. */
export type BilledPlans = ReadonlyMap<string, BilledPlan>;

export interface BilledSubscription {
  readonly customerKey: string;
  readonly customerBytes: Buffer;
  readonly key: string;
  readonly bytes: Buffer;
  readonly timeline: QuantityTimeline<BilledPlan>;
}

export interface Cursor {
  readonly customerId: string;
  readonly subscriptionId: string;
}

export interface Batch {
  readonly subscriptions: readonly BilledSubscription[];
  /** The last one; undefined when there are no more. */
  readonly end: Cursor | undefined;
}

/** An anniversary period that is charged in a month may have begun so long before. */
const LOOK_BACK_DAYS = 31;

export async function loadBilledPlans(client: Pick<PoolClient, 'query'>): Promise<BilledPlans> {
  const { rows } = await client.query<{ id: string; policy: BilledPlan['policy']; cycle: BilledPlan['cycle']; daily: BilledPlan['dailyQuantity'] }>(
    'select id, billing_policy as policy, cycle, daily_quantity as daily from plan',
  );
  return new Map(
    rows.map(({ id, policy, cycle, daily }) => [Buffer.from(id.replaceAll('-', ''), 'hex').toString('latin1'), { id, policy, cycle, dailyQuantity: daily }]),
  );
}

/** Which subscriptions can have charges in a month at all. */
export function mayBeCharged(month: BillingMonth, alias: string): string {
  const start = isoDate(month.start);
  return `${alias}.activated_on < '${isoDate(month.end)}' and (${alias}.ends_on is null or ${alias}.ends_on > '${start}' or ${alias}.activated_on >= '${start}')`;
}

/** The next subscriptions after a cursor, in the order of customer and subscription. */
export async function nextBatch(client: PoolClient, plans: BilledPlans, month: BillingMonth, after: Cursor | undefined, size: number): Promise<Batch> {
  const beyond = after ? `(s.customer_id, s.id) > ('${after.customerId}', '${after.subscriptionId}') and` : '';
  const page = `select s.customer_id, s.id, s.activated_on, s.ends_on from service_subscription s where ${beyond} ${mayBeCharged(month, 's')} order by s.customer_id, s.id limit ${size}`;
  const heads = readHeads(await copyOut(client, page));
  const [first, last] = [heads[0], heads.at(-1)];
  if (!first || !last) return { subscriptions: [], end: undefined };
  const range = `(q.customer_id, q.subscription_id) >= ('${uuidOfKey(first.customerKey)}', '${uuidOfKey(first.key)}') and (q.customer_id, q.subscription_id) <= ('${uuidOfKey(last.customerKey)}', '${uuidOfKey(last.key)}')`;
  const subscriptions = readSpans(await copyOut(client, spansWhere(range, month)), heads, plans);
  return { subscriptions, end: { customerId: uuidOfKey(last.customerKey), subscriptionId: uuidOfKey(last.key) } };
}

/** These subscriptions, wherever they stand. */
export async function someSubscriptions(client: PoolClient, plans: BilledPlans, month: BillingMonth, ids: readonly Cursor[]): Promise<BilledSubscription[]> {
  if (ids.length === 0) return [];
  const list = ids.map(({ customerId, subscriptionId }) => `('${customerId}'::uuid, '${subscriptionId}'::uuid)`).join(', ');
  const wanted = `(values ${list}) w (customer_id, subscription_id)`;
  const heads = readHeads(
    await copyOut(
      client,
      `select s.customer_id, s.id, s.activated_on, s.ends_on from ${wanted} join service_subscription s on s.customer_id = w.customer_id and s.id = w.subscription_id where ${mayBeCharged(month, 's')} order by s.customer_id, s.id`,
    ),
  );
  return readSpans(await copyOut(client, spansWhere(`(q.customer_id, q.subscription_id) in (select * from ${wanted})`, month)), heads, plans);
}

function spansWhere(condition: string, { start, end }: BillingMonth): string {
  return `select q.subscription_id, q.from_on, q.to_on, q.quantity, q.plan_id from quantity_span q
    where ${condition} and q.to_on >= '${isoDate(addDays(start, -LOOK_BACK_DAYS))}' and q.from_on < '${isoDate(end)}' order by q.customer_id, q.subscription_id, q.from_on`;
}

interface Head {
  readonly customerKey: string;
  readonly customerBytes: Buffer;
  readonly key: string;
  readonly bytes: Buffer;
  readonly activatedOn: LocalDate;
  readonly endsOn: LocalDate;
}

function readHeads(file: Buffer): Head[] {
  const heads: Head[] = [];
  const reader = new BinaryReader(file);
  let customerKey = '';
  while (reader.next()) {
    const customerBytes = reader.bytes()!;
    const key = customerBytes.toString('latin1');
    // One string a customer, not one a subscription.
    if (key !== customerKey) customerKey = key;
    const bytes = reader.bytes()!;
    heads.push({ customerKey, customerBytes, key: bytes.toString('latin1'), bytes, activatedOn: reader.date(), endsOn: reader.optionalDate() ?? OPEN_END });
  }
  return heads;
}

/** Gives each subscription its spans. Rows of subscriptions that cannot be charged this month lie between and are passed over. */
function readSpans(file: Buffer, heads: readonly Head[], plans: BilledPlans): BilledSubscription[] {
  const spansOf = new Map<string, QuantitySpan<BilledPlan>[]>();
  const subscriptions = heads.map(({ customerKey, customerBytes, key, bytes, activatedOn, endsOn }): BilledSubscription => {
    const spans: QuantitySpan<BilledPlan>[] = [];
    spansOf.set(key, spans);
    return { customerKey, customerBytes, key, bytes, timeline: { activatedOn, endsOn, spans } };
  });
  const reader = new BinaryReader(file);
  let owner = '';
  let spans: QuantitySpan<BilledPlan>[] | undefined;
  while (reader.next()) {
    const key = reader.uuidKey();
    if (key !== owner) {
      owner = key;
      spans = spansOf.get(key);
    }
    if (spans) spans.push({ from: reader.date(), to: reader.date(), quantity: reader.int4(), plan: plans.get(reader.uuidKey())! });
    else reader.skip(4);
  }
  return subscriptions;
}
