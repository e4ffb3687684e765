/** The one HTTP server: headers, cookies, limits, health, the dashboard's files. Rooms add their routes to it. */
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import statics from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { newId } from './ids.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import type { App } from './context.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const DASHBOARD = fileURLToPath(new URL('../../../../dashboard/dist/', import.meta.url));

/** In production the browser binds the cookie to this host and to TLS; plain HTTP on loopback cannot have that. */
export function sessionCookie({ mode }: { readonly mode: 'sandbox' | 'production' }): string {
  return mode === 'production' ? '__Host-cloudtill' : 'cloudtill';
}

export async function createHttpServer(app: App): Promise<FastifyInstance> {
  const server = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => newId(),
    trustProxy: app.config.mode === 'production' ? 'loopback' : false,
    exposeHeadRoutes: true,
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    frameworkErrors(_error, request, reply: FastifyReply) {
      setSecurityHeaders(request, reply);
      void reply.code(400).send(problem('BAD_REQUEST', 'the address cannot be read'));
    },
  });
  await server.register(cookie);
  server.addHook('onRequest', async (request, reply) => {
    setSecurityHeaders(request, reply);
    const encoding = request.headers['content-encoding'];
    // Nothing we take is worth unpacking; a small body that grows is an attack.
    if (encoding !== undefined && encoding !== 'identity')
      await reply.code(415).send(problem('UNSUPPORTED_ENCODING', 'send the body without a content-encoding'));
    else if (Number(request.headers['content-length'] ?? 0) > (request.routeOptions.bodyLimit ?? MAX_BODY_BYTES)) {
      await drain(request.raw);
      await reply.code(413).send(problem('BODY_TOO_LARGE', `the body is larger than ${MAX_BODY_BYTES} bytes`));
    }
  });
  server.setErrorHandler(async (error: { statusCode?: number; message: string; code?: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    // Who left in the middle of sending is no fault of ours.
    if (status >= 500 && !request.raw.readableAborted)
      app.logger.error({ error: error.message, requestId: request.id, stack: (error as Error).stack }, 'a request failed');
    const text =
      status === 413 ? `the body is larger than ${MAX_BODY_BYTES} bytes` : status < 500 ? 'the request cannot be read' : 'something went wrong on our side';
    await reply
      .code(status)
      .send(problem(status === 413 ? 'BODY_TOO_LARGE' : status < 500 ? 'BAD_REQUEST' : 'INTERNAL', text, status < 500 ? {} : { requestId: request.id }));
  });
  addHealth(server, app);
  return server;
}

const MAX_DRAINED_BYTES = 16 * 1024 * 1024;

/** Reads a body that nobody wants, up to a bound: who is cut off while sending never sees the answer. */
async function drain(body: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) if ((bytes += (chunk as Buffer).length) > MAX_DRAINED_BYTES) return;
}

/** The dashboard is one page that finds its own way; whatever no room answers is that page. */
export async function addDashboard(server: FastifyInstance, root = DASHBOARD): Promise<void> {
  if (!existsSync(root)) {
    server.setNotFoundHandler((_, reply) => reply.code(404).send(problem('NOT_FOUND', 'there is nothing here; the dashboard is not built')));
    return;
  }
  await server.register(statics, {
    root,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  server.setNotFoundHandler((request, reply) => {
    const wantsPage =
      request.method === 'GET' &&
      (request.headers.accept ?? '').includes('text/html') &&
      !request.url.startsWith('/graphql') &&
      !request.url.startsWith('/exports');
    if (!wantsPage) return reply.code(404).send(problem('NOT_FOUND', 'there is nothing here'));
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}

/** An error outside of GraphQL, in the form that GraphQL's errors have. */
export function problem(code: string, message: string, more: object = {}): object {
  return { errors: [{ message, extensions: { code, ...more } }] };
}

function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  // GraphiQL brings its editor's styles in as it runs; the dashboard sets colors and sizes from data.
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  reply.headers({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'content-security-policy': policy,
    'x-request-id': request.id,
  });
}

function addHealth(server: FastifyInstance, app: App): void {
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_, reply) => {
    try {
      await app.database.system.query('select 1');
      return { status: 'ready' };
    } catch {
      return reply.code(503).header('retry-after', '5').send({ status: 'not ready', reason: 'the database does not answer' });
    }
  });
}
