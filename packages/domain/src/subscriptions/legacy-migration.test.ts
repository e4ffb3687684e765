import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetCharges, isParked } from '../billing/target.ts';
import { monthAfter, monthOf } from '../calendar/billing-month.ts';
import { addDays, addMonths, dayAt, isoDate, localDate, startOfDay } from '../calendar/local-date.ts';
import { refusalMessage, type Decision } from '../refusal.ts';
import {
  decideMapping,
  decideMigrationDay,
  decideMigrationStart,
  decideTarget,
  legacyHolding,
  nextMigrationDay,
  type MigrationPlan,
} from './legacy-migration.ts';
import { quantityTimeline, type RecordedChange } from './quantity-timeline.ts';

const plan = (sku: string, more: Partial<MigrationPlan> = {}): MigrationPlan => ({
  sku,
  product: 'KES',
  policy: 'PAYG',
  cycle: 'CALENDAR',
  dailyQuantity: 'CLOSING',
  minimum: 1,
  maximum: 999,
  offered: true,
  ...more,
});
const LEGACY = plan('OLD', { policy: 'MAX_OF_MONTH' });
const SMALL = plan('SMALL', { maximum: 49 });
const LARGE = plan('LARGE', { minimum: 50 });
const WIDE = plan('WIDE', { minimum: 10 });
const saidBy = <T>(decision: Decision<T>, show: (value: T) => string): string =>
  decision.allowed ? show(decision.value) : decision.refusals.map((refusal) => `${refusal.code}: ${refusalMessage(refusal)}`).join('; ');

describe('S5: the day', () => {
  it.each([
    // planned for, today, what is said
    ['2021-06-01', '2021-05-20', '2021-06-01'],
    ['2021-06-01', '2021-06-01', '2021-06-01'],
    ['2022-06-01', '2021-05-20', '2022-06-01'],
    [
      '2021-06-02',
      '2021-05-20',
      'MIGRATION_NOT_FIRST_OF_MONTH: a migration takes place on the first day of a month, and 2021-06-02 is none; the next one is 2021-06-01',
    ],
    [
      '2021-05-31',
      '2021-05-20',
      'MIGRATION_NOT_FIRST_OF_MONTH: a migration takes place on the first day of a month, and 2021-05-31 is none; the next one is 2021-06-01',
    ],
    ['2021-05-01', '2021-05-02', 'DATE_OUT_OF_RANGE: effectiveOn is 2021-05-01; it must lie from 2021-06-01 to 2022-06-01'],
    ['2022-07-01', '2021-05-20', 'DATE_OUT_OF_RANGE: effectiveOn is 2022-07-01; it must lie from 2021-06-01 to 2022-06-01'],
  ])('planned for %s on %s: %s', (effectiveOn, today, said) => {
    expect(saidBy(decideMigrationDay(localDate(effectiveOn), localDate(today)), isoDate)).toBe(said);
  });

  it.each([
    ['2021-06-01', '2021-06-01', '2021-06-01'],
    [
      '2021-06-01',
      '2021-05-31',
      'MIGRATION_NOT_FIRST_OF_MONTH: a migration takes place on the first day of a month, and 2021-05-31 is none; the next one is 2021-06-01',
    ],
    [
      '2021-06-01',
      '2021-06-02',
      'MIGRATION_NOT_FIRST_OF_MONTH: a migration takes place on the first day of a month, and 2021-06-02 is none; the next one is 2021-07-01',
    ],
    [
      '2021-06-01',
      '2021-05-01',
      'MIGRATION_NOT_TODAY: MIG-1 is planned for 2021-06-01 and today is 2021-05-01; run it on its day, or plan another one for a day that is still to come',
    ],
    [
      '2021-06-01',
      '2021-07-01',
      'MIGRATION_NOT_TODAY: MIG-1 is planned for 2021-06-01 and today is 2021-07-01; run it on its day, or plan another one for a day that is still to come',
    ],
  ])('of %s, started on %s: %s', (effectiveOn, today, said) => {
    expect(saidBy(decideMigrationStart('MIG-1', localDate(effectiveOn), localDate(today)), isoDate)).toBe(said);
  });

  it('the next possible day is a first day, today or later, less than a month and a day ahead', () => {
    fc.assert(
      fc.property(fc.integer({ min: 18_000, max: 60_000 }), (days) => {
        const today = addDays(localDate('1970-01-01'), days);
        const next = nextMigrationDay(today);
        expect(isoDate(next).slice(8)).toBe('01');
        expect(next).toBeGreaterThanOrEqual(today);
        expect(next).toBeLessThanOrEqual(addMonths(today, 1));
        expect(decideMigrationDay(next, today).allowed).toBe(true);
        expect(decideMigrationStart('MIG', next, today).allowed).toBe(next === today);
      }),
    );
  });
});

describe('S5: the plan that follows', () => {
  it.each([
    // plans of the product, quantities from then on, what the operator named, what is said
    ['one that fits', [SMALL, LARGE], [25], undefined, 'SMALL'],
    ['another that fits', [SMALL, LARGE], [50], undefined, 'LARGE'],
    ['the bounds of a band belong to it', [SMALL, LARGE], [49], undefined, 'SMALL'],
    ['none', [SMALL], [50], undefined, 'MIGRATION_NO_FITTING_PLAN: no PAYG plan of KES on offer fits 50 licenses of OLD; offer one, or change the quantity'],
    [
      'several',
      [SMALL, WIDE],
      [25],
      undefined,
      'MIGRATION_SEVERAL_FITTING_PLANS: 25 licenses of OLD fit several PAYG plans: SMALL, WIDE; name one of them in the mapping',
    ],
    ['several, one named', [SMALL, WIDE], [25], WIDE, 'WIDE'],
    [
      'named although another fits',
      [SMALL, LARGE],
      [25],
      LARGE,
      'QUANTITY_TOO_SMALL: quantity 25 is below 50, the least that LARGE allows; plans that fit: SMALL',
    ],
    ['named, and too small', [SMALL], [50], SMALL, 'QUANTITY_TOO_LARGE: quantity 50 is above 49, the most that SMALL allows'],
    ['what is scheduled must fit as well', [SMALL, LARGE, WIDE], [25, 60], undefined, 'WIDE'],
    [
      'nothing holds both',
      [SMALL, LARGE],
      [25, 60],
      undefined,
      'MIGRATION_NO_FITTING_PLAN: no PAYG plan of KES on offer fits 25, 60 licenses of OLD; offer one, or change the quantity',
    ],
    [
      'retired, yearly, by anniversaries and of another product are none',
      [plan('R', { offered: false }), plan('Y', { policy: 'YEARLY' }), plan('A', { cycle: 'ANNIVERSARY' }), plan('P', { product: 'KAV' }), LEGACY],
      [25],
      undefined,
      'MIGRATION_NO_FITTING_PLAN: no PAYG plan of KES on offer fits 25 licenses of OLD; offer one, or change the quantity',
    ],
  ] as const)('%s', (_, plans, quantities, mapped, said) => {
    expect(saidBy(decideTarget(LEGACY, quantities, plans, mapped), ({ sku }) => sku)).toBe(said);
  });

  it.each([
    [LEGACY, SMALL, true],
    [LEGACY, plan('PEAK', { dailyQuantity: 'PEAK' }), true],
    [LEGACY, plan('R', { offered: false }), false],
    [LEGACY, plan('A', { cycle: 'ANNIVERSARY' }), false],
    [LEGACY, plan('Y', { policy: 'YEARLY' }), false],
    [LEGACY, plan('P', { product: 'KAV' }), false],
    [LEGACY, LEGACY, false],
    [SMALL, LARGE, false],
  ] as const)('mapping $sku', (from, to, allowed) => {
    expect(decideMapping(from, to).allowed).toBe(allowed);
  });

  it('is offered PAYG of the same product whose band fits, however the plans are mixed', () => {
    const anyPlan = fc.record({
      sku: fc.uuid(),
      product: fc.constantFrom('KES', 'KAV'),
      policy: fc.constantFrom('PAYG', 'YEARLY', 'MAX_OF_MONTH'),
      cycle: fc.constantFrom('CALENDAR', 'ANNIVERSARY'),
      offered: fc.boolean(),
      minimum: fc.integer({ min: 1, max: 20 }),
      maximum: fc.integer({ min: 10, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(anyPlan, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }), (mixed, quantities) => {
        const plans = mixed.map(({ sku, ...more }) => plan(sku, more as Partial<MigrationPlan>));
        const good = plans.filter(
          (each) =>
            each.product === 'KES' &&
            each.policy === 'PAYG' &&
            each.cycle === 'CALENDAR' &&
            each.offered &&
            quantities.every((q) => each.minimum <= q && q <= each.maximum),
        );
        const decision = decideTarget(LEGACY, quantities, plans);
        expect(decision.allowed).toBe(good.length === 1);
        if (decision.allowed) expect(decision.value).toBe(good[0]);
        else expect(decision.refusals[0]!.code).toBe(good.length === 0 ? 'MIGRATION_NO_FITTING_PLAN' : 'MIGRATION_SEVERAL_FITTING_PLANS');
        for (const each of good) expect(decideTarget(LEGACY, quantities, plans, each)).toEqual({ allowed: true, value: each });
      }),
    );
  });
});

const ZONE = 'Europe/Athens';
const startOf = (day: ReturnType<typeof localDate>): number => startOfDay(day, ZONE);
/** `['ACTIVATE', '2021-04-15', 25]`; a time of day may follow, in UTC. */
type Line = readonly [kind: RecordedChange<MigrationPlan>['kind'], when: string, quantity?: number, to?: MigrationPlan];
function history(...lines: readonly Line[]): RecordedChange<MigrationPlan>[] {
  return lines.map(([kind, when, quantity, to], index): RecordedChange<MigrationPlan> => {
    const effectiveAt = when.includes('T') ? Date.parse(when) : startOf(localDate(when));
    return { kind, sequence: index + 1, effectiveAt, effectiveOn: dayAt(effectiveAt, ZONE), quantity, plan: to ?? (kind === 'ACTIVATE' ? LEGACY : undefined) };
  });
}
const JUNE = localDate('2021-06-01');

describe('S5: what is moved', () => {
  it.each([
    ['held since April', history(['ACTIVATE', '2021-04-15', 25]), '2021-05-31T21:00:00.000Z 25'],
    ['changed on the day', history(['ACTIVATE', '2021-04-15', 25], ['QUANTITY', '2021-06-01T09:00:00Z', 20]), '2021-05-31T21:00:00.000Z 25, 20'],
    ['changed with the day', history(['ACTIVATE', '2021-04-15', 25], ['QUANTITY', '2021-06-01', 20]), '2021-05-31T21:00:00.000Z 20'],
    ['scheduled for later', history(['ACTIVATE', '2021-04-15', 25], ['QUANTITY', '2021-08-01', 20]), '2021-05-31T21:00:00.000Z 25, 20'],
    ['begun on the day', history(['ACTIVATE', '2021-06-01T09:00:00Z', 25]), '2021-06-01T09:00:00.000Z 25'],
    ['ending later', history(['ACTIVATE', '2021-04-15', 25], ['TERMINATE', '2021-06-02']), '2021-05-31T21:00:00.000Z 25'],
    ['ending on the day', history(['ACTIVATE', '2021-04-15', 25], ['TERMINATE', '2021-06-01T09:00:00Z']), undefined],
    ['ended before', history(['ACTIVATE', '2021-04-15', 25], ['TERMINATE', '2021-05-02']), undefined],
    ['begun and ended on the day', history(['ACTIVATE', '2021-06-01T09:00:00Z', 25], ['TERMINATE', '2021-06-01T10:00:00Z']), undefined],
    ['moved before', history(['ACTIVATE', '2021-04-15', 25], ['PLAN', '2021-06-01', 25, SMALL]), undefined],
    ['moved from a later day on', history(['ACTIVATE', '2021-04-15', 25], ['PLAN', '2021-07-01', 25, SMALL]), '2021-05-31T21:00:00.000Z 25, 25'],
  ] as const)('%s: %s', (_, changes, expected) => {
    const moved = legacyHolding(changes, JUNE, startOf(JUNE));
    expect(moved && `${new Date(moved.at).toISOString()} ${moved.quantities.join(', ')}`).toBe(expected);
  });

  it('the last legacy month stays what it was, the first PAYG month is charged by the day, and moving again finds nothing', () => {
    const day = fc.integer({ min: 0, max: 120 });
    const change = fc.record({ day, hour: fc.integer({ min: 0, max: 23 }), quantity: fc.integer({ min: 1, max: 49 }) });
    fc.assert(
      fc.property(day, fc.array(change, { maxLength: 6 }), fc.option(day, { nil: undefined }), (begun, changed, ended) => {
        const at = (days: number, hour = 0): string => new Date(Date.parse('2021-03-01T00:00:00Z') + days * 86_400_000 + hour * 3_600_000).toISOString();
        const lines: Line[] = [['ACTIVATE', at(begun), 25]];
        for (const each of changed) if (each.day > begun) lines.push(['QUANTITY', at(each.day, each.hour), each.quantity]);
        if (ended !== undefined && ended >= begun) lines.push(['TERMINATE', at(ended)]);
        const before = history(...lines);
        const moved = legacyHolding(before, JUNE, startOf(JUNE));
        if (!moved) return;
        const target = decideTarget(LEGACY, moved.quantities, [SMALL]);
        if (!target.allowed) throw new Error('SMALL fits everything');
        const last = { kind: 'PLAN' as const, sequence: before.length + 1, effectiveAt: moved.at, effectiveOn: dayAt(moved.at, ZONE) };
        const after = [...before, { ...last, quantity: moved.held.quantity, plan: target.value }];
        expect(legacyHolding(after, JUNE, startOf(JUNE))).toBeUndefined();
        const price = { unitPrice: { micros: 1_000_000n, currency: 'EUR' }, cost: { micros: 0n, currency: 'EUR' } };
        const charged = (changes: typeof before, month: ReturnType<typeof monthOf>): string[] => {
          const target = targetCharges(quantityTimeline(changes, startOf), () => [price as never], month, 'HALF_AWAY_FROM_ZERO');
          if (isParked(target)) throw new Error(target.reason);
          return target.map(({ item, netMinor }) => `${item.plan.sku} ${isoDate(item.start)} ${isoDate(item.end)} ${netMinor}`);
        };
        for (let month = monthOf(localDate('2021-03-01')); month.start < JUNE; month = monthAfter(month)) {
          expect(charged(after, month)).toEqual(charged(before, month));
        }
        const june = charged(after, monthOf(JUNE));
        expect(june.every((charge) => charge.startsWith('SMALL'))).toBe(true);
      }),
    );
  });
});
