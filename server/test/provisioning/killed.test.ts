/**
 * F2: a worker that is killed before a vendor is called, after the vendor has committed, or before we have. The next one
 * asks the vendor what it has, and the order ends as it would have.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allSettled, KILL_POINTS, standingOf, VENDOR_CALLS } from '../../../bench/vendor-scenarios.ts';
import { VendorShop } from '../../../bench/vendor-shop.ts';
import { WorkerProcess } from '../../../bench/worker-process.ts';
import { INVARIANTS, readInvariant } from '../../src/verify/invariants.ts';
import { startServer, type TestServer } from '../server.ts';
import { startVendors } from './sandbox.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const VENDORS = Object.keys(VENDOR_CALLS);
const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-vendor-kill-'));

let vendors: Awaited<ReturnType<typeof startVendors>>;
let server: TestServer;
let client: Client;
let shop: VendorShop;
let env: Record<string, string>;

beforeAll(async () => {
  const tsc = join(dirname(createRequire(join(ROOT, 'package.json')).resolve('typescript/package.json')), 'bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', 'packages/domain', 'server'], { cwd: ROOT });
  vendors = await startVendors(VENDORS);
  // What one process seals the others must open.
  env = { ...vendors.env, VENDOR_TIMEOUT_MS: '400', VENDOR_SETTLE_MS: '400', CLOUDTILL_SECRET_KEY: 'a key of thirty-two characters or more' };
  server = await startServer({ ...env, CLOUDTILL_ROLE: 'api' });
  client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  shop = new VendorShop(server.url);
  const worker = new WorkerProcess({ databaseUrl: server.databaseUrl, dataDir, env });
  await shop.open(VENDORS, 3);
  await worker.stop();
}, 180_000);
afterAll(async () => {
  await client.end();
  await server.stop();
  await vendors.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe.each(VENDORS)('%s', (vendor) => {
  it.each(KILL_POINTS)(
    'killed at %s: it is delivered once',
    async (failpoint) => {
      const settings = { databaseUrl: server.databaseUrl, dataDir, env };
      const killed = new WorkerProcess({ ...settings, failpoint });
      const ordered = shop.order(vendor, 9);
      expect(await killed.ended).toBe('SIGKILL');
      const worker = new WorkerProcess(settings);
      const order = await ordered;
      await allSettled(client, Date.now() + 60_000);
      await worker.stop();
      const { data } = await (
        await server.as('operator')
      )('query ($id: ID!) { order(id: $id) { status lines { subscription { status vendorSubscriptionId } } } }', { id: order });
      expect(data.order).toMatchObject({ status: 'COMPLETED', lines: [{ subscription: { status: 'ACTIVE' } }] });
      const { commits, ours, distinct } = await standingOf(vendor, vendors.simulators[vendor]!, client);
      expect({ commits, distinct }).toEqual({ commits: ours, distinct: ours });
      for (const invariant of INVARIANTS) expect(await readInvariant(client, invariant)).toMatchObject({ count: 0 });
    },
    120_000,
  );
});
