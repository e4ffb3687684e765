/** Access tokens: signed for, kept while they hold, and fetched once however many calls wait for one. */
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { retryAfterMs, type Http } from '../http.ts';
import { rejected, retryable, throttled, type Reading } from '../vendor.ts';

const SCOPE = 'https://www.googleapis.com/auth/apps.order';
const LIFETIME_S = 3600;
/** A token is not used in its last minute, so that it does not end on the way. */
const LEEWAY_MS = 60_000;
/** The fetch has a limit of its own: it must not end with whichever caller happened to start it. */
const FETCH_MS = 10_000;
const THROTTLED_MS = 5_000;

export const serviceAccountSchema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().startsWith('-----BEGIN'),
  private_key_id: z.string().optional(),
  token_uri: z.string().default('https://oauth2.googleapis.com/token'),
});
export type ServiceAccount = z.infer<typeof serviceAccountSchema>;

const grantSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().default(LIFETIME_S) });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

export class TokenSource {
  readonly #http: Http;
  readonly #account: ServiceAccount;
  readonly #key: KeyObject;
  readonly #admin: string;
  readonly #tokenUrl: string;
  #held: { readonly token: string; readonly until: number } | undefined;
  #fetching: Promise<Reading<string>> | undefined;

  constructor(http: Http, account: ServiceAccount, admin: string, tokenUrl: string) {
    this.#http = http;
    this.#account = account;
    this.#key = createPrivateKey(account.private_key);
    this.#admin = admin;
    this.#tokenUrl = tokenUrl;
  }

  async get(signal: AbortSignal): Promise<Reading<string>> {
    if (this.#held && this.#held.until > Date.now()) return { kind: 'SUCCEEDED', value: this.#held.token };
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    return Promise.race([this.#fetching, givenUp(signal)]);
  }

  /** Forgets a token that was turned away; one that was fetched meanwhile stays. */
  forget(token: string): void {
    if (this.#held?.token === token) this.#held = undefined;
  }

  async #fetch(): Promise<Reading<string>> {
    const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: this.#assertion() });
    const exchange = await this.#http.send(
      { signal: AbortSignal.timeout(FETCH_MS) },
      { method: 'POST', url: this.#tokenUrl, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form.toString() },
    );
    // A token that nobody received harms nobody.
    if (exchange.kind !== 'ANSWER') return retryable(`no access token: ${exchange.message}`);
    const { status, headers, json } = exchange;
    if (status === 429 || status === 503) return throttled(retryAfterMs(headers, THROTTLED_MS), `no access token: status ${status}`);
    const grant = grantSchema.safeParse(json);
    if (status === 200 && grant.success) {
      const { access_token: token, expires_in: seconds } = grant.data;
      this.#held = { token, until: Date.now() + seconds * 1000 - LEEWAY_MS };
      return { kind: 'SUCCEEDED', value: token };
    }
    if (status < 400 || status >= 500) return retryable(`no access token: status ${status}`);
    const refusal = refusalSchema.safeParse(json).data;
    return rejected('AUTH', `no access token: ${refusal?.error_description ?? refusal?.error ?? `status ${status}`}`, refusal?.error);
  }

  #assertion(): string {
    const now = Math.floor(Date.now() / 1000);
    const { client_email: iss, private_key_id: kid } = this.#account;
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss, sub: this.#admin, scope: SCOPE, aud: this.#tokenUrl, iat: now, exp: now + LIFETIME_S };
    const signed = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), this.#key).toString('base64url')}`;
  }
}

/** Whoever waits no longer than for a moment goes without; the fetch goes on for the others. */
function givenUp(signal: AbortSignal): Promise<Reading<string>> {
  const outcome = retryable('no access token in time');
  if (signal.aborted) return Promise.resolve(outcome);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(outcome), { once: true }));
}
