/**
 * Prices along the chain of sellers: what each edge asks for a plan on a day. Read as the owner, since a price is made
 * of rates and costs that its buyer may not see.
 * @rule P3 P4 P5
 */
import { localDate, OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { priceEdge, type EdgePrice, type PriceListRate, type RateMode } from '@cloudtill/domain/catalog/price-list';
import type { UnitPrice } from '@cloudtill/domain/money/unit-price';
import type { Pool, PoolClient } from 'pg';

/** What an edge asks for one license and period, and by which list. */
export interface ListedPrice extends EdgePrice {
  readonly sellerId: string;
  readonly buyerId: string;
  readonly priceListId: string | undefined;
}

interface Validity {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

interface CatalogPrice extends Validity {
  readonly listPrice: UnitPrice;
  readonly vendorCost: UnitPrice;
}

interface Assignment extends Validity {
  readonly sellerId: string;
  readonly priceListId: string;
}

interface Entry extends Validity {
  readonly rate: PriceListRate;
}

/** An account's place in the chain, and what its sellers gave it. */
interface Place {
  readonly parentId: string | undefined;
  readonly currency: string;
  /** Earliest first. Before `on` the parent was `from`. */
  readonly moves: readonly { readonly on: LocalDate; readonly from: string }[];
  readonly assignments: Assignment[];
}

type Queryable = Pick<Pool | PoolClient, 'query'>;

/** How many accounts are kept; far more than one batch of subscriptions has. */
const MAX_ACCOUNTS = 40_000;

/**
 * The prices of many subscriptions, loaded in bulk: the catalog once, accounts and their lists by the batch. A seller's
 * own prices are kept, so a customer costs one edge.
 */
export class PriceBook {
  /** By plan, then by currency. */
  readonly #catalog = new Map<string, Map<string, CatalogPrice[]>>();
  readonly #productOf = new Map<string, string>();
  readonly #places = new Map<string, Place>();
  /** By list and product or plan. */
  readonly #entries = new Map<string, Entry[]>();
  readonly #lists = new Set<string>();
  readonly #sellers = new Map<string, readonly ListedPrice[]>();

  private constructor(private readonly db: Queryable) {}

  static async load(db: Queryable): Promise<PriceBook> {
    const book = new PriceBook(db);
    const { rows } = await db.query<{
      plan_id: string;
      product_id: string;
      currency: string;
      valid_from: string;
      valid_to: string | null;
      list: string;
      cost: string;
    }>(
      `select r.plan_id, p.product_id, r.currency, r.valid_from::text, r.valid_to::text, r.list_price_micros as list, r.vendor_cost_micros as cost
         from plan_price r join plan p on p.id = r.plan_id`,
    );
    for (const { plan_id, product_id, currency, valid_from, valid_to, list, cost } of rows) {
      book.#productOf.set(plan_id, product_id);
      let currencies = book.#catalog.get(plan_id);
      if (!currencies) book.#catalog.set(plan_id, (currencies = new Map()));
      push(currencies, currency, {
        ...validity(valid_from, valid_to),
        listPrice: { micros: BigInt(list), currency },
        vendorCost: { micros: BigInt(cost), currency },
      });
    }
    return book;
  }

  /** Makes sure that these accounts, all above them and their lists are known. */
  async loadAccounts(ids: Iterable<string>): Promise<void> {
    const wanted = [...new Set(ids)];
    let missing = wanted.filter((id) => !this.#places.has(id));
    if (this.#places.size + missing.length > MAX_ACCOUNTS) {
      this.#places.clear();
      this.#sellers.clear();
      this.#entries.clear();
      this.#lists.clear();
      missing = wanted;
    }
    if (missing.length === 0) return;
    // Those above include former sellers, whose prices past periods were made of.
    const { rows } = await this.db.query<{ id: string; parent_id: string | null; currency: string; moves: { on: string; from: string }[] | null }>(
      `with recursive chain (id) as (
         select unnest($1::uuid[])
         union
         select above.id from chain join account a on a.id = chain.id
           cross join lateral (select a.parent_id union select m.from_parent_id from account_move m where m.account_id = a.id) above (id)
          where above.id is not null)
       select a.id, a.parent_id, a.currency,
              (select json_agg(json_build_object('on', m.effective_on, 'from', m.from_parent_id) order by m.effective_on) from account_move m where m.account_id = a.id) as moves
         from chain join account a on a.id = chain.id`,
      [missing],
    );
    const fresh = rows.filter(({ id }) => !this.#places.has(id));
    for (const { id, parent_id, currency, moves } of fresh) {
      this.#places.set(id, {
        parentId: parent_id ?? undefined,
        currency,
        moves: (moves ?? []).map(({ on, from }) => ({ on: localDate(on), from })),
        assignments: [],
      });
    }
    await this.#loadLists(fresh.map(({ id }) => id));
  }

  async #loadLists(buyerIds: readonly string[]): Promise<void> {
    const assigned = await this.db.query<{ seller_id: string; buyer_id: string; price_list_id: string; valid_from: string; valid_to: string | null }>(
      'select seller_id, buyer_id, price_list_id, valid_from::text, valid_to::text from price_list_assignment where buyer_id = any ($1)',
      [buyerIds],
    );
    const lists = new Set<string>();
    for (const { seller_id, buyer_id, price_list_id, valid_from, valid_to } of assigned.rows) {
      this.#place(buyer_id).assignments.push({ ...validity(valid_from, valid_to), sellerId: seller_id, priceListId: price_list_id });
      if (!this.#lists.has(price_list_id)) lists.add(price_list_id);
    }
    if (lists.size === 0) return;
    const { rows } = await this.db.query<{
      price_list_id: string;
      product_id: string;
      plan_id: string | null;
      mode: RateMode;
      percent: string;
      valid_from: string;
      valid_to: string | null;
    }>('select price_list_id, product_id, plan_id, mode, percent, valid_from::text, valid_to::text from price_list_entry where price_list_id = any ($1)', [
      [...lists],
    ]);
    for (const { price_list_id, product_id, plan_id, mode, percent, valid_from, valid_to } of rows) {
      push(this.#entries, `${price_list_id} ${plan_id ?? product_id}`, { ...validity(valid_from, valid_to), rate: { mode, percent: BigInt(percent) } });
    }
    for (const id of lists) this.#lists.add(id);
  }

  /**
   * What each edge down to a customer asks for one license of a plan and one period, on a day.
   * Undefined where the plan has no list price in the customer's currency that day.
   */
  pricesOn(customerId: string, planId: string, day: LocalDate): readonly ListedPrice[] | undefined {
    const catalog = inForce(this.#catalog.get(planId)?.get(this.#place(customerId).currency), day);
    return catalog && this.#pricesTo(customerId, planId, day, catalog);
  }

  /**
   * What a seller itself pays for one license of a plan, and the list price; undefined where there is no list price.
   * @rule P3 "what the seller itself pays per unit (the provider: the vendor cost)"
   */
  costOf(sellerId: string, planId: string, currency: string, day: LocalDate): { readonly cost: UnitPrice; readonly listPrice: UnitPrice } | undefined {
    const catalog = inForce(this.#catalog.get(planId)?.get(currency), day);
    if (!catalog) return undefined;
    return { cost: this.#pricesTo(sellerId, planId, day, catalog).at(-1)?.unitPrice ?? catalog.vendorCost, listPrice: catalog.listPrice };
  }

  hasPrice(planId: string, currency: string, day: LocalDate): boolean {
    return inForce(this.#catalog.get(planId)?.get(currency), day) !== undefined;
  }

  /** Currencies in which a plan has prices. */
  currenciesOf(planId: string): string[] {
    return [...(this.#catalog.get(planId)?.keys() ?? [])];
  }

  /** The edges from the provider down to an account, as they were on a day. @rule P5 */
  #pricesTo(buyerId: string, planId: string, day: LocalDate, catalog: CatalogPrice): readonly ListedPrice[] {
    const { parentId, moves, assignments } = this.#place(buyerId);
    const sellerId = moves.find(({ on }) => on > day)?.from ?? parentId;
    if (sellerId === undefined) return [];
    const key = `${sellerId} ${planId} ${catalog.listPrice.currency} ${day}`;
    let above = this.#sellers.get(key);
    if (!above) this.#sellers.set(key, (above = this.#pricesTo(sellerId, planId, day, catalog)));
    const listed = assignments.length > 0 ? this.#rateOf(assignments, sellerId, planId, day) : undefined;
    const price = priceEdge(catalog.listPrice, catalog.vendorCost, above.at(-1), listed?.rate);
    return [...above, { ...price, sellerId, buyerId, priceListId: listed?.priceListId }];
  }

  /** The rate in the list that holds that day: the plan's own, else its product's. @rule P1 P4 */
  #rateOf(assignments: readonly Assignment[], sellerId: string, planId: string, day: LocalDate): { rate: PriceListRate; priceListId: string } | undefined {
    const priceListId = assignments.find((given) => given.sellerId === sellerId && given.from <= day && day < given.to)?.priceListId;
    if (priceListId === undefined) return undefined;
    const entry =
      inForce(this.#entries.get(`${priceListId} ${planId}`), day) ?? inForce(this.#entries.get(`${priceListId} ${this.#productOf.get(planId)}`), day);
    return entry && { rate: entry.rate, priceListId };
  }

  #place(id: string): Place {
    const place = this.#places.get(id);
    if (!place) throw new Error(`account ${id} was not loaded`);
    return place;
  }
}

function validity(from: string, to: string | null): Validity {
  return { from: localDate(from), to: to === null ? OPEN_END : localDate(to) };
}

function inForce<T extends Validity>(versions: readonly T[] | undefined, day: LocalDate): T | undefined {
  return versions?.find(({ from, to }) => from <= day && day < to);
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}
