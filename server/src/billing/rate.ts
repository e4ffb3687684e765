/** From subscriptions to charges: the one bridge between the rules and the rows. */
import type { BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { isParked, targetCharges } from '@cloudtill/domain/billing/target';
import type { Rounding } from '@cloudtill/domain/money/rounding';
import type { Buyer, ListedPrice, PriceBook } from '../catalog/pricing.ts';
import type { ChargeFacts } from './charge-rows.ts';
import { BATCH_SIZE, customersOf, idOf, nextBatch, type Batch, type BilledSubscription, type Cursor } from './subscription-batch.ts';
import type { ParkedSubscription, RunAtWork } from './run-at-work.ts';
import type { PoolClient } from 'pg';

export type Rated = readonly ChargeFacts[] | ParkedSubscription;

/** Subscriptions with what they are priced by. */
export interface RatableBatch extends Batch {
  readonly customers: ReadonlyMap<string, Buyer>;
}

export async function nextRatableBatch({ month }: RunAtWork, book: PriceBook, reader: PoolClient, after: Cursor | undefined): Promise<RatableBatch> {
  const batch = await nextBatch(reader, month, after, BATCH_SIZE);
  return { ...batch, customers: await book.buyers(customersOf(batch.subscriptions)) };
}

/** What a subscription owes for a month, on every edge. @rule H1 */
export function rate(subscription: BilledSubscription, customer: Buyer, book: PriceBook, month: BillingMonth, rounding: Rounding): Rated {
  const { customerId } = subscription;
  const target = targetCharges(subscription, (plan, day) => book.pricesOn(customer, plan.id, day), month, rounding);
  if (isParked(target)) {
    const { reason, plan, day } = target;
    return { customerId, subscriptionId: idOf(subscription), reason, parameters: { planId: plan.id, day: isoDate(day) } };
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
