/** H5: the bulk export says what the list says, row for row, with the viewer's rights. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill, importBook, startServer, type TestServer, type Who, type Answer } from './server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  for (const [kind, file] of [
    ['ACCOUNTS', 'accounts'],
    ['PLANS', 'plans'],
    ['PRICE_LISTS', 'price-lists'],
    ['SUBSCRIPTIONS', 'subscriptions'],
  ] as const) {
    await importBook(server, kind, readFileSync(new URL(`./data/book-sample/${file}.csv`, import.meta.url), 'utf8'));
  }
  await bill(server, '2026-05');
});
afterAll(() => server.stop());

const get = async (query: string, who: Who | undefined = 'operator'): Promise<Response> =>
  fetch(`${server.url}/exports/charges?${query}`, { headers: who ? { cookie: await server.cookie(who) } : {} });

describe('GET /exports/charges', () => {
  it('streams every charge of the list, with the same numbers', async () => {
    const lines = (await (await get('billingPeriod=2026-05')).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ask = await server.as('operator');
    const { data } = await ask(
      `{ charges(first: 100, filter: { billingPeriod: "2026-05" }) { totalCount nodes { id number kind status periodStart periodEnd unitPrice listPrice quantity net { amount currency }
         subscription { number } seller { number } buyer { number } plan { sku } priceListRate { mode percent } segments { from to quantity days } createdAt } } }`,
    );
    expect(lines).toHaveLength(data.charges.totalCount);
    const byId = new Map(lines.map((line) => [line.id, line]));
    for (const { subscription, seller, buyer, plan, quantity, ...charge } of data.charges.nodes) {
      expect(byId.get(charge.id)).toMatchObject({
        ...charge,
        subscription: subscription.number,
        seller: seller.number,
        buyer: buyer.number,
        plan: plan.sku,
        quantity: quantity === null ? null : Number(quantity),
      });
    }
  });

  it('writes CSV that a spreadsheet reads safely', async () => {
    const response = await get('billingPeriod=2026-05&format=csv&include=COST');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="charges-2026-05.csv"');
    const [header, ...rows] = (await response.text()).trim().split('\r\n');
    expect(header).toContain('id,number,kind,status,billingPeriod,subscription');
    expect(header!.endsWith('cost,margin')).toBe(true);
    expect(rows.length).toBeGreaterThan(50);
  });

  it('brings cost to the seller of the edge only', async () => {
    const lines = (await (await get('billingPeriod=2026-05&include=COST')).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { seller, cost, margin } of lines)
      expect([seller, cost === null, margin === null]).toEqual([seller, seller !== 'PROVIDER', seller !== 'PROVIDER']);
    const plain = JSON.parse((await (await get('billingPeriod=2026-05')).text()).split('\n')[0]!);
    expect('cost' in plain).toBe(false);
  });

  it('shows a customer nothing of others', async () => {
    expect(await (await get('billingPeriod=2026-05', 'customer')).text()).toBe('');
  });

  it.each([
    ['format=pdf', 400, 'BAD_USER_INPUT'],
    ['billingPeriod=2026-13', 400, 'BAD_USER_INPUT'],
    ['accountId=sub_x', 400, 'INVALID_ID'],
    ['page=2', 400, 'BAD_USER_INPUT'],
    [`vendor=${encodeURIComponent("x'; drop table charge; --\\")}`, 200, undefined],
  ])('answers %s with %i', async (query, status, code) => {
    const response = await get(query);
    expect(response.status).toBe(status);
    const { errors } = code ? ((await response.json()) as Answer) : { errors: undefined };
    expect(errors?.[0]?.extensions['code']).toBe(code);
  });

  it('asks who it is', async () => {
    expect((await fetch(`${server.url}/exports/charges`)).status).toBe(401);
    expect((await fetch(`${server.url}/exports/charges?billingPeriod=2026-05`, { headers: { authorization: 'Bearer ct_sandbox_erp_demo' } })).status).toBe(200);
  });
});
