/** What can be set when a plan is ordered: its licenses, and what its vendor wants to know besides. @rule C3 O6 */
import { isByUse, seatsOf, type Characteristic } from '@cloudtill/domain/catalog/characteristics';
import type { BillingPolicy } from '@cloudtill/domain/catalog/billing-policy';
import type { App } from '../platform/context.ts';
import type { Plan, PRICING_MODES, PROVISIONING_MODES } from './catalog.entities.ts';

/** The little of a plan that decides about its characteristics. */
export interface OrderedPlan {
  readonly sku: string;
  readonly policy: BillingPolicy;
  readonly minimum: number;
  readonly maximum: number;
  readonly pricing: (typeof PRICING_MODES)[number];
  readonly provisioning: (typeof PROVISIONING_MODES)[number];
  /** Code of the vendor, or of the product where it has none. */
  readonly vendor: string;
}

export function characteristicsOf({ vendors }: Pick<App, 'vendors'>, plan: OrderedPlan): Characteristic[] {
  const seats = isByUse(plan, plan.pricing) ? [] : [seatsOf(plan)];
  const parameters = plan.provisioning === 'AUTOMATIC' ? (vendors.find(plan.vendor)?.orderParameters ?? []) : [];
  return [...seats, ...parameters];
}

/** A plan for {@link characteristicsOf}. Its product must be loaded. */
export function orderedPlan(plan: Plan, vendorCode: string | undefined): OrderedPlan {
  const { code, pricing, provisioning } = plan.product.getEntity();
  const { sku, policy, minimum, maximum } = plan.rules();
  return { sku, policy, minimum, maximum, pricing, provisioning, vendor: vendorCode ?? code };
}

/** The same as SQL: a JSON object of the plan with this id. */
export function orderedPlanSql(planId: string): string {
  return `(select json_build_object('sku', op.sku, 'policy', op.billing_policy, 'minimum', op.min_quantity, 'maximum', op.max_quantity,
      'pricing', od.pricing, 'provisioning', od.provisioning, 'vendor', coalesce(ov.code, od.code))
     from plan op join product od on od.id = op.product_id left join vendor ov on ov.id = od.vendor_id where op.id = ${planId})`;
}
