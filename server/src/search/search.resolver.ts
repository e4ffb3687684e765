import { Arg, Ctx, Field, ID, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { signedIn, type RequestContext } from '../platform/context.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId, type IdKind } from '../platform/ids.ts';
import { pageSize } from '../platform/look-ahead.ts';
import { likePattern } from '../platform/text.ts';
import { may, scopeOf } from '../platform/viewer.ts';

const SearchHitKind = enumOf(['ACCOUNT', 'SUBSCRIPTION', 'ORDER', 'PLAN']);
registerEnumType(SearchHitKind, {
  name: 'SearchHitKind',
  description: 'What was found.',
  valuesConfig: {
    ACCOUNT: { description: 'An account.' },
    SUBSCRIPTION: { description: 'A subscription.' },
    ORDER: { description: 'An order.' },
    PLAN: { description: 'A plan.' },
  },
});

@ObjectType({ description: 'Something that a search found.' })
class SearchHit {
  @Field(() => SearchHitKind, { description: 'What it is.' })
  kind!: string;

  @Field(() => ID, { description: 'Its id, for `node`.' })
  nodeId!: string;

  @Field(() => String, { description: 'Its number or SKU.' })
  number!: string;

  @Field(() => String, { description: 'What to show first.' })
  title!: string;

  @Field(() => String, { description: 'What tells it from others.' })
  subtitle!: string;
}

const MIN_LENGTH = 2;
const PREFIX: Readonly<Record<string, IdKind>> = { ACCOUNT: 'acc', SUBSCRIPTION: 'sub', ORDER: 'ord', PLAN: 'pln' };

/** Exact numbers first, then names that begin so, then the rest. */
const RANK = `case when lower(number) = lower($1) then 0 when lower(number) like lower($1) || '%' then 1 when lower(title) like lower($1) || '%' then 2 else 3 end`;

@Resolver()
export class SearchResolver {
  @Query(() => [SearchHit], {
    description:
      'Accounts, subscriptions and plans by number, name or email, and orders by their number or the customer’s purchase order; the best match first. Fewer than two characters find nothing.',
  })
  async search(
    @Arg('query', () => String, { description: 'What to look for.' }) query: string,
    @Arg('first', () => Int, { nullable: true, defaultValue: 10, description: 'How many, 1 to 100.' }) first: number | null,
    @Ctx() context: RequestContext,
  ): Promise<SearchHit[]> {
    const viewer = signedIn(context);
    const text = query.trim().slice(0, 200);
    const limit = pageSize(first);
    if (text.length < MIN_LENGTH) return [];
    const all = scopeOf(viewer) === 'all';
    const below = (column: string): string => (all ? '' : `and exists (select 1 from account o where o.id = ${column} and o.path @> array[$3::uuid])`);
    const offered = all ? '' : `and p.product_id in (select offered_products($3::uuid, current_date))`;
    const sources = [
      may(viewer, 'accounts:read') &&
        `(select 'ACCOUNT' as kind, a.id, a.number, a.name as title, a.kind || ' · ' || a.country as subtitle from account a
         where (a.name || ' ' || a.number || ' ' || coalesce(a.email, '')) ilike $2 ${below('a.id')} limit 200)`,
      may(viewer, 'subscriptions:read') &&
        `(select 'SUBSCRIPTION', s.id, s.number, s.number, c.name || ' · ' || p.sku from service_subscription s join account_name c on c.id = s.customer_id join plan p on p.id = s.plan_id
         where (s.number ilike $2 or s.customer_id in (select id from account where (name || ' ' || number || ' ' || coalesce(email, '')) ilike $2)) ${below('s.customer_id')} limit 200)`,
      may(viewer, 'orders:read') &&
        `(select 'ORDER', bought.id, bought.number, bought.number, concat_ws(' · ', c.name, (select string_agg(distinct l.characteristics ->> 'PurchaseOrder', ', ') from order_line l where l.order_id = bought.id))
         from customer_order bought join account_name c on c.id = bought.account_id
         where (bought.number ilike $2 or bought.id in (select order_id from order_line where characteristics ->> 'PurchaseOrder' ilike $2)) ${below('bought.account_id')} limit 200)`,
      may(viewer, 'catalog:read') &&
        `(select 'PLAN', p.id, p.sku, p.name, p.billing_policy from plan p where (p.sku ilike $2 or p.name ilike $2) ${offered} limit 200)`,
    ].filter((source) => source !== false);
    if (sources.length === 0) return [];
    const rows = await context.app.database.reads.query(scopeOf(viewer), {
      text: `select kind, id, number, title, subtitle from (${sources.join(' union all ')}) hit (kind, id, number, title, subtitle) order by ${RANK}, title, number limit ${limit}`,
      values: all ? [text, likePattern(text)] : [text, likePattern(text), viewer.account.id],
    });
    return rows.map(([kind, id, number, title, subtitle]) => ({
      kind: kind!,
      nodeId: encodeId(PREFIX[kind!]!, id!),
      number: number!,
      title: title!,
      subtitle: subtitle!,
    }));
  }
}
