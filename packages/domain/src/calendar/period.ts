import { isoDate, localDate, type LocalDate } from './local-date.ts';

/**
 * A half-open run of days: `start` belongs to it, `end` is the first day that does not. The end of one period is the
 * start of the next, so periods neither overlap nor leave a day out.
 */
export interface Period {
  readonly start: LocalDate;
  readonly end: LocalDate;
}

export function period(startIso: string, endIso: string): Period {
  return { start: localDate(startIso), end: localDate(endIso) };
}

export function daysIn({ start, end }: Period): number {
  return end - start;
}

export function containsDay({ start, end }: Period, day: LocalDate): boolean {
  return start <= day && day < end;
}

/** Whether `inner` lies wholly within `outer`. */
export function contains(outer: Period, inner: Period): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** `2021-05-01/2021-06-01`, for messages. */
export function isoPeriod({ start, end }: Period): string {
  return `${isoDate(start)}/${isoDate(end)}`;
}
