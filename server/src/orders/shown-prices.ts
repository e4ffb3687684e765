/** What orders and their lines cost whoever looks at them: as it was placed, and of a draft as things stand today. */
import DataLoader from 'dataloader';
import type { PlanTerms } from '@cloudtill/domain/catalog/billing-policy';
import type { LineStatus, OrderStatus } from '@cloudtill/domain/orders/order-state';
import { PriceBook } from '../catalog/pricing.ts';
import { signedIn, type RequestContext } from '../platform/context.ts';
import { concerning, priceLine, sumsOf, type StoredPrice, type Sums } from './order-prices.ts';

export interface ShownPrices {
  readonly currency: string;
  /** Undefined while that cannot be said: a line is incomplete, or has no price. */
  readonly sums: Sums | undefined;
  /** By line; without an entry where it is charged by use, or cannot be said. */
  readonly lines: ReadonlyMap<string, StoredPrice>;
}

interface Row {
  readonly id: string;
  readonly account_id: string;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly lines: readonly {
    readonly id: string;
    readonly status: LineStatus;
    readonly quantity: number | null;
    readonly prices: readonly StoredPrice[] | null;
    readonly plan: PlanTerms & { readonly id: string; readonly sku: string; readonly pricing: 'QUOTED' | 'CONSUMPTION' };
  }[];
}

const KEY = Symbol('prices of orders');

/** One loader a request: a page of orders asks once. */
export function shownPricesOf(orderId: string, context: RequestContext): Promise<ShownPrices> {
  let loader = context.cache.get(KEY) as DataLoader<string, ShownPrices> | undefined;
  // Not remembered: a mutation may show an order before and after.
  if (!loader) context.cache.set(KEY, (loader = new DataLoader((ids) => load(ids, context), { cache: false })));
  return loader.load(orderId);
}

async function load(ids: readonly string[], context: RequestContext): Promise<ShownPrices[]> {
  const { database, clock, config } = context.app;
  const viewerId = signedIn(context).account.id;
  const { rows } = await database.system.query<Row>(
    `select o.id, o.account_id, o.currency, o.status, coalesce((
        select json_agg(json_build_object('id', l.id, 'status', l.status, 'quantity', l.quantity, 'prices', l.prices,
                 'plan', json_build_object('id', p.id, 'sku', p.sku, 'policy', p.billing_policy, 'cycle', p.cycle, 'dailyQuantity', p.daily_quantity, 'pricing', d.pricing)) order by l.position)
          from order_line l join plan p on p.id = l.plan_id join product d on d.id = p.product_id where l.order_id = o.id), '[]') as lines
       from customer_order o where o.id = any ($1)`,
    [[...new Set(ids)]],
  );
  const drafts = rows.filter(({ status }) => status === 'DRAFT');
  const book = drafts.length > 0 ? await PriceBook.load(database.system) : undefined;
  const buyers = await book?.buyers(drafts.map(({ account_id }) => account_id));
  const shown = new Map<string, ShownPrices>();
  for (const { id, account_id, currency, status, lines } of rows) {
    const priced = lines.map((line) => {
      if (status !== 'DRAFT') return line.prices ?? undefined;
      if (line.status !== 'COMPLETE') return undefined;
      const prices = priceLine(book!, buyers!.get(account_id)!, line.plan, line.quantity!, clock.today(), config.rounding);
      return prices.allowed ? prices.value : undefined;
    });
    const own = lines.flatMap((line, index): [string, StoredPrice][] => {
      const mine = concerning(priced[index] ?? [], viewerId);
      return mine ? [[line.id, mine]] : [];
    });
    const whole = lines.map(({ plan: { policy } }, index) => ({ policy, prices: priced[index] }));
    const known = whole.filter((line): line is { policy: PlanTerms['policy']; prices: readonly StoredPrice[] } => line.prices !== undefined);
    shown.set(id, { currency, sums: known.length === whole.length ? sumsOf(known, viewerId) : undefined, lines: new Map(own) });
  }
  return ids.map((id) => shown.get(id)!);
}
