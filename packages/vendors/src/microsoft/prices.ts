/** Price sheets: one file each, of some ten megabytes, read as it comes and kept a page at a time. */
import { createHash } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { rejected, retryable, succeeded, type Call, type Page, type PriceQuery, type PriceRow, type Reading } from '../vendor.ts';
import type { PartnerCenter } from './partner-center.ts';
import { columnsOf, missingColumns, priceRowOf, type Columns } from './price-rows.ts';

export const ROWS_PER_PAGE = 10_000;
const MAX_RECORD_BYTES = 128 * 1024;

const VIEWS: Readonly<Record<PriceQuery['sheet'], string>> = {
  LICENSES: 'updatedlicensebased',
  METERED: 'azure_consumption',
  RESERVED: 'azure_reservations',
};

/**
 * How far the sheet was read: its last row, as a spreadsheet counts, and what all rows until then are told by. There is
 * no asking for a part of a sheet, so each page is a new download that skips what was read; where that is not what it
 * was, rows would be lost or doubled.
 */
const placeSchema = z.object({ row: z.number().int().positive(), digest: z.string() });
type Place = z.infer<typeof placeSchema>;

type Rows = Pick<Page<PriceRow>, 'rows' | 'next'>;
type Parsed = Reading<Rows>;

export class Prices {
  readonly #partnerCenter: PartnerCenter;

  /** @param partnerCenter where price sheets are, with the token of a user */
  constructor(partnerCenter: PartnerCenter) {
    this.#partnerCenter = partnerCenter;
  }

  async page(call: Call, query: PriceQuery, after: string | undefined): Promise<Reading<Page<PriceRow>>> {
    const place = after === undefined ? undefined : placeIn(after);
    if (after !== undefined && !place) return rejected('VALIDATION', 'the place to go on from is none that this adapter gave');
    const read = await this.#partnerCenter.stream(call, pathOf(query), (body) => pageOf(body, place));
    if (read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND') return succeeded({ rows: [], next: undefined, asOf: undefined });
    return read.kind === 'SUCCEEDED' ? succeeded({ ...read.value.value, asOf: read.value.asOf }) : read;
  }
}

function pathOf({ market, month, sheet }: PriceQuery): string {
  const history = month === undefined ? '' : `?timeline=history&month=${encodeURIComponent(month.replace('-', ''))}`;
  return `/sales/pricesheets(Market='${encodeURIComponent(market)}',PricesheetView='${VIEWS[sheet]}')/$value${history}`;
}

async function pageOf(body: Readable, place: Place | undefined): Promise<Parsed> {
  const parser = parse({ bom: true, columns: false, relax_column_count: true, skip_empty_lines: true, max_record_size: MAX_RECORD_BYTES });
  // An error of the connection ends the parser, and with it the loop below; leaving the loop ends the download.
  pipeline(body, parser, () => {});
  const hash = createHash('sha256');
  const digest = (): string => hash.copy().digest('hex');
  const rows: PriceRow[] = [];
  let columns: Columns | undefined;
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (rows.length === ROWS_PER_PAGE) return succeeded({ rows, next: JSON.stringify({ row, digest: digest() } satisfies Place) });
      row += 1;
      hash.update(JSON.stringify(cells));
      if (!columns) {
        columns = columnsOf(cells);
        const missing = missingColumns(columns);
        if (missing.length > 0) return retryable(`the price sheet has no column ${missing.join(', ')}; it has ${cells.join(', ').slice(0, 300)}`);
        continue;
      }
      if (row === place?.row && digest() !== place.digest) return CHANGED;
      if (place && row <= place.row) continue;
      const read = priceRowOf(columns, cells);
      if ('problem' in read) return retryable(`price sheet, row ${row}, column ${read.column}: ${read.problem}`);
      rows.push(read);
    }
  } catch (error) {
    if (error instanceof CsvError) return retryable(`price sheet, row ${rowOf(error)}: ${error.message.slice(0, 300)}`);
    throw error;
  }
  return place && row < place.row ? CHANGED : succeeded({ rows, next: undefined });
}

/** The parser is ahead of whoever takes its rows, and says itself how many it had read. */
const rowOf = (error: CsvError): number => ((error as unknown as { records?: number }).records ?? 0) + 1;

const CHANGED: Parsed = rejected('CONCURRENCY', 'the price sheet changed since its first page was read; it has to be read from the start');

function placeIn(after: string): Place | undefined {
  try {
    return placeSchema.parse(JSON.parse(after));
  } catch {
    return undefined;
  }
}
