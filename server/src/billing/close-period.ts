import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { billingMonth } from '@cloudtill/domain/calendar/billing-month';
import { refusal } from '@cloudtill/domain/refusal';
import { inTransaction } from '../platform/database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { encodeId } from '../platform/ids.ts';
import type { Task } from '../platform/jobs.ts';
import { writeLine, type Actor } from '../platform/trail.ts';
import { frameOf, settle } from './billing-run.ts';
import { freezePartition } from './charge-partition.ts';
import { holdingMonth } from './period-lock.ts';

/**
 * Closes a month: what changed since its last run is settled first, then its charges are frozen. What comes in later
 * finds the month closed and becomes an adjustment.
 * @rule H2
 */
export const closePeriodTask: Task = async ({ billingPeriod, closedBy }, work) => {
  const { app, jobId } = work;
  const month = billingMonth(String(billingPeriod));
  const day = isoDate(month.start);
  return holdingMonth(app.database, month, async (client) => {
    const { rows } = await client.query<{ status: string }>('select status from billing_period where month = $1', [day]);
    if (rows[0]?.status === 'CLOSED') return { result: { billingPeriod: month.name, status: 'CLOSED' } }; // done, and the answer was lost
    await settle({ work, client, runId: jobId, month, ...frameOf(work, month) });
    const parked = await client.query('select 1 from parked_subscription where month = $1', [day]);
    if (parked.rowCount) return { refusals: [refusal('BILLING_PERIOD_HAS_PARKED', { billingPeriod: month.name, count: parked.rowCount }, ['billingPeriod'])] };
    await failpoint('close:before-freeze');
    await inTransaction(client, async () => {
      await freezePartition(client, month);
      const at = app.clock.date();
      const { rows: closed } = await client.query<{ id: string }>(`update billing_period set status = 'CLOSED', closed_at = $2 where month = $1 returning id`, [
        day,
        at,
      ]);
      await writeLine(client, closedBy as Actor, {
        at,
        action: 'closeBillingPeriod',
        subjectKind: 'BillingPeriod',
        subjectId: encodeId('per', closed[0]!.id),
        subjectNumber: month.name,
        before: { status: 'OPEN' },
        after: { status: 'CLOSED' },
      });
    });
    return { result: { billingPeriod: month.name, status: 'CLOSED' } };
  });
};
