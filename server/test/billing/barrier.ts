import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const LOOK_MS = 10;
const DEADLINE_MS = 10_000;

/** A connection of a test's own that stands in the way, so that others meet where the test wants them. */
export class Barrier {
  private constructor(private readonly client: Client) {}

  /** Takes a lock by a statement, and keeps it. */
  static async hold(databaseUrl: string, statement: string, values: readonly unknown[] = []): Promise<Barrier> {
    const client = new Client({ connectionString: databaseUrl, application_name: 'barrier' });
    client.on('error', () => {}); // a failed test may leave it standing when its database goes
    await client.connect();
    await client.query('begin');
    await client.query(statement, [...values]);
    return new Barrier(client);
  }

  /** Resolves when so many connections wait for a lock, of this one or of each other. */
  async waiting(count: number): Promise<void> {
    for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
      // Nothing of this transaction may be remembered, or it would see the same connections for ever.
      await this.client.query('select pg_stat_clear_snapshot()');
      const { rowCount } = await this.client.query(
        'select 1 from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0',
      );
      if (rowCount! >= count) return;
    }
    throw new Error(`fewer than ${count} wait`);
  }

  async release(): Promise<void> {
    await this.client.query('commit');
    await this.client.end();
  }
}
