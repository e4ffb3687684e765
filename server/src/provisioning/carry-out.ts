/**
 * One operation, one step: take it, call its vendor outside of any transaction, write down what came of it. Two that
 * come at once do not both call; one that died in between leaves the operation taken, until its lease runs out.
 */
import type { Call, Finding, Intent, Outcome, Reading, Vendor, VendorCustomer, VendorSubscription } from '@cloudtill/vendors/vendor';
import type { App } from '../platform/context.ts';
import { failpoint } from '../platform/failpoint.ts';
import { noteAnswer, noteFailure, pauseOf } from './health.ts';
import { readIntent, type OperationRow } from './intent.ts';
import { afterPolling, afterReading, afterSending, backoff, type Purpose, type Situation, type Step } from './next-step.ts';
import { LEASE, settle, type Delivered } from './settle.ts';

/** Time to write an outcome down after the vendor's answer or silence. */
const leaseMs = (timeoutMs: number): number => timeoutMs + Math.min(5_000, 1_000 + 2 * timeoutMs);

/** When something is tried again that failed for a fault of ours. */
const FAULT_DELAY_MS = 60_000;

/** @returns false where there was nothing to do: it is finished, not due, or at work elsewhere */
export async function carryOut(app: App, operationId: string): Promise<boolean> {
  const taken = await take(app, operationId);
  if (!taken) return false;
  const vendor = app.vendors.find(taken.vendor_code);
  if (!vendor) {
    await postpone(app, taken, 60_000, `${taken.vendor_code} is not configured`, true);
    return true;
  }
  const pause = await pauseOf(app.database.system, vendor.code, leaseMs(app.config.vendorTimeoutMs));
  if (pause > 0) {
    await postpone(app, taken, pause + backoff(0, Math.random()), 'calls to the vendor are paused after failures', false);
    return true;
  }
  try {
    const purpose = await begin(app, taken);
    if (!purpose) return false;
    const intent = await readIntent(app, taken);
    await failpoint('provision:before-call');
    const called = await call(app, vendor, intent, taken, purpose);
    await failpoint('provision:after-call');
    await settle(app, taken, { ...called, purpose });
  } catch (error) {
    // What cannot be written down now may never be: it comes again later, and people see it meanwhile.
    await postpone(app, taken, FAULT_DELAY_MS, `it could not be carried out: ${(error as Error).message}`, true).catch(() => {});
    throw error;
  }
  return true;
}

/** Locks the operation for as long as one call may last. */
async function take({ database, clock, config }: App, id: string): Promise<OperationRow | undefined> {
  const { rows } = await database.system.query<OperationRow>(
    `update provisioning_operation o set leased_until = clock_timestamp() + make_interval(secs => $2)
       from (select id from provisioning_operation
              where id = $1 and finished_at is null and due_at <= $3 and (leased_until is null or leased_until < clock_timestamp()) for update skip locked) due
      where o.id = due.id returning o.*, ${LEASE} as lease, (select count(*)::int from provisioning_call c where c.operation_id = o.id and c.purpose <> 'SEND'
        and c.number > coalesce((select max(s.number) from provisioning_call s where s.operation_id = o.id and s.purpose = 'SEND'), 0)) as looks`,
    [id, leaseMs(config.vendorTimeoutMs) / 1000, clock.date()],
  );
  return rows[0];
}

/**
 * Says what is about to happen, so that whoever finds it broken off knows.
 * @returns undefined where it was taken from us meanwhile: whoever has it now sends it
 */
async function begin({ database, clock }: App, taken: OperationRow): Promise<Purpose | undefined> {
  switch (taken.state) {
    case 'QUEUED': {
      taken.sent_at = clock.date();
      taken.attempts += 1;
      const { rowCount } = await database.system.query(
        `update provisioning_operation o set state = 'CALLING', attempts = attempts + 1, sent_at = $2, since = $2 where id = $1 and state = 'QUEUED' and ${LEASE} = $3`,
        [taken.id, taken.sent_at, taken.lease],
      );
      return rowCount ? 'SEND' : undefined;
    }
    case 'ACCEPTED':
      return 'POLL';
    case 'CALLING':
      // Whoever sent it did not live to write down what came of it.
      await database.system.query(
        `update provisioning_operation o set state = 'UNKNOWN', since = $2, message = 'the answer was lost when a process ended' where id = $1 and ${LEASE} = $3`,
        [taken.id, clock.date(), taken.lease],
      );
      taken.state = 'UNKNOWN';
      taken.message = 'the answer was lost when a process ended';
      return 'RESOLVE';
    default:
      return 'RESOLVE';
  }
}

interface Called {
  readonly step: Step;
  readonly delivered: Delivered;
  /** For the record of calls. */
  readonly outcome: string;
  readonly message: string | undefined;
  readonly calledAt: Date;
  readonly durationMs: number;
}

async function call(app: App, vendor: Vendor, intent: Intent, taken: OperationRow, purpose: Purpose): Promise<Called> {
  const { config, clock, database } = app;
  const how: Call = { operationId: taken.id, signal: AbortSignal.timeout(config.vendorTimeoutMs) };
  const calledAt = clock.date();
  const started = performance.now();
  const situation = (): Situation => ({
    attempts: taken.attempts,
    looks: taken.looks,
    repeatable: vendor.capabilities.repeatable.has(taken.kind),
    sentAt: taken.sent_at?.getTime() ?? 0,
    now: clock.now(),
    settleMs: config.vendorTimeoutMs + config.vendorSettleMs,
    rejection: taken.rejection ?? undefined,
    jitter: Math.random(),
  });
  const done = (step: Step, outcome: Outcome<unknown> | Reading<unknown>, delivered: Delivered): Called => ({
    step,
    delivered,
    outcome: outcome.kind,
    message: 'message' in outcome ? outcome.message : undefined,
    calledAt,
    durationMs: Math.round(performance.now() - started),
  });
  if (purpose === 'RESOLVE') {
    const reading = await guarded<Reading<Finding>>(() => vendor.resolve(how, intent, taken.sent_at?.getTime() ?? clock.now()), false);
    await noteHealth(database.system, vendor.code, reading);
    const found = reading.kind === 'SUCCEEDED' && reading.value.kind === 'APPLIED' ? reading.value : undefined;
    const called = done(afterReading(reading, taken.message ?? 'its outcome is unknown', situation()), reading, {
      subscription: found?.subscription,
      customer: found?.customer,
    });
    return reading.kind === 'SUCCEEDED' ? { ...called, outcome: reading.value.kind } : called;
  }
  const outcome = await guarded<Outcome<VendorSubscription | VendorCustomer | undefined>>(
    () => (purpose === 'POLL' ? vendor.poll(how, intent, taken.poll_ref ?? '') : send(vendor, how, intent)),
    true,
  );
  await noteHealth(database.system, vendor.code, outcome);
  const step = purpose === 'POLL' ? afterPolling(outcome, taken.poll_ref ?? '', situation()) : afterSending(outcome, situation());
  return done(step, outcome, outcome.kind === 'SUCCEEDED' ? deliveredBy(intent, outcome.value) : {});
}

function send(vendor: Vendor, how: Call, intent: Intent): Promise<Outcome<VendorSubscription | VendorCustomer | undefined>> {
  if (intent.operation === 'CREATE_CUSTOMER') return vendor.createCustomer(how, intent.account);
  if (intent.operation === 'PROVISION') return vendor.provision(how, intent.provision);
  return vendor.change(how, intent.ref, intent.change);
}

function deliveredBy({ operation }: Intent, value: VendorSubscription | VendorCustomer | undefined): Delivered {
  if (!value) return {};
  return operation === 'CREATE_CUSTOMER' ? { customer: value } : { subscription: value as VendorSubscription };
}

/** An adapter that throws is a fault of ours. Whether it had sent something by then is not known. */
async function guarded<T extends { kind: string }>(work: () => Promise<T>, changes: boolean): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return { kind: changes ? 'UNKNOWN' : 'RETRYABLE', message: `the adapter failed: ${(error as Error).message}` } as unknown as T;
  }
}

async function noteHealth(system: App['database']['system'], vendorCode: string, outcome: { readonly kind: string; readonly message?: string }): Promise<void> {
  if (outcome.kind === 'RETRYABLE' || outcome.kind === 'UNKNOWN') await noteFailure(system, vendorCode, outcome.message ?? '');
  else await noteAnswer(system, vendorCode);
}

/** Gives the operation back as it was, to be taken later. */
async function postpone({ database, clock }: App, { id, lease }: OperationRow, delayMs: number, message: string, attention: boolean): Promise<void> {
  await database.system.query(
    `update provisioning_operation o set leased_until = null, due_at = $2, message = $3, needs_attention = needs_attention or $4 where id = $1 and ${LEASE} = $5`,
    [id, new Date(clock.now() + delayMs), message, attention, lease],
  );
}
