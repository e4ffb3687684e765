import { i18n } from '../platform/i18n.ts';

/** A language as the viewer calls it. */
export function languageName(locale: string): string {
  return new Intl.DisplayNames([i18n.global.locale.value], { type: 'language' }).of(locale) ?? locale;
}
