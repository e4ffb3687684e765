/** O1-O4: from a draft to subscriptions, as somebody clicks through it, on the real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCredential, addPerson } from '../api/world.ts';
import { key } from '../server.ts';
import { Orders, settled } from './ordering.ts';

let orders: Orders;
beforeAll(async () => {
  orders = await Orders.open();
});
afterAll(() => orders.stop());

describe('O1, O2, O4: an order entered by an operator', () => {
  it('goes from an incomplete line to a subscription, at a total of 0 for the legacy policy (B7)', async () => {
    const draft = await orders.create('C-EUR', 'OPERATOR');
    expect(draft).toMatchObject({ status: 'DRAFT', total: { amount: '0.00', currency: 'EUR' }, lines: [] });
    expect(draft.number).toMatch(/^ORD-\d{4}-\d{6}$/);
    expect(await orders.refusals('quote', { orderId: draft.id })).toMatchObject([{ code: 'ORDER_EMPTY' }]);

    const added = await orders.add(draft.id, 'LEGACY');
    expect(added.lines).toMatchObject([{ status: 'INCOMPLETE', missing: ['Seats'], quantity: null, unitPrice: null }]);
    expect(added.lines[0].definitions).toEqual([{ name: 'Seats', type: 'INTEGER', required: true, minimum: 1, maximum: 10_000_000, choices: null }]);
    expect(added.total).toBeNull();
    expect(await orders.refusals('quote', { orderId: draft.id })).toMatchObject([
      { code: 'ORDER_INCOMPLETE', message: `order ${draft.number} is incomplete: line 1 (LEGACY) lacks Seats` },
    ]);

    const seated = await orders.configure(added.lines[0].id, { Seats: '25' });
    expect(seated.lines).toMatchObject([
      {
        status: 'COMPLETE',
        missing: [],
        quantity: 25,
        characteristics: [{ name: 'Seats', label: 'Seats', value: '25' }],
        unitPrice: { amount: '2.000000', currency: 'EUR' },
        firstCharge: { amount: '0.00' },
        recurring: { amount: '50.00' },
      },
    ]);
    expect(seated.total).toEqual({ amount: '0.00', currency: 'EUR' });

    const quote = await orders.quote(draft.id);
    expect(quote).toMatchObject({
      total: { amount: '0.00' },
      firstCharge: { amount: '0.00' },
      recurring: { amount: '50.00' },
      lines: [{ quantity: 25, unitPrice: { amount: '2.000000' } }],
      warnings: [{ code: 'FIRST_PERIOD_FREE' }],
    });
    const placed = await orders.place(draft.id, quote.token);
    expect(placed).toMatchObject({ status: 'SUBMITTED', placedBy: 'Olga Operator', approvalRequired: false, total: { amount: '0.00' } });
    const done = await orders.execute(draft.id);
    expect(done).toMatchObject({
      status: 'COMPLETED',
      lines: [{ status: 'COMPLETED', subscription: { status: 'ACTIVE', quantity: 25, plan: { sku: 'LEGACY' } } }],
    });
    expect(await orders.eventsOf(draft.id)).toEqual(['order.submitted', 'order.completed']);
    const { id: subscriptionId } = done.lines[0].subscription;
    for (const who of ['operator', 'c']) {
      const { data } = await orders.ask(who, 'query ($id: ID!) { subscription(id: $id) { order { id number lines { subscription { id } } } } }', {
        id: subscriptionId,
      });
      expect(data.subscription.order).toEqual({ id: draft.id, number: draft.number, lines: [{ subscription: { id: subscriptionId } }] });
    }
    const { data } = await orders.ask('operator', 'query ($id: ID!) { auditEvents(filter: { subjectId: $id }) { nodes { action actor } } }', { id: draft.id });
    expect(data.auditEvents.nodes.map(({ action }: { action: string }) => action).toSorted()).toEqual(
      ['addOrderLine', 'configureOrderLine', 'createOrder', 'executeOrder', 'placeOrder'].toSorted(),
    );
  });

  it('is found again by number, id, text and filters', async () => {
    const { id, number } = await orders.create('C-USD', 'OPERATOR');
    await orders.add(id, 'SMALL');
    const { data } = await orders.ask(
      'operator',
      `query ($id: ID!, $number: String!, $account: ID!) { node(id: $id) { id ... on Order { number } } order(number: $number) { id }
        text: orders(filter: { text: $number }) { totalCount nodes { id } }
        mine: orders(filter: { accountId: $account, status: [DRAFT], channel: [OPERATOR], incomplete: true }, orderBy: { field: NUMBER }) { totalCount nodes { id lines(first: 5) { status } } }
        whole: orders(filter: { accountId: $account, incomplete: false }) { totalCount }
        search(query: $number) { kind nodeId number title subtitle } }`,
      { id, number, account: orders.id('C-USD') },
    );
    expect(data).toEqual({
      node: { id, number },
      order: { id },
      text: { totalCount: 1, nodes: [{ id }] },
      mine: { totalCount: 1, nodes: [{ id, lines: [{ status: 'INCOMPLETE' }] }] },
      whole: { totalCount: 0 },
      search: [{ kind: 'ORDER', nodeId: id, number, title: number, subtitle: 'C-USD' }],
    });
    const { data: others } = await orders.ask('other', 'query ($number: String!) { search(query: $number) { nodeId } }', { number });
    expect(others.search).toEqual([]);
  });

  it('is not told to a machine that may see subscriptions alone', async () => {
    await addCredential(orders.book.server.app.database.system, 'ct_test_subscriptions', 'PROVIDER', ['subscriptions:read']);
    const { id, number } = await orders.placed('SMALL', { Seats: '2' });
    const { lines } = await orders.execute(id);
    const { data } = await orders.ask(
      'ct_test_subscriptions',
      'query ($id: ID!, $number: String!) { subscription(id: $id) { number order { number } } search(query: $number) { nodeId } }',
      { id: lines[0].subscription.id, number },
    );
    expect(data).toEqual({ subscription: { number: lines[0].subscription.number, order: null }, search: [] });
  });
});

describe('O1: an order of the storefront', () => {
  it('is executed by itself, in the name of who placed it', async () => {
    const { id } = await orders.placed('SMALL', { Seats: '10' }, { channel: 'STOREFRONT', who: 'c' });
    await settled(async () => expect((await orders.order(id)).status).toBe('COMPLETED'));
    const [line] = await orders.book.sql(`select actor_name, actor_kind from audit_event where action = 'executeOrder' and subject_id = $1`, [id]);
    expect(line).toEqual({ actor_name: 'c@demo.test', actor_kind: 'USER' });
    expect(await orders.eventsOf(id)).toEqual(['order.submitted', 'order.completed']);
  });

  it('waits while its account is on hold, says so, and goes on by itself (A2)', async () => {
    await orders.book.sql(`update account set order_approval = true where number = 'C-JPY'`);
    const { id } = await orders.placed('SMALL', { Seats: '10' }, { account: 'C-JPY', channel: 'STOREFRONT', who: 'r' });
    await orders.book.do('holdAccount', { accountId: orders.id('C-JPY') }, 'account { id }');
    await orders.done('approveOrder', { orderId: id });
    await settled(async () => expect((await orders.order(id)).blockers).toMatchObject([{ code: 'ACCOUNT_ON_HOLD' }]));
    expect((await orders.order(id)).status).toBe('SUBMITTED');
    await orders.book.do('releaseAccount', { accountId: orders.id('C-JPY') }, 'account { id }');
    const { executeWaitingOrders } = await import('../../src/orders/execute-order.ts');
    await executeWaitingOrders(orders.book.server.app, orders.id('C-JPY').slice(4));
    expect(await orders.order(id)).toMatchObject({ status: 'COMPLETED', blockers: [] });
    await orders.book.sql(`update account set order_approval = false where number = 'C-JPY'`);
  });
});

describe('B7, C1: what orders show of money', () => {
  it('the first charge of PAYG and YEARLY, on the edge of whoever looks (P5)', async () => {
    await orders.book.server.app.clock.moveTo(Date.parse('2041-05-11T12:00:00Z'));
    const list = await orders.book.do('createPriceList', { name: 'R to C-EUR', sellerId: orders.id('R') }, 'priceList { id }');
    await orders.book.rate(list.priceList.id, 'NEW', 'MARKUP', '50', '2041-01-01');
    await orders.book.do('assignPriceList', { priceListId: list.priceList.id, accountId: orders.id('C-EUR'), validFrom: '2041-01-01' }, '');
    const { id } = await orders.create('C-EUR', 'OPERATOR', 'operator');
    await orders.add(id, 'SMALL', { Seats: '20' });
    await orders.add(id, 'YEAR', { Seats: '5' });
    // 2.00 from the provider, 3.00 from the reseller; 21 of 31 days, and a whole year
    const totals = { operator: ['37.10', '2.000000'], r: ['55.65', '3.000000'], c: ['55.65', '3.000000'] } as const;
    for (const [who, [total, unitPrice]] of Object.entries(totals)) {
      const order = await orders.order(id, who);
      expect({ who, total: order.total.amount, unit: order.lines[0].unitPrice.amount, recurring: order.recurring }).toEqual({
        who,
        total,
        unit: unitPrice,
        recurring: null,
      });
      const quote = await orders.quote(id, who);
      expect(quote.total.amount).toBe(total);
      expect(quote.lines[0].edges.map(({ buyer }: { buyer: { number: string } }) => buyer.number)).toEqual(who === 'c' ? ['C-EUR'] : ['R', 'C-EUR']);
      expect(quote.warnings.map(({ code }: { code: string }) => code)).toEqual(['NOT_REDUCIBLE']);
      expect(quote.validUntil).toBe('2041-05-12T00:00:00.000Z');
    }
    const placed = await orders.place(id, (await orders.quote(id)).token);
    expect(placed.total.amount).toBe('37.10');
    // What was placed stays, whatever prices become.
    await orders.book.price({ id: orders.id('SMALL'), number: 'SMALL' }, 'EUR', '9', '2041-05-11');
    expect((await orders.order(id, 'c')).total.amount).toBe('55.65');
  });

  it.each([
    ['EUR', '0.00'],
    ['USD', '0.00'],
    ['JPY', '0'],
    ['KWD', '0.000'],
  ])('0 in %s for what is charged by use, and no price anywhere', async (currency, zero) => {
    const { id } = await orders.draft('USE', {}, { account: `C-${currency}` });
    for (const who of ['operator', 'r']) {
      const quote = await orders.quote(id, who);
      expect(quote).toMatchObject({
        total: { amount: zero, currency },
        firstCharge: { amount: zero },
        recurring: null,
        lines: [{ quantity: 1, unitPrice: null, firstCharge: null, recurring: null, edges: [] }],
        warnings: [{ code: 'CHARGED_BY_USE' }],
      });
    }
    const placed = await orders.place(id, (await orders.quote(id)).token);
    const done = await orders.execute(id);
    for (const order of [placed, done]) {
      expect(order).toMatchObject({
        total: { amount: zero, currency },
        recurring: null,
        lines: [{ unitPrice: null, firstCharge: null, recurring: null, missing: [] }],
      });
      expect(JSON.stringify(order).match(/"amount":"[^"]*[1-9]/)).toBeNull();
    }
    expect(done).toMatchObject({ status: 'COMPLETED', lines: [{ quantity: 1, subscription: { status: 'ACTIVE', quantity: 1 } }] });
    expect(await orders.book.sql(`select 1 from order_line where order_id = $1 and prices <> '[]'`, [id.slice(4)])).toEqual([]);
  });

  it('names what can be set for a plan, before there is an order (C3)', async () => {
    const { data } = await orders.ask(
      'r',
      '{ small: plan(sku: "SMALL") { characteristics { name type required minimum maximum } } use: plan(sku: "USE") { characteristics { name } } }',
    );
    expect(data).toEqual({
      small: { characteristics: [{ name: 'Seats', type: 'INTEGER', required: true, minimum: 1, maximum: 49 }] },
      use: { characteristics: [] },
    });
  });
});

describe('P2: what is not in the price list of the buyer', () => {
  it('does not exist for those below the provider, and is named to its staff', async () => {
    const { id } = await orders.create('C-EUR', 'OPERATOR');
    const input = { orderId: id, planId: orders.id('HIDDEN'), characteristics: [] };
    expect(await orders.refusals('addOrderLine', input)).toMatchObject([{ code: 'PLAN_NOT_OFFERED', path: ['input', 'planId'] }]);
    const nowhere = { ...input, planId: 'pln_0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000' };
    for (const who of ['r', 'c']) {
      const [hidden] = await orders.refusals('addOrderLine', input, who);
      const [missing] = await orders.refusals('addOrderLine', nowhere, who);
      expect(hidden).toEqual(JSON.parse(JSON.stringify(missing).replaceAll(nowhere.planId, input.planId)));
      expect(hidden.code).toBe('PLAN_UNKNOWN');
    }
    // A customer of the provider's own needs no list.
    expect((await orders.draft('HIDDEN', { Seats: '1' }, { account: 'C-DIRECT' })).lines).toHaveLength(1);
  });

  it('cannot be ordered any more once it is taken out', async () => {
    const { id } = await orders.draft('SMALL', { Seats: '1' }, { account: 'C-USD' });
    const { token } = await orders.quote(id);
    await orders.book.sql(
      `update price_list_entry set valid_to = valid_from + 1 where product_id = (select id from product where code = 'NEW')
      and price_list_id = $1`,
      [orders.id('list').slice(4)],
    );
    const [refusal] = await orders.refusals('placeOrder', { orderId: id, quoteToken: token });
    expect(refusal).toMatchObject({ code: 'PLAN_NOT_OFFERED', path: ['input', 'lines', '0', 'planId'] });
    await orders.book.sql(`update price_list_entry set valid_to = null where product_id = (select id from product where code = 'NEW') and price_list_id = $1`, [
      orders.id('list').slice(4),
    ]);
    expect(await orders.place(id, token)).toMatchObject({ status: 'SUBMITTED' });
  });
});

describe('B9: approval codes', () => {
  it('are set and seen by the provider’s staff, and by nobody else anywhere', async () => {
    await addPerson(orders.book.server.app.database.system, 'support2@demo.test', 'PROVIDER', 'OPERATOR_SUPPORT');
    const { id } = await orders.create('C-EUR', 'OPERATOR');
    const added = await orders.add(id, 'SMALL', { Seats: '3' }, 'operator', { approvalCode: ' SECRET-7 ' });
    expect(added.lines[0].approvalCode).toBe('SECRET-7');
    const lineId = added.lines[0].id;
    for (const who of ['r', 'c']) {
      expect(await orders.refusals('configureOrderLine', { lineId, characteristics: [], approvalCode: 'MINE' }, who)).toMatchObject([
        { code: 'APPROVAL_CODE_NOT_ALLOWED', path: ['input', 'approvalCode'] },
      ]);
    }
    // Somebody who does not know of it changes the rest, and it stays.
    await orders.configure(lineId, { Seats: '4' }, 'r');
    expect((await orders.order(id)).lines[0].approvalCode).toBe('SECRET-7');
    await orders.place(id, (await orders.quote(id)).token);
    await orders.execute(id);
    for (const who of ['r', 'c', 'support2']) {
      const { data } = await orders.ask(
        who,
        `query ($id: ID!) { order(id: $id) { lines { approvalCode characteristics { value } } } auditEvents(filter: { subjectId: $id }) { nodes { action changes { name before after } } }
          search(query: "SECRET-7") { nodeId } orders(filter: { text: "SECRET-7" }) { totalCount } }`,
        { id },
      );
      expect(data.order.lines[0].approvalCode).toBeNull();
      expect(data.search).toEqual([]);
      expect(data.orders.totalCount).toBe(0);
      expect(data.auditEvents.nodes.length).toBeGreaterThan(3);
      expect(JSON.stringify(data)).not.toContain('SECRET');
    }
    const { data } = await orders.ask(
      'operator',
      'query ($id: ID!) { auditEvents(filter: { subjectId: $id, action: "addOrderLine" }) { nodes { changes { name after } } } }',
      { id },
    );
    expect(JSON.stringify(data)).toContain('SECRET-7');
    const [kept] = await orders.book.sql(
      'select s.approval_code from service_subscription s join order_line l on l.subscription_id = s.id where l.order_id = $1',
      [id.slice(4)],
    );
    expect(kept).toEqual({ approval_code: 'SECRET-7' });
  });
});

describe('O1: approval', () => {
  const approvalOf = (account: string, orderApproval: boolean): Promise<unknown> =>
    orders.book.do('updateAccount', { accountId: orders.id(account), orderApproval }, 'account { id }');

  it('is by somebody else, and then the order goes on', async () => {
    await approvalOf('R', true);
    const draft = await orders.draft('SMALL', { Seats: '5' }, { channel: 'STOREFRONT', who: 'r' });
    expect(draft.approvalRequired).toBe(true);
    const quote = await orders.quote(draft.id, 'r');
    expect(quote.warnings.map(({ code }: { code: string }) => code)).toContain('APPROVAL_REQUIRED');
    const placed = await orders.place(draft.id, quote.token, 'r');
    expect(placed.status).toBe('PENDING_APPROVAL');
    expect(await orders.refusals('executeOrder', { orderId: draft.id })).toMatchObject([{ code: 'ORDER_STATE_NOT_ALLOWED' }]);
    for (const mutation of ['approveOrder', 'rejectOrder'])
      expect(await orders.refusals(mutation, { orderId: draft.id }, 'r')).toMatchObject([{ code: 'APPROVAL_OF_OWN_REQUEST', path: ['input', 'orderId'] }]);
    expect(await orders.refusals('approveOrder', { orderId: draft.id }, 'other')).toMatchObject([{ code: 'ORDER_UNKNOWN' }]);
    const approved = await orders.done('approveOrder', { orderId: draft.id, reason: 'budget' }, 'r2');
    expect(approved).toMatchObject({ approvedBy: 'r2@demo.test', reason: 'budget', approvalRequired: true });
    await settled(async () => expect((await orders.order(draft.id)).status).toBe('COMPLETED'));
    expect(await orders.eventsOf(draft.id)).toEqual(['order.approval_requested', 'order.submitted', 'order.completed']);
    await approvalOf('R', false);
  });

  it('or is refused, with a reason', async () => {
    await approvalOf('C-EUR', true);
    const { id } = await orders.placed('SMALL', { Seats: '5' }, { who: 'operator' });
    const rejected = await orders.done('rejectOrder', { orderId: id, reason: 'too many' }, 'c');
    expect(rejected).toMatchObject({ status: 'CANCELLED', reason: 'too many', lines: [{ status: 'CANCELLED' }] });
    expect(await orders.refusals('approveOrder', { orderId: id }, 'c')).toMatchObject([{ code: 'ORDER_STATE_NOT_ALLOWED' }]);
    await approvalOf('C-EUR', false);
  });

  it('is not asked for where nobody wants it', async () => {
    expect(await orders.placed('SMALL', { Seats: '5' })).toMatchObject({ status: 'SUBMITTED', approvalRequired: false });
  });
});

describe('O4: an order that waited', () => {
  it('is not executed while what was ordered cannot be bought any more, and is once it can', async () => {
    const { id } = await orders.placed('ANNIVERSARY', { Seats: '10' }, { channel: 'OPERATOR', who: 'operator' });
    const become = (status: string): Promise<unknown> => orders.book.do('updatePlan', { planId: orders.id('ANNIVERSARY'), status }, 'plan { id }');
    await become('RETIRED');
    expect(await orders.refusals('executeOrder', { orderId: id })).toMatchObject([
      { code: 'PLAN_UNKNOWN', path: ['input', 'lines', '0', 'planId'], message: 'there is no plan ANNIVERSARY' },
    ]);
    expect(await orders.order(id)).toMatchObject({ status: 'SUBMITTED', lines: [{ subscription: null }] });
    await become('ACTIVE');
    expect((await orders.done('executeOrder', { orderId: id })).status).toBe('COMPLETED');
  });
});

describe('O4: a machine', () => {
  it('with the scope orders:write orders and executes', async () => {
    const machine = 'ct_test_orders';
    const { id } = await orders.draft('SMALL', { Seats: '7' }, { channel: 'API', who: machine });
    await orders.place(id, (await orders.quote(id, machine)).token, machine);
    const done = await orders.execute(id, machine);
    expect(done).toMatchObject({ channel: 'API', status: 'COMPLETED', placedBy: 'ct_test_orders' });
  });

  it('lost the answer and asks again: the same answer, one subscription', async () => {
    const { id } = await orders.placed('SMALL', { Seats: '7' });
    const idempotencyKey = key();
    const first = await orders.call('executeOrder', { orderId: id, idempotencyKey });
    const again = await orders.call('executeOrder', { orderId: id, idempotencyKey });
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.order).toEqual(first.order);
    expect(await orders.call('executeOrder', { orderId: id })).toMatchObject({ replayed: false, userErrors: [], order: first.order });
    expect(await orders.subscriptionsOf(id)).toBe(1);
  });
});

describe('what the database holds', () => {
  it.each([
    ['another quantity', `update order_line set quantity = 99 where order_id = $1`],
    ['another plan', `update order_line set plan_id = (select id from plan where sku = 'YEAR') where order_id = $1`],
    ['other values', `update order_line set characteristics = '{}' where order_id = $1`],
    ['a line less', `delete from order_line where order_id = $1`],
    ['a line without its subscription', `update order_line set status = 'FAILED', failure = '[]', subscription_id = null where order_id = $1`],
    ['its way back', `update customer_order set status = 'DRAFT', executed_at = null, completed_at = null where id = $1`],
    ['another account', `update customer_order set account_id = (select id from account where number = 'C-USD') where id = $1`],
    [
      'a second order of its subscription',
      `insert into order_line (id, order_id, account_id, position, plan_id, quantity, status, subscription_id)
      select gen_random_uuid(), (select id from customer_order where status = 'DRAFT' and account_id = l.account_id limit 1), account_id, 77, plan_id, 1, 'COMPLETED', subscription_id from order_line l where order_id = $1`,
    ],
  ])('an executed order does not get %s', async (_, statement) => {
    await orders.create('C-EUR', 'OPERATOR');
    const { id } = await orders.placed('SMALL', { Seats: '2' });
    await orders.execute(id);
    await expect(orders.book.sql(statement, [id.slice(4)])).rejects.toThrow(/do(es)? not change|does not become|order_line_subscription_id_key/);
  });
});
