/** A PostgreSQL of the benchmark's own, durable as in production, and a database with the schema in it. */
import { mkdtempSync, rmSync } from 'node:fs';
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
  stop(): Promise<void>;
}

/** An empty installation with the sandbox's sign-ins. `DATABASE_URL` may name another server to measure on. */
export async function startCluster(): Promise<Cluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-bench-'));
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
    async stop() {
      await cluster?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
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
