/**
 * How a subscription comes to be: by hand, as something that runs already; or by an order, as something that its vendor
 * is still to deliver.
 */
import { decideSynchronized } from '@cloudtill/domain/accounts/provisioning-sync';
import { allow, refusal, type Decision } from '@cloudtill/domain/refusal';
import type { Provision } from '@cloudtill/vendors/vendor';
import type { Account } from '../accounts/account.entity.ts';
import { Vendor, type Plan } from '../catalog/catalog.entities.ts';
import { newId } from '../platform/ids.ts';
import { nextNumber } from '../platform/numbers.ts';
import type { Unit } from '../platform/use-case.ts';
import { findVendor, intend } from '../vendors/intend.ts';
import { accountOnPlatform } from '../vendors/vendor-account.ts';
import { record, rulePlans } from './history.ts';
import { ServiceSubscription } from './subscription.entities.ts';

export interface Wanted {
  readonly account: Account;
  /** With its product loaded. */
  readonly plan: Plan;
  readonly quantity: number;
  readonly number?: string | undefined;
  readonly approvalCode?: string | undefined;
  /** Values of the vendor's own order parameters. */
  readonly vendorParameters?: Readonly<Record<string, string>>;
  readonly licenseEmail?: string | undefined;
}

/** The row of a subscription that has no history yet. */
export async function addSubscription(unit: Unit, wanted: Wanted, more: Partial<ServiceSubscription> = {}): Promise<ServiceSubscription> {
  const { em, now } = unit;
  const { account, plan, quantity, number, approvalCode, vendorParameters, licenseEmail } = wanted;
  const subscription = em.create(ServiceSubscription, {
    id: newId(),
    customer: account,
    number: number ?? `SUB-${now.getUTCFullYear()}-${await nextNumber(em, 'subscription_number', 6)}`,
    product: plan.product,
    plan,
    status: 'PENDING',
    quantity,
    activatedAt: null,
    activatedOn: null,
    endsOn: null,
    renews: true,
    renewalQuantity: null,
    nextChangeAt: null,
    approvalCode: approvalCode ?? null,
    vendorParameters: { ...vendorParameters },
    licenseEmail: licenseEmail ?? null,
    version: 1,
    createdAt: now,
    updatedAt: now,
    ...more,
  });
  em.persist(subscription);
  await em.flush();
  return subscription;
}

/** Lets a subscription begin: from here on it is charged. @rule B2 "from the activation date" */
export async function activate(unit: Unit, subscription: ServiceSubscription, account: Account, plan: Plan, at: number): Promise<void> {
  const plans = await rulePlans(unit.em, plan.product.id);
  subscription.activatedAt = new Date(at);
  subscription.activatedOn = unit.app.clock.dayAt(at);
  await record(
    unit,
    { subscription, account, plans, changes: [] },
    { kind: 'ACTIVATE', effectiveAt: at, quantity: subscription.quantity, plan: plans.get(plan.id)! },
  );
}

/**
 * Begins what was ordered. What nobody delivers automatically runs at once; anything else waits for its vendor, who is
 * asked after the commit. Everything that the vendor would refuse is refused here.
 * @rule A7 C1 O4
 */
export async function orderSubscription(unit: Unit, wanted: Wanted): Promise<Decision<ServiceSubscription>> {
  const { em, now } = unit;
  const { account, plan } = wanted;
  const product = plan.product.getEntity();
  if (product.provisioning === 'EXTERNAL') {
    const subscription = await addSubscription(unit, wanted);
    await activate(unit, subscription, account, plan, now.getTime());
    return allow(subscription);
  }
  const maker = product.vendor ? await em.findOneOrFail(Vendor, { id: product.vendor.id }) : undefined;
  const vendor = findVendor(unit.app, maker?.code ?? product.code, 'PROVISION');
  if (!vendor.allowed) return vendor;
  const { code, platform } = vendor.value;
  const known = await accountOnPlatform(em, account.id, platform);
  const synchronized = decideSynchronized(account, platform, known.status);
  if (!synchronized.allowed) return synchronized;
  const provision: Provision = { ...provisionOf(wanted), reference: wanted.number ?? 'SUB-0000-000000', account: known.told };
  const problems = vendor.value.check({ operation: 'PROVISION', provision });
  if (problems.length > 0) {
    return {
      allowed: false,
      refusals: problems.map(({ parameter, problem }) => refusal('VENDOR_PARAMETER_INVALID', { vendor: code, parameter, problem }, ['characteristics'])),
    };
  }
  const subscription = await addSubscription(unit, wanted, { platform });
  await intend(unit, { accountId: account.id, subscriptionId: subscription.id, subject: subscription.number, vendorCode: code, kind: 'PROVISION' });
  return allow(subscription);
}

/** What a vendor is told of an order, apart from who it is for. */
export function provisionOf({ account, plan, quantity, approvalCode, vendorParameters = {} }: Wanted): Omit<Provision, 'account' | 'reference'> {
  return { sku: plan.sku, quantity, policy: plan.billingPolicy, currency: account.currency, approvalCode, parameters: vendorParameters };
}
