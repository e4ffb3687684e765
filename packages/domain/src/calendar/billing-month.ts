import { addMonths, isoDate, localDate, monthNumber, type LocalDate } from './local-date.ts';
import type { Period } from './period.ts';

/** A calendar month in the billing time zone: what is billed together. */
export interface BillingMonth extends Period {
  /** `2021-05`. */
  readonly name: string;
}

const NAME = /^(\d{4})-(0[1-9]|1[0-2])$/;
const months = new Map<string, BillingMonth>();

/**
 * Reads `2021-05`.
 * @throws RangeError for any other form or a year outside 1970 to 2199
 */
export function billingMonth(name: string): BillingMonth {
  let month = months.get(name);
  if (!month) {
    if (!NAME.test(name)) throw new RangeError(`not a billing month: ${JSON.stringify(name)}; the form is 2021-05`);
    const start = localDate(`${name}-01`);
    month = { name, start, end: addMonths(start, 1) };
    months.set(name, month);
  }
  return month;
}

/** Same as {@link billingMonth}, with `undefined` where that throws. */
export function parseBillingMonth(name: string): BillingMonth | undefined {
  try {
    return billingMonth(name);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const byNumber = new Map<number, BillingMonth>();

export function monthOf(day: LocalDate): BillingMonth {
  const number = monthNumber(day);
  let month = byNumber.get(number);
  if (!month) byNumber.set(number, (month = billingMonth(isoDate(day).slice(0, 7))));
  return month;
}

/** The month `count` months later; earlier for a negative count. */
export function monthAfter(month: BillingMonth, count = 1): BillingMonth {
  return monthOf(addMonths(month.start, count));
}
