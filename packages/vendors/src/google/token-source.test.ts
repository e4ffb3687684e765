import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { googleStage, short, within, type GoogleStage } from '../../test/google-stage.ts';
import { GOOGLE } from './adapter.ts';

let google: GoogleStage;
beforeEach(async () => {
  google = await googleStage();
});
afterEach(() => google.stop());

const list = (): Promise<string> => google.vendor.listSubscriptions(within(), [], undefined).then(short);
const count = async (op: string): Promise<number> => (await google.journal()).filter((entry) => entry.op === op).length;

describe('access tokens', () => {
  it('fetches one for all that wait, and keeps it', async () => {
    expect(await Promise.all(Array.from({ length: 12 }, list))).toEqual(Array.from({ length: 12 }, () => 'SUCCEEDED'));
    expect(await count('token')).toBe(1);
  });

  it('fetches one more for all whose token was turned away', async () => {
    await list();
    await google.faults({ match: { op: 'list' }, fault: 'TOKEN_EXPIRED', times: 6 });
    expect(await Promise.all(Array.from({ length: 6 }, list))).toEqual(Array.from({ length: 6 }, () => 'SUCCEEDED'));
    expect(await count('token')).toBe(2);
  });

  it('keeps the new one when an answer about the old one comes late', async () => {
    await list();
    const late = { match: { op: 'list', nth: 1 }, fault: 'TOKEN_EXPIRED', delayMs: 300 };
    await google.faults(late, { match: { op: 'list', nth: 1 }, fault: 'TOKEN_EXPIRED' });
    expect(await Promise.all([list(), list()])).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(await count('token')).toBe(2);
  });

  it('fetches a new one when Google’s clock has passed its end', async () => {
    await list();
    await google.clock(new Date(Date.now() + 3_700_000).toISOString());
    expect(await list()).toBe('SUCCEEDED');
    expect(await count('token')).toBe(2);
  });

  it('gives up after a second refusal', async () => {
    await google.faults({ match: { op: 'list' }, fault: 'TOKEN_EXPIRED', times: 2 });
    expect(await list()).toBe('REJECTED AUTH');
    expect(await count('subscriptions.list')).toBe(2);
  });

  it.each([
    ['HTTP_503', 'THROTTLED'],
    ['HTTP_429(3)', 'THROTTLED'],
    ['HTTP_500', 'RETRYABLE'],
    ['COMMIT_THEN_DROP', 'RETRYABLE'],
    ['TRUNCATED_JSON', 'RETRYABLE'],
    ['TOKEN_EXPIRED', 'REJECTED AUTH'],
  ])('without one nothing is sent: %s on the way to it ends as %s', async (fault, outcome) => {
    await google.faults({ match: { op: 'token' }, fault });
    expect(await list()).toBe(outcome);
    expect(await count('subscriptions.list')).toBe(0);
    expect(await list()).toBe('SUCCEEDED');
  });

  it('waits no longer than the caller does, and the fetch goes on for others', async () => {
    await google.faults({ match: { op: 'token' }, fault: 'SLOW(400)' });
    const [hurried, patient] = await Promise.all([
      google.vendor.listSubscriptions(within(100), [], undefined),
      google.vendor.listSubscriptions(within(), [], undefined),
    ]);
    expect([short(hurried), short(patient)]).toEqual(['RETRYABLE', 'SUCCEEDED']);
    expect(await count('token')).toBe(1);
  });

  it('is refused to another administrator and to another key', async () => {
    const stranger = GOOGLE.open({ ...google.connection, GOOGLE_ADMIN: 'someone@reseller.example' });
    expect(await stranger.listSubscriptions(within(), [], undefined)).toMatchObject({ kind: 'REJECTED', rejection: 'AUTH', vendorCode: 'unauthorized_client' });
    await stranger.close();

    const other = await googleStage();
    const forger = GOOGLE.open({ ...google.connection, GOOGLE_SERVICE_ACCOUNT: other.connection['GOOGLE_SERVICE_ACCOUNT']! });
    expect(await forger.listSubscriptions(within(), [], undefined)).toMatchObject({
      rejection: 'AUTH',
      message: expect.stringContaining('Invalid JWT Signature'),
    });
    await forger.close();
    await other.stop();
  });
});

describe('the file of the service account', () => {
  const open = (content: string): (() => unknown) => {
    const file = join(mkdtempSync(join(tmpdir(), 'account-')), 'account.json');
    writeFileSync(file, content);
    return () => GOOGLE.open({ GOOGLE_SERVICE_ACCOUNT: file, GOOGLE_ADMIN: 'a@b.example' });
  };

  it('is complained of by the name of the setting', () => {
    expect(() => GOOGLE.open({ GOOGLE_SERVICE_ACCOUNT: '/nowhere/account.json', GOOGLE_ADMIN: 'a@b.example' })).toThrow(/GOOGLE_SERVICE_ACCOUNT: ENOENT/);
    expect(open('{"client_email": "x@y.example"}')).toThrow(/GOOGLE_SERVICE_ACCOUNT: .* lacks private_key/);
  });

  it('is never quoted, however it is broken', () => {
    const broken = readFileSync(google.connection['GOOGLE_SERVICE_ACCOUNT']!, 'utf8').slice(0, -40);
    expect(open(broken)).toThrow(/is not the JSON file of a service account$/);
  });

  it('is not in the journal either', async () => {
    await list();
    expect(JSON.stringify(await google.journal())).not.toMatch(/PRIVATE KEY|assertion=[\w-]+\.|Bearer ya29/);
  });
});
