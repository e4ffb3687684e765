import { count } from '../platform/format.ts';
import { hasText, i18n, t } from '../platform/i18n.ts';
import type { Drift } from './provisioning.queries.ts';

export type Resolution = 'TELL_VENDOR' | 'CANCEL_AT_VENDOR' | 'IGNORE';

const IGNORED = 'ignored: ';
const SETTLED: Readonly<Record<string, 'agree' | 'ended'>> = { 'both sides agree': 'agree', 'ended at the vendor': 'ended' };

/** What can become of a difference: the vendor can be told of numbers and of statuses, and ends what nobody here knows. */
export function resolutionsOf({ subscription, field }: Pick<Drift, 'subscription' | 'field'>): Resolution[] {
  if (!subscription) return ['CANCEL_AT_VENDOR', 'IGNORE'];
  return field === 'QUANTITY' || field === 'STATUS' ? ['TELL_VENDOR', 'IGNORE'] : ['IGNORE'];
}

/** One side of a difference in words. */
export function sideText(field: Drift['field'], value: string | null): string {
  if (value === null) return field === 'EXISTENCE' ? t('provisioning.drifts.nothing') : '–';
  if (field === 'QUANTITY') return count(value);
  if (field === 'SKU') return value;
  const [, word = value, rest = ''] = /^([A-Z_]+)(.*)$/.exec(value) ?? [];
  const key = `subscriptions.status.${word}`;
  const said = (hasText(key) ? i18n.global.t(key) : word) + rest;
  return field === 'EXISTENCE' ? t('provisioning.drifts.exists', { what: said }) : said;
}

/** How a difference ended, in words; the server keeps it as a sentence. */
export function settledText(resolution: string | null): string {
  const reason = resolution?.startsWith(IGNORED) ? resolution.slice(IGNORED.length) : undefined;
  if (reason !== undefined) return t('provisioning.drifts.settled.ignored', { reason });
  const word = resolution && SETTLED[resolution];
  return word ? t(`provisioning.drifts.settled.${word}`) : (resolution ?? '–');
}
