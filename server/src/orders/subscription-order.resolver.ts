/** Which order a subscription came from. @rule O4 */
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { extendShape, type Row } from '../platform/look-ahead.ts';
import { may } from '../platform/viewer.ts';
import { subscriptionShape, SubscriptionType } from '../subscriptions/subscription.type.ts';
import { orderShape, OrderType } from './order.type.ts';

extendShape(subscriptionShape, {
  order: {
    kind: 'one',
    shape: () => orderShape,
    on: (self, other) =>
      `${other}.account_id = ${self}.customer_id and ${other}.id = (select line.order_id from order_line line where line.subscription_id = ${self}.id)`,
  },
});

@Resolver(() => SubscriptionType)
export class SubscriptionOrderFields {
  @FieldResolver(() => OrderType, {
    nullable: true,
    description: 'The order that it came from; null where nobody ordered it, and for those who may not see orders.',
  })
  order(@Root() { order }: { order: Row | null }, @Ctx() { viewer }: RequestContext): Row | null {
    return may(viewer, 'orders:read') ? order : null;
  }
}
