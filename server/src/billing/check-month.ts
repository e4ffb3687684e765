/**
 * Looking at every key of a rated month again: what should stand is made once more and compared with what stands, byte
 * by byte. Where they differ the subscription is marked, and the run settles it like any other difference.
 * @rule H2
 */
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import type { BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { PoolClient } from 'pg';
import { PriceBook } from '../catalog/pricing.ts';
import { BinaryReader, BinaryRows, compareUuids, copyOut, sameUuid, uuidIn } from '../platform/binary-copy.ts';
import type { RunAtWork } from './run-at-work.ts';
import { FACT_COLUMNS, writeCharge } from './charge-rows.ts';
import { isParkedSubscription, nextRatableBatch, rate, type RatableBatch } from './rate.ts';
import { idOf, mayBeCharged, type BilledSubscription, type Cursor } from './subscription-batch.ts';

interface Read {
  readonly batch: RatableBatch;
  readonly standing: Promise<Buffer>;
}

export async function checkMonth(run: RunAtWork): Promise<void> {
  const { work, client, month, runId } = run;
  const { rows } = await client.query<{ total: string }>(`select count(*) as total from service_subscription s where ${mayBeCharged(month, 's')}`);
  const total = Number(rows[0]!.total);
  await client.query('update billing_run set subscriptions_total = $2, subscriptions_done = 0 where id = $1', [runId, total]);
  let done = 0;
  const book = await PriceBook.load(work.app.database.system);
  await work.app.database.withSystemClient(async (reader) => {
    const read = async (after: Cursor | undefined): Promise<Read> => {
      const batch = await nextRatableBatch(run, book, reader, after);
      // On the run’s own connection, which has nothing else to do: the next batch is read beside it.
      const standing = standingCharges(client, month, after, batch.end);
      standing.catch(() => {}); // seen when it is awaited
      return { batch, standing };
    };
    const target = new BinaryRows();
    for (let upcoming = read(undefined); ;) {
      const { batch, standing } = await upcoming;
      work.signal.throwIfAborted();
      if (batch.end) {
        upcoming = read(batch.end);
        upcoming.catch(() => {}); // seen when it is awaited
      }
      const different = compare(run, book, batch, await standing, target);
      if (different.length > 0) await mark(client, month, different);
      done += batch.subscriptions.length;
      await work.progress(done, total);
      if (!batch.end) break;
    }
  });
  await client.query('update billing_run set subscriptions_done = $2 where id = $1', [runId, done]);
}

/** Charges of the month in a stretch of subscriptions, as they lie in the unique index: by customer and subscription. */
async function standingCharges(client: PoolClient, { start }: BillingMonth, after: Cursor | undefined, until: Cursor | undefined): Promise<Buffer> {
  const day = isoDate(start);
  const from = after ? `and (customer_id, billing_month, subscription_id) > ('${after.customerId}', '${day}', '${after.subscriptionId}')` : '';
  const to = until ? `and (customer_id, billing_month, subscription_id) <= ('${until.customerId}', '${day}', '${until.subscriptionId}')` : '';
  return copyOut(
    client,
    `select ${FACT_COLUMNS.join(', ')} from charge where billing_month = '${day}' ${from} ${to} and kind in ('RECURRING', 'PRORATION')
      order by customer_id, billing_month, subscription_id, tier, plan_id, kind, period_start`,
  );
}

/** Subscriptions whose charges are not what they should be. Both sides come in the same order, so they are walked side by side. */
function compare(
  { month, rounding, frame }: RunAtWork,
  book: PriceBook,
  { subscriptions, customers }: RatableBatch,
  file: Buffer,
  target: BinaryRows,
): Cursor[] {
  const different: Cursor[] = [];
  const standing = new StandingRows(file);
  for (const subscription of subscriptions) {
    different.push(...standing.before(subscription));
    const rated = rate(subscription, customers.get(subscription.customerId)!, book, month, rounding);
    target.clear();
    const begin = target.position;
    if (!isParkedSubscription(rated)) for (const charge of rated) writeCharge(target, frame, subscription, charge);
    if (!standing.take(subscription, target.slice(begin, target.position)))
      different.push({ customerId: subscription.customerId, subscriptionId: idOf(subscription) });
  }
  different.push(...standing.before(undefined));
  return different;
}

/** Where the ids are in a row: behind the number of fields, each behind its length. */
const CUSTOMER_AT = 6;
const SUBSCRIPTION_AT = 26;

/** A file of charges, gone through from subscription to subscription. */
class StandingRows {
  /** Where the next row begins. */
  #at: number;

  readonly #view: DataView;

  constructor(private readonly file: Buffer) {
    const reader = new BinaryReader(file);
    this.#at = reader.position;
    this.#view = reader.view;
  }

  /** Passes over what lies before a subscription, or to the end: subscriptions that cannot have charges this month, yet have. */
  before(subscription: BilledSubscription | undefined): Cursor[] {
    const passed = new Map<string, Cursor>();
    while (this.#isBefore(subscription)) {
      const subscriptionId = uuidIn(this.#view, this.#at + SUBSCRIPTION_AT);
      passed.set(subscriptionId, { customerId: uuidIn(this.#view, this.#at + CUSTOMER_AT), subscriptionId });
      this.#next();
    }
    return [...passed.values()];
  }

  /** Goes over a subscription's rows. @returns whether they are these, in any order */
  take(subscription: BilledSubscription, wanted: Buffer): boolean {
    const begin = this.#at;
    const end = begin + wanted.length;
    if (end <= this.file.length && this.file.compare(wanted, 0, wanted.length, begin, end) === 0) {
      this.#at = end;
      if (!this.#isOf(subscription)) return true;
    }
    while (this.#isOf(subscription)) this.#next();
    return sameRows(rowsBetween(this.file, begin, this.#at), rowsBetween(wanted, 0, wanted.length));
  }

  #atEnd(): boolean {
    return this.#at >= this.file.length || this.#view.getInt16(this.#at) < 0;
  }

  #isOf({ file, at }: BilledSubscription): boolean {
    return !this.#atEnd() && sameUuid(this.#view, this.#at + SUBSCRIPTION_AT, file, at);
  }

  #isBefore(subscription: BilledSubscription | undefined): boolean {
    if (this.#atEnd() || !subscription) return !this.#atEnd();
    if (this.#isOf(subscription)) return false;
    const { file, customerAt, at } = subscription;
    return (compareUuids(this.#view, this.#at + CUSTOMER_AT, file, customerAt) || compareUuids(this.#view, this.#at + SUBSCRIPTION_AT, file, at)) < 0;
  }

  #next(): void {
    const reader = new BinaryReader(this.file, this.#at);
    reader.next();
    reader.skip(FACT_COLUMNS.length);
    this.#at = reader.position;
  }
}

function rowsBetween(file: Buffer, start: number, end: number): Buffer[] {
  const rows: Buffer[] = [];
  const reader = new BinaryReader(file, start, end);
  for (let begin = start; reader.next(); begin = reader.position) {
    reader.skip(FACT_COLUMNS.length);
    rows.push(file.subarray(begin, reader.position));
  }
  return rows;
}

function sameRows(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  return some.length === others.length && some.every((row) => others.some((other) => row.equals(other)));
}

async function mark(client: PoolClient, { start }: BillingMonth, ids: readonly Cursor[]): Promise<void> {
  await client.query('insert into rating_mark (month, customer_id, subscription_id) select $1, * from unnest($2::uuid[], $3::uuid[]) on conflict do nothing', [
    isoDate(start),
    ids.map(({ customerId }) => customerId),
    ids.map(({ subscriptionId }) => subscriptionId),
  ]);
}
