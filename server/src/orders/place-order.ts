/** From a draft to something that is to be done: placing, approving, rejecting, canceling. @rule O1 O3 */
import { decideGrowth } from '@cloudtill/domain/accounts/hierarchy';
import { decideApproval, decideStatus, type OrderStatus } from '@cloudtill/domain/orders/order-state';
import { changesSince } from '@cloudtill/domain/orders/quote';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import { linesOf, note, openOrder, type Ordered } from './open-order.ts';
import type { CustomerOrder } from './order.entities.ts';
import type { ApproveOrderInput, CancelOrderInput, PlaceOrderInput, RejectOrderInput } from './order.inputs.ts';
import { needsApproval, priceOrder } from './quote-order.ts';
import { readToken } from './quote-token.ts';

/**
 * Places an order at the price that was quoted. Of several who place one order at once, the first has it.
 * @rule O2 O3 A2 P4
 */
export async function placeOrder(unit: Unit, input: PlaceOrderInput): Promise<Decision<Ordered>> {
  const { em, app, viewer, now } = unit;
  const opened = await openOrder(unit, input.orderId);
  if (!opened.allowed) return opened;
  const { order, account } = opened.value;
  const standing = decideStatus(order.standing(), 'placing it', ['DRAFT']);
  if (!standing.allowed) return standing;
  const growth = decideGrowth(account, 'a new order', ['orderId']);
  if (!growth.allowed) return growth;
  const quoted = readToken(app.secrets, input.quoteToken);
  if (!quoted || quoted.order !== order.id || quoted.account !== viewer.account.id) return refuse('QUOTE_FOREIGN', { order: order.number }, ['quoteToken']);
  const priced = await priceOrder(unit, order, account);
  if (!priced.allowed) return priced;
  const changed = changesSince(quoted.facts, priced.value.facts);
  if (changed.length > 0) return refuse('QUOTE_STALE', { changed: changed.join('; ') }, ['quoteToken']);

  for (const { line, prices, quantity } of priced.value.lines) Object.assign(line, { prices, quantity, status: 'COMPLETE' });
  await em.flush(); // while it is a draft: afterwards its lines do not change
  const waits = await needsApproval(unit, account);
  Object.assign(order, {
    status: waits ? 'PENDING_APPROVAL' : 'SUBMITTED',
    needsApproval: waits,
    placedAt: now,
    placedByKind: viewer.kind,
    placedById: viewer.id,
    placedByName: viewer.name,
    updatedAt: now,
  });
  await em.flush();
  note(unit, order, 'placeOrder', { status: 'DRAFT' }, { status: order.status });
  if (waits) unit.emit('order.approval_requested', { orderId: order.id });
  else await submit(unit, order);
  return allow({ orderId: order.id });
}

/** What is ordered in the storefront is executed by itself; elsewhere somebody says when. */
async function submit(unit: Unit, order: CustomerOrder): Promise<void> {
  unit.emit('order.submitted', { orderId: order.id });
  if (order.channel === 'STOREFRONT')
    await unit.em.execute('select enqueue_task(?, ?::json, ?)', ['executeOrder', JSON.stringify({ orderId: order.id }), order.id]);
}

/** @rule O1 */
export async function approveOrder(unit: Unit, input: ApproveOrderInput): Promise<Decision<Ordered>> {
  const { viewer, now } = unit;
  const asked = await openForDecision(unit, input, 'an approval');
  if (!asked.allowed) return asked;
  const { order, reason } = asked.value;
  Object.assign(order, { status: 'SUBMITTED', approvedAt: now, approvedById: viewer.id, approvedByName: viewer.name, reason, updatedAt: now });
  await unit.em.flush();
  note(unit, order, 'approveOrder', { status: 'PENDING_APPROVAL' }, { status: order.status, ...(reason && { reason }) });
  await submit(unit, order);
  return allow({ orderId: order.id });
}

/** @rule O1 */
export async function rejectOrder(unit: Unit, input: RejectOrderInput): Promise<Decision<Ordered>> {
  const asked = await openForDecision(unit, input, 'a rejection');
  if (!asked.allowed) return asked;
  const { order, reason } = asked.value;
  return cancel(unit, order, 'rejectOrder', reason);
}

/** @rule O1 "or CANCELLED before executing" */
export async function cancelOrder(unit: Unit, input: CancelOrderInput): Promise<Decision<Ordered>> {
  const reason = readReason(input.reason);
  if (!reason.allowed) return reason;
  const opened = await openOrder(unit, input.orderId);
  if (!opened.allowed) return opened;
  const { order } = opened.value;
  const standing = decideStatus(order.standing(), 'canceling it', ['DRAFT', 'PENDING_APPROVAL', 'SUBMITTED']);
  return standing.allowed ? cancel(unit, order, 'cancelOrder', reason.value) : standing;
}

async function cancel(unit: Unit, order: CustomerOrder, action: string, reason: string | null): Promise<Decision<Ordered>> {
  const before: OrderStatus = order.status;
  for (const line of await linesOf(unit, order)) Object.assign(line, { status: 'CANCELLED', blockers: [] });
  Object.assign(order, { status: 'CANCELLED', canceledAt: unit.now, reason, blockers: [], updatedAt: unit.now });
  await unit.em.flush();
  note(unit, order, action, { status: before }, { status: order.status, ...(reason && { reason }) });
  return allow({ orderId: order.id });
}

async function openForDecision(
  unit: Unit,
  input: { readonly orderId: string; readonly reason?: string | null },
  action: string,
): Promise<Decision<{ order: CustomerOrder; reason: string | null }>> {
  const reason = readReason(input.reason);
  if (!reason.allowed) return reason;
  const opened = await openOrder(unit, input.orderId);
  if (!opened.allowed) return opened;
  const { order } = opened.value;
  const decided = decideApproval({ ...order.standing(), placedBy: order.placedById ?? undefined }, unit.viewer.id, action);
  return decided.allowed ? allow({ order, reason: reason.value }) : decided;
}

function readReason(given: string | null | undefined): Decision<string | null> {
  const check = new TextCheck();
  const reason = check.optionalLine('reason', given, 500);
  return check.refusals.length > 0 ? { allowed: false, refusals: check.refusals } : allow(reason);
}
