import { describe, expect, it } from 'vitest';
import { SKU, useGoogle, control, clock, newCustomer, asked, insert, verb, now, type Sub } from '../../test/google-stage.ts';

useGoogle();

describe('time', () => {
  const START = '2026-03-01T12:00:00Z';
  const made = async (planName: string): Promise<Sub> => {
    await clock(START);
    return (await insert(await newCustomer(), asked(planName))).body;
  };

  it('begins a year where the day begins in California', async () => {
    const { plan } = await made('ANNUAL_YEARLY_PAY');
    const { startTime, endTime } = plan.commitmentInterval!;
    expect([startTime, endTime].map((at) => new Date(Number(at)).toISOString())).toEqual(['2026-03-01T08:00:00.000Z', '2027-03-01T08:00:00.000Z']);
  });

  it.each([
    // renewalType, plan and seats after a year in which 4 users had a license
    ['AUTO_RENEW_MONTHLY_PAY', 'ANNUAL', 10],
    ['AUTO_RENEW_YEARLY_PAY', 'ANNUAL_YEARLY_PAY', 10],
    ['RENEW_CURRENT_USERS_MONTHLY_PAY', 'ANNUAL', 4],
    ['RENEW_CURRENT_USERS_YEARLY_PAY', 'ANNUAL_YEARLY_PAY', 4],
    ['SWITCH_TO_PAY_AS_YOU_GO', 'FLEXIBLE', 10],
    ['CANCEL', 'ANNUAL', 10],
  ])('renews with %s as %s for %i', async (renewalType, planName, seats) => {
    const sub = await made('ANNUAL_MONTHLY_PAY');
    await control('assignUsers', { customer: sub.customerId, sku: SKU, users: 4 });
    await verb(sub, 'changeRenewalSettings', { renewalType });
    await clock('2027-03-01T07:59:59Z');
    expect((await now(sub)).body).toMatchObject({ status: 'ACTIVE', plan: { planName: 'ANNUAL' }, seats: { numberOfSeats: 10 } });
    await clock('2027-03-01T08:00:00Z');
    const { body } = await now(sub);
    expect([body.plan.planName, body.seats['numberOfSeats'] ?? body.seats['maximumNumberOfSeats']]).toEqual([planName, seats]);
    expect([body.status, body.suspensionReasons]).toEqual(renewalType === 'CANCEL' ? ['SUSPENDED', ['RENEWAL_WITH_TYPE_CANCEL']] : ['ACTIVE', undefined]);
  });

  it('renews as often as years have passed', async () => {
    const sub = await made('ANNUAL_YEARLY_PAY');
    await clock('2029-06-01T00:00:00Z');
    expect(new Date(Number((await now(sub)).body.plan.commitmentInterval!.endTime)).toISOString()).toBe('2030-03-01T08:00:00.000Z');
  });

  it('does not renew what is suspended; activated later it begins anew under another id', async () => {
    await control('settings', { 'google.cancelsLongSuspended': false });
    const sub = await made('ANNUAL_YEARLY_PAY');
    await verb(sub, 'suspend');
    await clock('2027-04-01T12:00:00Z');
    expect((await now(sub)).body).toMatchObject({ status: 'SUSPENDED', plan: { commitmentInterval: sub.plan.commitmentInterval } });
    const { body } = await verb(sub, 'activate');
    expect(body.subscriptionId).not.toBe(sub.subscriptionId);
    expect([body.status, new Date(Number(body.creationTime)).toISOString().slice(0, 10)]).toEqual(['ACTIVE', '2027-04-01']);
    expect(new Date(Number(body.plan.commitmentInterval!.endTime)).toISOString()).toBe('2028-04-01T07:00:00.000Z');
  });

  it.each([
    ['2026-04-30T12:00:00Z', true, 200],
    ['2026-05-01T12:00:00Z', true, 404],
    ['2026-05-01T12:00:00Z', false, 200],
  ])('a suspension lasts until %s, ending it is %s: %i', async (until, ends, status) => {
    await control('settings', { 'google.cancelsLongSuspended': ends });
    const sub = await made('FLEXIBLE');
    await verb(sub, 'suspend');
    await clock(until);
    expect((await now(sub)).status).toBe(status);
  });

  it.each([
    [undefined, 'SUSPENDED', ['TRIAL_ENDED'], 'TRIAL'],
    ['FLEXIBLE', 'ACTIVE', undefined, 'FLEXIBLE'],
    ['ANNUAL_MONTHLY_PAY', 'ACTIVE', undefined, 'ANNUAL'],
  ])('a trial with %s chosen is %s after 30 days', async (chosen, status, reasons, planName) => {
    let sub = await made('TRIAL');
    const seats = chosen?.startsWith('ANNUAL') ? { numberOfSeats: 10 } : { maximumNumberOfSeats: 10 };
    if (chosen) sub = (await verb(sub, 'changePlan', { planName: chosen, seats })).body;
    expect(sub.trialSettings).toEqual({ isInTrial: true, trialEndTime: String(Date.parse('2026-03-31T12:00:00Z') + trialDrift(sub)) });
    await clock('2026-03-31T11:59:00Z');
    expect((await now(sub)).body.trialSettings.isInTrial).toBe(true);
    await clock('2026-03-31T12:01:00Z');
    const { body } = await now(sub);
    expect([body.status, body.suspensionReasons, body.plan.planName, body.trialSettings.isInTrial]).toEqual([status, reasons, planName, false]);
    expect(body.plan.commitmentInterval !== undefined).toBe(planName === 'ANNUAL');
  });

  it('a trial ends early where the paid service is started', async () => {
    const { body: chosen } = await verb(await made('TRIAL'), 'changePlan', { planName: 'ANNUAL_YEARLY_PAY', seats: { numberOfSeats: 10 } });
    expect(chosen.plan.commitmentInterval).toBeUndefined();
    const { body } = await verb(chosen, 'startPaidService');
    expect([body.trialSettings.isInTrial, body.plan.commitmentInterval !== undefined]).toEqual([false, true]);
  });
});

/** The clock of the simulator runs on after it was set. */
const trialDrift = ({ creationTime }: Sub): number => Number(creationTime) - Date.parse('2026-03-01T12:00:00Z');
