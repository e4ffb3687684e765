import { Migration } from '@mikro-orm/migrations';

/** Subscriptions, their append-only history (S3) and its read copy by day. */
export class CreateSubscriptions extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create sequence subscription_number;

      -- The present of a subscription. Its past and future are in quantity_change.
      create table service_subscription (
        id               uuid primary key,
        customer_id      uuid not null references account (id),
        number           text not null unique,
        product_id       uuid not null references product (id),
        plan_id          uuid not null references plan (id),
        status           text not null check (status in ('PENDING', 'ACTIVE', 'SUSPENDED', 'TERMINATED', 'FAILED')),
        quantity         integer not null check (quantity >= 1),
        activated_at     timestamptz not null,
        activated_on     date not null,
        -- First day not held any more, once that is known: a termination, also a scheduled one, or a term not renewed.
        ends_on          date,
        renews           boolean not null default true,
        renewal_quantity integer check (renewal_quantity >= 1),
        -- When a change recorded for later takes effect next.
        next_change_at   timestamptz,
        version          integer not null default 1,
        created_at       timestamptz not null,
        updated_at       timestamptz not null,
        unique (customer_id, id),
        check (ends_on is null or ends_on >= activated_on),
        check (status <> 'TERMINATED' or ends_on is not null)
      );
      create index service_subscription_created on service_subscription (created_at, id);
      create index service_subscription_plan on service_subscription (plan_id);
      create index service_subscription_product on service_subscription (product_id, customer_id);
      create index service_subscription_due on service_subscription (next_change_at) where next_change_at is not null;
      create index service_subscription_search on service_subscription using gin (number gin_trgm_ops);

      -- What happened and what shall happen, in the order of recording. Nothing here is ever changed.
      create table quantity_change (
        customer_id     uuid not null,
        subscription_id uuid not null,
        sequence        integer not null check (sequence >= 1),
        kind            text not null check (kind in ('ACTIVATE', 'QUANTITY', 'PLAN', 'RENEWAL', 'TERMINATE')),
        effective_at    timestamptz not null,
        -- The billing day, fixed when the change was recorded.
        effective_on    date not null,
        quantity        integer check (quantity >= 1),
        plan_id         uuid references plan (id),
        renews          boolean,
        old_quantity    integer,
        old_plan_id     uuid,
        operation_id    uuid not null,
        actor_kind      text not null,
        actor_id        uuid,
        actor_name      text not null,
        reason          text,
        recorded_at     timestamptz not null,
        primary key (customer_id, subscription_id, sequence),
        foreign key (customer_id, subscription_id) references service_subscription (customer_id, id),
        check (case kind
          when 'ACTIVATE' then sequence = 1 and quantity is not null and plan_id is not null
          when 'QUANTITY' then quantity is not null
          when 'PLAN' then quantity is not null and plan_id is not null
          when 'RENEWAL' then renews is not null
          else true end)
      );
      create trigger quantity_change_append_only before update or delete on quantity_change for each row execute function forbid_change();
      create trigger quantity_change_no_truncate before truncate on quantity_change for each statement execute function forbid_change();

      -- One quantity for each day held, cut at every change: made of the history, read by billing.
      create table quantity_span (
        customer_id     uuid not null,
        subscription_id uuid not null,
        from_on         date not null,
        -- 'infinity' while it lasts.
        to_on           date not null,
        quantity        integer not null check (quantity >= 1),
        plan_id         uuid not null references plan (id),
        -- With everything that billing reads, so that a run over all subscriptions need not fetch the rows.
        primary key (customer_id, subscription_id, from_on) include (to_on, quantity, plan_id),
        foreign key (customer_id, subscription_id) references service_subscription (customer_id, id),
        check (to_on >= from_on),
        constraint quantity_span_once exclude using gist (subscription_id with =, daterange(from_on, to_on) with &&) deferrable initially deferred
      );
    `);
  }
}
