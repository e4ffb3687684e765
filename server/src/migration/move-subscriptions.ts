/**
 * A migration at work: batches of subscriptions, each batch one transaction that records the change of plan in the
 * histories and marks its items. Stopped anywhere and started again it ends in the same histories as an undisturbed run.
 * @rule S5 H3
 */
import { refusal } from '@cloudtill/domain/refusal';
import type { App, RequestContext } from '../platform/context.ts';
import { failpoint } from '../platform/failpoint.ts';
import { encodeId } from '../platform/ids.ts';
import type { JobOutcome, Task } from '../platform/jobs.ts';
import type { Actor } from '../platform/trail.ts';
import { transact, type Unit } from '../platform/use-case.ts';
import type { Viewer } from '../platform/viewer.ts';
import { allow, type Decision } from '@cloudtill/domain/refusal';
import { recordAll } from '../subscriptions/history.ts';
import { ServiceSubscription } from '../subscriptions/subscription.entities.ts';
import { assessThese, frameOf, type Assessment, type SubscriptionRow } from './assess.ts';
import { countItems, itemOf, writeItems, writeTotals, type Counts } from './items.ts';
import type { LegacyMigration } from './migration.entities.ts';
import { lock, planAgain, subjectOf } from './plan-migration.ts';

/** Subscriptions a transaction: their customers wait no longer than it takes to move so many. */
const BATCH = 100;

interface Step extends Counts {
  readonly state: LegacyMigration['state'];
  readonly number: string;
}

/** The task of the queue. */
export const runMigrationTask: Task = async ({ migrationId, actor }, work) => {
  const { app, jobId, signal } = work;
  const id = String(migrationId);
  const context = contextOf(app, actor as Actor, jobId);
  const step = async (does: (unit: Unit, migration: LegacyMigration) => Promise<void>): Promise<Step> => {
    const { value } = await transact(context, { operation: 'runMigration', input: {} }, async (unit): Promise<Decision<Step>> => {
      const migration = (await lock(unit, id))!;
      // Another worker may have gone on with it, or ended it, until a moment ago.
      if (migration.state === 'RUNNING') await does(unit, migration);
      return allow({ state: migration.state, number: migration.number, ...(await countItems(unit.em, id)) });
    });
    return value!;
  };
  await failpoint('migration:begun');
  let at = await step(async () => {});
  while (at.state === 'RUNNING') {
    signal.throwIfAborted();
    await work.progress(at.moved, at.moved + at.pending + at.blocked);
    if (at.pending > 0) {
      at = await step(moveBatch);
      await failpoint('migration:after-batch');
    } else {
      await failpoint('migration:before-finish');
      at = await step(finish);
    }
  }
  await work.progress(at.moved, at.moved + at.blocked);
  return outcomeOf(at);
};

function outcomeOf({ number, moved, blocked }: Step): JobOutcome {
  const result = { migration: number, subscriptionsMoved: moved, subscriptionsBlocked: blocked };
  return blocked > 0 ? { result, refusals: [refusal('MIGRATION_HAS_BLOCKERS', { migration: number, count: blocked }, ['migrationId'])] } : { result };
}

/** The job acts as who asked for it: the histories and the trail name them. */
function contextOf(app: App, { kind, id, name, accountId }: Actor, jobId: string): RequestContext {
  const viewer: Viewer = {
    kind: kind as Viewer['kind'],
    id,
    name,
    email: undefined,
    roles: [],
    account: { id: accountId, number: '', kind: 'PROVIDER', parentId: undefined },
    permissions: new Set(),
  };
  return { app, viewer, requestId: encodeId('job', jobId), address: '', session: undefined, setSession() {}, cache: new Map() };
}

async function moveBatch(unit: Unit, migration: LegacyMigration): Promise<void> {
  const { em } = unit;
  const rows = await lockNext(unit, migration);
  const assessments = new Map<string, Assessment>();
  for (const assessment of await assessThese(em, await frameOf(em, unit.app, migration), rows)) assessments.set(assessment.candidate.id, assessment);
  const subscriptions = await em.find(ServiceSubscription, { id: { $in: rows.map(({ id }) => id) } }, { populate: ['customer'] });
  const moves = subscriptions.flatMap((subscription) => {
    const assessment = assessments.get(subscription.id);
    return assessment?.change ? [{ subscription, ...assessment, change: assessment.change }] : [];
  });
  // The same subscriptions go on: numbers, codes and data stay, their way of billing changes. @rule S3 S5
  await recordAll(
    unit,
    moves.map(({ subscription, candidate, change }) => ({
      history: { subscription, account: subscription.customer.getEntity(), plans: new Map(), changes: candidate.changes },
      change,
    })),
  );
  for (const { subscription, from, change } of moves) {
    unit.audit({
      accountId: subscription.customer.id,
      action: 'runMigration',
      subjectKind: 'ServiceSubscription',
      subjectId: encodeId('sub', subscription.id),
      subjectNumber: subscription.number,
      before: { plan: from.sku },
      after: { plan: change.plan.sku, effectiveAt: new Date(change.effectiveAt).toISOString(), migration: migration.number },
    });
  }
  await writeItems(
    em,
    migration.id,
    [...assessments.values()].map((assessment) => itemOf(assessment, assessment.change && unit.now)),
  );
  // What ended since the run began, or was moved by hand, is nothing to move.
  await em.execute(
    `update legacy_migration_item set state = 'SKIPPED' where migration_id = ? and state = 'PENDING'
        and subscription_id in (select gone::uuid from jsonb_array_elements_text(?::jsonb) gone)`,
    [migration.id, JSON.stringify(rows.filter(({ id }) => !assessments.has(id)).map(({ id }) => id))],
  );
  await failpoint('migration:before-commit');
}

/** The next subscriptions, locked until the transaction ends: whoever changes one comes before or after. */
async function lockNext({ em }: Unit, { id }: LegacyMigration): Promise<SubscriptionRow[]> {
  const locked = await em.execute<{ id: string }[]>(
    `select s.id from service_subscription s join (select subscription_id from legacy_migration_item where migration_id = ? and state = 'PENDING'
       order by customer_id, subscription_id limit ${BATCH}) next on next.subscription_id = s.id order by s.id for update of s`,
    [id],
  );
  // Asked for again: what stood there before the lock may have changed while it was waited for.
  return em.execute<SubscriptionRow[]>(
    `select s.id, s.customer_id, s.number, s.status from service_subscription s
      where s.id in (select taken::uuid from jsonb_array_elements_text(?::jsonb) taken) order by s.customer_id, s.id`,
    [JSON.stringify(locked.map((row) => row.id))],
  );
}

/** Looks once more for what came in meanwhile. Where nothing is left to move the migration has ended. */
async function finish(unit: Unit, migration: LegacyMigration): Promise<void> {
  const { em, viewer, now } = unit;
  await planAgain(unit, migration);
  const { pending, moved, blocked } = await countItems(em, migration.id);
  if (pending > 0) return;
  await writeTotals(em, migration.id);
  Object.assign(migration, { state: blocked > 0 ? 'FAILED' : 'SUCCEEDED', finishedAt: now });
  unit.audit({
    accountId: viewer.account.id,
    action: 'runMigration',
    ...subjectOf(migration),
    before: { state: 'RUNNING' },
    after: { state: migration.state, moved, blocked },
  });
}
