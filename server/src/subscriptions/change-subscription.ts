/** What can be done to a subscription. The decisions are the rules'; here they are asked and written down. */
import { addMonths, isoDate, OPEN_END } from '@cloudtill/domain/calendar/local-date';
import { decidePlanSwitch } from '@cloudtill/domain/subscriptions/plan-switch';
import { decideQuantityChange, forbiddenDecrease, refuseDecrease } from '@cloudtill/domain/subscriptions/quantity-change';
import { decideTermination } from '@cloudtill/domain/subscriptions/lifecycle';
import { decideRenewal } from '@cloudtill/domain/subscriptions/renewal';
import { endOf, momentsOf } from '@cloudtill/domain/subscriptions/quantity-timeline';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { MAX_QUANTITY } from '@cloudtill/domain/catalog/plan';
import { findOrderablePlan } from '../catalog/find-orderable.ts';
import { PriceBook } from '../catalog/pricing.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import { heldAt, offered, openHistory, record, withChange, type Change, type History, type NewChange, type RulePlan } from './history.ts';
import type {
  ChangeSubscriptionQuantityInput,
  SetSubscriptionRenewalInput,
  SwitchSubscriptionPlanInput,
  TerminateSubscriptionInput,
} from './subscription.inputs.ts';

/** How far ahead a change may be recorded. */
export const MAX_MONTHS_AHEAD = 36;

/** A change that the rules allow, not yet written. */
export interface Proposal {
  readonly history: History;
  readonly change: NewChange;
  /** The history as it will be. */
  readonly changes: readonly Change[];
}

/** What a change leaves behind, for the payload and its replay. */
export interface Changed {
  readonly subscriptionId: string;
  readonly operation: { readonly id: string; readonly kind: string; readonly effectiveAt: string };
}

type Asked<T> = Omit<T, 'idempotencyKey'>;

/**
 * @param anyBand for a preview of what the band refuses
 * @rule B2 B3 C4 A2
 */
export async function proposeQuantityChange(unit: Unit, input: Asked<ChangeSubscriptionQuantityInput>, anyBand = false): Promise<Decision<Proposal>> {
  const opened = await open(unit, input);
  if (!opened.allowed) return opened;
  const { history, effectiveAt, reason } = opened.value;
  const { quantity, plan } = heldAt(history.changes, effectiveAt);
  const change: NewChange = { kind: 'QUANTITY', effectiveAt, quantity: input.quantity, reason };
  const changes = withChange(history, unit.app.clock, change);
  const decision = decideQuantityChange({
    subscription: history.subscription.standing(),
    account: history.account,
    from: quantity,
    to: input.quantity,
    plan: anyBand ? { ...plan, minimum: 1, maximum: MAX_QUANTITY } : plan,
    siblings: offered(history.plans),
    changes,
    effectiveOn: unit.app.clock.dayAt(effectiveAt),
  });
  return decision.allowed ? allow({ history, change, changes }) : decision;
}

/** @rule C4 B1 B2 B3 */
export async function proposePlanSwitch(unit: Unit, input: Asked<SwitchSubscriptionPlanInput>): Promise<Decision<Proposal>> {
  const opened = await open(unit, input);
  if (!opened.allowed) return opened;
  const { history, effectiveAt, reason } = opened.value;
  const held = heldAt(history.changes, effectiveAt);
  const to = await findPlan(unit, history, held.plan, input.planId);
  if (!to.allowed) return to;
  const quantity = input.quantity ?? held.quantity;
  const decision = decidePlanSwitch({
    subscription: history.subscription.standing(),
    account: history.account,
    from: held.plan,
    to: to.value,
    quantityBefore: held.quantity,
    quantity,
    siblings: offered(history.plans),
  });
  if (!decision.allowed) return decision;
  const { currency } = history.account;
  const day = unit.app.clock.dayAt(effectiveAt);
  const prices = await PriceBook.load(unit.app.database.system);
  if (!prices.hasPrice(to.value.id, currency, day)) return refuse('PRICE_MISSING', { plan: to.value.sku, currency, day: isoDate(day) }, ['planId']);
  const change: NewChange = { kind: 'PLAN', effectiveAt, quantity, plan: to.value, reason };
  return allow({ history, change, changes: withChange(history, unit.app.clock, change) });
}

/** A plan of the subscription's product, or of another one that the viewer may order, so that the refusal can say so. */
async function findPlan(unit: Unit, { plans }: History, held: RulePlan, planId: string): Promise<Decision<RulePlan>> {
  const known = plans.get(decodeId('pln', planId));
  if (!known) {
    const other = await findOrderablePlan(unit, planId);
    return other.allowed ? allow(other.value.rules()) : other;
  }
  return known.offered || known === held ? allow(known) : refuse('PLAN_UNKNOWN', { plan: known.sku }, ['planId']);
}

/** @rule B8 */
export async function proposeTermination(unit: Unit, input: Asked<TerminateSubscriptionInput>): Promise<Decision<Proposal>> {
  const opened = await open(unit, input);
  if (!opened.allowed) return opened;
  const { history, effectiveAt, reason } = opened.value;
  const decision = decideTermination(history.subscription.standing(), input.confirmIrreversible);
  if (!decision.allowed) return decision;
  const change: NewChange = { kind: 'TERMINATE', effectiveAt, reason };
  return allow({ history, change, changes: withChange(history, unit.app.clock, change) });
}

/** @rule B3 "it renews (unless switched off) at the quantity scheduled for renewal" */
export async function proposeRenewal(unit: Unit, input: Asked<SetSubscriptionRenewalInput>): Promise<Decision<Proposal>> {
  const opened = await openBegun(unit, input.subscriptionId, input.expectedVersion);
  if (!opened.allowed) return opened;
  const history = opened.value;
  const { clock } = unit.app;
  const { plan } = heldAt(history.changes, unit.now.getTime());
  const quantity = input.quantity ?? undefined;
  const term = decideRenewal({
    subscription: history.subscription.standing(),
    plan,
    siblings: offered(history.plans),
    activatedOn: momentsOf(history.changes)[0]!.on,
    today: clock.today(),
    renews: input.renews,
    quantity,
  });
  if (!term.allowed) return term;
  const change: NewChange = {
    kind: 'RENEWAL',
    effectiveAt: clock.startOf(term.value.end),
    renews: input.renews,
    quantity: input.renews ? quantity : undefined,
  };
  const changes = withChange(history, clock, change);
  // A lower renewal may turn an increase that is scheduled for later into a decrease.
  const decrease = forbiddenDecrease(changes);
  return decrease ? refuseDecrease(decrease, ['quantity']) : allow({ history, change, changes });
}

/** Writes a proposal down. */
export async function carryOut(unit: Unit, action: string, proposed: Decision<Proposal>): Promise<Decision<Changed>> {
  if (!proposed.allowed) return proposed;
  const { history, change } = proposed.value;
  const { subscription, account } = history;
  const before = stateOf(history);
  const after = await record(unit, history, change);
  unit.audit({
    accountId: account.id,
    action,
    subjectKind: 'ServiceSubscription',
    subjectId: encodeId('sub', subscription.id),
    subjectNumber: subscription.number,
    before,
    after: { ...stateOf(after), effectiveAt: new Date(change.effectiveAt).toISOString() },
  });
  return allow({
    subscriptionId: subscription.id,
    operation: { id: encodeId('op', unit.operationId), kind: change.kind, effectiveAt: new Date(change.effectiveAt).toISOString() },
  });
}

function stateOf({ subscription: { status, quantity, endsOn, renews, renewalQuantity }, changes }: History): object {
  const { plan } = heldAt(changes, Infinity);
  return { status, quantity, plan: plan.sku, endsOn: endsOn == null ? null : isoDate(endsOn), renews, renewalQuantity: renewalQuantity ?? null };
}

interface Opened {
  readonly history: History;
  readonly effectiveAt: number;
  readonly reason: string | null;
}

/** Opens the history of a subscription that its vendor has delivered; before that there is nothing to change. @rule S1 */
async function openBegun(unit: Unit, id: string, expectedVersion: number | null | undefined): Promise<Decision<History>> {
  const opened = await openHistory(unit, id, expectedVersion);
  if (!opened.allowed || opened.value.changes.length > 0) return opened;
  const { number, status } = opened.value.subscription;
  return refuse('SUBSCRIPTION_STATE_NOT_ALLOWED', { subscription: number, status, action: 'a change', allowed: 'ACTIVE' }, ['subscriptionId']);
}

/** Opens the history for a change at an instant within its bounds. */
async function open(
  unit: Unit,
  input: { subscriptionId: string; effectiveAt?: number | null; expectedVersion?: number | null; reason?: string | null },
): Promise<Decision<Opened>> {
  const check = new TextCheck();
  const reason = check.optionalLine('reason', input.reason, 500);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const opened = await openBegun(unit, input.subscriptionId, input.expectedVersion);
  if (!opened.allowed) return opened;
  const history = opened.value;
  const { clock } = unit.app;
  const now = unit.now.getTime();
  const effectiveAt = input.effectiveAt ?? Math.max(now, momentsOf(history.changes)[0]!.at);
  // Backdating moves money that was invoiced, so it is for those who answer for the invoices.
  const activatedAt = momentsOf(history.changes)[0]!.at;
  const earliest = unit.viewer.account.kind === 'PROVIDER' ? activatedAt : Math.max(activatedAt, clock.startOf(clock.today()));
  const latest = clock.startOf(addMonths(clock.today(), MAX_MONTHS_AHEAD));
  if (effectiveAt < earliest || effectiveAt > latest) {
    const iso = (at: number): string => new Date(at).toISOString();
    return refuse('DATE_OUT_OF_RANGE', { field: 'effectiveAt', value: iso(effectiveAt), earliest: iso(earliest), latest: iso(latest) }, ['effectiveAt']);
  }
  const end = endOf(history.changes);
  if (history.subscription.status !== 'TERMINATED' && end !== OPEN_END && clock.dayAt(effectiveAt) >= end) {
    return refuse('CHANGE_AFTER_TERMINATION', { at: new Date(effectiveAt).toISOString(), terminatedOn: isoDate(end) }, ['effectiveAt']);
  }
  return allow({ history, effectiveAt, reason });
}
