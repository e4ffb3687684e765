import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anAccount, anOrder, BUSINESS_STARTER, googleStage, refOf, short, value, VAULT, within, type GoogleStage } from '../../test/google-stage.ts';
import type { Change, Outcome, SubscriptionRef, VendorSubscription } from '../vendor.ts';

let google: GoogleStage;
beforeEach(async () => {
  google = await googleStage();
});
afterEach(() => google.stop());

const change = (ref: SubscriptionRef, what: Change): Promise<Outcome<VendorSubscription | undefined>> => google.vendor.change(within(), ref, what);
const get = async (ref: SubscriptionRef): Promise<VendorSubscription | undefined> => value(await google.vendor.getSubscription(within(), ref));
const sent = async (op: string): Promise<unknown[]> => (await google.journal()).filter((entry) => entry.op === op).map((entry) => entry.request.body);

/** Days after now, by the vendor's clock. */
const after = (days: number): Promise<void> => google.clock(new Date(Date.now() + days * 86_400_000).toISOString());

describe('customers', () => {
  it('are made with what Google wants to know, and found again by their domain', async () => {
    const account = anAccount();
    const { vendorCustomerId } = value(await google.vendor.createCustomer(within(), account));
    expect(value(await google.vendor.createCustomer(within(), account)).vendorCustomerId).toBe(vendorCustomerId);
    expect(value(await google.vendor.createCustomer(within(), { ...account, vendorCustomerId })).vendorCustomerId).toBe(vendorCustomerId);
    expect(await sent('customers.insert')).toEqual([
      {
        customerDomain: account.email.split('@')[1],
        customerType: 'domain',
        alternateEmail: 'desk@partner.example',
        phoneNumber: '+49 30 123456',
        postalAddress: {
          contactName: 'Example GmbH',
          organizationName: 'Example GmbH',
          countryCode: 'DE',
          postalCode: '10115',
          addressLine1: 'Hauptstr. 1',
          locality: 'Berlin',
        },
      },
    ]);
  });

  it('of somebody else are not ours', async () => {
    await google.settings({ 'google.foreignDomains': ['taken.example'] });
    expect(short(await google.vendor.createCustomer(within(), anAccount({ parameters: { Domain: 'taken.example' } })))).toBe('REJECTED FORBIDDEN');
  });

  it('under an id that Google does not know are not made anew', async () => {
    expect(short(await google.vendor.createCustomer(within(), anAccount({ vendorCustomerId: 'C0' })))).toBe('REJECTED NOT_FOUND');
  });
});

describe('a new subscription', () => {
  it.each([
    // policy, parameters, what Google is asked for
    ['PAYG', {}, 'FLEXIBLE', { maximumNumberOfSeats: 10 }, undefined],
    ['MAX_OF_MONTH', {}, 'FLEXIBLE', { maximumNumberOfSeats: 10 }, undefined],
    ['YEARLY', {}, 'ANNUAL_YEARLY_PAY', { numberOfSeats: 10 }, 'AUTO_RENEW_YEARLY_PAY'],
    ['COMMITTED', {}, 'ANNUAL_YEARLY_PAY', { numberOfSeats: 10 }, 'AUTO_RENEW_YEARLY_PAY'],
    ['COMMITTED', { Plan: 'ANNUAL_MONTHLY_PAY' }, 'ANNUAL_MONTHLY_PAY', { numberOfSeats: 10 }, 'AUTO_RENEW_MONTHLY_PAY'],
    ['YEARLY', { Plan: 'FLEXIBLE' }, 'FLEXIBLE', { maximumNumberOfSeats: 10 }, undefined],
    ['PAYG', { Plan: 'TRIAL' }, 'TRIAL', { maximumNumberOfSeats: 10 }, undefined],
  ] as const)('under %s with %o is asked for as %s', async (policy, parameters, planName, seats, renewalType) => {
    const order = anOrder(await google.customer(), { policy, parameters });
    const made = value(await google.vendor.provision(within(), order));
    expect(made).toMatchObject({ reference: order.reference, status: 'ACTIVE', quantity: 10, sku: BUSINESS_STARTER, statusReason: undefined });
    expect(made.startedAt).toBeGreaterThan(Date.now() - 60_000);
    expect(await sent('subscriptions.insert')).toMatchObject([
      {
        plan: { planName },
        seats: { kind: 'subscriptions#seats', ...seats },
        purchaseOrderId: order.reference,
        ...(renewalType ? { renewalSettings: { renewalType } } : {}),
      },
    ]);
    expect(value(await google.vendor.listSubscriptions(within(), [], undefined)).subscriptions).toEqual([made]);
  });

  it('carries our number before the buyer’s, and a deal code or else the approval code', async () => {
    const order = anOrder(await google.customer(), { parameters: { PurchaseOrder: 'PO 7 / North' }, approvalCode: 'APPROVED-9' });
    expect(value(await google.vendor.provision(within(), order)).reference).toBe(order.reference);
    expect(await sent('subscriptions.insert')).toMatchObject([{ purchaseOrderId: `${order.reference} / PO 7 / North`, dealCode: 'APPROVED-9' }]);
  });

  it('may go to a customer that is known by its domain only', async () => {
    const { vendorCustomerId, ...account } = await google.customer();
    const made = value(await google.vendor.provision(within(), anOrder({ ...account, vendorCustomerId: undefined })));
    expect(made.vendorCustomerId).toBe(vendorCustomerId);
  });

  it('that waits for the terms of service is delivered, suspended for that reason', async () => {
    await google.settings({ 'google.tosPending': true });
    const account = await google.customer();
    const order = anOrder(account);
    const made = value(await google.vendor.provision(within(), order));
    expect(made).toMatchObject({ status: 'SUSPENDED', statusReason: 'PENDING_TOS_ACCEPTANCE' });
    const ref = refOf(order.reference, made);
    // Activating takes back our own suspension, and there is none: nothing is sent, and it waits on.
    expect(value(await change(ref, { operation: 'RESUME' }))).toMatchObject({ status: 'SUSPENDED', statusReason: 'PENDING_TOS_ACCEPTANCE' });
    await change(ref, { operation: 'SUSPEND' });
    expect((await get(ref))?.statusReason?.split(', ').sort()).toEqual(['PENDING_TOS_ACCEPTANCE', 'RESELLER_INITIATED']);
    expect(value(await change(ref, { operation: 'RESUME' }))).toMatchObject({ status: 'SUSPENDED', statusReason: 'PENDING_TOS_ACCEPTANCE' });
    await google.control('acceptTos', { customer: account.vendorCustomerId });
    expect(await get(ref)).toMatchObject({ status: 'ACTIVE', statusReason: undefined });
  });

  it('of an article that the customer has already is a duplicate', async () => {
    const account = await google.customer();
    await google.subscription({ account });
    expect(short(await google.vendor.provision(within(), anOrder(account)))).toBe('REJECTED DUPLICATE');
    expect(short(await google.vendor.provision(within(), anOrder(account, { sku: VAULT })))).toBe('SUCCEEDED');
  });

  it('is refused in our words', async () => {
    const account = await google.customer();
    expect(short(await google.vendor.provision(within(), anOrder(account, { quantity: 50_001 })))).toBe('REJECTED QUANTITY_RULE');
    expect(short(await google.vendor.provision(within(), anOrder(account, { parameters: { Plan: 'MONTHLY' } })))).toBe('REJECTED VALIDATION');
    expect(short(await google.vendor.provision(within(), anOrder(anAccount())))).toBe('REJECTED NOT_FOUND');
  });
});

describe('seats', () => {
  it('of a flexible plan go up and down, to those who have one', async () => {
    const ref = await google.subscription();
    await google.control('assignUsers', { customer: ref.vendorCustomerId, sku: ref.sku, users: 6 });
    expect(value(await change(ref, { operation: 'CHANGE_QUANTITY', quantity: 40 }))?.quantity).toBe(40);
    expect(value(await change(ref, { operation: 'CHANGE_QUANTITY', quantity: 6 }))?.quantity).toBe(6);
    expect(short(await change(ref, { operation: 'CHANGE_QUANTITY', quantity: 5 }))).toBe('REJECTED QUANTITY_RULE');
    expect(await sent('changeSeats')).toMatchObject([{ maximumNumberOfSeats: 40 }, { maximumNumberOfSeats: 6 }, { maximumNumberOfSeats: 5 }]);
  });

  it.each(['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY'])('of %s go up only', async (Plan) => {
    const ref = await google.subscription({ policy: 'COMMITTED', parameters: { Plan } });
    expect(value(await change(ref, { operation: 'CHANGE_QUANTITY', quantity: 12 }))?.quantity).toBe(12);
    expect(short(await change(ref, { operation: 'CHANGE_QUANTITY', quantity: 11 }))).toBe('REJECTED QUANTITY_RULE');
    expect((await get(ref))?.quantity).toBe(12);
  });

  it('that are there already are not sent', async () => {
    const ref = await google.subscription();
    expect(value(await change(ref, { operation: 'CHANGE_QUANTITY', quantity: 10 }))?.quantity).toBe(10);
    expect(await sent('changeSeats')).toEqual([]);
  });
});

describe('an id that changes', () => {
  it('with the plan is not needed to find the subscription', async () => {
    const ref = await google.subscription();
    const changed = value(await change(ref, { operation: 'CHANGE_PLAN', sku: ref.sku, quantity: 12, policy: 'YEARLY' }));
    expect(changed).toMatchObject({ reference: ref.reference, quantity: 12, renews: true });
    expect(changed?.vendorSubscriptionId).not.toBe(ref.vendorSubscriptionId);
    expect(await sent('changePlan')).toMatchObject([{ purchaseOrderId: ref.reference }]);
    expect(await get(ref)).toEqual(changed);
    expect(value(await change(ref, { operation: 'CHANGE_QUANTITY', quantity: 15 }))).toMatchObject({ ...changed, quantity: 15 });
  });

  it('with everything does no harm', async () => {
    await google.settings({ 'google.rotatesIds': true });
    const ref = await google.subscription({ policy: 'YEARLY' });
    for (const what of [
      { operation: 'CHANGE_QUANTITY', quantity: 11 },
      { operation: 'SET_RENEWAL', renews: false },
      { operation: 'SUSPEND' },
      { operation: 'RESUME' },
    ] as const) {
      expect(short(await change(ref, what))).toBe('SUCCEEDED');
      expect(value(await google.vendor.resolve(within(), { operation: what.operation, ref, change: what }, Date.now())).kind).toBe('APPLIED');
    }
    expect(await get(ref)).toMatchObject({ reference: ref.reference, status: 'ACTIVE', quantity: 11, renews: false });
    expect(short(await change(ref, { operation: 'CANCEL' }))).toBe('SUCCEEDED');
  });

  it('never leads to the subscription of another order in the same place', async () => {
    const account = await google.customer();
    const ended = await google.subscription({ account, sku: VAULT });
    await change(ended, { operation: 'CANCEL' });
    const next = await google.subscription({ account, sku: VAULT });
    expect(await get(ended)).toBeUndefined();
    expect(short(await change(ended, { operation: 'CANCEL' }))).toBe('SUCCEEDED');
    expect(short(await change(ended, { operation: 'SUSPEND' }))).toBe('REJECTED NOT_FOUND');
    expect(await get(next)).toMatchObject({ status: 'ACTIVE' });
  });
});

describe('plan and renewal', () => {
  it.each([
    // from, to a policy, how it ends, which operation was sent
    ['FLEXIBLE', 'YEARLY', 'SUCCEEDED', 'changePlan'],
    ['FLEXIBLE', 'PAYG', 'SUCCEEDED', undefined],
    ['ANNUAL_MONTHLY_PAY', 'COMMITTED', 'SUCCEEDED', undefined],
    ['ANNUAL_YEARLY_PAY', 'PAYG', 'REJECTED CONFLICT_STATE', 'changePlan'],
    ['TRIAL', 'YEARLY', 'SUCCEEDED', 'changePlan'],
    ['TRIAL', 'PAYG', 'SUCCEEDED', 'changePlan'],
  ] as const)('from %s to %s ends as %s', async (Plan, policy, outcome, op) => {
    const ref = await google.subscription({ parameters: { Plan } });
    expect(short(await change(ref, { operation: 'CHANGE_PLAN', sku: ref.sku, quantity: 10, policy }))).toBe(outcome);
    const changes = (await google.journal()).map((entry) => entry.op).filter((name) => name.startsWith('change'));
    expect(changes).toEqual(op ? [op] : []);
  });

  it('is of one article', async () => {
    const ref = await google.subscription();
    expect(short(await change(ref, { operation: 'CHANGE_PLAN', sku: VAULT, quantity: 10, policy: 'YEARLY' }))).toBe('REJECTED VALIDATION');
  });

  it.each([
    ['ANNUAL_MONTHLY_PAY', 'AUTO_RENEW_MONTHLY_PAY'],
    ['ANNUAL_YEARLY_PAY', 'AUTO_RENEW_YEARLY_PAY'],
  ])('of %s is taken back and given again as %s', async (Plan, renewalType) => {
    const ref = await google.subscription({ parameters: { Plan } });
    expect((await get(ref))?.renews).toBe(true);
    expect(value(await change(ref, { operation: 'SET_RENEWAL', renews: false }))?.renews).toBe(false);
    expect(value(await change(ref, { operation: 'SET_RENEWAL', renews: true }))?.renews).toBe(true);
    expect(await sent('changeRenewalSettings')).toMatchObject([{ renewalType: 'CANCEL' }, { renewalType }]);
    await change(ref, { operation: 'SET_RENEWAL', renews: false });
    await after(367);
    expect(await get(ref)).toMatchObject({ status: 'TERMINATED', statusReason: 'RENEWAL_WITH_TYPE_CANCEL' });
  });

  it('of a flexible plan is none: it goes on', async () => {
    const ref = await google.subscription();
    expect(value(await change(ref, { operation: 'SET_RENEWAL', renews: true }))?.renews).toBeUndefined();
    expect(short(await change(ref, { operation: 'SET_RENEWAL', renews: false }))).toBe('REJECTED CONFLICT_STATE');
  });
});

describe('suspension, trial and end', () => {
  it('is repeated without harm, and taken back', async () => {
    const ref = await google.subscription();
    for (const status of ['SUSPENDED', 'SUSPENDED'])
      expect(value(await change(ref, { operation: 'SUSPEND' }))).toMatchObject({ status, statusReason: 'RESELLER_INITIATED' });
    for (const status of ['ACTIVE', 'ACTIVE']) expect(value(await change(ref, { operation: 'RESUME' }))).toMatchObject({ status });
    expect([await google.commits('suspend'), await google.commits('activate')]).toEqual([1, 1]);
  });

  it.each([
    [60, 'SUSPENDED', 'SUCCEEDED'],
    [61, 'TERMINATED', 'REJECTED CONFLICT_STATE'],
  ])('of %i days leaves it %s, and resuming ends as %s', async (days, status, resumed) => {
    const ref = await google.subscription();
    await change(ref, { operation: 'SUSPEND' });
    await after(days - 0.01);
    expect((await get(ref))?.status).toBe(status);
    expect(short(await change(ref, { operation: 'RESUME' }))).toBe(resumed);
  });

  it.each([
    [undefined, { status: 'SUSPENDED', statusReason: 'TRIAL_ENDED' }],
    ['PAYG', { status: 'ACTIVE', renews: undefined }],
    ['YEARLY', { status: 'ACTIVE', renews: true }],
  ] as const)('a trial for which %s was chosen ends so: %o', async (policy, expected) => {
    const ref = await google.subscription({ parameters: { Plan: 'TRIAL' } });
    expect(short(await change(ref, { operation: 'SUSPEND' }))).toBe('REJECTED CONFLICT_STATE');
    if (policy) await change(ref, { operation: 'CHANGE_PLAN', sku: ref.sku, quantity: 10, policy });
    await after(29);
    expect((await get(ref))?.status).toBe('ACTIVE');
    await after(31);
    expect(await get(ref)).toMatchObject(expected);
  });

  it.each([
    // article, policy, what is sent to end it, and what is there then
    [VAULT, 'PAYG', ['delete'], undefined],
    [BUSINESS_STARTER, 'PAYG', ['delete', 'suspend'], 'SUSPENDED'],
    [BUSINESS_STARTER, 'YEARLY', ['delete', 'changeRenewalSettings', 'suspend'], 'SUSPENDED'],
  ] as const)('%s under %s is ended by %o', async (sku, policy, ops, status) => {
    const ref = await google.subscription({ sku, policy });
    for (let times = 0; times < 2; times += 1) expect(short(await change(ref, { operation: 'CANCEL' }))).toBe('SUCCEEDED');
    const committed = (await google.journal()).filter((entry) => entry.committed && /^(delete|change|suspend)/.test(entry.op)).map((entry) => entry.op);
    expect(committed).toEqual(ops.filter((op) => op !== 'delete' || sku === VAULT));
    expect((await get(ref))?.status).toBe(status ?? 'TERMINATED');
    expect(value(await google.vendor.resolve(within(), { operation: 'CANCEL', ref, change: { operation: 'CANCEL' } }, Date.now())).kind).toBe('APPLIED');
  });

  it('a flexible Workspace subscription is deleted where Google allows it', async () => {
    await google.settings({ 'google.cancelsFlexibleWorkspace': true });
    const ref = await google.subscription();
    await change(ref, { operation: 'CANCEL' });
    expect([await google.commits('delete'), await google.commits('suspend')]).toEqual([1, 0]);
  });
});

describe('the list', () => {
  it('is read page by page, for all customers at once', async () => {
    const refs = [];
    const account = await google.customer();
    for (let index = 0; index < 103; index += 1) refs.push(await google.subscription({ account, sku: `ADD-ON-${index}` }));
    const first = value(await google.vendor.listSubscriptions(within(), [], undefined));
    const second = value(await google.vendor.listSubscriptions(within(), [], first.next));
    expect([first.subscriptions.length, second.subscriptions.length, second.next, first.asOf]).toEqual([100, 3, undefined, undefined]);
    expect([...first.subscriptions, ...second.subscriptions].map(({ reference }) => reference)).toEqual(refs.map(({ reference }) => reference));
    // The last of them is found, though it is on the second page and its id is not the one that was kept.
    expect(await get({ ...refs[102]!, vendorSubscriptionId: '1' })).toMatchObject({ reference: refs[102]!.reference });
  });

  it('of a customer that Google does not know has nothing', async () => {
    expect(await get({ reference: 'SUB-0', vendorSubscriptionId: '1', vendorCustomerId: 'C0', sku: VAULT, memo: undefined })).toBeUndefined();
  });
});

it('tells what it can do, and does what it tells', async () => {
  const { capabilities } = google.vendor;
  for (const operation of capabilities.repeatable) expect(capabilities.operations).toContain(operation);
  expect(capabilities.repeatable).not.toContain('PROVISION');
  expect(capabilities.operations).not.toContain('SET_APPROVAL_CODE');
  expect(capabilities).toMatchObject({ hasInvoiceLines: false, hasUsage: false, hasPrices: false });
  expect(['fetchInvoiceLines', 'fetchUsage', 'fetchPrices'].filter((name) => name in google.vendor)).toEqual([]);
  const ref = await google.subscription();
  expect(short(await change(ref, { operation: 'SET_APPROVAL_CODE', approvalCode: 'X' }))).toBe('REJECTED VALIDATION');
  await expect(google.vendor.poll(within(), { operation: 'SUSPEND', ref, change: { operation: 'SUSPEND' } }, '1')).rejects.toThrow(
    /nothing that could be polled/,
  );
});
