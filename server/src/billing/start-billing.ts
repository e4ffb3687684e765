import { addMonths, isoDate } from '@cloudtill/domain/calendar/local-date';
import { parseBillingMonth, type BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { LockMode } from '@mikro-orm/core';
import { encodeId, newId } from '../platform/ids.ts';
import { startJob } from '../platform/jobs.ts';
import { nextNumber } from '../platform/numbers.ts';
import { actorOf } from '../platform/trail.ts';
import type { Unit } from '../platform/use-case.ts';
import { Job } from '../platform/work.entities.ts';
import { BillingPeriod, BillingRun, type RunMode } from './billing.entities.ts';

/** A sanity bound: nobody bills further ahead than this. */
const MAX_MONTHS_AHEAD = 36;

export function readMonth(name: string, path: readonly string[] = ['billingPeriod']): Decision<BillingMonth> {
  const month = parseBillingMonth(name);
  return month ? allow(month) : refuse('DATE_INVALID', { field: 'billingPeriod', value: name.slice(0, 40), expected: 'a month such as 2026-05' }, path);
}

/**
 * Asks for a billing run of a month, opening the month where nobody did. Where one is under way that one is the answer:
 * two operators who start at once get the same run.
 * @rule H2 H3
 */
export async function startBilling(unit: Unit, name: string, checkEverything: boolean): Promise<Decision<{ runId: string; jobId: string }>> {
  const { em, app, now, viewer } = unit;
  const month = readMonth(name);
  if (!month.allowed) return month;
  const today = app.clock.today();
  if (month.value.start > addMonths(today, MAX_MONTHS_AHEAD)) {
    return refuse('BILLING_PERIOD_TOO_FAR_AHEAD', { billingPeriod: name, months: MAX_MONTHS_AHEAD, today: isoDate(today) }, ['billingPeriod']);
  }
  const period = await lockPeriod(unit, month.value);
  if (period.status === 'CLOSED') return refuse('BILLING_PERIOD_CLOSED', { billingPeriod: name }, ['billingPeriod']);
  const underWay = await em.findOne(BillingRun, { month: month.value.start, state: { $in: ['QUEUED', 'RUNNING'] } });
  if (underWay && !(await isGivenUp(unit, underWay))) return allow({ runId: underWay.id, jobId: underWay.jobId });

  const mode: RunMode = !period.ratedAt ? 'FRESH' : checkEverything ? 'CHECK' : 'DIFFERENCES';
  const [runId, jobId] = [newId(), newId()];
  const number = `RUN-${name}-${await nextNumber(em, 'billing_run_number', 5)}`;
  em.persist(
    em.create(BillingRun, {
      id: runId,
      number,
      month: month.value.start,
      mode,
      state: 'QUEUED',
      jobId,
      startedBy: viewer.name,
      createdAt: now,
      subscriptionsDone: 0,
      chargesWritten: 0,
      chargesChanged: 0,
      chargesWithdrawn: 0,
      parked: 0,
    }),
  );
  await startJob(unit, 'runBilling', { runId }, { subject: name, id: jobId });
  unit.audit({
    accountId: viewer.account.id,
    action: 'runBilling',
    subjectKind: 'BillingPeriod',
    subjectId: encodeId('per', period.id),
    subjectNumber: name,
    after: { run: number, mode },
  });
  return allow({ runId, jobId });
}

/** A run whose job was given up is under way no more: it makes room for another one. */
async function isGivenUp({ em, now }: Unit, run: BillingRun): Promise<boolean> {
  const job = await em.findOneOrFail(Job, run.jobId);
  if (job.state !== 'FAILED') return false;
  Object.assign(run, { state: 'FAILED', finishedAt: now });
  await em.flush(); // before the next one of its month
  return true;
}

/** The month's row, locked: whoever else wants to run or close it waits. */
async function lockPeriod({ em, now }: Unit, { start }: BillingMonth): Promise<BillingPeriod> {
  await em.execute(`insert into billing_period (id, month, status, opened_at) values (?, ?, 'OPEN', ?) on conflict (month) do nothing`, [
    newId(),
    isoDate(start),
    now,
  ]);
  return em.findOneOrFail(BillingPeriod, { month: start }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/**
 * Asks for a month to be closed. What can be said at once is said here; the rest the job says.
 * @rule H2 `OPEN → CLOSED`
 */
export async function startClosing(unit: Unit, name: string): Promise<Decision<{ periodId: string; jobId: string }>> {
  const { em } = unit;
  const month = readMonth(name);
  if (!month.allowed) return month;
  const period = await em.findOne(BillingPeriod, { month: month.value.start }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!period) return refuse('BILLING_PERIOD_UNKNOWN', { billingPeriod: name }, ['billingPeriod']);
  if (period.status === 'CLOSED') return refuse('BILLING_PERIOD_CLOSED', { billingPeriod: name }, ['billingPeriod']);
  if (!period.ratedAt) return refuse('BILLING_PERIOD_NOT_RATED', { billingPeriod: name }, ['billingPeriod']);
  const jobId = await startJob(unit, 'closeBillingPeriod', { billingPeriod: name, closedBy: actorOf(unit.viewer) }, { subject: name });
  return allow({ periodId: period.id, jobId });
}
