/** Errors as Google's APIs word them. */
import type { Reply } from '../frame/simulator.ts';

const STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Thrown by an operation to say no; {@link answering} makes the answer of it. */
export class Refused extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export function errorReply(code: number, reason: string, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const errors = [{ domain: 'global', reason, message }];
  return { status: code, headers, body: { error: { code, message, errors, status: STATUS[code] ?? 'UNKNOWN' } } };
}

export const invalid = (message: string): Refused => new Refused(400, 'invalid', message);
/** Wrong input that Google turns away with a 403, as its page on limits says. */
export const wrongInput = (message: string): Refused => new Refused(403, 'invalidInput', message);
export const notThere = (message: string): Refused => new Refused(404, 'notFound', message);
export const conflict = (message: string): Refused => new Refused(409, 'duplicate', message);
export const notNow = (message: string): Refused => new Refused(412, 'conditionNotMet', message);

/** Runs an operation and answers what it refused. Operations refuse before they write, so nothing is left half done. */
export function answering(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refused) return errorReply(error.code, error.reason, error.message);
    if (error instanceof SyntaxError) return errorReply(400, 'parseError', 'Invalid JSON payload received.');
    throw error;
  }
}
