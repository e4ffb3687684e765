/** S5: all at once, on the first day of a month and no other day; the last legacy month is B1's, the next B2's. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../src/verify/verify.ts';
import { untruths } from '../billing/truth.ts';
import type { Named } from '../billing/book.ts';
import { createDatabase, type Answer } from '../server.ts';
import { codesOf, LegacyBook, linesOf } from './legacy-book.ts';

/** The second engine charges the same, and no invariant of the database is hurt. */
async function agreedByBothEngines({ book }: LegacyBook): Promise<void> {
  const checks = await verify(book.server.databaseUrl);
  expect(checks.length).toBeGreaterThan(6);
  expect(checks.filter(({ faults }) => faults > 0)).toEqual([]);
}

describe('S5: the story of 25 and 20 licenses', () => {
  let kept: LegacyBook;
  let story: Named;
  let later: Named;
  let plan: Answer['data'];
  beforeAll(async () => {
    kept = await LegacyBook.open('2040-05-20T12:00:00Z');
    story = await kept.subscribe(25, '2040-04-15');
    await kept.book.change(story, 20, '2040-05-11');
    later = await kept.subscribe(8, '2040-05-03');
    plan = await kept.planned();
  });
  afterAll(() => kept.stop());

  it('starts on no day but its own', async () => {
    const on = async (day: string): Promise<Answer['data']> => {
      await kept.moveTo(day);
      return kept.run(plan);
    };
    const early = await on('2040-05-31T23:59:00Z');
    expect(early).toMatchObject({ migration: null, job: null, userErrors: [{ code: 'MIGRATION_NOT_FIRST_OF_MONTH', path: ['input', 'migrationId'] }] });
    expect(early.userErrors[0].message).toContain('2040-05-31 is none; the next one is 2040-06-01');
    const next = await kept.planned({ effectiveOn: '2040-07-01' });
    await kept.moveTo('2040-06-01T00:00:01Z');
    expect(codesOf(await kept.run(next))).toEqual(['MIGRATION_NOT_TODAY']);
    expect((await kept.report(plan)).state).toBe('PLANNED');
  });

  it('is refused while something is in the way, and the report then shows what came in since', async () => {
    const { book } = kept;
    await book.bill('2040-04', '2040-05');
    await book.close('2040-04', '2040-05');
    const dinars = await book.account('CUSTOMER', undefined, 'KWD');
    await book.price(kept.legacy, 'KWD', '1.00');
    const stranger = await kept.subscribe(5, '2040-05-20', dinars);
    const refused = await kept.run(plan);
    expect(refused).toMatchObject({ migration: null, userErrors: [{ code: 'MIGRATION_HAS_BLOCKERS' }] });
    expect(refused.userErrors[0].message).toContain(`1 subscriptions of ${plan.number} cannot be moved`);
    expect(linesOf(await kept.report(plan))[0]).toBe(`${stranger.number} BLOCKED OLD→– 5: 5.000→– PRICE_MISSING`);
    await book.terminate(stranger, '2040-06-01');
    const ended = await kept.subscribe(6, '2040-05-20');
    await book.terminate(ended, '2040-06-01');
  });

  it('moves all at once from the start of the day, and what happens later that day comes after', async () => {
    await kept.moveTo('2040-06-01T10:00:00Z');
    await kept.book.change(later, 12, '2040-06-01T09:00:00Z');
    const { job, migration, userErrors } = await kept.run(plan);
    expect(userErrors).toEqual([]);
    expect(migration.state).toMatch(/RUNNING|SUCCEEDED/);
    expect(job).toMatchObject({ kind: 'RUN_MIGRATION', subject: plan.number });
    const done = await kept.book.server.finished(job.id);
    expect(done).toMatchObject({ state: 'SUCCEEDED', progress: { done: 2, total: 2 } });
    const report = await kept.report(plan);
    expect(report).toMatchObject({ state: 'SUCCEEDED', counts: { subscriptions: 2, pending: 0, moved: 2, blocked: 0 } });
    expect(linesOf(report).sort()).toEqual([`${later.number} MOVED OLD→NEW 8: 12.00→12.00`, `${story.number} MOVED OLD→NEW 20: 20.00→20.00`].sort());

    const { data } = await kept.book.ask(
      'query ($id: ID!) { subscription(id: $id) { number plan { sku } quantity version changes(first: 1) { nodes { kind effectiveAt oldPlan { sku } plan { sku } quantity reason actor } } timeline { from to quantity plan { sku } } } }',
      { id: later.id },
    );
    expect(data.subscription).toMatchObject({
      number: later.number,
      plan: { sku: 'NEW' },
      quantity: 12,
      changes: {
        nodes: [
          {
            kind: 'PLAN',
            effectiveAt: '2040-06-01T00:00:00.000Z',
            oldPlan: { sku: 'OLD' },
            plan: { sku: 'NEW' },
            quantity: 8,
            reason: `migration ${plan.number}`,
            actor: 'Olga Operator',
          },
        ],
      },
      timeline: [
        { from: '2040-06-01', to: null, quantity: 12, plan: { sku: 'NEW' } },
        { from: '2040-05-03', to: '2040-06-01', quantity: 8, plan: { sku: 'OLD' } },
      ],
    });
    const trail = await kept.book.sql(
      `select subject_kind as kind, before, after from audit_event where action = 'runMigration' order by occurred_at, subject_kind`,
    );
    expect(trail.map(({ kind }) => kind).sort()).toEqual(['Migration', 'Migration', 'ServiceSubscription', 'ServiceSubscription']);
    expect(await untruths(kept.book)).toEqual([]);
  });

  it('charges the last legacy month by B1 and the first PAYG month by the day; closed months stay', async () => {
    const { book } = kept;
    await kept.moveTo('2040-06-20T10:00:00Z');
    await book.change(story, 10, '2040-06-16');
    await book.bill('2040-06', '2040-07');
    const billed = await book.billed(story, { skus: true });
    expect(billed).toEqual([
      '2040-05 RECURRING 2040-05-01/2040-06-01 25.00 OLD',
      // (20 × 15 + 10 × 15) ÷ 30
      '2040-06 RECURRING 2040-06-01/2040-07-01 15.00 NEW',
      '2040-07 RECURRING 2040-07-01/2040-08-01 10.00 NEW',
    ]);
    expect(await book.billed(later)).toEqual(['2040-06 RECURRING 2040-06-01/2040-07-01 12.00', '2040-07 RECURRING 2040-07-01/2040-08-01 12.00']);
    await agreedByBothEngines(kept);
    expect(await untruths(book, '2040-04', '2040-05', '2040-06', '2040-07')).toEqual([]);
    const adjustments = await book.sql('select 1 from charge where adjusts_month is not null');
    expect(adjustments).toEqual([]);
  });

  it('run again it changes nothing, and there is nothing left to plan', async () => {
    const [before, report] = [await kept.histories(), await kept.report(plan)];
    const again = await kept.run(plan);
    expect(again).toMatchObject({ userErrors: [], migration: { state: 'SUCCEEDED' } });
    expect((await kept.book.server.finished(again.job.id)).state).toBe('SUCCEEDED');
    expect(await kept.histories()).toEqual(before);
    expect(await kept.report(plan)).toEqual(report);
    expect((await kept.planned()).counts.subscriptions).toBe(0);
    // A subscription that was moved may switch as any other.
    const other = await kept.book.plan({ sku: 'OTHER' });
    await kept.book.switchPlan(story, other, '2040-07-15');
  });

  it('names nothing that is not there', async () => {
    expect(codesOf(await kept.run({ id: plan.id.replace(/.{12}$/, '000000000000') }))).toEqual(['MIGRATION_UNKNOWN']);
  });
});

describe('S5: the day is one of the billing time zone (T1, T2)', () => {
  let kept: LegacyBook;
  let database: Awaited<ReturnType<typeof createDatabase>>;
  beforeAll(async () => {
    database = await createDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(`update installation set billing_time_zone = 'Europe/Athens'`);
    await client.end();
    kept = await LegacyBook.open('2040-03-31T20:00:00Z', { DATABASE_URL: database.url, BILLING_TIME_ZONE: 'Europe/Athens' });
  });
  afterAll(async () => {
    await kept.stop();
    await database.drop();
  });

  it('begins in Athens three hours before it does in Greenwich', async () => {
    const { book } = kept;
    const old = await kept.subscribe(30, '2040-02-10');
    const plan = await kept.planned();
    expect(plan.effectiveOn).toBe('2040-04-01');
    expect(codesOf(await kept.run(plan))).toEqual(['MIGRATION_NOT_FIRST_OF_MONTH']);
    // 1 April, 00:30 in Athens, moved to by the sandbox clock.
    await book.do('advanceClock', { to: '2040-03-31T21:30:00Z' }, 'now');
    const fresh = await kept.subscribe(7, '2040-03-31T21:10:00Z');
    // The last hour of the legacy month, and the first of the new one.
    await book.change(old, 40, '2040-03-31T20:30:00Z');
    await book.change(old, 35, '2040-03-31T21:15:00Z');
    expect((await kept.ran(plan)).state).toBe('SUCCEEDED');
    const lines = await book.sql(
      `select s.number, to_char(q.effective_at, 'HH24:MI') as at, q.effective_on::text as "on" from quantity_change q join service_subscription s on s.id = q.subscription_id where q.kind = 'PLAN'`,
    );
    expect(Object.fromEntries(lines.map(({ number, at, on }) => [number, `${at} ${on}`]))).toEqual({
      [old.number]: '21:00 2040-04-01',
      [fresh.number]: '21:10 2040-04-01',
    });
    await kept.moveTo('2040-05-02T00:00:00Z');
    await book.bill('2040-03', '2040-04');
    expect(await book.billed(old, { skus: true })).toEqual([
      '2040-03 RECURRING 2040-03-01/2040-04-01 40.00 OLD',
      '2040-04 RECURRING 2040-04-01/2040-05-01 35.00 NEW',
    ]);
    expect(await book.billed(fresh, { skus: true })).toEqual(['2040-04 RECURRING 2040-04-01/2040-05-01 7.00 NEW']);
    await agreedByBothEngines(kept);
    expect(await untruths(book, '2040-03', '2040-04')).toEqual([]);
  });
});
