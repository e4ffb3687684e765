import { Migration } from '@mikro-orm/migrations';

/** What is to be charged for a month, before prices: the billing policies in SQL. */
export class CreateServiceDue extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- Every service period that a month charges, made of history_run:
      --   license_days ÷ period_days × the price of one license is what is owed for it on each edge.
      -- The body is bound when it runs: a session that asks for many months may shadow history_run by a temporary table.
      create function service_due(of_month date)
        returns table (customer_id uuid, subscription_id uuid, plan_id uuid, kind charge_kind,
                       period_start date, period_end date, period_days integer, license_days numeric)
        language sql stable as $$
      with held as (
        select h.customer_id, h.subscription_id, h.activated_on, h.ends_on, h.from_on, h.to_on, h.plan_id,
               h.opening_quantity, h.closing_quantity::numeric, h.peak_quantity::numeric,
               case p.daily_quantity when 'PEAK' then h.peak_quantity else h.closing_quantity end::numeric as daily_quantity,
               p.billing_policy, p.cycle,
               of_month as month_start, (of_month + interval '1 month')::date as month_end,
               -- The anniversary number that falls into the month, counted from the activation, never chained.
               (12 * (extract(year from of_month) - extract(year from h.activated_on))
                + extract(month from of_month) - extract(month from h.activated_on))::integer as months_on
          from history_run h join plan p on p.id = h.plan_id
          -- A period in arrears that ends in the month began within the month before; its last day may lie in the next.
         where h.from_on < of_month + interval '2 months' and h.to_on >= of_month - interval '1 month'
      ), anniversary as (
        select h.*, n.period_number, p.period_start, p.period_end,
               greatest(h.from_on, p.period_start) as charged_from, least(h.to_on, p.period_end) as charged_to
          from held h
         cross join lateral generate_series(greatest(h.months_on - 1, 0), h.months_on) n (period_number)
         cross join lateral (select (h.activated_on + make_interval(months => n.period_number))::date,
                                    (h.activated_on + make_interval(months => n.period_number + 1))::date) p (period_start, period_end)
         where h.billing_policy = 'PAYG' and h.cycle = 'ANNIVERSARY' and greatest(h.from_on, p.period_start) < least(h.to_on, p.period_end)
      ), increase as (
        select h.*, (h.activated_on + make_interval(years => t.years))::date as term_start, (h.activated_on + make_interval(years => t.years + 1))::date as term_end
          from held h
         cross join lateral (select h.months_on / 12 - case when h.activated_on + make_interval(years => h.months_on / 12) > h.from_on then 1 else 0 end) t (years)
         where h.billing_policy = 'YEARLY' and h.from_on >= h.month_start and h.from_on < h.month_end
           and h.from_on < h.to_on and h.from_on > h.activated_on and h.closing_quantity > h.opening_quantity
      )
      -- B1: free until the first day of the month after the activation, then the month's largest quantity for all of it.
      select h.customer_id, h.subscription_id, (array_agg(h.plan_id order by h.from_on desc))[1], 'RECURRING'::charge_kind,
             h.month_start, h.month_end, h.month_end - h.month_start, max(h.peak_quantity) * (h.month_end - h.month_start)
        from held h
       where h.billing_policy = 'MAX_OF_MONTH' and h.activated_on < h.month_start and h.from_on < h.month_end and h.to_on > h.month_start
       group by h.customer_id, h.subscription_id, h.month_start, h.month_end
      union all
      -- B2, calendar: the days of the month that each plan was held.
      select h.customer_id, h.subscription_id, h.plan_id, 'RECURRING',
             min(greatest(h.from_on, h.month_start)), max(least(h.to_on, h.month_end)), h.month_end - h.month_start,
             sum(h.daily_quantity * (least(h.to_on, h.month_end) - greatest(h.from_on, h.month_start)))
        from held h
       where h.billing_policy = 'PAYG' and h.cycle = 'CALENDAR' and h.from_on < h.to_on and h.from_on < h.month_end and h.to_on > h.month_start
       group by h.customer_id, h.subscription_id, h.plan_id, h.month_start, h.month_end
      union all
      -- B2, anniversary: in arrears, so in the month of the last day that the plan was held in the period (H1).
      select a.customer_id, a.subscription_id, a.plan_id, 'RECURRING',
             min(a.charged_from), max(a.charged_to), a.period_end - a.period_start, sum(a.daily_quantity * (a.charged_to - a.charged_from))
        from anniversary a
       group by a.customer_id, a.subscription_id, a.plan_id, a.period_number, a.period_start, a.period_end, a.month_start, a.month_end
      having max(a.charged_to) > a.month_start and max(a.charged_to) <= a.month_end
      union all
      -- B3: a term in advance, at what its first day closed with. The first term is owed whatever comes of it.
      select h.customer_id, h.subscription_id, h.plan_id, 'RECURRING', t.term_start, t.term_end, t.term_end - t.term_start,
             h.closing_quantity * (t.term_end - t.term_start)
        from held h
       cross join lateral (select (h.activated_on + make_interval(months => h.months_on))::date,
                                  (h.activated_on + make_interval(months => h.months_on + 12))::date) t (term_start, term_end)
       where h.billing_policy = 'YEARLY' and h.months_on >= 0 and h.months_on % 12 = 0 and h.from_on <= t.term_start
         and (h.to_on > t.term_start or (h.months_on = 0 and h.from_on = h.activated_on))
      union all
      -- B3: an increase inside a term, for the days that are left of it, the day of the change included.
      select i.customer_id, i.subscription_id, i.plan_id, 'PRORATION', i.from_on, i.term_end, i.term_end - i.term_start,
             (i.closing_quantity - i.opening_quantity) * (i.term_end - i.from_on)
        from increase i where i.from_on > i.term_start $$;
    `);
  }
}
