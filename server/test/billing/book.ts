/** A book of business that a test keeps through the API, as an operator would: one line for each thing done. */
import { localDate } from '@cloudtill/domain/calendar/local-date';
import { bill, key, startServer, type Answer, type Ask, type TestServer } from '../server.ts';

export interface Named {
  readonly id: string;
  readonly number: string;
}

export interface PlanTerms {
  readonly sku?: string;
  readonly product?: string;
  readonly policy?: 'MAX_OF_MONTH' | 'PAYG' | 'YEARLY';
  readonly cycle?: 'CALENDAR' | 'ANNIVERSARY';
  readonly daily?: 'CLOSING' | 'PEAK';
  readonly band?: readonly [least: number, most: number];
  /** List price and vendor cost by currency; `{ EUR: ['1.00', '0.70'] }`. */
  readonly prices?: Readonly<Record<string, readonly [list: string, cost: string]>>;
  readonly from?: string;
}

/** What one charge says: `2021-05 RECURRING 2021-05-01/2021-06-01 21.61`. */
const CHARGE = `number kind status periodStart periodEnd quantity unitPrice listPrice net { amount currency } billingPeriod { name } plan { sku }
  seller { number } buyer { number } subscription { number } explanation { adjusts alreadyCharged { amount } }`;

export class Book {
  #made = 0;
  readonly #products = new Map<string, string>();
  readonly #customers = new Map<string, Promise<Named>>();

  private constructor(
    readonly server: TestServer,
    readonly ask: Ask,
  ) {}

  static async open(env: Record<string, string> = {}): Promise<Book> {
    return Book.of(await startServer(env));
  }

  static async of(server: TestServer): Promise<Book> {
    return new Book(server, await server.as('operator'));
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  // ---- asking

  /** Runs a mutation. @throws where it was refused */
  async do(mutation: string, input: object, fields: string): Promise<Answer['data']> {
    const payload = await this.try(mutation, input, fields);
    if (payload.userErrors.length > 0) throw new Error(`${mutation}: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  }

  /** Runs a mutation and hands out its payload, refused or not. */
  async try(mutation: string, input: object, fields: string): Promise<Answer['data']> {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const { data } = await this.ask(`mutation ($input: ${type}!) { ${mutation}(input: $input) { ${fields} userErrors { code message path } } }`, { input });
    return data[mutation];
  }

  /** The codes of a mutation that must be refused. */
  async refusals(mutation: string, input: object): Promise<string[]> {
    const { userErrors } = await this.try(mutation, input, '');
    return userErrors.map(({ code }: { code: string }) => code);
  }

  /** Asks the database itself, as its owner. */
  async sql<T extends object = Record<string, string>>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.server.app.database.system.query<T>(text, [...values])).rows;
  }

  /** The first instant of a billing day; an instant stays what it is. */
  at(when: string): string {
    return when.includes('T') ? when : new Date(this.server.app.clock.startOf(localDate(when))).toISOString();
  }

  // ---- catalog and accounts

  async plan({ sku = `PLAN-${++this.#made}`, product = 'KES', policy = 'PAYG', cycle, daily, band, prices, from }: PlanTerms = {}): Promise<Named> {
    const { plan } = await this.do(
      'createPlan',
      {
        productId: await this.product(product),
        sku,
        billingPolicy: policy,
        ...(cycle && { cycle }),
        ...(daily && { dailyQuantity: daily }),
        ...(band && { minQuantity: band[0], maxQuantity: band[1] }),
      },
      'plan { id }',
    );
    const made = { id: plan.id, number: sku };
    for (const [currency, [list, cost]] of Object.entries(prices ?? { EUR: ['1.00', '0.70'] as const })) await this.price(made, currency, list, from, cost);
    return made;
  }

  async price({ id }: Named, currency: string, listPrice: string, validFrom = '2000-01-01', vendorCost = '0'): Promise<void> {
    await this.do('setPlanPrice', { planId: id, currency, listPrice, vendorCost, validFrom }, 'plan { id }');
  }

  async product(code: string): Promise<string> {
    const known = this.#products.get(code);
    if (known) return known;
    const { product } = await this.do('createProduct', { code, name: code }, 'product { id }');
    this.#products.set(code, product.id);
    return product.id;
  }

  async account(kind: 'CUSTOMER' | 'RESELLER', parent?: Named, currency = 'EUR'): Promise<Named> {
    const number = `${kind[0]}-${++this.#made}`;
    const { account } = await this.do(
      'createAccount',
      { kind, number, name: number, country: 'DE', currency, ...(parent && { parentId: parent.id }) },
      'account { id }',
    );
    return { id: account.id, number };
  }

  /** The provider's one direct customer in a currency. */
  customer(currency = 'EUR'): Promise<Named> {
    let known = this.#customers.get(currency);
    if (!known) this.#customers.set(currency, (known = this.account('CUSTOMER', undefined, currency)));
    return known;
  }

  /** A list of a seller's with one rate, assigned to a buyer. */
  async priceList(
    seller: Named | undefined,
    buyer: Named,
    product: string,
    mode: 'DISCOUNT' | 'MARKUP',
    percent: string,
    validFrom = '2000-01-01',
  ): Promise<string> {
    const { priceList } = await this.do('createPriceList', { name: `for ${buyer.number}`, ...(seller && { sellerId: seller.id }) }, 'priceList { id }');
    await this.rate(priceList.id, product, mode, percent, validFrom);
    await this.do('assignPriceList', { priceListId: priceList.id, accountId: buyer.id, validFrom }, 'priceList { id }');
    return priceList.id;
  }

  async rate(priceListId: string, product: string, mode: 'DISCOUNT' | 'MARKUP', percent: string, validFrom = '2000-01-01'): Promise<void> {
    const input = { priceListId, productId: await this.product(product), mode, percent, validFrom, confirmUnderCost: true, reason: 'a test' };
    await this.do('setPriceListEntry', input, 'priceList { id }');
  }

  // ---- subscriptions

  async subscribe(plan: Named, quantity: number, activated: string, account?: Named): Promise<Named> {
    const { id: accountId } = account ?? (await this.customer());
    const input = { accountId, planId: plan.id, quantity, activatedAt: this.at(activated), idempotencyKey: key() };
    return (await this.do('createSubscription', input, 'subscription { id number }')).subscription;
  }

  change({ id }: Named, quantity: number, effective: string, more: object = {}): Promise<Answer['data']> {
    return this.do('changeSubscriptionQuantity', { ...this.#of(id, effective), quantity, ...more }, 'subscription { version } replayed');
  }

  switchPlan({ id }: Named, plan: Named, effective: string, quantity?: number): Promise<Answer['data']> {
    return this.do('switchSubscriptionPlan', { ...this.#of(id, effective), planId: plan.id, ...(quantity && { quantity }) }, 'subscription { version }');
  }

  terminate({ id }: Named, effective: string): Promise<Answer['data']> {
    return this.do('terminateSubscription', { ...this.#of(id, effective), confirmIrreversible: true }, 'subscription { version }');
  }

  renewal({ id }: Named, renews: boolean, quantity?: number): Promise<Answer['data']> {
    return this.do('setSubscriptionRenewal', { subscriptionId: id, renews, ...(quantity && { quantity }), idempotencyKey: key() }, 'subscription { version }');
  }

  #of(subscriptionId: string, effective: string): object {
    return { subscriptionId, effectiveAt: this.at(effective), idempotencyKey: key() };
  }

  // ---- billing

  /** Bills months one after the other. @returns the facts of the last run */
  async bill(...months: readonly string[]): Promise<Record<string, string>> {
    let facts: Record<string, string> = {};
    for (const month of months) facts = await this.billing(month);
    return facts;
  }

  /** Bills a month, looking at everything where asked. */
  async billing(month: string, more: object = {}): Promise<Record<string, string>> {
    const { job, userErrors } = await bill(this.server, month, more);
    if (job?.state !== 'SUCCEEDED') throw new Error(`billing ${month}: ${JSON.stringify(job ?? userErrors)}`);
    return factsOf(job);
  }

  async close(...months: readonly string[]): Promise<void> {
    for (const month of months) {
      const { job } = await this.do('closeBillingPeriod', { billingPeriod: month, idempotencyKey: key() }, 'job { id }');
      const { state, userErrors } = await this.server.finished(job.id);
      if (state !== 'SUCCEEDED') throw new Error(`closing ${month}: ${JSON.stringify(userErrors)}`);
    }
  }

  /** Every charge that a filter finds, the earliest first. */
  async charges(filter: object = {}): Promise<Answer['data'][]> {
    const charges: Answer['data'][] = [];
    for (let after: string | null = null; ;) {
      const { data }: { data: Answer['data'] } = await this.ask(
        `query ($filter: ChargeFilter, $after: String) { charges(filter: $filter, first: 100, after: $after, orderBy: { field: BILLING_PERIOD, direction: ASC }) { nodes { ${CHARGE} } pageInfo { hasNextPage endCursor } } }`,
        { filter, after },
      );
      charges.push(...data.charges.nodes);
      if (!data.charges.pageInfo.hasNextPage) return charges;
      after = data.charges.pageInfo.endCursor;
    }
  }

  /** A subscription's charges as lines; with `edges` they name who owes whom. */
  async billed({ id }: Named, { edges = false, skus = false } = {}): Promise<string[]> {
    const lines = (await this.charges({ subscriptionId: id })).map(
      ({ billingPeriod, kind, periodStart, periodEnd, net, seller, buyer, plan, explanation }) =>
        `${billingPeriod.name} ${kind} ${periodStart}/${periodEnd} ${net.amount}` +
        (explanation.adjusts ? ` for ${explanation.adjusts}` : '') +
        (skus ? ` ${plan.sku}` : '') +
        (edges ? ` ${seller.number} to ${buyer.number}` : ''),
    );
    return lines.sort();
  }
}

export function factsOf({ result }: { result: { facts: { name: string; value: string }[] } }): Record<string, string> {
  return Object.fromEntries(result.facts.map(({ name, value }) => [name, value]));
}

/** `2021-04` and so many months from it on. */
export function monthsFrom(first: string, count: number): string[] {
  const [year, month] = first.split('-').map(Number) as [number, number];
  return Array.from({ length: count }, (_, index) => {
    const months = year * 12 + month - 1 + index;
    return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
  });
}
