import { Migration } from '@mikro-orm/migrations';

/** Orders are searched by parts of their numbers, and those that wait are looked at most. */
export class FindOrders extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create index customer_order_search on customer_order using gin (number gin_trgm_ops);
      -- What the customer calls the order, where the vendor asks for it.
      create index order_line_purchase_order on order_line using gin ((characteristics ->> 'PurchaseOrder') gin_trgm_ops);
      create index customer_order_not_executed on customer_order (created_at, id) where status in ('SUBMITTED', 'PENDING_APPROVAL');
    `);
  }
}
