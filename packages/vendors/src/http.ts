/** One HTTP call to a vendor, with the one question that matters when it fails: may it have been done? */
import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { retryable, unknown, type Call } from './vendor.ts';

/** An answer, however bad. `json` is undefined where the body is none. */
export interface Answer {
  readonly kind: 'ANSWER';
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: unknown;
}

export type Exchange =
  | Answer
  /** Nothing reached the vendor; with `tls`, because one side did not accept the other's certificate. */
  | { readonly kind: 'NOT_SENT'; readonly message: string; readonly tls: boolean }
  /** It was sent, and no whole answer came back. */
  | { readonly kind: 'UNANSWERED'; readonly message: string };

export interface Sending {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, text as it is. */
  readonly body?: object | string;
  /** How large the answer may be, where it may be larger than an API's. */
  readonly maxBytes?: number;
  /** Numbers in `json` as texts of the digits that were sent: a float would lose some of an amount's. */
  readonly exact?: boolean;
  /** Takes the body of a success as it comes, for what is larger than what may be kept. `text` is empty then. */
  readonly take?: (body: Readable) => Promise<void>;
}

export interface Tls {
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  readonly ca?: string | Buffer;
}

/** What a vendor may send at most: more is no answer of an API. */
const MAX_ANSWER = 8 * 1024 * 1024;

/** Errors that come before a byte of the request was sent. */
const BEFORE_SENDING =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** Those of them that mean that the handshake of TLS failed. */
const HANDSHAKE = /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** Errors of TLS that come later as well, when the request may have been read. */
const MID_STREAM = /BAD_RECORD_MAC|DECRYPT|UNEXPECTED_EOF|INTERNAL_ERROR|CLOSE_NOTIFY/;

/** Node's words for a server that closes the connection on seeing our certificate; it has no code of its own. */
const CLOSED_IN_HANDSHAKE = 'before secure TLS connection was established';

/** Connections to one vendor. */
export class Http {
  readonly #agent: Agent;

  constructor(tls: Tls = {}) {
    // No pipelining and no retries of the library's own: what is sent again is decided by whoever knows what it means.
    this.#agent = new Agent({ connect: { timeout: 5_000, ...tls }, pipelining: 1, connections: 16, bodyTimeout: 0, headersTimeout: 0 });
  }

  async send({ signal }: Pick<Call, 'signal'>, { method, url, headers = {}, body, maxBytes = MAX_ANSWER, exact = false, take }: Sending): Promise<Exchange> {
    const isJson = typeof body === 'object';
    try {
      const response = await request(url, {
        dispatcher: this.#agent,
        method,
        signal,
        headers: { accept: 'application/json', ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers },
        ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : body }),
      });
      const answer = { kind: 'ANSWER', status: response.statusCode, headers: flat(response.headers) } as const;
      if (take && answer.status < 300) {
        await take(response.body);
        return { ...answer, text: '', json: undefined };
      }
      const text = await readText(response, maxBytes);
      return { ...answer, text, json: parse(text, exact) };
    } catch (error) {
      const message = describe(error);
      const code = codeOf(error);
      const tls = HANDSHAKE.test(code) || message.includes(CLOSED_IN_HANDSHAKE);
      return (tls || BEFORE_SENDING.test(code)) && !MID_STREAM.test(code) ? { kind: 'NOT_SENT', message, tls } : { kind: 'UNANSWERED', message };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** What a call without an answer means for a change: not sent, so try again; or nobody knows. */
export function withoutAnswer(exchange: Exclude<Exchange, Answer>): { kind: 'RETRYABLE'; message: string } | { kind: 'UNKNOWN'; message: string } {
  return exchange.kind === 'NOT_SENT' ? retryable(exchange.message) : unknown(exchange.message);
}

/** `Retry-After` in milliseconds: seconds or a date. */
export function retryAfterMs(headers: Answer['headers'], otherwise: number): number {
  const value = headers['retry-after'];
  if (value === undefined) return otherwise;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : otherwise;
}

/** The vendor's clock at an answer, epoch milliseconds, to the second below; ours where it does not say. */
export function answeredAt({ headers }: Answer): number {
  const at = Date.parse(headers['date'] ?? '');
  return Number.isNaN(at) ? Date.now() : at;
}

async function readText(response: Dispatcher.ResponseData, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

/** What TypeScript's library does not know yet: a reviver is told how a value was written. */
type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;
const asWritten: Reviver = (_, value, { source }) => (typeof value === 'number' ? source : value);

function parse(text: string, exact: boolean): unknown {
  try {
    return JSON.parse(text, exact ? (asWritten as (name: string, value: unknown) => unknown) : undefined) as unknown;
  } catch {
    return undefined;
  }
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])),
  );
}

function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return '';
}

function describe(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return 'no answer in time';
  return code && !message.includes(code) ? `${message} (${code})` : message;
}
