/** What people decide about a difference between a vendor and us. */
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { Change } from '@cloudtill/vendors/vendor';
import { decodeId, encodeId, newId } from '../platform/ids.ts';
import { TextCheck } from '../platform/text.ts';
import type { App } from '../platform/context.ts';
import type { Unit } from '../platform/use-case.ts';
import { ServiceSubscription } from '../subscriptions/subscription.entities.ts';
import { decideNothingOpen, findVendor, intend, platformOf } from '../vendors/intend.ts';
import type { ResolveDriftInput } from './provisioning.type.ts';

interface DriftRow {
  readonly id: string;
  readonly vendor_code: string;
  readonly subscription_id: string | null;
  readonly vendor_subscription_id: string | null;
  readonly vendor_customer_id: string | null;
  readonly field: string;
  readonly resolved_at: string | null;
  readonly resolution: string | null;
}

export interface Settled {
  readonly driftId: string;
  /** What only the vendor has, to be ended there after the commit. */
  readonly orphan?: { readonly vendorCode: string; readonly vendorSubscriptionId: string; readonly vendorCustomerId: string | null };
}

export async function resolveDrift(unit: Unit, input: ResolveDriftInput): Promise<Decision<Settled>> {
  const { em, now } = unit;
  const check = new TextCheck();
  const reason = check.optionalLine('reason', input.reason, 500);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const [drift] = await em.execute<DriftRow[]>(
    'select id, vendor_code, subscription_id, vendor_subscription_id, vendor_customer_id, field, resolved_at, resolution from drift where id = ? for update',
    [decodeId('drf', input.driftId)],
  );
  if (!drift) return refuse('DRIFT_UNKNOWN', { drift: input.driftId }, ['driftId']);
  if (drift.resolved_at) return refuse('DRIFT_SETTLED', { resolution: drift.resolution ?? '' }, ['driftId']);
  const done = await carryOutResolution(unit, drift, input, reason);
  if (!done.allowed) return done;
  if (input.resolution === 'IGNORE')
    await em.execute('update drift set resolved_at = ?, resolution = ?, ignored = true where id = ?', [now, `ignored: ${reason}`, drift.id]);
  unit.audit({
    accountId: unit.viewer.account.id,
    action: 'resolveDrift',
    subjectKind: 'Drift',
    subjectId: encodeId('drf', drift.id),
    before: { field: drift.field, vendorSubscriptionId: drift.vendor_subscription_id },
    after: { resolution: input.resolution, reason },
  });
  return allow({ driftId: drift.id, ...(done.value ? { orphan: done.value } : {}) });
}

async function carryOutResolution(unit: Unit, drift: DriftRow, { resolution }: ResolveDriftInput, reason: string | null): Promise<Decision<Settled['orphan']>> {
  if (resolution === 'IGNORE') return reason ? allow(undefined) : refuse('VALUE_REQUIRED', { field: 'reason' }, ['reason']);
  const isOrphan = drift.subscription_id === null;
  if (isOrphan !== (resolution === 'CANCEL_AT_VENDOR')) {
    const allowed = isOrphan ? 'CANCEL_AT_VENDOR or IGNORE' : 'TELL_VENDOR or IGNORE';
    return refuse('DRIFT_RESOLUTION_NOT_ALLOWED', { resolution, allowed }, ['resolution']);
  }
  if (isOrphan) {
    const held = await heldBy(unit, drift);
    if (!held.allowed) return held;
    const vendor = findVendor(unit.app, drift.vendor_code, 'CANCEL');
    return vendor.allowed
      ? allow({ vendorCode: drift.vendor_code, vendorSubscriptionId: drift.vendor_subscription_id!, vendorCustomerId: drift.vendor_customer_id })
      : vendor;
  }
  return tellVendor(unit, drift, reason);
}

/** Ending is final: what somebody holds by now is nobody's to end here. @rule B8 */
async function heldBy({ em }: Unit, { vendor_code, vendor_subscription_id }: DriftRow): Promise<Decision<void>> {
  const vendorSubscriptionId = vendor_subscription_id!;
  const holder = await em.findOne(ServiceSubscription, { platform: await platformOf(em, vendor_code), vendorSubscriptionId });
  return holder ? refuse('VENDOR_SUBSCRIPTION_TAKEN', { vendorSubscriptionId, subscription: holder.number }, ['driftId']) : allow(undefined);
}

/** The vendor gets what we have: the number of licenses, or the end. */
async function tellVendor(unit: Unit, { subscription_id, vendor_code, field }: DriftRow, reason: string | null): Promise<Decision<undefined>> {
  const subscription = await unit.em.findOneOrFail(ServiceSubscription, { id: subscription_id! });
  const change: Change | undefined =
    field === 'QUANTITY'
      ? { operation: 'CHANGE_QUANTITY', quantity: subscription.quantity }
      : field === 'STATUS'
        ? { operation: subscription.status === 'TERMINATED' ? 'CANCEL' : subscription.status === 'SUSPENDED' ? 'SUSPEND' : 'RESUME' }
        : undefined;
  if (!change)
    return refuse('VENDOR_CANNOT', { vendor: vendor_code, action: `mend ${field.toLowerCase()}`, advice: 'settle it in the vendor’s portal, or order anew' }, [
      'resolution',
    ]);
  const vendor = findVendor(unit.app, vendor_code, change.operation);
  if (!vendor.allowed) return vendor;
  const free = await decideNothingOpen(unit, { subscriptionId: subscription.id }, subscription.number);
  if (!free.allowed) return free;
  const request = { change, recorded: true, reason };
  await intend(unit, {
    accountId: subscription.customer.id,
    subscriptionId: subscription.id,
    subject: subscription.number,
    vendorCode: vendor_code,
    kind: change.operation,
    request,
  });
  return allow(undefined);
}

/**
 * Ends at the vendor what nobody here knows. Ending is final and the same each time, so whatever is lost on the way is
 * asked for again by whoever sees the difference still open.
 */
export async function cancelOrphan(
  app: App,
  driftId: string,
  { vendorCode, vendorSubscriptionId, vendorCustomerId }: NonNullable<Settled['orphan']>,
): Promise<string | undefined> {
  const ref = { reference: '', vendorSubscriptionId, vendorCustomerId: vendorCustomerId ?? undefined, sku: '', memo: undefined };
  const call = { operationId: newId(), signal: AbortSignal.timeout(app.config.vendorTimeoutMs) };
  const vendor = app.vendors.find(vendorCode);
  // Asked again with the same key, the answer may be from when it was.
  if (!vendor) return `${vendorCode} is not configured`;
  const outcome = await vendor.change(call, ref, { operation: 'CANCEL' });
  if (outcome.kind !== 'SUCCEEDED') return 'message' in outcome ? outcome.message : outcome.kind;
  await app.database.system.query(`update drift set resolved_at = $2, resolution = 'ended at the vendor' where id = $1 and resolved_at is null`, [
    driftId,
    app.clock.date(),
  ]);
  return undefined;
}
