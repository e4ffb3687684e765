import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANNIVERSARY, aPlan, eur, LEGACY, PAYG, unitPrice, YEARLY } from '../../test/builders.ts';
import { localDate } from '../calendar/local-date.ts';
import type { PlanTerms } from '../catalog/billing-policy.ts';
import type { EdgePrice } from '../catalog/price-list.ts';
import { formatAmount } from '../money/money.ts';
import { changesSince, quoteLine, type QuoteFacts } from './quote.ts';

const edge = (price: string, currency = 'EUR'): EdgePrice => {
  const at = unitPrice(price, currency);
  return { unitPrice: at, listPrice: at, cost: at, rate: undefined };
};

describe('O3, B7: what an order costs first, and then', () => {
  it.each([
    // plan, quantity, price, day, first, recurring
    ['legacy', LEGACY, 25, '1.00', '2021-05-11', '0.00', '25.00'],
    ['legacy on the first of a month', LEGACY, 25, '1.00', '2021-05-01', '0.00', '25.00'],
    ['pay as you go, whole month', PAYG, 25, '1.00', '2021-05-01', '25.00', '25.00'],
    ['pay as you go, 21 of 31 days', PAYG, 20, '1.00', '2021-05-11', '13.55', '20.00'],
    ['pay as you go, the last day', PAYG, 10, '3.00', '2021-05-31', '0.97', '30.00'],
    ['by anniversaries, in arrears', ANNIVERSARY, 3, '10.00', '2021-05-11', '30.00', '30.00'],
    ['by anniversaries, from the first', ANNIVERSARY, 3, '10.00', '2021-05-01', '30.00', '30.00'],
    ['by anniversaries, from the 31st', ANNIVERSARY, 3, '10.00', '2021-01-31', '30.00', '30.00'],
    ['a year', YEARLY, 5, '100.00', '2021-05-11', '500.00', '500.00'],
    ['a year from a leap day', YEARLY, 5, '100.00', '2024-02-29', '500.00', '500.00'],
  ] as const)('%s', (_, terms, quantity, price, day, first, recurring) => {
    const [only] = quoteLine(terms, quantity, localDate(day), [edge(price)], 'HALF_AWAY_FROM_ZERO')!;
    const shown = (minor: bigint): string => formatAmount({ minor, currency: 'EUR' });
    expect([shown(only!.firstMinor), shown(only!.recurringMinor)]).toEqual([first, recurring]);
  });

  it('has each edge at its own price', () => {
    const quoted = quoteLine(YEARLY, 2, localDate('2021-05-11'), [edge('10'), edge('12.5')], 'HALF_AWAY_FROM_ZERO')!;
    expect(quoted.map(({ firstMinor }) => firstMinor)).toEqual([2_000n, 2_500n]);
  });

  it.each(['EUR', 'USD', 'JPY', 'KWD'])('prices nothing that is charged by use, in %s (C1, B4)', (currency) => {
    const terms: PlanTerms = { policy: 'CONSUMPTION', cycle: 'CALENDAR', dailyQuantity: 'CLOSING' };
    expect(quoteLine(terms, 1, localDate('2021-05-11'), [edge('10', currency)], 'HALF_AWAY_FROM_ZERO')).toEqual([]);
  });

  it('holds for any day and quantity: the first charge is never more than a whole period, legacy is always free', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(PAYG, ANNIVERSARY, LEGACY, YEARLY),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 18_000, max: 30_000 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        (terms, quantity, day, cents) => {
          const price = eur((cents / 100).toString());
          const [quoted] = quoteLine(
            terms,
            quantity,
            day as never,
            [{ unitPrice: price, listPrice: price, cost: price, rate: undefined }],
            'HALF_AWAY_FROM_ZERO',
          )!;
          const { firstMinor, recurringMinor } = quoted!;
          expect(recurringMinor).toBe(BigInt(cents) * BigInt(quantity));
          expect(firstMinor >= 0n && firstMinor <= recurringMinor).toBe(true);
          if (terms.policy === 'MAX_OF_MONTH') expect(firstMinor).toBe(0n);
          if (terms.policy === 'YEARLY' || terms.cycle === 'ANNIVERSARY') expect(firstMinor).toBe(recurringMinor);
        },
      ),
    );
  });
});

const facts: QuoteFacts = {
  day: '2021-05-11',
  buyer: 'C-1',
  currency: 'EUR',
  lines: [
    {
      line: 'a',
      plan: aPlan().sku,
      configuration: { Seats: '10' },
      quantity: 10,
      edges: [{ seller: 'R', buyer: 'C-1', list: 'DISCOUNT 5 % (x)', unitPrice: '9.500000 EUR' }],
    },
    { line: 'b', plan: 'USE', configuration: {}, quantity: 1, edges: [] },
  ],
};
const [first, second] = facts.lines as [QuoteFacts['lines'][0], QuoteFacts['lines'][0]];
const withEdge = (more: object): QuoteFacts => ({ ...facts, lines: [{ ...first, edges: [{ ...first.edges[0]!, ...more }] }, second] });

describe('O3: what makes a quote stale', () => {
  it.each([
    ['nothing', facts, []],
    ['the day', { ...facts, day: '2021-05-12' }, ['the day was 2021-05-11 and is 2021-05-12']],
    ['the buyer', { ...facts, buyer: 'C-2' }, ['the buyer was C-1 and is C-2']],
    ['the plan', { ...facts, lines: [{ ...first, plan: 'LARGE' }, second] }, ['line 1: the plan was KES-1-49 and is LARGE']],
    [
      'the quantity',
      { ...facts, lines: [{ ...first, quantity: 12, configuration: { Seats: '12' } }, second] },
      ['line 1: Seats was 10 and is 12', 'line 1: the quantity was 10 and is 12'],
    ],
    ['another value', { ...facts, lines: [{ ...first, configuration: { Seats: '10', Region: 'EU' } }, second] }, ['line 1: Region was nothing and is EU']],
    ['the price', withEdge({ unitPrice: '9.000000 EUR' }), ['line 1: the price for C-1 was 9.500000 EUR and is 9.000000 EUR']],
    [
      'the price list, though the price is the same',
      withEdge({ list: 'DISCOUNT 5 % (y)' }),
      ['line 1: the price list of R for C-1 was DISCOUNT 5 % (x) and is DISCOUNT 5 % (y)'],
    ],
    ['who sells', withEdge({ seller: 'S' }), ['line 1: who sells was R → C-1 and is S → C-1']],
    ['a line more', { ...facts, lines: [...facts.lines, { ...second, line: 'c' }] }, ['line 3 (USE) was added']],
    ['a line less', { ...facts, lines: [first] }, ['a line (USE) was removed']],
  ])('%s', (_, current, changed) => {
    expect(changesSince(facts, current)).toEqual(changed);
  });
});
