/** Refusals in the viewer's language: from code and facts where the catalog knows the code, else the server's English sentence. */
import { day, instant, plain } from './format.ts';
import { graphql, type ResultOf } from './graphql.ts';
import { hasText, i18n } from './i18n.ts';

export const UserErrorParts = graphql(`
  fragment UserErrorParts on UserError {
    code
    message
    path
    parameters {
      name
      value
    }
  }
`);

export type UserError = ResultOf<typeof UserErrorParts>;

/** Facts that are words of the API. The catalog may know how people say them. */
const WORD = /^[A-Z][A-Z_]+$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
const NUMBER = /^-?\d+(\.\d+)?$/;
/** Facts that name something, though they may look like a number. */
const NAMES = new Set(['number', 'subscription', 'account', 'plan', 'sku', 'product', 'billingPeriod', 'parent', 'buyer', 'seller']);

export function refusalText({ code, message, parameters }: UserError): string {
  const key = `refusals.${code}`;
  if (!hasText(key)) return message.charAt(0).toUpperCase() + message.slice(1);
  const facts = factsOf(parameters);
  return i18n.global.t(key, { fittingPlans: '', ...facts, fits: facts['fittingPlans'] ? 'yes' : 'no' });
}

/** The facts of a refusal as people read them, for texts of one's own. */
export function factsOf(parameters: UserError['parameters']): Record<string, string> {
  return Object.fromEntries(parameters.map(({ name, value }) => [name, NAMES.has(name) ? value : readable(value)]));
}

function readable(value: string): string {
  if (DAY.test(value)) return day(value);
  if (INSTANT.test(value)) return instant(value);
  if (NUMBER.test(value)) return plain(value);
  if (WORD.test(value) && hasText(`words.${value}`)) return i18n.global.t(`words.${value}`);
  return value;
}

/** Which input a refusal is about; undefined where it concerns the whole. */
export function fieldOf({ path }: UserError): string | undefined {
  return path.findLast((step) => step !== 'input' && !/^\d+$/.test(step));
}

/** What is said beside one input. */
export function refusalsAt(refusals: readonly UserError[], field: string): string | undefined {
  const said = refusals.filter((refusal) => fieldOf(refusal) === field).map(refusalText);
  return said.length > 0 ? said.join(' ') : undefined;
}

/** What no input of the form shows, so that none is lost. */
export function refusalsBeside(refusals: readonly UserError[], fields: readonly string[]): UserError[] {
  return refusals.filter((refusal) => !fields.includes(fieldOf(refusal) ?? ''));
}
