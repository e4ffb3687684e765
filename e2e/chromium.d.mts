/** The path of a Chromium. */
export function ensureChromium(): string;
