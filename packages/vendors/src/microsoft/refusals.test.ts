import { describe, expect, it } from 'vitest';
import { refusalOf } from './refusals.ts';
import { RequestIds, uuidOf } from './request-ids.ts';

const answer = (status: number, json?: unknown, headers: Record<string, string> = {}): Parameters<typeof refusalOf>[0] => ({
  kind: 'ANSWER',
  status,
  headers,
  text: json === undefined ? 'a proxy says no' : JSON.stringify(json),
  json,
});

describe('a refusal', () => {
  it.each([
    // HTTP status, code, what it is to us
    [401, '400', 'AUTH'],
    [401, '800001', 'AUTH'],
    [403, '20002', 'FORBIDDEN'],
    [403, '13605', 'FORBIDDEN'],
    [404, '20000', 'NOT_FOUND'],
    [404, '20003', 'NOT_FOUND'],
    [404, '60003', 'NOT_FOUND'],
    [404, '800008', 'NOT_FOUND'],
    [400, '2001', 'CONFLICT_STATE'],
    [400, '2002', 'QUANTITY_RULE'],
    [400, '2011', 'CONFLICT_STATE'],
    [400, '2054', 'VALIDATION'],
    [400, '2055', 'CONCURRENCY'],
    [412, '2055', 'CONCURRENCY'],
    [412, undefined, 'CONCURRENCY'],
    [409, '27009', 'CONFLICT_STATE'],
    [400, '800009', 'VALIDATION'],
    [409, '800014', 'RETRYABLE'],
    [409, '800060', 'RETRYABLE'],
    [400, '800040', 'CONFLICT_STATE'],
    [409, '800064', 'DUPLICATE'],
    [400, '800065', 'DUPLICATE'],
    [403, '800067', 'QUANTITY_RULE'],
    [403, '800069', 'FORBIDDEN'],
    [403, '800023', 'CREDIT_LIMIT'],
    [400, '900121', 'CREDIT_LIMIT'],
    [400, '800090', 'QUANTITY_RULE'],
    [400, '800091', 'CONFLICT_STATE'],
    [400, '800082', 'RETRYABLE'],
    [500, '800003', 'UNKNOWN'],
    [500, '800005', 'UNKNOWN'],
    [500, '800094', 'UNKNOWN'],
    [400, '900117', 'POLICY_WINDOW_CLOSED'],
    // By the status, where the code is not known.
    [400, '1', 'VALIDATION'],
    [404, undefined, 'NOT_FOUND'],
    [409, 'toString', 'CONFLICT_STATE'],
    [408, undefined, 'UNKNOWN'],
    [500, '2002', 'UNKNOWN'],
    [502, undefined, 'UNKNOWN'],
    [302, undefined, 'VALIDATION'],
  ] as const)('HTTP %i with code %s is %s', (status, code, meaning) => {
    const refusal = refusalOf(answer(status, code && { Code: code, Description: 'because', data: [], source: 'x' }));
    expect(refusal.kind === 'REJECTED' ? refusal.rejection : refusal.kind).toBe(meaning);
  });

  it('says what Microsoft said', () => {
    expect(refusalOf(answer(400, { code: 2002, description: 'Too many.' }))).toEqual({
      kind: 'REJECTED',
      rejection: 'QUANTITY_RULE',
      vendorCode: '2002',
      message: 'HTTP 400: 2002: Too many.',
    });
    expect(refusalOf(answer(403))).toMatchObject({ message: 'HTTP 403: a proxy says no', vendorCode: undefined });
  });

  it.each([
    [{ 'retry-after': '57' }, 57_000],
    [{}, 60_000],
  ])('for too many calls with %o waits %i ms', (headers: Record<string, string>, retryAfterMs) => {
    expect(refusalOf(answer(429, { statusCode: 429, message: 'Rate limit is exceeded. Try again in 57 seconds.' }, headers))).toMatchObject({ retryAfterMs });
  });
});

describe('the id of a request', () => {
  const operation = '0f8fad5b-d9cb-469f-a165-70867728950e';

  it('is a UUID of version 5, another for each operation, step and round', () => {
    const ids = [
      uuidOf(operation, 'cart', 0),
      uuidOf(operation, 'cart', 1),
      uuidOf(operation, 'checkout', 0),
      uuidOf(operation.replace('0f', '1f'), 'cart', 0),
    ];
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(4);
  });

  it('stays until the request is refused, also over restarts', () => {
    const [before, after] = [new RequestIds(), new RequestIds()];
    const first = before.idOf(operation, 'cart');
    expect(before.idOf(operation, 'cart')).toBe(first);
    expect(after.idOf(operation.toUpperCase(), 'cart')).toBe(first);
    before.refused(operation, 'cart');
    expect(before.idOf(operation, 'cart')).toBe(uuidOf(operation, 'cart', 1));
    expect(before.idOf(operation, 'checkout')).toBe(uuidOf(operation, 'checkout', 0));
  });
});
