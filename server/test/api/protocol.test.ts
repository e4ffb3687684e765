/** GraphQL over HTTP as clients and attackers meet it: forms, limits and codes, the stream, health, files and headers. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execute, parse, validate } from 'graphql';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestContext } from '../../src/platform/context.ts';
import { createExecutor } from '../../src/platform/executor.ts';
import { addDashboard, createHttpServer } from '../../src/platform/http-server.ts';
import { MAX_ALIASES, MAX_BODY_BYTES, MAX_COST, MAX_DEPTH, MAX_ERRORS, MAX_TOKENS } from '../../src/platform/limits.ts';
import { permissionsOf } from '../../src/platform/permissions.ts';
import { createSchema } from '../../src/schema.ts';
import { key, startServer, type Answer } from '../server.ts';
import { absent, openWorld, type World } from './world.ts';

let world: World;
let url: string;
beforeAll(async () => {
  world = await openWorld();
  url = world.server.url;
});
afterAll(() => world.server.stop());

const JSON_IN = { 'content-type': 'application/json' };
const GRAPHQL_OUT = { accept: 'application/graphql-response+json' };
const ERP = { authorization: 'Bearer ct_sandbox_erp_demo' };

const send = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_IN, ...GRAPHQL_OUT, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Status, and code of the first error. */
async function outcome(response: Promise<Response>): Promise<[status: number, code: unknown]> {
  const { status, text } = await response.then(async (come) => ({ status: come.status, text: await come.text() }));
  const answer = text === '' ? undefined : (JSON.parse(text) as Answer);
  expect(answer?.errors?.length ?? 0).toBeLessThanOrEqual(MAX_ERRORS);
  expect(text).not.toMatch(/node_modules|\.ts:|\.js:|stacktrace|"http"/);
  return [status, answer?.errors?.[0]?.extensions['code']];
}

const nested = (depth: number): string => `{ accounts { nodes { ${'parent { '.repeat(depth)} id ${'} '.repeat(depth)} } } }`;
const aliased = (count: number): string => `{ ${Array.from({ length: count }, (_, i) => `a${i}: __typename`).join(' ')} }`;

describe('a request over POST', () => {
  it.each<[string, unknown, number, string | undefined]>([
    ['a query', { query: '{ __typename }' }, 200, undefined],
    ['no JSON', '{', 400, 'BAD_REQUEST'],
    ['nothing', '', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    ['a number', '42', 400, 'BAD_REQUEST'],
    ['no query', {}, 400, 'BAD_REQUEST'],
    ['a query that is no text', { query: 42 }, 400, 'BAD_REQUEST'],
    ['variables as text', { query: '{ __typename }', variables: '{}' }, 400, 'BAD_REQUEST'],
    ['variables as a list', { query: '{ __typename }', variables: [1] }, 400, 'BAD_REQUEST'],
    ['a name that is no text', { query: '{ __typename }', operationName: 1 }, 400, 'BAD_REQUEST'],
    ['a batch', [{ query: '{ __typename }' }, { query: '{ __typename }' }], 400, 'BAD_REQUEST'],
    ['an operation that is not there', { query: 'query A { __typename }', operationName: 'B' }, 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }, 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['a subscription', { query: 'subscription { jobProgressed(id: "job_x") { id } }' }, 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: 'ab'.repeat(32) } } }, 200, 'PERSISTED_QUERY_NOT_SUPPORTED'],
    ['a document that cannot be read', { query: '{' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', { query: '{ nope }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable of another type', { query: 'query ($n: Int) { accounts(first: $n) { totalCount } }', variables: { n: 'x' } }, 400, 'BAD_USER_INPUT'],
    ['a variable that is missing', { query: 'query ($id: ID!) { node(id: $id) { id } }' }, 400, 'BAD_USER_INPUT'],
    [
      'a number beyond 32 bits (BI-31)',
      { query: 'query ($n: Int) { accounts(first: $n) { totalCount } }', variables: { n: 2_147_483_648 } },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'another input type',
      { query: 'query ($i: SimulateChargesInput!) { simulateCharges(input: $i) { userErrors { code } } }', variables: { i: { nope: 1 } } },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'a day that does not exist (BI-52)',
      { query: 'mutation ($at: DateTime!) { advanceClock(input: { to: $at }) { now } }', variables: { at: '2026-02-30T00:00:00Z' } },
      400,
      'BAD_USER_INPUT',
    ],
    ['a NUL in a variable', { query: 'query ($t: String!) { search(query: $t) { __typename } }', variables: { t: 'a\0b' } }, 400, 'BAD_USER_INPUT'],
    [
      'half a character in a variable',
      { query: 'query ($t: String!) { accounts(filter: { text: $t }) { totalCount } }', variables: { t: '\ud800' } },
      400,
      'BAD_USER_INPUT',
    ],
    ['a NUL in the document', { query: '{ charges(filter: { vendor: "a\\u0000" }) { totalCount } }' }, 400, 'BAD_USER_INPUT'],
    ['as many aliases as allowed', { query: aliased(MAX_ALIASES) }, 200, undefined],
    ['an alias too many', { query: aliased(MAX_ALIASES + 1) }, 400, 'BAD_USER_INPUT'],
    ['a field too deep', { query: nested(MAX_DEPTH) }, 400, 'BAD_USER_INPUT'],
    ['a word too many', { query: `{ ${'__typename '.repeat(MAX_TOKENS)} }` }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['too much at once', { query: '{ subscriptions(first: 100) { nodes { charges(first: 100) { nodes { id } } } } }' }, 400, 'COST_LIMIT_EXCEEDED'],
    ['a page too large', { query: '{ accounts(first: 101) { totalCount } }' }, 200, 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a page of nothing', { query: '{ accounts(first: 0) { totalCount } }' }, 200, 'PAGE_SIZE_OUT_OF_RANGE'],
    ['a cursor of nowhere', { query: '{ accounts(after: "junk") { totalCount nodes { id } } }' }, 200, 'INVALID_CURSOR'],
    ['many faults', { query: `{ ${Array.from({ length: 100 }, (_, i) => `nope${i}`).join(' ')} }` }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s', async (_, body, status, code) => {
    expect(await outcome(send(body, ERP))).toEqual([status, code]);
  });

  it.each([
    ['text/plain', 400],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
  ])('a body of another site’s form is refused: %s', async (type, status) => {
    expect(await outcome(send({ query: '{ __typename }' }, { 'content-type': type }))).toEqual([status, 'BAD_REQUEST']);
  });

  it('answers in the media type that the client accepts, with its status', async () => {
    const legacy = await send({ query: '{' }, { accept: 'application/json' });
    expect([legacy.status, legacy.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const current = await send({ query: '{' });
    expect([current.status, current.headers.get('content-type')]).toEqual([400, 'application/graphql-response+json; charset=utf-8']);
    expect(await outcome(send({ query: '{ __typename }' }, { accept: 'image/png' }))).toEqual([406, 'BAD_REQUEST']);
  });

  it('says what it cost, and what it may cost', async () => {
    const { extensions } = (await (await send({ query: '{ accounts(first: 10) { nodes { id name } } }' }, ERP)).json()) as Answer;
    expect(extensions).toEqual({ cost: { requested: 31, max: MAX_COST } });
  });

  it('takes a body up to its limit, announced or not, and nothing packed', async () => {
    const body = (bytes: number): string => `{"query":"{ __typename }","x":"${'a'.repeat(bytes - 33)}"}`;
    expect(Buffer.byteLength(body(MAX_BODY_BYTES))).toBe(MAX_BODY_BYTES);
    expect(await outcome(send(body(MAX_BODY_BYTES)))).toEqual([200, undefined]);
    expect(await outcome(send(body(MAX_BODY_BYTES + 1)))).toEqual([413, 'BODY_TOO_LARGE']);
    expect(await chunked(body(MAX_BODY_BYTES + 1))).toBe(413);
    expect(await outcome(send('x', { 'content-encoding': 'gzip' }))).toEqual([415, 'UNSUPPORTED_ENCODING']);
  });

  it('answers variables that are nested as deep as a body can hold them', async () => {
    const depth = 20_000;
    const body = (inner: string): string => `{"query":"{ __typename }","variables":${'{"a":'.repeat(depth)}${inner}${'}'.repeat(depth)}}`;
    expect(await outcome(send(body('1')))).toEqual([200, undefined]);
    expect(await outcome(send(body('"\\u0000"')))).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('is not led astray by names that JavaScript gives a meaning', async () => {
    const body =
      '{"query":"query ($t: String!) { search(query: $t) { __typename } }","variables":{"t":"x","__proto__":{"first":5},"constructor":{"prototype":{"a":1}}}}';
    expect(await outcome(send(body, ERP))).toEqual([200, undefined]);
    expect(({} as Record<string, unknown>)['first']).toBeUndefined();
  });

  it('the schema can be read by everyone: it is public', async () => {
    const { data } = (await (await send({ query: '{ __schema { queryType { name } } }' })).json()) as Answer;
    expect(data.__schema.queryType.name).toBe('Query');
  });
});

async function chunked(body: string): Promise<number | undefined> {
  const sent = request(`${url}/graphql`, { method: 'POST', headers: { ...JSON_IN, 'transfer-encoding': 'chunked' } });
  sent.on('error', () => {});
  const answered = once(sent, 'response');
  for (let at = 0; at < body.length; at += 65_536) sent.write(body.slice(at, at + 65_536));
  sent.end();
  const [response] = await answered;
  response.resume();
  return response.statusCode;
}

describe('a request over GET', () => {
  const get = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { headers: { ...GRAPHQL_OUT, ...headers } });
  const preflight = { 'apollo-require-preflight': 'true' };

  it('needs a header that another site cannot send', async () => {
    expect(await outcome(get('{ __typename }'))).toEqual([400, 'BAD_REQUEST']);
    expect(await outcome(get('{ __typename }', preflight))).toEqual([200, undefined]);
  });

  it('only asks', async () => {
    expect(await outcome(get('mutation { signOut { userErrors { code } } }', preflight))).toEqual([405, 'BAD_REQUEST']);
  });

  it('is open to no other site: there is no CORS', async () => {
    const { headers } = await get('{ __typename }', { ...preflight, origin: 'https://evil.example' });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s is no method of it', async (method) => {
    const response = await fetch(`${url}/graphql`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

// ---- the compiled answer is the interpreted one

const ACCOUNT =
  'query ($id: ID!, $more: Boolean! = false) { node(id: $id) { __typename id ... on Account { number kind parent { ...who } status @include(if: $more) } } } fragment who on Account { number name @skip(if: $more) }';
const PARITY: readonly (readonly [string, string, () => Record<string, unknown>])[] = [
  ['plain fields', '{ viewer { mode permissions clock { today timeZone } account { number } } }', () => ({})],
  [
    'a page with relations',
    '{ subscriptions(first: 5, orderBy: { field: NUMBER, direction: ASC }) { totalCount pageInfo { hasNextPage } edges { cursor node { number status plan { sku product { code } } account { number parent { number } } } } } }',
    () => ({}),
  ],
  ['an interface and fragments', ACCOUNT, () => ({ id: world.id('acc DEMO-CUSTOMER') })],
  ['a branch taken by a variable', ACCOUNT, () => ({ id: world.id('acc DEMO-CUSTOMER'), more: true })],
  ['nothing there', ACCOUNT, () => ({ id: absent('acc_') })],
  ['a wrong id', ACCOUNT, () => ({ id: 'zzz' })],
  [
    'a list with holes',
    'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
    () => ({ ids: [world.id('acc C-RIVAL'), absent('sub_'), world.id('pln KES-1')] }),
  ],
  ['an error beside data', '{ a: viewer { mode } b: accounts(first: 0) { totalCount } c: job(id: "x") { id } }', () => ({})],
  [
    'a default and an enum',
    'query ($s: [SubscriptionStatus!] = [ACTIVE]) { subscriptions(first: 1, filter: { status: $s }) { totalCount nodes { status nextCharge { net { amount } } charges(first: 2) { nodes { net { amount currency } segments { from to days } explanation { text } } } } } }',
    () => ({}),
  ],
  [
    'a computation',
    'query ($p: Decimal!) { simulateCharges(input: { billingPolicy: PAYG, unitPrice: $p, currency: "EUR", activatedAt: "2026-05-01T00:00:00Z", changes: [{ at: "2026-05-01T00:00:00Z", quantity: 25 }], from: "2026-05-01", to: "2026-06-01" }) { total { amount } charges { explanation segments { unitPrice } } userErrors { code } } }',
    () => ({ p: '2.5' }),
  ],
  [
    'a scalar refused',
    'query ($p: Decimal!) { simulateCharges(input: { billingPolicy: PAYG, unitPrice: $p, currency: "EUR", activatedAt: "2026-05-01T00:00:00Z", changes: [], from: "2026-05-01", to: "2026-06-01" }) { userErrors { code } } }',
    () => ({ p: '1e3' }),
  ],
  ['what may not be seen', '{ auditEvents(first: 1) { totalCount } priceLists(first: 1) { totalCount } }', () => ({})],
  ['introspection', '{ __schema { queryType { name } } __type(name: "Charge") { name kind fields { name } } }', () => ({})],
];

describe('compiled and interpreted', () => {
  const schema = createSchema('sandbox');

  it.each(PARITY)('give one answer: %s', async (_, query, variables) => {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    const { app } = world.server;
    const { rows } = await app.database.system.query<{ id: string; name: string; account: string; number: string }>(
      `select u.id, u.name, a.id as account, a.number from app_user u join account a on a.id = u.account_id where u.email = 'support@demo.test'`,
    );
    const { id, name, account, number } = rows[0]!;
    const context = (): RequestContext => ({
      app,
      viewer: {
        kind: 'USER',
        id,
        name,
        email: 'support@demo.test',
        roles: ['RESELLER'],
        account: { id: account, number, kind: 'PROVIDER', parentId: undefined },
        permissions: permissionsOf(['RESELLER']),
      },
      requestId: 'parity',
      address: '127.0.0.1',
      session: undefined,
      setSession: () => {},
      cache: new Map(),
    });
    const plain = ({ data, errors }: Awaited<ReturnType<typeof execute>>): unknown =>
      JSON.parse(JSON.stringify({ data, errors: errors?.map((error) => ({ path: error.path, code: error.extensions['code'], locations: error.locations })) }));
    const interpreted = plain(await execute({ schema, document, variableValues: variables(), contextValue: context(), rootValue: {} }));
    const run = createExecutor(schema);
    for (let times = 0; times < 3; times++) expect(plain(await run({ document, context: context(), variables: variables() }))).toEqual(interpreted);
  });
});

// ---- live

describe('the stream', () => {
  const stream = (body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
    fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: { ...JSON_IN, accept: 'text/event-stream', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal && { signal }),
    });
  const FOLLOW = 'subscription ($id: ID!) { jobProgressed(id: $id) { id state progress { done total } } }';

  /** The results that come, and whether the end was told. */
  async function results(response: Response): Promise<{ results: Answer[]; complete: boolean }> {
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('event:'));
    return {
      results: events.filter((event) => event.startsWith('event: next')).map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6))),
      complete: events.at(-1)!.startsWith('event: complete'),
    };
  }

  /** A job that nobody works at. */
  async function idleJob(account = 'PROVIDER'): Promise<string> {
    const { rows } = await world.server.app.database.system.query<{ id: string }>(
      `insert into job (id, kind, state, progress_done, user_errors, account_id, requested_by, created_at)
       select gen_random_uuid(), 'runBilling', 'QUEUED', 0, '[]', id, 'nobody', now() from account where number = $1 returning id`,
      [account],
    );
    return rows[0]!.id;
  }
  const move = async (id: string, set: string): Promise<void> => {
    await world.server.app.database.system.query(`update job set ${set} where id = $1`, [id]);
    await world.server.app.database.system.query(`select pg_notify('cloudtill_job', $1)`, [id]);
  };

  it('tells of a job from where it is to its end', async () => {
    const ask = await world.server.as('operator');
    const { data } = await ask('mutation ($key: String!) { runBilling(input: { billingPeriod: "2026-06", idempotencyKey: $key }) { job { id } } }', {
      key: key(),
    });
    const { id } = data.runBilling.job;
    const told = await results(await stream({ query: FOLLOW, variables: { id } }, { cookie: await world.server.cookie('operator') }));
    expect(told.complete).toBe(true);
    expect(told.results.at(-1)!.data.jobProgressed).toMatchObject({ id, state: 'SUCCEEDED' });
    // Who comes back after it has ended hears so at once.
    const again = await results(await stream({ query: FOLLOW, variables: { id } }, { cookie: await world.server.cookie('operator') }));
    expect(again).toEqual({ results: [told.results.at(-1)!], complete: true });
  });

  it('is understood by the client that the dashboard uses', async () => {
    const id = await idleJob();
    const client = createClient({ url: `${url}/graphql/stream`, headers: ERP });
    const seen: unknown[] = [];
    for await (const { data } of client.iterate<{ jobProgressed: { state: string; progress: { done: number } } }>({
      query: FOLLOW,
      variables: { id: `job_${id}` },
    })) {
      const { state, progress } = data!.jobProgressed;
      seen.push([state, progress.done]);
      if (seen.length === 1) await move(id, `state = 'RUNNING', progress_done = 5, progress_total = 10`);
      if (seen.length === 2) await move(id, `state = 'SUCCEEDED', progress_done = 10, finished_at = now()`);
    }
    expect(seen).toEqual([
      ['QUEUED', 0],
      ['RUNNING', 5],
      ['SUCCEEDED', 10],
    ]);
  });

  it.each<[string, unknown, 'anonymous' | 'reseller' | 'erp', string]>([
    ['nobody', { query: FOLLOW, variables: { id: absent('job_') } }, 'anonymous', 'UNAUTHENTICATED'],
    ['a job that is not there', { query: FOLLOW, variables: { id: absent('job_') } }, 'erp', 'NOT_FOUND'],
    ['an id of nothing', { query: FOLLOW, variables: { id: 'zzz' } }, 'erp', 'INVALID_ID'],
    ['a variable of another type', { query: FOLLOW, variables: { id: {} } }, 'erp', 'BAD_USER_INPUT'],
    ['a query', { query: '{ __typename }' }, 'erp', 'BAD_USER_INPUT'],
    [
      'a query behind a subscription',
      { query: `${FOLLOW} query Other { __typename }`.replace('subscription (', 'subscription Follow ('), operationName: 'Other', variables: { id: 'x' } },
      'erp',
      'BAD_USER_INPUT',
    ],
    ['a mutation', { query: 'mutation { signOut { userErrors { code } } }' }, 'erp', 'BAD_USER_INPUT'],
    ['no document', { query: 'subscription {' }, 'erp', 'BAD_USER_INPUT'],
    ['a field that is not there', { query: 'subscription { nope }' }, 'erp', 'BAD_USER_INPUT'],
    ['aliases without end', { query: `subscription { jobProgressed(id: "x") ${aliased(MAX_ALIASES + 1)} }` }, 'erp', 'BAD_USER_INPUT'],
  ])('answers %s with one error, and ends', async (_, body, who, code) => {
    const { results: said, complete } = await results(await stream(body, await world.headers(who)));
    expect(said).toHaveLength(1);
    expect([said[0]!.errors![0]!.extensions['code'], complete]).toEqual([code, true]);
  });

  it('does not tell another’s job from one that is not there', async () => {
    const id = `job_${await idleJob('R-RIVAL')}`;
    const of = async (job: string): Promise<unknown> =>
      (await results(await stream({ query: FOLLOW, variables: { id: job } }, await world.headers('reseller')))).results;
    expect(await of(id)).toEqual(await of(absent('job_')));
  });

  it.each([
    ['a form', { query: FOLLOW }, { 'content-type': 'text/plain' }, 415],
    ['no JSON', '{', {}, 400],
    ['no query', {}, {}, 400],
    ['variables as text', { query: FOLLOW, variables: '{}' }, {}, 400],
  ])('does not begin for %s', async (_, body, headers, status) => {
    expect(await outcome(stream(body, headers as Record<string, string>))).toEqual([status, 'BAD_REQUEST']);
  });

  it('lets go of everything when its reader leaves', async () => {
    const { listener } = world.server.app;
    const heard = new Set<string>();
    const on = listener.on.bind(listener);
    listener.on = (channel, handler) => {
      const [name, off] = [`${channel} ${Math.random()}`, on(channel, handler)];
      heard.add(name);
      return () => (heard.delete(name), off());
    };
    try {
      const leave = new AbortController();
      const id = `job_${await idleJob()}`;
      const response = await stream({ query: FOLLOW, variables: { id } }, ERP, leave.signal);
      await response.body!.getReader().read();
      expect(heard.size).toBe(1);
      leave.abort();
      for (let tries = 0; heard.size > 0 && tries < 100; tries++) await sleep(50);
      expect(heard.size).toBe(0);
    } finally {
      listener.on = on;
    }
  });

  it('does not keep the server from stopping', async () => {
    const server = await startServer();
    const { rows } = await server.app.database.system.query<{ id: string }>(
      `insert into job (id, kind, state, progress_done, user_errors, account_id, requested_by, created_at)
       select gen_random_uuid(), 'runBilling', 'QUEUED', 0, '[]', id, 'nobody', now() from account where number = 'PROVIDER' returning id`,
    );
    const response = await fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: { ...JSON_IN, ...ERP },
      body: JSON.stringify({ query: FOLLOW, variables: { id: `job_${rows[0]!.id}` } }),
    });
    const text = response.text();
    const begun = performance.now();
    await server.stop();
    expect(performance.now() - begun).toBeLessThan(8_000);
    expect(await text).toMatch(/event: complete/);
  });
});

describe('uploads', () => {
  const announce = async (byteSize: number): Promise<{ id: string; address: string }> => {
    const ask = await world.server.as('operator');
    const { data } = await ask('mutation ($size: Int!) { createUpload(input: { fileName: "a.csv", byteSize: $size }) { uploadId uploadUrl } }', {
      size: byteSize,
    });
    return { id: data.createUpload.uploadId, address: url + data.createUpload.uploadUrl };
  };
  const put = async (address: string, body: string, who: 'operator' | 'finance' | 'reseller' | 'anonymous' = 'operator'): Promise<Response> =>
    fetch(address, { method: 'PUT', headers: await world.headers(who), body });

  it('takes exactly the bytes that were announced', async () => {
    const { id, address } = await announce(10);
    expect(await outcome(put(address, 'x'.repeat(9)))).toEqual([400, 'UPLOAD_SIZE_DIFFERS']);
    expect(await outcome(put(address, 'x'.repeat(11)))).toEqual([413, 'UPLOAD_SIZE_DIFFERS']);
    const ask = await world.server.as('operator');
    const early = await ask('mutation ($i: ImportBookInput!) { importBook(input: $i) { userErrors { code } } }', {
      i: { kind: 'PLANS', uploadId: id, dryRun: true, idempotencyKey: key() },
    });
    expect(early.data.importBook.userErrors).toEqual([{ code: 'UPLOAD_UNKNOWN' }]);
    expect((await put(address, 'x'.repeat(10))).status).toBe(204);
    expect((await put(address, 'x'.repeat(10))).status).toBe(204); // again, after a lost answer
  });

  it('is for the one who announced it', async () => {
    const { address } = await announce(1);
    expect(await outcome(put(address, 'x', 'anonymous'))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await outcome(put(address, 'x', 'reseller'))).toEqual([403, 'FORBIDDEN']);
    expect(await outcome(put(address, 'x', 'finance'))).toEqual([404, 'NOT_FOUND']);
    expect(await outcome(put(`${url}/uploads/upl_x`, 'x'))).toEqual([404, 'NOT_FOUND']);
    expect(await outcome(put(`${url}/uploads/${absent('upl_')}`, 'x'))).toEqual([404, 'NOT_FOUND']);
  });

  it('that breaks off leaves nothing, and can be begun again', async () => {
    const { address } = await announce(2_000_000);
    const sent = request(address, { method: 'PUT', headers: { ...(await world.headers('operator')), 'content-length': '2000000' } });
    sent.on('error', () => {});
    sent.write('x'.repeat(1_500_000));
    await sleep(200);
    sent.destroy();
    const key_ = address.split('upl_')[1];
    const left = async (): Promise<number> =>
      (await world.server.app.database.system.query('select 1 from upload_part where upload_id = $1', [key_])).rowCount ?? 0;
    expect(await left()).toBe(0);
    expect((await put(address, 'x'.repeat(2_000_000))).status).toBe(204);
    expect(await left()).toBe(2);
  });
});

describe('around GraphQL', () => {
  it.each(['/health/live', '/health/ready'])('%s says that all is well, to everyone', async (path) => {
    const response = await fetch(url + path);
    expect([response.status, await response.json()]).toEqual([200, { status: path.slice(8) }]);
  });

  it('is not ready without its database', async () => {
    const server = await createHttpServer({ ...world.server.app, database: { system: { query: () => Promise.reject(new Error('gone')) } } } as never);
    const answer = await server.inject('/health/ready');
    expect([answer.statusCode, answer.headers['retry-after'], answer.json()]).toEqual([
      503,
      '5',
      { status: 'not ready', reason: 'the database does not answer' },
    ]);
    expect((await server.inject('/health/live')).statusCode).toBe(200);
  });

  it.each(['/', '/graphiql', '/nothing.js', '/graphql', '/exports/charges', '/%zz'])('%s comes with the headers that keep a browser safe', async (path) => {
    const { headers } = await fetch(url + path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';.*frame-ancestors 'none'/);
    expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
  });

  it('what nobody can read as HTTP is refused, and the next request is answered', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.end('NONSENSE\r\n\r\n');
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toMatch(/^HTTP\/1\.1 400 /);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });

  it.each([
    ['vendor=%00', 400, 'BAD_USER_INPUT'],
    ['vendor=a&vendor=b', 400, 'BAD_USER_INPUT'],
    ['include=NOPE', 400, 'BAD_USER_INPUT'],
    ['kind=', 400, 'BAD_USER_INPUT'],
    ['updatedAfter=2026', 400, 'BAD_USER_INPUT'],
    ['subscriptionId=acc_%00', 400, 'INVALID_ID'],
  ])('an export of %s says what is wrong before it begins', async (query, status, code) => {
    expect(await outcome(fetch(`${url}/exports/charges?${query}`, { headers: ERP }))).toEqual([status, code]);
  });
});

describe('the dashboard’s files', () => {
  it('are kept by the browser as long as their names say, and nothing else is handed out', async () => {
    const root = mkdtempSync(join(tmpdir(), 'cloudtill-dashboard-'));
    mkdirSync(join(root, 'assets'));
    writeFileSync(join(root, 'index.html'), '<!doctype html><title>Cloudtill</title>');
    writeFileSync(join(root, 'assets', 'app-1a2b.js'), 'export {};');
    writeFileSync(`${root}.secret`, 'secret');
    const server = await createHttpServer(world.server.app);
    await addDashboard(server, root);
    const get = (path: string, headers: Record<string, string> = {}) => server.inject({ url: path, headers });
    const page = { accept: 'text/html' };

    const asset = await get('/assets/app-1a2b.js');
    expect([asset.statusCode, asset.headers['cache-control'], asset.headers['content-type']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
      'application/javascript; charset=utf-8',
    ]);
    const index = await get('/', page);
    expect([index.statusCode, index.headers['cache-control']]).toEqual([200, 'no-cache']);
    expect((await get('/', { ...page, 'if-none-match': String(index.headers.etag) })).statusCode).toBe(304);

    const deep = await get('/subscriptions/SUB-1', page);
    expect([deep.statusCode, deep.headers['cache-control'], deep.body]).toEqual([200, 'no-cache', index.body]);
    for (const [path, headers] of [
      ['/assets/gone.js', {}],
      ['/exports/nothing', page],
      ['/graphql/nothing', page],
    ] as const)
      expect([path, (await get(path, headers)).statusCode]).toEqual([path, 404]);
    for (const path of ['/..%2f', '/assets/..%2f..%2f', '/../', '/%2e%2e/'])
      expect((await get(`${path}${root.split('/').at(-1)}.secret`)).body).not.toContain('secret');
    await server.close();
    rmSync(root, { recursive: true });
    rmSync(`${root}.secret`);
  });
});
