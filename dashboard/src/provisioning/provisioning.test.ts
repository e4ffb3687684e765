import { beforeAll, describe, expect, it, vi } from 'vitest';
import { en } from '../texts/en.ts';

// The looks of a page ask the browser for its preferences as soon as they are loaded.
vi.hoisted(() => vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} })));

const { i18n } = await import('../platform/i18n.ts');
const { relative } = await import('../platform/format.ts');
const { resolutionsOf, settledText, sideText } = await import('./drift-look.ts');
const { againText, OPERATION_STATES, subjectOf, whyOf } = await import('./operation-look.ts');
const { missingText } = await import('../vendors/missing-text.ts');

beforeAll(() => i18n.global.setLocaleMessage('en', en));

describe('an operation', () => {
  it('is asked again by a person in words that say what happens, and never where its outcome is unknown', () => {
    expect(Object.fromEntries(OPERATION_STATES.map((state) => [state, againText({ state })]))).toEqual({
      QUEUED: 'Send now',
      CALLING: undefined,
      ACCEPTED: 'Look now',
      UNKNOWN: undefined,
      FAILED: 'Try again',
      SUCCEEDED: undefined,
      CANCELED: undefined,
    });
  });

  it('is about its subscription, or else about its account', () => {
    const account = { id: 'acc_1', number: 'C-1', name: 'Hansa' };
    expect(subjectOf({ account, subscription: { id: 'sub_1', number: 'SUB-1' } })).toBe('SUB-1');
    expect(subjectOf({ account, subscription: null })).toBe('Hansa');
  });

  it.each([
    ['what the vendor said', { message: 'no such article', rejection: 'NOT_FOUND' }, 'No such article'],
    ['what its no means', { message: null, rejection: 'AUTH' }, 'Our credentials were not accepted.'],
    ['nothing', { message: null, rejection: null }, undefined],
  ] as const)('says why: %s', (_, operation, why) => expect(whyOf(operation)).toBe(why));
});

describe('a difference', () => {
  const subscription = { id: 'sub_1', number: 'SUB-1' };
  it.each([
    ['QUANTITY', subscription, ['TELL_VENDOR', 'IGNORE']],
    ['STATUS', subscription, ['TELL_VENDOR', 'IGNORE']],
    ['SKU', subscription, ['IGNORE']],
    ['EXISTENCE', subscription, ['IGNORE']],
    ['EXISTENCE', null, ['CANCEL_AT_VENDOR', 'IGNORE']],
  ] as const)('in %s of %o can be settled by %o', (field, of, ways) => expect(resolutionsOf({ field, subscription: of })).toEqual(ways));

  it.each([
    ['EXISTENCE', null, 'does not exist'],
    ['EXISTENCE', 'ACTIVE', 'exists (Active)'],
    ['EXISTENCE', 'SUB-2026-000001', 'exists (SUB-2026-000001)'],
    ['STATUS', 'SUSPENDED (unpaid)', 'Suspended (unpaid)'],
    ['QUANTITY', '1200', '1,200'],
    ['SKU', 'KESC', 'KESC'],
    ['QUANTITY', null, '–'],
  ] as const)('%s %s reads %s', (field, value, text) => expect(sideText(field, value)).toBe(text));
});

describe('what is missing to synchronize', () => {
  it('is said in few words where a row has few', () => {
    const parameters = [
      { name: 'parent', value: 'R-RIGA' },
      { name: 'account', value: 'C-1' },
    ];
    expect(missingText({ code: 'PARENT_NOT_SYNCHRONIZED', message: 'R-RIGA is UNSYNCHRONIZED', path: [], parameters })).toBe(
      'R-RIGA has to be synchronized first',
    );
  });

  it('is the server’s sentence where there are no fewer words', () => {
    expect(missingText({ code: 'ACCOUNT_CLOSED', message: 'the account is closed', path: [], parameters: [] })).toBe('The account is closed');
  });
});

describe('time from now', () => {
  const now = Date.parse('2026-05-11T10:00:00Z');
  it.each([
    [-400, 'now'],
    [-59_000, '59 seconds ago'],
    [-119_000, '1 minute ago'],
    [90 * 60_000, 'in 1 hour'],
    [-49 * 3_600_000, '2 days ago'],
  ])('%i ms is %s', (ms, text) => expect(relative(now + ms, now)).toBe(text));

  it.each([
    ['both sides agree', 'Both sides agree'],
    ['ended at the vendor', 'Ended at the vendor'],
    ['ignored: ours: theirs is a trial', 'Ignored: ours: theirs is a trial'],
    ['something new', 'something new'],
    [null, '–'],
  ])('settled as %s reads %s', (resolution, text) => expect(settledText(resolution)).toBe(text));
});
