/** F1, H3: a worker that is killed at any point of a run leaves nothing behind that the next one does not put right. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBook, MONTH } from '../../../bench/book.ts';
import { jobsDone, WorkerProcess, writtenByBilling } from '../../../bench/worker-process.ts';
import { encodeId } from '../../src/platform/ids.ts';
import { createDatabase, key, startServer } from '../server.ts';
import { Book } from './book.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Three batches, the last one not full. */
const SUBSCRIPTIONS = 11_000;

const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-killed-'));
type Database = Awaited<ReturnType<typeof createDatabase>>;
const databases: Database[] = [];
afterAll(async () => {
  for (const { drop } of databases) await drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function database(template?: Database): Promise<Database> {
  const made = await createDatabase(template?.name);
  databases.push(made);
  return made;
}

async function connected<T>({ url }: Database, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

/** Asks for something through the API, with nobody there to do it. */
async function asking(of: Database, ask: (book: Book) => Promise<unknown>): Promise<void> {
  const book = await Book.of(await startServer({ DATABASE_URL: of.url, CLOUDTILL_ROLE: 'api' }));
  await ask(book);
  await book.stop();
}

/** Lets a worker do all that is asked for. @returns what it wrote */
async function workedOff(of: Database): Promise<object> {
  const worker = new WorkerProcess({ databaseUrl: of.url, dataDir });
  try {
    return await connected(of, async (client) => {
      await jobsDone(client);
      return writtenByBilling(client);
    });
  } finally {
    await worker.stop();
  }
}

/** Lets a worker die at a failpoint, and another one go on. */
async function workedOffAfter(failpoint: string, template: Database): Promise<object> {
  const disturbed = await database(template);
  const worker = new WorkerProcess({ databaseUrl: disturbed.url, dataDir, failpoint });
  expect(await worker.ended).toBe('SIGKILL');
  expect(await connected(disturbed, (client) => jobsLeft(client))).toBe(1);
  return workedOff(disturbed);
}

async function jobsLeft(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>('select count(*)::int as count from job where finished_at is null');
  return rows[0]!.count;
}

/** A run is asked for. */
let running: Database;
let ran: object;
/** The month was run, a price has changed since, and its closing is asked for. */
let closing: Database;
let closed: object;
beforeAll(async () => {
  const tsc = join(dirname(createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', 'packages/domain', 'server'], { cwd: ROOT });
  running = await database();
  await connected(running, (client) => makeBook(client, { subscriptions: SUBSCRIPTIONS, edges: 2 }));
  await asking(running, (book) => book.do('runBilling', { billingPeriod: MONTH, idempotencyKey: key() }, 'job { id }'));
  closing = await database(running);
  ran = await workedOff(closing);
  await asking(closing, async (book) => {
    // Every subscription of the product is to be rated again, three batches of them; those of one plan will differ.
    const [plan] = await book.sql('select id from plan order by sku limit 1');
    await book.price({ id: encodeId('pln', plan!['id']!), number: '' }, 'EUR', '4.99', `${MONTH}-01`, '3');
    await book.do('closeBillingPeriod', { billingPeriod: MONTH, idempotencyKey: key() }, 'job { id }');
  });
  closed = await workedOff(await database(closing));
}, 300_000);

it('undisturbed, everything is charged, and stands in the closed month', () => {
  expect(ran).toMatchObject({ charges: 2 * SUBSCRIPTIONS, periods: [[MONTH, 'OPEN', true, 2 * SUBSCRIPTIONS]], marks: 0, parked: 0 });
  expect(closed).toMatchObject({ charges: 2 * SUBSCRIPTIONS, periods: [[MONTH, 'CLOSED', true, 2 * SUBSCRIPTIONS]], marks: 0, parked: 0 });
});

it.each(['run:begun', 'run:after-batch:2', 'run:before-index', 'run:before-attach', 'run:after-attach', 'run:after-differences'])(
  'killed at %s, the next worker ends the run with the charges of an undisturbed one',
  async (failpoint) => {
    expect(await workedOffAfter(failpoint, running)).toEqual(ran);
  },
  180_000,
);

it.each(['run:before-differences:2', 'run:after-differences', 'close:before-freeze'])(
  'killed at %s, the next worker closes the month with the charges of an undisturbed one',
  async (failpoint) => {
    expect(await workedOffAfter(failpoint, closing)).toEqual(closed);
  },
  180_000,
);
