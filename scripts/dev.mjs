// The server and the dashboard, both following edits: `npm run dev`. Ctrl-C stops everything that it started.
import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const SOURCES = ['packages/domain/src', 'server/src', 'server/migrations'];
/** An editor saves in several steps, and a branch changes many files. */
const SETTLE_MS = 200;
const PORT = process.env.PORT || '4000';

function start(command, args, options = {}) {
  return spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
}

function ended(child) {
  return new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve()));
}

async function end(child) {
  child.kill('SIGTERM');
  await ended(child);
}

function builds() {
  return spawnSync('tsc', ['-b', 'packages/domain', 'server'], { stdio: 'inherit' }).status === 0;
}

const startServer = () => start(process.execPath, ['server/dist/src/main.js']);

if (!builds() || spawnSync('pnpm', ['--filter', '@cloudtill/dashboard', 'run', '-s', 'types'], { stdio: 'inherit' }).status !== 0) process.exit(1);
let server = startServer();
// It says where the dashboard is; what is not a page it asks of the server.
const dashboard = start('node_modules/.bin/vite', [], {
  cwd: 'dashboard',
  env: { ...process.env, CLOUDTILL_URL: `http://127.0.0.1:${PORT}` },
});

let edited = false;
let stopping = false;
for (const folder of SOURCES) watch(folder, { recursive: true }, () => (edited = true));
const stop = () => (stopping = true);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
dashboard.once('exit', stop);

while (!stopping) {
  await sleep(SETTLE_MS);
  if (!edited) continue;
  edited = false;
  await sleep(SETTLE_MS);
  // What does not compile leaves the server as it was.
  if (!builds()) continue;
  await end(server);
  server = startServer();
}
await Promise.all([end(server), end(dashboard)]);
process.exit(0);
