import { startOfDay } from '../platform/calendar.ts';
import { viewer } from '../platform/session.ts';

/** The API's instant for a chosen day; none for now. A day that the field holds half typed is none. */
export function effectiveAtOf(day: string): { effectiveAt?: string } {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? { effectiveAt: startOfDay(day, viewer.value.clock.timeZone) } : {};
}
