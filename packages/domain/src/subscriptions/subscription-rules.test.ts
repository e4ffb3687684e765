import { describe, expect, it } from 'vitest';
import { aPlan, history, instant, LEGACY, PAYG, YEARLY } from '../../test/builders.ts';
import { isoDate, localDate } from '../calendar/local-date.ts';
import type { AccountStatus } from '../accounts/hierarchy.ts';
import type { PlanTerms } from '../catalog/billing-policy.ts';
import type { Decision } from '../refusal.ts';
import { decideRunning, decideTermination, mayBecome, SUBSCRIPTION_STATUSES } from './lifecycle.ts';
import { decidePlanSwitch } from './plan-switch.ts';
import { decideQuantityChange, forbiddenDecrease } from './quantity-change.ts';
import { decideRenewal } from './renewal.ts';
import { yearlyTerm } from './term.ts';

function outcome<T>(decision: Decision<T>): string {
  return decision.allowed ? 'allowed' : decision.refusals.map(({ code }) => code).join();
}

const standing = { number: 'SUB-1', status: 'ACTIVE' as const };

describe('S1, B8: the life of a subscription', () => {
  it('has these transitions and no others', () => {
    const steps = SUBSCRIPTION_STATUSES.flatMap((from) => SUBSCRIPTION_STATUSES.filter((to) => mayBecome(from, to)).map((to) => `${from} ${to}`));
    expect(steps).toEqual([
      'PENDING ACTIVE',
      'PENDING FAILED',
      'ACTIVE SUSPENDED',
      'ACTIVE TERMINATED',
      'SUSPENDED ACTIVE',
      'SUSPENDED TERMINATED',
      'FAILED PENDING',
    ]);
  });

  it.each([
    ['ACTIVE', true, 'allowed'],
    ['SUSPENDED', true, 'allowed'],
    ['ACTIVE', false, 'CONFIRMATION_REQUIRED'],
    ['TERMINATED', true, 'SUBSCRIPTION_TERMINATED'],
    ['PENDING', true, 'SUBSCRIPTION_STATE_NOT_ALLOWED'],
  ] as const)('terminating %s, confirmed %s: %s', (status, confirmed, expected) => {
    expect(outcome(decideTermination({ ...standing, status }, confirmed))).toBe(expected);
  });

  it.each([
    ['ACTIVE', 'allowed'],
    ['SUSPENDED', 'SUBSCRIPTION_STATE_NOT_ALLOWED'],
    ['TERMINATED', 'SUBSCRIPTION_TERMINATED'],
  ] as const)('changing %s: %s', (status, expected) => {
    expect(outcome(decideRunning({ ...standing, status }, 'a change'))).toBe(expected);
  });
});

describe('B2, B3, C4, A2: changing the quantity', () => {
  const siblings = [aPlan(), aPlan({ sku: 'KES-50-249', minimum: 50, maximum: 249 })];
  const ask = (terms: PlanTerms, from: number, to: number, on = '2021-08-01', account: AccountStatus = 'ACTIVE'): Decision<number> => {
    const plan = aPlan(terms);
    const effectiveOn = localDate(on.slice(0, 10));
    const changes = [...history(plan, { '2021-05-01': from }), { kind: 'QUANTITY' as const, sequence: 1, effectiveAt: instant(on), effectiveOn, quantity: to }];
    return decideQuantityChange({ subscription: standing, account: { number: 'C-1', status: account }, from, to, plan, siblings, changes, effectiveOn });
  };

  it.each([
    ['PAYG up', PAYG, 20, 25, '2021-08-01', 'allowed'],
    ['PAYG down', PAYG, 25, 20, '2021-08-01', 'allowed'],
    ['legacy down', LEGACY, 25, 20, '2021-08-01', 'allowed'],
    ['yearly up', YEARLY, 25, 30, '2021-08-01', 'allowed'],
    ['yearly down', YEARLY, 25, 20, '2021-08-01', 'QUANTITY_DECREASE_NOT_ALLOWED'],
    ['yearly down on the activation day', YEARLY, 25, 20, '2021-05-01T10:00Z', 'QUANTITY_DECREASE_NOT_ALLOWED'],
    ['yearly down as a new term begins', YEARLY, 25, 20, '2022-05-01', 'allowed'],
    ['nothing', PAYG, 25, 25, '2021-08-01', 'QUANTITY_UNCHANGED'],
    ['to zero', PAYG, 25, 0, '2021-08-01', 'QUANTITY_TOO_SMALL'],
    ['negative', PAYG, 25, -3, '2021-08-01', 'QUANTITY_TOO_SMALL'],
    ['over the band', PAYG, 25, 50, '2021-08-01', 'QUANTITY_TOO_LARGE'],
  ] as const)('%s', (_, terms, from, to, on, expected) => {
    expect(outcome(ask(terms, from, to, on))).toBe(expected);
  });

  it('C4: the refusal names the plans whose band fits', () => {
    const decision = ask(PAYG, 25, 60);
    expect(decision.allowed ? [] : decision.refusals[0]?.parameters).toMatchObject({ fittingPlans: 'KES-50-249', maximum: '49' });
  });

  it.each([
    ['ON_HOLD', 30, 'ACCOUNT_ON_HOLD'],
    ['ON_HOLD', 20, 'allowed'],
    ['CLOSED', 30, 'ACCOUNT_CLOSED'],
  ] as const)('A2: account %s, 25 to %i: %s', (status, to, expected) => {
    expect(outcome(ask(PAYG, 25, to, '2021-08-01', status))).toBe(expected);
  });

  it('B3: a backdated increase may not turn a later step into a decrease', () => {
    const plan = aPlan({ ...YEARLY, maximum: 500 });
    const changes = [
      ...history(plan, { '2021-05-01': 10, '2021-07-01': 15 }),
      { kind: 'QUANTITY' as const, sequence: 2, effectiveAt: instant('2021-06-01'), effectiveOn: localDate('2021-06-01'), quantity: 20 },
    ];
    expect(forbiddenDecrease(changes)).toMatchObject({ sequence: 1, from: 20, to: 15, renewsOn: localDate('2022-05-01') });
  });
});

describe('C4, B1, B3: switching the plan', () => {
  const small = aPlan({ maximum: 249 });
  const large = aPlan({ sku: 'KES-50-249', minimum: 50, maximum: 249 });
  const ask = (from: typeof small, to: typeof small, quantity: number, account: AccountStatus = 'ACTIVE'): string =>
    outcome(
      decidePlanSwitch({
        subscription: standing,
        account: { number: 'C-1', status: account },
        from,
        to,
        quantityBefore: 60,
        quantity,
        siblings: [small, large],
      }),
    );

  it.each([
    ['to a band that fits', small, large, 60, 'allowed'],
    ['to a band that does not fit', small, large, 20, 'QUANTITY_TOO_SMALL'],
    ['to the same plan', small, small, 60, 'PLAN_UNCHANGED'],
    ['to another product', small, aPlan({ sku: 'EDR', product: 'EDR', maximum: 99 }), 60, 'PLAN_OF_ANOTHER_PRODUCT'],
    ['to another policy', small, aPlan({ sku: 'KES-Y', ...YEARLY, maximum: 99 }), 60, 'PLAN_POLICY_DIFFERS'],
    ['to another cycle', small, aPlan({ sku: 'KES-A', cycle: 'ANNIVERSARY', maximum: 99 }), 60, 'PLAN_POLICY_DIFFERS'],
    ['from yearly', aPlan({ ...YEARLY, maximum: 99 }), large, 60, 'PLAN_SWITCH_NOT_ALLOWED'],
    ['from legacy', aPlan({ ...LEGACY, maximum: 99 }), large, 60, 'PLAN_SWITCH_NOT_ALLOWED'],
  ] as const)('%s', (_, from, to, quantity, expected) => {
    expect(ask(from, to, quantity)).toBe(expected);
  });

  it('A2: with more licenses only for an account that may grow', () => {
    expect([ask(small, large, 70, 'ON_HOLD'), ask(small, large, 55, 'ON_HOLD')]).toEqual(['ACCOUNT_ON_HOLD', 'allowed']);
  });
});

describe('B3: terms and their renewal', () => {
  it.each([
    ['2024-02-29', 1, '2025-02-28', '2026-02-28'],
    ['2024-02-29', 4, '2028-02-29', '2029-02-28'],
    ['2028-02-29', 0, '2028-02-29', '2029-02-28'],
    ['2021-05-15', 2, '2023-05-15', '2024-05-15'],
  ])('term of %s, %i later: %s to %s', (activatedOn, n, start, end) => {
    const term = yearlyTerm(localDate(activatedOn), n);
    expect([isoDate(term.start), isoDate(term.end)]).toEqual([start, end]);
  });

  const plan = aPlan(YEARLY);
  const ask = (overrides: object): Decision<{ end: number }> =>
    decideRenewal({
      subscription: standing,
      plan,
      siblings: [plan],
      activatedOn: localDate('2021-05-01'),
      today: localDate('2022-08-01'),
      renews: true,
      quantity: 8,
      ...overrides,
    });

  it('takes effect at the end of the running term', () => {
    const decision = ask({});
    expect(decision.allowed && isoDate(decision.value.end as never)).toBe('2023-05-01');
  });

  it.each([
    [{ plan: aPlan(PAYG) }, 'RENEWAL_NOT_ALLOWED'],
    [{ quantity: 60 }, 'QUANTITY_TOO_LARGE'],
    [{ quantity: 60, renews: false }, 'allowed'],
    [{ subscription: { number: 'SUB-1', status: 'TERMINATED' } }, 'SUBSCRIPTION_TERMINATED'],
  ])('%j: %s', (overrides, expected) => {
    expect(outcome(ask(overrides))).toBe(expected);
  });
});
