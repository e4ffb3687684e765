import { addMonths, monthsSince, type LocalDate } from '../calendar/local-date.ts';
import type { Period } from '../calendar/period.ts';

const TERM_MONTHS = 12;

/** Term n of a yearly subscription, counted from the activation and never chained. @rule B3 */
export function yearlyTerm(activatedOn: LocalDate, n: number): Period {
  return { start: addMonths(activatedOn, n * TERM_MONTHS), end: addMonths(activatedOn, (n + 1) * TERM_MONTHS) };
}

/** The term that a day on or after the activation lies in. */
export function yearlyTermOn(activatedOn: LocalDate, day: LocalDate): Period {
  return yearlyTerm(activatedOn, Math.floor(monthsSince(activatedOn, day) / TERM_MONTHS));
}
