/**
 * A circuit for each vendor, kept in the database so that what one worker finds out spares the others. It opens after a
 * few failures in a row, lets one call through when its time is over, and closes with the first answer.
 */
import type { Pool } from 'pg';

const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 2 * 60_000;

/** @returns how many milliseconds calls to the vendor have to wait; 0 where they may go. Whoever asks first after the pause may go alone. */
export async function pauseOf(system: Pool, vendorCode: string, timeoutMs: number): Promise<number> {
  const { rows } = await system.query<{ wait: string | null }>(
    `select extract(epoch from open_until - clock_timestamp()) * 1000 as wait from vendor_health where vendor_code = $1 and open_until is not null`,
    [vendorCode],
  );
  if (!rows[0]) return 0;
  const wait = Number(rows[0].wait);
  if (wait > 0) return wait;
  // The trial: it moves the end of the pause, so that no second one sets out before its answer.
  const { rowCount } = await system.query(
    `update vendor_health set open_until = clock_timestamp() + make_interval(secs => $2) where vendor_code = $1 and open_until <= clock_timestamp()`,
    [vendorCode, timeoutMs / 1000],
  );
  return rowCount ? 0 : timeoutMs;
}

export async function noteAnswer(system: Pool, vendorCode: string): Promise<void> {
  await system.query(
    `insert into vendor_health (vendor_code, last_success_at) values ($1, clock_timestamp())
     on conflict (vendor_code) do update set failures = 0, open_until = null, opened_at = null, last_success_at = clock_timestamp()
      where vendor_health.failures > 0 or vendor_health.open_until is not null or vendor_health.last_success_at < clock_timestamp() - interval '10 seconds'`,
    [vendorCode],
  );
}

export async function noteFailure(system: Pool, vendorCode: string, message: string): Promise<void> {
  await system.query(
    `insert into vendor_health (vendor_code, failures, last_error, last_error_at) values ($1, 1, $2, clock_timestamp())
     on conflict (vendor_code) do update set failures = vendor_health.failures + 1, last_error = excluded.last_error, last_error_at = excluded.last_error_at,
       opened_at = case when vendor_health.failures + 1 >= $3 then coalesce(vendor_health.opened_at, clock_timestamp()) end,
       open_until = case when vendor_health.failures + 1 >= $3 then clock_timestamp()
         + make_interval(secs => least($5, $4 * power(2, least(vendor_health.failures + 1 - $3, 10))) / 1000 * (0.75 + random() / 4)) end`,
    [vendorCode, message, FAILURES_TO_OPEN, FIRST_PAUSE_MS, LONGEST_PAUSE_MS],
  );
}
