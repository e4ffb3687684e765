/**
 * A quote as it travels: everything that it is bound to, signed. Nothing is kept of it, so a quote that nobody takes
 * costs nothing, and any process can tell whether one holds.
 * @rule O3
 */
import { timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { QuoteFacts } from '@cloudtill/domain/orders/quote';
import type { Secrets } from '../platform/secrets.ts';

const VERSION = 'q1';
const MAX_TOKEN = 100_000;
const MAX_FACTS = 1_000_000;

interface Bound {
  readonly order: string;
  /** Whose prices these are. */
  readonly account: string;
  readonly facts: QuoteFacts;
}

export function writeToken(secrets: Secrets, bound: Bound): string {
  const body = deflateRawSync(JSON.stringify(bound)).toString('base64url');
  return `${VERSION}.${body}.${signature(secrets, body)}`;
}

/** What a token is bound to; undefined for one that is not ours. */
export function readToken(secrets: Secrets, token: string): Bound | undefined {
  if (token.length > MAX_TOKEN) return undefined;
  const [version, body = '', given = '', ...more] = token.split('.');
  if (version !== VERSION || more.length > 0) return undefined;
  const [ours, theirs] = [Buffer.from(signature(secrets, body)), Buffer.from(given)];
  if (ours.length !== theirs.length || !timingSafeEqual(ours, theirs)) return undefined;
  return JSON.parse(inflateRawSync(Buffer.from(body, 'base64url'), { maxOutputLength: MAX_FACTS }).toString('utf8')) as Bound;
}

function signature(secrets: Secrets, body: string): string {
  return secrets.mac(`quote\0${body}`);
}
