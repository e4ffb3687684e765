import { Migration } from '@mikro-orm/migrations';

/** Billing periods, runs and charges (H1-H3). */
export class CreateBilling extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table billing_period (
        id         uuid primary key,
        month      date not null unique check (extract(day from month) = 1),
        status     text not null check (status in ('OPEN', 'CLOSED')),
        opened_at  timestamptz not null,
        -- When its charges were complete for the first time.
        rated_at   timestamptz,
        closed_at  timestamptz,
        -- The last number given to a charge of this period; whoever writes charges holds the period's lock.
        charges_numbered integer not null default 0,
        check ((status = 'CLOSED') = (closed_at is not null)),
        check (closed_at is null or rated_at is not null)
      );

      create sequence billing_run_number;
      create table billing_run (
        id                     uuid primary key,
        number                 text not null unique,
        month                  date not null references billing_period (month),
        -- FRESH: everything, into a new partition. DIFFERENCES: what was marked. CHECK: everything, against what stands.
        mode                   text not null check (mode in ('FRESH', 'DIFFERENCES', 'CHECK')),
        state                  text not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED')),
        job_id                 uuid not null,
        started_by             text not null,
        -- The last subscription of the last batch that was committed.
        cursor_customer_id     uuid,
        cursor_subscription_id uuid,
        subscriptions_total    bigint,
        subscriptions_done     bigint not null default 0,
        charges_written        bigint not null default 0,
        charges_changed        bigint not null default 0,
        charges_withdrawn      bigint not null default 0,
        parked                 bigint not null default 0,
        created_at             timestamptz not null,
        started_at             timestamptz,
        finished_at            timestamptz,
        fault                  text
      );
      create index billing_run_month on billing_run (month, created_at desc);
      -- One run of a month works at a time; a second one finds this and joins it.
      create unique index billing_run_one_at_a_time on billing_run (month) where state in ('QUEUED', 'RUNNING');

      -- Subscriptions whose charges of a rated month may be out of date.
      create table rating_mark (
        month           date not null,
        customer_id     uuid not null,
        subscription_id uuid not null,
        primary key (month, customer_id, subscription_id)
      );

      -- Subscriptions that could not be billed; the others went on.
      create table parked_subscription (
        month           date not null,
        customer_id     uuid not null,
        subscription_id uuid not null,
        reason          text not null,
        parameters      jsonb not null,
        since           timestamptz not null,
        primary key (month, customer_id, subscription_id)
      );

      create type charge_kind as enum ('RECURRING', 'PRORATION', 'ONE_TIME', 'USAGE', 'ADJUSTMENT');
      create type rate_mode as enum ('DISCOUNT', 'MARKUP');
      create type rounding as enum ('HALF_AWAY_FROM_ZERO', 'HALF_EVEN');

      -- An amount owed for a service period on one edge. Days in segments count from 1970-01-01; prices are millionths
      -- of the main unit, amounts whole minor units. What is written here is enough to compute net_minor again:
      --   unit_price_micros × Σ(quantity × days) ÷ period_days, rounded once, less already_net_minor.
      create table charge (
        customer_id        uuid not null,
        billing_month      date not null,
        -- Counts within the period.
        id                 integer not null,
        subscription_id    uuid not null,
        plan_id            uuid not null,
        -- Which edge of the account chain: 0 is the provider's.
        tier               smallint not null,
        seller_id          uuid not null,
        buyer_id           uuid not null,
        kind               charge_kind not null,
        period_start       date not null,
        period_end         date not null,
        period_days        smallint not null,
        -- from, to, quantity; from, to, quantity; …
        segments           integer[] not null,
        unit_price_micros  bigint not null,
        list_price_micros  bigint not null,
        cost_price_micros  bigint not null,
        rate_mode          rate_mode,
        rate_percent       bigint,
        price_list_id      uuid,
        net_minor          bigint not null,
        cost_minor         bigint not null,
        currency           char(3) not null,
        rounding           rounding not null,
        -- For an adjustment: the closed month it corrects, and what was charged for it already.
        adjusts_month      date,
        already_net_minor  bigint,
        already_cost_minor bigint,
        approval_code      text,
        credit_rate        integer,
        credit_minor       bigint,
        revision           integer not null default 1,
        created_at         timestamptz not null,
        updated_at         timestamptz not null,
        acknowledged_at    timestamptz,
        primary key (customer_id, billing_month, id)
      ) partition by range (billing_month);

      -- Never twice: one charge for each subscription, edge, plan, kind and service period of a month. A correction may
      -- give back on the edges of one chain of sellers what it owes on those of another.
      create unique index charge_once on charge (customer_id, billing_month, subscription_id, tier, plan_id, kind, period_start, adjusts_month,
        (case when kind = 'ADJUSTMENT' then seller_id end), (case when kind = 'ADJUSTMENT' then buyer_id end)) nulls not distinct;
      create index charge_in_order on charge (billing_month, id);
      create index charge_of_buyer on charge (buyer_id, billing_month, id);
      create index charge_of_seller on charge (seller_id, billing_month, id);

      -- Closing a period puts this on its partition. Only the ERP's receipt may still be noted.
      create function charge_is_frozen() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' and to_jsonb(new) - 'acknowledged_at' = to_jsonb(old) - 'acknowledged_at' then
          return new;
        end if;
        -- By the partition's name: emptying it touches no row, and a row on its way out names the month that it goes to.
        raise exception 'billing period % is closed, its charges are frozen', replace(right(tg_table_name, 7), '_', '-')
          using errcode = 'restrict_violation';
      end $$;
    `);
  }
}
