/** One billing run in a process of its own; tells its parent how it went. */
import { newId } from '../server/dist/src/platform/ids.js';
import { readConfig } from '../server/dist/src/platform/config.js';
import { runBillingTask } from '../server/dist/src/billing/billing-run.js';
import { openBenchApp } from './cluster.ts';
import { timed } from './measure.ts';

const { BENCH_URL: url, BENCH_DATA: dataDir, BENCH_MODE: mode, BENCH_MONTH: month } = process.env as Record<string, string>;
const config = readConfig({ CLOUDTILL_MODE: 'sandbox', CLOUDTILL_DEMO: 'off', CLOUDTILL_DATA_DIR: dataDir, DATABASE_URL: url, PORT: '0' });
const app = await openBenchApp({ url: url!, config });
const pool = app.database.system;
const runId = newId();
await pool.query(`insert into billing_period (id, month, status, opened_at) values ($1, $2, 'OPEN', now()) on conflict (month) do nothing`, [
  newId(),
  `${month}-01`,
]);
await pool.query(
  `insert into billing_run (id, number, month, mode, state, job_id, started_by, created_at) values ($1, $2, $3, $4, 'QUEUED', $5, 'bench', now())`,
  [runId, `BENCH-${mode}-${runId}`, `${month}-01`, mode, newId()],
);
const work = { app, jobId: newId(), signal: new AbortController().signal, progress: async () => {} };
const { value, lap } = await timed(() => runBillingTask({ runId }, work));
process.send!({ lap, maxRssBytes: process.resourceUsage().maxRSS * 1024, facts: value.result });
await app.database.close();
process.disconnect!();
