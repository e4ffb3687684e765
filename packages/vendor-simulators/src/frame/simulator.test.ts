/** The frame by itself, with a vendor that keeps notes. */
import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startSimulator, type JournalEntry, type Simulator, type VendorDefinition } from './simulator.ts';

const NOTES: VendorDefinition = {
  code: 'NOTES',
  name: 'Notes',
  settings: { 'notes.loud': false },
  connection: ({ url }) => ({ NOTES_URL: url }),
  open: (frame) => {
    const notes = frame.store.collection<string>('notes');
    const all = (): string[] => notes.values();
    return {
      ops: [
        {
          name: 'add',
          aliases: ['write'],
          method: 'POST',
          path: '/notes/:key',
          run: (exchange) => {
            const text = String(exchange.json());
            notes.put(exchange.params['key']!, frame.setting('notes.loud') === true ? text.toUpperCase() : text);
            return { status: 200, body: { count: all().length } };
          },
        },
        { name: 'list', method: 'GET', path: '/notes', run: () => ({ status: 200, body: { status: 'good', notes: all() } }) },
      ],
      published: [{ name: 'report', method: 'GET', path: '/__sim/report', run: () => ({ status: 200, body: { at: frame.now(), notes: all() } }) }],
      control: [{ name: 'count', method: 'GET', path: '/__sim/count', run: () => ({ status: 200, body: { count: all().length } }) }],
    };
  },
};

let simulator: Simulator;
afterEach(() => simulator.stop());

const start = async (dataDir = mkdtempSync(join(tmpdir(), 'notes-')), durable = false): Promise<string> => {
  simulator = await startSimulator(NOTES, { dataDir, durable });
  return dataDir;
};
const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  // A connection of its own: a restarted simulator is at the same address, and does not know the old ones.
  fetch(simulator.url + path, { method, headers: { connection: 'close', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const read = async (path: string): Promise<unknown> => (await call('GET', path)).json();
const add = (key: string, headers?: Record<string, string>): Promise<Response> => call('POST', `/notes/${key}`, `note ${key}`, headers);
const faults = (...rules: unknown[]): Promise<Response> => call('POST', '/__sim/faults', rules);
const journal = async (): Promise<JournalEntry[]> => ((await read('/__sim/journal')) as { entries: JournalEntry[] }).entries;
const noted = async (): Promise<string[]> => (await journal()).map(({ op, committed, fault }) => `${op} ${committed ? 'committed' : '-'} ${fault ?? '-'}`);

describe('what is kept', () => {
  it('comes back after a restart, with the journal, the clock and the switches, under the same address', async () => {
    const dataDir = await start(undefined, true);
    await call('POST', '/__sim/settings', { 'notes.loud': true });
    await call('POST', '/__sim/clock', { now: '2030-05-01T00:00:00Z' });
    await add('a');
    const { url } = simulator;
    const before = await journal();
    await simulator.stop();

    await start(dataDir, true);
    expect(simulator.url).toBe(url);
    expect(await read('/notes')).toEqual({ status: 'good', notes: ['NOTE A'] });
    expect((await journal()).slice(0, 1)).toEqual(before);
    expect(JSON.stringify(await read('/__sim/clock'))).toContain('2030-05-01T00:0');
  });

  it('comes back up to the line that a killed process did not finish, and nothing after it is lost', async () => {
    const dataDir = await start(undefined, true);
    await add('a');
    await simulator.stop();
    appendFileSync(join(dataDir, 'state.jsonl'), '{"collection":"notes","key":"b","val');
    await start(dataDir, true);
    await add('c');
    await simulator.stop();

    await start(dataDir, true);
    expect(await read('/notes')).toEqual({ status: 'good', notes: ['note a', 'note c'] });
    expect((await noted()).slice(0, 2)).toEqual(['add committed -', 'add committed -']);
  });

  it('is gone after a reset: state, journal, faults, clock and switches', async () => {
    await start(undefined, true);
    await call('POST', '/__sim/settings', { 'notes.loud': true });
    await add('a');
    await faults({ fault: 'HTTP_500', times: 0 });
    await call('POST', '/__sim/clock', { now: '2040-01-01T00:00:00Z' });
    await call('POST', '/__sim/reset');

    expect(await journal()).toEqual([]);
    expect(await read('/__sim/state')).toEqual({});
    expect(await read('/__sim/settings')).toEqual({ 'notes.loud': false });
    expect(JSON.stringify(await read('/__sim/clock'))).not.toContain('2040');
    expect(await (await add('b')).json()).toEqual({ count: 1 });
  });
});

describe('faults strike', () => {
  it.each([
    ['once, unless told otherwise', { fault: 'HTTP_503' }, [503, 200, 200]],
    ['so many times', { fault: 'HTTP_503', times: 2 }, [503, 503, 200]],
    ['for ever', { fault: 'HTTP_503', times: 0 }, [503, 503, 503]],
    ['the n-th request', { match: { nth: 2 }, fault: 'HTTP_503' }, [200, 503, 200]],
    ['an operation by its name', { match: { op: 'add' }, fault: 'HTTP_503' }, [503, 200, 200]],
    ['an operation by another name of it', { match: { op: 'write' }, fault: 'HTTP_503' }, [503, 200, 200]],
    ['nothing else', { match: { op: 'list' }, fault: 'HTTP_503', times: 0 }, [200, 200, 200]],
    ['requests with a header', { match: { header: { 'X-Test': 'two' } }, fault: 'HTTP_503', times: 0 }, [200, 503, 200]],
    ['a part of the path', { match: { path: 'three' }, fault: 'HTTP_503' }, [200, 200, 503]],
  ])('%s', async (_, rule, statuses) => {
    await start();
    await faults(rule);
    const seen: number[] = [];
    for (const key of ['one', 'two', 'three']) seen.push((await add(key, { 'x-test': key })).status);
    expect(seen).toEqual(statuses);
  });

  it.each([
    ['HTTP_429(7)', 'add - HTTP_429'],
    ['HTTP_502', 'add - HTTP_502'],
    ['TOKEN_EXPIRED', 'add - TOKEN_EXPIRED'],
    ['CERT_REJECTED', 'add - CERT_REJECTED'],
    ['COMMIT_THEN_500', 'add committed COMMIT_THEN_500'],
    ['COMMIT_THEN_DROP', 'add committed COMMIT_THEN_DROP'],
    ['SLOW(20)', 'add committed SLOW'],
    ['TRUNCATED_JSON', 'add committed TRUNCATED_JSON'],
    ['SCHEMA_DRIFT', 'add committed SCHEMA_DRIFT'],
  ])('%s is noted as it was: %s', async (fault, line) => {
    await start();
    await faults({ fault });
    const answer = await add('a').then(
      (response) => response.text(),
      () => 'dropped',
    );
    expect(answer === 'dropped').toBe(fault === 'COMMIT_THEN_DROP');
    expect(await noted()).toEqual([line]);
  });

  it('answers with 429 and how long to wait', async () => {
    await start();
    await faults({ fault: 'HTTP_429(7)' });
    expect((await add('a')).headers.get('retry-after')).toBe('7');
  });

  it('does not answer before a timeout, and commits nothing', async () => {
    await start();
    await faults({ fault: 'TIMEOUT_BEFORE_COMMIT' });
    await expect(fetch(`${simulator.url}/notes/a`, { method: 'POST', body: '"x"', signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/i);
    expect(await noted()).toEqual(['add - TIMEOUT_BEFORE_COMMIT']);
  });

  it('processes one delivery twice, and notes both', async () => {
    await start();
    await faults({ fault: 'DUPLICATE_DELIVERY' });
    await add('a');
    expect(await noted()).toEqual(['add committed DUPLICATE_DELIVERY', 'add committed DUPLICATE_DELIVERY']);
  });

  it('brings a field and a status that nobody knows', async () => {
    await start();
    await faults({ fault: 'SCHEMA_DRIFT' });
    expect(await read('/notes')).toMatchObject({ status: 'SomethingNew', xIntroducedLater: {} });
  });

  it('says what is wrong with a rule', async () => {
    await start();
    const answer = await faults({ fault: 'HTTP_418' });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('HTTP_418')]);
  });
});

describe('the clock', () => {
  it('goes where it is put and runs on, in answers as well', async () => {
    await start();
    await call('POST', '/__sim/clock', { now: '2031-02-28T23:59:00Z' });
    expect((await call('GET', '/notes')).headers.get('date')).toMatch(/^Fri, 28 Feb 2031 23:59:/);
    expect((await journal())[0]?.at).toMatch(/^2031-02-28T23:59:/);
    expect((await call('POST', '/__sim/clock', { now: 'tomorrow' })).status).toBe(400);
  });

  it('stays what it is in a read that is out of date', async () => {
    await start();
    await add('old');
    await sleep(1000);
    await add('new');
    await call('POST', '/__sim/clock', { now: '2031-02-28T12:00:00Z' });
    await faults({ match: { op: 'report' }, fault: 'STALE_READ', ms: 800 });
    const { at, notes } = (await read('/__sim/report')) as { at: number; notes: string[] };
    expect(notes).toEqual(['note old']);
    expect(at).toBeGreaterThanOrEqual(Date.parse('2031-02-28T12:00:00Z'));
  });
});

describe('the control plane', () => {
  it('notes what the vendor publishes and lets faults strike it, and does neither with its own', async () => {
    await start();
    await faults({ match: { op: 'report' }, fault: 'HTTP_500' }, { match: { op: 'count' }, fault: 'HTTP_500' });
    expect((await call('GET', '/__sim/report')).status).toBe(500);
    expect((await call('GET', '/__sim/report')).status).toBe(200);
    expect((await call('GET', '/__sim/count')).status).toBe(200);
    expect(await noted()).toEqual(['report - HTTP_500', 'report - -']);
  });

  it('refuses switches that are none', async () => {
    await start();
    expect((await call('POST', '/__sim/settings', { 'notes.quiet': true })).status).toBe(400);
  });

  it('notes what the vendor does not have', async () => {
    await start();
    expect((await call('GET', '/nowhere')).status).toBe(404);
    expect(await noted()).toEqual(['unknown - -']);
  });
});
