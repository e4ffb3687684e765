import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chargesOf, priceOf } from './charges.ts';
import { cents, isDecimal, negated, plus, times } from './decimals.ts';
import type { Held, Subscription } from './records.ts';
import { asOf } from './terms.ts';

const at = (text: string): number => Date.parse(text.includes('T') ? text : `${text}T12:00:00Z`);
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function subscription(
  term: string | undefined,
  billingCycle: string,
  boughtOn: string,
  history: readonly [string, number, Held['status']?][] = [],
): Subscription {
  const startedAt = at(boughtOn);
  const held = [...history].map(([from, quantity, status = 'active']) => ({ at: at(from), quantity, status }));
  return {
    id: 's',
    customerId: 'c',
    orderId: 'o',
    catalogItemId: 'P:S:A',
    friendlyName: 'S-1',
    quantity: 5,
    billingCycle,
    termDuration: term,
    partnerIdOnRecord: undefined,
    status: held.at(-1)?.status ?? 'active',
    autoRenewEnabled: true,
    createdAt: startedAt,
    activeAt: startedAt,
    termStartedAt: startedAt,
    version: 1,
    pending: undefined,
    provisionedQuantity: 5,
    changedAt: startedAt,
    history: [{ at: startedAt, quantity: 5, status: 'active' }, ...held],
  };
}

const charged = (of: Subscription, now: string): string[] =>
  chargesOf(asOf(of, at(now)), at(now)).map(({ chargeType, end, quantity, start }) => `${chargeType} ${quantity} ${day(start)}/${day(end)}`);

describe('charges', () => {
  it.each<[string, Subscription, string, string[]]>([
    ['a month', subscription('P1M', 'monthly', '2030-05-01'), '2030-05-31', ['New 5 2030-05-01/2030-06-01']],
    ['months', subscription('P1M', 'monthly', '2030-05-10'), '2030-06-10', ['New 5 2030-05-10/2030-06-10', 'Renew 5 2030-06-10/2030-07-10']],
    ['a year by the month', subscription('P1Y', 'monthly', '2030-05-10'), '2030-06-10', ['New 5 2030-05-10/2030-06-10', 'CycleCharge 5 2030-06-10/2030-07-10']],
    ['a year at once', subscription('P1Y', 'annual', '2030-05-10'), '2031-05-10', ['New 5 2030-05-10/2031-05-10', 'Renew 5 2031-05-10/2032-05-10']],
    [
      'the last day of a month',
      subscription('P1Y', 'monthly', '2030-01-31'),
      '2030-03-01',
      ['New 5 2030-01-31/2030-02-28', 'CycleCharge 5 2030-02-28/2030-03-31'],
    ],
    ['what is metered', subscription(undefined, 'monthly', '2030-05-10'), '2031-05-10', []],
    [
      'more',
      subscription('P1M', 'monthly', '2030-05-01', [['2030-05-10', 8]]),
      '2030-06-01',
      ['New 5 2030-05-01/2030-06-01', 'AddQuantity 3 2030-05-10/2030-06-01', 'Renew 8 2030-06-01/2030-07-01'],
    ],
    [
      'fewer',
      subscription('P1M', 'monthly', '2030-05-01', [['2030-05-03', 2]]),
      '2030-05-31',
      ['New 5 2030-05-01/2030-06-01', 'RemoveQuantity -3 2030-05-04/2030-06-01'],
    ],
    [
      'more, then none',
      subscription('P1M', 'monthly', '2030-05-01', [
        ['2030-05-02', 6],
        ['2030-05-03', 6, 'deleted'],
      ]),
      '2030-07-31',
      ['New 5 2030-05-01/2030-06-01', 'AddQuantity 1 2030-05-02/2030-06-01', 'Cancel -6 2030-05-04/2030-06-01'],
    ],
    ['suspended', subscription('P1M', 'monthly', '2030-05-01', [['2030-05-03', 5, 'suspended']]), '2030-05-31', ['New 5 2030-05-01/2030-06-01']],
    ['renewed, then canceled', subscription('P1Y', 'annual', '2030-05-01', [['2031-05-02', 5, 'deleted']]), '2031-05-31', ['New 5 2030-05-01/2031-05-01']],
  ])('for %s', (_, of, now, expected) => {
    expect(charged(of, now)).toEqual(expected);
  });

  it('follow from the price of an article, whichever way it is billed', () => {
    const price = (termDuration: string, billingCycle: string): string => priceOf({ catalogItemId: 'P:S:A', termDuration, billingCycle });
    expect([price('P1M', 'monthly'), price('P1Y', 'monthly'), price('P1Y', 'annual'), price('P3Y', 'annual')]).toEqual(['4.82', '4.82', '57.84', '173.52']);
  });
});

describe('decimals', () => {
  it.each([
    // a text, its part of a whole, to the cent half up, and to the cent below
    ['26.53', 28, 31, '23.96', '23.96'],
    ['0.015', 1, 1, '0.02', '0.01'],
    ['-0.015', 1, 1, '-0.02', '-0.02'],
    ['0.0149', 1, 1, '0.01', '0.01'],
    ['-0.011', 1, 1, '-0.01', '-0.02'],
    ['100', 1, 3, '33.33', '33.33'],
    ['2', 1, 1, '2', '2'],
    ['-0.001', 1, 1, '0', '-0.01'],
  ])('%s × %i ÷ %i is %s, or %s', (text, part, whole, halfUp, below) => {
    expect([cents(text, 'HALF_UP', part, whole), cents(text, 'FLOOR', part, whole)]).toEqual([halfUp, below]);
  });

  it('are exact', () => {
    expect([times('0.1', '0.85'), plus('0.1', '0.2'), plus('1', negated('0.15')), times('24', '0.085'), plus()]).toEqual(['0.085', '0.3', '0.85', '2.04', '0']);
    const decimal = fc.tuple(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.nat(9)).map(([units, scale]) => times(String(units), `0.${'0'.repeat(scale)}1`));
    fc.assert(
      fc.property(
        decimal,
        decimal,
        decimal,
        (a, b, c) => times(plus(a, b), c) === plus(times(a, c), times(b, c)) && plus(a, negated(a)) === '0' && isDecimal(a),
      ),
    );
  });
});
