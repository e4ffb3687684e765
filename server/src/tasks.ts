import { closePeriodTask } from './billing/close-period.ts';
import { runBillingTask } from './billing/billing-run.ts';
import { BILLING_EVENTS } from './billing/rating-marks.ts';
import { importBookTask } from './imports/import-book.ts';
import { runMigrationTask } from './migration/move-subscriptions.ts';
import type { App } from './platform/context.ts';
import { startWorker, type Worker } from './platform/jobs.ts';
import { dispatchEvents } from './platform/outbox.ts';
import { applyDueChanges } from './subscriptions/apply-due.ts';

const KEPT_DAYS = 30;

/** Starts a worker with every task that rooms have. */
export function startTasks(app: App): Promise<Worker> {
  const { database } = app;
  return startWorker(
    app,
    { runBilling: runBillingTask, closeBillingPeriod: closePeriodTask, importBook: importBookTask, runMigration: runMigrationTask },
    {
      applyDueChanges: async () => void (await applyDueChanges(app)),
      dispatchEvents: async () => void (await database.withSystemClient((client) => dispatchEvents(client, BILLING_EVENTS, app))),
      cleanUp: async () => {
        await database.system.query('delete from idempotency_record where created_at < $1', [new Date(app.clock.now() - KEPT_DAYS * 86_400_000)]);
        await database.system.query(`delete from outbox_event where handled_at < now() - interval '7 days'`);
        await database.system.query(`delete from session where expires_at < now() - interval '1 day' or ended_at < now() - interval '1 day'`);
      },
    },
    [
      { task: 'applyDueChanges', cron: '* * * * *' },
      { task: 'dispatchEvents', cron: '* * * * *' },
      { task: 'cleanUp', cron: '17 3 * * *' },
    ],
  );
}
