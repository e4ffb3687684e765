/** What is sent to Google for an intent, and whether what is there already is what it wants. */
import { rejected, type Change, type Provision, type VendorAccount } from '../vendor.ts';
import { isAnnual, isLive, purchaseOrderId, quantityOf, type Subscription } from './formats.ts';
import { alternateEmailOf, domainOf, planOf, planOfPolicy, valueOf, type Plan } from './parameters.ts';

export function customerBody(account: VendorAccount): object {
  const { companyName, phone, address } = account;
  return {
    customerDomain: domainOf(account),
    customerType: 'domain',
    alternateEmail: alternateEmailOf(account),
    phoneNumber: phone,
    postalAddress: {
      contactName: companyName,
      organizationName: companyName,
      countryCode: address.country,
      postalCode: address.postalCode,
      addressLine1: address.line1,
      locality: address.city,
      region: address.region,
    },
  };
}

/** An annual plan commits to a number; any other has a cap. What Google shows beside these it does not take back. */
const seats = (annual: boolean, quantity: number): object => ({
  kind: 'subscriptions#seats',
  ...(annual ? { numberOfSeats: quantity } : { maximumNumberOfSeats: quantity }),
});
const isAnnualName = (plan: Plan): boolean => plan.startsWith('ANNUAL');

const renewalType = (plan: string | undefined): string => (plan === 'ANNUAL_YEARLY_PAY' ? 'AUTO_RENEW_YEARLY_PAY' : 'AUTO_RENEW_MONTHLY_PAY');

export function subscriptionBody(provision: Provision): object {
  const { reference, account, sku, quantity, parameters, approvalCode } = provision;
  const plan = planOf(provision);
  return {
    kind: 'reseller#subscription',
    customerId: account.vendorCustomerId,
    skuId: sku,
    plan: { planName: plan },
    seats: seats(isAnnualName(plan), quantity),
    ...(isAnnualName(plan) ? { renewalSettings: { kind: 'subscriptions#renewalSettings', renewalType: renewalType(plan) } } : {}),
    purchaseOrderId: purchaseOrderId(reference, valueOf(parameters, 'PurchaseOrder')),
    dealCode: valueOf(parameters, 'DealCode') ?? approvalCode,
  };
}

/** Whether a subscription is as a change wants it. */
export function isAsWanted(subscription: Subscription, change: Change): boolean {
  const { suspensionReasons, renewalSettings } = subscription;
  const suspendedByUs = suspensionReasons.includes('RESELLER_INITIATED');
  switch (change.operation) {
    case 'CHANGE_QUANTITY':
      return quantityOf(subscription) === change.quantity;
    case 'CHANGE_PLAN':
      return hasPlanOf(subscription, change.policy) && quantityOf(subscription) === change.quantity;
    case 'SUSPEND':
      return suspendedByUs;
    case 'RESUME':
      return !suspendedByUs;
    case 'CANCEL':
      // Paused for good and not renewed is as far as a Workspace subscription can be ended.
      return !isLive(subscription) || (suspendedByUs && (!isAnnual(subscription) || renewalSettings?.renewalType === 'CANCEL'));
    case 'SET_RENEWAL':
      return isAnnual(subscription) ? (renewalSettings?.renewalType === 'CANCEL') !== change.renews : change.renews;
    case 'SET_APPROVAL_CODE':
      return false;
  }
}

/** How a year is paid is a matter between reseller and Google: any annual plan will do for a policy of a year. */
const hasPlanOf = (subscription: Subscription, policy: Provision['policy']): boolean =>
  subscription.plan.planName !== 'TRIAL' && isAnnual(subscription) === isAnnualName(planOfPolicy(policy));

export interface Step {
  readonly kind: 'STEP';
  /** What Google calls it, at the end of the path. */
  readonly verb: string;
  readonly body?: object;
}

/** What is to be sent so that a subscription becomes as wanted; cancelling takes several steps and is not here. */
export function stepTo(subscription: Subscription, change: Exclude<Change, { operation: 'CANCEL' }>): Step | ReturnType<typeof rejected> {
  switch (change.operation) {
    case 'CHANGE_QUANTITY':
      return { kind: 'STEP', verb: 'changeSeats', body: seats(isAnnual(subscription), change.quantity) };
    case 'CHANGE_PLAN': {
      if (change.sku !== subscription.skuId) return rejected('VALIDATION', 'another article is another subscription at Google');
      if (hasPlanOf(subscription, change.policy)) return { kind: 'STEP', verb: 'changeSeats', body: seats(isAnnual(subscription), change.quantity) };
      const planName = planOfPolicy(change.policy);
      // Said again, so that the subscription can still be found by it.
      const { purchaseOrderId: order } = subscription;
      return {
        kind: 'STEP',
        verb: 'changePlan',
        body: { planName, seats: seats(isAnnualName(planName), change.quantity), ...(order ? { purchaseOrderId: order } : {}) },
      };
    }
    case 'SUSPEND':
      return { kind: 'STEP', verb: 'suspend' };
    case 'RESUME':
      return { kind: 'STEP', verb: 'activate' };
    case 'SET_RENEWAL':
      if (!isAnnual(subscription)) return rejected('CONFLICT_STATE', 'a flexible plan has no term; it goes on until it is cancelled');
      return { kind: 'STEP', verb: 'changeRenewalSettings', body: renewalBody(change.renews ? renewalType(subscription.plan.planName) : 'CANCEL') };
    case 'SET_APPROVAL_CODE':
      return rejected('VALIDATION', 'Google takes a deal code with an order only');
  }
}

const renewalBody = (type: string): object => ({ kind: 'subscriptions#renewalSettings', renewalType: type });

/**
 * What ends a Workspace subscription, for which Google has no deletion: an annual one is told not to renew, and either is
 * suspended, which stops its use and what a flexible one costs.
 */
export function stepsToEnd(subscription: Subscription): Step[] {
  const steps: Step[] = [];
  if (isAnnual(subscription) && subscription.renewalSettings?.renewalType !== 'CANCEL') {
    steps.push({ kind: 'STEP', verb: 'changeRenewalSettings', body: renewalBody('CANCEL') });
  }
  if (!subscription.suspensionReasons.includes('RESELLER_INITIATED')) steps.push({ kind: 'STEP', verb: 'suspend' });
  return steps;
}
