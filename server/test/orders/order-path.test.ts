/** O1-O4: from a draft to subscriptions, as somebody clicks through it, on the real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Orders } from './ordering.ts';

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

    const added = await orders.add(draft.id, 'LEGACY');
    expect(added.lines).toMatchObject([{ status: 'INCOMPLETE', missing: ['Seats'], quantity: null, unitPrice: null }]);
    expect(added.total).toBeNull();
    expect(await orders.refusals('quote', { orderId: draft.id })).toMatchObject([
      { code: 'ORDER_INCOMPLETE', message: `order ${draft.number} is incomplete: line 1 (LEGACY) lacks Seats` },
    ]);

    const seated = await orders.configure(added.lines[0].id, { Seats: '25' });
    expect(seated.lines).toMatchObject([
      { status: 'COMPLETE', missing: [], quantity: 25, unitPrice: { amount: '2.000000' }, firstCharge: { amount: '0.00' }, recurring: { amount: '50.00' } },
    ]);
    expect(seated.total).toEqual({ amount: '0.00', currency: 'EUR' });

    const quote = await orders.quote(draft.id);
    expect(quote).toMatchObject({
      total: { amount: '0.00' },
      recurring: { amount: '50.00' },
      lines: [{ quantity: 25, unitPrice: { amount: '2.000000' } }],
      warnings: [{ code: 'FIRST_PERIOD_FREE' }],
    });
    const placed = await orders.place(draft.id, quote.token);
    expect(placed).toMatchObject({ status: 'SUBMITTED', placedBy: 'Olga Operator', approvalRequired: false });
    const done = await orders.execute(draft.id);
    expect(done).toMatchObject({
      status: 'COMPLETED',
      lines: [{ status: 'COMPLETED', subscription: { status: 'ACTIVE', quantity: 25, plan: { sku: 'LEGACY' } } }],
    });
    expect(await orders.eventsOf(draft.id)).toEqual(['order.submitted', 'order.completed']);
  });
});
