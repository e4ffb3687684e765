/** A CSV file of a book, read as a stream: the header is checked first, then rows come one by one with their number. */
import { Readable } from 'node:stream';
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import { CsvError, parse } from 'csv-parse';
import type { Pool, PoolClient } from 'pg';
import { readUpload } from '../platform/uploads.ts';

const MAX_RECORD_BYTES = 128 * 1024;
const MAX_SHOWN = 200;

/** The file as a whole cannot be read. */
export class FileRefused extends Error {
  constructor(readonly refusals: readonly Refusal[]) {
    super('the file is refused');
  }
}

export interface BookRow {
  /** As a spreadsheet counts: the header is row 1. */
  readonly row: number;
  /** By column, trimmed; an empty cell is an empty text. */
  readonly cells: Readonly<Record<string, string>>;
  /** Cells beyond the header's: a comma too many. */
  readonly surplus: number;
}

/**
 * @param columns all of them must be there, in any order, and no others
 * @throws FileRefused for a file that is empty, not UTF-8, not CSV, or has other columns
 */
export async function* readBookFile(db: Pick<Pool | PoolClient, 'query'>, uploadId: string, columns: readonly string[]): AsyncGenerator<BookRow> {
  const parser = parse({
    bom: true,
    columns: false,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    info: true,
    max_record_size: MAX_RECORD_BYTES,
  });
  const text = Readable.from(decodeUtf8(readUpload(db, uploadId)));
  text.on('error', (error) => parser.destroy(error));
  let header: string[] | undefined;
  let row = 1;
  try {
    for await (const { record } of text.pipe(parser) as AsyncIterable<{ record: string[] }>) {
      if (!header) {
        header = checkHeader(record, columns);
        continue;
      }
      row += 1;
      const cells = Object.fromEntries(header.map((column, index) => [column, record[index] ?? '']));
      yield { row, cells, surplus: Math.max(0, record.length - header.length) };
    }
  } catch (error) {
    if (error instanceof CsvError) throw new FileRefused([refusal('CSV_MALFORMED', { line: lineOf(error), problem: error.message.slice(0, MAX_SHOWN) })]);
    throw error;
  }
  if (!header) throw new FileRefused([refusal('FILE_EMPTY')]);
  if (row === 1) throw new FileRefused([refusal('FILE_NO_ROWS')]);
}

function lineOf(error: CsvError): number {
  return (error as unknown as { lines?: number }).lines ?? 0;
}

function checkHeader(found: readonly string[], columns: readonly string[]): string[] {
  const names = found.map((name) => name.toLowerCase());
  const refusals: Refusal[] = [];
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) refusals.push(refusal('COLUMN_MISSING', { missing: missing.join(', '), found: names.join(', ').slice(0, MAX_SHOWN) }));
  for (const name of new Set(names)) {
    const count = names.filter((other) => other === name).length;
    if (count > 1) refusals.push(refusal('COLUMN_DUPLICATE', { column: name.slice(0, MAX_SHOWN), count }));
    else if (!columns.includes(name)) refusals.push(refusal('COLUMN_UNKNOWN', { column: name.slice(0, MAX_SHOWN), known: columns.join(', ') }));
  }
  if (refusals.length > 0) throw new FileRefused(refusals);
  return names;
}

/** Refuses what is not UTF-8 instead of storing replacement characters that end up on invoices. */
async function* decodeUtf8(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let offset = 0;
  let empty = true;
  try {
    for await (const piece of bytes) {
      empty = false;
      // UTF-8 knows a NUL, but no text has one: this is a file of another kind, and PostgreSQL could not keep it.
      const nul = piece.indexOf(0);
      if (nul >= 0) throw new FileRefused([refusal('FILE_ENCODING', { offset: offset + nul })]);
      yield decoder.decode(piece, { stream: true });
      offset += piece.length;
    }
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new FileRefused([refusal('FILE_ENCODING', { offset })]);
    throw error;
  }
  if (empty) throw new FileRefused([refusal('FILE_EMPTY')]);
}
