/** Page 1 of all charges against page 1,000 of them, through the API, while the table grows by the million. */
import { monthOf } from '@cloudtill/domain/calendar/billing-month';
import { localDate } from '@cloudtill/domain/calendar/local-date';
import type { Client } from 'pg';
import { attachPartition, buildIndexes, createBarePartition, partitionName } from '../server/dist/src/billing/charge-partition.js';
import { billMonth } from './bill-month.ts';
import { makeBook, MONTH } from './book.ts';
import { connect, startCluster } from './cluster.ts';
import { conclude, round, table } from './measure.ts';
import { serveCloudtill, signIn, type Served } from './servers.ts';

const MONTHS = 10;
const PAGE = 100;
const DEEP = 1_000;
const WARM_UP = 100;
const LAPS = 500;

const QUERY = `query Page($after: String) { charges(first: ${PAGE}, after: $after) {
  edges { node { id number billingPeriod { id } periodStart periodEnd net { amount currency } subscription { number } } } pageInfo { endCursor hasNextPage } } }`;

interface Page {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly endCursor: string };
}

export async function pages(size: number): Promise<void> {
  const cluster = await startCluster();
  let server: Served | undefined;
  try {
    const client = await connect(cluster.url);
    const perMonth = Math.ceil(size / MONTHS);
    console.log(`making ${(perMonth * MONTHS).toLocaleString('en')} charges in ${MONTHS} billing periods`);
    await makeBook(client, { subscriptions: perMonth, edges: 1 });
    await billMonth(cluster, 'FRESH');
    await repeatMonth(client);
    await client.query('vacuum (analyze) charge');
    const { rows } = await client.query<{ count: string }>('select count(*) from charge');
    const charges = Number(rows[0]!.count);
    await client.end();

    server = await serveCloudtill(cluster);
    const ask = await asker(server.url);
    const seen = new Set<string>();
    let after: string | undefined;
    for (let page = 1; page < DEEP; page++) {
      const { edges, pageInfo } = await ask(after);
      for (const { node } of edges) seen.add(node.id);
      after = pageInfo.endCursor;
    }
    if (seen.size !== (DEEP - 1) * PAGE) throw new Error(`${DEEP - 1} pages hold ${seen.size} different charges instead of ${(DEEP - 1) * PAGE}`);

    for (let lap = 0; lap < WARM_UP; lap++) await ask(lap % 2 === 0 ? undefined : after);
    const [first, deep]: [number[], number[]] = [[], []];
    // One, then the other, so that a slow moment of the machine meets both.
    for (let lap = 0; lap < LAPS; lap++) {
      first.push(await milliseconds(() => ask(undefined)));
      deep.push(await milliseconds(() => ask(after)));
    }
    const [p1, p1000] = [quantiles(first), quantiles(deep)];
    const ratio = p1000.p50 / p1.p50;
    table([
      ['charges', charges.toLocaleString('en')],
      [`page 1 of ${PAGE}`, `p50 ${p1.p50.toFixed(2)} ms, p99 ${p1.p99.toFixed(2)} ms`],
      [`page ${DEEP.toLocaleString('en')} of ${PAGE}`, `p50 ${p1000.p50.toFixed(2)} ms, p99 ${p1000.p99.toFixed(2)} ms`],
      ['page 1,000 ÷ page 1', `${ratio.toFixed(2)} × its time (at most 1.5)`],
    ]);
    conclude('pages', { ratio: round(ratio), charges, pageSize: PAGE, page1Ms: round(p1.p50), page1000Ms: round(p1000.p50) });
  } finally {
    await server?.stop();
    await cluster.stop();
  }
}

/** The months before hold the same rows under their own month: what is measured is reading, not billing. */
async function repeatMonth(client: Client): Promise<void> {
  const original = partitionName(monthOf(localDate(`${MONTH}-01`)));
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = 'charge'::regclass and attnum > 0 and not attisdropped order by attnum`,
  );
  const columns = rows.map(({ name }) => name);
  const { rows: months } = await client.query<{ day: string }>(
    `select (date '${MONTH}-01' - ago * interval '1 month')::date::text as day from generate_series(1, ${MONTHS - 1}) ago`,
  );
  for (const { day } of months) {
    const month = monthOf(localDate(day));
    await client.query(
      `insert into billing_period (id, month, status, opened_at, rated_at) values (gen_random_uuid(), $1, 'OPEN', now(), now()) on conflict (month) do nothing`,
      [day],
    );
    await createBarePartition(client as never, month);
    const values = columns.map((name) => (name === 'billing_month' ? `'${day}'::date` : name));
    await client.query(`insert into ${partitionName(month)} (${columns.join(', ')}) select ${values.join(', ')} from ${original}`);
    await buildIndexes([client as never], partitionName(month));
    await attachPartition(client as never, month, async () => {});
  }
}

async function asker(url: string): Promise<(after: string | undefined) => Promise<Page>> {
  const headers = { 'content-type': 'application/json', cookie: await signIn(url) };
  return async (after) => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: QUERY, variables: { after } }) });
    const { data, errors } = (await response.json()) as { data: { charges: Page }; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data.charges;
  };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function quantiles(times: readonly number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length / 2)]!, p99: sorted[Math.floor(sorted.length * 0.99)]! };
}
