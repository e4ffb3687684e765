/**
 * `npm run verify [-- --month 2026-05]`: says whether the books are right. Exits with 0 when they are, with 1 when
 * something is wrong, with 2 when it could not look.
 */
import { parseArgs } from 'node:util';
import { ConfigError, readConfig, type Config } from '../src/platform/config.ts';
import { EmbeddedPostgresError, findRunningPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { CannotVerify, headLine, printCheck, verify } from '../src/verify/verify.ts';

try {
  const { values } = parseArgs({ options: { month: { type: 'string' } } });
  const database = await reach(readConfig());
  try {
    process.exitCode = await report(database.url, values.month);
  } finally {
    await database.release();
  }
} catch (error) {
  console.error(isPlain(error) ? (error as Error).message : error);
  process.exitCode = 2;
}

async function report(url: string, month: string | undefined): Promise<number> {
  const started = performance.now();
  console.log(headLine());
  const checks = await verify(url, { month, onCheck: (check) => console.log(printCheck(check)) });
  const total = (of: 'faults' | 'pending'): number => checks.reduce((sum, check) => sum + check[of], 0);
  const [faults, pending] = [total('faults'), total('pending')];
  const took = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `\n${faults === 0 ? 'Everything is as it must be' : `${faults} fault(s)`}${pending ? `, ${pending} pending` : ''}: ${checks.length} check(s) in ${took} s`,
  );
  return faults === 0 ? 0 : 1;
}

/** The database that the server works on. The bundled PostgreSQL is started where no server has done so. */
async function reach({ databaseUrl, dataDir }: Config): Promise<{ url: string; release: () => Promise<void> }> {
  const url = databaseUrl ?? findRunningPostgres(dataDir);
  if (url !== undefined) return { url, release: async () => {} };
  const embedded = await startEmbeddedPostgres({ dataDir });
  return { url: embedded.url, release: () => embedded.stop() };
}

/** Whether an error is for the person who typed the command, and its stack for nobody. */
function isPlain(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code ?? '';
  return (
    error instanceof ConfigError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof CannotVerify ||
    code === 'ECONNREFUSED' ||
    code.startsWith('ERR_PARSE_ARGS')
  );
}
