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

/** What was held from an instant on. */
export interface Held {
  readonly at: number;
  readonly quantity: number;
  readonly status: KeptStatus;
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
  /** All that was held since it was ordered, the first of it first. */
  readonly history: readonly Held[];
}

/** What one meter of an Azure plan counted on one day. Decimals are texts. */
export interface Usage {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly entitlementId: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly meterId: string;
  readonly meterName: string;
  readonly unit: string;
  readonly quantity: string;
  readonly unitPrice: string;
  readonly creditRate: string;
  readonly exchangeRate: string;
  readonly billingCurrency: string;
  readonly tags: string;
}

export interface PriceSheet {
  readonly csv: string;
}

export interface Records {
  readonly customers: Collection<Customer>;
  readonly carts: Collection<Cart>;
  readonly orders: Collection<Order>;
  readonly subscriptions: Collection<Subscription>;
  readonly usage: Collection<Usage>;
  /** By market, view and month. */
  readonly priceSheets: Collection<PriceSheet>;
}

export function recordsOf(store: Store): Records {
  return {
    customers: store.collection('customers'),
    carts: store.collection('carts'),
    orders: store.collection('orders'),
    subscriptions: store.collection('subscriptions'),
    usage: store.collection('usage'),
    priceSheets: store.collection('priceSheets'),
  };
}
