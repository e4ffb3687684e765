import { formatUnitPrice, parseUnitPrice } from '@cloudtill/domain/money/unit-price';
import { isCurrency } from '@cloudtill/domain/money/currency';
import { isoDate, isTimeZone } from '@cloudtill/domain/calendar/local-date';
import { simulateCharges, type Simulation } from '@cloudtill/domain/billing/simulation';
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Int, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { equals, extendShape, isAnyOf, nested, readChanged, readPage, value, type Page } from '../platform/look-ahead.ts';
import { JobType, jobShape } from '../platform/job.type.ts';
import { refusalsOfJob, waitForJob } from '../platform/jobs.ts';
import { Money, toMoney } from '../platform/money.type.ts';
import { Needs } from '../platform/needs.ts';
import { orderOf, type OrderInput } from '../platform/order.type.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { DateOnly } from '../platform/scalars.ts';
import { transact } from '../platform/use-case.ts';
import { subscriptionShape, SubscriptionType } from '../subscriptions/subscription.type.ts';
import {
  BillingPeriodFilter,
  BillingPeriodOrderInput,
  BillingRunFilter,
  BillingRunOrderInput,
  ChargeFilter,
  ChargeInclude,
  ChargeOrderInput,
  CloseBillingPeriodInput,
  RunBillingInput,
  SimulateChargesInput,
} from './billing.inputs.ts';
import {
  BillingPeriodConnection,
  billingPeriodShape,
  BillingPeriodType,
  BillingRunConnection,
  billingRunShape,
  BillingRunType,
  ParkedSubscriptionConnection,
  PERIOD_ORDERS,
  RUN_ORDERS,
} from './billing-period.type.ts';
import { chargeConditions, monthCondition } from './charge-filter.ts';
import { readChargeTotals } from './charge-totals.ts';
import { CHARGE_ORDERS, ChargeConnection, chargeShape } from './charge.type.ts';
import { nextChargeOf } from './next-charge.ts';
import { ChargeTotal, SimulateChargesPayload, toSimulatedCharges } from './simulation.type.ts';
import { startBilling, startClosing } from './start-billing.ts';

const DEFAULT_ROUNDING = 'HALF_AWAY_FROM_ZERO';

/** Most closings take no longer than this; the answer then shows the closed period. */
const CLOSE_WAIT_MS = 8_000;

const job = { job: { type: () => JobType, description: 'The work behind it; follow it until it ends.' } };
const RunBillingPayload = payloadOf('RunBilling', {
  run: { type: () => BillingRunType, description: 'The run, also one that somebody else started.' },
  ...job,
});
const CloseBillingPeriodPayload = payloadOf('CloseBillingPeriod', {
  billingPeriod: { type: () => BillingPeriodType, description: 'The period as it is now.' },
  ...job,
});

@Resolver(() => BillingPeriodType)
export class BillingPeriodFields {
  @FieldResolver(() => ParkedSubscriptionConnection, { description: 'Subscriptions that could not be billed; empty for those who may not see billing.' })
  parked(
    @Root() period: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) _first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) _after: string | null,
    @Info() info: GraphQLResolveInfo,
  ): Page {
    return nested(period, info);
  }
}

@Resolver(() => SubscriptionType)
export class SubscriptionChargeFields {
  @FieldResolver(() => ChargeConnection, { description: 'Its charges on the edges that the viewer sees, the latest first.' })
  charges(
    @Root() of: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) _first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) _after: string | null,
    @Info() info: GraphQLResolveInfo,
  ): Page {
    return nested(of, info);
  }
}

// The row brings the subscription's key; what it will cost is computed for all rows of a page at once.
extendShape(subscriptionShape, { nextCharge: value('id', ([id]) => id) });

@ObjectType('NextCharge', { description: 'What a subscription will cost next.' })
class NextChargeType {
  @Field(() => String, { description: 'The month in which it will be billed, such as `2026-05`.' })
  billingPeriod!: string;

  @Field(() => DateOnly, { description: 'First day that it will cover.' })
  periodStart!: string;

  @Field(() => Money, { description: 'The amount, as things stand, on the edge that concerns the viewer: the one they sell on, else the one they buy on.' })
  net!: Money;
}

@Resolver(() => SubscriptionType)
export class NextChargeFields {
  @FieldResolver(() => NextChargeType, {
    nullable: true,
    description: 'What it will cost next, as things stand, in the first month that was not billed yet. Null where nothing is to come or no price is known.',
  })
  async nextCharge(@Root() { nextCharge: key }: { nextCharge: string }, @Ctx() context: RequestContext): Promise<NextChargeType | null> {
    const next = await nextChargeOf(key, context);
    return next && { billingPeriod: next.month.name, periodStart: isoDate(next.start), net: toMoney(next.netMinor, next.currency)! };
  }
}

@Resolver()
export class BillingResolver {
  @Needs('charges:read')
  @Query(() => ChargeConnection, { description: 'Charges on the edges that the viewer sees.' })
  async charges(
    @Arg('filter', () => ChargeFilter, { nullable: true, description: 'Which ones.' }) filter: ChargeFilter | null,
    @Arg('include', () => [ChargeInclude], { nullable: true, description: 'What to bring besides.' }) include: string[] | null,
    @Arg('orderBy', () => ChargeOrderInput, { nullable: true, description: 'In which order; the latest period first where left out.' })
    orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const order = orderOf(orderBy, CHARGE_ORDERS, { field: 'BILLING_PERIOD', direction: 'DESC' });
    return readPage(chargeShape, { first, after, order, where: chargeConditions(filter), include: new Set(include) }, context, info);
  }

  @Needs('charges:read')
  @Query(() => [ChargeTotal], { description: 'What charges add up to, one line a currency; amounts are never converted.' })
  async chargeTotals(
    @Arg('filter', () => ChargeFilter, { nullable: true, description: 'Which charges.' }) filter: ChargeFilter | null,
    @Ctx() context: RequestContext,
  ): Promise<ChargeTotal[]> {
    return readChargeTotals(filter, context);
  }

  @Needs('charges:read')
  @Query(() => BillingPeriodConnection, { description: 'Months that were opened for billing.' })
  async billingPeriods(
    @Arg('filter', () => BillingPeriodFilter, { nullable: true, description: 'Which ones.' }) filter: BillingPeriodFilter | null,
    @Arg('orderBy', () => BillingPeriodOrderInput, { nullable: true, description: 'In which order; the latest first where left out.' })
    orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const order = orderOf(orderBy, PERIOD_ORDERS, { field: 'NAME', direction: 'DESC' });
    return readPage(billingPeriodShape, { first, after, order, where: filter?.status ? [isAnyOf('status', filter.status, 'text')] : [] }, context, info);
  }

  @Needs('billing:read')
  @Query(() => BillingRunConnection, { description: 'Billing runs.' })
  async billingRuns(
    @Arg('filter', () => BillingRunFilter, { nullable: true, description: 'Which ones.' }) filter: BillingRunFilter | null,
    @Arg('orderBy', () => BillingRunOrderInput, { nullable: true, description: 'In which order; the latest first where left out.' }) orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const order = orderOf(orderBy, RUN_ORDERS, { field: 'CREATED_AT', direction: 'DESC' });
    return readPage(
      billingRunShape,
      { first, after, order, where: filter?.billingPeriod ? [monthCondition('month', filter.billingPeriod)] : [] },
      context,
      info,
    );
  }

  @Needs('billing:run')
  @Mutation(() => RunBillingPayload, { description: 'Bills a month. Run again it writes differences only; where a run is under way that one is the answer.' })
  async runBilling(
    @Arg('input', () => RunBillingInput, { description: 'Which month.' }) input: RunBillingInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const { billingPeriod, checkEverything, idempotencyKey } = input;
    const result = await transact(context, { operation: 'runBilling', idempotencyKey, input }, (unit) =>
      startBilling(unit, billingPeriod, checkEverything ?? false),
    );
    return toPayload(result, async ({ runId, jobId }) => ({
      run: await readChanged('run', billingRunShape, [equals('id', runId)], context, info),
      job: await readChanged('job', jobShape, [equals('id', jobId)], context, info),
    }));
  }

  @Needs('billing:close')
  @Mutation(() => CloseBillingPeriodPayload, { description: 'Closes a month: its charges are frozen, later changes make adjustments.' })
  async closeBillingPeriod(
    @Arg('input', () => CloseBillingPeriodInput, { description: 'Which month.' }) input: CloseBillingPeriodInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const result = await transact(context, { operation: 'closeBillingPeriod', idempotencyKey: input.idempotencyKey, input }, (unit) =>
      startClosing(unit, input.billingPeriod),
    );
    const payload = await toPayload(result, async ({ periodId, jobId }) => {
      await waitForJob(context.app, jobId, CLOSE_WAIT_MS);
      return {
        billingPeriod: await readChanged('billingPeriod', billingPeriodShape, [equals('id', periodId)], context, info),
        job: await readChanged('job', jobShape, [equals('id', jobId)], context, info),
      };
    });
    // What the job said is this mutation's refusal.
    return result.value ? { ...payload, userErrors: await refusalsOfJob(context.app, result.value.jobId) } : payload;
  }

  @Needs('catalog:read')
  @Query(() => SimulateChargesPayload, { description: 'What the rules would charge for a timeline that exists nowhere. Nothing is stored.' })
  simulateCharges(@Arg('input', () => SimulateChargesInput, { description: 'The timeline.' }) input: SimulateChargesInput): object {
    const read = readSimulation(input);
    if (Array.isArray(read)) return toSimulatedCharges({ allowed: false, refusals: read }, input.currency, input.rounding ?? DEFAULT_ROUNDING);
    return toSimulatedCharges(simulateCharges(read), input.currency, read.rounding);
  }
}

function readSimulation(input: SimulateChargesInput): Simulation | Refusal[] {
  const { billingPolicy: policy, currency, activatedAt, terminatedAt, changes, from, to } = input;
  const timeZone = input.timeZone ?? 'UTC';
  const cycle = input.cycle ?? 'CALENDAR';
  const dailyQuantity = input.dailyQuantity ?? 'CLOSING';
  const rounding = input.rounding ?? DEFAULT_ROUNDING;
  const refusals: Refusal[] = [];
  if (!isCurrency(currency)) refusals.push(refusal('CURRENCY_UNKNOWN', { value: currency.slice(0, 20) }, ['currency']));
  if (!isTimeZone(timeZone)) refusals.push(refusal('TIME_ZONE_UNKNOWN', { value: timeZone.slice(0, 60) }, ['timeZone']));
  if (policy !== 'PAYG' && cycle !== 'CALENDAR') {
    refusals.push(refusal('POLICY_OPTION_NOT_ALLOWED', { option: 'cycle', value: cycle, policy, allowed: 'CALENDAR' }, ['cycle']));
  }
  const unitPrice = parseUnitPrice(input.unitPrice, currency);
  if (!unitPrice) {
    const largest = formatUnitPrice({ micros: 99_999_999_999_999n, currency });
    refusals.push(
      refusal('NUMBER_INVALID', { field: 'unitPrice', value: input.unitPrice.slice(0, 40), expected: `from 0 to ${largest} with at most six decimals` }, [
        'unitPrice',
      ]),
    );
  }
  if (refusals.length > 0 || !unitPrice) return refusals;
  return { policy, cycle, dailyQuantity, rounding, unitPrice, timeZone, activatedAt, terminatedAt: terminatedAt ?? undefined, changes, from, to };
}
