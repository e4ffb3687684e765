/** What ordered lines cost on each edge, and what of it concerns whoever asks. */
import { isByUse } from '@cloudtill/domain/catalog/characteristics';
import type { PlanTerms } from '@cloudtill/domain/catalog/billing-policy';
import type { RateMode } from '@cloudtill/domain/catalog/price-list';
import { isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { Rounding } from '@cloudtill/domain/money/rounding';
import { quoteLine } from '@cloudtill/domain/orders/quote';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { PriceBook, Buyer } from '../catalog/pricing.ts';
import { ownEdge } from '../billing/next-charge.ts';

/** One edge of a line as it is kept: whole numbers as text, since JSON has none so large. */
export interface StoredPrice {
  readonly sellerId: string;
  readonly buyerId: string;
  readonly unitPriceMicros: string;
  readonly listPriceMicros: string;
  readonly firstMinor: string;
  readonly recurringMinor: string;
  readonly priceListId: string | null;
  readonly mode: RateMode | null;
  readonly percent: string | null;
}

export interface PricedPlan extends PlanTerms {
  readonly id: string;
  readonly sku: string;
  readonly pricing: 'QUOTED' | 'CONSUMPTION';
}

/**
 * Prices of a line on every edge; none where the plan is charged by use.
 * @rule O3 B7 C1 P5
 */
export function priceLine(
  book: PriceBook,
  buyer: Buyer,
  plan: PricedPlan,
  quantity: number,
  day: LocalDate,
  rounding: Rounding,
): Decision<readonly StoredPrice[]> {
  if (isByUse(plan, plan.pricing)) return allow([]);
  const edges = book.pricesOn(buyer, plan.id, day);
  const quoted = edges && quoteLine(plan, quantity, day, edges, rounding);
  if (!quoted) return refuse('PRICE_MISSING', { plan: plan.sku, currency: buyer.currency, day: isoDate(day) }, ['planId']);
  return allow(
    quoted.map(({ price, unitPrice, firstMinor, recurringMinor }) => ({
      sellerId: price.sellerId,
      buyerId: price.buyerId,
      unitPriceMicros: String(unitPrice.micros),
      listPriceMicros: String(price.listPrice.micros),
      firstMinor: String(firstMinor),
      recurringMinor: String(recurringMinor),
      priceListId: price.priceListId ?? null,
      mode: price.rate?.mode ?? null,
      percent: price.rate ? String(price.rate.percent) : null,
    })),
  );
}

/** The edge that concerns a viewer: the one it sells on, else the one it buys on, else the one to the customer. */
export function concerning<Price extends { readonly sellerId: string; readonly buyerId: string }>(
  prices: readonly Price[],
  viewerAccountId: string,
): Price | undefined {
  return (
    ownEdge(
      prices.map((price) => ({ price })),
      viewerAccountId,
    )[0]?.price ?? prices.at(-1)
  );
}

/** A line with its prices; without any it is charged by use. */
export interface PricedLine {
  readonly policy: PlanTerms['policy'];
  readonly prices: readonly StoredPrice[];
}

export interface Sums {
  readonly firstMinor: bigint;
  /** Undefined where nothing recurs at a known price, or lines recur in different rhythms. */
  readonly recurringMinor: bigint | undefined;
}

/** What lines cost together on the edge that concerns a viewer. Lines charged by use cost nothing when they are ordered. */
export function sumsOf(lines: readonly PricedLine[], viewerAccountId: string): Sums {
  let firstMinor = 0n;
  let recurringMinor = 0n;
  const rhythms = new Set<boolean>();
  for (const { policy, prices } of lines) {
    const mine = concerning(prices, viewerAccountId);
    if (!mine) continue;
    firstMinor += BigInt(mine.firstMinor);
    recurringMinor += BigInt(mine.recurringMinor);
    rhythms.add(policy === 'YEARLY');
  }
  return { firstMinor, recurringMinor: rhythms.size === 1 ? recurringMinor : undefined };
}
