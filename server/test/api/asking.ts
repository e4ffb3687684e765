/** Mutations as tests call them, in a world that has something for each to be done to. */
import type { Provision, VendorAccount } from '@cloudtill/vendors/vendor';
import { setTimeout as sleep } from 'node:timers/promises';
import { isInputObjectType } from 'graphql';
import { expect } from 'vitest';
import { createSchema } from '../../src/schema.ts';
import { startVendors } from '../provisioning/sandbox.ts';
import { key, type Answer } from '../server.ts';
import { openWorld, type Person, type World } from './world.ts';

const schema = createSchema('sandbox');

const IMPORTED = 'number,name,kind,parent,email,country,currency\nC-IMPORTED,Imported,CUSTOMER,,,DE,EUR\n';

/** Out of the comparison is what changes by itself: the queue, sessions, marks, what was noted of a key. */
const RESTLESS = [
  'session',
  'sign_in_attempt',
  'worker_process',
  'service_credential',
  'app_user',
  'rating_mark',
  'migration',
  'installation',
  'vendor_health',
];

/** An article of Google’s. */
const ARTICLE = '1010020027';

export function inputTypeOf(mutation: string): string {
  return `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
}

export class Mutations {
  /** Ids of what was made here, by number, SKU or name. */
  readonly #made = new Map<string, string>();

  private constructor(
    readonly world: World,
    readonly stop: () => Promise<void>,
  ) {}

  static async open(): Promise<Mutations> {
    // One vendor that has everything, a simulator in this process; the others are not configured.
    const vendors = await startVendors(['GOOGLE']);
    const world = await openWorld(vendors.env);
    const mutations = new Mutations(world, async () => {
      await world.server.stop();
      await vendors.stop();
    });
    await mutations.#prepare();
    return mutations;
  }

  id(name: string): string {
    return this.#made.get(name) ?? this.world.id(name);
  }

  hasKey(mutation: string): boolean {
    const type = schema.getType(inputTypeOf(mutation));
    return isInputObjectType(type) && 'idempotencyKey' in type.getFields();
  }

  query(mutation: string, select: string): string {
    const errors = 'userErrors { code message path parameters { name value } }';
    return `mutation ($input: ${inputTypeOf(mutation)}!) { ${mutation}(input: $input) { ${select} ${errors} } }`;
  }

  /** The payload of a mutation, called with a key of its own where it takes one. */
  async call(mutation: string, input: object, { select = '', as = 'operator' as Person } = {}): Promise<Answer['data']> {
    const keyed = this.hasKey(mutation) ? { idempotencyKey: key(), ...input } : input;
    const { data, errors } = await this.world.ask(as, this.query(mutation, select), { input: keyed });
    if (errors) throw new Error(JSON.stringify(errors));
    return data[mutation];
  }

  /** The payload of a mutation that must not be refused. */
  async done(mutation: string, input: object, select = ''): Promise<Answer['data']> {
    const payload = await this.call(mutation, input, { select });
    expect({ mutation, userErrors: payload.userErrors }).toEqual({ mutation, userErrors: [] });
    return payload;
  }

  async sql<T extends object>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.world.server.app.database.system.query<T>(text, values as unknown[])).rows;
  }

  /** What is in the books, one checksum a table; of jobs, events, mails and what vendors are asked which there are, since workers go on with them. */
  async books(): Promise<Record<string, string>> {
    const tables = await this.sql<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all ($1)`,
      [RESTLESS],
    );
    const checksums = tables.map(async ({ name }) => {
      const row = ['job', 'outbox_event', 'mail', 'provisioning_operation'].includes(name) ? 't.id::text' : 't::text';
      const [only] = await this.sql<{ text: string }>(`select md5(string_agg(${row}, '|' order by ${row})) as text from ${name} t`);
      return [name, only!.text] as const;
    });
    return Object.fromEntries(await Promise.all(checksums));
  }

  /** Announces a file and puts its bytes. */
  async upload(text: string): Promise<string> {
    const { uploadId, uploadUrl } = await this.done('createUpload', { fileName: 'accounts.csv', byteSize: Buffer.byteLength(text) }, 'uploadId uploadUrl');
    await fetch(this.world.server.url + uploadUrl, { method: 'PUT', headers: await this.world.headers('operator'), body: text });
    return uploadId;
  }

  async #prepare(): Promise<void> {
    await this.#prepareAccounts();
    await this.#prepareCatalog();
    await this.#prepareSubscriptions();
    await this.#prepareMails();
    await this.#prepareVendors();
    await this.#prepareOrders();
    this.#made.set('upload', await this.upload(IMPORTED));
  }

  /** One that waits for a day that is far, and one to an account that has no address. */
  async #prepareMails(): Promise<void> {
    for (const [name, recipient, state, due] of [
      ['M-WAITING', 'soon@example.com', 'QUEUED', '2099-01-01T00:00:00Z'],
      ['M-MUTE', '', 'GIVEN_UP', null],
    ] as const) {
      const [made] = await this.sql<{ id: string }>(
        `insert into mail (id, template, locale, cause_key, recipient, account_id, audience, subject, html, plain, state, created_at, next_attempt_at)
         select gen_random_uuid(), 'ORDER_CONFIRMATION', 'en', $1, $2, id, 'ACCOUNT', $1, '', '', $3, now(), $4 from account where number = 'M-UPDATE' returning id`,
        [name, recipient, state, due],
      );
      this.#made.set(name, `mal_${made!.id}`);
    }
  }

  /** Accounts and subscriptions at vendors, and what there is to be settled about them. */
  async #prepareVendors(): Promise<void> {
    const make = async (number: string, kind: string, parent: string): Promise<void> => {
      const input = { kind, number, parentId: this.id(parent), name: number, email: `keys@${number.toLowerCase()}.example`, country: 'DE', currency: 'EUR' };
      this.#made.set(number, (await this.done('createAccount', input, 'account { id }')).account.id);
    };
    for (const number of ['V-SYNC', 'V-PENDING', 'V-OPEN', 'V-FAILED', 'V-HOLDER']) await make(number, 'CUSTOMER', 'acc DEMO-RESELLER');
    await make('V-DIRECT', 'CUSTOMER', 'acc PROVIDER');
    await make('V-RESELLER', 'RESELLER', 'acc PROVIDER');
    await make('V-PIN', 'RESELLER', 'acc PROVIDER');
    await this.done('setSyncOptions', { accountId: this.id('V-PIN'), platform: 'SOPHOS', resellerPin: 'TAKEN-1' });
    await this.done('synchronizeAccount', { accountId: this.id('V-PIN'), platform: 'SOPHOS' });

    const { product } = await this.done('createProduct', { code: 'V-SUITE', name: 'Suite', vendor: 'GOOGLE' }, 'product { id }');
    const { plan } = await this.done('createPlan', { productId: product.id, sku: ARTICLE, billingPolicy: 'PAYG' }, 'plan { id }');
    await this.done('setPlanPrice', { planId: plan.id, currency: 'EUR', validFrom: '2026-01-01', listPrice: '2', vendorCost: '1' });
    const input = { accountId: this.id('V-HOLDER'), planId: plan.id, quantity: 10, activatedAt: '2040-05-01T00:00:00Z' };
    for (const number of ['V-RUNS', 'V-PAUSED', 'V-CODE', 'V-RETRIED', 'V-UNKNOWN', 'V-DIFFERS', 'V-BUSY', 'V-GONE'])
      this.#made.set(number, (await this.done('createSubscription', { ...input, number }, 'subscription { id }')).subscription.id);
    await this.#deliver('V-RUNS');
    await this.#deliver('V-PAUSED', 'SUSPENDED');
    // One that waits for its vendor.
    const [ordered] = await this.sql<{ id: string }>(
      `insert into service_subscription (id, customer_id, number, product_id, plan_id, status, quantity, platform, version, created_at, updated_at)
       select gen_random_uuid(), customer_id, 'V-ORDERED', product_id, plan_id, 'PENDING', quantity, 'RESELLER_API', 1, created_at, updated_at from service_subscription where number = 'V-RUNS' returning id`,
    );
    this.#made.set('V-ORDERED', `sub_${ordered!.id}`);
    await this.sql(`update service_subscription set platform = 'RESELLER_API' where number = 'V-BUSY'`);

    const change = { change: { operation: 'CHANGE_QUANTITY', quantity: 12 } };
    for (const [name, of, kind, state, vendor, request] of [
      ['V-RETRIED failed', 'V-RETRIED', 'CHANGE_QUANTITY', 'FAILED', 'KASPERSKY', change],
      ['V-UNKNOWN open', 'V-UNKNOWN', 'CHANGE_QUANTITY', 'UNKNOWN', 'GOOGLE', change],
      ['V-BUSY failed', 'V-BUSY', 'CHANGE_QUANTITY', 'FAILED', 'GOOGLE', change],
      ['V-BUSY open', 'V-BUSY', 'CHANGE_QUANTITY', 'UNKNOWN', 'GOOGLE', change],
      ['V-CODE failed', 'V-CODE', 'PROVISION', 'FAILED', 'GOOGLE', {}],
      ['V-CODE pause', 'V-CODE', 'SUSPEND', 'FAILED', 'GOOGLE', {}],
      ['V-CODE resumed', 'V-CODE', 'RESUME', 'SUCCEEDED', 'GOOGLE', {}],
      ['V-ORDERED open', 'V-ORDERED', 'PROVISION', 'UNKNOWN', 'GOOGLE', {}],
      ['V-FAILED failed', 'V-FAILED', 'CREATE_CUSTOMER', 'FAILED', 'KASPERSKY', {}],
      ['V-OPEN open', 'V-OPEN', 'CREATE_CUSTOMER', 'UNKNOWN', 'GOOGLE', {}],
    ] as const)
      this.#made.set(name, await this.#operation(of, kind, state, vendor, request));
    for (const [account, platform, status] of [
      ['V-PENDING', 'KORM', 'PENDING'],
      ['V-FAILED', 'KORM', 'FAILED'],
    ] as const)
      await this.sql(
        `insert into provisioning_sync (account_id, platform, status, email, role, updated_at) select id, $2, $3, email, 'USER', now() from account where number = $1`,
        [account, platform, status],
      );

    for (const [name, of, vendor, field, resolution] of [
      ['V-DIFFERS quantity', 'V-DIFFERS', 'GOOGLE', 'QUANTITY', null],
      ['V-DIFFERS article', 'V-DIFFERS', 'GOOGLE', 'SKU', null],
      ['V-DIFFERS settled', 'V-DIFFERS', 'GOOGLE', 'STATUS', 'both sides agree'],
      ['V-BUSY differs', 'V-BUSY', 'GOOGLE', 'QUANTITY', null],
      ['V-CODE differs', 'V-CODE', 'KASPERSKY', 'QUANTITY', null],
      ['orphan', null, 'KASPERSKY', 'EXISTENCE', null],
    ] as const) {
      const [made] = await this.sql<{ id: string }>(
        `insert into drift (id, vendor_code, subscription_id, account_id, vendor_subscription_id, field, ours, theirs, opened_at, seen_at, resolved_at, resolution)
         select gen_random_uuid(), $2, s.id, s.customer_id, $1, $3, '10', '12', now(), now(), case when $4::text is not null then now() end, $4
           from (select) one left join service_subscription s on s.number = $5 returning id`,
        [`at the vendor: ${name}`, vendor, field, resolution, of],
      );
      this.#made.set(name, `drf_${made!.id}`);
    }
  }

  /** An operation at rest, or one that is looked at in sixty years; of a subscription or an account. */
  async #operation(of: string, kind: string, state: string, vendor: string, request: object): Promise<string> {
    const [made] = await this.sql<{ id: string }>(
      `insert into provisioning_operation (id, account_id, subscription_id, vendor_code, kind, request, state, needs_attention, since, due_at, attempts, sent_at, message, actor_kind, actor_name, created_at, finished_at)
       select gen_random_uuid(), coalesce(s.customer_id, a.id), s.id, $3, $4, $5::jsonb, $2, $2 = 'FAILED', timestamptz '2040-06-15 12:00Z', timestamptz '2099-01-01', 1, case when $2 = 'SUCCEEDED' then timestamptz '2040-06-04' else '2040-06-03' end, 'no answer', 'USER', 'Olga Operator', timestamptz '2040-06-03',
              case when $2 in ('FAILED', 'SUCCEEDED') then timestamptz '2040-06-04' end
         from (select) one left join service_subscription s on s.number = $1 left join account a on a.number = $1 returning id`,
      [of, state, vendor, kind, JSON.stringify(request)],
    );
    return `op_${made!.id}`;
  }

  /** Lets the vendor have a subscription as it is here. Each has a customer of its own there. */
  async #deliver(number: string, status = 'ACTIVE'): Promise<void> {
    const vendor = this.world.server.app.vendors.find('GOOGLE')!;
    const call = (): { operationId: string; signal: AbortSignal } => ({ operationId: crypto.randomUUID(), signal: AbortSignal.timeout(5_000) });
    const account: VendorAccount = {
      reference: number,
      vendorCustomerId: undefined,
      companyName: number,
      email: `it@${number.toLowerCase()}.example`,
      phone: undefined,
      address: { line1: 'Kai 1', city: 'Kiel', region: undefined, postalCode: '24103', country: 'DE' },
      locale: 'de-DE',
      role: 'USER',
      reseller: { pin: 'R-1', email: 'desk@partner.example' },
      parameters: {},
    };
    const known = await vendor.createCustomer(call(), account);
    if (known.kind !== 'SUCCEEDED') throw new Error(JSON.stringify(known));
    const { vendorCustomerId } = known.value;
    const order: Provision = {
      reference: number,
      account: { ...account, vendorCustomerId },
      sku: ARTICLE,
      quantity: 10,
      policy: 'PAYG',
      currency: 'EUR',
      approvalCode: undefined,
      parameters: {},
    };
    const made = await vendor.provision(call(), order);
    if (made.kind !== 'SUCCEEDED') throw new Error(JSON.stringify(made));
    const { vendorSubscriptionId } = made.value;
    if (status === 'SUSPENDED')
      await vendor.change(call(), { reference: number, vendorSubscriptionId, vendorCustomerId, sku: ARTICLE, memo: undefined }, { operation: 'SUSPEND' });
    await this.sql(
      `update service_subscription set platform = 'RESELLER_API', vendor_subscription_id = $2, vendor_customer_id = $3, status = $4 where number = $1`,
      [number, vendorSubscriptionId, vendorCustomerId, status],
    );
    this.#made.set(`${number} at the vendor`, vendorSubscriptionId);
  }

  /** Orders in every state from which something can be done; those of M-APPROVES wait for somebody. */
  async #prepareOrders(): Promise<void> {
    await this.done('updateAccount', { accountId: this.id('M-APPROVES'), orderApproval: true });
    for (const [name, account, as] of [
      ['M-EMPTY', 'acc DEMO-CUSTOMER', undefined],
      ['M-CONFIGURE', 'acc DEMO-CUSTOMER', undefined],
      ['M-REMOVE', 'acc DEMO-CUSTOMER', undefined],
      ['M-CANCEL', 'acc DEMO-CUSTOMER', undefined],
      ['M-PLACE', 'acc DEMO-CUSTOMER', undefined],
      ['M-EXECUTE', 'acc DEMO-CUSTOMER', 'operator'],
      ['M-SUBMITTED', 'acc DEMO-CUSTOMER', 'operator'],
      ['M-OWN', 'M-APPROVES', 'operator'],
      ['M-APPROVE', 'M-APPROVES', 'reseller'],
      ['M-REJECT', 'M-APPROVES', 'reseller'],
    ] as const) {
      const line = { planId: this.id('pln KES-1'), characteristics: [{ name: 'Seats', value: '3' }] };
      const channel = as === 'reseller' ? 'STOREFRONT' : 'OPERATOR';
      const input = { accountId: this.id(account), channel, lines: name === 'M-EMPTY' ? [] : [line] };
      const { order } = await this.call('createOrder', input, { select: 'order { id lines { id } }', as: as ?? 'operator' });
      this.#made.set(name, order.id);
      if (order.lines[0]) this.#made.set(`${name} line`, order.lines[0].id);
      if (name !== 'M-PLACE' && as === undefined) continue;
      const quoted = await this.world.ask(as ?? 'operator', 'query ($id: ID!) { quote(input: { orderId: $id }) { quote { token } } }', { id: order.id });
      const { token } = quoted.data.quote.quote;
      if (name === 'M-PLACE') this.#made.set('M-PLACE quote', token);
      else await this.call('placeOrder', { orderId: order.id, quoteToken: token }, { as });
    }
    await this.toldAll();
  }

  /** Waits until all events are handled, so that what follows from them is in the books. */
  async toldAll(): Promise<void> {
    for (let tries = 0; tries < 400; tries++) {
      const waiting = await this.sql('select 1 from outbox_event where handled_at is null and dead_reason is null limit 1');
      if (waiting.length === 0) return;
      await sleep(25);
    }
  }

  async #prepareAccounts(): Promise<void> {
    const make = async (number: string, kind: string): Promise<void> => {
      const input = { kind, number, parentId: this.id('acc DEMO-RESELLER'), name: number, country: 'DE', currency: 'EUR' };
      this.#made.set(number, (await this.done('createAccount', input, 'account { id }')).account.id);
    };
    for (const number of ['M-UPDATE', 'M-HOLD', 'M-RELEASE', 'M-CLOSE', 'M-MOVE', 'M-HELD', 'M-CLOSED', 'M-APPROVES']) await make(number, 'CUSTOMER');
    await make('M-SUBRESELLER', 'RESELLER');
    await this.done('holdAccount', { accountId: this.id('M-RELEASE') });
    await this.done('closeAccount', { accountId: this.id('M-CLOSED') });
  }

  async #prepareCatalog(): Promise<void> {
    const { product } = await this.done('createProduct', { code: 'M-OLD', name: 'Old', vendor: 'KASPERSKY' }, 'product { id }');
    this.#made.set('M-OLD', product.id);
    const legacy = { productId: product.id, sku: 'M-LEGACY', billingPolicy: 'MAX_OF_MONTH' };
    this.#made.set('M-LEGACY', (await this.done('createPlan', legacy, 'plan { id }')).plan.id);
    for (const [sku, more] of [
      ['M-PLAN', {}],
      ['M-RETIRED', {}],
      ['M-UNPRICED', {}],
      ['M-ANNIVERSARY', { cycle: 'ANNIVERSARY' }],
    ] as const) {
      const input = { productId: this.id('prd KES'), sku, billingPolicy: 'PAYG', ...more };
      this.#made.set(sku, (await this.done('createPlan', input, 'plan { id }')).plan.id);
    }
    await this.done('updatePlan', { planId: this.id('M-RETIRED'), status: 'RETIRED' });
    for (const name of ['M-LIST', 'M-ASSIGNED'])
      this.#made.set(name, (await this.done('createPriceList', { sellerId: this.id('acc R-RIVAL'), name }, 'priceList { id }')).priceList.id);
  }

  async #prepareSubscriptions(): Promise<void> {
    const subscribe = async (number: string, accountId: string, plan: string): Promise<void> => {
      const input = { accountId, planId: this.id(`pln ${plan}`), number, quantity: 10, activatedAt: '2040-05-01T00:00:00Z' };
      this.#made.set(number, (await this.done('createSubscription', input, 'subscription { id }')).subscription.id);
    };
    const customer = this.id('acc DEMO-CUSTOMER');
    for (const number of ['M-CHANGE', 'M-SWITCH', 'M-TERMINATE', 'M-ENDED', 'M-ENDING', 'M-SUSPENDED']) await subscribe(number, customer, 'KES-1');
    for (const number of ['M-RENEW', 'M-YEAR']) await subscribe(number, customer, 'KES-Y');
    await subscribe('M-OF-HELD', this.id('M-HELD'), 'KES-1');
    await this.done('holdAccount', { accountId: this.id('M-HELD') });
    await this.done('terminateSubscription', { subscriptionId: this.id('M-ENDED'), confirmIrreversible: true });
    this.#made.set('M-ENDED failed', await this.#operation('M-ENDED', 'RESUME', 'FAILED', 'GOOGLE', { change: { operation: 'RESUME' } }));
    await this.done('terminateSubscription', { subscriptionId: this.id('M-ENDING'), confirmIrreversible: true, effectiveAt: '2040-07-01T00:00:00Z' });
    // Nothing is connected to it: it stands so as if a vendor had.
    await this.sql(`update service_subscription set status = 'SUSPENDED' where number = 'M-SUSPENDED'`);
  }
}
