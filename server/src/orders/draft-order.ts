/** Making an order and its lines, until it is placed. @rule O1 O2 O3 */
import { decideGrowth } from '@cloudtill/domain/accounts/hierarchy';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { isByUse } from '@cloudtill/domain/catalog/characteristics';
import { decideStatus, MAX_LINES } from '@cloudtill/domain/orders/order-state';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { findAccount } from '../accounts/find-account.ts';
import type { Account } from '../accounts/account.entity.ts';
import { Plan } from '../catalog/catalog.entities.ts';
import { PriceBook } from '../catalog/pricing.ts';
import { decodeId, encodeId, newId } from '../platform/ids.ts';
import { nextNumber } from '../platform/numbers.ts';
import type { Unit } from '../platform/use-case.ts';
import { scopeOf } from '../platform/viewer.ts';
import { configure, decideApprovalCode, findPlanFor } from './configure-line.ts';
import { linesOf, note, openLine, openOrder, type Ordered } from './open-order.ts';
import { CustomerOrder, OrderLine } from './order.entities.ts';
import type { AddOrderLineInput, ConfigureOrderLineInput, CreateOrderInput, OrderLineInput, RemoveOrderLineInput } from './order.inputs.ts';

/** @rule A2 O1 */
export async function createOrder(unit: Unit, input: CreateOrderInput): Promise<Decision<Ordered>> {
  const { em, now, viewer } = unit;
  const found = await findAccount(unit, input.accountId, 'accountId');
  if (!found.allowed) return found;
  const account = found.value;
  const { kind, number, currency } = account;
  if (kind !== 'CUSTOMER') return refuse('ACCOUNT_KIND_NOT_ALLOWED', { account: number, kind, allowed: 'CUSTOMER' }, ['accountId']);
  const growth = decideGrowth(account, 'a new order', ['accountId']);
  if (!growth.allowed) return growth;
  const { channel } = input;
  if (channel === 'OPERATOR' && scopeOf(viewer) !== 'all') return refuse('ORDER_CHANNEL_NOT_ALLOWED', { channel, allowed: 'STOREFRONT or API' }, ['channel']);
  const given = input.lines ?? [];
  if (given.length > MAX_LINES) return refuse('ORDER_LINES_TOO_MANY', { maximum: MAX_LINES }, ['lines']);

  const order = em.create(CustomerOrder, {
    id: newId(),
    number: `ORD-${now.getUTCFullYear()}-${await nextNumber(em, 'order_number', 6)}`,
    account,
    channel,
    status: 'DRAFT',
    currency,
    needsApproval: false,
    placedAt: null,
    placedByKind: null,
    placedById: null,
    placedByName: null,
    approvedAt: null,
    approvedById: null,
    approvedByName: null,
    executedAt: null,
    completedAt: null,
    canceledAt: null,
    reason: null,
    blockers: [],
    version: 1,
    createdByKind: viewer.kind,
    createdById: viewer.id,
    createdByName: viewer.name,
    createdAt: now,
    updatedAt: now,
  });
  em.persist(order);
  await em.flush();
  const plans: string[] = [];
  for (const [index, line] of given.entries()) {
    const added = await addLine(unit, order, account, line, index + 1);
    if (!added.allowed) return { allowed: false, refusals: added.refusals.map((no) => ({ ...no, path: ['lines', String(index), ...no.path] })) };
    plans.push(added.value.plan.getEntity().sku);
  }
  note(unit, order, 'createOrder', undefined, { channel, ...(plans.length > 0 && { plans: plans.join(', ') }) });
  return allow({ orderId: order.id });
}

/** @rule O2 "A line is INCOMPLETE until each required characteristic has a valid value" */
export async function addOrderLine(unit: Unit, input: AddOrderLineInput): Promise<Decision<Ordered>> {
  const opened = await openOrder(unit, input.orderId);
  if (!opened.allowed) return opened;
  const { order, account } = opened.value;
  const standing = decideStatus(order.standing(), 'a new line', ['DRAFT']);
  if (!standing.allowed) return standing;
  const lines = await linesOf(unit, order);
  if (lines.length >= MAX_LINES) return refuse('ORDER_LINES_TOO_MANY', { maximum: MAX_LINES }, ['orderId']);
  const added = await addLine(unit, order, account, input, (lines.at(-1)?.position ?? 0) + 1);
  if (!added.allowed) return added;
  order.updatedAt = unit.now;
  note(unit, order, 'addOrderLine', undefined, stateOf(added.value));
  return allow({ orderId: order.id, lineId: added.value.id });
}

async function addLine(unit: Unit, order: CustomerOrder, account: Account, input: OrderLineInput, position: number): Promise<Decision<OrderLine>> {
  const code = decideApprovalCode(unit, input.approvalCode);
  if (!code.allowed) return code;
  const plan = await findPriced(unit, account, input.planId);
  if (!plan.allowed) return plan;
  const configured = await configure(unit, plan.value, input.characteristics ?? []);
  if (!configured.allowed) return configured;
  const { characteristics, quantity, status } = configured.value;
  const line = unit.em.create(OrderLine, {
    id: newId(),
    order,
    accountId: account.id,
    position,
    plan: plan.value,
    characteristics,
    quantity,
    approvalCode: code.value ?? null,
    status,
    subscriptionId: null,
    failure: null,
    blockers: [],
    prices: null,
  });
  unit.em.persist(line);
  await unit.em.flush();
  return allow(line);
}

/** A plan that has a price where it needs one: better said now than when everything else is filled in. */
async function findPriced(unit: Unit, account: Account, planId: string): Promise<Decision<Plan>> {
  const found = await findPlanFor(unit, account, decodeId('pln', planId), planId);
  if (!found.allowed) return found;
  const plan = found.value;
  if (isByUse(plan.rules(), plan.product.getEntity().pricing)) return found;
  const day = unit.app.clock.today();
  const book = await PriceBook.load(unit.app.database.system);
  if (book.hasPrice(plan.id, account.currency, day)) return found;
  return refuse('PRICE_MISSING', { plan: plan.sku, currency: account.currency, day: isoDate(day) }, ['planId']);
}

/** “Change configuration”: the values are replaced, all of them. @rule O3 */
export async function configureOrderLine(unit: Unit, input: ConfigureOrderLineInput): Promise<Decision<Ordered>> {
  const opened = await openLine(unit, input.lineId);
  if (!opened.allowed) return opened;
  const { order, account, line } = opened.value;
  const standing = decideStatus(order.standing(), 'a change of its configuration', ['DRAFT']);
  if (!standing.allowed) return { allowed: false, refusals: standing.refusals.map((no) => ({ ...no, path: ['lineId'] })) };
  const code = decideApprovalCode(unit, input.approvalCode);
  if (!code.allowed) return code;
  const before = stateOf(line);
  const held = line.plan.getEntity();
  const plan = input.planId ? await findPriced(unit, account, input.planId) : allow(held);
  if (!plan.allowed) return plan;
  const configured = await configure(unit, plan.value, input.characteristics);
  if (!configured.allowed) return configured;
  const { characteristics, quantity, status } = configured.value;
  // A code is for one vendor's service; on another product it would say nothing.
  const kept = plan.value.product.id === held.product.id ? line.approvalCode : null;
  Object.assign(line, { characteristics, quantity, status, approvalCode: code.value === undefined ? kept : code.value });
  if (plan.value.id !== held.id) line.plan = unit.em.getReference(Plan, plan.value.id, { wrapped: true });
  order.updatedAt = unit.now;
  await unit.em.flush();
  note(unit, order, 'configureOrderLine', before, stateOf(line, plan.value.sku));
  return allow({ orderId: order.id, lineId: line.id });
}

export async function removeOrderLine(unit: Unit, input: RemoveOrderLineInput): Promise<Decision<Ordered>> {
  const opened = await openLine(unit, input.lineId);
  if (!opened.allowed) return opened;
  const { order, line } = opened.value;
  const standing = decideStatus(order.standing(), 'taking a line away', ['DRAFT']);
  if (!standing.allowed) return { allowed: false, refusals: standing.refusals.map((no) => ({ ...no, path: ['lineId'] })) };
  const before = stateOf(line);
  unit.em.remove(line);
  order.updatedAt = unit.now;
  await unit.em.flush();
  note(unit, order, 'removeOrderLine', before, {});
  return allow({ orderId: order.id });
}

function stateOf(line: OrderLine, sku = line.plan.getEntity().sku): object {
  const { id, characteristics, approvalCode } = line;
  return { line: encodeId('oln', id), plan: sku, ...characteristics, ...(approvalCode !== null && { approvalCode }) };
}
