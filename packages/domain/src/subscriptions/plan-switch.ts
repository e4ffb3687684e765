import { decideGrowth, type AccountStatus } from '../accounts/hierarchy.ts';
import { POLICY_TRAITS } from '../catalog/billing-policy.ts';
import { decideBand, type Plan } from '../catalog/plan.ts';
import { allow, refuse, type Decision } from '../refusal.ts';
import { decideRunning, type SubscriptionStanding } from './lifecycle.ts';

export interface PlanSwitchRequest<P extends Plan & { readonly product: string }> {
  readonly subscription: SubscriptionStanding;
  readonly account: { readonly number: string; readonly status: AccountStatus };
  readonly from: P;
  readonly to: P;
  readonly quantityBefore: number;
  /** The quantity on the new plan. */
  readonly quantity: number;
  /** Plans of the same product. */
  readonly siblings: readonly P[];
}

/**
 * Whether a subscription may move to another plan: another band of the same product, billed in the same way.
 *
 * @rule C4 "another plan of the same product"; B1 B3 "a plan switch is refused"; B2 at any time
 */
export function decidePlanSwitch<P extends Plan & { readonly product: string }>(request: PlanSwitchRequest<P>): Decision<number> {
  const { subscription, account, from, to, quantity, quantityBefore, siblings } = request;
  const running = decideRunning(subscription, 'a plan switch');
  if (!running.allowed) return running;
  if (!POLICY_TRAITS[from.policy].switches) return refuseSwitch(from, ['planId']);
  if (to.product !== from.product) {
    return refuse('PLAN_OF_ANOTHER_PRODUCT', { plan: to.sku, product: to.product, currentProduct: from.product }, ['planId']);
  }
  if (to.sku === from.sku) return refuse('PLAN_UNCHANGED', { subscription: subscription.number, plan: to.sku }, ['planId']);
  if (to.policy !== from.policy || to.cycle !== from.cycle) {
    const describe = ({ policy, cycle }: P): string => `${policy} ${cycle}`;
    return refuse('PLAN_POLICY_DIFFERS', { plan: to.sku, policy: describe(to), currentPolicy: describe(from) }, ['planId']);
  }
  const band = decideBand(to, quantity, siblings);
  if (!band.allowed) return band;
  if (quantity > quantityBefore) {
    const growth = decideGrowth(account, 'an increase', ['quantity']);
    if (!growth.allowed) return growth;
  }
  return allow(quantity);
}

/** @rule B1 B3 */
export function refuseSwitch({ policy }: Plan, path: readonly string[]): Decision<never> {
  const advice =
    policy === 'YEARLY' ? 'let the term end and order the other plan' : 'it is billed by the month’s largest quantity until it is migrated to PAYG';
  return refuse('PLAN_SWITCH_NOT_ALLOWED', { policy, advice }, path);
}
