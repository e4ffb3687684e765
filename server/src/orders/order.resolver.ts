import { missingOf, type Configuration } from '@cloudtill/domain/catalog/characteristics';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import type { Decision } from '@cloudtill/domain/refusal';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { CharacteristicDefinition, toDefinition } from '../catalog/characteristic.type.ts';
import { characteristicsOf, type OrderedPlan } from '../catalog/characteristics.ts';
import type { RequestContext } from '../platform/context.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import { equals, isAnyOf, nested, readChanged, readOne, readPage, type Condition, type Page, type Row } from '../platform/look-ahead.ts';
import { Money, toMoney } from '../platform/money.type.ts';
import { Needs } from '../platform/needs.ts';
import { orderOf, type OrderInput } from '../platform/order.type.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { likePattern } from '../platform/text.ts';
import { transact, type Unit } from '../platform/use-case.ts';
import { isBlocked } from './blocked-order.ts';
import { addOrderLine, configureOrderLine, createOrder, removeOrderLine } from './draft-order.ts';
import { executeOrder, waitForOrder } from './execute-order.ts';
import type { Ordered } from './open-order.ts';
import type { StoredPrice } from './order-prices.ts';
import {
  AddOrderLineInput,
  ApproveOrderInput,
  CancelOrderInput,
  ConfigureOrderLineInput,
  CreateOrderInput,
  ExecuteOrderInput,
  OrderFilter,
  OrderOrderInput,
  PlaceOrderInput,
  RejectOrderInput,
  RemoveOrderLineInput,
} from './order.inputs.ts';
import { CharacteristicValue, ORDER_ORDERS, OrderConnection, OrderLineType, orderShape, OrderType } from './order.type.ts';
import { approveOrder, cancelOrder, placeOrder, rejectOrder } from './place-order.ts';
import { shownPricesOf } from './shown-prices.ts';

const order = { order: { type: () => OrderType, description: 'The order as it is now.' } };
const line = { ...order, lineId: { type: () => ID, description: 'Names the line.' } };
const CreateOrderPayload = payloadOf('CreateOrder', order);
const AddOrderLinePayload = payloadOf('AddOrderLine', line);
const ConfigureOrderLinePayload = payloadOf('ConfigureOrderLine', line);
const RemoveOrderLinePayload = payloadOf('RemoveOrderLine', order);
const PlaceOrderPayload = payloadOf('PlaceOrder', order);
const ApproveOrderPayload = payloadOf('ApproveOrder', order);
const RejectOrderPayload = payloadOf('RejectOrder', order);
const ExecuteOrderPayload = payloadOf('ExecuteOrder', order);
const CancelOrderPayload = payloadOf('CancelOrder', order);

/** How long an answer waits for vendors; most are quicker. */
const WAIT_MS = 4_000;

@Resolver(() => OrderType)
export class OrderFields {
  @FieldResolver(() => [OrderLineType], { description: 'What is to be bought, in order.' })
  lines(
    @Root() of: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'At most so many, 1 to 100.' }) _first: number | null,
    @Info() info: GraphQLResolveInfo,
  ): object[] {
    return nested(of, info);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description:
      'What is charged first for all lines, on the edge that concerns the viewer: the one it sells on, else the one it buys on. Lines charged by use, and those whose first period is free, count as nothing. Null while a line is incomplete.',
  })
  total(@Root() { total: id }: { total: string }, @Ctx() context: RequestContext): Promise<Money | null> {
    return firstOf(id, context);
  }

  @FieldResolver(() => Money, { nullable: true, description: 'The same as the total: what is charged first.' })
  firstCharge(@Root() { firstCharge: id }: { firstCharge: string }, @Ctx() context: RequestContext): Promise<Money | null> {
    return firstOf(id, context);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description:
      'What a whole month, or a whole year, of all lines costs. Null while a line is incomplete, where nothing has a price, and where some lines are monthly and some yearly.',
  })
  async recurring(@Root() { recurring: id }: { recurring: string }, @Ctx() context: RequestContext): Promise<Money | null> {
    const { sums, currency } = await shownPricesOf(id, context);
    return toMoney(sums?.recurringMinor ?? null, currency);
  }
}

async function firstOf(orderId: string, context: RequestContext): Promise<Money | null> {
  const { sums, currency } = await shownPricesOf(orderId, context);
  return toMoney(sums?.firstMinor ?? null, currency);
}

/** What a line's configuration is made of. */
interface Configured {
  readonly values: Configuration;
  readonly plan: OrderedPlan;
}

interface Priced {
  readonly orderId: string;
  readonly lineId: string;
}

@Resolver(() => OrderLineType)
export class OrderLineFields {
  @FieldResolver(() => [String], { description: 'Required characteristics without a value; empty where the line is complete.' })
  missing(@Root() { missing: { values, plan } }: { missing: Configured }, @Ctx() { app }: RequestContext): string[] {
    return missingOf(characteristicsOf(app, plan), values);
  }

  @FieldResolver(() => [CharacteristicValue], { description: 'The values that were given.' })
  characteristics(@Root() { characteristics: { values, plan } }: { characteristics: Configured }, @Ctx() { app }: RequestContext): CharacteristicValue[] {
    const known = characteristicsOf(app, plan);
    const labels = new Map(known.map(({ name, label }) => [name, label]));
    // As the plan lists them; values of a vendor that cannot be asked any more come last.
    const names = [...known.map(({ name }) => name).filter((name) => name in values), ...Object.keys(values).filter((name) => !labels.has(name))];
    return names.map((name) => ({ name, label: labels.get(name) ?? name, value: values[name]! }));
  }

  @FieldResolver(() => [CharacteristicDefinition], { description: 'Everything that can be set.' })
  definitions(@Root() { definitions: { plan } }: { definitions: Configured }, @Ctx() { app }: RequestContext): CharacteristicDefinition[] {
    return characteristicsOf(app, plan).map(toDefinition);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description:
      'What one license and period costs on the edge that concerns the viewer, with six decimals. Null while the line is incomplete and where it is charged by use.',
  })
  unitPrice(@Root() { unitPrice: of }: { unitPrice: Priced }, @Ctx() context: RequestContext): Promise<Money | null> {
    return priceOf(of, context, toUnitMoney);
  }

  @FieldResolver(() => Money, { nullable: true, description: 'What is charged first; nothing where the first period is free. Null as for the unit price.' })
  firstCharge(@Root() { firstCharge: of }: { firstCharge: Priced }, @Ctx() context: RequestContext): Promise<Money | null> {
    return priceOf(of, context, ({ firstMinor }, currency) => toMoney(firstMinor, currency)!);
  }

  @FieldResolver(() => Money, { nullable: true, description: 'What a whole period costs, a month or a year. Null as for the unit price.' })
  recurring(@Root() { recurring: of }: { recurring: Priced }, @Ctx() context: RequestContext): Promise<Money | null> {
    return priceOf(of, context, ({ recurringMinor }, currency) => toMoney(recurringMinor, currency)!);
  }
}

async function priceOf({ orderId, lineId }: Priced, context: RequestContext, show: (price: StoredPrice, currency: string) => Money): Promise<Money | null> {
  const { lines, currency } = await shownPricesOf(orderId, context);
  const price = lines.get(lineId);
  return price ? show(price, currency) : null;
}

function toUnitMoney({ unitPriceMicros }: StoredPrice, currency: string): Money {
  return { amount: formatUnitPrice({ micros: BigInt(unitPriceMicros), currency }), currency };
}

@Resolver()
export class OrderResolver {
  @Needs('orders:read')
  @Query(() => OrderType, { nullable: true, description: 'One order by id or number; null where there is none that the viewer may see.' })
  async order(
    @Arg('id', () => ID, { nullable: true, description: 'Its id.' }) id: string | null,
    @Arg('number', () => String, { nullable: true, description: 'Its number.' }) number: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    const where = [...(id ? [equals('id', decodeId('ord', id))] : []), ...(number ? [equals('number', number)] : [])];
    return where.length > 0 ? readOne(orderShape, where, context, info) : null;
  }

  @Needs('orders:read')
  @Query(() => OrderConnection, { description: 'Orders for accounts at and below the viewer’s own.' })
  async orders(
    @Arg('filter', () => OrderFilter, { nullable: true, description: 'Which ones.' }) filter: OrderFilter | null,
    @Arg('orderBy', () => OrderOrderInput, { nullable: true, description: 'In which order; the newest first where left out.' }) orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const by = orderOf(orderBy, ORDER_ORDERS, { field: 'CREATED_AT', direction: 'DESC' });
    return readPage(orderShape, { first, after, order: by, where: conditions(filter) }, context, info);
  }

  @Needs('orders:place')
  @Mutation(() => CreateOrderPayload, { description: 'Begins an order for a customer.' })
  async createOrder(
    @Arg('input', () => CreateOrderInput, { description: 'The new order.' }) input: CreateOrderInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return change('createOrder', input, (unit) => createOrder(unit, input), context, info);
  }

  @Needs('orders:place')
  @Mutation(() => AddOrderLinePayload, { description: 'Adds a line to a draft. Required values may still be missing; what is given must be right.' })
  async addOrderLine(
    @Arg('input', () => AddOrderLineInput, { description: 'The new line.' }) input: AddOrderLineInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return change('addOrderLine', input, (unit) => addOrderLine(unit, input), context, info);
  }

  @Needs('orders:place')
  @Mutation(() => ConfigureOrderLinePayload, { description: 'Changes the configuration of a draft’s line. Quotes that were made before do not hold any more.' })
  async configureOrderLine(
    @Arg('input', () => ConfigureOrderLineInput, { description: 'The line and all its values.' }) input: ConfigureOrderLineInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return change('configureOrderLine', input, (unit) => configureOrderLine(unit, input), context, info);
  }

  @Needs('orders:place')
  @Mutation(() => RemoveOrderLinePayload, { description: 'Takes a line out of a draft.' })
  async removeOrderLine(
    @Arg('input', () => RemoveOrderLineInput, { description: 'Which line.' }) input: RemoveOrderLineInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return change('removeOrderLine', input, (unit) => removeOrderLine(unit, input), context, info);
  }

  @Needs('orders:place')
  @Mutation(() => PlaceOrderPayload, {
    description: 'Orders a draft at the price that was quoted. In the storefront it is then executed by itself, unless somebody has to approve it.',
  })
  async placeOrder(
    @Arg('input', () => PlaceOrderInput, { description: 'The order and its quote.' }) input: PlaceOrderInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return change('placeOrder', input, (unit) => placeOrder(unit, input), context, info);
  }

  @Needs('orders:approve')
  @Mutation(() => ApproveOrderPayload, { description: 'Lets an order through that somebody else placed.' })
  async approveOrder(
    @Arg('input', () => ApproveOrderInput, { description: 'Which order.' }) input: ApproveOrderInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return change('approveOrder', input, (unit) => approveOrder(unit, input), context, info);
  }

  @Needs('orders:approve')
  @Mutation(() => RejectOrderPayload, { description: 'Turns down an order that somebody else placed.' })
  async rejectOrder(
    @Arg('input', () => RejectOrderInput, { description: 'Which order.' }) input: RejectOrderInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return change('rejectOrder', input, (unit) => rejectOrder(unit, input), context, info);
  }

  @Needs('orders:execute')
  @Mutation(() => ExecuteOrderPayload, {
    description:
      'Makes a subscription of each line, all or none. Waits up to four seconds for vendors; what takes longer goes on. An order that was executed already is answered as it is.',
  })
  async executeOrder(
    @Arg('input', () => ExecuteOrderInput, { description: 'Which order.' }) input: ExecuteOrderInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const wait = ({ orderId }: Ordered): Promise<void> => waitForOrder(context.app, orderId, WAIT_MS);
    return change('executeOrder', input, (unit) => executeOrder(unit, input), context, info, wait);
  }

  @Needs('orders:place')
  @Mutation(() => CancelOrderPayload, { description: 'Cancels an order that was not executed yet.' })
  async cancelOrder(
    @Arg('input', () => CancelOrderInput, { description: 'Which order.' }) input: CancelOrderInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return change('cancelOrder', input, (unit) => cancelOrder(unit, input), context, info);
  }
}

async function change(
  operation: string,
  input: { readonly idempotencyKey?: string | null },
  work: (unit: Unit) => Promise<Decision<Ordered>>,
  context: RequestContext,
  info: GraphQLResolveInfo,
  before: (done: Ordered) => Promise<void> = async () => {},
): Promise<Payload> {
  const result = await transact(context, { operation, idempotencyKey: input.idempotencyKey ?? undefined, input }, work);
  return toPayload(result, async (done) => {
    await before(done);
    return {
      order: await readChanged('order', orderShape, [equals('id', done.orderId)], context, info),
      lineId: done.lineId === undefined ? undefined : encodeId('oln', done.lineId),
    };
  });
}

function conditions(filter: OrderFilter | null): Condition[] {
  const { accountId, status, channel, text, incomplete, blocked } = filter ?? {};
  return [
    ...(accountId ? [atOrBelow(decodeId('acc', accountId))] : []),
    ...(status ? [isAnyOf('status', status, 'text')] : []),
    ...(channel ? [isAnyOf('channel', channel, 'text')] : []),
    ...(text ? [containsText(text)] : []),
    ...(incomplete == null ? [] : [hasIncompleteLine(incomplete)]),
    ...(blocked == null ? [] : [((alias) => `${blocked ? '' : 'not '}${isBlocked(alias)}`) satisfies Condition]),
  ];
}

function atOrBelow(accountId: string): Condition {
  return (alias, sql) => `exists (select 1 from account holder where holder.id = ${alias}.account_id and holder.path @> array[${sql.param(accountId)}::uuid])`;
}

function containsText(text: string): Condition {
  return (alias, sql) => {
    const pattern = sql.param(likePattern(text));
    return `(${alias}.number ilike ${pattern} or ${alias}.account_id in (select id from account where (name || ' ' || number || ' ' || coalesce(email, '')) ilike ${pattern}))`;
  };
}

function hasIncompleteLine(incomplete: boolean): Condition {
  return (alias) =>
    `${incomplete ? '' : 'not '}exists (select 1 from order_line lacking where lacking.order_id = ${alias}.id and lacking.status = 'INCOMPLETE')`;
}
