import { describe, expect, it } from 'vitest';
import { isMoving, nextStepOf } from './next-step.ts';

const unsynchronized = { code: 'ACCOUNT_NOT_SYNCHRONIZED' };
const onHold = { code: 'ACCOUNT_ON_HOLD' };

describe('what happens next', () => {
  it.each([
    ['PENDING_APPROVAL', 'STOREFRONT', [], 'approval'],
    ['SUBMITTED', 'STOREFRONT', [], 'starting'],
    ['SUBMITTED', 'OPERATOR', [], 'byHand'],
    ['SUBMITTED', 'API', [], 'byHand'],
    ['SUBMITTED', 'STOREFRONT', [unsynchronized], 'synchronize'],
    ['SUBMITTED', 'STOREFRONT', [unsynchronized, onHold], 'blocked'],
    ['EXECUTING', 'STOREFRONT', [], 'delivering'],
    ['PARTIALLY_FAILED', 'OPERATOR', [], 'partly'],
  ] as const)('%s through %s with %j: %s', (status, channel, blockers, step) => {
    expect(nextStepOf({ status, channel, blockers })).toBe(step);
  });
});

describe('looking again', () => {
  it('is worth it while something happens by itself', () => {
    expect(isMoving({ status: 'SUBMITTED', channel: 'STOREFRONT' })).toBe(true);
    expect(isMoving({ status: 'SUBMITTED', channel: 'OPERATOR' })).toBe(false);
    expect(isMoving({ status: 'EXECUTING', channel: 'OPERATOR' })).toBe(true);
    expect(isMoving({ status: 'COMPLETED', channel: 'STOREFRONT' })).toBe(false);
  });
});
