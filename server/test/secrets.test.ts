/** Texts that only the installation itself can read. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../src/platform/config.ts';
import { sealedWith, SecretError, secretsOf } from '../src/platform/secrets.ts';

const SECRET = 'a secret of at least 32 characters';
const CODE = 'ÄÖ-1234-😀-5678';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'cloudtill-secrets-'));
  folders.push(made);
  return made;
};
afterAll(() => folders.forEach((made) => rmSync(made, { recursive: true })));

describe('a sealed text', () => {
  it.each([CODE, '', 'x'.repeat(100_000)])('opens to what it was', (text) => {
    expect(sealedWith(SECRET).open(sealedWith(SECRET).seal(text))).toBe(text);
  });

  it('shows nothing, is another one each time, and names its key', () => {
    const secrets = sealedWith(SECRET);
    const [one, other] = [secrets.seal(CODE), secrets.seal(CODE)];
    expect(one).not.toBe(other);
    expect(one).toMatch(/^s1\.[\w-]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(one.split('.')[1]).toBe(other.split('.')[1]);
    expect(Buffer.from(one.split('.')[3]!, 'base64url').includes('1234')).toBe(false);
  });

  it('does not open with another key, and says which was which', () => {
    const sealed = sealedWith(SECRET).seal(CODE);
    expect(() => sealedWith(`${SECRET}!`).open(sealed)).toThrow(/^this was sealed with the key [\w-]{8}, and CLOUDTILL_SECRET_KEY is the key [\w-]{8}$/);
  });

  it('does not open when a single character of it was changed, cut or added', () => {
    const secrets = sealedWith(SECRET);
    const sealed = secrets.seal(CODE);
    const body = sealed.lastIndexOf('.') + 1;
    for (let at = 0; at < sealed.length - 1; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(() => secrets.open(changed), `character ${at}`).toThrow(SecretError);
    }
    for (const broken of [sealed.slice(0, -4), sealed.slice(0, body), `${sealed}AAAA`, '', 'plain text'])
      expect(() => secrets.open(broken)).toThrow(SecretError);
  });
});

describe('the key of a sandbox', () => {
  it('is made once, kept for its owner only, and the same for everybody who starts', () => {
    const dataDir = join(folder(), 'not', 'there', 'yet');
    const starting = Array.from({ length: 5 }, () => secretsOf({ secretKey: undefined, dataDir }));
    const sealed = starting.map((secrets) => secrets.seal(CODE));
    for (const secrets of starting) for (const text of sealed) expect(secrets.open(text)).toBe(CODE);
    expect(readdirSync(dataDir)).toEqual(['secret.key']);
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
  });

  it('is not made before it is needed, nor beside a key of one’s own', () => {
    const dataDir = folder();
    secretsOf({ secretKey: undefined, dataDir });
    secretsOf({ secretKey: SECRET, dataDir }).seal(CODE);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('is not replaced where it was spoiled', () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, 'secret.key'), 'oops');
    expect(() => secretsOf({ secretKey: undefined, dataDir }).seal(CODE)).toThrow(ConfigError);
  });
});

describe('a signature', () => {
  it('is the same for a text and a key, and another for any other', () => {
    const [ours, theirs] = [sealedWith('a'.repeat(64)), sealedWith('b'.repeat(64))];
    expect(ours.mac('quote')).toBe(ours.mac('quote'));
    expect(ours.mac('quote')).toMatch(/^[\w-]{43}$/);
    expect(new Set([ours.mac('quote'), ours.mac('quotes'), theirs.mac('quote')]).size).toBe(3);
  });
});
