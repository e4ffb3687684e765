/** The sample book, whose charges an independent program computed, through the second engine. */
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareMonth } from '../../src/verify/compare-month.ts';
import { SECOND_ENGINE, SESSION } from '../../src/verify/second-engine.ts';
import { readFileSync } from 'node:fs';
import type { TestServer } from '../server.ts';
import { startWithSampleBook } from './sample-server.ts';

const BILLED = ['2024-02', '2025-02', '2026-05', '2026-06'];
const expected = readFileSync(new URL('../data/book-sample/expected-charges.csv', import.meta.url), 'utf8')
  .trim()
  .split(/\r?\n/)
  .slice(1);

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await startWithSampleBook(BILLED);
  client = new Client({ connectionString: server.databaseUrl, options: SESSION });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

it('gives every expected charge of every month, billed or not', async () => {
  const months = new Set(expected.map((line) => line.split(',')[1]!));
  const charges: string[] = [];
  for (const month of months) {
    const { rows } = await client.query<{ line: string }>(
      `select concat_ws(',', s.number, to_char($1::date, 'YYYY-MM'), e.kind, e.period_start, e.period_end, p.sku, seller.number, buyer.number,
              round(e.unit_price_micros * 0.000001, 6), e.currency, round(e.net_minor / ('1e' || minor_digits(e.currency))::numeric, minor_digits(e.currency))) as line
         from (${SECOND_ENGINE}) e join service_subscription s on s.id = e.subscription_id join plan p on p.id = e.plan_id
         join account seller on seller.id = e.seller_id join account buyer on buyer.id = e.buyer_id`,
      [`${month}-01`],
    );
    charges.push(...rows.map(({ line }) => line));
  }
  expect(charges.sort()).toEqual([...expected].sort());
});

it.each(BILLED)('agrees with what was billed for %s', async (month) => {
  const comparison = await compareMonth(client, month);
  expect(comparison).toMatchObject({ month, status: 'OPEN', faultCount: 0, pendingCount: 0, faults: [], pending: [], parked: [] });
  expect(comparison.standing).toBe(comparison.expected);
  expect(comparison.standing).toBeGreaterThan(10);
});

it('tells what is missing, what is too much and what is different', async () => {
  const inMonth = `billing_month = '2026-05-01'`;
  await client.query('begin');
  await client.query(`delete from charge where ${inMonth} and id = 1`);
  await client.query(`update charge set net_minor = net_minor + 1 where ${inMonth} and id = 2`);
  await client.query(`update charge set period_start = period_start - 1 where ${inMonth} and id = 3`);
  const { faults, faultCount } = await compareMonth(client, '2026-05');
  await client.query('rollback');
  expect(faultCount).toBe(4);
  expect(faults.map(({ what }) => what).sort()).toEqual(['DIFFERENT', 'EXTRA', 'MISSING', 'MISSING']);
  expect(faults.find(({ what }) => what === 'DIFFERENT')!.detail).toMatch(/^net_minor is \d+, should be \d+$/);
});

it('calls nothing a fault that is marked or parked', async () => {
  await client.query('begin');
  await client.query(`insert into rating_mark select billing_month, customer_id, subscription_id from charge where billing_month = '2026-05-01' and id = 1`);
  await client.query(
    `insert into parked_subscription select billing_month, customer_id, subscription_id, 'PRICE_MISSING', '{}', now() from charge where billing_month = '2026-05-01' and id = 3`,
  );
  await client.query(`delete from charge where billing_month = '2026-05-01' and id in (1, 3)`);
  const { faults, pending, parked } = await compareMonth(client, '2026-05');
  await client.query('rollback');
  expect(faults).toEqual([]);
  expect(new Set(pending.map((difference) => difference.pending))).toEqual(new Set(['it is marked to be rated again', 'it is parked: PRICE_MISSING']));
  expect(parked).toEqual([{ subscription: expect.any(String), reason: 'PRICE_MISSING' }]);
});

it('refuses a month that was not rated', async () => {
  await expect(compareMonth(client, '2026-07')).rejects.toThrow('2026-07 was not rated');
});
