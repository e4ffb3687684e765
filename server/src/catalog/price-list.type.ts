import { RATE_MODES, type RateMode } from '@cloudtill/domain/catalog/price-list';
import { formatPercent } from '@cloudtill/domain/money/percent';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { AccountType, counterparty } from '../accounts/account.type.ts';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId } from '../platform/ids.ts';
import { computed, dayOf, instantOf, one, text, value, type Order, type Shape } from '../platform/look-ahead.ts';
import { DateOnly, DateTime, Decimal } from '../platform/scalars.ts';
import { PlanType, planShape, productShape, ProductType } from './catalog.type.ts';

export const RateModeEnum = enumOf(RATE_MODES);
registerEnumType(RateModeEnum, {
  name: 'RateMode',
  description: 'How a price list makes a price.',
  valuesConfig: {
    DISCOUNT: { description: 'So many percent less than the list price.' },
    MARKUP: { description: 'So many percent more than what the seller pays.' },
  },
});

@ObjectType('PriceListRate', { description: 'How a price list makes a price: a discount or a markup, never both.' })
export class PriceListRateType {
  @Field(() => RateModeEnum, { description: 'Discount or markup.' })
  mode!: RateMode;

  @Field(() => Decimal, { description: 'Percent, such as `"12.25"`.' })
  percent!: string;
}

@ObjectType('PriceListEntry', { implements: Node, description: 'The rate of one product, or of one of its plans, while it is valid.' })
export class PriceListEntryType extends Node {
  @Field(() => ProductType, { description: 'Which product.' })
  product!: object;

  @Field(() => PlanType, { nullable: true, description: 'Which plan; null for all plans of the product. A plan’s own rate goes before its product’s.' })
  plan!: object | null;

  @Field(() => RateModeEnum, { description: 'Discount or markup.' })
  mode!: RateMode;

  @Field(() => Decimal, { description: 'Percent, such as `"12.25"`.' })
  percent!: string;

  @Field(() => DateOnly, { description: 'First day on which it holds.' })
  validFrom!: string;

  @Field(() => DateOnly, { nullable: true, description: 'First day on which it does not hold any more; null while there is none.' })
  validTo!: string | null;

  @Field(() => String, { nullable: true, description: 'Why a price under the seller’s cost was confirmed.' })
  reason!: string | null;
}

@ObjectType('PriceListAssignment', { implements: Node, description: 'For whom a price list holds, while it is valid.' })
export class PriceListAssignmentType extends Node {
  @Field(() => AccountType, { description: 'Who buys by this list.' })
  buyer!: object;

  @Field(() => DateOnly, { description: 'First day on which it holds.' })
  validFrom!: string;

  @Field(() => DateOnly, { nullable: true, description: 'First day on which it does not hold any more; null while there is none.' })
  validTo!: string | null;
}

@ObjectType('PriceList', { implements: Node, description: 'What a seller’s buyers may order, and at which rates.' })
export class PriceListType extends Node {
  @Field(() => String, { description: 'The name that the seller gave it.' })
  name!: string;

  @Field(() => AccountType, { description: 'Who sells by it.' })
  seller!: object;

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: string;

  @Field(() => DateTime, { description: 'When it was changed last.' })
  updatedAt!: string;
}

export const PriceListConnection = connectionOf(PriceListType, 'PriceList', 'price lists');
export const PriceListEntryConnection = connectionOf(PriceListEntryType, 'PriceListEntry', 'price list entries');
export const PriceListAssignmentConnection = connectionOf(PriceListAssignmentType, 'PriceListAssignment', 'price list assignments');

const byStart: Order = {
  name: 'VALID_FROM',
  direction: 'desc',
  columns: (alias) => [
    { sql: `${alias}.valid_from`, type: 'date' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
};

const entryShape: Shape = {
  type: 'PriceListEntry',
  table: 'price_list_entry',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('ple', String(id)),
    ),
    product: one(() => productShape, 'product_id'),
    plan: one(() => planShape, 'plan_id'),
    mode: text('mode'),
    percent: value('percent', ([percent]) => formatPercent(BigInt(percent!))),
    validFrom: dayOf('valid_from'),
    validTo: dayOf('valid_to'),
    reason: text('reason'),
  },
};

const assignmentShape: Shape = {
  type: 'PriceListAssignment',
  table: 'price_list_assignment',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('pla', String(id)),
    ),
    buyer: one((sql) => counterparty(sql), 'buyer_id'),
    validFrom: dayOf('valid_from'),
    validTo: dayOf('valid_to'),
  },
};

/** Lists of sellers at and below the viewer's own account: what a seller asks of its buyers is its secret. @rule P6 A3 */
export const priceListShape: Shape = {
  type: 'PriceList',
  table: 'price_list',
  key: ['id'],
  scope: (alias, sql) =>
    sql.seesAll ? undefined : `exists (select 1 from account owner where owner.id = ${alias}.seller_id and owner.path @> array[${sql.viewerAccount()}])`,
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('prl', String(id)),
    ),
    name: text('name'),
    seller: one((sql) => counterparty(sql), 'seller_id'),
    entries: { kind: 'page', shape: () => entryShape, where: (self, other) => `${other}.price_list_id = ${self}.id`, order: byStart },
    assignments: { kind: 'page', shape: () => assignmentShape, where: (self, other) => `${other}.price_list_id = ${self}.id`, order: byStart },
    createdAt: instantOf('created_at'),
    updatedAt: instantOf('updated_at'),
  },
};

export const PRICE_LIST_ORDERS = {
  NAME: (alias: string) => [
    { sql: `${alias}.name`, type: 'text' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
  CREATED_AT: (alias: string) => [
    { sql: `${alias}.created_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
} satisfies Record<string, Order['columns']>;
