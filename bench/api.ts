/**
 * Questions that dashboards and ERPs ask all day, against the least that can answer them, and against PostGraphile 5 on
 * the same tables: a list of 50 subscriptions with plan, account and last three charges, and one of them by its id.
 */
import autocannon from 'autocannon';
import type { Client } from 'pg';
import { makeBook } from './book.ts';
import { billMonth } from './bill-month.ts';
import { connect, startCluster } from './cluster.ts';
import { conclude, round, table } from './measure.ts';
import { serveCloudtill, serveFloor, servePostGraphile, signIn, type Served } from './servers.ts';

const MONTHS = ['2026-03', '2026-04', '2026-05'];
const CONNECTIONS = 16;
const WARM_UP_SECONDS = 4;
const ROUNDS = 3;
const ROUND_SECONDS = 5;

const FIELDS = `number status quantity plan { sku name } account { number name }
  charges(first: 3) { edges { node { periodStart periodEnd net { amount currency } } } }`;
const LIST = `query List { subscriptions(first: 50) { edges { node { ${FIELDS} } } } }`;
const SINGLE = `query Single($id: ID!) { subscription(id: $id) { ${FIELDS} } }`;

const RIVAL_FIELDS = `number status quantity planByPlanId { sku name } accountByCustomerId { number name }
  chargesByCustomerIdAndSubscriptionId(first: 3, orderBy: [BILLING_MONTH_DESC, ROW_ID_DESC]) { edges { node { periodStart periodEnd netMinor currency } } }`;
const RIVAL_LIST = `query List { allServiceSubscriptions(first: 50, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) { edges { node { ${RIVAL_FIELDS} } } } }`;
const RIVAL_SINGLE = `query Single($id: UUID!) { serviceSubscriptionByRowId(rowId: $id) { ${RIVAL_FIELDS} } }`;

interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  /** The same question again and again, or one of many. */
  readonly bodies: readonly string[];
}

export async function api(size: number): Promise<void> {
  const cluster = await startCluster();
  const served: Served[] = [];
  try {
    const client = await connect(cluster.url);
    console.log(`making a book of ${size.toLocaleString('en')} subscriptions with ${MONTHS.length} billed months`);
    await makeBook(client, { subscriptions: size, edges: 1 });
    for (const month of MONTHS) await billMonth(cluster, 'FRESH', month);
    // Charges have no foreign key, since checking a million of them would double a run; PostGraphile is told instead.
    await client.query(`comment on table charge is E'@foreignKey (customer_id, subscription_id) references service_subscription (customer_id, id)'`);
    await client.query('vacuum (analyze)');
    const ids = await someIds(client);
    await client.end();

    const serving = async (server: Promise<Served>): Promise<Served> => {
      served.push(await server);
      return server;
    };
    const ours = await serving(serveCloudtill(cluster));
    const floor = await serving(serveFloor(cluster));
    const rival = await serving(servePostGraphile(cluster));
    const json = { 'content-type': 'application/json' };
    const signedIn = { ...json, cookie: await signIn(ours.url) };
    const ask = (query: string): string => JSON.stringify({ query });
    const askFor = (query: string, id: string): string => JSON.stringify({ query, variables: { id } });
    const lists = await race([
      { name: 'Cloudtill', url: `${ours.url}/graphql`, headers: signedIn, bodies: [ask(LIST)] },
      { name: 'floor', url: `${floor.url}/list`, headers: json, bodies: ['{}'] },
      { name: 'PostGraphile', url: rival.url, headers: json, bodies: [ask(RIVAL_LIST)] },
    ]);
    const singles = await race([
      { name: 'Cloudtill', url: `${ours.url}/graphql`, headers: signedIn, bodies: ids.map(({ id }) => askFor(SINGLE, `sub_${id}`)) },
      { name: 'floor', url: `${floor.url}/single`, headers: json, bodies: ids.map(({ id }) => JSON.stringify({ id })) },
      { name: 'PostGraphile', url: rival.url, headers: json, bodies: ids.map(({ id }) => askFor(RIVAL_SINGLE, id)) },
    ]);
    const ratio = (laps: Laps, other: string): number => round(laps['Cloudtill']!.perSecond / laps[other]!.perSecond);
    table([
      ...rows('list of 50', lists),
      ['list ÷ floor', `${ratio(lists, 'floor').toFixed(2)} × its requests/s (at least 0.55)`],
      ['list ÷ PostGraphile', `${ratio(lists, 'PostGraphile').toFixed(2)} × its requests/s (at least 1.5)`],
      ...rows('one by id', singles),
      ['one ÷ floor', `${ratio(singles, 'floor').toFixed(2)} × its requests/s (at least 0.4)`],
      ['one ÷ PostGraphile', `${ratio(singles, 'PostGraphile').toFixed(2)} × its requests/s`],
    ]);
    conclude('api', {
      ratio: ratio(lists, 'floor'),
      listToPostGraphile: ratio(lists, 'PostGraphile'),
      singleRatio: ratio(singles, 'floor'),
      singleToPostGraphile: ratio(singles, 'PostGraphile'),
      listPerSecond: Math.round(lists['Cloudtill']!.perSecond),
      singlePerSecond: Math.round(singles['Cloudtill']!.perSecond),
      size,
      connections: CONNECTIONS,
      maxRssMb: Math.round(ours.maxRssBytes() / 2 ** 20),
    });
  } finally {
    for (const server of served) await server.stop();
    await cluster.stop();
  }
}

async function someIds(client: Client): Promise<{ id: string }[]> {
  const { rows } = await client.query<{ id: string }>('select id from service_subscription order by md5(id::text) limit 500');
  return rows;
}

type Laps = Readonly<Record<string, { perSecond: number; p50: number; p99: number }>>;

/** Each in turn, several times, so that a slow moment of the machine meets all of them. */
async function race(targets: readonly Target[]): Promise<Laps> {
  for (const target of targets) await checkAnswer(target);
  for (const target of targets) await load(target, WARM_UP_SECONDS);
  const results = new Map<string, autocannon.Result[]>(targets.map(({ name }) => [name, []]));
  for (let lap = 0; lap < ROUNDS; lap++) for (const target of targets) results.get(target.name)!.push(await load(target, ROUND_SECONDS));
  const mean = (of: autocannon.Result[], value: (result: autocannon.Result) => number): number =>
    of.reduce((sum, result) => sum + value(result), 0) / of.length;
  return Object.fromEntries(
    [...results].map(([name, laps]) => [
      name,
      {
        perSecond: mean(laps, ({ requests }) => requests.average),
        p50: mean(laps, ({ latency }) => latency.p50),
        p99: mean(laps, ({ latency }) => latency.p99),
      },
    ]),
  );
}

/** A fast wrong answer is worth nothing. */
async function checkAnswer({ name, url, headers, bodies }: Target): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body: bodies[0]! });
  const text = await response.text();
  const amounts = text.match(/"(?:amount|netMinor)" ?:/g)?.length ?? 0;
  const expected = bodies.length === 1 ? 50 * MONTHS.length : MONTHS.length;
  if (response.status !== 200 || text.includes('"errors"') || amounts !== expected)
    throw new Error(`${name} answers wrongly: ${response.status}, ${amounts} amounts instead of ${expected}: ${text.slice(0, 500)}`);
}

async function load({ name, url, headers, bodies }: Target, duration: number): Promise<autocannon.Result> {
  let next = 0;
  const result = await autocannon({
    url,
    duration,
    connections: CONNECTIONS,
    requests: [{ method: 'POST', headers, setupRequest: (request) => ({ ...request, body: bodies[next++ % bodies.length]! }) }],
  });
  if (result.errors + result.non2xx > 0) throw new Error(`${name}: ${result.errors} errors and ${result.non2xx} refusals under load`);
  return result;
}

function rows(what: string, laps: Laps): [string, string][] {
  return Object.entries(laps).map(([name, { perSecond, p50, p99 }]) => [
    `${what}: ${name}`,
    `${Math.round(perSecond)} requests/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
  ]);
}
