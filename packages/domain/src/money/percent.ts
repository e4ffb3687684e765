import { formatDecimal, parseDecimal } from './decimal.ts';

/** Decimals of a percentage. */
export const PERCENT_SCALE = 4;
const HUNDRED = 1_000_000n;
/** One hundred percent, in the unit of {@link Percent}. */
export const ONE_HUNDRED_PERCENT = HUNDRED;
export const MAX_MARKUP = 10_000n * 10_000n;

/** A percentage in ten-thousandths of a percent: 12.25 % is `122500n`. */
export type Percent = bigint;

/** Reads `12.25`; undefined where the text is no plain decimal, is negative or has more than four decimals. */
export function parsePercent(text: string): Percent | undefined {
  const percent = parseDecimal(text, PERCENT_SCALE);
  return percent === undefined || percent < 0n ? undefined : percent;
}

/** Without superfluous zeros: `12.25`, `10`, `0`. */
export function formatPercent(percent: Percent): string {
  const text = formatDecimal(percent, PERCENT_SCALE);
  return text.replace(/\.?0+$/, '');
}
