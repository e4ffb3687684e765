/** S5, H3: a worker that is killed at any point of a migration leaves nothing behind that the next one does not put right. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobsDone, WorkerProcess } from '../../../bench/worker-process.ts';
import { createDatabase } from '../server.ts';
import { HISTORY, LegacyBook } from './legacy-book.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Three batches, the last one not full. */
const SUBSCRIPTIONS = 230;

const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-migration-'));
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

/** Lets a worker do all that is asked for. @returns what it wrote */
async function workedOff({ url }: Database): Promise<object> {
  const worker = new WorkerProcess({ databaseUrl: url, dataDir });
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await jobsDone(client);
    const rows = async (text: string): Promise<object[]> => (await client.query<object>(text)).rows;
    return {
      histories: await rows(HISTORY),
      migration: await rows('select number, state, totals from legacy_migration'),
      items: await rows(
        `select s.number, i.state, i.quantity, i.old_minor, i.new_minor, p.sku from legacy_migration_item i join service_subscription s on s.id = i.subscription_id
           join plan p on p.id = i.new_plan_id order by s.number`,
      ),
      trail: await rows(`select subject_number, after from audit_event where action = 'runMigration' order by subject_number, occurred_at`),
      told: await rows(`select topic, count(*) from outbox_event group by topic order by topic`),
    };
  } finally {
    await client.end();
    await worker.stop();
  }
}

/** A migration is asked for, and nobody is there to do it. */
let asked: Database;
let undisturbed: { histories: { changes: unknown[] }[]; items: object[]; migration: object[] };
beforeAll(async () => {
  const tsc = join(dirname(createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', 'packages/domain', 'server'], { cwd: ROOT });
  asked = await database();
  const kept = await LegacyBook.open('2040-05-20T12:00:00Z', { DATABASE_URL: asked.url, CLOUDTILL_ROLE: 'api' });
  const customers = [await kept.book.customer(), await kept.book.account('CUSTOMER')];
  for (let count = 0; count < SUBSCRIPTIONS; count += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => kept.subscribe(count + index + 1, '2040-04-15', customers[index % 2])));
  }
  await kept.moveTo('2040-06-01T08:00:00Z');
  const { userErrors } = await kept.run(await kept.planned());
  expect(userErrors).toEqual([]);
  await kept.stop();
  undisturbed = (await workedOff(await database(asked))) as typeof undisturbed;
}, 300_000);

it('undisturbed, every subscription is on its new plan', () => {
  expect(undisturbed.migration).toMatchObject([{ state: 'SUCCEEDED' }]);
  expect(undisturbed.items).toHaveLength(SUBSCRIPTIONS);
  expect(new Set(undisturbed.histories.map(({ changes }) => changes.length))).toEqual(new Set([2]));
});

it.each([
  'migration:begun',
  'migration:before-commit',
  'migration:after-batch',
  'migration:before-commit:3',
  'migration:after-batch:3',
  'migration:before-finish',
])(
  'killed at %s, the next worker ends the migration with the histories of an undisturbed one',
  async (failpoint) => {
    const disturbed = await database(asked);
    const worker = new WorkerProcess({ databaseUrl: disturbed.url, dataDir, failpoint });
    expect(await worker.ended).toBe('SIGKILL');
    expect(await workedOff(disturbed)).toEqual(undisturbed);
  },
  180_000,
);
