/**
 * Events that are sent to the registered address, signed with a certificate of the simulator's own authority. They are
 * kept with how often they were sent, so that tests can have them again.
 */
import { sign } from 'node:crypto';
import { join } from 'node:path';
import { Authority, type Certificate } from '../frame/certificates.ts';
import type { Fault } from '../frame/faults.ts';
import { newUuid, type Exchange, type Frame, type Op, type Reply } from '../frame/simulator.ts';
import type { Collection } from '../frame/store.ts';
import { field, Refused, textField } from './wire.ts';

export const AUTHORITY_FOLDER = 'certificates';
const CERTIFICATE_PATH = '/certificates/webhooks.cer';
const ATTEMPTS = 10;
const DELIVERY_TIMEOUT_MS = 5_000;
const KNOWN_EVENTS = new Set([
  'subscription-updated',
  'usagerecords-thresholdExceeded',
  'invoice-ready',
  'referral-created',
  'referral-updated',
  'test-created',
]);

interface Registration {
  readonly webhookUrl: string;
  readonly webhookEvents: readonly string[];
}

interface Event {
  readonly id: string;
  readonly name: string;
  /** As it is sent: the signature is over these bytes. */
  readonly body: string;
  /** Waits for a later one to go first. */
  readonly held: boolean;
  readonly delivered: number;
  readonly attempts: number;
}

export class Webhooks {
  readonly #frame: Frame;
  readonly #registrations: Collection<Registration>;
  readonly #events: Collection<Event>;
  readonly #certificate: Certificate;
  /** First tries go out one after the other, in the order of the changes. */
  #queue: Promise<void> = Promise.resolve();
  readonly #timers = new Set<NodeJS.Timeout>();
  #count = 0;
  #closed = false;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#registrations = frame.store.collection('registrations');
    this.#events = frame.store.collection('events');
    const authority = new Authority(join(frame.dataDir, AUTHORITY_FOLDER));
    this.#certificate = authority.client('webhooks', { commonName: 'pcnotifications-dispatch.simulator', organization: 'Microsoft Corporation' });
  }

  readonly ops: readonly Op[] = [
    { name: 'registerWebhook', aliases: ['webhook'], method: 'POST', path: '/webhooks/v1/registration', run: (exchange) => this.#register(exchange) },
    { name: 'updateWebhook', method: 'PUT', path: '/webhooks/v1/registration', run: (exchange) => this.#register(exchange) },
    { name: 'getWebhook', method: 'GET', path: '/webhooks/v1/registration', run: () => this.#registered() },
    { name: 'certificate', method: 'GET', path: CERTIFICATE_PATH, run: () => ({ status: 200, body: this.#certificate.cert }) },
  ];

  readonly control: readonly Op[] = [
    { name: 'webhooks', method: 'GET', path: '/__sim/webhooks', run: () => ({ status: 200, body: { events: this.#events.values() } }) },
    { name: 'resend', method: 'POST', path: '/__sim/webhooks/resend', run: (exchange) => this.#resend(exchange) },
  ];

  /** A subscription changed. Part of the request that changed it; what is sent goes out after that. */
  changed(customerId: string, subscriptionId: string, fault?: Fault): void {
    // Tenths of a microsecond, as Microsoft writes them, tell two changes within a millisecond apart.
    this.#count = (this.#count + 1) % 10_000;
    const body = JSON.stringify({
      EventName: 'subscription-updated',
      ResourceUri: `${this.#frame.apiUrl()}/webhooks/v1/customers/${customerId}/subscriptions/${subscriptionId}`,
      ResourceName: 'subscription',
      AuditUri: null,
      ResourceChangeUtcDate: `${new Date(this.#frame.now()).toISOString().slice(0, -1)}${String(this.#count).padStart(4, '0')}+00:00`,
    });
    const held = fault?.kind === 'OUT_OF_ORDER_WEBHOOK';
    const waiting = held ? [] : this.#events.values().filter((event) => event.held);
    const id = newUuid();
    const event = this.#events.put(id, { id, name: 'subscription-updated', body, held, delivered: 0, attempts: 0 });
    if (held) return;
    this.#send(event);
    if (fault?.kind === 'DUPLICATE_DELIVERY') this.#send(event);
    for (const late of waiting) this.#send(this.#events.put(late.id, { ...late, held: false }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#queue;
  }

  #register(exchange: Exchange): Reply {
    const body = exchange.json();
    const webhookUrl = textField(body, 'webhookUrl');
    const events = field(body, 'webhookEvents');
    if (webhookUrl === undefined || !URL.canParse(webhookUrl)) throw new Refused(400, '400', 'WebhookUrl is not an address.');
    if (!Array.isArray(events) || events.some((name) => !KNOWN_EVENTS.has(String(name))))
      throw new Refused(400, '400', 'WebhookEvents names an unknown event.');
    this.#registrations.put('registration', { webhookUrl, webhookEvents: events.map(String) });
    return this.#registered();
  }

  #registered(): Reply {
    const { webhookUrl, webhookEvents } = this.#registrations.get('registration') ?? { webhookUrl: null, webhookEvents: [] };
    return { status: 200, body: { webhookUrl, webhookEvents } };
  }

  /** `{count}`: the last so many; left out: all of them, in order. */
  #resend(exchange: Exchange): Reply {
    const count = exchange.body.length === 0 ? undefined : field(exchange.json(), 'count');
    const all = this.#events.values();
    const again = typeof count === 'number' && count > 0 ? all.slice(-count) : all;
    for (const event of again) this.#send(this.#events.put(event.id, { ...event, held: false }));
    return { status: 200, body: { resent: again.length } };
  }

  #send(event: Event): void {
    this.#queue = this.#queue.then(() => this.#attempt(event, 1));
  }

  async #attempt({ id, name, body }: Event, attempt: number): Promise<void> {
    const registration = this.#registrations.get('registration');
    if (this.#closed || !registration?.webhookEvents.includes(name)) return;
    const delivered = await this.#post(registration.webhookUrl, body);
    const event = this.#events.get(id);
    if (!event || this.#closed) return;
    this.#events.put(id, { ...event, attempts: event.attempts + 1, delivered: event.delivered + (delivered ? 1 : 0) });
    if (delivered || attempt >= ATTEMPTS) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        void this.#attempt(event, attempt + 1);
      },
      Number(this.#frame.setting('webhook.retryMs')),
    );
    this.#timers.add(timer.unref());
  }

  async #post(url: string, body: string): Promise<boolean> {
    const signature = sign('RSA-SHA256', Buffer.from(body), this.#certificate.key).toString('base64');
    try {
      const { ok } = await fetch(url, {
        method: 'POST',
        signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
        headers: {
          'content-type': 'application/json; charset=utf-8',
          authorization: `Signature ${signature}`,
          'x-ms-certificate-url': `${this.#frame.apiUrl()}${CERTIFICATE_PATH}`,
          'x-ms-signature-algorithm': 'rsa-sha256',
        },
        body,
      });
      return ok;
    } catch {
      return false;
    }
  }
}
