import { isCurrency } from '@cloudtill/domain/money/currency';
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import countries from 'i18n-iso-countries';
import { z } from 'zod';

export const MAX_NAME = 200;

/** Control characters, line breaks and marks that turn the reading direction around. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Collects what is wrong with the texts of an input; every fault is said, not only the first. */
export class TextCheck {
  readonly refusals: Refusal[] = [];

  /** A text for people: visible, on one line, in Unicode's composed form. */
  line(field: string, given: string, maximum = MAX_NAME, path: readonly string[] = [field]): string {
    const text = given.normalize('NFC').trim();
    const problem = problemOf(text, maximum);
    if (problem) this.refusals.push(refusal('TEXT_INVALID', { field, problem, maximum }, path));
    return text;
  }

  optionalLine(field: string, given: string | null | undefined, maximum = MAX_NAME, path: readonly string[] = [field]): string | null {
    return given === null || given === undefined || given === '' ? null : this.line(field, given, maximum, path);
  }

  email(field: string, given: string | null | undefined): string | null {
    if (given === null || given === undefined || given === '') return null;
    if (!isEmail(given)) this.refusals.push(refusal('EMAIL_INVALID', { value: given.slice(0, 100) }, [field]));
    return given;
  }

  country(field: string, given: string): string {
    if (!/^[A-Z]{2}$/.test(given) || !countries.isValid(given)) this.refusals.push(refusal('COUNTRY_UNKNOWN', { value: given.slice(0, 20) }, [field]));
    return given;
  }

  currency(field: string, given: string): string {
    if (!isCurrency(given)) this.refusals.push(refusal('CURRENCY_UNKNOWN', { value: given.slice(0, 20) }, [field]));
    return given;
  }

  locale(field: string, given: string): string {
    if (!isLocale(given)) this.refusals.push(refusal('LOCALE_UNKNOWN', { value: given.slice(0, 40) }, [field]));
    return given;
  }
}

function problemOf(text: string, maximum: number): string | undefined {
  if (text === '') return 'nothing';
  if (!text.isWellFormed()) return 'half a character (a lone surrogate)';
  if (INVISIBLE.test(text)) return 'control characters or line breaks';
  if (text.length > maximum * 20 || [...graphemes.segment(text)].length > maximum) return `more than ${maximum} characters`;
  return undefined;
}

/** Whether PostgreSQL can keep it as it is: without a NUL, and without half of a character. */
export function isReadable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

interface Place {
  readonly value: unknown;
  readonly name?: string;
  readonly above?: Place;
}

/**
 * Where in an input stands a text that cannot be kept. Asked of every mutation before it does anything. Not by recursion:
 * what a client sends may be nested as deep as its bytes allow.
 */
export function unreadableTexts(input: unknown, path: readonly string[]): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const open: Place[] = [{ value: input }];
  for (let place = open.pop(); place; place = open.pop()) {
    const { value } = place;
    if (typeof value === 'string') {
      if (!isReadable(value)) found.push([...path, ...namesTo(place)]);
    } else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value).toReversed()) open.push({ value: inner, name, above: place });
    }
  }
  return found;
}

function namesTo(place: Place): string[] {
  const names: string[] = [];
  for (let at: Place | undefined = place; at?.name !== undefined; at = at.above) names.push(at.name);
  return names.toReversed();
}

export function refuseUnreadable(path: readonly string[]): Refusal {
  return refusal('TEXT_INVALID', { field: path.at(-1)!, problem: 'a NUL or half a character', maximum: MAX_NAME }, path);
}

const email = z.email();

export function isEmail(text: string): boolean {
  return text.length <= 254 && email.safeParse(text).success;
}

export function isLocale(text: string): boolean {
  try {
    return text.length <= 35 && Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** A text to be found anywhere, its own wildcards taken as they are written. */
export function likePattern(text: string): string {
  return `%${text.slice(0, 200).replace(/[\\%_]/g, '\\$&')}%`;
}
