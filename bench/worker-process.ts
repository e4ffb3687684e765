/** A worker in a process of its own, as production runs it, so that somebody can kill it; and what it leaves behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';

const MAIN = fileURLToPath(new URL('../server/dist/src/main.js', import.meta.url));
const LOOK_MS = 20;

export interface WorkerSettings {
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** Where it shall die by itself; see failpoint.ts of the server. */
  readonly failpoint?: string;
  /** More settings: where vendors are, most of all. */
  readonly env?: Readonly<Record<string, string>>;
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  /** The signal that ended it; null where it ended by itself. */
  readonly ended: Promise<NodeJS.Signals | null>;

  /** The built server's main module, started with nothing in its environment but these settings. */
  constructor({ databaseUrl, dataDir, failpoint, env = {} }: WorkerSettings) {
    const settings = {
      DATABASE_URL: databaseUrl,
      CLOUDTILL_DATA_DIR: dataDir,
      CLOUDTILL_MODE: 'sandbox',
      CLOUDTILL_ROLE: 'worker',
      ...env,
      ...(failpoint && { CLOUDTILL_FAILPOINT: failpoint }),
    };
    this.#child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...settings }, stdio: ['ignore', 'ignore', 'inherit'] });
    // One that waits at a point that never comes must not outlive a test that gave up.
    const endWithUs = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', endWithUs);
    this.ended = new Promise((resolve) =>
      this.#child.once('exit', (_, signal) => {
        process.off('exit', endWithUs);
        resolve(signal);
      }),
    );
  }

  /** As `kill -9` does: it can do nothing about it. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended;
  }
}

/** Waits until every job has ended. @throws where one did not succeed */
export async function jobsDone(client: Client, deadlineMs = 120_000): Promise<void> {
  for (const deadline = Date.now() + deadlineMs; Date.now() < deadline; await sleep(LOOK_MS)) {
    const { rows } = await client.query<{ kind: string; state: string; user_errors: unknown }>(
      `select kind, state, user_errors from job where state <> 'SUCCEEDED'`,
    );
    const failed = rows.find(({ state }) => state === 'FAILED' || state === 'CANCELED');
    if (failed) throw new Error(`${failed.kind} ended as ${failed.state}: ${JSON.stringify(failed.user_errors)}`);
    if (rows.length === 0) return;
  }
  throw new Error('a job did not end');
}

/** Everything that billing wrote but instants: each charge with its number, the periods, the counts of the runs, what is left to do. */
export async function writtenByBilling(client: Client): Promise<object> {
  const { rows } = await client.query<object>(
    `select (select count(*) from charge)::int as charges,
            (select sum(net_minor) from charge)::text as net,
            (select sum(hashtextextended((to_jsonb(c) - '{created_at,updated_at}'::text[])::text, 0)::numeric) from charge c)::text as digest,
            (select json_agg(json_build_array(to_char(month, 'YYYY-MM'), status, rated_at is not null, charges_numbered) order by month) from billing_period) as periods,
            (select json_agg(json_build_array(number, mode, state, subscriptions_done, charges_written, charges_changed, charges_withdrawn, parked) order by number)
               from billing_run) as runs,
            (select count(*) from rating_mark)::int as marks,
            (select count(*) from parked_subscription)::int as parked`,
  );
  return rows[0]!;
}
