import { allow, refuse, type Decision } from '../refusal.ts';
import { POLICY_TRAITS, type PlanTerms } from './billing-policy.ts';

/** The most licenses one subscription can hold. */
export const MAX_QUANTITY = 10_000_000;

/** The license range of a plan; both ends belong to it. @rule C3 */
export interface Band {
  readonly minimum: number;
  readonly maximum: number;
}

/** One way to buy a product. @rule C3 */
export interface Plan extends PlanTerms, Band {
  readonly sku: string;
}

export function fits({ minimum, maximum }: Band, quantity: number): boolean {
  return minimum <= quantity && quantity <= maximum;
}

/**
 * Whether a quantity lies within a plan's band.
 *
 * @param siblings plans of the same product, of which the refusal names those that would fit
 * @rule C4 "A quantity outside the plan's band is refused, and the error names the plans whose band fits."
 */
export function decideBand(plan: Plan, quantity: number, siblings: readonly Plan[], path: readonly string[] = ['quantity']): Decision<number> {
  if (fits(plan, quantity)) return allow(quantity);
  const skus = siblings
    .filter((other) => other.sku !== plan.sku && fits(other, quantity))
    .map(({ sku }) => sku)
    .toSorted();
  const fittingPlans = skus.join(', ');
  const fitting = fittingPlans ? `; plans that fit: ${fittingPlans}` : quantity < 1 ? '; to stop, terminate the subscription' : '';
  const facts = { quantity, plan: plan.sku, minimum: plan.minimum, maximum: plan.maximum, fitting, fittingPlans };
  return refuse(quantity < plan.minimum ? 'QUANTITY_TOO_SMALL' : 'QUANTITY_TOO_LARGE', facts, path);
}

/**
 * Whether a band and the billing options go together.
 * @rule C3 B2 only PAYG has an anniversary cycle
 */
export function decidePlanTerms(plan: Plan): Decision<Plan> {
  const { minimum, maximum, policy, cycle } = plan;
  if (minimum < 1 || maximum < minimum || maximum > MAX_QUANTITY) {
    return refuse('BAND_INVALID', { minimum, maximum, largest: MAX_QUANTITY }, ['minQuantity']);
  }
  const { cycles } = POLICY_TRAITS[policy];
  if (!cycles.includes(cycle)) {
    return refuse('POLICY_OPTION_NOT_ALLOWED', { option: 'cycle', value: cycle, policy, allowed: cycles.join(' or ') }, ['cycle']);
  }
  return allow(plan);
}
