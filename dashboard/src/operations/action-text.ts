import { hasText, i18n } from '../platform/i18n.ts';

/** An action in words; one that the catalog does not know yet as the mutation is called. */
export function actionText(action: string): string {
  const key = `operations.audit.actions.${action}`;
  return hasText(key) ? i18n.global.t(key) : action;
}
