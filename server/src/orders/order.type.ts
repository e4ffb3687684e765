import { LINE_STATUSES, ORDER_CHANNELS, ORDER_STATUSES, type LineStatus, type OrderChannel, type OrderStatus } from '@cloudtill/domain/orders/order-state';
import type { Refusal } from '@cloudtill/domain/refusal';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { AccountType, counterparty } from '../accounts/account.type.ts';
import { PlanType, planShape, productShape, ProductType } from '../catalog/catalog.type.ts';
import { orderedPlanSql } from '../catalog/characteristics.ts';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId } from '../platform/ids.ts';
import {
  computed,
  instantOf,
  integer,
  one,
  parseBoolean,
  parseJson,
  text,
  value,
  type Cell,
  type Order,
  type Shape,
  type ValueField,
} from '../platform/look-ahead.ts';
import { CurrencyCode, DateTime } from '../platform/scalars.ts';
import { toUserError, UserError } from '../platform/user-error.type.ts';
import { may } from '../platform/viewer.ts';
import { subscriptionShape, SubscriptionType } from '../subscriptions/subscription.type.ts';
import { isBlocked } from './blocked-order.ts';

export const OrderStatusEnum = enumOf(ORDER_STATUSES);
registerEnumType(OrderStatusEnum, {
  name: 'OrderStatus',
  description: 'Where an order is on its way.',
  valuesConfig: {
    DRAFT: { description: 'Being put together; nothing was ordered yet.' },
    PENDING_APPROVAL: { description: 'Placed, and waiting for somebody to approve it.' },
    SUBMITTED: { description: 'Placed and approved where that is needed; to be executed.' },
    EXECUTING: { description: 'Its subscriptions are being delivered.' },
    COMPLETED: { description: 'Everything was delivered.' },
    PARTIALLY_FAILED: { description: 'Some of it was delivered, the rest was not.' },
    FAILED: { description: 'Nothing of it was delivered.' },
    CANCELLED: { description: 'Canceled or rejected before it was executed.' },
  },
});

export const OrderChannelEnum = enumOf(ORDER_CHANNELS);
registerEnumType(OrderChannelEnum, {
  name: 'OrderChannel',
  description: 'Through which door an order came.',
  valuesConfig: {
    STOREFRONT: { description: 'Bought in the storefront; executed by itself.' },
    OPERATOR: { description: 'Entered by the provider’s staff, who say when it is executed.' },
    API: { description: 'Sent by another program, which says when it is executed.' },
  },
});

const OrderLineStatusEnum = enumOf(LINE_STATUSES);
registerEnumType(OrderLineStatusEnum, {
  name: 'OrderLineStatus',
  description: 'Where a line of an order is on its way.',
  valuesConfig: {
    INCOMPLETE: { description: 'Required characteristics are missing, so the order cannot be placed.' },
    COMPLETE: { description: 'Nothing is missing.' },
    EXECUTING: { description: 'Its subscription is being delivered.' },
    COMPLETED: { description: 'Its subscription runs.' },
    FAILED: { description: 'The vendor did not deliver.' },
    CANCELLED: { description: 'The order was canceled or rejected.' },
  },
});

@ObjectType({ description: 'A value that somebody gave for a characteristic.' })
export class CharacteristicValue {
  @Field(() => String, { description: 'Which characteristic.' })
  name!: string;

  @Field(() => String, { description: 'What to call it on a screen.' })
  label!: string;

  @Field(() => String, { description: 'Its value as text.' })
  value!: string;
}

@ObjectType('OrderLine', { description: 'One plan that is to be bought. It becomes one subscription.' })
export class OrderLineType {
  @Field(() => ID, { description: 'Names the line.' })
  id!: string;

  @Field(() => Int, { description: 'Its place in the order; places of lines that were taken away stay empty.' })
  position!: number;

  @Field(() => OrderLineStatusEnum, { description: 'Where it is on its way.' })
  status!: LineStatus;

  @Field(() => PlanType, { description: 'What is bought.' })
  plan!: object;

  @Field(() => ProductType, { description: 'The plan’s product.' })
  product!: object;

  @Field(() => Int, { nullable: true, description: 'Licenses; null while they are missing. One where it is charged by use.' })
  quantity!: number | null;

  @Field(() => String, { nullable: true, description: 'The vendor’s approval code; null for everybody but the provider’s staff with the right to it.' })
  approvalCode!: string | null;

  @Field(() => SubscriptionType, { nullable: true, description: 'What it became; null until it is executed.' })
  subscription!: object | null;

  @Field(() => [UserError], { description: 'Why it failed; empty unless it did.' })
  failure!: UserError[];

  @Field(() => [UserError], { description: 'What was in its way when the order was to be executed last.' })
  blockers!: UserError[];
}

@ObjectType('Order', { implements: Node, description: 'The request to buy something for an account.' })
export class OrderType extends Node {
  @Field(() => String, { description: 'The number that people use.' })
  number!: string;

  @Field(() => OrderStatusEnum, { description: 'Where it is on its way.' })
  status!: OrderStatus;

  @Field(() => OrderChannelEnum, { description: 'Through which door it came.' })
  channel!: OrderChannel;

  @Field(() => AccountType, { description: 'For whom it is.' })
  account!: object;

  @Field(() => CurrencyCode, { description: 'In which it is priced: the account’s.' })
  currency!: string;

  @Field(() => Boolean, { description: 'Whether somebody has to approve it: of a draft as things stand, else as they stood when it was placed.' })
  approvalRequired!: boolean;

  @Field(() => String, { description: 'Who made it.' })
  createdBy!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it was placed; null for a draft.' })
  placedAt!: string | null;

  @Field(() => String, { nullable: true, description: 'Who placed it; null for a draft.' })
  placedBy!: string | null;

  @Field(() => Boolean, { description: 'Whether the viewer placed it: who did cannot approve or reject it.' })
  placedByViewer!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When it was approved, where that was needed.' })
  approvedAt!: string | null;

  @Field(() => String, { nullable: true, description: 'Who approved it, where that was needed.' })
  approvedBy!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was executed.' })
  executedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the last of its lines was delivered or failed.' })
  completedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was canceled or rejected.' })
  canceledAt!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was approved, rejected or canceled, where somebody said so.' })
  reason!: string | null;

  @Field(() => [UserError], { description: 'What was in its way when it was to be executed last. It is tried again when that may be gone.' })
  blockers!: UserError[];

  @Field(() => Boolean, {
    description: 'Whether it is placed and cannot be executed as things stand: its account is on hold or not synchronized, or there are blockers.',
  })
  blocked!: boolean;

  @Field(() => Int, { description: 'Counts the changes.' })
  version!: number;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: string;

  @Field(() => DateTime, { description: 'When it was changed last.' })
  updatedAt!: string;
}

export const OrderConnection = connectionOf(OrderType, 'Order', 'orders');

/** Refusals that were kept; their places are those in the order, not in an input. */
function refusals(column: string): ValueField {
  return value(column, ([cell]) =>
    ((parseJson(cell as Cell) ?? []) as Refusal[]).map((refusal) => Object.assign(toUserError(refusal), { path: refusal.path })),
  );
}

/** What a line knows that its resolvers make fields of: which plan, with which values. */
const configuration = computed(
  (alias) => [`${alias}.characteristics`, orderedPlanSql(`${alias}.plan_id`)],
  ([values, plan]) => ({ values: parseJson(values), plan: parseJson(plan) }),
);

/** Where the prices of a line, or of an order, are found. */
const linePrices = value(['order_id', 'id'], ([orderId, lineId]) => ({ orderId, lineId }));
const orderPrices = value('id', ([orderId]) => orderId);

const orderLineShape: Shape = {
  type: 'OrderLine',
  table: 'order_line',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('oln', String(id)),
    ),
    position: integer('position'),
    status: text('status'),
    plan: one(() => planShape, 'plan_id'),
    product: {
      kind: 'one',
      shape: () => productShape,
      on: (self, other) => `${other}.id = (select ordered.product_id from plan ordered where ordered.id = ${self}.plan_id)`,
    },
    quantity: integer('quantity'),
    missing: configuration,
    characteristics: configuration,
    definitions: configuration,
    unitPrice: linePrices,
    firstCharge: linePrices,
    recurring: linePrices,
    approvalCode: computed(
      (alias, sql) => [sql.seesAll && may(sql.viewer, 'approvals:write') ? `${alias}.approval_code` : 'null::text'],
      ([code]) => code,
    ),
    subscription: {
      kind: 'one',
      shape: () => subscriptionShape,
      on: (self, other) => `${other}.customer_id = ${self}.account_id and ${other}.id = ${self}.subscription_id`,
    },
    failure: refusals('failure'),
    blockers: refusals('blockers'),
  },
};

export const orderShape: Shape = {
  type: 'Order',
  table: 'customer_order',
  key: ['id'],
  scope: (alias, sql) =>
    sql.seesAll ? undefined : `exists (select 1 from account owner where owner.id = ${alias}.account_id and owner.path @> array[${sql.viewerAccount()}])`,
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('ord', String(id)),
    ),
    number: text('number'),
    status: text('status'),
    channel: text('channel'),
    account: one((sql) => counterparty(sql), 'account_id'),
    currency: text('currency'),
    total: orderPrices,
    firstCharge: orderPrices,
    recurring: orderPrices,
    lines: {
      kind: 'list',
      shape: () => orderLineShape,
      where: (self, other) => `${other}.order_id = ${self}.id`,
      orderBy: (alias) => `${alias}.position`,
    },
    approvalRequired: computed(
      (alias) => [`case when ${alias}.status = 'DRAFT' then order_needs_approval(${alias}.account_id) else ${alias}.needs_approval end`],
      ([cell]) => parseBoolean(cell),
    ),
    createdBy: text('created_by_name'),
    placedAt: instantOf('placed_at'),
    placedBy: text('placed_by_name'),
    placedByViewer: computed(
      (alias, sql) => [`coalesce(${alias}.placed_by_id::text = ${sql.param(sql.viewer.id)}, false)`],
      ([cell]) => parseBoolean(cell),
    ),
    approvedAt: instantOf('approved_at'),
    approvedBy: text('approved_by_name'),
    executedAt: instantOf('executed_at'),
    completedAt: instantOf('completed_at'),
    canceledAt: instantOf('canceled_at'),
    reason: text('reason'),
    blockers: refusals('blockers'),
    blocked: computed(
      (alias) => [isBlocked(alias)],
      ([cell]) => parseBoolean(cell),
    ),
    version: integer('version'),
    createdAt: instantOf('created_at'),
    updatedAt: instantOf('updated_at'),
  },
};

export const ORDER_ORDERS = {
  CREATED_AT: (alias: string) => [
    { sql: `${alias}.created_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
  NUMBER: (alias: string) => [
    { sql: `${alias}.number`, type: 'text' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
} satisfies Record<string, Order['columns']>;
