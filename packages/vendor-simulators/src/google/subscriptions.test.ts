import { describe, expect, it } from 'vitest';
import { SKU, ADD_ON, useGoogle, call, control, newCustomer, asked, insert, verb, now } from '../../test/google-stage.ts';

useGoogle();

describe('a subscription', () => {
  it('is shown with instants as text, and a year paid monthly as ANNUAL', async () => {
    const { body } = await insert(await newCustomer(), asked('ANNUAL_MONTHLY_PAY'));
    expect(body).toMatchObject({
      kind: 'reseller#subscription',
      status: 'ACTIVE',
      creationTime: expect.stringMatching(/^\d{13}$/),
      plan: { planName: 'ANNUAL', isCommitmentPlan: true, commitmentInterval: { startTime: expect.stringMatching(/^\d{13}$/), endTime: expect.any(String) } },
      seats: { numberOfSeats: 10, licensedNumberOfSeats: 0 },
      renewalSettings: { renewalType: 'AUTO_RENEW_MONTHLY_PAY' },
    });
    expect(body).not.toHaveProperty('suspensionReasons');
  });

  it.each([
    ['a field that is read-only', asked('FLEXIBLE', 10, { status: 'ACTIVE' }), 400, /status field is read-only/],
    [
      'seats as they were shown',
      { ...asked('FLEXIBLE'), seats: { maximumNumberOfSeats: 10, licensedNumberOfSeats: 0 } },
      400,
      /Licensed number of seats field is read-only/,
    ],
    ['an unknown plan', asked('MONTHLY'), 400, /planName/],
    ['the other kind of seats', { ...asked('FLEXIBLE'), seats: { numberOfSeats: 10 } }, 400, /maximumNumberOfSeats/],
    ['too many seats', asked('FLEXIBLE', 50_001), 400, /50000/],
    ['a long purchase order', asked('FLEXIBLE', 1, { purchaseOrderId: 'x'.repeat(81) }), 400, /purchaseOrderId/],
    ['no article', asked('FLEXIBLE', 1, { skuId: '' }), 400, /skuId/],
  ])('is refused with %s', async (_, body, status, message) => {
    const refused = await call<{ error: { message: string; status: string } }>('POST', `customers/${await newCustomer()}/subscriptions`, body);
    expect([refused.status, refused.body.error.status]).toEqual([status, 'INVALID_ARGUMENT']);
    expect(refused.body.error.message).toMatch(message);
  });

  it('is the only one of its article, until it is gone', async () => {
    const customer = await newCustomer();
    const { body } = await insert(customer, asked('FLEXIBLE', 10, { skuId: ADD_ON }));
    expect(await insert(customer, asked('FLEXIBLE', 5, { skuId: ADD_ON }))).toMatchObject({ status: 409, reason: 'duplicate' });
    expect((await call('DELETE', `customers/${customer}/subscriptions/${body.subscriptionId}?deletionType=cancel`)).status).toBe(204);
    expect((await now(body)).status).toBe(404);
    expect((await insert(customer, asked('FLEXIBLE', 5, { skuId: ADD_ON }))).status).toBe(200);
  });

  it('gets a new id with a new plan, and the old one is forgotten', async () => {
    const { body: before } = await insert(await newCustomer(), asked('FLEXIBLE'));
    const { body: after } = await verb(before, 'changePlan', { planName: 'ANNUAL_YEARLY_PAY', seats: { numberOfSeats: 10 } });
    expect(after.subscriptionId).not.toBe(before.subscriptionId);
    expect((await now(before)).status).toBe(404);
    expect((await now(after)).body).toEqual(after);
  });

  it.each([
    // plan, what is asked, status
    ['ANNUAL_MONTHLY_PAY', 'changeSeats', { numberOfSeats: 9 }, 400],
    ['ANNUAL_MONTHLY_PAY', 'changeSeats', { numberOfSeats: 11 }, 200],
    ['FLEXIBLE', 'changeSeats', { maximumNumberOfSeats: 9 }, 200],
    ['ANNUAL_YEARLY_PAY', 'changePlan', { planName: 'FLEXIBLE', seats: { maximumNumberOfSeats: 10 } }, 412],
    ['ANNUAL_YEARLY_PAY', 'changePlan', { planName: 'ANNUAL_MONTHLY_PAY', seats: { numberOfSeats: 10 } }, 412],
    ['FLEXIBLE', 'changePlan', { planName: 'TRIAL', seats: { maximumNumberOfSeats: 10 } }, 412],
    ['FLEXIBLE', 'changeRenewalSettings', { renewalType: 'CANCEL' }, 412],
    ['ANNUAL_YEARLY_PAY', 'changeRenewalSettings', { renewalType: 'NEVER' }, 400],
    ['TRIAL', 'suspend', undefined, 412],
    ['FREE', 'suspend', undefined, 412],
    ['TRIAL', 'startPaidService', undefined, 412],
    ['FLEXIBLE', 'startPaidService', undefined, 412],
    ['FLEXIBLE', 'activate', undefined, 200],
  ])('%s answers %s %o with %i', async (plan, name, body, status) => {
    const { body: made } = await insert(await newCustomer(), asked(plan));
    expect((await verb(made, name, body)).status).toBe(status);
  });

  it('of Workspace is not deleted; a transfer is possible', async () => {
    const { body } = await insert(await newCustomer(), asked('FLEXIBLE'));
    const path = `customers/${body.customerId}/subscriptions/${body.subscriptionId}`;
    expect((await call('DELETE', `${path}?deletionType=cancel`)).status).toBe(412);
    expect((await call('DELETE', path)).status).toBe(400);
    expect((await call('DELETE', `${path}?deletionType=transfer_to_direct`)).status).toBe(204);
  });
});

describe('reasons of suspension', () => {
  it('overlap, and it is active only when all are gone', async () => {
    await control('settings', { 'google.tosPending': true });
    const customer = await newCustomer();
    const { body: sub } = await insert(customer, asked('ANNUAL_YEARLY_PAY'));
    expect([sub.status, sub.suspensionReasons]).toEqual(['SUSPENDED', ['PENDING_TOS_ACCEPTANCE']]);
    await verb(sub, 'suspend');
    await control('suspendFor', { customer, sku: SKU });
    expect((await now(sub)).body.suspensionReasons?.sort()).toEqual(['OTHER', 'PENDING_TOS_ACCEPTANCE', 'RESELLER_INITIATED']);
    await control('acceptTos', { customer });
    expect((await verb(sub, 'activate')).body).toMatchObject({ status: 'SUSPENDED', suspensionReasons: ['OTHER'] });
    expect((await insert(customer, asked('FLEXIBLE', 1, { skuId: '1010020028' }))).body.status).toBe('ACTIVE');
  });
});
