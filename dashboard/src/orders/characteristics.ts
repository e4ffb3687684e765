/** What can be decided about a plan when it is ordered: values as a form holds them, and what was said about them. */
import type { UserError } from '../platform/refusals.ts';
import type { ShopPlan } from './order.queries.ts';

export type Definition = ShopPlan['characteristics'][number];
/** Values by name; one that is empty is none. */
export type Values = Readonly<Record<string, string>>;

interface Given {
  readonly name: string;
  readonly value: string;
}

export function valuesOf(given: readonly Given[]): Values {
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}

/** Those values that a plan knows and that are there, as the API takes them. */
export function givenOf(definitions: readonly Definition[], values: Values): Given[] {
  return definitions.flatMap(({ name }) => {
    const value = values[name]?.trim();
    return value ? [{ name, value }] : [];
  });
}

/** Required values that nobody gave yet. */
export function missingOf(definitions: readonly Definition[], values: Values): string[] {
  return definitions.filter(({ name, required }) => required && !values[name]?.trim()).map(({ name }) => name);
}

/** What was refused about one value. The server names it by its place in what was sent. */
export function refusedAt(refusals: readonly UserError[], sent: readonly Given[], name: string): UserError[] {
  return refusals.filter((refusal) => nameIn(refusal, sent) === name);
}

/** What was refused about something else. */
export function refusedElsewhere(refusals: readonly UserError[], sent: readonly Given[]): UserError[] {
  return refusals.filter((refusal) => nameIn(refusal, sent) === undefined);
}

function nameIn({ path }: UserError, sent: readonly Given[]): string | undefined {
  const at = path.lastIndexOf('characteristics');
  return at === -1 ? undefined : sent[Number(path[at + 1])]?.name;
}

/** Which line of an order a refusal is about, counted from 0; undefined where it is about the whole. */
export function lineIn({ path }: UserError): number | undefined {
  const at = path.indexOf('lines');
  const index = at === -1 ? NaN : Number(path[at + 1]);
  return Number.isInteger(index) ? index : undefined;
}
