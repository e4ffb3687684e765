/**
 * What goes wrong with a request, as opposed to what the business refuses. Refusals are data and live in payloads;
 * these end a field with a top-level error.
 */
import { GraphQLError } from 'graphql';

/** Every code that a top-level error may carry, with what to do about it. */
export const ERROR_CODES = {
  UNAUTHENTICATED: 'Sign in, or send a service credential as a bearer token.',
  FORBIDDEN: 'The viewer’s role does not include this permission.',
  INVALID_ID: 'The id is malformed or names another kind of thing.',
  NOT_FOUND: 'There is no such thing, or none that the viewer may see.',
  PAGE_SIZE_OUT_OF_RANGE: 'Ask for 1 to 100 at a time.',
  INVALID_CURSOR: 'Use a cursor that this list and order gave.',
  COST_LIMIT_EXCEEDED: 'Ask for fewer rows or fewer nested lists.',
  BAD_USER_INPUT: 'A value does not have the form that its type demands.',
  SERVICE_UNAVAILABLE: 'The server is too busy; wait as long as Retry-After says.',
  INTERNAL: 'The fault is ours; tell us the request id.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export function requestError(code: ErrorCode, message: string, extensions: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...extensions } });
}

export function unauthenticated(): GraphQLError {
  return requestError('UNAUTHENTICATED', 'sign in first, or send a service credential');
}

export function forbidden(permission: string): GraphQLError {
  return requestError('FORBIDDEN', `this needs the permission ${permission}`, { permission });
}

export function notFound(): GraphQLError {
  return requestError('NOT_FOUND', 'there is no such thing, or none that you may see');
}

const ID_KINDS: Readonly<Record<string, string>> = {
  acc: 'account',
  usr: 'user',
  ven: 'vendor',
  prd: 'product',
  pln: 'plan',
  ppr: 'plan price',
  prl: 'price list',
  ple: 'price list entry',
  pla: 'price list assignment',
  sub: 'subscription',
  chg: 'charge',
  per: 'billing period',
  run: 'billing run',
  job: 'job',
  aud: 'audit event',
  upl: 'upload',
  crd: 'service credential',
  chn: 'change',
  par: 'parked subscription',
  op: 'operation',
  mal: 'mail',
};

export function invalidId(id: string, expected: string): GraphQLError {
  const shown = id.length > 80 ? `${id.slice(0, 80)}…` : id;
  const kind = ID_KINDS[expected] ?? expected;
  return requestError('INVALID_ID', `${JSON.stringify(shown)} is not the id of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`, { expected: kind });
}

export function internalError(requestId: string): GraphQLError {
  return requestError('INTERNAL', 'something went wrong on our side', { requestId });
}

/** A PostgreSQL error by its SQLSTATE. */
export function sqlState(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}

export const UNIQUE_VIOLATION = '23505';
export const EXCLUSION_VIOLATION = '23P01';
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const LOCK_NOT_AVAILABLE = '55P03';

/** Whether a transaction lost a race that it may win when it is run again as a whole. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK || state === LOCK_NOT_AVAILABLE;
}
