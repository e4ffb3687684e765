/**
 * Corrections of closed periods. What was charged there is frozen; where the history, the prices or the chain of sellers
 * now say otherwise, the difference is charged in an open period. @rule H2
 */
import type { LocalDate } from '../calendar/local-date.ts';

/** The part of a charge that names it among the charges of one subscription and month. */
export interface ChargeKey {
  readonly planId: string;
  readonly tier: number;
  /** Who owes whom: a customer that moved gets back what it paid on the old edges and owes on the new ones. @rule P5 */
  readonly sellerId: string;
  readonly buyerId: string;
  /** First day of the service period. */
  readonly start: LocalDate;
}

/** What was charged already under one key: the frozen charge itself, or an adjustment made to it since. */
export interface Charged extends ChargeKey {
  readonly netMinor: bigint;
  readonly costMinor: bigint;
}

/** A difference to be charged. */
export interface Adjustment<T> {
  readonly key: ChargeKey;
  /** What should have been charged; undefined where nothing should have been. */
  readonly target: T | undefined;
  /** What was charged already; the adjustment is the target less this. */
  readonly alreadyNetMinor: bigint;
  readonly alreadyCostMinor: bigint;
}

export function keyText({ planId, tier, sellerId, buyerId, start }: ChargeKey): string {
  return `${planId}/${tier}/${sellerId}/${buyerId}/${start}`;
}

function keyOf({ planId, tier, sellerId, buyerId, start }: ChargeKey): ChargeKey {
  return { planId, tier, sellerId, buyerId, start };
}

/**
 * The adjustments that bring a closed month to its target: `target − Σ charged` for each key, where that is not zero.
 *
 * Asked again after they are closed themselves they give nothing, and a change taken back gives the opposite amounts.
 *
 * @param targets what the month should hold now
 * @param charged every charge of this subscription for the month, adjustments in other periods included
 * @rule H2 "makes an ADJUSTMENT in the open one"
 */
export function adjustmentsFor<T extends { readonly netMinor: bigint; readonly costMinor: bigint }>(
  targets: readonly (ChargeKey & { readonly charge: T })[],
  charged: readonly Charged[],
): Adjustment<T>[] {
  const byKey = new Map<string, { key: ChargeKey; target?: T; net: bigint; cost: bigint }>();
  for (const { netMinor, costMinor, ...charge } of charged) {
    const key = keyOf(charge);
    const sum = byKey.get(keyText(key)) ?? { key, net: 0n, cost: 0n };
    byKey.set(keyText(key), { ...sum, net: sum.net + netMinor, cost: sum.cost + costMinor });
  }
  for (const { charge, ...named } of targets) {
    const key = keyOf(named);
    byKey.set(keyText(key), { net: 0n, cost: 0n, ...byKey.get(keyText(key)), key, target: charge });
  }
  return [...byKey.values()]
    .filter(({ target, net, cost }) => (target?.netMinor ?? 0n) !== net || (target?.costMinor ?? 0n) !== cost)
    .map(({ key, target, net, cost }) => ({ key, target, alreadyNetMinor: net, alreadyCostMinor: cost }));
}
