import { Migration } from '@mikro-orm/migrations';

/** Orders and their lines (O1-O6), and which accounts' orders wait for somebody's approval. */
export class CreateOrders extends Migration {
  override up(): void {
    this.#createTables();
    this.#createGuards();
    this.#secure();
  }

  #createTables(): void {
    this.addSql(/* sql */ `
      -- Orders for this account and those below it need approval.
      alter table account add column order_approval boolean not null default false;

      create sequence order_number;
      create table customer_order (
        id               uuid primary key,
        number           text not null unique,
        account_id       uuid not null references account (id),
        channel          text not null check (channel in ('STOREFRONT', 'OPERATOR', 'API')),
        status           text not null check (status in ('DRAFT', 'PENDING_APPROVAL', 'SUBMITTED', 'EXECUTING', 'COMPLETED', 'PARTIALLY_FAILED', 'FAILED', 'CANCELLED')),
        currency         text not null check (length(currency) = 3),
        -- As it was when the order was placed.
        needs_approval   boolean not null default false,
        placed_at        timestamptz,
        placed_by_kind   text,
        placed_by_id     uuid,
        placed_by_name   text,
        approved_at      timestamptz,
        approved_by_id   uuid,
        approved_by_name text,
        executed_at      timestamptz,
        completed_at     timestamptz,
        canceled_at      timestamptz,
        -- Why it was approved, rejected or canceled.
        reason           text,
        -- Why it could not be executed when that was tried last: refusals.
        blockers         jsonb not null default '[]',
        version          integer not null default 1,
        created_by_kind  text not null,
        created_by_id    uuid not null,
        created_by_name  text not null,
        created_at       timestamptz not null,
        updated_at       timestamptz not null,
        unique (account_id, id),
        check ((status in ('DRAFT', 'CANCELLED')) or placed_at is not null),
        check ((placed_at is null) = (placed_by_id is null)),
        -- O1: nothing is executed that still waits for approval.
        check (not needs_approval or approved_at is not null or status in ('DRAFT', 'PENDING_APPROVAL', 'CANCELLED')),
        -- Nobody approves their own request.
        check (approved_by_id is null or approved_by_id <> placed_by_id),
        check ((status in ('EXECUTING', 'COMPLETED', 'PARTIALLY_FAILED', 'FAILED')) = (executed_at is not null)),
        check ((status in ('COMPLETED', 'PARTIALLY_FAILED', 'FAILED')) = (completed_at is not null)),
        check ((status = 'CANCELLED') = (canceled_at is not null))
      );
      create index customer_order_account on customer_order (account_id, created_at, id);
      create index customer_order_created on customer_order (created_at, id);
      create index customer_order_waiting on customer_order (placed_at, id) where status = 'SUBMITTED';

      create table order_line (
        id              uuid primary key,
        order_id        uuid not null,
        account_id      uuid not null,
        position        integer not null check (position > 0),
        plan_id         uuid not null references plan (id),
        characteristics jsonb not null default '{}' check (jsonb_typeof(characteristics) = 'object'),
        -- Null while it is incomplete.
        quantity        integer check (quantity > 0),
        approval_code   text check (length(approval_code) between 1 and 50),
        status          text not null check (status in ('INCOMPLETE', 'COMPLETE', 'EXECUTING', 'COMPLETED', 'FAILED', 'CANCELLED')),
        -- O4: a line becomes one subscription, and a subscription comes from one line.
        subscription_id uuid unique,
        -- Why it failed: refusals.
        failure         jsonb,
        -- Why it could not be executed when that was tried last: refusals.
        blockers        jsonb not null default '[]',
        -- Per edge what it costs, as it was when the order was placed.
        prices          jsonb,
        unique (order_id, position),
        foreign key (account_id, order_id) references customer_order (account_id, id),
        foreign key (account_id, subscription_id) references service_subscription (customer_id, id),
        check (status = 'INCOMPLETE' or status = 'CANCELLED' or quantity is not null),
        check ((status in ('EXECUTING', 'COMPLETED', 'FAILED')) = (subscription_id is not null)),
        check ((status = 'FAILED') = (failure is not null))
      );
    `);
  }

  #createGuards(): void {
    this.addSql(/* sql */ `
      -- O3, O4: what was placed is what is executed. From then on a line only says what becomes of it.
      create function guard_order_line() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        standing text;
      begin
        select status into standing from customer_order where id = coalesce(new.order_id, old.order_id);
        if standing = 'DRAFT' then
          return coalesce(new, old);
        end if;
        if tg_op <> 'UPDATE' then
          raise exception 'the lines of an order that is % do not change', standing using errcode = 'restrict_violation';
        end if;
        if (new.id, new.order_id, new.account_id, new.position, new.plan_id, new.characteristics, new.quantity, new.approval_code, new.prices)
           is distinct from (old.id, old.order_id, old.account_id, old.position, old.plan_id, old.characteristics, old.quantity, old.approval_code, old.prices)
           or (old.subscription_id is not null and new.subscription_id is distinct from old.subscription_id)
           or (old.status in ('COMPLETED', 'CANCELLED') and new.status <> old.status)
           -- What failed may be tried again, for the same subscription.
           or (old.status = 'FAILED' and new.status not in ('FAILED', 'EXECUTING')) then
          raise exception 'the lines of an order that is % do not change', standing using errcode = 'restrict_violation';
        end if;
        return new;
      end $$;
      create trigger order_line_guard before insert or update or delete on order_line for each row execute function guard_order_line();

      -- O1: the way of an order.
      create function guard_order() returns trigger language plpgsql as $$
      begin
        if (new.id, new.number, new.account_id, new.channel, new.currency) is distinct from (old.id, old.number, old.account_id, old.channel, old.currency)
           or (old.placed_at is not null and (new.placed_at, new.placed_by_id) is distinct from (old.placed_at, old.placed_by_id)) then
          raise exception 'what an order is for does not change' using errcode = 'restrict_violation';
        end if;
        if new.status <> old.status and not (old.status || ' ' || new.status) = any (array[
          'DRAFT SUBMITTED', 'DRAFT PENDING_APPROVAL', 'DRAFT CANCELLED', 'PENDING_APPROVAL SUBMITTED', 'PENDING_APPROVAL CANCELLED',
          'SUBMITTED EXECUTING', 'SUBMITTED CANCELLED', 'EXECUTING COMPLETED', 'EXECUTING PARTIALLY_FAILED', 'EXECUTING FAILED',
          'PARTIALLY_FAILED EXECUTING', 'FAILED EXECUTING']) then
          raise exception 'an order that is % does not become %', old.status, new.status using errcode = 'restrict_violation';
        end if;
        return new;
      end $$;
      create trigger customer_order_guard before update on customer_order for each row execute function guard_order();
    `);
  }

  #secure(): void {
    const own = `nullif((select nullif(viewer_scope(), 'all')), '')::uuid`;
    const all = `(select viewer_scope()) = 'all'`;
    const below = `exists (select 1 from account a where a.id = account_id and a.path @> array[${own}])`;
    for (const table of ['customer_order', 'order_line']) {
      this.addSql(`alter table ${table} enable row level security`);
      this.addSql(`create policy viewer on ${table} for all to cloudtill_app using (${all} or (${below})) with check (${all} or (${below}))`);
    }
    this.addSql(`grant select, insert, update on customer_order to cloudtill_app`);
    this.addSql(`grant select, insert, update, delete on order_line to cloudtill_app`);
    this.addSql(`grant usage on sequence order_number to cloudtill_app`);
    // A seller above may ask for approval, and those below it do not see its row.
    this.addSql(/* sql */ `
      create function order_needs_approval(of_account uuid) returns boolean
        language sql stable security definer set search_path = public, pg_temp as $$
        select exists (select 1 from account a join account above on above.id = any (a.path) where a.id = of_account and above.order_approval) $$;
    `);
    this.addSql(`revoke execute on function order_needs_approval(uuid) from public`);
    this.addSql(`grant execute on function order_needs_approval(uuid) to cloudtill_app`);
  }
}
