/** What follows from how a call ended: every outcome, in every situation that changes the answer. */
import { describe, expect, it } from 'vitest';
import type { Finding, Outcome, Reading } from '@cloudtill/vendors/vendor';
import { rejected, retryable, succeeded, throttled, unknown, accepted } from '@cloudtill/vendors/vendor';
import { afterPolling, afterReading, afterSending, backoff, MAX_ATTEMPTS, STUCK_MS, type Situation } from '../../src/provisioning/next-step.ts';

const fresh: Situation = { attempts: 1, looks: 0, repeatable: false, sentAt: 1_000_000, now: 1_000_500, settleMs: 60_000, rejection: undefined, jitter: 1 };
const settled = fresh.sentAt + fresh.settleMs;
const found = (finding: Finding): Reading<Finding> => succeeded(finding);

describe('after sending', () => {
  it.each<[string, Outcome<unknown>, Partial<Situation>, string, object?]>([
    ['success', succeeded({}), {}, 'DONE'],
    ['taken for later', accepted('ref-1'), {}, 'POLL', { pollRef: 'ref-1' }],
    ['a wrong value', rejected('VALIDATION', 'bad sku', 'E1'), {}, 'FAIL', { rejection: 'VALIDATION', vendorCode: 'E1' }],
    ['a closed window', rejected('POLICY_WINDOW_CLOSED', 'late'), {}, 'FAIL'],
    ['no credit', rejected('CREDIT_LIMIT', 'no'), {}, 'FAIL'],
    ['credentials that are not accepted: ours to mend', rejected('AUTH', 'no'), {}, 'SEND'],
    ['an etag that is old', rejected('CONCURRENCY', 'no'), {}, 'SEND'],
    ['there already: perhaps from a try of ours', rejected('DUPLICATE', 'exists'), {}, 'RESOLVE', { rejection: 'DUPLICATE' }],
    ['not in this state, the first time', rejected('CONFLICT_STATE', 'no'), {}, 'FAIL'],
    ['not in this state, after a try of ours', rejected('CONFLICT_STATE', 'no'), { attempts: 2 }, 'RESOLVE', { rejection: 'CONFLICT_STATE' }],
    ['too many calls: as long as was asked, and then some', throttled(5_000, 'slow down'), {}, 'SEND', { delayMs: 5_000 + backoff(1, 1) }],
    ['too many calls, the hundredth time', throttled(5_000, 'slow down'), { attempts: 100 }, 'SEND'],
    ['nothing was done', retryable('503'), {}, 'SEND', { attention: false }],
    ['nothing was done, for long', retryable('503'), { attempts: MAX_ATTEMPTS - 1 }, 'SEND', { attention: true }],
    ['nothing was done, too often', retryable('503'), { attempts: MAX_ATTEMPTS }, 'FAIL'],
    ['nobody knows', unknown('socket closed'), {}, 'RESOLVE'],
    ['nobody knows, though it may be sent again: it is read first', unknown('socket closed'), { repeatable: true }, 'RESOLVE'],
  ])('%s', (_, outcome, more, kind, facts = {}) => {
    expect(afterSending(outcome, { ...fresh, ...more })).toMatchObject({ kind, ...facts });
  });
});

describe('after looking at what was taken', () => {
  it.each<[string, Outcome<unknown>, Partial<Situation>, string, object?]>([
    ['it is done', succeeded({}), {}, 'DONE'],
    ['it is still at work', accepted('ref-2'), {}, 'POLL', { pollRef: 'ref-2', attention: false }],
    ['it is still at work, for long', accepted('ref-2'), { now: fresh.sentAt + STUCK_MS + 1 }, 'POLL', { attention: true }],
    ['it was refused after all', rejected('VALIDATION', 'no'), {}, 'FAIL'],
    ['credentials', rejected('AUTH', 'no'), {}, 'POLL', { attention: true, pollRef: 'ref-1' }],
    ['too many calls', throttled(1_000, 'x'), {}, 'POLL'],
    ['no answer', unknown('x'), {}, 'POLL', { pollRef: 'ref-1' }],
    ['not now', retryable('x'), {}, 'POLL'],
  ])('%s', (_, outcome, more, kind, facts = {}) => {
    expect(afterPolling(outcome, 'ref-1', { ...fresh, ...more })).toMatchObject({ kind, ...facts });
  });
});

describe('after reading what became of it', () => {
  it.each<[string, Reading<Finding>, Partial<Situation>, string, object?]>([
    ['it was done', found({ kind: 'APPLIED' }), {}, 'DONE'],
    ['it is at work', found({ kind: 'IN_PROGRESS', pollRef: 'p' }), {}, 'POLL', { pollRef: 'p' }],
    ['not there, but it may still be on its way', found({ kind: 'NOT_APPLIED', asOf: settled - 1 }), {}, 'RESOLVE'],
    ['not there, and it cannot be on its way any more', found({ kind: 'NOT_APPLIED', asOf: settled }), {}, 'SEND'],
    ['not there, by an old report', found({ kind: 'NOT_APPLIED', asOf: fresh.sentAt - 1 }), { repeatable: false }, 'RESOLVE'],
    ['not there, and sending it again does no harm', found({ kind: 'NOT_APPLIED', asOf: fresh.sentAt - 1 }), { repeatable: true }, 'SEND'],
    ['not there, after so many tries', found({ kind: 'NOT_APPLIED', asOf: settled }), { attempts: MAX_ATTEMPTS }, 'RESOLVE', { attention: true }],
    [
      'not there, though it was refused as being there',
      found({ kind: 'NOT_APPLIED', asOf: settled }),
      { rejection: 'DUPLICATE' },
      'FAIL',
      { rejection: 'DUPLICATE' },
    ],
    ['refused as being there, by an old report', found({ kind: 'NOT_APPLIED', asOf: 0 }), { rejection: 'DUPLICATE' }, 'RESOLVE', { rejection: 'DUPLICATE' }],
    ['nobody can tell', found({ kind: 'CANNOT_TELL', message: 'look' }), {}, 'RESOLVE', { attention: true, message: 'look' }],
    ['nobody can tell, and sending it again does no harm', found({ kind: 'CANNOT_TELL', message: 'look' }), { repeatable: true }, 'SEND'],
    [
      'nobody can tell, too often',
      found({ kind: 'CANNOT_TELL', message: 'look' }),
      { repeatable: true, attempts: MAX_ATTEMPTS },
      'RESOLVE',
      { attention: true },
    ],
    ['the vendor does not answer', retryable('503'), {}, 'RESOLVE', { attention: false }],
    ['the vendor does not answer, for long', retryable('503'), { looks: MAX_ATTEMPTS }, 'RESOLVE', { attention: true }],
    ['too many calls', throttled(2_000, 'x'), {}, 'RESOLVE', { delayMs: 2_000 + backoff(1, 1) }],
    ['another stands in its place', rejected('DUPLICATE', 'x'), {}, 'FAIL', { rejection: 'DUPLICATE' }],
    ['we may not look', rejected('AUTH', 'x'), {}, 'RESOLVE'],
  ])('%s', (_, reading, more, kind, facts = {}) => {
    expect(afterReading(reading, 'unknown', { ...fresh, ...more })).toMatchObject({ kind, ...facts });
  });

  it('never sends what may not be sent twice before the vendor said that it is not there', () => {
    // S2: unknown is resolved by reading, never by blindly sending again.
    const readings: Reading<Finding>[] = [
      retryable('x'),
      throttled(1, 'x'),
      rejected('AUTH', 'x'),
      found({ kind: 'CANNOT_TELL', message: 'x' }),
      found({ kind: 'NOT_APPLIED', asOf: settled - 1 }),
    ];
    for (const reading of readings)
      for (let attempts = 1; attempts < 20; attempts++) expect(afterReading(reading, 'x', { ...fresh, attempts }).kind).toBe('RESOLVE');
  });
});

describe('waiting', () => {
  it('grows, is bounded, and is spread', () => {
    const delays = Array.from({ length: 30 }, (_, times) => backoff(times, 1));
    expect(delays.every((delay, index) => index === 0 || delay >= delays[index - 1]!)).toBe(true);
    expect(Math.max(...delays)).toBe(5 * 60_000);
    expect(backoff(4, 0)).toBe(backoff(4, 1) / 2);
  });
});
