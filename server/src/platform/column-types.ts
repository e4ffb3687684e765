import { isoDate, localDate, OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { p, Type } from '@mikro-orm/core';

/** A `date` column as a day; PostgreSQL's `infinity` is the end of what has none yet. */
class LocalDateType extends Type<LocalDate | null, string | null> {
  override convertToDatabaseValue(day: LocalDate | null): string | null {
    return day === null || day === undefined ? null : sqlDate(day);
  }

  override convertToJSValue(text: string | null): LocalDate | null {
    if (text === null || text === undefined) return null;
    return text === 'infinity' ? OPEN_END : localDate(text.slice(0, 10));
  }

  override getColumnType(): string {
    return 'date';
  }

  override compareAsType(): string {
    return 'string';
  }
}

/** What PostgreSQL reads as this day. */
export function sqlDate(day: LocalDate): string {
  return day === OPEN_END ? 'infinity' : isoDate(day);
}

/** A day column, for `defineEntity`. */
export const day = () => p.type(LocalDateType).$type<LocalDate>();
/** An instant column. */
export const instant = () => p.datetime().columnType('timestamptz');
