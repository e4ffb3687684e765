/** What can be done to a subscription. The decisions are the rules'; here they are asked and written down. */
import { addMonths, isoDate, OPEN_END } from '@cloudtill/domain/calendar/local-date';
import { decidePlanSwitch } from '@cloudtill/domain/subscriptions/plan-switch';
import { decideQuantityChange, forbiddenDecrease, refuseDecrease } from '@cloudtill/domain/subscriptions/quantity-change';
import { decideRunning, decideStanding, decideTermination } from '@cloudtill/domain/subscriptions/lifecycle';
import { decideRenewal } from '@cloudtill/domain/subscriptions/renewal';
import { endOf, momentsOf } from '@cloudtill/domain/subscriptions/quantity-timeline';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { MAX_QUANTITY } from '@cloudtill/domain/catalog/plan';
import { findOrderablePlan } from '../catalog/find-orderable.ts';
import { PriceBook } from '../catalog/pricing.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import { askVendor, isLinked, refuseUnlinked, vendorCodeOf } from './ask-vendor.ts';
import { decideNothingOpen, findVendor, intend } from '../vendors/intend.ts';
import { heldAt, offered, openHistory, record, withChange, type Change, type History, type NewChange, type RulePlan } from './history.ts';
import type { ServiceSubscription } from './subscription.entities.ts';
import type {
  ChangeSubscriptionQuantityInput,
  SetApprovalCodeInput,
  SetSubscriptionRenewalInput,
  SuspendSubscriptionInput,
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
  /** Set while the vendor is still to do it: how that ends is looked up. */
  readonly vendorOperationId?: string;
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

/**
 * Pauses a subscription at its vendor, or lets it run again.
 * @rule S1 B8 what was terminated never runs again
 */
export async function proposeStanding(unit: Unit, input: Asked<SuspendSubscriptionInput>, kind: 'SUSPEND' | 'RESUME'): Promise<Decision<Proposal>> {
  const opened = await open(unit, input);
  if (!opened.allowed) return opened;
  const { history, reason } = opened.value;
  const { subscription } = history;
  const decision = decideStanding(subscription.standing(), kind);
  if (!decision.allowed) return decision;
  if (!isLinked(subscription)) return refuseUnlinked(subscription, kind.toLowerCase());
  const change: NewChange = { kind, effectiveAt: unit.now.getTime(), reason };
  return allow({ history, change, changes: withChange(history, unit.app.clock, change) });
}

/**
 * Sets or takes away the vendor's approval code. It changes nothing of what we charge, so it is kept at once; the vendor
 * is told where it can be.
 * @rule B9
 */
export async function setApprovalCode(unit: Unit, { subscriptionId, approvalCode }: Asked<SetApprovalCodeInput>): Promise<Decision<Changed>> {
  const check = new TextCheck();
  const code = check.optionalLine('approvalCode', approvalCode, 50);
  if (check.refusals.length > 0) return refuse('APPROVAL_CODE_INVALID', { code: approvalCode ?? '' }, ['approvalCode']);
  const opened = await openBegun(unit, subscriptionId, undefined);
  if (!opened.allowed) return opened;
  const history = opened.value;
  const { subscription, account } = history;
  const running = decideRunning(subscription.standing(), 'an approval code');
  if (!running.allowed) return running;
  const before = { approvalCode: subscription.approvalCode ?? null };
  subscription.approvalCode = code;
  const told = await tellApprovalCode(unit, subscription, code);
  if (!told.allowed) return told;
  const effectiveAt = unit.now.getTime();
  await record(unit, history, { kind: 'APPROVAL_CODE', effectiveAt, reason: null });
  unit.audit({
    accountId: unit.viewer.account.id,
    action: 'setApprovalCode',
    subjectKind: 'ServiceSubscription',
    subjectId: encodeId('sub', subscription.id),
    subjectNumber: subscription.number,
    before,
    after: { approvalCode: code, customer: account.number },
  });
  return allow({
    subscriptionId: subscription.id,
    operation: { id: encodeId('op', told.value ?? unit.operationId), kind: 'APPROVAL_CODE', effectiveAt: new Date(effectiveAt).toISOString() },
    ...(told.value ? { vendorOperationId: told.value } : {}),
  });
}

async function tellApprovalCode(unit: Unit, subscription: ServiceSubscription, code: string | null): Promise<Decision<string | undefined>> {
  if (!isLinked(subscription)) return allow(undefined);
  const open = await decideNothingOpen(unit, { subscriptionId: subscription.id }, subscription.number);
  if (!open.allowed) return open;
  const vendorCode = await vendorCodeOf(unit.em, subscription);
  if (!findVendor(unit.app, vendorCode, 'SET_APPROVAL_CODE').allowed) return allow(undefined);
  const change = { operation: 'SET_APPROVAL_CODE', approvalCode: code ?? undefined } as const;
  const { id: subscriptionId, number: subject } = subscription;
  return allow(
    await intend(unit, {
      accountId: subscription.customer.id,
      subscriptionId,
      subject,
      vendorCode,
      kind: 'SET_APPROVAL_CODE',
      request: { change, recorded: true },
    }),
  );
}

/** Writes a proposal down, or asks the vendor for it. */
export async function carryOut(unit: Unit, action: string, proposed: Decision<Proposal>): Promise<Decision<Changed>> {
  if (!proposed.allowed) return proposed;
  const { history, change } = proposed.value;
  const { subscription, account } = history;
  const before = stateOf(history);
  const effectiveAt = new Date(change.effectiveAt).toISOString();
  const asked = await askVendor(unit, subscription, change);
  if (!asked.allowed) return asked;
  if (asked.value !== undefined) {
    unit.audit({
      accountId: account.id,
      action,
      subjectKind: 'ServiceSubscription',
      subjectId: encodeId('sub', subscription.id),
      subjectNumber: subscription.number,
      before,
      after: { asked: change.kind, quantity: change.quantity, plan: change.plan?.sku, effectiveAt },
    });
    return allow({
      subscriptionId: subscription.id,
      operation: { id: encodeId('op', asked.value), kind: change.kind, effectiveAt },
      vendorOperationId: asked.value,
    });
  }
  const after = await record(unit, history, change);
  unit.audit({
    accountId: account.id,
    action,
    subjectKind: 'ServiceSubscription',
    subjectId: encodeId('sub', subscription.id),
    subjectNumber: subscription.number,
    before,
    after: { ...stateOf(after), effectiveAt },
  });
  return allow({
    subscriptionId: subscription.id,
    operation: { id: encodeId('op', unit.operationId), kind: change.kind, effectiveAt },
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
