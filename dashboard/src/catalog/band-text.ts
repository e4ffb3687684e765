import { count } from '../platform/format.ts';
import { t } from '../platform/i18n.ts';

/** The most that a plan can allow: with it a band has no upper end that anybody meets. */
const ENDLESS = 10_000_000;

/** A plan's license range in words. */
export function bandText({ minQuantity, maxQuantity }: { readonly minQuantity: number; readonly maxQuantity: number }): string {
  if (maxQuantity >= ENDLESS) return t('catalog.band.from', { min: minQuantity });
  return t('catalog.band.of', { min: count(minQuantity), max: count(maxQuantity) });
}
