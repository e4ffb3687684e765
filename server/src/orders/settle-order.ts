/** What becomes of an executed order when the vendor has delivered, or has not. @rule O1 O4 */
import { statusOfLines, type LineStatus } from '@cloudtill/domain/orders/order-state';
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import type { PoolClient } from 'pg';
import type { Unit } from '../platform/use-case.ts';

/** A use case, or the transaction of a reactor. */
type Settling = Pick<Unit, 'em'> | Pick<PoolClient, 'query'>;

/** By the clock of the business, also where there is only a connection. */
const NOW = `now() + make_interval(secs => (select clock_offset_ms from installation) / 1000.0)`;

/**
 * Settles the line of an order whose subscription began or failed, and the order with it. To be called in the
 * transaction that changed the subscription. Asked again, or for a subscription that nobody ordered, it does nothing.
 * @param failure why the subscription failed, where the caller knows it better than the vendor's last answer
 */
export async function settleOrder(by: Settling, subscriptionId: string, failure?: readonly Refusal[]): Promise<void> {
  if ('em' in by) await by.em.flush();
  const [found] = await run<{ order_id: string }>(by, 'select order_id from order_line where subscription_id = ?', [subscriptionId]);
  if (!found) return;
  // Lines of one order are settled one after the other, so that the last one sees all.
  await run(by, 'select 1 from customer_order where id = ? for update', [found.order_id]);
  const [subscription] = await run<{ status: string }>(by, 'select status from service_subscription where id = ?', [subscriptionId]);
  if (!subscription || subscription.status === 'PENDING') return;
  const failed = subscription.status === 'FAILED';
  const settled = await run(by, `update order_line set status = ?, failure = ?::jsonb where subscription_id = ? and status = 'EXECUTING' returning id`, [
    failed ? 'FAILED' : 'COMPLETED',
    failed ? JSON.stringify(failure ?? (await saidByVendor(by, subscriptionId))) : null,
    subscriptionId,
  ]);
  if (settled.length === 0) return;
  const lines = await run<{ status: LineStatus }>(by, 'select status from order_line where order_id = ?', [found.order_id]);
  const status = statusOfLines(lines.map((line) => line.status));
  if (status === 'EXECUTING') {
    await run(by, `update customer_order set version = version + 1, updated_at = ${NOW} where id = ?`, [found.order_id]);
  } else {
    await run(by, `update customer_order set status = ?, completed_at = ${NOW}, version = version + 1, updated_at = ${NOW} where id = ?`, [
      status,
      found.order_id,
    ]);
    const topic = status === 'COMPLETED' ? 'order.completed' : 'order.failed';
    await run(by, `insert into outbox_event (topic, payload, recorded_at) values (?, ?::jsonb, ${NOW})`, [topic, JSON.stringify({ orderId: found.order_id })]);
    await run(by, `select pg_notify('cloudtill_outbox', '')`, []);
  }
  await run(by, `select pg_notify('cloudtill_order', ?)`, [found.order_id]);
}

async function saidByVendor(by: Settling, subscriptionId: string): Promise<Refusal[]> {
  const [last] = await run<{ vendor_code: string; message: string | null }>(
    by,
    'select vendor_code, message from provisioning_operation where subscription_id = ? order by created_at desc limit 1',
    [subscriptionId],
  );
  return [refusal('VENDOR_REJECTED', { vendor: last?.vendor_code ?? 'the vendor', message: last?.message ?? 'it gave no reason' })];
}

/** One statement, its parameters written as `?` in the order in which they stand. */
async function run<T extends object>(by: Settling, sql: string, values: readonly unknown[]): Promise<T[]> {
  if ('em' in by) return by.em.execute<T[]>(sql, [...values]);
  let count = 0;
  return (
    await by.query<T>(
      sql.replaceAll('?', () => `$${++count}`),
      [...values],
    )
  ).rows;
}
