import { minorDigits } from './currency.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';

/** An exact amount: a whole number of the currency's ISO 4217 minor units. */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

export function money(minor: bigint, currency: string): Money {
  return { minor, currency };
}

/** Reads `22614.68`; undefined where the text is no plain decimal or has more decimals than the currency. */
export function parseMoney(text: string, currency: string): Money | undefined {
  const minor = parseDecimal(text, minorDigits(currency));
  return minor === undefined ? undefined : { minor, currency };
}

/** Exactly the currency's decimals and no separators: `22614.68` EUR, `22615` JPY, `22614.680` KWD. */
export function formatAmount({ minor, currency }: Money): string {
  return formatDecimal(minor, minorDigits(currency));
}

/**
 * Adds amounts of one currency.
 * @throws RangeError where currencies differ: amounts are never converted silently
 */
export function sumMoney(amounts: Iterable<Money>, currency: string): Money {
  let minor = 0n;
  for (const amount of amounts) {
    if (amount.currency !== currency) throw new RangeError(`cannot add ${amount.currency} to ${currency}`);
    minor += amount.minor;
  }
  return { minor, currency };
}
