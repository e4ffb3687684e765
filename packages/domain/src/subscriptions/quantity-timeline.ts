import type { PlanTerms } from '../catalog/billing-policy.ts';
import { addDays, OPEN_END, type LocalDate } from '../calendar/local-date.ts';
import type { Period } from '../calendar/period.ts';

/** What can happen to a subscription. @rule S3 */
export const CHANGE_KINDS = ['ACTIVATE', 'QUANTITY', 'PLAN', 'RENEWAL', 'SUSPEND', 'RESUME', 'ACTIVATION_CODE', 'APPROVAL_CODE', 'TERMINATE'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Kinds after which another quantity or plan may be held. */
const HOLDS: ReadonlySet<ChangeKind> = new Set<ChangeKind>(['ACTIVATE', 'QUANTITY', 'PLAN', 'RENEWAL']);

/**
 * One line of a subscription's append-only history. It says what shall hold from a moment on; a line recorded later
 * for the same moment wins, so a scheduled change is corrected by recording another one.
 */
export interface RecordedChange<P> {
  readonly kind: ChangeKind;
  /** Order of recording within the subscription, rising. */
  readonly sequence: number;
  /** The billing day, fixed when the change was recorded. */
  readonly effectiveOn: LocalDate;
  /** The instant, in milliseconds since 1970-01-01T00:00:00Z: orders the changes of one day. */
  readonly effectiveAt: number;
  /** The new quantity; for `RENEWAL` undefined means "whatever is held then". Absent for `TERMINATE`. */
  readonly quantity?: number | undefined;
  /** The plan from then on, for `ACTIVATE` and `PLAN`. */
  readonly plan?: P | undefined;
  /** For `RENEWAL`: whether the term that ends on this day is followed by another. */
  readonly renews?: boolean | undefined;
}

/** A run of days `[from, to)` with one quantity on one plan. `to` is {@link OPEN_END} while it lasts. */
export interface QuantitySpan<P> {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly quantity: number;
  readonly plan: P;
}

/** What the billing engine knows of a subscription: when it began, when it ends, and every quantity between. */
export interface QuantityTimeline<P> {
  readonly activatedOn: LocalDate;
  /** First day not held any more; {@link OPEN_END} while there is none. */
  readonly endsOn: LocalDate;
  /**
   * Ascending, without gaps from `activatedOn` to `endsOn`; neighbors differ in quantity or plan. Where the activation
   * day is also the termination day there is one span without days.
   */
  readonly spans: readonly QuantitySpan<P>[];
}

/** From an instant on, this quantity on this plan. */
export interface Moment<P> {
  readonly at: number;
  readonly on: LocalDate;
  readonly quantity: number;
  readonly plan: P;
}

/**
 * Turns a history into days: one quantity for each day held.
 *
 * The activation day is held, the termination day is not. A day with changes counts at its last quantity; on a
 * `PAYG` plan whose daily quantity is `PEAK`, at the largest one that was held for any moment of it on the plan that the
 * day ends with. `MAX_OF_MONTH` plans look at every moment, so they are always read at their peak; `YEARLY` ones never,
 * since a term is owed for what its first day closes with.
 *
 * @param changes in any order; exactly one of them is `ACTIVATE`
 * @param startOfDay the first instant of a day in the billing time zone
 * @throws RangeError without an activation or with a change before it: the caller is wrong
 * @rule B "the day of a change counts at the new quantity"; B1 "at any moment of that month"
 */
export function quantityTimeline<P extends PlanTerms>(changes: readonly RecordedChange<P>[], startOfDay: (day: LocalDate) => number): QuantityTimeline<P> {
  const endsOn = endOf(changes);
  const moments = momentsOf(changes);
  return { activatedOn: moments[0]!.on, endsOn, spans: cutAt(daysOf(moments, startOfDay), endsOn) };
}

function byEffect(a: RecordedChange<unknown>, b: RecordedChange<unknown>): number {
  return a.effectiveAt - b.effectiveAt || a.sequence - b.sequence;
}

/** The renewal lines that count: for each day the one recorded last. */
function renewalsInForce<P>(changes: readonly RecordedChange<P>[]): Map<LocalDate, RecordedChange<P>> {
  const inForce = new Map<LocalDate, RecordedChange<P>>();
  for (const change of changes) {
    if (change.kind !== 'RENEWAL') continue;
    const other = inForce.get(change.effectiveOn);
    if (!other || other.sequence < change.sequence) inForce.set(change.effectiveOn, change);
  }
  return inForce;
}

/** The first day not held: the earliest termination, or the first term end after which nothing renews. */
export function endOf(changes: readonly RecordedChange<unknown>[]): LocalDate {
  let end: LocalDate = OPEN_END;
  for (const { kind, effectiveOn } of changes) {
    if (kind === 'TERMINATE' && effectiveOn < end) end = effectiveOn;
  }
  for (const [day, { renews }] of renewalsInForce(changes)) {
    if (renews === false && day < end) end = day;
  }
  return end;
}

/**
 * Every moment at which a quantity or plan begins to hold, in order; of several at one instant only the last.
 * @throws RangeError without an activation or with a change before it
 */
export function momentsOf<P>(changes: readonly RecordedChange<P>[]): Moment<P>[] {
  const activation = changes.find(({ kind }) => kind === 'ACTIVATE');
  if (!activation) throw new RangeError('a history without an activation');
  const renewals = renewalsInForce(changes);
  const moments: Moment<P>[] = [];
  let { quantity, plan } = activation;
  for (const change of [...changes].sort(byEffect)) {
    if (!HOLDS.has(change.kind)) continue;
    if (change.kind === 'RENEWAL' && (renewals.get(change.effectiveOn) !== change || change.quantity === undefined)) continue;
    if (change.effectiveAt < activation.effectiveAt) throw new RangeError('a change before the activation');
    quantity = change.quantity ?? quantity;
    plan = change.plan ?? plan;
    if (quantity === undefined || plan === undefined) throw new RangeError('an activation without quantity or plan');
    if (moments.at(-1)?.at === change.effectiveAt) moments.pop();
    moments.push({ at: change.effectiveAt, on: change.effectiveOn, quantity, plan });
  }
  return moments;
}

function daysOf<P extends PlanTerms>(moments: readonly Moment<P>[], startOfDay: (day: LocalDate) => number): QuantitySpan<P>[] {
  const spans: QuantitySpan<P>[] = [];
  /** Ends the span before at `from`; a span that would be empty is dropped, one like its neighbor is joined to it. */
  const begin = (from: LocalDate, quantity: number, plan: P): void => {
    let last = spans.pop();
    if (last && last.from < from) spans.push((last = { ...last, to: from }));
    else last = spans.at(-1);
    if (last && last.quantity === quantity && last.plan === plan) spans[spans.length - 1] = { ...last, to: OPEN_END };
    else spans.push({ from, to: OPEN_END, quantity, plan });
  };
  for (let index = 0; index < moments.length; index++) {
    const closing = moments[index]!;
    if (moments[index + 1]?.on === closing.on) continue;
    const peak = readsPeak(closing.plan) ? peakOf(moments, index, startOfDay(closing.on)) : closing.quantity;
    begin(closing.on, peak, closing.plan);
    if (peak !== closing.quantity) begin(addDays(closing.on, 1), closing.quantity, closing.plan);
  }
  return spans;
}

function readsPeak({ policy, dailyQuantity }: PlanTerms): boolean {
  return policy === 'MAX_OF_MONTH' || (policy === 'PAYG' && dailyQuantity === 'PEAK');
}

/** The largest quantity held during the day that moment `index` closes, on the plan it closes with. */
function peakOf<P>(moments: readonly Moment<P>[], index: number, dayStart: number): number {
  const { plan, quantity } = moments[index]!;
  let peak = quantity;
  for (let before = index; before > 0 && moments[before]!.at > dayStart; before--) {
    const held = moments[before - 1]!;
    if (held.plan === plan && held.quantity > peak) peak = held.quantity;
  }
  return peak;
}

/** The first span stays even where it holds no day: a year is owed from its activation on. */
function cutAt<P>(spans: readonly QuantitySpan<P>[], end: LocalDate): QuantitySpan<P>[] {
  return spans.filter(({ from }, index) => from < end || index === 0).map((span) => (span.to > end ? { ...span, to: end } : span));
}

/** The span that holds on a day; undefined before the activation and from the end on. */
export function spanOn<P>({ spans }: Pick<QuantityTimeline<P>, 'spans'>, day: LocalDate): QuantitySpan<P> | undefined {
  for (let index = spans.length - 1; index >= 0; index--) {
    const span = spans[index]!;
    if (span.from <= day) return day < span.to ? span : undefined;
  }
  return undefined;
}

/** Whether a span has days in a period. */
export function overlaps({ from, to }: Pick<QuantitySpan<unknown>, 'from' | 'to'>, { start, end }: Period): boolean {
  return from < end && to > start && from < to;
}
