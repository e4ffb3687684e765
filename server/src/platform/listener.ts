import { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';

const CHANNELS = ['cloudtill_clock', 'cloudtill_auth', 'cloudtill_job', 'cloudtill_provisioning', 'cloudtill_outbox', 'cloudtill_order'] as const;
export type Channel = (typeof CHANNELS)[number];
type Handler = (payload: string) => void;

/** One connection that hears what other processes say. After it was lost every handler is called, since anything may have been missed. */
export class Listener {
  readonly #handlers = new Map<Channel, Set<Handler>>();
  #client: Client | undefined;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
    private readonly retryMs = 1_000,
  ) {}

  /** @returns a function that stops hearing */
  on(channel: Channel, handler: Handler): () => void {
    let handlers = this.#handlers.get(channel);
    if (!handlers) this.#handlers.set(channel, (handlers = new Set()));
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  async open(): Promise<void> {
    const client = new Client({ connectionString: this.url, application_name: 'cloudtill-listener', keepAlive: true });
    client.on('error', (error) => this.logger.warn({ error: error.message }, 'the listening connection was lost'));
    client.on('notification', ({ channel, payload }) => this.#tell(channel as Channel, payload ?? ''));
    try {
      await client.connect();
      for (const channel of CHANNELS) await client.query(`listen ${channel}`);
    } catch (error) {
      client.end().catch(() => {}); // not awaited: of a connection that never stood it may never answer
      throw error;
    }
    // Only of a connection that stood: one that never did ends as well, and whoever opened it tries again.
    client.on('end', () => void this.#reopen());
    this.#client = client;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => {});
  }

  #tell(channel: Channel, payload: string): void {
    for (const handler of this.#handlers.get(channel) ?? []) handler(payload);
  }

  async #reopen(): Promise<void> {
    while (!this.#closed) {
      await sleep(this.retryMs);
      try {
        await this.open();
        for (const channel of this.#handlers.keys()) this.#tell(channel, '');
        return;
      } catch (error) {
        this.logger.warn({ error: (error as Error).message }, 'cannot listen yet');
      }
    }
  }
}
