import { Migration } from '@mikro-orm/migrations';

/**
 * What was held on each day, made of the append-only history by SQL alone. Billing works from `quantity_span`, which
 * TypeScript makes; the second engine and the invariants work from here, so that each can find the other wrong.
 */
export class CreateHistoryRun extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- The first instant of a day. Not always 00:00, and where 00:00 comes twice, the first one (T1).
      create function start_of_day(day date, time_zone text) returns timestamptz language sql immutable parallel safe as $$
        select case
          when ((day::timestamp at time zone time_zone - interval '1 hour') at time zone time_zone)::date = day
          then day::timestamp at time zone time_zone - interval '1 hour'
          else day::timestamp at time zone time_zone end $$;
    `);
    this.addSql(/* sql */ `
      -- Runs of days [from_on, to_on): first one day for each day with a change, then the days until the next.
      --   closing_quantity  what the day ended with
      --   peak_quantity     the most that was held for any moment of it on the plan that it ended with
      --   opening_quantity  what the day before ended with; null on the activation day
      -- The end is cut off: a termination day is not held. A subscription that ended on the day of its activation keeps
      -- one run without days, since its first yearly term is charged all the same (B3).
      create view history_run as
      with line as (
        select *,
               max(sequence) over (partition by customer_id, subscription_id, effective_on, kind) as last_of_its_day
          from quantity_change
      ), counted as (
        -- Of several renewals for one term end only the last recorded one counts.
        select customer_id, subscription_id, sequence, kind, effective_at, effective_on, quantity, renews,
               case when kind in ('ACTIVATE', 'PLAN') then plan_id end as plan_id
          from line where kind <> 'RENEWAL' or sequence = last_of_its_day
      ), lived as (
        select *,
               min(effective_on) filter (where kind = 'ACTIVATE') over life as activated_on,
               coalesce(min(effective_on) filter (where kind = 'TERMINATE' or (kind = 'RENEWAL' and not renews)) over life, 'infinity') as ends_on
          from counted window life as (partition by customer_id, subscription_id)
      ), setting as (
        select *,
               count(plan_id) over told as plan_number,
               lead(effective_at) over told as next_at
          from lived
         where kind in ('ACTIVATE', 'QUANTITY', 'PLAN') or (kind = 'RENEWAL' and renews and quantity is not null)
        window told as (partition by customer_id, subscription_id order by effective_at, sequence)
      ), planned as (
        select customer_id, subscription_id, activated_on, ends_on, effective_at, effective_on, quantity, next_at,
               max(plan_id::text) over (partition by customer_id, subscription_id, plan_number)::uuid as plan_id
          from setting
      ), moment as (
        -- Of several lines for one instant the last recorded one wins.
        select *,
               lag(quantity) over told as quantity_before,
               lag(plan_id) over told as plan_before,
               lag(effective_on) over told is distinct from effective_on as is_first_of_day,
               last_value(plan_id) over (partition by customer_id, subscription_id, effective_on order by effective_at
                                         rows between unbounded preceding and unbounded following) as closing_plan
          from planned where next_at is distinct from effective_at
        window told as (partition by customer_id, subscription_id order by effective_at)
      ), day as (
        select customer_id, subscription_id, activated_on, ends_on, effective_on as on_day, closing_plan as plan_id,
               (array_agg(quantity order by effective_at desc))[1] as closing_quantity,
               greatest(
                 max(quantity) filter (where plan_id = closing_plan),
                 -- What was held when the day began, for as long as nothing changed.
                 max(quantity_before) filter (where is_first_of_day and plan_before = closing_plan
                                                and effective_at > start_of_day(effective_on, (select billing_time_zone from installation)))
               ) as peak_quantity
          from moment
         group by customer_id, subscription_id, activated_on, ends_on, effective_on, closing_plan
      ), chained as (
        select *,
               lag(closing_quantity) over told as opening_quantity,
               lead(on_day, 1, 'infinity') over told as next_day
          from day window told as (partition by customer_id, subscription_id order by on_day)
      )
      select c.customer_id, c.subscription_id, c.activated_on, c.ends_on,
             r.from_on, greatest(r.from_on, least(r.to_on, c.ends_on)) as to_on,
             c.plan_id, r.opening_quantity, c.closing_quantity, r.peak_quantity
        from chained c
       cross join lateral (values
         (c.on_day, least(c.on_day + 1, c.next_day), c.opening_quantity, c.peak_quantity),
         (c.on_day + 1, c.next_day, c.closing_quantity, c.closing_quantity)
       ) r (from_on, to_on, opening_quantity, peak_quantity)
       where r.from_on < r.to_on and (r.from_on < c.ends_on or r.from_on = c.activated_on);
    `);
    this.addSql(/* sql */ `
      -- The nearest whole number to dividend / divisor; the divisor is above zero. Numeric division would round once
      -- itself, div() and mod() are exact.
      create function divide_rounded(dividend numeric, divisor numeric, mode rounding) returns numeric
        language sql immutable parallel safe as $$
        select sign(dividend) * (div(abs(dividend), divisor) + case
          when 2 * mod(abs(dividend), divisor) > divisor then 1
          when 2 * mod(abs(dividend), divisor) < divisor then 0
          when mode = 'HALF_AWAY_FROM_ZERO' then 1
          else mod(div(abs(dividend), divisor), 2) end) $$;
    `);
    this.addSql(/* sql */ `
      -- ISO 4217: how many decimals an amount has; null for what is no currency.
      create function minor_digits(currency text) returns integer language sql immutable parallel safe as $$
        select case
          when currency = any (string_to_array('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', ' ')) then 0
          when currency = any (string_to_array('BHD IQD JOD KWD LYD OMR TND', ' ')) then 3
          when currency = any (string_to_array('CLF UYW', ' ')) then 4
          when currency = any (string_to_array(
            'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP '
            'COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD '
            'KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK '
            'NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT '
            'TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG', ' ')) then 2 end $$;
    `);
  }
}
