/**
 * F2, F5, F6: every vendor with every fault of the call that commits. What its journal counts as committed is, in the
 * end, what we believe in: nothing twice, nothing that only one side knows.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { allSettled, COMMIT_FAULTS, standingOf, VENDOR_CALLS } from '../../../bench/vendor-scenarios.ts';
import { VendorShop } from '../../../bench/vendor-shop.ts';
import { INVARIANTS, readInvariant } from '../../src/verify/invariants.ts';
import { openSandbox, TIMEOUT_MS, type Sandbox } from './sandbox.ts';

const VENDORS = Object.keys(VENDOR_CALLS);

let sandbox: Sandbox;
let shop: VendorShop;
let client: Client;
beforeAll(async () => {
  sandbox = await openSandbox(VENDORS);
  client = new Client({ connectionString: sandbox.server.databaseUrl });
  await client.connect();
  shop = new VendorShop(sandbox.server.url);
  await shop.open(VENDORS, 6);
}, 120_000);
afterAll(async () => {
  await client.end();
  await sandbox.stop();
});

const settled = (): Promise<unknown> => allSettled(client, Date.now() + 25_000);

async function statusOf(orderId: string): Promise<string> {
  return (await shop.ask('query ($id: ID!) { order(id: $id) { status } }', { id: orderId })).order.status;
}

async function faultless(): Promise<void> {
  for (const vendor of VENDORS) {
    const { commits, ours, distinct } = await standingOf(vendor, sandbox.simulators[vendor]!, client);
    expect({ vendor, commits, distinct }).toEqual({ vendor, commits: ours, distinct: ours });
  }
  for (const invariant of INVARIANTS) expect(await readInvariant(client, invariant)).toMatchObject({ count: 0 });
}

describe.each(VENDORS)('%s', (vendor) => {
  const { commits, reads } = VENDOR_CALLS[vendor]!;

  it.each(COMMIT_FAULTS)('%s: it is delivered once', async (fault) => {
    await sandbox.tell(vendor, 'faults', [{ match: { op: commits }, fault, retryAfter: 1, ...(fault === 'SLOW' ? { ms: TIMEOUT_MS + 100 } : {}) }]);
    const order = await shop.order(vendor, 12);
    await settled();
    expect(await statusOf(order)).toBe('COMPLETED');
    await faultless();
  });

  it.each(['STALE_READ', 'HTTP_503', 'TRUNCATED_JSON', 'SCHEMA_DRIFT', 'TIMEOUT_BEFORE_COMMIT'])(
    '%s while it is read what became of a lost answer',
    async (fault) => {
      await sandbox.tell(vendor, 'faults', [
        { match: { op: commits }, fault: 'COMMIT_THEN_DROP' },
        { match: { op: reads }, fault, ms: 1_500, times: 2 },
      ]);
      const order = await shop.order(vendor, 12);
      await settled();
      expect(await statusOf(order)).toBe('COMPLETED');
      await faultless();
    },
  );
});

describe('what a vendor does twice by itself', () => {
  it('is one subscription where it knows a repetition', async () => {
    for (const vendor of ['MICROSOFT', 'GOOGLE']) {
      await sandbox.tell(vendor, 'faults', [{ match: { op: VENDOR_CALLS[vendor]!.commits }, fault: 'DUPLICATE_DELIVERY' }]);
      const order = await shop.order(vendor, 7);
      await settled();
      expect(await statusOf(order)).toBe('COMPLETED');
    }
    await faultless();
  });

  it('is one subscription and a difference that shows the other, which somebody ends', async () => {
    await sandbox.tell('KASPERSKY', 'faults', [{ match: { op: 'create' }, fault: 'DUPLICATE_DELIVERY' }]);
    const order = await shop.order('KASPERSKY', 7);
    await settled();
    expect(await statusOf(order)).toBe('COMPLETED');
    const compare = async (): Promise<{ id: string; field: string; ours: string | null; theirs: string }[]> => {
      const { job } = await shop.change('reconcileVendor', 'job { id }', { vendor: 'KASPERSKY' });
      await sandbox.server.finished(job.id);
      return (await shop.ask('{ drifts { nodes { id field ours theirs vendorSubscriptionId } } }')).drifts.nodes;
    };
    const found = await compare();
    expect(found).toMatchObject([{ field: 'EXISTENCE', ours: null, theirs: expect.stringMatching(/^SUB-/) }]);
    const input = { driftId: found[0]!.id, resolution: 'CANCEL_AT_VENDOR', idempotencyKey: `end-${Date.now()}` };
    const answer = await shop.ask(
      'mutation ($input: ResolveDriftInput!) { resolveDrift(input: $input) { drift { resolution } userErrors { code message } } }',
      { input },
    );
    expect(answer.resolveDrift).toEqual({ drift: { resolution: 'ended at the vendor' }, userErrors: [] });
    expect(await compare()).toEqual([]);
  });
});
