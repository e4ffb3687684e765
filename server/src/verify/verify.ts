/**
 * Is everything in the books as it must be? All invariants, and every rated month beside the second engine, from one
 * snapshot of the database: what changes meanwhile disturbs nothing and is not disturbed.
 */
import { Client } from 'pg';
import { MIGRATIONS } from '../../migrations/index.ts';
import { compareMonth, ratedMonths, type Difference } from './compare-month.ts';
import { INVARIANTS, readInvariant } from './invariants.ts';
import { KEEP_HISTORY, SESSION } from './second-engine.ts';

/** One line of the report. */
export interface Check {
  readonly what: string;
  /** Rows looked at. */
  readonly rows: number;
  readonly faults: number;
  /** What nobody can judge yet, such as a change after the last run. */
  readonly pending: number;
  readonly tookMs: number;
  /** The first faults and what is pending, in plain words. */
  readonly details: readonly string[];
}

export interface VerifyOptions {
  /** Only this month beside the second engine, and no invariants. */
  readonly month?: string | undefined;
  /** Hears of each check as soon as it is done. */
  readonly onCheck?: (check: Check) => void;
}

/** Said to a person: nothing could be verified, and why. */
export class CannotVerify extends Error {}

const SHOWN = 5;

/**
 * @throws CannotVerify for a database of another version, or a month that was not rated
 */
export async function verify(url: string, { month, onCheck = () => {} }: VerifyOptions = {}): Promise<Check[]> {
  const client = new Client({ connectionString: url, application_name: 'cloudtill-verify', options: SESSION });
  await client.connect();
  try {
    await checkVersion(client);
    await client.query('begin isolation level repeatable read');
    await client.query(KEEP_HISTORY);
    const months = await ratedMonths(client);
    if (month !== undefined && !months.includes(month)) throw new CannotVerify(`${month} is not a month that was rated`);
    const checks: Check[] = [];
    const done = (check: Check): void => {
      checks.push(check);
      onCheck(check);
    };
    if (month === undefined) for (const invariant of INVARIANTS) done(await checkInvariant(client, invariant));
    for (const rated of month === undefined ? months : [month]) done(await checkMonth(client, rated));
    await client.query('rollback');
    return checks;
  } finally {
    await client.end();
  }
}

async function checkVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ known: string | null }>(`select to_regclass('migration')::text as known`);
  const done = rows[0]?.known ? await client.query<{ name: string }>('select name from migration') : { rows: [] };
  const names = new Set(done.rows.map(({ name }) => name));
  if (!MIGRATIONS.every(({ name }) => names.has(name))) {
    throw new CannotVerify('this database was not started with this version of Cloudtill; start it once, then verify');
  }
}

async function checkInvariant(client: Client, invariant: (typeof INVARIANTS)[number]): Promise<Check> {
  const started = performance.now();
  const { count, findings } = await readInvariant(client, invariant);
  const { rows } = await client.query<{ rows: string }>(`select count(*) as rows from ${invariant.of}`);
  return {
    what: `${invariant.view} ${invariant.says}`,
    rows: Number(rows[0]!.rows),
    faults: count,
    pending: 0,
    tookMs: performance.now() - started,
    details: findings.slice(0, SHOWN).map(({ subjectKind, subjectId, fault }) => `${subjectKind} ${subjectId}: ${fault}`),
  };
}

async function checkMonth(client: Client, month: string): Promise<Check> {
  const started = performance.now();
  const { status, expected, standing, faultCount, pendingCount, faults, pending, parked } = await compareMonth(client, month);
  return {
    what: `${month} ${status.toLowerCase()}, second engine`,
    rows: Math.max(expected, standing),
    faults: faultCount,
    pending: pendingCount,
    tookMs: performance.now() - started,
    details: [
      ...faults.slice(0, SHOWN).map(explain),
      ...pending.slice(0, SHOWN).map((difference) => `pending, for ${difference.pending}: ${explain(difference)}`),
      ...parked.slice(0, SHOWN).map(({ subscription, reason }) => `parked, so not compared: ${subscription} (${reason})`),
    ],
  };
}

function explain({ subscription, tier, planId, periodStart, what, detail }: Difference): string {
  return `${what.toLowerCase()} charge of ${subscription} from ${periodStart} on edge ${tier}, plan ${planId}: ${detail}`;
}

const WIDTH = 44;

export function headLine(): string {
  return line('what', 'rows', 'faults', 'pending', 'time');
}

/** A check as one line of the table, with its details below. */
export function printCheck({ what, rows, faults, pending, tookMs, details }: Check): string {
  const count = (value: number): string => value.toLocaleString('en-US');
  const head = line(what, count(rows), count(faults), count(pending), tookMs < 1000 ? `${Math.round(tookMs)} ms` : `${(tookMs / 1000).toFixed(1)} s`);
  return [head, ...details.map((detail) => `    ${detail}`)].join('\n');
}

function line(what: string, rows: string, faults: string, pending: string, time: string): string {
  return `${what.padEnd(WIDTH)}${rows.padStart(12)}${faults.padStart(8)}${pending.padStart(9)}${time.padStart(10)}`;
}
