import { hasText, i18n } from '../platform/i18n.ts';
import { factsOf, refusalText, type UserError } from '../platform/refusals.ts';

/** Why an account is not synchronized, in as few words as a row has room for. */
export function missingText(refusal: UserError): string {
  const key = `vendors.missing.${refusal.code}`;
  return hasText(key) ? i18n.global.t(key, factsOf(refusal.parameters)) : refusalText(refusal);
}
