/** Writing down what came of a call, and what follows from it; all of it in one transaction. */
import { allow, refusal } from '@cloudtill/domain/refusal';
import { mayBecome } from '@cloudtill/domain/subscriptions/lifecycle';
import type { VendorCustomer, VendorSubscription } from '@cloudtill/vendors/vendor';
import { LockMode } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import { Plan } from '../catalog/catalog.entities.ts';
import type { App } from '../platform/context.ts';
import { failpoint } from '../platform/failpoint.ts';
import { SecretError } from '../platform/secrets.ts';
import { settleOrder } from '../orders/settle-order.ts';
import { encodeId, newId } from '../platform/ids.ts';
import type { Unit } from '../platform/use-case.ts';
import { toUserErrors } from '../platform/user-error.type.ts';
import { activate } from '../subscriptions/begin-subscription.ts';
import { readHistory, record, type History } from '../subscriptions/history.ts';
import { ServiceSubscription } from '../subscriptions/subscription.entities.ts';
import { platformOf } from '../vendors/intend.ts';
import { ProvisioningOperation, ProvisioningSync, type OperationState } from '../vendors/vendor-links.entities.ts';
import { asActor } from '../platform/actor.ts';
import type { OperationRow } from './intent.ts';
import type { Purpose, Step } from './next-step.ts';

/** What the vendor made or showed. */
export interface Delivered {
  readonly subscription?: VendorSubscription | undefined;
  readonly customer?: VendorCustomer | undefined;
}

export interface CallRecord {
  readonly purpose: Purpose;
  readonly step: Step;
  readonly delivered: Delivered;
  readonly outcome: string;
  readonly message: string | undefined;
  readonly calledAt: Date;
  readonly durationMs: number;
}

/** What tells one taking of the operation `o` from the next: exact, where a Date would be cut to milliseconds. */
export const LEASE = `extract(epoch from o.leased_until)::text`;

export async function settle(app: App, taken: OperationRow, call: CallRecord): Promise<void> {
  await asActor(app, taken, { operation: 'provision', operationId: taken.id }, async (unit) => {
    const operation = await unit.em.findOneOrFail(ProvisioningOperation, { id: taken.id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    await addCall(app, unit, taken, call);
    const isDone = call.step.kind === 'DONE';
    // Somebody settled it meanwhile, by hand or after our lease ran out. What we found out is in the record of calls.
    if (operation.finishedAt) {
      if (isDone) await noteSurplus(unit, operation, call.delivered);
      return allow(undefined);
    }
    const [{ lease } = { lease: null }] = await unit.em.execute<{ lease: string | null }[]>(
      `select ${LEASE} as lease from provisioning_operation o where id = ?`,
      [taken.id],
    );
    // It is another's now, who may be sending it: only that it was done holds whoever says it.
    if (lease !== taken.lease && !isDone) return allow(undefined);
    await follow(unit, operation, call.step, call.delivered);
    await unit.em.flush();
    await failpoint('provision:before-commit');
    return allow(undefined);
  });
}

/** What a vendor delivered after the operation had ended otherwise belongs to nobody: people have to see it. @rule S2 */
async function noteSurplus(unit: Unit, operation: ProvisioningOperation, { subscription: made }: Delivered): Promise<void> {
  if (operation.kind !== 'PROVISION' || !made) return;
  const platform = await platformOf(unit.em, operation.vendorCode);
  const owner = await unit.em.findOne(ServiceSubscription, { platform, vendorSubscriptionId: made.vendorSubscriptionId });
  if (owner) return;
  const { number } = await unit.em.findOneOrFail(ServiceSubscription, { id: operation.subscriptionId! });
  await unit.em.execute(
    `insert into drift (id, vendor_code, vendor_subscription_id, vendor_customer_id, field, theirs, opened_at, seen_at) values (?, ?, ?, ?, 'EXISTENCE', ?, ?, ?)
     on conflict (vendor_code, coalesce(subscription_id::text, vendor_subscription_id), field) where resolved_at is null do nothing`,
    [newId(), operation.vendorCode, made.vendorSubscriptionId, made.vendorCustomerId ?? null, number, unit.now, unit.now],
  );
  operation.needsAttention = true;
}

async function addCall(app: App, unit: Unit, { id }: OperationRow, { purpose, outcome, message, calledAt, durationMs }: CallRecord): Promise<void> {
  await unit.em.execute('select note_provisioning_call(?, ?, ?, ?, ?, ?)', [id, purpose, calledAt, durationMs, outcome, message?.slice(0, 1000) ?? null]);
}

/** Brings the operation, and what it is about, to where the step says. */
export async function follow(unit: Unit, operation: ProvisioningOperation, step: Step, delivered: Delivered): Promise<void> {
  const { now } = unit;
  const move = (state: OperationState, more: Partial<ProvisioningOperation> = {}): void => {
    if (operation.state !== state) operation.since = now;
    Object.assign(operation, { state, leasedUntil: null, ...more });
  };
  const later = (delayMs: number): Date => new Date(now.getTime() + delayMs);
  switch (step.kind) {
    case 'DONE':
      move('SUCCEEDED', { finishedAt: now, message: null, rejection: null, needsAttention: false });
      return succeed(unit, operation, delivered);
    case 'FAIL':
      move('FAILED', {
        finishedAt: now,
        message: step.message,
        rejection: step.rejection ?? null,
        vendorMessageCode: step.vendorCode ?? null,
        needsAttention: true,
      });
      return fail(unit, operation);
    case 'SEND':
      return move('QUEUED', { dueAt: later(step.delayMs), message: step.message, rejection: null, needsAttention: step.attention });
    case 'POLL':
      return move('ACCEPTED', { dueAt: later(step.delayMs), pollRef: step.pollRef, needsAttention: step.attention });
    case 'RESOLVE': {
      const attention = step.attention && !operation.needsAttention;
      move('UNKNOWN', { dueAt: later(step.delayMs), message: step.message, rejection: step.rejection ?? null, needsAttention: step.attention });
      if (attention) unit.emit('provisioning.unknown', { operationId: operation.id });
    }
  }
}

async function succeed(unit: Unit, operation: ProvisioningOperation, { subscription: made, customer }: Delivered): Promise<void> {
  if (operation.kind === 'CREATE_CUSTOMER') return synchronized(unit, operation, customer);
  const { subscription, account } = await openSubscription(unit, operation);
  const { now } = unit;
  if (made) {
    subscription.vendorSubscriptionId = made.vendorSubscriptionId;
    subscription.vendorCustomerId = made.vendorCustomerId ?? subscription.vendorCustomerId ?? null;
    subscription.vendorMemo = made.memo ?? subscription.vendorMemo ?? null;
    subscription.licenseId = made.licenseId ?? subscription.licenseId ?? null;
  }
  if (operation.kind === 'PROVISION') {
    if (!mayBecome(subscription.status, 'ACTIVE')) throw new Error(`${subscription.number} is ${subscription.status} and cannot begin`);
    const plan = await unit.em.findOneOrFail(Plan, { id: subscription.plan.id }, { populate: ['product'] });
    // The vendor says when it began; a clock that is off must not move it before the order or into the future.
    const began = made?.startedAt ?? operation.sentAt?.getTime() ?? now.getTime();
    await activate(unit, subscription, account, plan, Math.min(now.getTime(), Math.max(operation.createdAt.getTime(), began)));
    if (made?.activationCode) await keepCode(unit, { subscription, account }, made.activationCode);
    if (made?.status === 'SUSPENDED')
      await addLine(unit, { subscription, account }, { kind: 'SUSPEND', effectiveAt: now.getTime(), reason: made.statusReason ?? null });
    unit.audit({
      ...subjectOf(subscription, account),
      action: 'provision',
      after: { status: subscription.status, vendorSubscriptionId: subscription.vendorSubscriptionId },
    });
    unit.emit('subscription.provisioned', { subscriptionId: subscription.id, customerId: account.id });
    await settleOrder(unit, subscription.id);
    return;
  }
  await recordChange(unit, operation, { subscription, account });
  if (made?.activationCode && codeOf(unit, subscription) !== made.activationCode) {
    await keepCode(unit, { subscription, account }, made.activationCode);
  }
}

/** Undefined as well for one that was sealed with another key: that must not keep what the vendor did from being written down. */
function codeOf({ app: { secrets } }: Unit, { activationCode }: ServiceSubscription): string | undefined {
  if (activationCode == null) return undefined;
  try {
    return secrets.open(activationCode);
  } catch (error) {
    if (error instanceof SecretError) return undefined;
    throw error;
  }
}

interface Open {
  readonly subscription: ServiceSubscription;
  readonly account: Account;
}

async function openSubscription({ em }: Unit, { subscriptionId }: ProvisioningOperation): Promise<Open> {
  const subscription = await em.findOneOrFail(ServiceSubscription, { id: subscriptionId! }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  return { subscription, account: await em.findOneOrFail(Account, { id: subscription.customer.id }) };
}

/** Adds the line that the change makes, unless it was recorded when it was scheduled. @rule S3 */
async function recordChange(unit: Unit, { request, sentAt, createdAt }: ProvisioningOperation, open: Open): Promise<void> {
  const { change, effectiveAt, recorded, reason = null, planId } = request;
  if (!change || recorded) return;
  const at = effectiveAt ?? (sentAt ?? createdAt).getTime();
  switch (change.operation) {
    case 'CHANGE_QUANTITY':
      return addLine(unit, open, { kind: 'QUANTITY', effectiveAt: at, quantity: change.quantity, reason });
    case 'CHANGE_PLAN':
      return addLine(unit, open, { kind: 'PLAN', effectiveAt: at, quantity: change.quantity, planId: planId!, reason });
    case 'CANCEL':
      return addLine(unit, open, { kind: 'TERMINATE', effectiveAt: at, reason });
    case 'SUSPEND':
    case 'RESUME':
      return addLine(unit, open, { kind: change.operation, effectiveAt: at, reason });
    case 'SET_RENEWAL':
      return; // what holds at the term's end was recorded when it was set
    case 'SET_APPROVAL_CODE':
      return;
  }
}

interface Line {
  readonly kind: 'QUANTITY' | 'PLAN' | 'TERMINATE' | 'SUSPEND' | 'RESUME' | 'ACTIVATION_CODE';
  readonly effectiveAt: number;
  readonly quantity?: number;
  readonly planId?: string;
  readonly reason: string | null;
}

async function addLine(unit: Unit, { subscription, account }: Open, { planId, ...line }: Line): Promise<void> {
  const history: History = await readHistory(unit.em, subscription, account);
  const before = { status: subscription.status, quantity: subscription.quantity };
  await record(unit, history, { ...line, plan: planId ? history.plans.get(planId) : undefined });
  if (line.kind === 'ACTIVATION_CODE') return;
  unit.audit({
    ...subjectOf(subscription, account),
    action: 'vendorConfirmed',
    before,
    after: { change: line.kind, status: subscription.status, quantity: subscription.quantity, effectiveAt: new Date(line.effectiveAt).toISOString() },
  });
}

/** The code itself is sealed; the history says that there is one, by its last characters. @rule B8 S3 */
async function keepCode(unit: Unit, { subscription, account }: Open, code: string): Promise<void> {
  subscription.activationCode = unit.app.secrets.seal(code);
  await addLine(unit, { subscription, account }, { kind: 'ACTIVATION_CODE', effectiveAt: unit.now.getTime(), reason: `ends in ${code.slice(-5)}` });
}

async function synchronized(unit: Unit, operation: ProvisioningOperation, customer: VendorCustomer | undefined): Promise<void> {
  const { em, now } = unit;
  const platform = await platformOf(em, operation.vendorCode);
  const sync = await em.findOneOrFail(ProvisioningSync, { account: operation.accountId, platform }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  Object.assign(sync, { vendorCustomerId: customer?.vendorCustomerId ?? sync.vendorCustomerId ?? null, updatedAt: now });
  // Its options were changed while the vendor was told: what it knows is not what is wanted any more. @rule A5
  if (sync.status === 'UNSYNCHRONIZED') return;
  Object.assign(sync, { status: 'SYNCHRONIZED', reasons: [], synchronizedAt: now });
  unit.emit('account.synchronized', { accountId: operation.accountId, platform });
}

async function fail(unit: Unit, operation: ProvisioningOperation): Promise<void> {
  const { em, now } = unit;
  const why = refusal('VENDOR_REJECTED', { vendor: operation.vendorCode, message: operation.message ?? '' });
  if (operation.kind === 'CREATE_CUSTOMER') {
    const platform = await platformOf(em, operation.vendorCode);
    const sync = await em.findOneOrFail(ProvisioningSync, { account: operation.accountId, platform }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    Object.assign(sync, { status: 'FAILED', reasons: toUserErrors([why]), updatedAt: now });
  } else if (operation.kind === 'PROVISION') {
    const { subscription, account } = await openSubscription(unit, operation);
    if (mayBecome(subscription.status, 'FAILED')) Object.assign(subscription, { status: 'FAILED', updatedAt: now });
    await settleOrder(unit, subscription.id, [why]);
    unit.audit({ ...subjectOf(subscription, account), action: 'provision', after: { status: subscription.status, reason: operation.message } });
  }
  unit.emit('provisioning.failed', { operationId: operation.id });
}

function subjectOf(subscription: ServiceSubscription, account: Account): { accountId: string; subjectKind: string; subjectId: string; subjectNumber: string } {
  return { accountId: account.id, subjectKind: 'ServiceSubscription', subjectId: encodeId('sub', subscription.id), subjectNumber: subscription.number };
}
