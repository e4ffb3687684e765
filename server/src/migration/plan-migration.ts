/** Planning a migration, which changes nothing but its own report, and starting it. */
import { isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { allow, refusal, refuse, type Decision, type Refusal } from '@cloudtill/domain/refusal';
import { decideMapping, decideMigrationDay, decideMigrationStart, nextMigrationDay } from '@cloudtill/domain/subscriptions/legacy-migration';
import { LockMode } from '@mikro-orm/core';
import { Vendor } from '../catalog/catalog.entities.ts';
import { decodeId, encodeId, newId } from '../platform/ids.ts';
import { startJob } from '../platform/jobs.ts';
import { nextNumber } from '../platform/numbers.ts';
import { actorOf } from '../platform/trail.ts';
import type { Unit } from '../platform/use-case.ts';
import { Job } from '../platform/work.entities.ts';
import { assessAll, frameOf, plansOf } from './assess.ts';
import { countItems, writeReport } from './items.ts';
import { LegacyMigration, type NamedSuccessor } from './migration.entities.ts';

/** One plan and the one that the operator wants to follow it; ids as the API shows them. */
interface Mapping {
  readonly fromPlanId: string;
  readonly toPlanId: string;
}

interface Planned {
  readonly vendor: string;
  readonly effectiveOn?: LocalDate | null;
  readonly mapping?: readonly Mapping[] | null;
}

/** The dry run: says of each subscription what would happen, and keeps that as a report. @rule S5 */
export async function planMigration(unit: Unit, input: Planned): Promise<Decision<{ migrationId: string }>> {
  const { em, app, now, viewer } = unit;
  const vendor = await em.findOne(Vendor, { code: input.vendor });
  if (!vendor) {
    const known = await em.find(Vendor, {}, { orderBy: { code: 'asc' } });
    return refuse('VENDOR_UNKNOWN', { vendor: input.vendor, known: known.map(({ code }) => code).join(', ') }, ['vendor']);
  }
  const today = app.clock.today();
  const day = decideMigrationDay(input.effectiveOn ?? nextMigrationDay(today), today);
  const mapping = await readMapping(unit, vendor.id, input.mapping ?? []);
  const refusals = [day, mapping].flatMap((decision) => (decision.allowed ? [] : decision.refusals));
  if (!day.allowed || !mapping.allowed) return { allowed: false, refusals };

  const migration = em.create(LegacyMigration, {
    id: newId(),
    number: `MIG-${now.getUTCFullYear()}-${await nextNumber(em, 'legacy_migration_number', 6)}`,
    vendor,
    effectiveOn: day.value,
    state: 'PLANNED',
    mapping: mapping.value,
    plannedAt: now,
    plannedBy: viewer.name,
    startedAt: null,
    finishedAt: null,
    jobId: null,
  });
  em.persist(migration);
  await em.flush();
  await planAgain(unit, migration);
  const { pending, blocked } = await countItems(em, migration.id);
  unit.audit({
    accountId: viewer.account.id,
    action: 'planMigration',
    ...subjectOf(migration),
    after: { vendor: vendor.code, effectiveOn: isoDate(day.value), subscriptions: pending + blocked, blocked },
  });
  return allow({ migrationId: migration.id });
}

async function readMapping({ em }: Unit, vendorId: string, mapping: readonly Mapping[]): Promise<Decision<NamedSuccessor[]>> {
  if (mapping.length === 0) return allow([]);
  const plans = await plansOf(em, vendorId);
  const refusals: Refusal[] = [];
  const named = new Map<string, string>();
  for (const [index, { fromPlanId, toPlanId }] of mapping.entries()) {
    const at = (field: string): string[] => ['mapping', String(index), field];
    const [from, to] = [plans.get(decodeId('pln', fromPlanId)), plans.get(decodeId('pln', toPlanId))];
    if (!from) refusals.push(refusal('PLAN_UNKNOWN', { plan: fromPlanId }, at('fromPlanId')));
    if (!to) refusals.push(refusal('PLAN_UNKNOWN', { plan: toPlanId }, at('toPlanId')));
    if (!from || !to) continue;
    const decision = decideMapping(from, to, at('toPlanId'));
    if (!decision.allowed) refusals.push(...decision.refusals);
    if (named.has(from.id)) refusals.push(refusal('MIGRATION_MAPPING_REPEATED', { plan: from.sku }, at('fromPlanId')));
    named.set(from.id, to.id);
  }
  return refusals.length > 0 ? { allowed: false, refusals } : allow([...named].map(([from, to]) => ({ from, to })));
}

/** Writes down what holds now. */
export async function planAgain({ em, app }: Pick<Unit, 'em' | 'app'>, migration: LegacyMigration): Promise<void> {
  await writeReport(em, migration.id, await assessAll(em, await frameOf(em, app, migration)));
}

/** Brings a plan up to date, for one whose run was refused: the report then shows what is in the way. */
export async function refreshMigration(unit: Unit, migrationId: string): Promise<Decision<{ migrationId: string }>> {
  const migration = await lock(unit, decodeId('mig', migrationId));
  if (migration && (migration.state === 'PLANNED' || migration.state === 'FAILED')) await planAgain(unit, migration);
  return allow({ migrationId });
}

export async function lock({ em }: Pick<Unit, 'em'>, id: string): Promise<LegacyMigration | null> {
  return em.findOne(LegacyMigration, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/**
 * Starts a migration on its day. One that is under way or done is its own answer; one that broke off is gone on with,
 * on whatever day, since all move at once or the rest must follow.
 * @rule S5 "running it again changes nothing"
 */
export async function startMigration(unit: Unit, input: { migrationId: string }): Promise<Decision<{ migrationId: string; jobId: string }>> {
  const { em, app, now, viewer } = unit;
  const id = decodeId('mig', input.migrationId);
  const unknown = refuse('MIGRATION_UNKNOWN', { migration: input.migrationId }, ['migrationId']);
  const found = await em.findOne(LegacyMigration, { id });
  if (!found) return unknown;
  // Two operators who start at once come one after the other, also with two plans.
  await em.execute('select 1 from vendor where id = ? for no key update', [found.vendor.id]);
  await em.refresh(found, { lockMode: LockMode.PESSIMISTIC_WRITE });
  const migration = found;
  if (migration.state === 'SUCCEEDED') return allow({ migrationId: id, jobId: migration.jobId! });
  if (migration.state === 'RUNNING' && !(await isGivenUp(unit, migration))) return allow({ migrationId: id, jobId: migration.jobId! });
  if (!migration.startedAt) {
    const day = decideMigrationStart(migration.number, migration.effectiveOn, app.clock.today());
    if (!day.allowed) return day;
  }
  const other = await em.findOne(LegacyMigration, { vendor: migration.vendor.id, state: 'RUNNING', id: { $ne: id } }, { populate: ['vendor'] });
  if (other && !(await isGivenUp(unit, other))) {
    return refuse('MIGRATION_UNDER_WAY', { migration: other.number, vendor: other.vendor.getEntity().code }, ['migrationId']);
  }
  await planAgain(unit, migration);
  const { pending, blocked } = await countItems(em, id);
  if (blocked > 0) return refuse('MIGRATION_HAS_BLOCKERS', { migration: migration.number, count: blocked }, ['migrationId']);

  const before = migration.state;
  const jobId = await startJob(unit, 'runMigration', { migrationId: id, actor: actorOf(viewer) }, { subject: migration.number });
  Object.assign(migration, { state: 'RUNNING', jobId, startedAt: migration.startedAt ?? now, finishedAt: null });
  unit.audit({
    accountId: viewer.account.id,
    action: 'runMigration',
    ...subjectOf(migration),
    before: { state: before },
    after: { state: 'RUNNING', effectiveOn: isoDate(migration.effectiveOn), subscriptions: pending },
  });
  return allow({ migrationId: id, jobId });
}

/** A migration whose job was given up is under way no more. */
async function isGivenUp({ em, now }: Unit, migration: LegacyMigration): Promise<boolean> {
  const job = await em.findOneOrFail(Job, migration.jobId!);
  if (job.state !== 'FAILED') return false;
  Object.assign(migration, { state: 'FAILED', finishedAt: now });
  await em.flush(); // before another one of its vendor
  return true;
}

export function subjectOf({ id, number }: LegacyMigration): { subjectKind: string; subjectId: string; subjectNumber: string } {
  return { subjectKind: 'Migration', subjectId: encodeId('mig', id), subjectNumber: number };
}
