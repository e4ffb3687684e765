/**
 * Importing a book of business: accounts, plans, price lists and the events of subscriptions, each as a CSV file. A file
 * is taken as a whole or not at all; a dry run says what would happen.
 */
import type { LocalDate } from '@cloudtill/domain/calendar/local-date';
import { refusal } from '@cloudtill/domain/refusal';
import type { PoolClient } from 'pg';
import type { Clock } from '../platform/clock.ts';
import type { JobAtWork, JobOutcome, Task } from '../platform/jobs.ts';
import { writeLine, type Actor } from '../platform/trail.ts';
import { FileRefused, readBookFile, type BookRow } from './book-file.ts';
import { importAccounts } from './import-accounts.ts';
import { importPlans } from './import-plans.ts';
import { importPriceLists } from './import-price-lists.ts';
import { importSubscriptions } from './import-subscriptions.ts';
import { ReportInTheMaking, type Report } from './report.ts';

export const BOOK_KINDS = ['ACCOUNTS', 'PLANS', 'PRICE_LISTS', 'SUBSCRIPTIONS'] as const;
export type BookKind = (typeof BOOK_KINDS)[number];

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

const IMPORTERS: Readonly<Record<BookKind, Importer>> = {
  ACCOUNTS: importAccounts,
  PLANS: importPlans,
  PRICE_LISTS: importPriceLists,
  SUBSCRIPTIONS: importSubscriptions,
};

/** Two imports at once could each find the other's numbers free. */
const IMPORT_LOCK = 4_202_613;

/** What a finished import leaves in its job. */
export interface ImportResult extends Report {
  readonly kind: BookKind;
  readonly dryRun: boolean;
  readonly committed: boolean;
}

/** The task of the queue. Stopped anywhere it has written nothing, so it can be run again from the start. */
export const importBookTask: Task = async (payload, work) => {
  const { kind, uploadId, dryRun, actor } = payload as unknown as {
    kind: BookKind;
    uploadId: string;
    dryRun: boolean;
    actor: Actor;
  };
  try {
    const report = await work.app.database.systemTransaction((client) =>
      importRows(client, work, kind, readBookFile(work.app.database.system, uploadId, IMPORTERS[kind].columns), dryRun, actor),
    );
    const committed = !dryRun && report.rejected === 0;
    return { result: { kind, dryRun, committed, ...report } satisfies ImportResult };
  } catch (error) {
    if (error instanceof FileRefused) return fileRefused(error, kind, dryRun);
    throw error;
  }
};

/** Judges rows and, where all of them are fine and this is no dry run, writes them; in the caller's transaction. */
export async function importRows(
  client: PoolClient,
  work: JobAtWork,
  kind: BookKind,
  rows: AsyncIterable<BookRow>,
  dryRun: boolean,
  actor: Actor,
): Promise<Report> {
  const { app, jobId } = work;
  const now = app.clock.date();
  await client.query('select pg_advisory_xact_lock($1)', [IMPORT_LOCK]);
  const importer = IMPORTERS[kind];
  const report = new ReportInTheMaking();
  const atWork: ImportAtWork = {
    client,
    now,
    actor,
    importId: jobId,
    clock: app.clock,
    startOf: (day) => app.clock.startOf(day),
    progress: (done, total) => work.progress(done, total),
  };
  const write = await importer.take(counted(rows, report), report, atWork);
  if (dryRun || !report.isClean) return report.finish();
  const { events = [] } = await write();
  for (const { topic, payload } of events)
    await client.query('insert into outbox_event (topic, payload, recorded_at) values ($1, $2, $3)', [topic, JSON.stringify(payload), now]);
  await writeLine(client, actor, { at: now, action: 'importBook', subjectKind: 'Book', subjectId: jobId, subjectNumber: kind, after: { rows: report.rows } });
  return report.finish();
}

/** Counts rows as they go by, and reports those with a cell too many. */
async function* counted(rows: AsyncIterable<BookRow>, report: ReportInTheMaking): AsyncGenerator<BookRow> {
  for await (const row of rows) {
    report.rows += 1;
    if (row.surplus > 0) report.refuse(row.row, null, 'CSV_MALFORMED', { line: row.row, problem: `the row has ${row.surplus} cells more than the header` });
    else yield row;
  }
}

function fileRefused({ refusals }: FileRefused, kind: BookKind, dryRun: boolean): JobOutcome {
  return {
    refusals: refusals.map(({ code, parameters }) => refusal(code, parameters, ['uploadId'])),
    result: { kind, dryRun, committed: false, rows: 0, accepted: 0, rejected: 0, errors: [], warnings: [] } satisfies ImportResult,
  };
}
