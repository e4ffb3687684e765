import { Migration } from '@mikro-orm/migrations';

/** Migrations of a vendor's subscriptions from MAX_OF_MONTH to PAYG (S5): the plan as a report, and how far it was carried out. */
export class CreateLegacyMigrations extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create sequence legacy_migration_number;

      create table legacy_migration (
        id           uuid primary key,
        number       text not null unique,
        vendor_id    uuid not null references vendor (id),
        effective_on date not null check (extract(day from effective_on) = 1),
        state        text not null check (state in ('PLANNED', 'RUNNING', 'SUCCEEDED', 'FAILED')),
        -- What the operator named: [{"from": plan id, "to": plan id}].
        mapping      jsonb not null default '[]',
        -- On the provider's edge, by currency: [{"currency", "subscriptions", "old", "new"}] in minor units.
        totals       jsonb not null default '[]',
        planned_at   timestamptz not null,
        planned_by   text not null,
        started_at   timestamptz,
        finished_at  timestamptz,
        job_id       uuid references job (id),
        check ((state in ('SUCCEEDED', 'FAILED')) = (finished_at is not null)),
        check (state = 'PLANNED' or (started_at is not null and job_id is not null))
      );
      create index legacy_migration_planned on legacy_migration (planned_at, id);
      create unique index legacy_migration_one_at_a_time on legacy_migration (vendor_id) where state = 'RUNNING';

      create table legacy_migration_item (
        migration_id       uuid not null references legacy_migration (id) on delete cascade,
        customer_id        uuid not null,
        subscription_id    uuid not null,
        state              text not null check (state in ('PENDING', 'MOVED', 'BLOCKED', 'SKIPPED')),
        old_plan_id        uuid not null references plan (id),
        new_plan_id        uuid references plan (id),
        quantity           integer not null check (quantity >= 1),
        -- For the month that the migration begins, in minor units: on the provider's edge and on the customer's. Null without a price.
        currency           char(3) not null,
        old_minor          bigint,
        new_minor          bigint,
        customer_old_minor bigint,
        customer_new_minor bigint,
        blocker_code       text,
        blocker_parameters jsonb,
        moved_at           timestamptz,
        primary key (migration_id, subscription_id),
        foreign key (customer_id, subscription_id) references service_subscription (customer_id, id),
        check ((state = 'BLOCKED') = (blocker_code is not null)),
        check ((state = 'MOVED') = (moved_at is not null)),
        check (state <> 'MOVED' or new_plan_id is not null)
      );
      create index legacy_migration_item_place on legacy_migration_item (migration_id, ((blocker_code is null)::int), customer_id, subscription_id);
      create index legacy_migration_item_left on legacy_migration_item (migration_id, customer_id, subscription_id) where state = 'PENDING';
    `);
    const own = `nullif((select nullif(viewer_scope(), 'all')), '')::uuid`;
    const all = `(select viewer_scope()) = 'all'`;
    const scoped = (table: string, condition: string): void => {
      this.addSql(`alter table ${table} enable row level security`);
      this.addSql(`create policy viewer on ${table} for all to cloudtill_app using (${condition}) with check (${condition})`);
    };
    // The whole is the provider's; of the items an account could see its own.
    scoped('legacy_migration', `${all} or exists (select 1 from account a where a.kind = 'PROVIDER' and a.path @> array[${own}])`);
    scoped('legacy_migration_item', `${all} or exists (select 1 from account a where a.id = customer_id and a.path @> array[${own}])`);
    this.addSql('grant select, insert, update on legacy_migration to cloudtill_app');
    this.addSql('grant select, insert, update, delete on legacy_migration_item to cloudtill_app');
    this.addSql('grant usage on sequence legacy_migration_number to cloudtill_app');
  }
}
