/** KORM as it can be seen from outside: over mutual TLS, with its rules and its odd corners. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Authority } from '../frame/certificates.ts';
import { startSimulator, type JournalEntry, type Simulator } from '../frame/simulator.ts';
import { KASPERSKY } from './kaspersky.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

let simulator: Simulator;
let tls: object;

beforeAll(async () => {
  simulator = await startSimulator(KASPERSKY, { dataDir: mkdtempSync(join(tmpdir(), 'korm-')) });
  const { KORM_PFX, KORM_PFX_PASSPHRASE, KORM_CA } = simulator.connection;
  tls = { pfx: readFileSync(KORM_PFX!), passphrase: KORM_PFX_PASSPHRASE, ca: readFileSync(KORM_CA!) };
});
afterAll(() => simulator.stop());
beforeEach(() => control('reset'));

function send(method: string, tail: string, body?: unknown, identity: object = tls): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${simulator.apiUrl}/Subscriptions/v2.0/api/Subscription/${tail}`, { method, agent: false, ...identity }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode!, text, json: text.startsWith('{') ? (JSON.parse(text) as Answer['json']) : {} }));
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}
const post = (tail: string, body: unknown): Promise<Answer> => send('POST', tail, body);
const control = async (tail: string, body?: unknown): Promise<unknown> =>
  (await fetch(`${simulator.url}/__sim/${tail}`, { method: 'POST', ...(body ? { body: JSON.stringify(body) } : {}) })).json();
const look = async (tail: string): Promise<unknown> => (await fetch(`${simulator.url}/__sim/${tail}`)).json();
const journal = async (): Promise<readonly JournalEntry[]> => ((await look('journal')) as { entries: JournalEntry[] }).entries;
const rows = async (): Promise<readonly Record<string, unknown>[]> => ((await look('report')) as { rows: Record<string, unknown>[] }).rows;
const clock = (now: string): Promise<unknown> => control('clock', { now });

const createRequest = (values: object = {}): object => ({
  BillingPlan: 'PAYG',
  Sku: 'KL0000XA*MG',
  Quantity: 25,
  Expiration: null,
  Customer: { Contacts: { CompanyName: 'Example LLC' }, Address: { Country: 'USA' } },
  Distributor: { Partner: 'DIST_SIM', Reseller: '' },
  Comment: 'cloudtill SUB-2026-000001',
  ...values,
});
const created = async (values?: object): Promise<string> => (await post('create', createRequest(values))).json['SubscriptionId'] as string;
const details = async (id: string): Promise<Record<string, unknown>> => (await send('GET', `getdetails?SubscriptionId=${id}`)).json;

describe('the handshake', () => {
  const authority = (): Authority => new Authority(mkdtempSync(join(tmpdir(), 'tls-')));
  const ca = (): Buffer => readFileSync(simulator.connection['KORM_CA']!);

  it('lets in whoever has a certificate of its authority', async () => {
    expect((await post('create', createRequest())).status).toBe(200);
  });

  it.each([
    ['no certificate', () => ({ ca: ca() })],
    [
      'a certificate that has ended',
      () => {
        const past = { commonName: 'Late', validFrom: new Date('2020-01-01'), validTo: new Date('2021-01-01') };
        return { ca: ca(), ...new Authority(join(simulator.dataDir, 'tls')).client('late', past) };
      },
    ],
    ['a certificate of somebody else', () => ({ ca: ca(), ...authority().client('stranger', { commonName: 'Stranger' }) })],
  ])('ends with %s, and nothing is noted', async (_, identity) => {
    await expect(send('POST', 'create', createRequest(), identity())).rejects.toThrow(/alert|disconnected before secure|ECONNRESET/);
    expect(await journal()).toEqual([]);
  });

  it('keeps the API off the control port and the control plane off the API', async () => {
    expect((await fetch(`${simulator.url}/Subscriptions/v2.0/api/Subscription/create`, { method: 'POST' })).status).toBe(421);
    expect((await send('GET', '../../../../__sim/journal')).status).toBe(404);
  });
});

describe('create', () => {
  it('gives an id, a license and an activation code, all new each time: the same request twice is two subscriptions', async () => {
    const [one, two] = [await post('create', createRequest()), await post('create', createRequest())];
    expect(one.json).toEqual({
      SubscriptionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      LicenseId: expect.any(String),
      ActivationCode: expect.stringMatching(/^([A-Z0-9]{5}-){3}[A-Z0-9]{5}$/),
    });
    for (const name of ['SubscriptionId', 'LicenseId', 'ActivationCode']) expect(one.json[name]).not.toBe(two.json[name]);
    expect(await rows()).toHaveLength(2);
    expect((await journal()).filter(({ op, committed }) => op === 'create' && committed)).toHaveLength(2);
  });

  it.each([
    ['an unknown article', { Sku: 'UNKNOWN-1' }, 'SIM.SKU_UNKNOWN'],
    ['no article', { Sku: '' }, 'SIM.REQUEST_INVALID'],
    ['another billing plan', { BillingPlan: 'Monthly' }, 'SIM.REQUEST_INVALID'],
    ['no license', { Quantity: 0 }, 'SIM.REQUEST_INVALID'],
    ['half a license', { Quantity: 1.5 }, 'SIM.REQUEST_INVALID'],
    ['a country of two letters', { Customer: { Contacts: { CompanyName: 'X' }, Address: { Country: 'US' } } }, 'SIM.REQUEST_INVALID'],
    ['no company', { Customer: { Address: { Country: 'USA' } } }, 'SIM.REQUEST_INVALID'],
    ['no distributor', { Distributor: {} }, 'SIM.REQUEST_INVALID'],
    ['an approval code of 51', { ApprovalCode: 'A'.repeat(51) }, 'SIM.APPROVAL_CODE_INVALID'],
    ['an end in the past', { Expiration: { MomentType: 0, ExactMoment: '2020-01-01T00:00:00Z' } }, 'SIM.REQUEST_INVALID'],
    ['more than its band', { Sku: 'KL0000XAPMG', Quantity: 50 }, 'SIM.BAND_MISMATCH'],
    ['fewer than its band', { Sku: 'KL0000XAPMG', Quantity: 24 }, 'SIM.BAND_MISMATCH'],
  ])('refuses %s', async (_, values, code) => {
    const { status, json } = await post('create', createRequest(values));
    expect([status, json]).toEqual([400, { ErrorId: expect.any(String), Message: expect.any(String), ErrorCode: code }]);
    expect((await journal())[0]).toMatchObject({ op: 'create', committed: false });
  });

  it('refuses what is no JSON', async () => {
    expect((await post('create', '{"BillingPlan":')).json['ErrorCode']).toBe('SIM.REQUEST_INVALID');
  });

  it.each([
    ['KL0000XA*MG', 1, 'A'],
    ['KL0000XA*MG', 9, 'E'],
    ['KL0000XA*MG', 10, 'K'],
    ['KL0000XA*MG', 49, 'P'],
    ['KL0000XA*MG', 10_000, 'Z'],
    ['KL0000XAPMG', 25, 'P'],
    ['KL0000XAPMG', 49, 'P'],
    ['CLOUD-1', 3, undefined],
  ])('sells %s × %d in band %s', async (sku, quantity, band) => {
    const id = await created({ Sku: sku, Quantity: quantity });
    expect(((await look('state')) as { subscriptions: Record<string, { band?: string }> }).subscriptions[id]?.band).toBe(band);
  });

  it('takes any reseller unless its resellers are known', async () => {
    const from = { Distributor: { Partner: 'DIST_SIM', Reseller: 'AA00BB00' } };
    expect((await post('create', createRequest(from))).status).toBe(200);
    await control('settings', { 'korm.knownResellers': ['CC11'] });
    expect((await post('create', createRequest(from))).json['ErrorCode']).toBe('SIM.RESELLER_UNKNOWN');
    expect((await post('create', createRequest({ Distributor: { Partner: 'DIST_SIM', Reseller: 'CC11' } }))).status).toBe(200);
    expect((await post('create', createRequest())).status).toBe(200);
  });

  it('does not mind the case of names', async () => {
    const { status } = await send('POST', '../subscription/CREATE', {
      billingPlan: 'PAYG',
      SKU: 'CLOUD-1',
      quantity: 5,
      customer: { contacts: { companyName: 'Example LLC' }, address: { country: 'USA' } },
      distributor: { partner: 'DIST_SIM' },
      approvalCode: 'APR-0001',
    });
    expect(status).toBe(200);
    expect(JSON.stringify(await look('state'))).toContain('"approvalCode":"APR-0001"');
  });
});

describe('a change', () => {
  it.each([
    ['modifyquantity', { Quantity: 30 }],
    ['modifyexpiration', { Expiration: { PeriodCount: 1 } }],
    ['modifyattributes', { approvalCode: 'APR-2' }],
    ['renew', {}],
    ['hardcancel', {}],
  ])('%s is done with an empty answer', async (op, values) => {
    const { status, text } = await post(op, { SubscriptionId: await created(), ...values });
    expect([status, text]).toEqual([200, '']);
    expect((await journal()).at(-1)).toMatchObject({ op, committed: true });
  });

  it('keeps the activation code when the quantity changes', async () => {
    const id = await created();
    const [before] = await rows();
    await post('modifyquantity', { SubscriptionId: id, Quantity: 80 });
    expect(await rows()).toEqual([{ ...before, Quantity: 80 }]);
  });

  it.each([
    ['PAYG', 30, 200, undefined],
    ['PAYG', 5, 200, undefined],
    ['PAYG', 0, 400, 'SIM.REQUEST_INVALID'],
    ['Yearly', 30, 200, undefined],
    ['Yearly', 25, 200, undefined],
    ['Yearly', 24, 400, 'SIM.QTY_DECREASE_NOT_ALLOWED'],
  ])('%s from 25 to %d is answered with %d', async (BillingPlan, Quantity, status, code) => {
    const answer = await post('modifyquantity', { SubscriptionId: await created({ BillingPlan }), Quantity });
    expect([answer.status, answer.json['ErrorCode']]).toEqual([status, code]);
  });

  it('stays in a fixed band', async () => {
    const SubscriptionId = await created({ Sku: 'KL0000XAPMG' });
    expect((await post('modifyquantity', { SubscriptionId, Quantity: 50 })).json['ErrorCode']).toBe('SIM.BAND_MISMATCH');
    expect((await rows())[0]).toMatchObject({ Quantity: 25 });
  });

  it.each(['modifyquantity', 'modifyexpiration', 'modifyattributes', 'hardcancel', 'renew'])('%s after hardcancel is refused, for good', async (op) => {
    const SubscriptionId = await created();
    await post('hardcancel', { SubscriptionId });
    const { status, json } = await post(op, { SubscriptionId, Quantity: 5, Expiration: null, ApprovalCode: '' });
    expect([status, json['ErrorCode']]).toEqual([409, 'SIM.SUBSCRIPTION_TERMINATED']);
    expect((await details(SubscriptionId))['Status']).toBe('HardCancel');
  });

  it.each(['modifyquantity', 'renew', 'hardcancel'])('%s of nothing that is known is 404', async (op) => {
    expect((await post(op, { SubscriptionId: 'a-b-c', Quantity: 5 })).json['ErrorCode']).toBe('SIM.SUBSCRIPTION_UNKNOWN');
    expect((await post(op, {})).json['ErrorCode']).toBe('SIM.REQUEST_INVALID');
  });
});

describe('an end', () => {
  it.each([
    ['at a moment', { MomentType: 'ExactMoment', ExactMoment: '2030-05-20T12:00:00Z' }, '2030-05-20T12:00:00Z'],
    ['after this month', { MomentType: 1, PeriodCount: 1 }, '2030-06-01T00:00:00Z'],
    ['after three months', { MomentType: 1, PeriodCount: 3 }, '2030-08-01T00:00:00Z'],
    ['as soon as may be', { MomentType: 2 }, '2030-06-01T00:00:00Z'],
    ['as soon as may be after a moment', { MomentType: 2, AfterMoment: '2030-07-04T00:00:00Z' }, '2030-08-01T00:00:00Z'],
  ])('%s: pending until then, expired from then on', async (_, Expiration, end) => {
    await clock('2030-05-11T10:00:00Z');
    const SubscriptionId = await created();
    await post('modifyexpiration', { SubscriptionId, Expiration });
    await clock(new Date(Date.parse(end) - 5000).toISOString());
    expect((await details(SubscriptionId))['Status']).toBe('PendingCancellation');
    await clock(end);
    expect(await details(SubscriptionId)).toMatchObject({ Status: 'Expired', PeriodEnd: end });
    expect((await rows())[0]).toMatchObject({ Status: 'Expired' });
    expect((await post('renew', { SubscriptionId })).json['ErrorCode']).toBe('SIM.SUBSCRIPTION_EXPIRED');
  });

  it.each([
    ['renew', {}],
    ['modifyexpiration', { Expiration: null }],
  ])('is taken back with %s', async (op, values) => {
    await clock('2030-05-11T10:00:00Z');
    const SubscriptionId = await created();
    await post('modifyexpiration', { SubscriptionId, Expiration: { PeriodCount: 1 } });
    await post(op, { SubscriptionId, ...values });
    await clock('2031-01-01T00:00:00Z');
    expect((await details(SubscriptionId))['Status']).toBe('Active');
  });
});

describe('details', () => {
  it.each([
    ['GET with a query', (id: string) => send('GET', `getdetails?SubscriptionId=${id}`)],
    ['GET with a query in another case', (id: string) => send('GET', `GetDetails?subscriptionid=${id}`)],
    ['POST of a JSON string', (id: string) => post('getdetails', JSON.stringify(id))],
    ['POST of a JSON string with a query', (id: string) => post(`getdetails?SubscriptionId=${id}`, JSON.stringify(id))],
    ['POST with a query only', (id: string) => send('POST', `getdetails?SubscriptionId=${id}`)],
  ])('%s', async (_, read) => {
    await clock('2030-05-11T10:00:00Z');
    const { status, json } = await read(await created());
    expect([status, json]).toEqual([
      200,
      { Status: 'Active', PeriodStart: expect.stringContaining('2030-05-11T10:00:'), PeriodEnd: '2030-06-01T00:00:00Z', PeriodType: 'Paid' },
    ]);
  });

  it.each([
    ['PAYG', '2030-06-15T00:00:00Z', '2030-06-01T00:00:00Z', '2030-07-01T00:00:00Z'],
    ['PAYG', '2031-01-01T00:00:00Z', '2031-01-01T00:00:00Z', '2031-02-01T00:00:00Z'],
    ['Yearly', '2031-05-10T00:00:00Z', '2030-05-11', '2031-05-11'],
    ['Yearly', '2031-05-12T00:00:00Z', '2031-05-11', '2032-05-11'],
  ])('%s on %s: from %s to %s', async (BillingPlan, now, start, end) => {
    await clock('2030-05-11T10:00:00Z');
    const id = await created({ BillingPlan });
    await clock(now);
    expect(await details(id)).toMatchObject({ PeriodStart: expect.stringContaining(start), PeriodEnd: expect.stringContaining(end) });
  });

  it('has a free first month only where that is switched on', async () => {
    await control('settings', { 'korm.freePeriod': true });
    await clock('2030-05-11T10:00:00Z');
    const [monthly, yearly] = [await created(), await created({ BillingPlan: 'Yearly' })];
    expect([(await details(monthly))['PeriodType'], (await details(yearly))['PeriodType']]).toEqual(['Free', 'Paid']);
    await clock('2030-06-01T00:00:00Z');
    expect((await details(monthly))['PeriodType']).toBe('Paid');
  });

  it('can be had in one form only, where that is switched on', async () => {
    await control('settings', { 'korm.detailsBy': 'POST' });
    const id = await created();
    expect((await send('GET', `getdetails?SubscriptionId=${id}`)).status).toBe(405);
    expect((await post('getdetails', JSON.stringify(id))).status).toBe(200);
  });
});

describe('the report', () => {
  it('shows every subscription as it is', async () => {
    await clock('2030-05-11T10:00:00Z');
    const id = await created({ Distributor: { Partner: 'DIST_SIM', Reseller: 'AA00BB00' } });
    const { generatedAt } = (await look('report')) as { generatedAt: string };
    expect(generatedAt).toMatch(/^2030-05-11T10:00:/);
    expect(await rows()).toEqual([
      {
        SubscriptionId: id,
        LicenseId: expect.any(String),
        ActivationCode: expect.any(String),
        Sku: 'KL0000XA*MG',
        Quantity: 25,
        BillingPlan: 'PAYG',
        Status: 'Active',
        Comment: 'cloudtill SUB-2026-000001',
        Reseller: 'AA00BB00',
        CompanyName: 'Example LLC',
        StartedAt: expect.stringMatching(/^2030-05-11T10:00:/),
      },
    ]);
  });

  it('is out of date on demand, and says so', async () => {
    await clock('2030-05-11T10:00:00Z');
    await created();
    await control('faults', [{ match: { op: 'report' }, fault: 'STALE_READ', ms: 60_000 }]);
    const { generatedAt, rows } = (await look('report')) as { generatedAt: string; rows: unknown[] };
    expect([generatedAt.slice(0, 16), rows]).toEqual(['2030-05-11T09:59', []]);
  });
});
