/**
 * PostgreSQL's binary COPY format, in and out: no text is made or parsed on either side, and a row that was written can
 * be compared with the row that stands there byte by byte.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
import { OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { PoolClient } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER_BYTES = SIGNATURE.length + 8;
const INITIAL_BYTES = 1 << 20;
/** PostgreSQL counts days from 2000-01-01, we from 1970-01-01. */
const DAYS_TO_2000 = 10_957;
/** Microseconds from 1970-01-01 to 2000-01-01. */
const MICROS_TO_2000 = 946_684_800_000_000n;
const INT4_OID = 23;

/** Rows in the making. A buffer that is reused from batch to batch. */
export class BinaryRows {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #view = viewOf(this.#buffer);
  #length = 0;
  /** The last instant written: rows of a batch share it. */
  #instant = NaN;
  #micros = 0n;
  rows = 0;

  constructor() {
    this.clear();
  }

  clear(): void {
    this.rows = 0;
    SIGNATURE.copy(this.#buffer, 0);
    this.#buffer.fill(0, SIGNATURE.length, HEADER_BYTES);
    this.#length = HEADER_BYTES;
  }

  /** Begins a row of so many fields; each must follow, in the order of the columns. */
  row(fields: number): void {
    const at = this.#take(2);
    this.#view.setInt16(at, fields);
    this.rows += 1;
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#length;
  }

  slice(start: number, end: number): Buffer {
    return this.#buffer.subarray(start, end);
  }

  null(): void {
    const at = this.#take(4);
    this.#view.setInt32(at, -1);
  }

  /** Bytes as they are: a uuid out of another row, a text. Short ones, so a loop is faster than a call to copy. */
  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    const at = this.#take(4 + length);
    this.#view.setInt32(at, length);
    const buffer = this.#buffer;
    for (let index = 0; index < length; index++) buffer[at + 4 + index] = bytes[index]!;
  }

  /** A uuid out of another file. */
  uuid(view: DataView, from: number): void {
    const at = this.#take(20);
    this.#view.setInt32(at, 16);
    for (let index = 0; index < 16; index += 4) this.#view.setInt32(at + 4 + index, view.getInt32(from + index));
  }

  int2(value: number): void {
    const at = this.#take(6);
    this.#view.setInt32(at, 2);
    this.#view.setInt16(at + 4, value);
  }

  int4(value: number): void {
    const at = this.#take(8);
    this.#view.setInt32(at, 4);
    this.#view.setInt32(at + 4, value);
  }

  int8(value: bigint): void {
    const at = this.#take(12);
    this.#view.setInt32(at, 8);
    this.#view.setBigInt64(at + 4, value);
  }

  date(day: LocalDate): void {
    this.int4(day === OPEN_END ? OPEN_END : day - DAYS_TO_2000);
  }

  /** @param at milliseconds since 1970-01-01T00:00:00Z */
  timestamptz(at: number): void {
    if (at !== this.#instant) [this.#instant, this.#micros] = [at, BigInt(at) * 1_000n - MICROS_TO_2000];
    this.int8(this.#micros);
  }

  /** Begins an `integer[]` of so many elements; each must follow by {@link int4}, which looks the same. */
  int4Array(length: number): void {
    const at = this.#take(length === 0 ? 16 : 24);
    this.#view.setInt32(at, length === 0 ? 12 : 20 + length * 8);
    this.#view.setInt32(at + 4, length === 0 ? 0 : 1); // dimensions
    this.#view.setInt32(at + 8, 0); // no nulls
    this.#view.setInt32(at + 12, INT4_OID);
    if (length === 0) return;
    this.#view.setInt32(at + 16, length);
    this.#view.setInt32(at + 20, 1); // lower bound
  }

  /** The whole file. Valid until the next {@link clear}. */
  finish(): Buffer {
    const at = this.#take(2);
    this.#view.setInt16(at, -1);
    return this.#buffer.subarray(0, this.#length);
  }

  /** Room for so many bytes. @returns where they go */
  #take(bytes: number): number {
    const at = this.#length;
    this.#length = at + bytes;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
      this.#view = viewOf(larger);
    }
    return at;
  }
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Reads rows out of a binary file that is wholly in memory. Fields are taken in order. */
export class BinaryReader {
  readonly buffer: Buffer;
  /** The same bytes, read the fastest way. */
  readonly view: DataView;
  #at: number;
  readonly #end: number;

  /** @param start where the first row begins; left out for a whole file, whose header is passed over */
  constructor(file: Buffer, start = file.length === 0 ? 0 : HEADER_BYTES + file.readInt32BE(SIGNATURE.length + 4), end = file.length) {
    this.buffer = file;
    this.view = viewOf(file);
    this.#at = start;
    this.#end = end;
  }

  /** Goes to the next row; false after the last one. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const fields = this.view.getInt16(this.#at);
    this.#at += 2;
    return fields >= 0;
  }

  get position(): number {
    return this.#at;
  }

  /** Where a field's bytes are; undefined for null. */
  #field(): number | undefined {
    const length = this.view.getInt32(this.#at);
    const start = this.#at + 4;
    this.#at = start + Math.max(length, 0);
    return length < 0 ? undefined : start;
  }

  /** Where the bytes of a field are that cannot be null. */
  #value(): number {
    const start = this.#field();
    if (start === undefined) throw new RangeError('a null where a value must be');
    return start;
  }

  skip(fields: number): void {
    for (let index = 0; index < fields; index++) this.#field();
  }

  /** The bytes themselves, shared with the file. */
  bytes(): Buffer | undefined {
    const start = this.#field();
    return start === undefined ? undefined : this.buffer.subarray(start, this.#at);
  }

  /** Where the sixteen bytes of a uuid are in {@link view}. */
  uuidAt(): number {
    return this.#value();
  }

  uuid(): string {
    const start = this.#value();
    return hyphenated(this.buffer.toString('hex', start, start + 16));
  }

  text(): string {
    const start = this.#value();
    return this.buffer.toString('utf8', start, this.#at);
  }

  optionalText(): string | undefined {
    const start = this.#field();
    return start === undefined ? undefined : this.buffer.toString('utf8', start, this.#at);
  }

  int2(): number {
    return this.view.getInt16(this.#value());
  }

  int4(): number {
    return this.view.getInt32(this.#value());
  }

  optionalInt4(): number | undefined {
    const start = this.#field();
    return start === undefined ? undefined : this.view.getInt32(start);
  }

  int8(): bigint {
    return this.view.getBigInt64(this.#value());
  }

  optionalInt8(): bigint | undefined {
    const start = this.#field();
    return start === undefined ? undefined : this.view.getBigInt64(start);
  }

  /** An `integer[]` of one dimension without nulls. */
  int4Array(): number[] {
    const start = this.#value();
    if (this.view.getInt32(start) === 0) return [];
    const length = this.view.getInt32(start + 12);
    const numbers: number[] = [];
    for (let index = 0, at = start + 24; index < length; index++, at += 8) numbers.push(this.view.getInt32(at));
    return numbers;
  }

  date(): LocalDate {
    const day = this.int4();
    return (day === OPEN_END ? OPEN_END : day + DAYS_TO_2000) as LocalDate;
  }

  optionalDate(): LocalDate | undefined {
    const start = this.#field();
    if (start === undefined) return undefined;
    const day = this.view.getInt32(start);
    return (day === OPEN_END ? OPEN_END : day + DAYS_TO_2000) as LocalDate;
  }
}

/** Whether two uuids in files are the same. */
export function sameUuid(one: DataView, oneAt: number, other: DataView, otherAt: number): boolean {
  return (
    // The end first: that is where ids made one after the other differ.
    one.getInt32(oneAt + 12) === other.getInt32(otherAt + 12) &&
    one.getInt32(oneAt + 8) === other.getInt32(otherAt + 8) &&
    one.getInt32(oneAt + 4) === other.getInt32(otherAt + 4) &&
    one.getInt32(oneAt) === other.getInt32(otherAt)
  );
}

/** The order of two uuids in files: below zero, zero or above, as PostgreSQL sorts them. */
export function compareUuids(one: DataView, oneAt: number, other: DataView, otherAt: number): number {
  for (let index = 0; index < 16; index += 4) {
    const difference = one.getUint32(oneAt + index) - other.getUint32(otherAt + index);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Puts rows back together out of the chunks in which a stream brings them. */
export class BinaryRowStream {
  #rest: Buffer = Buffer.alloc(0);
  #started = false;

  /** @returns a reader over the whole rows of what came so far; it is done with before the next chunk */
  add(chunk: Buffer): BinaryReader {
    const file = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const start = this.#started ? 0 : HEADER_BYTES;
    if (!this.#started && file.length < HEADER_BYTES) {
      this.#rest = file;
      return new BinaryReader(Buffer.alloc(0));
    }
    this.#started = true;
    const end = endOfWholeRows(file, start);
    this.#rest = file.subarray(end);
    return new BinaryReader(file, start, end);
  }
}

/** Where the last row ends that is there to its last byte. */
function endOfWholeRows(file: Buffer, start: number): number {
  let end = start;
  while (end + 2 <= file.length) {
    const fields = file.readInt16BE(end);
    if (fields < 0) break; // the trailer
    let at = end + 2;
    for (let field = 0; field < fields; field++) {
      if (at + 4 > file.length) return end;
      at += 4 + Math.max(0, file.readInt32BE(at));
    }
    if (at > file.length) return end;
    end = at;
  }
  return end;
}

/** Runs a query and returns its rows as one binary file. For answers that fit in memory: a batch. */
export async function copyOut(client: PoolClient, query: string): Promise<Buffer> {
  const stream = client.query(copyTo(`copy (${query}) to stdout (format binary)`));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** Loads a binary file into a table. */
export async function copyIn(client: PoolClient, table: string, columns: readonly string[], file: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin (format binary)`));
  await new Promise<void>((resolve, reject) => {
    stream.once('error', reject);
    stream.once('finish', resolve);
    stream.end(file);
  });
}

/** `0190…-…` of a uuid in a file. */
export function uuidIn({ buffer, byteOffset }: DataView, at: number): string {
  return hyphenated(Buffer.from(buffer, byteOffset + at, 16).toString('hex'));
}

function hyphenated(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The sixteen bytes of a uuid. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
