import { allow, refuse, type Decision } from '../refusal.ts';

/** @rule S1 `PENDING → ACTIVE ⇄ SUSPENDED → TERMINATED`, plus `FAILED` */
export const SUBSCRIPTION_STATUSES = ['PENDING', 'ACTIVE', 'SUSPENDED', 'TERMINATED', 'FAILED'] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

const NEXT: Readonly<Record<SubscriptionStatus, readonly SubscriptionStatus[]>> = {
  PENDING: ['ACTIVE', 'FAILED'],
  ACTIVE: ['SUSPENDED', 'TERMINATED'],
  SUSPENDED: ['ACTIVE', 'TERMINATED'],
  TERMINATED: [],
  // What was never delivered can be tried again.
  FAILED: ['PENDING'],
};

/** Whether a subscription may go from one status to another. Nothing follows `TERMINATED`. @rule S1 B8 */
export function mayBecome(from: SubscriptionStatus, to: SubscriptionStatus): boolean {
  return NEXT[from].includes(to);
}

/** The little of a subscription that a decision about its status needs. */
export interface SubscriptionStanding {
  readonly number: string;
  readonly status: SubscriptionStatus;
  /** ISO day of the termination, where there is one. */
  readonly terminatedOn?: string | undefined;
}

/**
 * Whether something may be done to a subscription that must be running for it.
 * @param action in a few words, for the refusal: "a quantity change"
 * @rule S1 B8
 */
export function decideRunning({ number, status, terminatedOn }: SubscriptionStanding, action: string): Decision<void> {
  if (status === 'ACTIVE') return allow(undefined);
  if (status === 'TERMINATED') return refuse('SUBSCRIPTION_TERMINATED', { subscription: number, day: terminatedOn ?? '' }, ['subscriptionId']);
  return refuse('SUBSCRIPTION_STATE_NOT_ALLOWED', { subscription: number, status, action, allowed: 'ACTIVE' }, ['subscriptionId']);
}

/**
 * Whether a subscription may be terminated. It is final, so it must be confirmed in so many words.
 * @rule B8 "the operator is warned before, and must confirm"
 */
export function decideTermination(standing: SubscriptionStanding, confirmIrreversible: boolean): Decision<void> {
  const { number, status, terminatedOn } = standing;
  if (status === 'TERMINATED') return refuse('SUBSCRIPTION_TERMINATED', { subscription: number, day: terminatedOn ?? '' }, ['subscriptionId']);
  if (!mayBecome(status, 'TERMINATED')) {
    return refuse('SUBSCRIPTION_STATE_NOT_ALLOWED', { subscription: number, status, action: 'a termination', allowed: 'ACTIVE or SUSPENDED' }, [
      'subscriptionId',
    ]);
  }
  if (!confirmIrreversible) return refuse('CONFIRMATION_REQUIRED', { subscription: number }, ['confirmIrreversible']);
  return allow(undefined);
}

/**
 * Whether a subscription may be paused, or run again. What was terminated never runs again.
 * @rule S1 B8 "Reactivation is refused"
 */
export function decideStanding({ number, status, terminatedOn }: SubscriptionStanding, change: 'SUSPEND' | 'RESUME'): Decision<void> {
  if (status === 'TERMINATED') return refuse('REACTIVATION_NOT_ALLOWED', { subscription: number, day: terminatedOn ?? '' }, ['subscriptionId']);
  const [needed, action] = change === 'SUSPEND' ? (['ACTIVE', 'suspending'] as const) : (['SUSPENDED', 'resuming'] as const);
  if (status === needed) return allow(undefined);
  return refuse('SUBSCRIPTION_STATE_NOT_ALLOWED', { subscription: number, status, action, allowed: needed }, ['subscriptionId']);
}
