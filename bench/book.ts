/**
 * A book of any size, made by the database itself: customers with four subscriptions each, every subscription with four
 * quantity spans inside the month that is billed. The same numbers for the same size.
 */
import type { Client } from 'pg';

/** The month that benchmarks bill. */
export const MONTH = '2026-05';
const PLANS = 20;
const PER_CUSTOMER = 4;

interface BookSize {
  readonly subscriptions: number;
  /** 1: customers buy from the provider; 2: from one of 500 resellers. */
  readonly edges: 1 | 2;
}

/** A time-ordered uuid of a number, so that rows lie on disk as they would after years of business. */
const uuid = (kind: number, number: string): string => `(lpad(to_hex(${number}), 12, '0') || '${kind}000${'8000' + '0'.repeat(12)}')::uuid`;

export async function makeBook(client: Client, { subscriptions, edges }: BookSize): Promise<void> {
  const customers = Math.ceil(subscriptions / PER_CUSTOMER);
  const seller = edges === 1 ? '(select id from provider)' : uuid(1, '1 + (c % 500)');
  await client.query(`set synchronous_commit = off; set session_replication_role = replica`);
  // Loading four million rows into a GiST exclusion is a benchmark of its own; billing only reads them.
  await client.query('alter table quantity_span drop constraint quantity_span_once');
  await client.query(`create temporary table provider as select id from account where kind = 'PROVIDER'`);
  await client.query(`insert into account (id, number, kind, parent_id, path, name, country, currency, locale, status, created_at, updated_at)
    select ${uuid(1, 'r')}, 'BR' || r, 'RESELLER', p.id, array[p.id, ${uuid(1, 'r')}], 'Reseller ' || r, 'DE', 'EUR', 'en', 'ACTIVE', now(), now() from generate_series(1, 500) r, provider p`);
  await client.query(`insert into account (id, number, kind, parent_id, path, name, country, currency, locale, status, created_at, updated_at)
    select ${uuid(2, 'c')}, 'BC' || c, 'CUSTOMER', s.id, case when s.id = p.id then array[p.id, ${uuid(2, 'c')}] else array[p.id, s.id, ${uuid(2, 'c')}] end, 'Customer ' || c, 'DE', 'EUR', 'en', 'ACTIVE', now(), now()
      from generate_series(1, ${customers}) c, provider p, lateral (select ${seller} as id) s`);
  await client.query(
    `insert into product (id, code, name, provisioning, pricing, status, created_at, updated_at) select ${uuid(3, '1')}, 'BENCH', 'Bench', 'EXTERNAL', 'QUOTED', 'ACTIVE', now(), now()`,
  );
  await client.query(`insert into plan (id, product_id, sku, name, billing_policy, cycle, daily_quantity, min_quantity, max_quantity, status, created_at, updated_at)
    select ${uuid(4, 'p')}, ${uuid(3, '1')}, 'BENCH-' || p, 'Bench ' || p, 'PAYG', 'CALENDAR', 'CLOSING', 1, 100000, 'ACTIVE', now(), now() from generate_series(1, ${PLANS}) p`);
  await client.query(`insert into plan_price (id, plan_id, currency, valid_from, list_price_micros, vendor_cost_micros, created_at)
    select ${uuid(5, 'p')}, ${uuid(4, 'p')}, 'EUR', '2020-01-01', 3107000 + p * 1000, 2175000 + p * 700, now() from generate_series(1, ${PLANS}) p`);
  // Every seller has a list for its buyers: a discount for resellers and for every tenth direct customer.
  await client.query(`insert into price_list (id, seller_id, name, created_at, updated_at) select ${uuid(6, '1')}, id, 'Bench', now(), now() from provider`);
  await client.query(
    `insert into price_list_entry (id, price_list_id, product_id, mode, percent, valid_from, created_at) values (${uuid(7, '1')}, ${uuid(6, '1')}, ${uuid(3, '1')}, 'DISCOUNT', 75000, '2020-01-01', now())`,
  );
  await client.query(`insert into price_list_assignment (id, price_list_id, seller_id, buyer_id, valid_from, created_at)
    select ${uuid(8, 'row_number() over ()')}, ${uuid(6, '1')}, p.id, a.id, '2020-01-01', now() from provider p join account a on a.parent_id = p.id and (a.kind = 'RESELLER' or a.number like 'BC%0')`);
  await client.query(`insert into service_subscription (id, customer_id, number, product_id, plan_id, status, quantity, activated_at, activated_on, created_at, updated_at)
    select ${uuid(9, 's')}, ${uuid(2, `1 + (s - 1) / ${PER_CUSTOMER}`)}, 'BS' || s, ${uuid(3, '1')}, ${uuid(4, `1 + (s % ${PLANS})`)}, 'ACTIVE', 10 + s % 90, '2024-03-01', '2024-03-01', timestamptz '2024-03-01' + s * interval '1 second', now()
      from generate_series(1, ${subscriptions}) s`);
  // From 1 to 8 May, to the 16th, to the 24th, and on: every span has days in the month.
  await client.query(`insert into quantity_span (customer_id, subscription_id, from_on, to_on, quantity, plan_id)
    select ${uuid(2, `1 + (s - 1) / ${PER_CUSTOMER}`)}, ${uuid(9, 's')}, (array['2024-03-01', '2026-05-08', '2026-05-16', '2026-05-24']::date[])[k], (array['2026-05-08', '2026-05-16', '2026-05-24', 'infinity']::date[])[k],
           10 + (s * 7 + k * 13) % 90, ${uuid(4, `1 + (s % ${PLANS})`)}
      from generate_series(1, ${subscriptions}) s, generate_series(1, 4) k`);
  await client.query('set session_replication_role = default; set synchronous_commit = on');
  for (const name of ['account', 'service_subscription', 'quantity_span', 'price_list_assignment']) await client.query(`vacuum (analyze) ${name}`);
  await client.query('checkpoint');
}
