import type { UiTone } from '../ui/table.ts';
import { t } from '../platform/i18n.ts';
import type { Operation } from './provisioning.queries.ts';

export type OperationState = Operation['state'];

export const OPERATION_STATES = ['QUEUED', 'CALLING', 'ACCEPTED', 'UNKNOWN', 'FAILED', 'SUCCEEDED', 'CANCELED'] as const satisfies readonly OperationState[];

export const STATE_TONES: Readonly<Record<OperationState, UiTone>> = {
  QUEUED: 'neutral',
  CALLING: 'info',
  ACCEPTED: 'info',
  UNKNOWN: 'warning',
  FAILED: 'error',
  SUCCEEDED: 'success',
  CANCELED: 'neutral',
};

/** What an operation is about, in one word: its subscription or, where it has none, its account. */
export function subjectOf({ subscription, account }: Pick<Operation, 'subscription' | 'account'>): string {
  return subscription?.number ?? account.name;
}

/** Why it is where it is: what the vendor said, or else what its no means. */
export function whyOf({ message, rejection }: Pick<Operation, 'message' | 'rejection'>): string | undefined {
  if (message) return message.charAt(0).toUpperCase() + message.slice(1);
  return rejection ? t(`provisioning.rejections.${rejection}`) : undefined;
}

/** What asking again is called; undefined where it cannot be asked again now. @rule S2 "never by blindly sending again" */
export function againText({ state }: Pick<Operation, 'state'>): string | undefined {
  if (state === 'FAILED') return t('provisioning.actions.retry');
  if (state === 'QUEUED') return t('provisioning.actions.sendNow');
  return state === 'ACCEPTED' ? t('provisioning.actions.lookNow') : undefined;
}
