/** What must hold for every history and every price, not only for the examples. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANNIVERSARY,
  anyDay,
  anyHistory,
  anyMonth,
  anyPrice,
  anyQuantity,
  charged,
  LEGACY,
  monthsOf,
  oneEdge,
  PAYG,
  PEAK,
  timelineOf,
  totalMinor,
  YEARLY,
} from '../../test/builders.ts';
import { monthAfter, monthOf, type BillingMonth } from '../calendar/billing-month.ts';
import { dayAt, startOfDay } from '../calendar/local-date.ts';
import type { PlanTerms } from '../catalog/billing-policy.ts';
import { priceEdges, type EdgePrice, type PriceListRate } from '../catalog/price-list.ts';
import { divideRounded, type Rounding } from '../money/rounding.ts';
import { amountFor, microsPerMinor, type UnitPrice } from '../money/unit-price.ts';
import { momentsOf, type RecordedChange } from '../subscriptions/quantity-timeline.ts';
import { yearlyTermOn } from '../subscriptions/term.ts';
import { adjustmentsFor, type Charged } from './adjustment.ts';
import { licenseDays, type Segment } from './segment.ts';
import { billableItems, isParked, targetCharges } from './target.ts';

const anyPlan = fc.constantFrom<PlanTerms>(PAYG, PEAK, ANNIVERSARY, LEGACY, YEARLY);
const anyRounding = fc.constantFrom<Rounding>('HALF_AWAY_FROM_ZERO', 'HALF_EVEN');

/** Every charge of every month that a history reaches, as text, so that books compare. */
function book<P extends PlanTerms>(changes: readonly RecordedChange<P>[], price: UnitPrice): string[] {
  const held = timelineOf(changes);
  return monthsOf(held).flatMap((month) =>
    charged(held, month, price).map(({ item, netMinor }) => `${month.name} ${item.kind} ${item.start} ${item.end} ${netMinor}`),
  );
}

describe('properties of billing', () => {
  it('pieces of a split month add up to the month before rounding', () => {
    fc.assert(
      fc.property(anyMonth, anyQuantity, fc.array(fc.integer({ min: 1, max: 27 }), { maxLength: 6 }), (month, quantity, cuts) => {
        const days = [...new Set(cuts)].sort((a, b) => a - b).map((cut) => (month.start + cut) as typeof month.start);
        const borders = [month.start, ...days, month.end];
        const pieces: Segment[] = borders.slice(1).map((to, index) => ({ from: borders[index]!, to, quantity }));
        expect(licenseDays(pieces)).toBe(licenseDays([{ from: month.start, to: month.end, quantity }]));
      }),
    );
  });

  it('a line that changes nothing changes no charge: PAYG by the day is PAYG by the month', () => {
    fc.assert(
      fc.property(fc.constantFrom(PAYG, ANNIVERSARY).chain(anyHistory), anyPrice, fc.integer({ min: 0, max: 200 }), (changes, price, days) => {
        const moments = momentsOf(changes);
        const end = changes.at(-1)!.kind === 'TERMINATE' ? changes.at(-1)!.effectiveAt : Infinity;
        const at = Math.min(moments[0]!.at + days * 86_400_000, end);
        const quantity = moments.findLast((moment) => moment.at <= at)!.quantity;
        const repeated = [...changes, { kind: 'QUANTITY' as const, sequence: -1, effectiveAt: at, effectiveOn: dayAt(at, 'UTC'), quantity }];
        expect(book(repeated, price)).toEqual(book(changes, price));
      }),
    );
  });

  it('of the changes of one day only the last one matters', () => {
    fc.assert(
      fc.property(anyHistory(PAYG), anyPrice, fc.array(anyQuantity, { maxLength: 4 }), (changes, price, noise) => {
        const last = changes.findLast(({ kind }) => kind === 'QUANTITY' || kind === 'ACTIVATE')!;
        const start = startOfDay(last.effectiveOn, 'UTC');
        const first = changes.filter(({ effectiveOn }) => effectiveOn === last.effectiveOn)[0]!;
        if (first.kind === 'ACTIVATE') return;
        const earlier = noise.map((quantity, index) => ({
          kind: 'QUANTITY' as const,
          sequence: 1000 + index,
          effectiveAt: start,
          effectiveOn: last.effectiveOn,
          quantity,
        }));
        if (last.effectiveAt === start) return;
        expect(book([...changes, ...earlier], price)).toEqual(book(changes, price));
      }),
    );
  });

  it('rises with the quantity', () => {
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), anyPrice, fc.integer({ min: 1, max: 100 }), (changes, price, more) => {
        const greater = changes.map((change) => (change.quantity === undefined ? change : { ...change, quantity: change.quantity + more }));
        const [held, heldMore] = [timelineOf(changes), timelineOf(greater)];
        for (const month of monthsOf(held)) {
          expect(totalMinor(charged(heldMore, month, price)) >= totalMinor(charged(held, month, price))).toBe(true);
        }
      }),
    );
  });

  it('rises with the days held', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<PlanTerms>(PAYG, PEAK, LEGACY, YEARLY).chain(anyHistory),
        anyPrice,
        fc.integer({ min: 1, max: 90 }),
        (changes, price, days) => {
          const last = changes.at(-1)!;
          if (last.kind !== 'TERMINATE') return;
          const at = last.effectiveAt + days * 86_400_000;
          const longer = timelineOf([...changes.slice(0, -1), { ...last, effectiveAt: at, effectiveOn: dayAt(at, 'UTC') }]);
          const held = timelineOf(changes);
          for (const month of monthsOf(longer)) {
            expect(totalMinor(charged(longer, month, price)) >= totalMinor(charged(held, month, price))).toBe(true);
          }
        },
      ),
    );
  });

  it('asked again it says the same', () => {
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), anyPrice, (changes, price) => {
        expect(book(changes, price)).toEqual(book(structuredClone(changes) as typeof changes, price));
      }),
    );
  });

  it('PAYG charges exactly the days held: none missing, none twice, nothing before or after', () => {
    fc.assert(
      fc.property(fc.constantFrom(PAYG, PEAK, ANNIVERSARY).chain(anyHistory), (changes) => {
        const held = timelineOf(changes);
        const until = monthAfter(monthsOf(held).at(-1)!, 1).end;
        const charged = new Map<number, number>();
        for (const month of [...monthsOf(held), monthAfter(monthsOf(held).at(-1)!)]) {
          for (const { segments } of billableItems(held, month)) {
            for (const { from, to, quantity } of segments) {
              for (let day: number = from; day < to; day++) {
                expect(charged.has(day)).toBe(false);
                charged.set(day, quantity);
              }
            }
          }
        }
        // Anniversary periods that end after the last month looked at are billed later.
        const seen = [...charged.keys()];
        for (const span of held.spans) {
          for (let day: number = span.from; day < Math.min(span.to, until, Math.max(...seen) + 1); day++) expect(charged.get(day)).toBe(span.quantity);
        }
        for (const day of seen) expect(day >= held.activatedOn && day < held.endsOn).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('a month is never charged more than once whole: every factor lies within 0 and 1', () => {
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), (changes) => {
        const held = timelineOf(changes);
        for (const month of monthsOf(held)) {
          const keys = new Set<string>();
          for (const { kind, start, end, plan, segments, periodDays } of billableItems(held, month)) {
            const days = segments.reduce((sum, { from, to }) => sum + to - from, 0);
            expect(days > 0 && days <= periodDays && start < end).toBe(true);
            keys.add(`${kind} ${start} ${JSON.stringify(plan)}`);
          }
          expect(keys.size).toBe(billableItems(held, month).length);
        }
      }),
    );
  });

  it('MAX_OF_MONTH is never cheaper than PAYG after its free stub', () => {
    fc.assert(
      fc.property(anyHistory(PAYG), anyPrice, (changes, price) => {
        const legacy = changes.map((change) => (change.plan ? { ...change, plan: LEGACY } : change));
        const [payg, max] = [timelineOf(changes), timelineOf(legacy)];
        for (const month of monthsOf(payg).filter(({ start }) => start > payg.activatedOn)) {
          expect(totalMinor(charged(max, month, price)) >= totalMinor(charged(payg, month, price))).toBe(true);
        }
      }),
    );
  });

  it('a yearly increase in n steps on one day is one step, and on n prices within n half-units', () => {
    fc.assert(
      fc.property(
        anyDay,
        anyQuantity,
        fc.array(anyQuantity, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 364 }),
        anyPrice,
        (day, quantity, steps, after, price) => {
          const at = startOfDay(day, 'UTC');
          const activation: RecordedChange<PlanTerms> = { kind: 'ACTIVATE', sequence: 0, effectiveAt: at, effectiveOn: day, quantity, plan: YEARLY };
          const on = at + after * 86_400_000;
          const effectiveOn = dayAt(on, 'UTC');
          if (yearlyTermOn(day, effectiveOn).start === effectiveOn) return;
          let sum = quantity;
          const inSteps = steps.map((step, index) => ({
            kind: 'QUANTITY' as const,
            sequence: index + 1,
            effectiveAt: on + index,
            effectiveOn,
            quantity: (sum += step),
          }));
          const atOnce = [{ ...inSteps.at(-1)!, sequence: 1, effectiveAt: on }];
          expect(book([activation, ...inSteps], price)).toEqual(book([activation, ...atOnce], price));

          const term = yearlyTermOn(day, effectiveOn);
          const [remaining, termDays] = [term.end - effectiveOn, term.end - term.start];
          const single = amountFor(price, (sum - quantity) * remaining, termDays, 'HALF_AWAY_FROM_ZERO').minor;
          const pieces = steps.reduce((total, step) => total + amountFor(price, step * remaining, termDays, 'HALF_AWAY_FROM_ZERO').minor, 0n);
          expect(Math.abs(Number(pieces - single)) * 2).toBeLessThanOrEqual(steps.length + 1);
        },
      ),
    );
  });

  it('the provider’s total is the sum of its resellers’ totals, and a tier pays what the one above charges', () => {
    const anyRate: fc.Arbitrary<PriceListRate | undefined> = fc.option(
      fc.record({ mode: fc.constantFrom('DISCOUNT' as const, 'MARKUP' as const), percent: fc.bigInt({ min: 0n, max: 900_000n }) }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), anyPrice, fc.array(anyRate, { minLength: 1, maxLength: 4 }), (changes, price, rates) => {
        const edges = priceEdges(price, { ...price, micros: price.micros / 2n }, rates);
        const held = timelineOf(changes);
        for (const month of monthsOf(held, 14)) {
          const charges = targetCharges(held, () => edges, month, 'HALF_AWAY_FROM_ZERO');
          if (isParked(charges)) throw new Error(charges.reason);
          for (let tier = 1; tier < edges.length; tier++) {
            const above = charges.filter((charge) => charge.tier === tier - 1);
            const below = charges.filter((charge) => charge.tier === tier);
            expect(below.map(({ costMinor }) => costMinor)).toEqual(above.map(({ netMinor }) => netMinor));
            expect(below.map(({ item }) => item)).toEqual(above.map(({ item }) => item));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('each amount is its segments times its price, rounded once', () => {
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), anyPrice, anyRounding, (changes, price, rounding) => {
        const held = timelineOf(changes);
        for (const month of monthsOf(held)) {
          for (const { item, netMinor } of charged(held, month, price, rounding)) {
            const sum = item.segments.reduce((total, { from, to, quantity }) => total + BigInt(quantity) * BigInt(to - from), 0n);
            expect(netMinor).toBe(divideRounded(sum * price.micros, BigInt(item.periodDays) * microsPerMinor(price.currency), rounding));
          }
        }
      }),
    );
  });
});

describe('properties of adjustments (H2)', () => {
  const keyed = (changes: readonly RecordedChange<PlanTerms>[], price: UnitPrice, month: BillingMonth) =>
    charged(timelineOf(changes), month, price).map((charge) => ({
      planId: 'p',
      tier: charge.tier,
      sellerId: 'provider',
      buyerId: 'customer',
      start: charge.item.start,
      charge: { netMinor: charge.netMinor, costMinor: charge.costMinor },
    }));
  const frozenOf = (targets: ReturnType<typeof keyed>): Charged[] => targets.map(({ charge, ...key }) => ({ ...key, ...charge }));

  it('closed charges plus adjustments are what the month should have been, and then nothing is left to adjust', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(PAYG, ANNIVERSARY, LEGACY).chain((plan) => fc.tuple(anyHistory<PlanTerms>(plan), anyHistory<PlanTerms>(plan))),
        anyPrice,
        ([before, after], price) => {
          for (const month of monthsOf(timelineOf(before), 6)) {
            const frozen = frozenOf(keyed(before, price, month));
            const targets = keyed(after, price, month);
            const adjustments = adjustmentsFor(targets, frozen);
            const made = adjustments.map(({ key, target, alreadyNetMinor, alreadyCostMinor }) => ({
              ...key,
              netMinor: (target?.netMinor ?? 0n) - alreadyNetMinor,
              costMinor: (target?.costMinor ?? 0n) - alreadyCostMinor,
            }));
            const sum = (rows: readonly { netMinor: bigint }[]): bigint => rows.reduce((total, { netMinor }) => total + netMinor, 0n);
            expect(sum(frozen) + sum(made)).toBe(sum(targets.map(({ charge }) => charge)));
            expect(adjustmentsFor(targets, [...frozen, ...made])).toEqual([]);
          }
        },
      ),
    );
  });

  it('charge and reversal cancel', () => {
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), anyPrice, (changes, price) => {
        const month = monthOf(timelineOf(changes).activatedOn);
        const frozen = frozenOf(keyed(changes, price, month));
        const reversal = adjustmentsFor([], frozen).map(({ key, alreadyNetMinor, alreadyCostMinor }) => ({
          ...key,
          netMinor: -alreadyNetMinor,
          costMinor: -alreadyCostMinor,
        }));
        const left = [...frozen, ...reversal].reduce((total, { netMinor }) => total + netMinor, 0n);
        expect(left).toBe(0n);
      }),
    );
  });

  it('P5: what was sold along another chain is given back to its buyers, one by one, and owed by the new ones', () => {
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), anyPrice, (changes, price) => {
        const month = monthOf(timelineOf(changes).activatedOn);
        const targets = keyed(changes, price, month).filter(({ charge }) => charge.netMinor !== 0n);
        const elsewhere = targets.map((target) => ({ ...target, buyerId: 'another' }));
        const owed = (buyer: string): bigint =>
          adjustmentsFor(elsewhere, frozenOf(targets))
            .filter(({ key }) => key.buyerId === buyer)
            .reduce((total, { target, alreadyNetMinor }) => total + (target?.netMinor ?? 0n) - alreadyNetMinor, 0n);
        const charged = targets.reduce((total, { charge }) => total + charge.netMinor, 0n);
        expect([owed('customer'), owed('another')]).toEqual([-charged, charged]);
      }),
    );
  });

  it('an unchanged month needs none', () => {
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), anyPrice, (changes, price) => {
        const month = monthOf(timelineOf(changes).activatedOn);
        const targets = keyed(changes, price, month);
        expect(adjustmentsFor(targets, frozenOf(targets))).toEqual([]);
      }),
    );
  });
});

describe('a missing price', () => {
  it('parks the subscription instead of charging a part', () => {
    const prices = (): EdgePrice[] | undefined => undefined;
    fc.assert(
      fc.property(anyPlan.chain(anyHistory), anyPrice, (changes, price) => {
        const held = timelineOf(changes);
        for (const month of monthsOf(held, 3)) {
          const items = billableItems(held, month);
          const outcome = targetCharges(held, prices, month, 'HALF_AWAY_FROM_ZERO');
          expect(isParked(outcome)).toBe(items.length > 0);
          expect(isParked(targetCharges(held, oneEdge(price), month, 'HALF_AWAY_FROM_ZERO'))).toBe(false);
        }
      }),
    );
  });
});
