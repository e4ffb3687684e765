/** How a plan is charged, in plain words. */
import { unitPrice, type MoneyParts } from '../platform/format.ts';
import { hasText, i18n, t } from '../platform/i18n.ts';
import type { ShopPlan, ShopProduct } from './order.queries.ts';
import type { Definition } from './characteristics.ts';

type Policy = ShopPlan['billingPolicy'];

/** Whether nothing is known of the price when it is ordered. */
export function isByUse(policy: Policy, pricing: ShopProduct['pricing']): boolean {
  return pricing === 'CONSUMPTION' || policy === 'CONSUMPTION';
}

export function policyWords(policy: Policy, pricing: ShopProduct['pricing']): string {
  return t(`orders.policy.${isByUse(policy, pricing) ? 'CONSUMPTION' : policy}`);
}

export function policyNote(policy: Policy, pricing: ShopProduct['pricing']): string {
  return t(`orders.policyNote.${isByUse(policy, pricing) ? 'CONSUMPTION' : policy}`);
}

/** What a license costs and for how long; undefined where that is not known before it is used. */
export function priceWords({ billingPolicy, priceFor }: { readonly billingPolicy: Policy; readonly priceFor: MoneyParts | null }): string | undefined {
  if (!priceFor) return undefined;
  return t(billingPolicy === 'YEARLY' ? 'orders.price.year' : 'orders.price.month', { price: `${unitPrice(priceFor.amount)}\u00a0${priceFor.currency}` });
}

/** How a value is called: as the catalog of texts knows it, else as the vendor's part of the server calls it. */
export function labelOf({ name, label }: Pick<Definition, 'name' | 'label'>): string {
  return known(`orders.characteristic.${name}`) ?? label;
}

export function noteOf({ name, description }: Definition): string {
  return known(`orders.characteristicNote.${name}`) ?? description;
}

/** A value of a choice in words; one that nobody knows as it is. */
export function choiceText(choice: string): string {
  return known(`orders.choice.${choice}`) ?? choice;
}

/** The rhythm in which everything of an order recurs; undefined where lines differ. */
export function rhythmOf(policies: readonly Policy[]): 'month' | 'year' | undefined {
  const rhythms = new Set(policies.filter((policy) => policy !== 'CONSUMPTION').map((policy) => (policy === 'YEARLY' ? 'year' : 'month')));
  return rhythms.size === 1 ? [...rhythms][0] : undefined;
}

function known(key: string): string | undefined {
  return hasText(key) ? i18n.global.t(key) : undefined;
}
