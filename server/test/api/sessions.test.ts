/** Signing in and out, and keys of machines (quality B.1-10, 12, 15): what opens a door, what closes it, what cannot be guessed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword, NOBODY } from '../../src/accounts/password.ts';
import { startServer, type Answer, type TestServer } from '../server.ts';
import { addCredential, addPerson, signIn } from './world.ts';

let server: TestServer;
beforeAll(async () => (server = await startServer()));
afterAll(() => server.stop());

const SIGN_IN =
  'mutation ($email: EmailAddress!, $password: String!) { signIn(input: { email: $email, password: $password }) { viewer { user { email } } userErrors { code message path parameters { name value } } } }';

const post = (query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query, variables }) });

const trySignIn = async (email: string, password: string): Promise<Answer['data']> => (await server.raw(SIGN_IN, { email, password })).data.signIn;
const person = async (email: string): Promise<string> => {
  await addPerson(server.app.database.system, email, 'DEMO-CUSTOMER', 'CUSTOMER');
  return email;
};
const whoAmI = async (headers: Record<string, string>): Promise<unknown> => {
  const { data, errors } = await server.raw('{ viewer { user { email } credential { name } } }', {}, headers);
  return errors ? errors[0]!.extensions['code'] : (data.viewer.user?.email ?? data.viewer.credential.name);
};
/** What another process does when it changes who may come in. */
const tellOthers = (): Promise<unknown> => server.app.database.system.query(`select pg_notify('cloudtill_auth', '')`);

describe('a session', () => {
  it('is a cookie that scripts cannot read and other sites cannot send', async () => {
    const response = await post(SIGN_IN, { email: 'operator@demo.test', password: 'cloudtill-demo' });
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^cloudtill=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('is new with each sign-in, whatever cookie came with it', async () => {
    const first = await signIn(server, 'operator@demo.test');
    const response = await post(SIGN_IN, { email: 'operator@demo.test', password: 'cloudtill-demo' }, { cookie: first });
    const second = response.headers.getSetCookie()[0]!.split(';')[0]!;
    expect(second).not.toBe(first);
    expect(await whoAmI({ cookie: second })).toBe('operator@demo.test');
  });

  it('is kept as a hash only', async () => {
    const token = (await signIn(server, 'operator@demo.test')).split('=')[1]!;
    const { rows } = await server.app.database.system.query<{ text: string }>(
      `select string_agg(s::text || encode(token_hash, 'escape'), ' ') as text from session s`,
    );
    expect(rows[0]!.text).not.toContain(token);
  });

  it('ends everywhere with the sign-out, which may be repeated', async () => {
    const cookie = await signIn(server, 'reseller@demo.test');
    expect(await whoAmI({ cookie })).toBe('reseller@demo.test');
    for (let times = 0; times < 2; times++) {
      const response = await post('mutation { signOut { userErrors { code } } }', {}, { cookie });
      expect(await response.json()).toMatchObject({ data: { signOut: { userErrors: [] } } });
      expect(response.headers.getSetCookie()[0]).toMatch(/^cloudtill=; .*Expires=Thu, 01 Jan 1970/);
    }
    expect(await whoAmI({ cookie })).toBe('UNAUTHENTICATED');
    expect(await (await post('mutation { signOut { userErrors { code } } }')).json()).toMatchObject({ data: { signOut: { userErrors: [] } } });
  });

  it.each([
    ['its time is over', 'update session set expires_at = now() where user_id = (select id from app_user where email = $1)'],
    ['its person is suspended', `update app_user set status = 'SUSPENDED' where email = $1`],
  ])('ends when %s', async (what, sql) => {
    const email = await person(`${what.replaceAll(' ', '-')}@demo.test`);
    const cookie = await signIn(server, email);
    expect(await whoAmI({ cookie })).toBe(email);
    await server.app.database.system.query(sql, [email]);
    await tellOthers();
    await expect.poll(() => whoAmI({ cookie })).toBe('UNAUTHENTICATED');
  });

  it('ends when its account is closed', async () => {
    const ask = await server.as('operator');
    const { data } = await ask(
      'mutation { createAccount(input: { kind: CUSTOMER, number: "C-CLOSED", name: "C", country: "DE", currency: "EUR" }) { account { id } } }',
    );
    await addPerson(server.app.database.system, 'closed@demo.test', 'C-CLOSED', 'CUSTOMER');
    const cookie = await signIn(server, 'closed@demo.test');
    await ask('mutation ($id: ID!) { closeAccount(input: { accountId: $id }) { userErrors { code } } }', { id: data.createAccount.account.id });
    await tellOthers();
    await expect.poll(() => whoAmI({ cookie })).toBe('UNAUTHENTICATED');
    expect((await trySignIn('closed@demo.test', 'cloudtill-demo')).userErrors[0].code).toBe('SIGN_IN_FAILED');
  });

  it.each(['cloudtill=', 'cloudtill=x', `cloudtill=${'x'.repeat(5_000)}`, 'cloudtill=%00', 'other=1', 'cloudtill="; drop table session'])(
    'is not opened by the cookie %j',
    async (cookie) => {
      expect(await whoAmI({ cookie: cookie.slice(0, 6_000) })).toBe('UNAUTHENTICATED');
    },
  );

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])('is not begun or used by a form of another site: %s', async (type) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type, cookie: await server.cookie('operator') },
      body: JSON.stringify({ query: '{ viewer { user { email } } }' }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain('operator@demo.test');
  });
});

describe('a password', () => {
  it('is refused in the same words for a person who is not there', async () => {
    const [wrong, nobody] = [await trySignIn('finance@demo.test', 'wrong'), await trySignIn('nobody@demo.test', 'wrong')];
    expect(wrong).toEqual(nobody);
    expect(wrong).toEqual({
      viewer: null,
      userErrors: [{ code: 'SIGN_IN_FAILED', message: 'email or password is wrong', path: ['input', 'password'], parameters: [] }],
    });
  });

  it('costs as much to refuse where nobody is there', async () => {
    const cost = (hash: string): string => hash.split('$').slice(0, 4).join('$');
    expect(cost(NOBODY)).toBe(cost(await hashPassword('x')));
  });

  it('is taken with its email in any case', async () => {
    expect((await trySignIn('Customer@DEMO.test', 'cloudtill-demo')).viewer.user.email).toBe('customer@demo.test');
  });

  it('can be tried ten times a minute for one person; others are not kept out', async () => {
    const victim = await person('victim@demo.test');
    for (let tries = 0; tries < 10; tries++) expect((await trySignIn(victim, `wrong-${tries}`)).userErrors[0].code).toBe('SIGN_IN_FAILED');
    const { userErrors } = await trySignIn(victim, 'cloudtill-demo');
    expect(userErrors[0]).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', parameters: [{ name: 'seconds' }] });
    expect(Number(userErrors[0].parameters[0].value)).toBeLessThanOrEqual(60);
    expect((await trySignIn(await person('bystander@demo.test'), 'cloudtill-demo')).userErrors).toEqual([]);
  });

  it('cannot be tried more often by aliases in one request', async () => {
    const email = await person('aliased@demo.test');
    const tries = Array.from(
      { length: 30 },
      (_, index) => `t${index}: signIn(input: { email: "${email}", password: "wrong-${index}" }) { userErrors { code } }`,
    );
    const { data } = await server.raw(`mutation { ${tries.join(' ')} }`);
    const codes = Object.values<{ userErrors: { code: string }[] }>(data).map(({ userErrors }) => userErrors[0]!.code);
    expect(codes.filter((code) => code === 'SIGN_IN_FAILED')).toHaveLength(10);
    expect(codes.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(20);
  });

  it('does not open the door of a suspended person', async () => {
    const email = await person('suspended@demo.test');
    await server.app.database.system.query(`update app_user set status = 'SUSPENDED' where email = $1`, [email]);
    expect((await trySignIn(email, 'cloudtill-demo')).userErrors[0].code).toBe('SIGN_IN_FAILED');
  });
});

describe('a service credential', () => {
  const system = (): TestServer['app']['database']['system'] => server.app.database.system;
  const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

  it('is kept as a hash, and notes when it was used last', async () => {
    await addCredential(system(), 'ct_live_noted', 'PROVIDER', ['charges:read']);
    expect(await whoAmI(bearer('ct_live_noted'))).toBe('ct_live_noted');
    const { rows } = await system().query<{ used: boolean; text: string }>(
      `select last_used_at > now() - interval '1 minute' as used, encode(key_hash, 'escape') as text from service_credential where name = 'ct_live_noted'`,
    );
    expect(rows[0]!.used).toBe(true);
    expect(rows[0]!.text).not.toContain('ct_live_noted');
  });

  it('may do what its scopes say and nothing else', async () => {
    await addCredential(system(), 'ct_live_scoped', 'DEMO-RESELLER', ['charges:read', 'no such scope']);
    const { data } = await server.raw('{ viewer { permissions account { number } } charges { totalCount } }', {}, bearer('ct_live_scoped'));
    expect(data.viewer).toEqual({ permissions: ['CHARGES_READ'], account: { number: 'DEMO-RESELLER' } });
    const { errors } = await server.raw('{ accounts { totalCount } }', {}, bearer('ct_live_scoped'));
    expect(errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN', permission: 'accounts:read' });
  });

  it.each([
    ['expired', new Date(Date.now() - 1_000), ''],
    ['revoked', null, `update service_credential set revoked_at = now() where name = 'ct_live_revoked'`],
  ])('opens nothing once it is %s', async (what, expiresAt, sql) => {
    await addCredential(system(), `ct_live_${what}`, 'PROVIDER', ['charges:read'], expiresAt);
    if (sql) await system().query(sql);
    expect(await whoAmI(bearer(`ct_live_${what}`))).toBe('UNAUTHENTICATED');
  });

  it('that is wrong is not made up for by a cookie', async () => {
    expect(await whoAmI({ ...bearer('ct_live_wrong'), cookie: await server.cookie('operator') })).toBe('UNAUTHENTICATED');
  });
});
