const FORM = /^(-?)(\d{1,15})(?:\.(\d+))?$/;

/**
 * Reads a plain decimal such as `-12.50` into a whole number of 10^-scale.
 *
 * @param scale how many decimals the result keeps; more than that in the text are refused unless they are zeros
 * @returns undefined for exponents, spaces, separators, signs other than a leading minus, or too many decimals
 */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  const kept = fraction.slice(0, scale).padEnd(scale, '0');
  if (/[1-9]/.test(fraction.slice(scale))) return undefined;
  const value = BigInt(whole + kept);
  return sign === '-' ? -value : value;
}

/** Writes a whole number of 10^-scale with exactly `scale` decimals: `formatDecimal(1250n, 2)` is `12.50`. */
export function formatDecimal(value: bigint, scale: number): string {
  if (scale === 0) return value.toString();
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}
