/** A subscription as KORM keeps it, and what of it follows from the clock: nothing has to run for it to expire. */
import type { Fields } from './fields.ts';

export interface Subscription {
  readonly subscriptionId: string;
  readonly licenseId: string;
  readonly activationCode: string;
  readonly billingPlan: 'PAYG' | 'Yearly';
  readonly sku: string;
  readonly band: string | undefined;
  readonly quantity: number;
  readonly approvalCode: string;
  readonly comment: string;
  readonly deliveryEmail: string;
  readonly partner: string;
  readonly reseller: string;
  readonly companyName: string;
  readonly customerCode: string;
  readonly country: string;
  readonly externalSubscriptionId: string;
  /** Epoch milliseconds, as all of these. */
  readonly startedAt: number;
  /** When it is to end, where an end was asked for. */
  readonly endsAt: number | undefined;
  readonly hardCanceledAt: number | undefined;
}

export type Status = 'Active' | 'PendingCancellation' | 'Expired' | 'HardCancel';

export function statusOf({ hardCanceledAt, endsAt }: Subscription, now: number): Status {
  if (hardCanceledAt !== undefined) return 'HardCancel';
  if (endsAt === undefined) return 'Active';
  return endsAt <= now ? 'Expired' : 'PendingCancellation';
}

export interface BillingPeriod {
  readonly start: number;
  /** The first instant after it. */
  readonly end: number;
  readonly type: 'Free' | 'Paid';
}

/**
 * The billing period in which an instant lies: the month in UTC for PAYG, the first one from the activation on; a year
 * from the activation for Yearly. An end that was asked for, or a termination, cuts it short.
 * @param freePeriod whether the first partial month is free, as it once was
 */
export function periodOf(subscription: Subscription, now: number, freePeriod: boolean): BillingPeriod {
  const { startedAt, endsAt, hardCanceledAt, billingPlan } = subscription;
  const cut = Math.min(hardCanceledAt ?? Infinity, endsAt ?? Infinity);
  const at = Math.max(startedAt, Math.min(now, cut - 1));
  if (billingPlan === 'Yearly') {
    let years = 0;
    while (addYears(startedAt, years + 1) <= at) years += 1;
    return { start: addYears(startedAt, years), end: Math.min(addYears(startedAt, years + 1), cut), type: 'Paid' };
  }
  const start = Math.max(monthStart(at, 0), startedAt);
  const isPartial = start > monthStart(at, 0);
  return { start, end: Math.min(monthStart(at, 1), cut), type: freePeriod && isPartial ? 'Free' : 'Paid' };
}

/**
 * When a subscription ends, as an `Expiration` asks for it. How KORM writes the kind of moment is not public, so the
 * kind is taken from the field that is there: an exact moment, a number of billing periods, or else the next end of a
 * billing period that is possible after a moment.
 * @returns undefined where it asks for no end that can be
 */
export function endAskedFor(expiration: Fields, subscription: Subscription, now: number): number | undefined {
  const running: Subscription = { ...subscription, endsAt: undefined };
  const exact = expiration.get('ExactMoment');
  if (exact !== undefined && exact !== null) {
    const at = expiration.instant('ExactMoment');
    return at !== undefined && at > now ? at : undefined;
  }
  const count = expiration.get('PeriodCount');
  if (count !== undefined && count !== null) {
    const periods = expiration.whole('PeriodCount');
    if (periods === undefined || periods < 1 || periods > 1200) return undefined;
    let end = periodOf(running, now, false).end;
    for (let more = periods - 1; more > 0; more -= 1) end = periodOf(running, end, false).end;
    return end;
  }
  return periodOf(running, Math.max(now, expiration.instant('AfterMoment') ?? now), false).end;
}

/** RFC 3339 to the second. */
export const instant = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

function monthStart(at: number, months: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}

function addYears(at: number, years: number): number {
  const date = new Date(at);
  return date.setUTCFullYear(date.getUTCFullYear() + years);
}
