import type { BillingPolicy } from '../catalog/billing-policy.ts';
import type { PriceListRate } from '../catalog/price-list.ts';
import { isoDate } from '../calendar/local-date.ts';
import { minorDigits } from '../money/currency.ts';
import { formatDecimal } from '../money/decimal.ts';
import { formatAmount } from '../money/money.ts';
import { formatPercent } from '../money/percent.ts';
import type { Rounding } from '../money/rounding.ts';
import { formatUnitPrice, UNIT_PRICE_SCALE, type UnitPrice } from '../money/unit-price.ts';
import { licenseDays, type ChargeKind, type Segment } from './segment.ts';

/** Everything a charge keeps that its amount is made of. */
export interface ExplainedCharge {
  readonly kind: ChargeKind;
  readonly policy: BillingPolicy;
  readonly segments: readonly Segment[];
  readonly periodDays: number;
  readonly unitPrice: UnitPrice;
  readonly rounding: Rounding;
  readonly netMinor: bigint;
  /** For an adjustment: what was charged already. */
  readonly alreadyMinor?: bigint | undefined;
}

const RULE: Readonly<Record<BillingPolicy, string>> = {
  MAX_OF_MONTH: 'B1: the largest quantity held in the month, whole month',
  PAYG: 'B2: the exact days each quantity was held',
  YEARLY: 'B3: the whole term in advance',
  CONSUMPTION: 'B4: what was used, by the row of the vendor’s file',
};
const DIGITS_SHOWN = 6;

/** Which rule made a charge. @rule B1 B2 B3 H2 */
export function ruleOf({ kind, policy }: Pick<ExplainedCharge, 'kind' | 'policy'>): string {
  if (kind === 'ADJUSTMENT') return 'H2: the difference to what was charged before';
  if (kind === 'PRORATION') return 'B3: an increase, for the remaining days of its term';
  return RULE[policy];
}

/**
 * The sum itself: `(25 × 10 + 20 × 21) ÷ 31 × 1.000000 = 21.612903… → 21.61 EUR`. Whoever types it into a calculator
 * gets the amount.
 * @rule H1 "every input needed to recompute it"
 */
export function formulaOf({ segments, periodDays, unitPrice, netMinor, alreadyMinor }: ExplainedCharge): string {
  const { currency } = unitPrice;
  const held = segments.map(({ from, to, quantity }) => `${quantity} × ${to - from}`).join(' + ') || '0';
  const exact = exactAmount(unitPrice, licenseDays(segments), periodDays);
  const net = `${formatAmount({ minor: netMinor, currency })} ${currency}`;
  const sum = segments.length > 1 ? `(${held})` : held;
  const product = `${sum} ÷ ${periodDays} × ${formatUnitPrice(unitPrice)} = ${exact}`;
  if (alreadyMinor === undefined) return `${product} → ${net}`;
  const owed = formatAmount({ minor: netMinor + alreadyMinor, currency });
  return `${product} → ${owed}; ${owed} − ${formatAmount({ minor: alreadyMinor, currency })} charged before = ${net}`;
}

/** Before rounding, cut after six decimals with `…` where more follow. */
export function exactAmount({ micros }: UnitPrice, days: number, periodDays: number): string {
  const scaled = micros * BigInt(days) * 10n ** BigInt(DIGITS_SHOWN - UNIT_PRICE_SCALE);
  const divisor = BigInt(periodDays);
  const text = formatDecimal(scaled / divisor, DIGITS_SHOWN);
  return scaled % divisor === 0n ? text : `${text}…`;
}

/** The whole explanation as one English text; screens build their own from the same facts. @rule H1 */
export function explain(charge: ExplainedCharge): string {
  const days = charge.segments.map(({ from, to, quantity }) => `${quantity} from ${isoDate(from)} to ${isoDate(to)}`).join(', ');
  const digits = minorDigits(charge.unitPrice.currency);
  const rounding = charge.rounding === 'HALF_EVEN' ? 'half to even' : 'half away from zero';
  const held = days === '' ? 'No license is owed any more' : `Licenses held: ${days} (the last day of each is not counted)`;
  return `${ruleOf(charge)}. ${held}. ${formulaOf(charge)}, rounded once to ${digits} decimals, ${rounding}.`;
}

/** How a price list made the unit price; for the seller's eyes, since a markup tells the cost. @rule P3 P6 */
export function explainPrice(rate: PriceListRate | undefined, listPrice: UnitPrice, cost: UnitPrice, unitPrice: UnitPrice): string {
  const price = formatUnitPrice(unitPrice);
  if (!rate) return unitPrice.micros === listPrice.micros ? `the list price ${price}` : `the seller’s own price ${price}`;
  const percent = formatPercent(rate.percent);
  return rate.mode === 'DISCOUNT'
    ? `list price ${formatUnitPrice(listPrice)} less ${percent} % = ${price}`
    : `cost ${formatUnitPrice(cost)} plus ${percent} % = ${price}`;
}
