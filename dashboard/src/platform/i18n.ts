/** Words. Catalogs are ICU messages, typed by the English one: a key that does not exist, or is not translated, fails the build. */
import { IntlMessageFormat } from 'intl-messageformat';
import { watch } from 'vue';
import { createI18n, type MessageCompiler } from 'vue-i18n';
import { en, type Texts } from '../texts/en.ts';
import { preferences, type Language } from './preferences.ts';

/** Paths of all texts, such as `subscriptions.title`. */
export type TextKey = PathsOf<Texts>;
type PathsOf<Tree> = { [Key in keyof Tree & string]: Tree[Key] extends string ? Key : `${Key}.${PathsOf<Tree[Key]>}` }[keyof Tree & string];

export type TextValues = Readonly<Record<string, string | number>>;

const CATALOGS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => en,
  de: async () => (await import('../texts/de.ts')).de,
};

const icu: MessageCompiler = (message, { locale }) => {
  const text = message as string; // our catalogs hold nothing else
  const format = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
  return ({ values }: { values?: unknown }) => {
    try {
      return format.format(values as TextValues) as string;
    } catch (error) {
      // A sentence with a gap is better than a page without one.
      console.error(error);
      return text;
    }
  };
};

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en: {}, de: {} },
  // ICU instead of the library's own notation: plurals and choices are the translator's business in every language.
  messageCompiler: icu,
});

/** Says a text in the viewer's language. Reactive: it says it again when the language changes. */
export function t(key: TextKey, values: TextValues = {}): string {
  return i18n.global.t(key, values);
}

/** Whether the catalog of the language in use has a text; for texts that only some languages need. */
export function hasText(key: string): boolean {
  return i18n.global.te(key, i18n.global.locale.value);
}

/** Speaks the language of the preferences, now and whenever they change. */
export async function startSpeaking(): Promise<void> {
  i18n.global.setLocaleMessage('en', en);
  await speak(preferences.language);
  watch(() => preferences.language, speak);
}

async function speak(language: Language): Promise<void> {
  const catalog = await CATALOGS[language]();
  if (language !== preferences.language) return; // chosen again meanwhile
  i18n.global.setLocaleMessage(language, catalog);
  i18n.global.locale.value = language;
}
