import { POLICY_TRAITS } from '../catalog/billing-policy.ts';
import { decideBand, type Plan } from '../catalog/plan.ts';
import type { LocalDate } from '../calendar/local-date.ts';
import type { Period } from '../calendar/period.ts';
import { allow, refuse, type Decision } from '../refusal.ts';
import { decideRunning, type SubscriptionStanding } from './lifecycle.ts';
import { yearlyTermOn } from './term.ts';

export interface RenewalRequest<P extends Plan> {
  readonly subscription: SubscriptionStanding;
  readonly plan: P;
  readonly siblings: readonly P[];
  readonly activatedOn: LocalDate;
  readonly today: LocalDate;
  readonly renews: boolean;
  /** Licenses of the next term; undefined for as many as are held then. */
  readonly quantity: number | undefined;
}

/**
 * What shall happen when the running term ends.
 * @returns the term that the setting is for; the setting takes effect on its end
 * @rule B3 "it renews (unless switched off) at the quantity scheduled for renewal"
 */
export function decideRenewal<P extends Plan>(request: RenewalRequest<P>): Decision<Period> {
  const { subscription, plan, siblings, activatedOn, today, renews, quantity } = request;
  const running = decideRunning(subscription, 'a renewal setting');
  if (!running.allowed) return running;
  if (POLICY_TRAITS[plan.policy].termMonths === undefined) return refuse('RENEWAL_NOT_ALLOWED', { policy: plan.policy }, ['subscriptionId']);
  if (renews && quantity !== undefined) {
    const band = decideBand(plan, quantity, siblings);
    if (!band.allowed) return band;
  }
  return allow(yearlyTermOn(activatedOn, today < activatedOn ? activatedOn : today));
}
