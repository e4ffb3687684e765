/**
 * Keys that make a change safe to repeat. A key is made before the change is sent and kept until the server has answered, so
 * a second click, a lost answer or a reloaded page asks for the same change and not for another one.
 */

const PREFIX = 'cloudtill.key.';

interface Kept {
  readonly key: string;
  readonly body: string;
}

/** The key for a change: the one that is kept where the same change was sent before and never answered. */
export function keyFor(purpose: string, body: unknown): string {
  const text = JSON.stringify(body);
  const kept = read(purpose);
  if (kept?.body === text) return kept.key;
  const key = newKey();
  write(purpose, { key, body: text });
  return key;
}

/** The server answered, yes or no: the next change of this kind is another one. */
export function acknowledge(purpose: string): void {
  sessionStorage.removeItem(PREFIX + purpose);
}

function newKey(): string {
  // randomUUID exists on secure origins only; a server in a back room may be plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function read(purpose: string): Kept | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + purpose) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

function write(purpose: string, kept: Kept): void {
  sessionStorage.setItem(PREFIX + purpose, JSON.stringify(kept));
}
