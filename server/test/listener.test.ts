/** The ears of a process: they come back after the database was away, and until then ask for it at an even pace. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, expect, it } from 'vitest';
import { Listener } from '../src/platform/listener.ts';
import { createLogger } from '../src/platform/logger.ts';
import { createDatabase } from './server.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A way to the database that can be cut. */
class Way {
  knocks = 0;
  open = true;
  readonly #sockets = new Set<Socket>();
  readonly server: Server;

  constructor(target: URL) {
    this.server = createServer((socket) => {
      this.knocks += 1;
      this.#keep(socket);
      if (!this.open) return void socket.destroy();
      const onward = this.#keep(connect(Number(target.port), target.hostname));
      socket.pipe(onward).pipe(socket);
    });
  }

  cut(): void {
    this.open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
  }
}

it('asks at an even pace while nobody answers, then tells everybody that something may have been missed', async () => {
  const database = await createDatabase();
  ends.push(database.drop);
  const way = new Way(new URL(database.url));
  await new Promise<void>((resolve) => way.server.listen(0, '127.0.0.1', resolve));
  ends.push(
    () => new Promise((resolve) => way.server.close(resolve)),
    () => way.cut(),
  );
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((way.server.address() as { port: number }).port);

  const listener = new Listener(url.href, createLogger('silent'), 20);
  ends.push(() => listener.close());
  await listener.open();
  const heard: string[] = [];
  listener.on('cloudtill_job', (payload) => heard.push(payload));

  way.cut();
  way.knocks = 0;
  await sleep(600);
  expect(way.knocks).toBeGreaterThan(3);
  // One seeker, not one more for each time that it found nobody.
  expect(way.knocks).toBeLessThan(40);

  way.open = true;
  await expect.poll(() => heard).toEqual(['']);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`select pg_notify('cloudtill_job', 'back')`);
  await client.end();
  await expect.poll(() => heard).toEqual(['', 'back']);
});
