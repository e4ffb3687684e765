import { allow, refusal, type Decision, type Refusal } from '../refusal.ts';
import type { BillingPolicy } from './billing-policy.ts';
import { decideBand, type Band, type Plan } from './plan.ts';

export const CHARACTERISTIC_TYPES = ['INTEGER', 'TEXT', 'EMAIL', 'DOMAIN', 'CHOICE'] as const;
export type CharacteristicType = (typeof CHARACTERISTIC_TYPES)[number];

/** Something that has to be, or can be, decided when a plan is ordered. @rule C3 */
export interface Characteristic {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: CharacteristicType;
  readonly required: boolean;
  /** For `INTEGER`. */
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** For `CHOICE`. */
  readonly choices?: readonly string[] | undefined;
  readonly maxLength?: number | undefined;
  readonly example: string;
}

/** A value as somebody gave it. */
export interface GivenValue {
  readonly name: string;
  readonly value: string;
}

/** Values by name, in the form in which they are kept. */
export type Configuration = Readonly<Record<string, string>>;

/** The one characteristic that every plan has whose licenses are counted. */
export const SEATS = 'Seats';

/** Whether nothing is known of the price when ordering, neither a number of licenses. @rule C1 B4 */
export function isByUse(plan: { readonly policy: BillingPolicy }, pricing: 'QUOTED' | 'CONSUMPTION'): boolean {
  return pricing === 'CONSUMPTION' || plan.policy === 'CONSUMPTION';
}

/** `Seats` of a plan: a whole number within its band. @rule C3 C4 */
export function seatsOf({ minimum, maximum }: Band): Characteristic {
  return {
    name: SEATS,
    label: 'Seats',
    description: 'How many licenses.',
    type: 'INTEGER',
    required: true,
    minimum,
    maximum,
    example: String(Math.min(Math.max(10, minimum), maximum)),
  };
}

/** Required characteristics that have no value, in their order. @rule O2 */
export function missingOf(characteristics: readonly Characteristic[], configuration: Configuration): string[] {
  return characteristics.filter(({ name, required }) => required && configuration[name] === undefined).map(({ name }) => name);
}

const INTEGER = /^-?\d{1,15}$/;
const EMAIL = /^[^\s@<>(),;:"[\]\\]{1,64}@(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}]{2,63}$/u;
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
/** Control characters, line breaks and marks that turn the reading direction around. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
const MAX_LENGTH = 200;

/**
 * Whether values may be kept: each names a characteristic, once, and has its form. An empty value is none, so that a
 * form can be saved before it is complete.
 *
 * @param siblings plans of the same product, of which a number of licenses outside of the band names those that fit
 * @param path where the list of values stands in the input
 * @returns the values by name, in the order of the characteristics
 * @rule O2 C4
 */
export function decideConfiguration(
  plan: Plan,
  characteristics: readonly Characteristic[],
  given: readonly GivenValue[],
  siblings: readonly Plan[],
  path: readonly string[] = ['characteristics'],
): Decision<Configuration> {
  const refusals: Refusal[] = [];
  const values = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { name } of given) counts.set(name, (counts.get(name) ?? 0) + 1);
  const told = new Set<string>();
  for (const [index, { name, value }] of given.entries()) {
    const here = [...path, String(index)];
    const known = characteristics.find((characteristic) => characteristic.name === name);
    const count = counts.get(name)!;
    if (!known) {
      refusals.push(refusal('CHARACTERISTIC_UNKNOWN', { plan: plan.sku, name: cut(name), known: namesOf(characteristics) }, [...here, 'name']));
    } else if (count > 1) {
      if (!told.has(name)) refusals.push(refusal('CHARACTERISTIC_DUPLICATE', { name, count }, [...here, 'name']));
      told.add(name);
    } else {
      const text = value.normalize('NFC').trim();
      if (text === '') continue;
      const decided = decideValue(plan, known, text, siblings, [...here, 'value']);
      if (decided.allowed) values.set(name, decided.value);
      else refusals.push(...decided.refusals);
    }
  }
  if (refusals.length > 0) return { allowed: false, refusals };
  return allow(Object.fromEntries(characteristics.flatMap(({ name }) => (values.has(name) ? [[name, values.get(name)!]] : []))));
}

function decideValue(plan: Plan, known: Characteristic, text: string, siblings: readonly Plan[], path: readonly string[]): Decision<string> {
  const { name, type, choices, maxLength = MAX_LENGTH } = known;
  const wrong = (): Decision<string> => ({
    allowed: false,
    refusals: [refusal('CHARACTERISTIC_INVALID', { name, value: cut(text), expected: expectedOf(known) }, path)],
  });
  if (type === 'INTEGER') {
    if (!INTEGER.test(text)) return wrong();
    const number = Number(text);
    if (name === SEATS) {
      const band = decideBand(plan, number, siblings, path);
      return band.allowed ? allow(String(number)) : band;
    }
    return number < (known.minimum ?? -Infinity) || number > (known.maximum ?? Infinity) ? wrong() : allow(String(number));
  }
  if (type === 'CHOICE') {
    const choice = choices?.find((one) => one.toLowerCase() === text.toLowerCase());
    return choice === undefined ? wrong() : allow(choice);
  }
  if (INVISIBLE.test(text) || !text.isWellFormed() || text.length > maxLength) return wrong();
  if (type === 'EMAIL') return EMAIL.test(text) ? allow(text) : wrong();
  if (type === 'DOMAIN') return DOMAIN.test(text.toLowerCase()) ? allow(text.toLowerCase()) : wrong();
  return allow(text);
}

/** What a value must be, for the refusal. */
function expectedOf({ type, minimum, maximum, choices = [], maxLength = MAX_LENGTH, example }: Characteristic): string {
  switch (type) {
    case 'INTEGER':
      return `a whole number${minimum === undefined ? '' : ` from ${minimum}`}${maximum === undefined ? '' : ` to ${maximum}`}`;
    case 'CHOICE':
      return `one of ${choices.join(', ')}`;
    case 'EMAIL':
      return `an email address of at most ${maxLength} characters, such as ${example}`;
    case 'DOMAIN':
      return `a domain name of at most ${maxLength} characters, such as ${example}`;
    case 'TEXT':
      return `1 to ${maxLength} visible characters on one line, such as ${example}`;
  }
}

function namesOf(characteristics: readonly Characteristic[]): string {
  return characteristics.map(({ name }) => name).join(', ') || 'none';
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
