/** Changes of what a vendor has: it is asked first, and the history says what it did. @rule S1 S2 */
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { Change } from '@cloudtill/vendors/vendor';
import { Vendor } from '../catalog/catalog.entities.ts';
import type { EntityManager } from '../platform/database.ts';
import type { Unit } from '../platform/use-case.ts';
import { decideNothingOpen, findVendor, intend } from '../vendors/intend.ts';
import type { NewChange } from './history.ts';
import type { ServiceSubscription } from './subscription.entities.ts';

/** Whether something that was changed here has to be told to a vendor. */
export function isLinked({ vendorSubscriptionId }: Pick<ServiceSubscription, 'vendorSubscriptionId'>): boolean {
  return vendorSubscriptionId !== null && vendorSubscriptionId !== undefined;
}

/** The code of the vendor whose platform the subscription is on. */
export async function vendorCodeOf(em: EntityManager, { platform }: ServiceSubscription): Promise<string> {
  return (await em.findOneOrFail(Vendor, { platform: platform! })).code;
}

/** What a line of the history means to a vendor; undefined for what it need not know. */
export function changeOf({ kind, quantity, plan, renews }: NewChange): Change | undefined {
  switch (kind) {
    case 'QUANTITY':
      return { operation: 'CHANGE_QUANTITY', quantity: quantity! };
    case 'PLAN':
      return { operation: 'CHANGE_PLAN', sku: plan!.sku, quantity: quantity!, policy: plan!.policy };
    case 'TERMINATE':
      return { operation: 'CANCEL' };
    case 'SUSPEND':
    case 'RESUME':
      return { operation: kind };
    case 'RENEWAL':
      return { operation: 'SET_RENEWAL', renews: renews! };
    default:
      return undefined;
  }
}

/**
 * Wants a change at the vendor. What is scheduled for later is wanted when it is due (see apply-due.ts), so it can be
 * recorded now; so can what is here alone.
 * @returns the operation that the vendor's answer will end; undefined where the change can be recorded at once
 */
export async function askVendor(unit: Unit, subscription: ServiceSubscription, change: NewChange): Promise<Decision<string | undefined>> {
  if (!subscription.platform) return allow(undefined);
  const open = await decideNothingOpen(unit, { subscriptionId: subscription.id }, subscription.number);
  if (!open.allowed) return open;
  const wanted = changeOf(change);
  if (!isLinked(subscription) || !wanted) return allow(undefined);
  const isRenewal = change.kind === 'RENEWAL';
  const code = await vendorCodeOf(unit.em, subscription);
  const vendor = findVendor(unit.app, code, wanted.operation);
  if (!isRenewal && change.effectiveAt > unit.now.getTime()) {
    // What the vendor will never do would be charged from then on; whether it can be reached shows when it is due.
    return vendor.allowed || !unit.app.vendors.find(code) ? allow(undefined) : vendor;
  }
  // A vendor that knows nothing of renewals is told to end it when the term does.
  if (!vendor.allowed) return isRenewal ? allow(undefined) : vendor;
  const operationId = await intend(unit, {
    accountId: subscription.customer.id,
    subscriptionId: subscription.id,
    subject: subscription.number,
    vendorCode: code,
    kind: wanted.operation,
    request: {
      change: wanted,
      ...(change.plan ? { planId: change.plan.id } : {}),
      ...(change.effectiveAt < unit.now.getTime() ? { effectiveAt: change.effectiveAt } : {}),
      ...(isRenewal ? { recorded: true } : {}),
      reason: change.reason ?? null,
    },
  });
  return allow(isRenewal ? undefined : operationId);
}

/** Suspending and resuming exist only where the vendor has them. @rule S1 */
export function refuseUnlinked({ number }: ServiceSubscription, action: string): Decision<never> {
  return refuse('VENDOR_CANNOT', { vendor: number, action, advice: 'it is not provisioned through a vendor' }, ['subscriptionId']);
}
