/** F7: what Microsoft announces is believed only so far as to read it again; forged, repeated and late ones do no harm. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VendorShop } from '../../../bench/vendor-shop.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
let shop: VendorShop;
let vendor: { readonly token: string; readonly url: string };
let bought: { readonly vendorSubscriptionId: string; readonly customer: string };

/** Asks the simulator as somebody with access to the same partner account, such as the vendor's own portal. */
async function portal(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<any> {
  const response = await fetch(`${vendor.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${vendor.token}`,
      'content-type': 'application/json',
      'ms-requestid': crypto.randomUUID(),
      'ms-correlationid': crypto.randomUUID(),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

beforeAll(async () => {
  sandbox = await openSandbox(['MICROSOFT']);
  shop = new VendorShop(sandbox.server.url);
  await shop.open(['MICROSOFT'], 1);
  const { connection } = sandbox.simulators['MICROSOFT']!;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: connection['MICROSOFT_CLIENT_ID']!,
    client_secret: connection['MICROSOFT_CLIENT_SECRET']!,
    resource: 'https://graph.windows.net',
  });
  const token = await fetch(`${connection['MICROSOFT_LOGIN_URL']}/${connection['MICROSOFT_TENANT']}/oauth2/token`, { method: 'POST', body: form });
  vendor = { token: ((await token.json()) as { access_token: string }).access_token, url: connection['MICROSOFT_URL']! };
  const webhook = `${sandbox.server.url}/webhooks/vendors/microsoft`;
  await portal('POST', '/webhooks/v1/registration', { WebhookUrl: webhook, WebhookEvents: ['subscription-updated'] });
  const order = await shop.order('MICROSOFT', 10);
  const { data } = await sandbox.operator(
    'query ($id: ID!) { order(id: $id) { lines { subscription { vendorSubscriptionId status } } account { syncs { platform vendorCustomerId } } } }',
    { id: order },
  );
  const { vendorSubscriptionId, status } = data.order.lines[0].subscription;
  expect(status).toBe('ACTIVE');
  bought = {
    vendorSubscriptionId,
    customer: data.order.account.syncs.find(({ platform }: { platform: string }) => platform === 'PARTNER_CENTER').vendorCustomerId,
  };
});
afterAll(() => sandbox.stop());

const drifts = async (): Promise<object[]> => (await sandbox.operator('{ drifts { nodes { field ours theirs } } }')).data.drifts.nodes;

async function changeAtVendor(quantity: number): Promise<void> {
  const path = `/v1/customers/${bought.customer}/subscriptions/${bought.vendorSubscriptionId}`;
  const now = await portal('GET', path);
  await portal('PATCH', path, { ...now, quantity }, { 'if-match': now.attributes.etag });
}

describe('an announcement of Microsoft', () => {
  it('makes a change that nobody here asked for a difference, at once', async () => {
    await changeAtVendor(13);
    await expect.poll(drifts, { timeout: 10_000, interval: 100 }).toEqual([{ field: 'QUANTITY', ours: '10', theirs: '13' }]);
  });

  it('ends the difference when both sides agree again; twice is once', async () => {
    await sandbox.tell('MICROSOFT', 'faults', [{ match: { op: 'subscription-updated' }, fault: 'DUPLICATE_DELIVERY' }]);
    await changeAtVendor(10);
    await expect.poll(drifts, { timeout: 10_000, interval: 100 }).toEqual([]);
    const { rows } = await sandbox.server.app.database.system.query('select event_id from vendor_event group by event_id having count(*) > 1');
    expect(rows).toEqual([]);
  });

  it.each([
    ['without a signature', {}, 401],
    [
      'with a forged one',
      { authorization: 'Signature AAAA', 'x-ms-certificate-url': 'https://evil.example/c.cer', 'x-ms-signature-algorithm': 'rsa-sha256' },
      401,
    ],
  ])('%s is turned away', async (_, headers, status) => {
    const body = JSON.stringify({
      EventName: 'subscription-updated',
      ResourceUri: 'https://x/v1/customers/c/subscriptions/s',
      ResourceChangeUtcDate: new Date().toISOString(),
    });
    const response = await fetch(`${sandbox.server.url}/webhooks/vendors/microsoft`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    expect(response.status).toBe(status);
  });

  it.each([
    ['that is no JSON', 'microsoft', '\u0000{', 401],
    ['of nothing', 'microsoft', '', 401],
    ['of a vendor that announces nothing', 'kaspersky', '{}', 404],
    ['larger than any', 'microsoft', 'x'.repeat(70_000), 413],
  ])('%s does not disturb', async (_, code, body, status) => {
    const response = await fetch(`${sandbox.server.url}/webhooks/vendors/${code}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(response.status).toBe(status);
    expect((await fetch(`${sandbox.server.url}/health/live`)).status).toBe(200);
  });
});
