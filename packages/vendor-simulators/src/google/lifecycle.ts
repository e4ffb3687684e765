/**
 * What time does to a subscription. Nothing runs when the clock is moved: what is kept is the state of the last change,
 * and {@link asOf} works out from it what there is at a later instant.
 */

export const PLANS = ['FLEXIBLE', 'ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'TRIAL', 'FREE'] as const;
export type PlanName = (typeof PLANS)[number];

export const RENEWAL_TYPES = [
  'AUTO_RENEW_MONTHLY_PAY',
  'AUTO_RENEW_YEARLY_PAY',
  'RENEW_CURRENT_USERS_MONTHLY_PAY',
  'RENEW_CURRENT_USERS_YEARLY_PAY',
  'SWITCH_TO_PAY_AS_YOU_GO',
  'CANCEL',
] as const;
export type RenewalType = (typeof RENEWAL_TYPES)[number];

export type SuspensionReason = 'PENDING_TOS_ACCEPTANCE' | 'RENEWAL_WITH_TYPE_CANCEL' | 'RESELLER_INITIATED' | 'TRIAL_ENDED' | 'OTHER';

/** A subscription as it is kept. Instants are epoch milliseconds. */
export interface Held {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly skuId: string;
  readonly plan: PlanName;
  /** The commitment of an annual plan; the cap of any other. */
  readonly seats: number;
  /** Users who have a license. */
  readonly licensed: number;
  readonly createdAt: number;
  readonly commitment: { readonly start: number; readonly end: number } | undefined;
  readonly renewalType: RenewalType | undefined;
  /** Set while it is in trial. */
  readonly trialEndsAt: number | undefined;
  /** Since when each reason holds. It is active while there is none. */
  readonly reasons: Readonly<Partial<Record<SuspensionReason, number>>>;
  readonly cancelledAt: number | undefined;
  readonly purchaseOrderId: string | undefined;
  readonly dealCode: string | undefined;
}

export const DAY_MS = 86_400_000;
export const TRIAL_DAYS = 30;
/** What a reseller suspended for longer may be cancelled. */
export const MAX_SUSPENSION_DAYS = 60;

export const isAnnual = (plan: PlanName): boolean => plan === 'ANNUAL_MONTHLY_PAY' || plan === 'ANNUAL_YEARLY_PAY';
export const isSuspended = ({ reasons }: Held): boolean => Object.keys(reasons).length > 0;

/** A year from the start of the day in California, where Google's days begin. */
export function commitmentFrom(at: number): { start: number; end: number } {
  const start = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('America/Los_Angeles').startOfDay();
  return { start: start.epochMilliseconds, end: start.add({ years: 1 }).epochMilliseconds };
}

/**
 * The subscription at an instant, with everything that happened by itself until then, in the order of time.
 * @param cancelsLongSuspended whether a suspension of more than 60 days ends it
 */
export function asOf(held: Held, now: number, cancelsLongSuspended: boolean): Held {
  let state = held;
  for (;;) {
    const next = events(state, cancelsLongSuspended)
      .filter(({ at }) => at <= now)
      .sort((a, b) => a.at - b.at)[0];
    if (!next) return state;
    state = next.state;
  }
}

interface Event {
  readonly at: number;
  readonly state: Held;
}

/** What happens next, if nobody does anything. Each event makes itself impossible, so that they come to an end. */
function events(state: Held, cancelsLongSuspended: boolean): Event[] {
  if (state.cancelledAt !== undefined) return [];
  const found: Event[] = [];
  const suspendedAt = state.reasons.RESELLER_INITIATED;
  if (cancelsLongSuspended && suspendedAt !== undefined) {
    const at = suspendedAt + MAX_SUSPENSION_DAYS * DAY_MS + 1;
    found.push({ at, state: { ...state, cancelledAt: at } });
  }
  if (state.trialEndsAt !== undefined) found.push({ at: state.trialEndsAt, state: trialEnded(state, state.trialEndsAt) });
  // A suspended annual plan keeps its renewal date and is not renewed.
  if (state.commitment && !isSuspended(state)) found.push({ at: state.commitment.end, state: renewed(state, state.commitment.end) });
  return found;
}

/** A trial becomes what was chosen for it, or waits for a choice. */
export function trialEnded(state: Held, at: number): Held {
  const ended = { ...state, trialEndsAt: undefined };
  if (state.plan === 'TRIAL') return { ...ended, reasons: { ...state.reasons, TRIAL_ENDED: at } };
  return { ...ended, commitment: isAnnual(state.plan) ? commitmentFrom(at) : undefined };
}

function renewed(state: Held, at: number): Held {
  const seats = state.renewalType?.startsWith('RENEW_CURRENT_USERS') ? Math.max(1, state.licensed) : state.seats;
  switch (state.renewalType) {
    case 'CANCEL':
      return { ...state, reasons: { ...state.reasons, RENEWAL_WITH_TYPE_CANCEL: at } };
    case 'SWITCH_TO_PAY_AS_YOU_GO':
      return { ...state, plan: 'FLEXIBLE', commitment: undefined, renewalType: undefined };
    case 'AUTO_RENEW_YEARLY_PAY':
    case 'RENEW_CURRENT_USERS_YEARLY_PAY':
      return { ...state, plan: 'ANNUAL_YEARLY_PAY', seats, commitment: commitmentFrom(at) };
    default:
      return { ...state, plan: 'ANNUAL_MONTHLY_PAY', seats, commitment: commitmentFrom(at) };
  }
}
