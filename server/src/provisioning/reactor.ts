/** Looks for operations that are due and carries them out, several at a time, a few at most for one vendor. */
import type { App } from '../platform/context.ts';
import { carryOut } from './carry-out.ts';

const POLL_MS = 1_000;
/** All at once in one process; each waits for a vendor most of the time. */
const MAX_AT_WORK = 12;
/** A vendor that does not answer must not take the places of the others. */
const MAX_PER_VENDOR = 4;

export interface Reactor {
  stop(): Promise<void>;
}

export function startReactor(app: App): Reactor {
  const reactor = new RunningReactor(app);
  reactor.wake();
  return reactor;
}

class RunningReactor implements Reactor {
  readonly #atWork = new Map<string, { readonly vendor: string; readonly done: Promise<void> }>();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  #again = false;
  #stopped = false;

  constructor(private readonly app: App) {
    this.#stopListening = app.listener.on('cloudtill_provisioning', () => this.wake());
    this.#timer = setInterval(() => this.wake(), POLL_MS);
  }

  /** Looks at once; one that comes while another looks makes it look again. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    void this.#look()
      .catch((error: Error) => this.app.logger.warn({ error: error.message }, 'cannot look for what vendors are to be asked'))
      .finally(() => {
        this.#looking = false;
        if (this.#again) {
          this.#again = false;
          this.wake();
        }
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#stopListening();
    await Promise.allSettled([...this.#atWork.values()].map(({ done }) => done));
  }

  async #look(): Promise<void> {
    const { database, clock } = this.app;
    const busy = [...this.#atWork.keys()];
    const { rows } = await database.system.query<{ id: string; vendor: string }>(
      `select id, vendor from (
         select id, vendor_code as vendor, due_at, row_number() over (partition by vendor_code order by due_at, id) as place
           from provisioning_operation
          where finished_at is null and due_at <= $1 and (leased_until is null or leased_until < clock_timestamp()) and id <> all ($2::uuid[])) due
        where place <= ${MAX_PER_VENDOR} order by due_at, id`,
      [clock.date(), busy],
    );
    for (const { id, vendor } of rows) {
      if (this.#atWork.size >= MAX_AT_WORK) return;
      if (this.#stopped || this.#atWork.has(id) || this.#countOf(vendor) >= MAX_PER_VENDOR) continue;
      this.#atWork.set(id, { vendor, done: this.#work(id) });
    }
  }

  #countOf(vendor: string): number {
    return [...this.#atWork.values()].filter((work) => work.vendor === vendor).length;
  }

  async #work(id: string): Promise<void> {
    try {
      await carryOut(this.app, id);
    } catch (error) {
      // Its lease runs out, and it is looked at again, as after the death of a process.
      this.app.logger.error({ error: (error as Error).message, stack: (error as Error).stack, operation: id }, 'an operation could not be carried out');
    } finally {
      this.#atWork.delete(id);
      this.wake();
    }
  }
}
