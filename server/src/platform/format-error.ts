/** How an error of a GraphQL request leaves the building. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERROR_CODES, internalError } from './errors.ts';
import type { Logger } from './logger.ts';

/** The protocol's own codes. */
const APOLLO_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** What leaves: our own codes and the protocol's. Anything else is a fault of ours: logged, and masked. */
export function formatError(formatted: GraphQLFormattedError, error: unknown, logger: Logger): GraphQLFormattedError {
  const thrown = error instanceof GraphQLError && error.originalError ? error.originalError : error;
  // Ours stands on what was thrown, the protocol's on what Apollo made of it.
  const { http: _status, ...own } = thrown instanceof GraphQLError ? thrown.extensions : {};
  const code = (own['code'] ?? formatted.extensions?.['code']) as string | undefined;
  const where = { ...(formatted.locations ? { locations: formatted.locations } : {}), ...(formatted.path ? { path: formatted.path } : {}) };
  if (code !== undefined && (Object.hasOwn(ERROR_CODES, code) || APOLLO_CODES.has(code))) {
    return { message: messageOf(formatted, thrown).slice(0, 1_000), ...where, extensions: { ...own, code } };
  }
  // A request that does not fit the schema, found by graphql-js itself.
  if (thrown instanceof GraphQLError && error instanceof GraphQLError && !error.path && code === undefined)
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
