/**
 * Corrections of closed periods. What was charged there is frozen; where the history or the prices now say otherwise,
 * the difference is charged in an open period. @rule H2
 */
import type { LocalDate } from '../calendar/local-date.ts';

/** The part of a charge that names it among the charges of one subscription and month. */
export interface ChargeKey {
  readonly planId: string;
  readonly tier: number;
  /** First day of the service period. */
  readonly start: LocalDate;
}

/** What stands in closed periods for one key: the charge itself and every adjustment made since. */
export interface Frozen extends ChargeKey {
  readonly netMinor: bigint;
  readonly costMinor: bigint;
}

/** A difference to be charged. */
export interface Adjustment<T> {
  readonly key: ChargeKey;
  /** What should have been charged; undefined where nothing should have been. */
  readonly target: T | undefined;
  /** What closed periods hold already; the adjustment is the target less this. */
  readonly alreadyNetMinor: bigint;
  readonly alreadyCostMinor: bigint;
}

export function keyText({ planId, tier, start }: ChargeKey): string {
  return `${planId}/${tier}/${start}`;
}

/**
 * The adjustments that bring a closed month to its target: `target − Σ frozen` for each key, where that is not zero.
 *
 * Asked again after they are closed themselves they give nothing, and a change taken back gives the opposite amounts.
 *
 * @param targets what the month should hold now
 * @param frozen every charge of closed periods for this subscription and month, adjustments included
 * @rule H2 "makes an ADJUSTMENT in the open one"
 */
export function adjustmentsFor<T extends { readonly netMinor: bigint; readonly costMinor: bigint }>(
  targets: readonly (ChargeKey & { readonly charge: T })[],
  frozen: readonly Frozen[],
): Adjustment<T>[] {
  const byKey = new Map<string, { key: ChargeKey; target?: T; net: bigint; cost: bigint }>();
  for (const { planId, tier, start, netMinor, costMinor } of frozen) {
    const key = { planId, tier, start };
    const sum = byKey.get(keyText(key)) ?? { key, net: 0n, cost: 0n };
    byKey.set(keyText(key), { ...sum, net: sum.net + netMinor, cost: sum.cost + costMinor });
  }
  for (const { planId, tier, start, charge } of targets) {
    const key = { planId, tier, start };
    byKey.set(keyText(key), { net: 0n, cost: 0n, ...byKey.get(keyText(key)), key, target: charge });
  }
  return [...byKey.values()]
    .filter(({ target, net, cost }) => (target?.netMinor ?? 0n) !== net || (target?.costMinor ?? 0n) !== cost)
    .map(({ key, target, net, cost }) => ({ key, target, alreadyNetMinor: net, alreadyCostMinor: cost }));
}
