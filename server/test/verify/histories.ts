/** Turns random events into histories that the rules allow, line by line in the order of recording. */
import { addDays, addMonths, OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { forbiddenDecrease } from '@cloudtill/domain/subscriptions/quantity-change';
import type { Clock } from '../../src/platform/clock.ts';
import type { Change, RulePlan } from '../../src/subscriptions/history.ts';
import { PLANS, type RandomEvent, type RandomInstant, type RandomSubscription } from './random-book.ts';

type Days = Pick<Clock, 'startOf' | 'dayAt'>;

/** @param plans by position in `PLANS` */
export function historyOf(subscription: RandomSubscription, plans: readonly RulePlan[], days: Days): Change[] {
  const activatedAt = instantOn(days, subscription.day, subscription.time);
  const changes: Change[] = [
    {
      kind: 'ACTIVATE',
      sequence: 1,
      effectiveAt: activatedAt,
      effectiveOn: days.dayAt(activatedAt),
      quantity: subscription.quantity,
      plan: plans[subscription.plan]!,
      renews: undefined,
    },
  ];
  for (const event of subscription.events) {
    const change = lineOf(event, changes, plans, days);
    if (change && isAllowed(change, changes)) changes.push(change);
  }
  return changes;
}

function lineOf(event: RandomEvent, changes: readonly Change[], plans: readonly RulePlan[], days: Days): Change | undefined {
  const [activation, last] = [changes[0]!, changes.at(-1)!];
  const { policy, product } = activation.plan!;
  const sequence = changes.length + 1;
  const none = { quantity: undefined, plan: undefined, renews: undefined };
  if (event.kind === 'RENEWAL') {
    if (policy !== 'YEARLY') return undefined;
    const effectiveAt = days.startOf(addMonths(activation.effectiveOn, 12 * event.term));
    const quantity = event.renewal === 'QUANTITY' ? event.quantity : undefined;
    return { ...none, kind: 'RENEWAL', sequence, effectiveAt, effectiveOn: days.dayAt(effectiveAt), renews: event.renewal !== 'OFF', quantity };
  }
  const effectiveAt = instantOf(event.at, activation, last, days);
  const base = { ...none, sequence, effectiveAt, effectiveOn: days.dayAt(effectiveAt) };
  if (event.kind === 'TERMINATE') return { ...base, kind: 'TERMINATE' };
  if (event.kind === 'QUANTITY') return { ...base, kind: 'QUANTITY', quantity: event.quantity };
  if (policy !== 'PAYG') return undefined;
  const siblings = plans.filter((plan) => plan.product === product);
  return { ...base, kind: 'PLAN', quantity: event.quantity, plan: siblings[event.plan % siblings.length]! };
}

function instantOf({ on, time }: RandomInstant, activation: Change, last: Change, days: Days): number {
  const day =
    on.how === 'day' ? on.day : on.how === 'near' ? addDays(last.effectiveOn, on.shift) : addDays(addMonths(activation.effectiveOn, on.months), on.shift);
  if (time === 'same') return days.startOf(day) + (last.effectiveAt - days.startOf(last.effectiveOn));
  return instantOn(days, day, time);
}

function instantOn(days: Days, day: LocalDate, time: number | 'last'): number {
  return time === 'last' ? days.startOf(addDays(day, 1)) - 1 : days.startOf(day) + time;
}

/** What the API would have refused does not get into a history. */
function isAllowed(change: Change, before: readonly Change[]): boolean {
  const [activation] = before as [Change];
  if (change.effectiveAt < activation.effectiveAt || change.effectiveOn >= endOfHistory(before)) return false;
  return activation.plan!.policy !== 'YEARLY' || forbiddenDecrease([...before, change]) === undefined;
}

/** The first day not held, as it is known after these lines. */
function endOfHistory(changes: readonly Change[]): LocalDate {
  const ends = changes.filter(
    ({ kind, renews, effectiveOn, sequence }) =>
      kind === 'TERMINATE' ||
      (kind === 'RENEWAL' &&
        renews === false &&
        !changes.some((later) => later.kind === 'RENEWAL' && later.effectiveOn === effectiveOn && later.sequence > sequence)),
  );
  return ends.reduce((earliest, { effectiveOn }) => (effectiveOn < earliest ? effectiveOn : earliest), OPEN_END);
}

/** A history as a person would tell it, for the message of a failed test. */
export function tell(changes: readonly Change[], plans: readonly RulePlan[]): string {
  return changes
    .map(({ sequence, kind, effectiveAt, effectiveOn, quantity, plan, renews }) => {
      const what = [kind, quantity ?? '', plan ? `plan ${plans.indexOf(plan)} (${Object.values(PLANS[plans.indexOf(plan)]!).join(' ')})` : '', renews ?? ''];
      return `  ${sequence}. ${new Date(effectiveAt).toISOString()} (day ${new Date(effectiveOn * 86_400_000).toISOString().slice(0, 10)}) ${what.join(' ')}`;
    })
    .join('\n');
}
