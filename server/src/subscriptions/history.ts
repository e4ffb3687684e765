/**
 * A subscription with its history, open for one more line. The history is the truth; the spans by day and the columns
 * of the present are made from it each time.
 */
import { yearlyTermOn } from '@cloudtill/domain/subscriptions/term';
import {
  endOf,
  momentsOf,
  quantityTimeline,
  type ChangeKind,
  type Moment,
  type QuantityTimeline,
  type RecordedChange,
} from '@cloudtill/domain/subscriptions/quantity-timeline';
import { LONGEST_PERIOD_DAYS } from '@cloudtill/domain/billing/payg';
import { addDays, OPEN_END } from '@cloudtill/domain/calendar/local-date';
import { sees } from '@cloudtill/domain/accounts/hierarchy';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { LockMode } from '@mikro-orm/core';
import type { Account } from '../accounts/account.entity.ts';
import { Plan } from '../catalog/catalog.entities.ts';
import type { Clock } from '../platform/clock.ts';
import { sqlDate } from '../platform/column-types.ts';
import type { EntityManager } from '../platform/database.ts';
import { decodeId } from '../platform/ids.ts';
import type { Unit } from '../platform/use-case.ts';
import { QuantityChange, ServiceSubscription } from './subscription.entities.ts';

/** A plan as the rules see it, with our key. */
export type RulePlan = ReturnType<Plan['rules']>;
export type Change = RecordedChange<RulePlan>;

export interface History {
  readonly subscription: ServiceSubscription;
  readonly account: Account;
  /** All plans of the product, by id: one object a plan, so that they compare by identity. */
  readonly plans: ReadonlyMap<string, RulePlan>;
  readonly changes: readonly Change[];
}

/**
 * Opens a subscription that the viewer sees, locked until the transaction ends: two changes of one subscription come one
 * after the other.
 * @param expectedVersion the version that the viewer saw; another one means that somebody was faster
 * @rule A3
 */
export async function openHistory(unit: Pick<Unit, 'em' | 'viewer' | 'readOnly'>, id: string, expectedVersion?: number | null): Promise<Decision<History>> {
  const { em, viewer } = unit;
  const subscription = await em.findOne(ServiceSubscription, { id: decodeId('sub', id) }, unit.readOnly ? {} : { lockMode: LockMode.PESSIMISTIC_WRITE });
  const account = await subscription?.customer.load();
  if (!subscription || !account || !sees(viewer.account.id, account.path)) return refuse('SUBSCRIPTION_UNKNOWN', { subscription: id }, ['subscriptionId']);
  if (expectedVersion != null && expectedVersion !== subscription.version) {
    return refuse('CONFLICT', { subject: `subscription ${subscription.number}`, current: subscription.version, expected: expectedVersion }, [
      'expectedVersion',
    ]);
  }
  return allow(await readHistory(em, subscription, account));
}

export async function readHistory(em: EntityManager, subscription: ServiceSubscription, account: Account): Promise<History> {
  const plans = await rulePlans(em, subscription.product.id);
  const rows = await em.find(QuantityChange, { customerId: account.id, subscriptionId: subscription.id }, { orderBy: { sequence: 'asc' } });
  const changes = rows.map(({ kind, sequence, effectiveOn, effectiveAt, quantity, planId, renews }): Change => ({
    kind,
    sequence,
    effectiveOn,
    effectiveAt: effectiveAt.getTime(),
    quantity: quantity ?? undefined,
    plan: planId ? plans.get(planId) : undefined,
    renews: renews ?? undefined,
  }));
  return { subscription, account, plans, changes };
}

export async function rulePlans(em: EntityManager, productId: string): Promise<Map<string, RulePlan>> {
  const plans = await em.find(Plan, { product: productId }, { populate: ['product'] });
  return new Map(plans.map((plan) => [plan.id, plan.rules()]));
}

/** Plans that somebody could move to, which a refusal may name. */
export function offered(plans: ReadonlyMap<string, RulePlan>): RulePlan[] {
  return [...plans.values()].filter((plan) => plan.offered);
}

/** A line to be added. */
export interface NewChange {
  readonly kind: ChangeKind;
  readonly effectiveAt: number;
  readonly quantity?: number | undefined;
  readonly plan?: RulePlan | undefined;
  readonly renews?: boolean | undefined;
  readonly reason?: string | null | undefined;
}

/** The history as it would be with one more line; nothing is written. */
export function withChange({ changes }: Pick<History, 'changes'>, clock: Clock, change: NewChange): Change[] {
  const { kind, effectiveAt, quantity, plan, renews } = change;
  const sequence = changes.reduce((last, known) => Math.max(last, known.sequence), 0) + 1;
  return [...changes, { kind, sequence, effectiveAt, effectiveOn: clock.dayAt(effectiveAt), quantity, plan, renews }];
}

/** What holds at an instant; before the activation, what it began with. */
export function heldAt(changes: readonly Change[], at: number): Moment<RulePlan> {
  const moments = momentsOf(changes);
  return moments.findLast((moment) => moment.at <= at) ?? moments[0]!;
}

/** A line for a history. */
export interface Recording {
  readonly history: History;
  readonly change: NewChange;
}

/** Adds a line, and brings the spans and the present in line with it. @rule S3 */
export async function record(unit: Unit, history: History, change: NewChange): Promise<History> {
  const [recorded] = await recordAll(unit, [{ history, change }]);
  return recorded!;
}

/** A line for each of many histories, in as many statements as for one. */
export async function recordAll(unit: Unit, recordings: readonly Recording[]): Promise<History[]> {
  const recorded = recordings.map(({ history, change }) => ({ ...history, changes: addLine(unit, history, change) }));
  await unit.em.flush();
  await writeSpans(unit, recorded);
  return recorded;
}

/** @returns the lines with the new one; what follows from them for the subscription is set and written by the next flush */
function addLine(unit: Unit, history: History, change: NewChange): Change[] {
  const { em, app, viewer, now, operationId } = unit;
  const { subscription, account } = history;
  const changes = withChange(history, app.clock, change);
  const added = changes.at(-1)!;
  const before = history.changes.length > 0 ? heldAt(history.changes, change.effectiveAt) : undefined;
  em.persist(
    em.create(QuantityChange, {
      customerId: account.id,
      subscriptionId: subscription.id,
      sequence: added.sequence,
      kind: added.kind,
      effectiveAt: new Date(added.effectiveAt),
      effectiveOn: added.effectiveOn,
      quantity: added.quantity ?? null,
      planId: added.plan?.id ?? null,
      renews: added.renews ?? null,
      oldQuantity: before?.quantity ?? null,
      oldPlanId: before?.plan.id ?? null,
      operationId,
      actorKind: viewer.kind,
      actorId: viewer.id,
      actorName: viewer.name,
      reason: change.reason ?? null,
      recordedAt: now,
    }),
  );
  Object.assign(subscription, presentOf(changes, app.clock, now.getTime()), { updatedAt: now });
  subscription.plan = em.getReference(Plan, heldAt(changes, now.getTime()).plan.id, { wrapped: true });
  // A charge in arrears belongs to the month of its last day, and a change can move that day, for good or back.
  const reach = heldAt(changes, added.effectiveAt).plan.cycle === 'ANNIVERSARY' ? LONGEST_PERIOD_DAYS : 0;
  unit.emit('subscription.changed', { customerId: account.id, subscriptionId: subscription.id, from: sqlDate(addDays(added.effectiveOn, -reach)) });
  return changes;
}

export function timelineOf(changes: readonly Change[], clock: Clock): QuantityTimeline<RulePlan> {
  return quantityTimeline(changes, (day) => clock.startOf(day));
}

/** The columns of a subscription that say what holds now and what comes next. */
export function presentOf(
  changes: readonly Change[],
  clock: Clock,
  now: number,
): Pick<ServiceSubscription, 'quantity' | 'status' | 'endsOn' | 'renews' | 'renewalQuantity' | 'nextChangeAt'> {
  const { quantity, plan } = heldAt(changes, now);
  const today = clock.dayAt(now);
  const paused = changes.filter(({ kind, effectiveAt }) => (kind === 'SUSPEND' || kind === 'RESUME') && effectiveAt <= now).at(-1)?.kind === 'SUSPEND';
  const ends = endOf(changes);
  const termination = changes.find(({ kind, effectiveOn }) => kind === 'TERMINATE' && effectiveOn === ends);
  const ended = ends !== OPEN_END && (termination ? termination.effectiveAt <= now : clock.startOf(ends) <= now);
  const activatedOn = momentsOf(changes)[0]!.on;
  const renewsOn = plan.policy === 'YEARLY' ? yearlyTermOn(activatedOn, today < activatedOn ? activatedOn : today).end : undefined;
  const renewal = changes.filter(({ kind, effectiveOn }) => kind === 'RENEWAL' && effectiveOn === renewsOn).at(-1);
  const upcoming = changes.map(({ effectiveAt }) => effectiveAt).filter((at) => at > now);
  return {
    quantity,
    status: ended ? 'TERMINATED' : paused ? 'SUSPENDED' : 'ACTIVE',
    endsOn: ends === OPEN_END ? null : ends,
    renews: renewal?.renews ?? true,
    renewalQuantity: renewal?.renews === false ? null : (renewal?.quantity ?? null),
    nextChangeAt: ended || upcoming.length === 0 ? null : new Date(Math.min(...upcoming)),
  };
}

/** Replaces the spans that a change touched; the others stay as they are. */
async function writeSpans({ em, app }: Unit, histories: readonly History[]): Promise<void> {
  const wanted = histories.flatMap(({ subscription, account, changes }) =>
    timelineOf(changes, app.clock).spans.map(({ from, to, quantity, plan }) => ({
      customer_id: account.id,
      subscription_id: subscription.id,
      from_on: sqlDate(from),
      to_on: sqlDate(to),
      quantity,
      plan_id: plan.id,
    })),
  );
  const rows = `jsonb_to_recordset(?::jsonb) as wanted (customer_id uuid, subscription_id uuid, from_on date, to_on date, quantity integer, plan_id uuid)`;
  const stands = `wanted.customer_id = span.customer_id and wanted.subscription_id = span.subscription_id and wanted.from_on = span.from_on
                    and wanted.to_on = span.to_on and wanted.quantity = span.quantity and wanted.plan_id = span.plan_id`;
  // In two statements: what is added must not meet what it replaces.
  await em.execute(
    `delete from quantity_span span using jsonb_to_recordset(?::jsonb) as holder (customer_id uuid, subscription_id uuid)
      where span.customer_id = holder.customer_id and span.subscription_id = holder.subscription_id and not exists (select from ${rows} where ${stands})`,
    [JSON.stringify(histories.map(({ subscription, account }) => ({ customer_id: account.id, subscription_id: subscription.id }))), JSON.stringify(wanted)],
  );
  await em.execute(
    `insert into quantity_span (customer_id, subscription_id, from_on, to_on, quantity, plan_id)
     select wanted.* from ${rows} where not exists (select from quantity_span span where ${stands}) order by 1, 2, 3`,
    [JSON.stringify(wanted)],
  );
}
