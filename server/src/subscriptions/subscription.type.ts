import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from '@cloudtill/domain/subscriptions/lifecycle';
import { CHANGE_KINDS, type ChangeKind } from '@cloudtill/domain/subscriptions/quantity-timeline';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { AccountType, counterparty } from '../accounts/account.type.ts';
import { PlanType, planShape, productShape, ProductType } from '../catalog/catalog.type.ts';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId } from '../platform/ids.ts';
import { boolean, computed, dayOf, instantOf, integer, one, parseBoolean, text, value, type Order, type Shape } from '../platform/look-ahead.ts';
import { DateOnly, DateTime } from '../platform/scalars.ts';
import type { Viewer } from '../platform/viewer.ts';

export const SubscriptionStatusEnum = enumOf(SUBSCRIPTION_STATUSES);
registerEnumType(SubscriptionStatusEnum, {
  name: 'SubscriptionStatus',
  description: 'Where a subscription is in its life.',
  valuesConfig: {
    PENDING: { description: 'Ordered, not yet running.' },
    ACTIVE: { description: 'Running.' },
    SUSPENDED: { description: 'Paused; can run again.' },
    TERMINATED: { description: 'Over, for good.' },
    FAILED: { description: 'Never came to run.' },
  },
});

export const ChangeKindEnum = enumOf(CHANGE_KINDS);
registerEnumType(ChangeKindEnum, {
  name: 'ChangeKind',
  description: 'What a line of the history says.',
  valuesConfig: {
    ACTIVATE: { description: 'The subscription began.' },
    QUANTITY: { description: 'The number of licenses changed.' },
    PLAN: { description: 'The plan changed, perhaps with the number of licenses.' },
    RENEWAL: { description: 'What shall happen when the term ends was set.' },
    SUSPEND: { description: 'The subscription was paused at the vendor.' },
    RESUME: { description: 'The subscription runs again.' },
    ACTIVATION_CODE: { description: 'The vendor gave an activation code.' },
    APPROVAL_CODE: { description: 'The vendor’s approval code was set or taken away.' },
    TERMINATE: { description: 'The subscription ended.' },
  },
});

@ObjectType({
  description:
    'A line of a subscription’s history: what was recorded, when, by whom, and from when it holds. Of two lines for one moment the later recorded one holds.',
})
export class QuantityChange {
  @Field(() => Int, { description: 'Which line of the history, from 1.' })
  sequence!: number;

  @Field(() => ChangeKindEnum, { description: 'What it says.' })
  kind!: ChangeKind;

  @Field(() => DateTime, { description: 'The instant from which it holds.' })
  effectiveAt!: string;

  @Field(() => DateOnly, { description: 'The billing day from which it counts.' })
  effectiveOn!: string;

  @Field(() => DateTime, { description: 'When it was recorded.' })
  recordedAt!: string;

  @Field(() => Int, { nullable: true, description: 'The new number of licenses; null where it says nothing of them.' })
  quantity!: number | null;

  @Field(() => Int, { nullable: true, description: 'The number of licenses before; null at the beginning.' })
  oldQuantity!: number | null;

  @Field(() => PlanType, { nullable: true, description: 'The new plan; null where it stays.' })
  plan!: object | null;

  @Field(() => PlanType, { nullable: true, description: 'The plan before; null at the beginning.' })
  oldPlan!: object | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the term that ends then is followed by another; null for other kinds.' })
  renews!: boolean | null;

  @Field(() => String, { description: 'Who did it.' })
  actor!: string;

  @Field(() => String, { nullable: true, description: 'Why, where somebody said so.' })
  reason!: string | null;
}

@ObjectType({ description: 'A run of days with one number of licenses on one plan: the history as it is billed.' })
export class QuantitySpan {
  @Field(() => DateOnly, { description: 'First day.' })
  from!: string;

  @Field(() => DateOnly, { nullable: true, description: 'First day that does not belong to it; null while it lasts.' })
  to!: string | null;

  @Field(() => Int, { description: 'Licenses on each of these days.' })
  quantity!: number;

  @Field(() => PlanType, { description: 'On which plan.' })
  plan!: object;
}

@ObjectType('ServiceSubscription', {
  implements: Node,
  description:
    'One account’s agreement to use one plan, from activation to termination. (Not named Subscription, which every reader of a schema takes for the root of live updates.)',
})
export class SubscriptionType extends Node {
  @Field(() => String, { description: 'The number that people use.' })
  number!: string;

  @Field(() => SubscriptionStatusEnum, { description: 'Where it is in its life.' })
  status!: SubscriptionStatus;

  @Field(() => Int, { description: 'Licenses held now; after the end, those held last.' })
  quantity!: number;

  @Field(() => AccountType, { description: 'Who uses it.' })
  account!: object;

  @Field(() => ProductType, { description: 'What it is a subscription to.' })
  product!: object;

  @Field(() => PlanType, { description: 'How it is billed now.' })
  plan!: object;

  @Field(() => DateTime, { nullable: true, description: 'When it began; null until the vendor has delivered.' })
  activatedAt!: string | null;

  @Field(() => DateOnly, { nullable: true, description: 'The billing day on which it began: the first that is charged; null until the vendor has delivered.' })
  activatedOn!: string | null;

  @Field(() => DateOnly, { nullable: true, description: 'The first day not held any more, as far as that is known.' })
  endsOn!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the running term is followed by another; null for plans without a term.' })
  renews!: boolean | null;

  @Field(() => DateOnly, { nullable: true, description: 'When the running term ends; null for plans without a term and after the end.' })
  renewsOn!: string | null;

  @Field(() => Int, { nullable: true, description: 'Licenses scheduled for the next term; null for as many as are held then.' })
  renewalQuantity!: number | null;

  @Field(() => String, { nullable: true, description: 'The vendor’s approval code; null for everybody but the provider’s staff.' })
  approvalCode!: string | null;

  @Field(() => String, { nullable: true, description: 'The vendor’s id of it; null for what is not provisioned there by us.' })
  vendorSubscriptionId!: string | null;

  @Field(() => String, { nullable: true, description: 'The platform on which it is provisioned.' })
  platform!: string | null;

  @Field(() => String, { nullable: true, description: 'The vendor’s id of the license, where it has one.' })
  licenseId!: string | null;

  @Field(() => Int, { description: 'Counts the changes; give it back as `expectedVersion` to notice those of others.' })
  version!: number;

  @Field(() => DateTime, { description: 'When it was created here.' })
  createdAt!: string;

  @Field(() => DateTime, { description: 'When it was changed last.' })
  updatedAt!: string;
}

export const SubscriptionConnection = connectionOf(SubscriptionType, 'ServiceSubscription', 'subscriptions');
export const QuantityChangeConnection = connectionOf(QuantityChange, 'QuantityChange', 'changes');

const changeShape: Shape = {
  type: 'QuantityChange',
  table: 'quantity_change',
  key: ['sequence'],
  fields: {
    sequence: integer('sequence'),
    kind: text('kind'),
    effectiveAt: instantOf('effective_at'),
    effectiveOn: dayOf('effective_on'),
    recordedAt: instantOf('recorded_at'),
    quantity: integer('quantity'),
    oldQuantity: integer('old_quantity'),
    plan: one(() => planShape, 'plan_id'),
    oldPlan: one(() => planShape, 'old_plan_id'),
    renews: boolean('renews'),
    actor: text('actor_name'),
    reason: text('reason'),
  },
};

const spanShape: Shape = {
  type: 'QuantitySpan',
  table: 'quantity_span',
  key: ['from_on'],
  fields: {
    from: dayOf('from_on'),
    to: dayOf('to_on'),
    quantity: integer('quantity'),
    plan: one(() => planShape, 'plan_id'),
  },
};

/** @rule B9 "Only provider staff may set or see it"; the provider's ERP gets it with the charge */
export function mayKnowApprovalCodes(viewer: Viewer): boolean {
  return viewer.account.kind === 'PROVIDER' && viewer.permissions.has('approvals:write');
}

const ofSubscription = (self: string, other: string): string => `${other}.customer_id = ${self}.customer_id and ${other}.subscription_id = ${self}.id`;

/**
 * The end of the term that the day lies in. Years are counted from the activation, and adding them clamps 29 February
 * as the rules do, so the renewal day of such a year already belongs to the new term.
 */
function termEnd(alias: string, today: string): string {
  const anniversary = (years: string): string =>
    `(${alias}.activated_on + make_interval(years => (extract(year from ${today}) - extract(year from ${alias}.activated_on))::int${years}))::date`;
  return `case when ${anniversary('')} > greatest(${today}, ${alias}.activated_on) then ${anniversary('')} else ${anniversary(' + 1')} end`;
}

export const subscriptionShape: Shape = {
  type: 'ServiceSubscription',
  table: 'service_subscription',
  key: ['id'],
  scope: (alias, sql) =>
    sql.seesAll ? undefined : `exists (select 1 from account owner where owner.id = ${alias}.customer_id and owner.path @> array[${sql.viewerAccount()}])`,
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('sub', String(id)),
    ),
    number: text('number'),
    status: text('status'),
    quantity: integer('quantity'),
    account: one((sql) => counterparty(sql), 'customer_id'),
    product: one(() => productShape, 'product_id'),
    plan: one(() => planShape, 'plan_id'),
    activatedAt: instantOf('activated_at'),
    activatedOn: dayOf('activated_on'),
    endsOn: dayOf('ends_on'),
    renews: computed(
      (alias) => [`(select case when term.billing_policy = 'YEARLY' then ${alias}.renews end from plan term where term.id = ${alias}.plan_id)`],
      ([cell]) => parseBoolean(cell),
    ),
    renewsOn: computed(
      (alias, sql) => [
        `(select ${termEnd(alias, sql.today())} from plan term where term.id = ${alias}.plan_id and term.billing_policy = 'YEARLY' and ${alias}.status <> 'TERMINATED')`,
      ],
      ([day]) => day,
    ),
    renewalQuantity: integer('renewal_quantity'),
    vendorSubscriptionId: text('vendor_subscription_id'),
    platform: text('platform'),
    licenseId: text('license_id'),
    activationCode: value(['id', 'customer_id', 'number', 'activation_code'], (cells) => cells),
    approvalCode: computed(
      (alias, { viewer }) => [mayKnowApprovalCodes(viewer) ? `${alias}.approval_code` : 'null::text'],
      ([code]) => code,
    ),
    version: integer('version'),
    changes: {
      kind: 'page',
      shape: () => changeShape,
      // That there is a code is the provider's to know, like the code. @rule B9
      where: (self, other, { viewer }) =>
        mayKnowApprovalCodes(viewer) ? ofSubscription(self, other) : `${ofSubscription(self, other)} and ${other}.kind <> 'APPROVAL_CODE'`,
      order: { name: 'RECORDED', direction: 'desc', columns: (alias) => [{ sql: `${alias}.sequence`, type: 'integer' }] },
    },
    timeline: { kind: 'list', shape: () => spanShape, where: ofSubscription, orderBy: (alias) => `${alias}.from_on desc` },
    createdAt: instantOf('created_at'),
    updatedAt: instantOf('updated_at'),
  },
};

export const SUBSCRIPTION_ORDERS = {
  CREATED_AT: (alias: string) => [
    { sql: `${alias}.created_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
  NUMBER: (alias: string) => [
    { sql: `${alias}.number`, type: 'text' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
} satisfies Record<string, Order['columns']>;
