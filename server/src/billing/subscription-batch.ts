/** Subscriptions with their spans, read in batches for billing: two range scans a batch, in binary. */
import { LONGEST_PERIOD_DAYS } from '@cloudtill/domain/billing/payg';
import { addDays, isoDate, OPEN_END } from '@cloudtill/domain/calendar/local-date';
import type { BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { QuantitySpan, QuantityTimeline } from '@cloudtill/domain/subscriptions/quantity-timeline';
import type { PlanTerms } from '@cloudtill/domain/catalog/billing-policy';
import type { PoolClient } from 'pg';
import { BinaryReader, copyOut, sameUuid, uuidIn } from '../platform/binary-copy.ts';

/** Subscriptions a batch: small enough to lose, large enough that a commit costs nothing beside it. */
export const BATCH_SIZE = 5_000;

/** A plan as billing needs it. */
export interface BilledPlan extends PlanTerms {
  readonly id: string;
}

type BilledPlans = ReadonlyMap<string, BilledPlan>;

/** A subscription as billing needs it. Its ids stay where they were read, since most are only passed on. */
export interface BilledSubscription extends QuantityTimeline<BilledPlan> {
  readonly customerId: string;
  /** The file that it was read from, and where in it the ids are. */
  readonly file: DataView;
  readonly customerAt: number;
  readonly at: number;
}

/** Every customer of a batch, once. */
export function customersOf(subscriptions: readonly BilledSubscription[]): Set<string> {
  const ids = new Set<string>();
  let last = '';
  for (const { customerId } of subscriptions) if (customerId !== last) ids.add((last = customerId));
  return ids;
}

export function idOf({ file, at }: BilledSubscription): string {
  return uuidIn(file, at);
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
  return new Map(rows.map(({ id, policy, cycle, daily }) => [id, { id, policy, cycle, dailyQuantity: daily }]));
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
  const subscriptions = readSubscriptions(await copyOut(client, page));
  const [first, last] = [subscriptions[0], subscriptions.at(-1)];
  if (!first || !last) return { subscriptions: [], end: undefined };
  const end = { customerId: last.customerId, subscriptionId: idOf(last) };
  const range = `(q.customer_id, q.subscription_id) >= ('${first.customerId}', '${idOf(first)}') and (q.customer_id, q.subscription_id) <= ('${end.customerId}', '${end.subscriptionId}')`;
  await addSpans(client, subscriptions, range, month);
  return { subscriptions, end };
}

/** These subscriptions, wherever they stand. */
export async function someSubscriptions(client: PoolClient, month: BillingMonth, ids: readonly Cursor[]): Promise<BilledSubscription[]> {
  if (ids.length === 0) return [];
  const list = ids.map(({ customerId, subscriptionId }) => `('${customerId}'::uuid, '${subscriptionId}'::uuid)`).join(', ');
  const wanted = `(values ${list}) w (customer_id, subscription_id)`;
  const subscriptions = readSubscriptions(
    await copyOut(
      client,
      `select s.customer_id, s.id, s.activated_on, s.ends_on from ${wanted} join service_subscription s on s.customer_id = w.customer_id and s.id = w.subscription_id where ${mayBeCharged(month, 's')} order by s.customer_id, s.id`,
    ),
  );
  await addSpans(client, subscriptions, `(q.customer_id, q.subscription_id) in (select * from ${wanted})`, month);
  return subscriptions;
}

async function addSpans(client: PoolClient, subscriptions: readonly SubscriptionInTheMaking[], condition: string, { start, end }: BillingMonth): Promise<void> {
  // An anniversary period that is charged in the month may reach so far out of it on either side; what is held up to its
  // end decides whether it is charged here or in the month after.
  const spans = await copyOut(
    client,
    `select q.subscription_id, q.from_on, q.to_on, q.quantity, q.plan_id from quantity_span q
      where ${condition} and q.to_on >= '${isoDate(addDays(start, -LONGEST_PERIOD_DAYS))}' and q.from_on < '${isoDate(addDays(end, LONGEST_PERIOD_DAYS))}' order by q.customer_id, q.subscription_id, q.from_on`,
  );
  // After the spans, so that none of them names a plan that was made in between.
  readSpans(spans, subscriptions, await loadBilledPlans(client));
}

/** Without their spans. */
interface SubscriptionInTheMaking extends BilledSubscription {
  readonly spans: QuantitySpan<BilledPlan>[];
}

function readSubscriptions(file: Buffer): SubscriptionInTheMaking[] {
  const subscriptions: SubscriptionInTheMaking[] = [];
  const reader = new BinaryReader(file);
  const { view } = reader;
  let customerId = '';
  let lastAt = -1;
  while (reader.next()) {
    const customerAt = reader.uuidAt();
    // One customer's subscriptions follow each other; they share its id.
    if (lastAt < 0 || !sameUuid(view, customerAt, view, lastAt)) customerId = uuidIn(view, customerAt);
    lastAt = customerAt;
    const at = reader.uuidAt();
    subscriptions.push({ customerId, file: view, customerAt, at, activatedOn: reader.date(), endsOn: reader.optionalDate() ?? OPEN_END, spans: [] });
  }
  return subscriptions;
}

/**
 * Gives each subscription its spans. Both come in the same order, so the next span is of this subscription or of the
 * next one; only where subscriptions without spans, or spans of ones that cannot be charged, lie between is it looked up.
 */
function readSpans(file: Buffer, subscriptions: readonly SubscriptionInTheMaking[], plans: BilledPlans): void {
  const reader = new BinaryReader(file);
  const { view } = reader;
  let places: Map<string, number> | undefined;
  let place = -1; // of the last subscription that had a span
  let spans: QuantitySpan<BilledPlan>[] | undefined;
  let ownerAt = -1;
  let planAt = -1;
  let plan: BilledPlan | undefined;
  while (reader.next()) {
    const at = reader.uuidAt();
    if (ownerAt < 0 || !sameUuid(view, at, view, ownerAt)) {
      ownerAt = at;
      const next = subscriptions[place + 1];
      let owner: number | undefined = place + 1;
      if (!next || !sameUuid(view, at, next.file, next.at)) {
        places ??= new Map(subscriptions.map((subscription, index) => [idOf(subscription), index]));
        owner = places.get(uuidIn(view, at));
      }
      if (owner !== undefined) place = owner;
      spans = owner === undefined ? undefined : subscriptions[owner]!.spans;
    }
    const from = reader.date();
    const to = reader.date();
    const quantity = reader.int4();
    const lastPlanAt = planAt;
    planAt = reader.uuidAt();
    if (lastPlanAt < 0 || !sameUuid(view, planAt, view, lastPlanAt)) plan = plans.get(uuidIn(view, planAt));
    spans?.push({ from, to, quantity, plan: plan! });
  }
}
