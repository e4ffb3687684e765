import { closePeriodTask } from './billing/close-period.ts';
import { runBillingTask } from './billing/billing-run.ts';
import { BILLING_EVENTS } from './billing/rating-marks.ts';
import { importBookTask } from './imports/import-book.ts';
import { notificationEvents } from './notifications/order-events.ts';
import { queueDueMails, sendMail } from './notifications/send-mail.ts';
import { executeByItself, executeWaitingOrders } from './orders/execute-order.ts';
import { runMigrationTask } from './migration/move-subscriptions.ts';
import type { App } from './platform/context.ts';
import { startWorker, type Worker } from './platform/jobs.ts';
import { dispatchEvents, type Handler } from './platform/outbox.ts';
import { readAnnounced, reconcileAll, reconcileTask } from './provisioning/reconcile.ts';
import { startReactor } from './provisioning/reactor.ts';
import { synchronizeTask } from './provisioning/synchronize-task.ts';
import { applyDueChanges } from './subscriptions/apply-due.ts';

const KEPT_DAYS = 30;

/** Starts a worker with every task that rooms have. */
export async function startTasks(app: App): Promise<Worker> {
  const { database } = app;
  const handlers: Readonly<Record<string, Handler>> = {
    ...BILLING_EVENTS,
    ...notificationEvents(app),
    // An order may have waited for this.
    'account.synchronized': async ({ accountId }, client) => {
      await client.query(`select enqueue_task('executeWaitingOrders', $1::json)`, [JSON.stringify({ accountId })]);
    },
  };
  const dispatch = async (): Promise<void> => void (await database.withSystemClient((client) => dispatchEvents(client, handlers, app)));
  const worker = await startWorker(
    app,
    {
      runBilling: runBillingTask,
      closeBillingPeriod: closePeriodTask,
      importBook: importBookTask,
      synchronizeAccount: synchronizeTask,
      reconcileVendor: reconcileTask,
      runMigration: runMigrationTask,
    },
    {
      applyDueChanges: async () => void (await applyDueChanges(app)),
      dispatchEvents: dispatch,
      executeOrder: async (payload) => executeByItself(app, (payload as { orderId: string }).orderId),
      executeWaitingOrders: async (payload) => executeWaitingOrders(app, (payload as { accountId?: string } | null)?.accountId),
      reconcileVendors: () => reconcileAll(app),
      readAnnounced: (payload) => readAnnounced(app, payload as { vendor: string; eventId: string }),
      sendMail: (payload) => sendMail(app, (payload as { mailId: string }).mailId),
      queueDueMails: () => queueDueMails(app),
      cleanUp: async () => {
        await database.system.query('delete from idempotency_record where created_at < $1', [new Date(app.clock.now() - KEPT_DAYS * 86_400_000)]);
        await database.system.query(`delete from outbox_event where handled_at < now() - interval '7 days'`);
        await database.system.query('delete from vendor_event where received_at < $1', [new Date(app.clock.now() - KEPT_DAYS * 86_400_000)]);
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
  const dispatching = soon(dispatch, app);
  const stopHearing = app.listener.on('cloudtill_outbox', dispatching.call);
  return {
    async stop() {
      stopHearing();
      await dispatching.idle();
      await reactor.stop();
      await worker.stop();
    },
  };
}

interface Soon {
  readonly call: () => void;
  /** Ends when nothing is at work any more. */
  readonly idle: () => Promise<void>;
}

/** Runs work when it is called for: at once, and once more after it where it was called for meanwhile. What fails waits for its minute. */
function soon(work: () => Promise<void>, { logger }: App): Soon {
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      await work().catch((error: Error) => logger.warn({ error: error.message }, 'events wait for their minute'));
    } while (again);
    running = undefined;
  };
  return {
    call() {
      if (running) again = true;
      else running = run();
    },
    idle: async () => running,
  };
}
