/** Orders and lines as use cases open them: as far as the viewer sees them, and locked. */
import { sees } from '@cloudtill/domain/accounts/hierarchy';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { LockMode } from '@mikro-orm/core';
import type { Account } from '../accounts/account.entity.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import type { Unit } from '../platform/use-case.ts';
import { CustomerOrder, OrderLine } from './order.entities.ts';

export interface OpenOrder {
  readonly order: CustomerOrder;
  readonly account: Account;
}

/** What a mutation leaves behind, for the payload and its replay. */
export interface Ordered {
  readonly orderId: string;
  readonly lineId?: string;
}

/**
 * The order with this id, locked until the transaction ends: whatever is done to one order is done one after the other.
 * @rule A3 O4
 */
export async function openOrder(unit: Pick<Unit, 'em' | 'viewer' | 'readOnly'>, id: string): Promise<Decision<OpenOrder>> {
  return (await open(unit, decodeId('ord', id))) ?? refuse('ORDER_UNKNOWN', { order: id }, ['orderId']);
}

/** The line with this id and its order. The order is locked before the line is read, as everybody locks it. */
export async function openLine(unit: Unit, id: string): Promise<Decision<OpenOrder & { readonly line: OrderLine }>> {
  const nowhere = refuse('ORDER_LINE_UNKNOWN', { line: id }, ['lineId']);
  const lineId = decodeId('oln', id);
  const [row] = await unit.em.execute<{ order_id: string }[]>('select order_id from order_line where id = ?', [lineId]);
  const opened = row && (await open(unit, row.order_id));
  if (!opened?.allowed) return nowhere;
  const line = await unit.em.findOne(OrderLine, { id: lineId }, { populate: ['plan.product'] });
  return line ? allow({ ...opened.value, line }) : nowhere;
}

async function open({ em, viewer, readOnly }: Pick<Unit, 'em' | 'viewer' | 'readOnly'>, id: string): Promise<Decision<OpenOrder> | undefined> {
  const order = await em.findOne(CustomerOrder, { id }, readOnly ? {} : { lockMode: LockMode.PESSIMISTIC_WRITE });
  const account = await order?.account.load();
  return order && account && sees(viewer.account.id, account.path) ? allow({ order, account }) : undefined;
}

/** Lines in their order, with plan and product. */
export function linesOf({ em }: Pick<Unit, 'em'>, order: CustomerOrder): Promise<OrderLine[]> {
  return em.find(OrderLine, { order: order.id }, { orderBy: { position: 'asc' }, populate: ['plan.product'] });
}

/** Notes in the trail of the order's account what was done. Approval codes stand there by that name alone; the trail hides it. */
export function note(unit: Unit, order: CustomerOrder, action: string, before: object | undefined, after: object): void {
  unit.audit({
    accountId: order.account.id,
    action,
    subjectKind: 'Order',
    subjectId: encodeId('ord', order.id),
    subjectNumber: order.number,
    before,
    after,
  });
}
