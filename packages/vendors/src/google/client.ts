/** One call to Google's API with a token, and what its answer means. */
import { z } from 'zod';
import { retryAfterMs, withoutAnswer, type Answer, type Http, type Sending } from '../http.ts';
import { rejected, retryable, succeeded, throttled, unknown, type Call, type Outcome, type Reading, type Rejection } from '../vendor.ts';
import type { TokenSource } from './token-source.ts';

const BASE = '/apps/reseller/v1';
/** Where Google's advice on waiting starts. */
const THROTTLED_MS = 5_000;

const errorSchema = z.object({
  error: z.object({
    message: z.string().default(''),
    errors: z.array(z.object({ reason: z.string().optional() })).default([]),
  }),
});

/** How a change ended; a conflict says only that there is something, so that it must be read before it means anything. */
export type ChangeAnswer<T> = Outcome<T> | { readonly kind: 'CONFLICT'; readonly message: string };

interface Request {
  readonly method: Sending['method'];
  /** Below `/apps/reseller/v1/`. */
  readonly path: string;
  readonly body?: object;
}

export class GoogleClient {
  readonly #http: Http;
  readonly #tokens: TokenSource;
  readonly #url: string;

  constructor(http: Http, tokens: TokenSource, url: string) {
    this.#http = http;
    this.#tokens = tokens;
    this.#url = url.replace(/\/+$/, '');
  }

  /** Reads. What cannot be understood is worth another try. */
  async read<T>(call: Call, path: string, schema: z.ZodType<T>): Promise<Reading<T>> {
    const answer = await this.#send(call, { method: 'GET', path });
    if (answer.kind !== 'ANSWER') return answer.kind === 'UNKNOWN' ? retryable(answer.message) : answer;
    if (answer.status === 200) {
      const parsed = schema.safeParse(answer.json);
      return parsed.success ? succeeded(parsed.data) : retryable(`an answer that cannot be read: ${firstIssue(parsed.error)}`);
    }
    const failure = meaning(answer);
    if (failure.kind === 'CONFLICT') return retryable(failure.message);
    return failure.kind === 'UNKNOWN' ? retryable(failure.message) : failure;
  }

  /** Changes. What was sent and cannot be understood may have been done. */
  async change<T>(call: Call, request: Request, schema: z.ZodType<T>): Promise<ChangeAnswer<T>> {
    const answer = await this.#send(call, request);
    if (answer.kind !== 'ANSWER') return answer;
    if (answer.status < 200 || answer.status >= 300) return meaning(answer);
    const parsed = schema.safeParse(answer.json);
    return parsed.success ? succeeded(parsed.data) : unknown(`done, as the status says, with an answer that cannot be read: ${firstIssue(parsed.error)}`);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  /** Sends with a token, and once more with a new one where the first was turned away: then nothing was done. */
  async #send(
    call: Call,
    { method, path, body }: Request,
  ): Promise<Answer | ReturnType<typeof withoutAnswer> | Exclude<Reading<string>, { kind: 'SUCCEEDED' }>> {
    for (let attempt = 1; ; attempt += 1) {
      const token = await this.#tokens.get(call.signal);
      if (token.kind !== 'SUCCEEDED') return token;
      const headers = { authorization: `Bearer ${token.value}` };
      const exchange = await this.#http.send(call, { method, url: `${this.#url}${BASE}/${path}`, headers, ...(body === undefined ? {} : { body }) });
      if (exchange.kind !== 'ANSWER') return withoutAnswer(exchange);
      if (exchange.status !== 401 || attempt === 2) return exchange;
      this.#tokens.forget(token.value);
    }
  }
}

const QUOTA = /quota|rateLimit|dailyLimit/i;
const NO_RIGHT = /^(forbidden|insufficientPermissions|accessNotConfigured|domainPolicy|authError|required)$/;

/**
 * What an answer that is no success means. Google says 403 for wrong input as well as for missing rights, and 503 where
 * the quota is used up; a 409 may follow a change that was made.
 */
function meaning(answer: Answer): Exclude<ChangeAnswer<never>, { kind: 'SUCCEEDED' | 'ACCEPTED' }> {
  const { status, headers, json } = answer;
  const error = errorSchema.safeParse(json).data?.error;
  const reason = error?.errors[0]?.reason;
  const message = error?.message || `status ${status}`;
  const refused = (rejection: Rejection): ReturnType<typeof rejected> => rejected(rejection, message, reason ?? String(status));

  if (status === 429 || status === 503 || (status === 403 && QUOTA.test(reason ?? ''))) return throttled(retryAfterMs(headers, THROTTLED_MS), message);
  switch (status) {
    case 401:
      return refused('AUTH');
    case 403:
      // Without an error of Google's it comes from something before the API, which does not look at input.
      return refused(!reason || NO_RIGHT.test(reason) ? 'FORBIDDEN' : inputRefusal(message));
    case 404:
    case 410:
      return refused('NOT_FOUND');
    case 409:
      return { kind: 'CONFLICT', message };
    case 412:
      return refused('CONFLICT_STATE');
    default:
      return status >= 400 && status < 500 && status !== 408 ? refused(inputRefusal(message)) : unknown(message);
  }
}

const inputRefusal = (message: string): Rejection => (/number of seats|seats\./i.test(message) && !/read-only/i.test(message) ? 'QUANTITY_RULE' : 'VALIDATION');

function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : 'it is not as expected';
}
