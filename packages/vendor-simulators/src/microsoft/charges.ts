/** What a subscription is charged with, from what was held when. Pure: the instant comes in as an argument. */
import { createHash } from 'node:crypto';
import type { Subscription } from './records.ts';
import { DAY_MS, dayOf, monthsAfter, termEndsAt } from './terms.ts';

export type ChargeType = 'New' | 'Renew' | 'CycleCharge' | 'AddQuantity' | 'RemoveQuantity' | 'Cancel';

export interface Charge {
  readonly subscription: Subscription;
  readonly chargeType: ChargeType;
  /** When it came to be; the month of it is billed. */
  readonly at: number;
  /** Negative where something is taken back. */
  readonly quantity: number;
  /** First day that is charged and first that is not, at midnight UTC, and the same of the whole billing cycle. */
  readonly start: number;
  readonly end: number;
  readonly cycleStart: number;
  readonly cycleEnd: number;
}

/**
 * A cycle is charged at its start with what is held then: `New`, after a renewal `Renew`, else `CycleCharge`. Within a
 * cycle, more licenses are charged from the day on which they were added; fewer, and a cancellation, give back the days
 * after that on which it was made. Suspending changes nothing. What is metered has no charges: it has usage.
 */
export function chargesOf(subscription: Subscription, now: number): Charge[] {
  const charges: Charge[] = [];
  const { createdAt, history } = subscription;
  const deletedAt = history.find(({ status }) => status === 'deleted')?.at ?? Number.POSITIVE_INFINITY;
  for (const cycle of cyclesOf(subscription, now)) {
    const at = Math.max(createdAt, cycle.start);
    if (at >= deletedAt) break;
    const whole = { subscription, cycleStart: cycle.start, cycleEnd: cycle.end };
    let { quantity } = history.findLast((held) => held.at <= at)!;
    charges.push({ ...whole, chargeType: cycle.type, at, quantity, start: cycle.start, end: cycle.end });
    for (const held of history.filter((later) => later.at > at && later.at < cycle.end)) {
      const difference = (held.status === 'deleted' ? 0 : held.quantity) - quantity;
      if (difference === 0) continue;
      quantity += difference;
      const chargeType = held.status === 'deleted' ? 'Cancel' : difference > 0 ? 'AddQuantity' : 'RemoveQuantity';
      const start = dayOf(held.at) + (difference > 0 ? 0 : DAY_MS);
      charges.push({ ...whole, chargeType, at: held.at, quantity: difference, start, end: cycle.end });
    }
  }
  return charges;
}

interface Cycle {
  readonly type: 'New' | 'Renew' | 'CycleCharge';
  readonly start: number;
  readonly end: number;
}

/** Those that began by now: months of a term that is billed monthly, else whole terms. */
function* cyclesOf({ billingCycle, createdAt, termDuration, termStartedAt: lastTerm }: Subscription, now: number): Generator<Cycle> {
  let termStartedAt = createdAt;
  for (;;) {
    const termEnd = termEndsAt({ termStartedAt, termDuration });
    if (termEnd === undefined) return;
    const isFirst = termStartedAt === createdAt;
    for (let start = dayOf(termStartedAt), months = 1; start < termEnd && start <= now; months += 1) {
      const end = billingCycle === 'monthly' ? Math.min(monthsAfter(dayOf(termStartedAt), months), termEnd) : termEnd;
      yield { type: months > 1 ? 'CycleCharge' : isFirst ? 'New' : 'Renew', start, end };
      start = end;
    }
    if (termEnd > lastTerm) return;
    termStartedAt = termEnd;
  }
}

export const daysBetween = (start: number, end: number): number => (end - start) / DAY_MS;

/** What a license of an article costs for one billing cycle: made from its number, between 2.00 and 31.99 a month. */
export function priceOf({ billingCycle, catalogItemId, termDuration }: Pick<Subscription, 'billingCycle' | 'catalogItemId' | 'termDuration'>): string {
  const centsAMonth = 200 + (createHash('sha256').update(catalogItemId.toLowerCase()).digest().readUInt16BE(0) % 3000);
  const months = billingCycle === 'monthly' ? 1 : termDuration === 'P3Y' ? 36 : 12;
  return ((centsAMonth * months) / 100).toFixed(2);
}
