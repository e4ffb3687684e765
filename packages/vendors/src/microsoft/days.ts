/** Days and months as Partner Center writes them and as the port has them: YYYY-MM-DD, in UTC. */
export const DAY_MS = 86_400_000;
/** What has no end ends in this year. */
export const NO_END_YEAR = 9999;

/**
 * Midnight of a day, as epoch milliseconds.
 * @param written 2030-05-01, and whatever time comes after it
 * @returns undefined where there is no such day
 */
export function dayOf(written: string): number | undefined {
  const day = /^(\d{4}-\d\d-\d\d)(?:[T ]|$)/.exec(written)?.[1];
  const at = Date.parse(day ?? '');
  // The 31st of June would be the 1st of July.
  return Number.isNaN(at) || isoDay(at) !== day ? undefined : at;
}

/** @param at epoch milliseconds of a year of four digits */
export const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** YYYY-MM. */
export const isMonth = (text: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
