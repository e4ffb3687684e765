/**
 * A billing run: every subscription's charges for one month.
 *
 * The first run of a month loads a bare partition in batches, each its own transaction with its checkpoint, then builds
 * the indexes and attaches it: the month appears whole. Later runs write differences only. Stopped anywhere and started
 * again, a run ends in the same charges as an undisturbed one.
 *
 * @rule H1 H2 H3
 */
import { localDate } from '@cloudtill/domain/calendar/local-date';
import { monthOf, type BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { refusal } from '@cloudtill/domain/refusal';
import type { PoolClient } from 'pg';
import { PriceBook } from '../catalog/pricing.ts';
import { BinaryRows, copyIn } from '../platform/binary-copy.ts';
import { inTransaction } from '../platform/database.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { JobAtWork, JobOutcome, Task } from '../platform/jobs.ts';
import { dispatchEvents } from '../platform/outbox.ts';
import type { RunMode } from './billing.entities.ts';
import { attachPartition, buildIndexes, createBarePartition, isAttached, partitionName } from './charge-partition.ts';
import { NEW_CHARGE_COLUMNS, writeCharge } from './charge-rows.ts';
import { checkMonth } from './check-month.ts';
import { settleMarks } from './differences.ts';
import { holdingMonth } from './period-lock.ts';
import { isParkedSubscription, nextRatableBatch, rate, type RatableBatch } from './rate.ts';
import { BILLING_EVENTS } from './rating-marks.ts';
import { nextChargeNumber, park, type ParkedSubscription, type RunAtWork } from './run-at-work.ts';
import { mayBeCharged, type Batch, type Cursor } from './subscription-batch.ts';

interface RunRow {
  readonly mode: RunMode;
  readonly cursor_customer_id: string | null;
  readonly cursor_subscription_id: string | null;
}

/** The task of the queue. */
export const runBillingTask: Task = async ({ runId }, work) => {
  const { app } = work;
  const { system } = app.database;
  const id = String(runId);
  const found = await system.query<{ month: string }>('select month::text from billing_run where id = $1', [id]);
  const month = monthOf(localDate(found.rows[0]!.month));
  return holdingMonth(app.database, month, async (client) => {
    try {
      const row = await take(client, id, app.clock.date());
      if (!row) return await outcome(client, id); // finished before, and only the answer was lost
      if (await isClosed(client, month)) return await comeTooLate(client, id, month, app.clock.date());
      // First, so that what is read afterwards holds everything that the events are about.
      await dispatchEvents(client, BILLING_EVENTS, app, 'WAIT');
      const run: RunAtWork = { work, client, runId: id, month, ...frameOf(work, month) };
      if (row.mode === 'FRESH' && !(await isAttached(client, month))) await firstRun(run, row);
      if (row.mode === 'CHECK') await checkMonth(run);
      await settle(run);
      await finish(run);
      return await outcome(client, id);
    } catch (error) {
      if (!work.signal.aborted) await noteFault(client, id, error as Error);
      throw error;
    }
  });
};

/** Read only under the month's lock: until a moment ago another worker may have gone on with the run, or ended it. */
async function take(client: PoolClient, runId: string, now: Date): Promise<RunRow | undefined> {
  const { rows } = await client.query<RunRow>(
    `update billing_run set state = 'RUNNING', started_at = coalesce(started_at, $2) where id = $1 and state in ('QUEUED', 'RUNNING')
     returning mode, cursor_customer_id, cursor_subscription_id`,
    [runId, now],
  );
  return rows[0];
}

async function isClosed(client: PoolClient, { name }: BillingMonth): Promise<boolean> {
  const { rowCount } = await client.query(`select 1 from billing_period where month = $1 and status = 'CLOSED'`, [`${name}-01`]);
  return rowCount === 1;
}

/** The month was closed between the asking and the run. @rule H2 "Closing freezes them" */
async function comeTooLate(client: PoolClient, runId: string, { name }: BillingMonth, now: Date): Promise<JobOutcome> {
  await client.query(`update billing_run set state = 'FAILED', finished_at = $2 where id = $1`, [runId, now]);
  return { ...(await outcome(client, runId)), refusals: [refusal('BILLING_PERIOD_CLOSED', { billingPeriod: name }, ['billingPeriod'])] };
}

/** What all charges that a task writes share. */
export function frameOf({ app }: JobAtWork, { start }: BillingMonth): Pick<RunAtWork, 'rounding' | 'frame'> {
  const { rounding } = app.config;
  return { rounding, frame: { month: start, rounding, writtenAt: app.clock.now() } };
}

/** Loads the month's partition from where the last attempt stopped, then makes it visible. */
async function firstRun(run: RunAtWork, row: RunRow): Promise<void> {
  const { client, month, runId, work } = run;
  let cursor: Cursor | undefined = row.cursor_customer_id ? { customerId: row.cursor_customer_id, subscriptionId: row.cursor_subscription_id! } : undefined;
  if (!cursor) await begin(run);
  // After the beginning, which took the marks: a price that was set before it is in this book, a later one makes marks.
  const book = await PriceBook.load(work.app.database.system);
  await failpoint('run:begun');
  const { rows } = await client.query<{ total: string; done: string }>(
    'select subscriptions_total as total, subscriptions_done as done from billing_run where id = $1',
    [runId],
  );
  const total = Number(rows[0]!.total);
  let done = Number(rows[0]!.done);
  await work.progress(done, total);

  // Three batches are at work at a time: one is read on a connection of its own, one is rated, one is written.
  await work.app.database.withSystemClient(async (reader) => {
    const write = async (batch: Batch, rows: BinaryRows, parked: readonly ParkedSubscription[], next: number): Promise<void> => {
      await writeBatch(run, batch, rows, parked, next);
      await failpoint('run:after-batch');
      done += batch.subscriptions.length;
      await work.progress(done, total);
    };
    let [rows, otherRows] = [new BinaryRows(), new BinaryRows()];
    let number = await nextChargeNumber(client, month);
    let writing = Promise.resolve();
    try {
      for (let batch = await nextRatableBatch(run, book, reader, cursor); batch.end;) {
        work.signal.throwIfAborted();
        const reading = nextRatableBatch(run, book, reader, batch.end);
        reading.catch(() => {}); // seen when it is awaited
        const parked = rateBatch(run, book, batch, number, rows);
        await writing;
        number += rows.rows;
        writing = write(batch, rows, parked, number);
        writing.catch(() => {}); // the same
        [rows, otherRows] = [otherRows, rows];
        batch = await reading;
      }
    } finally {
      // Nothing else may be asked of its connection before it is done.
      await writing;
    }
  });

  await failpoint('run:before-index');
  await work.app.database.withSystemClient((second) => buildIndexes([client, second], partitionName(month)));
  await client.query(`analyze ${partitionName(month)}`);
  await failpoint('run:before-attach');
  await attachPartition(client, month, async () => {
    await client.query('update billing_period set rated_at = $2 where month = $1', [month.name + '-01', work.app.clock.date()]);
  });
  await failpoint('run:after-attach');
}

/** A first run reads everything anyway, so what was marked for it is done. */
async function begin({ client, month, runId }: RunAtWork): Promise<void> {
  await inTransaction(client, async () => {
    const day = `${month.name}-01`;
    await client.query('delete from rating_mark where month = $1', [day]);
    await client.query('delete from parked_subscription where month = $1', [day]);
    await client.query('update billing_period set charges_numbered = 0 where month = $1', [day]);
    await client.query(
      `update billing_run set subscriptions_total = (select count(*) from service_subscription s where ${mayBeCharged(month, 's')}), subscriptions_done = 0, charges_written = 0, parked = 0 where id = $1`,
      [runId],
    );
    await createBarePartition(client, month);
  });
}

/** @returns the subscriptions that could not be billed */
function rateBatch(
  { month, rounding, frame }: RunAtWork,
  book: PriceBook,
  { subscriptions, customers }: RatableBatch,
  first: number,
  rows: BinaryRows,
): ParkedSubscription[] {
  const parked: ParkedSubscription[] = [];
  rows.clear();
  for (const subscription of subscriptions) {
    const rated = rate(subscription, customers.get(subscription.customerId)!, book, month, rounding);
    if (isParkedSubscription(rated)) parked.push(rated);
    else for (const charge of rated) writeCharge(rows, frame, subscription, charge, first + rows.rows);
  }
  return parked;
}

/** @param next the first number of the batch that follows */
async function writeBatch(run: RunAtWork, { subscriptions, end }: Batch, rows: BinaryRows, parked: readonly ParkedSubscription[], next: number): Promise<void> {
  const { client, month, frame, runId } = run;
  await inTransaction(client, async () => {
    // A lost tail of batches takes its checkpoints with it; the commit that shows the month waits for all of them.
    await client.query('set local synchronous_commit = off');
    if (rows.rows > 0) await copyIn(client, partitionName(month), NEW_CHARGE_COLUMNS, rows.finish());
    await park(client, month.start, parked, frame.writtenAt);
    await client.query('update billing_period set charges_numbered = $2 where month = $1', [`${month.name}-01`, next - 1]);
    await client.query(
      `update billing_run set cursor_customer_id = $2, cursor_subscription_id = $3, subscriptions_done = subscriptions_done + $4, charges_written = charges_written + $5, parked = parked + $6 where id = $1`,
      [runId, end!.customerId, end!.subscriptionId, subscriptions.length, rows.rows, parked.length],
    );
  });
}

/** Rates again what was marked, until nothing is: changes may come in while a run is at work. */
export async function settle(run: RunAtWork): Promise<void> {
  const { client, work } = run;
  for (;;) {
    await dispatchEvents(client, BILLING_EVENTS, work.app, 'WAIT');
    const settled = await settleMarks(run);
    await failpoint('run:after-differences');
    if (settled === 0) return;
  }
}

async function finish({ client, runId, month, work }: RunAtWork): Promise<void> {
  await client.query(
    `update billing_run r set state = 'SUCCEEDED', finished_at = $2, fault = null,
            parked = (select count(*) from parked_subscription p where p.month = r.month), subscriptions_total = coalesce(subscriptions_total, subscriptions_done)
      where id = $1`,
    [runId, work.app.clock.date()],
  );
  await client.query('update billing_period set rated_at = coalesce(rated_at, $2) where month = $1', [`${month.name}-01`, work.app.clock.date()]);
}

async function noteFault(client: PoolClient, runId: string, error: Error): Promise<void> {
  await client.query('rollback').catch(() => {});
  await client.query('update billing_run set fault = $2 where id = $1', [runId, error.message.slice(0, 500)]).catch(() => {});
}

async function outcome(client: Pick<PoolClient, 'query'>, runId: string): Promise<JobOutcome> {
  const { rows } = await client.query(
    `select number as run, to_char(month, 'YYYY-MM') as "billingPeriod", mode, subscriptions_done::int as subscriptions, charges_written::int as "chargesWritten",
            charges_changed::int as "chargesChanged", charges_withdrawn::int as "chargesWithdrawn", parked::int as parked from billing_run where id = $1`,
    [runId],
  );
  return { result: rows[0] };
}
