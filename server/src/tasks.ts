import { closePeriodTask } from './billing/close-period.ts';
import { runBillingTask } from './billing/billing-run.ts';
import { BILLING_EVENTS } from './billing/rating-marks.ts';
import { importBookTask } from './imports/import-book.ts';
import { queueDueMails, sendMail } from './notifications/send-mail.ts';
import { executeByItself, executeWaitingOrders } from './orders/execute-order.ts';
import type { App } from './platform/context.ts';
import { startWorker, type Worker } from './platform/jobs.ts';
import { dispatchEvents } from './platform/outbox.ts';
import { reconcileAll, reconcileTask } from './provisioning/reconcile.ts';
import { startReactor } from './provisioning/reactor.ts';
import { synchronizeTask } from './provisioning/synchronize-task.ts';
import { applyDueChanges } from './subscriptions/apply-due.ts';

const KEPT_DAYS = 30;

/** Starts a worker with every task that rooms have. */
export async function startTasks(app: App): Promise<Worker> {
  const { database } = app;
  const worker = await startWorker(
    app,
    {
      runBilling: runBillingTask,
      closeBillingPeriod: closePeriodTask,
      importBook: importBookTask,
      synchronizeAccount: synchronizeTask,
      reconcileVendor: reconcileTask,
    },
    {
      applyDueChanges: async () => void (await applyDueChanges(app)),
      dispatchEvents: async () => void (await database.withSystemClient((client) => dispatchEvents(client, BILLING_EVENTS, app))),
      executeOrder: async (payload) => executeByItself(app, (payload as { orderId: string }).orderId),
      executeWaitingOrders: async () => executeWaitingOrders(app),
      reconcileVendors: () => reconcileAll(app),
      sendMail: (payload) => sendMail(app, (payload as { mailId: string }).mailId),
      queueDueMails: () => queueDueMails(app),
      cleanUp: async () => {
        await database.system.query('delete from idempotency_record where created_at < $1', [new Date(app.clock.now() - KEPT_DAYS * 86_400_000)]);
        await database.system.query(`delete from outbox_event where handled_at < now() - interval '7 days'`);
        await database.system.query(`delete from session where expires_at < now() - interval '1 day' or ended_at < now() - interval '1 day'`);
      },
    },
    [
      { task: 'applyDueChanges', cron: '* * * * *' },
      { task: 'dispatchEvents', cron: '* * * * *' },
      { task: 'executeWaitingOrders', cron: '* * * * *' },
      { task: 'reconcileVendors', cron: '41 * * * *' },
      { task: 'queueDueMails', cron: '* * * * *' },
      { task: 'cleanUp', cron: '17 3 * * *' },
    ],
  );
  const reactor = startReactor(app);
  return {
    async stop() {
      await reactor.stop();
      await worker.stop();
    },
  };
}
