/**
 * Work that outlives its request. A job is a row that people watch; the queue (graphile-worker, in the same database)
 * carries it to a worker. Rooms register their tasks by name.
 */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import { Logger as QueueLogger, makeWorkerUtils, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { PoolClient } from 'pg';
import type { App } from './context.ts';
import { encodeId, newId } from './ids.ts';
import type { Unit } from './use-case.ts';
import { toUserErrors, type UserError } from './user-error.type.ts';
import { Job } from './work.entities.ts';

const RENEW_MS = 10_000;
/** A worker may have taken a job a moment before it was noted as alive. */
const GRACE_MS = 2_000;
const PROGRESS_MS = 150;

/** A task as rooms write it: safe to be run again from the start, since it may be. */
export type Task = (payload: Record<string, unknown>, work: JobAtWork) => Promise<JobOutcome>;

export type JobOutcome = { readonly result?: unknown; readonly refusals?: readonly Refusal[] };

/** A job while a worker has it. */
export interface JobAtWork {
  readonly app: App;
  readonly jobId: string;
  /** Aborted when this process shuts down: stop at the next safe place and throw. */
  readonly signal: AbortSignal;
  /** Shows how far it is; told to watchers a few times a second at most. */
  progress(done: number, total: number | undefined): Promise<void>;
}

/** Makes a job and queues it, both in the use case's transaction. */
export async function startJob(
  unit: Unit,
  task: string,
  payload: object,
  options: { subject?: string; accountId?: string; id?: string } = {},
): Promise<string> {
  const id = options.id ?? newId();
  unit.em.persist(
    unit.em.create(Job, {
      id,
      kind: task,
      state: 'QUEUED',
      progressDone: 0,
      result: null,
      userErrors: [],
      accountId: options.accountId ?? unit.viewer.account.id,
      requestedBy: unit.viewer.name,
      subject: options.subject ?? null,
      createdAt: unit.now,
    }),
  );
  await unit.em.flush();
  await unit.em.execute('select enqueue_task(?, ?::json, ?)', [task, JSON.stringify({ ...payload, jobId: id }), id]);
  return id;
}

/** Waits for a job to end, at most so long; for answers that are quick most of the time. */
export async function waitForJob({ database, listener }: App, jobId: string, deadlineMs: number): Promise<void> {
  const ended = async (): Promise<boolean> => {
    const { rows } = await database.system.query<{ done: boolean }>('select finished_at is not null as done from job where id = $1', [jobId]);
    return rows[0]?.done ?? true;
  };
  let look = (): void => {};
  const stop = listener.on('cloudtill_job', (id) => (id === jobId || id === '') && look());
  try {
    for (const until = Date.now() + deadlineMs; Date.now() < until && !(await ended());) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        look = () => (clearTimeout(timer), resolve());
      });
    }
  } finally {
    stop();
  }
}

/** Why a job was refused, as the answer of the mutation that asked for it says it; empty while it is at work. */
export async function refusalsOfJob({ database }: App, jobId: string): Promise<UserError[]> {
  const { rows } = await database.system.query<{ user_errors: UserError[] }>('select user_errors from job where id = $1', [jobId]);
  return rows[0]?.user_errors ?? [];
}

export interface Worker {
  stop(): Promise<void>;
}

interface Schedule {
  readonly task: string;
  /** Minute, hour, day, month, weekday. */
  readonly cron: string;
}

/** Starts taking jobs. Several processes may do so on one database. */
export async function startWorker(
  app: App,
  tasks: Readonly<Record<string, Task>>,
  housekeeping: Readonly<Record<string, (payload: unknown) => Promise<void>>>,
  schedules: readonly Schedule[],
): Promise<Worker> {
  const stopping = new AbortController();
  const lease = new Lease(app);
  await lease.renew();
  const renew = (): void => void lease.renew().catch((error: Error) => app.logger.warn({ error: error.message }, 'cannot look after dead workers'));
  const timers = [setTimeout(renew, GRACE_MS + 500), setInterval(renew, RENEW_MS)];
  const list: TaskList = {};
  for (const [name, task] of Object.entries(tasks)) {
    list[name] = (payload, { job }) => runJob(app, task, payload as { jobId: string }, stopping.signal, job.attempts >= job.max_attempts);
  }
  for (const [name, work] of Object.entries(housekeeping)) list[name] = (payload) => work(payload);
  const runner = await run({
    pgPool: app.database.system,
    taskList: list,
    concurrency: app.config.workerConcurrency,
    noHandleSignals: true,
    pollInterval: 1_000,
    crontab: schedules.map(({ task, cron }) => `${cron} ${task}`).join('\n'),
    logger: new QueueLogger(() => (level, message) => {
      if (level === 'error') app.logger.error(message);
      else app.logger.debug(message);
    }),
    events: lease.events,
  });
  return {
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      stopping.abort(new Error('the worker is stopping'));
      await runner.stop().catch(() => {});
      await runner.promise.catch(() => {});
      await lease.end();
    },
  };
}

/**
 * Works a job off, and shows on its row how it goes.
 * @param last the queue tries no more after this: a fault of ours ends the job then
 */
export async function runJob(app: App, task: Task, payload: { readonly jobId: string }, signal: AbortSignal, last = false): Promise<void> {
  const { jobId } = payload;
  const pool = app.database.system;
  const tell = (): Promise<unknown> => pool.query(`select pg_notify('cloudtill_job', $1)`, [jobId]);
  const { rowCount } = await pool.query(`update job set state = 'RUNNING', started_at = coalesce(started_at, $2) where id = $1 and finished_at is null`, [
    jobId,
    app.clock.date(),
  ]);
  if (rowCount === 0) return; // ended already: the queue delivered it twice
  await tell();
  let told = 0;
  const work: JobAtWork = {
    app,
    jobId,
    signal,
    async progress(done, total) {
      if (performance.now() - told < PROGRESS_MS && done !== total) return;
      told = performance.now();
      await pool.query('update job set progress_done = $2, progress_total = $3 where id = $1', [jobId, done, total ?? null]);
      await tell();
    },
  };
  try {
    const { result, refusals = [] } = await task(payload, work);
    await pool.query('update job set state = $2, result = $3, user_errors = $4, finished_at = $5 where id = $1', [
      jobId,
      refusals.length > 0 ? 'FAILED' : 'SUCCEEDED',
      JSON.stringify(result ?? null),
      JSON.stringify(toUserErrors(refusals)),
      app.clock.date(),
    ]);
    await tell();
  } catch (error) {
    const given = last && !signal.aborted;
    if (!signal.aborted)
      app.logger.error({ error: (error as Error).message, stack: (error as Error).stack, jobId }, `a job failed and will ${given ? 'not ' : ''}be tried again`);
    if (given) await giveUp(app, jobId);
    else await pool.query(`update job set state = 'QUEUED' where id = $1 and finished_at is null`, [jobId]);
    await tell();
    throw error; // the queue tries again, later each time
  }
}

async function giveUp({ database, clock }: App, jobId: string): Promise<void> {
  const why = toUserErrors([refusal('JOB_GIVEN_UP', { job: encodeId('job', jobId) })]);
  await database.system.query(`update job set state = 'FAILED', user_errors = $2, finished_at = $3 where id = $1 and finished_at is null`, [
    jobId,
    JSON.stringify(why),
    clock.date(),
  ]);
}

/**
 * A sign of life. The queue notices only after four hours that a worker was killed; we notice at once, since a process
 * that is gone no longer holds its advisory lock. A job taken back from a process that lives after all (its connection
 * was lost) runs twice, which tasks must bear anyway.
 */
class Lease {
  /** Emits `worker:create` with the ids under which this process takes jobs. */
  readonly events: WorkerEvents = new EventEmitter();
  readonly #id = newId();
  readonly #workerIds = new Set<string>();
  #client: PoolClient | undefined;

  constructor(private readonly app: App) {
    this.events.on('worker:create', ({ worker }) => {
      this.#workerIds.add(worker.workerId);
      void this.#note().catch(() => {});
    });
  }

  /** Takes the lock, again where the connection that held it was lost, and frees the jobs of those that hold none. */
  async renew(): Promise<void> {
    if (!this.#client) {
      const client = await this.app.database.system.connect();
      client.once('error', () => (this.#client = undefined));
      const lockKey = randomBytes(6).readUIntBE(0, 6);
      await client.query('select pg_advisory_lock($1)', [lockKey]);
      await client.query(
        'insert into worker_process (id, lock_key, started_at) values ($1, $2, now()) on conflict (id) do update set lock_key = excluded.lock_key',
        [this.#id, lockKey],
      );
      this.#client = client;
    }
    await this.#note();
    await this.#freeJobsOfTheDead();
  }

  async #note(): Promise<void> {
    await this.app.database.system.query('update worker_process set worker_ids = $2 where id = $1', [this.#id, [...this.#workerIds]]);
  }

  async #freeJobsOfTheDead(): Promise<void> {
    const pool = this.app.database.system;
    await pool.query('delete from worker_process where id <> $1 and pg_try_advisory_xact_lock(lock_key)', [this.#id]);
    const { rows } = await pool.query<{ locked_by: string }>(
      `select distinct locked_by from graphile_worker.jobs
        where locked_by is not null and locked_at < now() - make_interval(secs => $1)
          and locked_by not in (select unnest(worker_ids) from worker_process)`,
      [GRACE_MS / 1000],
    );
    if (rows.length === 0) return;
    const utils = await makeWorkerUtils({ pgPool: pool });
    try {
      await utils.forceUnlockWorkers(rows.map((row) => row.locked_by));
    } finally {
      await utils.release();
    }
  }

  async end(): Promise<void> {
    await this.#client?.query('delete from worker_process where id = $1', [this.#id]).catch(() => {});
    this.#client?.release(true);
  }
}
