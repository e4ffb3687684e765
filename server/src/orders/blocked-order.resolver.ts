/** What waits for an account to be known on a platform. @rule A7 */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Int, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { extendShape, nested } from '../platform/look-ahead.ts';
import { may } from '../platform/viewer.ts';
import { ProvisioningSyncType, syncShape } from '../vendors/sync.type.ts';
import { deliveringVendors, isWaiting } from './blocked-order.ts';
import { orderShape, OrderType } from './order.type.ts';

/** Orders that were placed and have something that this platform delivers. */
extendShape(syncShape, {
  blockedOrders: {
    kind: 'list',
    shape: () => orderShape,
    where: (self, other) =>
      `${other}.account_id = ${self}.account_id and ${self}.status <> 'SYNCHRONIZED' and ${isWaiting(other)} and ${self}.vendor_id in (${deliveringVendors(other)})`,
    orderBy: (other) => `${other}.placed_at, ${other}.id`,
  },
});

@Resolver(() => ProvisioningSyncType)
export class BlockedOrderFields {
  @FieldResolver(() => [OrderType], {
    nullable: true,
    description: 'Placed orders that wait until the account is synchronized there, the oldest first; null for those who may not see orders.',
  })
  blockedOrders(
    @Root() of: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 10, description: 'At most so many, 1 to 100.' }) _first: number | null,
    @Ctx() { viewer }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): object[] | null {
    return may(viewer, 'orders:read') ? nested(of, info) : null;
  }
}
