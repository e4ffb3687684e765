/** Subscriptions over server-sent events: one POST for each, answered by events until either side ends it. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getOperationAST, GraphQLError, parse, specifiedRules, subscribe, validate, type GraphQLSchema, type ValidationRule } from 'graphql';
import type { RequestContext } from './context.ts';
import { requestError } from './errors.ts';
import { formatError } from './format-error.ts';
import { problem } from './http-server.ts';
import { MAX_ERRORS, MAX_TOKENS } from './limits.ts';
import type { Logger } from './logger.ts';

/** Proxies cut a connection on which nothing moves. */
const KEEP_ALIVE_MS = 12_000;

interface Streaming {
  readonly schema: GraphQLSchema;
  readonly rules: readonly ValidationRule[];
  readonly makeContext: (request: FastifyRequest, reply: FastifyReply) => Promise<RequestContext>;
  readonly logger: Logger;
}

interface Params {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
}

/** The protocol is that of graphql-sse's distinct connections: events `next` with a result each, then `complete`. */
export function addStream(server: FastifyInstance, streaming: Streaming): void {
  const open = new Set<AsyncGenerator<Answer>>();
  server.addHook('preClose', async () => {
    await Promise.all([...open].map((answers) => answers.return(undefined)));
  });
  server.post('/graphql/stream', async (request, reply) => {
    // A form of another site cannot send this header, so this cannot be forged across sites.
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return reply.code(415).send(problem('BAD_REQUEST', 'send application/json'));
    if (!isParams(request.body)) return reply.code(400).send(problem('BAD_REQUEST', 'send an object with a query, and its variables as an object'));
    const answers = answersTo(request.body, await streaming.makeContext(request, reply), streaming);
    open.add(answers);
    const done = (): void => {
      open.delete(answers);
      void answers.return(undefined);
    };
    reply.raw.once('close', done);
    // The connection ends with its events: kept alive, it would hold up a server that stops.
    return reply
      .headers({ 'content-type': 'text/event-stream; charset=utf-8', connection: 'close', 'x-accel-buffering': 'no' })
      .send(Readable.from(events(answers, streaming)));
  });
}

function isParams(body: unknown): body is Params {
  if (body === null || typeof body !== 'object') return false;
  const { query, variables, operationName } = body as Record<string, unknown>;
  return typeof query === 'string' && typeof (variables ?? {}) === 'object' && typeof (operationName ?? '') === 'string';
}

/** What the subscription answers. A document that cannot be one has its errors as its only answer. */
async function* answersTo({ query, variables, operationName }: Params, contextValue: RequestContext, { schema, rules }: Streaming): AsyncGenerator<Answer> {
  try {
    const document = parse(query, { maxTokens: MAX_TOKENS });
    const faults = validate(schema, document, [...specifiedRules, ...rules], { maxErrors: MAX_ERRORS });
    if (faults.length > 0) return yield { errors: faults };
    if (getOperationAST(document, operationName)?.operation !== 'subscription') {
      throw requestError('BAD_USER_INPUT', 'only subscriptions are streamed; send queries and mutations to /graphql');
    }
    const results = await subscribe({ schema, document, variableValues: variables ?? {}, operationName: operationName ?? null, contextValue });
    if (Symbol.asyncIterator in results) yield* results;
    else yield results;
  } catch (error) {
    yield { errors: [error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error })] };
  }
}

const SILENCE = Symbol('silence');

async function* events(answers: AsyncGenerator<Answer>, { logger }: Streaming): AsyncGenerator<string> {
  try {
    let next = answers.next();
    for (;;) {
      const answer = await orSilence(next);
      if (answer === SILENCE) {
        yield ':\n\n';
        continue;
      }
      if (answer.done) break;
      next = answers.next();
      const { errors, ...rest } = answer.value;
      const shown = errors ? { ...rest, errors: errors.map((error) => formatError(error.toJSON(), error, logger)) } : rest;
      yield `event: next\ndata: ${JSON.stringify(shown)}\n\n`;
    }
    yield 'event: complete\ndata:\n\n';
  } finally {
    await answers.return(undefined);
  }
}

async function orSilence<T>(next: Promise<T>): Promise<T | typeof SILENCE> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([next, new Promise<typeof SILENCE>((resolve) => (timer = setTimeout(resolve, KEEP_ALIVE_MS, SILENCE)))]);
  } finally {
    clearTimeout(timer);
  }
}
