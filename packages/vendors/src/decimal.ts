/** Amounts as texts: how vendors write them, and how the port hands them out. */
import type { Decimal } from './vendor.ts';

/** No amount has more than sixty digits before or after the point; an exponent beyond would fill the memory with zeros. */
const WRITTEN = /^([+-]?)(\d{0,60})(?:\.(\d{0,60}))?(?:[eE]([+-]?\d{1,3}))?$/;
const MAX_EXPONENT = 60;

/**
 * The same number without an exponent, digit by digit.
 * @param text "0.085", ".5", "1.23E-06"; spaces around it do not matter
 * @returns "0.085", "0.5", "0.00000123"; undefined where it is no number
 */
export function decimalOf(text: string): Decimal | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = WRITTEN.exec(text.trim()) ?? [];
  const shift = Number(exponent);
  if (sign === undefined || whole + fraction === '' || Math.abs(shift) > MAX_EXPONENT) return undefined;
  const digits = whole + fraction;
  const point = whole.length + shift;
  const before =
    digits
      .slice(0, Math.max(0, point))
      .padEnd(point, '0')
      .replace(/^0+(?=\d)/, '') || '0';
  const after = '0'.repeat(Math.max(0, -point)) + digits.slice(Math.max(0, point));
  return (sign === '-' ? '-' : '') + before + (after === '' ? '' : `.${after}`);
}
