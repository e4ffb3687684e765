/** What follows from how a call to a vendor ended. Pure, so that every case stands in a table. @rule S2 */
import type { Finding, Outcome, Reading, Rejection } from '@cloudtill/vendors/vendor';

/** Why a vendor was called. */
export type Purpose = 'SEND' | 'POLL' | 'RESOLVE';

/** After so many tries of the same it is for a person to look at. */
export const MAX_ATTEMPTS = 12;
const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 5 * 60_000;
/** How often a vendor is asked again that cannot say what became of a request. */
const CANNOT_TELL_DELAY_MS = 5 * 60_000;
/** Work that a vendor took and has not ended in this time is shown to people. */
export const STUCK_MS = 15 * 60_000;

/** What the decision depends on, beside the outcome. */
export interface Situation {
  /** How often it was sent. */
  readonly attempts: number;
  /** How often it was looked at since it was sent last. */
  readonly looks: number;
  /** Whether sending it again does no harm. */
  readonly repeatable: boolean;
  /** When it was sent last. Epoch milliseconds. */
  readonly sentAt: number;
  readonly now: number;
  /** How long after sending a request may still be done. */
  readonly settleMs: number;
  /** What the vendor said no with, where that may mean that it was done before. */
  readonly rejection: Rejection | undefined;
  /** From 0 to 1: spreads those that wait over time. */
  readonly jitter: number;
}

export type Step =
  | { readonly kind: 'DONE' }
  | { readonly kind: 'FAIL'; readonly rejection?: Rejection; readonly vendorCode?: string | undefined; readonly message: string }
  /** To be sent, not before so many milliseconds. */
  | { readonly kind: 'SEND'; readonly delayMs: number; readonly message: string; readonly attention: boolean }
  | { readonly kind: 'POLL'; readonly delayMs: number; readonly pollRef: string; readonly attention: boolean }
  | { readonly kind: 'RESOLVE'; readonly delayMs: number; readonly message: string; readonly attention: boolean; readonly rejection?: Rejection };

/** Longer each time, and never two at the same moment. */
export function backoff(times: number, jitter: number): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(times, 20));
  return Math.round(delay * (0.5 + 0.5 * jitter));
}

/** Said of something that may be there already: ours, from a try of which no answer came. */
const MAY_BE_OURS: ReadonlySet<Rejection> = new Set<Rejection>(['DUPLICATE', 'CONFLICT_STATE', 'NOT_FOUND']);
/** Nothing that the order is to blame for: it is sent again once somebody has mended it. */
const NOT_ITS_FAULT: ReadonlySet<Rejection> = new Set<Rejection>(['AUTH', 'CONCURRENCY']);

export function afterSending(outcome: Outcome<unknown>, situation: Situation): Step {
  const { attempts, jitter } = situation;
  switch (outcome.kind) {
    case 'SUCCEEDED':
      return { kind: 'DONE' };
    case 'ACCEPTED':
      return { kind: 'POLL', delayMs: backoff(0, jitter), pollRef: outcome.pollRef, attention: false };
    case 'REJECTED': {
      const { rejection, vendorCode, message } = outcome;
      if (NOT_ITS_FAULT.has(rejection)) return again(message, situation);
      if (rejection === 'DUPLICATE' || (attempts > 1 && MAY_BE_OURS.has(rejection))) {
        return { kind: 'RESOLVE', delayMs: backoff(0, jitter), message, attention: false, rejection };
      }
      return { kind: 'FAIL', rejection, vendorCode, message };
    }
    case 'THROTTLED':
      // Who waits as long as was asked has not failed; but a vendor that always says so is for people to see.
      return { kind: 'SEND', delayMs: outcome.retryAfterMs + backoff(1, jitter), message: outcome.message, attention: attempts >= MAX_ATTEMPTS };
    case 'RETRYABLE':
      return again(outcome.message, situation);
    case 'UNKNOWN':
      return { kind: 'RESOLVE', delayMs: backoff(0, jitter), message: outcome.message, attention: false };
  }
}

function again(message: string, { attempts, jitter }: Situation): Step {
  if (attempts >= MAX_ATTEMPTS) return { kind: 'FAIL', message: `given up after ${attempts} tries: ${message}` };
  return { kind: 'SEND', delayMs: backoff(attempts, jitter), message, attention: attempts >= MAX_ATTEMPTS / 2 };
}

export function afterPolling(outcome: Outcome<unknown>, pollRef: string, situation: Situation): Step {
  const { looks, jitter, now, sentAt } = situation;
  const attention = now - sentAt > STUCK_MS;
  switch (outcome.kind) {
    case 'SUCCEEDED':
      return { kind: 'DONE' };
    case 'ACCEPTED':
      return { kind: 'POLL', delayMs: backoff(looks, jitter), pollRef: outcome.pollRef, attention };
    case 'REJECTED':
      return NOT_ITS_FAULT.has(outcome.rejection)
        ? { kind: 'POLL', delayMs: backoff(looks, jitter), pollRef, attention: true }
        : { kind: 'FAIL', rejection: outcome.rejection, vendorCode: outcome.vendorCode, message: outcome.message };
    case 'THROTTLED':
      return { kind: 'POLL', delayMs: outcome.retryAfterMs + backoff(1, jitter), pollRef, attention };
    case 'RETRYABLE':
    case 'UNKNOWN':
      return { kind: 'POLL', delayMs: backoff(looks, jitter), pollRef, attention };
  }
}

/**
 * After reading what became of a request. "It is not there" counts once the vendor's state is of a moment at which the
 * request could not be on its way any more; until then it is asked again.
 */
export function afterReading(reading: Reading<Finding>, message: string, situation: Situation): Step {
  const { looks, jitter, attempts, repeatable, sentAt, settleMs, rejection } = situation;
  const later = (attention: boolean, delayMs = backoff(looks, jitter), why = message): Step => ({
    kind: 'RESOLVE',
    delayMs,
    message: why,
    attention,
    ...(rejection ? { rejection } : {}),
  });
  // Something else stands in its place, or what it was about is gone: it can neither have been done nor be done.
  if (reading.kind === 'REJECTED' && (reading.rejection === 'DUPLICATE' || reading.rejection === 'NOT_FOUND')) {
    return { kind: 'FAIL', rejection: reading.rejection, vendorCode: reading.vendorCode, message: reading.message };
  }
  if (reading.kind === 'THROTTLED') return later(false, reading.retryAfterMs + backoff(1, jitter));
  if (reading.kind !== 'SUCCEEDED') return later(looks >= MAX_ATTEMPTS);
  const finding = reading.value;
  switch (finding.kind) {
    case 'APPLIED':
      return { kind: 'DONE' };
    case 'IN_PROGRESS':
      return { kind: 'POLL', delayMs: backoff(0, jitter), pollRef: finding.pollRef, attention: false };
    case 'NOT_APPLIED':
      // It was refused as something that is there already, and nothing of ours is: the vendor's no stands.
      if (rejection && finding.asOf >= sentAt) return { kind: 'FAIL', rejection, message };
      if (!repeatable && finding.asOf < sentAt + settleMs) return later(false);
      if (attempts >= MAX_ATTEMPTS) return later(true, CANNOT_TELL_DELAY_MS);
      return { kind: 'SEND', delayMs: backoff(attempts, jitter), message: 'the vendor does not have it, so it is sent again', attention: false };
    case 'CANNOT_TELL':
      if (repeatable && attempts < MAX_ATTEMPTS) return { kind: 'SEND', delayMs: backoff(attempts, jitter), message, attention: false };
      return later(true, CANNOT_TELL_DELAY_MS, finding.message);
  }
}
