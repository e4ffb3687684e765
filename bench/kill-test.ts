/**
 * A billing run that is killed, and killed again, against one that nobody disturbed. `npm run kill-test`
 *
 *     npm run kill-test -- [--size 200000] [--times 3] [--seed N]
 *
 * Makes a book of `size` subscriptions, lets a worker bill a month undisturbed, and takes a digest of everything that it
 * wrote. Then, `times` times: the same book again, a worker in a process of its own, `kill -9` by its id at a random moment
 * of the run, and another worker that goes on. Ends with 1 where a killed run left anything else than the undisturbed one,
 * or where a part of a month could be seen. A seed makes the moments the same again, as far as the machine lets it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Client } from 'pg';
import { Random } from '../server/dist/src/demo/random.js';
import { SANDBOX_PASSWORD, SANDBOX_SIGN_INS } from '../server/dist/src/installation/install.js';
import { makeBook, MONTH } from './book.ts';
import { connect, startCluster, type Cluster } from './cluster.ts';
import { serveCloudtill } from './servers.ts';
import { jobsDone, WorkerProcess, writtenByBilling } from './worker-process.ts';

const { values } = parseArgs({ options: { size: { type: 'string' }, times: { type: 'string' }, seed: { type: 'string' } } });
const size = Number(values.size ?? 200_000);
const times = Number(values.times ?? 3);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const random = new Random(seed);
const DEADLINE_MS = 1_800_000;

const cluster = await startCluster();
try {
  const client = await connect(cluster.url);
  console.log(`making a book of ${size.toLocaleString('en')} subscriptions, seed ${seed}`);
  await makeBook(client, { subscriptions: size, edges: 2 });
  await askForRun(cluster);
  await client.end();

  const undisturbed = await onACopy(cluster, 'undisturbed', workOff);
  console.log(`undisturbed: ${(undisturbed.runMs / 1000).toFixed(1)} s, ${JSON.stringify(undisturbed.written)}`);
  let differing = 0;
  for (let time = 1; time <= times; time++) {
    const after = (random.between(5, 95) / 100) * undisturbed.runMs;
    const { written } = await onACopy(cluster, `killed_${time}`, async (url, other) => {
      await killedAfter(after, url, other);
      return workOff(url, other);
    });
    const same = JSON.stringify(written) === JSON.stringify(undisturbed.written);
    console.log(same ? '  the same charges' : `  DIFFERENT: ${JSON.stringify(written)}`);
    if (!same) differing += 1;
  }
  console.log(`${times - differing} of ${times} killed runs ended like the undisturbed one`);
  if (differing > 0) process.exitCode = 1;
} finally {
  await cluster.stop();
}

/** Asks for the month to be billed, through the API; nobody does it yet. */
async function askForRun(of: Cluster): Promise<void> {
  const api = await serveCloudtill(of);
  const ask = async (query: string, cookie = ''): Promise<Response> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify({ query }),
    });
    const { errors, data } = (await response.clone().json()) as { errors?: unknown; data: Record<string, { userErrors: unknown[] }> };
    if (errors || Object.values(data)[0]!.userErrors.length > 0) throw new Error(await response.text());
    return response;
  };
  const signedIn = await ask(`mutation { signIn(input: { email: "${SANDBOX_SIGN_INS[0]}", password: "${SANDBOX_PASSWORD}" }) { userErrors { code } } }`);
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;
  await ask(`mutation { runBilling(input: { billingPeriod: "${MONTH}", idempotencyKey: "kill-test" }) { userErrors { code message } } }`, cookie);
  await api.stop();
}

/** Does something on a database of the same content. */
async function onACopy<T>(of: Cluster, name: string, work: (url: string, client: Client) => Promise<T>): Promise<T> {
  const url = new URL(of.url);
  const template = url.pathname.slice(1);
  url.pathname = '/template1';
  const admin = await connect(url.toString());
  await admin.query(`create database ${name} template ${template}`);
  url.pathname = `/${name}`;
  const client = await connect(url.toString());
  try {
    return await work(url.toString(), client);
  } finally {
    await client.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}

function workerOn(databaseUrl: string): WorkerProcess {
  return new WorkerProcess({ databaseUrl, dataDir: cluster.config.dataDir });
}

async function workOff(url: string, client: Client): Promise<{ runMs: number; written: object }> {
  const worker = workerOn(url);
  await underWay(client);
  const started = performance.now();
  await jobsDone(client, DEADLINE_MS);
  const runMs = performance.now() - started;
  await worker.stop();
  return { runMs, written: await writtenByBilling(client) };
}

async function underWay(client: Client): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(`select 1 from billing_run where state <> 'QUEUED'`);
    if (rowCount! > 0) return;
    await sleep(5);
  }
}

async function killedAfter(ms: number, url: string, client: Client): Promise<void> {
  const worker = workerOn(url);
  await underWay(client);
  await sleep(ms);
  await worker.kill();
  const { rows } = await client.query<{ state: string; done: string; total: string | null; seen: string }>(
    `select state, subscriptions_done as done, subscriptions_total as total, (select count(*) from charge) as seen from billing_run`,
  );
  const { state, done, total, seen } = rows[0]!;
  console.log(`killed after ${(ms / 1000).toFixed(1)} s: ${state}, ${done} of ${total} subscriptions, ${seen} charges to be seen`);
  if (seen !== '0' && done !== total) throw new Error('a part of a month could be seen');
}
