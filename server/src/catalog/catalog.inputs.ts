import type { LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { BillingCycle, BillingPolicy, DailyQuantity } from '@cloudtill/domain/catalog/billing-policy';
import { Field, ID, InputType, Int } from 'type-graphql';
import { CurrencyCode, DateOnly, Decimal } from '../platform/scalars.ts';
import { BillingCycleEnum, BillingPolicyEnum, CatalogStatusEnum, DailyQuantityEnum, PricingModeEnum, ProvisioningModeEnum } from './catalog.type.ts';

@InputType({ description: 'Which products to list. Conditions are joined by "and".' })
export class ProductFilter {
  @Field(() => String, { nullable: true, description: 'Code of the vendor, such as `KASPERSKY`.' })
  vendor?: string | null;

  @Field(() => String, { nullable: true, description: 'Whose name or code contains this text.' })
  text?: string | null;

  @Field(() => [CatalogStatusEnum], { nullable: true, description: 'In one of these statuses.' })
  status?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'That can be ordered for this account: every price list down to it holds them.' })
  offeredTo?: string | null;
}

@InputType({ description: 'A new product.' })
export class CreateProductInput {
  @Field(() => String, { description: 'A short name that stays, such as `KES`.' })
  code!: string;

  @Field(() => String, { description: 'The name people know.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Code of its vendor, such as `KASPERSKY`.' })
  vendor?: string | null;

  @Field(() => ProvisioningModeEnum, { nullable: true, defaultValue: 'EXTERNAL', description: 'Who makes the vendor’s side match ours.' })
  provisioning!: 'AUTOMATIC' | 'EXTERNAL' | null;

  @Field(() => PricingModeEnum, { nullable: true, defaultValue: 'QUOTED', description: 'Whether its price is known when ordering.' })
  pricing!: 'QUOTED' | 'CONSUMPTION' | null;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not create a second product.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change of a product. What is left out stays.' })
export class UpdateProductInput {
  @Field(() => ID, { description: 'Which product.' })
  productId!: string;

  @Field(() => String, { nullable: true, description: 'The name people know.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Code of its vendor.' })
  vendor?: string | null;

  @Field(() => CatalogStatusEnum, { nullable: true, description: 'Whether it can still be bought.' })
  status?: 'ACTIVE' | 'RETIRED' | null;
}

@InputType({ description: 'A new plan of a product.' })
export class CreatePlanInput {
  @Field(() => ID, { description: 'What it buys.' })
  productId!: string;

  @Field(() => String, { description: 'The stock-keeping unit, which names the plan.' })
  sku!: string;

  @Field(() => String, { nullable: true, description: 'The name people know; the SKU where left out.' })
  name?: string | null;

  @Field(() => BillingPolicyEnum, { description: 'How what was held becomes charges.' })
  billingPolicy!: BillingPolicy;

  @Field(() => BillingCycleEnum, { nullable: true, defaultValue: 'CALENDAR', description: 'Whose months it is charged by; ANNIVERSARY for PAYG only.' })
  cycle!: BillingCycle | null;

  @Field(() => DailyQuantityEnum, { nullable: true, defaultValue: 'CLOSING', description: 'Which quantity of a day with several changes counts.' })
  dailyQuantity!: DailyQuantity | null;

  @Field(() => Int, { nullable: true, defaultValue: 1, description: 'The least licenses of its band.' })
  minQuantity!: number | null;

  @Field(() => Int, { nullable: true, defaultValue: 10_000_000, description: 'The most licenses of its band.' })
  maxQuantity!: number | null;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not create a second plan.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change of a plan. How it is billed cannot change: charges were made by it.' })
export class UpdatePlanInput {
  @Field(() => ID, { description: 'Which plan.' })
  planId!: string;

  @Field(() => String, { nullable: true, description: 'The name people know.' })
  name?: string | null;

  @Field(() => Int, { nullable: true, description: 'The least licenses of its band, for changes from now on.' })
  minQuantity?: number | null;

  @Field(() => Int, { nullable: true, description: 'The most licenses of its band, for changes from now on.' })
  maxQuantity?: number | null;

  @Field(() => CatalogStatusEnum, { nullable: true, description: 'Whether it can still be bought.' })
  status?: 'ACTIVE' | 'RETIRED' | null;
}

@InputType({ description: 'A list price and the vendor’s price from a day on.' })
export class SetPlanPriceInput {
  @Field(() => ID, { description: 'Which plan.' })
  planId!: string;

  @Field(() => CurrencyCode, { description: 'In which currency.' })
  currency!: string;

  @Field(() => DateOnly, { description: 'First day on which it holds, until the next price of the same currency.' })
  validFrom!: LocalDate;

  @Field(() => Decimal, { description: 'List price of one license for one period, at most six decimals.' })
  listPrice!: string;

  @Field(() => Decimal, { description: 'What the vendor asks of the provider for the same, at most six decimals.' })
  vendorCost!: string;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not set it again.' })
  idempotencyKey?: string | null;
}
