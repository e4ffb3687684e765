import type { BillingMonth } from '../calendar/billing-month.ts';
import type { LocalDate } from '../calendar/local-date.ts';
import { containsDay, daysIn, type Period } from '../calendar/period.ts';
import { spanOn, type QuantityTimeline } from '../subscriptions/quantity-timeline.ts';
import { yearlyTermOn } from '../subscriptions/term.ts';
import type { BillableItem } from './segment.ts';

/**
 * Paid once for a year, in advance.
 *
 *     at the term's first day    amount = yearly price × quantity
 *     at an increase             amount = yearly price × added × remaining days ÷ days in the term
 *
 * The day of the increase is one of the remaining days. Increases of one day are one item: the day's last quantity
 * counts. An increase on a term's first day is part of the term itself. A stop refunds nothing.
 *
 * @rule B3; H1 "its first day's month"
 */
export function yearly<P>(timeline: QuantityTimeline<P>, month: BillingMonth): BillableItem<P>[] {
  const { activatedOn, spans } = timeline;
  if (activatedOn >= month.end) return [];
  const items: BillableItem<P>[] = [];
  const term = yearlyTermOn(activatedOn, (month.end - 1) as LocalDate);
  if (containsDay(month, term.start)) {
    // The first term is owed from the activation on, even where the same day stopped it; later ones only if still held.
    const held = spans[0]?.from === term.start ? spans[0] : spanOn(timeline, term.start);
    if (held) items.push(item('RECURRING', held.plan, term, held.quantity, term));
  }
  for (let index = 1; index < spans.length; index++) {
    const span = spans[index]!;
    if (!containsDay(month, span.from)) continue;
    const own = yearlyTermOn(activatedOn, span.from);
    const added = span.quantity - spans[index - 1]!.quantity;
    if (span.from === own.start || added <= 0) continue;
    items.push(item('PRORATION', span.plan, { start: span.from, end: own.end }, added, own));
  }
  return items;
}

function item<P>(kind: 'RECURRING' | 'PRORATION', plan: P, { start, end }: Period, quantity: number, term: Period): BillableItem<P> {
  return { kind, plan, start, end, segments: [{ from: start, to: end, quantity }], periodDays: daysIn(term) };
}
