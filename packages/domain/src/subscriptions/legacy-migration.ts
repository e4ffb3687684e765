/**
 * The move of a vendor's subscriptions from `MAX_OF_MONTH` to `PAYG`: on which day, to which plan, and from which instant.
 * @rule S5
 */
import { addMonths, isoDate, type LocalDate } from '../calendar/local-date.ts';
import { monthOf } from '../calendar/billing-month.ts';
import { decideBand, fits, type Plan } from '../catalog/plan.ts';
import { allow, refuse, type Decision } from '../refusal.ts';
import { endOf, momentsOf, type Moment, type RecordedChange } from './quantity-timeline.ts';

/** How far ahead a migration may be planned. */
export const MIGRATION_MONTHS_AHEAD = 12;

export type MigrationPlan = Plan & { readonly product: string; readonly offered: boolean };

const isFirst = (day: LocalDate): boolean => monthOf(day).start === day;

/** Today where today is the first day of a month, else the next first day. */
export function nextMigrationDay(today: LocalDate): LocalDate {
  return isFirst(today) ? today : monthOf(addMonths(monthOf(today).start, 1)).start;
}

/** Whether a migration may be planned for a day. @rule S5 "on the first day of a month and no other day" */
export function decideMigrationDay(effectiveOn: LocalDate, today: LocalDate): Decision<LocalDate> {
  const next = nextMigrationDay(today);
  if (!isFirst(effectiveOn)) return refuse('MIGRATION_NOT_FIRST_OF_MONTH', { day: isoDate(effectiveOn), next: isoDate(next) }, ['effectiveOn']);
  const latest = addMonths(next, MIGRATION_MONTHS_AHEAD);
  if (effectiveOn < today || effectiveOn > latest) {
    const facts = { field: 'effectiveOn', value: isoDate(effectiveOn), earliest: isoDate(next), latest: isoDate(latest) };
    return refuse('DATE_OUT_OF_RANGE', facts, ['effectiveOn']);
  }
  return allow(effectiveOn);
}

/** Whether a planned migration may start today. One that has started is ended on whatever day it is then. @rule S5 */
export function decideMigrationStart(migration: string, effectiveOn: LocalDate, today: LocalDate): Decision<LocalDate> {
  if (!isFirst(today)) return refuse('MIGRATION_NOT_FIRST_OF_MONTH', { day: isoDate(today), next: isoDate(nextMigrationDay(today)) }, ['migrationId']);
  if (today !== effectiveOn) {
    return refuse('MIGRATION_NOT_TODAY', { migration, effectiveOn: isoDate(effectiveOn), today: isoDate(today) }, ['migrationId']);
  }
  return allow(effectiveOn);
}

/** What a subscription holds where it leaves its legacy plan. */
export interface LegacyHolding<P> {
  /** From this instant on it is on the new plan. */
  readonly at: number;
  readonly held: Moment<P>;
  /** Every quantity that is recorded for the time from then on, the one held then first. */
  readonly quantities: readonly number[];
}

/**
 * Whether a subscription is to be moved on a day, and what it holds then: one that is held that day or later on a
 * `MAX_OF_MONTH` plan. One that begins only later that day is moved from its first instant on.
 *
 * @param startAt the first instant of the day in the billing time zone
 * @returns undefined for one that has ended by then or is on another kind of plan: there is nothing to move
 * @rule S5 "all MAX_OF_MONTH subscriptions"
 */
export function legacyHolding<P extends Plan>(changes: readonly RecordedChange<P>[], effectiveOn: LocalDate, startAt: number): LegacyHolding<P> | undefined {
  const moments = momentsOf(changes);
  const [activation] = moments;
  if (!activation || endOf(changes) <= Math.max(effectiveOn, activation.on)) return undefined;
  const at = Math.max(startAt, activation.at);
  const index = moments.findLastIndex((moment) => moment.at <= at);
  const held = moments[index]!;
  if (held.plan.policy !== 'MAX_OF_MONTH') return undefined;
  return { at, held, quantities: moments.slice(index).map(({ quantity }) => quantity) };
}

function isTarget<P extends MigrationPlan>(from: P, to: P): boolean {
  return to.product === from.product && to.policy === 'PAYG' && to.cycle === 'CALENDAR' && to.offered;
}

/** Whether an operator may name a plan as the one that follows a legacy plan. @rule S5 C4 */
export function decideMapping<P extends MigrationPlan>(from: P, to: P, path: readonly string[] = []): Decision<P> {
  if (from.policy === 'MAX_OF_MONTH' && isTarget(from, to)) return allow(to);
  return refuse('MIGRATION_MAPPING_NOT_ALLOWED', { from: from.sku, to: to.sku, product: from.product }, path);
}

/**
 * The plan that follows a legacy plan: the one that the operator named, else the only one on offer that fits.
 *
 * @param quantities all that the new plan must hold
 * @param plans those of the product
 * @param mapped what the operator named for this legacy plan
 * @rule S5 C4 a band that does not fit, no plan and several plans are each a blocker of their own
 */
export function decideTarget<P extends MigrationPlan>(from: P, quantities: readonly number[], plans: readonly P[], mapped?: P): Decision<P> {
  const targets = plans.filter((plan) => isTarget(from, plan));
  if (mapped) {
    const mapping = decideMapping(from, mapped);
    if (!mapping.allowed) return mapping;
    for (const quantity of quantities) {
      const band = decideBand(mapped, quantity, targets, []);
      if (!band.allowed) return band;
    }
    return allow(mapped);
  }
  const fitting = targets.filter((plan) => quantities.every((quantity) => fits(plan, quantity)));
  if (fitting.length === 1) return allow(fitting[0]!);
  const facts = { plan: from.sku, product: from.product, quantities: [...new Set(quantities)].join(', ') };
  if (fitting.length === 0) return refuse('MIGRATION_NO_FITTING_PLAN', facts);
  const skus = fitting.map(({ sku }) => sku).toSorted();
  return refuse('MIGRATION_SEVERAL_FITTING_PLANS', { ...facts, plans: skus.join(', ') });
}
