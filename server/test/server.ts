/** A server of a test file's own: its own database, its own port, the real thing in between. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { inject } from 'vitest';
import { readConfig } from '../src/platform/config.ts';
import { start, type Started } from '../src/start.ts';
import { databaseUrl, TEMPLATE } from './cluster.ts';

export type Who = 'operator' | 'finance' | 'reseller' | 'customer';

export interface Answer {
  // biome-ignore lint: answers are as wide as the schema
  readonly data: any;
  readonly errors?: readonly { readonly message: string; readonly path?: readonly string[]; readonly extensions: Record<string, unknown> }[];
  readonly extensions?: Record<string, unknown>;
}

export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<Answer>;

export interface TestServer extends Started {
  readonly url: string;
  readonly databaseUrl: string;
  /** Asks as one of the sandbox's people. Throws where the answer has top-level errors. */
  as(who: Who): Promise<Ask>;
  /** Asks with headers of one's own and gets whatever comes. */
  raw(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>;
  cookie(who: Who): Promise<string>;
  /** Waits until a job has ended. */
  finished(jobId: string): Promise<Answer['data']>;
  stop(): Promise<void>;
}

/** A database made from the template, or from another database that nobody is connected to; dropped by the returned function. */
export async function createDatabase(template = TEMPLATE): Promise<{ name: string; url: string; drop: () => Promise<void> }> {
  const cluster = inject('clusterUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const run = async (sql: string): Promise<void> => {
    const admin = new Client({ connectionString: cluster });
    await admin.connect();
    await admin.query(sql);
    await admin.end();
  };
  await run(`create database ${name} template ${template}`);
  return { name, url: databaseUrl(cluster, name), drop: () => run(`drop database if exists ${name} with (force)`) };
}

export async function startServer(env: Record<string, string> = {}): Promise<TestServer> {
  const database = await createDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-server-'));
  const config = readConfig({
    DATABASE_URL: database.url,
    CLOUDTILL_MODE: 'sandbox',
    CLOUDTILL_DEMO: 'off',
    CLOUDTILL_DATA_DIR: dataDir,
    CLOUDTILL_SIMULATORS: 'off',
    CLOUDTILL_LOG_LEVEL: 'error',
    PORT: '0',
    ...env,
  });
  const started = await start(config, { workerOnThisThread: true });
  const url = started.url!;
  const cookies = new Map<Who, Promise<string>>();

  const raw: TestServer['raw'] = async (query, variables = {}, headers = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
  const cookie = (who: Who): Promise<string> => {
    let known = cookies.get(who);
    if (!known) cookies.set(who, (known = signIn(url, `${who}@demo.test`)));
    return known;
  };
  const as = async (who: Who): Promise<Ask> => {
    const session = await cookie(who);
    return async (query, variables) => {
      const answer = await raw(query, variables, { cookie: session });
      if (answer.errors) throw new Error(JSON.stringify(answer.errors));
      return answer;
    };
  };
  return {
    ...started,
    url,
    raw,
    cookie,
    as,
    databaseUrl: database.url,
    async finished(jobId) {
      const ask = await as('operator');
      for (let tries = 0; tries < 600; tries++) {
        const { data } = await ask(
          'query ($id: ID!) { job(id: $id) { id state progress { done total } result { facts { name value } } userErrors { code message } importReport { rows accepted rejected committed errors { row column code message } } } }',
          { id: jobId },
        );
        if (['SUCCEEDED', 'FAILED', 'CANCELED'].includes(data.job.state)) return data.job;
        await sleep(50);
      }
      throw new Error(`job ${jobId} did not end`);
    },
    async stop() {
      await started.stop();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function signIn(url: string, email: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation ($email: EmailAddress!) { signIn(input: { email: $email, password: "cloudtill-demo" }) { userErrors { code } } }',
      variables: { email },
    }),
  });
  const set = response.headers.getSetCookie()[0];
  if (!set) throw new Error(`${email} could not sign in: ${await response.text()}`);
  return set.split(';')[0]!;
}

let keys = 0;
/** An idempotency key that no other test has. */
export const key = (): string => `test-${process.pid}-${Date.now()}-${keys++}`;

/** Uploads text and imports it. */
export async function importBook(server: TestServer, kind: string, text: string, dryRun = false): Promise<Answer['data']> {
  const ask = await server.as('operator');
  const bytes = Buffer.from(text);
  const { data } = await ask(
    'mutation ($size: Int!) { createUpload(input: { fileName: "book.csv", byteSize: $size }) { uploadId uploadUrl userErrors { code message } } }',
    { size: bytes.length },
  );
  if (data.createUpload.userErrors.length > 0) return { userErrors: data.createUpload.userErrors };
  const put = await fetch(server.url + data.createUpload.uploadUrl, { method: 'PUT', headers: { cookie: await server.cookie('operator') }, body: bytes });
  if (put.status !== 204) throw new Error(`upload: ${put.status} ${await put.text()}`);
  const answer = await ask(
    `mutation ($input: ImportBookInput!) { importBook(input: $input) { job { id state } report { rows accepted rejected committed dryRun errors { row column code message } warnings { row code } } userErrors { code message path } replayed } }`,
    { input: { kind, uploadId: data.createUpload.uploadId, dryRun, idempotencyKey: key() } },
  );
  return answer.data.importBook;
}

/** Bills a month and waits for it. */
export async function bill(server: TestServer, billingPeriod: string, more: object = {}): Promise<Answer['data']> {
  const ask = await server.as('operator');
  const { data } = await ask(
    'mutation ($input: RunBillingInput!) { runBilling(input: $input) { run { id number mode } job { id } userErrors { code message path } } }',
    { input: { billingPeriod, idempotencyKey: key(), ...more } },
  );
  if (data.runBilling.userErrors.length > 0) return data.runBilling;
  return { ...data.runBilling, job: await server.finished(data.runBilling.job.id) };
}
