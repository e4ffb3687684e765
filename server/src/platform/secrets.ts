/**
 * Texts that are kept but must not be read by whoever reads the database: license keys, vendors' credentials. AES-256-GCM
 * with a key of the installation that is never in the database.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type Config } from './config.ts';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 's1';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_FILE = 'secret.key';

/** Thrown for what was sealed with another key, cut or changed. It names neither the text nor the key. */
export class SecretError extends Error {}

export interface Secrets {
  /** @returns the text in an envelope: version, id of the key, nonce and ciphertext; another one each time */
  seal(text: string): string;
  /** @throws SecretError where the envelope was sealed with another key or is damaged */
  open(sealed: string): string;
  /** @returns HMAC-SHA-256 of a text in base64url: only this installation can make it */
  mac(text: string): string;
}

/**
 * The secrets of an installation. The key comes from CLOUDTILL_SECRET_KEY; a sandbox without one makes its own and keeps it in
 * the data folder. Nothing is read or written before it is needed.
 */
export function secretsOf({ secretKey, dataDir }: Pick<Config, 'secretKey' | 'dataDir'>): Secrets {
  let made: Secrets | undefined;
  const secrets = (): Secrets => (made ??= sealedWith(secretKey ?? keyOfSandbox(dataDir)));
  return { seal: (text) => secrets().seal(text), open: (sealed) => secrets().open(sealed), mac: (text) => secrets().mac(text) };
}

export function sealedWith(secret: string): Secrets {
  const key = derive(secret, 'seal', KEY_BYTES);
  const macKey = derive(secret, 'mac', KEY_BYTES);
  // Says which key it was without saying anything of the key.
  const keyId = derive(secret, 'key id', 6).toString('base64url');
  const head = `${VERSION}.${keyId}`;
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(head));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${head}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },
    open(sealed) {
      const [version, id, nonce = '', body = ''] = sealed.split('.');
      if (version !== VERSION) throw new SecretError('this is not a sealed text');
      if (id !== keyId) throw new SecretError(`this was sealed with the key ${id}, and CLOUDTILL_SECRET_KEY is the key ${keyId}`);
      const bytes = Buffer.from(body, 'base64url');
      try {
        const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, 'base64url'), { authTagLength: TAG_BYTES }).setAAD(Buffer.from(head));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch {
        throw new SecretError('a sealed text was changed or cut');
      }
    },
    mac: (text) => createHmac('sha256', macKey).update(text).digest('base64url'),
  };
}

function derive(secret: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'cloudtill', purpose, bytes));
}

/** Processes that start at the same moment agree on one key: a whole file is linked to its name, and the first link wins. */
function keyOfSandbox(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, KEY_FILE);
  const known = readKey(path);
  if (known !== undefined) return known;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return readKey(path)!;
}

function readKey(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (!/^[0-9a-f]{64}$/.test(text)) throw new ConfigError([`CLOUDTILL_DATA_DIR: ${path} is not the key that Cloudtill wrote there; restore it`]);
  return text;
}
