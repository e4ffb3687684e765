/**
 * Orders at all vendors while these fail and workers are killed. `npm run vendor-faults`
 *
 *     npm run vendor-faults -- [--scenarios 200] [--seed N]
 *
 * Each scenario is an order at a vendor with faults by chance; several make a round, in which the first workers are
 * killed at one of three places: before they call, after the vendor has committed, before we have. When nothing is open
 * any more: commits in the vendors' journals = subscriptions that we believe in, none twice, nothing that only one side
 * knows, and the invariants of the database. Ends with 1 where that does not hold. The seed makes it the same again, as
 * far as the machine lets it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator, type Simulator } from '../packages/vendor-simulators/dist/frame/simulator.js';
import { VENDORS } from '../packages/vendor-simulators/dist/vendors.js';
import { Random } from '../server/dist/src/demo/random.js';
import { INVARIANTS, readInvariant } from '../server/dist/src/verify/invariants.js';
import { connect, startCluster } from './cluster.ts';
import { serveCloudtill } from './servers.ts';
import { faultsOf, KILL_POINTS, standingOf, VENDOR_CALLS, workOff } from './vendor-scenarios.ts';
import { VendorShop } from './vendor-shop.ts';
import { WorkerProcess } from './worker-process.ts';

const { values } = parseArgs({ options: { scenarios: { type: 'string' }, seed: { type: 'string' } } });
const scenarios = Number(values.scenarios ?? 200);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const random = new Random(seed);
const TIMEOUT_MS = 500;
const PER_ROUND = 10;
const codes = Object.keys(VENDOR_CALLS);

const dir = mkdtempSync(join(tmpdir(), 'cloudtill-vendors-'));
const simulators: Record<string, Simulator> = {};
for (const code of codes) simulators[code] = await startSimulator(VENDORS[code]!, { dataDir: join(dir, code) });
const env: Record<string, string> = Object.assign(
  { VENDOR_TIMEOUT_MS: String(TIMEOUT_MS), VENDOR_SETTLE_MS: '500' },
  ...Object.values(simulators).map(({ connection }) => connection),
);
const cluster = await startCluster();
Object.assign(process.env, env); // for the API's process, which must know which vendors there are
const api = await serveCloudtill(cluster);
const settings = { databaseUrl: cluster.url, dataDir: cluster.config.dataDir, env };
const client = await connect(cluster.url);
let failed = false;
try {
  console.log(`${scenarios} scenarios, seed ${seed}`);
  const shop = new VendorShop(api.url);
  const helper = new WorkerProcess(settings);
  await shop.open(codes, Math.ceil(scenarios / 10) + 1);
  await helper.stop();
  let done = 0;
  const deaths: Record<string, number> = {};
  while (done < scenarios) {
    const inRound = Math.min(PER_ROUND, scenarios - done);
    for (const vendor of codes) {
      await fetch(`${simulators[vendor]!.url}/__sim/faults`, { method: 'POST', body: JSON.stringify(faultsOf(vendor, random, TIMEOUT_MS)) });
    }
    for (let index = 0; index < inRound; index++) await shop.order(random.pick(codes), random.between(1, 300));
    const failpoints = Array.from({ length: random.between(0, 2) }, () => `${random.pick(KILL_POINTS)}:${random.between(1, 3)}`);
    for (const point of failpoints) deaths[point.replace(/:\d+$/, '')] = (deaths[point.replace(/:\d+$/, '')] ?? 0) + 1;
    await workOff(settings, client, failpoints, 180_000);
    done += inRound;
    process.stdout.write(`\r${done} of ${scenarios}`);
  }
  console.log(`\nkilled: ${JSON.stringify(deaths)}`);
  const reader = new WorkerProcess(settings);
  for (const vendor of codes) await shop.change('reconcileVendor', 'job { id }', { vendor });
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    const { rows } = await client.query<{ open: number }>(`select count(*)::int as open from job where finished_at is null`);
    if (rows[0]!.open === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await reader.stop();
  for (const vendor of codes) {
    const standing = await standingOf(vendor, simulators[vendor]!, client);
    const same = standing.commits === standing.ours && standing.ours === standing.distinct;
    if (!same) failed = true;
    console.log(`${same ? 'ok       ' : 'DIFFERENT'} ${vendor}: ${standing.commits} committed, ${standing.ours} in our books, ${standing.distinct} ids`);
  }
  const { rows: states } = await client.query<{ status: string; count: number }>('select status, count(*)::int from customer_order group by 1 order by 1');
  console.log(`orders: ${JSON.stringify(Object.fromEntries(states.map(({ status, count }) => [status, count])))}`);
  const { rows: drifts } = await client.query<object>('select vendor_code, field, ours, theirs from drift where resolved_at is null');
  if (drifts.length > 0) failed = true;
  console.log(`differences: ${drifts.length === 0 ? 'none' : JSON.stringify(drifts)}`);
  for (const invariant of INVARIANTS) {
    const { count, findings } = await readInvariant(client, invariant);
    if (count > 0) failed = true;
    if (count > 0) console.log(`BROKEN ${invariant.view} (${invariant.says}): ${JSON.stringify(findings.slice(0, 3))}`);
  }
  console.log(failed ? `FAILED with seed ${seed}` : `all ${scenarios} ended as they should, seed ${seed}`);
} finally {
  await client.end();
  await api.stop();
  for (const simulator of Object.values(simulators)) await simulator.stop();
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
}
if (failed) process.exitCode = 1;
