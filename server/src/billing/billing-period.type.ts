import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId } from '../platform/ids.ts';
import { computed, dayOf, instantOf, integer, one, text, value, type Order, type Shape } from '../platform/look-ahead.ts';
import { DateOnly, DateTime } from '../platform/scalars.ts';
import { RefusalCode } from '../platform/user-error.type.ts';
import { may } from '../platform/viewer.ts';
import { subscriptionShape, SubscriptionType } from '../subscriptions/subscription.type.ts';
import { RUN_MODES, RUN_STATES } from './billing.entities.ts';

export const BillingPeriodStatusEnum = enumOf(['OPEN', 'CLOSED']);
registerEnumType(BillingPeriodStatusEnum, {
  name: 'BillingPeriodStatus',
  description: 'Whether a period’s charges can still change.',
  valuesConfig: {
    OPEN: { description: 'They can be rated again.' },
    CLOSED: { description: 'They are frozen; later changes make adjustments in an open period.' },
  },
});

export const RunModeEnum = enumOf(RUN_MODES);
registerEnumType(RunModeEnum, {
  name: 'BillingRunMode',
  description: 'What a run looks at.',
  valuesConfig: {
    FRESH: { description: 'Everything, for the first time.' },
    DIFFERENCES: { description: 'What changed since the last run.' },
    CHECK: { description: 'Everything, compared with what stands.' },
  },
});

export const RunStateEnum = enumOf(RUN_STATES);
registerEnumType(RunStateEnum, {
  name: 'BillingRunState',
  description: 'How far a run is.',
  valuesConfig: {
    QUEUED: { description: 'It waits for a worker.' },
    RUNNING: { description: 'It is at work.' },
    SUCCEEDED: { description: 'It is done.' },
    FAILED: { description: 'It was given up.' },
  },
});

@ObjectType('ParkedSubscription', {
  description: 'A subscription that could not be billed for a period. The others went on; it is tried again when what it lacks is there.',
})
export class ParkedSubscriptionType {
  @Field(() => SubscriptionType, { description: 'Which one.' })
  subscription!: object;

  @Field(() => RefusalCode, { description: 'Why.' })
  reason!: string;

  @Field(() => String, { description: 'Why, as an English sentence.' })
  message!: string;

  @Field(() => DateTime, { description: 'Since when.' })
  since!: string;
}

export const ParkedSubscriptionConnection = connectionOf(ParkedSubscriptionType, 'ParkedSubscription', 'parked subscriptions');

@ObjectType('BillingPeriod', { implements: Node, description: 'A month that is billed together.' })
export class BillingPeriodType extends Node {
  @Field(() => String, { description: 'The month, such as `2026-05`.' })
  name!: string;

  @Field(() => BillingPeriodStatusEnum, { description: 'Whether its charges can still change.' })
  status!: string;

  @Field(() => DateOnly, { description: 'First day.' })
  start!: string;

  @Field(() => DateOnly, { description: 'First day of the next month.' })
  end!: string;

  @Field(() => DateTime, { description: 'When it was opened.' })
  openedAt!: string;

  @Field(() => DateTime, { nullable: true, description: 'When its charges were complete for the first time; null while they are not.' })
  ratedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was closed; null while it is open.' })
  closedAt!: string | null;

  @Field(() => Int, { nullable: true, description: 'Subscriptions that changed since the last run; null for those who may not see billing.' })
  pendingChanges!: number | null;

  @Field(() => Int, { nullable: true, description: 'Subscriptions that could not be billed; null for those who may not see billing.' })
  parkedCount!: number | null;
}

export const BillingPeriodConnection = connectionOf(BillingPeriodType, 'BillingPeriod', 'billing periods');

@ObjectType('BillingRun', { implements: Node, description: 'One pass over a period’s subscriptions. It can be stopped anywhere and goes on from there.' })
export class BillingRunType extends Node {
  @Field(() => String, { description: 'The number that people use.' })
  number!: string;

  @Field(() => BillingPeriodType, { description: 'Which period.' })
  billingPeriod!: object;

  @Field(() => RunModeEnum, { description: 'What it looks at.' })
  mode!: string;

  @Field(() => RunStateEnum, { description: 'How far it is.' })
  state!: string;

  @Field(() => Int, { nullable: true, description: 'Subscriptions to look at; null while they are not counted.' })
  subscriptionsTotal!: number | null;

  @Field(() => Int, { description: 'Subscriptions looked at.' })
  subscriptionsDone!: number;

  @Field(() => Int, { description: 'Charges added.' })
  chargesWritten!: number;

  @Field(() => Int, { description: 'Charges changed.' })
  chargesChanged!: number;

  @Field(() => Int, { description: 'Charges taken back.' })
  chargesWithdrawn!: number;

  @Field(() => Int, { description: 'Subscriptions that could not be billed.' })
  parked!: number;

  @Field(() => String, { description: 'Who started it.' })
  startedBy!: string;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt!: string;

  @Field(() => DateTime, { nullable: true, description: 'When a worker took it up.' })
  startedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was done.' })
  finishedAt!: string | null;
}

export const BillingRunConnection = connectionOf(BillingRunType, 'BillingRun', 'billing runs');

const parkedShape: Shape = {
  type: 'ParkedSubscription',
  table: 'parked_subscription',
  key: ['subscription_id'],
  fields: {
    subscription: one(() => subscriptionShape, 'subscription_id'),
    reason: text('reason'),
    message: computed(
      (alias) => [
        `${alias}.reason`,
        `${alias}.parameters ->> 'day'`,
        `(select sku from plan lacking where lacking.id = (${alias}.parameters ->> 'planId')::uuid)`,
        `(select currency from account holder where holder.id = ${alias}.customer_id)`,
      ],
      ([reason, day, sku, currency]) =>
        reason === 'PRICE_MISSING'
          ? `plan ${String(sku)} has no ${String(currency)} price in force on ${String(day)}`
          : `a charge of plan ${String(sku)} from ${String(day)} broke a sanity bound`,
    ),
    since: instantOf('since'),
  },
};

export const billingPeriodShape: Shape = {
  type: 'BillingPeriod',
  table: 'billing_period',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('per', String(id)),
    ),
    name: value('month', ([month]) => String(month).slice(0, 7)),
    status: text('status'),
    start: dayOf('month'),
    end: computed(
      (alias) => [`(${alias}.month + interval '1 month')::date`],
      ([day]) => day,
    ),
    openedAt: instantOf('opened_at'),
    ratedAt: instantOf('rated_at'),
    closedAt: instantOf('closed_at'),
    pendingChanges: computed(
      (alias, sql) => [may(sql.viewer, 'billing:read') ? `(select count(*) from rating_mark k where k.month = ${alias}.month)` : 'null::int'],
      ([count]) => (count === null ? null : Number(count)),
    ),
    parkedCount: computed(
      (alias, sql) => [may(sql.viewer, 'billing:read') ? `(select count(*) from parked_subscription k where k.month = ${alias}.month)` : 'null::int'],
      ([count]) => (count === null ? null : Number(count)),
    ),
    parked: {
      kind: 'page',
      shape: () => parkedShape,
      where: (self, other, sql) => (may(sql.viewer, 'billing:read') ? `${other}.month = ${self}.month` : 'false'),
      order: {
        name: 'SUBSCRIPTION',
        direction: 'asc',
        columns: (alias) => [
          { sql: `${alias}.customer_id`, type: 'uuid' },
          { sql: `${alias}.subscription_id`, type: 'uuid' },
        ],
      },
    },
  },
};

export const billingRunShape: Shape = {
  type: 'BillingRun',
  table: 'billing_run',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('run', String(id)),
    ),
    number: text('number'),
    billingPeriod: one(() => billingPeriodShape, 'month', 'month'),
    mode: text('mode'),
    state: text('state'),
    subscriptionsTotal: integer('subscriptions_total'),
    subscriptionsDone: integer('subscriptions_done'),
    chargesWritten: integer('charges_written'),
    chargesChanged: integer('charges_changed'),
    chargesWithdrawn: integer('charges_withdrawn'),
    parked: integer('parked'),
    startedBy: text('started_by'),
    createdAt: instantOf('created_at'),
    startedAt: instantOf('started_at'),
    finishedAt: instantOf('finished_at'),
  },
};

export const PERIOD_ORDERS = {
  NAME: (alias: string) => [
    { sql: `${alias}.month`, type: 'date' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
} satisfies Record<string, Order['columns']>;
export const RUN_ORDERS = {
  CREATED_AT: (alias: string) => [
    { sql: `${alias}.created_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
} satisfies Record<string, Order['columns']>;
