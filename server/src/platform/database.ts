/**
 * Three ways to the one database:
 *
 * - `orm` writes: one use case, one transaction, as the API's role and within the viewer's scope;
 * - `reads` answers queries: plain rows from one named prepared statement, as the API's role and within the scope;
 * - `system` is for what no viewer does: migrations, sign-in, billing runs, bulk loads. It is the owner and sees all.
 */
import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { runMigrations } from 'graphile-worker';
import { Pool, type PoolClient, type PoolConfig, type QueryResult } from 'pg';
import { MIGRATIONS } from '../../migrations/index.ts';
import type { EntityClass } from '@mikro-orm/core';
import { ConfigError, type Config } from './config.ts';
import type { Logger } from './logger.ts';

export type Orm = MikroORM;
export type { EntityManager, PoolClient };

/** Whose rows a connection may see: everything, or one account and those below it. */
export type Scope = 'all' | (string & {});

export const API_ROLE = 'cloudtill_app';
const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 5_000;
/** The queue's ears and the sign of life, and room for what comes and goes. */
const STANDING_CONNECTIONS = 4;
/** A billing run keeps two and asks for prices on a third; with fewer, runs would wait for each other for ever. */
const CONNECTIONS_PER_JOB = 3;
/** Advisory lock under which one process migrates while others wait. */
const MIGRATION_LOCK = 4_202_611;

export class Database {
  private constructor(
    readonly url: string,
    readonly orm: Orm,
    readonly reads: ReadPool,
    readonly system: Pool,
  ) {}

  /** @param jobs how many jobs this process works off side by side */
  static async open(url: string, entities: EntityClass<object>[], logger: Logger, jobs = 1): Promise<Database> {
    const max = STANDING_CONNECTIONS + jobs * CONNECTIONS_PER_JOB;
    const system = new Pool({ connectionString: url, max, application_name: 'cloudtill-system', options: '-c timezone=UTC' });
    watchConnections(system, logger);
    const orm = await MikroORM.init({
      clientUrl: url,
      entities,
      extensions: [Migrator],
      migrations: { migrationsList: MIGRATIONS, snapshot: false, tableName: 'migration', transactional: true, allOrNothing: false },
      forceUtcTimezone: true,
      pool: { min: 0, max: 12 },
      driverOptions: { application_name: 'cloudtill-writes', options: '-c timezone=UTC' },
      discovery: { checkDuplicateTableNames: true },
      logger: (message) => logger.debug(message),
    });
    return new Database(url, orm, new ReadPool(url, logger), system);
  }

  /** Brings the schema up to date. Safe to be called by several processes at once. */
  async migrate(config: Pick<Config, 'billingTimeZone' | 'rounding'>): Promise<void> {
    await this.withSystemClient(async (client) => {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      try {
        await this.orm.migrator.up();
        await runMigrations({ pgPool: this.system });
        await settleInstallation(client, config);
      } finally {
        await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      }
    });
  }

  /** An entity manager whose transactions run as the API's role, within a scope and within time limits. */
  writer(scope: Scope): EntityManager {
    const variables = { 'cloudtill.scope': scope, statement_timeout: String(STATEMENT_TIMEOUT_MS), lock_timeout: String(LOCK_TIMEOUT_MS) };
    const em = this.orm.em.fork();
    em.setSessionContext({ role: API_ROLE, variables });
    return em;
  }

  async withSystemClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.system.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }

  /** One transaction as the owner. */
  async systemTransaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.withSystemClient((client) => inTransaction(client, work));
  }

  async close(): Promise<void> {
    await Promise.all([this.orm.close(true), this.reads.end(), this.system.end()]);
  }
}

/** A lost connection is an event of its client or of the pool; unheard, either would end the process. */
function watchConnections(pool: Pool, logger: Logger): void {
  const note = (error: Error): void => {
    // A pool that was told to end does not wait until its connections have; what becomes of those is no news.
    if (!pool.ending) logger.warn({ error: error.message }, 'a database connection was lost');
  };
  pool.on('error', note);
  pool.on('connect', (client) => client.on('error', note));
}

export async function inTransaction<T>(client: PoolClient, work: (client: PoolClient) => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** Billing days and rounding are facts about what is stored, so a later start may not change them silently. */
async function settleInstallation(client: PoolClient, { billingTimeZone, rounding }: Pick<Config, 'billingTimeZone' | 'rounding'>): Promise<void> {
  await client.query('insert into installation (billing_time_zone, rounding, created_at) values ($1, $2, now()) on conflict do nothing', [
    billingTimeZone,
    rounding,
  ]);
  const { rows } = await client.query<{ billing_time_zone: string; rounding: string }>('select billing_time_zone, rounding from installation');
  const kept = rows[0]!;
  if (kept.billing_time_zone !== billingTimeZone) {
    throw new ConfigError([
      `BILLING_TIME_ZONE: is ${billingTimeZone}, but this database was billed in ${kept.billing_time_zone}: days would overlap or go missing; set it back`,
    ]);
  }
  if (kept.rounding !== rounding) throw new ConfigError([`ROUNDING: is ${rounding}, but this database was billed with ${kept.rounding}; set it back`]);
}

/** A statement that PostgreSQL plans once and then runs by name. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Cells as PostgreSQL prints them; the look-ahead layer turns them into values where somebody asked for them. */
export type RawRow = readonly (string | null)[];

const RAW_TYPES = {
  getTypeParser:
    () =>
    (text: string): string =>
      text,
} as unknown as NonNullable<PoolConfig['types']>;
/** Statements kept prepared; a client that invents more than this many shapes pays for planning. */
const MAX_PREPARED = 400;

/** Connections that only read, each bound to the scope that it served last. */
export class ReadPool {
  readonly #pool: Pool;
  readonly #names = new Map<string, string>();
  readonly #scopes = new WeakMap<PoolClient, Scope>();
  /** How many statements were sent; tests count with it. */
  statements = 0;

  constructor(url: string, logger: Logger) {
    const options = `-c timezone=UTC -c role=${API_ROLE} -c default_transaction_read_only=on -c statement_timeout=${STATEMENT_TIMEOUT_MS}`;
    this.#pool = new Pool({ connectionString: url, max: 12, application_name: 'cloudtill-reads', options, types: RAW_TYPES });
    watchConnections(this.#pool, logger);
  }

  async query(scope: Scope, { text, values }: Statement): Promise<RawRow[]> {
    const client = await this.#pool.connect();
    try {
      await this.#enter(client, scope);
      this.statements++;
      const name = this.#nameOf(text);
      const result = (await client.query({ ...(name ? { name } : {}), text, values: values as unknown[], rowMode: 'array' })) as unknown as QueryResult & {
        rows: RawRow[];
      };
      client.release();
      return result.rows;
    } catch (error) {
      client.release(isBroken(error));
      throw error;
    }
  }

  /** A connection of one's own within a scope, for streams. Give it back with `release(true)` when it was cut short. */
  async connect(scope: Scope): Promise<PoolClient> {
    const client = await this.#pool.connect();
    await this.#enter(client, scope);
    return client;
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  async #enter(client: PoolClient, scope: Scope): Promise<void> {
    if (this.#scopes.get(client) === scope) return;
    this.#scopes.delete(client);
    await client.query("select set_config('cloudtill.scope', $1, false)", [scope]);
    this.#scopes.set(client, scope);
  }

  #nameOf(text: string): string | undefined {
    let name = this.#names.get(text);
    if (name === undefined && this.#names.size < MAX_PREPARED) this.#names.set(text, (name = `s${this.#names.size}`));
    return name;
  }
}

/** Whether a connection is not to be used again after this error. */
function isBroken(error: unknown): boolean {
  return !(error instanceof Error && 'severity' in error && (error as { severity: string }).severity === 'ERROR');
}
