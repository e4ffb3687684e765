import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { decodeId } from '../platform/ids.ts';
import { equals, isAnyOf, nested, readAll, readChanged, readOne, readPage, type Condition, type Page, type Row } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { likePattern } from '../platform/text.ts';
import { transact, type Result } from '../platform/use-case.ts';
import { CreatePlanInput, CreateProductInput, ProductFilter, SetPlanPriceInput, UpdatePlanInput, UpdateProductInput } from './catalog.inputs.ts';
import {
  mayOrder,
  planMayBeOrdered,
  PlanPriceType,
  planShape,
  PlanType,
  ProductConnection,
  PRODUCT_ORDERS,
  productShape,
  ProductType,
  vendorShape,
  VendorType,
} from './catalog.type.ts';
import { createPlan, createProduct, setPlanPrice, updatePlan, updateProduct } from './change-catalog.ts';
import { CharacteristicDefinition, toDefinition } from './characteristic.type.ts';
import { characteristicsOf, type OrderedPlan } from './characteristics.ts';

const product = { product: { type: () => ProductType, description: 'The product as it is now.' } };
const plan = { plan: { type: () => PlanType, description: 'The plan as it is now.' } };
const CreateProductPayload = payloadOf('CreateProduct', product);
const UpdateProductPayload = payloadOf('UpdateProduct', product);
const CreatePlanPayload = payloadOf('CreatePlan', plan);
const UpdatePlanPayload = payloadOf('UpdatePlan', plan);
const SetPlanPricePayload = payloadOf('SetPlanPrice', plan);

@Resolver(() => VendorType)
export class VendorFields {
  @FieldResolver(() => [ProductType], { description: 'Its products that the viewer may order.' })
  products(
    @Root() vendor: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'At most so many, 1 to 100.' }) _first: number | null,
    @Info() info: GraphQLResolveInfo,
  ): object[] {
    return nested(vendor, info);
  }
}

@Resolver(() => ProductType)
export class ProductFields {
  @FieldResolver(() => [PlanType], { description: 'The ways to buy it, the smallest band first.' })
  plans(
    @Root() of: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'At most so many, 1 to 100.' }) _first: number | null,
    @Info() info: GraphQLResolveInfo,
  ): object[] {
    return nested(of, info);
  }
}

@Resolver(() => PlanType)
export class PlanFields {
  @FieldResolver(() => [PlanPriceType], { description: 'Its prices by currency, the latest first. Buyers of a consumption product see none.' })
  prices(
    @Root() of: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'At most so many, 1 to 100.' }) _first: number | null,
    @Info() info: GraphQLResolveInfo,
  ): object[] {
    return nested(of, info);
  }

  @FieldResolver(() => [CharacteristicDefinition], { description: 'What has to be, or can be, decided when it is ordered.' })
  characteristics(@Root() { characteristics: plan }: { characteristics: OrderedPlan }, @Ctx() { app }: RequestContext): CharacteristicDefinition[] {
    return characteristicsOf(app, plan).map(toDefinition);
  }
}

@Resolver()
export class CatalogResolver {
  @Needs('catalog:read')
  @Query(() => [VendorType], { description: 'All vendors.' })
  async vendors(
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'At most so many, 1 to 100.' }) _first: number | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row[]> {
    return readAll(vendorShape, [], (alias) => `${alias}.name`, context, info);
  }

  @Needs('catalog:read')
  @Query(() => ProductType, { nullable: true, description: 'One product; null where there is none that the viewer may order.' })
  async product(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    return readOne(productShape, [equals('id', decodeId('prd', id)), mayOrder], context, info);
  }

  @Needs('catalog:read')
  @Query(() => ProductConnection, { description: 'What the viewer may order; for the provider’s staff everything.' })
  async products(
    @Arg('filter', () => ProductFilter, { nullable: true, description: 'Which ones.' }) filter: ProductFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const order = { name: 'NAME', columns: PRODUCT_ORDERS.NAME, direction: 'asc' as const };
    return readPage(productShape, { first, after, order, where: [mayOrder, ...productConditions(filter)] }, context, info);
  }

  @Needs('catalog:read')
  @Query(() => PlanType, { nullable: true, description: 'One plan by id or SKU; null where there is none that the viewer may order.' })
  async plan(
    @Arg('id', () => ID, { nullable: true, description: 'Its id.' }) id: string | null,
    @Arg('sku', () => String, { nullable: true, description: 'Its SKU.' }) sku: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    const where = [...(id ? [equals('id', decodeId('pln', id))] : []), ...(sku ? [equals('sku', sku)] : [])];
    return where.length > 0 ? readOne(planShape, [...where, planMayBeOrdered], context, info) : null;
  }

  @Needs('catalog:write')
  @Mutation(() => CreateProductPayload, { description: 'Creates a product.' })
  async createProduct(
    @Arg('input', () => CreateProductInput, { description: 'The new product.' }) input: CreateProductInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return showProduct(
      await transact(context, { operation: 'createProduct', idempotencyKey: input.idempotencyKey ?? undefined, input }, (unit) => createProduct(unit, input)),
      context,
      info,
    );
  }

  @Needs('catalog:write')
  @Mutation(() => UpdateProductPayload, { description: 'Changes a product’s name, vendor or status.' })
  async updateProduct(
    @Arg('input', () => UpdateProductInput, { description: 'What to change.' }) input: UpdateProductInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return showProduct(await transact(context, { operation: 'updateProduct', input }, (unit) => updateProduct(unit, input)), context, info);
  }

  @Needs('catalog:write')
  @Mutation(() => CreatePlanPayload, { description: 'Creates a plan of a product.' })
  async createPlan(
    @Arg('input', () => CreatePlanInput, { description: 'The new plan.' }) input: CreatePlanInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return showPlan(
      await transact(context, { operation: 'createPlan', idempotencyKey: input.idempotencyKey ?? undefined, input }, (unit) => createPlan(unit, input)),
      context,
      info,
    );
  }

  @Needs('catalog:write')
  @Mutation(() => UpdatePlanPayload, { description: 'Changes a plan’s name, band or status.' })
  async updatePlan(
    @Arg('input', () => UpdatePlanInput, { description: 'What to change.' }) input: UpdatePlanInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return showPlan(await transact(context, { operation: 'updatePlan', input }, (unit) => updatePlan(unit, input)), context, info);
  }

  @Needs('catalog:write')
  @Mutation(() => SetPlanPricePayload, { description: 'Sets a plan’s list price and vendor cost in a currency from a day on.' })
  async setPlanPrice(
    @Arg('input', () => SetPlanPriceInput, { description: 'The price.' }) input: SetPlanPriceInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return showPlan(
      await transact(context, { operation: 'setPlanPrice', idempotencyKey: input.idempotencyKey ?? undefined, input }, (unit) => setPlanPrice(unit, input)),
      context,
      info,
    );
  }
}

function showProduct(result: Result<{ productId: string }>, context: RequestContext, info: GraphQLResolveInfo): Promise<Payload> {
  return toPayload(result, async ({ productId }) => ({ product: await readChanged('product', productShape, [equals('id', productId)], context, info) }));
}

function showPlan(result: Result<{ planId: string }>, context: RequestContext, info: GraphQLResolveInfo): Promise<Payload> {
  return toPayload(result, async ({ planId }) => ({ plan: await readChanged('plan', planShape, [equals('id', planId)], context, info) }));
}

function productConditions(filter: ProductFilter | null): Condition[] {
  const { vendor, text, status, offeredTo } = filter ?? {};
  return [
    ...(vendor ? [ofVendor(vendor)] : []),
    ...(offeredTo ? [isOfferedTo(decodeId('acc', offeredTo))] : []),
    ...(status ? [isAnyOf('status', status, 'text')] : []),
    ...(text ? [((alias, sql) => `(${alias}.name || ' ' || ${alias}.code) ilike ${sql.param(likePattern(text))}`) satisfies Condition] : []),
  ];
}

/** Products that can be ordered for an account; none for one that the viewer does not see. @rule P2 */
function isOfferedTo(accountId: string): Condition {
  return (alias, sql) => {
    const buyer = `${sql.param(accountId)}::uuid`;
    const seen = sql.seesAll ? '' : ` and exists (select 1 from account buyer where buyer.id = ${buyer} and buyer.path @> array[${sql.viewerAccount()}])`;
    return `${alias}.id in (select offered_products(${buyer}, ${sql.today()}))${seen}`;
  };
}

function ofVendor(code: string): Condition {
  return (alias, sql) => `${alias}.vendor_id = (select id from vendor where code = ${sql.param(code)})`;
}
