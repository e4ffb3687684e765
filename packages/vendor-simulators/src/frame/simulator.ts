/**
 * The frame of every simulator: an HTTP server that matches a request to one of the vendor's operations, lets faults
 * strike it, and notes what came in, what was decided, and whether anything was committed. The vendor itself is a list
 * of operations, each a synchronous function over the store: all of a request happens, or nothing.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isExactNumber } from './exact-number.ts';
import { Faults, type Fault } from './faults.ts';
import { Store } from './store.ts';

/** A request, read completely. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Parts of the path that the operation names with a colon. */
  readonly params: Readonly<Record<string, string>>;
  /** What an operation may want to do differently: stay pending, send an event late. */
  readonly fault: Fault | undefined;
  /** @throws SyntaxError */
  json(): unknown;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; text as it is; nothing at all where left out. */
  readonly body?: object | string;
}

export interface Op {
  /** As the vendor calls it; what the journal says and what fault rules name. */
  readonly name: string;
  /** Other names that a fault rule may use. */
  readonly aliases?: readonly string[];
  readonly method: string;
  /** `/v1/customers/:customer` */
  readonly path: string;
  readonly run: (exchange: Exchange) => Reply;
}

/** What the frame gives a vendor to be made of. */
export interface Frame {
  readonly store: Store;
  /** The vendor's own clock, which tests move. Epoch milliseconds. */
  now(): number;
  /** A switch of the vendor's behaviour, set with `POST /__sim/settings`. */
  setting(name: string): unknown;
  readonly dataDir: string;
  /** Where the vendor's API is; known once it listens. */
  apiUrl(): string;
}

/** A vendor in this frame. */
export interface VendorModel {
  readonly ops: readonly Op[];
  /** Turns a request away before its operation is looked at; the journal says so. */
  readonly authorize?: (exchange: Exchange, op: Op) => Reply | undefined;
  /** What there is when nothing was asked for: an unknown path. */
  readonly notFound?: (exchange: Exchange) => Reply;
  /** How this vendor says that there were too many calls. */
  readonly throttled?: (retryAfter: number) => Reply;
  /** How this vendor's own error of such a status looks; a bare text, as a proxy before it would send, where left out. */
  readonly failed?: (status: number) => Reply;
  /** More of the control plane: operations under `/__sim/`, never journaled. */
  readonly control?: readonly Op[];
  /**
   * What the vendor publishes beside its API, such as a report in its portal: operations under `/__sim/` on the control
   * port, for lack of a portal, but a part of the vendor. They are journaled and faults strike them.
   */
  readonly published?: readonly Op[];
  /** Called after the clock was moved. */
  readonly clockMoved?: () => void;
  readonly close?: () => Promise<void>;
}

export interface VendorDefinition {
  readonly code: string;
  readonly name: string;
  /** Switches and what they are at the start. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where the API wants client certificates, it listens on a port of its own with these. */
  readonly tls?: (dataDir: string) => { readonly key: string; readonly cert: string; readonly ca: string; readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' };
  /** Settings with which an adapter finds this simulator, as the environment names them. */
  readonly connection: (at: { readonly url: string; readonly apiUrl: string; readonly dataDir: string }) => Readonly<Record<string, string>>;
  readonly open: (frame: Frame) => VendorModel;
}

export interface Simulator {
  readonly code: string;
  /** The control plane, over plain HTTP. */
  readonly url: string;
  /** The vendor's API; the same as `url` unless it wants client certificates. */
  readonly apiUrl: string;
  readonly dataDir: string;
  readonly connection: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** One line of the journal. */
export interface JournalEntry {
  readonly op: string;
  /** Whether the vendor's state changed. */
  readonly committed: boolean;
  readonly request: { readonly method: string; readonly path: string; readonly headers: object; readonly body: unknown };
  /** Null where no answer was sent. */
  readonly response: { readonly status: number; readonly body: unknown } | null;
  readonly fault: string | null;
  /** The vendor's clock, RFC 3339. */
  readonly at: string;
}

interface Options {
  readonly dataDir: string;
  /** 0 or left out: the port of the last time where it is free, else any. */
  readonly port?: number;
  /** Keep the state over restarts. */
  readonly durable?: boolean;
}

/** Longer than anybody waits. */
const HANG_MS = 120_000;
const MAX_BODY = 4 * 1024 * 1024;

export async function startSimulator(definition: VendorDefinition, options: Options): Promise<Simulator> {
  mkdirSync(options.dataDir, { recursive: true });
  const running = new RunningSimulator(definition, options);
  await running.listen();
  return running;
}

class RunningSimulator implements Simulator {
  readonly code: string;
  readonly dataDir: string;
  url = '';
  apiUrl = '';
  readonly #definition: VendorDefinition;
  readonly #store: Store;
  readonly #faults = new Faults();
  readonly #model: VendorModel;
  readonly #wantedPort: number;
  readonly #servers: Server[] = [];
  readonly #stopping = new AbortController();
  readonly #settings;
  readonly #clock;

  constructor(definition: VendorDefinition, { dataDir, port = 0, durable = false }: Options) {
    this.#definition = definition;
    this.code = definition.code;
    this.dataDir = dataDir;
    this.#wantedPort = port;
    this.#store = new Store(durable ? join(dataDir, 'state.jsonl') : undefined);
    // A read that is out of date shows the vendor's state of then; its clock and its switches are those of now.
    this.#settings = this.#store.collection<unknown>('settings', 'CURRENT');
    this.#clock = this.#store.collection<number>('clock', 'CURRENT');
    this.#model = definition.open({
      store: this.#store,
      now: () => this.#now(),
      setting: (name) => this.#settings.get(name) ?? definition.settings[name],
      dataDir,
      apiUrl: () => this.apiUrl,
    });
  }

  async listen(): Promise<void> {
    const ports = this.#lastPorts();
    const control = createServer((request, response) => void this.#answer(request, response, true));
    const port = await listen(control, this.#wantedPort || ports[0] || 0, this.#wantedPort !== 0);
    this.#servers.push(control);
    this.url = this.apiUrl = `http://127.0.0.1:${port}`;
    const tls = this.#definition.tls?.(this.dataDir);
    if (tls) {
      const api = createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (request, response) => void this.#answer(request, response, false));
      const apiPort = await listen(api, this.#wantedPort ? this.#wantedPort + 1 : (ports[1] ?? 0), false);
      this.#servers.push(api);
      this.apiUrl = `https://127.0.0.1:${apiPort}`;
    }
    writeFileSync(join(this.dataDir, 'ports.json'), JSON.stringify(this.#servers.map((server) => (server.address() as AddressInfo).port)));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#model.close?.();
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  get connection(): Readonly<Record<string, string>> {
    return this.#definition.connection(this);
  }

  #now(): number {
    return Date.now() + (this.#clock.get('offset') ?? 0);
  }

  /** Whoever knew where it listens finds it there again. */
  #lastPorts(): number[] {
    try {
      return JSON.parse(readFileSync(join(this.dataDir, 'ports.json'), 'utf8')) as number[];
    } catch {
      return [];
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, control: boolean): Promise<void> {
    try {
      const exchange = await readExchange(request);
      if (exchange.path.startsWith('/__sim/') || exchange.path === '/__sim') {
        if (!control) return send(response, { status: 404 });
        const published = match(this.#model.published ?? [], exchange);
        return published ? await this.#call(published, exchange, response) : send(response, this.#control(exchange));
      }
      if (control && this.#definition.tls) return send(response, { status: 421, body: { message: `the API is at ${this.apiUrl}` } });
      await this.#api(exchange, response);
    } catch (error) {
      if (!response.headersSent) send(response, { status: 400, body: { message: (error as Error).message } });
      else response.destroy();
    }
  }

  async #api(exchange: Exchange, response: ServerResponse): Promise<void> {
    const found = match(this.#model.ops, exchange);
    if (!found) {
      const reply = this.#model.notFound?.(exchange) ?? { status: 404 };
      this.#note('unknown', exchange, reply, false, undefined);
      return send(response, reply);
    }
    await this.#call(found, exchange, response);
  }

  async #call({ op, params }: Found, exchange: Exchange, response: ServerResponse): Promise<void> {
    const fault = this.#faults.strike({ op: op.name, aliases: op.aliases ?? [], path: exchange.path, headers: exchange.headers });
    const asked: Exchange = { ...exchange, params, fault };
    if (fault && fault.ms > 0 && fault.kind !== 'STALE_READ') await this.#wait(fault.ms);
    // The vendor's own clock, so that whoever reads its state knows of which instant it is.
    response.setHeader('date', new Date(this.#now()).toUTCString());
    await this.#withFault(fault, op, asked, response);
  }

  async #withFault(fault: Fault | undefined, op: Op, exchange: Exchange, response: ServerResponse): Promise<void> {
    switch (fault?.kind) {
      case 'TIMEOUT_BEFORE_COMMIT':
        this.#note(op.name, exchange, null, false, fault);
        await this.#wait(HANG_MS);
        return void response.destroy();
      case 'HTTP_429': {
        const { retryAfter } = fault;
        const reply = this.#model.throttled?.(retryAfter) ?? { status: 429, headers: { 'retry-after': String(retryAfter) } };
        this.#note(op.name, exchange, reply, false, fault);
        return send(response, reply);
      }
      case 'HTTP_500':
      case 'HTTP_502':
      case 'HTTP_503':
      case 'HTTP_504': {
        const status = Number(fault.kind.slice(5));
        const reply = this.#model.failed?.(status) ?? { status, body: 'the service is unavailable' };
        this.#note(op.name, exchange, reply, false, fault);
        return send(response, reply);
      }
      case 'TOKEN_EXPIRED':
      case 'CERT_REJECTED': {
        const reply = { status: fault.kind === 'TOKEN_EXPIRED' ? 401 : 403, body: 'the credentials are not accepted' };
        this.#note(op.name, exchange, reply, false, fault);
        return send(response, reply);
      }
      case 'COMMIT_THEN_DROP':
        this.#run(op, exchange, fault, true);
        return void response.destroy();
      case 'COMMIT_THEN_500':
        this.#run(op, exchange, fault, true);
        return send(response, { status: 500, body: 'something went wrong' });
      case 'TRUNCATED_JSON': {
        const { text, headers, status } = rendered(this.#run(op, exchange, fault));
        response.writeHead(status < 300 ? 200 : status, headers);
        return void response.end(text.slice(0, Math.ceil(text.length / 2)));
      }
      case 'DUPLICATE_DELIVERY':
        this.#run(op, exchange, fault);
        return send(response, this.#run(op, exchange, fault));
      case 'SCHEMA_DRIFT':
        return send(response, drifted(this.#run(op, exchange, fault)));
      default:
        return send(response, this.#run(op, exchange, fault));
    }
  }

  /** Does what is asked, all of it or nothing, and notes it. */
  #run(op: Op, exchange: Exchange, fault: Fault | undefined, unanswered = false): Reply {
    const before = this.#store.writes;
    this.#store.staleMs = fault?.kind === 'STALE_READ' ? fault.ms : 0;
    try {
      const reply = this.#model.authorize?.(exchange, op) ?? op.run(exchange);
      this.#note(op.name, exchange, unanswered ? null : reply, this.#store.writes > before, fault);
      return reply;
    } finally {
      this.#store.staleMs = 0;
    }
  }

  #note(op: string, { method, path, query, headers, body }: Exchange, reply: Reply | null, committed: boolean, fault: Fault | undefined): void {
    const search = query.toString();
    const entry: JournalEntry = {
      op,
      committed,
      request: { method, path: search ? `${path}?${search}` : path, headers: withoutSecrets(headers), body: readable(body) },
      response: reply && { status: reply.status, body: reply.body ?? null },
      fault: fault?.kind ?? null,
      at: new Date(this.#now()).toISOString(),
    };
    this.#store.note(entry);
  }

  #control(exchange: Exchange): Reply {
    const { method, path } = exchange;
    switch (`${method} ${path}`) {
      case 'GET /__sim':
        return { status: 200, body: { code: this.code, apiUrl: this.apiUrl, settings: this.#definition.settings } };
      case 'GET /__sim/journal':
        return { status: 200, body: { entries: this.#store.journal } };
      case 'GET /__sim/state':
        return { status: 200, body: this.#store.dump() };
      case 'POST /__sim/faults':
        return { status: 200, body: { rules: this.#faults.set(exchange.json()) } };
      case 'GET /__sim/clock':
        return { status: 200, body: { now: new Date(this.#now()).toISOString() } };
      case 'POST /__sim/clock': {
        const { now } = exchange.json() as { now: string | number };
        const at = typeof now === 'number' ? now : Date.parse(now);
        if (Number.isNaN(at)) return { status: 400, body: { message: `now is ${JSON.stringify(now)}; it must be an instant such as 2026-05-01T00:00:00Z` } };
        this.#clock.put('offset', at - Date.now());
        this.#model.clockMoved?.();
        return { status: 200, body: { now: new Date(at).toISOString() } };
      }
      case 'GET /__sim/settings':
        return { status: 200, body: this.#settingsNow() };
      case 'POST /__sim/settings': {
        const unknown = Object.keys(exchange.json() as object).filter((name) => !(name in this.#definition.settings));
        if (unknown.length > 0) {
          return { status: 400, body: { message: `unknown: ${unknown.join(', ')}; known are ${Object.keys(this.#definition.settings).join(', ')}` } };
        }
        for (const [name, value] of Object.entries(exchange.json() as object)) this.#settings.put(name, value);
        return { status: 200, body: this.#settingsNow() };
      }
      case 'POST /__sim/reset':
        this.#store.clear();
        this.#faults.set([]);
        return { status: 200, body: { reset: true } };
      default: {
        const found = match(this.#model.control ?? [], exchange);
        return found
          ? found.op.run({ ...exchange, params: found.params })
          : { status: 404, body: { message: `${method} ${path} is not part of the control plane` } };
      }
    }
  }

  #settingsNow(): object {
    return Object.fromEntries(Object.entries(this.#definition.settings).map(([name, value]) => [name, this.#settings.get(name) ?? value]));
  }

  /** Ends early when the simulator stops. */
  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

function listen(server: Server, port: number, insist: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' || insist) return reject(error);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function readExchange(request: IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new Error(`the body is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', 'http://simulator');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
  return {
    method: request.method ?? 'GET',
    path: url.pathname.replace(/(.)\/$/, '$1'),
    query: url.searchParams,
    headers,
    body,
    params: {},
    fault: undefined,
    json: () => JSON.parse(body.toString('utf8').replace(/^\uFEFF/, '')) as unknown,
  };
}

interface Found {
  readonly op: Op;
  readonly params: Readonly<Record<string, string>>;
}

function match(ops: readonly Op[], { method, path }: Exchange): Found | undefined {
  const parts = path.split('/');
  for (const op of ops) {
    const wanted = op.path.split('/');
    if (op.method !== method || wanted.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, index) => {
      const given = parts[index]!;
      // Microsoft and KORM do not mind how a path is spelled.
      if (!part.startsWith(':')) return part.toLowerCase() === given.toLowerCase();
      params[part.slice(1)] = decodeURIComponent(given);
      return given !== '';
    });
    if (fits) return { op, params };
  }
  return undefined;
}

function rendered({ status, headers = {}, body }: Reply): { status: number; headers: Record<string, string>; text: string } {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const type: Record<string, string> = body !== undefined && typeof body !== 'string' ? { 'content-type': 'application/json; charset=utf-8' } : {};
  return { status, headers: { ...type, ...headers }, text };
}

function send(response: ServerResponse, reply: Reply): void {
  const { status, headers, text } = rendered(reply);
  response.writeHead(status, headers);
  response.end(text);
}

/** A field that nobody knows and a status that nobody expects: what a vendor's next version may bring. */
function drifted(reply: Reply): Reply {
  if (typeof reply.body !== 'object') return reply;
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null || isExactNumber(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, /^status$/i.test(name) ? 'SomethingNew' : change(inner)]));
  };
  return { ...reply, body: { ...(change(reply.body) as object), xIntroducedLater: { since: '2030-01-01', values: [1, 'two', null] } } };
}

function readable(body: Buffer): unknown {
  if (body.length === 0) return null;
  const text = body.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text.replace(/(client_secret|refresh_token|assertion)=[^&]*/g, '$1=…');
  }
}

function withoutSecrets(headers: Exchange['headers']): object {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, name === 'authorization' ? '…' : value]));
}

export const newUuid = (): string => randomUUID();
