/** How a server ends that somebody stops: with everything that it started, and without a word. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { findRunningPostgres } from '../src/platform/embedded-postgres.ts';
import { ROOT } from './documents.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-stop-'));
chmodSync(dataDir, 0o711); // as root the database is another user's, which can then keep it here
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** Starts a server in a process group of its own, as a terminal does, and presses Ctrl-C as soon as it is so far. */
async function interrupt(isSoFar: (said: string) => boolean): Promise<Ended> {
  const env = { PATH: process.env['PATH'], CLOUDTILL_DATA_DIR: dataDir, CLOUDTILL_DEMO: 'off', PORT: '0' };
  const server = spawn(process.execPath, [join(ROOT, 'server/dist/src/main.js')], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<Ended>((resolve) => server.once('close', (code) => resolve({ code, said })));
  while (!isSoFar(said)) await sleep(10);
  // npm and pnpm hand it on to those below them, who have heard it already.
  for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) process.kill(-server.pid!, signal);
  return ended;
}

it('Ctrl-C ends the server and its database in order', async () => {
  const { code, said } = await interrupt((text) => text.includes('ready at'));
  expect(said).toMatch(/^Cloudtill is ready at [^\n]*\n$/);
  expect(code).toBe(0);
  expect(findRunningPostgres(dataDir)).toBeUndefined();
}, 120_000);

it('so it does while the server is still starting', async () => {
  const { code } = await interrupt(() => findRunningPostgres(dataDir) !== undefined);
  expect(code).toBe(0);
  expect(findRunningPostgres(dataDir)).toBeUndefined();
}, 120_000);

it('a process that ends by itself takes its database along', async () => {
  const program = `import { startEmbeddedPostgres } from '${join(ROOT, 'server/dist/src/platform/embedded-postgres.js')}';
    await startEmbeddedPostgres({ dataDir: '${dataDir}' });
    process.exit(3);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(3);
  while (findRunningPostgres(dataDir) !== undefined) await sleep(50);
}, 60_000);
