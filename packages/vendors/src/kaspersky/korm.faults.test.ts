/** What comes of every fault: the outcome, what KORM did, and what reading says about it afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { aCall, aProvision, named, OPERATION, refTo, startSandbox, valueOf, type Sandbox } from '../../test/korm-sandbox.ts';
import type { Call, Change, Finding, Intent, Outcome, SubscriptionRef, Vendor, VendorSubscription } from '../vendor.ts';

let sandbox: Sandbox;
let korm: Vendor;

beforeAll(async () => {
  sandbox = await startSandbox();
  korm = sandbox.vendor;
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.control('reset'));

const provision = aProvision();
const order: Intent = { operation: 'PROVISION', provision };
const found = async (intent: Intent, sentAt: number, operationId = OPERATION): Promise<Finding> =>
  valueOf(await korm.resolve(aCall(5000, operationId), intent, sentAt));

/** How long to wait for an answer: where none comes, not longer than a test should take. */
const patience = (fault: string): number => (fault === 'TIMEOUT_BEFORE_COMMIT' ? 300 : 10_000);

describe('an order', () => {
  it.each([
    // fault, outcome, subscriptions that KORM then has, what the report says
    ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['COMMIT_THEN_DROP', 'UNKNOWN', 1, 'APPLIED'],
    ['COMMIT_THEN_500', 'UNKNOWN', 1, 'APPLIED'],
    ['HTTP_429(7)', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['HTTP_500', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_502', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_503', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_504', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['SLOW(50)', 'SUCCEEDED', 1, 'APPLIED'],
    ['DUPLICATE_DELIVERY', 'SUCCEEDED', 2, 'APPLIED'],
    ['TRUNCATED_JSON', 'UNKNOWN', 1, 'APPLIED'],
    ['SCHEMA_DRIFT', 'SUCCEEDED', 1, 'APPLIED'],
    ['TOKEN_EXPIRED', 'REJECTED AUTH', 0, 'NOT_APPLIED'],
    ['CERT_REJECTED', 'REJECTED AUTH', 0, 'NOT_APPLIED'],
    // Of no meaning here: KORM has no old reads of an order, no batches, no webhooks, and does at once what it does.
    ['STALE_READ(60000)', 'SUCCEEDED', 1, 'APPLIED'],
    ['OUT_OF_ORDER_WEBHOOK', 'SUCCEEDED', 1, 'APPLIED'],
    ['PARTIAL_BATCH', 'SUCCEEDED', 1, 'APPLIED'],
    ['ASYNC_STUCK', 'SUCCEEDED', 1, 'APPLIED'],
  ])('%s: %s, %d made, %s', async (fault, outcome, made, finding) => {
    const sentAt = Date.now();
    await sandbox.fault('create', fault);
    expect(named(await korm.provision(aCall(patience(fault)), provision))).toBe(outcome);
    expect(await sandbox.commits('create')).toBe(made);
    expect((await sandbox.journal()).filter(({ op }) => op === 'create')).toHaveLength(Math.max(1, made));

    const said = await found(order, sentAt);
    expect(said.kind).toBe(finding);
    if (said.kind === 'NOT_APPLIED') expect(said.asOf).toBeGreaterThanOrEqual(sentAt);
    if (said.kind === 'APPLIED') {
      const [oldest] = Object.values(await sandbox.state());
      expect(said.subscription).toMatchObject({
        vendorSubscriptionId: oldest!['subscriptionId'],
        activationCode: oldest!['activationCode'],
        licenseId: oldest!['licenseId'],
        reference: 'SUB-2026-000001',
      });
    }
  });

  it('says for how long it is throttled', async () => {
    await sandbox.fault('create', 'HTTP_429(7)');
    expect(await korm.provision(aCall(), provision)).toMatchObject({ retryAfterMs: 7000 });
  });

  it('that is done after we stopped to wait is not there yet, and then it is', async () => {
    await sandbox.fault('create', 'SLOW(2000)');
    const sentAt = Date.now();
    expect(named(await korm.provision(aCall(500), provision))).toBe('UNKNOWN');
    expect(await found(order, sentAt)).toMatchObject({ kind: 'NOT_APPLIED' });
    await vi.waitFor(async () => expect(await sandbox.commits('create')).toBe(1), 10_000);
    expect(await found(order, sentAt)).toMatchObject({ kind: 'APPLIED' });
  });

  it('is not seen by a report that is older than it, which says so', async () => {
    const sentAt = Date.now();
    await sandbox.fault('create', 'COMMIT_THEN_DROP');
    await korm.provision(aCall(), provision);
    await sandbox.fault('report', 'STALE_READ', { ms: 60_000 });
    const said = await found(order, sentAt);
    expect(said.kind === 'NOT_APPLIED' && said.asOf < sentAt).toBe(true);
    expect((await found(order, sentAt)).kind).toBe('APPLIED');
  });

  it('delivered twice shows as two subscriptions of one number', async () => {
    await sandbox.fault('create', 'DUPLICATE_DELIVERY');
    const kept = valueOf(await korm.provision(aCall(), provision));
    const { subscriptions } = valueOf(await korm.listSubscriptions(aCall(), [], undefined));
    expect(subscriptions.map(({ reference }) => reference)).toEqual(['SUB-2026-000001', 'SUB-2026-000001']);
    expect(subscriptions.filter(({ vendorSubscriptionId }) => vendorSubscriptionId === kept.vendorSubscriptionId)).toHaveLength(1);
  });

  it('is found by its number where another intent of ours made it, and by its intent first', async () => {
    const other = '00000000-1111-4222-8333-444455556666';
    const first = valueOf(await korm.provision(aCall(), provision));
    expect(await found(order, 0, other)).toMatchObject({ subscription: { vendorSubscriptionId: first.vendorSubscriptionId } });
    const second = valueOf(await korm.provision(aCall(5000, other), provision));
    expect(await found(order, 0, other)).toMatchObject({ subscription: { vendorSubscriptionId: second.vendorSubscriptionId } });
    expect(await found({ operation: 'PROVISION', provision: aProvision({ reference: 'SUB-2026-00000' }) }, 0, OPERATION.replace('8', '9'))).toMatchObject({
      kind: 'NOT_APPLIED',
    });
  });

  it('cannot be looked for without a report', async () => {
    const blind = sandbox.open({ KORM_REPORT_URL: undefined });
    expect(valueOf(await blind.resolve(aCall(), order, 0))).toMatchObject({ kind: 'CANNOT_TELL', message: expect.stringContaining('KORM_REPORT_URL') });
  });
});

/** What an outcome is for a change whose answer is empty, by fault: [first outcome, whether KORM did it]. */
const CHANGE_FAULTS: readonly (readonly [fault: string, outcome: string, done: boolean])[] = [
  ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN', false],
  ['COMMIT_THEN_DROP', 'UNKNOWN', true],
  ['COMMIT_THEN_500', 'UNKNOWN', true],
  ['HTTP_429', 'THROTTLED', false],
  ['HTTP_500', 'UNKNOWN', false],
  ['HTTP_502', 'UNKNOWN', false],
  ['HTTP_503', 'UNKNOWN', false],
  ['HTTP_504', 'UNKNOWN', false],
  ['SLOW(50)', 'SUCCEEDED', true],
  ['DUPLICATE_DELIVERY', 'SUCCEEDED', true],
  ['TRUNCATED_JSON', 'SUCCEEDED', true],
  ['SCHEMA_DRIFT', 'SUCCEEDED', true],
  ['TOKEN_EXPIRED', 'REJECTED AUTH', false],
  ['CERT_REJECTED', 'REJECTED AUTH', false],
];

describe.each([
  ['modifyquantity', { operation: 'CHANGE_QUANTITY', quantity: 40 }, { quantity: 40 }],
  ['hardcancel', { operation: 'CANCEL' }, { hardCanceledAt: expect.any(Number) as unknown }],
  ['modifyexpiration', { operation: 'SET_RENEWAL', renews: false }, { endsAt: expect.any(Number) as unknown }],
  ['modifyattributes', { operation: 'SET_APPROVAL_CODE', approvalCode: 'APR-9' }, { approvalCode: 'APR-9' }],
] satisfies readonly (readonly [string, Change, object])[])('%s', (op, change, state) => {
  it.each(CHANGE_FAULTS)('%s: %s; sent again, it is done', async (fault, outcome, done) => {
    const ref = refTo(valueOf(await korm.provision(aCall(), provision)).vendorSubscriptionId);
    const intent: Intent = { operation: change.operation, ref, change };
    const isDone = async (): Promise<boolean> => matches((await sandbox.state())[ref.vendorSubscriptionId]!, state);
    const sentAt = Date.now();
    await sandbox.fault(op, fault);
    expect(named(await korm.change(aCall(patience(fault)), ref, change))).toBe(outcome);
    expect(await isDone()).toBe(done);

    const said = await found(intent, sentAt);
    // KORM shows approval codes nowhere.
    expect(said.kind).toBe(change.operation === 'SET_APPROVAL_CODE' ? 'CANNOT_TELL' : done ? 'APPLIED' : 'NOT_APPLIED');

    expect(korm.capabilities.repeatable.has(change.operation)).toBe(true);
    expect(named(await korm.change(aCall(), ref, change))).toBe('SUCCEEDED');
    expect(await isDone()).toBe(true);
  });
});

describe('renew', () => {
  it.each(CHANGE_FAULTS)('%s: %s; sent again, it is done', async (fault, outcome, done) => {
    const ref = refTo(valueOf(await korm.provision(aCall(), provision)).vendorSubscriptionId);
    const change = { operation: 'SET_RENEWAL', renews: true } as const;
    await korm.change(aCall(), ref, { ...change, renews: false });
    await sandbox.fault('renew', fault);
    expect(named(await korm.change(aCall(patience(fault)), ref, change))).toBe(outcome);
    expect((await found({ operation: 'SET_RENEWAL', ref, change }, 0)).kind).toBe(done ? 'APPLIED' : 'NOT_APPLIED');
    expect(named(await korm.change(aCall(), ref, change))).toBe('SUCCEEDED');
    expect(await sandbox.commits('renew')).toBe(fault === 'DUPLICATE_DELIVERY' ? 2 : 1);
  });
});

describe('a change that is looked for', () => {
  it('is not taken for done by a report from before it was sent', async () => {
    const ref = refTo(valueOf(await korm.provision(aCall(), provision)).vendorSubscriptionId);
    const change = { operation: 'CHANGE_QUANTITY', quantity: 25 } as const;
    const later = Date.now() + 60_000;
    const said = await found({ operation: 'CHANGE_QUANTITY', ref, change }, later);
    expect(said.kind === 'NOT_APPLIED' && said.asOf < later).toBe(true);
  });

  it('cannot be told of a subscription that KORM does not show', async () => {
    const ref = refTo('nobody');
    expect((await found({ operation: 'CANCEL', ref, change: { operation: 'CANCEL' } }, 0)).kind).toBe('CANNOT_TELL');
    expect((await found({ operation: 'CHANGE_QUANTITY', ref, change: { operation: 'CHANGE_QUANTITY', quantity: 1 } }, 0)).kind).toBe('CANNOT_TELL');
  });

  it('has an instant by KORM’s clock', async () => {
    await sandbox.control('clock', { now: '2030-05-11T10:00:00Z' });
    const ref = refTo(valueOf(await korm.provision(aCall(), provision)).vendorSubscriptionId);
    const said = await found({ operation: 'CANCEL', ref, change: { operation: 'CANCEL' } }, 0);
    expect(said.kind === 'NOT_APPLIED' && new Date(said.asOf).toISOString()).toMatch(/^2030-05-11T10:00:/);
  });

  it('is a customer: there is none to be found', async () => {
    expect(await found({ operation: 'CREATE_CUSTOMER', account: provision.account }, 0)).toEqual({
      kind: 'APPLIED',
      customer: { vendorCustomerId: undefined },
    });
  });
});

type Read = (call: Call, ref: SubscriptionRef) => Promise<Outcome<unknown>>;

describe.each([
  ['getdetails', (call, ref) => korm.getSubscription(call, ref)],
  ['report', (call) => korm.listSubscriptions(call, [], undefined)],
  ['report', (call) => korm.resolve(call, order, 0)],
  ['getdetails', (call, ref) => korm.change(call, ref, { operation: 'SET_RENEWAL', renews: false })],
] satisfies readonly (readonly [string, Read])[])('reading %s', (op, read) => {
  it.each([
    ['TIMEOUT_BEFORE_COMMIT', 'RETRYABLE', /in time/],
    ['COMMIT_THEN_DROP', 'RETRYABLE', /other side closed|ECONNRESET/],
    ['COMMIT_THEN_500', 'RETRYABLE', /500/],
    ['HTTP_429(7)', 'THROTTLED', /429|too often/],
    ['HTTP_500', 'RETRYABLE', /500/],
    ['HTTP_502', 'RETRYABLE', /502/],
    ['HTTP_503', 'RETRYABLE', /503/],
    ['HTTP_504', 'RETRYABLE', /504/],
    ['TRUNCATED_JSON', 'RETRYABLE', /no JSON/],
    ['SCHEMA_DRIFT', 'RETRYABLE', /status "SomethingNew", which is not known/],
    ['TOKEN_EXPIRED', 'REJECTED AUTH', /401/],
    ['CERT_REJECTED', 'REJECTED AUTH', /403/],
    ['SLOW(50)', 'SUCCEEDED', undefined],
    ['DUPLICATE_DELIVERY', 'SUCCEEDED', undefined],
  ])('%s: %s', async (fault, outcome, message) => {
    const ref = refTo(valueOf(await korm.provision(aCall(), provision)).vendorSubscriptionId);
    await sandbox.fault(op, fault);
    const answer = await read(aCall(patience(fault)), ref);
    expect(named(answer)).toBe(outcome);
    if (message) expect((answer as { message: string }).message).toMatch(message);
    expect(named(await read(aCall(), ref))).toBe('SUCCEEDED');
  });
});

it('shows an older state where reads are out of date', async () => {
  const ref = refTo(valueOf(await korm.provision(aCall(), provision)).vendorSubscriptionId);
  await sleep(1200);
  await korm.change(aCall(), ref, { operation: 'CANCEL' });
  await sandbox.fault('getdetails', 'STALE_READ', { ms: 1000 });
  const states = [await korm.getSubscription(aCall(), ref), await korm.getSubscription(aCall(), ref)].map(
    (read) => valueOf<VendorSubscription | undefined>(read)?.status,
  );
  expect(states).toEqual(['ACTIVE', 'TERMINATED']);
});

function matches(subscription: Record<string, unknown>, wanted: object): boolean {
  return Object.entries(wanted).every(([name, value]) => (typeof value === 'object' ? typeof subscription[name] === 'number' : subscription[name] === value));
}
