import type { OrderChannel, OrderStatus } from '@cloudtill/domain/orders/order-state';
import { Field, ID, InputType } from 'type-graphql';
import { orderInputOf } from '../platform/order.type.ts';
import { OrderChannelEnum, OrderStatusEnum } from './order.type.ts';

@InputType({ description: 'Which orders to list. Conditions are joined by "and".' })
export class OrderFilter {
  @Field(() => ID, { nullable: true, description: 'For this account or one below it.' })
  accountId?: string | null;

  @Field(() => [OrderStatusEnum], { nullable: true, description: 'In one of these statuses.' })
  status?: OrderStatus[] | null;

  @Field(() => [OrderChannelEnum], { nullable: true, description: 'That came through one of these channels.' })
  channel?: OrderChannel[] | null;

  @Field(() => String, { nullable: true, description: 'Whose number, or whose account’s name or number, contains this text.' })
  text?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Drafts with an incomplete line, or everything else.' })
  incomplete?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Placed orders that cannot be executed as things stand, or everything else.' })
  blocked?: boolean | null;
}

export const OrderOrderInput = orderInputOf('Order', { CREATED_AT: 'By age.', NUMBER: 'By number.' });

const KEY = 'The same key and body again give the stored answer; the same key with another body is refused. 8 to 200 visible ASCII characters.';
const APPROVAL_CODE =
  'Names a discount that the vendor gave the provider; it goes to the vendor and never changes a price. For the provider’s staff only. Left out, it stays; null takes it away.';

@InputType({ description: 'One value of an order line.' })
export class CharacteristicValueInput {
  @Field(() => String, { description: 'Which characteristic, such as `Seats`.' })
  name!: string;

  @Field(() => String, { description: 'Its value as text; an empty one is none.' })
  value!: string;
}

@InputType({ description: 'A line of an order to be made.' })
export class OrderLineInput {
  @Field(() => ID, { description: 'Which plan.' })
  planId!: string;

  @Field(() => [CharacteristicValueInput], {
    nullable: true,
    description: 'Its values as far as they are known; without the required ones the line is incomplete.',
  })
  characteristics?: CharacteristicValueInput[] | null;

  @Field(() => String, { nullable: true, description: APPROVAL_CODE })
  approvalCode?: string | null;
}

@InputType({ description: 'A new order, still a draft.' })
export class CreateOrderInput {
  @Field(() => ID, { description: 'For which customer.' })
  accountId!: string;

  @Field(() => OrderChannelEnum, { description: 'Through which door it comes.' })
  channel!: OrderChannel;

  @Field(() => [OrderLineInput], { nullable: true, description: 'Lines to begin with, at most 100.' })
  lines?: OrderLineInput[] | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'A new line of a draft.' })
export class AddOrderLineInput extends OrderLineInput {
  @Field(() => ID, { description: 'Of which order.' })
  orderId!: string;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not add a second line.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Other values for a line of a draft.' })
export class ConfigureOrderLineInput {
  @Field(() => ID, { description: 'Which line.' })
  lineId!: string;

  @Field(() => ID, { nullable: true, description: 'Another plan; the same one where left out.' })
  planId?: string | null;

  @Field(() => [CharacteristicValueInput], { description: 'All values of the line; those that are left out are taken away.' })
  characteristics!: CharacteristicValueInput[];

  @Field(() => String, { nullable: true, description: APPROVAL_CODE })
  approvalCode?: string | null;

  @Field(() => String, { nullable: true, description: 'With a key a retry gets the stored answer.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Which line of a draft to take away.' })
export class RemoveOrderLineInput {
  @Field(() => ID, { description: 'Which line.' })
  lineId!: string;

  @Field(() => String, { nullable: true, description: 'With a key a retry gets the stored answer.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Which order’s cost to calculate.' })
export class QuoteInput {
  @Field(() => ID, { description: 'Which draft.' })
  orderId!: string;
}

@InputType({ description: 'A draft to be ordered at the price that was quoted.' })
export class PlaceOrderInput {
  @Field(() => ID, { description: 'Which order.' })
  orderId!: string;

  @Field(() => String, { description: 'The token of a quote of this order, made for the account that places it.' })
  quoteToken!: string;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'An order that somebody else placed, to be let through.' })
export class ApproveOrderInput {
  @Field(() => ID, { description: 'Which order.' })
  orderId!: string;

  @Field(() => String, { nullable: true, description: 'Why; kept with the order.' })
  reason?: string | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'An order that somebody else placed, to be turned down.' })
export class RejectOrderInput {
  @Field(() => ID, { description: 'Which order.' })
  orderId!: string;

  @Field(() => String, { nullable: true, description: 'Why; kept with the order.' })
  reason?: string | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'An order that was placed, to become subscriptions.' })
export class ExecuteOrderInput {
  @Field(() => ID, { description: 'Which order.' })
  orderId!: string;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: 'An order that is not to be executed.' })
export class CancelOrderInput {
  @Field(() => ID, { description: 'Which order.' })
  orderId!: string;

  @Field(() => String, { nullable: true, description: 'Why; kept with the order.' })
  reason?: string | null;

  @Field(() => String, { description: KEY })
  idempotencyKey!: string;
}
