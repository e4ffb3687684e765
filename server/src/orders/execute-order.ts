/** Executing: a subscription for each line, once. @rule O4 A7 */
import { decideGrowth } from '@cloudtill/domain/accounts/hierarchy';
import { SEATS } from '@cloudtill/domain/catalog/characteristics';
import { decideStatus, isExecuted } from '@cloudtill/domain/orders/order-state';
import { allow, type Decision, type Refusal } from '@cloudtill/domain/refusal';
import type { Account } from '../accounts/account.entity.ts';
import type { App, RequestContext } from '../platform/context.ts';
import { encodeId, newId } from '../platform/ids.ts';
import { transact, type Unit } from '../platform/use-case.ts';
import { orderSubscription } from '../subscriptions/begin-subscription.ts';
import type { ServiceSubscription } from '../subscriptions/subscription.entities.ts';
import { linesOf, note, openOrder, type Ordered } from './open-order.ts';
import type { CustomerOrder } from './order.entities.ts';
import { priceOrder } from './quote-order.ts';
import { settleOrder } from './settle-order.ts';

/**
 * Executes an order that was placed. One that was executed already stays as it is: whoever asks twice, or two who ask
 * at once, get each subscription once. If anything about any line is refused, nothing is done for any.
 */
export async function executeOrder(unit: Unit, input: { readonly orderId: string }): Promise<Decision<Ordered>> {
  const opened = await openOrder(unit, input.orderId);
  if (!opened.allowed) return opened;
  const { order, account } = opened.value;
  if (isExecuted(order.status)) return allow({ orderId: order.id });
  const standing = decideStatus(order.standing(), 'executing it', ['SUBMITTED']);
  if (!standing.allowed) return standing;
  const growth = decideGrowth(account, 'a new order', ['orderId']);
  if (!growth.allowed) return growth;
  const begun = await begin(unit, order, account);
  if (!begun.allowed) return begun;
  // It may have waited for weeks: what cannot be bought or charged any more is not delivered.
  const priced = await priceOrder(unit, order, account);
  if (!priced.allowed) return priced;
  for (const subscription of begun.value) if (subscription.status === 'ACTIVE') await settleOrder(unit, subscription.id);
  note(unit, order, 'executeOrder', { status: 'SUBMITTED' }, { status: 'EXECUTING', subscriptions: begun.value.map(({ number }) => number).join(', ') });
  return allow({ orderId: order.id });
}

async function begin(unit: Unit, order: CustomerOrder, account: Account): Promise<Decision<ServiceSubscription[]>> {
  const { em, now } = unit;
  const lines = await linesOf(unit, order);
  const refusals: Refusal[] = [];
  const begun: ServiceSubscription[] = [];
  for (const [index, line] of lines.entries()) {
    const { [SEATS]: _, ...vendorParameters } = line.characteristics;
    const ordered = await orderSubscription(unit, {
      account,
      plan: line.plan.getEntity(),
      quantity: line.quantity!,
      approvalCode: line.approvalCode ?? undefined,
      vendorParameters,
    });
    if (ordered.allowed) {
      begun.push(ordered.value);
      Object.assign(line, { subscriptionId: ordered.value.id, status: 'EXECUTING', blockers: [] });
    } else refusals.push(...ordered.refusals.map((no) => ({ ...no, path: ['lines', String(index), ...no.path] })));
  }
  if (refusals.length > 0) return { allowed: false, refusals };
  Object.assign(order, { status: 'EXECUTING', executedAt: now, blockers: [], updatedAt: now });
  await em.flush();
  return allow(begun);
}

/** Waits for an order to be done, at most so long: most vendors are quick. */
export async function waitForOrder({ database, listener }: App, orderId: string, deadlineMs: number): Promise<void> {
  const done = async (): Promise<boolean> => {
    const { rows } = await database.system.query<{ done: boolean }>(`select status <> 'EXECUTING' as done from customer_order where id = $1`, [orderId]);
    return rows[0]?.done ?? true;
  };
  let look = (): void => {};
  const stop = listener.on('cloudtill_order', (id) => (id === orderId || id === '') && look());
  try {
    for (const until = Date.now() + deadlineMs; Date.now() < until && !(await done());) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        look = () => (clearTimeout(timer), resolve());
      });
    }
  } finally {
    stop();
  }
}

interface WaitingRow {
  readonly id: string;
  readonly account_id: string;
  readonly account_number: string;
  readonly account_kind: Account['kind'];
  readonly parent_id: string | null;
  readonly kind: 'USER' | 'CREDENTIAL' | 'SYSTEM';
  readonly actor: string;
  readonly name: string;
}

/**
 * Executes an order of the storefront by itself, in the name of who placed it and with sight of its account alone. What
 * is in the way is written down for people to see.
 */
export async function executeByItself(app: App, orderId: string): Promise<void> {
  const { rows } = await app.database.system.query<WaitingRow>(
    `select o.id, o.account_id, a.number as account_number, a.kind as account_kind, a.parent_id, o.placed_by_kind as kind, o.placed_by_id as actor, o.placed_by_name as name
       from customer_order o join account a on a.id = o.account_id where o.id = $1 and o.status = 'SUBMITTED' and o.channel = 'STOREFRONT'`,
    [orderId],
  );
  const row = rows[0];
  if (!row) return;
  const account = { id: row.account_id, number: row.account_number, kind: row.account_kind, parentId: row.parent_id ?? undefined };
  const context: RequestContext = {
    app,
    viewer: { kind: row.kind, id: row.actor, name: row.name, email: undefined, roles: [], account, permissions: new Set() },
    requestId: newId(),
    address: '',
    session: undefined,
    setSession: () => {},
    cache: new Map(),
  };
  const input = { orderId: encodeId('ord', orderId) };
  const { refusals } = await transact(context, { operation: 'executeOrder', input }, (unit) => executeOrder(unit, input));
  if (refusals.length > 0) await noteBlockers(app, orderId, refusals);
}

async function noteBlockers({ database, clock }: App, orderId: string, refusals: readonly Refusal[]): Promise<void> {
  const ofLine = (index: number): Refusal[] => refusals.filter(({ path }) => path[0] === 'lines' && path[1] === String(index));
  await database.systemTransaction(async (client) => {
    const { rows } = await client.query<{ same: boolean }>(
      `select blockers = $2::jsonb as same from customer_order where id = $1 and status = 'SUBMITTED' for update`,
      [orderId, JSON.stringify(refusals)],
    );
    if (rows.length === 0 || rows[0]!.same) return;
    await client.query('update customer_order set blockers = $2, version = version + 1, updated_at = $3 where id = $1', [
      orderId,
      JSON.stringify(refusals),
      clock.date(),
    ]);
    const lines = await client.query<{ id: string }>('select id from order_line where order_id = $1 order by position', [orderId]);
    for (const [index, { id }] of lines.rows.entries())
      await client.query('update order_line set blockers = $2 where id = $1', [id, JSON.stringify(ofLine(index))]);
  });
}

const BATCH = 200;

/**
 * Executes what waits, of one account or of all: called where something in the way is gone, and every minute, since not
 * everything that can be in the way says so when it goes.
 */
export async function executeWaitingOrders(app: App, accountId?: string): Promise<void> {
  for (let after = ''; ;) {
    const { rows } = await app.database.system.query<{ id: string }>(
      `select id from customer_order where status = 'SUBMITTED' and channel = 'STOREFRONT' and ($1::uuid is null or account_id = $1) and id::text > $2 order by id::text limit ${BATCH}`,
      [accountId ?? null, after],
    );
    for (const { id } of rows) {
      try {
        await executeByItself(app, id);
      } catch (error) {
        // One that is broken does not keep the others waiting.
        app.logger.error({ error: (error as Error).message, order: id }, 'an order could not be executed');
      }
    }
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.id;
  }
}
