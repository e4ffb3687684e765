/** How long it takes until a new sandbox serves, and until it serves again: from the start of the process to its first answer. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conclude, round, table } from './measure.ts';
import { serveSandbox } from './servers.ts';

export async function starts(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cloudtill-start-'));
  chmodSync(dataDir, 0o755); // so that the database lies in it, and goes with it, when this runs as root
  try {
    const cold = await secondsToServe(dataDir);
    const second = await secondsToServe(dataDir);
    table([
      ['first start: PostgreSQL made, schema, demo business', `${cold.toFixed(2)} s (at most 20)`],
      ['second start', `${second.toFixed(2)} s (at most 8)`],
    ]);
    conclude('start', { ratio: round(second / cold), coldSeconds: round(cold), secondSeconds: round(second) });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function secondsToServe(dataDir: string): Promise<number> {
  const started = performance.now();
  const server = await serveSandbox(dataDir);
  try {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return (performance.now() - started) / 1000;
  } finally {
    await server.stop();
  }
}
