/**
 * License bands. An article number of eleven places that starts with KL carries one in its ninth: a letter, and the
 * article is sold in that range only; or an asterisk, and the band follows from the quantity. Other article numbers
 * have none. The ranges are those of the vendor's public price lists; its API does not tell them.
 */
const ARTICLE = /^KL[0-9A-Z]{6}([A-Z*])[0-9A-Z]{2}$/i;

/** Least quantity of each band, in rising order; a band ends where the next begins. */
const BANDS: readonly (readonly [letter: string, from: number])[] = [
  ['A', 1],
  ['B', 2],
  ['C', 3],
  ['D', 4],
  ['E', 5],
  ['K', 10],
  ['M', 15],
  ['N', 20],
  ['P', 25],
  ['Q', 50],
  ['R', 100],
  ['S', 150],
  ['T', 250],
  ['U', 500],
  ['V', 1000],
  ['W', 1500],
  ['X', 2500],
  ['Y', 5000],
  ['Z', 10_000],
];

/** The band of a quantity that is at least 1. */
export function bandOf(quantity: number): string {
  return BANDS.findLast(([, from]) => quantity >= from)![0];
}

export type BandCheck = { readonly fits: true; readonly band: string | undefined } | { readonly fits: false; readonly range: string };

/** Whether an article may be sold in a quantity, and the band that it then has; undefined for an article without bands. */
export function checkBand(sku: string, quantity: number): BandCheck {
  const letter = ARTICLE.exec(sku)?.[1]?.toUpperCase();
  if (letter === undefined) return { fits: true, band: undefined };
  const index = BANDS.findIndex(([known]) => known === letter);
  const band = bandOf(quantity);
  if (letter === '*') return { fits: true, band };
  if (index === -1) return { fits: true, band: undefined };
  if (band === letter) return { fits: true, band };
  const next = BANDS[index + 1];
  return { fits: false, range: `${BANDS[index]![1]}${next ? `–${next[1] - 1}` : ' or more'}` };
}
