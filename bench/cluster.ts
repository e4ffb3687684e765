/** A PostgreSQL of the benchmark's own, durable as in production, and a database with the schema in it. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readConfig, type Config } from '../server/dist/src/platform/config.js';
import type { App } from '../server/dist/src/platform/context.js';
import { startEmbeddedPostgres } from '../server/dist/src/platform/embedded-postgres.js';
import { install } from '../server/dist/src/installation/install.js';
import { openApp } from '../server/dist/src/start.js';

export interface Cluster {
  readonly url: string;
  readonly config: Config;
  /** What PostgreSQL has used so far, in all of its processes; 0 where it is another's or there is no Linux to ask. */
  readonly cpuSeconds: () => number;
  stop(): Promise<void>;
}

/** An empty installation with the sandbox's sign-ins. `DATABASE_URL` may name another server to measure on. */
export async function startCluster(): Promise<Cluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-bench-'));
  chmodSync(dataDir, 0o755); // so that the database lies in it, and goes with it, when this runs as root
  const external = process.env['DATABASE_URL'];
  const cluster = external ? undefined : await startEmbeddedPostgres({ dataDir });
  const url = external ?? cluster!.url;
  const config = readConfig({ CLOUDTILL_MODE: 'sandbox', CLOUDTILL_DEMO: 'off', CLOUDTILL_DATA_DIR: dataDir, DATABASE_URL: url, PORT: '0' });
  const app = await openApp(config, url);
  await app.database.migrate(config);
  await install(app);
  await app.database.close();
  return {
    url,
    config,
    cpuSeconds: () => (cluster ? cpuSecondsOf(cluster.pid) : 0),
    async stop() {
      await cluster?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const TICKS_PER_SECOND = 100;

/** Of a process with its living and its ended children. */
function cpuSecondsOf(pid: number): number {
  let ticks = 0;
  try {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const stat = statOf(entry);
      const [user, system, userOfEnded, systemOfEnded] = stat.slice(11, 15).map(Number);
      if (Number(entry) === pid) ticks += user! + system! + userOfEnded! + systemOfEnded!;
      else if (Number(stat[1]) === pid) ticks += user! + system!;
    }
  } catch {
    return 0; // no such folder on this system
  }
  return ticks / TICKS_PER_SECOND;
}

/** The fields of `/proc/<pid>/stat` from the state on: what stands before it may hold blanks. Empty for a process that is gone. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** An app over the cluster's database, without HTTP or jobs. */
export async function openBenchApp({ url, config }: Pick<Cluster, 'url' | 'config'>): Promise<App> {
  const app = await openApp(config, url);
  await app.clock.reload();
  return app;
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
