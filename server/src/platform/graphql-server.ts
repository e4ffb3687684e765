/** GraphQL over HTTP: the schema behind Apollo Server, with its limits, and subscriptions over server-sent events. */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError, parse, specifiedRules, validate, type DocumentNode, type GraphQLFormattedError, type GraphQLSchema, type ValidationRule } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/fastify';
import type { RequestContext } from './context.ts';
import { ERROR_CODES, internalError } from './errors.ts';
import { createExecutor } from './executor.ts';
import { costLimit, MAX_ALIASES, MAX_DEPTH, MAX_DIRECTIVES, MAX_ERRORS, MAX_TOKENS } from './limits.ts';
import type { Logger } from './logger.ts';

type MakeContext = (request: FastifyRequest, reply: import('fastify').FastifyReply) => Promise<RequestContext>;

const SSE_KEEP_ALIVE_MS = 12_000;

export async function addGraphql(
  server: FastifyInstance,
  schema: GraphQLSchema,
  makeContext: MakeContext,
  logger: Logger,
): Promise<ApolloServer<RequestContext>> {
  const armor = new ApolloArmor({
    // Apollo's parser counts tokens itself: armor's way of doing it turns syntax errors into HTTP 500.
    maxTokens: { enabled: false },
    costLimit: { enabled: false },
    // Apollo hides suggestions itself; armor's way of doing it writes to errors that are read-only.
    blockFieldSuggestion: { enabled: false },
    maxDepth: { n: MAX_DEPTH },
    maxAliases: { n: MAX_ALIASES, allowList: [] },
    maxDirectives: { n: MAX_DIRECTIVES },
  }).protect();
  const execute = createExecutor(schema);
  const apollo = new ApolloServer<RequestContext>({
    // A gateway is Apollo's way to bring an executor of one's own.
    gateway: {
      load: async () => ({
        schema,
        executor: (async ({
          document,
          operationName,
          context,
          request,
        }: {
          document: DocumentNode;
          operationName?: string | null;
          context: RequestContext;
          request: { variables?: Record<string, unknown> };
        }) => execute({ document, operationName: operationName ?? null, context, variables: request.variables ?? {} })) as never,
      }),
      onSchemaLoadOrUpdate: (tell) => {
        tell({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => {};
      },
      stop: async () => {},
    },
    plugins: [
      ...(armor.plugins as unknown as ApolloServerPlugin<RequestContext>[]),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      fastifyApolloDrainPlugin(server),
      costLimit(schema),
      fewErrors,
      legacyStatus,
    ] as ApolloServerPlugin[],
    validationRules: armor.validationRules,
    formatError: (formatted, error) => formatError(formatted, error, logger),
    parseOptions: { maxTokens: MAX_TOKENS },
    maxRecursiveSelections: 10_000,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    persistedQueries: false,
    csrfPrevention: true,
    introspection: true,
    allowBatchedHttpRequests: false,
    nodeEnv: 'production',
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  const handler = fastifyApolloHandler(apollo, { context: makeContext });
  server.route({ method: ['GET', 'POST', 'OPTIONS'], url: '/graphql', handler });
  server.route({ method: ['PUT', 'DELETE', 'PATCH'], url: '/graphql', handler: (_, reply) => reply.code(405).header('allow', 'GET, POST').send() });
  addStream(server, schema, makeContext, logger, armor.validationRules);
  return apollo;
}

/** Subscriptions: one POST with `Accept: text/event-stream` for each, answered by events until either side ends. */
function addStream(server: FastifyInstance, schema: GraphQLSchema, makeContext: MakeContext, logger: Logger, rules: readonly ValidationRule[]): void {
  const handler = createHandler({
    onSubscribe: async (request, { query, variables, operationName }) => {
      const context = await makeContext(request.raw, request.context.reply);
      const fail = (error: unknown): [{ message: string }] => [formatError({ message: (error as Error).message }, error, logger)] as never;
      try {
        const document = parse(query, { maxTokens: MAX_TOKENS });
        const errors = [...validate(schema, document, [...specifiedRules, ...rules], { maxErrors: MAX_ERRORS })];
        const operation = document.definitions.find((definition) => definition.kind === 'OperationDefinition');
        if (operation?.operation !== 'subscription') errors.push(new GraphQLError('only subscriptions are streamed; send queries and mutations to /graphql'));
        if (errors.length > 0) return { errors } as never;
        return { schema, document, variableValues: variables, operationName, contextValue: context } as never;
      } catch (error) {
        return { errors: fail(error) } as never;
      }
    },
    onNext: (_context, _request, { errors, ...rest }: { errors?: readonly GraphQLError[] }) =>
      (errors ? { ...rest, errors: errors.map((error) => formatError(error.toJSON(), error, logger)) } : undefined) as never,
  });
  server.post('/graphql/stream', async (request, reply) => {
    // A form of another site cannot send this header, so this cannot be forged across sites.
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return reply.code(415).send();
    const keepAlive = setInterval(() => reply.raw.headersSent && !reply.raw.writableEnded && reply.raw.write(':\n\n'), SSE_KEEP_ALIVE_MS);
    reply.raw.once('close', () => clearInterval(keepAlive));
    await handler(request, reply);
    return reply;
  });
}

const APOLLO_CODES = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST', 'BAD_USER_INPUT', 'OPERATION_RESOLUTION_FAILURE']);

/** What leaves: our own codes and the protocol's. Anything else is a fault of ours: logged, and masked. */
export function formatError(formatted: GraphQLFormattedError, error: unknown, logger: Logger): GraphQLFormattedError {
  const thrown = error instanceof GraphQLError && error.originalError ? error.originalError : error;
  // Ours stands on what was thrown, the protocol's on what Apollo made of it.
  const own = thrown instanceof GraphQLError ? thrown.extensions : {};
  const code = (own['code'] ?? formatted.extensions?.['code']) as string | undefined;
  const where = { ...(formatted.locations ? { locations: formatted.locations } : {}), ...(formatted.path ? { path: formatted.path } : {}) };
  if (code !== undefined && (Object.hasOwn(ERROR_CODES, code) || APOLLO_CODES.has(code))) {
    return { message: messageOf(formatted, thrown).slice(0, 1_000), ...where, extensions: { ...own, code } };
  }
  // A request that does not fit the schema, found by graphql-js itself.
  if (thrown instanceof GraphQLError && !thrown.path && thrown === error && code === undefined)
    return { message: formatted.message.slice(0, 1_000), ...where, extensions: { code: 'BAD_USER_INPUT' } };
  const fault = internalError(crypto.randomUUID());
  logger.error(
    {
      error: thrown instanceof Error ? { message: thrown.message, stack: thrown.stack } : thrown,
      path: formatted.path,
      requestId: fault.extensions['requestId'],
    },
    'a resolver failed',
  );
  return { message: fault.message, ...where, extensions: fault.extensions };
}

/** A scalar's own sentence says which form it takes; graphql-js puts it behind its own, graphql-jit leaves it out. */
function messageOf({ message }: GraphQLFormattedError, thrown: unknown): string {
  const own = thrown instanceof GraphQLError ? thrown.message : '';
  return message.includes(own) ? message : `${message} ${own}`;
}

const fewErrors: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response }) {
        const result = response.body.kind === 'single' ? response.body.singleResult : undefined;
        if (result?.errors && result.errors.length > MAX_ERRORS) result.errors = result.errors.slice(0, MAX_ERRORS);
      },
    };
  },
};

/**
 * A client that accepts `application/json` but not `application/graphql-response+json` gets 200 for a well-formed request
 * whose document is wrong, as the GraphQL over HTTP specification asks of servers for the older media type.
 */
const legacyStatus: ApolloServerPlugin<RequestContext> = {
  async requestDidStart({ request }) {
    if ((request.http?.headers.get('accept') ?? '').includes('application/graphql-response+json')) return;
    return {
      async willSendResponse({ errors, response }) {
        const code = errors?.[0]?.extensions['code'];
        const early = code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED' || code === 'BAD_USER_INPUT';
        if (early && response.http.status === 400) response.http.status = 200;
      },
    };
  },
};
