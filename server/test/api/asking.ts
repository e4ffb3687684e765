/** Mutations as tests call them, in a world that has something for each to be done to. */
import { isInputObjectType } from 'graphql';
import { expect } from 'vitest';
import { createSchema } from '../../src/schema.ts';
import { key, type Answer } from '../server.ts';
import { openWorld, type Person, type World } from './world.ts';

const schema = createSchema('sandbox');

const IMPORTED = 'number,name,kind,parent,email,country,currency\nC-IMPORTED,Imported,CUSTOMER,,,DE,EUR\n';

/** Out of the comparison is what changes by itself: the queue, sessions, marks, what was noted of a key. */
const RESTLESS = ['session', 'sign_in_attempt', 'worker_process', 'service_credential', 'app_user', 'rating_mark', 'migration', 'installation'];

export function inputTypeOf(mutation: string): string {
  return `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
}

export class Mutations {
  /** Ids of what was made here, by number, SKU or name. */
  readonly #made = new Map<string, string>();

  private constructor(readonly world: World) {}

  static async open(): Promise<Mutations> {
    const mutations = new Mutations(await openWorld());
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

  /** What is in the books, one checksum a table; of jobs, events and mails which there are, since workers go on with them. */
  async books(): Promise<Record<string, string>> {
    const tables = await this.sql<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all ($1)`,
      [RESTLESS],
    );
    const checksums = tables.map(async ({ name }) => {
      const row = ['job', 'outbox_event', 'mail'].includes(name) ? 't.id::text' : 't::text';
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

  async #prepareAccounts(): Promise<void> {
    const make = async (number: string, kind: string): Promise<void> => {
      const input = { kind, number, parentId: this.id('acc DEMO-RESELLER'), name: number, country: 'DE', currency: 'EUR' };
      this.#made.set(number, (await this.done('createAccount', input, 'account { id }')).account.id);
    };
    for (const number of ['M-UPDATE', 'M-HOLD', 'M-RELEASE', 'M-CLOSE', 'M-MOVE', 'M-HELD', 'M-CLOSED']) await make(number, 'CUSTOMER');
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
    await this.done('terminateSubscription', { subscriptionId: this.id('M-ENDING'), confirmIrreversible: true, effectiveAt: '2040-07-01T00:00:00Z' });
    // No vendor is connected yet that could suspend one.
    await this.sql(`update service_subscription set status = 'SUSPENDED' where number = 'M-SUSPENDED'`);
  }
}
