/** Workers that come too late, or cannot write down what they found: nothing is sent twice, nothing is lost unseen. */
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Vendor } from '@cloudtill/vendors/vendor';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allSettled, VENDOR_CALLS } from '../../../bench/vendor-scenarios.ts';
import { VendorShop } from '../../../bench/vendor-shop.ts';
import { encodeId } from '../../src/platform/ids.ts';
import { holdAt } from '../../src/platform/failpoint.ts';
import { carryOut } from '../../src/provisioning/carry-out.ts';
import { reconcileVendor } from '../../src/provisioning/reconcile.ts';
import { key } from '../server.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const VENDOR = 'KASPERSKY';

let sandbox: Sandbox;
let shop: VendorShop;
let client: Client;
beforeAll(async () => {
  sandbox = await openSandbox([VENDOR, 'GOOGLE']);
  client = new Client({ connectionString: sandbox.server.databaseUrl });
  await client.connect();
  shop = new VendorShop(sandbox.server.url);
  await shop.open([VENDOR, 'GOOGLE'], 4);
}, 60_000);
afterAll(async () => {
  await client.end();
  await sandbox.stop();
});

interface Operation {
  readonly id: string;
  readonly subscription_id: string;
  readonly state: string;
  readonly needs_attention: boolean;
  readonly message: string;
}

async function lastOperation(): Promise<Operation> {
  const { rows } = await client.query<Operation>(`select * from provisioning_operation where kind = 'PROVISION' order by created_at desc limit 1`);
  return rows[0]!;
}

async function committed(): Promise<number> {
  return (await sandbox.journal(VENDOR)).filter((entry) => entry.committed && entry.op === VENDOR_CALLS[VENDOR]!.commits).length;
}

it('a worker whose operation another one took does not send it back into the queue', async () => {
  const before = await committed();
  await sandbox.tell(VENDOR, 'faults', [{ match: { op: 'create' }, fault: 'HTTP_429', retryAfter: 0 }]);
  const late = holdAt('provision:after-call');
  const ordering = shop.order(VENDOR, 12);
  await late.reached;
  const { id } = await lastOperation();
  // As when its lease ran out and somebody said that the vendor does not have it.
  await client.query(`update provisioning_operation set state = 'QUEUED', leased_until = null where id = $1`, [id]);
  const sending = holdAt('provision:before-call');
  const other = carryOut(sandbox.server.app, id);
  await sending.reached;
  late.release();
  await sleep(1_700);
  sending.release();
  await other;
  await ordering;
  await allSettled(client, Date.now() + 15_000);
  expect(await committed()).toBe(before + 1);
}, 30_000);

it.each([VENDOR, 'GOOGLE'])(
  '%s: what is delivered after the operation ended is a difference that people see and end',
  async (vendor) => {
    const late = holdAt('provision:after-call');
    const ordering = shop.order(vendor, 12);
    await late.reached;
    const { id, subscription_id } = await lastOperation();
    await client.query(`update provisioning_operation set state = 'FAILED', finished_at = now(), leased_until = null where id = $1`, [id]);
    await client.query(`update service_subscription set status = 'FAILED' where id = $1`, [subscription_id]);
    late.release();
    await ordering;
    const orphans = async (): Promise<{ id: string; vendor_subscription_id: string }[]> =>
      (await client.query(`select id, vendor_subscription_id from drift where subscription_id is null and field = 'EXISTENCE' and resolved_at is null`)).rows;
    await expect.poll(orphans).toHaveLength(1);
    expect(await lastOperation()).toMatchObject({ state: 'FAILED', needs_attention: true });

    const [{ id: driftId, vendor_subscription_id } = { id: '', vendor_subscription_id: '' }] = await orphans();
    const end = async (): Promise<unknown> =>
      (
        await shop.ask('mutation ($input: ResolveDriftInput!) { resolveDrift(input: $input) { drift { resolution } userErrors { code } } }', {
          input: { driftId: encodeId('drf', driftId), resolution: 'CANCEL_AT_VENDOR', idempotencyKey: key() },
        })
      ).resolveDrift;
    const again = await shop.ask('mutation ($input: RetryProvisioningInput!) { retryProvisioning(input: $input) { userErrors { code } } }', {
      input: { operationId: encodeId('op', id), idempotencyKey: key() },
    });
    expect(again.retryProvisioning).toEqual({ userErrors: [{ code: 'VENDOR_HAS_IT' }] });
    const link = (to: string | null): Promise<unknown> =>
      client.query('update service_subscription set vendor_subscription_id = $2 where id = $1', [subscription_id, to]);
    await link(vendor_subscription_id);
    expect(await end()).toEqual({ drift: null, userErrors: [{ code: 'VENDOR_SUBSCRIPTION_TAKEN' }] });
    await link(null);
    expect(await end()).toEqual({ drift: { resolution: 'ended at the vendor' }, userErrors: [] });
  },
  30_000,
);

it('what cannot be written down is shown to people', async () => {
  const late = holdAt('provision:after-call');
  const ordering = shop.order(VENDOR, 12);
  await late.reached;
  const { subscription_id } = await lastOperation();
  await client.query(`update service_subscription set status = 'FAILED' where id = $1`, [subscription_id]);
  late.release();
  await ordering;
  await expect.poll(lastOperation).toMatchObject({ state: 'CALLING', needs_attention: true, message: expect.stringContaining('cannot begin') });
}, 30_000);

it('a difference ends when the vendor has ended what nobody held, and when somebody holds it', async () => {
  const { app } = sandbox.server;
  await client.query(
    `insert into drift (id, vendor_code, vendor_subscription_id, field, theirs, opened_at, seen_at) values (gen_random_uuid(), 'GOOGLE', 'gone', 'EXISTENCE', 'gone', now() - interval '1 hour', now() - interval '1 hour')`,
  );
  await reconcileVendor(app, app.vendors.find('GOOGLE')!);
  const { rows } = await client.query(`select resolution from drift where vendor_subscription_id = 'gone'`);
  expect(rows).toEqual([{ resolution: 'both sides agree' }]);
});

it('a difference that somebody lets be stays so for as long as both sides stay as they are', async () => {
  const { app } = sandbox.server;
  const google = app.vendors.find('GOOGLE')!;
  await shop.order('GOOGLE', 12);
  await expect.poll(lastOperation).toMatchObject({ state: 'SUCCEEDED' });
  const { subscription_id: id } = await lastOperation();
  const hold = (quantity: number): Promise<unknown> => client.query('update service_subscription set quantity = $2 where id = $1', [id, quantity]);
  const found = async (): Promise<{ ours: string; open: boolean; resolution: string | null }[]> => {
    await reconcileVendor(app, google);
    return (
      await client.query(
        `select ours, resolved_at is null as open, resolution from drift where subscription_id = $1 and field = 'QUANTITY' order by opened_at`,
        [id],
      )
    ).rows;
  };
  await hold(11);
  expect(await found()).toEqual([{ ours: '11', open: true, resolution: null }]);
  const { rows } = await client.query<{ id: string }>(`select id from drift where subscription_id = $1`, [id]);
  const settled = await shop.ask('mutation ($input: ResolveDriftInput!) { resolveDrift(input: $input) { userErrors { code } } }', {
    input: { driftId: encodeId('drf', rows[0]!.id), resolution: 'IGNORE', reason: 'agreed', idempotencyKey: key() },
  });
  expect(settled.resolveDrift.userErrors).toEqual([]);
  const ignored = { ours: '11', open: false, resolution: 'ignored: agreed' };
  expect(await found()).toEqual([ignored]);
  expect(await found()).toEqual([ignored]);
  await hold(10);
  expect(await found()).toEqual([ignored, { ours: '10', open: true, resolution: null }]);
  await hold(12);
  expect(await found()).toEqual([ignored, { ours: '10', open: false, resolution: 'both sides agree' }]);
  await hold(11);
  expect(await found()).toHaveLength(3);
  await hold(12);
  await found();
}, 30_000);

it('one subscription that its vendor cannot show does not keep the others from being compared; a silent vendor does', async () => {
  const { app } = sandbox.server;
  const korm = app.vendors.find(VENDOR)!;
  // As where the portal's report is not to be had: each is read by itself.
  const kaspersky = {
    code: korm.code,
    platform: korm.platform,
    capabilities: { ...korm.capabilities, canList: false },
    getSubscription: (call, ref) => korm.getSubscription(call, ref),
  } as Vendor;
  await shop.order(VENDOR, 12);
  await shop.order(VENDOR, 12);
  await expect.poll(lastOperation).toMatchObject({ state: 'SUCCEEDED' });
  const { compared: all } = await reconcileVendor(app, kaspersky);
  expect(all).toBeGreaterThanOrEqual(2);
  await sandbox.tell(VENDOR, 'faults', [{ match: { op: 'getdetails' }, fault: 'HTTP_500' }]);
  expect(await reconcileVendor(app, kaspersky)).toMatchObject({ compared: all - 1, unread: 1 });
  await sandbox.tell(VENDOR, 'faults', [{ match: { op: 'getdetails' }, fault: 'HTTP_500', times: 10 }]);
  await expect(reconcileVendor(app, kaspersky)).rejects.toThrow('KASPERSKY could not be read');
  await sandbox.tell(VENDOR, 'reset', {});
}, 30_000);
