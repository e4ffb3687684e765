import type { BillingMonth } from '../calendar/billing-month.ts';
import { daysIn } from '../calendar/period.ts';
import { overlaps, type QuantityTimeline } from '../subscriptions/quantity-timeline.ts';
import type { BillableItem } from './segment.ts';

/**
 * Kaspersky's model before 2021: the largest quantity held in the month, for the whole month.
 *
 *     amount = monthly price × max(quantity)
 *
 * Free from the activation to the first day of the next month. A stop on the 1st leaves that month free, a stop on any
 * later day charges it whole, since the termination day itself is not held.
 *
 * @param timeline read at its peak: spans hold each day's largest quantity
 * @rule B1
 */
export function maxOfMonth<P>({ activatedOn, spans }: QuantityTimeline<P>, month: BillingMonth): BillableItem<P>[] {
  if (activatedOn >= month.start) return [];
  let largest = undefined;
  for (const span of spans) {
    if (overlaps(span, month) && (!largest || span.quantity > largest.quantity)) largest = span;
  }
  if (!largest) return [];
  const { start, end } = month;
  const segments = [{ from: start, to: end, quantity: largest.quantity }];
  return [{ kind: 'RECURRING', plan: largest.plan, start, end, segments, periodDays: daysIn(month) }];
}
