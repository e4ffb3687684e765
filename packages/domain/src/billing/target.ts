import type { PlanTerms } from '../catalog/billing-policy.ts';
import type { EdgePrice } from '../catalog/price-list.ts';
import { MAX_QUANTITY } from '../catalog/plan.ts';
import type { BillingMonth } from '../calendar/billing-month.ts';
import type { LocalDate } from '../calendar/local-date.ts';
import type { Rounding } from '../money/rounding.ts';
import { amountFor } from '../money/unit-price.ts';
import type { QuantitySpan, QuantityTimeline } from '../subscriptions/quantity-timeline.ts';
import { maxOfMonth } from './max-of-month.ts';
import { paygAnniversary, paygCalendar } from './payg.ts';
import { licenseDays, type BillableItem } from './segment.ts';
import { yearly } from './yearly.ts';

/** One charge as it should stand: an item at the price of one edge. @rule H1 */
export interface TargetCharge<P> {
  readonly item: BillableItem<P>;
  /** Which edge: 0 is the provider's, 1 the next one down. @rule P5 */
  readonly tier: number;
  readonly price: EdgePrice;
  readonly netMinor: bigint;
  /** What the seller of the edge pays for the same days. */
  readonly costMinor: bigint;
}

/**
 * Prices of one plan on a day, one entry for each edge of the account chain that day.
 * Undefined where the plan has no list price in the customer's currency.
 */
export type PriceEdgesOn<P> = (plan: P, day: LocalDate) => readonly EdgePrice[] | undefined;

/** Why a subscription could not be billed; it is parked and shown, the others go on. */
export interface Parked<P> {
  readonly reason: 'PRICE_MISSING' | 'CHARGE_OUT_OF_BOUNDS';
  readonly plan: P;
  readonly day: LocalDate;
}

/**
 * What one subscription owes for one billing month, on every edge. The only place where money is decided: the billing
 * run, the preview of a change, the simulation, the correction of a closed period and the check all call this.
 *
 * The answer depends on the history and the prices alone, never on the clock or on what was charged before; so it can
 * be asked any number of times.
 *
 * @returns charges in the order of items, then edges; or why there can be none
 * @rule H2 "rated again, any number of times, with the same result"
 */
export function targetCharges<P extends PlanTerms>(
  timeline: QuantityTimeline<P>,
  pricesOn: PriceEdgesOn<P>,
  month: BillingMonth,
  rounding: Rounding,
): TargetCharge<P>[] | Parked<P> {
  const charges: TargetCharge<P>[] = [];
  for (const item of billableItems(timeline, month)) {
    if (!isSane(item)) return { reason: 'CHARGE_OUT_OF_BOUNDS', plan: item.plan, day: item.start };
    const prices = pricesOn(item.plan, item.start);
    if (!prices) return { reason: 'PRICE_MISSING', plan: item.plan, day: item.start };
    const days = licenseDays(item.segments);
    for (let tier = 0; tier < prices.length; tier++) {
      const price = prices[tier]!;
      const netMinor = amountFor(price.unitPrice, days, item.periodDays, rounding).minor;
      const costMinor = amountFor(price.cost, days, item.periodDays, rounding).minor;
      charges.push({ item, tier, price, netMinor, costMinor });
    }
  }
  return charges;
}

export function isParked<P>(outcome: TargetCharge<P>[] | Parked<P>): outcome is Parked<P> {
  return !Array.isArray(outcome);
}

/**
 * What is to be charged for a month, still without prices. A subscription whose plans are billed in different ways is
 * read once for each way, over the spans that are billed so.
 *
 * @rule B1 B2 B3
 */
export function billableItems<P extends PlanTerms>(timeline: QuantityTimeline<P>, month: BillingMonth): BillableItem<P>[] {
  const first = timeline.spans[0]?.plan;
  if (!first) return [];
  const way = wayOf(first);
  if (timeline.spans.every(({ plan }) => wayOf(plan) === way)) return way(timeline, month);
  const ways = new Set(timeline.spans.map(({ plan }) => wayOf(plan)));
  const spansOf = (asked: Way): readonly QuantitySpan<P>[] => timeline.spans.filter(({ plan }) => wayOf(plan) === asked);
  return [...ways].flatMap((asked) => asked({ ...timeline, spans: spansOf(asked) }, month));
}

type Way = <P>(timeline: QuantityTimeline<P>, month: BillingMonth) => BillableItem<P>[];

function wayOf({ policy, cycle }: PlanTerms): Way {
  if (policy === 'MAX_OF_MONTH') return maxOfMonth;
  if (policy === 'YEARLY') return yearly;
  if (policy === 'CONSUMPTION') return nothingHeld;
  return cycle === 'ANNIVERSARY' ? paygAnniversary : paygCalendar;
}

/** What is used is charged from the rows of the vendor's file, never from what is held. @rule B4 */
function nothingHeld(): [] {
  return [];
}

/**
 * Bounds that no correct charge breaks: days held lie within the period, and each day counts at most once.
 * They are asked before anything is written, so a fault of ours stops at one subscription.
 */
function isSane<P>({ start, end, segments, periodDays }: BillableItem<P>): boolean {
  let held = 0;
  let until = start;
  for (const { from, to, quantity } of segments) {
    if (from < until || to <= from || quantity < 1 || quantity > MAX_QUANTITY) return false;
    held += to - from;
    until = to;
  }
  return until <= end && held <= periodDays && periodDays > 0;
}
