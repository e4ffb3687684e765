import type { App } from '../platform/context.ts';
import { Plan } from '../catalog/catalog.entities.ts';
import { heldAt, presentOf, readHistory } from './history.ts';
import { ServiceSubscription } from './subscription.entities.ts';

const BATCH = 200;

/**
 * Brings the present of subscriptions in line with changes that were recorded for later and hold now: scheduled
 * quantities and plans, renewals, ends. Charges do not wait for this; they are made from the history.
 * @rule S3 B3 T2
 */
export async function applyDueChanges({ database, clock }: Pick<App, 'database' | 'clock'>): Promise<number> {
  let applied = 0;
  for (;;) {
    const em = database.writer('all');
    const now = clock.now();
    const done = await em.transactional(async (unit) => {
      const due = await unit.execute<{ id: string }[]>(
        `select id from service_subscription where next_change_at <= ? order by next_change_at, id limit ${BATCH} for update skip locked`,
        [new Date(now)],
      );
      for (const { id } of due) {
        const subscription = await unit.findOneOrFail(ServiceSubscription, { id }, { populate: ['customer'] });
        const { changes } = await readHistory(unit, subscription, subscription.customer.getEntity());
        Object.assign(subscription, presentOf(changes, clock, now), { updatedAt: new Date(now) });
        subscription.plan = unit.getReference(Plan, heldAt(changes, now).plan.id, { wrapped: true });
      }
      return due.length;
    });
    applied += done;
    if (done < BATCH) return applied;
  }
}
