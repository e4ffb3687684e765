/** Which orders cannot go on, said in SQL: for a filter, for a mark on each, and for who looks from the platform's side. @rule A2 A7 */

/** Placed, and still to become subscriptions. */
export const isWaiting = (order: string): string => `${order}.status in ('SUBMITTED', 'PENDING_APPROVAL')`;

/** The vendors who deliver something of an order by themselves. */
export const deliveringVendors = (order: string): string =>
  `select product.vendor_id from order_line ordered join plan on plan.id = ordered.plan_id join product on product.id = plan.product_id
    where ordered.order_id = ${order}.id and product.provisioning = 'AUTOMATIC'`;

/**
 * What was in the way when an order was to be executed last is noted only for those that are executed by themselves. So
 * it is also asked what would be in the way of any: an account that is on hold, or that a platform does not know.
 */
export const isBlocked = (order: string): string =>
  `(${isWaiting(order)} and (${order}.blockers <> '[]'
     or exists (select 1 from account holder where holder.id = ${order}.account_id and holder.status <> 'ACTIVE')
     or exists (select 1 from account_platform place
                 where place.account_id = ${order}.account_id and place.status <> 'SYNCHRONIZED' and place.vendor_id in (${deliveringVendors(order)}))))`;
