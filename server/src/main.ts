import { SANDBOX_ERP_KEY, SANDBOX_PASSWORD, SANDBOX_SIGN_INS } from './installation/install.ts';
import { ConfigError, readConfig } from './platform/config.ts';
import { EmbeddedPostgresError } from './platform/embedded-postgres.ts';
import { start, type Started } from './start.ts';

/** How long requests and jobs may take to end after somebody said stop. */
const STOP_DEADLINE_MS = 25_000;

try {
  const starting = start(readConfig());
  let stopping = false;
  const stop = (): void => {
    // Ctrl-C under npm comes more than once: from the terminal, and handed on by each process above.
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    void starting.then((started) => started.stop()).then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  greet(await starting);
} catch (error) {
  const plain = error instanceof ConfigError || error instanceof EmbeddedPostgresError || (error as { code?: string }).code === 'EADDRINUSE';
  console.error(plain ? (error as Error).message : error);
  process.exit(1);
}

function greet({ app, url, installed }: Started): void {
  const { config } = app;
  if (!url) return console.log('Cloudtill worker is ready');
  const parts = [`Cloudtill is ready at ${url}`];
  if (config.mode === 'sandbox') parts.push(`sign in as ${SANDBOX_SIGN_INS.join(', ')} with ${SANDBOX_PASSWORD}`, `ERP key ${SANDBOX_ERP_KEY}`);
  if (installed.firstSignIn) parts.push(`first sign-in, shown once: ${installed.firstSignIn.email} with ${installed.firstSignIn.password}`);
  if (!config.databaseUrl) parts.push(`data in ${config.dataDir}`);
  console.log(parts.join(' · '));
}
