/**
 * Events on their way from the room where something happened to the rooms that want to know. They are written in the
 * transaction of what happened and handled in one transaction each, so nothing is lost and nothing is handled twice.
 */
import type { PoolClient } from 'pg';
import type { App } from './context.ts';
import { inTransaction } from './database.ts';
import { failpoint } from './failpoint.ts';

/** Works within the transaction in which the event is marked as handled. */
export type Handler = (payload: Record<string, unknown>, client: PoolClient) => Promise<void>;

const BATCH = 500;
const MAX_ATTEMPTS = 10;
/** One process at a time: whoever comes back from here knows that what happened before is handled, and not just on its way. */
const DISPATCH_LOCK = 4_202_614;

/**
 * Handles what is waiting, in order; waits for another process that is at it.
 * An event that fails is tried again later; after ten times it is set aside with its reason.
 * @param others what becomes of events without a handler here: they wait for whoever has one, or nobody has and they are done
 * @returns how many were handled
 */
export async function dispatchEvents(
  client: PoolClient,
  handlers: Readonly<Record<string, Handler>>,
  app: Pick<App, 'logger'>,
  others: 'WAIT' | 'DONE' = 'DONE',
): Promise<number> {
  const topics = others === 'WAIT' ? Object.keys(handlers) : null;
  let handled = 0;
  for (;;) {
    const batch = await inTransaction(client, async () => {
      await client.query('select pg_advisory_xact_lock($1)', [DISPATCH_LOCK]);
      const { rows } = await client.query<{ id: string; topic: string; payload: Record<string, unknown> }>(
        `select id, topic, payload from outbox_event where handled_at is null and dead_reason is null and ($1::text[] is null or topic = any ($1)) order by id limit ${BATCH}`,
        [topics],
      );
      for (const { id, topic, payload } of rows) {
        await client.query('savepoint event');
        try {
          await handlers[topic]?.(payload, client);
          await client.query('update outbox_event set handled_at = now() where id = $1', [id]);
          handled += 1;
        } catch (error) {
          await client.query('rollback to savepoint event');
          const reason = (error as Error).message;
          app.logger.error({ error: reason, topic, id }, 'an event could not be handled');
          await client.query('update outbox_event set attempts = attempts + 1, dead_reason = case when attempts + 1 >= $2 then $3 end where id = $1', [
            id,
            MAX_ATTEMPTS,
            reason,
          ]);
        }
      }
      await failpoint('outbox:before-commit');
      return rows.length;
    });
    if (batch < BATCH) return handled;
  }
}
