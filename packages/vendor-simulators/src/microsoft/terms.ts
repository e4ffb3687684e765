/** Terms, renewals and the window in which a purchase may be taken back. Pure: the instant comes in as an argument. */
import type { Status, Subscription } from './records.ts';

export const DAY_MS = 86_400_000;
const MONTHS: Readonly<Record<string, number>> = { P1M: 1, P1Y: 12, P3Y: 36 };
/** How long after its end a subscription that did not renew is still there. */
const DISABLED_AFTER_DAYS = 30;
const DELETED_AFTER_DAYS = 120;

export const dayOf = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS;

/** The same day of a later month, or its last one; at midnight UTC, as the day. */
export function monthsAfter(day: number, months: number): number {
  const from = new Date(day);
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  return Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, Math.min(from.getUTCDate(), lastDay));
}

/** The first day that the term does not cover, at midnight UTC; undefined without a term. */
export function termEndsAt({ termStartedAt, termDuration }: Pick<Subscription, 'termStartedAt' | 'termDuration'>): number | undefined {
  const months = termDuration === undefined ? undefined : MONTHS[termDuration];
  return months === undefined ? undefined : monthsAfter(dayOf(termStartedAt), months);
}

/**
 * Until when the purchase or renewal can be reduced or canceled.
 * @param unit `calendarDay`: seven days of the calendar, that of the purchase being the first; `hour168`: 168 hours
 */
export function windowEndsAt({ termStartedAt }: Pick<Subscription, 'termStartedAt'>, unit: unknown): number {
  return unit === 'hour168' ? termStartedAt + 168 * 3_600_000 : dayOf(termStartedAt) + 7 * DAY_MS;
}

/** The subscription as it is at an instant: accepted changes done, terms renewed. The same object where nothing happened since. */
export function asOf(kept: Subscription, now: number): Subscription {
  let at = kept;
  const { pending } = at;
  if (pending && pending.appliesAt !== null && pending.appliesAt <= now) at = changed({ ...at, pending: undefined }, pending.change, pending.appliesAt);
  while (at.autoRenewEnabled && at.status !== 'deleted') {
    const end = termEndsAt(at);
    if (end === undefined || end > now) break;
    at = { ...at, termStartedAt: end, version: at.version + 1 };
  }
  return at;
}

export function changed(subscription: Subscription, change: Partial<Subscription>, at: number): Subscription {
  const now = { ...subscription, ...change, version: subscription.version + 1, provisionedQuantity: subscription.quantity, changedAt: at };
  return { ...now, history: [...subscription.history, { at, quantity: now.quantity, status: now.status }] };
}

/** What it is shown as: a term that ended without a renewal shows itself only by the time that passed. */
export function statusAt(subscription: Subscription, now: number): Status {
  const end = termEndsAt(subscription);
  if (subscription.status === 'deleted' || end === undefined || now < end || subscription.autoRenewEnabled) return subscription.status;
  const days = (now - end) / DAY_MS;
  if (days < DISABLED_AFTER_DAYS) return 'expired';
  return days < DELETED_AFTER_DAYS ? 'disabled' : 'deleted';
}
