import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Query, Resolver } from 'type-graphql';
import { accountShape } from '../accounts/account.type.ts';
import { billingPeriodShape, billingRunShape } from '../billing/billing-period.type.ts';
import { chargeShape } from '../billing/charge.type.ts';
import { mayOrder, planMayBeOrdered, planShape, productShape, vendorShape } from '../catalog/catalog.type.ts';
import { priceListShape } from '../catalog/price-list.type.ts';
import { migrationShape } from '../migration/migration.type.ts';
import { Node } from '../platform/connection.type.ts';
import type { RequestContext } from '../platform/context.ts';
import { signedIn } from '../platform/context.ts';
import { orderShape } from '../orders/order.type.ts';
import { invalidId, requestError } from '../platform/errors.ts';
import { decodeChargeId, decodeId, kindOf, type IdKind } from '../platform/ids.ts';
import { findableOf, type Findable } from '../platform/findable.ts';
import { jobShape } from '../platform/job.type.ts';
import { equals, readOne, type Condition, type Row } from '../platform/look-ahead.ts';
import { may } from '../platform/viewer.ts';
import { subscriptionShape } from '../subscriptions/subscription.type.ts';

/** What can be fetched again by its id alone, and what somebody needs to see it. */
const FINDABLE: Readonly<Record<string, Findable>> = {
  acc: { shape: accountShape, permission: 'accounts:read' },
  ven: { shape: vendorShape, permission: 'catalog:read' },
  prd: { shape: productShape, permission: 'catalog:read', where: mayOrder },
  pln: { shape: planShape, permission: 'catalog:read', where: planMayBeOrdered },
  prl: { shape: priceListShape, permission: 'prices:read' },
  sub: { shape: subscriptionShape, permission: 'subscriptions:read' },
  ord: { shape: orderShape, permission: 'orders:read' },
  chg: { shape: chargeShape, permission: 'charges:read' },
  per: { shape: billingPeriodShape, permission: 'charges:read' },
  run: { shape: billingRunShape, permission: 'billing:read' },
  mig: { shape: migrationShape, permission: 'migrations:read' },
  job: { shape: jobShape, permission: 'jobs:read' },
};

const MAX_NODES = 100;

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Anything by its id; null where there is none that the viewer may see.' })
  node(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    signedIn(context);
    return find(id, context, info);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: 'Several things by their ids, in the same order; null in the place of those that the viewer may not see. At most 100.',
  })
  async nodes(
    @Arg('ids', () => [ID], { description: 'Their ids.' }) ids: string[],
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Row | null)[]> {
    signedIn(context);
    if (ids.length > MAX_NODES)
      throw requestError('PAGE_SIZE_OUT_OF_RANGE', `${ids.length} ids were asked for; at most ${MAX_NODES} are possible`, { minimum: 0, maximum: MAX_NODES });
    return Promise.all(ids.map((id) => find(id, context, info)));
  }
}

async function find(id: string, context: RequestContext, info: GraphQLResolveInfo): Promise<Row | null> {
  const kind = kindOf(id);
  const findable = FINDABLE[kind] ?? findableOf(kind);
  if (!findable) throw invalidId(id, 'node');
  const key = kind === 'chg' ? chargeKey(id) : [equals('id', decodeId(kind as IdKind, id))];
  // What somebody may not see answers like what does not exist.
  if (!may(context.viewer, findable.permission)) return null;
  return readOne(findable.shape, findable.where ? [...key, findable.where] : key, context, info);
}

function chargeKey(id: string): Condition[] {
  const { customerId, month, id: number } = decodeChargeId(id);
  return [equals('customer_id', customerId), equals('billing_month', month), equals('id', number)];
}
