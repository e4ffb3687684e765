/** The ids by which Partner Center knows a request again. */
import { createHash } from 'node:crypto';

/** How many operations are remembered; forgetting one costs a refused try, never a second order. */
const REMEMBERED = 10_000;

/**
 * MS-RequestId, derived from the operation and its step. A try that was not answered is repeated with the same id, and
 * does nothing twice. One that was refused has to be repeated with a new id, or the refusal is only read to us again:
 * hence rounds. A later round begins only after a refusal of all before it, so nothing that may still be done is ever
 * sent under two ids. What is remembered here may be lost at any time: round 0 is then refused again, and so on.
 */
export class RequestIds {
  readonly #rounds = new Map<string, number>();

  idOf(operationId: string, step: string): string {
    return uuidOf(operationId, step, this.#rounds.get(keyOf(operationId, step)) ?? 0);
  }

  /** The vendor said no, and did nothing. */
  refused(operationId: string, step: string): void {
    const key = keyOf(operationId, step);
    const round = (this.#rounds.get(key) ?? 0) + 1;
    this.#rounds.delete(key);
    this.#rounds.set(key, round);
    if (this.#rounds.size > REMEMBERED) this.#rounds.delete(this.#rounds.keys().next().value!);
  }
}

const keyOf = (operationId: string, step: string): string => `${operationId} ${step}`;

/** A UUID of version 5, which is made from a name: the same every time. */
export function uuidOf(operationId: string, step: string, round: number): string {
  const bytes = createHash('sha1').update(`cloudtill/microsoft/${operationId.toLowerCase()}/${step}/${round}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
