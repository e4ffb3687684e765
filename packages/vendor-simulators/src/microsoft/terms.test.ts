import { describe, expect, it } from 'vitest';
import type { Subscription } from './records.ts';
import { asOf, changed, statusAt, termEndsAt, windowEndsAt } from './terms.ts';

const at = (text: string): number => Date.parse(text);
const day = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 10));

function subscription(changes: Partial<Subscription> = {}): Subscription {
  const startedAt = at('2030-05-01T10:00:00Z');
  return {
    id: 's',
    customerId: 'c',
    orderId: 'o',
    catalogItemId: 'P:S:A',
    friendlyName: 'S-1',
    quantity: 5,
    billingCycle: 'monthly',
    termDuration: 'P1M',
    partnerIdOnRecord: undefined,
    status: 'active',
    autoRenewEnabled: true,
    createdAt: startedAt,
    activeAt: startedAt,
    termStartedAt: startedAt,
    version: 1,
    pending: undefined,
    provisionedQuantity: 5,
    changedAt: startedAt,
    history: [{ at: startedAt, quantity: 5, status: 'active' }],
    ...changes,
  };
}

it.each([
  // bought, term, first day that is not covered
  ['2030-05-01T10:00:00Z', 'P1M', '2030-06-01'],
  ['2030-01-31T23:59:59Z', 'P1M', '2030-02-28'],
  ['2032-01-31T00:00:00Z', 'P1M', '2032-02-29'],
  ['2030-12-15T00:00:00Z', 'P1M', '2031-01-15'],
  ['2032-02-29T00:00:00Z', 'P1Y', '2033-02-28'],
  ['2030-05-01T10:00:00Z', 'P3Y', '2033-05-01'],
  ['2030-05-01T10:00:00Z', undefined, undefined],
])('what is bought at %s for %s ends before %s', (startedAt, termDuration, end) => {
  expect(day(termEndsAt({ termStartedAt: at(startedAt), termDuration }))).toBe(end);
});

it.each([
  ['2030-05-01T10:00:00Z', 'calendarDay', '2030-05-08T00:00:00Z'],
  ['2030-05-01T00:00:00Z', 'calendarDay', '2030-05-08T00:00:00Z'],
  ['2030-05-01T23:59:59Z', 'calendarDay', '2030-05-08T00:00:00Z'],
  ['2030-05-01T10:00:00Z', 'hour168', '2030-05-08T10:00:00Z'],
])('what is bought at %s can be taken back by %s until %s', (startedAt, unit, end) => {
  expect(windowEndsAt({ termStartedAt: at(startedAt) }, unit)).toBe(at(end));
});

describe('as time passes', () => {
  it.each([
    // when, whether it renews, what it is shown as, when its term began
    ['2030-05-31T23:59:59Z', true, 'active', '2030-05-01'],
    ['2030-06-01T00:00:00Z', true, 'active', '2030-06-01'],
    ['2030-09-15T00:00:00Z', true, 'active', '2030-09-01'],
    ['2030-06-01T00:00:00Z', false, 'expired', '2030-05-01'],
    ['2030-07-01T00:00:00Z', false, 'disabled', '2030-05-01'],
    ['2030-09-29T00:00:00Z', false, 'deleted', '2030-05-01'],
  ])('at %s, renewing %s, it is %s', (now, autoRenewEnabled, status, began) => {
    const shown = asOf(subscription({ autoRenewEnabled }), at(now));
    expect(statusAt(shown, at(now))).toBe(status);
    expect(day(shown.termStartedAt)).toBe(began);
  });

  it('a renewal opens the window anew, and changes the etag', () => {
    const renewed = asOf(subscription(), at('2030-06-02T00:00:00Z'));
    expect(day(windowEndsAt(renewed, 'calendarDay'))).toBe('2030-06-08');
    expect(renewed.version).toBe(2);
  });

  it('what is suspended renews as well, and what is deleted does not', () => {
    expect(day(asOf(subscription({ status: 'suspended' }), at('2030-06-02T00:00:00Z')).termStartedAt)).toBe('2030-06-01');
    expect(day(asOf(subscription({ status: 'deleted' }), at('2030-06-02T00:00:00Z')).termStartedAt)).toBe('2030-05-01');
  });

  it('an accepted change is done when it is due, and never where it is stuck', () => {
    const due = at('2030-05-01T10:00:05Z');
    const waiting = subscription({ pending: { change: { quantity: 9 }, appliesAt: due } });
    expect(asOf(waiting, due - 1)).toBe(waiting);
    expect(asOf(waiting, due)).toMatchObject({ quantity: 9, version: 2, changedAt: due, pending: undefined });
    const stuck = subscription({ pending: { change: { quantity: 9 }, appliesAt: null } });
    expect(asOf(stuck, due + 1e9).quantity).toBe(5);
  });

  it('provisioning remembers what it showed before', () => {
    expect(changed(subscription(), { quantity: 7 }, 1)).toMatchObject({ quantity: 7, provisionedQuantity: 5, version: 2 });
  });
});
