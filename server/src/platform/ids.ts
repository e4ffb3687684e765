/**
 * Ids as the API shows them: the kind, an underscore, and the row's key. They are opaque to callers; the kind lets
 * `node(id)` find the table and lets a wrong kind be refused before anything is read.
 */
import { randomFillSync } from 'node:crypto';
import { invalidId } from './errors.ts';

export type IdKind =
  | 'acc'
  | 'usr'
  | 'ven'
  | 'prd'
  | 'pln'
  | 'ppr'
  | 'prl'
  | 'ple'
  | 'pla'
  | 'sub'
  | 'chg'
  | 'per'
  | 'run'
  | 'job'
  | 'aud'
  | 'upl'
  | 'op'
  | 'chn'
  | 'crd'
  | 'par'
  | 'mal'
  | 'drf'
  | 'ord'
  | 'oln'
  | 'mig';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let lastMs = 0;
let counter = 0;

/** Random bytes for many ids at a time: asking the system for sixteen costs as much as asking it for thousands. */
const random = Buffer.alloc(16 * 256);
let randomAt = random.length;

/**
 * A UUIDv7: ids made one after another sort in that order, so an index on them grows at its end.
 * Within one millisecond the twelve bits after the version count up.
 */
export function newId(): string {
  if (randomAt === random.length) {
    randomFillSync(random);
    randomAt = 0;
  }
  const bytes = random.subarray(randomAt, (randomAt += 16));
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    counter = bytes.readUInt16BE(6) & 0x07ff;
  } else if (++counter > 0x0fff) {
    lastMs += 1;
    counter = 0;
  }
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function encodeId(kind: IdKind, key: string): string {
  return `${kind}_${key}`;
}

export function kindOf(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('_')));
}

/**
 * The row's key out of an id of the expected kind.
 * @throws INVALID_ID for another kind or anything that is no id
 */
export function decodeId(kind: IdKind, id: string): string {
  const key = id.slice(kind.length + 1);
  if (!id.startsWith(`${kind}_`) || !UUID.test(key)) throw invalidId(id, kind);
  return key;
}

/** The key of a charge: the customer, the billing month and the number within the table. */
export interface ChargeKey {
  readonly customerId: string;
  /** First day of the billing month. */
  readonly month: string;
  readonly id: string;
}

const CHARGE = /^chg_([0-9a-f-]{36})\.(\d{4}-\d{2})\.(\d{1,18})$/;

export function encodeChargeId(customerId: string, month: string, id: string): string {
  return `chg_${customerId}.${month.slice(0, 7)}.${id}`;
}

export function decodeChargeId(id: string): ChargeKey {
  const match = CHARGE.exec(id);
  if (!match || !UUID.test(match[1]!)) throw invalidId(id, 'chg');
  return { customerId: match[1]!, month: `${match[2]}-01`, id: match[3]! };
}
