import { describe, expect, it } from 'vitest';
import { ACCOUNT_KINDS, decideGrowth, decideMove, decideParent, sees } from './hierarchy.ts';

describe('A1: who stands under whom', () => {
  it('allows these pairs and no others', () => {
    const pairs = ACCOUNT_KINDS.flatMap((kind) =>
      ACCOUNT_KINDS.filter((parent) => decideParent(kind, parent).allowed).map((parent) => `${kind} under ${parent}`),
    );
    expect(pairs).toEqual(['RESELLER under PROVIDER', 'RESELLER under RESELLER', 'CUSTOMER under PROVIDER', 'CUSTOMER under RESELLER']);
  });

  it('refuses a circle', () => {
    expect(decideMove('b', ['root', 'a', 'b', 'c'])).toMatchObject({ allowed: false, refusals: [{ code: 'ACCOUNT_CYCLE' }] });
    expect(decideMove('b', ['root', 'a']).allowed).toBe(true);
  });
});

describe('A2: who may grow', () => {
  it.each([
    ['ACTIVE', true],
    ['ON_HOLD', false],
    ['CLOSED', false],
  ] as const)('%s: %s', (status, allowed) => {
    expect(decideGrowth({ number: 'C-1', status }, 'an order').allowed).toBe(allowed);
  });
});

describe('A3: who sees whom', () => {
  it.each([
    // viewer, path of the account, seen
    ['root', ['root', 'a', 'c'], true],
    ['a', ['root', 'a', 'c'], true],
    ['c', ['root', 'a', 'c'], true],
    ['c', ['root', 'a'], false],
    ['b', ['root', 'a', 'c'], false],
  ])('%s looking at %j: %s', (viewer, path, seen) => {
    expect(sees(viewer, path)).toBe(seen);
  });
});
