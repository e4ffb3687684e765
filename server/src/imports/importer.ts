/** What every kind of file is imported by. */
import type { LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { PoolClient } from 'pg';
import type { Clock } from '../platform/clock.ts';
import type { Actor } from '../platform/trail.ts';
import type { BookRow } from './book-file.ts';
import type { ReportInTheMaking } from './report.ts';

/** What an importer works with: one transaction as the owner. */
export interface ImportAtWork {
  readonly client: PoolClient;
  readonly clock: Clock;
  readonly now: Date;
  /** Names the import in every line that it writes. */
  readonly importId: string;
  readonly actor: Actor;
  startOf(day: LocalDate): number;
  progress(done: number, total: number): Promise<void>;
}

interface Written {
  readonly events?: readonly { readonly topic: string; readonly payload: object }[];
}

export interface Importer {
  readonly columns: readonly string[];
  /**
   * Reads and judges all rows; what is wrong goes into the report.
   * @returns what writes them, called only where the report is clean and this is no dry run
   */
  take(rows: AsyncIterable<BookRow>, report: ReportInTheMaking, work: ImportAtWork): Promise<() => Promise<Written>>;
}
