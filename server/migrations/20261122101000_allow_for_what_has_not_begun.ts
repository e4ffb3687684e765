import { Migration } from '@mikro-orm/migrations';

/** A subscription that was ordered and never began has no history, and that is no fault (invariant 3). */
export class AllowForWhatHasNotBegun extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter view inv_03 rename to history_fault;
      create view inv_03 as
      select f.* from history_fault f
       where not exists (
         select from service_subscription s
          where s.id::text = f.subject_id and s.status in ('PENDING', 'FAILED') and s.activated_on is null and s.ends_on is null
            and not exists (select from quantity_change q where q.customer_id = s.customer_id and q.subscription_id = s.id));
    `);
  }
}
