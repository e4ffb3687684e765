import { minorDigits } from './currency.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import type { Money } from './money.ts';
import { divideRounded, type Rounding } from './rounding.ts';

/** Decimals of a unit price. */
export const UNIT_PRICE_SCALE = 6;
/** Largest unit price: with {@link MAX_QUANTITY} licenses an amount still fits a 64-bit integer of minor units. */
export const MAX_UNIT_PRICE_MICROS = 99_999_999_999_999n;

/** The price of one license for one whole period, in millionths of the currency's main unit. */
export interface UnitPrice {
  readonly micros: bigint;
  readonly currency: string;
}

/** Reads `51.93` or `0.962782`; undefined where the text is no plain decimal, is negative, too large or too fine. */
export function parseUnitPrice(text: string, currency: string): UnitPrice | undefined {
  const micros = parseDecimal(text, UNIT_PRICE_SCALE);
  if (micros === undefined || micros < 0n || micros > MAX_UNIT_PRICE_MICROS) return undefined;
  return { micros, currency };
}

/** Always six decimals: `0.962782`. */
export function formatUnitPrice(price: UnitPrice): string {
  return formatDecimal(price.micros, UNIT_PRICE_SCALE);
}

const minorScale = new Map<string, bigint>();

/** How many millionths of the main unit are one minor unit: 10,000 for EUR. */
export function microsPerMinor(currency: string): bigint {
  let scale = minorScale.get(currency);
  if (scale === undefined) minorScale.set(currency, (scale = 10n ** BigInt(UNIT_PRICE_SCALE - minorDigits(currency))));
  return scale;
}

/**
 * `unitPrice × licenseDays ÷ periodDays`, rounded once to the currency's minor unit.
 *
 * @param licenseDays Σ quantity × days
 * @param periodDays days of the period that the unit price is for; above zero
 * @rule B money is rounded once, on the charge
 */
export function amountFor(price: UnitPrice, licenseDays: number, periodDays: number, rounding: Rounding): Money {
  const minor = divideRounded(price.micros * BigInt(licenseDays), BigInt(periodDays) * microsPerMinor(price.currency), rounding);
  return { minor, currency: price.currency };
}
