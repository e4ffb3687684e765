import type { BillingMonth } from '../calendar/billing-month.ts';
import { addDays, addMonths, monthsSince, type LocalDate } from '../calendar/local-date.ts';
import { containsDay, daysIn, type Period } from '../calendar/period.ts';
import { overlaps, type QuantitySpan, type QuantityTimeline } from '../subscriptions/quantity-timeline.ts';
import type { BillableItem, Segment } from './segment.ts';

/**
 * Pay as you go by calendar month: the exact days that each quantity was held, one item for each plan.
 *
 *     amount = monthly price × Σ(quantity × days) ÷ days in the month
 *
 * @rule B2 cycle CALENDAR
 */
export function paygCalendar<P>({ spans }: QuantityTimeline<P>, month: BillingMonth): BillableItem<P>[] {
  return itemsOfPeriod(spans, month);
}

/** No period is longer. What happens on a day can therefore move the last day of a charge that began so long before. */
export const LONGEST_PERIOD_DAYS = 31;

/**
 * Pay as you go by months counted from the activation: period n runs from activation + n months to activation + (n + 1)
 * months. Charged in arrears: an item belongs to the billing month of its last day.
 *
 * @rule B2 cycle ANNIVERSARY; H1 "its last day's month"
 */
export function paygAnniversary<P>({ activatedOn, spans }: QuantityTimeline<P>, month: BillingMonth): BillableItem<P>[] {
  const items: BillableItem<P>[] = [];
  const lastDay = addDays(month.end, -1);
  if (lastDay < activatedOn) return items;
  // An item that ends in this month began at most one period before it, so two or three periods are looked at.
  const first = Math.max(0, month.start > activatedOn ? monthsSince(activatedOn, month.start) - 1 : 0);
  const last = monthsSince(activatedOn, lastDay);
  for (let n = first; n <= last; n++) {
    const period = { start: addMonths(activatedOn, n), end: addMonths(activatedOn, n + 1) };
    for (const item of itemsOfPeriod(spans, period)) {
      if (containsDay(month, addDays(item.end, -1))) items.push(item);
    }
  }
  return items;
}

/** One item for each plan held in the period, from its first day held to the day after its last. */
function itemsOfPeriod<P>(spans: readonly QuantitySpan<P>[], period: Period): BillableItem<P>[] {
  const items: { plan: P; segments: Segment[] }[] = [];
  for (const span of spans) {
    if (!overlaps(span, period)) continue;
    const segment: Segment = { from: later(span.from, period.start), to: earlier(span.to, period.end), quantity: span.quantity };
    const item = items.find(({ plan }) => plan === span.plan);
    if (item) item.segments.push(segment);
    else items.push({ plan: span.plan, segments: [segment] });
  }
  const periodDays = daysIn(period);
  return items.map(({ plan, segments }) => ({
    kind: 'RECURRING',
    plan,
    start: segments[0]!.from,
    end: segments.at(-1)!.to,
    segments,
    periodDays,
  }));
}

function later(a: LocalDate, b: LocalDate): LocalDate {
  return a > b ? a : b;
}

function earlier(a: LocalDate, b: LocalDate): LocalDate {
  return a < b ? a : b;
}
