/** O3, O4, F14: orders placed and executed at once, on the real database, held where they meet. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeByItself } from '../../src/orders/execute-order.ts';
import { newId } from '../../src/platform/ids.ts';
import { settleOrder } from '../../src/orders/settle-order.ts';
import { Barrier } from '../billing/barrier.ts';
import { key } from '../server.ts';
import { Orders } from './ordering.ts';

let orders: Orders;
beforeAll(async () => {
  orders = await Orders.open();
});
afterAll(() => orders.stop());

/** Holds an order, so that whoever does something to it queues up behind. */
const holding = (id: string): Promise<Barrier> =>
  Barrier.hold(orders.book.server.databaseUrl, 'select 1 from customer_order where id = $1 for update', [id.slice(4)]);
const codesOf = ({ userErrors }: { userErrors: { code: string }[] }): string => userErrors.map(({ code }) => code).join() || 'done';

/** Lets all begin, wait for each other, and end. */
async function atOnce(id: string, calls: readonly (() => Promise<any>)[]): Promise<any[]> {
  const barrier = await holding(id);
  const begun = calls.map((call) => call());
  await barrier.waiting(calls.length);
  await barrier.release();
  return Promise.all(begun);
}

describe('placing', () => {
  it('from two tabs: one order placed, the other tab is told', async () => {
    const { id } = await orders.draft('SMALL', { Seats: '10' });
    const { token } = await orders.quote(id);
    const place = (): Promise<any> => orders.call('placeOrder', { orderId: id, quoteToken: token });
    expect((await atOnce(id, [place, place])).map(codesOf).sort()).toEqual(['ORDER_STATE_NOT_ALLOWED', 'done']);
    expect(await orders.eventsOf(id)).toEqual(['order.submitted']);
  });

  it('by a double click: one order placed, and both clicks are told so', async () => {
    const { id } = await orders.draft('SMALL', { Seats: '10' });
    const { token } = await orders.quote(id);
    const idempotencyKey = key();
    const place = (): Promise<any> => orders.call('placeOrder', { orderId: id, quoteToken: token, idempotencyKey });
    const clicks = await atOnce(id, [place, place]);
    expect(clicks.map(codesOf)).toEqual(['done', 'done']);
    expect(new Set(clicks.map(({ replayed }) => replayed))).toEqual(new Set([false, true]));
    expect(clicks[0].order).toEqual(clicks[1].order);
    expect(await orders.eventsOf(id)).toEqual(['order.submitted']);
  });

  it('while its line changes: either the change came first and the quote is stale, or the line does not change any more', async () => {
    const { id, lines } = await orders.draft('SMALL', { Seats: '10' });
    const { token } = await orders.quote(id);
    const [placed, configured] = await atOnce(id, [
      () => orders.call('placeOrder', { orderId: id, quoteToken: token }),
      () => orders.call('configureOrderLine', { lineId: lines[0].id, characteristics: [{ name: 'Seats', value: '11' }] }),
    ]);
    expect(['done ORDER_STATE_NOT_ALLOWED', 'QUOTE_STALE done']).toContain(`${codesOf(placed)} ${codesOf(configured)}`);
  });

  it('while it is canceled: one of the two', async () => {
    const { id } = await orders.draft('SMALL', { Seats: '10' });
    const { token } = await orders.quote(id);
    const both = await atOnce(id, [() => orders.call('cancelOrder', { orderId: id }), () => orders.call('placeOrder', { orderId: id, quoteToken: token })]);
    // Canceling may follow placing; placing may not follow canceling.
    expect(codesOf(both[0])).toBe('done');
    expect((await orders.order(id)).status).toBe('CANCELLED');
  });
});

describe('executing (O4)', () => {
  it('twice at once creates each subscription once', async () => {
    const draft = await orders.create('C-EUR', 'OPERATOR');
    for (const plan of ['SMALL', 'YEAR', 'USE']) await orders.add(draft.id, plan, plan === 'USE' ? {} : { Seats: '4' });
    await orders.place(draft.id, (await orders.quote(draft.id)).token);
    const execute = (who: string) => () => orders.call('executeOrder', { orderId: draft.id }, who);
    const both = await atOnce(draft.id, [execute('operator'), execute('o2'), execute('operator')]);
    expect(both.map(codesOf)).toEqual(['done', 'done', 'done']);
    expect(new Set(both.map(({ order }) => JSON.stringify(order))).size).toBe(1);
    const [{ count }] = (await orders.book.sql(
      'select count(*) from service_subscription s join order_line l on l.subscription_id = s.id where l.order_id = $1',
      [draft.id.slice(4)],
    )) as [{ count: string }];
    expect(count).toBe('3');
    expect(await orders.eventsOf(draft.id)).toEqual(['order.submitted', 'order.completed']);
    expect(await orders.book.sql(`select 1 from audit_event where action = 'executeOrder' and subject_id = $1`, [draft.id])).toHaveLength(1);
  });

  it('while it is canceled: subscriptions or none, never some', async () => {
    const { id } = await orders.placed('SMALL', { Seats: '10' });
    const [canceled, executed] = await atOnce(id, [() => orders.call('cancelOrder', { orderId: id }), () => orders.call('executeOrder', { orderId: id })]);
    const { status } = await orders.order(id);
    expect([codesOf(canceled), codesOf(executed)]).toEqual(status === 'CANCELLED' ? ['done', 'ORDER_STATE_NOT_ALLOWED'] : ['ORDER_STATE_NOT_ALLOWED', 'done']);
    expect(await orders.subscriptionsOf(id)).toBe(status === 'CANCELLED' ? 0 : 1);
  });

  it('by hand, by the queue and by the clock at once', async () => {
    const { app } = orders.book.server;
    const before = await orders.book.sql('select 1 from service_subscription');
    const { id } = await orders.placed('SMALL', { Seats: '10' }, { channel: 'STOREFRONT', who: 'c' });
    await Promise.all([orders.execute(id), ...Array.from({ length: 4 }, () => executeByItself(app, id.slice(4))), orders.book.sql('select 1')]);
    expect(await orders.book.sql('select 1 from service_subscription')).toHaveLength(before.length + 1);
    expect(await orders.eventsOf(id)).toEqual(['order.submitted', 'order.completed']);
  });
});

describe('settling (O1)', () => {
  /** An order whose lines wait for a vendor, as executing leaves them. */
  async function executing(lines: number): Promise<{ id: string; subscriptions: string[] }> {
    const draft = await orders.create('C-EUR', 'OPERATOR');
    for (let line = 0; line < lines; line++) await orders.add(draft.id, 'SMALL', { Seats: '4' });
    await orders.place(draft.id, (await orders.quote(draft.id)).token);
    const subscriptions: string[] = [];
    await orders.book.server.app.database.systemTransaction(async (client) => {
      const { rows } = await client.query<{ id: string }>(`select id from order_line where order_id = $1 order by position`, [draft.id.slice(4)]);
      await client.query(`update customer_order set status = 'EXECUTING', executed_at = now() where id = $1`, [draft.id.slice(4)]);
      for (const { id } of rows) {
        const made = await client.query<{ id: string }>(
          `insert into service_subscription (id, customer_id, number, product_id, plan_id, status, quantity, renews, version, created_at, updated_at)
           select gen_random_uuid(), l.account_id, 'S-' || l.id, p.product_id, p.id, 'PENDING', 4, true, 1, now(), now() from order_line l join plan p on p.id = l.plan_id where l.id = $1 returning id`,
          [id],
        );
        subscriptions.push(made.rows[0]!.id);
        await client.query(`update order_line set status = 'EXECUTING', subscription_id = $2 where id = $1`, [id, made.rows[0]!.id]);
      }
    });
    return { id: draft.id, subscriptions };
  }

  const end = (subscription: string, status: 'ACTIVE' | 'FAILED'): Promise<void> =>
    orders.book.server.app.database.systemTransaction(async (client) => {
      const began = status === 'ACTIVE' ? `, activated_at = now(), activated_on = now()::date` : '';
      await client.query(`update service_subscription set status = $2${began} where id = $1`, [subscription, status]);
      await settleOrder(client, subscription);
    });

  it.each([
    [['ACTIVE', 'ACTIVE'], 'COMPLETED', 'order.completed'],
    [['ACTIVE', 'FAILED'], 'PARTIALLY_FAILED', 'order.failed'],
    [['FAILED', 'FAILED'], 'FAILED', 'order.failed'],
  ] as const)('subscriptions %j make it %s, told once', async (outcomes, status, event) => {
    const { id, subscriptions } = await executing(2);
    await end(subscriptions[0]!, outcomes[0]);
    expect((await orders.order(id)).status).toBe('EXECUTING');
    await end(subscriptions[1]!, outcomes[1]);
    await end(subscriptions[1]!, outcomes[1]);
    const order = await orders.order(id);
    expect(order.status).toBe(status);
    expect(order.lines.map((line: { status: string }) => line.status)).toEqual(outcomes.map((outcome) => (outcome === 'ACTIVE' ? 'COMPLETED' : 'FAILED')));
    for (const line of order.lines) expect(line.failure.map(({ code }: { code: string }) => code)).toEqual(line.status === 'FAILED' ? ['VENDOR_REJECTED'] : []);
    expect(order.completedAt).not.toBeNull();
    expect(await orders.eventsOf(id)).toEqual(['order.submitted', event]);
  });

  it('of many lines at once sees all of them: it ends, and is told once', async () => {
    const { id, subscriptions } = await executing(8);
    const barrier = await holding(id);
    const ended = subscriptions.map((subscription, index) => end(subscription, index === 3 ? 'FAILED' : 'ACTIVE'));
    await barrier.waiting(6);
    await barrier.release();
    await Promise.all(ended);
    expect((await orders.order(id)).status).toBe('PARTIALLY_FAILED');
    expect(await orders.eventsOf(id)).toEqual(['order.submitted', 'order.failed']);
  });

  it('does nothing for a subscription that nobody ordered', async () => {
    const told = await orders.book.sql('select 1 from outbox_event');
    await orders.book.server.app.database.withSystemClient((client) => settleOrder(client, newId()));
    expect(await orders.book.sql('select 1 from outbox_event')).toHaveLength(told.length);
  });
});
