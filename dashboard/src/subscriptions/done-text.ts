import { t } from '../platform/i18n.ts';

/** What to say after a change: that it is done, or that the vendor has not said so yet. Nothing is shown as done before it is. */
export function doneText(operation: { readonly state: 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'UNKNOWN' } | null | undefined, done: string): string {
  if (operation?.state === 'PENDING') return t('subscriptions.page.done.asked');
  return operation?.state === 'UNKNOWN' ? t('subscriptions.page.done.unknown') : done;
}
