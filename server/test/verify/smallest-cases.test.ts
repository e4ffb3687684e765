/** Where billing and the second engine once disagreed: the smallest case of each. */
import { localDate } from '@cloudtill/domain/calendar/local-date';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeId } from '../../src/platform/ids.ts';
import { compareMonth } from '../../src/verify/compare-month.ts';
import { SESSION } from '../../src/verify/second-engine.ts';
import { startServer, type TestServer } from '../server.ts';
import { CURRENCIES, PLANS, type RandomSubscription, type RandomWorld } from './random-book.ts';
import { billed } from './sample-server.ts';
import { writeBook } from './write-book.ts';

let server: TestServer;
let client: Client;
beforeEach(async () => {
  server = await startServer();
  client = new Client({ connectionString: server.databaseUrl, options: SESSION });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await server.stop();
});

const PRODUCTS = new Set(PLANS.map(({ product }) => product)).size;
const always = localDate('2020-01-01');
/** One direct customer, every license at 1.00. */
const plainWorld: RandomWorld = {
  accounts: [{ kind: 'CUSTOMER', level: 4, currency: 'EUR', parents: [{ account: 0, from: always }] }],
  prices: PLANS.map(() => CURRENCIES.map(() => [{ from: always, value: { list: 1_000_000, cost: 500_000 } }])),
  lists: [],
  assignments: [[{ from: always, value: null }]],
};

const HOUR_MS = 3_600_000;
const change = (day: string, time: number, quantity: number): RandomSubscription['events'][number] => ({
  kind: 'QUANTITY',
  at: { on: { how: 'day', day: localDate(day) }, time },
  quantity,
  plan: 0,
  renewal: 'SAME',
  term: 1,
});

/** What stands after these months were billed. */
async function chargesAfter(subscription: RandomSubscription, months: readonly string[], world = plainWorld): Promise<object[]> {
  await writeBook(client, server.app.clock, world, [subscription]);
  for (const month of months) await billed(server, month);
  const { rows } = await client.query<object>(
    `select to_char(billing_month, 'YYYY-MM') as month, period_start::text as from, period_end::text as to, net_minor::int as cents from charge order by billing_month`,
  );
  return rows;
}

const planOf = (policy: string, cycle: string, dailyQuantity: string): number =>
  PLANS.findIndex((plan) => plan.policy === policy && plan.cycle === cycle && plan.dailyQuantity === dailyQuantity);

// B2, H1: 10 licenses from 15 January, 20 from 1 February. The period from 15 January to 14 February belongs to February,
// the month of its last day: 10 × 17 + 20 × 14 of 31 days. Billing once charged 10 × 17 days in January as well.
it('charges the days before a change on the 1st once, in the month in which their anniversary period ends', async () => {
  const plan = planOf('PAYG', 'ANNIVERSARY', 'CLOSING');
  const subscription = { customer: 0, plan, day: localDate('2024-01-15'), time: 0, quantity: 10, events: [change('2024-02-01', 0, 20)] };
  expect(await chargesAfter(subscription, ['2024-01', '2024-02'])).toEqual([{ month: '2024-02', from: '2024-01-15', to: '2024-02-15', cents: 1452 }]);
});

// B3: 10 licenses for the first year, 4 from the renewal day on, set at 06:00. The second year is charged for what its
// first day closes with; on a PEAK plan billing once charged it for the 10 that were held in the night.
it('charges a yearly term for what its first day closes with, also on a plan that counts peaks', async () => {
  const plan = planOf('YEARLY', 'CALENDAR', 'PEAK');
  const subscription = { customer: 0, plan, day: localDate('2024-01-15'), time: 0, quantity: 10, events: [change('2025-01-15', 6 * HOUR_MS, 4)] };
  expect(await chargesAfter(subscription, ['2024-01', '2025-01'])).toEqual([
    { month: '2024-01', from: '2024-01-15', to: '2025-01-15', cents: 1000 },
    { month: '2025-01', from: '2025-01-15', to: '2026-01-15', cents: 400 },
  ]);
});

// H2, P5: the customer stood below a reseller until July. A rate for that reseller from June on changes its June charge,
// but only customers that stand below the reseller today were once marked to be rated again.
it('rates again what a late price list changes for customers that have moved away since', async () => {
  const accounts: RandomWorld['accounts'] = [
    { kind: 'RESELLER', level: 1, currency: 'EUR', parents: [{ account: 0, from: always }] },
    {
      kind: 'CUSTOMER',
      level: 4,
      currency: 'EUR',
      parents: [
        { account: 1, from: always },
        { account: 0, from: localDate('2024-07-01') },
      ],
    },
  ];
  // The provider gives the reseller a list, and the customer none, neither through the reseller nor directly.
  const list = { products: PLANS.map(() => [{ from: always, value: null }]).slice(0, PRODUCTS), plans: PLANS.map(() => [{ from: always, value: null }]) };
  const world = { ...plainWorld, accounts, lists: [list], assignments: [0, null, null].map((value) => [{ from: always, value }]) };
  const subscription = { customer: 0, plan: planOf('PAYG', 'CALENDAR', 'CLOSING'), day: localDate('2024-06-01'), time: 0, quantity: 10, events: [] };
  const before = await chargesAfter(subscription, ['2024-06'], world);
  expect(before.map((charge) => (charge as { cents: number }).cents)).toEqual([1000, 1000]);

  const { rows } = await client.query<{ list: string; product: string }>(
    `select g.price_list_id as list, p.product_id as product from price_list_assignment g join account a on a.id = g.buyer_id and a.kind = 'RESELLER' cross join plan p where p.sku = 'RANDOM-0'`,
  );
  const ask = await server.as('operator');
  const input = {
    priceListId: encodeId('prl', rows[0]!.list),
    productId: encodeId('prd', rows[0]!.product),
    mode: 'DISCOUNT',
    percent: '10',
    validFrom: '2024-06-01',
  };
  const { data } = await ask('mutation ($input: SetPriceListEntryInput!) { setPriceListEntry(input: $input) { userErrors { code message } } }', { input });
  expect(data.setPriceListEntry.userErrors).toEqual([]);
  await billed(server, '2024-06');
  expect((await compareMonth(client, '2024-06')).faults).toEqual([]);
});
