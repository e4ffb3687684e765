import { decideRate, applyRate, guardPrice, RATE_MODES, type PriceListRate } from '@cloudtill/domain/catalog/price-list';
import { isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { formatPercent } from '@cloudtill/domain/money/percent';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import type { PoolClient } from 'pg';
import { PriceBook } from '../catalog/pricing.ts';
import { newId } from '../platform/ids.ts';
import type { BookRow } from './book-file.ts';
import { Cells } from './cell.ts';
import type { Importer } from './importer.ts';
import type { ReportInTheMaking } from './report.ts';

interface RateRow {
  readonly row: number;
  /** Empty: the provider. */
  readonly seller: string;
  readonly buyer: string;
  readonly product: string;
  readonly rate: PriceListRate;
  readonly validFrom: LocalDate;
}

interface Party {
  readonly id: string;
  readonly number: string;
  readonly kind: string;
  readonly parentId: string | null;
}

interface Known {
  readonly parties: ReadonlyMap<string, Party>;
  readonly products: ReadonlyMap<string, { readonly id: string; readonly planIds: readonly string[] }>;
}

/**
 * What each seller gives each of its buyers, one row for each product and day. A buyer that has no list of its seller
 * gets one of its own; one that has gets the new rates into that.
 * @rule P1 P6 "an imported one is taken with a warning"
 */
export const importPriceLists: Importer = {
  columns: ['seller', 'buyer', 'product', 'mode', 'percent', 'valid_from'],
  async take(rows, report, { client, now }) {
    const rates: RateRow[] = [];
    const keys = new Map<string, number>();
    for await (const source of rows) {
      const rate = readRate(source, report);
      if (!rate) continue;
      const key = `${rate.seller} ${rate.buyer} ${rate.product} ${rate.validFrom}`;
      const twin = keys.get(key);
      if (twin !== undefined) report.refuse(rate.row, 'valid_from', 'ROW_DUPLICATE', { row: twin });
      else rates.push(rate);
      keys.set(key, keys.get(key) ?? rate.row);
    }
    const known = await loadKnown(client, rates);
    const placed = rates.filter((rate) => checkParties(rate, known, report));
    await checkStored(client, placed, known, report);
    await warnUnderCost(client, placed, known, report);
    return async () => {
      await insertLists(client, placed, known, now);
      const from = placed.reduce((least, { validFrom }) => Math.min(least, validFrom), Infinity);
      const buyerIds = [...new Set(placed.map(({ buyer }) => known.parties.get(buyer)!.id))];
      return placed.length > 0 ? { events: [{ topic: 'price.changed', payload: { from: isoDate(from as LocalDate), to: null, buyerIds } }] } : {};
    };
  },
};

function readRate(source: BookRow, report: ReportInTheMaking): RateRow | undefined {
  const cells = new Cells(report, source);
  const buyer = cells.text('buyer', 40);
  const product = cells.text('product', 60);
  const mode = cells.choice('mode', RATE_MODES);
  const percent = cells.percent('percent');
  const validFrom = cells.day('valid_from');
  if (!buyer || !product || !mode || percent === undefined || validFrom === undefined) return undefined;
  const rate = decideRate({ mode, percent });
  if (rate.allowed) return { row: source.row, seller: cells.raw('seller'), buyer, product, rate: rate.value, validFrom };
  report.refuse(source.row, 'percent', 'PERCENT_INVALID', { ...rate.refusals[0]!.parameters });
  return undefined;
}

async function loadKnown(client: PoolClient, rates: readonly RateRow[]): Promise<Known> {
  const numbers = new Set(rates.flatMap(({ seller, buyer }) => [seller, buyer]));
  const accounts = await client.query<Party>(`select id, number, kind, parent_id as "parentId" from account where number = any ($1) or kind = 'PROVIDER'`, [
    [...numbers],
  ]);
  const parties = new Map(accounts.rows.map((party) => [party.number, party]));
  parties.set(
    '',
    accounts.rows.find(({ kind }) => kind === 'PROVIDER')!,
  );
  const products = await client.query<{ code: string; id: string; planIds: string[] }>(
    `select r.code, r.id, coalesce(array_agg(p.id) filter (where p.id is not null), '{}') as "planIds" from product r left join plan p on p.product_id = r.id where r.code = any ($1) group by r.id`,
    [[...new Set(rates.map(({ product }) => product))]],
  );
  return { parties, products: new Map(products.rows.map((product) => [product.code, product])) };
}

function checkParties({ row, seller, buyer, product }: RateRow, { parties, products }: Known, report: ReportInTheMaking): boolean {
  const [from, to] = [parties.get(seller), parties.get(buyer)];
  if (!from) report.refuse(row, 'seller', 'ACCOUNT_UNKNOWN', { account: seller });
  if (!to) report.refuse(row, 'buyer', 'ACCOUNT_UNKNOWN', { account: buyer });
  if (!products.has(product)) report.refuse(row, 'product', 'PRODUCT_UNKNOWN', { product });
  if (from && to && to.parentId !== from.id) report.refuse(row, 'buyer', 'PRICE_LIST_BUYER_NOT_ALLOWED', { buyer, seller: from.number });
  return !report.isRejected(row);
}

/** The list that each buyer has of its seller, by the buyer's id: the one that was assigned last. */
async function listsOf(client: PoolClient, rates: readonly RateRow[], { parties }: Known): Promise<Map<string, string>> {
  const { rows } = await client.query<{ buyer_id: string; price_list_id: string }>(
    `select distinct on (a.buyer_id) a.buyer_id, a.price_list_id from price_list_assignment a join account b on b.id = a.buyer_id and b.parent_id = a.seller_id
      where a.buyer_id = any ($1) order by a.buyer_id, a.valid_from desc`,
    [[...new Set(rates.map(({ buyer }) => parties.get(buyer)!.id))]],
  );
  return new Map(rows.map(({ buyer_id, price_list_id }) => [buyer_id, price_list_id]));
}

async function checkStored(client: PoolClient, rates: readonly RateRow[], known: Known, report: ReportInTheMaking): Promise<void> {
  const lists = await listsOf(client, rates, known);
  const { rows } = await client.query<{ key: string }>(
    `select price_list_id || ' ' || product_id || ' ' || valid_from as key from price_list_entry where plan_id is null and price_list_id = any ($1)`,
    [[...new Set(lists.values())]],
  );
  const taken = new Set(rows.map(({ key }) => key));
  for (const { row, buyer, product, validFrom } of rates) {
    const list = lists.get(known.parties.get(buyer)!.id);
    const key = `${list} ${known.products.get(product)!.id} ${isoDate(validFrom)}`;
    if (list && taken.has(key))
      report.refuse(row, 'valid_from', 'PRICE_LIST_PERIOD_OVERLAPS', { subject: `the rate of ${product} for ${buyer}`, day: isoDate(validFrom) });
  }
}

/** A seller's cost is what the lists that stand already give it; rows of the same file are not yet among them. */
async function warnUnderCost(client: PoolClient, rates: readonly RateRow[], { parties, products }: Known, report: ReportInTheMaking): Promise<void> {
  const book = await PriceBook.load(client);
  const sellers = await book.buyers(rates.map(({ seller }) => parties.get(seller)!.id));
  for (const { row, seller, product, rate, validFrom } of rates) {
    for (const planId of products.get(product)!.planIds) {
      for (const currency of book.currenciesOf(planId)) {
        const costs = book.costOf(sellers.get(parties.get(seller)!.id)!, planId, currency, validFrom);
        if (!costs) continue;
        const unitPrice = applyRate(rate, costs.listPrice, costs.cost);
        if (!guardPrice({ unitPrice, ...costs }).includes('UNDER_COST')) continue;
        report.warn(row, 'percent', 'PRICE_UNDER_COST', {
          product,
          day: isoDate(validFrom),
          price: formatUnitPrice(unitPrice),
          cost: formatUnitPrice(costs.cost),
          currency,
        });
        break;
      }
    }
  }
}

async function insertLists(client: PoolClient, rates: readonly RateRow[], known: Known, now: Date): Promise<void> {
  const lists = await listsOf(client, rates, known);
  const fresh = new Map<string, { id: string; seller_id: string; buyer_id: string; name: string; valid_from: LocalDate }>();
  for (const { seller, buyer, validFrom } of rates) {
    const [from, to] = [known.parties.get(seller)!, known.parties.get(buyer)!];
    if (lists.has(to.id)) continue;
    const list = fresh.get(to.id) ?? { id: newId(), seller_id: from.id, buyer_id: to.id, name: `${from.number} → ${to.number}`, valid_from: validFrom };
    fresh.set(to.id, { ...list, valid_from: Math.min(list.valid_from, validFrom) as LocalDate });
  }
  for (const [buyerId, { id }] of fresh) lists.set(buyerId, id);
  const made = JSON.stringify([...fresh.values()].map((list) => ({ ...list, assignment_id: newId(), valid_from: isoDate(list.valid_from) })));
  const columns = '(id uuid, assignment_id uuid, seller_id uuid, buyer_id uuid, name text, valid_from date)';
  await client.query(
    `insert into price_list (id, seller_id, name, created_at, updated_at) select id, seller_id, name, $2, $2 from jsonb_to_recordset($1) r ${columns}`,
    [made, now],
  );
  await client.query(
    `insert into price_list_assignment (id, price_list_id, seller_id, buyer_id, valid_from, created_at) select assignment_id, id, seller_id, buyer_id, valid_from, $2 from jsonb_to_recordset($1) r ${columns}`,
    [made, now],
  );

  const entries = JSON.stringify(
    rates.map(({ buyer, product, rate, validFrom }) => ({
      id: newId(),
      price_list_id: lists.get(known.parties.get(buyer)!.id),
      product_id: known.products.get(product)!.id,
      mode: rate.mode,
      percent: rate.percent.toString(),
      valid_from: isoDate(validFrom),
      reason: `imported: ${rate.mode.toLowerCase()} ${formatPercent(rate.percent)} %`,
    })),
  );
  const added = `added as (select * from jsonb_to_recordset($1) r (id uuid, price_list_id uuid, product_id uuid, mode text, percent bigint, valid_from date, reason text))`;
  await client.query(
    `with ${added} update price_list_entry o set valid_to = n.start
       from (select o.id, min(a.valid_from) as start from price_list_entry o join added a on a.price_list_id = o.price_list_id and a.product_id = o.product_id and o.plan_id is null and a.valid_from > o.valid_from and (o.valid_to is null or a.valid_from < o.valid_to) group by o.id) n
      where o.id = n.id`,
    [entries],
  );
  await client.query(
    `with ${added} insert into price_list_entry (id, price_list_id, product_id, mode, percent, valid_from, valid_to, reason, created_at)
     select a.id, a.price_list_id, a.product_id, a.mode, a.percent, a.valid_from,
            (select min(s.valid_from) from (select price_list_id, product_id, valid_from from price_list_entry where plan_id is null union all select price_list_id, product_id, valid_from from added) s
              where s.price_list_id = a.price_list_id and s.product_id = a.product_id and s.valid_from > a.valid_from),
            a.reason, $2 from added a`,
    [entries, now],
  );
}
