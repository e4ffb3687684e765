/**
 * Orders at vendors that fail, with workers that are killed: what must come out of it, whatever happens on the way.
 *
 * A vendor's journal counts what it committed. In the end that is as many subscriptions as we believe in: none twice,
 * none that only one side knows of.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { JournalEntry, Simulator } from '../packages/vendor-simulators/dist/frame/simulator.js';
import type { Random } from '../server/dist/src/demo/random.js';
import { WorkerProcess } from './worker-process.ts';

/** Where a worker dies: before it calls, after the vendor has done it, and before what came of it is committed. */
export const KILL_POINTS = ['provision:before-call', 'provision:after-call', 'provision:before-commit'] as const;

/** How each vendor delivers: the call that commits, and the call by which it is read what became of it. */
export const VENDOR_CALLS: Readonly<Record<string, { readonly commits: string; readonly reads: string }>> = {
  KASPERSKY: { commits: 'create', reads: 'report' },
  MICROSOFT: { commits: 'checkout', reads: 'listOrders' },
  GOOGLE: { commits: 'subscriptions.insert', reads: 'subscriptions.list' },
};

/** Faults of the call that commits. A vendor that does by itself what it was asked once twice is another story: see the tests. */
export const COMMIT_FAULTS = [
  'TIMEOUT_BEFORE_COMMIT',
  'COMMIT_THEN_DROP',
  'COMMIT_THEN_500',
  'HTTP_429',
  'HTTP_500',
  'HTTP_502',
  'HTTP_503',
  'HTTP_504',
  'SLOW',
  'TRUNCATED_JSON',
  'TOKEN_EXPIRED',
  'SCHEMA_DRIFT',
] as const;

/** Faults of the calls that read. */
export const READ_FAULTS = ['STALE_READ', 'HTTP_500', 'HTTP_503', 'TRUNCATED_JSON', 'SCHEMA_DRIFT', 'SLOW', 'TIMEOUT_BEFORE_COMMIT'] as const;

export interface Fault {
  readonly match: { readonly op: string };
  readonly fault: string;
  readonly ms?: number;
  readonly retryAfter?: number;
  readonly times?: number;
}

/** Faults of one round, by chance. */
export function faultsOf(vendor: string, random: Random, timeoutMs: number): Fault[] {
  const { commits, reads } = VENDOR_CALLS[vendor]!;
  const faults: Fault[] = [];
  const count = random.between(0, 3);
  for (let index = 0; index < count; index++) {
    const fault = random.pick(COMMIT_FAULTS);
    // Slower than anybody waits: it is done after we stopped to listen.
    faults.push({ match: { op: commits }, fault, retryAfter: 1, ...(fault === 'SLOW' ? { ms: timeoutMs + random.between(50, 300) } : {}) });
  }
  if (random.between(0, 2) === 0) {
    const fault = random.pick(READ_FAULTS);
    faults.push({ match: { op: reads }, fault, times: random.between(1, 3), ms: fault === 'STALE_READ' ? 2_000 : timeoutMs / 2 });
  }
  return faults;
}

/** Where the vendors and we stand. */
export interface Standing {
  readonly vendor: string;
  /** Committed by the vendor. */
  readonly commits: number;
  /** Running, by our books. */
  readonly ours: number;
  /** Delivered, by our books, with an id that no other has. */
  readonly distinct: number;
}

export async function standingOf(vendor: string, simulator: Pick<Simulator, 'url'>, client: Client): Promise<Standing> {
  const { entries } = (await (await fetch(`${simulator.url}/__sim/journal`)).json()) as { entries: JournalEntry[] };
  const { rows } = await client.query<{ ours: number; ids: number }>(
    `select count(*)::int as ours, count(distinct vendor_subscription_id)::int as ids
       from service_subscription s join vendor v on v.platform = s.platform where v.code = $1 and s.status = 'ACTIVE'`,
    [vendor],
  );
  const commits = entries.filter(({ op, committed }) => committed && op === VENDOR_CALLS[vendor]!.commits).length;
  return { vendor, commits, ours: rows[0]!.ours, distinct: rows[0]!.ids };
}

/** Lets workers do what is to be done, the first ones dying where they are told to. */
export async function workOff(
  settings: { readonly databaseUrl: string; readonly dataDir: string; readonly env: Readonly<Record<string, string>> },
  client: Client,
  failpoints: readonly string[],
  deadlineMs = 90_000,
): Promise<void> {
  const until = Date.now() + deadlineMs;
  for (const failpoint of failpoints) {
    const worker = new WorkerProcess({ ...settings, failpoint });
    let isDead = false;
    void worker.ended.then(() => (isDead = true));
    // One that finds nothing to do at its failpoint does not die of it.
    const isDone = await allSettled(client, until, () => isDead);
    if (isDone) return worker.stop();
  }
  const worker = new WorkerProcess(settings);
  try {
    await allSettled(client, until);
  } finally {
    await worker.stop();
  }
}

/**
 * Waits until nothing is open at any vendor.
 * @returns false where it was not waited for any more
 * @throws with what is open when the time is over
 */
export async function allSettled(client: Client, until: number, givenUp: () => boolean = () => false): Promise<boolean> {
  while (!givenUp()) {
    const { rows } = await client.query<object>(
      'select kind, state, attempts, message, due_at, leased_until from provisioning_operation where finished_at is null',
    );
    if (rows.length === 0) return true;
    if (Date.now() > until) throw new Error(`still open: ${JSON.stringify(rows)}`);
    await sleep(50);
  }
  return false;
}
