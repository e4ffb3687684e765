/** Exact arithmetic over decimals that are written as texts: "0.085". */

interface Scaled {
  readonly units: bigint;
  /** Digits after the point. */
  readonly scale: number;
}

export const isDecimal = (text: unknown): text is string => typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text);

function scaled(text: string): Scaled {
  const [whole = '', fraction = ''] = text.split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/** Without zeros at its end. */
function written({ units, scale }: Scaled): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const text = digits.slice(0, digits.length - scale) + (scale > 0 && fraction ? `.${fraction}` : '');
  return units < 0n ? `-${text}` : text;
}

export function times(...factors: readonly string[]): string {
  const all = factors.map(scaled);
  return written({ units: all.reduce((product, { units }) => product * units, 1n), scale: all.reduce((sum, { scale }) => sum + scale, 0) });
}

export function plus(...terms: readonly string[]): string {
  const all = terms.map(scaled);
  const scale = Math.max(0, ...all.map((term) => term.scale));
  return written({ units: all.reduce((sum, term) => sum + term.units * 10n ** BigInt(scale - term.scale), 0n), scale });
}

export const negated = (text: string): string => times('-1', text);

/**
 * `text` × `part` ÷ `whole`, to the cent.
 * @param mode HALF_UP: half a cent away from zero; FLOOR: the cent below
 */
export function cents(text: string, mode: 'HALF_UP' | 'FLOOR', part = 1, whole = 1): string {
  const { units, scale } = scaled(text);
  const dividend = units * BigInt(part) * 100n;
  const divisor = BigInt(whole) * 10n ** BigInt(scale);
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const isNegative = dividend < 0n;
  const isMore = mode === 'FLOOR' ? isNegative && rest !== 0n : (rest < 0n ? -rest : rest) * 2n >= divisor;
  const step = isMore ? (isNegative ? -1n : 1n) : 0n;
  return written({ units: quotient + step, scale: 2 });
}
