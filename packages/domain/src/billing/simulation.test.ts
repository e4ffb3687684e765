import { describe, expect, it } from 'vitest';
import { eur, instant } from '../../test/builders.ts';
import { isoDate, localDate } from '../calendar/local-date.ts';
import { formatAmount } from '../money/money.ts';
import { explain, explainPrice, formulaOf } from './explanation.ts';
import { simulateCharges, type Simulation } from './simulation.ts';

const base: Simulation = {
  policy: 'PAYG',
  cycle: 'CALENDAR',
  dailyQuantity: 'CLOSING',
  unitPrice: eur('1.00'),
  timeZone: 'UTC',
  rounding: 'HALF_AWAY_FROM_ZERO',
  activatedAt: instant('2021-04-15T10:00Z'),
  terminatedAt: undefined,
  changes: [
    { at: instant('2021-04-15T10:00Z'), quantity: 25 },
    { at: instant('2021-05-11'), quantity: 20 },
  ],
  from: localDate('2021-04-01'),
  to: localDate('2021-06-01'),
};

function told(overrides: Partial<Simulation>): string[] {
  const decision = simulateCharges({ ...base, ...overrides });
  if (!decision.allowed) return decision.refusals.map(({ code, path }) => `${code} at ${path.join('.')}`);
  return decision.value.map(
    ({ item, netMinor }) => `${item.kind} ${isoDate(item.start)}/${isoDate(item.end)} ${formatAmount({ minor: netMinor, currency: 'EUR' })}`,
  );
}

it.each([
  ['MAX_OF_MONTH', []],
  ['PAYG', ['RECURRING 2021-04-15/2021-05-01 13.33']],
  ['YEARLY', ['RECURRING 2021-04-15/2022-04-15 25.00']],
] as const)('B7 what something new costs first: %s', (policy, charges) => {
  expect(told({ policy, changes: [base.changes[0]!], to: localDate('2021-05-01') })).toEqual(charges);
});

describe('B1, B2, B3 on a timeline that exists nowhere', () => {
  it.each([
    ['the source’s customer, legacy', { policy: 'MAX_OF_MONTH' }, ['RECURRING 2021-05-01/2021-06-01 25.00']],
    ['the source’s customer, PAYG', {}, ['RECURRING 2021-04-15/2021-05-01 13.33', 'RECURRING 2021-05-01/2021-06-01 21.61']],
    ['the source’s customer, yearly', { policy: 'YEARLY' }, ['QUANTITY_DECREASE_NOT_ALLOWED at changes.1.quantity']],
    [
      'anniversary periods that start in the range',
      { cycle: 'ANNIVERSARY', to: localDate('2021-05-16') },
      ['RECURRING 2021-04-15/2021-05-15 24.33', 'RECURRING 2021-05-15/2021-06-15 20.00'],
    ],
    [
      'half-even',
      {
        unitPrice: eur('0.005'),
        changes: [{ at: instant('2021-04-15'), quantity: 1 }],
        activatedAt: instant('2021-04-01'),
        rounding: 'HALF_EVEN',
        to: localDate('2021-05-01'),
      },
      ['ACTIVATION_QUANTITY_MISSING at changes.0.at'],
    ],
    [
      'a zone that makes it another day',
      { timeZone: 'Asia/Tokyo', activatedAt: instant('2021-04-30T16:00Z'), changes: [{ at: instant('2021-04-30T16:00Z'), quantity: 31 }] },
      ['RECURRING 2021-05-01/2021-06-01 31.00'],
    ],
    ['no changes', { changes: [] }, ['ACTIVATION_QUANTITY_MISSING at changes.0.at']],
    ['zero licenses', { changes: [base.changes[0], { at: instant('2021-05-11'), quantity: 0 }] }, ['QUANTITY_TOO_SMALL at changes.1.quantity']],
    ['too many licenses', { changes: [{ at: base.activatedAt, quantity: 2_147_483_647 }] }, ['QUANTITY_TOO_LARGE at changes.0.quantity']],
    ['a change before the activation', { changes: [base.changes[0], { at: instant('2021-04-01'), quantity: 3 }] }, ['CHANGES_NOT_IN_ORDER at changes.1.at']],
    [
      'an end before the beginning',
      { terminatedAt: instant('2021-04-01') },
      ['TERMINATION_BEFORE_ACTIVATION at terminatedAt', 'CHANGE_AFTER_TERMINATION at changes.1.at'],
    ],
    ['an empty range', { to: localDate('2021-04-01') }, ['PERIOD_EMPTY at to']],
    ['a range of centuries', { from: localDate('1970-01-01'), to: localDate('2199-01-01') }, ['PERIOD_TOO_LONG at to']],
  ] as [string, Partial<Simulation>, string[]][])('%s', (_, overrides, expected) => {
    expect(told(overrides)).toEqual(expected);
  });

  it('rounds half to even where asked', () => {
    const half = {
      unitPrice: eur('0.005'),
      activatedAt: instant('2021-04-01'),
      changes: [{ at: instant('2021-04-01'), quantity: 1 }],
      to: localDate('2021-05-01'),
    };
    expect([told({ ...half }), told({ ...half, rounding: 'HALF_EVEN' })]).toEqual([
      ['RECURRING 2021-04-01/2021-05-01 0.01'],
      ['RECURRING 2021-04-01/2021-05-01 0.00'],
    ]);
  });

  it('covers a hundred years in one answer', () => {
    expect(told({ from: localDate('2021-04-01'), to: localDate('2100-01-01') })).toHaveLength(945);
  });
});

describe('H1: explained so that anyone can recompute it', () => {
  const segments = [
    { from: localDate('2021-05-01'), to: localDate('2021-05-11'), quantity: 25 },
    { from: localDate('2021-05-11'), to: localDate('2021-06-01'), quantity: 20 },
  ];
  const charge = {
    kind: 'RECURRING',
    policy: 'PAYG',
    segments,
    periodDays: 31,
    unitPrice: eur('1'),
    rounding: 'HALF_AWAY_FROM_ZERO',
    netMinor: 2161n,
  } as const;

  it('writes the sum', () => {
    expect(formulaOf(charge)).toBe('(25 × 10 + 20 × 21) ÷ 31 × 1.000000 = 21.612903… → 21.61 EUR');
    expect(explain(charge)).toBe(
      'B2: the exact days each quantity was held. Licenses held: 25 from 2021-05-01 to 2021-05-11, 20 from 2021-05-11 to 2021-06-01 (the last day of each is not counted). ' +
        '(25 × 10 + 20 × 21) ÷ 31 × 1.000000 = 21.612903… → 21.61 EUR, rounded once to 2 decimals, half away from zero.',
    );
  });

  it('writes an adjustment as a difference', () => {
    expect(formulaOf({ ...charge, kind: 'ADJUSTMENT', netMinor: -339n, alreadyMinor: 2500n })).toBe(
      '(25 × 10 + 20 × 21) ÷ 31 × 1.000000 = 21.612903… → 21.61; 21.61 − 25.00 charged before = -3.39 EUR',
    );
    expect(explain({ ...charge, kind: 'ADJUSTMENT', segments: [], netMinor: -2500n, alreadyMinor: 2500n })).toContain(
      'No license is owed any more. 0 ÷ 31 × 1.000000 = 0.000000 → 0.00; 0.00 − 25.00 charged before = -25.00 EUR',
    );
  });

  it('writes where the price came from', () => {
    const [list, cost] = [eur('10'), eur('8')];
    expect(explainPrice({ mode: 'DISCOUNT', percent: 100_000n }, list, cost, eur('9'))).toBe('list price 10.000000 less 10 % = 9.000000');
    expect(explainPrice({ mode: 'MARKUP', percent: 122_500n }, list, cost, eur('8.98'))).toBe('cost 8.000000 plus 12.25 % = 8.980000');
    expect(explainPrice(undefined, list, cost, list)).toBe('the list price 10.000000');
    expect(explainPrice(undefined, list, cost, cost)).toBe('the seller’s own price 8.000000');
  });
});
