/**
 * What must stand in the books, made from the history alone: the lines that are never edited, read with plain SQL, and
 * the rules. No span, run, mark or difference of the server has a part in it.
 */
import { isParked, targetCharges } from '@cloudtill/domain/billing/target';
import type { PlanTerms } from '@cloudtill/domain/catalog/billing-policy';
import { billingMonth } from '@cloudtill/domain/calendar/billing-month';
import { isoDate, localDate, startOfDay, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { quantityTimeline, type QuantityTimeline, type RecordedChange } from '@cloudtill/domain/subscriptions/quantity-timeline';
import { PriceBook, type ListedPrice } from '../../src/catalog/pricing.ts';
import { sqlDate } from '../../src/platform/column-types.ts';
import type { Book } from './book.ts';

interface Plan extends PlanTerms {
  readonly id: string;
}

interface Lived {
  readonly id: string;
  readonly customerId: string;
  readonly timeline: QuantityTimeline<Plan>;
}

/** Every subscription's days, from what was recorded. */
export async function timelines(book: Book): Promise<Lived[]> {
  const { billingTimeZone } = book.server.app.config;
  const plans = new Map<string, Plan>();
  for (const { id, policy, cycle, daily } of await book.sql('select id, billing_policy as policy, cycle, daily_quantity as daily from plan')) {
    plans.set(id!, { id, policy, cycle, dailyQuantity: daily } as unknown as Plan);
  }
  const rows = await book.sql<Record<string, any>>(
    `select subscription_id as id, customer_id as customer, sequence, kind, extract(epoch from effective_at) * 1000 as at, effective_on::text as "on", quantity, plan_id as plan, renews
       from quantity_change order by subscription_id, sequence`,
  );
  const histories = Map.groupBy(rows, ({ id }) => id as string);
  return [...histories].map(([id, lines]) => ({
    id,
    customerId: lines[0]!['customer'],
    timeline: quantityTimeline(
      lines.map(({ kind, sequence, at, on, quantity, plan, renews }): RecordedChange<Plan> => ({
        kind,
        sequence,
        effectiveAt: Number(at),
        effectiveOn: localDate(on),
        quantity: quantity ?? undefined,
        plan: plan ? plans.get(plan) : undefined,
        renews: renews ?? undefined,
      })),
      (day: LocalDate) => startOfDay(day, billingTimeZone),
    ),
  }));
}

/** Amounts in minor units by `subscription month plan first-day seller>buyer currency`; zeros are left out. */
export type Amounts = Readonly<Record<string, bigint>>;

/** What rating these months today would charge. */
export async function owedToday(book: Book, months: readonly string[]): Promise<Amounts> {
  const { database, config } = book.server.app;
  const prices = await PriceBook.load(database.system);
  const lived = await timelines(book);
  const buyers = await prices.buyers(lived.map(({ customerId }) => customerId));
  const amounts = new Sums();
  for (const { id, customerId, timeline } of lived) {
    for (const month of months) {
      const owed = targetCharges(timeline, (plan, day) => prices.pricesOn(buyers.get(customerId)!, plan.id, day), billingMonth(month), config.rounding);
      if (isParked(owed)) throw new Error(`${id} is parked: ${owed.reason}`);
      for (const { item, price, netMinor } of owed) {
        const { sellerId, buyerId, unitPrice } = price as ListedPrice;
        amounts.add([id, month, item.plan.id, isoDate(item.start), `${sellerId}>${buyerId}`, unitPrice.currency], netMinor);
      }
    }
  }
  return amounts.all();
}

/** What charges say about these months: their own, and every adjustment made to them since. */
export async function chargedFor(book: Book, months: readonly string[]): Promise<Amounts> {
  const rows = await book.sql(
    `select subscription_id as id, to_char(coalesce(adjusts_month, billing_month), 'YYYY-MM') as month, plan_id as plan, period_start::text as start, seller_id || '>' || buyer_id as edge, currency, net_minor as net
       from charge where coalesce(adjusts_month, billing_month) = any ($1::date[])`,
    [months.map((month) => `${month}-01`)],
  );
  const amounts = new Sums();
  for (const { id, month, plan, start, edge, currency, net } of rows) amounts.add([id!, month!, plan!, start!, edge!, currency!], BigInt(net!));
  return amounts.all();
}

/** Where the books and the history differ, in amounts of these months or in any span; empty when all is well. */
export async function untruths(book: Book, ...months: readonly string[]): Promise<string[]> {
  const [charged, owed] = [await chargedFor(book, months), await owedToday(book, months)];
  const differing = [...new Set([...Object.keys(charged), ...Object.keys(owed)])].filter((key) => charged[key] !== owed[key]);
  return [...differing.map((key) => `${key}: ${charged[key] ?? 0n} instead of ${owed[key] ?? 0n}`), ...(await spansAstray(book))];
}

async function spansAstray(book: Book): Promise<string[]> {
  const wanted = (await timelines(book)).flatMap(({ id, timeline }) =>
    timeline.spans.map(({ from, to, quantity, plan }) => [id, sqlDate(from), sqlDate(to), quantity, plan.id].join(' ')),
  );
  const stored = await book.sql('select concat_ws($1, subscription_id, from_on, to_on, quantity, plan_id) as span from quantity_span', [' ']);
  const [history, spans] = [new Set(wanted), new Set(stored.map(({ span }) => span!))];
  return [
    ...[...history].filter((span) => !spans.has(span)).map((span) => `missing: ${span}`),
    ...[...spans].filter((span) => !history.has(span)).map((span) => `surplus: ${span}`),
  ];
}

class Sums {
  readonly #sums = new Map<string, bigint>();

  add(key: readonly string[], amount: bigint): void {
    const name = key.join(' ');
    this.#sums.set(name, (this.#sums.get(name) ?? 0n) + amount);
  }

  all(): Amounts {
    return Object.fromEntries([...this.#sums].filter(([, sum]) => sum !== 0n).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
