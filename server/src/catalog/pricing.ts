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

/** An account in its chain of sellers, with the lists that they gave it. */
export interface Buyer {
  readonly id: string;
  readonly currency: string;
  /** Undefined for the provider. */
  readonly seller: Buyer | undefined;
  /** Earliest first: before `on` the seller was another. */
  readonly moves: readonly { readonly on: LocalDate; readonly from: Buyer }[];
  readonly assignments: readonly Assignment[];
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
  readonly list: List;
}

interface List {
  readonly id: string;
  /** By plan or product. */
  readonly entries: Map<string, Entry[]>;
}

interface Entry extends Validity {
  readonly rate: PriceListRate;
}

type Queryable = Pick<Pool | PoolClient, 'query'>;
type PricesByDay = Map<LocalDate, readonly ListedPrice[]>;

/** How many prices that sellers pay are remembered. They can be made again at any time. */
const MAX_REMEMBERED = 200_000;

/**
 * The prices of many subscriptions, loaded in bulk: the catalog once, buyers and their lists by the batch. Sellers are
 * kept, and what they pay themselves is remembered, so that a customer costs one edge; customers are not.
 */
export class PriceBook {
  /** By plan, then by currency. */
  readonly #catalog = new Map<string, Map<string, CatalogPrice[]>>();
  readonly #productOf = new Map<string, string>();
  readonly #sellers = new Map<string, Buyer>();
  readonly #lists = new Map<string, List>();
  #paid = new Map<Buyer, Map<CatalogPrice, PricesByDay>>();
  #remembered = 0;

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

  /** Accounts by id, with all above them and their lists. */
  async buyers(ids: Iterable<string>): Promise<ReadonlyMap<string, Buyer>> {
    const buyers = new Map<string, Buyer>();
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const seller = this.#sellers.get(id);
      if (seller) buyers.set(id, seller);
      else missing.push(id);
    }
    if (missing.length > 0) for (const buyer of await this.#load(missing)) buyers.set(buyer.id, buyer);
    return buyers;
  }

  async #load(ids: readonly string[]): Promise<Buyer[]> {
    const [accounts, moves, assignments] = [await this.#accounts(ids), await this.#moves(ids), await this.#assignments(ids)];
    // Former sellers too: past periods were priced by them.
    const above = new Set(moves.map(({ from }) => from));
    for (const { parent_id } of accounts) if (parent_id !== null) above.add(parent_id);
    const sellers = await this.buyers(above);
    for (const [id, seller] of sellers) this.#sellers.set(id, seller);
    const buyers = new Map(
      accounts.map(({ id, currency, parent_id }) => [
        id,
        {
          id,
          currency,
          seller: parent_id === null ? undefined : sellers.get(parent_id),
          moves: [] as { on: LocalDate; from: Buyer }[],
          assignments: [] as Assignment[],
        },
      ]),
    );
    for (const { id, on, from } of moves) buyers.get(id)!.moves.push({ on: localDate(on), from: sellers.get(from)! });
    for (const { id, seller_id, list_id, valid_from, valid_to } of assignments)
      buyers.get(id)!.assignments.push({ ...validity(valid_from, valid_to), sellerId: seller_id, list: this.#lists.get(list_id)! });
    return [...buyers.values()];
  }

  async #accounts(ids: readonly string[]): Promise<{ id: string; parent_id: string | null; currency: string }[]> {
    return (
      await this.db.query<{ id: string; parent_id: string | null; currency: string }>('select id, parent_id, currency from account where id = any ($1)', [ids])
    ).rows;
  }

  async #moves(ids: readonly string[]): Promise<{ id: string; on: string; from: string }[]> {
    const { rows } = await this.db.query<{ id: string; on: string; from: string }>(
      'select account_id as id, effective_on::text as on, from_parent_id as from from account_move where account_id = any ($1) order by effective_on',
      [ids],
    );
    return rows;
  }

  /** The assignments of buyers, their lists being loaded. */
  async #assignments(ids: readonly string[]): Promise<{ id: string; seller_id: string; list_id: string; valid_from: string; valid_to: string | null }[]> {
    const { rows } = await this.db.query<{ id: string; seller_id: string; list_id: string; valid_from: string; valid_to: string | null }>(
      'select buyer_id as id, seller_id, price_list_id as list_id, valid_from::text, valid_to::text from price_list_assignment where buyer_id = any ($1)',
      [ids],
    );
    await this.#loadLists([...new Set(rows.map(({ list_id }) => list_id))].filter((id) => !this.#lists.has(id)));
    return rows;
  }

  async #loadLists(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { rows } = await this.db.query<{
      list_id: string;
      product_id: string;
      plan_id: string | null;
      mode: RateMode;
      percent: string;
      valid_from: string;
      valid_to: string | null;
    }>(
      'select price_list_id as list_id, product_id, plan_id, mode, percent, valid_from::text, valid_to::text from price_list_entry where price_list_id = any ($1)',
      [ids],
    );
    const lists = new Map(ids.map((id): [string, List] => [id, { id, entries: new Map() }]));
    for (const { list_id, product_id, plan_id, mode, percent, valid_from, valid_to } of rows) {
      push(lists.get(list_id)!.entries, plan_id ?? product_id, { ...validity(valid_from, valid_to), rate: { mode, percent: BigInt(percent) } });
    }
    for (const [id, list] of lists) this.#lists.set(id, list);
  }

  /**
   * What each edge down to a buyer asks for one license of a plan and one period, on a day.
   * Undefined where the plan has no list price in the buyer's currency that day.
   */
  pricesOn(buyer: Buyer, planId: string, day: LocalDate): readonly ListedPrice[] | undefined {
    const catalog = this.#catalogPrice(planId, buyer.currency, day);
    return catalog && this.#pricesTo(buyer, planId, day, catalog);
  }

  /**
   * What a seller itself pays for one license of a plan, and the list price; undefined where there is no list price.
   * @rule P3 "what the seller itself pays per unit (the provider: the vendor cost)"
   */
  costOf(seller: Buyer, planId: string, currency: string, day: LocalDate): { readonly cost: UnitPrice; readonly listPrice: UnitPrice } | undefined {
    const catalog = this.#catalogPrice(planId, currency, day);
    return catalog && { cost: this.#pricesTo(seller, planId, day, catalog).at(-1)?.unitPrice ?? catalog.vendorCost, listPrice: catalog.listPrice };
  }

  hasPrice(planId: string, currency: string, day: LocalDate): boolean {
    return this.#catalogPrice(planId, currency, day) !== undefined;
  }

  /** Currencies in which a plan has prices. */
  currenciesOf(planId: string): string[] {
    return [...(this.#catalog.get(planId)?.keys() ?? [])];
  }

  #catalogPrice(planId: string, currency: string, day: LocalDate): CatalogPrice | undefined {
    return inForce(this.#catalog.get(planId)?.get(currency), day);
  }

  /** The edges from the provider down to an account, as they were on a day. @rule P5 */
  #pricesTo(buyer: Buyer, planId: string, day: LocalDate, catalog: CatalogPrice): readonly ListedPrice[] {
    const seller = buyer.moves.find(({ on }) => on > day)?.from ?? buyer.seller;
    if (!seller) return [];
    const above = this.#pricesPaidBy(seller, planId, day, catalog);
    const listed = this.#rateOf(buyer, seller, planId, day);
    const price = priceEdge(catalog.listPrice, catalog.vendorCost, above.at(-1), listed?.rate);
    return [...above, { ...price, sellerId: seller.id, buyerId: buyer.id, priceListId: listed?.priceListId }];
  }

  #pricesPaidBy(seller: Buyer, planId: string, day: LocalDate, catalog: CatalogPrice): readonly ListedPrice[] {
    let catalogs = this.#paid.get(seller);
    if (!catalogs) this.#paid.set(seller, (catalogs = new Map()));
    let days = catalogs.get(catalog);
    if (!days) catalogs.set(catalog, (days = new Map()));
    let prices = days.get(day);
    if (!prices) {
      if (++this.#remembered > MAX_REMEMBERED) [this.#paid, this.#remembered] = [new Map(), 0];
      days.set(day, (prices = this.#pricesTo(seller, planId, day, catalog)));
    }
    return prices;
  }

  /** The rate in the list that holds that day: the plan's own, else its product's. @rule P1 P4 */
  #rateOf({ assignments }: Buyer, seller: Buyer, planId: string, day: LocalDate): { rate: PriceListRate; priceListId: string } | undefined {
    const list = assignments.find(({ sellerId, from, to }) => sellerId === seller.id && from <= day && day < to)?.list;
    const entry = list && (inForce(list.entries.get(planId), day) ?? inForce(list.entries.get(this.#productOf.get(planId)!), day));
    return entry && { rate: entry.rate, priceListId: list.id };
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
