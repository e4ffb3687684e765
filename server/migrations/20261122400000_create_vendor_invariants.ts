import { Migration } from '@mikro-orm/migrations';

/** What holds between orders, subscriptions and what vendors were asked; each view must be empty. */
export class CreateVendorInvariants extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- 7: nothing that a vendor is to be asked lies about without an end, somebody at work on it, or somebody called to it.
      create view inv_07 as
      select 'operation' as subject_kind, o.id::text as subject_id,
             format('%s was due at %s, is %s, and nobody was told', o.kind, o.due_at, o.state) as fault
        from provisioning_operation o
       where o.finished_at is null and not o.needs_attention
         and o.due_at < now() + make_interval(secs => (select clock_offset_ms from installation) / 1000.0) - interval '15 minutes'
         and (o.leased_until is null or o.leased_until < now() - interval '15 minutes')
      union all
      select 'operation', o.id::text, format('%s is %s and was never sent', o.kind, o.state)
        from provisioning_operation o where o.state in ('CALLING', 'ACCEPTED', 'UNKNOWN') and (o.sent_at is null or o.attempts = 0);

      -- 8: what we say of vendors agrees with itself. Whether vendors agree is compared with them, and kept in drift.
      create view inv_08 as
      select 'subscription' as subject_kind, s.id::text as subject_id, 'it waits for its vendor, and the vendor is not asked' as fault
        from service_subscription s
       where s.status = 'PENDING' and not exists (select from provisioning_operation o where o.subscription_id = s.id and o.kind = 'PROVISION' and o.finished_at is null)
      union all
      select 'subscription', s.id::text, 'it is on a platform, runs, and has no side there'
        from service_subscription s where s.platform is not null and s.status in ('ACTIVE', 'SUSPENDED') and s.vendor_subscription_id is null
      union all
      select 'subscription', s.id::text, 'it never began, and its vendor delivered it'
        from service_subscription s where s.status in ('PENDING', 'FAILED') and s.vendor_subscription_id is not null
      union all
      select 'order_line', l.id::text, format('it is %s, its subscription %s', l.status, s.status)
        from order_line l join service_subscription s on s.id = l.subscription_id
       where (l.status = 'EXECUTING') <> (s.status = 'PENDING') or (l.status = 'FAILED') <> (s.status = 'FAILED')
      union all
      select 'order', o.id::text, format('it is %s, with lines that are %s', o.status, string_agg(distinct l.status, ', '))
        from customer_order o join order_line l on l.order_id = o.id
       where o.status in ('EXECUTING', 'COMPLETED', 'PARTIALLY_FAILED', 'FAILED')
       group by o.id, o.status
      having o.status <> case when bool_or(l.status = 'EXECUTING') then 'EXECUTING' when bool_and(l.status = 'COMPLETED') then 'COMPLETED'
                              when bool_and(l.status = 'FAILED') then 'FAILED' else 'PARTIALLY_FAILED' end
      union all
      select 'operation', o.id::text, 'it was delivered, and the subscription has no side at the vendor'
        from provisioning_operation o join service_subscription s on s.id = o.subscription_id
       where o.kind = 'PROVISION' and o.state = 'SUCCEEDED' and s.vendor_subscription_id is null;
    `);
  }
}
