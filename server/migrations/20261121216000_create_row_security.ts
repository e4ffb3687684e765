import { Migration } from '@mikro-orm/migrations';

/**
 * The second lock between accounts (A3). The first is the query itself, scoped in one place; this one holds where a
 * query forgets. The API's role sees a row when the viewer's scope is 'all' or the row's account lies at or below the
 * scope's account. Owners (migrations, billing runs) are not bound.
 */
export class CreateRowSecurity extends Migration {
  override up(): void {
    const own = `nullif((select nullif(viewer_scope(), 'all')), '')::uuid`;
    // EXISTS, since PostgreSQL then chooses between looking up each row's account and listing all accounts once.
    const below = (column: string): string => `exists (select 1 from account a where a.id = ${column} and a.path @> array[${own}])`;
    const all = `(select viewer_scope()) = 'all'`;
    const scoped = (table: string, condition: string): void => {
      this.addSql(`alter table ${table} enable row level security`);
      this.addSql(`create policy viewer on ${table} for all to cloudtill_app using (${all} or (${condition})) with check (${all} or (${condition}))`);
    };
    const grant = (rights: string, ...tables: string[]): void => this.addSql(`grant ${rights} on ${tables.join(', ')} to cloudtill_app`);

    scoped('account', `path @> array[${own}]`);
    // Who sold a charge stands above its buyer, who knows the name and nothing else. A view reads as its owner.
    this.addSql(`create view account_name as select id, number, name, kind from account`);

    // Products that an account may see and order: each reseller from the top down to it must have them in the list that
    // holds for it (P2). The lists themselves are their sellers' secret.
    this.addSql(/* sql */ `
      create function offered_products(account_id uuid, on_day date) returns setof uuid
        language sql stable security definer set search_path = public, pg_temp as $$
        select p.id from product p
         where p.status = 'ACTIVE' and not exists (
           select 1 from account v join account r on r.id = any (v.path) and r.kind = 'RESELLER'
            where v.id = account_id and not exists (
              select 1 from price_list_assignment a
                join price_list_entry e on e.price_list_id = a.price_list_id
               where a.buyer_id = r.id and a.seller_id = r.parent_id and e.product_id = p.id
                 and daterange(a.valid_from, a.valid_to) @> on_day and daterange(e.valid_from, e.valid_to) @> on_day)) $$;
    `);

    scoped('service_subscription', below('customer_id'));
    scoped('quantity_change', below('customer_id'));
    scoped('quantity_span', below('customer_id'));
    scoped('charge', below('buyer_id'));
    scoped('price_list', below('seller_id'));
    scoped('price_list_entry', `price_list_id in (select id from price_list)`);
    scoped('price_list_assignment', below('seller_id'));
    scoped('job', below('account_id'));
    scoped('audit_event', below('account_id'));
    scoped('upload', below('account_id'));
    scoped('upload_part', `upload_id in (select id from upload)`);
    scoped('parked_subscription', below('customer_id'));

    grant('select', 'account_name', 'vendor', 'product', 'plan', 'plan_price', 'billing_period', 'billing_run', 'account_move');
    grant('select, insert, update', 'account', 'service_subscription', 'price_list', 'job', 'upload');
    grant('select, insert', 'quantity_change', 'audit_event');
    grant('select, insert, update, delete', 'quantity_span', 'price_list_entry', 'price_list_assignment', 'upload_part', 'idempotency_record');
    grant('insert, update', 'vendor', 'product', 'plan', 'plan_price', 'billing_period', 'billing_run');
    grant('insert', 'outbox_event');
    grant('insert, update', 'account_move');
    grant('select', 'charge', 'parked_subscription');
    this.addSql(`grant usage on all sequences in schema public to cloudtill_app`);
    this.addSql(`revoke execute on function enqueue_task(text, json, text) from public`);
    this.addSql(`grant execute on function enqueue_task(text, json, text) to cloudtill_app`);
  }
}
