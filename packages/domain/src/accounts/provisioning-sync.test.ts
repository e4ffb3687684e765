import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideSynchronization, decideSynchronized, roleOf, SYNC_STATUSES, type SyncAttempt } from './provisioning-sync.ts';

const reseller: SyncAttempt = {
  platform: 'KORM',
  account: { number: 'R-1', kind: 'RESELLER' },
  email: 'keys@r.example',
  role: 'RESELLER',
  resellerPin: 'AA00BB00',
  pinOwner: undefined,
  parent: undefined,
};
const customer: SyncAttempt = {
  ...reseller,
  account: { number: 'C-1', kind: 'CUSTOMER' },
  role: 'USER',
  resellerPin: undefined,
  parent: { number: 'R-1', status: 'SYNCHRONIZED' },
};

const codes = (attempt: SyncAttempt): string[] => {
  const decision = decideSynchronization(attempt);
  return decision.allowed ? [] : decision.refusals.map(({ code }) => code);
};

describe('A6 synchronizing', () => {
  it.each<[string, SyncAttempt, string[]]>([
    ['a reseller with its own PIN', reseller, []],
    ['a customer of a synchronized reseller', customer, []],
    ['a direct customer', { ...customer, parent: undefined }, []],
    ['a reseller without a PIN', { ...reseller, resellerPin: undefined }, ['RESELLER_PIN_MISSING']],
    ['a PIN of spaces', { ...reseller, resellerPin: 'A B' }, ['RESELLER_PIN_INVALID']],
    ['the PIN of another', { ...reseller, pinOwner: 'R-2' }, ['RESELLER_PIN_TAKEN']],
    ['a customer with a PIN', { ...customer, resellerPin: 'AA' }, ['RESELLER_PIN_NOT_ALLOWED']],
    ['no address', { ...customer, email: undefined }, ['SYNC_EMAIL_INVALID']],
    ['an address without a domain', { ...customer, email: 'keys@' }, ['SYNC_EMAIL_INVALID']],
    ['two addresses', { ...customer, email: 'a@b.example, c@d.example' }, ['SYNC_EMAIL_INVALID']],
    ['a line break', { ...customer, email: 'a@b.example\nBcc: x@y.example' }, ['SYNC_EMAIL_INVALID']],
    ['a customer as reseller', { ...customer, role: 'RESELLER' }, ['SYNC_ROLE_MISMATCH']],
    ['a reseller as user', { ...reseller, role: 'USER' }, ['SYNC_ROLE_MISMATCH']],
    ...(['UNSYNCHRONIZED', 'PENDING', 'FAILED'] as const).map((status): [string, SyncAttempt, string[]] => [
      `a parent that is ${status}`,
      { ...customer, parent: { number: 'R-1', status } },
      ['PARENT_NOT_SYNCHRONIZED'],
    ]),
    [
      'everything at once',
      { ...customer, role: 'RESELLER', email: 'x', resellerPin: 'AA', parent: { number: 'R-1', status: 'FAILED' } },
      ['SYNC_ROLE_MISMATCH', 'SYNC_EMAIL_INVALID', 'RESELLER_PIN_NOT_ALLOWED', 'PARENT_NOT_SYNCHRONIZED'],
    ],
  ])('%s', (_, attempt, expected) => {
    expect(codes(attempt)).toEqual(expected);
  });

  it('says each reason once, whatever comes together', () => {
    const anything = fc.record({
      platform: fc.constant('KORM'),
      account: fc.record({ number: fc.constant('X'), kind: fc.constantFrom('PROVIDER', 'RESELLER', 'CUSTOMER') }),
      email: fc.option(fc.string(), { nil: undefined }),
      role: fc.constantFrom('USER', 'RESELLER'),
      resellerPin: fc.option(fc.string(), { nil: undefined }),
      pinOwner: fc.option(fc.constant('Y'), { nil: undefined }),
      parent: fc.option(fc.record({ number: fc.constant('P'), status: fc.constantFrom(...SYNC_STATUSES) }), { nil: undefined }),
    }) as fc.Arbitrary<SyncAttempt>;
    fc.assert(
      fc.property(anything, (attempt) => {
        const said = codes(attempt);
        expect(new Set(said).size).toBe(said.length);
        // Nobody passes with another's role, or under somebody who is not synchronized.
        if (said.length === 0) {
          expect(attempt.role).toBe(roleOf(attempt.account.kind));
          expect(attempt.parent?.status ?? 'SYNCHRONIZED').toBe('SYNCHRONIZED');
          expect(attempt.account.kind === 'RESELLER').toBe(Boolean(attempt.resellerPin));
        }
      }),
    );
  });
});

describe('A7 ordering', () => {
  it.each(SYNC_STATUSES.map((status) => [status, status === 'SYNCHRONIZED'] as const))('for an account that is %s: %s', (status, allowed) => {
    expect(decideSynchronized({ number: 'C-1' }, 'KORM', status).allowed).toBe(allowed);
  });
});
