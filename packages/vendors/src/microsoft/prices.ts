/** Price sheets: one file each, of some ten megabytes, read as it comes and kept a page at a time. */
import { createHash } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { rejected, retryable, succeeded, type Call, type Page, type PriceQuery, type PriceRow, type Reading } from '../vendor.ts';
import { isMonth } from './days.ts';
import type { PartnerCenter } from './partner-center.ts';
import { CHANGED, placeAt, placeIn } from './places.ts';
import { columnsOf, missingColumns, priceRowOf, type Columns } from './price-rows.ts';

export const ROWS_PER_PAGE = 10_000;
/** A page of long rows has fewer of them. */
export const CHARACTERS_PER_PAGE = 16 * 1024 * 1024;
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

/** Of one page; `next` is where the one after it goes on. */
interface Rows {
  readonly rows: readonly PriceRow[];
  readonly next: Place | undefined;
}

export class Prices {
  readonly #partnerCenter: PartnerCenter;

  /** @param partnerCenter where price sheets are, with the token of a user */
  constructor(partnerCenter: PartnerCenter) {
    this.#partnerCenter = partnerCenter;
  }

  async page(call: Call, query: PriceQuery, after: string | undefined): Promise<Reading<Page<PriceRow>>> {
    const { market, month } = query;
    if (!/^[A-Z]{2}$/i.test(market)) return rejected('VALIDATION', `"${market.slice(0, 40)}" is no market such as US`);
    if (month !== undefined && !isMonth(month)) return rejected('VALIDATION', `"${month.slice(0, 40)}" is no month such as 2030-05`);
    const path = pathOf(query);
    const place = after === undefined ? succeeded(undefined) : placeIn(after, [path], placeSchema);
    if (place.kind !== 'SUCCEEDED') return place;
    const read = await this.#partnerCenter.stream(call, path, (body) => pageOf(body, place.value));
    if (read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND') {
      if (place.value) return CHANGED;
      // A month may have none. Today's is always there: without it, the address or the market is wrong.
      return month === undefined ? read : succeeded({ rows: [], next: undefined, asOf: undefined });
    }
    if (read.kind !== 'SUCCEEDED') return read;
    const { rows, next } = read.value.value;
    return succeeded({ rows, next: next && placeAt([path], next), asOf: read.value.asOf });
  }
}

function pathOf({ market, month, sheet }: PriceQuery): string {
  const history = month === undefined ? '' : `?timeline=history&month=${month.replace('-', '')}`;
  return `/sales/pricesheets(Market='${market}',PricesheetView='${VIEWS[sheet]}')/$value${history}`;
}

/** @param body the whole file, from its header on */
export async function pageOf(body: Readable, place: Place | undefined): Promise<Reading<Rows>> {
  const parser = parse({ bom: true, columns: false, relax_column_count: true, skip_empty_lines: true, max_record_size: MAX_RECORD_BYTES });
  // An error of the connection ends the parser, and with it the loop below; leaving the loop ends the download.
  pipeline(body, parser, () => {});
  const hash = createHash('sha256');
  const digest = (): string => hash.copy().digest('hex');
  const rows: PriceRow[] = [];
  let columns: Columns | undefined;
  let row = 0;
  let characters = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (rows.length === ROWS_PER_PAGE || characters >= CHARACTERS_PER_PAGE) return succeeded({ rows, next: { row, digest: digest() } });
      row += 1;
      const written = JSON.stringify(cells);
      hash.update(written);
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
      characters += written.length;
    }
  } catch (error) {
    if (error instanceof CsvError) return retryable(`price sheet, row ${rowOf(error)}: ${error.message.slice(0, 300)}`);
    throw error;
  }
  if (place && row < place.row) return CHANGED;
  return columns ? succeeded({ rows, next: undefined }) : retryable('the price sheet is empty: it has no header');
}

/** The parser is ahead of whoever takes its rows, and says itself how many it had read. */
const rowOf = (error: CsvError): number => ((error as unknown as { records?: number }).records ?? 0) + 1;
