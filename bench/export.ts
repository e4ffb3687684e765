/**
 * A month of charges as NDJSON through the export that ERPs use, rights and all, against the same facts written to a file
 * by PostgreSQL alone: COPY of row_to_json.
 */
import { createWriteStream, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { billMonth } from './bill-month.ts';
import { makeBook, MONTH } from './book.ts';
import { connect, startCluster } from './cluster.ts';
import { conclude, megabytes, perSecond, round, seconds, table, timed, type Lap } from './measure.ts';
import { serveCloudtill, signIn, type Served } from './servers.ts';

const LAPS = 3;

/** The charges as they are stored, and nothing else. */
const BARE = `select row_to_json(c) from charge c where c.billing_month = '${MONTH}-01'`;
/** What the export says of a charge: numbers and names instead of ids, amounts with their decimals, every segment by name. */
const SAME_FACTS = `select row_to_json(r) from (
  select 'chg_' || c.customer_id || '.' || '${MONTH}' || '.' || c.id as id, 'CHG-${MONTH}-' || lpad(c.id::text, 6, '0') as number, c.kind, period.status, '${MONTH}' as "billingPeriod",
    s.number as subscription, seller.number as seller, buyer.number as buyer, customer.number as customer, product.code as product, plan.sku as plan,
    c.period_start as "periodStart", c.period_end as "periodEnd", c.unit_price_micros / 1000000.0 as "unitPrice", c.list_price_micros / 1000000.0 as "listPrice",
    case when c.rate_mode is not null then json_build_object('mode', c.rate_mode, 'percent', c.rate_percent / 10000.0) end as "priceListRate",
    json_build_object('amount', (c.net_minor / 100.0)::numeric(20, 2)::text, 'currency', c.currency) as net, c.period_days as "periodDays",
    (select json_agg(json_build_object('from', date '1970-01-01' + c.segments[k], 'to', date '1970-01-01' + c.segments[k + 1], 'quantity', c.segments[k + 2], 'days', c.segments[k + 1] - c.segments[k]))
       from generate_series(1, cardinality(c.segments), 3) k) as segments,
    c.created_at as "createdAt", c.updated_at as "updatedAt", c.acknowledged_at as "acknowledgedAt"
  from charge c join billing_period period on period.month = c.billing_month join service_subscription s on s.id = c.subscription_id
    join account seller on seller.id = c.seller_id join account buyer on buyer.id = c.buyer_id join account customer on customer.id = c.customer_id
    join plan on plan.id = c.plan_id join product on product.id = plan.product_id
  where c.billing_month = '${MONTH}-01') r`;

export async function exporting(size: number): Promise<void> {
  const cluster = await startCluster();
  const file = join(tmpdir(), `cloudtill-export-${process.pid}`);
  let server: Served | undefined;
  try {
    const client = await connect(cluster.url);
    console.log(`making a book of ${size.toLocaleString('en')} subscriptions and billing a month of it`);
    await makeBook(client, { subscriptions: size, edges: 1 });
    const { facts } = await billMonth(cluster, 'FRESH');
    await client.query('vacuum (analyze)');
    server = await serveCloudtill(cluster);
    const cookie = await signIn(server.url);
    const url = `${server.url}/exports/charges?billingPeriod=${MONTH}`;
    await checkFirstLine(url, cookie);

    const best = { ours: [] as Lap[], bare: [] as Lap[], same: [] as Lap[] };
    let bytes = 0;
    // In turn, so that a slow moment of the machine meets all of them; the fastest of each counts.
    for (let lap = 0; lap < LAPS; lap++) {
      best.ours.push((await timed(() => download(url, cookie, file))).lap);
      bytes = statSync(file).size;
      best.bare.push((await timed(() => client.query(`copy (${BARE}) to '${file}-pg'`))).lap);
      best.same.push((await timed(() => client.query(`copy (${SAME_FACTS}) to '${file}-pg'`))).lap);
    }
    await client.end();

    const fastest = (laps: readonly Lap[]): Lap => laps.reduce((a, b) => (a.seconds <= b.seconds ? a : b));
    const [ours, bare, same] = [fastest(best.ours), fastest(best.bare), fastest(best.same)];
    const rows = facts.chargesWritten;
    table([
      ['charges', `${rows.toLocaleString('en')}, ${megabytes(bytes)} of NDJSON`],
      ['Cloudtill', `${ours.seconds.toFixed(2)} s, ${perSecond(rows, ours.seconds)}, node at most ${megabytes(server.maxRssBytes())} (at most 200)`],
      ['floor: COPY of row_to_json, bare rows', `${bare.seconds.toFixed(2)} s, ${perSecond(rows, bare.seconds)}`],
      ['floor: COPY of row_to_json, the same facts', `${same.seconds.toFixed(2)} s, ${perSecond(rows, same.seconds)}`],
      ['÷ bare rows', `${(bare.seconds / ours.seconds).toFixed(2)} × its rows/s (at least 1.0)`],
      ['÷ the same facts', `${(same.seconds / ours.seconds).toFixed(2)} × its rows/s`],
      ['reader of the stream', seconds(ours)],
    ]);
    conclude('export', {
      ratio: round(bare.seconds / ours.seconds),
      ratioSameFacts: round(same.seconds / ours.seconds),
      size,
      charges: rows,
      seconds: round(ours.seconds),
      bareSeconds: round(bare.seconds),
      sameFactsSeconds: round(same.seconds),
      maxRssMb: Math.round(server.maxRssBytes() / 2 ** 20),
    });
  } finally {
    await server?.stop();
    rmSync(file, { force: true });
    rmSync(`${file}-pg`, { force: true });
    await cluster.stop();
  }
}

async function download(url: string, cookie: string, file: string): Promise<void> {
  const response = await fetch(url, { headers: { cookie } });
  if (!response.ok) throw new Error(`the export answers ${response.status}: ${await response.text()}`);
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file));
}

/** A fast wrong answer is worth nothing. */
async function checkFirstLine(url: string, cookie: string): Promise<void> {
  const response = await fetch(url, { headers: { cookie } });
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  const line = JSON.parse(new TextDecoder().decode(value).split('\n', 1)[0]!) as { billingPeriod?: string; segments?: unknown[] };
  if (line.billingPeriod !== MONTH || line.segments?.length !== 4) throw new Error(`the export says something else: ${JSON.stringify(line)}`);
}
