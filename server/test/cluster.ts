/** One PostgreSQL for all tests of a run, with a template database that has the schema and the sandbox's sign-ins. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { Client } from 'pg';
import { ENTITIES } from '../src/entities.ts';
import { install } from '../src/installation/install.ts';
import { Clock } from '../src/platform/clock.ts';
import { readConfig } from '../src/platform/config.ts';
import { Database } from '../src/platform/database.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { createLogger } from '../src/platform/logger.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    clusterUrl: string;
  }
}

export const TEMPLATE = 'cloudtill_template';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env['TEST_DATABASE_URL'];
  const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-test-'));
  // Where `nobody` may pass, the data lies in the folder and goes with it; else it would stay elsewhere for ever.
  chmodSync(dataDir, 0o755);
  const cluster = external ? undefined : await startEmbeddedPostgres({ dataDir, fsync: false });
  const url = external ?? cluster!.url;
  await createTemplate(url);
  project.provide('clusterUrl', url);
  return async () => {
    await cluster?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

async function createTemplate(url: string): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`drop database if exists ${TEMPLATE} with (force)`);
  await admin.query(`create database ${TEMPLATE}`);
  const config = readConfig({ CLOUDTILL_MODE: 'sandbox', CLOUDTILL_DEMO: 'off' });
  const logger = createLogger('error');
  const database = await Database.open(databaseUrl(url, TEMPLATE), ENTITIES, logger);
  await database.migrate(config);
  await install({
    database,
    config,
    logger,
    clock: new Clock('UTC', database.system),
    listener: undefined as never,
    secrets: undefined as never,
    vendors: undefined as never,
  });
  await database.close();
  await admin.query(`alter database ${TEMPLATE} with is_template true allow_connections false`);
  await admin.end();
}

export function databaseUrl(clusterUrl: string, name: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  return url.toString();
}
