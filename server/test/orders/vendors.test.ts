/** A7, O4, O6, S2: orders for what a vendor delivers, here a vendor that does as it is told. */
import { succeeded, type Call, type Intent, type Outcome, type Provision, type Vendor, type VendorSubscription } from '@cloudtill/vendors/vendor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeWaitingOrders } from '../../src/orders/execute-order.ts';
import { settleOrder } from '../../src/orders/settle-order.ts';
import { VendorAccess } from '../../src/platform/vendor-access.ts';
import { Orders, settled } from './ordering.ts';

let orders: Orders;
const sent: Provision[] = [];

const vendor = {
  code: 'KASPERSKY',
  platform: 'KORM',
  capabilities: {
    operations: new Set(['CREATE_CUSTOMER', 'PROVISION']),
    repeatable: new Set(),
    canDecrease: true,
    canReactivateAfterCancel: false,
    asyncProvisioning: false,
    hasIdempotencyKey: true,
    hasWebhooks: false,
    canList: false,
    hasInvoiceLines: false,
    hasUsage: false,
    hasPrices: false,
  },
  accountParameters: [],
  orderParameters: [
    { name: 'Tenant', label: 'Tenant', description: 'Where it lives.', type: 'DOMAIN', required: true, maxLength: 60, example: 'acme.example' },
    {
      name: 'Edition',
      label: 'Edition',
      description: 'Which one.',
      type: 'CHOICE',
      required: false,
      maxLength: 10,
      choices: ['BASIC', 'PLUS'],
      example: 'BASIC',
    },
    {
      name: 'PurchaseOrder',
      label: 'Purchase order',
      description: 'What the customer calls it.',
      type: 'TEXT',
      required: false,
      maxLength: 30,
      example: 'PO-1',
    },
  ],
  check: (intent: Intent) =>
    intent.operation === 'PROVISION' && intent.provision.parameters['Tenant'] === 'taken.example' ? [{ parameter: 'Tenant', problem: 'it is taken' }] : [],
  provision: async (_: Call, provision: Provision): Promise<Outcome<VendorSubscription>> => {
    sent.push(provision);
    return succeeded({
      vendorSubscriptionId: `V-${provision.reference}`,
      vendorCustomerId: undefined,
      reference: provision.reference,
      status: 'ACTIVE',
      sku: provision.sku,
      quantity: provision.quantity,
      statusReason: undefined,
      startedAt: undefined,
      renews: undefined,
      activationCode: undefined,
      licenseId: undefined,
      memo: undefined,
    });
  },
  close: async () => {},
} as unknown as Vendor;

/** Lets the server reach these vendors and no others. */
function reach(...vendors: Vendor[]): void {
  const { app } = orders.book.server;
  const adapters = [
    ...vendors.map((known) => ({ code: known.code, settings: [], open: () => known })),
    // One that nobody has set up.
    { code: 'GOOGLE', settings: [{ name: 'GOOGLE_NOT_SET', required: true }] },
  ];
  Object.assign(app, { vendors: new VendorAccess(app.config, adapters as never) });
}

beforeAll(async () => {
  orders = await Orders.open();
  reach(vendor);
  const { book } = orders;
  for (const [code, maker] of [
    ['AUTO', 'KASPERSKY'],
    ['ELSEWHERE', 'GOOGLE'],
  ] as const) {
    const { product } = await book.do('createProduct', { code, name: code, vendor: maker, provisioning: 'AUTOMATIC' }, 'product { id }');
    const { plan } = await book.do('createPlan', { productId: product.id, sku: `${code}-1`, billingPolicy: 'PAYG', maxQuantity: 49 }, 'plan { id }');
    orders.ids.set(`${code}-1`, plan.id);
    await book.price({ id: plan.id, number: `${code}-1` }, 'EUR', '2');
  }
});
afterAll(() => orders.stop());

const as = { account: 'C-DIRECT' };
const synchronize = (status: string): Promise<unknown> =>
  orders.book.sql(
    `insert into provisioning_sync (account_id, platform, status, email, role, updated_at) values ($1, 'KORM', $2, 'keys@example.com', 'USER', now())
     on conflict (account_id, platform) do update set status = excluded.status`,
    [orders.id('C-DIRECT').slice(4), status],
  );
const intentsOf = (orderId: string): Promise<{ state: string; actor_name: string }[]> =>
  orders.book.sql(
    `select o.state, o.actor_name from provisioning_operation o join order_line l on l.subscription_id = o.subscription_id where l.order_id = $1 and o.kind = 'PROVISION'`,
    [orderId.slice(4)],
  );

describe('O6: what the vendor wants to know', () => {
  it('is a characteristic like any other, and missing until it is given (O2)', async () => {
    const { data } = await orders.ask('operator', '{ plan(sku: "AUTO-1") { characteristics { name type required choices maxLength } } }');
    expect(data.plan.characteristics).toEqual([
      { name: 'Seats', type: 'INTEGER', required: true, choices: null, maxLength: null },
      { name: 'Tenant', type: 'DOMAIN', required: true, choices: null, maxLength: 60 },
      { name: 'Edition', type: 'CHOICE', required: false, choices: ['BASIC', 'PLUS'], maxLength: null },
      { name: 'PurchaseOrder', type: 'TEXT', required: false, choices: null, maxLength: 30 },
    ]);
    const { id, lines } = await orders.draft('AUTO-1', { Seats: '5' }, as);
    expect(lines).toMatchObject([{ status: 'INCOMPLETE', missing: ['Tenant'], quantity: 5 }]);
    expect(await orders.refusals('quote', { orderId: id })).toMatchObject([
      { code: 'ORDER_INCOMPLETE', message: expect.stringContaining('line 1 (AUTO-1) lacks Tenant') },
    ]);
    const whole = await orders.configure(lines[0].id, { Seats: '5', Tenant: 'Acme.Example', Edition: 'plus' });
    expect(whole.lines[0]).toMatchObject({
      status: 'COMPLETE',
      characteristics: [
        { name: 'Seats', value: '5' },
        { name: 'Tenant', label: 'Tenant', value: 'acme.example' },
        { name: 'Edition', value: 'PLUS' },
      ],
    });
    expect((await orders.quote(id)).warnings).toEqual([
      { code: 'ACCOUNT_NOT_SYNCHRONIZED', message: 'account C-DIRECT is UNSYNCHRONIZED on KORM; the order waits until it is synchronized' },
    ]);
  });
});

describe('A7: an account that is not synchronized', () => {
  it('gets nothing executed, not even the lines that need no vendor', async () => {
    await synchronize('UNSYNCHRONIZED');
    const draft = await orders.create('C-DIRECT', 'OPERATOR');
    await orders.add(draft.id, 'SMALL', { Seats: '1' });
    await orders.add(draft.id, 'AUTO-1', { Seats: '5', Tenant: 'acme.example' });
    await orders.place(draft.id, (await orders.quote(draft.id)).token);
    const before = await orders.book.sql('select 1 from service_subscription');
    expect(await orders.refusals('executeOrder', { orderId: draft.id })).toMatchObject([{ code: 'ACCOUNT_NOT_SYNCHRONIZED', path: ['input', 'lines', '1'] }]);
    expect(await orders.order(draft.id)).toMatchObject({ status: 'SUBMITTED', lines: [{ status: 'COMPLETE', subscription: null }, { status: 'COMPLETE' }] });
    expect(await orders.book.sql('select 1 from service_subscription')).toHaveLength(before.length);
  });

  it('keeps an order of the storefront waiting, which says so and goes on once it is synchronized', async () => {
    await synchronize('FAILED');
    const { id } = await orders.placed('AUTO-1', { Seats: '5', Tenant: 'acme.example' }, { ...as, channel: 'STOREFRONT' });
    await settled(async () => expect((await orders.order(id)).blockers).toHaveLength(1));
    expect(await orders.order(id)).toMatchObject({
      status: 'SUBMITTED',
      blockers: [{ code: 'ACCOUNT_NOT_SYNCHRONIZED', path: ['lines', '0'] }],
      lines: [{ blockers: [{ code: 'ACCOUNT_NOT_SYNCHRONIZED' }] }],
    });
    await synchronize('SYNCHRONIZED');
    await executeWaitingOrders(orders.book.server.app, orders.id('C-DIRECT').slice(4));
    expect((await orders.order(id)).blockers).toEqual([]);
    expect(['EXECUTING', 'COMPLETED']).toContain((await orders.order(id)).status);
    expect(await intentsOf(id)).toMatchObject([{ actor_name: 'Olga Operator' }]);
  });

  it('is why orders cannot go on: these are listed, whoever is to execute them, and nothing else is', async () => {
    const draft = await orders.draft('AUTO-1', { Seats: '5', Tenant: 'acme.example' }, as);
    const vendors = await orders.placed('AUTO-1', { Seats: '5', Tenant: 'acme.example' }, as);
    const nobodys = await orders.placed('SMALL', { Seats: '1' }, as);
    /** Which of the three are blocked; a filter for the others says the rest, and each order says it of itself. */
    const blocked = async (): Promise<string[]> => {
      const row = 'nodes { id blocked }';
      const { data } = await orders.ask(
        'operator',
        `query ($account: ID!) { yes: orders(first: 100, filter: { accountId: $account, blocked: true }) { ${row} } no: orders(first: 100, filter: { accountId: $account, blocked: false }) { ${row} } }`,
        { account: orders.id('C-DIRECT') },
      );
      type Listed = { readonly id: string; readonly blocked: boolean };
      const ours = (list: { nodes: Listed[] }): Listed[] => list.nodes.filter(({ id }) => [draft.id, vendors.id, nobodys.id].includes(id));
      const [yes, no] = [ours(data.yes), ours(data.no)];
      expect([yes.every((order) => order.blocked), no.some((order) => order.blocked), yes.length + no.length]).toEqual([true, false, 3]);
      return yes.map(({ id }) => id);
    };
    for (const status of ['UNSYNCHRONIZED', 'PENDING', 'FAILED']) {
      await synchronize(status);
      expect({ status, blocked: await blocked() }).toEqual({ status, blocked: [vendors.id] });
    }
    await synchronize('SYNCHRONIZED');
    expect(await blocked()).toEqual([]);
    await orders.book.do('holdAccount', { accountId: orders.id('C-DIRECT') }, 'account { id }');
    expect(new Set(await blocked())).toEqual(new Set([vendors.id, nobodys.id]));
    await orders.book.do('releaseAccount', { accountId: orders.id('C-DIRECT') }, 'account { id }');
    await orders.execute(nobodys.id);
    expect(await blocked()).toEqual([]);
  });
});

describe('O6: the customer’s purchase order', () => {
  it('finds the order, for those who may see it', async () => {
    const { id, number } = await orders.draft('AUTO-1', { Seats: '5', Tenant: 'acme.example', PurchaseOrder: 'PO-88/North' }, as);
    const find = async (who: string): Promise<object[]> => (await orders.ask(who, '{ search(query: "po-88/no") { kind nodeId number subtitle } }')).data.search;
    expect(await find('operator')).toEqual([{ kind: 'ORDER', nodeId: id, number, subtitle: 'C-DIRECT · PO-88/North' }]);
    for (const who of ['r', 'c']) expect(await find(who)).toEqual([]);
  });
});

describe('O4: what a vendor delivers', () => {
  it('is a subscription that waits for it, asked for once, and done when it is', async () => {
    await synchronize('SYNCHRONIZED');
    const { id } = await orders.placed('AUTO-1', { Seats: '5', Tenant: 'one.example', Edition: 'BASIC' }, as);
    const done = await Promise.all([orders.execute(id), orders.execute(id, 'o2')]);
    for (const order of done) expect(['EXECUTING', 'COMPLETED']).toContain(order.status);
    expect(await intentsOf(id)).toHaveLength(1);
    await settled(async () => expect((await orders.order(id)).lines[0].subscription.status).toBe('ACTIVE'));
    const told = sent.filter(({ parameters }) => parameters['Tenant'] === 'one.example');
    expect(told).toMatchObject([{ sku: 'AUTO-1', quantity: 5, parameters: { Tenant: 'one.example', Edition: 'BASIC' }, account: { companyName: 'C-DIRECT' } }]);
    expect(told[0]!.parameters).not.toHaveProperty('Seats');
    const { app } = orders.book.server;
    const [{ subscription_id }] = (await orders.book.sql('select subscription_id from order_line where order_id = $1', [id.slice(4)])) as [
      { subscription_id: string },
    ];
    await app.database.systemTransaction((client) => settleOrder(client, subscription_id));
    expect(await orders.order(id)).toMatchObject({ status: 'COMPLETED', lines: [{ status: 'COMPLETED' }] });
    expect(await orders.eventsOf(id)).toEqual(['order.submitted', 'order.completed']);
  });

  it('what it would refuse is refused before anything is sent (O6)', async () => {
    await synchronize('SYNCHRONIZED');
    const { id } = await orders.placed('AUTO-1', { Seats: '5', Tenant: 'taken.example' }, as);
    expect(await orders.refusals('executeOrder', { orderId: id })).toMatchObject([
      { code: 'VENDOR_PARAMETER_INVALID', path: ['input', 'lines', '0', 'characteristics'], message: 'KASPERSKY would refuse Tenant: it is taken' },
    ]);
    expect(await intentsOf(id)).toEqual([]);
    expect(sent.some(({ parameters }) => parameters['Tenant'] === 'taken.example')).toBe(false);
  });

  it('cannot be executed where the vendor cannot be reached', async () => {
    const { id } = await orders.placed('ELSEWHERE-1', { Seats: '5' }, as);
    expect(await orders.refusals('executeOrder', { orderId: id })).toMatchObject([{ code: 'VENDOR_NOT_CONFIGURED', path: ['input', 'lines', '0'] }]);
    expect((await orders.order(id)).status).toBe('SUBMITTED');
  });
});
