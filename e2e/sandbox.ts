/** The sandbox that `npm start` opens, demo data and all, and a browser to look at it with: one of each for all browser tests. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { ensureChromium } from './chromium.mjs';

export const PEOPLE = ['operator', 'finance', 'reseller', 'customer'] as const;
export type Who = (typeof PEOPLE)[number];
export const PASSWORD = 'cloudtill-demo';

declare module 'vitest' {
  export interface ProvidedContext {
    url: string;
    browser: string;
    /** A session of each of the sandbox’s people, as a cookie `name=value`. */
    sessions: Record<Who, string>;
  }
}

const SERVER = fileURLToPath(new URL('../server/dist/src/main.js', import.meta.url));
const DASHBOARD = fileURLToPath(new URL('../dashboard/dist/index.html', import.meta.url));
/** Nothing a browser does by itself; software rendering, so that pictures are the same everywhere. */
const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
];

/** Starts the built server as a process of its own, with a database and a directory of its own. */
export async function startSandbox(): Promise<{ url: string; stop: () => Promise<void> }> {
  for (const built of [SERVER, DASHBOARD]) if (!existsSync(built)) throw new Error(`${built} is missing: run "npx pnpm run build" first`);
  const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-e2e-'));
  chmodSync(dataDir, 0o755); // so that the database lies in it, and goes with it, when this runs as root
  const { DATABASE_URL: _, ...inherited } = process.env;
  const server = spawn(process.execPath, [SERVER], {
    env: { ...inherited, CLOUDTILL_MODE: 'sandbox', CLOUDTILL_DEMO: 'on', CLOUDTILL_DATA_DIR: dataDir, CLOUDTILL_LOG_LEVEL: 'error', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(server.stdout).on('line', (line) => {
      const ready = /ready at (http:\S+)/.exec(line)?.[1];
      if (ready) resolve(ready);
    });
    void ended.then(() => reject(new Error(`the sandbox ended with ${server.exitCode} before it was ready`)));
  });
  return { url, stop };
}

export async function signIn(url: string, who: Who): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }',
      variables: { input: { email: `${who}@demo.test`, password: PASSWORD } },
    }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`${who} could not sign in: ${await response.text()}`);
  return cookie;
}

/** The browser as a server: every test file connects to the same one. Its profile is new, and gone afterwards. */
export function startBrowser(): ReturnType<typeof chromium.launchServer> {
  return chromium.launchServer({ executablePath: ensureChromium(), args: BROWSER_FLAGS });
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [sandbox, browser] = await Promise.all([startSandbox(), startBrowser()]);
  const sessions = Object.fromEntries(await Promise.all(PEOPLE.map(async (who) => [who, await signIn(sandbox.url, who)] as const))) as Record<Who, string>;
  project.provide('url', sandbox.url);
  project.provide('browser', browser.wsEndpoint());
  project.provide('sessions', sessions);
  return async () => {
    await browser.close();
    await sandbox.stop();
  };
}
