/**
 * What a simulated vendor knows. Everything is kept in memory and, where there is a file, appended to it line by line,
 * so that a simulator that was killed comes back with the state it had. Values are replaced, never changed in place.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

interface Version {
  /** By the machine's clock, for reads that are out of date. */
  readonly at: number;
  readonly value: unknown;
}

type Line = { readonly collection: string; readonly key: string; readonly value?: unknown } | { readonly journal: unknown };

export class Store {
  /** Counts changes, so that a request can be seen to have made some. */
  writes = 0;
  /** How old what is read may be at most; set while a request with that fault is answered. */
  staleMs = 0;
  readonly journal: unknown[] = [];
  readonly #collections = new Map<string, Map<string, Version[]>>();
  readonly #current = new Set<string>();
  readonly #file: string | undefined;

  constructor(file?: string) {
    this.#file = file;
    if (!file || !existsSync(file)) return;
    const kept = readFileSync(file, 'utf8');
    // What comes next must not stand on the line that a killed process left unfinished.
    if (kept !== '' && !kept.endsWith('\n')) appendFileSync(file, '\n');
    for (const line of kept.split('\n')) {
      if (line === '') continue;
      let read: Line;
      try {
        read = JSON.parse(line) as Line;
      } catch {
        continue; // the last line of a process that was killed while writing it
      }
      if ('journal' in read) this.journal.push(read.journal);
      else this.#keep(read.collection, read.key, read.value);
    }
  }

  /** @param reads `CURRENT` where the value that holds is read even while reads are out of date */
  collection<T>(name: string, reads: 'AS_SEEN' | 'CURRENT' = 'AS_SEEN'): Collection<T> {
    if (reads === 'CURRENT') this.#current.add(name);
    return new Collection<T>(this, name);
  }

  /** The value that holds, or held `staleMs` ago. */
  read(collection: string, key: string): unknown {
    return this.#seen(collection, this.#collections.get(collection)?.get(key));
  }

  *entries(collection: string): Generator<[string, unknown]> {
    for (const [key, versions] of this.#collections.get(collection) ?? []) {
      const value = this.#seen(collection, versions);
      if (value !== undefined) yield [key, value];
    }
  }

  write(collection: string, key: string, value: unknown): void {
    this.writes += 1;
    this.#keep(collection, key, value);
    this.#append({ collection, key, value });
  }

  note(entry: unknown): void {
    this.journal.push(entry);
    this.#append({ journal: entry });
  }

  clear(): void {
    this.#collections.clear();
    this.journal.length = 0;
    if (this.#file && existsSync(this.#file)) truncateSync(this.#file);
  }

  dump(): Record<string, Record<string, unknown>> {
    return Object.fromEntries([...this.#collections.keys()].map((name) => [name, Object.fromEntries(this.entries(name))]));
  }

  #seen(collection: string, versions: readonly Version[] | undefined): unknown {
    if (!versions) return undefined;
    if (this.staleMs === 0 || this.#current.has(collection)) return versions.at(-1)?.value;
    const until = Date.now() - this.staleMs;
    return versions.findLast(({ at }) => at <= until)?.value;
  }

  #keep(collection: string, key: string, value: unknown): void {
    let keys = this.#collections.get(collection);
    if (!keys) this.#collections.set(collection, (keys = new Map()));
    const versions = keys.get(key);
    const version = { at: Date.now(), value };
    if (versions) versions.push(version);
    else keys.set(key, [version]);
  }

  #append(line: Line): void {
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** Things of one kind, by key. */
export class Collection<T> {
  readonly #store: Store;
  readonly #name: string;

  constructor(store: Store, name: string) {
    this.#store = store;
    this.#name = name;
  }

  get(key: string): T | undefined {
    return this.#store.read(this.#name, key) as T | undefined;
  }

  put(key: string, value: T): T {
    this.#store.write(this.#name, key, value);
    return value;
  }

  delete(key: string): void {
    this.#store.write(this.#name, key, undefined);
  }

  /** In the order in which they were first put. */
  values(): T[] {
    return [...this.#store.entries(this.#name)].map(([, value]) => value as T);
  }
}
