/** What Partner Center sends, as far as it is read here: fields in any case, numbers also as text, whatever else ignored. */
import { z } from 'zod';
import { retryable, succeeded, type Reading, type VendorStatus, type VendorSubscription } from '../vendor.ts';

/** Also where it comes as text. */
export const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
]);
const boolean = z.union([z.boolean(), z.stringbool()]);
const text = z.string().nullish();

export const subscriptionSchema = z.object({
  id: z.string().min(1),
  offerId: text,
  friendlyName: text,
  quantity: number.nullish(),
  status: z.string(),
  suspensionReasons: z.array(z.string()).nullish(),
  creationDate: text,
  effectiveStartDate: text,
  autoRenewEnabled: boolean.nullish(),
  attributes: z.object({ etag: text }).nullish(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

export const orderSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  lineItems: z.array(z.object({ friendlyName: text, subscriptionId: text })),
});
export type Order = z.infer<typeof orderSchema>;

const problem = z.object({ code: text, description: text, errorCode: text, errorDescription: text });
export const cartSchema = z.object({ id: z.string().min(1), lineItems: z.array(z.object({ error: problem.nullish() })).nullish() });
export const checkoutSchema = z.object({ orders: z.array(orderSchema).nullish(), orderErrors: z.array(problem).nullish() });
export const customerSchema = z.object({
  id: z.string().min(1),
  companyProfile: z.object({ domain: text, companyName: text }).nullish(),
  userCredentials: z.object({ userName: text, password: text }).nullish(),
});
export const collectionOf = <T extends z.ZodType>(item: T): z.ZodObject<{ items: z.ZodArray<T> }> => z.object({ items: z.array(item) });

/**
 * An expired or disabled subscription is over: it did not renew, and can only be ordered anew.
 * `none` is what a new one says before it says anything else.
 */
const STATUSES: Readonly<Record<string, VendorStatus>> = {
  none: 'PENDING',
  pending: 'PENDING',
  active: 'ACTIVE',
  suspended: 'SUSPENDED',
  expired: 'TERMINATED',
  disabled: 'TERMINATED',
  deleted: 'TERMINATED',
};

/** @returns retryable, naming it, where the status is none that is known */
export function toSubscription(vendorCustomerId: string, resource: Subscription): Reading<VendorSubscription> {
  const word = resource.status.toLowerCase();
  const status = Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined;
  if (!status) return retryable(`subscription ${resource.id} has the unknown status "${resource.status}"`);
  const reasons = resource.suspensionReasons ?? [];
  const startedAt = Date.parse(resource.effectiveStartDate ?? resource.creationDate ?? '');
  return succeeded({
    vendorSubscriptionId: resource.id,
    vendorCustomerId,
    reference: resource.friendlyName ?? undefined,
    status,
    sku: resource.offerId ?? undefined,
    quantity: resource.quantity ?? undefined,
    statusReason: status === 'ACTIVE' ? undefined : reasons.length > 0 ? reasons.join('; ') : word,
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
    renews: resource.autoRenewEnabled ?? undefined,
    activationCode: undefined,
    licenseId: undefined,
    memo: undefined,
  });
}

/** The same value with all names in camelCase: Partner Center writes PascalCase as well. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.charAt(0).toLowerCase() + name.slice(1), camelCased(inner)]));
}
