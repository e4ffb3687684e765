import { dayAt, startOfDay, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { Pool } from 'pg';

/**
 * The system's clock. In the sandbox it may be ahead of the machine's; how far is kept in the database, so every
 * process shows the same time.
 * @rule T1 T2
 */
export class Clock {
  #offsetMs = 0;

  constructor(
    readonly timeZone: string,
    private readonly pool: Pool,
  ) {}

  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  date(): Date {
    return new Date(this.now());
  }

  /** The billing day that it is. */
  today(): LocalDate {
    return dayAt(this.now(), this.timeZone);
  }

  dayAt(at: number): LocalDate {
    return dayAt(at, this.timeZone);
  }

  startOf(day: LocalDate): number {
    return startOfDay(day, this.timeZone);
  }

  /** Takes over what another process may have set. */
  async reload(): Promise<void> {
    const { rows } = await this.pool.query<{ offset: string }>('select clock_offset_ms as offset from installation');
    this.#offsetMs = Number(rows[0]?.offset ?? 0);
  }

  /** Moves forward to an instant; from there on time runs as it did. @rule T2 */
  async moveTo(at: number): Promise<void> {
    await this.pool.query('update installation set clock_offset_ms = greatest(clock_offset_ms, $1)', [at - Date.now()]);
    await this.pool.query(`select pg_notify('cloudtill_clock', '')`);
    await this.reload();
  }
}
