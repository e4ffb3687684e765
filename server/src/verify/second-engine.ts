/**
 * The second engine: every charge of a month computed a second time, in SQL, from the append-only history. It shares no
 * code with the rules in TypeScript, so where both agree to the minor unit the same mistake would have to be made twice.
 *
 * Everything is `numeric`, and every division goes through `divide_rounded`: `sum(bigint)` is numeric in PostgreSQL, so
 * rounding by integer division would silently stop truncating.
 *
 * @rule A1 P1 P3 P4 P5 B1 B2 B3 H1 T1
 */

/** A charge as the second engine sees it. Numbers and days come as PostgreSQL prints them. */
export interface SecondCharge {
  readonly customer_id: string;
  readonly subscription_id: string;
  readonly tier: number;
  readonly seller_id: string;
  readonly buyer_id: string;
  readonly plan_id: string;
  readonly kind: 'RECURRING' | 'PRORATION';
  readonly period_start: string;
  readonly period_end: string;
  readonly period_days: number;
  readonly license_days: string;
  readonly list_price_micros: string;
  /** What the seller pays for one license, in millionths of the main unit. */
  readonly cost_price_micros: string;
  readonly unit_price_micros: string;
  readonly net_minor: string;
  readonly cost_minor: string;
  readonly currency: string;
}

/**
 * Charges of the month that begins on the day `$1`, one row for each subscription, service period and edge.
 * A price is null where none is in force: billing must have parked such a subscription.
 */
export const SECOND_ENGINE = /* sql */ `
with recursive due as materialized (
  select * from service_due($1::date)
), asked as (
  -- P4: whatever holds on the first day of the charged period.
  select distinct customer_id, plan_id, period_start as on_day from due
), chain (customer_id, on_day, account_id, height) as (
  -- P5: from the customer up to the provider, as the tree stood on the day.
  select distinct customer_id, on_day, customer_id, 0 from asked
  union all
  select c.customer_id, c.on_day, coalesce(moved.from_parent_id, a.parent_id), c.height + 1
    from chain c
    join account a on a.id = c.account_id
    left join lateral (select m.from_parent_id from account_move m
                        where m.account_id = c.account_id and m.effective_on > c.on_day order by m.effective_on limit 1) moved on true
   where a.kind <> 'PROVIDER' and c.height < 100
), edge as (
  select * from (
    select customer_id, on_day, account_id as buyer_id, lead(account_id) over up as seller_id,
           (count(*) over (partition by customer_id, on_day) - 2 - height)::smallint as tier
      from chain window up as (partition by customer_id, on_day order by height)) step
   where seller_id is not null
), rated as (
  select a.customer_id, a.plan_id, a.on_day, e.tier, e.seller_id, e.buyer_id, customer.currency,
         price.list_price_micros::numeric as list_price, price.vendor_cost_micros::numeric as vendor_cost,
         rate.mode, rate.percent * 0.000001 as fraction
    from asked a
    join edge e on e.customer_id = a.customer_id and e.on_day = a.on_day
    join account customer on customer.id = a.customer_id
    left join plan_price price on price.plan_id = a.plan_id and price.currency = customer.currency
     and price.valid_from <= a.on_day and (price.valid_to is null or price.valid_to > a.on_day)
    left join lateral (
      select n.mode, n.percent::numeric
        from price_list_assignment g
        join price_list_entry n on n.price_list_id = g.price_list_id and n.valid_from <= a.on_day and (n.valid_to is null or n.valid_to > a.on_day)
       where g.seller_id = e.seller_id and g.buyer_id = e.buyer_id and g.valid_from <= a.on_day and (g.valid_to is null or g.valid_to > a.on_day)
         and (n.plan_id = a.plan_id or (n.plan_id is null and n.product_id = (select product_id from plan where id = a.plan_id)))
       order by n.plan_id nulls last limit 1) rate on true
), priced (customer_id, plan_id, on_day, tier, cost_price, unit_price) as (
  -- P3, and P5 for an edge without a rate: list price on the first one, then the price of the edge above.
  -- round() of numeric is half away from zero: whole millionths, whatever the installation's rounding of amounts.
  select customer_id, plan_id, on_day, tier, vendor_cost,
         case mode when 'DISCOUNT' then round(list_price * (1 - fraction)) when 'MARKUP' then round(vendor_cost * (1 + fraction)) else list_price end
    from rated where tier = 0
  union all
  select r.customer_id, r.plan_id, r.on_day, r.tier, above.unit_price,
         case r.mode when 'DISCOUNT' then round(r.list_price * (1 - r.fraction)) when 'MARKUP' then round(above.unit_price * (1 + r.fraction)) else above.unit_price end
    from priced above
    join rated r on r.customer_id = above.customer_id and r.plan_id = above.plan_id and r.on_day = above.on_day and r.tier = above.tier + 1
)
select d.customer_id, d.subscription_id, r.tier, r.seller_id, r.buyer_id, d.plan_id, d.kind,
       d.period_start, d.period_end, d.period_days, d.license_days,
       r.list_price as list_price_micros, p.cost_price as cost_price_micros, p.unit_price as unit_price_micros,
       divide_rounded(p.unit_price * d.license_days * minor.units, 1000000 * d.period_days::numeric, i.rounding::rounding) as net_minor,
       divide_rounded(p.cost_price * d.license_days * minor.units, 1000000 * d.period_days::numeric, i.rounding::rounding) as cost_minor,
       r.currency
  from due d
  join rated r on r.customer_id = d.customer_id and r.plan_id = d.plan_id and r.on_day = d.period_start
  join priced p on p.customer_id = r.customer_id and p.plan_id = r.plan_id and p.on_day = r.on_day and p.tier = r.tier
 cross join installation i
 cross join lateral (select ('1e' || minor_digits(r.currency))::numeric) minor (units)`;

/** Options of a session that asks. Compiling so large a statement takes longer than running it. */
export const SESSION = '-c timezone=UTC -c jit=off';

/**
 * Makes this session's questions about many months cheap: the history by day is computed once, into a temporary table
 * that stands before the view of the same name until the transaction ends.
 */
export const KEEP_HISTORY = /* sql */ `
create temporary table history_run on commit drop as select * from public.history_run;
analyze pg_temp.history_run`;
