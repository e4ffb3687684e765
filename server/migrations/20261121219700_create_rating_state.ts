import { Migration } from '@mikro-orm/migrations';

/** Of which subscriptions of a month nobody can say yet what it should hold, and why. */
export class CreateRatingState extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- Accounts that stand below others or ever stood there: old prices hold for those that have moved away.
      create function ever_below(above uuid[]) returns setof uuid language sql stable as $$
        with recursive below (id) as (
          select unnest(above)
          union
          select child.id
            from below
           cross join lateral (select a.id from account a where a.parent_id = below.id
                               union all
                               select m.account_id from account_move m where m.from_parent_id = below.id) child)
        select id from below $$;
    `);
    this.addSql(/* sql */ `
      create view rating_pending as
      select k.month, k.customer_id, k.subscription_id, 'it is marked to be rated again' as reason from rating_mark k
      union all
      select p.month, p.customer_id, p.subscription_id, 'it is parked: ' || p.reason from parked_subscription p
      union all
      -- A correction that could not be made is parked in the open month that should have held it.
      select b.month, p.customer_id, p.subscription_id, 'its correction is parked: ' || p.reason
        from parked_subscription p join billing_period b on b.status = 'CLOSED' and b.month < p.month
      union all
      -- Events that billing has not heard yet: they will become marks.
      select b.month, s.customer_id, s.id, 'an event waits: ' || e.topic
        from outbox_event e
        join billing_period b on b.month >= date_trunc('month', coalesce(e.payload ->> 'from', e.payload ->> 'effectiveOn')::date)
        join service_subscription s on s.id = (e.payload ->> 'subscriptionId')::uuid
       where e.handled_at is null and e.dead_reason is null and e.topic = 'subscription.changed'
      union all
      select b.month, s.customer_id, s.id, 'an event waits: ' || e.topic
        from outbox_event e
        join billing_period b on b.month >= date_trunc('month', (e.payload ->> 'from')::date)
       cross join lateral jsonb_array_elements_text(e.payload -> 'subscriptionIds') i (id)
        join service_subscription s on s.id = i.id::uuid
       where e.handled_at is null and e.dead_reason is null and e.topic = 'subscriptions.imported'
      union all
      select b.month, s.customer_id, s.id, 'an event waits: ' || e.topic
        from outbox_event e
        join billing_period b on b.month >= date_trunc('month', coalesce(e.payload ->> 'from', e.payload ->> 'effectiveOn')::date)
        join service_subscription s
          on (e.payload ->> 'planId' is null or s.product_id = (select product_id from plan where id = (e.payload ->> 'planId')::uuid))
         and (e.payload ->> 'productId' is null or s.product_id = (e.payload ->> 'productId')::uuid)
         and (e.payload ->> 'accountId' is null or s.customer_id in (select ever_below(array[(e.payload ->> 'accountId')::uuid])))
         and (e.payload ->> 'buyerIds' is null or s.customer_id in (select ever_below(array(select jsonb_array_elements_text(e.payload -> 'buyerIds')::uuid))))
       where e.handled_at is null and e.dead_reason is null and e.topic in ('price.changed', 'account.moved');

      -- Also those whose frozen charges are not the whole truth: what came after the closing stands in adjustments.
      create view rating_unsettled as
      select month, customer_id, subscription_id from rating_pending
      union
      select adjusts_month, customer_id, subscription_id from charge where kind = 'ADJUSTMENT' and adjusts_month is not null
      union
      select b.month, q.customer_id, q.subscription_id
        from quantity_change q join billing_period b on b.status = 'CLOSED' and q.recorded_at >= b.closed_at and q.effective_on <= b.month + interval '1 month'
       where q.recorded_at >= (select min(closed_at) from billing_period);
    `);
  }
}
