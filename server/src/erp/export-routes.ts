import { Readable } from 'node:stream';
import { parseBillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { CHARGE_KINDS } from '@cloudtill/domain/billing/segment';
import { z } from 'zod';
import type { App } from '../platform/context.ts';
import { problem } from '../platform/http-server.ts';
import { readInstant } from '../platform/scalars.ts';
import { isReadable } from '../platform/text.ts';
import { may, type Viewer } from '../platform/viewer.ts';
import { EXPORT_FORMATS, EXPORT_INCLUDES, exportCharges, type ChargeExport, type ExportFormat } from './charge-export.ts';

/** Exports that one process streams at a time; each holds a connection for as long as its reader takes. */
const MAX_AT_ONCE = 4;
const RETRY_AFTER_SECONDS = 10;

const TYPES: Readonly<Record<ExportFormat, string>> = { ndjson: 'application/x-ndjson; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' };

/** A parameter with several values: `kind=RECURRING,PRORATION`. */
const list = <T extends string>(values: readonly T[]) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(values as [T, ...T[]])))
    .optional();

const query = z.strictObject({
  format: z.enum(EXPORT_FORMATS).default('ndjson'),
  include: list(EXPORT_INCLUDES),
  billingPeriod: z
    .string()
    .refine((name) => parseBillingMonth(name) !== undefined, 'must be a month such as 2026-05')
    .optional(),
  accountId: z.string().optional(),
  sellerId: z.string().optional(),
  buyerId: z.string().optional(),
  subscriptionId: z.string().optional(),
  status: list(['OPEN', 'CLOSED']),
  kind: list(CHARGE_KINDS),
  updatedAfter: z
    .string()
    .transform(readInstant)
    .refine((at) => at !== undefined, 'must be an instant such as 2026-05-11T10:00:00Z')
    .optional(),
  acknowledged: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  vendor: z.string().refine(isReadable, 'may not hold a NUL').optional(),
});

/** `GET /exports/charges`: the filters of the GraphQL list, as a stream. */
export function addExports(server: FastifyInstance, app: App, identify: (request: FastifyRequest) => Promise<Viewer | undefined>): void {
  let atOnce = 0;
  server.get('/exports/charges', async (request, reply) => {
    const viewer = await identify(request);
    if (!viewer) return reply.code(401).send(problem('UNAUTHENTICATED', 'sign in first, or send a service credential'));
    if (!may(viewer, 'charges:read')) return reply.code(403).send(problem('FORBIDDEN', 'this needs the permission charges:read'));
    const asked = query.safeParse(request.query);
    if (!asked.success) {
      const faults = asked.error.issues.map(({ path, message }) => `${path.join('.') || 'query'}: ${message}`);
      return reply.code(400).send(problem('BAD_USER_INPUT', faults.join('; ')));
    }
    if (atOnce >= MAX_AT_ONCE)
      return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send(problem('SERVICE_UNAVAILABLE', 'too many exports at once; try again soon'));
    const { format, include, ...filter } = asked.data;
    const wanted: ChargeExport = { filter, format, include: new Set(include) };
    let blocks: AsyncGenerator<Buffer>;
    let first: IteratorResult<Buffer>;
    atOnce += 1;
    try {
      blocks = exportCharges(app, viewer, wanted);
      first = await blocks.next(); // a wrong id is said before the headers are
    } catch (error) {
      atOnce -= 1;
      if (error instanceof GraphQLError) return reply.code(400).send(problem(String(error.extensions['code']), error.message));
      throw error;
    }
    const stream = Readable.from(withFirst(first, blocks), { objectMode: false, highWaterMark: 256 * 1024 });
    stream.once('close', () => (atOnce -= 1));
    const name = `charges${filter.billingPeriod ? `-${filter.billingPeriod}` : ''}.${format}`;
    return reply.header('content-type', TYPES[format]).header('content-disposition', `attachment; filename="${name}"`).send(stream);
  });
}

async function* withFirst(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
