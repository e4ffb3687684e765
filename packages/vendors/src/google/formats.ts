/** What Google sends, and what it means in our words. Fields that nobody here knows are ignored. */
import { z } from 'zod';
import type { VendorStatus, VendorSubscription } from '../vendor.ts';

/** Google sends instants as strings of epoch milliseconds. */
const instant = z.string().regex(/^\d+$/).transform(Number).optional().catch(undefined);
const count = z
  .union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)])
  .optional()
  .catch(undefined);
const word = z.string().optional().catch(undefined);

export const customerSchema = z.object({ customerId: z.string().min(1), customerDomain: word });

export const subscriptionSchema = z.object({
  customerId: z.string().min(1),
  subscriptionId: z.string().min(1),
  skuId: z.string().min(1),
  creationTime: instant,
  status: word,
  suspensionReasons: z.array(z.string()).default([]).catch([]),
  seats: z.object({ numberOfSeats: count, maximumNumberOfSeats: count }).default({ numberOfSeats: undefined, maximumNumberOfSeats: undefined }),
  plan: z.object({ planName: word, isCommitmentPlan: z.boolean().optional().catch(undefined) }).default({ planName: undefined, isCommitmentPlan: undefined }),
  renewalSettings: z.object({ renewalType: word }).optional().catch(undefined),
  purchaseOrderId: word,
});
export type Subscription = z.infer<typeof subscriptionSchema>;

export const listSchema = z.object({ subscriptions: z.array(subscriptionSchema).default([]), nextPageToken: word });
export type Page = z.infer<typeof listSchema>;

/** Answers whose body says nothing. */
export const emptySchema = z.unknown();

/** A year paid by the month is asked for as ANNUAL_MONTHLY_PAY and comes back as ANNUAL. */
export const isAnnual = ({ plan: { planName, isCommitmentPlan } }: Subscription): boolean => isCommitmentPlan ?? planName?.startsWith('ANNUAL') ?? false;

/** What was committed to under an annual plan, what may be used at most under any other. */
export const quantityOf = (subscription: Subscription): number | undefined =>
  isAnnual(subscription) ? subscription.seats.numberOfSeats : (subscription.seats.maximumNumberOfSeats ?? subscription.seats.numberOfSeats);

/** Whether it occupies its customer's place for this article: while it does, there can be no second one. */
export const isLive = ({ status }: Subscription): boolean => status !== 'CANCELLED';

/** Between our reference and what the buyer calls the order. */
const SEPARATOR = ' / ';
export const purchaseOrderId = (reference: string, purchaseOrder: string | undefined): string =>
  purchaseOrder === undefined ? reference : `${reference}${SEPARATOR}${purchaseOrder}`;
export const referenceOf = (subscription: Subscription): string | undefined => subscription.purchaseOrderId?.split(SEPARATOR)[0] || undefined;

function statusOf({ status, suspensionReasons }: Subscription): VendorStatus {
  // Its term is over and was not renewed. Activating it would begin another subscription, so it counts as ended.
  if (suspensionReasons.includes('RENEWAL_WITH_TYPE_CANCEL')) return 'TERMINATED';
  switch (status) {
    case 'ACTIVE':
      return 'ACTIVE';
    case 'SUSPENDED':
      return 'SUSPENDED';
    case 'CANCELLED':
      return 'TERMINATED';
    default:
      return 'PENDING';
  }
}

export function toVendorSubscription(subscription: Subscription): VendorSubscription {
  const { status, suspensionReasons, renewalSettings } = subscription;
  const reason = suspensionReasons.length > 0 ? suspensionReasons.join(', ') : status === 'ACTIVE' ? undefined : status;
  return {
    vendorSubscriptionId: subscription.subscriptionId,
    vendorCustomerId: subscription.customerId,
    reference: referenceOf(subscription),
    status: statusOf(subscription),
    sku: subscription.skuId,
    quantity: quantityOf(subscription),
    statusReason: reason,
    startedAt: subscription.creationTime,
    renews: isAnnual(subscription) && renewalSettings?.renewalType ? renewalSettings.renewalType !== 'CANCEL' : undefined,
    activationCode: undefined,
    licenseId: undefined,
    memo: undefined,
  };
}
