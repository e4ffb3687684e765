/** A small business at every vendor, and a way to order from it, through the API. */
import { randomUUID } from 'node:crypto';

/** How an order is named at each vendor. Google holds one subscription for each customer and article, so there are several articles. */
const ARTICLES = 10;
const SKUS: Readonly<Record<string, (index: number) => string>> = {
  KASPERSKY: (index) => `KL10${index}1XA*MG`,
  MICROSOFT: (index) => `CFQ7TTC0LH${index}G:0001:CFQ7TTC0K${index}WX`,
  GOOGLE: (index) => `101002002${index}`,
};

export class VendorShop {
  readonly #url: string;
  #cookie = '';
  readonly #plans = new Map<string, string[]>();
  readonly #customers: string[] = [];
  #orders = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Products, plans and prices of each vendor, and customers that every one of them knows. Workers must be there. */
  async open(vendors: readonly string[], customers: number): Promise<void> {
    await this.ask('mutation { signIn(input: { email: "operator@demo.test", password: "cloudtill-demo" }) { userErrors { code } } }');
    const provider = (await this.ask('{ account(number: "PROVIDER") { id } }')).account.id;
    for (const vendor of vendors) this.#plans.set(vendor, await this.#addPlans(vendor));
    for (let index = 0; index < customers; index++) this.#customers.push(await this.#addCustomer(provider, index, vendors));
  }

  /** Orders so many licenses, for the next customer that has not this article yet. @returns the order's id, executing */
  async order(vendor: string, quantity: number): Promise<string> {
    const index = this.#orders++;
    const customer = this.#customers[Math.floor(index / ARTICLES) % this.#customers.length]!;
    const planId = this.#plans.get(vendor)![index % ARTICLES]!;
    const made = await this.change('createOrder', 'order { id }', { accountId: customer, channel: 'API' });
    const orderId = made.order.id;
    await this.change('addOrderLine', 'order { id }', { orderId, planId, characteristics: [{ name: 'Seats', value: String(quantity) }] });
    const { quote } = (
      await this.ask('query ($input: QuoteInput!) { quote(input: $input) { quote { token } userErrors { code message } } }', { input: { orderId } })
    ).quote;
    await this.change('placeOrder', 'order { id }', { orderId, quoteToken: quote.token });
    await this.change('executeOrder', 'order { id status }', { orderId });
    return orderId;
  }

  /** @throws with what was refused */
  async change(mutation: string, select: string, input: object): Promise<any> {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${select} userErrors { code message } } }`;
    const keyed = KEYED.has(mutation) ? { ...input, idempotencyKey: randomUUID() } : input;
    const payload = (await this.ask(query, { input: keyed }))[mutation];
    if (payload.userErrors.length > 0) throw new Error(`${mutation}: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  }

  async ask(query: string, variables: object = {}): Promise<any> {
    const response = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(this.#cookie ? { cookie: this.#cookie } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    const set = response.headers.getSetCookie()[0];
    if (set) this.#cookie = set.split(';')[0]!;
    const { data, errors } = (await response.json()) as { data: any; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async #addPlans(vendor: string): Promise<string[]> {
    const { product } = await this.change('createProduct', 'product { id }', {
      code: `SHOP-${vendor}`,
      name: vendor,
      vendor,
      provisioning: 'AUTOMATIC',
      pricing: 'QUOTED',
    });
    const plans: string[] = [];
    for (let index = 0; index < ARTICLES; index++) {
      const sku = SKUS[vendor]!(index);
      const { plan } = await this.change('createPlan', 'plan { id }', {
        productId: product.id,
        sku,
        name: sku,
        billingPolicy: 'PAYG',
        minQuantity: 1,
        maxQuantity: 300,
      });
      await this.change('setPlanPrice', 'plan { id }', { planId: plan.id, currency: 'EUR', listPrice: '3', vendorCost: '2', validFrom: '2020-01-01' });
      plans.push(plan.id);
    }
    return plans;
  }

  async #addCustomer(parentId: string, index: number, vendors: readonly string[]): Promise<string> {
    const number = `SHOP-${index}`;
    const { account } = await this.change('createAccount', 'account { id }', {
      kind: 'CUSTOMER',
      parentId,
      number,
      name: `Customer ${index}`,
      email: `it@shop-${index}.example`,
      phone: '+49 431 1',
      address: { street: 'Kai 1', city: 'Kiel', postalCode: '24103', region: 'SH' },
      country: 'DE',
      currency: 'EUR',
    });
    for (const vendor of vendors) {
      if (vendor === 'GOOGLE') {
        await this.change('setSyncOptions', 'sync { status }', {
          accountId: account.id,
          platform: vendor,
          parameters: [
            { name: 'Domain', value: `shop-${index}.example` },
            { name: 'AlternateEmail', value: `shop-${index}@elsewhere.example` },
          ],
        });
      }
      const { sync } = await this.change('synchronizeAccount', 'sync { status reason }', { accountId: account.id, platform: vendor });
      if (sync.status !== 'SYNCHRONIZED') throw new Error(`${number} at ${vendor}: ${JSON.stringify(sync)}`);
    }
    return account.id;
  }
}

/** Mutations that want a key. */
const KEYED = new Set(['createOrder', 'placeOrder', 'executeOrder', 'synchronizeAccount', 'reconcileVendor']);
