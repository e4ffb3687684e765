/** F13, F14, F17, H3: things done at once, on the real database, held where they meet. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBillingTask } from '../../src/billing/billing-run.ts';
import { BILLING_EVENTS } from '../../src/billing/rating-marks.ts';
import { newId } from '../../src/platform/ids.ts';
import { holdAt } from '../../src/platform/failpoint.ts';
import type { JobAtWork } from '../../src/platform/jobs.ts';
import { dispatchEvents } from '../../src/platform/outbox.ts';
import { bill, key } from '../server.ts';
import { Barrier } from './barrier.ts';
import { Book, factsOf, monthsFrom, type Named } from './book.ts';
import { untruths } from './truth.ts';

let book: Book;
let plan: Named;
beforeAll(async () => {
  book = await Book.open({ CLOUDTILL_WORKER_CONCURRENCY: '12' });
  plan = await book.plan({ sku: 'PAYG', prices: { EUR: ['31', '0'] } });
});
afterAll(() => book.stop());

const hold = (statement: string, ...values: unknown[]): Promise<Barrier> => Barrier.hold(book.server.databaseUrl, statement, values);
/** Holds a subscription, so that changes of it queue up behind. */
const holding = ({ number }: Named): Promise<Barrier> => hold('select 1 from service_subscription where number = $1 for update', number);
const runBilling = (billingPeriod: string): Promise<any> => book.do('runBilling', { billingPeriod, idempotencyKey: key() }, 'run { id } job { id } replayed');
const closing = (billingPeriod: string): Promise<any> => book.do('closeBillingPeriod', { billingPeriod, idempotencyKey: key() }, 'job { id }');
const changing = ({ id: subscriptionId }: Named, quantity: number, effective: string, more: object = {}): Promise<any> =>
  book.try(
    'changeSubscriptionQuantity',
    { subscriptionId, quantity, effectiveAt: book.at(effective), idempotencyKey: key(), ...more },
    'subscription { version } replayed',
  );
const codesOf = ({ userErrors }: { userErrors: { code: string }[] }): string => userErrors.map(({ code }) => code).join() || 'done';

/** Lets a run reach a failpoint, does something meanwhile, and lets it end. */
async function during(failpoint: string, started: () => Promise<any>, meanwhile: () => Promise<unknown>): Promise<any> {
  const held = holdAt(failpoint);
  const ended = started();
  await Promise.race([held.reached, ended]);
  try {
    await meanwhile();
  } finally {
    held.release();
  }
  return ended;
}

describe('H3: runs of one month', () => {
  it('two operators who start at once get one run, and each charge stands once', async () => {
    const subscription = await book.subscribe(plan, 3, '2021-01-11');
    const barrier = await hold('lock table billing_period in share row exclusive mode');
    const answers = [runBilling('2021-01'), runBilling('2021-01')];
    await barrier.waiting(2);
    await barrier.release();
    const [one, other] = await Promise.all(answers);
    expect([one.run.id, one.replayed]).toEqual([other.run.id, other.replayed]);
    await book.server.finished(one.job.id);
    expect(await book.billed(subscription)).toEqual(['2021-01 RECURRING 2021-01-11/2021-02-01 63.00']);
    expect(await book.sql(`select 1 from billing_run where month = '2021-01-01'`)).toHaveLength(1);
  });

  it('two who start another run of a month get one run as well', async () => {
    const barrier = await hold(`select 1 from billing_period where month = '2021-01-01' for update`);
    const answers = [runBilling('2021-01'), runBilling('2021-01')];
    await barrier.waiting(2);
    await barrier.release();
    const [one, other] = await Promise.all(answers);
    expect(one.run.id).toBe(other.run.id);
    expect((await book.server.finished(one.job.id)).state).toBe('SUCCEEDED');
  });

  it('a job that the queue delivered twice is worked off once', async () => {
    const held = holdAt('run:before-attach');
    const { run, job } = await runBilling('2021-02');
    await held.reached;
    const { app } = book.server;
    const work: JobAtWork = { app, jobId: newId(), signal: new AbortController().signal, progress: async () => {} };
    const again = runBillingTask({ runId: run.id.slice(4) }, work);
    await waiting(1);
    held.release();
    const facts = factsOf(await book.server.finished(job.id));
    expect((await again).result).toMatchObject({ run: facts['run'], chargesWritten: Number(facts['chargesWritten']) });
    expect(await untruths(book, '2021-02')).toEqual([]);
  });
});

describe('F13: changes of one subscription', () => {
  it('two at once are recorded one after the other', async () => {
    const subscription = await book.subscribe(plan, 10, '2021-01-01');
    const barrier = await holding(subscription);
    const changes = [changing(subscription, 20, '2021-01-11'), changing(subscription, 30, '2021-01-11')];
    await barrier.waiting(2);
    await barrier.release();
    expect((await Promise.all(changes)).map(codesOf)).toEqual(['done', 'done']);
    const lines = await book.sql('select sequence, quantity, old_quantity from quantity_change where subscription_id = $1 order by sequence', [
      subscription.id.slice(4),
    ]);
    expect(lines.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    // Whichever came first, the second one saw it.
    expect(lines[2]!['old_quantity']).toBe(lines[1]!['quantity']);
    expect(await untruths(book)).toEqual([]);
  });

  it('of two that expect the same version one gets CONFLICT', async () => {
    const subscription = await book.subscribe(plan, 10, '2021-01-01');
    const { data } = await book.ask('query ($id: ID!) { subscription(id: $id) { version } }', { id: subscription.id });
    const expectedVersion = data.subscription.version;
    const barrier = await holding(subscription);
    const changes = [20, 30].map((quantity) => changing(subscription, quantity, '2021-01-11', { expectedVersion }));
    await barrier.waiting(2);
    await barrier.release();
    expect((await Promise.all(changes)).map(codesOf).sort()).toEqual(['CONFLICT', 'done']);
  });

  it('a plan switch against a termination: either the switch came first, or it is refused', async () => {
    const other = await book.plan();
    const subscription = await book.subscribe(plan, 10, '2021-01-01');
    const of = (effective: string): object => ({ subscriptionId: subscription.id, effectiveAt: book.at(effective), idempotencyKey: key() });
    const barrier = await holding(subscription);
    const both = [
      book.try('switchSubscriptionPlan', { ...of('2021-01-11'), planId: other.id }, ''),
      book.try('terminateSubscription', { ...of('2021-01-21'), confirmIrreversible: true }, ''),
    ];
    await barrier.waiting(2);
    await barrier.release();
    const [switched, ended] = (await Promise.all(both)).map(codesOf);
    expect(ended).toBe('done');
    expect(['done', 'SUBSCRIPTION_TERMINATED']).toContain(switched);
    expect(await untruths(book)).toEqual([]);
    await book.bill('2021-01');
    expect(await untruths(book, '2021-01')).toEqual([]);
  });
});

describe('F14: the same request twice', () => {
  it('at once: one effect and one answer, the second marked as replayed', async () => {
    const subscription = await book.subscribe(plan, 10, '2021-01-01');
    const idempotencyKey = key();
    const barrier = await holding(subscription);
    const twins = [1, 2].map(() => changing(subscription, 20, '2021-01-11', { idempotencyKey }));
    await barrier.waiting(2);
    await barrier.release();
    const [one, other] = await Promise.all(twins);
    expect([one, other].map(codesOf)).toEqual(['done', 'done']);
    expect(one.replayed).not.toBe(other.replayed);
    expect(one.subscription).toEqual(other.subscription);
    expect(await book.sql('select 1 from quantity_change where subscription_id = $1', [subscription.id.slice(4)])).toHaveLength(2);
  });

  it('at once with another input under the same key: one effect, the other refused by name', async () => {
    const subscription = await book.subscribe(plan, 10, '2021-01-01');
    const idempotencyKey = key();
    const barrier = await holding(subscription);
    const twins = [20, 30].map((quantity) => changing(subscription, quantity, '2021-01-11', { idempotencyKey }));
    await barrier.waiting(2);
    await barrier.release();
    expect((await Promise.all(twins)).map(codesOf).sort()).toEqual(['IDEMPOTENCY_KEY_REUSED', 'done']);
    expect(await book.sql('select 1 from quantity_change where subscription_id = $1', [subscription.id.slice(4)])).toHaveLength(2);
  });

  it('a run: the same key gives the same run', async () => {
    const idempotencyKey = key();
    const twins = [1, 2].map(() => book.do('runBilling', { billingPeriod: '2021-03', idempotencyKey }, 'run { id } job { id } replayed'));
    const [one, other] = await Promise.all(twins);
    expect(one.run.id).toBe(other.run.id);
    expect(one.replayed).not.toBe(other.replayed);
    await book.server.finished(one.job.id);
  });
});

describe('F13: changes while a run is at work', () => {
  // Each comes after the run has read what it concerns, and is in the charges when the run has ended.
  it.each([
    ['2021-04', 'a quantity', (held: Named) => book.change(held, 9, '2021-01-11')],
    ['2021-05', 'an end', (held: Named) => book.terminate(held, '2021-01-11')],
    ['2021-06', 'a new subscription', () => book.subscribe(plan, 1, '2021-01-02')],
    ['2021-07', 'a price', () => book.price(plan, 'EUR', '62', '2021-04-01')],
    ['2021-08', 'a price list', async () => book.priceList(undefined, await book.customer(), 'KES', 'DISCOUNT', '50', '2021-04-01')],
    ['2021-09', 'a new plan with its price and a subscription', async () => book.subscribe(await book.plan(), 1, '2021-01-02')],
  ])('%s, %s', async (month, _, change) => {
    const subscription = await book.subscribe(plan, 3, '2020-12-15');
    const { job } = await during(
      'run:after-attach',
      () => bill(book.server, month),
      () => change(subscription),
    );
    expect(job.state).toBe('SUCCEEDED');
    expect(await untruths(book, month)).toEqual([]);
  });

  it('a new plan and its first subscription, between the first look and the last', async () => {
    const { job } = await during(
      'run:begun',
      () => bill(book.server, '2021-10'),
      async () => book.subscribe(await book.plan(), 1, '2021-10-02'),
    );
    expect(job.state).toBe('SUCCEEDED');
    expect(await untruths(book, '2021-10')).toEqual([]);
  });

  it('a second change of the same subscription, after the first was rated and before it is written', async () => {
    await book.bill('2021-11');
    const subscription = await book.subscribe(plan, 3, '2021-11-01');
    const held = holdAt('run:before-differences');
    const billing = bill(book.server, '2021-11');
    await held.reached;
    await book.change(subscription, 9, '2021-11-11');
    const elsewhere = dispatch();
    await Promise.race([waiting(1), elsewhere]);
    held.release();
    await Promise.all([elsewhere, billing]);
    await book.bill('2021-11');
    expect(await untruths(book, '2021-11')).toEqual([]);
  });

  it('a change that another process is just hearing of', async () => {
    await book.bill('2021-12');
    await book.subscribe(plan, 3, '2021-12-01');
    const held = holdAt('outbox:before-commit');
    const elsewhere = dispatch();
    await held.reached;
    const billing = bill(book.server, '2021-12');
    await Promise.race([waiting(1), billing]);
    held.release();
    await Promise.all([elsewhere, billing]);
    expect(await untruths(book, '2021-12')).toEqual([]);
  });
});

describe('H2: closing', () => {
  it('is refused while the first run of the month is at work', async () => {
    await during(
      'run:before-attach',
      () => bill(book.server, '2022-01'),
      async () => expect(await book.refusals('closeBillingPeriod', { billingPeriod: '2022-01', idempotencyKey: key() })).toEqual(['BILLING_PERIOD_NOT_RATED']),
    );
  });

  it('waits for a run that is at work, and freezes what it wrote', async () => {
    await book.bill('2022-02');
    const subscription = await book.subscribe(plan, 28, '2022-02-01');
    const held = holdAt('run:before-differences');
    const billing = bill(book.server, '2022-02');
    await held.reached;
    const close = closing('2022-02');
    await waiting(1);
    held.release();
    await billing;
    expect((await book.server.finished((await close).job.id)).state).toBe('SUCCEEDED');
    expect((await book.charges({ subscriptionId: subscription.id })).map(({ status, net }) => `${status} ${net.amount}`)).toEqual(['CLOSED 868.00']);
  });

  it('twice at once closes once', async () => {
    await book.bill('2022-03');
    const barrier = await hold(`select 1 from billing_period where month = '2022-03-01' for update`);
    const twins = [closing('2022-03'), closing('2022-03')];
    await barrier.waiting(2);
    await barrier.release();
    for (const { job } of await Promise.all(twins)) expect((await book.server.finished(job.id)).state).toBe('SUCCEEDED');
    const [{ status }] = (await book.sql(`select status from billing_period where month = '2022-03-01'`)) as [{ status: string }];
    expect(status).toBe('CLOSED');
  });

  it('a run that was asked for before and comes after it says so; what changed meanwhile becomes an adjustment', async () => {
    await book.bill('2022-04', '2022-05');
    const held = holdAt('close:before-freeze');
    const close = closing('2022-04');
    await held.reached;
    const late = await runBilling('2022-04');
    await waiting(1);
    const subscription = await book.subscribe(plan, 30, '2022-04-01');
    held.release();
    expect((await book.server.finished((await close).job.id)).state).toBe('SUCCEEDED');
    const { state, userErrors } = await book.server.finished(late.job.id);
    expect([state, userErrors.map(({ code }: { code: string }) => code)]).toEqual(['FAILED', ['BILLING_PERIOD_CLOSED']]);
    await book.bill('2022-05');
    expect(await book.billed(subscription)).toEqual([
      '2022-05 ADJUSTMENT 2022-04-01/2022-05-01 930.00 for 2022-04',
      '2022-05 RECURRING 2022-05-01/2022-06-01 930.00',
    ]);
    expect(await untruths(book, '2022-04', '2022-05')).toEqual([]);
  });
});

describe('F18: connections', () => {
  it('are enough for as many runs as the worker takes at a time', async () => {
    const runs = await Promise.all(monthsFrom('2023-01', 12).map((month) => bill(book.server, month)));
    expect(runs.map(({ job }) => job.state)).toEqual(runs.map(() => 'SUCCEEDED'));
    expect(await untruths(book, ...monthsFrom('2023-01', 12))).toEqual([]);
  });
});

describe('F17: no deadlock', () => {
  it('six months billed at once, each with corrections, while the same subscriptions change in every order', async () => {
    const months = monthsFrom('2022-06', 6);
    await book.bill(...months);
    await book.close(months[0]!);
    const held = await Promise.all(Array.from({ length: 12 }, (_, index) => book.subscribe(plan, 5 + index, '2022-06-10')));
    const changes = held.map((subscription, index) => book.change(subscription, 50 - index, '2022-06-20'));
    const runs = months.slice(1).map((month) => bill(book.server, month));
    const more = held.toReversed().map((subscription, index) => book.change(subscription, 60 + index, '2022-08-03'));
    await Promise.all([...changes, ...runs, ...more, dispatch(), dispatch()]);
    for (const month of months.slice(1)) await book.bill(month);
    expect(await untruths(book, ...months)).toEqual([]);
    const [{ deadlocks }] = (await book.sql('select deadlocks from pg_stat_database where datname = current_database()')) as [{ deadlocks: string }];
    expect(Number(deadlocks)).toBe(0);
    expect(await book.sql('select topic, dead_reason from outbox_event where attempts > 0')).toEqual([]);
  });
});

/** Hears of what happened, as any process does every minute. */
async function dispatch(): Promise<number> {
  const { app } = book.server;
  return app.database.withSystemClient((client) => dispatchEvents(client, BILLING_EVENTS, app));
}

async function waiting(count: number): Promise<void> {
  const onlooker = await hold('select 1');
  try {
    await onlooker.waiting(count);
  } finally {
    await onlooker.release();
  }
}
