/** The composition root: config, database, clock, schema, HTTP, worker. Started by main.ts and by tests. */
import 'reflect-metadata'; // before any decorated class
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Worker as Thread } from 'node:worker_threads';
import type { FastifyRequest } from 'fastify';
import { Authentication, authenticationOf } from './accounts/authentication.ts';
import { loadDemo } from './demo/load-demo.ts';
import { ENTITIES } from './entities.ts';
import { addExports } from './erp/export-routes.ts';
import { install, type Installed } from './installation/install.ts';
import { Clock } from './platform/clock.ts';
import { ConfigError, type Config } from './platform/config.ts';
import type { App, RequestContext } from './platform/context.ts';
import { Database } from './platform/database.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './platform/embedded-postgres.ts';
import { armFailpoint } from './platform/failpoint.ts';
import { addGraphql } from './platform/graphql-server.ts';
import { addGraphiql } from './platform/graphiql.ts';
import { addDashboard, createHttpServer, sessionCookie } from './platform/http-server.ts';
import { Listener } from './platform/listener.ts';
import { createLogger } from './platform/logger.ts';
import { secretsOf } from './platform/secrets.ts';
import { VendorAccess } from './platform/vendor-access.ts';
import { addUploads } from './platform/uploads.ts';
import { addVendorWebhooks } from './provisioning/webhook-routes.ts';
import { createSchema } from './schema.ts';
import { startSimulators } from './simulators.ts';
import type { Viewer } from './platform/viewer.ts';
import { startTasks } from './tasks.ts';

export interface Started {
  readonly app: App;
  /** Undefined for a worker, which listens to nobody. */
  readonly url: string | undefined;
  readonly installed: Installed;
  stop(): Promise<void>;
}

/** What one process needs to work on a database that is there. */
export async function openApp(config: Config, databaseUrl: string): Promise<App> {
  const logger = createLogger(config.logLevel);
  const database = await Database.open(databaseUrl, ENTITIES, logger, config.workerConcurrency);
  const clock = new Clock(config.billingTimeZone, database.system);
  const listener = new Listener(databaseUrl, logger);
  return { config, database, clock, listener, logger, secrets: secretsOf(config), vendors: new VendorAccess(config) };
}

/** Settles the clock and starts to listen, once the schema is there. */
export async function awaken({ clock, listener }: App): Promise<void> {
  await clock.reload();
  listener.on('cloudtill_clock', () => void clock.reload().catch(() => {}));
  await listener.open();
}

interface StartOptions {
  /** Tests run jobs on the thread that they are on: vitest does not transpile for others. */
  readonly workerOnThisThread?: boolean;
}

/** Starts everything that this process's role asks for. */
export async function start(given: Config, { workerOnThisThread = false }: StartOptions = {}): Promise<Started> {
  let config = given;
  mkdirSync(config.dataDir, { recursive: true });
  armFailpoint(config.failpoint);
  const embedded: EmbeddedPostgres | undefined = config.databaseUrl ? undefined : await startEmbeddedPostgres({ dataDir: config.dataDir });
  const databaseUrl = config.databaseUrl ?? embedded!.url;
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.reverse()) await close().catch(() => {});
    await embedded?.stop();
  };
  try {
    const simulators = config.simulators ? await startSimulators(config, createLogger(config.logLevel)) : undefined;
    if (simulators) {
      closing.push(() => simulators.stop());
      config = simulators.config;
    }
    const app = await openApp(config, databaseUrl);
    closing.push(() => app.database.close());
    closing.push(() => app.vendors.close());
    await app.database.system.query('select 1').catch((error: Error) => {
      throw new ConfigError([`DATABASE_URL: the database cannot be reached: ${error.message}`]);
    });
    await app.database.migrate(config);
    await awaken(app);
    closing.push(() => app.listener.close());
    if (simulators) {
      await simulators.setClock(app.clock.date());
      app.listener.on('cloudtill_clock', () => void app.clock.reload().then(() => simulators.setClock(app.clock.date())));
    }
    const installed = await install(app);
    if (config.role !== 'worker') await Authentication.open(app);
    if (config.demo && config.role === 'all') await loadDemo(app);
    if (config.role === 'worker' || (config.role === 'all' && workerOnThisThread)) {
      const worker = await startTasks(app);
      closing.push(() => worker.stop());
    } else if (config.role === 'all') closing.push(await startWorkerThread(config, databaseUrl));
    if (config.role === 'worker') return { app, url: undefined, installed, stop };
    const { url, close } = await listen(app);
    closing.push(close);
    return { app, url, installed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Rating a month would stop the API from answering, so in one process it has a thread of its own. */
async function startWorkerThread(config: Config, databaseUrl: string): Promise<() => Promise<void>> {
  const thread = new Thread(new URL('./worker-thread.js', import.meta.url), { workerData: { config, databaseUrl } });
  await new Promise<void>((resolve, reject) => {
    thread.once('message', () => resolve());
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the worker thread ended with ${code} while starting`)));
  });
  return () =>
    new Promise<void>((resolve) => {
      thread.once('exit', () => resolve());
      thread.postMessage('stop');
    });
}

async function listen(app: App): Promise<{ url: string; close: () => Promise<void> }> {
  const { config, logger } = app;
  const authentication = authenticationOf(app);
  const server = await createHttpServer(app);
  const cookie = sessionCookie(config);
  const credentialsOf = (request: FastifyRequest): { cookie: string | undefined; bearer: string | undefined } => ({
    cookie: request.cookies[cookie],
    bearer: /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1],
  });
  const apollo = await addGraphql(
    server,
    createSchema(config.mode),
    async (request, reply): Promise<RequestContext> => {
      const credentials = credentialsOf(request);
      return {
        app,
        session: credentials.cookie,
        viewer: await authentication.identify(credentials),
        requestId: request.id,
        address: request.ip,
        setSession(token) {
          const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: config.mode === 'production' } as const;
          if (token === undefined) void reply.clearCookie(cookie, options);
          else void reply.setCookie(cookie, token, options);
        },
        cache: new Map(),
      };
    },
    logger,
  );
  const identify = (request: FastifyRequest): Promise<Viewer | undefined> => authentication.identify(credentialsOf(request));
  await addUploads(server, app, identify);
  addExports(server, app, identify);
  addVendorWebhooks(server, app);
  addGraphiql(server);
  await addDashboard(server);
  await server.listen({ port: config.port, host: config.host });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    close: async () => {
      await apollo.stop();
      await server.close();
    },
  };
}
