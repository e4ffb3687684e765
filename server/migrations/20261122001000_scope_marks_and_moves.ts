import { Migration } from '@mikro-orm/migrations';

/** Rating marks can be counted, and moves of accounts are behind the second lock, like the rows that they speak of (A3). */
export class ScopeMarksAndMoves extends Migration {
  override up(): void {
    const own = `nullif((select nullif(viewer_scope(), 'all')), '')::uuid`;
    const scoped = (table: string, column: string): void => {
      const condition = `(select viewer_scope()) = 'all' or exists (select 1 from account a where a.id = ${column} and a.path @> array[${own}])`;
      this.addSql(`alter table ${table} enable row level security`);
      this.addSql(`create policy viewer on ${table} for all to cloudtill_app using (${condition}) with check (${condition})`);
    };
    scoped('rating_mark', 'customer_id');
    scoped('account_move', 'account_id');
    this.addSql('grant select on rating_mark to cloudtill_app');
  }
}
