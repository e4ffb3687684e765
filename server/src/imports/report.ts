import { refusal, refusalMessage, type RefusalCode } from '@cloudtill/domain/refusal';

/** What is wrong with one cell or row. */
export interface RowError {
  readonly row: number;
  readonly column: string | null;
  readonly code: RefusalCode;
  readonly message: string;
}

export interface Report {
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly RowError[];
  readonly warnings: readonly RowError[];
}

/** Errors beyond this are counted and not shown: who has a thousand reads no further. */
const MAX_SHOWN = 1_000;

/** Collects what is wrong with a file's rows. */
export class ReportInTheMaking {
  rows = 0;
  readonly #rejected = new Set<number>();
  readonly #errors: RowError[] = [];
  readonly #warnings: RowError[] = [];

  refuse(row: number, column: string | null, code: RefusalCode, parameters: Record<string, string | number> = {}): void {
    this.#rejected.add(row);
    if (this.#errors.length < MAX_SHOWN) this.#errors.push(toError(row, column, code, parameters));
  }

  warn(row: number, column: string | null, code: RefusalCode, parameters: Record<string, string | number> = {}): void {
    if (this.#warnings.length < MAX_SHOWN) this.#warnings.push(toError(row, column, code, parameters));
  }

  isRejected(row: number): boolean {
    return this.#rejected.has(row);
  }

  get isClean(): boolean {
    return this.#rejected.size === 0;
  }

  /** All or nothing: one rejected row leaves the whole file unaccepted, but the report says which rows were fine. */
  finish(): Report {
    const byRow = (a: RowError, b: RowError): number => a.row - b.row;
    return {
      rows: this.rows,
      accepted: this.rows - this.#rejected.size,
      rejected: this.#rejected.size,
      errors: this.#errors.toSorted(byRow),
      warnings: this.#warnings.toSorted(byRow),
    };
  }
}

function toError(row: number, column: string | null, code: RefusalCode, parameters: Record<string, string | number>): RowError {
  return { row, column, code, message: refusalMessage(refusal(code, parameters)) };
}
