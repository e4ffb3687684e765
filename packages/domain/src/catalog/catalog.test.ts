import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPrice, aPlan, eur, LEGACY, YEARLY } from '../../test/builders.ts';
import { parsePercent } from '../money/percent.ts';
import { formatUnitPrice } from '../money/unit-price.ts';
import { decideBand, decidePlanTerms } from './plan.ts';
import { applyRate, decideRate, guardPrice, priceEdges, refuseUnderCost, type PriceListRate, type RateMode } from './price-list.ts';

const rate = (mode: RateMode, percent: string): PriceListRate => ({ mode, percent: parsePercent(percent)! });

describe('C3: plans', () => {
  it.each([
    [{}, true],
    [{ minimum: 0 }, false],
    [{ minimum: 10, maximum: 9 }, false],
    [{ maximum: 10_000_001 }, false],
    [{ cycle: 'ANNIVERSARY' }, true],
    [{ ...YEARLY, cycle: 'ANNIVERSARY' }, false],
    [{ ...LEGACY, cycle: 'ANNIVERSARY' }, false],
  ] as const)('%j: %s', (overrides, allowed) => {
    expect(decidePlanTerms(aPlan(overrides)).allowed).toBe(allowed);
  });
});

describe('C4: bands', () => {
  it.each([
    [1, true],
    [49, true],
    [0, false],
    [50, false],
  ])('%i in 1 to 49: %s', (quantity, allowed) => {
    expect(decideBand(aPlan(), quantity, []).allowed).toBe(allowed);
  });
});

describe('P1, P3: what a rate makes of a price', () => {
  it.each([
    // rate, list, cost, price
    [rate('DISCOUNT', '10'), '10.00', '8.00', '9.000000'],
    [rate('MARKUP', '25'), '10.00', '8.00', '10.000000'],
    [rate('DISCOUNT', '7.5'), '1.040845', '0.780634', '0.962782'],
    [rate('MARKUP', '15'), '9.99', '0.962782', '1.107199'],
    [rate('DISCOUNT', '100'), '10.00', '8.00', '0.000000'],
    [rate('MARKUP', '0'), '10.00', '8.00', '8.000000'],
  ])('%o of %s over %s is %s', (given, list, cost, expected) => {
    expect(formatUnitPrice(applyRate(given, eur(list), eur(cost)))).toBe(expected);
  });

  it.each([
    [rate('DISCOUNT', '100'), true],
    [rate('DISCOUNT', '100.0001'), false],
    [rate('MARKUP', '10000'), true],
    [rate('MARKUP', '10000.0001'), false],
    [{ mode: 'MARKUP', percent: -1n } as const, false],
  ])('%o: %s', (given, allowed) => {
    expect(decideRate(given).allowed).toBe(allowed);
  });
});

describe('P5: one price on every edge', () => {
  it.each([
    ['a direct customer without a list', [undefined], ['10.000000']],
    ['a direct customer with one', [rate('DISCOUNT', '5')], ['9.500000']],
    ['a reseller that gives nothing', [rate('DISCOUNT', '10'), undefined], ['9.000000', '9.000000']],
    ['a reseller’s discount counts from the list price', [rate('DISCOUNT', '10'), rate('DISCOUNT', '2')], ['9.000000', '9.800000']],
    ['a reseller’s markup counts from its own price', [rate('MARKUP', '25'), rate('MARKUP', '10')], ['10.000000', '11.000000']],
    ['three tiers', [rate('DISCOUNT', '20'), rate('MARKUP', '5'), rate('MARKUP', '10')], ['8.000000', '8.400000', '9.240000']],
    ['no list anywhere', [undefined, undefined, undefined], ['10.000000', '10.000000', '10.000000']],
  ])('%s', (_, rates, expected) => {
    const edges = priceEdges(eur('10'), eur('8'), rates);
    expect(edges.map(({ unitPrice }) => formatUnitPrice(unitPrice))).toEqual(expected);
    // Each seller's cost is what it pays itself.
    expect(edges.map(({ cost }) => formatUnitPrice(cost))).toEqual(['8.000000', ...expected.slice(0, -1)]);
  });

  it('a markup of zero or more never falls under cost, a discount never over list', () => {
    fc.assert(
      fc.property(anyPrice, anyPrice, fc.bigInt({ min: 0n, max: 1_000_000n }), (list, cost, percent) => {
        expect(applyRate({ mode: 'MARKUP', percent }, list, cost).micros >= cost.micros).toBe(true);
        expect(applyRate({ mode: 'DISCOUNT', percent }, list, cost).micros <= list.micros).toBe(true);
      }),
    );
  });
});

describe('P6: guards', () => {
  it.each([
    ['10', '8', '12', []],
    ['7', '8', '12', ['UNDER_COST']],
    ['13', '8', '12', ['ABOVE_LIST']],
    ['8', '8', '8', []],
  ])('price %s, cost %s, list %s: %j', (price, cost, list, expected) => {
    expect(guardPrice({ unitPrice: eur(price), cost: eur(cost), listPrice: eur(list) })).toEqual(expected);
  });

  it('says by how much', () => {
    expect(refuseUnderCost('KES', '2026-05-01', { unitPrice: eur('7'), cost: eur('8') })).toMatchObject({
      refusals: [{ code: 'PRICE_UNDER_COST', parameters: { product: 'KES', price: '7.000000', cost: '8.000000', currency: 'EUR' } }],
    });
  });
});
