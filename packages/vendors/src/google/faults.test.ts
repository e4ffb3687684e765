import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anAccount, anOrder, googleStage, short, value, within, type GoogleStage } from '../../test/google-stage.ts';
import type { Change, Intent } from '../vendor.ts';

let google: GoogleStage;
beforeEach(async () => {
  google = await googleStage();
});
afterEach(() => google.stop());

/** What reading says, and in short. */
async function finding(intent: Intent, sentAt = Date.now()): Promise<string> {
  const reading = await google.vendor.resolve(within(), intent, sentAt);
  return reading.kind === 'SUCCEEDED' ? reading.value.kind : short(reading);
}

describe('S2 an insert under every fault', () => {
  it.each([
    // fault, how it ends, inserts that Google committed, what reading says
    ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['COMMIT_THEN_DROP', 'UNKNOWN', 1, 'APPLIED'],
    ['COMMIT_THEN_500', 'UNKNOWN', 1, 'APPLIED'],
    ['HTTP_429(7)', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['HTTP_500', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_502', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_503', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['HTTP_504', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['SLOW(50)', 'SUCCEEDED', 1, 'APPLIED'],
    ['DUPLICATE_DELIVERY', 'SUCCEEDED', 1, 'APPLIED'],
    ['TRUNCATED_JSON', 'UNKNOWN', 1, 'APPLIED'],
    ['TOKEN_EXPIRED', 'SUCCEEDED', 1, 'APPLIED'],
    ['CERT_REJECTED', 'REJECTED FORBIDDEN', 0, 'NOT_APPLIED'],
    ['SCHEMA_DRIFT', 'SUCCEEDED', 1, 'APPLIED'],
    // These need webhooks, batches or orders that wait, none of which Google has: nothing happens.
    ['OUT_OF_ORDER_WEBHOOK', 'SUCCEEDED', 1, 'APPLIED'],
    ['PARTIAL_BATCH', 'SUCCEEDED', 1, 'APPLIED'],
    ['ASYNC_STUCK', 'SUCCEEDED', 1, 'APPLIED'],
    ['STALE_READ', 'SUCCEEDED', 1, 'APPLIED'],
  ])('%s ends as %s with %i committed, and reading says %s', async (fault, outcome, commits, found) => {
    const provision = anOrder(await google.customer());
    await google.faults({ match: { op: 'subscriptions.insert' }, fault });
    expect(short(await google.vendor.provision(within(800), provision))).toBe(outcome);
    expect(await google.commits('subscriptions.insert')).toBe(commits);
    expect(await finding({ operation: 'PROVISION', provision })).toBe(found);

    // Whoever sends again what was not applied, or cannot wait and sends anyway, ends with one subscription.
    expect(short(await google.vendor.provision(within(), provision))).toBe('SUCCEEDED');
    expect(await google.commits('subscriptions.insert')).toBe(1);
  });

  it('says how long to wait: what Google asks for, else five seconds', async () => {
    const provision = anOrder(await google.customer());
    await google.faults({ match: { op: 'create' }, fault: 'HTTP_429(7)' });
    expect(await google.vendor.provision(within(), provision)).toMatchObject({
      kind: 'THROTTLED',
      retryAfterMs: 7000,
      message: expect.stringContaining('quota'),
    });
    await google.faults({ match: { op: 'create' }, fault: 'HTTP_503' });
    expect(await google.vendor.provision(within(), provision)).toMatchObject({ kind: 'THROTTLED', retryAfterMs: 5000 });
  });

  it('finds what was applied only after nobody waited any longer', async () => {
    const provision = anOrder(await google.customer());
    await google.faults({ match: { op: 'create' }, fault: 'SLOW(600)' });
    expect(short(await google.vendor.provision(within(150), provision))).toBe('UNKNOWN');
    const intent = { operation: 'PROVISION', provision } as const;
    const before = value(await google.vendor.resolve(within(), intent, Date.now()));
    expect(before).toMatchObject({ kind: 'NOT_APPLIED', asOf: expect.any(Number) });
    await sleep(700);
    expect(await finding(intent)).toBe('APPLIED');
  });

  it('is not made twice where the list that was read is out of date', async () => {
    const provision = anOrder(await google.customer());
    await sleep(900);
    await google.faults({ match: { op: 'create' }, fault: 'COMMIT_THEN_DROP' }, { match: { op: 'list' }, fault: 'STALE_READ', ms: 800 });
    expect(short(await google.vendor.provision(within(), provision))).toBe('UNKNOWN');
    expect(await finding({ operation: 'PROVISION', provision })).toBe('NOT_APPLIED');
    expect(value(await google.vendor.provision(within(), provision)).reference).toBe(provision.reference);
    expect(await google.commits('subscriptions.insert')).toBe(1);
  });

  it('takes a 409 for nothing before it has read: it follows what was done, too', async () => {
    const provision = anOrder(await google.customer());
    await google.settings({ 'google.conflictAfterCommit': 'subscriptions.insert' });
    expect(value(await google.vendor.provision(within(), provision))).toMatchObject({ reference: provision.reference, status: 'ACTIVE', quantity: 10 });
    expect(await google.commits('subscriptions.insert')).toBe(1);
  });

  it('leaves it open where a 409 cannot be followed by a reading', async () => {
    const provision = anOrder(await google.customer());
    await google.settings({ 'google.conflictAfterCommit': true });
    await google.faults({ match: { op: 'list' }, fault: 'HTTP_500' });
    expect(short(await google.vendor.provision(within(), provision))).toBe('UNKNOWN');
    expect(await finding({ operation: 'PROVISION', provision })).toBe('APPLIED');
  });

  it('says DUPLICATE, and not that nothing was applied, where another order has the place', async () => {
    const account = await google.customer();
    await google.subscription({ account, reference: 'SUB-OF-BEFORE' });
    const provision = anOrder(account);
    const refused = { kind: 'REJECTED', rejection: 'DUPLICATE', message: expect.stringContaining('SUB-OF-BEFORE') };
    expect(await google.vendor.provision(within(), provision)).toMatchObject(refused);
    await google.faults({ match: { op: 'create' }, fault: 'HTTP_502' });
    expect(short(await google.vendor.provision(within(), provision))).toBe('UNKNOWN');
    expect(await google.vendor.resolve(within(), { operation: 'PROVISION', provision }, Date.now())).toMatchObject(refused);
  });
});

describe('S2 a change of seats under every fault', () => {
  it.each([
    ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['COMMIT_THEN_DROP', 'UNKNOWN', 1, 'APPLIED'],
    ['COMMIT_THEN_500', 'UNKNOWN', 1, 'APPLIED'],
    ['HTTP_429(7)', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['HTTP_500', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_502', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_503', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['HTTP_504', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['SLOW(50)', 'SUCCEEDED', 1, 'APPLIED'],
    ['DUPLICATE_DELIVERY', 'SUCCEEDED', 2, 'APPLIED'],
    ['TRUNCATED_JSON', 'UNKNOWN', 1, 'APPLIED'],
    ['TOKEN_EXPIRED', 'SUCCEEDED', 1, 'APPLIED'],
    ['CERT_REJECTED', 'REJECTED FORBIDDEN', 0, 'NOT_APPLIED'],
    ['SCHEMA_DRIFT', 'SUCCEEDED', 1, 'APPLIED'],
  ])('%s ends as %s with %i committed, and reading says %s', async (fault, outcome, commits, found) => {
    const ref = await google.subscription();
    const change: Change = { operation: 'CHANGE_QUANTITY', quantity: 25 };
    await google.faults({ match: { op: 'changeSeats' }, fault });
    expect(short(await google.vendor.change(within(800), ref, change))).toBe(outcome);
    expect(await google.commits('changeSeats')).toBe(commits);
    expect(await finding({ operation: 'CHANGE_QUANTITY', ref, change })).toBe(found);
    expect(value(await google.vendor.change(within(), ref, change))).toMatchObject({ quantity: 25 });
  });

  it.each([
    { operation: 'CHANGE_QUANTITY', quantity: 25 },
    { operation: 'SUSPEND' },
    { operation: 'SET_RENEWAL', renews: false },
    { operation: 'CANCEL' },
  ] as const)('$operation is done where Google says 409 after doing it', async (change) => {
    const ref = await google.subscription({ policy: 'YEARLY' });
    await google.settings({ 'google.conflictAfterCommit': true });
    const first = await google.vendor.change(within(), ref, change);
    const last = first.kind === 'RETRYABLE' ? await google.vendor.change(within(), ref, change) : first;
    expect(short(last)).toBe('SUCCEEDED');
    expect(await finding({ operation: change.operation, ref, change })).toBe('APPLIED');
  });

  it.each(['changePlan', 'changeRenewalSettings', 'suspend', 'activate', 'delete'])('%s is unknown without an answer, and found by reading', async (op) => {
    const changes: Record<string, Change> = {
      changePlan: { operation: 'CHANGE_PLAN', sku: '1010020027', quantity: 10, policy: 'YEARLY' },
      changeRenewalSettings: { operation: 'SET_RENEWAL', renews: false },
      suspend: { operation: 'SUSPEND' },
      activate: { operation: 'RESUME' },
      delete: { operation: 'CANCEL' },
    };
    const change = changes[op]!;
    const ref = await google.subscription({ policy: op === 'changeRenewalSettings' ? 'YEARLY' : 'PAYG', ...(op === 'delete' ? { sku: '1010330004' } : {}) });
    if (op === 'activate') await google.vendor.change(within(), ref, { operation: 'SUSPEND' });
    await google.faults({ match: { op }, fault: 'HTTP_502' }, { match: { op }, fault: 'COMMIT_THEN_DROP' });
    expect(short(await google.vendor.change(within(), ref, change))).toBe('UNKNOWN');
    expect(await finding({ operation: change.operation, ref, change })).toBe('NOT_APPLIED');
    expect(short(await google.vendor.change(within(), ref, change))).toBe('UNKNOWN');
    expect(await finding({ operation: change.operation, ref, change })).toBe('APPLIED');
    expect(await google.commits(op)).toBe(1);
  });
});

describe('S2 a new customer under faults', () => {
  it.each([
    ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['COMMIT_THEN_DROP', 'UNKNOWN', 1, 'APPLIED'],
    ['COMMIT_THEN_500', 'UNKNOWN', 1, 'APPLIED'],
    ['HTTP_503', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['DUPLICATE_DELIVERY', 'SUCCEEDED', 1, 'APPLIED'],
    ['TRUNCATED_JSON', 'UNKNOWN', 1, 'APPLIED'],
    ['SCHEMA_DRIFT', 'SUCCEEDED', 1, 'APPLIED'],
  ])('%s ends as %s with %i committed, and reading says %s', async (fault, outcome, commits, found) => {
    const account = anAccount();
    await google.faults({ match: { op: 'customers.insert' }, fault });
    expect(short(await google.vendor.createCustomer(within(800), account))).toBe(outcome);
    expect(await google.commits('customers.insert')).toBe(commits);
    expect(await finding({ operation: 'CREATE_CUSTOMER', account })).toBe(found);
    expect(value(await google.vendor.createCustomer(within(), account)).vendorCustomerId).toMatch(/^C/);
    expect(await google.commits('customers.insert')).toBe(1);
  });
});

describe('S2 reading under faults', () => {
  it.each([
    ['TIMEOUT_BEFORE_COMMIT', 'RETRYABLE'],
    ['HTTP_429(1)', 'THROTTLED'],
    ['HTTP_500', 'RETRYABLE'],
    ['HTTP_502', 'RETRYABLE'],
    ['HTTP_503', 'THROTTLED'],
    ['HTTP_504', 'RETRYABLE'],
    ['COMMIT_THEN_DROP', 'RETRYABLE'],
    ['TRUNCATED_JSON', 'RETRYABLE'],
    ['TOKEN_EXPIRED', 'SUCCEEDED'],
    ['CERT_REJECTED', 'REJECTED FORBIDDEN'],
    ['SCHEMA_DRIFT', 'SUCCEEDED'],
  ])('%s ends as %s, and never as unknown', async (fault, outcome) => {
    const ref = await google.subscription();
    await google.faults({ match: { op: 'get' }, fault }, { match: { op: 'list' }, fault });
    expect(short(await google.vendor.getSubscription(within(800), ref))).toBe(outcome);
    expect(short(await google.vendor.listSubscriptions(within(800), [], undefined))).toBe(outcome);
  });

  it('shows a status that nobody knows as pending, in Google’s word', async () => {
    const ref = await google.subscription();
    await google.faults({ match: { op: 'get' }, fault: 'SCHEMA_DRIFT' });
    expect(value(await google.vendor.getSubscription(within(), ref))).toMatchObject({ status: 'PENDING', statusReason: 'SomethingNew', quantity: 10 });
  });
});
