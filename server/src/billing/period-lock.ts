import { isoDate } from '@cloudtill/domain/calendar/local-date';
import type { BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { PoolClient } from 'pg';
import type { Database } from '../platform/database.ts';

const LOCK_CLASS = 730_101;

/**
 * Holds a month for one writer of charges: a run or a closing. The lock lives with its connection, so it ends with the
 * process that held it. Whoever needs several months takes them in ascending order.
 * @rule H3 "two runs at once do not double anything"
 */
export async function holdingMonth<T>(database: Database, month: BillingMonth, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return database.withSystemClient(async (client) => {
    const key = Number(isoDate(month.start).slice(0, 7).replace('-', ''));
    await client.query('select pg_advisory_lock($1, $2)', [LOCK_CLASS, key]);
    try {
      return await work(client);
    } finally {
      await client.query('select pg_advisory_unlock($1, $2)', [LOCK_CLASS, key]).catch(() => {});
    }
  });
}
