import codes from 'currency-codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURRENCY_CODES, isCurrency, minorDigits } from './currency.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { formatAmount, money, parseMoney, sumMoney } from './money.ts';
import { formatPercent, parsePercent } from './percent.ts';
import { divideRounded } from './rounding.ts';
import { amountFor, formatUnitPrice, parseUnitPrice } from './unit-price.ts';

describe('B: exact amounts, rounded once', () => {
  it.each([
    // numerator, denominator, away from zero, to even
    [5n, 2n, 3n, 2n],
    [-5n, 2n, -3n, -2n],
    [7n, 2n, 4n, 4n],
    [-7n, 2n, -4n, -4n],
    [1n, 3n, 0n, 0n],
    [2n, 3n, 1n, 1n],
    [-2n, 3n, -1n, -1n],
    [6n, 3n, 2n, 2n],
  ])('%s / %s is %s, half-even %s', (numerator, denominator, away, even) => {
    expect(divideRounded(numerator, denominator)).toBe(away);
    expect(divideRounded(numerator, denominator, 'HALF_EVEN')).toBe(even);
  });

  it('refuses a denominator of zero or less', () => {
    expect(() => divideRounded(1n, 0n)).toThrow(RangeError);
    expect(() => divideRounded(1n, -1n)).toThrow(RangeError);
  });

  it('is never further than half a unit from the exact quotient', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        fc.constantFrom('HALF_AWAY_FROM_ZERO' as const, 'HALF_EVEN' as const),
        (n, d, mode) => {
          const error = n - divideRounded(n, d, mode) * d;
          expect((error < 0n ? -error : error) * 2n <= d).toBe(true);
          expect(divideRounded(-n, d, mode)).toBe(-divideRounded(n, d, mode));
        },
      ),
    );
  });

  it.each([
    // price, license-days, days in the period, currency, amount
    ['51.93', 500 * 27, 31, 'EUR', '22614.68'],
    ['1.00', 25 * 10 + 20 * 21, 31, 'EUR', '21.61'],
    ['5085.6', 66 * 365, 365, 'JPY', '335650'],
    ['0.774688', 82 * 30, 30, 'KWD', '63.524'],
    ['0.000001', 1, 31, 'KWD', '0.000'],
  ])('%s × %i ÷ %i %s = %s', (price, days, periodDays, currency, amount) => {
    const unit = parseUnitPrice(price, currency);
    expect(unit && formatAmount(amountFor(unit, days, periodDays, 'HALF_AWAY_FROM_ZERO'))).toBe(amount);
  });

  it.each([
    ['22614.68', 2, 2261468n],
    ['-0.5', 2, -50n],
    ['7', 0, 7n],
    ['1.500', 2, 150n],
    ['1.505', 2, undefined],
    ['1e3', 2, undefined],
    ['+1', 2, undefined],
    [' 1', 2, undefined],
    ['1,5', 2, undefined],
    ['.5', 2, undefined],
    ['1.', 2, undefined],
    ['', 2, undefined],
    ['NaN', 2, undefined],
    ['१२', 2, undefined],
    ['12345678901234567890', 2, undefined],
  ])('reads %j with %i decimals as %s', (text, scale, expected) => {
    expect(parseDecimal(text, scale)).toBe(expected);
  });

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), fc.integer({ min: 0, max: 6 }), (value, scale) => {
        expect(parseDecimal(formatDecimal(value, scale), scale)).toBe(value);
      }),
    );
  });

  it.each([
    ['EUR', '12.30'],
    ['JPY', '1230'],
    ['KWD', '1.230'],
    ['CLF', '0.1230'],
  ])('prints %s with its own decimals: %s', (currency, text) => {
    expect(formatAmount(money(1230n, currency))).toBe(text);
    expect(parseMoney(text, currency)).toEqual(money(1230n, currency));
  });

  it('adds amounts of one currency and refuses to mix', () => {
    expect(sumMoney([money(1n, 'EUR'), money(2n, 'EUR')], 'EUR')).toEqual(money(3n, 'EUR'));
    expect(() => sumMoney([money(1n, 'USD')], 'EUR')).toThrow('cannot add USD to EUR');
  });

  it('bounds unit prices', () => {
    expect(formatUnitPrice(parseUnitPrice('0.962782', 'KWD')!)).toBe('0.962782');
    expect(['-1', '1.0000001', '100000000', 'x'].map((text) => parseUnitPrice(text, 'EUR'))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it.each([
    ['12.25', '12.25'],
    ['10', '10'],
    ['0', '0'],
    ['7.5000', '7.5'],
    ['100', '100'],
  ])('percent %s prints as %s', (text, printed) => {
    expect(formatPercent(parsePercent(text)!)).toBe(printed);
  });

  it('knows the currencies of ISO 4217 with their decimals', () => {
    // Funds, metals, test codes and those replaced since the list was published are not for charging.
    const notForCharging = new Set(['BGN', 'HRK', 'CUC', 'ANG', 'SLL', 'ZWL', 'XAD', 'XCG']);
    const published = codes.data.filter(({ code }) => !/^X(A[GU]|B[A-D]|DR|PD|PT|SU|TS|UA|XX)$/.test(code) && !notForCharging.has(code));
    expect(published.filter(({ code, digits }) => !isCurrency(code) || minorDigits(code) !== digits).map(({ code }) => code)).toEqual([]);
    expect(CURRENCY_CODES.length).toBeGreaterThan(150);
    expect(['ZZZ', 'XXX', 'usd', ' EUR', 'HRK', '€', ''].filter(isCurrency)).toEqual([]);
    expect([minorDigits('MGA'), minorDigits('IQD'), minorDigits('JPY'), minorDigits('KWD')]).toEqual([2, 3, 0, 3]);
  });
});
