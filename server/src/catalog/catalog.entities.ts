import { BILLING_CYCLES, BILLING_POLICIES, DAILY_QUANTITIES } from '@cloudtill/domain/catalog/billing-policy';
import type { Plan as PlanRules } from '@cloudtill/domain/catalog/plan';
import { defineEntity, p } from '@mikro-orm/core';
import { day, instant } from '../platform/column-types.ts';

const VendorSchema = defineEntity({
  name: 'Vendor',
  tableName: 'vendor',
  properties: { id: p.uuid().primary(), code: p.string(), name: p.string(), platform: p.string() },
});
/** Who makes a service. @rule C1 */
export class Vendor extends VendorSchema.class {}
VendorSchema.setClass(Vendor);

export const PROVISIONING_MODES = ['AUTOMATIC', 'EXTERNAL'] as const;
export const PRICING_MODES = ['QUOTED', 'CONSUMPTION'] as const;
export const CATALOG_STATUSES = ['ACTIVE', 'RETIRED'] as const;

const ProductSchema = defineEntity({
  name: 'Product',
  tableName: 'product',
  properties: {
    id: p.uuid().primary(),
    code: p.string(),
    name: p.string(),
    vendor: () => p.manyToOne(Vendor).ref().nullable(),
    provisioning: p.enum(PROVISIONING_MODES),
    pricing: p.enum(PRICING_MODES),
    status: p.enum(CATALOG_STATUSES),
    version: p.integer().version(),
    createdAt: instant(),
    updatedAt: instant(),
  },
});
/** A vendor's service. @rule C1 */
export class Product extends ProductSchema.class {}
ProductSchema.setClass(Product);

const PlanSchema = defineEntity({
  name: 'Plan',
  tableName: 'plan',
  properties: {
    id: p.uuid().primary(),
    product: () => p.manyToOne(Product).ref(),
    sku: p.string(),
    name: p.string(),
    billingPolicy: p.enum(BILLING_POLICIES),
    cycle: p.enum(BILLING_CYCLES),
    dailyQuantity: p.enum(DAILY_QUANTITIES),
    minQuantity: p.integer(),
    maxQuantity: p.integer(),
    status: p.enum(CATALOG_STATUSES),
    version: p.integer().version(),
    createdAt: instant(),
    updatedAt: instant(),
  },
});
/** One way to buy a product. @rule C3 */
export class Plan extends PlanSchema.class {
  /** The plan as the rules see it. Its product must be loaded. */
  rules(): PlanRules & { readonly id: string; readonly productId: string; readonly product: string; readonly offered: boolean } {
    return {
      id: this.id,
      productId: this.product.id,
      product: this.product.getEntity().code,
      offered: this.status === 'ACTIVE',
      sku: this.sku,
      policy: this.billingPolicy,
      cycle: this.cycle,
      dailyQuantity: this.dailyQuantity,
      minimum: this.minQuantity,
      maximum: this.maxQuantity,
    };
  }
}
PlanSchema.setClass(Plan);

const PlanPriceSchema = defineEntity({
  name: 'PlanPrice',
  tableName: 'plan_price',
  properties: {
    id: p.uuid().primary(),
    plan: () => p.manyToOne(Plan).ref(),
    currency: p.string().length(3),
    validFrom: day(),
    /** First day on which it does not hold any more. */
    validTo: day().nullable(),
    listPriceMicros: p.bigint('bigint'),
    vendorCostMicros: p.bigint('bigint'),
    createdAt: instant(),
  },
});
/** What a plan costs in one currency while it is valid. @rule C3 */
export class PlanPrice extends PlanPriceSchema.class {}
PlanPriceSchema.setClass(PlanPrice);
