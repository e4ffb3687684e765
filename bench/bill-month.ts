/** One billing run, measured. */
import { fork } from 'node:child_process';
import { MONTH } from './book.ts';
import type { Cluster } from './cluster.ts';
import type { Lap } from './measure.ts';

export interface Run {
  readonly lap: Lap;
  /** What PostgreSQL used meanwhile. */
  readonly databaseCpuSeconds: number;
  readonly maxRssBytes: number;
  readonly facts: { readonly subscriptions: number; readonly chargesWritten: number; readonly chargesChanged: number };
}

/** In a process of its own, so that its memory is its own. */
export async function billMonth({ url, config, cpuSeconds }: Cluster, mode: 'FRESH' | 'DIFFERENCES' | 'CHECK', month = MONTH): Promise<Run> {
  const before = cpuSeconds();
  const child = fork(new URL('./billing-run.ts', import.meta.url), {
    env: { ...process.env, BENCH_URL: url, BENCH_DATA: config.dataDir, BENCH_MODE: mode, BENCH_MONTH: month },
  });
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve({ ...(result as Omit<Run, 'databaseCpuSeconds'>), databaseCpuSeconds: cpuSeconds() - before }));
    child.once('exit', (code) => reject(new Error(`the run ended with ${code}`)));
  });
}
