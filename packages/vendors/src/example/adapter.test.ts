import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Change, Provision, SubscriptionRef, Vendor } from '../vendor.ts';
import { EXAMPLE } from './adapter.ts';

const subscriptions = new Map<string, object>();
/** What happens to the next request that changes something: the vendor does it and is silent, or is broken before it. */
let next: 'ANSWERED' | 'DONE_UNANSWERED' | 'BROKEN' | 'BUSY' = 'ANSWERED';
let server: Server;
let vendor: Vendor;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const key = request.url!.split('/')[2]!;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const [how, changes] = [next, request.method === 'PUT'];
    if (changes) next = 'ANSWERED';
    if (changes && how === 'BROKEN') return response.writeHead(500).end();
    if (changes && how === 'BUSY') return response.writeHead(429, { 'retry-after': '2' }).end();
    if (changes) subscriptions.set(key, { key, ...(JSON.parse(body) as object) });
    if (changes && how === 'DONE_UNANSWERED') return request.socket.destroy();
    const found = subscriptions.get(key);
    return response.writeHead(found ? 200 : 404).end(JSON.stringify(found));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  vendor = EXAMPLE.open({ EXAMPLE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await vendor.close();
  server.close();
});
beforeEach(() => subscriptions.clear());

const call = (): { operationId: string; signal: AbortSignal } => ({ operationId: crypto.randomUUID(), signal: AbortSignal.timeout(2000) });
const provision = { reference: 'SUB-1', sku: 'A-1', quantity: 5 } as Provision;
const ref: SubscriptionRef = { reference: 'SUB-1', vendorSubscriptionId: 'SUB-1', vendorCustomerId: undefined, sku: 'A-1', memo: undefined };

it.each([
  // what the vendor does, how it ends, what reading says
  ['ANSWERED', 'SUCCEEDED', 'APPLIED'],
  ['DONE_UNANSWERED', 'UNKNOWN', 'APPLIED'],
  ['BROKEN', 'UNKNOWN', 'NOT_APPLIED'],
  ['BUSY', 'THROTTLED', 'NOT_APPLIED'],
] as const)('S2 the example of the docs: %s ends as %s, and reading says %s', async (how, outcome, finding) => {
  next = how;
  expect((await vendor.provision(call(), provision)).kind).toBe(outcome);
  expect(await vendor.resolve(call(), { operation: 'PROVISION', provision }, Date.now())).toMatchObject({ kind: 'SUCCEEDED', value: { kind: finding } });
  expect((await vendor.provision(call(), provision)).kind).toBe('SUCCEEDED');
  expect(subscriptions.size).toBe(1);
});

it.each<[Change, string, object]>([
  [{ operation: 'CHANGE_QUANTITY', quantity: 9 }, 'SUCCEEDED', { quantity: 9, status: 'ACTIVE' }],
  [{ operation: 'CANCEL' }, 'SUCCEEDED', { quantity: 0, status: 'TERMINATED' }],
  [{ operation: 'SUSPEND' }, 'REJECTED', { quantity: 5, status: 'ACTIVE' }],
])('%o ends as %s and leaves %o', async (change, outcome, left) => {
  await vendor.provision(call(), provision);
  expect((await vendor.change(call(), ref, change)).kind).toBe(outcome);
  expect(await vendor.getSubscription(call(), ref)).toMatchObject({ kind: 'SUCCEEDED', value: left });
});

it('has no subscription that nobody made', async () => {
  expect(await vendor.getSubscription(call(), ref)).toEqual({ kind: 'SUCCEEDED', value: undefined });
});

it('is shown in docs/adding-a-vendor.md as it is', () => {
  const page = readFileSync(new URL('../../../../docs/adding-a-vendor.md', import.meta.url), 'utf8');
  const file = readFileSync(new URL('./adapter.ts', import.meta.url), 'utf8');
  expect(/```ts\n\/\/ packages\/vendors\/src\/example\/adapter\.ts\n([\s\S]*?)```/.exec(page)?.[1]).toBe(file);
});
