import type { Unit } from '../platform/use-case.ts';

/** Takes an order's line up again whose delivery is tried once more. Does nothing for what nobody ordered. @rule O1 */
export async function reopenOrder({ em, now }: Pick<Unit, 'em' | 'now'>, subscriptionId: string): Promise<void> {
  // The order first, as wherever its lines are settled.
  await em.execute('select 1 from customer_order where id = (select order_id from order_line where subscription_id = ?) for update', [subscriptionId]);
  const reopened = await em.execute<{ order_id: string }[]>(
    `update order_line set status = 'EXECUTING', failure = null where subscription_id = ? and status = 'FAILED' returning order_id`,
    [subscriptionId],
  );
  for (const { order_id } of reopened) {
    await em.execute(`update customer_order set status = 'EXECUTING', completed_at = null, version = version + 1, updated_at = ? where id = ?`, [
      now,
      order_id,
    ]);
    await em.execute(`select pg_notify('cloudtill_order', ?)`, [order_id]);
  }
}
