/** S5: a migration and what happens beside it, held where they meet. */
import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMigrationTask } from '../../src/migration/move-subscriptions.ts';
import { holdAt } from '../../src/platform/failpoint.ts';
import { newId } from '../../src/platform/ids.ts';
import type { JobAtWork } from '../../src/platform/jobs.ts';
import { Barrier } from '../billing/barrier.ts';
import type { Named } from '../billing/book.ts';
import { untruths } from '../billing/truth.ts';
import { key, type Answer } from '../server.ts';
import { codesOf, LegacyBook, linesOf } from './legacy-book.ts';

let kept: LegacyBook;
let month = 6;
beforeAll(async () => {
  kept = await LegacyBook.open('2040-05-20T12:00:00Z', { CLOUDTILL_WORKER_CONCURRENCY: '4' }, [1, 49]);
});
afterAll(() => kept.stop());

/** The next first day of a month, with a plan for it. */
async function plannedForToday(): Promise<Answer['data']> {
  await kept.moveTo(`2040-${String(month++).padStart(2, '0')}-01T08:00:00Z`);
  return kept.planned();
}

const holding = (statement: string, ...values: unknown[]): Promise<Barrier> => Barrier.hold(kept.book.server.databaseUrl, statement, values);
const holdingIt = ({ number }: Named): Promise<Barrier> => holding('select 1 from service_subscription where number = $1 for update', number);
const changing = ({ id }: Named, quantity: number, effectiveAt?: string): Promise<Answer['data']> =>
  kept.book.try(
    'changeSubscriptionQuantity',
    { subscriptionId: id, quantity, ...(effectiveAt && { effectiveAt }), idempotencyKey: key() },
    'subscription { version }',
  );
const itemOf = async (plan: Answer['data'], { number }: Named): Promise<string> => linesOf(await kept.report(plan)).find((line) => line.startsWith(number))!;

it('two operators who start it at once get one run, and each subscription moves once', async () => {
  const subscriptions = [await kept.subscribe(25, '2040-04-15'), await kept.subscribe(5, '2040-04-15')];
  const plan = await plannedForToday();
  const barrier = await holding('select 1 from vendor for update');
  const answers = [kept.run(plan), kept.run(plan)];
  await barrier.waiting(2);
  await barrier.release();
  const [one, other] = await Promise.all(answers);
  expect(one.job.id).toBe(other.job.id);
  expect((await kept.book.server.finished(one.job.id)).state).toBe('SUCCEEDED');
  for (const { id } of subscriptions) {
    const lines = await kept.book.sql(`select 1 from quantity_change where subscription_id = $1 and kind = 'PLAN'`, [id.slice(4)]);
    expect(lines).toHaveLength(1);
  }
});

it('of two plans for one vendor one runs, and the other is told which', async () => {
  await kept.subscribe(25, '2040-04-15');
  const [plan, other] = [await plannedForToday(), await kept.planned()];
  const held = holdAt('migration:before-finish');
  const { job } = await kept.run(plan);
  await held.reached;
  const refused = await kept.run(other);
  expect(refused.userErrors).toMatchObject([
    { code: 'MIGRATION_UNDER_WAY', message: `${plan.number} is moving the subscriptions of KASPERSKY already; wait until it has ended` },
  ]);
  held.release();
  await kept.book.server.finished(job.id);
  expect((await kept.ran(other)).state).toBe('SUCCEEDED');
  expect((await kept.report(other)).counts.subscriptions).toBe(0);
});

it('a change of quantity comes before the move or after it, and counts either way', async () => {
  const subscription = await kept.subscribe(10, '2040-04-15');
  const plan = await plannedForToday();
  const barrier = await holdingIt(subscription);
  const { job } = await kept.run(plan);
  await barrier.waiting(1);
  const change = changing(subscription, 30, kept.book.at(plan.effectiveOn));
  await barrier.waiting(2);
  await barrier.release();
  expect(codesOf(await change)).toEqual([]);
  expect((await kept.book.server.finished(job.id)).state).toBe('SUCCEEDED');
  expect(await itemOf(plan, subscription)).toMatch(/ MOVED OLD→NEW (10: 10.00→10.00|30: 30.00→30.00)$/);
  const { data } = await kept.book.ask('query ($id: ID!) { subscription(id: $id) { quantity plan { sku } } }', { id: subscription.id });
  expect(data.subscription).toEqual({ quantity: 30, plan: { sku: 'NEW' } });
  expect(await untruths(kept.book)).toEqual([]);
});

it('a change that the new plan cannot hold blocks that one; the others move, and the rest follows when it is put right, also on a later day', async () => {
  const [growing, other] = [await kept.subscribe(10, '2040-04-15'), await kept.subscribe(11, '2040-04-15')];
  const plan = await plannedForToday();
  const held = holdAt('migration:begun');
  const { job } = await kept.run(plan);
  await held.reached;
  expect(codesOf(await changing(growing, 60))).toEqual([]);
  held.release();
  const ended = await kept.book.server.finished(job.id);
  expect(ended).toMatchObject({ state: 'FAILED', userErrors: [{ code: 'MIGRATION_HAS_BLOCKERS' }] });
  expect(await kept.report(plan)).toMatchObject({ state: 'FAILED', counts: { moved: 1, blocked: 1 } });
  expect(await itemOf(plan, other)).toMatch(/ MOVED /);
  expect(codesOf(await kept.run(plan))).toEqual(['MIGRATION_HAS_BLOCKERS']);

  await kept.moveTo(`2040-${String(month - 1).padStart(2, '0')}-03T08:00:00Z`);
  await kept.book.plan({ sku: 'NEW-LARGE', band: [50, 999], prices: { EUR: ['0.80', '0.70'] } });
  // Held for some hours of the first day is 10, and 60 from then on: nothing on offer holds both.
  expect(codesOf(await kept.run(plan))).toEqual(['MIGRATION_HAS_BLOCKERS']);
  await kept.book.plan({ sku: 'NEW-WIDE', band: [10, 60], prices: { EUR: ['0.90', '0.70'] } });
  expect((await kept.ran(plan)).state).toBe('SUCCEEDED');
  expect(await itemOf(plan, growing)).toBe(`${growing.number} MOVED OLD→NEW-WIDE 10: 60.00→54.00`);
  expect(await itemOf(plan, other)).toMatch(/ MOVED OLD→NEW 11/);
  expect(await untruths(kept.book)).toEqual([]);
});

it('one that ends before its turn is skipped, and one that comes in while it runs is moved as well', async () => {
  const [ending, staying] = [await kept.subscribe(5, '2040-04-15'), await kept.subscribe(6, '2040-04-15')];
  const plan = await plannedForToday();
  const held = holdAt('migration:begun');
  const { job } = await kept.run(plan);
  await held.reached;
  await kept.book.terminate(ending, kept.book.at(plan.effectiveOn));
  const late = await kept.subscribe(7, '2040-05-15');
  held.release();
  expect((await kept.book.server.finished(job.id)).state).toBe('SUCCEEDED');
  expect(await kept.report(plan)).toMatchObject({ state: 'SUCCEEDED', counts: { moved: 2, skipped: 1, pending: 0 } });
  expect(await itemOf(plan, late)).toMatch(/ MOVED OLD→NEW 7/);
  expect(await itemOf(plan, staying)).toMatch(/ MOVED OLD→NEW 6/);
  expect(await itemOf(plan, ending)).toMatch(/ SKIPPED /);
});

it('a job that the queue delivered twice moves nothing twice', async () => {
  const subscription = await kept.subscribe(8, '2040-04-15');
  const plan = await plannedForToday();
  const held = holdAt('migration:after-batch');
  const { job } = await kept.run(plan);
  await held.reached;
  const [{ actor }] = (await kept.book.sql<{
    actor: object;
  }>(`select json_build_object('kind', 'USER', 'id', u.id, 'name', u.name, 'accountId', u.account_id) as actor
     from app_user u where email = 'operator@demo.test'`)) as [{ actor: object }];
  const work: JobAtWork = { app: kept.book.server.app, jobId: newId(), signal: new AbortController().signal, progress: async () => {} };
  const again = await runMigrationTask({ migrationId: plan.id.slice(4), actor }, work);
  expect(again.result).toMatchObject({ subscriptionsMoved: 1 });
  held.release();
  expect((await kept.book.server.finished(job.id)).state).toBe('SUCCEEDED');
  const lines = await kept.book.sql(`select 1 from quantity_change where subscription_id = $1`, [subscription.id.slice(4)]);
  expect(lines).toHaveLength(2);
});

it('a run whose job was given up makes room, and is gone on with', async () => {
  const subscription = await kept.subscribe(8, '2040-04-15');
  const plan = await plannedForToday();
  const held = holdAt('migration:begun');
  const { job } = await kept.run(plan);
  await held.reached;
  await kept.book.sql(`update job set state = 'FAILED', finished_at = now() where id = $1`, [job.id.slice(4)]);
  const again = await kept.run(plan);
  expect(again.userErrors).toEqual([]);
  expect(again.job.id).not.toBe(job.id);
  expect((await kept.book.server.finished(again.job.id)).state).toBe('SUCCEEDED');
  held.release();
  expect(await itemOf(plan, subscription)).toMatch(/ MOVED /);
  expect(await kept.book.sql('select 1 from quantity_change where subscription_id = $1', [subscription.id.slice(4)])).toHaveLength(2);
});
