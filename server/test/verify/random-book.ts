/**
 * A random book of business: accounts that move, prices and rates that change, and histories full of what is rare in a
 * real one: leap days, month ends, several changes a day, changes recorded out of order, renewals changed again.
 */
import { addDays, addMonths, localDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import fc from 'fast-check';

export const FIRST_DAY = localDate('2023-01-01');
export const LAST_DAY = localDate('2026-04-30');
/** Months in which something of the book may be charged. */
export const MONTHS: readonly string[] = Array.from({ length: 42 }, (_, n) => `${2023 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`);

export const CURRENCIES = ['EUR', 'JPY', 'KWD', 'CLF'] as const;

/** Resellers of three levels, then customers; parents are positions in the list of accounts, 0 is the provider. */
export interface RandomAccount {
  readonly kind: 'RESELLER' | 'CUSTOMER';
  readonly level: number;
  readonly currency: string;
  /** Its parents one after the other; the first from the beginning on. */
  readonly parents: readonly { readonly account: number; readonly from: LocalDate }[];
}

export interface RandomPlan {
  readonly product: number;
  readonly policy: 'MAX_OF_MONTH' | 'PAYG' | 'YEARLY';
  readonly cycle: 'CALENDAR' | 'ANNIVERSARY';
  readonly dailyQuantity: 'CLOSING' | 'PEAK';
}

/** Which plans there are: policy and cycle are the product's, as plans that are switched between share them. */
export const PLANS: readonly RandomPlan[] = [
  { product: 0, policy: 'PAYG', cycle: 'CALENDAR', dailyQuantity: 'CLOSING' },
  { product: 0, policy: 'PAYG', cycle: 'CALENDAR', dailyQuantity: 'PEAK' },
  { product: 0, policy: 'PAYG', cycle: 'CALENDAR', dailyQuantity: 'CLOSING' },
  { product: 1, policy: 'PAYG', cycle: 'ANNIVERSARY', dailyQuantity: 'PEAK' },
  { product: 1, policy: 'PAYG', cycle: 'ANNIVERSARY', dailyQuantity: 'CLOSING' },
  { product: 2, policy: 'MAX_OF_MONTH', cycle: 'CALENDAR', dailyQuantity: 'CLOSING' },
  { product: 2, policy: 'MAX_OF_MONTH', cycle: 'CALENDAR', dailyQuantity: 'PEAK' },
  { product: 3, policy: 'YEARLY', cycle: 'CALENDAR', dailyQuantity: 'CLOSING' },
  { product: 3, policy: 'YEARLY', cycle: 'CALENDAR', dailyQuantity: 'PEAK' },
];

/** What holds from a day on, until the next day of the list; `null` for nothing. */
export type Timeline<T> = readonly { readonly from: LocalDate; readonly value: T }[];

export interface RandomRate {
  readonly mode: 'DISCOUNT' | 'MARKUP';
  /** Ten-thousandths of a percent. */
  readonly percent: number;
}

export interface RandomList {
  /** By product, and by plan. */
  readonly products: readonly Timeline<RandomRate | null>[];
  readonly plans: readonly Timeline<RandomRate | null>[];
}

export interface RandomWorld {
  readonly accounts: readonly RandomAccount[];
  /** By plan, then by currency. */
  readonly prices: readonly (readonly Timeline<{ readonly list: number; readonly cost: number } | null>[])[];
  readonly lists: readonly RandomList[];
  /** Of every seller for every buyer that it ever had: which list holds when. */
  readonly assignments: readonly Timeline<number | null>[];
}

/** When something happens: on a day of its own, at an anniversary, or close to what was recorded before it. */
export interface RandomInstant {
  readonly on:
    | { readonly how: 'day'; readonly day: LocalDate }
    | { readonly how: 'anniversary'; readonly months: number; readonly shift: number }
    | { readonly how: 'near'; readonly shift: number };
  /** Milliseconds into the day; `same` as the line before, or the last one of the day. */
  readonly time: number | 'same' | 'last';
}

export interface RandomEvent {
  readonly kind: 'QUANTITY' | 'PLAN' | 'TERMINATE' | 'RENEWAL';
  readonly at: RandomInstant;
  readonly quantity: number;
  readonly plan: number;
  readonly renewal: 'OFF' | 'SAME' | 'QUANTITY';
  readonly term: number;
}

export interface RandomSubscription {
  readonly customer: number;
  readonly plan: number;
  readonly day: LocalDate;
  readonly time: number | 'last';
  readonly quantity: number;
  readonly events: readonly RandomEvent[];
}

// ---- days and instants

/** Days on which calendars go wrong: the ends and beginnings of months. */
const edgeDays: LocalDate[] = MONTHS.flatMap((month) => {
  const first = localDate(`${month}-01`);
  return [addDays(first, -1), first, addDays(addMonths(first, 1), -2), addDays(first, 27), addDays(first, 14)];
}).filter((day) => day >= FIRST_DAY && day <= LAST_DAY);

const day: fc.Arbitrary<LocalDate> = fc.oneof(
  fc.integer({ min: FIRST_DAY, max: LAST_DAY }).map((value) => value as LocalDate),
  fc.constantFrom(...edgeDays),
  fc.constantFrom(...['2024-02-29', '2024-02-28', '2023-12-31', '2024-01-31'].map(localDate)),
  // Days that begin at 01:00 or twice at 00:00, in Cairo and in Havana.
  fc.constantFrom(...['2023-04-28', '2024-04-26', '2024-03-10', '2025-03-09', '2023-11-05', '2024-11-03'].map(localDate)),
);

const DAY_MS = 86_400_000;
const timeOfDay = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: DAY_MS / 24 }), fc.integer({ min: 0, max: 82_000_000 }), fc.constant('last' as const));

const instant: fc.Arbitrary<RandomInstant> = fc.record({
  on: fc.oneof(
    { weight: 4, arbitrary: day.map((value) => ({ how: 'day' as const, day: value })) },
    {
      weight: 2,
      arbitrary: fc.record({ how: fc.constant('anniversary' as const), months: fc.integer({ min: 0, max: 30 }), shift: fc.integer({ min: -1, max: 1 }) }),
    },
    { weight: 1, arbitrary: fc.record({ how: fc.constant('anniversary' as const), months: fc.constantFrom(12, 24), shift: fc.integer({ min: -1, max: 1 }) }) },
    { weight: 4, arbitrary: fc.record({ how: fc.constant('near' as const), shift: fc.constantFrom(0, 0, 0, 1, -1) }) },
  ),
  time: fc.oneof(timeOfDay, fc.constant('same' as const)),
});

// ---- subscriptions

const quantity = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 60 }) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 2_000_000 }) });

const event: fc.Arbitrary<RandomEvent> = fc.record({
  kind: fc.oneof(
    { weight: 9, arbitrary: fc.constant('QUANTITY' as const) },
    { weight: 3, arbitrary: fc.constant('PLAN' as const) },
    { weight: 3, arbitrary: fc.constant('RENEWAL' as const) },
    { weight: 1, arbitrary: fc.constant('TERMINATE' as const) },
  ),
  at: instant,
  quantity,
  plan: fc.nat(),
  renewal: fc.constantFrom('OFF' as const, 'SAME' as const, 'QUANTITY' as const, 'QUANTITY' as const),
  term: fc.integer({ min: 1, max: 3 }),
});

export const randomSubscription: fc.Arbitrary<RandomSubscription> = fc.record({
  customer: fc.nat(),
  plan: fc.nat(PLANS.length - 1),
  day: fc.oneof(
    { weight: 3, arbitrary: day },
    { weight: 1, arbitrary: fc.constantFrom(localDate('2024-02-29'), localDate('2023-01-31'), localDate('2023-03-01')) },
  ),
  time: timeOfDay,
  quantity,
  events: fc.array(event, { maxLength: 12, size: 'max' }),
});

// ---- prices and rates

function timeline<T>(value: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<Timeline<T>> {
  return fc.uniqueArray(fc.record({ from: day, value }), { minLength: 1, maxLength, size: 'max', selector: ({ from }) => from }).map((steps) => {
    const sorted = [...steps].sort((a, b) => a.from - b.from);
    return sorted.map((step, index) => (index === 0 ? { ...step, from: localDate('2020-01-01') } : step));
  });
}

/** Millionths. Multiples of 5,000 make amounts that lie between two minor units exactly, where the roundings differ. */
const micros = fc.oneof(
  fc.integer({ min: 0, max: 40_000 }).map((steps) => steps * 5_000),
  fc.integer({ min: 0, max: 2_000 }).map((steps) => steps * 125_000),
  fc.integer({ min: 1, max: 90_000_000 }),
);
const price = fc.record({ list: micros, cost: micros });

const rate: fc.Arbitrary<RandomRate> = fc.oneof(
  fc.record({
    mode: fc.constant('DISCOUNT' as const),
    percent: fc.oneof(
      fc.integer({ min: 0, max: 100 }).map((whole) => whole * 10_000),
      fc.integer({ min: 0, max: 1_000_000 }),
    ),
  }),
  fc.record({
    mode: fc.constant('MARKUP' as const),
    percent: fc.oneof(
      fc.integer({ min: 0, max: 50 }).map((whole) => whole * 10_000),
      fc.integer({ min: 0, max: 900_000 }),
    ),
  }),
);
const maybeRate = fc.option(rate, { freq: 4 });
const PRODUCTS = Math.max(...PLANS.map(({ product }) => product)) + 1;
const list: fc.Arbitrary<RandomList> = fc.record({
  products: fc.array(timeline(maybeRate, 3), { minLength: PRODUCTS, maxLength: PRODUCTS }),
  plans: fc.array(timeline(fc.option(rate, { freq: 1 }), 3), { minLength: PLANS.length, maxLength: PLANS.length }),
});

// ---- accounts

const RESELLER_LEVELS = [1, 1, 1, 2, 2, 2, 3, 3];
const LEVELS = [0, ...RESELLER_LEVELS];
const CUSTOMERS = 40;
const CUSTOMER_LEVEL = 4;

/** Who may be above an account of a level: anybody of a lower one, so no move ever makes a circle. */
function above(level: number): number[] {
  return LEVELS.flatMap((known, position) => (known < level ? [position] : []));
}

function account(kind: RandomAccount['kind'], level: number): fc.Arbitrary<RandomAccount> {
  return fc.record({
    kind: fc.constant(kind),
    level: fc.constant(level),
    currency: fc.constantFrom(...CURRENCIES),
    // Deep places are more likely, so that all tiers occur.
    parents: timeline(fc.constantFrom(...above(level), ...above(level).slice(-4)), 3).map((steps) =>
      steps.map(({ from, value }) => ({ from, account: value })).filter((step, index, all) => index === 0 || step.account !== all[index - 1]!.account),
    ),
  });
}

const LISTS = 30;
/** More than there are sellers and buyers that ever met. */
const ASSIGNMENTS = 200;

export const randomWorld: fc.Arbitrary<RandomWorld> = fc.record({
  accounts: fc
    .tuple(...RESELLER_LEVELS.map((level) => account('RESELLER', level)), ...Array.from({ length: CUSTOMERS }, () => account('CUSTOMER', CUSTOMER_LEVEL)))
    .map((made) => made),
  prices: fc.tuple(...PLANS.map(() => fc.tuple(...CURRENCIES.map(() => timeline(fc.option(price, { freq: 60 }), 4))))),
  lists: fc.array(list, { minLength: LISTS, maxLength: LISTS }),
  assignments: fc.array(timeline(fc.option(fc.nat(LISTS - 1), { freq: 4 }), 3), { minLength: ASSIGNMENTS, maxLength: ASSIGNMENTS }),
});
