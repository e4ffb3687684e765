import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  useGoogle,
  connection,
  signOut,
  restart,
  journal,
  assertion,
  grant,
  signIn,
  call,
  control,
  aCustomer,
  newCustomer,
  asked,
  insert,
  now,
  type Sub,
} from '../../test/google-stage.ts';

useGoogle();

describe('signing in', () => {
  it.each<[string, () => Promise<Response>, number, string]>([
    ['another grant', () => grant(assertion({}), 'password'), 400, 'unsupported_grant_type'],
    ['a changed signature', () => grant(`${assertion({}).slice(0, -8)}AAAAAAAA`), 400, 'invalid_grant'],
    ['no signature', () => grant(assertion({}, { alg: 'none' })), 400, 'invalid_grant'],
    ['another issuer', () => grant(assertion({ iss: 'x@y.example' })), 400, 'invalid_grant'],
    ['another audience', () => grant(assertion({ aud: 'https://elsewhere.example/token' })), 400, 'invalid_grant'],
    ['a statement of yesterday', () => grant(assertion({ iat: 1_700_000_000, exp: 1_700_003_600 })), 400, 'invalid_grant'],
    ['a statement for a day', () => grant(assertion({ exp: Math.floor(Date.now() / 1000) + 86_400 })), 400, 'invalid_grant'],
    ['another administrator', () => grant(assertion({ sub: 'x@reseller.example' })), 401, 'unauthorized_client'],
    ['another scope', () => grant(assertion({ scope: 'https://www.googleapis.com/auth/drive' })), 400, 'invalid_scope'],
  ])('is refused with %s', async (_, ask, status, error) => {
    const response = await ask();
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([status, error]);
  });

  it('lasts an hour by the clock of the vendor, and nothing goes without it', async () => {
    expect((await call('GET', 'subscriptions')).status).toBe(200);
    await control('clock', { now: new Date(Date.now() + 3_601_000).toISOString() });
    expect(await call('GET', 'subscriptions')).toMatchObject({ status: 401, reason: 'authError' });
    signOut();
    expect((await call('POST', 'customers', aCustomer())).status).toBe(401);
  });

  it('uses a file that only its owner can read', () => {
    expect(statSync(connection()['GOOGLE_SERVICE_ACCOUNT']!).mode & 0o077).toBe(0);
  });
});

describe('customers', () => {
  const address = { contactName: 'Ada', organizationName: 'Ada AG', countryCode: 'DE', postalCode: '10115' };
  it.each([
    ['an alternate e-mail inside the domain', { customerDomain: 'in.example', alternateEmail: 'a@in.example' }, 403, 'invalidInput'],
    ['no alternate e-mail', { alternateEmail: undefined }, 400, 'invalid'],
    ['no domain', { customerDomain: 'nothing' }, 400, 'invalid'],
    ['no postal code', { postalAddress: { ...address, postalCode: '' } }, 400, 'invalid'],
    ['a country in words', { postalAddress: { ...address, countryCode: 'Germany' } }, 400, 'invalid'],
  ])('are refused with %s', async (_, overrides, status, reason) => {
    expect(await call('POST', 'customers', aCustomer(overrides))).toMatchObject({ status, reason });
  });

  it('are unique by domain, and found by it as by their id', async () => {
    const made = await call<{ customerId: string }>('POST', 'customers', aCustomer({ customerDomain: 'one.example' }));
    expect(await call('POST', 'customers', aCustomer({ customerDomain: 'One.Example' }))).toMatchObject({ status: 409, reason: 'duplicate' });
    expect((await call('GET', 'customers/one.example')).body).toEqual(made.body);
    expect((await call('GET', `customers/${made.body.customerId}`)).body).toEqual(made.body);
    expect(await call('GET', 'customers/two.example')).toMatchObject({ status: 404, reason: 'notFound' });
  });

  it('lose a phone number that is none, without a word', async () => {
    const { body } = await call<{ phoneNumber?: string }>('POST', 'customers', aCustomer({ phoneNumber: 'call me' }));
    expect(body.phoneNumber).toBeUndefined();
  });

  it('are patched in parts and updated as a whole', async () => {
    const id = await newCustomer();
    const patched = await call<Record<string, unknown>>('PATCH', `customers/${id}`, { postalAddress: { locality: 'Ulm' } });
    expect(patched.body).toMatchObject({ phoneNumber: '+4930123456', postalAddress: { locality: 'Ulm', postalCode: '10115' } });
    expect(await call('PUT', `customers/${id}`, { postalAddress: address })).toMatchObject({ status: 400 });
    const updated = await call<{ postalAddress: object }>('PUT', `customers/${id}`, { alternateEmail: 'b@b.example', postalAddress: address });
    expect(updated.body.postalAddress).not.toHaveProperty('locality');
  });
});

describe('the list', () => {
  it.each([
    ['', 5, false],
    ['?maxResults=2', 2, true],
    ['?maxResults=5', 5, false],
    ['?customerId=CUSTOMER', 3, false],
    ['?customerNamePrefix=second', 2, false],
    ['?customerNamePrefix=nobody', 0, false],
  ])('%s holds %i and goes on: %s', async (query, length, more) => {
    const { customerId } = (await call<{ customerId: string }>('POST', 'customers', aCustomer({ customerDomain: 'first.example' }))).body;
    await call('POST', 'customers', aCustomer({ customerDomain: 'second.example' }));
    for (const sku of ['A', 'B', 'C']) await insert(customerId, asked('FLEXIBLE', 1, { skuId: sku }));
    for (const sku of ['A', 'B']) await insert('second.example', asked('FLEXIBLE', 1, { skuId: sku }));
    const { body } = await call<{ subscriptions: Sub[]; nextPageToken?: string }>('GET', `subscriptions${query.replace('CUSTOMER', customerId)}`);
    expect([body.subscriptions.length, body.nextPageToken !== undefined]).toEqual([length, more]);
    if (!more) return;
    const next = await call<{ subscriptions: Sub[] }>('GET', `subscriptions${query}&pageToken=${body.nextPageToken}`);
    expect(next.body.subscriptions.length).toBe(2);
  });

  it.each(['maxResults=0', 'maxResults=101', 'maxResults=x', 'pageToken=x'])('refuses %s', async (query) => {
    expect((await call('GET', `subscriptions?${query}`)).status).toBe(400);
  });
});

describe('what goes wrong on demand', () => {
  it('answers a used up quota with 503, in Google’s form', async () => {
    for (const fault of ['HTTP_503', 'HTTP_429(9)']) {
      await control('faults', [{ match: { op: 'list' }, fault }] as unknown as object);
      expect(await call('GET', 'subscriptions')).toMatchObject({ status: 503, reason: 'quotaExceeded', body: { error: { status: 'UNAVAILABLE' } } });
    }
  });

  it('commits and says 409 where it is told to', async () => {
    await control('settings', { 'google.conflictAfterCommit': 'subscriptions.insert' });
    const customer = await newCustomer();
    expect((await insert(customer, asked('FLEXIBLE'))).status).toBe(409);
    expect((await journal()).filter(({ op, committed }) => op === 'subscriptions.insert' && committed)).toHaveLength(1);
    expect((await call<{ subscriptions: Sub[] }>('GET', 'subscriptions')).body.subscriptions).toHaveLength(1);
  });

  it('keeps everything over a restart but its tokens', async () => {
    await restart();
    await signIn();
    const { body } = await insert(await newCustomer(), asked('ANNUAL_YEARLY_PAY'));
    await restart();
    expect((await now(body)).status).toBe(401);
    await signIn();
    expect((await now(body)).body).toEqual(body);
  });
});
