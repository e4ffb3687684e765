/** What one person chose for this browser. Everything of it is about looks; nothing of it is about business. */
import { computed, reactive, watch } from 'vue';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const DENSITIES = ['comfortable', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];
/** Instants are shown in the zone that bills, or in that of the device. Days have no zone. */
export const CLOCK_FACES = ['billing', 'device'] as const;
export type ClockFace = (typeof CLOCK_FACES)[number];

interface Preferences {
  language: Language;
  theme: Theme;
  density: Density;
  clockFace: ClockFace;
  /** Shortcuts of a single key get in the way of those who speak to their computer (WCAG 2.1.4). */
  singleKeys: boolean;
  /** Columns that somebody hid, by table. */
  hiddenColumns: Record<string, string[]>;
}

const STORED_AS = 'cloudtill.preferences';

function preferredLanguage(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return wanted.find((tag): tag is Language => (LANGUAGES as readonly string[]).includes(tag)) ?? 'en';
}

function stored(): Partial<Preferences> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '{}');
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {};
  }
}

function oneOf<T extends string>(allowed: readonly T[], given: unknown, otherwise: T): T {
  return allowed.find((each) => each === given) ?? otherwise;
}

function read(): Preferences {
  const { language, theme, density, clockFace, singleKeys, hiddenColumns } = stored();
  return {
    language: oneOf(LANGUAGES, language, preferredLanguage()),
    theme: oneOf(THEMES, theme, 'system'),
    density: oneOf(DENSITIES, density, 'comfortable'),
    clockFace: oneOf(CLOCK_FACES, clockFace, 'billing'),
    singleKeys: singleKeys !== false,
    hiddenColumns: typeof hiddenColumns === 'object' && hiddenColumns !== null ? hiddenColumns : {},
  };
}

export const preferences = reactive(read());

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const system = reactive({ dark: systemIsDark.matches });
systemIsDark.addEventListener('change', ({ matches }) => (system.dark = matches));

export const isDark = computed(() => preferences.theme === 'dark' || (preferences.theme === 'system' && system.dark));

/** Keeps the choices, and applies those that the whole page shows. Called once, by main.ts. */
export function applyPreferences(): void {
  watch(
    preferences,
    (now) => {
      try {
        localStorage.setItem(STORED_AS, JSON.stringify(now));
      } catch {
        // No storage in this window: the choice holds until it is closed.
      }
    },
    { deep: true },
  );
  watch(isDark, (dark) => document.documentElement.classList.toggle('dark', dark), { immediate: true });
  watch(
    () => preferences.language,
    (language) => (document.documentElement.lang = language),
    { immediate: true },
  );
}
