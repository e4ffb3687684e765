import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCall, again, anAccount, aProvision, PartnerCenterBench, toChange } from '../../test/microsoft.ts';
import type { Change, Intent, Provision, SubscriptionRef, VendorSubscription } from '../vendor.ts';

const DAY_MS = 86_400_000;
let bench: PartnerCenterBench;
beforeAll(async () => void (bench = await PartnerCenterBench.start()));
beforeEach(() => bench.reset());
afterAll(() => bench.stop());

const elapsed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function held(ref: SubscriptionRef): Promise<VendorSubscription | undefined> {
  const reading = await bench.vendor.getSubscription(aCall(), ref);
  return reading.kind === 'SUCCEEDED' ? reading.value : undefined;
}

describe('customers', () => {
  it('are created with a domain made from the account number, and a password that is shown once', async () => {
    const outcome = await bench.vendor.createCustomer(aCall(), anAccount());
    expect(outcome).toMatchObject({
      kind: 'SUCCEEDED',
      value: { vendorCustomerId: expect.any(String), secret: { name: 'Password of admin@c1001.onmicrosoft.com', value: expect.any(String) } },
    });
    const [created] = await bench.journal('createCustomer');
    expect(created!.request.body).toMatchObject({
      companyProfile: { domain: 'c1001.onmicrosoft.com' },
      billingProfile: { culture: 'de-DE', language: 'de', defaultAddress: { firstName: 'License', lastName: 'Administrator', country: 'DE' } },
    });
  });

  it('that are repeated are the same customer with the same password', async () => {
    const call = aCall();
    const first = await bench.vendor.createCustomer(call, anAccount());
    expect(await bench.vendor.createCustomer(again(call), anAccount())).toEqual(first);
    expect(await bench.commits('createCustomer')).toBe(1);
  });

  it('that are known already are looked up', async () => {
    const account = await bench.customer();
    expect(await bench.vendor.createCustomer(aCall(), account)).toEqual({ kind: 'SUCCEEDED', value: { vendorCustomerId: account.vendorCustomerId } });
    expect(await bench.vendor.createCustomer(aCall(), { ...account, vendorCustomerId: 'nobody' })).toMatchObject({
      rejection: 'NOT_FOUND',
      vendorCode: '60003',
    });
  });

  it('are found again by their own domain, where the request is not recognized', async () => {
    const { vendorCustomerId } = await bench.customer();
    expect(await bench.vendor.createCustomer(aCall(), anAccount())).toEqual({ kind: 'SUCCEEDED', value: { vendorCustomerId } });
  });

  it('cannot be taken over by naming their domain', async () => {
    await bench.customer();
    const thief = anAccount({ reference: 'C-6666', parameters: { Domain: 'c1001.onmicrosoft.com' } });
    expect(await bench.vendor.createCustomer(aCall(), thief)).toMatchObject({ kind: 'REJECTED', rejection: 'DUPLICATE' });
  });

  it('are no resellers: those are not sent', async () => {
    expect(await bench.vendor.createCustomer(aCall(), anAccount({ role: 'RESELLER' }))).toEqual({ kind: 'SUCCEEDED', value: { vendorCustomerId: undefined } });
    expect(await bench.journal()).toEqual([]);
  });

  it.each([
    // fault, outcome, committed, what reading says
    ['COMMIT_THEN_DROP', 'UNKNOWN', 1, 'APPLIED'],
    ['COMMIT_THEN_500', 'UNKNOWN', 1, 'APPLIED'],
    ['TRUNCATED_JSON', 'UNKNOWN', 1, 'APPLIED'],
    ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_500', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_429(7)', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['TOKEN_EXPIRED', 'SUCCEEDED', 1, 'APPLIED'],
    ['DUPLICATE_DELIVERY', 'SUCCEEDED', 1, 'APPLIED'],
    ['SCHEMA_DRIFT', 'SUCCEEDED', 1, 'APPLIED'],
  ] as const)('under %s end as %s', async (fault, outcome, committed, finding) => {
    await bench.fault('createCustomer', fault);
    const call = aCall(400);
    expect(await bench.vendor.createCustomer(call, anAccount())).toMatchObject({ kind: outcome });
    expect(await bench.commits('createCustomer')).toBe(committed);
    const intent: Intent = { operation: 'CREATE_CUSTOMER', account: anAccount() };
    expect(await bench.vendor.resolve(aCall(), intent, Date.now())).toMatchObject({ kind: 'SUCCEEDED', value: { kind: finding } });

    expect(await bench.vendor.createCustomer(again(call), anAccount())).toMatchObject({ kind: 'SUCCEEDED', value: { secret: { value: expect.any(String) } } });
    expect(await bench.commits('createCustomer')).toBe(1);
  });

  it('whose domain belongs to another company are for a person to look at', async () => {
    await bench.customer({ companyName: 'Fabrikam AG' });
    const intent: Intent = { operation: 'CREATE_CUSTOMER', account: anAccount() };
    expect(await bench.vendor.resolve(aCall(), intent, 0)).toMatchObject({ value: { kind: 'CANNOT_TELL', message: expect.stringContaining('Fabrikam AG') } });
  });
});

describe('an order', () => {
  it.each([
    // policy, parameters, term and billing cycle that are ordered
    ['PAYG', {}, 'P1M', 'monthly'],
    ['YEARLY', {}, 'P1Y', 'annual'],
    ['COMMITTED', {}, 'P1Y', 'annual'],
    ['COMMITTED', { TermDuration: 'P1M' }, 'P1M', 'monthly'],
    ['COMMITTED', { TermDuration: 'P3Y', BillingCycle: 'monthly' }, 'P3Y', 'monthly'],
    ['COMMITTED', { BillingCycle: 'monthly' }, 'P1Y', 'monthly'],
    ['USAGE_DAILY', {}, undefined, 'monthly'],
  ] as const)('of a %s plan with %o is for %s, billed %s', async (policy, parameters, termDuration, billingCycle) => {
    const provision = aProvision({ account: await bench.customer(), policy, parameters });
    expect(bench.vendor.check({ operation: 'PROVISION', provision })).toEqual([]);
    expect(await bench.vendor.provision(aCall(), provision)).toMatchObject({
      kind: 'SUCCEEDED',
      value: { reference: 'S-2001', status: 'ACTIVE', sku: provision.sku, quantity: 5, renews: termDuration !== undefined },
    });
    const [cart] = await bench.journal('createCart');
    expect((cart!.request.body as { lineItems: unknown[] }).lineItems[0]).toEqual({
      id: 0,
      catalogItemId: provision.sku,
      friendlyName: 'S-2001',
      quantity: 5,
      currencyCode: 'EUR',
      billingCycle,
      ...(termDuration ? { termDuration } : {}),
    });
  });

  it('of a reseller carries its partner id', async () => {
    const account = { ...(await bench.customer()), reseller: { pin: '4847383', email: undefined } };
    await bench.vendor.provision(aCall(), aProvision({ account }));
    const [checkout] = await bench.journal('checkout');
    expect(checkout!.response!.body).toMatchObject({ orders: [{ lineItems: [{ partnerIdOnRecord: '4847383' }] }] });
  });

  it.each([
    // fault of the checkout, outcome, orders, what reading says of it
    ['COMMIT_THEN_DROP', 'UNKNOWN', 1, 'APPLIED'],
    ['COMMIT_THEN_500', 'UNKNOWN', 1, 'APPLIED'],
    ['TRUNCATED_JSON', 'UNKNOWN', 1, 'APPLIED'],
    ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_500', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_502', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_503', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_504', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_429(57)', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['CERT_REJECTED', 'REJECTED', 0, 'NOT_APPLIED'],
    ['TOKEN_EXPIRED', 'SUCCEEDED', 1, 'APPLIED'],
    ['SLOW(50)', 'SUCCEEDED', 1, 'APPLIED'],
    ['DUPLICATE_DELIVERY', 'SUCCEEDED', 1, 'APPLIED'],
    ['SCHEMA_DRIFT', 'ACCEPTED', 1, 'APPLIED'],
    ['ASYNC_STUCK', 'ACCEPTED', 1, 'IN_PROGRESS'],
  ] as const)('under %s ends as %s, and is placed once however often it is tried', async (fault, outcome, committed, finding) => {
    const provision = aProvision({ account: await bench.customer() });
    await bench.fault('checkout', fault);
    const call = aCall(500);
    expect(await bench.vendor.provision(call, provision)).toMatchObject({ kind: outcome });
    expect(await bench.commits('checkout')).toBe(committed);
    expect(await bench.vendor.resolve(aCall(), { operation: 'PROVISION', provision }, Date.now())).toMatchObject({
      kind: 'SUCCEEDED',
      value: { kind: finding },
    });

    await bench.fault('nothing', 'SLOW');
    expect(await bench.vendor.provision(again(call), provision)).toMatchObject({ kind: fault === 'ASYNC_STUCK' ? 'ACCEPTED' : 'SUCCEEDED' });
    expect(await bench.commits('checkout')).toBe(1);
  });

  it.each(['COMMIT_THEN_DROP', 'COMMIT_THEN_500', 'TRUNCATED_JSON', 'TIMEOUT_BEFORE_COMMIT', 'HTTP_503'])(
    'whose cart is lost by %s was not placed, and is placed by another try',
    async (fault) => {
      const provision = aProvision({ account: await bench.customer() });
      await bench.fault('createCart', fault);
      const call = aCall(400);
      expect(await bench.vendor.provision(call, provision)).toMatchObject({ kind: 'RETRYABLE' });
      expect(await bench.commits('checkout')).toBe(0);
      expect(await bench.vendor.provision(again(call), provision)).toMatchObject({ kind: 'SUCCEEDED' });
      expect(await bench.commits('createCart')).toBe(1);
      expect(await bench.commits('checkout')).toBe(1);
    },
  );

  it('that a read out of date does not show is still placed once', async () => {
    const provision = aProvision({ account: await bench.customer() });
    await elapsed(400);
    await bench.fault('checkout', 'COMMIT_THEN_DROP');
    const call = aCall();
    expect(await bench.vendor.provision(call, provision)).toMatchObject({ kind: 'UNKNOWN' });
    // The customer is seen, what came after is not.
    await bench.control(
      'faults',
      ['listOrders', 'listSubscriptions'].map((op) => ({ match: { op }, fault: 'STALE_READ', ms: 300 })),
    );
    expect(await bench.vendor.resolve(aCall(), { operation: 'PROVISION', provision }, Date.now())).toMatchObject({ value: { kind: 'NOT_APPLIED' } });
    await bench.control('faults', []);
    expect(await bench.vendor.provision(again(call), provision)).toMatchObject({ kind: 'SUCCEEDED' });
    expect(await bench.commits('checkout')).toBe(1);
  });

  it('that is done after we stopped to wait is done once, whichever try comes first', async () => {
    const provision = aProvision({ account: await bench.customer() });
    await bench.fault('checkout', 'SLOW(600)');
    const call = aCall(300);
    expect(await bench.vendor.provision(call, provision)).toMatchObject({ kind: 'UNKNOWN' });
    expect(await bench.vendor.provision(again(call), provision)).toMatchObject({ kind: 'SUCCEEDED' });
    await elapsed(500);
    expect(await bench.journal('checkout')).toHaveLength(2);
    expect(await bench.commits('checkout')).toBe(1);
  });

  it('under a new id is another order, and then a person has to look', async () => {
    const provision = aProvision({ account: await bench.customer() });
    await bench.vendor.provision(aCall(), provision);
    await bench.vendor.provision(aCall(), provision);
    expect(await bench.commits('checkout')).toBe(2);
    expect(await bench.vendor.resolve(aCall(), { operation: 'PROVISION', provision }, 0)).toMatchObject({
      value: { kind: 'CANNOT_TELL', message: expect.stringContaining('ordered 2 times') },
    });
  });

  it('that is pending is polled until it is there', async () => {
    await bench.control('settings', { 'microsoft.orderDelayMs': 3_600_000 });
    const provision = aProvision({ account: await bench.customer() });
    const outcome = await bench.vendor.provision(aCall(), provision);
    const intent: Intent = { operation: 'PROVISION', provision };
    const pollRef = outcome.kind === 'ACCEPTED' ? outcome.pollRef : '';
    expect(await bench.vendor.poll(aCall(), intent, pollRef)).toEqual({ kind: 'ACCEPTED', pollRef });
    expect(await bench.vendor.resolve(aCall(), intent, 0)).toEqual({ kind: 'SUCCEEDED', value: { kind: 'IN_PROGRESS', pollRef } });
    await bench.control('clock', { now: Date.now() + 3_500_000 + 200_000 });
    // The token expired on the way, and is fetched anew.
    expect(await bench.vendor.poll(aCall(), intent, pollRef)).toMatchObject({ kind: 'SUCCEEDED', value: { status: 'ACTIVE', reference: 'S-2001' } });
    expect(await bench.journal('token')).toHaveLength(2);
  });

  it('with a status that nobody knows is asked for again', async () => {
    const provision = aProvision({ account: await bench.customer() });
    await bench.control('faults', [
      { fault: 'SCHEMA_DRIFT', match: { op: 'checkout' } },
      { fault: 'SCHEMA_DRIFT', match: { op: 'getOrder' } },
    ]);
    const outcome = await bench.vendor.provision(aCall(), provision);
    expect(await bench.vendor.poll(aCall(), { operation: 'PROVISION', provision }, outcome.kind === 'ACCEPTED' ? outcome.pollRef : '')).toMatchObject({
      kind: 'RETRYABLE',
      message: expect.stringContaining('SomethingNew'),
    });
  });

  it.each([
    // what is wrong, and how Microsoft says so
    ['an article that does not exist', { sku: 'UNKNOWN:0001:X' }, {}, 'VALIDATION', '800010'],
    ['a customer that does not exist', { account: anAccount({ vendorCustomerId: 'nobody' }) }, {}, 'NOT_FOUND', '60003'],
    ['too many licenses', { quantity: 10_001 }, {}, 'VALIDATION', '800009'],
    ['no agreement on record', {}, { 'microsoft.agreementRequired': true }, 'FORBIDDEN', '13605'],
    ['an account without an id', { account: anAccount() }, {}, 'VALIDATION', undefined],
  ] as const)('for %s is refused', async (_, changes: Partial<Provision>, settings, rejection, vendorCode) => {
    await bench.control('settings', settings);
    const provision = aProvision({ account: await bench.customer(), ...changes });
    expect(await bench.vendor.provision(aCall(), provision)).toMatchObject({ kind: 'REJECTED', rejection, vendorCode });
    expect(await bench.commits('checkout')).toBe(0);
  });

  it('that was refused is not refused for ever: another try is another request', async () => {
    await bench.control('settings', { 'microsoft.agreementRequired': true });
    const provision = aProvision({ account: await bench.customer() });
    const call = aCall();
    expect(await bench.vendor.provision(call, provision)).toMatchObject({ vendorCode: '13605' });
    await bench.control('settings', { 'microsoft.agreementRequired': false });
    expect(await bench.vendor.provision(again(call), provision)).toMatchObject({ kind: 'SUCCEEDED' });
    expect(await bench.commits('createCart')).toBe(1);
  });

  it('that was submitted before, as its cart says, is found', async () => {
    const provision = aProvision({ account: await bench.customer() });
    const call = aCall();
    await bench.fault('checkout', 'CERT_REJECTED');
    expect(await bench.vendor.provision(call, provision)).toMatchObject({ rejection: 'FORBIDDEN' });
    const [refused] = await bench.journal('checkout');
    await fetch(bench.simulator.apiUrl + refused!.request.path, { method: 'POST', headers: { authorization: await bench.authorization() } });
    expect(await bench.commits('checkout')).toBe(1);

    expect(await bench.vendor.provision(again(call), provision)).toMatchObject({ kind: 'SUCCEEDED', value: { reference: 'S-2001' } });
    expect((await bench.journal('checkout')).at(-1)!.response!.body).toMatchObject({ code: '800065' });
    expect(await bench.commits('checkout')).toBe(1);
  });
});

const QUANTITY = { operation: 'CHANGE_QUANTITY', quantity: 8 } as const;
const SUSPEND = { operation: 'SUSPEND' } as const;
const RESUME = { operation: 'RESUME' } as const;
const CANCEL = { operation: 'CANCEL' } as const;
const NO_RENEWAL = { operation: 'SET_RENEWAL', renews: false } as const;

describe('a change', () => {
  it.each([
    ['CHANGE_QUANTITY', QUANTITY, { quantity: 8, status: 'ACTIVE' }],
    ['SUSPEND', SUSPEND, { status: 'SUSPENDED', statusReason: 'Suspended by the partner.' }],
    ['CANCEL', CANCEL, { status: 'TERMINATED', statusReason: 'deleted' }],
    ['SET_RENEWAL', NO_RENEWAL, { renews: false, status: 'ACTIVE' }],
  ] as const)('%s is made, and making it again does nothing', async (_, change: Change, expected) => {
    const ref = await bench.subscription();
    const call = aCall();
    expect(await bench.vendor.change(call, ref, change)).toMatchObject({ kind: 'SUCCEEDED', value: expected });
    expect(await bench.vendor.change(again(call), ref, change)).toMatchObject({ kind: 'SUCCEEDED', value: expected });
    expect(await bench.vendor.change(aCall(), ref, change)).toMatchObject({ kind: 'SUCCEEDED', value: expected });
    expect(await bench.commits('patchSubscription')).toBe(1);
    expect(await held(ref)).toMatchObject(expected);
  });

  it('RESUME is made', async () => {
    const ref = await bench.subscription();
    await bench.vendor.change(aCall(), ref, SUSPEND);
    expect(await bench.vendor.change(aCall(), ref, RESUME)).toMatchObject({ kind: 'SUCCEEDED', value: { status: 'ACTIVE', statusReason: undefined } });
  });

  it.each([
    // fault, outcome, changes that were made, what reading says of it
    ['COMMIT_THEN_DROP', 'UNKNOWN', 1, 'APPLIED'],
    ['COMMIT_THEN_500', 'UNKNOWN', 1, 'APPLIED'],
    ['TRUNCATED_JSON', 'UNKNOWN', 1, 'APPLIED'],
    ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_500', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_502', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_503', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_504', 'UNKNOWN', 0, 'NOT_APPLIED'],
    ['HTTP_429(57)', 'THROTTLED', 0, 'NOT_APPLIED'],
    ['TOKEN_EXPIRED', 'SUCCEEDED', 1, 'APPLIED'],
    ['SLOW(50)', 'SUCCEEDED', 1, 'APPLIED'],
    ['DUPLICATE_DELIVERY', 'SUCCEEDED', 1, 'APPLIED'],
    ['OUT_OF_ORDER_WEBHOOK', 'SUCCEEDED', 1, 'APPLIED'],
    ['SCHEMA_DRIFT', 'SUCCEEDED', 1, 'APPLIED'],
    ['ASYNC_STUCK', 'ACCEPTED', 1, 'NOT_APPLIED'],
  ] as const)('under %s ends as %s', async (fault, outcome, committed, finding) => {
    const ref = await bench.subscription();
    for (const change of [QUANTITY, CANCEL]) {
      const before = await bench.commits('patchSubscription');
      await bench.fault('patchSubscription', fault);
      const call = aCall(500);
      expect(await bench.vendor.change(call, ref, change)).toMatchObject({ kind: outcome });
      expect(await bench.commits('patchSubscription')).toBe(before + committed);
      expect(await bench.vendor.resolve(aCall(), toChange(ref, change), Date.now())).toMatchObject({ value: { kind: finding } });
      if (fault === 'ASYNC_STUCK') return;
      expect(await bench.vendor.change(again(call), ref, change)).toMatchObject({ kind: 'SUCCEEDED' });
      expect(await bench.commits('patchSubscription')).toBe(before + 1);
    }
  });

  it('tells how long to wait', async () => {
    const ref = await bench.subscription();
    await bench.fault('patchSubscription', 'HTTP_429(57)');
    expect(await bench.vendor.change(aCall(), ref, QUANTITY)).toMatchObject({ kind: 'THROTTLED', retryAfterMs: 57_000 });
    await bench.fault('getSubscription', 'HTTP_429(58)');
    expect(await bench.vendor.change(aCall(), ref, QUANTITY)).toMatchObject({ kind: 'THROTTLED', retryAfterMs: 58_000 });
  });

  it.each([412, 400])('on what somebody else changed meanwhile is made on what is there now (%i)', async (status) => {
    await bench.control('settings', { 'microsoft.staleEtagStatus': status });
    const ref = await bench.subscription();
    await bench.vendor.change(aCall(), ref, { operation: 'CHANGE_QUANTITY', quantity: 6 });
    await bench.fault('getSubscription', 'STALE_READ', { ms: 60_000 });
    // A read of a minute ago knows nothing, so the change waits for one that does.
    expect(await bench.vendor.change(aCall(), ref, QUANTITY)).toMatchObject({ kind: 'REJECTED', rejection: 'NOT_FOUND' });

    await elapsed(60);
    await bench.vendor.change(aCall(), ref, { operation: 'CHANGE_QUANTITY', quantity: 7 });
    await bench.fault('getSubscription', 'STALE_READ', { ms: 50 });
    const patches = (await bench.journal('patchSubscription')).length;
    expect(await bench.vendor.change(aCall(), ref, QUANTITY)).toMatchObject({ kind: 'SUCCEEDED', value: { quantity: 8 } });
    expect((await bench.journal('patchSubscription')).slice(patches).map(({ response }) => response!.status)).toEqual([status, 200]);
  });

  it('that finds it changed each time is left for later', async () => {
    const ref = await bench.subscription();
    await elapsed(600);
    await bench.vendor.change(aCall(), ref, NO_RENEWAL);
    await bench.fault('getSubscription', 'STALE_READ', { ms: 500, times: 0 });
    expect(await bench.vendor.change(aCall(), ref, QUANTITY)).toMatchObject({ kind: 'RETRYABLE', message: expect.stringContaining('somebody else') });
  });

  it('that is only accepted is polled until it is there', async () => {
    const ref = await bench.subscription();
    await bench.control('settings', { 'microsoft.asyncPatch': true, 'microsoft.patchDelayMs': 3_600_000 });
    const outcome = await bench.vendor.change(aCall(), ref, QUANTITY);
    const pollRef = outcome.kind === 'ACCEPTED' ? outcome.pollRef : '';
    expect(await bench.vendor.poll(aCall(), toChange(ref, QUANTITY), pollRef)).toEqual({ kind: 'ACCEPTED', pollRef });
    expect(await bench.vendor.change(aCall(), ref, NO_RENEWAL)).toMatchObject({ kind: 'RETRYABLE', message: expect.stringContaining('800060') });
    await bench.control('clock', { now: Date.now() + 3_600_000 });
    expect(await bench.vendor.poll(aCall(), toChange(ref, QUANTITY), pollRef)).toMatchObject({ kind: 'SUCCEEDED', value: { quantity: 8 } });
  });

  it('that never completes stays accepted', async () => {
    const ref = await bench.subscription();
    await bench.fault('quantity', 'ASYNC_STUCK');
    const outcome = await bench.vendor.change(aCall(), ref, QUANTITY);
    await bench.control('clock', { now: Date.now() + 5 * DAY_MS });
    expect(await bench.vendor.poll(aCall(), toChange(ref, QUANTITY), outcome.kind === 'ACCEPTED' ? outcome.pollRef : '')).toMatchObject({ kind: 'ACCEPTED' });
    expect(await held(ref)).toMatchObject({ quantity: 5 });
  });

  it.each([
    // days later, what was done before, what is asked for, and how it is refused
    ['a cancellation after the window', 8, [], CANCEL, 'POLICY_WINDOW_CLOSED', '900117'],
    ['a decrease after the window', 8, [], { operation: 'CHANGE_QUANTITY', quantity: 4 }, 'QUANTITY_RULE', '800090'],
    ['a quantity while suspended', 0, [SUSPEND], QUANTITY, 'CONFLICT_STATE', '2001'],
    ['a renewal while suspended', 0, [SUSPEND], NO_RENEWAL, 'CONFLICT_STATE', '800091'],
    ['a quantity out of range', 0, [], { operation: 'CHANGE_QUANTITY', quantity: 10_001 }, 'QUANTITY_RULE', '2002'],
    ['resuming what was canceled', 0, [CANCEL], RESUME, 'CONFLICT_STATE', '2011'],
  ] as const)('refuses %s', async (_, days, before: readonly Change[], change: Change, rejection, vendorCode) => {
    const ref = await bench.subscription();
    for (const earlier of before) await bench.vendor.change(aCall(), ref, earlier);
    if (days > 0) await bench.control('clock', { now: Date.now() + days * DAY_MS });
    const commits = await bench.commits('patchSubscription');
    expect(await bench.vendor.change(aCall(), ref, change)).toMatchObject({ kind: 'REJECTED', rejection, vendorCode });
    expect(await bench.commits('patchSubscription')).toBe(commits);
  });

  it('can decrease inside of the window, and increase after it', async () => {
    const ref = await bench.subscription();
    expect(await bench.vendor.change(aCall(), ref, { operation: 'CHANGE_QUANTITY', quantity: 2 })).toMatchObject({ kind: 'SUCCEEDED' });
    await bench.control('clock', { now: Date.now() + 8 * DAY_MS });
    expect(await bench.vendor.change(aCall(), ref, QUANTITY)).toMatchObject({ kind: 'SUCCEEDED', value: { quantity: 8 } });
  });

  it.each([
    { operation: 'SET_APPROVAL_CODE', approvalCode: 'X' },
    { operation: 'CHANGE_PLAN', sku: 'X', quantity: 1, policy: 'PAYG' },
  ] as const)('that Microsoft does not have is not sent: $operation', async (change) => {
    const ref = await bench.subscription();
    expect(bench.vendor.check(toChange(ref, change))).toHaveLength(1);
    const calls = (await bench.journal()).length;
    expect(await bench.vendor.change(aCall(), ref, change)).toMatchObject({ kind: 'REJECTED', rejection: 'VALIDATION' });
    expect(await bench.journal()).toHaveLength(calls);
  });
});

describe('reading', () => {
  it('bears a byte order mark, and numbers as text', async () => {
    await bench.control('settings', { 'microsoft.bom': true, 'microsoft.numbersAsText': true });
    const ref = await bench.subscription();
    expect(await held(ref)).toMatchObject({ quantity: 5, renews: true, startedAt: expect.any(Number) });
    expect(await bench.vendor.change(aCall(), ref, QUANTITY)).toMatchObject({ kind: 'SUCCEEDED', value: { quantity: 8 } });
  });

  it.each([
    ['HTTP_500', 'RETRYABLE'],
    ['HTTP_503', 'RETRYABLE'],
    ['HTTP_429(3)', 'THROTTLED'],
    ['TRUNCATED_JSON', 'RETRYABLE'],
    ['TIMEOUT_BEFORE_COMMIT', 'RETRYABLE'],
    ['COMMIT_THEN_DROP', 'RETRYABLE'],
    ['SCHEMA_DRIFT', 'RETRYABLE'],
    ['CERT_REJECTED', 'REJECTED'],
    ['TOKEN_EXPIRED', 'SUCCEEDED'],
  ] as const)('under %s ends as %s', async (fault, kind) => {
    const ref = await bench.subscription();
    await bench.fault('getSubscription', fault);
    expect(await bench.vendor.getSubscription(aCall(300), ref)).toMatchObject({ kind });
    await bench.fault('listSubscriptions', fault);
    expect(await bench.vendor.listSubscriptions(aCall(300), [ref.vendorCustomerId!], undefined)).toMatchObject({ kind });
  });

  it('names a status that it does not know', async () => {
    const ref = await bench.subscription();
    await bench.fault('getSubscription', 'SCHEMA_DRIFT');
    expect(await bench.vendor.getSubscription(aCall(), ref)).toMatchObject({ message: expect.stringContaining('"SomethingNew"') });
  });

  it('knows what is not there', async () => {
    const ref = await bench.subscription();
    const other = { ...ref, vendorSubscriptionId: '00000000-0000-4000-8000-000000000000' };
    expect(await bench.vendor.getSubscription(aCall(), other)).toEqual({ kind: 'SUCCEEDED', value: undefined });
    expect(await bench.vendor.resolve(aCall(), toChange(other, CANCEL), 0)).toMatchObject({ value: { kind: 'CANNOT_TELL' } });
  });

  it('lists all customers, one page each, and those that are gone as empty', async () => {
    const one = await bench.customer();
    const two = await bench.customer({ reference: 'C-1002' });
    await bench.subscription({ account: one });
    await bench.subscription({ account: one, reference: 'S-2002' });
    await bench.subscription({ account: two, reference: 'S-2003' });
    const seen: (string | undefined)[][] = [];
    let after: string | undefined;
    do {
      const page = await bench.vendor.listSubscriptions(aCall(), [one.vendorCustomerId!, 'gone', one.vendorCustomerId!, two.vendorCustomerId!], after);
      if (page.kind !== 'SUCCEEDED') throw new Error(page.kind);
      seen.push(page.value.subscriptions.map(({ reference }) => reference));
      after = page.value.next;
    } while (after);
    expect(seen).toEqual([['S-2001', 'S-2002'], [], ['S-2003']]);
  });

  it('says by the clock of the vendor of when it is', async () => {
    const ref = await bench.subscription();
    const now = Date.parse('2031-01-01T00:00:00Z');
    await bench.control('clock', { now });
    const reading = await bench.vendor.resolve(aCall(), toChange(ref, QUANTITY), 0);
    const asOf = reading.kind === 'SUCCEEDED' && reading.value.kind === 'NOT_APPLIED' ? reading.value.asOf : 0;
    expect(asOf - now).toBeLessThan(5_000);
    expect(asOf).toBeGreaterThanOrEqual(now);
  });
});

describe('a token', () => {
  it('is fetched once for all who wait for it', async () => {
    await bench.fault('token', 'SLOW', { ms: 50 });
    const accounts = ['C-1', 'C-2', 'C-3', 'C-4'].map((reference) => anAccount({ reference }));
    const outcomes = await Promise.all(accounts.map((account) => bench.vendor.createCustomer(aCall(), account)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(await bench.journal('token')).toHaveLength(1);
  });

  it('that expired is replaced once, and the request is the same one', async () => {
    const ref = await bench.subscription();
    await bench.control('clock', { now: Date.now() + 2 * 3_600_000 });
    expect(await bench.vendor.getSubscription(aCall(), ref)).toMatchObject({ kind: 'SUCCEEDED' });
    expect(await bench.journal('token')).toHaveLength(2);
    await bench.fault('patchSubscription', 'TOKEN_EXPIRED', { times: 0 });
    expect(await bench.vendor.change(aCall(), ref, QUANTITY)).toMatchObject({ kind: 'REJECTED', rejection: 'AUTH' });
    const ids = (await bench.journal('patchSubscription')).map(({ request }) => (request.headers as Record<string, string>)['ms-requestid']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it.each([
    // what happens to the sign-in, and how an order that needs it ends: never unknown
    ['HTTP_503', 'RETRYABLE'],
    ['HTTP_429(9)', 'THROTTLED'],
    ['COMMIT_THEN_DROP', 'RETRYABLE'],
    ['TRUNCATED_JSON', 'RETRYABLE'],
    ['TIMEOUT_BEFORE_COMMIT', 'RETRYABLE'],
    ['TOKEN_EXPIRED', 'REJECTED'],
  ] as const)('that cannot be had (%s) ends a call as %s', async (fault, kind) => {
    await bench.fault('token', fault);
    expect(await bench.vendor.createCustomer(aCall(300), anAccount())).toMatchObject({ kind });
    expect(await bench.journal('createCustomer')).toEqual([]);
  });

  it('is not given for a wrong secret, which is not told to anybody', async () => {
    await bench.reset({ MICROSOFT_CLIENT_SECRET: 'a-wrong-secret' });
    const outcome = await bench.vendor.createCustomer(aCall(), anAccount());
    expect(outcome).toMatchObject({ kind: 'REJECTED', rejection: 'AUTH', vendorCode: 'invalid_client' });
    expect(JSON.stringify(outcome)).not.toContain('a-wrong-secret');
  });
});

it('cannot be reached: nothing was done', async () => {
  await bench.reset({ MICROSOFT_URL: 'http://127.0.0.1:1' });
  expect(await bench.vendor.createCustomer(aCall(), anAccount())).toMatchObject({ kind: 'RETRYABLE' });
});
