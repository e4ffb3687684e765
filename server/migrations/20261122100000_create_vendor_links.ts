import { Migration } from '@mikro-orm/migrations';

/**
 * Accounts and subscriptions as vendors know them: synchronization (A4, A5), what vendors were asked and what came of
 * it (S2), and where their state and ours differ.
 */
export class CreateVendorLinks extends Migration {
  override up(): void {
    this.#openSubscriptions();
    this.#createSync();
    this.#createOperations();
    this.#createDrift();
    this.#secure();
  }

  #openSubscriptions(): void {
    this.addSql(/* sql */ `
      -- B4: what is used is charged by the vendor's file.
      alter table plan drop constraint plan_billing_policy_check;
      alter table plan add constraint plan_billing_policy_check check (billing_policy in ('MAX_OF_MONTH', 'PAYG', 'YEARLY', 'CONSUMPTION'));

      -- A subscription that was ordered and not delivered has not begun: no day of it is charged.
      alter table service_subscription
        alter column activated_at drop not null,
        alter column activated_on drop not null,
        add constraint service_subscription_begun check ((activated_at is null) = (activated_on is null) and (activated_at is not null or status in ('PENDING', 'FAILED'))),
        add column platform               text,
        add column vendor_subscription_id text,
        add column vendor_customer_id     text,
        add column vendor_memo            text,
        add column license_id             text,
        -- Sealed with the installation's secret key; see platform/secrets.ts.
        add column activation_code        text,
        add column approval_code          text check (length(approval_code) <= 50),
        -- What the vendor was told beyond seats, by name.
        add column vendor_parameters      jsonb not null default '{}',
        -- Receives the license key; the synchronization's address where there is none.
        add column license_email          text,
        add constraint service_subscription_linked check (vendor_subscription_id is null or platform is not null);
      create unique index service_subscription_vendor on service_subscription (platform, vendor_subscription_id) where vendor_subscription_id is not null;

      alter table quantity_change drop constraint quantity_change_kind_check;
      alter table quantity_change add constraint quantity_change_kind_check
        check (kind in ('ACTIVATE', 'QUANTITY', 'PLAN', 'RENEWAL', 'SUSPEND', 'RESUME', 'ACTIVATION_CODE', 'APPROVAL_CODE', 'TERMINATE'));

      create unique index vendor_platform on vendor (platform);
    `);
  }

  #createSync(): void {
    this.addSql(/* sql */ `
      -- One row an account and platform (A4). Without a row the account is not synchronized there.
      create table provisioning_sync (
        account_id         uuid not null references account (id),
        platform           text not null references vendor (platform),
        status             text not null check (status in ('UNSYNCHRONIZED', 'PENDING', 'SYNCHRONIZED', 'FAILED')),
        -- Why it failed: refusals as the API shows them.
        reasons            jsonb not null default '[]',
        parent_account_id  uuid references account (id),
        email              text,
        role               text check (role in ('USER', 'RESELLER')),
        reseller_pin       text check (length(reseller_pin) <= 64),
        -- Whoever entered a PIN first has it.
        pin_entered_at     timestamptz,
        parameters         jsonb not null default '{}',
        vendor_customer_id text,
        synchronized_at    timestamptz,
        version            integer not null default 1,
        updated_at         timestamptz not null,
        primary key (account_id, platform)
      );
      -- A6: two accounts of one platform never go by one PIN, whatever runs side by side.
      create unique index provisioning_sync_pin on provisioning_sync (platform, upper(reseller_pin))
        where reseller_pin is not null and status in ('PENDING', 'SYNCHRONIZED');
      create index provisioning_sync_parent on provisioning_sync (parent_account_id, platform);
      create index provisioning_sync_status on provisioning_sync (status, updated_at);
    `);
  }

  #createOperations(): void {
    this.addSql(/* sql */ `
      -- What a vendor is to be asked, written down before it is asked (S2).
      create table provisioning_operation (
        id              uuid primary key,
        account_id      uuid not null references account (id),
        -- Null for what concerns the account itself.
        subscription_id uuid,
        vendor_code     text not null references vendor (code),
        kind            text not null check (kind in ('CREATE_CUSTOMER', 'PROVISION', 'CHANGE_QUANTITY', 'CHANGE_PLAN', 'SUSPEND', 'RESUME', 'CANCEL', 'SET_RENEWAL', 'SET_APPROVAL_CODE')),
        request         jsonb not null,
        --   QUEUED    to be sent, from due_at on      CALLING  sent, no outcome written yet
        --   ACCEPTED  the vendor works on it          UNKNOWN  it may have been done; the vendor is read
        state           text not null check (state in ('QUEUED', 'CALLING', 'ACCEPTED', 'UNKNOWN', 'SUCCEEDED', 'FAILED', 'CANCELED')),
        since           timestamptz not null,
        -- By the clock of the business, so that what is due in the sandbox comes when its clock gets there.
        due_at          timestamptz not null,
        -- By the clock of the machine: until then a process is at work on it. One that died lets it run out.
        leased_until    timestamptz,
        attempts        integer not null default 0,
        -- When it was sent last, by the clock of the business.
        sent_at         timestamptz,
        poll_ref        text,
        -- Why it is where it is, for people.
        rejection       text,
        vendor_message_code text,
        message         text,
        needs_attention boolean not null default false,
        actor_kind      text not null,
        actor_id        uuid,
        actor_name      text not null,
        job_id          uuid references job (id),
        created_at      timestamptz not null,
        finished_at     timestamptz,
        foreign key (account_id, subscription_id) references service_subscription (customer_id, id),
        check ((state in ('SUCCEEDED', 'FAILED', 'CANCELED')) = (finished_at is not null)),
        check ((kind = 'CREATE_CUSTOMER') = (subscription_id is null))
      );
      -- S1: one open operation blocks others.
      create unique index provisioning_operation_open on provisioning_operation (subscription_id) where finished_at is null and subscription_id is not null;
      create unique index provisioning_operation_open_account on provisioning_operation (account_id, vendor_code) where finished_at is null and subscription_id is null;
      create index provisioning_operation_due on provisioning_operation (due_at, id) where finished_at is null;
      create index provisioning_operation_created on provisioning_operation (created_at, id);
      create index provisioning_operation_of on provisioning_operation (subscription_id, created_at);

      -- Each call, as it went. Only added to.
      create table provisioning_call (
        operation_id uuid not null references provisioning_operation (id),
        number       integer not null,
        --   SEND the change itself, POLL what was accepted, RESOLVE what is unknown
        purpose      text not null check (purpose in ('SEND', 'POLL', 'RESOLVE')),
        called_at    timestamptz not null,
        duration_ms  integer not null,
        outcome      text not null,
        message      text,
        primary key (operation_id, number)
      );
      -- The API's role may not write here, but what follows from a call is written by it.
      create function note_provisioning_call(operation uuid, why text, at timestamptz, took integer, came text, said text) returns void
        language sql security definer set search_path = public, pg_temp as $$
        insert into provisioning_call (operation_id, number, purpose, called_at, duration_ms, outcome, message)
        select operation, coalesce(max(number), 0) + 1, why, at, took, came, said from provisioning_call where operation_id = operation $$;
      revoke execute on function note_provisioning_call(uuid, text, timestamptz, integer, text, text) from public;
      grant execute on function note_provisioning_call(uuid, text, timestamptz, integer, text, text) to cloudtill_app;
      create trigger provisioning_call_append_only before update or delete on provisioning_call for each row execute function forbid_change();

      -- How a vendor is doing; shared by all workers, so that one finds out for all.
      create table vendor_health (
        vendor_code  text primary key references vendor (code),
        -- Failures in a row.
        failures     integer not null default 0,
        -- Calls wait until then; null while the circuit is closed.
        open_until   timestamptz,
        opened_at    timestamptz,
        last_error   text,
        last_error_at timestamptz,
        last_success_at timestamptz
      );

      -- Announcements of vendors, each once whatever is delivered how often.
      create table vendor_event (
        vendor_code text not null references vendor (code),
        event_id    text not null,
        occurred_at timestamptz not null,
        received_at timestamptz not null,
        subscription_id uuid,
        handled_at  timestamptz,
        primary key (vendor_code, event_id)
      );
      create index vendor_event_waiting on vendor_event (received_at) where handled_at is null;
    `);
  }

  #createDrift(): void {
    this.addSql(/* sql */ `
      -- Where a vendor's state and ours differ, until they agree or somebody says which one is right.
      create table drift (
        id                     uuid primary key,
        vendor_code            text not null references vendor (code),
        -- Null for what the vendor has and nobody here knows: an orphan.
        subscription_id        uuid,
        account_id             uuid references account (id),
        vendor_subscription_id text,
        vendor_customer_id     text,
        field                  text not null check (field in ('EXISTENCE', 'STATUS', 'QUANTITY', 'SKU')),
        ours                   text,
        theirs                 text,
        opened_at              timestamptz not null,
        seen_at                timestamptz not null,
        resolved_at            timestamptz,
        resolution             text,
        -- Somebody let it be: it is not opened again as long as both sides stay as they are.
        ignored                boolean not null default false,
        foreign key (account_id, subscription_id) references service_subscription (customer_id, id)
      );
      create unique index drift_once on drift (vendor_code, coalesce(subscription_id::text, vendor_subscription_id), field) where resolved_at is null;
      create unique index drift_ignored_once on drift (vendor_code, coalesce(subscription_id::text, vendor_subscription_id), field) where ignored;
      create index drift_opened on drift (opened_at, id);
    `);
  }

  #secure(): void {
    const own = `nullif((select nullif(viewer_scope(), 'all')), '')::uuid`;
    const all = `(select viewer_scope()) = 'all'`;
    const scoped = (table: string, condition: string): void => {
      this.addSql(`alter table ${table} enable row level security`);
      this.addSql(`create policy viewer on ${table} for all to cloudtill_app using (${all} or (${condition})) with check (${all} or (${condition}))`);
    };
    const below = `exists (select 1 from account a where a.id = account_id and a.path @> array[${own}])`;
    scoped('provisioning_sync', below);
    scoped('provisioning_operation', below);
    scoped('provisioning_call', 'operation_id in (select id from provisioning_operation)');
    scoped('drift', below);
    this.addSql(`grant select, insert, update on provisioning_sync, provisioning_operation, drift to cloudtill_app`);
    this.addSql(`grant select on provisioning_call to cloudtill_app`);
    // Whether a seller above is synchronized decides over those below it, who cannot see its row.
    this.addSql(/* sql */ `
      create function sync_of(of_account uuid, on_platform text) returns table (number text, status text, reseller_pin text, email text)
        language sql stable security definer set search_path = public, pg_temp as $$
        select a.number, coalesce(s.status, 'UNSYNCHRONIZED'), s.reseller_pin, coalesce(s.email, a.email)
          from account a left join provisioning_sync s on s.account_id = a.id and s.platform = on_platform where a.id = of_account $$;
      -- Who has a PIN, apart from one account: those that are synchronized with it, else whoever entered it first.
      create function pin_owner(on_platform text, pin text, apart_from uuid, entered_at timestamptz) returns text
        language sql stable security definer set search_path = public, pg_temp as $$
        select a.number from provisioning_sync s join account a on a.id = s.account_id
         where s.platform = on_platform and upper(s.reseller_pin) = upper(pin) and s.account_id <> apart_from
           and (s.status in ('PENDING', 'SYNCHRONIZED') or s.pin_entered_at < entered_at)
         order by s.status in ('PENDING', 'SYNCHRONIZED') desc, s.pin_entered_at limit 1 $$;
    `);
    // Every account on every platform, also where nobody has said anything yet (A4); read within the viewer's rows.
    this.addSql(/* sql */ `
      create view account_platform with (security_invoker = true) as
      select a.id as account_id, v.platform, v.id as vendor_id, v.code as vendor_code,
             coalesce(s.status, 'UNSYNCHRONIZED') as status, coalesce(s.reasons, '[]') as reasons,
             coalesce(s.parent_account_id, case when a.kind = 'CUSTOMER' and p.kind = 'RESELLER' then p.id end) as parent_account_id,
             coalesce(s.email, a.email) as email,
             coalesce(s.role, case a.kind when 'RESELLER' then 'RESELLER' else 'USER' end) as role,
             s.reseller_pin, s.pin_entered_at, coalesce(s.parameters, '{}') as parameters, s.vendor_customer_id, s.synchronized_at, s.updated_at,
             coalesce(s.version, 0) as version, a.kind, a.number
        from account a
        join account_name p on p.id = a.parent_id
       cross join vendor v
        left join provisioning_sync s on s.account_id = a.id and s.platform = v.platform;
      grant select on account_platform to cloudtill_app;
    `);
    this.addSql(`revoke execute on function sync_of(uuid, text), pin_owner(text, text, uuid, timestamptz) from public`);
    this.addSql(`grant execute on function sync_of(uuid, text), pin_owner(text, text, uuid, timestamptz) to cloudtill_app`);
  }
}
