/** A subscription as Google shows it: instants are strings of epoch milliseconds, and a monthly paid year is called `ANNUAL`. */
import type { Customer } from './customers.ts';
import { isAnnual, isSuspended, type Held } from './lifecycle.ts';

const NAMES: Readonly<Record<string, string>> = {
  '1010020020': 'Google Workspace Enterprise Plus',
  '1010020025': 'Google Workspace Business Plus',
  '1010020027': 'Google Workspace Business Starter',
  '1010020028': 'Google Workspace Business Standard',
};

export function view(held: Held, customer: Customer): object {
  const { customerId, subscriptionId, skuId, plan, commitment, renewalType, trialEndsAt, purchaseOrderId, dealCode } = held;
  const annual = isAnnual(plan);
  return {
    kind: 'reseller#subscription',
    customerId,
    customerDomain: customer.customerDomain,
    subscriptionId,
    skuId,
    skuName: NAMES[skuId] ?? skuId,
    billingMethod: 'OFFLINE',
    creationTime: String(held.createdAt),
    status: held.cancelledAt !== undefined ? 'CANCELLED' : isSuspended(held) ? 'SUSPENDED' : 'ACTIVE',
    ...(isSuspended(held) ? { suspensionReasons: Object.keys(held.reasons) } : {}),
    seats: {
      kind: 'subscriptions#seats',
      ...(annual ? { numberOfSeats: held.seats } : { maximumNumberOfSeats: held.seats }),
      licensedNumberOfSeats: held.licensed,
    },
    plan: {
      planName: plan === 'ANNUAL_MONTHLY_PAY' ? 'ANNUAL' : plan,
      isCommitmentPlan: annual,
      ...(commitment ? { commitmentInterval: { startTime: String(commitment.start), endTime: String(commitment.end) } } : {}),
    },
    ...(renewalType ? { renewalSettings: { kind: 'subscriptions#renewalSettings', renewalType } } : {}),
    trialSettings: { isInTrial: trialEndsAt !== undefined, ...(trialEndsAt === undefined ? {} : { trialEndTime: String(trialEndsAt) }) },
    ...(purchaseOrderId ? { purchaseOrderId } : {}),
    ...(dealCode ? { dealCode } : {}),
    resourceUiUrl: `https://www.google.com/a/cpanel/reseller.example/CustomerInformation?cid=${customerId}`,
  };
}
