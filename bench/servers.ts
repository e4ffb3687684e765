/** The servers that are measured, each in a process of its own. */
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Cluster } from './cluster.ts';

export interface Served {
  readonly url: string;
  /** Largest resident size so far, in bytes. */
  maxRssBytes(): number;
  stop(): Promise<void>;
}

const MAIN = new URL('../server/dist/src/main.js', import.meta.url);
/** As `npm start` gives it: room for what one answer needs, so that little of it lives long enough to be moved. */
const NODE_OPTIONS = ['--max-semi-space-size=32'];
const READY = /Cloudtill is ready at (\S+)/;

/** Cloudtill's API as it is started in production, without workers. */
export async function serveCloudtill({ url, config }: Cluster): Promise<Served> {
  const env = { DATABASE_URL: url, CLOUDTILL_MODE: 'sandbox', CLOUDTILL_DEMO: 'off', CLOUDTILL_ROLE: 'api', CLOUDTILL_DATA_DIR: config.dataDir, PORT: '0' };
  return serve(MAIN, env, READY, NODE_OPTIONS);
}

/** Cloudtill as `npm start` starts it, with a PostgreSQL of its own and the demo business. */
export async function serveSandbox(dataDir: string): Promise<Served> {
  return serve(MAIN, { CLOUDTILL_MODE: 'sandbox', CLOUDTILL_DATA_DIR: dataDir, PORT: '0' }, READY, NODE_OPTIONS);
}

export async function serveFloor({ url }: Cluster): Promise<Served> {
  return serve(new URL('./floor-server.ts', import.meta.url), { BENCH_URL: url });
}

const PNPM = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { packageManager: string }).packageManager;

/** PostGraphile comes from a package of its own, installed when it is first wanted: nobody else needs it. */
export async function servePostGraphile({ url }: Cluster): Promise<Served> {
  const folder = fileURLToPath(new URL('./postgraphile/', import.meta.url));
  if (!existsSync(`${folder}node_modules`)) {
    console.log('installing PostGraphile for the comparison');
    const { status } = spawnSync('npx', ['--yes', '--prefer-offline', PNPM, 'install', '--ignore-workspace', '--frozen-lockfile', '--silent'], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('PostGraphile could not be installed');
  }
  return serve(new URL('./postgraphile/serve.js', import.meta.url), { BENCH_URL: url });
}

/** @param ready what the server prints when it can be asked; left out for one that sends its URL as a message */
async function serve(file: URL, env: Record<string, string>, ready?: RegExp, execArgv: string[] = []): Promise<Served> {
  const child = fork(file, { execArgv, env: { ...process.env, ...env, NODE_ENV: 'production' }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file.pathname} ended with ${code}`)));
    if (!ready) child.once('message', (message) => resolve(message as string));
    let printed = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      printed += chunk;
      const found = ready?.exec(printed)?.[1];
      if (found) resolve(found);
    });
  });
  return {
    url,
    maxRssBytes: () => highWaterMark(child),
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** @returns the cookie of an operator's session */
export async function signIn(url: string): Promise<string> {
  const query = 'mutation { signIn(input: { email: "operator@demo.test", password: "cloudtill-demo" }) { userErrors { code } } }';
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
  return response.headers.getSetCookie()[0]!.split(';')[0]!;
}

/** What the kernel counted, where there is a Linux to ask. */
function highWaterMark({ pid }: ChildProcess): number {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
