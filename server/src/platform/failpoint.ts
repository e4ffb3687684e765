/**
 * Named places at which a test lets the process die, as `kill -9` would: no handler runs, nothing is cleaned up.
 * `CLOUDTILL_FAILPOINT=run:after-batch:3` dies there the third time. Sandbox only; see config.ts.
 */
let armed: { readonly name: string; left: number } | undefined;

export function armFailpoint(setting: string | undefined): void {
  const match = /^([a-z:-]+?)(?::(\d+))?$/.exec(setting ?? '');
  armed = match ? { name: match[1]!, left: Number(match[2] ?? 1) } : undefined;
}

export function failpoint(name: string): void {
  if (armed?.name === name && --armed.left === 0) process.kill(process.pid, 'SIGKILL');
}
