import {
  BILLING_CYCLES,
  BILLING_POLICIES,
  DAILY_QUANTITIES,
  type BillingCycle,
  type BillingPolicy,
  type DailyQuantity,
} from '@cloudtill/domain/catalog/billing-policy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId } from '../platform/ids.ts';
import { computed, dayOf, instantOf, integer, one, text, type Condition, type Order, type Shape } from '../platform/look-ahead.ts';
import { toUnitPrice } from '../platform/money.type.ts';
import { CurrencyCode, DateOnly, DateTime, Decimal } from '../platform/scalars.ts';
import { may } from '../platform/viewer.ts';
import { CATALOG_STATUSES, PRICING_MODES, PROVISIONING_MODES } from './catalog.entities.ts';

export const BillingPolicyEnum = enumOf(BILLING_POLICIES);
registerEnumType(BillingPolicyEnum, {
  name: 'BillingPolicy',
  description: 'How a plan turns what was held, or used, into charges.',
  valuesConfig: {
    MAX_OF_MONTH: { description: 'The largest quantity held in a month, for the whole month; free until the first day of the month after activation.' },
    PAYG: { description: 'The exact days each quantity was held, month by month.' },
    YEARLY: { description: 'A year in advance; increases are charged for the remaining days, decreases wait for the renewal.' },
    CONSUMPTION: { description: 'What was used, by the rows of the vendor’s monthly file; what is held costs nothing.' },
  },
});

export const BillingCycleEnum = enumOf(BILLING_CYCLES);
registerEnumType(BillingCycleEnum, {
  name: 'BillingCycle',
  description: 'Whose months a PAYG plan is charged by.',
  valuesConfig: { CALENDAR: { description: 'Calendar months.' }, ANNIVERSARY: { description: 'Months counted from the activation, charged in arrears.' } },
});

export const DailyQuantityEnum = enumOf(DAILY_QUANTITIES);
registerEnumType(DailyQuantityEnum, {
  name: 'DailyQuantity',
  description: 'Which quantity of a day with several changes counts.',
  valuesConfig: { CLOSING: { description: 'The last one.' }, PEAK: { description: 'The largest one.' } },
});

export const ProvisioningModeEnum = enumOf(PROVISIONING_MODES);
registerEnumType(ProvisioningModeEnum, {
  name: 'ProvisioningMode',
  description: 'Who makes the vendor’s side match ours.',
  valuesConfig: {
    AUTOMATIC: { description: 'We do, through the vendor’s interface.' },
    EXTERNAL: { description: 'Somebody else does; here the subscription is for billing only.' },
  },
});

export const PricingModeEnum = enumOf(PRICING_MODES);
registerEnumType(PricingModeEnum, {
  name: 'PricingMode',
  description: 'Whether a price is known when ordering.',
  valuesConfig: { QUOTED: { description: 'The price is shown.' }, CONSUMPTION: { description: 'Charged by what is used; buyers see no price.' } },
});

export const CatalogStatusEnum = enumOf(CATALOG_STATUSES);
registerEnumType(CatalogStatusEnum, {
  name: 'CatalogStatus',
  description: 'Whether something can still be bought.',
  valuesConfig: { ACTIVE: { description: 'It can.' }, RETIRED: { description: 'Only what runs goes on.' } },
});

@ObjectType('Vendor', { implements: Node, description: 'Who makes a service.' })
export class VendorType extends Node {
  @Field(() => String, { description: 'A short name that stays, such as `KASPERSKY`.' })
  code!: string;

  @Field(() => String, { description: 'The name people know.' })
  name!: string;

  @Field(() => String, { description: 'The provisioning platform on which accounts are synchronized.' })
  platform!: string;
}

@ObjectType('Product', { implements: Node, description: 'A vendor’s service.' })
export class ProductType extends Node {
  @Field(() => String, { description: 'A short name that stays, such as `KES`.' })
  code!: string;

  @Field(() => String, { description: 'The name people know.' })
  name!: string;

  @Field(() => VendorType, { nullable: true, description: 'Who makes it; null for a product that came with an imported book.' })
  vendor!: object | null;

  @Field(() => ProvisioningModeEnum, { description: 'Who makes the vendor’s side match ours.' })
  provisioning!: string;

  @Field(() => PricingModeEnum, { description: 'Whether its price is known when ordering.' })
  pricing!: string;

  @Field(() => CatalogStatusEnum, { description: 'Whether it can still be bought.' })
  status!: string;

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: string;

  @Field(() => DateTime, { description: 'When it was changed last.' })
  updatedAt!: string;
}

@ObjectType('Plan', { implements: Node, description: 'One way to buy a product: how it is billed, in which license range, at which price.' })
export class PlanType extends Node {
  @Field(() => String, { description: 'The stock-keeping unit, which names the plan.' })
  sku!: string;

  @Field(() => String, { description: 'The name people know.' })
  name!: string;

  @Field(() => ProductType, { description: 'What it buys.' })
  product!: object;

  @Field(() => BillingPolicyEnum, { description: 'How what was held becomes charges.' })
  billingPolicy!: BillingPolicy;

  @Field(() => BillingCycleEnum, { description: 'Whose months it is charged by.' })
  cycle!: BillingCycle;

  @Field(() => DailyQuantityEnum, { description: 'Which quantity of a day with several changes counts.' })
  dailyQuantity!: DailyQuantity;

  @Field(() => Int, { description: 'The least licenses of its band.' })
  minQuantity!: number;

  @Field(() => Int, { description: 'The most licenses of its band.' })
  maxQuantity!: number;

  @Field(() => CatalogStatusEnum, { description: 'Whether it can still be bought.' })
  status!: string;

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: string;

  @Field(() => DateTime, { description: 'When it was changed last.' })
  updatedAt!: string;
}

@ObjectType('PlanPrice', { implements: Node, description: 'What a plan costs in one currency while it is valid.' })
export class PlanPriceType extends Node {
  @Field(() => CurrencyCode, { description: 'In which currency.' })
  currency!: string;

  @Field(() => DateOnly, { description: 'First day on which it holds.' })
  validFrom!: string;

  @Field(() => DateOnly, { nullable: true, description: 'First day on which it does not hold any more; null while there is none.' })
  validTo!: string | null;

  @Field(() => Decimal, { description: 'List price of one license for one period, six decimals.' })
  listPrice!: string;

  @Field(() => Decimal, {
    nullable: true,
    description: 'What the vendor asks of the provider; null for everyone but the provider’s staff with sight of costs.',
  })
  vendorCost!: string | null;
}

export const ProductConnection = connectionOf(ProductType, 'Product', 'products');

export const vendorShape: Shape = {
  type: 'Vendor',
  table: 'vendor',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('ven', String(id)),
    ),
    code: text('code'),
    name: text('name'),
    platform: text('platform'),
    products: {
      kind: 'list',
      shape: () => productShape,
      orderBy: (other) => `${other}.name, ${other}.id`,
      where: (self, other, sql) => [`${other}.vendor_id = ${self}.id`, mayOrder(other, sql) ?? 'true'].join(' and '),
    },
  },
};

export const productShape: Shape = {
  type: 'Product',
  table: 'product',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('prd', String(id)),
    ),
    code: text('code'),
    name: text('name'),
    vendor: one(() => vendorShape, 'vendor_id'),
    provisioning: text('provisioning'),
    pricing: text('pricing'),
    status: text('status'),
    plans: {
      kind: 'list',
      shape: () => planShape,
      where: (self, other) => `${other}.product_id = ${self}.id`,
      orderBy: (other) => `${other}.min_quantity, ${other}.sku`,
    },
    createdAt: instantOf('created_at'),
    updatedAt: instantOf('updated_at'),
  },
};

export const planShape: Shape = {
  type: 'Plan',
  table: 'plan',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('pln', String(id)),
    ),
    sku: text('sku'),
    name: text('name'),
    product: one(() => productShape, 'product_id'),
    billingPolicy: text('billing_policy'),
    cycle: text('cycle'),
    dailyQuantity: text('daily_quantity'),
    minQuantity: integer('min_quantity'),
    maxQuantity: integer('max_quantity'),
    status: text('status'),
    prices: {
      kind: 'list',
      shape: () => planPriceShape,
      orderBy: (other) => `${other}.currency, ${other}.valid_from desc`,
      where: (self, other, sql) =>
        `${other}.plan_id = ${self}.id${sql.seesAll ? '' : ` and exists (select 1 from product priced where priced.id = ${self}.product_id and priced.pricing = 'QUOTED')`}`,
    },
    createdAt: instantOf('created_at'),
    updatedAt: instantOf('updated_at'),
  },
};

const planPriceShape: Shape = {
  type: 'PlanPrice',
  table: 'plan_price',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('ppr', String(id)),
    ),
    currency: text('currency'),
    validFrom: dayOf('valid_from'),
    validTo: dayOf('valid_to'),
    listPrice: computed(
      (alias) => [`${alias}.list_price_micros`],
      ([micros]) => toUnitPrice(micros!),
    ),
    // The vendor's price is the provider's cost; nobody below may learn it (P6).
    vendorCost: computed(
      (alias, sql) => [sql.seesAll && may(sql.viewer, 'costs:read') ? `${alias}.vendor_cost_micros` : 'null::bigint'],
      ([micros]) => toUnitPrice(micros!),
    ),
  },
};

/** Products that the viewer may order. @rule P2 */
export const mayOrder: Condition = (alias, sql) =>
  sql.seesAll ? undefined : `${alias}.id in (select offered_products(${sql.viewerAccount()}, ${sql.today()}))`;

/** Plans of products that the viewer may order. @rule P2 */
export const planMayBeOrdered: Condition = (alias, sql) =>
  sql.seesAll ? undefined : `${alias}.product_id in (select offered_products(${sql.viewerAccount()}, ${sql.today()}))`;

export const PRODUCT_ORDERS = {
  NAME: (alias: string) => [
    { sql: `${alias}.name`, type: 'text' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
} satisfies Record<string, Order['columns']>;
