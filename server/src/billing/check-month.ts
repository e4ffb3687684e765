/**
 * Looking at every key of a rated month again: what should stand is made once more and compared with what stands, byte
 * by byte. Where they differ the subscription is marked, and the run settles it like any other difference.
 * @rule H2
 */
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import type { BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { PoolClient } from 'pg';
import { BinaryReader, BinaryRows, copyOut, uuidOfKey } from '../platform/binary-copy.ts';
import { BATCH_SIZE, type RunAtWork } from './run-at-work.ts';
import { FACT_COLUMNS, writeCharge } from './charge-rows.ts';
import { customersOf, isParkedSubscription, rate } from './rate.ts';
import { mayBeCharged, nextBatch, type Batch, type Cursor } from './subscription-batch.ts';

interface Read {
  readonly batch: Batch;
  readonly standing: Map<string, Buffer[]>;
}

export async function checkMonth(run: RunAtWork): Promise<void> {
  const { work, client, month, runId, plans } = run;
  const { rows } = await client.query<{ total: string }>(`select count(*) as total from service_subscription s where ${mayBeCharged(month, 's')}`);
  const total = Number(rows[0]!.total);
  await client.query('update billing_run set subscriptions_total = $2, subscriptions_done = 0 where id = $1', [runId, total]);
  let done = 0;
  await work.app.database.withSystemClient(async (reader) => {
    const read = async (after: Cursor | undefined): Promise<Read> => {
      const batch = await nextBatch(reader, plans, month, after, BATCH_SIZE);
      return { batch, standing: await standingCharges(reader, month, after, batch.end) };
    };
    const target = new BinaryRows();
    for (let upcoming = read(undefined); ;) {
      const { batch, standing } = await upcoming;
      work.signal.throwIfAborted();
      if (batch.end) {
        upcoming = read(batch.end);
        upcoming.catch(() => {}); // seen when it is awaited
      }
      const different = await compare(run, batch, standing, target);
      if (different.length > 0) await mark(client, month, different);
      done += batch.subscriptions.length;
      await work.progress(done, total);
      if (!batch.end) break;
    }
  });
  await client.query('update billing_run set subscriptions_done = $2 where id = $1', [runId, done]);
}

/** Charges of the month in a stretch of subscriptions: their bytes by subscription. */
async function standingCharges(
  client: PoolClient,
  { start }: BillingMonth,
  after: Cursor | undefined,
  until: Cursor | undefined,
): Promise<Map<string, Buffer[]>> {
  const from = after ? `and (customer_id, subscription_id) > ('${after.customerId}', '${after.subscriptionId}')` : '';
  const to = until ? `and (customer_id, subscription_id) <= ('${until.customerId}', '${until.subscriptionId}')` : '';
  // The bounds on the customer alone are what the index can use.
  const near = `${after ? `and customer_id >= '${after.customerId}'` : ''} ${until ? `and customer_id <= '${until.customerId}'` : ''}`;
  const file = await copyOut(
    client,
    `select ${FACT_COLUMNS.join(', ')} from charge where billing_month = '${isoDate(start)}' ${near} ${from} ${to} and kind in ('RECURRING', 'PRORATION')`,
  );
  const standing = new Map<string, Buffer[]>();
  const reader = new BinaryReader(file);
  for (let begin = reader.position; reader.next(); begin = reader.position) {
    const customer = reader.uuidKey();
    const key = customer + reader.uuidKey();
    reader.skip(FACT_COLUMNS.length - 2);
    const row = file.subarray(begin, reader.position);
    const rows = standing.get(key);
    if (rows) rows.push(row);
    else standing.set(key, [row]);
  }
  return standing;
}

/** Subscriptions whose charges are not what they should be. */
async function compare(
  { book, month, rounding, frame }: RunAtWork,
  { subscriptions }: Batch,
  standing: Map<string, Buffer[]>,
  target: BinaryRows,
): Promise<Cursor[]> {
  await book.loadAccounts(customersOf(subscriptions));
  const different: Cursor[] = [];
  for (const subscription of subscriptions) {
    const rated = rate(subscription, book, month, rounding);
    const key = subscription.customerKey + subscription.key;
    const stands = standing.get(key) ?? [];
    standing.delete(key);
    target.clear();
    const same =
      !isParkedSubscription(rated) &&
      rated.length === stands.length &&
      rated.every((charge) => {
        const begin = target.position;
        writeCharge(target, frame, subscription.customerBytes, subscription.bytes, charge);
        const row = target.slice(begin, target.position);
        return stands.some((other) => row.equals(other));
      });
    if (!same) different.push({ customerId: uuidOfKey(subscription.customerKey), subscriptionId: uuidOfKey(subscription.key) });
  }
  // What is left belongs to subscriptions that cannot have charges in this month.
  for (const key of standing.keys()) different.push({ customerId: uuidOfKey(key.slice(0, 16)), subscriptionId: uuidOfKey(key.slice(16)) });
  return different;
}

async function mark(client: PoolClient, { start }: BillingMonth, ids: readonly Cursor[]): Promise<void> {
  await client.query('insert into rating_mark (month, customer_id, subscription_id) select $1, * from unnest($2::uuid[], $3::uuid[]) on conflict do nothing', [
    isoDate(start),
    ids.map(({ customerId }) => customerId),
    ids.map(({ subscriptionId }) => subscriptionId),
  ]);
}
