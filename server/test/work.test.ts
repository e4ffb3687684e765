/** Work behind requests: jobs that fail, events that nobody can handle, keys and sessions that are old, tables behind entities. */
import 'reflect-metadata'; // before any decorated class
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTITIES } from '../src/entities.ts';
import { runJob, startWorker, type Task } from '../src/platform/jobs.ts';
import { dispatchEvents, type Handler } from '../src/platform/outbox.ts';
import { bill, startServer, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => (server = await startServer({ CLOUDTILL_LOG_LEVEL: 'silent' })));
afterAll(() => server.stop());

const sql = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> => (await server.app.database.system.query<T>(text, values)).rows;

async function aJob(): Promise<string> {
  const [row] = await sql<{ id: string }>(
    `insert into job (id, kind, state, progress_done, user_errors, account_id, requested_by, created_at)
     select gen_random_uuid(), 'runBilling', 'QUEUED', 0, '[]', id, 'nobody', now() from account where kind = 'PROVIDER' returning id`,
  );
  return row!.id;
}
const jobOf = async (id: string): Promise<object> =>
  (
    await (
      await server.as('operator')
    )('query ($id: ID!) { job(id: $id) { state startedAt finishedAt result { facts { name value } } userErrors { code message } } }', { id: `job_${id}` })
  ).data.job;

describe('a job', () => {
  const running = new AbortController().signal;
  const broken: Task = () => Promise.reject(new Error('the disk is full'));

  it('that fails waits to be tried again, and says nothing of the fault', async () => {
    const jobId = await aJob();
    await expect(runJob(server.app, broken, { jobId }, running)).rejects.toThrow('the disk is full');
    expect(await jobOf(jobId)).toMatchObject({ state: 'QUEUED', startedAt: expect.any(String), finishedAt: null, userErrors: [] });
    await runJob(server.app, async () => ({ result: { done: 1 } }), { jobId }, running);
    expect(await jobOf(jobId)).toMatchObject({ state: 'SUCCEEDED', result: { facts: [{ name: 'done', value: '1' }] } });
  });

  it('that fails for the last time is given up where everybody sees it: JOB_GIVEN_UP', async () => {
    const jobId = await aJob();
    await expect(runJob(server.app, broken, { jobId }, running, true)).rejects.toThrow('the disk is full');
    expect(await jobOf(jobId)).toMatchObject({
      state: 'FAILED',
      finishedAt: expect.any(String),
      userErrors: [{ code: 'JOB_GIVEN_UP', message: `the work failed each time it was tried, through a fault of ours; tell us the job job_${jobId}` }],
    });
  });

  it('that was given up does not keep its month from being billed again', async () => {
    const { run, job } = await bill(server, '2026-05');
    await sql(`update billing_run set state = 'RUNNING', finished_at = null where month = '2026-05-01'`);
    await sql(`update job set state = 'FAILED' where id = $1`, [job.id.slice(4)]);
    const again = await bill(server, '2026-05');
    expect([again.job.state, again.run.number === run.number]).toEqual(['SUCCEEDED', false]);
    expect(await sql('select state from billing_run order by created_at')).toEqual([{ state: 'FAILED' }, { state: 'SUCCEEDED' }]);
  });

  it('that is cut short by a stop is taken up again, also after its last try', async () => {
    const [jobId, stopping] = [await aJob(), new AbortController()];
    const cut: Task = async (_, { signal }) => {
      stopping.abort();
      signal.throwIfAborted();
      return {};
    };
    await expect(runJob(server.app, cut, { jobId }, stopping.signal, true)).rejects.toThrow('aborted');
    expect(await jobOf(jobId)).toMatchObject({ state: 'QUEUED', finishedAt: null });
  });

  it('that has ended is not done again, however often it is delivered', async () => {
    const jobId = await aJob();
    let times = 0;
    const count: Task = async () => ({ result: { times: ++times } });
    for (let delivered = 0; delivered < 3; delivered++) await runJob(server.app, count, { jobId }, running);
    expect(times).toBe(1);
  });

  it('is tried again by the queue, later, until it is done', async () => {
    let tries = 0;
    const flaky: Task = async () => {
      if (++tries < 2) throw new Error('not yet');
      return { result: { tries } };
    };
    const worker = await startWorker(server.app, { flaky }, {}, []);
    try {
      const jobId = await aJob();
      await sql(`select graphile_worker.add_job('flaky', json_build_object('jobId', $1::text))`, [jobId]);
      for (let looks = 0; looks < 200 && !(await sql('select 1 from job where id = $1 and finished_at is not null', [jobId])).length; looks++) await sleep(50);
      expect(await jobOf(jobId)).toMatchObject({ state: 'SUCCEEDED', result: { facts: [{ name: 'tries', value: '2' }] } });
    } finally {
      await worker.stop();
    }
  });
});

describe('an event', () => {
  const emit = async (topic: string): Promise<string> =>
    (await sql<{ id: string }>(`insert into outbox_event (topic, payload, recorded_at) values ($1, '{"n": 1}', now()) returning id`, [topic]))[0]!.id;
  const dispatch = (handlers: Record<string, Handler>): Promise<number> =>
    server.app.database.withSystemClient((client) => dispatchEvents(client, handlers, server.app));
  const stateOf = async (id: string): Promise<object> =>
    (await sql('select attempts, handled_at is not null as handled, dead_reason from outbox_event where id = $1', [id]))[0]!;

  it('that cannot be handled leaves nothing, does not hold up others, and is set aside after ten tries', async () => {
    const [bad, good] = [await emit('bad'), await emit('good')];
    const seen: unknown[] = [];
    const handlers: Record<string, Handler> = {
      bad: async (_, client) => {
        await client.query(`update account set name = 'half done' where kind = 'PROVIDER'`);
        throw new Error('no such thing');
      },
      good: async (payload) => void seen.push(payload),
    };
    expect(await dispatch(handlers)).toBe(1);
    expect(seen).toEqual([{ n: 1 }]);
    expect(await stateOf(good)).toEqual({ attempts: 0, handled: true, dead_reason: null });
    for (let tries = 1; tries < 10; tries++) {
      expect(await stateOf(bad)).toEqual({ attempts: tries, handled: false, dead_reason: null });
      await dispatch(handlers);
    }
    expect(await stateOf(bad)).toEqual({ attempts: 10, handled: false, dead_reason: 'no such thing' });
    await dispatch(handlers);
    expect(await stateOf(bad)).toMatchObject({ attempts: 10 });
    expect(await sql(`select 1 from account where name = 'half done'`)).toEqual([]);
  });

  it('is handled once by several at a time', async () => {
    await emit('once');
    let times = 0;
    const once: Handler = async () => {
      times += 1;
      await sleep(50);
    };
    await Promise.all(Array.from({ length: 4 }, () => dispatch({ once })));
    expect(times).toBe(1);
  });
});

describe('what is kept for a while', () => {
  it('answers under keys for 30 days, ended sessions for one', async () => {
    const hash = Buffer.alloc(32, 1);
    const [user] = await sql<{ id: string }>('select id from app_user limit 1');
    for (const days of [29, 31])
      await sql(
        `insert into idempotency_record (actor_id, key, operation, request_hash, payload, created_at) values ($1, $2, 'x', $3, '{}', now() - make_interval(days => $4))`,
        [user!.id, `kept-${days}`, hash, days],
      );
    for (const hours of [12, 36])
      await sql(`insert into session (token_hash, user_id, created_at, expires_at) values ($1, $2, now(), now() - make_interval(hours => $3))`, [
        Buffer.alloc(32, hours),
        user!.id,
        hours,
      ]);
    await sql(`select graphile_worker.add_job('cleanUp')`);
    const old = (): Promise<object[]> => sql(`select 1 from session where expires_at < now() - interval '1 day'`);
    for (let looks = 0; looks < 200 && (await old()).length > 0; looks++) await sleep(50);
    expect(await old()).toEqual([]);
    expect(await sql(`select key from idempotency_record where key like 'kept-%'`)).toEqual([{ key: 'kept-29' }]);
    expect(await sql(`select 1 from session where expires_at < now()`)).toHaveLength(1);
  });
});

describe('what was billed', () => {
  it.each([
    ['BILLING_TIME_ZONE', { billingTimeZone: 'Europe/Athens', rounding: 'HALF_AWAY_FROM_ZERO' }],
    ['ROUNDING', { billingTimeZone: 'UTC', rounding: 'HALF_EVEN' }],
  ] as const)('does not get another %s by a later start', async (name, settings) => {
    await expect(server.app.database.migrate(settings)).rejects.toThrow(new RegExp(`${name}: is .+ but this database was billed .+; set it back`));
  });
});

describe('tables', () => {
  it('have what the entities say, nullable where those do', async () => {
    const columns = await sql<{ name: string; nullable: boolean }>(
      `select table_name || '.' || column_name as name, is_nullable = 'YES' as nullable from information_schema.columns where table_schema = 'public'`,
    );
    const known = new Map(columns.map(({ name, nullable }) => [name, nullable]));
    const metadata = server.app.database.orm.getMetadata();
    const differs: string[] = [];
    let looked = 0;
    for (const entity of ENTITIES) {
      const { tableName, props } = metadata.get<object>(entity);
      for (const { persist, fieldNames, nullable = false } of props) {
        if (persist === false || !fieldNames) continue;
        for (const field of fieldNames) {
          looked += 1;
          const stored = known.get(`${tableName}.${field}`);
          if (stored !== nullable) differs.push(`${tableName}.${field} is ${stored === undefined ? 'not there' : stored ? 'nullable' : 'not nullable'}`);
        }
      }
    }
    expect(looked).toBeGreaterThan(100);
    expect(differs).toEqual([]);
  });

  it('are migrated once: a second start finds nothing to do', async () => {
    expect(await server.app.database.orm.migrator.getPending()).toEqual([]);
  });
});
