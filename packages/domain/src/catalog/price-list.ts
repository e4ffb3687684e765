import { formatPercent, MAX_MARKUP, ONE_HUNDRED_PERCENT, type Percent } from '../money/percent.ts';
import { divideRounded } from '../money/rounding.ts';
import { formatUnitPrice, type UnitPrice } from '../money/unit-price.ts';
import { allow, refuse, type Decision } from '../refusal.ts';

/** `DISCOUNT` counts down from the list price, `MARKUP` up from the seller's cost; never both. @rule P1 */
export const RATE_MODES = ['DISCOUNT', 'MARKUP'] as const;
export type RateMode = (typeof RATE_MODES)[number];

export interface PriceListRate {
  readonly mode: RateMode;
  readonly percent: Percent;
}

/** What one seller asks of one buyer for one license and period. @rule P3 P5 */
export interface EdgePrice {
  readonly unitPrice: UnitPrice;
  readonly listPrice: UnitPrice;
  /** What the seller itself pays: the vendor's price on the first edge, the price of the edge before on the others. */
  readonly cost: UnitPrice;
  /** The rate that made the price; undefined where no list was in force. */
  readonly rate: PriceListRate | undefined;
}

export function decideRate({ mode, percent }: PriceListRate): Decision<PriceListRate> {
  const maximum = mode === 'DISCOUNT' ? ONE_HUNDRED_PERCENT : MAX_MARKUP;
  if (percent >= 0n && percent <= maximum) return allow({ mode, percent });
  return refuse('PERCENT_INVALID', { mode, percent: formatPercent(percent), maximum: formatPercent(maximum) }, ['percent']);
}

/**
 * The price that a rate makes, rounded half away from zero to the six decimals of a unit price, so that the printed
 * price multiplies to the printed amount.
 *
 *     DISCOUNT d: list price × (1 − d/100)      MARKUP m: cost price × (1 + m/100)
 *
 * @rule P3
 */
export function applyRate({ mode, percent }: PriceListRate, listPrice: UnitPrice, cost: UnitPrice): UnitPrice {
  const [base, factor] = mode === 'DISCOUNT' ? [listPrice, ONE_HUNDRED_PERCENT - percent] : [cost, ONE_HUNDRED_PERCENT + percent];
  return { micros: divideRounded(base.micros * factor, ONE_HUNDRED_PERCENT), currency: base.currency };
}

/**
 * The price on one edge, given the edge above it.
 *
 * @param above undefined on the first edge, where the provider sells
 * @param rate what the seller gave the buyer; without it the first edge has the list price, every other the price above
 * @rule P5
 */
export function priceEdge(listPrice: UnitPrice, vendorCost: UnitPrice, above: EdgePrice | undefined, rate: PriceListRate | undefined): EdgePrice {
  const cost = above ? above.unitPrice : vendorCost;
  const unitPrice = rate ? applyRate(rate, listPrice, cost) : above ? cost : listPrice;
  return { unitPrice, listPrice, cost, rate };
}

/**
 * The price on every edge of an account chain, from the provider down.
 * @param rates one entry an edge
 * @rule P5
 */
export function priceEdges(listPrice: UnitPrice, vendorCost: UnitPrice, rates: readonly (PriceListRate | undefined)[]): EdgePrice[] {
  const edges: EdgePrice[] = [];
  for (const rate of rates) edges.push(priceEdge(listPrice, vendorCost, edges.at(-1), rate));
  return edges;
}

export type PriceGuard = 'UNDER_COST' | 'ABOVE_LIST';

/**
 * What a price list's owner should know before a rate takes effect.
 * @rule P6 under the seller's cost must be confirmed with a reason; above list price is a warning
 */
export function guardPrice({ unitPrice, cost, listPrice }: Pick<EdgePrice, 'unitPrice' | 'cost' | 'listPrice'>): PriceGuard[] {
  const guards: PriceGuard[] = [];
  if (unitPrice.micros < cost.micros) guards.push('UNDER_COST');
  if (unitPrice.micros > listPrice.micros) guards.push('ABOVE_LIST');
  return guards;
}

/** The refusal of a rate that sells under cost without a reason. @rule P6 */
export function refuseUnderCost(product: string, day: string, { unitPrice, cost }: Pick<EdgePrice, 'unitPrice' | 'cost'>): Decision<never> {
  const facts = { product, day, price: formatUnitPrice(unitPrice), cost: formatUnitPrice(cost), currency: unitPrice.currency };
  return refuse('PRICE_UNDER_COST', facts, ['percent']);
}
