/** Stop watch, table and the closing line. */
import { availableParallelism, cpus, totalmem } from 'node:os';

export interface Lap {
  readonly seconds: number;
  /** Of this process alone. */
  readonly cpuSeconds: number;
}

/** Runs something and says how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; lap: Lap }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const value = await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { value, lap: { seconds, cpuSeconds: (user + system) / 1e6 } };
}

export function table(rows: readonly (readonly [what: string, value: string])[]): void {
  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, value] of rows) console.log(`  ${what.padEnd(width)}  ${value}`);
}

export const perSecond = (count: number, seconds: number): string => `${Math.round(count / seconds).toLocaleString('en')}/s`;
export const seconds = (lap: Lap): string => `${lap.seconds.toFixed(2)} s (${lap.cpuSeconds.toFixed(2)} s CPU)`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
export const round = (value: number): number => Math.round(value * 1000) / 1000;

/** The last line of a benchmark, for programs. */
export function conclude(bench: string, facts: Record<string, unknown>): void {
  console.log(
    JSON.stringify({
      bench,
      ...facts,
      machine: `${cpus()[0]?.model ?? 'unknown'} × ${availableParallelism()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
      node: process.version,
      at: new Date().toISOString(),
    }),
  );
}
