import type { Configuration } from '@cloudtill/domain/catalog/characteristics';
import { LINE_STATUSES, ORDER_CHANNELS, ORDER_STATUSES, type OrderStanding } from '@cloudtill/domain/orders/order-state';
import type { Refusal } from '@cloudtill/domain/refusal';
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import { Plan } from '../catalog/catalog.entities.ts';
import { instant } from '../platform/column-types.ts';
import type { StoredPrice } from './order-prices.ts';

const CustomerOrderSchema = defineEntity({
  name: 'CustomerOrder',
  tableName: 'customer_order',
  properties: {
    id: p.uuid().primary(),
    number: p.string(),
    account: () => p.manyToOne(Account).ref(),
    channel: p.enum(ORDER_CHANNELS),
    status: p.enum(ORDER_STATUSES),
    currency: p.string().length(3),
    /** As it was when the order was placed. */
    needsApproval: p.boolean(),
    placedAt: instant().nullable(),
    placedByKind: p.string().$type<'USER' | 'CREDENTIAL' | 'SYSTEM'>().nullable(),
    placedById: p.uuid().nullable(),
    placedByName: p.string().nullable(),
    approvedAt: instant().nullable(),
    approvedById: p.uuid().nullable(),
    approvedByName: p.string().nullable(),
    executedAt: instant().nullable(),
    completedAt: instant().nullable(),
    canceledAt: instant().nullable(),
    reason: p.string().nullable(),
    /** Why it could not be executed when that was tried last. */
    blockers: p.json<readonly Refusal[]>(),
    version: p.integer().version(),
    createdByKind: p.string(),
    createdById: p.uuid(),
    createdByName: p.string(),
    createdAt: instant(),
    updatedAt: instant(),
  },
});
/** The request to buy something for an account. @rule O1 */
export class CustomerOrder extends CustomerOrderSchema.class {
  standing(): OrderStanding {
    return { number: this.number, status: this.status };
  }
}
CustomerOrderSchema.setClass(CustomerOrder);

const OrderLineSchema = defineEntity({
  name: 'OrderLine',
  tableName: 'order_line',
  properties: {
    id: p.uuid().primary(),
    order: () => p.manyToOne(CustomerOrder).ref(),
    accountId: p.uuid(),
    position: p.integer(),
    plan: () => p.manyToOne(Plan).ref(),
    characteristics: p.json<Configuration>(),
    /** Null while it is incomplete. */
    quantity: p.integer().nullable(),
    approvalCode: p.string().nullable(),
    status: p.enum(LINE_STATUSES),
    subscriptionId: p.uuid().nullable(),
    failure: p.json<readonly Refusal[]>().nullable(),
    blockers: p.json<readonly Refusal[]>(),
    /** What it costs on each edge, as it was when the order was placed. */
    prices: p.json<readonly StoredPrice[]>().nullable(),
  },
});
/** One plan that is to be bought; it becomes one subscription. @rule O2 O4 */
export class OrderLine extends OrderLineSchema.class {}
OrderLineSchema.setClass(OrderLine);
