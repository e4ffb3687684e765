/** GraphQL over HTTP: the schema behind Apollo Server, with its limits, and subscriptions over server-sent events. */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError, Kind, visit, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { RequestContext } from './context.ts';
import { requestError } from './errors.ts';
import { createExecutor } from './executor.ts';
import { formatError } from './format-error.ts';
import { costLimit, MAX_ALIASES, MAX_DEPTH, MAX_DIRECTIVES, MAX_ERRORS, MAX_TOKENS } from './limits.ts';
import type { Logger } from './logger.ts';
import { addStream } from './stream.ts';
import { isReadable, unreadableTexts } from './text.ts';

type MakeContext = (request: FastifyRequest, reply: import('fastify').FastifyReply) => Promise<RequestContext>;

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
      knownOperation,
      readableTexts(),
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
  addStream(server, { schema, rules: armor.validationRules, makeContext, logger });
  return apollo;
}

/** Which operation is meant, before an executor of our own is asked for one that is not there. */
const knownOperation: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, request }) {
        const refuse = (message: string): GraphQLError =>
          new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } });
        if (!operation && request.operationName) throw refuse(`the document has no operation ${JSON.stringify(request.operationName.slice(0, 80))}`);
        if (operation?.operation === 'subscription') throw refuse('send subscriptions to /graphql/stream');
      },
    };
  },
};

/** What PostgreSQL cannot keep is not to be looked for in it either. Mutations say so themselves, with a refusal. */
function readableTexts(): ApolloServerPlugin<RequestContext> {
  const looked = new WeakMap<DocumentNode, boolean>();
  const isWhole = (document: DocumentNode): boolean => {
    let whole = looked.get(document);
    if (whole === undefined) {
      whole = true;
      visit(document, { [Kind.STRING]: ({ value }) => void (whole &&= isReadable(value)) });
      looked.set(document, whole);
    }
    return whole;
  };
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, request }) {
          if (operation?.operation === 'mutation') return;
          const at = unreadableTexts(request.variables ?? {}, [])[0];
          if (!at && isWhole(document)) return;
          throw requestError('BAD_USER_INPUT', `${at ? `$${at.slice(0, 8).join('.')}` : 'a text'} may not hold a NUL or half a character`, {
            http: { status: 400 },
          });
        },
      };
    },
  };
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
