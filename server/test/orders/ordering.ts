/** Orders as tests make them: through the API, as whoever, and what the database says of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Book } from '../billing/book.ts';
import { key, type Answer } from '../server.ts';
import { addCredential, addPerson, signIn } from '../api/world.ts';

export const ORDER = `id number status channel currency approvalRequired placedBy placedAt approvedBy executedAt completedAt reason version
  account { number } total { amount currency } firstCharge { amount } recurring { amount }
  blockers { code path message }
  lines { id position status missing quantity approvalCode plan { sku } product { code } characteristics { name label value }
    definitions { name type required minimum maximum choices }
    unitPrice { amount currency } firstCharge { amount } recurring { amount } subscription { id number status quantity plan { sku } }
    failure { code message } blockers { code path } }`;
export const QUOTE = `token validUntil total { amount currency } firstCharge { amount } recurring { amount } warnings { code message }
  lines { lineId quantity unitPrice { amount } firstCharge { amount } recurring { amount }
    edges { seller { number } buyer { number } unitPrice { amount } firstCharge { amount } recurring { amount } } }`;

const inputTypeOf = (mutation: string): string => `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
const KEYED = new Set(['createOrder', 'placeOrder', 'approveOrder', 'rejectOrder', 'executeOrder', 'cancelOrder']);

export class Orders {
  readonly #cookies = new Map<string, Promise<string>>();
  readonly ids = new Map<string, string>();

  private constructor(readonly book: Book) {}

  /** A provider with a reseller R and its customers C-EUR … C-KWD, and one plan of each kind. */
  static async open(env: Record<string, string> = {}): Promise<Orders> {
    const orders = new Orders(await Book.open(env));
    await orders.#prepare();
    return orders;
  }

  stop(): Promise<void> {
    return this.book.stop();
  }

  async #prepare(): Promise<void> {
    const { book } = this;
    const account = async (kind: string, number: string, parent: string | undefined, currency = 'EUR'): Promise<void> => {
      const input = { kind, number, name: number, country: 'DE', currency, ...(parent && { parentId: this.id(parent) }) };
      this.ids.set(number, (await book.do('createAccount', input, 'account { id }')).account.id);
    };
    await account('RESELLER', 'R', undefined);
    await account('RESELLER', 'R-OTHER', undefined);
    for (const currency of ['EUR', 'USD', 'JPY', 'KWD']) await account('CUSTOMER', `C-${currency}`, 'R', currency);
    await account('CUSTOMER', 'C-DIRECT', undefined);
    const all = { EUR: ['2', '1'], USD: ['3', '1'], JPY: ['300', '100'], KWD: ['0.5', '0.1'] } as const;
    const plan = async (sku: string, terms: object): Promise<void> => void this.ids.set(sku, (await book.plan({ sku, prices: all, ...terms })).id);
    await plan('LEGACY', { product: 'OLD', policy: 'MAX_OF_MONTH' });
    await plan('SMALL', { product: 'NEW', band: [1, 49] });
    await plan('LARGE', { product: 'NEW', band: [50, 999] });
    await plan('YEAR', { product: 'NEW', policy: 'YEARLY' });
    await plan('ANNIVERSARY', { product: 'NEW', cycle: 'ANNIVERSARY' });
    await plan('HIDDEN', { product: 'HIDDEN' });
    const { product } = await book.do('createProduct', { code: 'USE', name: 'USE', pricing: 'CONSUMPTION' }, 'product { id }');
    const used = await book.do('createPlan', { productId: product.id, sku: 'USE', billingPolicy: 'CONSUMPTION' }, 'plan { id }');
    this.ids.set('USE', used.plan.id);
    const list = await book.do('createPriceList', { name: 'for R' }, 'priceList { id }');
    this.ids.set('list', list.priceList.id);
    for (const code of ['OLD', 'NEW']) await book.rate(list.priceList.id, code, 'DISCOUNT', '0');
    await book.do(
      'setPriceListEntry',
      { priceListId: list.priceList.id, productId: product.id, mode: 'DISCOUNT', percent: '0', validFrom: '2000-01-01' },
      'priceList { id }',
    );
    await book.do('assignPriceList', { priceListId: list.priceList.id, accountId: this.id('R'), validFrom: '2000-01-01' }, 'priceList { id }');
    const { system } = book.server.app.database;
    for (const [email, number, role] of [
      ['r@demo.test', 'R', 'RESELLER_ADMIN'],
      ['r2@demo.test', 'R', 'RESELLER_ADMIN'],
      ['other@demo.test', 'R-OTHER', 'RESELLER_ADMIN'],
      ['c@demo.test', 'C-EUR', 'CUSTOMER_ADMIN'],
      ['c2@demo.test', 'C-EUR', 'CUSTOMER_ADMIN'],
      ['o2@demo.test', 'PROVIDER', 'OPERATOR_ADMIN'],
    ] as const)
      await addPerson(system, email, number, role);
    await addCredential(system, 'ct_test_orders', 'PROVIDER', ['orders:write']);
  }

  id(name: string): string {
    const id = this.ids.get(name);
    if (!id) throw new Error(`there is no ${name}`);
    return id;
  }

  async headers(who: string): Promise<Record<string, string>> {
    if (who.startsWith('ct_')) return { authorization: `Bearer ${who}` };
    let cookie = this.#cookies.get(who);
    if (!cookie) this.#cookies.set(who, (cookie = signIn(this.book.server, `${who}@demo.test`)));
    return { cookie: await cookie };
  }

  async ask(who: string, query: string, variables: object = {}): Promise<Answer> {
    return this.book.server.raw(query, variables as Record<string, unknown>, await this.headers(who));
  }

  /** A payload, refused or not. */
  async call(mutation: string, input: object, who = 'operator', fields = `order { ${ORDER} } replayed`): Promise<Answer['data']> {
    const given = KEYED.has(mutation) ? { idempotencyKey: key(), ...input } : input;
    const query = `mutation ($input: ${inputTypeOf(mutation)}!) { ${mutation}(input: $input) { ${fields} userErrors { code message path parameters { name value } } } }`;
    const { data, errors } = await this.ask(who, query, { input: given });
    if (errors) throw new Error(JSON.stringify(errors));
    return data[mutation];
  }

  /** The order after a mutation that must not be refused. */
  async done(mutation: string, input: object, who?: string): Promise<Answer['data']> {
    const payload = await this.call(mutation, input, who);
    if (payload.userErrors.length > 0) throw new Error(`${mutation}: ${JSON.stringify(payload.userErrors)}`);
    return payload.order;
  }

  async refusals(operation: string, input: object, who?: string): Promise<Answer['data']> {
    if (operation === 'quote') return (await this.quoted((input as { orderId: string }).orderId, who)).userErrors;
    return (await this.call(operation, input, who)).userErrors;
  }

  create(account: string, channel = 'STOREFRONT', who?: string, lines?: object[]): Promise<Answer['data']> {
    return this.done('createOrder', { accountId: this.id(account), channel, ...(lines && { lines }) }, who);
  }

  add(orderId: string, plan: string, values: Record<string, string> = {}, who?: string, more: object = {}): Promise<Answer['data']> {
    return this.done('addOrderLine', { orderId, planId: this.id(plan), characteristics: given(values), ...more }, who);
  }

  configure(lineId: string, values: Record<string, string>, who?: string, more: object = {}): Promise<Answer['data']> {
    return this.done('configureOrderLine', { lineId, characteristics: given(values), ...more }, who);
  }

  async quoted(orderId: string, who = 'operator'): Promise<Answer['data']> {
    const { data, errors } = await this.ask(
      who,
      `query ($input: QuoteInput!) { quote(input: $input) { quote { ${QUOTE} } userErrors { code message path } } }`,
      { input: { orderId } },
    );
    if (errors) throw new Error(JSON.stringify(errors));
    return data.quote;
  }

  async quote(orderId: string, who?: string): Promise<Answer['data']> {
    const { quote, userErrors } = await this.quoted(orderId, who);
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
    return quote;
  }

  place(orderId: string, quoteToken: string, who?: string): Promise<Answer['data']> {
    return this.done('placeOrder', { orderId, quoteToken }, who);
  }

  execute(orderId: string, who?: string): Promise<Answer['data']> {
    return this.done('executeOrder', { orderId }, who);
  }

  /** A draft with one line, ready to be placed. */
  async draft(plan: string, values: Record<string, string>, { account = 'C-EUR', channel = 'OPERATOR', who = 'operator' } = {}): Promise<Answer['data']> {
    return this.create(account, channel, who, [{ planId: this.id(plan), characteristics: given(values) }]);
  }

  /** One that was placed. */
  async placed(plan: string, values: Record<string, string>, as: { account?: string; channel?: string; who?: string } = {}): Promise<Answer['data']> {
    const { id } = await this.draft(plan, values, as);
    return this.place(id, (await this.quote(id, as.who)).token, as.who);
  }

  async order(id: string, who = 'operator'): Promise<Answer['data']> {
    const { data, errors } = await this.ask(who, `query ($id: ID!) { order(id: $id) { ${ORDER} } }`, { id });
    if (errors) throw new Error(JSON.stringify(errors));
    return data.order;
  }

  async eventsOf(orderId: string): Promise<string[]> {
    const rows = await this.book.sql<{ topic: string }>(`select topic from outbox_event where payload ->> 'orderId' = $1 order by id`, [orderId.slice(4)]);
    return rows.map(({ topic }) => topic);
  }

  async subscriptionsOf(orderId: string): Promise<number> {
    return (await this.book.sql('select 1 from order_line l join service_subscription s on s.id = l.subscription_id where l.order_id = $1', [orderId.slice(4)]))
      .length;
  }
}

export function given(values: Record<string, string>): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** Asks until it holds: a worker is at it. */
export async function settled(check: () => Promise<void>, deadlineMs = 15_000): Promise<void> {
  for (const until = Date.now() + deadlineMs; ; await sleep(50)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}
