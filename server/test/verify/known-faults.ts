/**
 * Where billing is known to be wrong, so that random books keep away from it until it is mended. Each has its smallest
 * case in known-faults.test.ts, which goes red on the day that it is mended: then its line here goes.
 */
import type { QuantitySpan } from '@cloudtill/domain/subscriptions/quantity-timeline';
import type { RulePlan } from '../../src/subscriptions/history.ts';

/** Anniversary plans with a span that begins on a 1st: see {@link endsWithMonth}; yearly plans that count peaks. */
export function meetsKnownFault(spans: readonly QuantitySpan<RulePlan>[]): boolean {
  return endsWithMonth(spans) || spans.some(({ plan }) => plan.policy === 'YEARLY' && plan.dailyQuantity === 'PEAK');
}

/**
 * A month is rated from the spans that begin in it or before. Where a span of an anniversary plan ends with the month,
 * the next one is not read, so the plan looks given up: the days until then are charged, and charged again with the
 * period's end in the next month.
 */
function endsWithMonth(spans: readonly QuantitySpan<RulePlan>[]): boolean {
  return spans.some(({ from, plan }, index) => index > 0 && plan.cycle === 'ANNIVERSARY' && isFirstOfMonth(from));
}

/** Whether a change made on this day may meet it: a peak on the last day of a month ends a span there, too. */
export function mayMeetKnownFault(plan: RulePlan, at: Date): boolean {
  return plan.cycle === 'ANNIVERSARY' && (at.getUTCDate() === 1 || isFirstOfMonth(at.getTime() / DAY_MS + 1));
}

const DAY_MS = 86_400_000;

function isFirstOfMonth(day: number): boolean {
  return new Date(Math.floor(day) * DAY_MS).getUTCDate() === 1;
}
