import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { decodeId } from '../platform/ids.ts';
import { equals, nested, readChanged, readPage, type Condition, type Page } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { orderOf, type OrderInput } from '../platform/order.type.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { likePattern } from '../platform/text.ts';
import { transact, type Result } from '../platform/use-case.ts';
import { assignPriceList, createPriceList, removePriceListEntry, setPriceListEntry } from './change-price-list.ts';
import {
  AssignPriceListInput,
  CreatePriceListInput,
  PriceListFilter,
  PriceListOrderInput,
  RemovePriceListEntryInput,
  SetPriceListEntryInput,
} from './price-list.inputs.ts';
import {
  PriceListAssignmentConnection,
  PriceListConnection,
  PriceListEntryConnection,
  PRICE_LIST_ORDERS,
  priceListShape,
  PriceListType,
} from './price-list.type.ts';

const priceList = { priceList: { type: () => PriceListType, description: 'The price list as it is now.' } };
const CreatePriceListPayload = payloadOf('CreatePriceList', priceList);
const RemovePriceListEntryPayload = payloadOf('RemovePriceListEntry', priceList);
const AssignPriceListPayload = payloadOf('AssignPriceList', priceList);

const SetPriceListEntryPayload = payloadOf('SetPriceListEntry', {
  ...priceList,
  warnings: { type: () => [String], required: true, description: 'What the seller should know of the new prices, such as one above the list price.' },
});

@Resolver(() => PriceListType)
export class PriceListFields {
  @FieldResolver(() => PriceListEntryConnection, { description: 'Its rates, those that began last first.' })
  entries(
    @Root() list: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) _first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) _after: string | null,
    @Info() info: GraphQLResolveInfo,
  ): Page {
    return nested(list, info);
  }

  @FieldResolver(() => PriceListAssignmentConnection, { description: 'For whom it holds, those that began last first.' })
  assignments(
    @Root() list: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) _first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) _after: string | null,
    @Info() info: GraphQLResolveInfo,
  ): Page {
    return nested(list, info);
  }
}

@Resolver()
export class PriceListResolver {
  @Needs('prices:read')
  @Query(() => PriceListConnection, { description: 'Price lists of sellers at and below the viewer’s own account.' })
  async priceLists(
    @Arg('filter', () => PriceListFilter, { nullable: true, description: 'Which ones.' }) filter: PriceListFilter | null,
    @Arg('orderBy', () => PriceListOrderInput, { nullable: true, description: 'In which order; by name where left out.' }) orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const order = orderOf(orderBy, PRICE_LIST_ORDERS, { field: 'NAME', direction: 'ASC' });
    return readPage(priceListShape, { first, after, order, where: conditions(filter) }, context, info);
  }

  @Needs('prices:write')
  @Mutation(() => CreatePriceListPayload, { description: 'Creates a price list.' })
  async createPriceList(
    @Arg('input', () => CreatePriceListInput, { description: 'The new list.' }) input: CreatePriceListInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(
      await transact(context, { operation: 'createPriceList', idempotencyKey: input.idempotencyKey ?? undefined, input }, (unit) =>
        createPriceList(unit, input),
      ),
      context,
      info,
    );
  }

  @Needs('prices:write')
  @Mutation(() => SetPriceListEntryPayload, {
    description: 'Sets the rate of a product, or of one of its plans, from a day on. A rate under the seller’s cost must be confirmed.',
  })
  async setPriceListEntry(
    @Arg('input', () => SetPriceListEntryInput, { description: 'The rate.' }) input: SetPriceListEntryInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const result = await transact(context, { operation: 'setPriceListEntry', idempotencyKey: input.idempotencyKey ?? undefined, input }, (unit) =>
      setPriceListEntry(unit, input),
    );
    return Object.assign(await show(result, context, info), { warnings: result.value?.warnings ?? [] });
  }

  @Needs('prices:write')
  @Mutation(() => RemovePriceListEntryPayload, { description: 'Ends a rate on a day.' })
  async removePriceListEntry(
    @Arg('input', () => RemovePriceListEntryInput, { description: 'Which rate.' }) input: RemovePriceListEntryInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(await transact(context, { operation: 'removePriceListEntry', input }, (unit) => removePriceListEntry(unit, input)), context, info);
  }

  @Needs('prices:write')
  @Mutation(() => AssignPriceListPayload, { description: 'Lets a buyer buy by a price list from a day on.' })
  async assignPriceList(
    @Arg('input', () => AssignPriceListInput, { description: 'Which list for whom.' }) input: AssignPriceListInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(
      await transact(context, { operation: 'assignPriceList', idempotencyKey: input.idempotencyKey ?? undefined, input }, (unit) =>
        assignPriceList(unit, input),
      ),
      context,
      info,
    );
  }
}

function show(result: Result<{ priceListId: string }>, context: RequestContext, info: GraphQLResolveInfo): Promise<Payload> {
  return toPayload(result, async ({ priceListId }) => ({
    priceList: await readChanged('priceList', priceListShape, [equals('id', priceListId)], context, info),
  }));
}

function conditions(filter: PriceListFilter | null): Condition[] {
  const { sellerId, buyerId, text } = filter ?? {};
  return [
    ...(sellerId ? [equals('seller_id', decodeId('acc', sellerId))] : []),
    ...(buyerId ? [assignedTo(decodeId('acc', buyerId))] : []),
    ...(text ? [((alias, sql) => `${alias}.name ilike ${sql.param(likePattern(text))}`) satisfies Condition] : []),
  ];
}

function assignedTo(buyerId: string): Condition {
  return (alias, sql) =>
    `exists (select 1 from price_list_assignment given where given.price_list_id = ${alias}.id and given.buyer_id = ${sql.param(buyerId)})`;
}
