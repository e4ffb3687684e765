/** Days as the API has them: `2026-05-11`, without a zone; and months: `2026-05`. */

export const MONTH_PATTERN = /^\d{4}-(0[1-9]|1[0-2])$/;
const MINUTE_MS = 60_000;

export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

export function addMonths(month: string, months: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const at = new Date(Date.UTC(year, number - 1 + months, 1));
  return at.toISOString().slice(0, 7);
}

export const monthOf = (day: string): string => day.slice(0, 7);
export const firstOf = (month: string): string => `${month}-01`;

/** Whole days since 1970, to lay days out on an axis. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / (1_440 * MINUTE_MS);
}

export const dayOf = (number: number): string => new Date(number * 1_440 * MINUTE_MS).toISOString().slice(0, 10);

/**
 * The instant at which a day begins in a zone, as RFC 3339. Where clocks are put forward over midnight the day begins at one
 * o'clock, so the answer is looked for and not computed.
 */
export function startOfDay(day: string, timeZone: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The zone's offset on that day lies between those half a day before and after; the first minute that shows the day is its start.
  const offsets = [...new Set([-12, 0, 12].map((hours) => offsetAt(midnight + hours * 60 * MINUTE_MS, timeZone)))];
  const starts = offsets.map((offset) => midnight - offset).filter((at) => dayAt(at, timeZone) === day && dayAt(at - MINUTE_MS, timeZone) !== day);
  if (starts[0] !== undefined) return new Date(starts[0]).toISOString();
  for (let at = midnight - 15 * 60 * MINUTE_MS; at < midnight + 15 * 60 * MINUTE_MS; at += 15 * MINUTE_MS) {
    if (dayAt(at, timeZone) === day) return new Date(at).toISOString();
  }
  throw new RangeError(`${timeZone} has no ${day}`);
}

/** The day that an instant belongs to in a zone. */
export function dayAt(instant: number | string, timeZone: string): string {
  const { year, month, day } = partsAt(typeof instant === 'string' ? Date.parse(instant) : instant, timeZone);
  return `${year}-${month}-${day}`;
}

function offsetAt(instant: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = partsAt(instant, timeZone);
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) - Math.floor(instant / 1_000) * 1_000;
}

const readers = new Map<string, Intl.DateTimeFormat>();

function partsAt(instant: number, timeZone: string): Record<string, string> {
  let reader = readers.get(timeZone);
  if (!reader) {
    const two = '2-digit' as const;
    reader = new Intl.DateTimeFormat('en-CA', { timeZone, hourCycle: 'h23', year: 'numeric', month: two, day: two, hour: two, minute: two, second: two });
    readers.set(timeZone, reader);
  }
  return Object.fromEntries(reader.formatToParts(instant).map(({ type, value }) => [type, value]));
}
