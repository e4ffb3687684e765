/**
 * Two engines, one answer: random books are billed by the server, month by month, and every charge is computed a second
 * time in SQL. Set VERIFY_SEED to repeat a run.
 */
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { compareMonth, type Difference } from '../../src/verify/compare-month.ts';
import { INVARIANTS, readInvariant } from '../../src/verify/invariants.ts';
import { KEEP_HISTORY, SESSION } from '../../src/verify/second-engine.ts';
import { bill, createDatabase, startServer } from '../server.ts';
import { tell } from './histories.ts';
import { MONTHS, randomSubscription, randomWorld } from './random-book.ts';
import { writeBook, type WrittenBook } from './write-book.ts';

const SEED = Number(process.env['VERIFY_SEED'] ?? randomInt(2 ** 31));
const SUBSCRIPTIONS = 300;

describe(`TypeScript = SQL, seed ${SEED}`, () => {
  it.each([
    ['UTC', 'HALF_AWAY_FROM_ZERO'],
    // Days here begin at 01:00 once a year.
    ['Africa/Cairo', 'HALF_EVEN'],
    // Days here begin at 00:00 twice or at 01:00 once a year.
    ['America/Havana', 'HALF_AWAY_FROM_ZERO'],
  ])(
    'in %s with %s',
    async (timeZone, rounding) => {
      const seed = SEED + timeZone.length;
      const [world] = fc.sample(randomWorld, { seed, numRuns: 1 });
      const subscriptions = fc.sample(randomSubscription, { seed, numRuns: SUBSCRIPTIONS });
      const database = await createDatabase();
      const client = new Client({ connectionString: database.url, options: SESSION });
      await client.connect();
      // The template was installed for UTC; this book is another installation's.
      await client.query('update installation set billing_time_zone = $1, rounding = $2', [timeZone, rounding]);
      const server = await startServer({ DATABASE_URL: database.url, BILLING_TIME_ZONE: timeZone, ROUNDING: rounding });
      try {
        const book = await writeBook(client, server.app.clock, world!, subscriptions);
        for (const month of MONTHS) expect((await bill(server, month)).job.state).toBe('SUCCEEDED');
        const { faults, compared } = await compareAll(client, book);
        expect(faults).toEqual([]);
        expect(compared).toBeGreaterThan(SUBSCRIPTIONS * 10);
        console.log(`${timeZone} ${rounding}: ${compared} subscription-months agree, seed ${seed}`);
      } finally {
        await client.end();
        await server.stop();
        await database.drop();
      }
    },
    180_000,
  );
});

async function compareAll(client: Client, book: WrittenBook): Promise<{ faults: string[]; compared: number }> {
  const faults: string[] = [];
  let compared = 0;
  await client.query('begin');
  await client.query(KEEP_HISTORY);
  for (const month of MONTHS) {
    const comparison = await compareMonth(client, month);
    compared += comparison.subscriptions;
    faults.push(...comparison.faults.map((difference) => explain(month, difference, book)));
  }
  for (const invariant of INVARIANTS) {
    const { findings } = await readInvariant(client, invariant);
    faults.push(...findings.map(({ subjectId, fault }) => `${invariant.view} ${subjectId}: ${fault}\n${historyById(subjectId, book)}`));
  }
  await client.query('rollback');
  return { faults: faults.slice(0, 5), compared };
}

function explain(month: string, { subscriptionId, subscription, tier, periodStart, what, detail }: Difference, book: WrittenBook): string {
  return `${month} ${what} ${subscription} from ${periodStart} on edge ${tier}: ${detail}\n${historyById(subscriptionId, book)}`;
}

function historyById(id: string, { subscriptions, plans }: WrittenBook): string {
  return tell(subscriptions.find((subscription) => subscription.id === id)?.changes ?? [], plans);
}
