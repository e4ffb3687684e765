/**
 * Which charges may be out of date. Something happened to a subscription, a price or the chain of sellers: each
 * subscription and month that it can touch is marked, and the next run rates what is marked again.
 * @rule H2
 */
import { isoDate, localDate } from '@cloudtill/domain/calendar/local-date';
import { monthAfter, monthOf } from '@cloudtill/domain/calendar/billing-month';
import type { PoolClient } from 'pg';
import type { PriceChanged } from '../catalog/change-catalog.ts';
import type { Handler } from '../platform/outbox.ts';

/** Months that exist, from the month of a day on. */
const MONTHS_FROM = 'select month from billing_period where month >= $1::date';

const FOREVER = '9999-12-31';

async function markSubscription({ customerId, subscriptionId, from }: Record<string, unknown>, client: PoolClient): Promise<void> {
  await client.query(`insert into rating_mark (month, customer_id, subscription_id) select month, $2, $3 from (${MONTHS_FROM}) m on conflict do nothing`, [
    firstOf(String(from)),
    customerId,
    subscriptionId,
  ]);
}

/**
 * A price is asked on the first day that a charge covers; a charge in arrears may belong to the month after. Customers that
 * have moved away from a buyer since keep its prices for the days before.
 */
async function markPrices(payload: Record<string, unknown>, client: PoolClient): Promise<void> {
  const { from, to, planId, productId, buyerIds } = payload as unknown as PriceChanged;
  const until = to === null ? FOREVER : isoDate(monthAfter(monthOf(localDate(to))).start);
  await client.query(
    `insert into rating_mark (month, customer_id, subscription_id)
     select m.month, s.customer_id, s.id from (${MONTHS_FROM} and month <= $2::date) m
       join service_subscription s on s.activated_on < m.month + interval '1 month'
      where ($3::uuid is null or s.product_id = (select product_id from plan where id = $3))
        and ($4::uuid is null or s.product_id = $4)
        and ($5::uuid[] is null or s.customer_id in (select ever_below($5)))
     on conflict do nothing`,
    [firstOf(from), until, planId ?? null, productId ?? null, buyerIds ?? null],
  );
}

async function markBelow({ accountId, effectiveOn }: Record<string, unknown>, client: PoolClient): Promise<void> {
  await client.query(
    `insert into rating_mark (month, customer_id, subscription_id)
     select m.month, s.customer_id, s.id from (${MONTHS_FROM}) m join service_subscription s on s.activated_on < m.month + interval '1 month'
      where s.customer_id in (select ever_below(array[$2::uuid])) on conflict do nothing`,
    [firstOf(String(effectiveOn)), accountId],
  );
}

async function markImported({ from, subscriptionIds }: Record<string, unknown>, client: PoolClient): Promise<void> {
  await client.query(
    `insert into rating_mark (month, customer_id, subscription_id)
     select m.month, s.customer_id, s.id from (${MONTHS_FROM}) m join service_subscription s on s.id = any ($2::uuid[]) and s.activated_on < m.month + interval '1 month' on conflict do nothing`,
    [firstOf(String(from)), subscriptionIds],
  );
}

function firstOf(day: string): string {
  return isoDate(monthOf(localDate(day)).start);
}

/** What billing listens to. */
export const BILLING_EVENTS: Readonly<Record<string, Handler>> = {
  'subscription.changed': markSubscription,
  'subscriptions.imported': markImported,
  'price.changed': markPrices,
  'account.moved': markBelow,
};
