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
    return offeredPrices(decodeId('acc', accountId), context).load(planId);
  }
}

const KEY = Symbol('offered prices');
type Loaders = Map<string, DataLoader<string, Money | null>>;

/** One loader for an account and request: a page of plans asks once. */
function offeredPrices(accountId: string, context: RequestContext): DataLoader<string, Money | null> {
  let loaders = context.cache.get(KEY) as Loaders | undefined;
  if (!loaders) context.cache.set(KEY, (loaders = new Map()));
  let loader = loaders.get(accountId);
  if (!loader) loaders.set(accountId, (loader = new DataLoader((planIds) => load(accountId, planIds, context))));
  return loader;
}

async function load(accountId: string, planIds: readonly string[], context: RequestContext): Promise<(Money | null)[]> {
  const { database, clock } = context.app;
  const viewerId = signedIn(context).account.id;
  const day = clock.today();
  const { rows } = await database.system.query<{ id: string; policy: BillingPolicy; pricing: 'QUOTED' | 'CONSUMPTION'; path: string[] }>(
    `select plan.id, plan.billing_policy as policy, product.pricing, account.path
       from plan join product on product.id = plan.product_id join account on account.id = $1
      where plan.id = any ($2) and product.id in (select offered_products($1, $3))`,
    [accountId, planIds, isoDate(day)],
  );
  const offered = new Set(rows.filter(({ path, policy, pricing }) => sees(viewerId, path) && !isByUse({ policy }, pricing)).map(({ id }) => id));
  if (offered.size === 0) return planIds.map(() => null);
  const book = await PriceBook.load(database.system);
  const buyer = (await book.buyers([accountId])).get(accountId)!;
  return planIds.map((id) => {
    const price = concerning(offered.has(id) ? (book.pricesOn(buyer, id, day) ?? []) : [], viewerId);
    return price ? { amount: formatUnitPrice(price.unitPrice), currency: price.unitPrice.currency } : null;
  });
}
