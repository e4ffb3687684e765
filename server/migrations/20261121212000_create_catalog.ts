import { Migration } from '@mikro-orm/migrations';

/** Vendors, products, plans with their prices (C1, C3), and price lists (P1). */
export class CreateCatalog extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table vendor (
        id       uuid primary key,
        code     text not null unique,
        name     text not null,
        platform text not null
      );

      create table product (
        id           uuid primary key,
        code         text not null unique,
        name         text not null,
        -- Unknown for a product that came with an imported book.
        vendor_id    uuid references vendor (id),
        provisioning text not null check (provisioning in ('AUTOMATIC', 'EXTERNAL')),
        pricing      text not null check (pricing in ('QUOTED', 'CONSUMPTION')),
        status       text not null check (status in ('ACTIVE', 'RETIRED')),
        version      integer not null default 1,
        created_at   timestamptz not null,
        updated_at   timestamptz not null
      );
      create index product_name on product (name, id);

      create table plan (
        id             uuid primary key,
        product_id     uuid not null references product (id),
        sku            text not null unique,
        name           text not null,
        billing_policy text not null check (billing_policy in ('MAX_OF_MONTH', 'PAYG', 'YEARLY')),
        cycle          text not null check (cycle in ('CALENDAR', 'ANNIVERSARY')),
        daily_quantity text not null check (daily_quantity in ('CLOSING', 'PEAK')),
        min_quantity   integer not null check (min_quantity >= 1),
        max_quantity   integer not null check (max_quantity <= 10000000),
        status         text not null check (status in ('ACTIVE', 'RETIRED')),
        version        integer not null default 1,
        created_at     timestamptz not null,
        updated_at     timestamptz not null,
        check (min_quantity <= max_quantity),
        check (cycle = 'CALENDAR' or billing_policy = 'PAYG')
      );
      create index plan_product on plan (product_id, id);

      -- Unit prices are whole millionths of the currency's main unit.
      create table plan_price (
        id                 uuid primary key,
        plan_id            uuid not null references plan (id),
        currency           char(3) not null,
        valid_from         date not null,
        valid_to           date,
        list_price_micros  bigint not null check (list_price_micros between 0 and 99999999999999),
        vendor_cost_micros bigint not null check (vendor_cost_micros between 0 and 99999999999999),
        created_at         timestamptz not null,
        check (valid_to is null or valid_to > valid_from),
        constraint plan_price_once exclude using gist (plan_id with =, currency with =, daterange(valid_from, valid_to) with &&)
      );

      create table price_list (
        id         uuid primary key,
        seller_id  uuid not null references account (id),
        name       text not null,
        version    integer not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        unique (id, seller_id)
      );
      create index price_list_seller on price_list (seller_id, id);

      -- Percentages are whole ten-thousandths of a percent. An entry for a plan goes before one for its product.
      create table price_list_entry (
        id            uuid primary key,
        price_list_id uuid not null references price_list (id),
        product_id    uuid not null references product (id),
        plan_id       uuid references plan (id),
        mode          text not null check (mode in ('DISCOUNT', 'MARKUP')),
        percent       bigint not null check (percent >= 0 and (mode = 'MARKUP' or percent <= 1000000)),
        valid_from    date not null,
        valid_to      date,
        -- Why a price under the seller's cost was confirmed (P6).
        reason        text,
        created_at    timestamptz not null,
        check (valid_to is null or valid_to > valid_from),
        constraint price_list_entry_once exclude using gist (
          price_list_id with =, product_id with =, (coalesce(plan_id, product_id)) with =, daterange(valid_from, valid_to) with &&)
      );

      -- A buyer has at most one list of its seller at a time.
      create table price_list_assignment (
        id            uuid primary key,
        price_list_id uuid not null,
        seller_id     uuid not null,
        buyer_id      uuid not null references account (id),
        valid_from    date not null,
        valid_to      date,
        created_at    timestamptz not null,
        check (valid_to is null or valid_to > valid_from),
        foreign key (price_list_id, seller_id) references price_list (id, seller_id),
        constraint price_list_assignment_once exclude using gist (seller_id with =, buyer_id with =, daterange(valid_from, valid_to) with &&)
      );
      create index price_list_assignment_buyer on price_list_assignment (buyer_id, seller_id);
      create index price_list_assignment_list on price_list_assignment (price_list_id);
    `);
  }
}
