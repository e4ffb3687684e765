/** Versions with validity dates: a new one ends the one before it and ends itself where the next begins. */
import type { LocalDate } from '@cloudtill/domain/calendar/local-date';

interface Version {
  validFrom: LocalDate;
  validTo: LocalDate | null | undefined;
}

/**
 * Makes room for a version that begins on a day.
 *
 * @param versions all others of the same subject; the one that reaches over the day is cut
 * @returns where the new version ends, or `taken` where another one begins on the very day
 */
export function makeRoom(versions: readonly Version[], from: LocalDate): { validTo: LocalDate | null } | 'taken' {
  if (versions.some(({ validFrom }) => validFrom === from)) return 'taken';
  const next = versions.filter(({ validFrom }) => validFrom > from).toSorted((a, b) => a.validFrom - b.validFrom)[0];
  const before = versions.find((version) => version.validFrom < from && (version.validTo == null || version.validTo > from));
  if (before) before.validTo = from;
  return { validTo: next?.validFrom ?? null };
}
