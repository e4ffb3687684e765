/** From subscriptions to charges: the one bridge between the rules and the rows. */
import type { BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { isParked, targetCharges } from '@cloudtill/domain/billing/target';
import type { Rounding } from '@cloudtill/domain/money/rounding';
import type { ListedPrice, PriceBook } from '../catalog/pricing.ts';
import { uuidOfKey } from '../platform/binary-copy.ts';
import type { ChargeFacts } from './charge-rows.ts';
import type { BilledSubscription } from './subscription-batch.ts';

/** Why one subscription could not be billed. */
export interface ParkedSubscription {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly reason: 'PRICE_MISSING' | 'CHARGE_OUT_OF_BOUNDS';
  readonly parameters: Readonly<Record<string, string>>;
}

export type Rated = readonly ChargeFacts[] | ParkedSubscription;

/** What a subscription owes for a month, on every edge. The accounts must be loaded. @rule H1 */
export function rate(subscription: BilledSubscription, book: PriceBook, month: BillingMonth, rounding: Rounding): Rated {
  const customerId = customerIdOf(subscription);
  const target = targetCharges(subscription.timeline, (plan, day) => book.pricesOn(customerId, plan.id, day), month, rounding);
  if (isParked(target)) {
    const { reason, plan, day } = target;
    return { customerId, subscriptionId: uuidOfKey(subscription.key), reason, parameters: { planId: plan.id, day: isoDate(day) } };
  }
  return target.map(({ item, tier, price, netMinor, costMinor }): ChargeFacts => ({
    planId: item.plan.id,
    tier,
    kind: item.kind,
    start: item.start,
    end: item.end,
    periodDays: item.periodDays,
    segments: item.segments,
    price: price as ListedPrice,
    netMinor,
    costMinor,
  }));
}

export function isParkedSubscription(rated: Rated): rated is ParkedSubscription {
  return 'reason' in rated;
}

let lastKey = '';
let lastId = '';

/** Subscriptions of one customer follow each other, so the id is made once for all of them. */
export function customerIdOf({ customerKey }: BilledSubscription): string {
  if (customerKey !== lastKey) {
    lastKey = customerKey;
    lastId = uuidOfKey(customerKey);
  }
  return lastId;
}

/** Every customer of a batch, once. */
export function customersOf(subscriptions: readonly BilledSubscription[]): Set<string> {
  return new Set(subscriptions.map(customerIdOf));
}
