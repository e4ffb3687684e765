import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalOf } from './decimal.ts';

it.each([
  // as it was written, and as it is handed out
  ['0.1', '0.1'],
  ['2.040', '2.040'],
  ['-2.04', '-2.04'],
  ['+7', '7'],
  [' 15 ', '15'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['007.50', '7.50'],
  ['0', '0'],
  ['12345678901234.5678', '12345678901234.5678'],
  ['1.23E-06', '0.00000123'],
  ['-1e-7', '-0.0000001'],
  ['1.5e3', '1500'],
  ['12.345e1', '123.45'],
  ['100E-2', '1.00'],
  ['', undefined],
  ['.', undefined],
  ['-', undefined],
  ['ten', undefined],
  ['1,5', undefined],
  ['1,234.5', undefined],
  ['0x1', undefined],
  ['1e', undefined],
  ['1e999', undefined],
  ['9'.repeat(60), '9'.repeat(60)],
  ['9'.repeat(61), undefined],
  ['Infinity', undefined],
])('"%s" is %s', (written, decimal) => {
  expect(decimalOf(written)).toBe(decimal);
});

it('is the same number, however it is written', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e40, max: 1e40 }), (number) => {
      // Below that, JavaScript's own exponents are larger than any amount's.
      fc.pre(number === 0 || Math.abs(number) > 1e-40);
      const decimal = decimalOf(String(number));
      expect(decimal).toMatch(/^-?\d+(\.\d+)?$/);
      expect(Number(decimal)).toBe(number === 0 ? 0 : number);
    }),
  );
});
