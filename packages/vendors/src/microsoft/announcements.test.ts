import { sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type Certificate } from '@cloudtill/vendor-simulators/frame/certificates';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCall, PartnerCenterBench } from '../../test/microsoft.ts';
import type { Announcement, WebhookRequest } from '../vendor.ts';
import { Announcements } from './announcements.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CHANGED_AT = Date.parse('2030-05-01T12:00:00Z');
const RESOURCE = 'https://api.example/webhooks/v1/customers/c-1/subscriptions/s-1';
const EVENT = {
  EventName: 'subscription-updated',
  ResourceUri: RESOURCE,
  ResourceName: 'subscription',
  ResourceChangeUtcDate: '2030-05-01T12:00:00.0000001+00:00',
};

/** A place where certificates are published: `/microsoft.cer` and others, by the name of the certificate. */
let published: Server;
let host: string;
let fetched: string[] = [];
let announcements: Announcements;
const certificates = new Map<string, Certificate>();
const dir = mkdtempSync(join(tmpdir(), 'announcements-'));

beforeAll(async () => {
  const [ours, theirs] = [new Authority(join(dir, 'ours')), new Authority(join(dir, 'theirs'))];
  const organization = 'Microsoft Corporation';
  certificates.set('microsoft', ours.client('microsoft', { commonName: 'notifications', organization }));
  certificates.set('other-organization', ours.client('other', { commonName: 'notifications', organization: 'Macrosoft' }));
  certificates.set('other-authority', theirs.client('microsoft', { commonName: 'notifications', organization }));
  certificates.set('expired', ours.client('expired', { commonName: 'notifications', organization, validTo: new Date(Date.now() - HOUR_MS) }));
  published = createServer((request, response) => {
    fetched.push(request.url!);
    const certificate = certificates.get(/^\/(.+)\.cer$/.exec(request.url!)?.[1] ?? '');
    if (request.url === '/binary.cer') return void response.end(new X509Certificate(certificates.get('microsoft')!.cert).raw);
    response.writeHead(certificate ? 200 : request.url === '/busy.cer' ? 503 : 404).end(certificate?.cert ?? 'nothing');
  });
  await new Promise<void>((resolve) => published.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(published.address() as AddressInfo).port}`;
  announcements = new Announcements([host], ours.ca.cert);
});
beforeEach(() => void (fetched = []));
afterAll(async () => {
  await announcements.close();
  published.close();
  rmSync(dir, { recursive: true });
});

interface Delivery {
  readonly event?: object;
  readonly key?: string;
  readonly url?: string;
  readonly algorithm?: string;
  readonly receivedAt?: number;
  /** What is sent in place of what was signed. */
  readonly sent?: string;
}

function delivery({ event = EVENT, key = 'microsoft', url, algorithm = 'rsa-sha256', receivedAt = CHANGED_AT, sent }: Delivery = {}): WebhookRequest {
  const body = Buffer.from(JSON.stringify(event));
  const signature = sign('RSA-SHA256', body, certificates.get(key)!.key).toString('base64');
  return {
    headers: { authorization: `Signature ${signature}`, 'x-ms-certificate-url': url ?? `http://${host}/${key}.cer`, 'x-ms-signature-algorithm': algorithm },
    body: sent === undefined ? body : Buffer.from(sent),
    receivedAt,
  };
}

describe('an announcement', () => {
  it('names the subscription, and is the same for each delivery', async () => {
    const expected: Announcement = {
      eventId: `${RESOURCE} ${EVENT.ResourceChangeUtcDate}`,
      occurredAt: CHANGED_AT,
      vendorCustomerId: 'c-1',
      vendorSubscriptionId: 's-1',
    };
    expect(await announcements.read(delivery())).toEqual(expected);
    expect(await announcements.read(delivery({ receivedAt: CHANGED_AT + HOUR_MS }))).toEqual(expected);
  });

  it.each([
    ['in camelCase', { event: { eventName: 'subscription-updated', resourceUri: RESOURCE, resourceChangeUtcDate: '2030-05-01T12:00:00Z' } }],
    ['with a certificate in binary', { url: 'binary' }],
    ['without a zone', { event: { ...EVENT, ResourceChangeUtcDate: '2030-05-01T12:00:00' } }],
    ['almost 48 hours late', { receivedAt: CHANGED_AT + 48 * HOUR_MS }],
    ['by a clock that is a little ahead', { receivedAt: CHANGED_AT - 4 * MINUTE_MS }],
  ])('is accepted %s', async (_, { url, ...changes }: Delivery) => {
    expect(await announcements.read(delivery({ ...changes, ...(url ? { url: `http://${host}/${url}.cer` } : {}) }))).toMatchObject({
      vendorSubscriptionId: 's-1',
      occurredAt: CHANGED_AT,
    });
  });

  it('of something else than a subscription names none', async () => {
    const event = { ...EVENT, EventName: 'invoice-ready', ResourceUri: 'https://api.example/v1/invoices/G000024135' };
    expect(await announcements.read(delivery({ event }))).toMatchObject({ vendorSubscriptionId: undefined, vendorCustomerId: undefined });
  });

  it.each([
    ['whose body was changed', { sent: JSON.stringify({ ...EVENT, ResourceUri: RESOURCE.replace('s-1', 's-2') }) }],
    ['whose body has one more space', { sent: `${JSON.stringify(EVENT)} ` }],
    ['with the certificate of somebody else', { key: 'other-organization' }],
    ['of an authority that we do not trust', { key: 'other-authority' }],
    ['of a certificate that expired', { key: 'expired' }],
    ['signed by another key', { key: 'other-authority', url: 'microsoft' }],
    ['whose certificate is not there', { url: 'gone' }],
    ['of another algorithm', { algorithm: 'rsa-sha1' }],
    ['that is too old', { receivedAt: CHANGED_AT + 49 * HOUR_MS }],
    ['from the future', { receivedAt: CHANGED_AT - 6 * MINUTE_MS }],
    ['without a date', { event: { ...EVENT, ResourceChangeUtcDate: 'yesterday' } }],
    ['that is no event', { event: { hello: 'world' } }],
    ['that is not JSON', { sent: 'hello' }],
  ])('%s is not believed', async (_, { url, ...changes }: Delivery) => {
    expect(await announcements.read(delivery({ ...changes, ...(url ? { url: `http://${host}/${url}.cer` } : {}) }))).toBeUndefined();
  });

  it.each([
    ['another host', () => 'https://evil.example/microsoft.cer'],
    ['another port', () => 'http://127.0.0.1:9/microsoft.cer'],
    ['another name of this machine', () => `http://localhost:${host.split(':')[1]}/microsoft.cer`],
    ['the host as a user name', () => `http://${host}@evil.example/microsoft.cer`],
    ['the host after a user name', () => `http://user:password@${host}/microsoft.cer`],
    ['a file', () => 'file:///etc/passwd'],
    ['the cloud of whoever hosts us', () => 'http://169.254.169.254/latest/meta-data'],
    ['no address', () => 'microsoft.cer'],
  ])('that names %s is not believed, and nothing is fetched', async (_, url) => {
    expect(await announcements.read(delivery({ url: url() }))).toBeUndefined();
    expect(fetched).toEqual([]);
  });

  it('speaks plain HTTP only with this machine', async () => {
    const elsewhere = new Announcements(['certificates.example'], certificates.get('microsoft')!.cert);
    expect(await elsewhere.read(delivery({ url: 'http://certificates.example/microsoft.cer' }))).toBeUndefined();
    await elsewhere.close();
  });

  it('is not decided while its certificate cannot be had', async () => {
    await expect(announcements.read(delivery({ url: `http://${host}/busy.cer` }))).rejects.toThrow('HTTP 503');
  });

  it('fetches a certificate once', async () => {
    certificates.set('kept', certificates.get('microsoft')!);
    await announcements.read(delivery({ key: 'kept' }));
    await announcements.read(delivery({ key: 'kept' }));
    expect(fetched).toEqual(['/kept.cer']);
  });

  it('is not believed where only the authorities of the world are trusted', async () => {
    const publicOnly = new Announcements([host], undefined);
    expect(await publicOnly.read(delivery())).toBeUndefined();
    await publicOnly.close();
  });
});

describe('what the simulator sends', () => {
  let bench: PartnerCenterBench;
  let inbox: Server;
  let received: WebhookRequest[] = [];

  beforeAll(async () => {
    bench = await PartnerCenterBench.start();
    inbox = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
        received.push({ headers, body: Buffer.concat(chunks), receivedAt: Date.now() });
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve) => inbox.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(async () => {
    received = [];
    await bench.reset();
    await bench.registerWebhook(`http://127.0.0.1:${(inbox.address() as AddressInfo).port}/hook`);
  });
  afterAll(async () => {
    await bench.stop();
    inbox.close();
  });

  const read = (): Promise<(Announcement | undefined)[]> => Promise.all(received.map((request) => bench.vendor.readAnnouncement!(request)));
  const eventually = (count: number): Promise<void> => expect.poll(() => received.length).toBe(count);

  it('on each change is believed', async () => {
    const { vendorCustomerId, vendorSubscriptionId, ...ref } = await bench.subscription();
    await bench.vendor.change(aCall(), { ...ref, vendorCustomerId, vendorSubscriptionId }, { operation: 'SUSPEND' });
    await eventually(2);
    const [ordered, suspended] = await read();
    expect([ordered, suspended]).toMatchObject([
      { vendorCustomerId, vendorSubscriptionId },
      { vendorCustomerId, vendorSubscriptionId },
    ]);
    expect(ordered!.eventId).not.toBe(suspended!.eventId);
  });

  it('twice is one event', async () => {
    await bench.fault('checkout', 'DUPLICATE_DELIVERY');
    await bench.subscription();
    await eventually(2);
    const [one, two] = await read();
    expect(one).toEqual(two);
  });

  it('out of order is two events, each with its own time', async () => {
    await bench.fault('checkout', 'OUT_OF_ORDER_WEBHOOK');
    const ref = await bench.subscription();
    await bench.vendor.change(aCall(), ref, { operation: 'SUSPEND' });
    await eventually(2);
    const [first, second] = await read();
    expect(first!.occurredAt).toBeGreaterThanOrEqual(second!.occurredAt);
    expect(first!.eventId > second!.eventId).toBe(true);
  });

  it('again is the event of before', async () => {
    await bench.subscription();
    await eventually(1);
    await bench.control('webhooks/resend', { count: 1 });
    await eventually(2);
    const [one, two] = await read();
    expect(one).toEqual(two);
  });

  it('when an order is completed later, and when an accepted change is done', async () => {
    await bench.control('settings', { 'microsoft.asyncPatch': true, 'microsoft.patchDelayMs': 30 });
    const ref = await bench.subscription();
    await bench.vendor.change(aCall(), ref, { operation: 'CHANGE_QUANTITY', quantity: 6 });
    await eventually(2);
    expect(await bench.vendor.getSubscription(aCall(), ref)).toMatchObject({ value: { quantity: 6 } });
  });
});
