import fc from 'fast-check';
import type { PlanTerms } from '../src/catalog/billing-policy.ts';
import type { Plan } from '../src/catalog/plan.ts';
import type { EdgePrice } from '../src/catalog/price-list.ts';
import { billingMonth, monthAfter, monthOf, type BillingMonth } from '../src/calendar/billing-month.ts';
import { dayAt, isoDate, localDate, startOfDay, type LocalDate } from '../src/calendar/local-date.ts';
import { formatAmount } from '../src/money/money.ts';
import { parseUnitPrice, type UnitPrice } from '../src/money/unit-price.ts';
import type { Rounding } from '../src/money/rounding.ts';
import { quantityTimeline, type QuantityTimeline, type RecordedChange } from '../src/subscriptions/quantity-timeline.ts';
import { isParked, targetCharges, type TargetCharge } from '../src/billing/target.ts';

export const PAYG: PlanTerms = { policy: 'PAYG', cycle: 'CALENDAR', dailyQuantity: 'CLOSING' };
export const ANNIVERSARY: PlanTerms = { policy: 'PAYG', cycle: 'ANNIVERSARY', dailyQuantity: 'CLOSING' };
export const PEAK: PlanTerms = { policy: 'PAYG', cycle: 'CALENDAR', dailyQuantity: 'PEAK' };
export const LEGACY: PlanTerms = { policy: 'MAX_OF_MONTH', cycle: 'CALENDAR', dailyQuantity: 'CLOSING' };
export const YEARLY: PlanTerms = { policy: 'YEARLY', cycle: 'CALENDAR', dailyQuantity: 'CLOSING' };

export function aPlan(overrides: Partial<Plan & { product: string }> = {}): Plan & { product: string } {
  return { sku: 'KES-1-49', product: 'KES', ...PAYG, minimum: 1, maximum: 49, ...overrides };
}

export function eur(text: string): UnitPrice {
  return unitPrice(text, 'EUR');
}

export function unitPrice(text: string, currency: string): UnitPrice {
  const price = parseUnitPrice(text, currency);
  if (!price) throw new Error(`no price: ${text}`);
  return price;
}

/** An instant from `2021-05-11` or `2021-05-11T10:00Z`. */
export function instant(text: string): number {
  return text.includes('T') ? Temporal.Instant.from(text).epochMilliseconds : startOfDay(localDate(text), 'UTC');
}

/**
 * A history from what happened when: `{ '2021-04-15': 25, '2021-05-11': 20, '2021-06-07': 0 }`. The first is the
 * activation, 0 terminates.
 */
export function history<P extends PlanTerms>(plan: P, quantities: Record<string, number>): RecordedChange<P>[] {
  return Object.entries(quantities).map(([when, quantity], sequence) => {
    const effectiveAt = instant(when);
    const moment = { sequence, effectiveAt, effectiveOn: dayAt(effectiveAt, 'UTC') };
    if (quantity === 0) return { kind: 'TERMINATE', ...moment };
    return { kind: sequence === 0 ? 'ACTIVATE' : 'QUANTITY', ...moment, quantity, plan };
  });
}

export function timeline<P extends PlanTerms>(plan: P, quantities: Record<string, number>): QuantityTimeline<P> {
  return timelineOf(history(plan, quantities));
}

export function timelineOf<P extends PlanTerms>(changes: readonly RecordedChange<P>[]): QuantityTimeline<P> {
  return quantityTimeline(changes, (day) => startOfDay(day, 'UTC'));
}

export function oneEdge(price: UnitPrice): () => EdgePrice[] {
  return () => [{ unitPrice: price, listPrice: price, cost: price, rate: undefined }];
}

export function charged<P extends PlanTerms>(
  held: QuantityTimeline<P>,
  month: BillingMonth,
  price: UnitPrice,
  rounding: Rounding = 'HALF_AWAY_FROM_ZERO',
): TargetCharge<P>[] {
  const charges = targetCharges(held, oneEdge(price), month, rounding);
  if (isParked(charges)) throw new Error(`parked: ${charges.reason}`);
  return charges;
}

/** `RECURRING 2021-05-01/2021-06-01 21.61`, one line a charge, for every month of a year or named months. */
export function bill<P extends PlanTerms>(held: QuantityTimeline<P>, price: UnitPrice, from: string, to = from): string[] {
  const lines: string[] = [];
  for (let month = billingMonth(from); month.name <= to; month = monthAfter(month)) {
    for (const { item, netMinor } of charged(held, month, price)) {
      const net = formatAmount({ minor: netMinor, currency: price.currency });
      lines.push(`${month.name} ${item.kind} ${isoDate(item.start)}/${isoDate(item.end)} ${net}`);
    }
  }
  return lines;
}

export function totalMinor(charges: readonly TargetCharge<unknown>[]): bigint {
  return charges.reduce((sum, { netMinor }) => sum + netMinor, 0n);
}

// ---- arbitraries

export const anyDay: fc.Arbitrary<LocalDate> = fc.integer({ min: localDate('2019-01-01'), max: localDate('2029-12-31') }).map((day) => day as LocalDate);
export const anyMonth: fc.Arbitrary<BillingMonth> = anyDay.map(monthOf);
export const anyQuantity = fc.integer({ min: 1, max: 5_000 });
export const anyPrice: fc.Arbitrary<UnitPrice> = fc.record({
  micros: fc.bigInt({ min: 0n, max: 999_999_999n }),
  currency: fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'),
});

/**
 * A history on one plan that its policy allows: an activation, rising instants, quantities that only rise on yearly
 * plans, and sometimes a termination.
 */
export function anyHistory<P extends PlanTerms>(plan: P): fc.Arbitrary<RecordedChange<P>[]> {
  const steps = fc.array(fc.record({ hours: fc.integer({ min: 0, max: 24 * 60 }), quantity: anyQuantity }), { maxLength: 8 });
  return fc
    .record({ day: anyDay, hour: fc.integer({ min: 0, max: 23 }), quantity: anyQuantity, steps, ends: fc.option(fc.integer({ min: 0, max: 24 * 500 })) })
    .map((drawn) => {
      let at = startOfDay(drawn.day, 'UTC') + drawn.hour * 3_600_000;
      let quantity = drawn.quantity;
      const changes: RecordedChange<P>[] = [{ kind: 'ACTIVATE', sequence: 0, effectiveAt: at, effectiveOn: dayAt(at, 'UTC'), quantity, plan }];
      for (const step of drawn.steps) {
        at += step.hours * 3_600_000;
        quantity = plan.policy === 'YEARLY' ? quantity + step.quantity : step.quantity;
        changes.push({ kind: 'QUANTITY', sequence: changes.length, effectiveAt: at, effectiveOn: dayAt(at, 'UTC'), quantity });
      }
      if (drawn.ends !== null) {
        at += drawn.ends * 3_600_000;
        changes.push({ kind: 'TERMINATE', sequence: changes.length, effectiveAt: at, effectiveOn: dayAt(at, 'UTC') });
      }
      return changes;
    });
}

/** The months that a timeline has days in, up to `count`. */
export function monthsOf(held: QuantityTimeline<unknown>, count = 40): BillingMonth[] {
  const months: BillingMonth[] = [];
  for (let month = monthOf(held.activatedOn); months.length < count && month.start <= held.endsOn; month = monthAfter(month)) months.push(month);
  return months;
}
