/**
 * The simulated Partner Center: its sign-in, and what every request has in common, which is a token, a limit, ids that
 * come back in the answer, and answers that are given again to whoever repeats a request.
 */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { newUuid, type Exchange, type Frame, type Op, type Reply, type VendorDefinition, type VendorModel } from '../frame/simulator.ts';
import { Billing } from './billing.ts';
import { customerOps } from './customers.ts';
import { Orders } from './orders.ts';
import { PriceSheets } from './price-sheets.ts';
import { recordsOf } from './records.ts';
import { Subscriptions } from './subscriptions.ts';
import { AUTHORITY_FOLDER, Webhooks } from './webhooks.ts';
import { errorReply, Refused } from './wire.ts';

const TENANT = '0d1e5a11-c1d0-4c5b-9a51-70000000c5b0';
const CLIENT_ID = '0d1e5a11-a44b-4c5b-9a51-70000000a990';
const CLIENT_SECRET = 'simulated-client-secret';
const REFRESH_TOKEN = 'simulated-refresh-token';
const TOKEN_SECONDS = 3600;
const MINUTE_MS = 60_000;

export const MICROSOFT: VendorDefinition = {
  code: 'MICROSOFT',
  name: 'Microsoft Partner Center',
  settings: {
    /** A change of a subscription is answered with 202 and done after `microsoft.patchDelayMs`. */
    'microsoft.asyncPatch': false,
    'microsoft.patchDelayMs': 1_000,
    /** Orders stay pending for so long. */
    'microsoft.orderDelayMs': 0,
    /** Nothing can be ordered before the customer's agreement is on record. */
    'microsoft.agreementRequired': false,
    /** 500 at the real one, for subscriptions and for orders; 0: no limit. */
    'microsoft.rateLimitPerMinute': 0,
    /** 412 or 400: either was seen. */
    'microsoft.staleEtagStatus': 412,
    /** Whether a repeated MS-RequestId is recognized. */
    'microsoft.replay': true,
    'microsoft.maxQuantity': 10_000,
    /** A byte order mark before each body. */
    'microsoft.bom': false,
    /** Quantities and amounts come as text. */
    'microsoft.numbersAsText': false,
    /** Names in invoices and their lines begin with a capital letter. */
    'microsoft.pascalCase': false,
    /** Invoices or lines on a page at most, however many are asked for. */
    'microsoft.pageSize': 2_000,
    /** 200 or 404: how no lines are told. */
    'microsoft.emptyStatus': 200,
    /** A day's usage is seen so long after its end. */
    'microsoft.usageLagHours': 24,
    /** Of what invoices bill, as a decimal. */
    'microsoft.taxRate': '0',
    /** calendarDay or hour168. */
    'nce.window': 'calendarDay',
    'webhook.retryMs': 1_000,
  },
  connection: ({ apiUrl, dataDir }) => ({
    MICROSOFT_URL: apiUrl,
    MICROSOFT_LOGIN_URL: apiUrl,
    MICROSOFT_TENANT: TENANT,
    MICROSOFT_CLIENT_ID: CLIENT_ID,
    MICROSOFT_CLIENT_SECRET: CLIENT_SECRET,
    MICROSOFT_WEBHOOK_CA: join(dataDir, AUTHORITY_FOLDER, 'ca.pem'),
    MICROSOFT_CERTIFICATE_HOSTS: new URL(apiUrl).host,
    MICROSOFT_REFRESH_TOKEN: REFRESH_TOKEN,
    MICROSOFT_PRICES_URL: apiUrl,
  }),
  open: (frame) => new PartnerCenter(frame),
};

/** What is reached without a token. */
const OPEN_OPS = new Set(['token', 'certificate']);
/** What is given to users only, and not to an application by itself. */
const USER_OPS = new Set(['priceSheet']);

class PartnerCenter implements VendorModel {
  readonly ops: readonly Op[];
  readonly control: readonly Op[];
  readonly #frame: Frame;
  readonly #webhooks: Webhooks;
  readonly #subscriptions: Subscriptions;
  readonly #orders: Orders;
  readonly #replays;
  /** When requests came, by what is limited. */
  readonly #requests = new Map<string, number[]>();

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#replays = frame.store.collection<Reply>('replays');
    const records = recordsOf(frame.store);
    this.#webhooks = new Webhooks(frame);
    this.#subscriptions = new Subscriptions(frame, records, this.#webhooks);
    this.#orders = new Orders(frame, records, this.#subscriptions);
    this.#subscriptions.onSettle(() => this.#orders.settle());
    const token: Op = { name: 'token', method: 'POST', path: '/:tenant/oauth2/token', run: (exchange) => this.#token(exchange) };
    const billing = new Billing(frame, records, this.#subscriptions);
    const sheets = new PriceSheets(frame, records);
    const ops = [...customerOps(frame, records), ...this.#orders.ops, ...this.#subscriptions.ops, ...billing.ops, ...sheets.ops, ...this.#webhooks.ops];
    this.ops = [token, ...ops.map((op) => ({ ...op, run: (exchange: Exchange) => this.#dressed(exchange, this.#once(op, exchange)) }))];
    this.control = [...this.#webhooks.control, ...billing.control, ...sheets.control];
  }

  readonly authorize = (exchange: Exchange, op: Op): Reply | undefined => {
    if (OPEN_OPS.has(op.name)) return undefined;
    const refused = this.#unauthorized(exchange, op);
    if (refused) return this.#dressed(exchange, errorReply(refused));
    return this.#overLimit(exchange.path);
  };

  readonly notFound = (exchange: Exchange): Reply => this.#dressed(exchange, errorReply(new Refused(404, '404', `There is nothing at ${exchange.path}.`)));

  /** Not the shape of its other errors. */
  readonly throttled = (retryAfter: number): Reply => ({
    status: 429,
    headers: { 'retry-after': String(retryAfter) },
    body: { statusCode: 429, message: `Rate limit is exceeded. Try again in ${retryAfter} seconds.` },
  });

  readonly clockMoved = (): void => this.#subscriptions.settle();

  async close(): Promise<void> {
    this.#subscriptions.close();
    await this.#webhooks.close();
  }

  #token({ params, body }: Exchange): Reply {
    const form = new URLSearchParams(body.toString('utf8'));
    const refuse = (status: number, error: string, error_description: string): Reply => ({ status, body: { error, error_description } });
    if (params['tenant'] !== TENANT) return refuse(400, 'invalid_request', 'AADSTS90002: The tenant was not found.');
    const grant = form.get('grant_type');
    if (grant !== 'client_credentials' && grant !== 'refresh_token')
      return refuse(400, 'unsupported_grant_type', 'AADSTS70003: The grant type is not supported.');
    if (form.get('client_id') !== CLIENT_ID) return refuse(400, 'unauthorized_client', 'AADSTS700016: The application was not found.');
    if (form.get('client_secret') !== CLIENT_SECRET) return refuse(401, 'invalid_client', 'AADSTS7000215: The client secret is not valid.');
    const isUser = grant === 'refresh_token';
    if (isUser && form.get('refresh_token') !== REFRESH_TOKEN) return refuse(400, 'invalid_grant', 'AADSTS70008: The refresh token has expired.');
    const issuedOn = Math.floor(this.#frame.now() / 1000);
    const expiresOn = issuedOn + TOKEN_SECONDS;
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: String(TOKEN_SECONDS),
        ext_expires_in: String(TOKEN_SECONDS),
        expires_on: String(expiresOn),
        not_before: String(issuedOn),
        resource: form.get('resource') ?? '',
        access_token: `${expiresOn}.${isUser ? 'user' : 'app'}-${newUuid()}.${seal(`${expiresOn} ${isUser ? 'user' : 'app'}`)}`,
      },
    };
  }

  /** Tokens carry when they expire, so nothing has to be kept of them. */
  #unauthorized({ headers }: Exchange, { name }: Op): Refused | undefined {
    const [, expiresOn, who, signature] = /^Bearer (\d+)\.(user|app)-[^.]+\.(\w+)$/.exec(headers['authorization'] ?? '') ?? [];
    if (expiresOn === undefined || signature !== seal(`${expiresOn} ${who}`)) return new Refused(401, '800001', 'The token is missing or not valid.');
    if (Number(expiresOn) * 1000 <= this.#frame.now()) return new Refused(401, '400', 'Access is denied: the token has expired.');
    if (USER_OPS.has(name) && who !== 'user') return new Refused(403, '403', 'Access is denied: an application alone may not have this.');
    return undefined;
  }

  /** Requests that are turned away count as well. */
  #overLimit(path: string): Reply | undefined {
    const limit = Number(this.#frame.setting('microsoft.rateLimitPerMinute'));
    const resource = /^\/v1\/customers\/[^/]+\/(subscriptions|orders)/i.exec(path)?.[1]?.toLowerCase();
    if (limit <= 0 || resource === undefined) return undefined;
    const now = this.#frame.now();
    const recent = (this.#requests.get(resource) ?? []).filter((at) => at > now - MINUTE_MS && at <= now);
    recent.push(now);
    this.#requests.set(resource, recent);
    if (recent.length <= limit) return undefined;
    return this.throttled(Math.max(1, Math.ceil((recent[recent.length - limit]! + MINUTE_MS - now) / 1000)));
  }

  /** The answer that this request had before, or a new one, which is kept: a success or a refusal, never a failure. */
  #once(op: Op, exchange: Exchange): Reply {
    const id = exchange.headers['ms-requestid'];
    const repeatable = exchange.method !== 'GET' && id !== undefined && this.#frame.setting('microsoft.replay') === true;
    const key = `${exchange.method} ${exchange.path.toLowerCase()} ${id}`;
    const before = repeatable ? this.#replays.get(key) : undefined;
    if (before) return before;
    const reply = this.#run(op, exchange);
    if (repeatable) {
      // What is remembered of a request is no change of what the vendor holds.
      const { writes } = this.#frame.store;
      this.#replays.put(key, reply);
      this.#frame.store.writes = writes;
    }
    return reply;
  }

  #run(op: Op, exchange: Exchange): Reply {
    try {
      return op.run(exchange);
    } catch (error) {
      if (error instanceof Refused) return errorReply(error);
      if (error instanceof SyntaxError) return errorReply(new Refused(400, '400', 'The body is not JSON.'));
      throw error;
    }
  }

  #dressed({ headers }: Exchange, reply: Reply): Reply {
    const text = this.#frame.setting('microsoft.bom') === true && typeof reply.body === 'object' ? `\uFEFF${JSON.stringify(reply.body)}` : undefined;
    return {
      status: reply.status,
      headers: {
        ...(text === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        ...reply.headers,
        'ms-requestid': headers['ms-requestid'] ?? newUuid(),
        'ms-correlationid': headers['ms-correlationid'] ?? newUuid(),
        'ms-cv': newUuid().slice(0, 16),
        'ms-serverid': 'simulator',
        date: new Date(this.#frame.now()).toUTCString(),
      },
      ...(reply.body === undefined ? {} : { body: text ?? reply.body }),
    };
  }
}

function seal(text: string): string {
  return createHmac('sha256', CLIENT_SECRET).update(text).digest('hex').slice(0, 32);
}
