/** The token that every request carries: fetched once for all who wait for it, and kept until shortly before it expires. */
import { z } from 'zod';
import { retryAfterMs, type Http } from '../http.ts';
import { rejected, retryable, succeeded, throttled, type Reading } from '../vendor.ts';
import { number } from './resources.ts';

/** So long before its end a token is not used any more: a request may be on its way for a while. */
const MARGIN_MS = 5 * 60_000;
const FETCH_TIMEOUT_MS = 20_000;

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: number });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

export interface SignIn {
  readonly loginUrl: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the token is for. */
  readonly resource: 'https://graph.windows.net' | 'https://api.partner.microsoft.com';
  /** In whose name it is asked for; undefined: the application's own. */
  readonly refreshToken?: string;
}

export class Tokens {
  readonly #http: Http;
  readonly #signIn: SignIn;
  #current: { readonly value: string; readonly renewAt: number } | undefined;
  #fetching: Promise<Reading<string>> | undefined;

  constructor(http: Http, signIn: SignIn) {
    this.#http = http;
    this.#signIn = signIn;
  }

  /** Signing in changes nothing at the vendor, so it never ends unknown. */
  async get(signal: AbortSignal): Promise<Reading<string>> {
    if (this.#current && Date.now() < this.#current.renewAt) return succeeded(this.#current.value);
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    return await orAborted(this.#fetching, signal);
  }

  /** It was not accepted. Another one may be there by now, which is kept. */
  drop(token: string): void {
    if (this.#current?.value === token) this.#current = undefined;
  }

  /** With a time limit of its own: whoever asked first may give up, and the others still wait. */
  async #fetch(): Promise<Reading<string>> {
    const { loginUrl, tenant, clientId, clientSecret, resource, refreshToken } = this.#signIn;
    const grant = refreshToken === undefined ? { grant_type: 'client_credentials' } : { grant_type: 'refresh_token', refresh_token: refreshToken };
    const exchange = await this.#http.send(
      { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) },
      {
        method: 'POST',
        url: `${loginUrl}/${encodeURIComponent(tenant)}/oauth2/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...grant, client_id: clientId, client_secret: clientSecret, resource }).toString(),
      },
    );
    if (exchange.kind !== 'ANSWER') return retryable(`sign-in: ${exchange.message}`);
    const { status, headers, json } = exchange;
    if (status === 429) return throttled(retryAfterMs(headers, 60_000), 'sign-in: too many requests');
    if (status >= 500 || status === 408) return retryable(`sign-in: HTTP ${status}`);
    if (status >= 400) {
      const { data } = refusalSchema.safeParse(json);
      return rejected('AUTH', `sign-in was refused: ${data?.error_description ?? data?.error ?? `HTTP ${status}`}`.slice(0, 300), data?.error);
    }
    const { data } = tokenSchema.safeParse(json);
    if (!data) return retryable('sign-in: the answer cannot be read');
    // A token that lives shorter than the margin is used for half of its life.
    const lifeMs = data.expires_in * 1000;
    this.#current = { value: data.access_token, renewAt: Date.now() + Math.max(lifeMs - MARGIN_MS, lifeMs / 2) };
    return succeeded(data.access_token);
  }
}

async function orAborted<T>(wanted: Promise<Reading<T>>, signal: AbortSignal): Promise<Reading<T>> {
  const late = retryable('sign-in: no answer in time');
  if (signal.aborted) return late;
  let giveUp = (): void => {};
  const aborted = new Promise<Reading<T>>((resolve) => (giveUp = () => resolve(late)));
  signal.addEventListener('abort', giveUp, { once: true });
  return await Promise.race([wanted, aborted]).finally(() => signal.removeEventListener('abort', giveUp));
}
