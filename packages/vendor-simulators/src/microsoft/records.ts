/** What the simulated Partner Center keeps. Times are epoch milliseconds by its own clock. */
import type { Collection, Store } from '../frame/store.ts';

export interface Customer {
  readonly id: string;
  readonly commerceId: string;
  /** In lower case. */
  readonly domain: string;
  readonly companyName: string;
  readonly billingProfile: object;
  readonly createdAt: number;
  readonly agreedAt: number | undefined;
}

export interface CartLine {
  readonly id: number;
  readonly catalogItemId: string;
  readonly friendlyName: string | undefined;
  readonly quantity: number;
  readonly currencyCode: string;
  readonly billingCycle: string;
  readonly termDuration: string | undefined;
  /** The indirect reseller's id. */
  readonly partnerIdOnRecord: string | undefined;
  readonly error: { readonly errorCode: string; readonly errorDescription: string } | undefined;
}

export interface Cart {
  readonly id: string;
  readonly customerId: string;
  readonly status: 'Active' | 'Ordered';
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lines: readonly CartLine[];
}

export interface OrderLine extends CartLine {
  readonly subscriptionId: string;
}

export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly cartId: string;
  readonly billingCycle: string;
  readonly currencyCode: string;
  readonly createdAt: number;
  /** Null: stays pending for ever. */
  readonly completesAt: number | null;
  /** Its completion was told to whoever registered for it. */
  readonly announced: boolean;
  readonly lines: readonly OrderLine[];
}

export type KeptStatus = 'active' | 'suspended' | 'deleted';
export type Status = KeptStatus | 'expired' | 'disabled';

/** The properties that a PATCH may change. */
export interface Changeable {
  readonly friendlyName: string;
  readonly quantity: number;
  readonly status: KeptStatus;
  readonly autoRenewEnabled: boolean;
}

export interface Subscription extends Changeable {
  readonly id: string;
  readonly customerId: string;
  readonly orderId: string;
  readonly catalogItemId: string;
  readonly billingCycle: string;
  readonly termDuration: string | undefined;
  readonly partnerIdOnRecord: string | undefined;
  readonly createdAt: number;
  /** From when on it is seen; null: its order stays pending for ever. */
  readonly activeAt: number | null;
  /** When the term that runs was bought or renewed. */
  readonly termStartedAt: number;
  readonly version: number;
  /** A change that was accepted and is not done yet. */
  readonly pending: { readonly change: Partial<Changeable>; readonly appliesAt: number | null } | undefined;
  /** What provisioning showed before the last change, and when that was. */
  readonly provisionedQuantity: number;
  readonly changedAt: number;
}

export interface Records {
  readonly customers: Collection<Customer>;
  readonly carts: Collection<Cart>;
  readonly orders: Collection<Order>;
  readonly subscriptions: Collection<Subscription>;
}

export function recordsOf(store: Store): Records {
  return {
    customers: store.collection('customers'),
    carts: store.collection('carts'),
    orders: store.collection('orders'),
    subscriptions: store.collection('subscriptions'),
  };
}
