/** The adapter and the simulated KORM: every operation, and what KORM says no to. */
import { Authority } from '@cloudtill/vendor-simulators/frame/certificates';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCall, aProvision, named, OPERATION, refTo, startSandbox, valueOf, type Sandbox } from '../../test/korm-sandbox.ts';
import type { Change, Provision, SubscriptionRef, Vendor } from '../vendor.ts';

let sandbox: Sandbox;
let korm: Vendor;

beforeAll(async () => {
  sandbox = await startSandbox();
  korm = sandbox.vendor;
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.control('reset'));

const provisioned = async (values: Partial<Provision> = {}): Promise<SubscriptionRef> =>
  refTo(valueOf(await korm.provision(aCall(), aProvision(values))).vendorSubscriptionId);
const stored = async (ref: SubscriptionRef): Promise<Record<string, unknown>> => (await sandbox.state())[ref.vendorSubscriptionId]!;
const now = async (ref: SubscriptionRef): Promise<unknown> => valueOf(await korm.getSubscription(aCall(), ref));
const clock = (at: string): Promise<void> => sandbox.control('clock', { now: at });

describe('what it can do', () => {
  it('is said beforehand', () => {
    expect([...korm.capabilities.operations]).toEqual([
      'CREATE_CUSTOMER',
      'PROVISION',
      'CHANGE_QUANTITY',
      'CHANGE_PLAN',
      'CANCEL',
      'SET_RENEWAL',
      'SET_APPROVAL_CODE',
    ]);
    expect(korm.capabilities.repeatable.has('PROVISION')).toBe(false);
    expect(korm.capabilities.canList).toBe(true);
    expect(sandbox.open({ KORM_REPORT_URL: undefined }).capabilities.canList).toBe(false);
    expect(korm.capabilities).toMatchObject({ hasInvoiceLines: false, hasUsage: false, hasPrices: false });
    expect(['fetchInvoiceLines', 'fetchUsage', 'fetchPrices'].filter((name) => name in korm)).toEqual([]);
    expect(korm.orderParameters.some(({ required }) => required)).toBe(false);
  });

  it.each([{ operation: 'SUSPEND' }, { operation: 'RESUME' }] as const)('and $operation is not among it: nothing is sent', async (change) => {
    expect(named(await korm.change(aCall(), refTo('any'), change))).toBe('REJECTED VALIDATION');
    expect(await sandbox.journal()).toEqual([]);
  });

  it('has no customers and nothing that is pending', async () => {
    expect(valueOf(await korm.createCustomer(aCall(), aProvision().account))).toEqual({ vendorCustomerId: undefined });
    expect(named(await korm.poll(aCall(), { operation: 'PROVISION', provision: aProvision() }, 'x'))).toBe('REJECTED VALIDATION');
    expect(await sandbox.journal()).toEqual([]);
  });
});

describe('provision', () => {
  it('orders with our marks, and brings the activation code', async () => {
    const { account } = aProvision();
    const subscription = valueOf(
      await korm.provision(
        aCall(),
        aProvision({
          account: { ...account, reseller: { pin: 'AA00BB00', email: undefined } },
          approvalCode: 'APR-0001',
          parameters: { DeliveryEmail: 'keys@example.test', Comment: 'Branch office' },
        }),
      ),
    );
    expect(subscription).toMatchObject({
      reference: 'SUB-2026-000001',
      status: 'ACTIVE',
      quantity: 25,
      renews: true,
      activationCode: expect.stringMatching(/^(\w{5}-){3}\w{5}$/),
      licenseId: expect.any(String),
      vendorCustomerId: undefined,
    });
    expect((await sandbox.journal())[0]?.request.body).toEqual({
      BillingPlan: 'PAYG',
      Sku: 'KL0000XA*MG',
      Quantity: 25,
      Expiration: null,
      Customer: {
        Contacts: { CompanyName: 'Example LLC', Email: 'it@example.test', Phone: '', CustomerCode: 'C-77' },
        Address: { AddressLine1: '1 Test St', AddressLine2: '', City: 'Testville', State: '', Zip: '00001', Country: 'USA' },
      },
      Distributor: { Partner: 'DIST_SIM', Reseller: 'AA00BB00' },
      ApprovalCode: 'APR-0001',
      DeliveryEmail: 'keys@example.test',
      Comment: `cloudtill SUB-2026-000001 op=${OPERATION} Branch office`,
      ExternalReference: { ExternalSubscriptionId: 'SUB-2026-000001' },
    });
  });

  it.each([
    ['PAYG', 'PAYG'],
    ['MAX_OF_MONTH', 'PAYG'],
    ['YEARLY', 'Yearly'],
  ] as const)('%s is %s there', async (policy, billingPlan) => {
    expect(await stored(await provisioned({ policy }))).toMatchObject({ billingPlan, deliveryEmail: 'it@example.test', reseller: '' });
  });

  it('gives a new activation code each time', async () => {
    const codes = [await korm.provision(aCall(), aProvision()), await korm.provision(aCall(), aProvision())].map((outcome) => valueOf(outcome).activationCode);
    expect(new Set(codes).size).toBe(2);
  });

  it.each([
    ['an unknown article', { sku: 'UNKNOWN-1' }, 'SIM.SKU_UNKNOWN'],
    ['a quantity out of its band', { sku: 'KL0000XAPMG', quantity: 60 }, 'SIM.BAND_MISMATCH'],
    ['an approval code that is none', { approvalCode: 'INVALID' }, 'SIM.APPROVAL_CODE_INVALID'],
  ])('is refused with %s, in KORM’s words', async (_, values, vendorCode) => {
    expect(await korm.provision(aCall(), aProvision(values))).toEqual({ kind: 'REJECTED', rejection: 'VALIDATION', vendorCode, message: expect.any(String) });
  });

  it('is not sent where it would be refused', async () => {
    expect(named(await korm.provision(aCall(), aProvision({ quantity: 0 })))).toBe('REJECTED VALIDATION');
    expect(await sandbox.journal()).toEqual([]);
  });
});

describe('a change', () => {
  it('of the quantity keeps the activation code', async () => {
    const ref = await provisioned();
    const before = await stored(ref);
    expect(named(await korm.change(aCall(), ref, { operation: 'CHANGE_QUANTITY', quantity: 8 }))).toBe('SUCCEEDED');
    expect(await stored(ref)).toEqual({ ...before, quantity: 8, band: 'E' });
  });

  it('to fewer is refused for a year that is paid', async () => {
    const ref = await provisioned({ policy: 'YEARLY' });
    expect(await korm.change(aCall(), ref, { operation: 'CHANGE_QUANTITY', quantity: 24 })).toMatchObject({
      rejection: 'QUANTITY_RULE',
      vendorCode: 'SIM.QTY_DECREASE_NOT_ALLOWED',
    });
    expect((await stored(ref))['quantity']).toBe(25);
  });

  it.each([
    ['APR-0002', 'APR-0002'],
    [undefined, ''],
  ])('of the approval code to %s', async (approvalCode, kept) => {
    const ref = await provisioned({ approvalCode: 'APR-0001' });
    expect(named(await korm.change(aCall(), ref, { operation: 'SET_APPROVAL_CODE', approvalCode }))).toBe('SUCCEEDED');
    expect((await stored(ref))['approvalCode']).toBe(kept);
  });

  it('ends it for good with CANCEL, and once more does no harm', async () => {
    const ref = await provisioned();
    for (const _ of [1, 2]) expect(named(await korm.change(aCall(), ref, { operation: 'CANCEL' }))).toBe('SUCCEEDED');
    expect(await sandbox.commits('hardcancel')).toBe(1);
    expect(await now(ref)).toMatchObject({ status: 'TERMINATED', statusReason: 'HardCancel', renews: false });
    for (const change of [
      { operation: 'CHANGE_QUANTITY', quantity: 30 },
      { operation: 'SET_RENEWAL', renews: true },
    ] as const) {
      expect(named(await korm.change(aCall(), ref, change))).toBe('REJECTED CONFLICT_STATE');
    }
  });

  it.each([
    ['PAYG', '2030-06-01T00:00:00.000Z'],
    ['YEARLY', '2031-05-11T10:00:00.000Z'],
  ] as const)('turns renewal off at the end of what runs, and on again: %s', async (policy, end) => {
    await clock('2030-05-11T10:00:00.000Z');
    const ref = await provisioned({ policy });
    const set = async (renews: boolean): Promise<string> => named(await korm.change(aCall(), ref, { operation: 'SET_RENEWAL', renews }));

    expect([await set(true), await set(false), await set(false)]).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(Math.abs(((await stored(ref))['endsAt'] as number) - Date.parse(end))).toBeLessThan(5000);
    expect(await now(ref)).toMatchObject({ status: 'ACTIVE', renews: false, statusReason: undefined });
    expect([await set(true), await set(true)]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(await now(ref)).toMatchObject({ status: 'ACTIVE', renews: true });
    // Only what changes something was sent.
    expect([await sandbox.commits('renew'), await sandbox.commits('modifyexpiration')]).toEqual([1, 1]);
    expect((await sandbox.journal()).filter(({ op }) => op === 'renew' || op === 'modifyexpiration')).toHaveLength(2);

    await set(false);
    await clock('2032-01-01T00:00:00Z');
    expect(await now(ref)).toMatchObject({ status: 'TERMINATED', statusReason: 'Expired' });
    expect(await set(true)).toBe('REJECTED CONFLICT_STATE');
    expect(named(await korm.change(aCall(), ref, { operation: 'CANCEL' }))).toBe('SUCCEEDED');
  });

  it.each([
    { operation: 'CHANGE_QUANTITY', quantity: 5 },
    { operation: 'SET_APPROVAL_CODE', approvalCode: 'A' },
    { operation: 'SET_RENEWAL', renews: false },
    { operation: 'CANCEL' },
  ] satisfies readonly Change[])('$operation of nothing that KORM knows', async (change) => {
    expect(named(await korm.change(aCall(), refTo('nobody'), change))).toBe('REJECTED NOT_FOUND');
  });
});

describe('reading', () => {
  it('finds nothing where KORM knows nothing', async () => {
    expect(await now(refTo('nobody'))).toBeUndefined();
  });

  it('does not take a wrong address for a subscription that is gone', async () => {
    const elsewhere = sandbox.open({ KORM_URL: `${sandbox.simulator.apiUrl}/elsewhere` });
    expect(named(await elsewhere.getSubscription(aCall(), refTo('nobody')))).toBe('REJECTED NOT_FOUND');
  });

  it.each([
    ['ANY', 1],
    ['GET', 1],
    ['POST', 2],
  ])('takes details by %s', async (detailsBy, reads) => {
    const ref = await provisioned();
    await sandbox.control('settings', { 'korm.detailsBy': detailsBy });
    expect(await now(ref)).toMatchObject({ status: 'ACTIVE', vendorSubscriptionId: ref.vendorSubscriptionId });
    expect((await sandbox.journal()).filter(({ op }) => op === 'getdetails')).toHaveLength(reads);
  });

  it('lists what the report shows, and of which instant', async () => {
    await clock('2030-05-11T10:00:00Z');
    const { vendorSubscriptionId } = await provisioned();
    const { subscriptions, next, asOf } = valueOf(await korm.listSubscriptions(aCall(), [], undefined));
    expect(subscriptions).toEqual([
      {
        vendorSubscriptionId,
        vendorCustomerId: undefined,
        reference: 'SUB-2026-000001',
        status: 'ACTIVE',
        sku: undefined,
        quantity: 25,
        statusReason: undefined,
        startedAt: expect.any(Number),
        renews: true,
        activationCode: expect.any(String),
        licenseId: expect.any(String),
        memo: undefined,
      },
    ]);
    expect(next).toBeUndefined();
    expect(new Date(asOf!).toISOString()).toMatch(/^2030-05-11T10:00:/);
  });

  it('cannot list without a report', async () => {
    await expect(sandbox.open({ KORM_REPORT_URL: undefined }).listSubscriptions(aCall(), [], undefined)).rejects.toThrow(/KORM_REPORT_URL/);
  });
});

describe('certificates', () => {
  const pfx = (authority: Authority, name: string, dates: object = {}): string => authority.pfx(name, { commonName: 'DIST_SIM', ...dates }, 'simulated');
  const own = (): Authority => new Authority(join(sandbox.simulator.dataDir, 'tls'));
  const foreign = (): Authority => new Authority(mkdtempSync(join(tmpdir(), 'tls-')));

  it.each([
    [
      'that has ended',
      () => ({ KORM_PFX: pfx(own(), 'late', { validFrom: new Date('2020-01-01'), validTo: new Date('2021-01-01') }) }),
      /ended on 2021-01-01; nothing was sent/,
    ],
    ['that has not begun', () => ({ KORM_PFX: pfx(own(), 'early', { validFrom: new Date('2035-01-01') }) }), /valid from 2035-01-01 on/],
    ['of another authority', () => ({ KORM_PFX: pfx(foreign(), 'stranger') }), /certificates were not accepted/],
    ['of KORM that is from no authority of ours', () => ({ KORM_CA: undefined }), /certificates were not accepted/],
  ])('%s: AUTH, and KORM sees nothing', async (_, settings, message) => {
    const vendor = sandbox.open(settings());
    for (const outcome of [await vendor.provision(aCall(), aProvision()), await vendor.getSubscription(aCall(), refTo('any'))]) {
      expect(outcome).toMatchObject({ kind: 'REJECTED', rejection: 'AUTH', message: expect.stringMatching(message) });
    }
    expect(await sandbox.journal()).toEqual([]);
  });

  it.each([
    ['KORM_PFX', { KORM_PFX: '/nowhere.pfx' }],
    ['KORM_PFX_PASSPHRASE', { KORM_PFX_PASSPHRASE: 'wrong' }],
    ['KORM_CA', { KORM_CA: '/nowhere.pem' }],
    ['KORM_URL', { KORM_URL: 'api.korm.test' }],
    ['KORM_URL', { KORM_URL: 'http://127.0.0.1:9' }],
    ['KORM_REPORT_URL', { KORM_REPORT_URL: 'portal' }],
  ])('a wrong %s is told at the start', (name, settings) => {
    expect(() => sandbox.open(settings)).toThrow(new RegExp(name));
  });

  it('nobody listening: nothing was sent, so it may be tried again', async () => {
    const vendor = sandbox.open({ KORM_URL: 'https://127.0.0.1:9' });
    expect(named(await vendor.provision(aCall(), aProvision()))).toBe('RETRYABLE');
    expect(named(await vendor.getSubscription(aCall(), refTo('any')))).toBe('RETRYABLE');
  });
});
