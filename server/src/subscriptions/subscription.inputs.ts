import type { BillingPolicy } from '@cloudtill/domain/catalog/billing-policy';
import type { SubscriptionStatus } from '@cloudtill/domain/subscriptions/lifecycle';
import { Field, ID, InputType, Int } from 'type-graphql';
import { BillingPolicyEnum } from '../catalog/catalog.type.ts';
import { orderInputOf } from '../platform/order.type.ts';
import { DateTime } from '../platform/scalars.ts';
import { SubscriptionStatusEnum } from './subscription.type.ts';

@InputType({ description: 'Which subscriptions to list. Conditions are joined by "and".' })
export class SubscriptionFilter {
  @Field(() => ID, { nullable: true, description: 'Of this account or one below it.' })
  accountId?: string | null;

  @Field(() => [SubscriptionStatusEnum], { nullable: true, description: 'In one of these statuses.' })
  status?: SubscriptionStatus[] | null;

  @Field(() => [BillingPolicyEnum], { nullable: true, description: 'Billed in one of these ways.' })
  billingPolicy?: BillingPolicy[] | null;

  @Field(() => ID, { nullable: true, description: 'To this product.' })
  productId?: string | null;

  @Field(() => ID, { nullable: true, description: 'On this plan now.' })
  planId?: string | null;

  @Field(() => String, { nullable: true, description: 'Code of the vendor, such as `KASPERSKY`.' })
  vendor?: string | null;

  @Field(() => String, { nullable: true, description: 'Whose number, or whose account’s name or number, contains this text.' })
  text?: string | null;
}

export const SubscriptionOrderInput = orderInputOf('ServiceSubscription', { CREATED_AT: 'By age.', NUMBER: 'By number.' });

const KEY = 'The same key and body again give the stored answer; the same key with another body is refused. 8 to 200 visible ASCII characters.';
const VERSION = 'The version that the viewer saw; where another one is current the change is refused as a conflict.';

@InputType({ description: 'A subscription that begins without an order.' })
export class CreateSubscriptionInput {
  @Field(() => ID, { description: 'Which customer.' })
  accountId!: string;

  @Field(() => ID, { description: 'On which plan.' })
  planId!: string;

  @Field(() => Int, { description: 'How many licenses.' })
  quantity!: number;

  @Field(() => DateTime, { nullable: true, description: 'Since when; now where left out. Not in the future.' })
  activatedAt?: number | null;

  @Field(() => String, { nullable: true, description: 'The number that people use; made by us where left out.' })
  number?: string | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'Another number of licenses.' })
export class ChangeSubscriptionQuantityInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => Int, { description: 'The new number of licenses.' })
  quantity!: number;

  @Field(() => DateTime, { nullable: true, description: 'From when; now where left out. The past is for the provider’s staff.' })
  effectiveAt?: number | null;

  @Field(() => Int, { nullable: true, description: VERSION })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'Why; kept in the history.' })
  reason?: string | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'Another plan of the same product.' })
export class SwitchSubscriptionPlanInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => ID, { description: 'The new plan.' })
  planId!: string;

  @Field(() => Int, { nullable: true, description: 'The number of licenses on it; as many as are held where left out.' })
  quantity?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'From when; now where left out. The past is for the provider’s staff.' })
  effectiveAt?: number | null;

  @Field(() => Int, { nullable: true, description: VERSION })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'Why; kept in the history.' })
  reason?: string | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'The end of a subscription, for good.' })
export class TerminateSubscriptionInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => Boolean, { description: 'Must be true: the vendor deletes the subscription, and a new order brings a new activation code.' })
  confirmIrreversible!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When; now where left out. That day is not charged any more. The past is for the provider’s staff.' })
  effectiveAt?: number | null;

  @Field(() => Int, { nullable: true, description: VERSION })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'Why; kept in the history.' })
  reason?: string | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'What shall happen when the running term ends.' })
export class SetSubscriptionRenewalInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => Boolean, { description: 'Whether another term follows.' })
  renews!: boolean;

  @Field(() => Int, { nullable: true, description: 'Licenses of the next term, also fewer than now; as many as are held then where left out.' })
  quantity?: number | null;

  @Field(() => Int, { nullable: true, description: VERSION })
  expectedVersion?: number | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'A subscription to pause, or to let run again.' })
export class SuspendSubscriptionInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => String, { nullable: true, description: 'Why, for the history.' })
  reason?: string | null;

  @Field(() => Int, { nullable: true, description: 'The version that you saw; another one is refused with CONFLICT.' })
  expectedVersion?: number | null;

  @Field(() => String, { description: 'Chosen by the caller; a retry with the same key gets the same answer.' })
  idempotencyKey!: string;
}

@InputType({ description: 'A subscription to let run again.' })
export class ResumeSubscriptionInput extends SuspendSubscriptionInput {}

@InputType({ description: 'The vendor’s approval code of a subscription.' })
export class SetApprovalCodeInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => String, { nullable: true, description: 'The code; null to take it away.' })
  approvalCode?: string | null;

  @Field(() => String, { description: 'Chosen by the caller; a retry with the same key gets the same answer.' })
  idempotencyKey!: string;
}
