/** A billing month's own partition: loaded bare, indexed when full, then attached, so that it appears all at once. */
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { monthAfter, type BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { PoolClient } from 'pg';
import { inTransaction } from '../platform/database.ts';

export function partitionName({ name }: BillingMonth): string {
  return `charge_${name.replace('-', '_')}`;
}

export async function isAttached(client: Pick<PoolClient, 'query'>, month: BillingMonth): Promise<boolean> {
  const { rowCount } = await client.query(`select 1 from pg_inherits where inhrelid = to_regclass($1)`, [partitionName(month)]);
  return rowCount === 1;
}

/** An empty table without indexes; what an earlier attempt left there is thrown away. */
export async function createBarePartition(client: PoolClient, month: BillingMonth): Promise<void> {
  const name = partitionName(month);
  await client.query(`drop table if exists ${name}`);
  // The check lets ATTACH skip looking at every row.
  await client.query(`create table ${name} (like charge including defaults,
    constraint ${name}_month check (billing_month >= '${isoDate(month.start)}' and billing_month < '${isoDate(monthAfter(month).start)}'))`);
}

/** The indexes of the parent, named for the partition. Two connections build them side by side. */
export function indexStatements(name: string): readonly string[] {
  return [
    `create unique index if not exists ${name}_pkey on ${name} (customer_id, billing_month, id)`,
    `create unique index if not exists ${name}_once on ${name} (customer_id, billing_month, subscription_id, tier, plan_id, kind, period_start, adjusts_month,
      (case when kind = 'ADJUSTMENT' then seller_id end), (case when kind = 'ADJUSTMENT' then buyer_id end)) nulls not distinct`,
    `create index if not exists ${name}_in_order on ${name} (billing_month, id)`,
    `create index if not exists ${name}_of_buyer on ${name} (buyer_id, billing_month, id)`,
    `create index if not exists ${name}_of_seller on ${name} (seller_id, billing_month, id)`,
  ];
}

/** Builds what is missing of the indexes, on as many connections as are given. */
export async function buildIndexes(clients: readonly Pick<PoolClient, 'query'>[], name: string): Promise<void> {
  const open = [...indexStatements(name)];
  await Promise.all(
    clients.map(async (client) => {
      for (let statement = open.shift(); statement; statement = open.shift()) await client.query(statement);
    }),
  );
}

/** Makes a full and indexed table part of the charges, together with what the caller writes. */
export async function attachPartition(client: PoolClient, month: BillingMonth, alsoWrite: () => Promise<void>): Promise<void> {
  const name = partitionName(month);
  await inTransaction(client, async () => {
    await client.query(`alter table ${name} add primary key using index ${name}_pkey`);
    await client.query(`alter table charge attach partition ${name} for values from ('${isoDate(month.start)}') to ('${isoDate(monthAfter(month).start)}')`);
    await client.query(`alter table ${name} drop constraint ${name}_month`);
    await alsoWrite();
  });
}

/** From here on the month's charges cannot be changed, by anyone. @rule H2 "Closing freezes them" */
export async function freezePartition(client: Pick<PoolClient, 'query'>, month: BillingMonth): Promise<void> {
  const name = partitionName(month);
  await client.query(`create or replace trigger frozen before insert or update or delete on ${name} for each row execute function charge_is_frozen()`);
  await client.query(`create or replace trigger frozen_whole before truncate on ${name} for each statement execute function charge_is_frozen()`);
}
