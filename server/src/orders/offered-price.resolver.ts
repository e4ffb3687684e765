/** What a plan costs an account before anything is configured: what a storefront writes beside it. @rule P2 P3 P5 */
import { sees } from '@cloudtill/domain/accounts/hierarchy';
import { isByUse } from '@cloudtill/domain/catalog/characteristics';
import type { BillingPolicy } from '@cloudtill/domain/catalog/billing-policy';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import DataLoader from 'dataloader';
import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { planShape, PlanType } from '../catalog/catalog.type.ts';
import { PriceBook } from '../catalog/pricing.ts';
import { signedIn, type RequestContext } from '../platform/context.ts';
import { decodeId } from '../platform/ids.ts';
import { computed, extendShape } from '../platform/look-ahead.ts';
import { Money } from '../platform/money.type.ts';
import { concerning } from './order-prices.ts';

extendShape(planShape, {
  priceFor: computed(
    (alias) => [`${alias}.id`],
    ([id]) => id,
  ),
});

@Resolver(() => PlanType)
export class OfferedPriceFields {
  @FieldResolver(() => Money, {
    nullable: true,
    description:
      'What one license and period costs if an account orders today, on the edge that concerns the viewer, with six decimals. Null where it is charged by use, where it is not offered to the account or not in its currency, and for an account that the viewer does not see.',
  })
  priceFor(
    @Root() { priceFor: planId }: { priceFor: string },
    @Arg('accountId', () => ID, { description: 'Who would order.' }) accountId: string,
    @Ctx() context: RequestContext,
  ): Promise<Money | null> {
    return offeredPrices(context).load({ accountId: decodeId('acc', accountId), planId });
  }
}

interface Asked {
  readonly accountId: string;
  readonly planId: string;
}

const KEY = Symbol('offered prices');
const nameOf = ({ accountId, planId }: Asked): string => `${accountId} ${planId}`;

/** One loader a request: all plans of a page are asked for at once. */
function offeredPrices(context: RequestContext): DataLoader<Asked, Money | null, string> {
  let loader = context.cache.get(KEY) as DataLoader<Asked, Money | null, string> | undefined;
  if (!loader) context.cache.set(KEY, (loader = new DataLoader((asked) => load(asked, context), { cacheKeyFn: nameOf })));
  return loader;
}

async function load(asked: readonly Asked[], context: RequestContext): Promise<(Money | null)[]> {
  const { database, clock } = context.app;
  const viewerId = signedIn(context).account.id;
  const day = clock.today();
  const offered: Asked[] = [];
  for (const [accountId, of] of Map.groupBy(asked, ({ accountId }) => accountId)) {
    const { rows } = await database.system.query<{ id: string; policy: BillingPolicy; pricing: 'QUOTED' | 'CONSUMPTION'; path: string[] }>(
      `select plan.id, plan.billing_policy as policy, product.pricing, account.path
         from plan join product on product.id = plan.product_id join account on account.id = $1
        where plan.id = any ($2) and product.id in (select offered_products($1, $3))`,
      [accountId, of.map(({ planId }) => planId), isoDate(day)],
    );
    for (const { id, path, policy, pricing } of rows) if (sees(viewerId, path) && !isByUse({ policy }, pricing)) offered.push({ accountId, planId: id });
  }
  if (offered.length === 0) return asked.map(() => null);
  const book = await PriceBook.load(database.system);
  const buyers = await book.buyers(offered.map(({ accountId }) => accountId));
  const prices = new Map(
    offered.map((each) => [nameOf(each), concerning(book.pricesOn(buyers.get(each.accountId)!, each.planId, day) ?? [], viewerId)?.unitPrice]),
  );
  return asked.map((each) => {
    const price = prices.get(nameOf(each));
    return price ? { amount: formatUnitPrice(price), currency: price.currency } : null;
  });
}
