/** `npm run verify` as somebody types it: on a book that is right, on one that is not, and where there is none. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestServer } from '../server.ts';
import { close, startWithSampleBook } from './sample-server.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SCRIPT = join(ROOT, 'server/dist/scripts/verify.js');
const MAIN = join(ROOT, 'server/dist/src/main.js');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Only what a test sets is in the environment, besides the path. */
function run(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [SCRIPT, ...args], { env: { PATH: process.env['PATH'], CLOUDTILL_MODE: 'sandbox', ...env } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

beforeAll(() => {
  // What `npm run verify` does first; nothing where it is built already.
  const tsc = join(dirname(createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json')), 'bin/tsc');
  const built = spawnSync(process.execPath, [tsc, '-b', 'packages/domain', 'server'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`${built.stdout}${built.stderr}`);
}, 120_000);

describe('with DATABASE_URL', () => {
  let server: TestServer;
  let owner: Client;
  beforeAll(async () => {
    server = await startWithSampleBook(['2026-04', '2026-05']);
    await close(server, '2026-04');
    owner = new Client({ connectionString: server.databaseUrl });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await server.stop();
  });

  it('finds a good book good', async () => {
    const { code, out, err } = await run({ DATABASE_URL: server.databaseUrl });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const view of ['inv_01', 'inv_02', 'inv_03', 'inv_04', 'inv_05', 'inv_11', 'inv_12', 'inv_13'])
      expect(out).toMatch(new RegExp(`^${view} .* 0 +0 +[\\d.]+ m?s$`, 'm'));
    expect(out).toMatch(/^2026-04 closed, second engine +[1-9]\d* +0 +0 +[\d.]+ m?s$/m);
    expect(out).toMatch(/^2026-05 open, second engine +[1-9]\d* +0 +0 +[\d.]+ m?s$/m);
    expect(out).toMatch(/Everything is as it must be: 12 check\(s\) in [\d.]+ s/);
  });

  it('looks at one month only when asked to', async () => {
    const { code, out } = await run({ DATABASE_URL: server.databaseUrl }, '--month', '2026-05');
    expect(code).toBe(0);
    expect(out).toMatch(/^2026-05 open/m);
    expect(out).toMatch(/: 1 check\(s\) in/);
  });

  it('tells the first faults of a broken book, and leaves it as it is', async () => {
    await owner.query(`update charge set net_minor = net_minor + 1 where billing_month = '2026-05-01' and id = 7`);
    const { code, out } = await run({ DATABASE_URL: server.databaseUrl });
    expect(code).toBe(1);
    expect(out).toMatch(/^inv_04 charges compute again +\d+ +1 /m);
    expect(out).toMatch(/^ {4}charge [0-9a-f-]{36}\.2026-05\.7: net \d+ is not what its price and its segments give: \d+$/m);
    expect(out).toMatch(/^2026-05 open, second engine +\d+ +1 /m);
    expect(out).toMatch(/^ {4}different charge of SUB\d+ from 2026-05-\d\d on edge 0, plan .*: net_minor is \d+, should be \d+$/m);
    expect(out).toMatch(/^2 fault\(s\): 12 check\(s\) in/m);
    await owner.query(`update charge set net_minor = net_minor - 1 where billing_month = '2026-05-01' and id = 7`);
    expect((await run({ DATABASE_URL: server.databaseUrl })).code).toBe(0);
  });

  it.each([
    ['a month that was not rated', ['--month', '2026-06'], /^2026-06 is not a month that was rated$/m],
    ['an option that it does not know', ['--year', '2026'], /--year/],
  ] as const)('says that it cannot look at %s', async (_, args, says) => {
    const { code, err } = await run({ DATABASE_URL: server.databaseUrl }, ...args);
    expect(code).toBe(2);
    expect(err).toMatch(says);
    expect(err).not.toMatch(/^ +at /m);
  });

  it('says so where the database is of another version', async () => {
    const other = await createDatabase();
    const client = new Client({ connectionString: other.url });
    await client.connect();
    await client.query(`delete from migration where name like '%create_invariants'`);
    await client.end();
    const { code, err } = await run({ DATABASE_URL: other.url });
    await other.drop();
    expect({ code, err }).toEqual({ code: 2, err: 'this database was not started with this version of Cloudtill; start it once, then verify\n' });
  });

  it('says so where no database answers', async () => {
    const { code, err } = await run({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(code).toBe(2);
    expect(err).toMatch(/ECONNREFUSED/);
  });
});

describe('with the bundled PostgreSQL', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-verify-'));
  chmodSync(dataDir, 0o711); // as root the database is another user's, which can then keep it here
  const env = { CLOUDTILL_DATA_DIR: dataDir, CLOUDTILL_DEMO: 'off', PORT: '0' };
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('says so where there is no data, and makes none', async () => {
    const { code, err } = await run({ CLOUDTILL_DATA_DIR: join(dataDir, 'nothing') });
    expect({ code, err }).toEqual({ code: 2, err: `there is no Cloudtill data in ${join(dataDir, 'nothing')}\n` });
  });

  it('looks beside a running server, at a database left over, and by itself', async () => {
    const main = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => main.once('exit', resolve));
    await new Promise<void>((resolve, reject) => {
      main.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('ready') && resolve());
      main.once('exit', () => reject(new Error('the server did not start')));
    });
    expect(await run(env)).toMatchObject({ code: 0, err: '' });
    // The server goes on: verify has not stopped its database.
    expect(main.exitCode).toBeNull();
    expect(await run(env)).toMatchObject({ code: 0, err: '' });
    main.kill('SIGKILL');
    await ended;
    expect(await run(env)).toMatchObject({ code: 0, err: '' });
    const again = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    const stopped = new Promise((resolve) => again.once('exit', resolve));
    await new Promise<void>((resolve) => again.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('ready') && resolve()));
    again.kill('SIGTERM');
    expect(await stopped).toBe(0);
    // Nobody runs it now, so verify starts it and stops it again.
    expect(await run(env)).toMatchObject({ code: 0, err: '' });
  }, 180_000);
});
