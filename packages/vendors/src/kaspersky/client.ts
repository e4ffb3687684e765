/** Calls to KORM and to the distributor's report, and what their answers mean. */
import { answeredAt, Http, retryAfterMs, withoutAnswer, type Answer, type Exchange } from '../http.ts';
import { rejected, retryable, succeeded, throttled, unknown, type Call, type Outcome, type Reading, type Rejection } from '../vendor.ts';
import { certificateProblem, type ClientCertificate } from './certificate.ts';
import { readDetails, readFailure, readReport, type Details, type Report } from './messages.ts';

/** Operations that change something, by the tail of their path. */
export type Changing = 'create' | 'modifyquantity' | 'modifyexpiration' | 'modifyattributes' | 'hardcancel' | 'renew';

export interface DetailsRead {
  readonly details: Details;
  /** KORM's clock at the reading, epoch milliseconds. */
  readonly asOf: number;
}

const PATH = 'Subscriptions/v2.0/api/Subscription/';
/** Where KORM does not say for how long. */
const THROTTLED_MS = 30_000;
/** A report of some hundred thousand subscriptions. */
const MAX_REPORT = 128 * 1024 * 1024;
const MAX_MESSAGE = 300;

export class KormClient {
  readonly #root: string;
  readonly #certificate: ClientCertificate;
  readonly #reportUrl: string | undefined;
  readonly #http: Http;
  /** The portal is not told who we are by KORM's certificate. */
  readonly #portal = new Http();

  constructor(url: string, certificate: ClientCertificate, reportUrl: string | undefined) {
    this.#root = new URL(PATH, url.endsWith('/') ? url : `${url}/`).href;
    this.#certificate = certificate;
    this.#reportUrl = reportUrl;
    this.#http = new Http(certificate.tls);
  }

  get hasReport(): boolean {
    return this.#reportUrl !== undefined;
  }

  /** The outcome is unknown as soon as KORM may have read the request and did not clearly answer it. */
  async change(call: Call, operation: Changing, body: object): Promise<Exclude<Outcome<Answer>, { kind: 'ACCEPTED' }>> {
    const problem = certificateProblem(this.#certificate, Date.now());
    if (problem) return rejected('AUTH', problem);
    const exchange = await this.#http.send(call, { method: 'POST', url: this.#root + operation, body });
    if (exchange.kind !== 'ANSWER') return refusedHandshake(exchange) ?? withoutAnswer(exchange);
    if (isGood(exchange)) return succeeded(exchange);
    return saidNo(exchange, operation === 'modifyquantity' ? 'QUANTITY_RULE' : 'VALIDATION') ?? unknown(messageOf(exchange));
  }

  /** Undefined where KORM says that it has no such subscription. */
  async details(call: Call, vendorSubscriptionId: string): Promise<Reading<DetailsRead | undefined>> {
    const problem = certificateProblem(this.#certificate, Date.now());
    if (problem) return rejected('AUTH', problem);
    const url = `${this.#root}getdetails?SubscriptionId=${encodeURIComponent(vendorSubscriptionId)}`;
    let exchange = await this.#http.send(call, { method: 'GET', url });
    // Clients in use read with either method, and which one a version of KORM takes is not public.
    if (exchange.kind === 'ANSWER' && exchange.status === 405) {
      const body = JSON.stringify(vendorSubscriptionId);
      exchange = await this.#http.send(call, { method: 'POST', url, body, headers: { 'content-type': 'application/json' } });
    }
    if (exchange.kind !== 'ANSWER') return refusedHandshake(exchange) ?? retryable(exchange.message);
    // A 404 of anything else than KORM says that the address is wrong, not that a subscription is gone.
    if (exchange.status === 404 && readFailure(exchange.json).ok) return succeeded(undefined);
    if (!isGood(exchange)) return saidNo(exchange, 'VALIDATION') ?? retryable(messageOf(exchange));
    const read = readDetails(exchange.json);
    return read.ok ? succeeded({ details: read.value, asOf: answeredAt(exchange) }) : retryable(read.problem);
  }

  /** @throws where there is none to be had; see {@link hasReport} */
  async report(call: Call): Promise<Reading<Report>> {
    if (this.#reportUrl === undefined) throw new Error('KORM_REPORT_URL is not set');
    const exchange = await this.#portal.send(call, { method: 'GET', url: this.#reportUrl, maxBytes: MAX_REPORT });
    if (exchange.kind !== 'ANSWER') return retryable(`the report: ${exchange.message}`);
    const { status } = exchange;
    if (status === 401 || status === 403) return rejected('AUTH', `the report at KORM_REPORT_URL is not shown to us (${status})`);
    if (status === 429) return throttled(retryAfterMs(exchange.headers, THROTTLED_MS), 'the report was read too often');
    if (!isGood(exchange)) return retryable(`the report at KORM_REPORT_URL cannot be read (${status})`);
    const read = readReport(exchange.json);
    return read.ok ? succeeded(read.value) : retryable(read.problem);
  }

  async close(): Promise<void> {
    await Promise.all([this.#http.close(), this.#portal.close()]);
  }
}

const isGood = ({ status }: Answer): boolean => status >= 200 && status < 300;

function refusedHandshake(exchange: Exclude<Exchange, Answer>): ReturnType<typeof rejected> | undefined {
  return exchange.kind === 'NOT_SENT' && exchange.tls
    ? rejected('AUTH', `the certificates were not accepted, nothing was sent: ${exchange.message}`)
    : undefined;
}

/** What a 4xx means; undefined for anything that is no clear no. */
function saidNo(answer: Answer, badRequest: Rejection): ReturnType<typeof rejected> | ReturnType<typeof throttled> | undefined {
  const { status, headers } = answer;
  // 408: the server gave up on reading, and does not say what it had read.
  if (status < 400 || status >= 500 || status === 408) return undefined;
  if (status === 429) return throttled(retryAfterMs(headers, THROTTLED_MS), messageOf(answer));
  const failure = readFailure(answer.json);
  return rejected(rejectionOf(status, badRequest), messageOf(answer), failure.ok ? failure.value.errorcode : undefined);
}

function rejectionOf(status: number, badRequest: Rejection): Rejection {
  switch (status) {
    case 400:
      return badRequest;
    case 401:
    case 403:
      return 'AUTH';
    case 404:
      return 'NOT_FOUND';
    case 409:
      return 'CONFLICT_STATE';
    default:
      return 'VALIDATION';
  }
}

function messageOf({ status, json }: Answer): string {
  const failure = readFailure(json);
  const said = failure.ok ? failure.value.message : undefined;
  return said ? said.slice(0, MAX_MESSAGE) : `KORM answered ${status}`;
}
