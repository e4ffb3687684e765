import { BILLING_CYCLES, BILLING_POLICIES, DAILY_QUANTITIES } from '@cloudtill/domain/catalog/billing-policy';
import { decidePlanTerms } from '@cloudtill/domain/catalog/plan';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import type { PoolClient } from 'pg';
import { newId } from '../platform/ids.ts';
import type { BookRow } from './book-file.ts';
import { Cells } from './cell.ts';
import type { Importer } from './importer.ts';
import type { ReportInTheMaking } from './report.ts';

/** What must be the same on every row of a plan. */
const PLAN_COLUMNS = ['product', 'billing_policy', 'cycle', 'daily_quantity', 'min_quantity', 'max_quantity'] as const;

type PlanFacts = Readonly<Record<(typeof PLAN_COLUMNS)[number], string>>;

interface PriceRow extends PlanFacts {
  readonly row: number;
  readonly sku: string;
  readonly currency: string;
  readonly validFrom: string;
  readonly listMicros: string;
  readonly costMicros: string;
}

/** Plans with one row for each currency and day; unknown products are made, external and quoted. @rule C1 C3 */
export const importPlans: Importer = {
  columns: ['sku', ...PLAN_COLUMNS, 'currency', 'list_price', 'vendor_cost', 'valid_from'],
  async take(rows, report, { client, now }) {
    const prices: PriceRow[] = [];
    const plans = new Map<string, PriceRow>();
    const keys = new Map<string, number>();
    for await (const source of rows) {
      const price = readPrice(source, report);
      if (!price) continue;
      const key = `${price.sku} ${price.currency} ${price.validFrom}`;
      const twin = keys.get(key);
      if (twin !== undefined) {
        report.refuse(price.row, 'valid_from', 'ROW_DUPLICATE', { row: twin });
        continue;
      }
      keys.set(key, price.row);
      const first = plans.get(price.sku);
      if (!first) plans.set(price.sku, price);
      else compareFacts(price, first, `row ${first.row}`, report);
      prices.push(price);
    }
    await compareWithStored(client, plans, prices, report);
    return async () => {
      await insertProducts(client, plans, now);
      await insertPlans(client, plans, now);
      await insertPrices(client, prices, now);
      return {};
    };
  },
};

function readPrice(source: BookRow, report: ReportInTheMaking): PriceRow | undefined {
  const cells = new Cells(report, source);
  const sku = cells.text('sku', 60);
  const product = cells.text('product', 60);
  const policy = cells.choice('billing_policy', BILLING_POLICIES);
  const cycle = cells.choice('cycle', BILLING_CYCLES);
  const dailyQuantity = cells.choice('daily_quantity', DAILY_QUANTITIES);
  const minimum = cells.integer('min_quantity');
  const maximum = cells.integer('max_quantity');
  const currency = cells.currency('currency');
  const validFrom = cells.day('valid_from');
  const list = currency && cells.price('list_price', currency);
  const cost = currency && cells.price('vendor_cost', currency);
  if (
    !sku ||
    !product ||
    !policy ||
    !cycle ||
    !dailyQuantity ||
    minimum === undefined ||
    maximum === undefined ||
    !currency ||
    validFrom === undefined ||
    !list ||
    !cost
  )
    return undefined;
  const terms = decidePlanTerms({ sku, policy, cycle, dailyQuantity, minimum, maximum });
  if (!terms.allowed) {
    const [{ code, parameters }] = terms.refusals as [(typeof terms.refusals)[number]];
    report.refuse(source.row, code === 'BAND_INVALID' ? 'min_quantity' : 'cycle', code, { ...parameters });
    return undefined;
  }
  return {
    row: source.row,
    sku,
    product,
    billing_policy: policy,
    cycle,
    daily_quantity: dailyQuantity,
    min_quantity: String(minimum),
    max_quantity: String(maximum),
    currency,
    validFrom: isoDate(validFrom),
    listMicros: String(list.micros),
    costMicros: String(cost.micros),
  };
}

function compareFacts(price: PriceRow, other: PlanFacts, where: string, report: ReportInTheMaking): void {
  for (const column of PLAN_COLUMNS) {
    if (price[column] !== other[column])
      report.refuse(price.row, column, 'PLAN_ROW_DIFFERS', {
        field: column,
        plan: price.sku,
        value: price[column],
        other: other[column],
        row: where.replace('row ', ''),
      });
  }
}

/** A plan that is there already may get new prices, nothing else. */
async function compareWithStored(
  client: PoolClient,
  plans: ReadonlyMap<string, PriceRow>,
  prices: readonly PriceRow[],
  report: ReportInTheMaking,
): Promise<void> {
  const stored = await client.query<PlanFacts & { sku: string }>(
    `select p.sku, r.code as product, p.billing_policy, p.cycle, p.daily_quantity, p.min_quantity::text, p.max_quantity::text from plan p join product r on r.id = p.product_id where p.sku = any ($1)`,
    [[...plans.keys()]],
  );
  for (const facts of stored.rows) compareFacts(plans.get(facts.sku)!, facts, 'the catalog', report);
  const taken = await client.query<{ sku: string; currency: string; day: string }>(
    `select p.sku, r.currency, r.valid_from::text as day from plan_price r join plan p on p.id = r.plan_id where p.sku = any ($1)`,
    [[...plans.keys()]],
  );
  const known = new Set(taken.rows.map(({ sku, currency, day }) => `${sku} ${currency} ${day}`));
  for (const { row, sku, currency, validFrom } of prices) {
    if (known.has(`${sku} ${currency} ${validFrom}`)) report.refuse(row, 'valid_from', 'PRICE_OVERLAPS', { plan: sku, currency, day: validFrom });
  }
}

async function insertProducts(client: PoolClient, plans: ReadonlyMap<string, PriceRow>, now: Date): Promise<void> {
  const codes = [...new Set([...plans.values()].map(({ product }) => product))];
  await client.query(
    `insert into product (id, code, name, provisioning, pricing, status, created_at, updated_at)
     select id, code, code, 'EXTERNAL', 'QUOTED', 'ACTIVE', $3, $3 from unnest($1::uuid[], $2::text[]) n (id, code) on conflict (code) do nothing`,
    [codes.map(newId), codes, now],
  );
}

async function insertPlans(client: PoolClient, plans: ReadonlyMap<string, PriceRow>, now: Date): Promise<void> {
  await client.query(
    `insert into plan (id, product_id, sku, name, billing_policy, cycle, daily_quantity, min_quantity, max_quantity, status, created_at, updated_at)
     select r.id, p.id, r.sku, r.sku, r.billing_policy, r.cycle, r.daily_quantity, r.min_quantity, r.max_quantity, 'ACTIVE', $2, $2
       from jsonb_to_recordset($1) r (id uuid, sku text, product text, billing_policy text, cycle text, daily_quantity text, min_quantity int, max_quantity int)
       join product p on p.code = r.product on conflict (sku) do nothing`,
    [JSON.stringify([...plans.values()].map((plan) => ({ ...plan, id: newId() }))), now],
  );
}

/** A price that is there already ends where a new one begins; a new one ends where the next begins, new or not. */
async function insertPrices(client: PoolClient, prices: readonly PriceRow[], now: Date): Promise<void> {
  const rows = JSON.stringify(
    prices.map(({ sku, currency, validFrom, listMicros, costMicros }) => ({
      id: newId(),
      sku,
      currency,
      valid_from: validFrom,
      list_micros: listMicros,
      cost_micros: costMicros,
    })),
  );
  const added = `added as (select r.id, p.id as plan_id, r.currency, r.valid_from, r.list_micros, r.cost_micros
    from jsonb_to_recordset($1) r (id uuid, sku text, currency char(3), valid_from date, list_micros bigint, cost_micros bigint) join plan p on p.sku = r.sku)`;
  await client.query(
    `with ${added} update plan_price o set valid_to = n.start
       from (select o.id, min(a.valid_from) as start from plan_price o join added a on a.plan_id = o.plan_id and a.currency = o.currency and a.valid_from > o.valid_from and (o.valid_to is null or a.valid_from < o.valid_to) group by o.id) n
      where o.id = n.id`,
    [rows],
  );
  await client.query(
    `with ${added} insert into plan_price (id, plan_id, currency, valid_from, valid_to, list_price_micros, vendor_cost_micros, created_at)
     select a.id, a.plan_id, a.currency, a.valid_from,
            (select min(s.valid_from) from (select plan_id, currency, valid_from from plan_price union all select plan_id, currency, valid_from from added) s
              where s.plan_id = a.plan_id and s.currency = a.currency and s.valid_from > a.valid_from),
            a.list_micros, a.cost_micros, $2 from added a`,
    [rows, now],
  );
}
