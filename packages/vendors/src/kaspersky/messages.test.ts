import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentOf, countryOf, markIn, readCreated, readDetails, readFailure, readReport } from './messages.ts';

const OPERATION = '8f0c2a34-1111-4222-8333-444455556666';

describe('our mark', () => {
  it('comes back out of any comment that we write', () => {
    const reference = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
    fc.assert(
      fc.property(reference, fc.uuid(), fc.option(fc.string(), { nil: undefined }), (given, operationId, more) => {
        expect(markIn(commentOf(given, operationId, more))).toEqual({ reference: given, operationId });
      }),
    );
  });

  it.each([[undefined], [''], ['order of 3 May'], ['cloudtill SUB-1'], [`see cloudtill SUB-1 op=${OPERATION}`], [`cloudtill SUB-1 op=${OPERATION}0`]])(
    'is not in %s',
    (comment) => {
      expect(markIn(comment)).toBeUndefined();
    },
  );
});

describe('an answer', () => {
  it.each([
    ['as it is known', { SubscriptionId: 'S', LicenseId: 'L', ActivationCode: 'A' }, { subscriptionid: 'S', licenseid: 'L', activationcode: 'A' }],
    ['in another case', { subscriptionId: 'S', licenseid: 'L', ACTIVATIONCODE: 'A' }, { subscriptionid: 'S', licenseid: 'L', activationcode: 'A' }],
    ['without a license', { SubscriptionId: 'S', LicenseId: null, ActivationCode: 'A' }, { subscriptionid: 'S', activationcode: 'A' }],
    ['with a number', { SubscriptionId: 'S', LicenseId: 12, ActivationCode: 'A' }, { subscriptionid: 'S', licenseid: '12', activationcode: 'A' }],
    ['with more than is known', { SubscriptionId: 'S', ActivationCode: 'A', New: [1] }, { subscriptionid: 'S', activationcode: 'A' }],
  ])('to create, %s', (_, json, value) => {
    expect(readCreated(json)).toEqual({ ok: true, value });
  });

  it.each([
    [undefined, 'no JSON'],
    [null, 'all of it'],
    ['done', 'all of it'],
    [{ LicenseId: 'L', ActivationCode: 'A' }, 'subscriptionid'],
    [{ SubscriptionId: ' ', ActivationCode: 'A' }, 'subscriptionid: is empty'],
    [{ SubscriptionId: 'S' }, 'activationcode'],
  ])('to create that is none: %o', (json, problem) => {
    expect(readCreated(json)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  it.each([
    ['2030-06-01T00:00:00Z', Date.UTC(2030, 5, 1)],
    ['2030-06-01T00:00:00', Date.UTC(2030, 5, 1)],
    ['2030-06-01T02:00:00+02:00', Date.UTC(2030, 5, 1)],
    ['soon', undefined],
    [null, null],
  ])('to getdetails with the end %s', (PeriodEnd, periodend) => {
    expect(readDetails({ Status: 'Active', PeriodEnd })).toEqual({ ok: true, value: { status: 'Active', periodend } });
  });

  it.each([
    [{ ErrorId: 'e', Message: 'm', ErrorCode: 'c' }, true],
    [{ message: 'm' }, true],
    [{}, false],
    [undefined, false],
    ['<html>', false],
  ])('that says no: %o is KORM’s own: %s', (json, ok) => {
    expect(readFailure(json).ok).toBe(ok);
  });

  it.each([
    ['no instant', { rows: [] }, 'generatedat'],
    ['no rows', { generatedAt: '2030-06-01T00:00:00Z' }, 'rows'],
    ['half a license', { generatedAt: '2030-06-01T00:00:00Z', rows: [{ SubscriptionId: 'S', Status: 'Active', Quantity: 1.5 }] }, 'rows.0.quantity'],
  ])('in a report with %s', (_, json, problem) => {
    expect(readReport(json)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});

it.each([
  ['US', 'USA'],
  ['DE', 'DEU'],
  ['ZZ', undefined],
  ['', undefined],
])('the country %s is %s', (alpha2, alpha3) => {
  expect(countryOf(alpha2)).toBe(alpha3);
});
