/**
 * The second lock between accounts (A3, quality B.1-6): what PostgreSQL itself lets the API's role see and write, asked
 * over connections of our own, with no code of the server in between.
 */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_ROLE } from '../../src/platform/database.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let client: Client;
beforeAll(async () => {
  world = await openWorld();
  client = new Client({ connectionString: world.server.databaseUrl, options: `-c role=${API_ROLE}` });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await world.server.stop();
});

/** Tables that the role reads whoever asks, and why that is right. */
const OPEN: Readonly<Record<string, string>> = {
  installation: 'the clock and the zone are everybody’s',
  account_name: 'names of the other side of a sale, which may stand above the viewer; the view shows nothing else',
  vendor: 'the catalog is the provider’s; what one may order is decided by offered_products',
  product: 'as vendor',
  plan: 'as vendor',
  plan_price: 'as vendor; the vendor’s cost is left out of the look-ahead shape for all but the provider',
  billing_period: 'months belong to nobody',
  billing_run: 'as billing_period; asking for runs needs billing:read',
  idempotency_record: 'found by actor and key only; holds ids, no facts',
};

/** Rows that each account owns in the world, by table, as an owner sees them below that account. */
const SCOPED: Readonly<Record<string, string>> = {
  account: 'id',
  account_move: 'account_id',
  service_subscription: 'customer_id',
  quantity_change: 'customer_id',
  quantity_span: 'customer_id',
  charge: 'buyer_id',
  price_list: 'seller_id',
  price_list_entry: '(select seller_id from price_list l where l.id = price_list_id)',
  price_list_assignment: 'seller_id',
  job: 'account_id',
  audit_event: 'account_id',
  customer_order: 'account_id',
  order_line: 'account_id',
  mail: 'account_id',
  notification_template: `(select id from account where kind = 'PROVIDER')`,
  upload: 'account_id',
  upload_part: '(select account_id from upload u where u.id = upload_id)',
  rating_mark: 'customer_id',
  parked_subscription: 'customer_id',
  legacy_migration: `(select id from account where kind = 'PROVIDER')`,
  legacy_migration_item: 'customer_id',
  provisioning_sync: 'account_id',
  account_platform: 'account_id',
  provisioning_operation: 'account_id',
  provisioning_call: '(select account_id from provisioning_operation o where o.id = operation_id)',
  drift: 'account_id',
};

const enter = (scope: string): Promise<unknown> => client.query("select set_config('cloudtill.scope', $1, false)", [scope]);
const count = async (table: string): Promise<number> => Number((await client.query(`select count(*) from ${table}`)).rows[0].count);

describe('row-level security', () => {
  it('knows every table that the role may read', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p', 'v') and not c.relispartition and has_table_privilege($1, c.oid, 'select')`,
      [API_ROLE],
    );
    expect(rows.map(({ name }) => name).sort()).toEqual([...Object.keys(OPEN), ...Object.keys(SCOPED)].sort());
  });

  it.each(['app_user', 'session', 'service_credential', 'audit_head', 'outbox_event', 'worker_process', 'charge_2026_05', 'graphile_worker._private_jobs'])(
    'keeps %s from the role altogether',
    async (table) => {
      await enter('all');
      await expect(count(table)).rejects.toThrow('permission denied');
    },
  );

  it.each(Object.keys(SCOPED))('shows nothing of %s without a scope', async (table) => {
    await client.query('reset cloudtill.scope');
    expect(await count(table)).toBe(0);
    await enter('');
    expect(await count(table)).toBe(0);
  });

  it.each(Object.entries(SCOPED))('shows of %s what lies at or below the scope’s account, and all of that', async (table, owner) => {
    const { system } = world.server.app.database;
    for (const number of ['DEMO-CUSTOMER', 'C-BESIDE', 'DEMO-RESELLER', 'R-RIVAL', 'PROVIDER']) {
      const account = world.id(`acc ${number}`).slice('acc_'.length);
      const { rows } = await system.query<{ count: string }>(
        `select count(*) from ${table} where ${owner} in (select id from account where path @> array[$1::uuid])`,
        [account],
      );
      await enter(account);
      expect({ number, seen: await count(table) }).toEqual({ number, seen: Number(rows[0]!.count) });
    }
  });

  it.each([
    'account',
    'service_subscription',
    'quantity_change',
    'quantity_span',
    'charge',
    'price_list',
    'price_list_entry',
    'audit_event',
    'mail',
    'customer_order',
    'order_line',
    'account_platform',
    'provisioning_operation',
    'provisioning_call',
    'drift',
  ])('has rows of %s to hide', async (table) => {
    await enter('all');
    expect(await count(table)).toBeGreaterThan(0);
  });

  it('takes no scope for an answer that is none', async () => {
    await enter("x' or 'all");
    await expect(count('account')).rejects.toThrow('invalid input syntax for type uuid');
  });

  it.each([
    ['changes an account beside', `update account set name = 'x' where number = 'R-RIVAL'`],
    ['changes a subscription beside', `update service_subscription set quantity = 1 where number = 'S-RIVAL'`],
    ['ends a rate of others', `delete from price_list_entry where price_list_id <> all (select id from price_list)`],
  ])('reaches no row when somebody %s', async (_, sql) => {
    await enter(world.id('acc DEMO-CUSTOMER').slice('acc_'.length));
    expect((await client.query(sql)).rowCount).toBe(0);
  });

  it.each([
    [
      'an account above itself',
      `insert into account (id, number, kind, parent_id, path, name, country, currency, locale, status, created_at, updated_at)
      select gen_random_uuid(), 'X', 'CUSTOMER', (select id from account_name where kind = 'PROVIDER'), '{}', 'X', 'DE', 'EUR', 'en', 'ACTIVE', now(), now()`,
    ],
    [
      'a price list of its seller',
      `insert into price_list (id, seller_id, name, created_at, updated_at)
      select gen_random_uuid(), (select id from account_name where number = 'DEMO-RESELLER'), 'X', now(), now()`,
    ],
    [
      'a job of others',
      `insert into job (id, kind, state, account_id, requested_by, created_at)
      select gen_random_uuid(), 'x', 'QUEUED', (select id from account_name where number = 'R-RIVAL'), 'x', now()`,
    ],
  ])('refuses a customer to write %s', async (_, sql) => {
    await enter(world.id('acc DEMO-CUSTOMER').slice('acc_'.length));
    await expect(client.query(sql)).rejects.toThrow(/row-level security|permission denied/);
  });

  it.each([
    ['update charge set net_minor = 0'],
    ['delete from charge'],
    ['update quantity_change set quantity = 1'],
    ['delete from audit_event'],
    ['update audit_event set actor_name = null'],
    ['truncate account'],
    ['delete from service_subscription'],
    ['insert into graphile_worker._private_jobs default values'],
  ])('has no right to %s', async (sql) => {
    await enter('all');
    await expect(client.query(sql)).rejects.toThrow('permission denied');
  });
});
