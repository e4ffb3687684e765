import type { ChargeKind } from '@cloudtill/domain/billing/segment';
import type { BillingCycle, BillingPolicy, DailyQuantity } from '@cloudtill/domain/catalog/billing-policy';
import type { LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { Rounding } from '@cloudtill/domain/money/rounding';
import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { BillingCycleEnum, BillingPolicyEnum, DailyQuantityEnum } from '../catalog/catalog.type.ts';
import { enumOf } from '../platform/enum.ts';
import { orderInputOf } from '../platform/order.type.ts';
import { CurrencyCode, DateOnly, DateTime, Decimal, TimeZone } from '../platform/scalars.ts';
import { BillingPeriodStatusEnum } from './billing-period.type.ts';
import { ChargeKindEnum, ChargeStatusEnum, RoundingEnum } from './charge.type.ts';

export const ChargeInclude = enumOf(['APPROVAL_CODE', 'PARTNER_EARNED_CREDIT', 'COST']);
registerEnumType(ChargeInclude, {
  name: 'ChargeInclude',
  description: 'What a list or export of charges brings only when asked for.',
  valuesConfig: {
    APPROVAL_CODE: { description: 'The vendor’s approval code, for the provider’s staff and ERP.' },
    PARTNER_EARNED_CREDIT: { description: 'Microsoft’s partner earned credit.' },
    COST: { description: 'Cost and margin in exports, for the edge’s seller. In GraphQL selecting the fields is asking.' },
  },
});

@InputType({ description: 'Which charges. Conditions are joined by "and".' })
export class ChargeFilter {
  @Field(() => String, { nullable: true, description: 'Of this billing period, such as `2026-05`.' })
  billingPeriod?: string | null | undefined;

  @Field(() => ID, { nullable: true, description: 'For services of this account or one below it, on every edge.' })
  accountId?: string | null | undefined;

  @Field(() => ID, { nullable: true, description: 'Sold by this account.' })
  sellerId?: string | null | undefined;

  @Field(() => ID, { nullable: true, description: 'Bought by this account.' })
  buyerId?: string | null | undefined;

  @Field(() => ID, { nullable: true, description: 'Of this subscription.' })
  subscriptionId?: string | null | undefined;

  @Field(() => [ChargeStatusEnum], { nullable: true, description: 'In one of these statuses.' })
  status?: string[] | null | undefined;

  @Field(() => [ChargeKindEnum], { nullable: true, description: 'Of one of these kinds.' })
  kind?: ChargeKind[] | null | undefined;

  @Field(() => DateTime, { nullable: true, description: 'Made or changed after this instant.' })
  updatedAfter?: number | null | undefined;

  @Field(() => Boolean, { nullable: true, description: 'Whether an ERP took them over.' })
  acknowledged?: boolean | null | undefined;

  @Field(() => String, { nullable: true, description: 'Code of the vendor, such as `KASPERSKY`.' })
  vendor?: string | null | undefined;
}

export const ChargeOrderInput = orderInputOf('Charge', { BILLING_PERIOD: 'By billing period, then by number.' });
export const BillingPeriodOrderInput = orderInputOf('BillingPeriod', { NAME: 'By month.' });
export const BillingRunOrderInput = orderInputOf('BillingRun', { CREATED_AT: 'By age.' });

@InputType({ description: 'Which billing periods to list.' })
export class BillingPeriodFilter {
  @Field(() => [BillingPeriodStatusEnum], { nullable: true, description: 'In one of these statuses.' })
  status?: string[] | null;
}

@InputType({ description: 'Which billing runs to list.' })
export class BillingRunFilter {
  @Field(() => String, { nullable: true, description: 'Of this billing period, such as `2026-05`.' })
  billingPeriod?: string | null;
}

const KEY = 'The same key and body again give the stored answer; the same key with another body is refused. 8 to 200 visible ASCII characters.';

@InputType({ description: 'Which month to bill.' })
export class RunBillingInput {
  @Field(() => String, { description: 'The month, such as `2026-05`. It is opened where it does not exist yet.' })
  billingPeriod!: string;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Look at every charge of a period that was billed before, not only at what changed.',
  })
  checkEverything!: boolean | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'Which month to close.' })
export class CloseBillingPeriodInput {
  @Field(() => String, { description: 'The month, such as `2026-05`.' })
  billingPeriod!: string;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'From an instant on, so many licenses.' })
export class SimulatedChangeInput {
  @Field(() => DateTime, { description: 'From when.' })
  at!: number;

  @Field(() => Int, { description: 'How many licenses.' })
  quantity!: number;
}

@InputType({ description: 'A timeline that exists nowhere, to see what the rules make of it.' })
export class SimulateChargesInput {
  @Field(() => BillingPolicyEnum, { description: 'How it is billed.' })
  billingPolicy!: BillingPolicy;

  @Field(() => Decimal, { description: 'Price of one license for one period, at most six decimals.' })
  unitPrice!: string;

  @Field(() => CurrencyCode, { description: 'In which currency; it decides the decimals.' })
  currency!: string;

  @Field(() => TimeZone, { nullable: true, defaultValue: 'UTC', description: 'The zone in which days begin and end.' })
  timeZone!: string | null;

  @Field(() => RoundingEnum, { nullable: true, defaultValue: 'HALF_AWAY_FROM_ZERO', description: 'How amounts are rounded, once.' })
  rounding!: Rounding | null;

  @Field(() => DailyQuantityEnum, { nullable: true, defaultValue: 'CLOSING', description: 'Which quantity of a day with several changes counts.' })
  dailyQuantity!: DailyQuantity | null;

  @Field(() => BillingCycleEnum, { nullable: true, defaultValue: 'CALENDAR', description: 'Whose months a PAYG plan is charged by.' })
  cycle!: BillingCycle | null;

  @Field(() => DateTime, { description: 'When it begins.' })
  activatedAt!: number;

  @Field(() => DateTime, { nullable: true, description: 'When it ends; that day is not charged.' })
  terminatedAt?: number | null;

  @Field(() => [SimulatedChangeInput], { description: 'The quantities; the first is that of the activation.' })
  changes!: SimulatedChangeInput[];

  @Field(() => DateOnly, { description: 'Charges whose service period starts on this day or later.' })
  from!: LocalDate;

  @Field(() => DateOnly, { description: 'Charges whose service period starts before this day.' })
  to!: LocalDate;
}
