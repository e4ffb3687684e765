/**
 * A crowd of subscriptions with random lives: any number of them, the same for the same seed on every machine. They are
 * spread over every policy, cycle and daily quantity, over four currencies, and over customers with no, one and two
 * resellers above them.
 *
 *     await moveIn(book, livesOf(new Random(7), 100));
 */
import { Random } from '../../src/demo/random.ts';
import { importBook } from '../server.ts';
import type { Book } from './book.ts';

/** `[sku, product, policy, cycle, daily quantity, least, most, list price in EUR]`; those of one product and cycle may be switched. */
const PLANS = [
  ['SMALL', 'KES', 'PAYG', 'CALENDAR', 'CLOSING', 1, 49, 3.107],
  ['LARGE', 'KES', 'PAYG', 'CALENDAR', 'CLOSING', 25, 999, 2.8999],
  ['PEAK', 'KES', 'PAYG', 'CALENDAR', 'PEAK', 1, 999, 4.445],
  ['MONTHS', 'MAIL', 'PAYG', 'ANNIVERSARY', 'CLOSING', 1, 300, 20.6],
  ['MONTHS-PEAK', 'MAIL', 'PAYG', 'ANNIVERSARY', 'PEAK', 1, 300, 13.8],
  ['LEGACY', 'KAV', 'MAX_OF_MONTH', 'CALENDAR', 'CLOSING', 1, 999, 1],
  ['YEARLY', 'KAV', 'YEARLY', 'CALENDAR', 'CLOSING', 1, 9_999, 31.2],
] as const;
type Plan = (typeof PLANS)[number];

const RATES = { EUR: 1, USD: 1.09, JPY: 163, KWD: 0.335 } as const;

/** `[number, kind, parent, currency]` */
const ACCOUNTS = [
  ['R-1', 'RESELLER', '', 'EUR'],
  ['R-2', 'RESELLER', 'R-1', 'EUR'],
  ['R-3', 'RESELLER', '', 'EUR'],
  ['C-EUR', 'CUSTOMER', '', 'EUR'],
  ['C-USD', 'CUSTOMER', 'R-1', 'USD'],
  ['C-JPY', 'CUSTOMER', 'R-2', 'JPY'],
  ['C-KWD', 'CUSTOMER', 'R-2', 'KWD'],
  ['C-LESS', 'CUSTOMER', 'R-3', 'EUR'],
] as const;

/** `[seller, buyer, mode, percent]`, for every product. */
const LISTS = [
  ['', 'R-1', 'DISCOUNT', '12.25'],
  ['R-1', 'R-2', 'MARKUP', '6'],
  ['R-2', 'C-JPY', 'MARKUP', '12.5'],
  ['R-1', 'C-USD', 'DISCOUNT', '2'],
  ['', 'C-EUR', 'DISCOUNT', '7.5'],
] as const;

export interface Happening {
  readonly event: 'ACTIVATE' | 'CHANGE' | 'SWITCH' | 'TERMINATE';
  readonly on: string;
  /** Hour of the day, for those that do it by the API; an import knows days only. */
  readonly hour: number;
  readonly sku: string;
  readonly quantity: number;
}

export interface Life {
  readonly number: string;
  readonly account: string;
  readonly happenings: readonly Happening[];
}

/** Lives that begin within `days` from a day on. */
export function* livesOf(random: Random, count: number, { from = '2021-01-01', days = 240 } = {}): Generator<Life> {
  for (let index = 1; index <= count; index++) {
    const happenings = aLife(random, Temporal.PlainDate.from(from).add({ days: random.between(0, days) }));
    yield { number: `S-${String(index).padStart(6, '0')}`, account: random.pick(ACCOUNTS.filter(([, kind]) => kind === 'CUSTOMER'))[0], happenings };
  }
}

function aLife(random: Random, activated: Temporal.PlainDate): Happening[] {
  let day = activated;
  let hour = random.between(0, 20);
  let plan = random.pick(PLANS);
  let quantity = within(random, plan);
  const happenings: Happening[] = [];
  const happen = (event: Happening['event']): number => happenings.push({ event, on: day.toString(), hour, sku: plan[0], quantity });
  // What happens twice on one day is taken for a mistake by an import.
  const happened = (event: Happening['event'], next: number): boolean =>
    happenings.some((known) => known.event === event && known.on === day.toString() && known.quantity === next);
  happen('ACTIVATE');
  for (let count = random.between(0, 6); count > 0; count--) {
    // Several times on one day, now and then.
    if (random.between(0, 4) === 0) hour = Math.min(23, hour + 1);
    else [day, hour] = [day.add({ days: random.between(1, 45) }), random.between(0, 20)];
    const others = PLANS.filter(
      ([sku, product, policy, cycle]) => sku !== plan[0] && product === plan[1] && policy === 'PAYG' && policy === plan[2] && cycle === plan[3],
    );
    if (others.length > 0 && random.between(0, 3) === 0) {
      const other = random.pick(others);
      const next = within(random, other);
      if (happened('SWITCH', next)) continue;
      [plan, quantity] = [other, next];
      happen('SWITCH');
    } else {
      const next = plan[2] === 'YEARLY' ? quantity + random.between(1, 9) : within(random, plan);
      if (next === quantity || happened('CHANGE', next)) continue;
      quantity = next;
      happen('CHANGE');
    }
  }
  if (random.between(0, 4) === 0) {
    day = day.add({ days: random.between(1, 60) });
    happen('TERMINATE');
  }
  return happenings;
}

/** A number of licenses in a plan's band; the smaller ones more often. */
function within(random: Random, [, , , , , least, most]: Plan): number {
  return Math.min(most, least + Math.floor(random.next() ** 3 * 120));
}

/** The plans, accounts and price lists that lives are lived on. */
export async function furnish(book: Book): Promise<void> {
  await take(book, 'ACCOUNTS', [
    'number,name,kind,parent,email,country,currency',
    ...ACCOUNTS.map(([number, kind, parent, currency]) => `${number},${number},${kind},${parent},,DE,${currency}`),
  ]);
  await take(book, 'PLANS', [
    'sku,product,billing_policy,cycle,daily_quantity,min_quantity,max_quantity,currency,list_price,vendor_cost,valid_from',
    ...PLANS.flatMap(([sku, product, policy, cycle, daily, least, most, eur]) =>
      Object.entries(RATES).map(
        ([currency, rate]) =>
          `${sku},${product},${policy},${cycle},${daily},${least},${most},${currency},${(eur * rate).toFixed(6)},${(eur * rate * 0.7).toFixed(6)},2020-01-01`,
      ),
    ),
  ]);
  const products = [...new Set(PLANS.map(([, product]) => product))];
  await take(book, 'PRICE_LISTS', [
    'seller,buyer,product,mode,percent,valid_from',
    ...LISTS.flatMap(([seller, buyer, mode, percent]) => products.map((product) => `${seller},${buyer},${product},${mode},${percent},2020-01-01`)),
  ]);
}

/** Imports lives, into a book that is furnished. */
export async function moveIn(book: Book, lives: Iterable<Life>): Promise<void> {
  const rows = ['subscription,account,event,effective_on,plan,quantity'];
  for (const { number, account, happenings } of lives) {
    for (const { event, on, sku, quantity } of happenings) {
      rows.push([number, account, event, on, event === 'ACTIVATE' || event === 'SWITCH' ? sku : '', event === 'TERMINATE' ? '' : quantity].join(','));
    }
  }
  await take(book, 'SUBSCRIPTIONS', rows);
}

async function take(book: Book, kind: string, rows: readonly string[]): Promise<void> {
  const { report, userErrors, job } = await importBook(book.server, kind, rows.join('\n'));
  const { importReport } = report ? { importReport: report } : await book.server.finished(job.id);
  if (!importReport?.committed) throw new Error(`${kind}: ${JSON.stringify(userErrors)} ${JSON.stringify(importReport?.errors)}`);
}
