import { parseBillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { requestError } from '../platform/errors.ts';
import { decodeId } from '../platform/ids.ts';
import { equals, isAnyOf, type Condition } from '../platform/look-ahead.ts';
import type { ChargeFilter } from './billing.inputs.ts';

/** The conditions of a list, a sum or an export of charges; the same for all of them. */
export function chargeConditions(filter: ChargeFilter | null | undefined): Condition[] {
  const { billingPeriod, accountId, sellerId, buyerId, subscriptionId, status, kind, updatedAfter, acknowledged, vendor } = filter ?? {};
  return [
    ...(billingPeriod != null ? [monthCondition('billing_month', billingPeriod)] : []),
    ...(accountId ? [atOrBelow(decodeId('acc', accountId))] : []),
    ...(sellerId ? [equals('seller_id', decodeId('acc', sellerId))] : []),
    ...(buyerId ? [equals('buyer_id', decodeId('acc', buyerId))] : []),
    ...(subscriptionId ? [ofSubscription(decodeId('sub', subscriptionId))] : []),
    ...(status ? [inStatus(status)] : []),
    ...(kind ? [isAnyOf('kind', kind, 'charge_kind')] : []),
    ...(updatedAfter != null
      ? [((alias, sql) => `${alias}.updated_at > ${sql.param(new Date(updatedAfter).toISOString())}::timestamptz`) satisfies Condition]
      : []),
    ...(acknowledged != null ? [((alias) => `${alias}.acknowledged_at is ${acknowledged ? 'not ' : ''}null`) satisfies Condition] : []),
    ...(vendor ? [ofVendor(vendor)] : []),
  ];
}

/** @throws BAD_USER_INPUT where the text is no month */
export function monthCondition(column: string, name: string): Condition {
  const month = parseBillingMonth(name);
  if (!month) throw requestError('BAD_USER_INPUT', `${JSON.stringify(name.slice(0, 40))} is no billing period: it must be a month, such as "2026-05"`);
  return (alias, sql) => `${alias}.${column} = ${sql.param(isoDate(month.start))}::date`;
}

function atOrBelow(accountId: string): Condition {
  return (alias, sql) => `${alias}.customer_id in (select id from account where path @> array[${sql.param(accountId)}::uuid])`;
}

/** The customer comes first in every index of charges, so it is looked up before. */
function ofSubscription(subscriptionId: string): Condition {
  return (alias, sql) => {
    const id = sql.param(subscriptionId);
    return `${alias}.customer_id = (select customer_id from service_subscription where id = ${id}) and ${alias}.subscription_id = ${id}::uuid`;
  };
}

function inStatus(status: readonly string[]): Condition {
  return (alias, sql) => `${alias}.billing_month in (select month from billing_period where status = any (${sql.param(status)}::text[]))`;
}

function ofVendor(code: string): Condition {
  return (alias, sql) =>
    `${alias}.plan_id in (select p.id from plan p join product r on r.id = p.product_id join vendor v on v.id = r.vendor_id where v.code = ${sql.param(code)})`;
}
