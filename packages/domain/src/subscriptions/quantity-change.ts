import { decideGrowth, type AccountStatus } from '../accounts/hierarchy.ts';
import { POLICY_TRAITS, type PlanTerms } from '../catalog/billing-policy.ts';
import { decideBand, type Plan } from '../catalog/plan.ts';
import { isoDate, type LocalDate } from '../calendar/local-date.ts';
import { allow, refuse, type Decision } from '../refusal.ts';
import { decideRunning, type SubscriptionStanding } from './lifecycle.ts';
import { momentsOf, type RecordedChange } from './quantity-timeline.ts';
import { yearlyTermOn } from './term.ts';

/** Everything that decides whether a subscription may hold another number of licenses. */
export interface QuantityChangeRequest<P extends Plan> {
  readonly subscription: SubscriptionStanding;
  readonly account: { readonly number: string; readonly status: AccountStatus };
  /** What the subscription holds at the moment of the change. */
  readonly from: number;
  readonly plan: P;
  readonly to: number;
  /** Plans of the same product. */
  readonly siblings: readonly P[];
  /** The history as it would be with this change. */
  readonly changes: readonly RecordedChange<P>[];
  readonly effectiveOn: LocalDate;
}

/**
 * Whether a subscription may go from one quantity to another.
 * @returns the new quantity, or the first reason why not
 * @rule B2 increase and decrease at any time; B3 a decrease is refused; C4 the band; A2 no increase on hold; S1
 */
export function decideQuantityChange<P extends Plan>(request: QuantityChangeRequest<P>): Decision<number> {
  const { subscription, account, plan, from, to, siblings, changes, effectiveOn } = request;
  const running = decideRunning(subscription, 'a quantity change');
  if (!running.allowed) return running;
  const band = decideBand(plan, to, siblings);
  if (!band.allowed) return band;
  if (to === from) return refuse('QUANTITY_UNCHANGED', { subscription: subscription.number, quantity: to, day: isoDate(effectiveOn) }, ['quantity']);
  if (to > from) {
    const growth = decideGrowth(account, 'an increase', ['quantity']);
    if (!growth.allowed) return growth;
  }
  const decrease = forbiddenDecrease(changes);
  if (decrease) return refuseDecrease(decrease, ['quantity']);
  return allow(to);
}

/** A step down inside a term that may not be reduced. */
export interface ForbiddenDecrease {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
  /** The day on which the lower quantity would be possible. */
  readonly renewsOn: LocalDate;
}

/**
 * The first step of a history that lowers the quantity inside a yearly term; undefined where there is none.
 *
 * The whole history is looked at, since a backdated increase can turn a later step into a decrease. On the first day
 * of a later term a lower quantity is the quantity of the renewal.
 *
 * @rule B3 "a decrease … refused"; "at the quantity scheduled for renewal (… a lower one is allowed here only)"
 */
export function forbiddenDecrease<P extends PlanTerms>(changes: readonly RecordedChange<P>[]): ForbiddenDecrease | undefined {
  const moments = momentsOf(changes);
  const activatedOn = moments[0]!.on;
  for (let index = 1; index < moments.length; index++) {
    const { on, at, quantity, plan } = moments[index]!;
    const before = moments[index - 1]!.quantity;
    if (quantity >= before || POLICY_TRAITS[plan.policy].decreases) continue;
    const term = yearlyTermOn(activatedOn, on);
    if (on === term.start && on !== activatedOn) continue;
    const sequence = changes.filter((change) => change.effectiveAt === at).reduce((last, change) => Math.max(last, change.sequence), 0);
    return { sequence, from: before, to: quantity, renewsOn: term.end };
  }
  return undefined;
}

export function refuseDecrease({ from, to, renewsOn }: ForbiddenDecrease, path: readonly string[]): Decision<never> {
  return refuse('QUANTITY_DECREASE_NOT_ALLOWED', { from, to, renewsOn: isoDate(renewsOn) }, path);
}
