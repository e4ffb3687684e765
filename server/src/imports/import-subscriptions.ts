import { decideBand } from '@cloudtill/domain/catalog/plan';
import { isoDate, OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { forbiddenDecrease } from '@cloudtill/domain/subscriptions/quantity-change';
import { decidePlanSwitch } from '@cloudtill/domain/subscriptions/plan-switch';
import { quantityTimeline } from '@cloudtill/domain/subscriptions/quantity-timeline';
import type { PoolClient } from 'pg';
import type { Plan } from '../catalog/catalog.entities.ts';
import { PriceBook } from '../catalog/pricing.ts';
import { BinaryRows, copyIn, uuidBytes } from '../platform/binary-copy.ts';
import { newId } from '../platform/ids.ts';
import { heldAt, presentOf, type Change, type RulePlan } from '../subscriptions/history.ts';
import type { BookRow } from './book-file.ts';
import { Cells } from './cell.ts';
import type { ImportAtWork, Importer } from './importer.ts';
import type { ReportInTheMaking } from './report.ts';

const EVENTS = ['ACTIVATE', 'CHANGE', 'SWITCH', 'TERMINATE'] as const;
type EventName = (typeof EVENTS)[number];

/** One fact of a subscription's life. */
interface Event {
  readonly row: number;
  readonly subscription: string;
  readonly account: string;
  readonly event: EventName;
  readonly on: LocalDate;
  readonly plan: string;
  readonly quantity: number | undefined;
}

interface Holder {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly currency: string;
}

/** A subscription as it will be written. */
interface Made {
  readonly id: string;
  readonly number: string;
  readonly holder: Holder;
  readonly changes: readonly Change[];
}

const BATCH = 5_000;

/**
 * Subscriptions by their events, a day each: the same rules decide them as decide an operator's changes, and they are
 * written in bulk.
 * @rule S1 S3 B1 B2 B3 C4
 */
export const importSubscriptions: Importer = {
  columns: ['subscription', 'account', 'event', 'effective_on', 'plan', 'quantity'],
  async take(rows, report, work) {
    await stageEvents(rows, report, work.client);
    const judge = await Judge.load(work, report);
    const total = await countStaged(work.client);
    for await (const batch of staged(work.client)) {
      for (const events of batch) judge.decide(events);
      await work.progress(judge.seen, total);
    }
    // Judged a second time while writing, so that no list of the whole book is kept in memory.
    return async () => {
      const writer = new Writer(work);
      for await (const batch of staged(work.client)) {
        for (const events of batch) {
          const made = judge.decide(events);
          if (made) writer.add(made);
        }
        await writer.flush();
      }
      return { events: writer.events };
    };
  },
};

async function stageEvents(rows: AsyncIterable<BookRow>, report: ReportInTheMaking, client: PoolClient): Promise<void> {
  await client.query(
    'create temporary table book_event (row_number int, subscription text, account text, event text, effective_on date, plan text, quantity int) on commit drop',
  );
  const file = new BinaryRows();
  const flush = async (): Promise<void> => {
    if (file.rows > 0)
      await copyIn(client, 'book_event', ['row_number', 'subscription', 'account', 'event', 'effective_on', 'plan', 'quantity'], file.finish());
    file.clear();
  };
  for await (const source of rows) {
    const event = readEvent(source, report);
    if (!event) continue;
    file.row(7);
    file.int4(event.row);
    file.bytes(Buffer.from(event.subscription));
    file.bytes(Buffer.from(event.account));
    file.bytes(Buffer.from(event.event));
    file.date(event.on);
    file.bytes(Buffer.from(event.plan));
    if (event.quantity === undefined) file.null();
    else file.int4(event.quantity);
    if (file.rows >= BATCH * 4) await flush();
  }
  await flush();
  await client.query('create index on book_event (subscription, effective_on, row_number)');
  await client.query('analyze book_event');
}

function readEvent(source: BookRow, report: ReportInTheMaking): Event | undefined {
  const cells = new Cells(report, source);
  const subscription = cells.text('subscription', 40);
  const account = cells.text('account', 40);
  const event = cells.choice('event', EVENTS);
  const on = cells.day('effective_on');
  if (!subscription || !account || !event || on === undefined) return undefined;
  const needsPlan = event === 'ACTIVATE' || event === 'SWITCH';
  const plan = needsPlan ? cells.text('plan', 60) : '';
  const quantity = event === 'TERMINATE' || (event === 'SWITCH' && cells.raw('quantity') === '') ? undefined : cells.integer('quantity');
  if (plan === undefined || (quantity === undefined && (event === 'ACTIVATE' || event === 'CHANGE'))) return undefined;
  return { row: source.row, subscription, account, event, on, plan, quantity };
}

async function countStaged(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ count: string }>('select count(distinct subscription) as count from book_event');
  return Number(rows[0]!.count);
}

/** The events of each subscription in order of their days, in batches of subscriptions. */
async function* staged(client: PoolClient): AsyncGenerator<Event[][]> {
  let after = '';
  for (;;) {
    const { rows } = await client.query<Omit<Event, 'on' | 'quantity'> & { on: number; quantity: number | null }>(
      `select row_number as row, subscription, account, event, effective_on - date '1970-01-01' as on, plan, quantity from book_event
        where subscription in (select distinct subscription from book_event where subscription > $1 order by 1 limit ${BATCH}) order by subscription, effective_on, row_number`,
      [after],
    );
    if (rows.length === 0) return;
    const batch: Event[][] = [];
    for (const { on, quantity, ...row } of rows) {
      const event: Event = { ...row, on: on as LocalDate, quantity: quantity ?? undefined };
      const last = batch.at(-1);
      if (last?.[0]!.subscription === event.subscription) last.push(event);
      else batch.push([event]);
    }
    yield batch;
    after = rows.at(-1)!.subscription;
  }
}

/** Decides whether a subscription's events follow one another, by the rules. */
class Judge {
  seen = 0;

  private constructor(
    private readonly work: ImportAtWork,
    private readonly report: ReportInTheMaking,
    private readonly plans: ReadonlyMap<string, RulePlan>,
    private readonly holders: ReadonlyMap<string, Holder>,
    private readonly taken: ReadonlySet<string>,
    private readonly prices: PriceBook,
  ) {}

  static async load(work: ImportAtWork, report: ReportInTheMaking): Promise<Judge> {
    const { client } = work;
    const plans = await client.query<{
      id: string;
      sku: string;
      productId: string;
      product: string;
      offered: boolean;
      policy: RulePlan['policy'];
      cycle: RulePlan['cycle'];
      daily: RulePlan['dailyQuantity'];
      minimum: number;
      maximum: number;
    }>(
      `select p.id, p.sku, p.product_id as "productId", r.code as product, p.status = 'ACTIVE' as offered, p.billing_policy as policy, p.cycle,
              p.daily_quantity as daily, p.min_quantity as minimum, p.max_quantity as maximum from plan p join product r on r.id = p.product_id`,
    );
    const bySku = new Map(
      plans.rows.map(({ daily, ...plan }): [string, RulePlan] => [plan.sku, { ...plan, dailyQuantity: daily } satisfies ReturnType<Plan['rules']>]),
    );
    const holders = await client.query<Holder & { number: string }>(
      'select id, number, kind, status, currency from account where number in (select account from book_event)',
    );
    const taken = await client.query<{ number: string }>('select number from service_subscription where number in (select subscription from book_event)');
    return new Judge(
      work,
      report,
      bySku,
      new Map(holders.rows.map(({ number, ...holder }) => [number, holder])),
      new Set(taken.rows.map(({ number }) => number)),
      await PriceBook.load(client),
    );
  }

  /** @returns undefined where something is wrong with it; the report says what */
  decide(events: readonly Event[]): Made | undefined {
    this.seen += 1;
    const [first] = events as [Event, ...Event[]];
    const holder = this.#holderOf(first);
    const changes = holder && this.#changesOf(events, holder);
    return holder && changes && { id: newId(), number: first.subscription, holder, changes };
  }

  #holderOf({ row, subscription, account }: Event): Holder | undefined {
    const holder = this.holders.get(account);
    if (this.taken.has(subscription)) this.report.refuse(row, 'subscription', 'NUMBER_TAKEN', { number: subscription, kind: 'subscription' });
    else if (!holder) this.report.refuse(row, 'account', 'ACCOUNT_UNKNOWN', { account });
    else if (holder.kind !== 'CUSTOMER') this.report.refuse(row, 'account', 'ACCOUNT_KIND_NOT_ALLOWED', { account, kind: holder.kind, allowed: 'CUSTOMER' });
    else if (holder.status === 'CLOSED') this.report.refuse(row, 'account', 'ACCOUNT_CLOSED', { account });
    else return holder;
    return undefined;
  }

  #changesOf(events: readonly Event[], holder: Holder): Change[] | undefined {
    const changes: Change[] = [];
    let ok = true;
    for (const event of events) {
      const change = this.#changeOf(event, events[0]!, changes, holder);
      if (change) changes.push(change);
      else ok = false;
      if (!change && changes.length === 0) return undefined; // without a beginning nothing else can be judged
    }
    const decrease = ok ? forbiddenDecrease(changes) : undefined;
    if (decrease) {
      const { from, to, renewsOn } = decrease;
      this.report.refuse(events[decrease.sequence - 1]!.row, 'quantity', 'QUANTITY_DECREASE_NOT_ALLOWED', { from, to, renewsOn: isoDate(renewsOn) });
      return undefined;
    }
    return ok ? changes : undefined;
  }

  #changeOf(event: Event, first: Event, before: readonly Change[], holder: Holder): Change | undefined {
    const { row, subscription, on, quantity } = event;
    const refuse = (problem: string): undefined => void this.report.refuse(row, 'event', 'EVENT_NOT_ALLOWED', { event: event.event, subscription, problem });
    if (event.account !== first.account)
      return void this.report.refuse(row, 'account', 'EVENT_NOT_ALLOWED', {
        event: event.event,
        subscription,
        problem: `it belongs to ${first.account} since row ${first.row}`,
      });
    if ((event.event === 'ACTIVATE') !== (before.length === 0))
      return refuse(event.event === 'ACTIVATE' ? 'it was activated before' : 'it was not activated before');
    if (before.at(-1)?.kind === 'TERMINATE') return refuse('it was terminated before, and that is final');
    const twin = before.findIndex(
      (change, index) => change.effectiveOn === on && change.kind === KINDS[event.event] && change.quantity === quantity && index > 0,
    );
    if (twin >= 0) return void this.report.refuse(row, null, 'ROW_DUPLICATE', { row: `before it for ${isoDate(on)}` });
    const effectiveAt = this.work.startOf(on);
    const base = { sequence: before.length + 1, effectiveOn: on, effectiveAt };
    if (event.event === 'TERMINATE') return { ...base, kind: 'TERMINATE' };
    const held = before.length > 0 ? heldAt(before, Infinity) : undefined;
    const plan = event.plan === '' ? held!.plan : this.plans.get(event.plan);
    if (!plan) return void this.report.refuse(row, 'plan', 'PLAN_UNKNOWN', { plan: event.plan });
    const count = quantity ?? held!.quantity;
    const siblings = [...this.plans.values()].filter(({ product }) => product === plan.product);
    const decision =
      event.event === 'SWITCH'
        ? decidePlanSwitch({
            subscription: { number: subscription, status: 'ACTIVE' },
            account: { number: event.account, status: 'ACTIVE' },
            from: held!.plan,
            to: plan,
            quantityBefore: held!.quantity,
            quantity: count,
            siblings,
          })
        : decideBand(plan, count, siblings);
    if (!decision.allowed) {
      const { code, parameters, path } = decision.refusals[0]!;
      return void this.report.refuse(row, path[0] === 'quantity' ? 'quantity' : 'plan', code, { ...parameters });
    }
    if (event.plan !== '' && !this.prices.hasPrice(plan.id, holder.currency, on))
      return void this.report.refuse(row, 'plan', 'PRICE_MISSING', { plan: plan.sku, currency: holder.currency, day: isoDate(on) });
    return { ...base, kind: KINDS[event.event], quantity: count, plan: event.plan === '' ? undefined : plan };
  }
}

const KINDS = { ACTIVATE: 'ACTIVATE', CHANGE: 'QUANTITY', SWITCH: 'PLAN', TERMINATE: 'TERMINATE' } as const;

const SUBSCRIPTION_COLUMNS = [
  'id',
  'customer_id',
  'number',
  'product_id',
  'plan_id',
  'status',
  'quantity',
  'activated_at',
  'activated_on',
  'ends_on',
  'renews',
  'next_change_at',
  'created_at',
  'updated_at',
] as const;
const CHANGE_COLUMNS = [
  'customer_id',
  'subscription_id',
  'sequence',
  'kind',
  'effective_at',
  'effective_on',
  'quantity',
  'plan_id',
  'old_quantity',
  'old_plan_id',
  'operation_id',
  'actor_kind',
  'actor_id',
  'actor_name',
  'reason',
  'recorded_at',
] as const;
const SPAN_COLUMNS = ['customer_id', 'subscription_id', 'from_on', 'to_on', 'quantity', 'plan_id'] as const;

/** Writes subscriptions, their histories and their spans, three loads a batch. */
class Writer {
  readonly events: { topic: string; payload: object }[] = [];
  readonly #subscriptions = new BinaryRows();
  readonly #changes = new BinaryRows();
  readonly #spans = new BinaryRows();
  #ids: string[] = [];
  #from = OPEN_END;

  constructor(private readonly work: ImportAtWork) {}

  add({ id, number, holder, changes }: Made): void {
    const { clock, now, importId, actor } = this.work;
    const [key, customer] = [uuidBytes(id), uuidBytes(holder.id)];
    const present = presentOf(changes, clock, now.getTime());
    const { plan } = heldAt(changes, now.getTime());
    const first = changes[0]!;
    const writtenAt = now.getTime();
    const s = this.#subscriptions;
    s.row(SUBSCRIPTION_COLUMNS.length);
    s.bytes(key);
    s.bytes(customer);
    s.bytes(Buffer.from(number));
    s.bytes(uuidBytes(plan.productId));
    s.bytes(uuidBytes(plan.id));
    s.bytes(Buffer.from(present.status));
    s.int4(present.quantity);
    s.timestamptz(first.effectiveAt);
    s.date(first.effectiveOn);
    if (present.endsOn == null) s.null();
    else s.date(present.endsOn);
    s.bytes(Buffer.of(1));
    if (present.nextChangeAt == null) s.null();
    else s.timestamptz(present.nextChangeAt.getTime());
    s.timestamptz(writtenAt);
    s.timestamptz(writtenAt);

    let held: { quantity: number; plan: RulePlan } | undefined;
    for (const change of changes) {
      const c = this.#changes;
      c.row(CHANGE_COLUMNS.length);
      c.bytes(customer);
      c.bytes(key);
      c.int4(change.sequence);
      c.bytes(Buffer.from(change.kind));
      c.timestamptz(change.effectiveAt);
      c.date(change.effectiveOn);
      if (change.quantity === undefined) c.null();
      else c.int4(change.quantity);
      if (change.plan) c.bytes(uuidBytes(change.plan.id));
      else c.null();
      if (held) {
        c.int4(held.quantity);
        c.bytes(uuidBytes(held.plan.id));
      } else {
        c.null();
        c.null();
      }
      c.bytes(uuidBytes(importId));
      c.bytes(Buffer.from(actor.kind));
      c.bytes(uuidBytes(actor.id));
      c.bytes(Buffer.from(actor.name));
      c.bytes(Buffer.from('imported'));
      c.timestamptz(writtenAt);
      if (change.quantity !== undefined) held = { quantity: change.quantity, plan: change.plan ?? held!.plan };
    }
    for (const { from, to, quantity, plan: on } of quantityTimeline(changes, (day) => this.work.startOf(day)).spans) {
      const q = this.#spans;
      q.row(SPAN_COLUMNS.length);
      q.bytes(customer);
      q.bytes(key);
      q.date(from);
      q.date(to);
      q.int4(quantity);
      q.bytes(uuidBytes(on.id));
    }
    this.#ids.push(id);
    if (first.effectiveOn < this.#from) this.#from = first.effectiveOn;
  }

  async flush(): Promise<void> {
    if (this.#ids.length === 0) return;
    const { client } = this.work;
    await copyIn(client, 'service_subscription', SUBSCRIPTION_COLUMNS, this.#subscriptions.finish());
    await copyIn(client, 'quantity_change', CHANGE_COLUMNS, this.#changes.finish());
    await copyIn(client, 'quantity_span', SPAN_COLUMNS, this.#spans.finish());
    for (const rows of [this.#subscriptions, this.#changes, this.#spans]) rows.clear();
    this.events.push({ topic: 'subscriptions.imported', payload: { from: isoDate(this.#from), subscriptionIds: this.#ids } });
    this.#ids = [];
    this.#from = OPEN_END;
  }
}
