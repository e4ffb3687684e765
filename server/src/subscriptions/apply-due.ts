import { SYSTEM, viewerOf } from '../platform/actor.ts';
import type { App } from '../platform/context.ts';
import type { Unit } from '../platform/use-case.ts';
import { decideNothingOpen, intend } from '../vendors/intend.ts';
import { isLinked, vendorCodeOf } from './ask-vendor.ts';
import type { Change } from '@cloudtill/vendors/vendor';
import { Plan } from '../catalog/catalog.entities.ts';
import { heldAt, presentOf, readHistory, type RulePlan } from './history.ts';
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
        const before = { quantity: subscription.quantity, status: subscription.status, sku: (await subscription.plan.loadOrFail()).sku };
        Object.assign(subscription, presentOf(changes, clock, now), { updatedAt: new Date(now) });
        const held = heldAt(changes, now);
        subscription.plan = unit.getReference(Plan, held.plan.id, { wrapped: true });
        await tellVendor({ em: unit, viewer: viewerOf(SYSTEM, subscription.customer.id), now: new Date(now) }, subscription, before, held.plan);
      }
      return due.length;
    });
    applied += done;
    if (done < BATCH) return applied;
  }
}

/** What was scheduled holds now, so the vendor is asked for it. The history says it already. @rule S1 S3 */
async function tellVendor(
  unit: Pick<Unit, 'em' | 'viewer' | 'now'>,
  subscription: ServiceSubscription,
  before: { readonly quantity: number; readonly status: string; readonly sku: string },
  plan: RulePlan,
): Promise<void> {
  if (!isLinked(subscription)) return;
  const { quantity, status } = subscription;
  const change: Change | undefined =
    status === 'TERMINATED' && before.status !== 'TERMINATED'
      ? { operation: 'CANCEL' }
      : plan.sku !== before.sku
        ? { operation: 'CHANGE_PLAN', sku: plan.sku, quantity, policy: plan.policy }
        : quantity !== before.quantity
          ? { operation: 'CHANGE_QUANTITY', quantity }
          : undefined;
  // Behind an open operation it is left to the comparison with the vendor, which shows the difference.
  if (!change || !(await decideNothingOpen(unit, { subscriptionId: subscription.id }, subscription.number)).allowed) return;
  const vendorCode = await vendorCodeOf(unit.em, subscription);
  const request = { change, recorded: true, ...(change.operation === 'CHANGE_PLAN' ? { planId: plan.id } : {}) };
  const { id: subscriptionId, number: subject } = subscription;
  await intend(unit, { accountId: subscription.customer.id, subscriptionId, subject, vendorCode, kind: change.operation, request });
}
