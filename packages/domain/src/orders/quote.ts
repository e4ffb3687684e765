import { isParked, targetCharges } from '../billing/target.ts';
import { monthAfter, monthOf } from '../calendar/billing-month.ts';
import { OPEN_END, type LocalDate } from '../calendar/local-date.ts';
import type { PlanTerms } from '../catalog/billing-policy.ts';
import type { Configuration } from '../catalog/characteristics.ts';
import type { EdgePrice } from '../catalog/price-list.ts';
import type { Rounding } from '../money/rounding.ts';
import { amountFor, type UnitPrice } from '../money/unit-price.ts';

/** What one edge of an ordered line will cost. */
export interface QuotedEdge<E extends EdgePrice> {
  readonly price: E;
  readonly unitPrice: UnitPrice;
  /** What is charged first, in minor units; nothing where the first period is free. */
  readonly firstMinor: bigint;
  /** What a whole period costs, a month or a year. */
  readonly recurringMinor: bigint;
}

/** A term that begins today is charged this month or, in arrears, the next; nothing comes first after that. */
const MONTHS_AHEAD = 2;

/**
 * What an ordered quantity will cost on each edge, by the rules of the billing run: the first charge is that of a
 * subscription that begins on the day of the quote.
 *
 * @param edges prices of the day, the provider's edge first
 * @returns an empty list where nothing is priced (`CONSUMPTION`); undefined where the rules give no charge: a bound is broken
 * @rule O3 B7 "Orders under B1 show a total of 0 because the first period is free; B2/B3 orders show the first charge."
 */
export function quoteLine<E extends EdgePrice>(
  plan: PlanTerms,
  quantity: number,
  day: LocalDate,
  edges: readonly E[],
  rounding: Rounding,
): readonly QuotedEdge<E>[] | undefined {
  // B4: what is used is priced by the vendor's file, never when ordering.
  if (plan.policy === 'CONSUMPTION') return [];
  const first = firstCharges(plan, quantity, day, edges, rounding);
  return first?.map((firstMinor, tier) => {
    const price = edges[tier]!;
    const recurringMinor = amountFor(price.unitPrice, quantity, 1, rounding).minor;
    return { price, unitPrice: price.unitPrice, firstMinor, recurringMinor };
  });
}

function firstCharges(plan: PlanTerms, quantity: number, day: LocalDate, edges: readonly EdgePrice[], rounding: Rounding): bigint[] | undefined {
  // B1: free from activation to the first day of the next month.
  if (plan.policy === 'MAX_OF_MONTH') return edges.map(() => 0n);
  const timeline = { activatedOn: day, endsOn: OPEN_END, spans: [{ from: day, to: OPEN_END, quantity, plan }] };
  for (let month = monthOf(day), ahead = 0; ahead < MONTHS_AHEAD; month = monthAfter(month), ahead++) {
    const charges = targetCharges(timeline, () => edges, month, rounding);
    if (isParked(charges)) return undefined;
    if (charges.length === 0) continue;
    const { start } = charges[0]!.item;
    return edges.map((_, tier) =>
      charges.filter((charge) => charge.tier === tier && charge.item.start === start).reduce((sum, { netMinor }) => sum + netMinor, 0n),
    );
  }
  return undefined;
}

/** One edge as a quote shows it. */
export interface EdgeFacts {
  readonly seller: string;
  readonly buyer: string;
  /** Stands for the price list and its rate; tells whether they are the same, not what they are. */
  readonly list: string;
  readonly unitPrice: string;
}

export interface LineFacts {
  /** Names the line. */
  readonly line: string;
  readonly plan: string;
  readonly configuration: Configuration;
  readonly quantity: number;
  /** Those that the viewer sees. Empty where nothing is priced. */
  readonly edges: readonly EdgeFacts[];
}

/** Everything that a quote is bound to. @rule O3 "(plan, characteristics, buyer, price list, day)" */
export interface QuoteFacts {
  readonly day: string;
  readonly buyer: string;
  readonly currency: string;
  readonly lines: readonly LineFacts[];
}

/**
 * What changed between a quote and now, each with both values; nothing where the quote still holds.
 * @rule O3 "Changing any of it makes the quote stale"
 */
export function changesSince(quoted: QuoteFacts, current: QuoteFacts): string[] {
  const changes: string[] = [];
  const compare = (what: string, before: string, after: string): void => void (before !== after && changes.push(`${what} was ${before} and is ${after}`));
  compare('the day', quoted.day, current.day);
  compare('the buyer', quoted.buyer, current.buyer);
  compare('the currency', quoted.currency, current.currency);
  for (const [index, line] of current.lines.entries()) {
    const name = `line ${index + 1}`;
    const before = quoted.lines.find(({ line: id }) => id === line.line);
    if (before) compareLines(name, before, line, compare);
    else changes.push(`${name} (${line.plan}) was added`);
  }
  for (const { line, plan } of quoted.lines) if (!current.lines.some((now) => now.line === line)) changes.push(`a line (${plan}) was removed`);
  return changes;
}

function compareLines(name: string, before: LineFacts, after: LineFacts, compare: (what: string, before: string, after: string) => void): void {
  compare(`${name}: the plan`, before.plan, after.plan);
  for (const characteristic of new Set([...Object.keys(before.configuration), ...Object.keys(after.configuration)])) {
    compare(`${name}: ${characteristic}`, before.configuration[characteristic] ?? 'nothing', after.configuration[characteristic] ?? 'nothing');
  }
  compare(`${name}: the quantity`, String(before.quantity), String(after.quantity));
  const chain = ({ edges }: LineFacts): string => edges.map(({ seller, buyer }) => `${seller} → ${buyer}`).join(', ') || 'nobody';
  compare(`${name}: who sells`, chain(before), chain(after));
  for (const edge of after.edges) {
    const old = before.edges.find(({ seller, buyer }) => seller === edge.seller && buyer === edge.buyer);
    if (!old) continue;
    compare(`${name}: the price for ${edge.buyer}`, old.unitPrice, edge.unitPrice);
    compare(`${name}: the price list of ${edge.seller} for ${edge.buyer}`, old.list, edge.list);
  }
}
