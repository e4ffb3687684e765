import { Migration } from '@mikro-orm/migrations';

/** Accounts and their tree (A1-A3), people, their sessions, and keys for machines. */
export class CreateAccounts extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create sequence account_number;

      create table account (
        id          uuid primary key,
        number      text not null unique,
        kind        text not null check (kind in ('PROVIDER', 'RESELLER', 'CUSTOMER')),
        parent_id   uuid references account (id),
        -- Ids from the root down to this account, itself included. Kept by the trigger below.
        path        uuid[] not null,
        name        text not null,
        legal_name  text,
        email       text,
        phone       text,
        street      text,
        city        text,
        postal_code text,
        region      text,
        country     char(2) not null,
        currency    char(3) not null,
        locale      text not null,
        tax_id      text,
        status      text not null check (status in ('ACTIVE', 'ON_HOLD', 'CLOSED')),
        version     integer not null default 1,
        created_at  timestamptz not null,
        updated_at  timestamptz not null,
        check ((kind = 'PROVIDER') = (parent_id is null))
      );
      create unique index account_one_provider on account (kind) where kind = 'PROVIDER';
      create index account_parent on account (parent_id, id);
      create index account_path on account using gin (path);
      create index account_search on account using gin ((name || ' ' || number || ' ' || coalesce(email, '')) gin_trgm_ops);
      create index account_by_name on account (name, id);
      create index account_by_age on account (created_at, id);

      create function account_keep_path() returns trigger language plpgsql as $$
      declare parent account;
      begin
        if new.parent_id is null then
          new.path := array[new.id];
          return new;
        end if;
        select * into parent from account where id = new.parent_id for share;
        if new.id = any (parent.path) then
          raise exception 'account % cannot stand below itself', new.number using errcode = 'check_violation';
        end if;
        if parent.kind = 'CUSTOMER' then
          raise exception 'account % cannot stand below a customer', new.number using errcode = 'check_violation';
        end if;
        new.path := parent.path || new.id;
        return new;
      end $$;
      create trigger account_path before insert or update of parent_id on account for each row execute function account_keep_path();

      create function account_move_below() returns trigger language plpgsql as $$
      begin
        update account set path = new.path || path[array_position(path, new.id) + 1 :] where path @> array[new.id] and id <> new.id;
        return null;
      end $$;
      create trigger account_below after update of parent_id on account
        for each row when (old.path is distinct from new.path) execute function account_move_below();

      -- Under whom an account stood before, so that past periods are billed along the chain of their time (P5).
      create table account_move (
        account_id     uuid not null references account (id),
        effective_on   date not null,
        from_parent_id uuid not null references account (id),
        to_parent_id   uuid not null references account (id),
        moved_at       timestamptz not null,
        primary key (account_id, effective_on)
      );
      create index account_move_from on account_move (from_parent_id);

      create table app_user (
        id              uuid primary key,
        account_id      uuid not null references account (id),
        email           text not null check (email = lower(email)),
        name            text not null,
        password_hash   text not null,
        roles           text[] not null check (cardinality(roles) > 0),
        locale          text not null,
        status          text not null check (status in ('ACTIVE', 'SUSPENDED')),
        created_at      timestamptz not null,
        last_sign_in_at timestamptz
      );
      create unique index app_user_email on app_user (email);

      create table session (
        token_hash bytea primary key,
        user_id    uuid not null references app_user (id),
        created_at timestamptz not null,
        expires_at timestamptz not null,
        ended_at   timestamptz
      );
      create index session_of_user on session (user_id);

      create table service_credential (
        id           uuid primary key,
        account_id   uuid not null references account (id),
        name         text not null,
        key_hash     bytea not null unique,
        prefix       text not null,
        scopes       text[] not null check (cardinality(scopes) > 0),
        created_at   timestamptz not null,
        expires_at   timestamptz,
        last_used_at timestamptz,
        revoked_at   timestamptz
      );
    `);
  }
}
