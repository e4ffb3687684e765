import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator, type JournalEntry, type Simulator } from '../frame/simulator.ts';
import { MICROSOFT } from './microsoft.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'microsoft-'));
let simulator: Simulator;
let authorization = '';

beforeAll(async () => void (simulator = await startSimulator(MICROSOFT, { dataDir })));
beforeEach(async () => {
  await control('reset');
  authorization = await signIn();
});
afterAll(async () => {
  await simulator.stop();
  rmSync(dataDir, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
  readonly text: string;
}

async function control(path: string, body: object = {}): Promise<void> {
  const response = await fetch(`${simulator.url}/__sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
}

const clock = (now: string): Promise<void> => control('clock', { now });

async function api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(simulator.apiUrl + path, {
    method,
    headers: { authorization, 'ms-requestid': randomUUID(), 'ms-correlationid': randomUUID(), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = Buffer.from(await response.arrayBuffer()).toString('utf8');
  return { status: response.status, headers: response.headers, text, body: text === '' ? undefined : JSON.parse(text.replace(/^\uFEFF/, '')) };
}

async function token(form: Record<string, string>, tenant = simulator.connection['MICROSOFT_TENANT']): Promise<Answer> {
  const values = {
    grant_type: 'client_credentials',
    client_id: simulator.connection['MICROSOFT_CLIENT_ID']!,
    client_secret: simulator.connection['MICROSOFT_CLIENT_SECRET']!,
    resource: 'https://graph.windows.net',
    ...form,
  };
  const response = await fetch(`${simulator.apiUrl}/${tenant}/oauth2/token`, { method: 'POST', body: new URLSearchParams(values) });
  return { status: response.status, headers: response.headers, text: '', body: await response.json() };
}

const signIn = async (): Promise<string> => `Bearer ${(await token({})).body.access_token}`;

async function commits(op: string): Promise<number> {
  const response = await fetch(`${simulator.url}/__sim/journal`);
  const { entries } = (await response.json()) as { entries: JournalEntry[] };
  return entries.filter((entry) => entry.op === op && entry.committed).length;
}

const PROFILE = {
  culture: 'en-US',
  language: 'en',
  email: 'it@contoso.example',
  companyName: 'Contoso',
  defaultAddress: { firstName: 'Jane', lastName: 'Doe', addressLine1: '1 Main Street', city: 'Redmond', state: 'WA', postalCode: '98052', country: 'US' },
};
const newCustomer = (domain = 'contoso.onmicrosoft.com'): object => ({ companyProfile: { domain }, billingProfile: PROFILE });
const aLine = (changes: object = {}): object => ({
  catalogItemId: 'P:S:A',
  quantity: 5,
  billingCycle: 'monthly',
  termDuration: 'P1Y',
  friendlyName: 'S-1',
  ...changes,
});

async function customer(domain?: string): Promise<string> {
  return (await api('POST', '/v1/customers', newCustomer(domain))).body.id as string;
}
async function cart(at: string, ...lines: object[]): Promise<string> {
  const answer = await api('POST', `/v1/customers/${at}/carts`, { lineItems: lines.length > 0 ? lines : [aLine()] });
  return `/v1/customers/${at}/carts/${answer.body.id}`;
}
/** @returns the path of a new subscription */
async function subscription(line: object = {}): Promise<string> {
  const at = await customer(`c${randomUUID().slice(0, 8)}.onmicrosoft.com`);
  const { body } = await api('POST', `${await cart(at, aLine(line))}/checkout`);
  return `/v1/customers/${at}/subscriptions/${body.orders[0].lineItems[0].subscriptionId}`;
}
async function patch(path: string, change: object, headers: Record<string, string> = {}): Promise<Answer> {
  const { body } = await api('GET', path);
  return await api('PATCH', path, { ...body, ...change }, { 'if-match': `"${body.attributes.etag}"`, ...headers });
}

describe('signing in', () => {
  it('gives numbers as text, by the simulated clock', async () => {
    await clock('2030-05-01T10:00:00Z');
    const { body } = await token({});
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: '3600', resource: 'https://graph.windows.net', access_token: expect.any(String) });
    expect(Math.abs(Number(body.expires_on) * 1000 - Date.parse('2030-05-01T11:00:00Z'))).toBeLessThan(3_000);
  });

  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, undefined, 401, 'invalid_client'],
    ['another application', { client_id: 'other' }, undefined, 400, 'unauthorized_client'],
    ['another grant', { grant_type: 'password' }, undefined, 400, 'unsupported_grant_type'],
    ['another tenant', {}, 'other', 400, 'invalid_request'],
  ] as const)('is refused with %s', async (_, form: Record<string, string>, tenant, status, error) => {
    expect(await token(form, tenant)).toMatchObject({ status, body: { error } });
  });

  it.each([
    ['without a token', { authorization: '' }, '800001'],
    ['with a token that was made up', { authorization: 'Bearer 99999999999.x.00000000000000000000000000000000' }, '800001'],
  ])('is asked for %s', async (_, headers, code) => {
    expect(await api('GET', '/v1/customers', undefined, headers)).toMatchObject({ status: 401, body: { code } });
  });

  it('is asked for again after an hour', async () => {
    await clock(new Date(Date.now() + 3_599_000).toISOString());
    expect(await api('GET', '/v1/customers')).toMatchObject({ status: 200 });
    await clock(new Date(Date.now() + 3_601_000).toISOString());
    expect(await api('GET', '/v1/customers')).toMatchObject({ status: 401, body: { code: '400' } });
  });
});

describe('every answer', () => {
  it('carries the ids of its request', async () => {
    const { headers } = await api('GET', '/v1/customers/nobody', undefined, { 'ms-requestid': 'r-1', 'ms-correlationid': 'c-1' });
    expect([headers.get('ms-requestid'), headers.get('ms-correlationid')]).toEqual(['r-1', 'c-1']);
  });

  it('that is an error has the same shape', async () => {
    expect((await api('GET', '/v1/customers/nobody')).body).toEqual({ code: '60003', description: 'The tenant was not found.', data: [], source: 'PartnerFD' });
    expect((await api('GET', '/v1/nothing')).body).toMatchObject({ code: '404', source: 'PartnerFD' });
    expect((await api('POST', '/v1/customers', '{')).body).toMatchObject({ code: '400' });
  });

  it('but for too many calls', async () => {
    await control('faults', { match: { op: 'listCustomers' }, fault: 'HTTP_429(57)' });
    const { status, headers, body } = await api('GET', '/v1/customers');
    expect([status, headers.get('retry-after'), body]).toEqual([429, '57', { statusCode: 429, message: 'Rate limit is exceeded. Try again in 57 seconds.' }]);
  });

  it('has a byte order mark where that is switched on', async () => {
    await control('settings', { 'microsoft.bom': true });
    const { text, headers } = await api('GET', '/v1/customers');
    expect(text.charCodeAt(0)).toBe(0xfeff);
    expect(headers.get('content-type')).toContain('application/json');
  });
});

it('limits calls per minute and resource, and counts those it turned away', async () => {
  const path = await subscription();
  await clock('2030-05-01T10:00:00Z');
  authorization = await signIn();
  await control('settings', { 'microsoft.rateLimitPerMinute': 2 });
  const statuses: number[] = [];
  for (let calls = 0; calls < 4; calls += 1) statuses.push((await api('GET', path)).status);
  expect(statuses).toEqual([200, 200, 429, 429]);
  expect((await api('GET', path.replace(/subscriptions.*/, 'orders'))).status).toBe(200);
  expect((await api('GET', '/v1/customers')).status).toBe(200);
  await clock('2030-05-01T10:01:30Z');
  expect((await api('GET', path)).status).toBe(200);
});

describe('a customer', () => {
  it('gets a password, which is shown once', async () => {
    const { status, body } = await api('POST', '/v1/customers', newCustomer());
    expect([status, body.userCredentials]).toEqual([201, { userName: 'admin', password: expect.any(String) }]);
    const again = await api('GET', `/v1/customers/${body.id}`);
    expect(again.body).toMatchObject({ id: body.id, companyProfile: { domain: 'contoso.onmicrosoft.com', tenantId: body.id } });
    expect(again.text).not.toContain(body.userCredentials.password);
  });

  it.each([
    // what is wrong, and how it is refused
    ['a domain elsewhere', { companyProfile: { domain: 'contoso.example' }, billingProfile: PROFILE }, {}, 400],
    ['no city', { ...newCustomer(), billingProfile: { ...PROFILE, defaultAddress: { ...PROFILE.defaultAddress, city: '' } } }, {}, 400],
    ['no company', { ...newCustomer(), billingProfile: { ...PROFILE, companyName: undefined } }, {}, 400],
    ['no request id', newCustomer(), { 'ms-requestid': '' }, 400],
    ['a domain that is taken, in capitals', newCustomer('TAKEN.onmicrosoft.com'), {}, 409],
  ] as const)('is not created with %s', async (_, body, headers: Record<string, string>, status) => {
    await customer('taken.onmicrosoft.com');
    expect((await api('POST', '/v1/customers', body, headers)).status).toBe(status);
    expect(await commits('createCustomer')).toBe(1);
  });

  it('can be sent in PascalCase', async () => {
    const pascal = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.charAt(0).toUpperCase() + name.slice(1), pascal(inner)]))
        : value;
    expect((await api('POST', '/v1/customers', pascal(newCustomer()))).status).toBe(201);
  });

  it('is found by how its domain begins', async () => {
    await customer('one.onmicrosoft.com');
    await customer('two.onmicrosoft.com');
    const found = async (filter: object): Promise<Answer> => await api('GET', `/v1/customers?filter=${encodeURIComponent(JSON.stringify(filter))}`);
    expect((await found({ Field: 'Domain', Value: 'TW', Operator: 'starts_with' })).body).toMatchObject({ totalCount: 1 });
    expect((await found({ Field: 'Domain', Value: 'two', Operator: 'contains' })).status).toBe(400);
    expect((await api('GET', '/v1/customers')).body.totalCount).toBe(2);
  });
});

describe('a cart', () => {
  it('commits to nothing: it can be read and changed, and expires', async () => {
    const path = await cart(await customer());
    expect((await api('PUT', path, { LineItems: [aLine({ quantity: 7 })] })).body).toMatchObject({
      status: 'Active',
      lineItems: [{ quantity: 7, error: null }],
    });
    expect((await api('GET', path)).body.lineItems[0].quantity).toBe(7);
    expect(await commits('checkout')).toBe(0);
    await clock(new Date(Date.now() + 8 * 86_400_000).toISOString());
    authorization = await signIn();
    expect((await api('POST', `${path}/checkout`)).body).toMatchObject({ code: '800008' });
  });

  it.each([
    ['no quantity', { quantity: 0 }],
    ['half a license', { quantity: 1.5 }],
    ['too many', { quantity: 10_001 }],
    ['no article', { catalogItemId: '' }],
    ['a month that is billed annually', { termDuration: 'P1M', billingCycle: 'annual' }],
    ['a billing cycle that does not exist', { billingCycle: 'weekly' }],
    ['a term that does not exist', { termDuration: 'P2Y' }],
  ])('is refused for %s', async (_, line) => {
    const at = await customer();
    expect((await api('POST', `/v1/customers/${at}/carts`, { lineItems: [aLine(line)] })).body).toMatchObject({ code: '800009' });
  });

  it('tells of an unknown article by its line, and is not checked out then', async () => {
    const path = await cart(await customer(), aLine({ catalogItemId: 'UNKNOWN:1:2' }));
    expect((await api('GET', path)).body.lineItems[0].error).toMatchObject({ errorCode: '800010' });
    expect((await api('POST', `${path}/checkout`)).body).toMatchObject({ code: '800010' });
  });

  it('is checked out once', async () => {
    const path = await cart(await customer());
    expect((await api('POST', `${path}/checkout`)).status).toBe(201);
    expect((await api('POST', `${path}/checkout`)).body).toMatchObject({ code: '800065' });
    expect((await api('PUT', path, { lineItems: [aLine()] })).body).toMatchObject({ code: '800065' });
    expect((await api('GET', path)).body.status).toBe('Ordered');
  });

  it('needs the customer to have agreed, where that is switched on', async () => {
    await control('settings', { 'microsoft.agreementRequired': true });
    const at = await customer();
    const path = await cart(at);
    expect(await api('POST', `${path}/checkout`)).toMatchObject({ status: 403, body: { code: '13605' } });
    await api('POST', `/v1/customers/${at}/agreements`, { primaryContact: { firstName: 'Jane', lastName: 'Doe', email: 'it@contoso.example' } });
    expect((await api('POST', `${path}/checkout`)).status).toBe(201);
  });
});

describe('a checkout', () => {
  it('makes an order for each billing cycle', async () => {
    const at = await customer();
    const path = await cart(at, aLine(), aLine({ billingCycle: 'annual' }), aLine({ friendlyName: 'S-2', partnerIdOnRecord: '77' }));
    const { body } = await api('POST', `${path}/checkout`);
    expect(body.orders.map((order: any) => [order.billingCycle, order.status, order.lineItems.map((line: any) => line.lineItemNumber)])).toEqual([
      ['monthly', 'completed', [0, 1]],
      ['annual', 'completed', [0]],
    ]);
    expect((await api('GET', `/v1/customers/${at}/orders`)).body.totalCount).toBe(2);
    expect((await api('GET', `/v1/customers/${at}/orders/${body.orders[0].id}`)).body.lineItems[1]).toMatchObject({
      friendlyName: 'S-2',
      partnerIdOnRecord: '77',
    });
    expect((await api('GET', `/v1/customers/${at}/subscriptions`)).body.totalCount).toBe(3);
    expect((await api('GET', `/v1/customers/${at}/orders/nothing`)).body).toMatchObject({ code: '20000' });
  });

  it('under the same id is answered as before, and under a new one it is another order', async () => {
    const at = await customer();
    const body = { lineItems: [aLine()] };
    const ids = [randomUUID(), randomUUID()] as const;
    const order = async (id: string): Promise<Answer> => {
      const made = await api('POST', `/v1/customers/${at}/carts`, body, { 'ms-requestid': id });
      return await api('POST', `/v1/customers/${at}/carts/${made.body.id}/checkout`, undefined, { 'ms-requestid': id });
    };
    const first = await order(ids[0]);
    expect((await order(ids[0])).body).toEqual(first.body);
    expect(await commits('checkout')).toBe(1);
    expect((await order(ids[1])).body).not.toEqual(first.body);
    expect(await commits('checkout')).toBe(2);
  });

  it('that was refused is refused again under the same id, and not under a new one', async () => {
    await control('settings', { 'microsoft.agreementRequired': true });
    const path = await cart(await customer());
    const id = { 'ms-requestid': randomUUID() };
    expect((await api('POST', `${path}/checkout`, undefined, id)).status).toBe(403);
    await control('settings', { 'microsoft.agreementRequired': false });
    expect((await api('POST', `${path}/checkout`, undefined, id)).status).toBe(403);
    expect(await commits('checkout')).toBe(0);
    expect((await api('POST', `${path}/checkout`)).status).toBe(201);
  });

  it('stays pending for a while, without a subscription', async () => {
    await control('settings', { 'microsoft.orderDelayMs': 60_000 });
    const at = await customer();
    const { body } = await api('POST', `${await cart(at)}/checkout`);
    const [order] = body.orders;
    expect([order.status, order.lineItems[0].subscriptionId]).toEqual(['pending', undefined]);
    expect((await api('GET', `/v1/customers/${at}/subscriptions`)).body.items).toEqual([]);
    await clock(new Date(Date.now() + 60_000).toISOString());
    const later = await api('GET', `/v1/customers/${at}/orders/${order.id}`);
    expect([later.body.status, later.body.lineItems[0].subscriptionId]).toEqual(['completed', expect.any(String)]);
  });
});

describe('a subscription', () => {
  it('shows all that belongs to it', async () => {
    await clock('2030-05-01T10:00:00Z');
    authorization = await signIn();
    expect((await api('GET', await subscription())).body).toMatchObject({
      offerId: 'P:S:A',
      friendlyName: 'S-1',
      quantity: 5,
      status: 'active',
      commitmentEndDate: '2031-04-30T00:00:00.000Z',
      cancellationAllowedUntilDate: '2030-05-08T00:00:00.000Z',
      autoRenewEnabled: true,
      billingCycle: 'monthly',
      termDuration: 'P1Y',
      refundOptions: [{ type: 'Partial', expiresAt: '2030-05-08T00:00:00.000Z' }],
      attributes: { etag: expect.any(String) },
    });
  });

  it.each([
    // what was done before, what is asked for, and how it is refused
    ['a quantity of none', [], { quantity: 0 }, '2002'],
    ['a quantity out of range', [], { quantity: 10_001 }, '2002'],
    ['a quantity while suspended', [{ status: 'suspended' }], { quantity: 6 }, '2001'],
    ['a name while suspended', [{ status: 'suspended' }], { friendlyName: 'other' }, '800091'],
    ['anything after deletion', [{ status: 'deleted' }], { status: 'active' }, '2011'],
    ['a status that does not exist', [], { status: 'sleeping' }, '800040'],
    ['another billing cycle', [], { billingCycle: 'annual' }, '2054'],
    ['two changes at once', [], { quantity: 6, autoRenewEnabled: false }, '400'],
    ['less than the full resource', [], { offerId: undefined }, '400'],
    ['the id of another', [], { id: 'other' }, '400'],
  ] as const)('refuses %s', async (_, before: readonly object[], change, code) => {
    const path = await subscription();
    for (const earlier of before) expect((await patch(path, earlier)).status).toBe(200);
    const made = await commits('patchSubscription');
    expect((await patch(path, change)).body).toMatchObject({ code });
    expect(await commits('patchSubscription')).toBe(made);
  });

  it.each([
    // the window's unit, when, what, and how it ends
    ['calendarDay', '2030-05-07T23:59:50Z', { status: 'deleted' }, undefined],
    ['calendarDay', '2030-05-08T00:00:00Z', { status: 'deleted' }, '900117'],
    ['calendarDay', '2030-05-07T23:59:50Z', { quantity: 4 }, undefined],
    ['calendarDay', '2030-05-08T00:00:00Z', { quantity: 4 }, '800090'],
    ['calendarDay', '2030-05-08T00:00:00Z', { quantity: 6 }, undefined],
    ['hour168', '2030-05-08T09:59:50Z', { status: 'deleted' }, undefined],
    ['hour168', '2030-05-08T10:00:10Z', { status: 'deleted' }, '900117'],
    ['hour168', '2030-05-08T10:00:10Z', { status: 'suspended' }, undefined],
  ])('by %s, at %s, %o ends as %s', async (unit, now, change, code) => {
    await control('settings', { 'nce.window': unit });
    await clock('2030-05-01T10:00:00Z');
    authorization = await signIn();
    const path = await subscription();
    await clock(now);
    authorization = await signIn();
    const { status, body } = await patch(path, change);
    expect([status, body.code]).toEqual(code === undefined ? [200, undefined] : [400, code]);
  });

  it.each([412, 400])('is changed only as it was read, else HTTP %i', async (status) => {
    await control('settings', { 'microsoft.staleEtagStatus': status });
    const path = await subscription();
    const { body } = await api('GET', path);
    expect((await patch(path, { quantity: 6 })).body.attributes.etag).not.toBe(body.attributes.etag);
    expect(await api('PATCH', path, { ...body, quantity: 7 }, { 'if-match': body.attributes.etag })).toMatchObject({ status, body: { code: '2055' } });
    expect(await api('PATCH', path, { ...body, quantity: 7 })).toMatchObject({ status });
  });

  it('that is changed to what it is does not change', async () => {
    const path = await subscription();
    expect((await patch(path, { quantity: 5 })).status).toBe(200);
    expect(await commits('patchSubscription')).toBe(0);
  });

  it('accepts a change and does it later, and no other until then', async () => {
    await control('settings', { 'microsoft.asyncPatch': true, 'microsoft.patchDelayMs': 60_000 });
    const path = await subscription();
    const { status, headers, text } = await patch(path, { quantity: 6 });
    expect([status, text, `/v1${headers.get('location')}`]).toEqual([202, '', path]);
    expect((await api('GET', path)).body.quantity).toBe(5);
    expect(await patch(path, { quantity: 7 })).toMatchObject({ status: 409, body: { code: '800060' } });
    await clock(new Date(Date.now() + 60_000).toISOString());
    expect((await api('GET', path)).body.quantity).toBe(6);
  });

  it('is provisioned by the quarter of an hour', async () => {
    await clock('2030-05-01T10:01:00Z');
    authorization = await signIn();
    const path = await subscription();
    const provisioned = async (): Promise<unknown[]> => {
      const { body } = await api('GET', `${path}/provisioningstatus`);
      return [body.status, body.quantity];
    };
    expect(await provisioned()).toEqual(['pending', 5]);
    await clock('2030-05-01T10:16:00Z');
    expect(await provisioned()).toEqual(['success', 5]);
    await patch(path, { quantity: 6 });
    expect(await provisioned()).toEqual(['pending', 5]);
    await clock('2030-05-01T10:30:00Z');
    expect(await provisioned()).toEqual(['success', 6]);
  });

  it('is not found at another customer', async () => {
    const path = await subscription();
    const other = await customer();
    expect((await api('GET', path.replace(/customers\/[^/]+/, `customers/${other}`))).body).toMatchObject({ code: '20003' });
  });
});

describe('webhooks', () => {
  it.each([
    ['no address', { WebhookUrl: 'here', WebhookEvents: [] }],
    ['an unknown event', { WebhookUrl: 'http://127.0.0.1:1/', WebhookEvents: ['everything'] }],
  ])('are not registered for %s', async (_, body) => {
    expect((await api('POST', '/webhooks/v1/registration', body)).status).toBe(400);
    expect((await api('GET', '/webhooks/v1/registration')).body).toEqual({ webhookUrl: null, webhookEvents: [] });
  });

  it('are tried again until they are taken', async () => {
    let tries = 0;
    const inbox = createServer((_, response) => void response.writeHead((tries += 1) < 3 ? 500 : 200).end());
    await new Promise<void>((resolve) => inbox.listen(0, '127.0.0.1', resolve));
    await control('settings', { 'webhook.retryMs': 10 });
    const url = `http://127.0.0.1:${(inbox.address() as AddressInfo).port}/`;
    await api('PUT', '/webhooks/v1/registration', { WebhookUrl: url, WebhookEvents: ['subscription-updated'] });
    await subscription();
    await expect.poll(() => tries).toBe(3);
    const events = async (): Promise<any> => await (await fetch(`${simulator.url}/__sim/webhooks`)).json();
    await expect.poll(events).toMatchObject({ events: [{ attempts: 3, delivered: 1 }] });
    inbox.close();
  });
});

describe('invoices', () => {
  const lines = (query: string, headers: Record<string, string> = {}): Promise<Answer> => api('GET', `/v1/invoices/${query}`, undefined, headers);
  const UNBILLED = 'unbilled/lineitems?provider=onetime&invoicelineitemtype=billinglineitems&currencycode=usd&period=current';

  it('are listed newest first, and each has lines of two kinds', async () => {
    await clock('2030-05-01T10:00:00Z');
    authorization = await signIn();
    await subscription({ termDuration: 'P1M' });
    await clock('2030-07-08T00:00:00Z');
    authorization = await signIn();
    const { body } = await lines('');
    expect(
      body.items.map((invoice: any) => [invoice.id, invoice.invoiceDate, invoice.billingPeriodEndDate, invoice.totalCharges, invoice.documentType]),
    ).toEqual([
      ['G203006USD', '2030-07-06T00:00:00.000Z', '2030-06-30T00:00:00.000Z', 24.1, 'Invoice'],
      ['G203005USD', '2030-06-06T00:00:00.000Z', '2030-05-31T00:00:00.000Z', 24.1, 'Invoice'],
    ]);
    expect(body).toMatchObject({ totalCount: 2, attributes: { objectType: 'Collection' } });
    expect((await lines('?size=1&offset=1')).body.items).toMatchObject([{ id: 'G203005USD' }]);
    expect((await lines('g203005usd')).body).toEqual(body.items[1]);
    expect((await lines('G203004USD')).status).toBe(404);
    for (const { links } of body.items[0].invoiceDetails) expect((await api('GET', `/v1${links.self.uri}`)).status).toBe(200);
  });

  it('have lines that are seen before they are billed', async () => {
    await subscription();
    expect((await lines(UNBILLED)).body).toMatchObject({ totalCount: 1, items: [{ chargeType: 'New', invoiceNumber: '', quantity: 5 }] });
    expect((await lines(UNBILLED.replace('current', 'previous'))).body.items).toEqual([]);
  });

  it.each([
    // what is wrong with the question
    ['?size=0'],
    ['?offset=-1'],
    [UNBILLED.replace('onetime', 'office')],
    [UNBILLED.replace('billinglineitems', 'lines')],
    [UNBILLED.replace('&currencycode=usd', '')],
    [UNBILLED.replace('current', 'future')],
    [`${UNBILLED}&size=2001`],
    [`${UNBILLED}&seekOperation=Next`],
    [UNBILLED, { 'ms-continuationtoken': 'x' }],
    [`${UNBILLED}&seekOperation=Next`, { 'ms-continuationtoken': 'x' }],
  ])('are not shown for %s', async (query, headers: Record<string, string> = {}) => {
    expect(await lines(query, headers)).toMatchObject({ status: 400, body: { code: '400' } });
  });

  it('go on with the token that the page before gave, for the same question only', async () => {
    await control('settings', { 'microsoft.pageSize': 1 });
    await subscription();
    await subscription();
    const { body } = await lines(UNBILLED);
    const [header] = body.links.next.headers;
    const next = { [header.key]: header.value };
    expect((await api('GET', `/v1${body.links.next.uri}`, undefined, next)).body).toMatchObject({ items: [{}], links: { self: {} } });
    expect((await api('GET', `/v1${body.links.next.uri.replace('usd', 'eur')}`, undefined, next)).status).toBe(400);
  });

  it.each([
    // what is wrong with the usage that is put in
    [{ subscriptionId: 'nobody' }, 'there is no subscription'],
    [{ usageDate: '1.5.2030' }, 'usageDate'],
    [{ quantity: 0.1 }, 'it must be a decimal as text'],
    [{ unitPrice: undefined }, 'it must be a decimal as text'],
  ])('do not take usage with %o', async (change, message) => {
    const subscriptionId = (await subscription()).split('/').at(-1);
    const row = { subscriptionId, usageDate: '2030-05-01', quantity: '1', unitPrice: '0.1', ...change };
    await expect(control('usage', [row])).rejects.toThrow(message);
    await control('usage', [{ ...row, subscriptionId, usageDate: '2030-05-01', quantity: '1', unitPrice: '0.1' }]);
  });
});

describe('price sheets', () => {
  const path = "/v1.0/sales/pricesheets(Market='US',PricesheetView='updatedlicensebased')/$value";

  it('are for users, and not for an application alone', async () => {
    expect(await api('GET', path)).toMatchObject({ status: 403, body: { code: '403' } });
    const asUser = (refresh_token: string): Promise<Answer> => token({ grant_type: 'refresh_token', refresh_token });
    expect(await asUser('another')).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const { body } = await asUser(simulator.connection['MICROSOFT_REFRESH_TOKEN']!);
    const response = await fetch(simulator.apiUrl + path, { headers: { authorization: `Bearer ${body.access_token}` } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    expect(await response.text()).toMatch(/^"ProductTitle","ProductId",.*"ERP Price","Segment"\r\n$/);
  });
});

it('comes back with what it knew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'microsoft-durable-'));
  const before = simulator;
  try {
    simulator = await startSimulator(MICROSOFT, { dataDir: folder, durable: true });
    const path = await cart(await customer());
    const id = { 'ms-requestid': randomUUID() };
    const first = await api('POST', `${path}/checkout`, undefined, id);
    await simulator.stop();
    simulator = await startSimulator(MICROSOFT, { dataDir: folder, durable: true });
    // It is where it was, and connections of before are closed there.
    await fetch(simulator.url).catch(() => {});
    expect((await api('POST', `${path}/checkout`, undefined, id)).body).toEqual(first.body);
    expect(await commits('checkout')).toBe(1);
    await simulator.stop();
  } finally {
    simulator = before;
    rmSync(folder, { recursive: true });
  }
});
