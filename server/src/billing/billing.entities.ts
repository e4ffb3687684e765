import { CHARGE_KINDS } from '@cloudtill/domain/billing/segment';
import { RATE_MODES } from '@cloudtill/domain/catalog/price-list';
import { ROUNDINGS } from '@cloudtill/domain/money/rounding';
import { defineEntity, p } from '@mikro-orm/core';
import { day, instant } from '../platform/column-types.ts';

const BillingPeriodSchema = defineEntity({
  name: 'BillingPeriod',
  tableName: 'billing_period',
  properties: {
    id: p.uuid().primary(),
    /** First day of the month. */
    month: day(),
    status: p.enum(['OPEN', 'CLOSED'] as const),
    openedAt: instant(),
    ratedAt: instant().nullable(),
    closedAt: instant().nullable(),
    chargesNumbered: p.integer().default(0),
  },
});
/** A month that is billed together. @rule H2 */
export class BillingPeriod extends BillingPeriodSchema.class {}
BillingPeriodSchema.setClass(BillingPeriod);

export const RUN_MODES = ['FRESH', 'DIFFERENCES', 'CHECK'] as const;
export type RunMode = (typeof RUN_MODES)[number];
export const RUN_STATES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED'] as const;

const BillingRunSchema = defineEntity({
  name: 'BillingRun',
  tableName: 'billing_run',
  properties: {
    id: p.uuid().primary(),
    number: p.string(),
    month: day(),
    mode: p.enum(RUN_MODES),
    state: p.enum(RUN_STATES),
    jobId: p.uuid(),
    startedBy: p.string(),
    cursorCustomerId: p.uuid().nullable(),
    cursorSubscriptionId: p.uuid().nullable(),
    subscriptionsTotal: p.bigint('number').nullable(),
    subscriptionsDone: p.bigint('number').default(0),
    chargesWritten: p.bigint('number').default(0),
    chargesChanged: p.bigint('number').default(0),
    chargesWithdrawn: p.bigint('number').default(0),
    parked: p.bigint('number').default(0),
    createdAt: instant(),
    startedAt: instant().nullable(),
    finishedAt: instant().nullable(),
    fault: p.string().nullable(),
  },
});
/** One pass over a period's subscriptions; can be stopped and resumed anywhere. @rule H3 */
export class BillingRun extends BillingRunSchema.class {}
BillingRunSchema.setClass(BillingRun);

const ChargeSchema = defineEntity({
  name: 'Charge',
  tableName: 'charge',
  properties: {
    customerId: p.uuid().primary(),
    billingMonth: day().primary(),
    /** Counts within the period. */
    id: p.integer().primary(),
    subscriptionId: p.uuid(),
    planId: p.uuid(),
    tier: p.smallint(),
    sellerId: p.uuid(),
    buyerId: p.uuid(),
    kind: p.enum(CHARGE_KINDS).nativeEnumName('charge_kind'),
    periodStart: day(),
    /** First day the charge does not cover. */
    periodEnd: day(),
    periodDays: p.smallint(),
    /** from, to, quantity; from, to, quantity; … with days since 1970-01-01. */
    segments: p.array((cell) => Number(cell)).columnType('int[]'),
    unitPriceMicros: p.bigint('bigint'),
    listPriceMicros: p.bigint('bigint'),
    costPriceMicros: p.bigint('bigint'),
    rateMode: p.enum(RATE_MODES).nativeEnumName('rate_mode').nullable(),
    ratePercent: p.bigint('bigint').nullable(),
    priceListId: p.uuid().nullable(),
    netMinor: p.bigint('bigint'),
    costMinor: p.bigint('bigint'),
    currency: p.string().length(3),
    rounding: p.enum(ROUNDINGS).nativeEnumName('rounding'),
    adjustsMonth: day().nullable(),
    alreadyNetMinor: p.bigint('bigint').nullable(),
    alreadyCostMinor: p.bigint('bigint').nullable(),
    approvalCode: p.string().nullable(),
    creditRate: p.integer().nullable(),
    creditMinor: p.bigint('bigint').nullable(),
    revision: p.integer().default(1),
    createdAt: instant(),
    updatedAt: instant(),
    acknowledgedAt: instant().nullable(),
  },
});
/** An amount owed for a run of days on one edge. A mistake in a closed period is answered by an adjustment. @rule H1 */
export class Charge extends ChargeSchema.class {}
ChargeSchema.setClass(Charge);
