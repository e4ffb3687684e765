import type { LocalDate } from '../calendar/local-date.ts';

/** A run of days `[from, to)` at one quantity, inside one charge. @rule B "segments are kept on the charge" */
export interface Segment {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly quantity: number;
}

export const CHARGE_KINDS = ['RECURRING', 'PRORATION', 'ONE_TIME', 'USAGE', 'ADJUSTMENT'] as const;
/** @rule H1 */
export type ChargeKind = (typeof CHARGE_KINDS)[number];

/**
 * What shall be charged, before anyone asks for whom and at what price: the same on every edge of the account chain.
 * Every policy comes down to `unit price × licenseDays ÷ periodDays`.
 */
export interface BillableItem<P> {
  readonly kind: 'RECURRING' | 'PRORATION';
  readonly plan: P;
  /** First day the item covers. The price in force on this day is used. */
  readonly start: LocalDate;
  /** First day it does not cover. */
  readonly end: LocalDate;
  readonly segments: readonly Segment[];
  /** Days of the period that the unit price is for: the month, or the term. */
  readonly periodDays: number;
}

/** Σ quantity × days. */
export function licenseDays(segments: readonly Segment[]): number {
  let sum = 0;
  for (const { from, to, quantity } of segments) sum += quantity * (to - from);
  return sum;
}

/** The one quantity of all segments; undefined where they differ or there are none. */
export function uniformQuantity(segments: readonly Segment[]): number | undefined {
  const first = segments[0]?.quantity;
  for (const { quantity } of segments) if (quantity !== first) return undefined;
  return first;
}
