/**
 * The README's tour and the recipes, run as they are written: on a sandbox with its demo business, one after the other,
 * as somebody does who reads from the top down.
 */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sha256 } from '../src/accounts/authentication.ts';
import { hashPassword } from '../src/accounts/password.ts';
import { readConfig } from '../src/platform/config.ts';
import { start } from '../src/start.ts';
import { databaseUrl } from './cluster.ts';
import { blocksOf, ROOT, runDocument } from './documents.ts';
import { startServer, type TestServer } from './server.ts';

describe('in the sandbox', () => {
  let server: TestServer;
  beforeAll(async () => (server = await startServer({ CLOUDTILL_DEMO: 'on' })));
  afterAll(() => server.stop());

  it.each([
    'README.md',
    'docs/recipes/bill-an-existing-business.md',
    'docs/recipes/fetch-charges-from-an-erp.md',
    'docs/recipes/correct-a-closed-month.md',
    'docs/recipes/change-licenses-safely.md',
    'docs/recipes/reconcile-totals.md',
    'docs/recipes/follow-a-job.md',
    // Last, since it moves the clock.
    'docs/recipes/migrate-legacy-subscriptions.md',
  ])(
    '%s',
    async (document) => {
      expect(await runDocument(document, { CLOUDTILL_URL: server.url })).toBeGreaterThan(1);
    },
    180_000,
  ); // each starts programs of its own, on machines that may be busy
});

describe('on a database of one’s own', () => {
  // The tests share one PostgreSQL, so the names are this test's, and the API's role is there already.
  const name = `own_${randomBytes(6).toString('hex')}`;
  let admin: Client;
  beforeAll(async () => {
    admin = new Client({ connectionString: inject('clusterUrl') });
    await admin.connect();
    const sql = sqlOf('docs/recipes/run-on-your-own-postgresql.md')[0]!.replace(/\bcloudtill\b/g, name);
    for (const statement of sql.split('\n')) await admin.query(statement);
    await admin.query(`grant cloudtill_app to ${name}`);
  });
  afterAll(async () => {
    await admin.query(`drop database ${name} with (force)`);
    await admin.query(`drop role ${name}`);
    await admin.end();
  });

  it('docs/recipes/run-on-your-own-postgresql.md, then add-people-and-keys.md', async () => {
    const url = new URL(databaseUrl(inject('clusterUrl'), name));
    [url.username, url.password] = [name, 'choose-a-long-one'];
    const settings = { DATABASE_URL: url.toString(), CLOUDTILL_SECRET_KEY: 'k'.repeat(32), PORT: '0', CLOUDTILL_LOG_LEVEL: 'error' };
    const started = await start(readConfig(settings), { workerOnThisThread: true });
    const owner = new Client({ connectionString: url.toString() });
    await owner.connect();
    try {
      const { firstSignIn } = started.installed;
      expect(firstSignIn?.email).toBe('admin@cloudtill.local');
      expect(await viewerOf({ url: started.url!, ...firstSignIn! })).toMatchObject({ mode: 'PRODUCTION', user: { roles: ['OPERATOR_ADMIN'] } });
      await addPeopleAndKeys(started.url!, owner);
    } finally {
      await owner.end();
      await started.stop();
    }
  });
});

async function addPeopleAndKeys(url: string, client: Client): Promise<void> {
  const [addPerson, suspend, addKey, revoke] = sqlOf('docs/recipes/add-people-and-keys.md') as [string, string, string, string];
  const run = (sql: string, variables: Readonly<Record<string, string>>): Promise<unknown> =>
    // As psql does: `:'name'` becomes the value, quoted.
    client.query(sql.replace(/:'(\w+)'/g, (_, name: string) => client.escapeLiteral(variables[name]!)));

  const email = 'ann@provider.example';
  await run(addPerson, { account: 'PROVIDER', email, name: 'Ann', role: 'OPERATOR_FINANCE', hash: await hashPassword('a long pass phrase') });
  expect(await viewerOf({ url, email, password: 'a long pass phrase' })).toMatchObject({ user: { name: 'Ann', roles: ['OPERATOR_FINANCE'] } });

  const key = 'ct_live_of-this-test';
  const hash = sha256(key).toString('hex');
  await run(addKey, { account: 'PROVIDER', name: 'ERP', prefix: key.slice(0, 12), hash, scopes: '{charges:read,billing:read,jobs:read}' });
  expect(await viewerOf({ url, key })).toMatchObject({ credential: { name: 'ERP' }, permissions: ['BILLING_READ', 'CHARGES_READ', 'JOBS_READ'] });

  await run(suspend, { email });
  await expect(viewerOf({ url, email, password: 'a long pass phrase' })).rejects.toThrow('email or password is wrong');
  await run(revoke, { name: 'ERP' });
  const { rows } = await client.query('select 1 from service_credential where revoked_at is null');
  expect(rows).toEqual([]);
}

function sqlOf(document: string): string[] {
  return blocksOf(document)
    .filter(({ lang }) => lang === 'sql')
    .map(({ text }) => text);
}

async function viewerOf(who: { url: string; email?: string; password?: string; key?: string }): Promise<unknown> {
  const { connect } = await import(`${ROOT}scripts/cloudtill.mjs`);
  const { ask } = await connect(who);
  const { viewer } = await ask('{ viewer { mode permissions user { name roles } credential { name } } }');
  return viewer;
}
