/** Cells read into values. Each reader reports what is wrong and returns undefined then. */
import { parseLocalDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { isCurrency } from '@cloudtill/domain/money/currency';
import { parsePercent, type Percent } from '@cloudtill/domain/money/percent';
import { parseUnitPrice, type UnitPrice } from '@cloudtill/domain/money/unit-price';
import countries from 'i18n-iso-countries';
import { isEmail, TextCheck } from '../platform/text.ts';
import type { BookRow } from './book-file.ts';
import type { ReportInTheMaking } from './report.ts';

const MAX_SHOWN = 60;

export class Cells {
  constructor(
    private readonly report: ReportInTheMaking,
    private readonly source: BookRow,
  ) {}

  get row(): number {
    return this.source.row;
  }

  raw(column: string): string {
    return this.source.cells[column] ?? '';
  }

  text(column: string, maximum: number): string | undefined {
    const given = this.raw(column);
    if (given === '') return this.#missing(column);
    const check = new TextCheck();
    const text = check.line(column, given, maximum);
    const problem = check.refusals[0];
    if (!problem) return text;
    this.report.refuse(this.row, column, problem.code, { ...problem.parameters });
    return undefined;
  }

  choice<T extends string>(column: string, allowed: readonly T[]): T | undefined {
    const given = this.raw(column).toUpperCase();
    if (given === '') return this.#missing(column);
    if ((allowed as readonly string[]).includes(given)) return given as T;
    return this.#wrong(column, allowed.join(' or '));
  }

  integer(column: string): number | undefined {
    const given = this.raw(column);
    if (given === '') return this.#missing(column);
    if (/^-?\d{1,9}$/.test(given)) return Number(given);
    this.report.refuse(this.row, column, 'NUMBER_INVALID', { field: column, value: given.slice(0, MAX_SHOWN), expected: 'a whole number such as 25' });
    return undefined;
  }

  day(column: string): LocalDate | undefined {
    const given = this.raw(column);
    if (given === '') return this.#missing(column);
    const day = parseLocalDate(given);
    if (day !== undefined) return day;
    this.report.refuse(this.row, column, 'DATE_INVALID', { field: column, value: given.slice(0, MAX_SHOWN), expected: 'a day such as 2026-05-11' });
    return undefined;
  }

  currency(column: string): string | undefined {
    const given = this.raw(column).toUpperCase();
    if (given === '') return this.#missing(column);
    if (isCurrency(given)) return given;
    this.report.refuse(this.row, column, 'CURRENCY_UNKNOWN', { value: given.slice(0, MAX_SHOWN) });
    return undefined;
  }

  country(column: string): string | undefined {
    const given = this.raw(column).toUpperCase();
    if (given === '') return this.#missing(column);
    if (given.length === 2 && countries.isValid(given)) return given;
    this.report.refuse(this.row, column, 'COUNTRY_UNKNOWN', { value: given.slice(0, MAX_SHOWN) });
    return undefined;
  }

  /** An empty cell is no email. */
  email(column: string): string | null | undefined {
    const given = this.raw(column);
    if (given === '') return null;
    if (isEmail(given)) return given;
    this.report.refuse(this.row, column, 'EMAIL_INVALID', { value: given.slice(0, MAX_SHOWN) });
    return undefined;
  }

  price(column: string, currency: string): UnitPrice | undefined {
    const given = this.raw(column);
    if (given === '') return this.#missing(column);
    const price = parseUnitPrice(given, currency);
    if (price) return price;
    this.report.refuse(this.row, column, 'NUMBER_INVALID', {
      field: column,
      value: given.slice(0, MAX_SHOWN),
      expected: 'a price such as 3.107000, with a dot and at most six decimals',
    });
    return undefined;
  }

  percent(column: string): Percent | undefined {
    const given = this.raw(column);
    if (given === '') return this.#missing(column);
    const percent = parsePercent(given);
    if (percent !== undefined) return percent;
    this.report.refuse(this.row, column, 'NUMBER_INVALID', {
      field: column,
      value: given.slice(0, MAX_SHOWN),
      expected: 'a percentage such as 12.25, with at most four decimals',
    });
    return undefined;
  }

  #missing(column: string): undefined {
    this.report.refuse(this.row, column, 'VALUE_REQUIRED', { field: column });
    return undefined;
  }

  #wrong(column: string, expected: string): undefined {
    this.report.refuse(this.row, column, 'VALUE_NOT_ALLOWED', { field: column, value: this.raw(column).slice(0, MAX_SHOWN), expected });
    return undefined;
  }
}
