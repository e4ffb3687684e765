/** The job that people watch while an account is made known to a vendor: it ends when the operation has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import type { JobOutcome, Task } from '../platform/jobs.ts';
import type { UserError } from '../platform/user-error.type.ts';

const LOOK_MS = 100;
/** A worker has other things to do than to watch; the queue asks again later. */
const WATCH_MS = 20_000;

export const synchronizeTask: Task = async ({ jobId }, { app, signal }): Promise<JobOutcome> => {
  const until = performance.now() + WATCH_MS;
  for (;;) {
    const { rows } = await app.database.system.query<{ state: string; platform: string; status: string; reasons: UserError[] }>(
      `select o.state, s.platform, s.status, s.reasons from provisioning_operation o join vendor v on v.code = o.vendor_code
         join provisioning_sync s on s.account_id = o.account_id and s.platform = v.platform where o.job_id = $1 and o.finished_at is not null`,
      [jobId],
    );
    const ended = rows[0];
    if (ended) return ended.state === 'SUCCEEDED' ? { result: { platform: ended.platform } } : { refusals: ended.reasons.map(toRefusal) };
    if (performance.now() > until) throw new Error('the vendor has not ended yet');
    await sleep(LOOK_MS, undefined, { signal });
  }
};

function toRefusal({ code, path, parameters }: UserError): Refusal {
  return refusal(code, Object.fromEntries(parameters.map(({ name, value }) => [name, value])), path);
}
