/**
 * Named places at which a test breaks in. There a process may die as `kill -9` would end it: no handler runs, nothing is
 * cleaned up. `CLOUDTILL_FAILPOINT=run:after-batch:3` dies there the third time; sandbox only, see config.ts. A test in
 * the same process may instead hold whoever comes by, do something meanwhile and let it go on; see {@link holdAt}.
 */
let armed: { readonly name: string; left: number } | undefined;
const holds = new Map<string, { readonly reach: () => void; readonly released: Promise<void> }>();

export function armFailpoint(setting: string | undefined): void {
  const match = /^([a-z:-]+?)(?::(\d+))?$/.exec(setting ?? '');
  armed = match ? { name: match[1]!, left: Number(match[2] ?? 1) } : undefined;
}

export async function failpoint(name: string): Promise<void> {
  if (armed?.name === name && --armed.left === 0) process.kill(process.pid, 'SIGKILL');
  const hold = holds.get(name);
  if (!hold) return;
  holds.delete(name);
  hold.reach();
  await hold.released;
}

/** Holds the next one that comes to a failpoint until it is released. */
export function holdAt(name: string): { readonly reached: Promise<void>; release(): void } {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  holds.set(name, { reach: reached.resolve, released: released.promise });
  return {
    reached: reached.promise,
    release() {
      holds.delete(name);
      released.resolve();
    },
  };
}
