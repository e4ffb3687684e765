/**
 * What reaches into closed months: after random backdated changes, frozen charges and their adjustments must together
 * come to what the second engine says about the new history. Set VERIFY_SEED to repeat a run.
 * @rule H2
 */
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/platform/ids.ts';
import { compareMonth, ratedMonths } from '../../src/verify/compare-month.ts';
import { INVARIANTS, readInvariant } from '../../src/verify/invariants.ts';
import { KEEP_HISTORY, SESSION } from '../../src/verify/second-engine.ts';
import { key, startServer, type Ask, type TestServer } from '../server.ts';
import { tell } from './histories.ts';
import { CURRENCIES, MONTHS, randomSubscription, randomWorld } from './random-book.ts';
import { billed, close } from './sample-server.ts';
import { writeBook, type WrittenBook } from './write-book.ts';

const SEED = Number(process.env['VERIFY_SEED'] ?? randomInt(2 ** 31));
const SUBSCRIPTIONS = 120;
const CHANGES = 80;
/** 2024. */
const BILLED = MONTHS.slice(12, 24);

let server: TestServer;
let client: Client;
let book: WrittenBook;
beforeAll(async () => {
  server = await startServer();
  client = new Client({ connectionString: server.databaseUrl, options: SESSION });
  await client.connect();
  const [world] = fc.sample(randomWorld, { seed: SEED, numRuns: 1 });
  // Nothing is parked here, since a month with parked subscriptions cannot be closed.
  const priced = {
    ...world!,
    prices: world!.prices.map((byCurrency) =>
      byCurrency.map((versions) => versions.map(({ from, value }) => ({ from, value: value ?? { list: 1_234_565, cost: 999_995 } }))),
    ),
  };
  book = await writeBook(client, server.app.clock, priced, fc.sample(randomSubscription, { seed: SEED, numRuns: SUBSCRIPTIONS }));
  for (const month of BILLED) await billed(server, month);
}, 180_000);
afterAll(async () => {
  await client.end();
  await server.stop();
});

/** A change that somebody makes late. */
const lateChange = fc.record({
  subscription: fc.nat(),
  kind: fc.constantFrom('quantity', 'quantity', 'quantity', 'quantity', 'plan', 'terminate', 'price', 'rate'),
  at: fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2024-12-31') }),
  quantity: fc.integer({ min: 1, max: 80 }),
  other: fc.nat(),
});

const MUTATIONS = {
  quantity: 'changeSubscriptionQuantity',
  plan: 'switchSubscriptionPlan',
  terminate: 'terminateSubscription',
  price: 'setPlanPrice',
} as const;

/** @returns whether the rules allowed it */
async function make(ask: Ask, { subscription, kind, at, quantity, other }: typeof lateChange extends fc.Arbitrary<infer T> ? T : never): Promise<boolean> {
  const { id, changes } = book.subscriptions[subscription % book.subscriptions.length]!;
  const plan = changes[0]!.plan!;
  const siblings = book.plans.filter(({ productId }) => productId === plan.productId);
  const name = kind === 'rate' ? 'setPriceListEntry' : MUTATIONS[kind as keyof typeof MUTATIONS];
  const change = { subscriptionId: encodeId('sub', id), effectiveAt: new Date(at).toISOString(), idempotencyKey: key() };
  const validFrom = new Date(at).toISOString().slice(0, 10);
  const { rows: lists } =
    kind === 'rate' ? await client.query<{ id: string }>('select price_list_id as id from price_list_assignment order by id') : { rows: [] };
  const input = {
    changeSubscriptionQuantity: { ...change, quantity },
    switchSubscriptionPlan: { ...change, planId: encodeId('pln', siblings[other % siblings.length]!.id) },
    terminateSubscription: { ...change, confirmIrreversible: true },
    setPlanPrice: {
      planId: encodeId('pln', plan.id),
      currency: CURRENCIES[other % CURRENCIES.length],
      listPrice: `${quantity}.005`,
      vendorCost: `${quantity - 1}.125`,
      validFrom,
    },
    setPriceListEntry: {
      priceListId: kind === 'rate' ? encodeId('prl', lists[other % lists.length]!.id) : '',
      productId: encodeId('prd', plan.productId),
      mode: 'DISCOUNT',
      percent: `${quantity}.5`,
      validFrom,
      confirmUnderCost: true,
      reason: 'a test',
    },
  }[name];
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const { data } = await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code message } } }`, { input });
  return data[name].userErrors.length === 0;
}

async function changeAtRandom(round: number): Promise<number> {
  const ask = await server.as('operator');
  let made = 0;
  for (const change of fc.sample(lateChange, { seed: SEED + round, numRuns: CHANGES })) if (await make(ask, change)) made += 1;
  return made;
}

async function compareAll(): Promise<{ faults: string[]; pending: number; adjustments: number }> {
  const faults: string[] = [];
  let pending = 0;
  await client.query('begin');
  await client.query(KEEP_HISTORY);
  for (const month of await ratedMonths(client)) {
    const comparison = await compareMonth(client, month);
    pending += comparison.pendingCount;
    for (const { subscriptionId, what, detail, periodStart, tier } of comparison.faults) {
      const { rows } = await client.query(
        'select kind, sequence, effective_at, quantity, plan_id, recorded_at from quantity_change where subscription_id = $1 order by sequence',
        [subscriptionId],
      );
      const { changes } = book.subscriptions.find(({ id }) => id === subscriptionId)!;
      faults.push(
        `${month} ${comparison.status} ${what} from ${periodStart} on edge ${tier}: ${detail}\n${tell(changes, book.plans)}\n${JSON.stringify(rows.slice(changes.length), null, 1)}`,
      );
    }
  }
  for (const invariant of INVARIANTS)
    faults.push(...(await readInvariant(client, invariant)).findings.map(({ subjectId, fault }) => `${invariant.view} ${subjectId}: ${fault}`));
  const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from charge where kind = 'ADJUSTMENT'`);
  await client.query('rollback');
  return { faults: faults.slice(0, 5), pending, adjustments: rows[0]!.count };
}

/** Every open month is run again; the first one answers for the closed months before it. */
async function billOpenMonths(): Promise<void> {
  const { rows } = await client.query<{ month: string }>(`select to_char(month, 'YYYY-MM') as month from billing_period where status = 'OPEN' order by month`);
  for (const { month } of rows) await billed(server, month);
}

describe(`adjustments, seed ${SEED}`, () => {
  it('agree after closing, while changes wait, and when they are settled', async () => {
    let adjustments = 0;
    // Each round closes more, so that the last ones correct corrections.
    for (const [round, closeUntil] of [5, 7, 9].entries()) {
      for (const month of BILLED.slice(0, closeUntil)) {
        const { rows } = await client.query(`select 1 from billing_period where month = $1 and status = 'OPEN'`, [`${month}-01`]);
        if (rows.length > 0) await close(server, month);
      }
      expect(await changeAtRandom(round)).toBeGreaterThan(20);
      const waiting = await compareAll();
      expect(waiting.faults).toEqual([]);
      expect(waiting.pending).toBeGreaterThan(20);
      await billOpenMonths();
      const settled = await compareAll();
      expect(settled).toMatchObject({ faults: [], pending: 0 });
      expect(settled.adjustments).toBeGreaterThan(adjustments);
      adjustments = settled.adjustments;
    }
    console.log(`${adjustments} adjustments agree, seed ${SEED}`);
  }, 180_000);
});
