/** Subscriptions with their spans, read in batches for billing: two range scans a batch, in binary. */
import { addDays, isoDate, OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { LONGEST_PERIOD_DAYS } from '@cloudtill/domain/billing/payg';
import type { BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { QuantitySpan, QuantityTimeline } from '@cloudtill/domain/subscriptions/quantity-timeline';
import type { PlanTerms } from '@cloudtill/domain/catalog/billing-policy';
import type { PoolClient } from 'pg';
import { BinaryReader, copyOut, sameUuid, uuidOfBytes } from '../platform/binary-copy.ts';

/** A plan as billing needs it. */
export interface BilledPlan extends PlanTerms {
  readonly id: string;
}

/** By the sixteen bytes of the id, as latin1. */
type BilledPlans = ReadonlyMap<string, BilledPlan>;

export interface BilledSubscription {
  readonly customerId: string;
  readonly customerBytes: Buffer;
  readonly bytes: Buffer;
  readonly timeline: QuantityTimeline<BilledPlan>;
}

/** Every customer of a batch, once. */
export function customersOf(subscriptions: readonly BilledSubscription[]): Set<string> {
  const ids = new Set<string>();
  let last = '';
  for (const { customerId } of subscriptions) if (customerId !== last) ids.add((last = customerId));
  return ids;
}

export function idOf({ bytes }: BilledSubscription): string {
  return uuidOfBytes(bytes);
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

async function loadBilledPlans(client: Pick<PoolClient, 'query'>): Promise<BilledPlans> {
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
export async function nextBatch(client: PoolClient, month: BillingMonth, after: Cursor | undefined, size: number): Promise<Batch> {
  const beyond = after ? `(s.customer_id, s.id) > ('${after.customerId}', '${after.subscriptionId}') and` : '';
  const page = `select s.customer_id, s.id, s.activated_on, s.ends_on from service_subscription s where ${beyond} ${mayBeCharged(month, 's')} order by s.customer_id, s.id limit ${size}`;
  const heads = readHeads(await copyOut(client, page));
  const [first, last] = [heads[0], heads.at(-1)];
  if (!first || !last) return { subscriptions: [], end: undefined };
  const cursor = (head: Head): Cursor => ({ customerId: head.customerId, subscriptionId: uuidOfBytes(head.bytes) });
  const [from, to] = [cursor(first), cursor(last)];
  const range = `(q.customer_id, q.subscription_id) >= ('${from.customerId}', '${from.subscriptionId}') and (q.customer_id, q.subscription_id) <= ('${to.customerId}', '${to.subscriptionId}')`;
  return { subscriptions: await withSpans(client, heads, range, month), end: to };
}

/** These subscriptions, wherever they stand. */
export async function someSubscriptions(client: PoolClient, month: BillingMonth, ids: readonly Cursor[]): Promise<BilledSubscription[]> {
  if (ids.length === 0) return [];
  const list = ids.map(({ customerId, subscriptionId }) => `('${customerId}'::uuid, '${subscriptionId}'::uuid)`).join(', ');
  const wanted = `(values ${list}) w (customer_id, subscription_id)`;
  const heads = readHeads(
    await copyOut(
      client,
      `select s.customer_id, s.id, s.activated_on, s.ends_on from ${wanted} join service_subscription s on s.customer_id = w.customer_id and s.id = w.subscription_id where ${mayBeCharged(month, 's')} order by s.customer_id, s.id`,
    ),
  );
  return withSpans(client, heads, `(q.customer_id, q.subscription_id) in (select * from ${wanted})`, month);
}

async function withSpans(client: PoolClient, heads: readonly Head[], condition: string, { start, end }: BillingMonth): Promise<BilledSubscription[]> {
  // An anniversary period that is charged in the month may reach so far out of it on either side; what is held up to its
  // end decides whether it is charged here or in the month after.
  const spans = await copyOut(
    client,
    `select q.subscription_id, q.from_on, q.to_on, q.quantity, q.plan_id from quantity_span q
      where ${condition} and q.to_on >= '${isoDate(addDays(start, -LONGEST_PERIOD_DAYS))}' and q.from_on < '${isoDate(addDays(end, LONGEST_PERIOD_DAYS))}' order by q.customer_id, q.subscription_id, q.from_on`,
  );
  // After the spans, so that none of them names a plan that was made in between.
  return readSpans(spans, heads, await loadBilledPlans(client));
}

interface Head {
  readonly customerId: string;
  readonly customerBytes: Buffer;
  readonly bytes: Buffer;
  readonly activatedOn: LocalDate;
  readonly endsOn: LocalDate;
}

function readHeads(file: Buffer): Head[] {
  const heads: Head[] = [];
  const reader = new BinaryReader(file);
  let last: Head | undefined;
  while (reader.next()) {
    const at = reader.uuidAt();
    // One customer's subscriptions follow each other; they share its id.
    const same = last && sameUuid(file, at, last.customerBytes, 0);
    const customerBytes = same ? last!.customerBytes : file.subarray(at, at + 16);
    const customerId = same ? last!.customerId : uuidOfBytes(customerBytes);
    const bytes = reader.bytes()!;
    heads.push((last = { customerId, customerBytes, bytes, activatedOn: reader.date(), endsOn: reader.optionalDate() ?? OPEN_END }));
  }
  return heads;
}

/**
 * Gives each subscription its spans. Both come in the same order, so the next span is of this subscription or of the
 * next one; only where subscriptions without spans, or spans of ones that cannot be charged, lie between is it looked up.
 */
function readSpans(file: Buffer, heads: readonly Head[], plans: BilledPlans): BilledSubscription[] {
  const spans: QuantitySpan<BilledPlan>[][] = heads.map(() => []);
  const reader = new BinaryReader(file);
  let places: Map<string, number> | undefined;
  let place = -1;
  let ownerAt = -1;
  let planAt = -1;
  let plan: BilledPlan | undefined;
  while (reader.next()) {
    const at = reader.uuidAt();
    if (ownerAt < 0 || !sameUuid(file, at, file, ownerAt)) {
      ownerAt = at;
      const next = heads[place + 1];
      if (next && sameUuid(file, at, next.bytes, 0)) place += 1;
      else place = (places ??= new Map(heads.map(({ bytes }, index) => [bytes.toString('latin1'), index]))).get(file.toString('latin1', at, at + 16)) ?? -1;
    }
    const from = reader.date();
    const to = reader.date();
    const quantity = reader.int4();
    const nextPlanAt = reader.uuidAt();
    if (planAt < 0 || !sameUuid(file, nextPlanAt, file, planAt)) {
      planAt = nextPlanAt;
      plan = plans.get(file.toString('latin1', planAt, planAt + 16));
    }
    spans[place]?.push({ from, to, quantity, plan: plan! });
  }
  return heads.map(({ customerId, customerBytes, bytes, activatedOn, endsOn }, index): BilledSubscription => ({
    customerId,
    customerBytes,
    bytes,
    timeline: { activatedOn, endsOn, spans: spans[index]! },
  }));
}
