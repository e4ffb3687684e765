import type { PlanTerms } from '../catalog/billing-policy.ts';
import { MAX_QUANTITY } from '../catalog/plan.ts';
import { monthAfter, monthOf } from '../calendar/billing-month.ts';
import { dayAt, isoDate, startOfDay, type LocalDate } from '../calendar/local-date.ts';
import { containsDay } from '../calendar/period.ts';
import type { Rounding } from '../money/rounding.ts';
import type { UnitPrice } from '../money/unit-price.ts';
import { allow, refusal, refuse, type Decision, type Refusal } from '../refusal.ts';
import { forbiddenDecrease, refuseDecrease } from '../subscriptions/quantity-change.ts';
import { quantityTimeline, type RecordedChange } from '../subscriptions/quantity-timeline.ts';
import { isParked, targetCharges, type TargetCharge } from './target.ts';

/** The longest stretch that one simulation covers. */
export const MAX_SIMULATED_MONTHS = 1200;

export interface Simulation extends PlanTerms {
  readonly unitPrice: UnitPrice;
  readonly timeZone: string;
  readonly rounding: Rounding;
  readonly activatedAt: number;
  readonly terminatedAt: number | undefined;
  /** The first gives the quantity of the activation. Instants in milliseconds. */
  readonly changes: readonly { readonly at: number; readonly quantity: number }[];
  /** Charges whose service period starts in `[from, to)`. */
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/**
 * The rules on a timeline that exists nowhere: what would be charged, by the very function that charges. What something
 * new costs first is what this says from its activation to the end of that month.
 * @returns charges by their first day
 * @rule B1 B2 B3 B7 B
 */
export function simulateCharges(simulation: Simulation): Decision<TargetCharge<PlanTerms>[]> {
  const { policy, cycle, dailyQuantity, unitPrice, timeZone, rounding, from, to } = simulation;
  const refusals = refusalsOf(simulation);
  if (refusals.length > 0) return { allowed: false, refusals };
  const plan: PlanTerms = { policy, cycle, dailyQuantity };
  const changes = historyOf(simulation, plan);
  const decrease = forbiddenDecrease(changes);
  if (decrease) return refuseDecrease(decrease, ['changes', String(decrease.sequence), 'quantity']);

  const timeline = quantityTimeline(changes, (day) => startOfDay(day, timeZone));
  const prices = [{ unitPrice, listPrice: unitPrice, cost: unitPrice, rate: undefined }];
  const charges: TargetCharge<PlanTerms>[] = [];
  // An item billed in arrears lies in a month after the one it starts in, at most two later for a month-end anchor.
  for (let month = monthOf(from), last = monthAfter(monthOf(to), 2); month.start <= last.start; month = monthAfter(month)) {
    const target = targetCharges(timeline, () => prices, month, rounding);
    if (isParked(target)) return refuse('CHARGE_OUT_OF_BOUNDS', { subscription: 'the simulation', bound: target.reason });
    charges.push(...target.filter(({ item }) => containsDay({ start: from, end: to }, item.start)));
  }
  return allow(charges.sort((a, b) => a.item.start - b.item.start));
}

function refusalsOf({ from, to, changes, activatedAt, terminatedAt, timeZone }: Simulation): Refusal[] {
  const refusals: Refusal[] = [];
  if (to <= from) refusals.push(refusal('PERIOD_EMPTY', { from: isoDate(from), to: isoDate(to) }, ['to']));
  else if (to - from > MAX_SIMULATED_MONTHS * 31) {
    refusals.push(refusal('PERIOD_TOO_LONG', { from: isoDate(from), to: isoDate(to), maximum: MAX_SIMULATED_MONTHS }, ['to']));
  }
  const activatedOn = dayAt(activatedAt, timeZone);
  if (terminatedAt !== undefined && terminatedAt < activatedAt) {
    refusals.push(refusal('TERMINATION_BEFORE_ACTIVATION', { terminatedAt: iso(terminatedAt), activatedAt: iso(activatedAt) }, ['terminatedAt']));
  }
  if (!changes[0] || dayAt(changes[0].at, timeZone) !== activatedOn) {
    refusals.push(refusal('ACTIVATION_QUANTITY_MISSING', { day: isoDate(activatedOn) }, ['changes', '0', 'at']));
  }
  for (const [index, { at, quantity }] of changes.entries()) {
    const path = ['changes', String(index)];
    if (index > 0 && at < activatedAt) {
      refusals.push(refusal('CHANGES_NOT_IN_ORDER', { index, at: iso(at), activatedAt: iso(activatedAt) }, [...path, 'at']));
    }
    if (quantity < 1) {
      refusals.push(
        refusal('QUANTITY_TOO_SMALL', { quantity, plan: 'a simulation', minimum: 1, fitting: '; to stop, give terminatedAt', fittingPlans: '' }, [
          ...path,
          'quantity',
        ]),
      );
    } else if (quantity > MAX_QUANTITY) {
      refusals.push(
        refusal('QUANTITY_TOO_LARGE', { quantity, plan: 'a simulation', maximum: MAX_QUANTITY, fitting: '', fittingPlans: '' }, [...path, 'quantity']),
      );
    }
    if (terminatedAt !== undefined && index > 0 && at > terminatedAt) {
      refusals.push(refusal('CHANGE_AFTER_TERMINATION', { at: iso(at), terminatedOn: isoDate(dayAt(terminatedAt, timeZone)) }, [...path, 'at']));
    }
  }
  return refusals;
}

/** The sequence of a change is its index in the input, so a refusal can point at it. */
function historyOf({ changes, activatedAt, terminatedAt, timeZone }: Simulation, plan: PlanTerms): RecordedChange<PlanTerms>[] {
  const history: RecordedChange<PlanTerms>[] = changes.map(({ at, quantity }, sequence) => {
    const effectiveAt = sequence === 0 ? activatedAt : at;
    const kind = sequence === 0 ? 'ACTIVATE' : 'QUANTITY';
    return { kind, sequence, effectiveAt, effectiveOn: dayAt(effectiveAt, timeZone), quantity, plan };
  });
  if (terminatedAt !== undefined) {
    history.push({ kind: 'TERMINATE', sequence: changes.length, effectiveAt: terminatedAt, effectiveOn: dayAt(terminatedAt, timeZone) });
  }
  return history;
}

function iso(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString();
}
