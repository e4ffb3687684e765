/** Numbers, days, instants and money as the viewer reads them. All of it is reactive: it follows language and clock face. */
import { i18n } from './i18n.ts';
import { preferences } from './preferences.ts';
import { viewer } from './session.ts';

export interface MoneyParts {
  readonly amount: string;
  readonly currency: string;
}

type NumericText = Intl.StringNumericLiteral;

/** The language in use, with the region that the browser asks for: `de` in Zurich groups digits by apostrophes. */
function locale(): string {
  const language = i18n.global.locale.value;
  return navigator.languages.find((tag) => tag.slice(0, 2) === language) ?? language;
}

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function remembered<Format extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(key: string, make: () => Format): Format {
  let format = formats.get(key);
  if (!format) formats.set(key, (format = make()));
  return format as Format;
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const tag = locale();
  return remembered(`n${tag}${JSON.stringify(options)}`, () => new Intl.NumberFormat(tag, options));
}

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const tag = locale();
  return remembered(`d${tag}${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(tag, options));
}

/** An exact decimal with exactly the digits that it came with: what the server rounded is not rounded again. */
export function decimal(text: string): string {
  const digits = text.split('.')[1]?.length ?? 0;
  return numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(text as NumericText);
}

/** A unit price without the zeros that nobody needs, but never with fewer than two digits. */
export function unitPrice(text: string): string {
  const [whole, fraction = ''] = text.split('.');
  return decimal(`${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`);
}

export function count(value: number | string): string {
  return numberFormat({ maximumFractionDigits: 0 }).format(typeof value === 'number' ? value : (value as NumericText));
}

/** A number as it comes, such as a percentage of a price list. */
export function plain(value: string | number): string {
  return numberFormat({ maximumFractionDigits: 6 }).format(typeof value === 'number' ? value : (value as NumericText));
}

export function percent(text: string): string {
  return `${plain(text)} %`;
}

export function money({ amount, currency }: MoneyParts): string {
  return `${decimal(amount)} ${currency}`;
}

/** Not every language shortens thousands: German says 152.000 where English says 152K. */
const ROUGH_DIGITS = 3;

/** A large amount in few characters, for figures that link to the exact one. */
export function roughly(amount: string): string {
  return numberFormat({ notation: 'compact', maximumSignificantDigits: ROUGH_DIGITS }).format(amount as NumericText);
}

/** With its sign, also the plus. */
export function signed({ amount, currency }: MoneyParts): string {
  const digits = amount.split('.')[1]?.length ?? 0;
  const format = numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'exceptZero' });
  return `${format.format(amount as NumericText)} ${currency}`;
}

/** A day; it has no zone, so none is applied. */
export function day(iso: string): string {
  return dateFormat({ dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${iso}T00:00:00Z`));
}

export function dayWithoutYear(iso: string): string {
  return dateFormat({ day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${iso}T00:00:00Z`));
}

/** A billing month such as `2026-05`. */
export function month(name: string): string {
  return dateFormat({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${name}-01T00:00:00Z`));
}

export function shortMonth(name: string): string {
  return dateFormat({ month: 'short', year: '2-digit', timeZone: 'UTC' }).format(new Date(`${name}-01T00:00:00Z`));
}

function zone(): string | undefined {
  return preferences.clockFace === 'billing' ? viewer.value.clock.timeZone : undefined;
}

export function instant(iso: string): string {
  const timeZone = zone();
  return dateFormat({ dateStyle: 'medium', timeStyle: 'short', ...(timeZone && { timeZone }) }).format(new Date(iso));
}

/** To the second and with the zone, for those who need to know. */
export function instantInFull(iso: string): string {
  const timeZone = zone();
  return dateFormat({ dateStyle: 'full', timeStyle: 'long', ...(timeZone && { timeZone }) }).format(new Date(iso));
}

export function clockTime(iso: string): string {
  const timeZone = zone();
  return dateFormat({ timeStyle: 'short', ...(timeZone && { timeZone }) }).format(new Date(iso));
}

const SPANS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago, or how far ahead, in one unit: "3 minutes ago". Both in epoch milliseconds, by the same clock. */
export function relative(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1_000);
  const [unit, length] = SPANS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  const tag = locale();
  return remembered(`r${tag}`, () => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })).format(Math.trunc(seconds / length), unit);
}

export function bytes(size: number): string {
  if (size < 1_000) return numberFormat({ style: 'unit', unit: 'byte', unitDisplay: 'long' }).format(size);
  const [unit, per] = size < 1_000_000 ? (['kilobyte', 1_000] as const) : (['megabyte', 1_000_000] as const);
  return numberFormat({ style: 'unit', unit, maximumFractionDigits: 1 }).format(size / per);
}

/** A list in words, such as "A, B and C". */
export function list(items: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);
}

export function compareNames(a: string, b: string): number {
  return a.localeCompare(b, locale(), { numeric: true });
}
