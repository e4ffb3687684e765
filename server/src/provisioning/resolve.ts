/** What people decide about operations that ended badly, or of which nobody knows how they ended. @rule S2 */
import { decideGrowth } from '@cloudtill/domain/accounts/hierarchy';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { mayBecome } from '@cloudtill/domain/subscriptions/lifecycle';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { Operation, VendorSubscription } from '@cloudtill/vendors/vendor';
import { LockMode } from '@mikro-orm/core';
import { reopenOrder } from '../orders/reopen-order.ts';
import { Account } from '../accounts/account.entity.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import { ServiceSubscription } from '../subscriptions/subscription.entities.ts';
import { decideNothingOpen, platformOf } from '../vendors/intend.ts';
import { ProvisioningOperation, ProvisioningSync } from '../vendors/vendor-links.entities.ts';
import type { AcknowledgeProvisioningInput, ResolveUnknownProvisioningInput, RetryProvisioningInput } from './provisioning.type.ts';
import { follow } from './settle.ts';

interface Resolved {
  readonly operationId: string;
}

/** Sends again what was refused or given up. What is unknown is not sent again before it is resolved. */
export async function retryProvisioning(unit: Unit, { operationId }: RetryProvisioningInput): Promise<Decision<Resolved>> {
  const opened = await open(unit, operationId);
  if (!opened.allowed) return opened;
  const operation = opened.value;
  if (operation.state !== 'FAILED' && operation.state !== 'QUEUED' && operation.state !== 'ACCEPTED') {
    return refuse('OPERATION_STATE_NOT_ALLOWED', { state: operation.state, action: 'trying again', allowed: 'FAILED' }, ['operationId']);
  }
  if (operation.finishedAt) {
    const { subscriptionId, accountId, vendorCode } = operation;
    const free = await decideNothingOpen(unit, subscriptionId ? { subscriptionId } : { accountId, vendorCode }, await subjectOf(unit, operation));
    if (!free.allowed) return free;
    const reopened = await reopen(unit, operation);
    if (!reopened.allowed) return reopened;
  }
  const before = { state: operation.state };
  // Waiting longer is the point of being told to wait; a person who asks knows that the reason is gone.
  if (operation.finishedAt) Object.assign(operation, { state: 'QUEUED', since: unit.now, attempts: 0, finishedAt: null });
  // A lease stays: whoever is at work on it may be sending it at this moment.
  Object.assign(operation, { dueAt: unit.now, needsAttention: false, message: null, rejection: null, vendorMessageCode: null });
  await settleDown(unit, operation, 'retryProvisioning', before);
  return allow({ operationId: operation.id });
}

/** The number of what it is about. */
async function subjectOf({ em }: Unit, { subscriptionId, accountId }: ProvisioningOperation): Promise<string> {
  if (subscriptionId) return (await em.findOneOrFail(ServiceSubscription, { id: subscriptionId })).number;
  return (await em.findOneOrFail(Account, { id: accountId })).number;
}

/** What failed shows so; what is tried again waits for its vendor once more. */
async function reopen(unit: Unit, operation: ProvisioningOperation): Promise<Decision<void>> {
  const { em, now } = unit;
  if (operation.kind === 'CREATE_CUSTOMER') {
    const platform = await platformOf(em, operation.vendorCode);
    const sync = await em.findOneOrFail(ProvisioningSync, { account: operation.accountId, platform }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    Object.assign(sync, { status: 'PENDING', reasons: [], updatedAt: now });
    return allow(undefined);
  }
  const subscription = await em.findOneOrFail(ServiceSubscription, { id: operation.subscriptionId! }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (operation.kind !== 'PROVISION') return decideChangeAgain(unit, subscription, operation);
  const surplus = await surplusOf(unit, operation, subscription);
  if (surplus)
    return refuse('VENDOR_HAS_IT', { vendor: operation.vendorCode, subscription: subscription.number, vendorSubscriptionId: surplus }, ['operationId']);
  const growth = decideGrowth(await em.findOneOrFail(Account, { id: operation.accountId }), 'delivering it again', ['operationId']);
  if (!growth.allowed) return growth;
  if (!mayBecome(subscription.status, 'PENDING')) {
    return refuse(
      'SUBSCRIPTION_STATE_NOT_ALLOWED',
      { subscription: subscription.number, status: subscription.status, action: 'delivering it again', allowed: 'FAILED' },
      ['operationId'],
    );
  }
  Object.assign(subscription, { status: 'PENDING', updatedAt: now });
  await em.flush();
  await reopenOrder(unit, subscription.id);
  return allow(undefined);
}

/** What the vendor delivered for it after all, too late to be ours: sent again, there would be two. @rule S2 */
async function surplusOf({ em }: Unit, { vendorCode }: ProvisioningOperation, { number }: ServiceSubscription): Promise<string | undefined> {
  const [drift] = await em.execute<{ vendor_subscription_id: string }[]>(
    `select vendor_subscription_id from drift where vendor_code = ? and subscription_id is null and field = 'EXISTENCE' and theirs = ? and resolved_at is null limit 1`,
    [vendorCode, number],
  );
  return drift?.vendor_subscription_id;
}

/** Of these, what was done last holds. */
const SETS_THE_SAME: Partial<Record<Operation, readonly Operation[]>> = {
  CHANGE_QUANTITY: ['CHANGE_QUANTITY', 'CHANGE_PLAN'],
  CHANGE_PLAN: ['CHANGE_QUANTITY', 'CHANGE_PLAN'],
  SUSPEND: ['SUSPEND', 'RESUME'],
  RESUME: ['SUSPEND', 'RESUME'],
  SET_RENEWAL: ['SET_RENEWAL'],
  SET_APPROVAL_CODE: ['SET_APPROVAL_CODE'],
};

/**
 * What was terminated meanwhile is only ended at its vendor, never changed or let run again; and what was changed again
 * since is not set back to what somebody wanted before.
 * @rule B8 S1
 */
async function decideChangeAgain(
  { em }: Unit,
  { id: subscriptionId, number, status, endsOn }: ServiceSubscription,
  { id, kind, sentAt, createdAt }: ProvisioningOperation,
): Promise<Decision<void>> {
  if (kind === 'CANCEL') return allow(undefined);
  if (status === 'TERMINATED') return refuse('SUBSCRIPTION_TERMINATED', { subscription: number, day: endsOn == null ? '' : isoDate(endsOn) }, ['operationId']);
  const later = await em.findOne(
    ProvisioningOperation,
    { id: { $ne: id }, subscriptionId, kind: [...(SETS_THE_SAME[kind] ?? [])], state: 'SUCCEEDED', sentAt: { $gt: sentAt ?? createdAt } },
    { orderBy: { sentAt: 'desc' } },
  );
  if (!later) return allow(undefined);
  return refuse('OPERATION_SUPERSEDED', { subscription: number, kind: later.kind, at: later.finishedAt!.toISOString() }, ['operationId']);
}

/** Takes what failed off the list of what somebody has to look at: it stays as it is, and is kept with the reason. */
export async function acknowledgeProvisioning(unit: Unit, input: AcknowledgeProvisioningInput): Promise<Decision<Resolved>> {
  const check = new TextCheck();
  const reason = check.line('reason', input.reason, 500);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const opened = await open(unit, input.operationId);
  if (!opened.allowed) return opened;
  const operation = opened.value;
  if (operation.state !== 'FAILED') {
    return refuse('OPERATION_STATE_NOT_ALLOWED', { state: operation.state, action: 'acknowledging', allowed: 'FAILED' }, ['operationId']);
  }
  const before = { needsAttention: operation.needsAttention };
  operation.needsAttention = false;
  await settleDown(unit, operation, 'acknowledgeProvisioning', before, { needsAttention: false, reason });
  return allow({ operationId: operation.id });
}

/** Ends an unknown outcome by what somebody saw in the vendor's own portal. */
export async function resolveUnknownProvisioning(unit: Unit, input: ResolveUnknownProvisioningInput): Promise<Decision<Resolved>> {
  const opened = await open(unit, input.operationId);
  if (!opened.allowed) return opened;
  const operation = opened.value;
  if (operation.state !== 'UNKNOWN') {
    return refuse('OPERATION_STATE_NOT_ALLOWED', { state: operation.state, action: 'resolving', allowed: 'UNKNOWN' }, ['operationId']);
  }
  const before = { state: operation.state };
  if (input.resolution === 'NOT_APPLIED') {
    await follow(unit, operation, { kind: 'SEND', delayMs: 0, message: `${unit.viewer.name} saw that the vendor does not have it`, attention: false }, {});
    await settleDown(unit, operation, 'resolveUnknownProvisioning', before);
    return allow({ operationId: operation.id });
  }
  const delivered = await deliveredAs(unit, operation, input);
  if (!delivered.allowed) return delivered;
  await follow(
    unit,
    operation,
    { kind: 'DONE' },
    {
      subscription: delivered.value,
      ...(operation.kind === 'CREATE_CUSTOMER' ? { customer: { vendorCustomerId: input.vendorCustomerId ?? undefined } } : {}),
    },
  );
  await settleDown(unit, operation, 'resolveUnknownProvisioning', before);
  return allow({ operationId: operation.id });
}

/** A delivered subscription has an id at its vendor, and no other of ours has the same. */
async function deliveredAs(
  unit: Unit,
  operation: ProvisioningOperation,
  input: ResolveUnknownProvisioningInput,
): Promise<Decision<VendorSubscription | undefined>> {
  if (operation.kind !== 'PROVISION') return allow(undefined);
  const check = new TextCheck();
  const vendorSubscriptionId = check.optionalLine('vendorSubscriptionId', input.vendorSubscriptionId, 200);
  const vendorCustomerId = check.optionalLine('vendorCustomerId', input.vendorCustomerId, 200) ?? undefined;
  const activationCode = check.optionalLine('activationCode', input.activationCode, 200) ?? undefined;
  const licenseId = check.optionalLine('licenseId', input.licenseId, 200) ?? undefined;
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  if (!vendorSubscriptionId) return refuse('RESOLUTION_INVALID', { field: 'vendorSubscriptionId' }, ['vendorSubscriptionId']);
  const other = await unit.em.findOne(ServiceSubscription, { platform: await platformOf(unit.em, operation.vendorCode), vendorSubscriptionId });
  if (other) return refuse('VENDOR_SUBSCRIPTION_TAKEN', { vendorSubscriptionId, subscription: other.number }, ['vendorSubscriptionId']);
  return allow({
    vendorSubscriptionId,
    vendorCustomerId,
    reference: undefined,
    status: 'ACTIVE',
    sku: undefined,
    quantity: undefined,
    statusReason: undefined,
    startedAt: undefined,
    renews: undefined,
    activationCode,
    licenseId,
    memo: undefined,
  });
}

async function open(unit: Unit, id: string): Promise<Decision<ProvisioningOperation>> {
  const operation = await unit.em.findOne(ProvisioningOperation, { id: decodeId('op', id) }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  return operation ? allow(operation) : refuse('OPERATION_UNKNOWN', { operation: id }, ['operationId']);
}

async function settleDown(unit: Unit, operation: ProvisioningOperation, action: string, before: object, after: object = {}): Promise<void> {
  await unit.em.flush();
  await unit.em.execute(`select pg_notify('cloudtill_provisioning', '')`);
  unit.audit({
    accountId: operation.accountId,
    action,
    subjectKind: 'ProvisioningOperation',
    subjectId: encodeId('op', operation.id),
    before,
    after: { state: operation.state, kind: operation.kind, ...after },
  });
}
