import { refusalMessage, type RefusalCode as Code } from '@cloudtill/domain/refusal';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PlanType, planShape, vendorShape, VendorType } from '../catalog/catalog.type.ts';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId } from '../platform/ids.ts';
import { jobShape, JobType } from '../platform/job.type.ts';
import { computed, dayOf, instantOf, integer, one, parseJson, text, value, type Cell, type Order, type Shape } from '../platform/look-ahead.ts';
import { Money, toMoney } from '../platform/money.type.ts';
import { DateOnly, DateTime } from '../platform/scalars.ts';
import { ErrorParameter, RefusalCode } from '../platform/user-error.type.ts';
import { subscriptionShape, SubscriptionType } from '../subscriptions/subscription.type.ts';
import { MIGRATION_ITEM_STATES, MIGRATION_STATES } from './migration.entities.ts';

const MigrationStateEnum = enumOf(MIGRATION_STATES);
registerEnumType(MigrationStateEnum, {
  name: 'MigrationState',
  description: 'How far a migration is.',
  valuesConfig: {
    PLANNED: { description: 'A dry run: nothing has changed but this report.' },
    RUNNING: { description: 'Its subscriptions are being moved.' },
    SUCCEEDED: { description: 'All are moved.' },
    FAILED: { description: 'It broke off; run again, it goes on with what is left.' },
  },
});

const MigrationItemStateEnum = enumOf(MIGRATION_ITEM_STATES);
registerEnumType(MigrationItemStateEnum, {
  name: 'MigrationItemState',
  description: 'How far one subscription of a migration is.',
  valuesConfig: {
    PENDING: { description: 'To be moved.' },
    MOVED: { description: 'On its new plan.' },
    BLOCKED: { description: 'Something is in the way.' },
    SKIPPED: { description: 'It ended, or was moved otherwise, before its turn came.' },
  },
});

@ObjectType({ description: 'Why a subscription cannot be moved as things stand.' })
class MigrationBlocker {
  @Field(() => RefusalCode, { description: 'Stable; decide by this.' })
  code!: Code;

  @Field(() => String, { description: 'The same as an English sentence.' })
  message!: string;

  @Field(() => [ErrorParameter], { description: 'The facts of the sentence.' })
  parameters!: ErrorParameter[];
}

@ObjectType({ description: 'What becomes of one subscription in a migration.' })
export class MigrationItem {
  @Field(() => SubscriptionType, { description: 'Which one; it stays the same, with its number, activation code and data.' })
  subscription!: object;

  @Field(() => MigrationItemStateEnum, { description: 'How far it is.' })
  state!: string;

  @Field(() => PlanType, { description: 'The `MAX_OF_MONTH` plan that it leaves.' })
  oldPlan!: object;

  @Field(() => PlanType, { nullable: true, description: 'The `PAYG` plan that it goes to; null where something is in the way.' })
  newPlan!: object | null;

  @Field(() => Int, { description: 'Licenses held at the start of the day.' })
  quantity!: number;

  @Field(() => Money, {
    nullable: true,
    description: 'What the month from the day on would cost unmoved, on the provider’s edge; null without a price.',
  })
  oldCharge!: Money | null;

  @Field(() => Money, { nullable: true, description: 'What that month costs moved, on the provider’s edge; null where something is in the way.' })
  newCharge!: Money | null;

  @Field(() => Money, { nullable: true, description: 'New charge less old charge.' })
  difference!: Money | null;

  @Field(() => Money, { nullable: true, description: 'As `oldCharge`, on the customer’s edge.' })
  customerOldCharge!: Money | null;

  @Field(() => Money, { nullable: true, description: 'As `newCharge`, on the customer’s edge.' })
  customerNewCharge!: Money | null;

  @Field(() => MigrationBlocker, { nullable: true, description: 'What is in the way; null where nothing is.' })
  blocker!: MigrationBlocker | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was moved.' })
  movedAt!: string | null;
}

@ObjectType({ description: 'What a migration does to the charges of its first month, in one currency, on the provider’s edge.' })
class MigrationTotal {
  @Field(() => String, { description: 'Which currency; amounts are never converted.' })
  currency!: string;

  @Field(() => Int, { description: 'Subscriptions in the sums: those that move and have a price on both sides.' })
  subscriptions!: number;

  @Field(() => Money, { description: 'What they would cost unmoved.' })
  old!: Money;

  @Field(() => Money, { description: 'What they cost moved.' })
  new!: Money;

  @Field(() => Money, { description: 'New less old.' })
  difference!: Money;
}

@ObjectType({ description: 'How many subscriptions of a migration are how far.' })
class MigrationCounts {
  @Field(() => Int, { description: 'In all.' })
  subscriptions!: number;

  @Field(() => Int, { description: 'To be moved.' })
  pending!: number;

  @Field(() => Int, { description: 'Moved.' })
  moved!: number;

  @Field(() => Int, { description: 'With something in the way.' })
  blocked!: number;

  @Field(() => Int, { description: 'That ended, or were moved otherwise, before their turn came.' })
  skipped!: number;
}

@ObjectType({ description: 'A plan, and the one that was named to follow it.' })
class MigrationMapping {
  @Field(() => String, { description: 'SKU of the `MAX_OF_MONTH` plan.' })
  from!: string;

  @Field(() => String, { description: 'SKU of the `PAYG` plan.' })
  to!: string;
}

@ObjectType('Migration', {
  implements: Node,
  description: 'The move of a vendor’s subscriptions from `MAX_OF_MONTH` to `PAYG`, all at once on the first day of a month. First a plan, then a run.',
})
export class MigrationType extends Node {
  @Field(() => String, { description: 'The number that people use.' })
  number!: string;

  @Field(() => VendorType, { description: 'Whose subscriptions.' })
  vendor!: object;

  @Field(() => DateOnly, { description: 'The first day of a month: from it on they are billed by the day.' })
  effectiveOn!: string;

  @Field(() => MigrationStateEnum, { description: 'How far it is.' })
  state!: string;

  @Field(() => [MigrationMapping], { description: 'Successors that were named; for other plans the only fitting one is taken.' })
  mapping!: MigrationMapping[];

  @Field(() => [MigrationTotal], { description: 'What it does to the charges of its first month, one line a currency.' })
  totals!: MigrationTotal[];

  @Field(() => MigrationCounts, { description: 'How many subscriptions are how far.' })
  counts!: MigrationCounts;

  @Field(() => DateTime, { description: 'When it was planned.' })
  plannedAt!: string;

  @Field(() => String, { description: 'Who planned it.' })
  plannedBy!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it was started; null while it is a plan.' })
  startedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended; null before.' })
  finishedAt!: string | null;

  @Field(() => JobType, { nullable: true, description: 'The work behind it; null while it is a plan.' })
  job!: object | null;
}

export const MigrationConnection = connectionOf(MigrationType, 'Migration', 'migrations');
export const MigrationItemConnection = connectionOf(MigrationItem, 'MigrationItem', 'subscriptions of a migration');

const money = (column: string) => value([column, 'currency'], ([minor, currency]) => toMoney(minor!, currency!));

const itemShape: Shape = {
  type: 'MigrationItem',
  table: 'legacy_migration_item',
  key: ['subscription_id'],
  fields: {
    subscription: one(() => subscriptionShape, 'subscription_id'),
    state: text('state'),
    oldPlan: one(() => planShape, 'old_plan_id'),
    newPlan: one(() => planShape, 'new_plan_id'),
    quantity: integer('quantity'),
    oldCharge: money('old_minor'),
    newCharge: money('new_minor'),
    difference: computed(
      (alias) => [`${alias}.new_minor - ${alias}.old_minor`, `${alias}.currency`],
      ([minor, currency]) => toMoney(minor!, currency!),
    ),
    customerOldCharge: money('customer_old_minor'),
    customerNewCharge: money('customer_new_minor'),
    blocker: value(['blocker_code', 'blocker_parameters'], ([code, parameters]) => toBlocker(code!, parameters!)),
    movedAt: instantOf('moved_at'),
  },
};

function toBlocker(code: Cell, cell: Cell): MigrationBlocker | null {
  if (code === null) return null;
  const parameters = parseJson(cell) as Record<string, string>;
  return {
    code: code as Code,
    message: refusalMessage({ code: code as Code, path: [], parameters }),
    parameters: Object.entries(parameters).map(([name, fact]) => ({ name, value: fact })),
  };
}

interface StoredTotal {
  readonly currency: string;
  readonly subscriptions: number;
  readonly old: string;
  readonly new: string;
}

function toTotal({ currency, subscriptions, old: before, new: after }: StoredTotal): MigrationTotal {
  const amount = (minor: bigint): Money => toMoney(minor, currency)!;
  return { currency, subscriptions, old: amount(BigInt(before)), new: amount(BigInt(after)), difference: amount(BigInt(after) - BigInt(before)) };
}

const countOf = (alias: string): string =>
  `(select json_build_object('subscriptions', count(*), 'pending', count(*) filter (where c.state = 'PENDING'), 'moved', count(*) filter (where c.state = 'MOVED'),
      'blocked', count(*) filter (where c.state = 'BLOCKED'), 'skipped', count(*) filter (where c.state = 'SKIPPED'))
      from legacy_migration_item c where c.migration_id = ${alias}.id)`;

const mappingOf = (alias: string): string =>
  `(select coalesce(json_agg(json_build_object('from', legacy.sku, 'to', successor.sku) order by legacy.sku), '[]')
      from jsonb_array_elements(${alias}.mapping) named
      join plan legacy on legacy.id = (named ->> 'from')::uuid join plan successor on successor.id = (named ->> 'to')::uuid)`;

export const migrationShape: Shape = {
  type: 'Migration',
  table: 'legacy_migration',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('mig', String(id)),
    ),
    number: text('number'),
    vendor: one(() => vendorShape, 'vendor_id'),
    effectiveOn: dayOf('effective_on'),
    state: text('state'),
    mapping: computed(
      (alias) => [mappingOf(alias)],
      ([cell]) => parseJson(cell),
    ),
    totals: value('totals', ([cell]) => (parseJson(cell) as StoredTotal[]).map(toTotal)),
    counts: computed(
      (alias) => [countOf(alias)],
      ([cell]) => parseJson(cell),
    ),
    items: {
      kind: 'page',
      shape: () => itemShape,
      where: (self, other, _, argument) =>
        `${other}.migration_id = ${self}.id${argument('blockersOnly') === true ? ` and ${other}.blocker_code is not null` : ''}`,
      order: {
        name: 'BLOCKERS_FIRST',
        direction: 'asc',
        columns: (alias) => [
          { sql: `(${alias}.blocker_code is null)::int`, type: 'integer' },
          { sql: `${alias}.customer_id`, type: 'uuid' },
          { sql: `${alias}.subscription_id`, type: 'uuid' },
        ],
      },
    },
    plannedAt: instantOf('planned_at'),
    plannedBy: text('planned_by'),
    startedAt: instantOf('started_at'),
    finishedAt: instantOf('finished_at'),
    job: one(() => jobShape, 'job_id'),
  },
};

export const MIGRATION_ORDER: Order = {
  name: 'PLANNED_AT',
  direction: 'desc',
  columns: (alias) => [
    { sql: `${alias}.planned_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
};
