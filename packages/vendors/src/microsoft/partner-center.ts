/** Requests to Partner Center, with their token and their ids, and what their answers mean. */
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { withoutAnswer, type Answer, type Exchange, type Http, type Sending } from '../http.ts';
import { rejected, retryable, succeeded, unknown, type Call, type Outcome, type Reading } from '../vendor.ts';
import { refusalOf } from './refusals.ts';
import type { RequestIds } from './request-ids.ts';
import { camelCased } from './resources.ts';
import type { Tokens } from './tokens.ts';

/** What was read. */
export interface Document<T> {
  readonly value: T;
  /** All of it, names in camelCase, also what nobody here knows: a changed resource is sent back whole. */
  readonly whole: Readonly<Record<string, unknown>>;
  /** By the vendor's clock, epoch milliseconds. */
  readonly asOf: number;
}

/** What a change was answered with; no value where the vendor only took it on, or sent nothing that can be read. */
export interface Done {
  readonly status: number;
  readonly json: unknown;
}

export type Writing = Exclude<Outcome<Done>, { kind: 'ACCEPTED' }>;

export interface Change extends Pick<Sending, 'headers' | 'body'> {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  /** After the version: `/customers/…`. */
  readonly path: string;
}

/** What is a part of a path. */
export const at = (...parts: readonly string[]): string => parts.map((part) => `/${encodeURIComponent(part)}`).join('');

export class PartnerCenter {
  readonly #http: Http;
  readonly #url: string;
  readonly #tokens: Tokens;
  readonly #requestIds: RequestIds;

  constructor(http: Http, url: string, tokens: Tokens, requestIds: RequestIds) {
    this.#http = http;
    this.#url = url;
    this.#tokens = tokens;
    this.#requestIds = requestIds;
  }

  async read<T>(call: Call, path: string, schema: z.ZodType<T>, how: Pick<Sending, 'headers' | 'maxBytes' | 'exact'> = {}): Promise<Reading<Document<T>>> {
    const got = await this.#get(call, path, how);
    if (got.kind !== 'SUCCEEDED') return got;
    const whole = camelCased(got.value.json);
    const { data, error } = schema.safeParse(whole);
    if (error) return retryable(`the answer to GET ${path} cannot be read: ${error.issues[0]?.path.join('.') ?? ''} ${error.issues[0]?.message ?? ''}`);
    return succeeded({ value: data, whole: whole as Record<string, unknown>, asOf: instantOf(got.value) });
  }

  /**
   * A file that may be larger than what may be kept.
   * @param take reads as much of it as it wants, and says what came of that
   */
  async stream<T>(call: Call, path: string, take: (body: Readable) => Promise<Reading<T>>): Promise<Reading<Pick<Document<T>, 'value' | 'asOf'>>> {
    const taken: Reading<T>[] = [];
    const got = await this.#get(call, path, { headers: { accept: '*/*' }, take: async (body) => void taken.push(await take(body)) });
    if (got.kind !== 'SUCCEEDED') return got;
    // A success is taken once; a try before it may have been turned away for its token, and is not taken.
    const read = taken[0]!;
    return read.kind === 'SUCCEEDED' ? succeeded({ value: read.value, asOf: instantOf(got.value) }) : read;
  }

  /** A success, or what it was refused for; a reading is never unknown. */
  async #get(call: Call, path: string, how: Omit<Sending, 'method' | 'url' | 'body'>): Promise<Reading<Answer>> {
    const answer = await this.#send(call, { method: 'GET', url: this.#url + path, ...how }, randomUUID());
    if (!('status' in answer)) return answer.kind === 'UNKNOWN' ? retryable(answer.message) : answer;
    if (answer.status < 300) return succeeded(answer);
    const refusal = refusalOf(answer);
    return refusal.kind === 'UNKNOWN' ? retryable(refusal.message) : refusal;
  }

  /** @param step names this request within the operation: each has an id of its own */
  async write(call: Call, step: string, { method, path, headers = {}, body }: Change): Promise<Writing> {
    const requestId = this.#requestIds.idOf(call.operationId, step);
    const answer = await this.#send(call, { method, url: this.#url + path, headers, ...(body === undefined ? {} : { body }) }, requestId);
    if (!('status' in answer)) return answer;
    const { status, json } = answer;
    if (status >= 300) {
      const refusal = refusalOf(answer);
      // Neither a limit nor a token is an answer to the request itself.
      if (refusal.kind !== 'UNKNOWN' && status !== 429 && status !== 401) this.#requestIds.refused(call.operationId, step);
      return refusal;
    }
    if (json === undefined && status !== 202) return unknown(`HTTP ${status}, and its body cannot be read`);
    return succeeded({ status, json: camelCased(json) });
  }

  /** A token that is refused is replaced once; the request is the same one, so its id is as well. */
  async #send(call: Call, sending: Sending, requestId: string): Promise<Answer | Exclude<Writing, { kind: 'SUCCEEDED' }>> {
    let exchange: Exchange | undefined;
    for (let tries = 0; tries < 2; tries += 1) {
      const token = await this.#tokens.get(call.signal);
      if (token.kind !== 'SUCCEEDED') return token;
      const headers = {
        authorization: `Bearer ${token.value}`,
        'ms-requestid': requestId,
        'ms-correlationid': randomUUID(),
        'ms-contract-version': 'v1',
        ...sending.headers,
      };
      exchange = await this.#http.send(call, { ...sending, headers });
      if (exchange.kind !== 'ANSWER') return withoutAnswer(exchange);
      if (exchange.status !== 401) return exchange;
      this.#tokens.drop(token.value);
    }
    return rejected('AUTH', 'a new token was refused as well', '401');
  }
}

/** Of which instant an answer is, as the vendor says. */
function instantOf({ headers }: Answer): number {
  const date = Date.parse(headers['date'] ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}
