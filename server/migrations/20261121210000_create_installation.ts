import { Migration } from '@mikro-orm/migrations';

/** Extensions, the role that the API works as, and what holds for the installation as a whole. */
export class CreateInstallation extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create extension if not exists btree_gist;
      create extension if not exists pg_trgm;

      -- The API never works as the owner: row-level security does not bind owners. Roles belong to the whole cluster,
      -- so another database may have made this one already, or be making it now.
      do $$ begin
        create role cloudtill_app nologin;
      exception when duplicate_object or unique_violation then null;
      end $$;
      do $$ begin
        execute format('grant cloudtill_app to %I', current_user);
      exception when others then null; -- a superuser needs no membership
      end $$;
      grant usage on schema public to cloudtill_app;

      create table installation (
        only_one          boolean primary key default true check (only_one),
        billing_time_zone text not null,
        rounding          text not null check (rounding in ('HALF_AWAY_FROM_ZERO', 'HALF_EVEN')),
        -- Sandbox: how far the system's clock is ahead of the machine's.
        clock_offset_ms   bigint not null default 0 check (clock_offset_ms >= 0),
        created_at        timestamptz not null
      );
      grant select on installation to cloudtill_app;

      -- Whose rows a connection may see: 'all', the id of an account, or nothing. Set by platform/database.ts only.
      create function viewer_scope() returns text language sql stable parallel safe as
        $$ select coalesce(current_setting('cloudtill.scope', true), '') $$;

      create function forbid_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
      end $$;
    `);
  }
}
