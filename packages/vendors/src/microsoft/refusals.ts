/** What the error codes of Partner Center mean in our words. */
import { z } from 'zod';
import { retryAfterMs, type Answer } from '../http.ts';
import { rejected, retryable, throttled, unknown, type Outcome, type Rejection } from '../vendor.ts';
import { camelCased } from './resources.ts';

type Meaning = Rejection | 'RETRYABLE' | 'UNKNOWN';

/** By the code in the body; the HTTP status only where the code is none of these. */
export const MEANING_OF_CODE: Readonly<Record<string, Meaning>> = {
  /** The token is missing. */
  800001: 'AUTH',
  /** No commerce relationship with the customer; the customer agreement is not on record; the risk check failed. */
  20002: 'FORBIDDEN',
  13605: 'FORBIDDEN',
  800069: 'FORBIDDEN',
  /** Order, subscription, tenant, cart. */
  20000: 'NOT_FOUND',
  20003: 'NOT_FOUND',
  60003: 'NOT_FOUND',
  800008: 'NOT_FOUND',
  /** Quantity of a suspended one; deleted; parent is not active; not from this status; update of a suspended one. */
  2001: 'CONFLICT_STATE',
  2011: 'CONFLICT_STATE',
  27009: 'CONFLICT_STATE',
  800040: 'CONFLICT_STATE',
  800091: 'CONFLICT_STATE',
  /** Billing cycle; cart item; no inventory. */
  2054: 'VALIDATION',
  800009: 'VALIDATION',
  800010: 'VALIDATION',
  800017: 'VALIDATION',
  /** Outside of the range; a count limit is reached; no decrease. */
  2002: 'QUANTITY_RULE',
  800066: 'QUANTITY_RULE',
  800067: 'QUANTITY_RULE',
  800068: 'QUANTITY_RULE',
  800088: 'QUANTITY_RULE',
  800089: 'QUANTITY_RULE',
  800090: 'QUANTITY_RULE',
  2055: 'CONCURRENCY',
  /** The cart is being submitted, or was. */
  800064: 'DUPLICATE',
  800065: 'DUPLICATE',
  800023: 'CREDIT_LIMIT',
  900121: 'CREDIT_LIMIT',
  900117: 'POLICY_WINDOW_CLOSED',
  /** An adjustment or order is under way; not ready. */
  800014: 'RETRYABLE',
  800060: 'RETRYABLE',
  800082: 'RETRYABLE',
  /** Unexpected; creating or updating the order failed, and nobody says how far it came. */
  800003: 'UNKNOWN',
  800005: 'UNKNOWN',
  800094: 'UNKNOWN',
};

const MEANING_OF_STATUS: Readonly<Record<number, Meaning>> = {
  401: 'AUTH',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'UNKNOWN',
  409: 'CONFLICT_STATE',
  412: 'CONCURRENCY',
};

/** A customer that has no agreement on record cannot be ordered for, and only a person can put that right. */
const REMEDIES: Readonly<Record<string, string>> = {
  13605: 'the customer has to accept the Microsoft Customer Agreement, or the partner has to confirm it in Partner Center',
};

const DEFAULT_RETRY_AFTER_MS = 60_000;
const MAX_MESSAGE = 500;

const errorSchema = z.object({ code: z.union([z.string(), z.number()]).transform(String), description: z.string().nullish() });

/** What an answer of 400 or more to a change means. */
export function refusalOf({ status, headers, json, text }: Answer): Exclude<Outcome<never>, { kind: 'SUCCEEDED' | 'ACCEPTED' }> {
  if (status === 429) return throttled(retryAfterMs(headers, DEFAULT_RETRY_AFTER_MS), 'too many requests');
  const { data } = errorSchema.safeParse(camelCased(json));
  const code = data?.code;
  const remedy = code === undefined ? undefined : REMEDIES[code];
  const message = [`HTTP ${status}`, code, data?.description ?? (data ? undefined : text), remedy].filter(Boolean).join(': ').slice(0, MAX_MESSAGE);
  const known = code !== undefined && Object.hasOwn(MEANING_OF_CODE, code) ? MEANING_OF_CODE[code] : undefined;
  // A failure of theirs is never a plain no, whatever its code says.
  const meaning = status >= 500 ? (known === 'RETRYABLE' ? known : 'UNKNOWN') : (known ?? MEANING_OF_STATUS[status] ?? 'VALIDATION');
  if (meaning === 'UNKNOWN') return unknown(message);
  if (meaning === 'RETRYABLE') return retryable(message);
  return rejected(meaning, message, code);
}
