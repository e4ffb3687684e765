import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideApproval, decideComplete, decideStatus, isExecuted, mayFollow, ORDER_STATUSES, statusOfLines, type LineStatus } from './order-state.ts';

describe('O1: the way of an order', () => {
  const WAYS = new Set(
    `DRAFT SUBMITTED, DRAFT PENDING_APPROVAL, DRAFT CANCELLED, PENDING_APPROVAL SUBMITTED, PENDING_APPROVAL CANCELLED, SUBMITTED EXECUTING,
    SUBMITTED CANCELLED, EXECUTING COMPLETED, EXECUTING PARTIALLY_FAILED, EXECUTING FAILED, PARTIALLY_FAILED EXECUTING, FAILED EXECUTING`
      .split(',')
      .map((way) => way.trim()),
  );

  it.each(ORDER_STATUSES.flatMap((from) => ORDER_STATUSES.map((to) => [from, to] as const)))('%s → %s', (from, to) => {
    expect(mayFollow(from, to)).toBe(WAYS.has(`${from} ${to}`));
  });

  it.each(ORDER_STATUSES)('%s is executed, or nothing but an approval lies between it and being so', (status) => {
    expect(isExecuted(status)).toBe(['EXECUTING', 'COMPLETED', 'PARTIALLY_FAILED', 'FAILED'].includes(status));
  });

  it('names what would be right', () => {
    expect(decideStatus({ number: 'ORD-1', status: 'DRAFT' }, 'executing it', ['SUBMITTED'])).toMatchObject({
      allowed: false,
      refusals: [{ code: 'ORDER_STATE_NOT_ALLOWED', parameters: { order: 'ORD-1', status: 'DRAFT', action: 'executing it', allowed: 'SUBMITTED' } }],
    });
  });

  it.each([
    // status, placed by, decided by, code
    ['PENDING_APPROVAL', 'ann', 'bob', undefined],
    ['PENDING_APPROVAL', 'ann', 'ann', 'APPROVAL_OF_OWN_REQUEST'],
    ['SUBMITTED', 'ann', 'bob', 'ORDER_STATE_NOT_ALLOWED'],
    ['DRAFT', undefined, 'bob', 'ORDER_STATE_NOT_ALLOWED'],
  ] as const)('an approval of one that is %s, placed by %s, by %s: %s', (status, placedBy, decider, code) => {
    const decision = decideApproval({ number: 'ORD-1', status, placedBy }, decider, 'an approval');
    expect(decision.allowed ? undefined : decision.refusals[0]!.code).toBe(code);
  });

  it.each([
    [['COMPLETED', 'COMPLETED'], 'COMPLETED'],
    [['COMPLETED', 'FAILED'], 'PARTIALLY_FAILED'],
    [['FAILED', 'FAILED'], 'FAILED'],
    [['EXECUTING', 'FAILED'], 'EXECUTING'],
    [['EXECUTING', 'COMPLETED'], 'EXECUTING'],
  ] as const)('lines %j make it %s', (lines, status) => {
    expect(statusOfLines(lines)).toBe(status);
  });

  it('holds for any lines: their order does not matter, and it ends exactly when none is open', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<LineStatus>('EXECUTING', 'COMPLETED', 'FAILED'), { minLength: 1 }), (lines) => {
        const status = statusOfLines(lines);
        expect(statusOfLines(lines.toReversed())).toBe(status);
        expect(status === 'EXECUTING').toBe(lines.includes('EXECUTING'));
        expect(mayFollow('EXECUTING', status) || status === 'EXECUTING').toBe(true);
      }),
    );
  });

  it('is asked only of lines that were executed', () => {
    expect(() => statusOfLines(['COMPLETE'])).toThrow(RangeError);
  });
});

describe('O2: what can be submitted', () => {
  it.each([
    [0, [], 'ORDER_EMPTY', {}],
    [2, [], undefined, {}],
    [
      3,
      [
        { position: 1, sku: 'A', missing: ['Seats'] },
        { position: 3, sku: 'B', missing: ['Seats', 'TenantDomain'] },
      ],
      'ORDER_INCOMPLETE',
      { lines: 'line 1 (A) lacks Seats; line 3 (B) lacks Seats, TenantDomain' },
    ],
  ])('%i lines, incomplete %j: %s', (count, incomplete, code, parameters) => {
    const decision = decideComplete({ number: 'ORD-1', status: 'DRAFT' }, count, incomplete);
    expect(decision.allowed ? undefined : decision.refusals[0]).toEqual(
      code && expect.objectContaining({ code, parameters: { order: 'ORD-1', ...parameters } }),
    );
  });
});
