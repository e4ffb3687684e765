/**
 * Days of the billing calendar.
 *
 * A day is a whole number: how many days it lies after 1970-01-01. Numbers compare, subtract and copy into the
 * database's binary format at no cost, which matters when a month of a million subscriptions is rated. `Temporal` does
 * every piece of calendar arithmetic; its answers are kept, since the same few thousand days come again and again.
 *
 * @rule T1 business days are computed in the billing time zone
 */
declare const dayBrand: unique symbol;

/** A calendar day without a time zone, as days since 1970-01-01. */
export type LocalDate = number & { readonly [dayBrand]: 'LocalDate' };

const EPOCH = new Temporal.PlainDate(1970, 1, 1);
const FORM = /^\d{4}-\d{2}-\d{2}$/;

/** No business day lies outside these; both bounds are inside. */
export const FIRST_DAY = '1970-01-01';
export const LAST_DAY = '2199-12-31';

/** The end of a run of days that has no end yet: later than every day. */
export const OPEN_END = 2_147_483_647 as LocalDate;

const fromIso = new Map<string, LocalDate>();
const toIso = new Map<number, string>();
const toPlain = new Map<number, Temporal.PlainDate>();

/** The calendar has 84,000 days at most, so these never grow past that. */
function remember(iso: string, day: LocalDate): void {
  fromIso.set(iso, day);
  toIso.set(day, iso);
}

/**
 * Reads `2021-05-31`.
 * @throws RangeError for any other form, a day that does not exist, or one outside 1970 to 2199
 */
export function localDate(iso: string): LocalDate {
  const known = fromIso.get(iso);
  if (known !== undefined) return known;
  if (!FORM.test(iso)) throw new RangeError(`not a day: ${JSON.stringify(iso)}; the form is 2021-05-31`);
  if (iso < FIRST_DAY || iso > LAST_DAY) throw new RangeError(`${iso} is outside ${FIRST_DAY} to ${LAST_DAY}`);
  const day = epochDay(Temporal.PlainDate.from(iso, { overflow: 'reject' }));
  remember(iso, day);
  return day;
}

/** Same as {@link localDate}, with `undefined` where that throws. */
export function parseLocalDate(iso: string): LocalDate | undefined {
  try {
    return localDate(iso);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** `2021-05-31` of a day. */
export function isoDate(day: LocalDate): string {
  const known = toIso.get(day);
  if (known !== undefined) return known;
  const iso = plainDate(day).toString();
  remember(iso, day);
  return iso;
}

function epochDay(date: Temporal.PlainDate): LocalDate {
  return EPOCH.until(date, { largestUnit: 'day' }).days as LocalDate;
}

function plainDate(day: LocalDate): Temporal.PlainDate {
  let date = toPlain.get(day);
  if (!date) toPlain.set(day, (date = EPOCH.add({ days: day })));
  return date;
}

const monthSteps = new Map<number, LocalDate>();

/**
 * The day `months` after `anchor`; where that day does not exist, the last one of its month.
 *
 * Always count from the anchor: 31 January plus one month is 28 February, plus two is 31 March again. Chained, the
 * second step would be 28 March.
 */
export function addMonths(anchor: LocalDate, months: number): LocalDate {
  const key = anchor * 8192 + months;
  let day = monthSteps.get(key);
  if (day === undefined) {
    if (monthSteps.size > 500_000) monthSteps.clear();
    day = epochDay(plainDate(anchor).add({ months }, { overflow: 'constrain' }));
    monthSteps.set(key, day);
  }
  return day;
}

/** How many whole months lie between an anchor and a day on or after it, counted from the anchor. */
export function monthsSince(anchor: LocalDate, day: LocalDate): number {
  const from = plainDate(anchor);
  const to = plainDate(day);
  let months = (to.year - from.year) * 12 + (to.month - from.month);
  if (addMonths(anchor, months) > day) months -= 1;
  return months;
}

export function addDays(day: LocalDate, days: number): LocalDate {
  return (day + days) as LocalDate;
}

/** Year and month of a day, for grouping: 202105 for any day of May 2021. */
export function monthNumber(day: LocalDate): number {
  const date = plainDate(day);
  return date.year * 100 + date.month;
}

/**
 * The billing day on which an instant falls.
 *
 * @param at milliseconds since 1970-01-01T00:00:00Z
 * @rule T1 daylight saving included: the zone decides, never a division by 86,400,000
 */
export function dayAt(at: number, timeZone: string): LocalDate {
  if (timeZone === 'UTC') return Math.floor(at / 86_400_000) as LocalDate;
  return epochDay(Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate());
}

/**
 * The first instant of a day, in milliseconds since 1970-01-01T00:00:00Z. Not always 00:00: some days start at 01:00.
 */
export function startOfDay(day: LocalDate, timeZone: string): number {
  if (timeZone === 'UTC') return day * 86_400_000;
  return plainDate(day).toZonedDateTime(timeZone).epochMilliseconds;
}

/** Whether the runtime knows this IANA zone, such as `Europe/Athens`. */
export function isTimeZone(timeZone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
    return !/^[+-]/.test(timeZone);
  } catch {
    return false;
  }
}
