/** What a subscription will cost next: the first charge to come in a month that was not billed yet. @rule S4 */
import DataLoader from 'dataloader';
import { localDate, OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { billingMonth, monthAfter, monthOf, type BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { isParked, targetCharges } from '@cloudtill/domain/billing/target';
import type { QuantitySpan } from '@cloudtill/domain/subscriptions/quantity-timeline';
import { PriceBook, type ListedPrice } from '../catalog/pricing.ts';
import { signedIn, type RequestContext } from '../platform/context.ts';
import type { BilledPlan } from './subscription-batch.ts';

export interface NextCharge {
  readonly month: BillingMonth;
  readonly start: LocalDate;
  readonly netMinor: bigint;
  readonly currency: string;
}

/** A yearly term that begins this month renews in twelve; nothing comes later than that. */
const MONTHS_AHEAD = 13;

const KEY = Symbol('next charges');

/** One loader a request: a page of subscriptions asks once. */
export function nextChargeOf(subscriptionId: string, context: RequestContext): Promise<NextCharge | null> {
  let loader = context.cache.get(KEY) as DataLoader<string, NextCharge | null> | undefined;
  if (!loader) context.cache.set(KEY, (loader = new DataLoader((ids) => load(ids, context))));
  return loader.load(subscriptionId);
}

interface Row {
  readonly id: string;
  readonly customer_id: string;
  readonly activated_on: string;
  readonly ends_on: string | null;
  readonly spans: readonly { readonly from: string; readonly to: string; readonly quantity: number; readonly plan: string }[];
}

async function load(ids: readonly string[], context: RequestContext): Promise<(NextCharge | null)[]> {
  const { database, clock, config } = context.app;
  const viewerId = signedIn(context).account.id;
  const { rows } = await database.system.query<Row>(
    `select s.id, s.customer_id, s.activated_on::text, s.ends_on::text,
            (select json_agg(json_build_object('from', q.from_on, 'to', q.to_on, 'quantity', q.quantity, 'plan', q.plan_id) order by q.from_on)
               from quantity_span q where q.customer_id = s.customer_id and q.subscription_id = s.id and q.to_on > $2::date - 62) as spans
       from service_subscription s where s.id = any ($1) and s.status in ('ACTIVE', 'SUSPENDED')`,
    [ids, monthOf(clock.today()).name + '-01'],
  );
  const [book, plans, rated] = await Promise.all([PriceBook.load(database.system), loadPlans(context), ratedMonths(context)]);
  const customers = await book.buyers(rows.map(({ customer_id }) => customer_id));
  const found = new Map<string, NextCharge>();
  for (const { id, customer_id, activated_on, ends_on, spans } of rows) {
    const customer = customers.get(customer_id)!;
    const timeline = {
      activatedOn: localDate(activated_on),
      endsOn: ends_on === null ? OPEN_END : localDate(ends_on),
      spans: (spans ?? []).map(({ from, to, quantity, plan }): QuantitySpan<BilledPlan> => ({
        from: localDate(from),
        to: to === 'infinity' ? OPEN_END : localDate(to),
        quantity,
        plan: plans.get(plan)!,
      })),
    };
    for (let month = monthOf(clock.today()), ahead = 0; ahead <= MONTHS_AHEAD; month = monthAfter(month), ahead++) {
      if (rated.has(month.name)) continue;
      const target = targetCharges(timeline, (plan, day) => book.pricesOn(customer, plan.id, day), month, config.rounding);
      if (isParked(target)) break;
      const mine = ownEdge(target, viewerId);
      if (mine.length === 0) continue;
      const netMinor = mine.reduce((sum, charge) => sum + charge.netMinor, 0n);
      found.set(id, { month, start: mine[0]!.item.start, netMinor, currency: mine[0]!.price.unitPrice.currency });
      break;
    }
  }
  return ids.map((id) => found.get(id) ?? null);
}

/** Charges on the edge that concerns the viewer: the one it sells on, else the one it buys on. */
export function ownEdge<T extends { readonly price: object }>(charges: readonly T[], viewerId: string): T[] {
  const on = (side: 'sellerId' | 'buyerId'): T[] => charges.filter(({ price }) => (price as Pick<ListedPrice, 'sellerId' | 'buyerId'>)[side] === viewerId);
  const selling = on('sellerId');
  return selling.length > 0 ? selling : on('buyerId');
}

async function loadPlans({ app }: RequestContext): Promise<Map<string, BilledPlan>> {
  const { rows } = await app.database.system.query<BilledPlan>('select id, billing_policy as policy, cycle, daily_quantity as "dailyQuantity" from plan');
  return new Map(rows.map((plan) => [plan.id, plan]));
}

async function ratedMonths({ app }: RequestContext): Promise<Set<string>> {
  const { rows } = await app.database.system.query<{ name: string }>(`select to_char(month, 'YYYY-MM') as name from billing_period where rated_at is not null`);
  return new Set(rows.map(({ name }) => billingMonth(name).name));
}
