export const ROUNDINGS = ['HALF_AWAY_FROM_ZERO', 'HALF_EVEN'] as const;

/** What happens to an amount that lies exactly between two minor units. */
export type Rounding = (typeof ROUNDINGS)[number];

/**
 * The nearest whole number to `numerator / denominator`: the one place where money is rounded.
 *
 * @param denominator above zero
 * @throws RangeError for a denominator of zero or less: the caller is wrong
 * @rule B money is rounded once, half away from zero unless configured half-even
 */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding = 'HALF_AWAY_FROM_ZERO'): bigint {
  if (denominator <= 0n) throw new RangeError('denominator must be above zero');
  const whole = numerator / denominator;
  const rest = numerator % denominator;
  if (rest === 0n) return whole;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const up = twice > denominator || (twice === denominator && (rounding === 'HALF_AWAY_FROM_ZERO' || (whole & 1n) === 1n));
  if (!up) return whole;
  return numerator < 0n ? whole - 1n : whole + 1n;
}
