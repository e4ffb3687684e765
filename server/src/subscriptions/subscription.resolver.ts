import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, ID, Info, Int, Mutation, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { enumOf } from '../platform/enum.ts';
import { decodeId } from '../platform/ids.ts';
import { equals, isAnyOf, nested, readChanged, readOne, readPage, type Condition, type Page, type Row } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { orderOf, type OrderInput } from '../platform/order.type.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { DateTime } from '../platform/scalars.ts';
import { likePattern } from '../platform/text.ts';
import { transact, type Result, type Unit } from '../platform/use-case.ts';
import { toUserErrors } from '../platform/user-error.type.ts';
import type { Decision } from '@cloudtill/domain/refusal';
import {
  carryOut,
  proposePlanSwitch,
  proposeQuantityChange,
  proposeRenewal,
  proposeStanding,
  proposeTermination,
  setApprovalCode,
  type Changed,
} from './change-subscription.ts';
import { reveal, type SealedCode } from './reveal.ts';
import { awaitVendor } from './vendor-answer.ts';
import { createSubscription } from './create-subscription.ts';
import {
  ChangeSubscriptionQuantityInput,
  CreateSubscriptionInput,
  ResumeSubscriptionInput,
  SetApprovalCodeInput,
  SetSubscriptionRenewalInput,
  SubscriptionFilter,
  SuspendSubscriptionInput,
  SubscriptionOrderInput,
  SwitchSubscriptionPlanInput,
  TerminateSubscriptionInput,
} from './subscription.inputs.ts';
import {
  ChangeKindEnum,
  QuantityChangeConnection,
  QuantitySpan,
  SUBSCRIPTION_ORDERS,
  SubscriptionConnection,
  subscriptionShape,
  SubscriptionType,
} from './subscription.type.ts';

const OperationState = enumOf(['PENDING', 'SUCCEEDED', 'FAILED', 'UNKNOWN']);
registerEnumType(OperationState, {
  name: 'OperationState',
  description: 'How far an operation on a subscription is.',
  valuesConfig: {
    PENDING: { description: 'The vendor was asked and has not answered.' },
    SUCCEEDED: { description: 'Done.' },
    FAILED: { description: 'Not done, and nothing changed.' },
    UNKNOWN: { description: 'It may have been done; the vendor’s state is being read.' },
  },
});

@ObjectType({ description: 'One thing that was done to a subscription. It names the lines that it wrote into the history.' })
class SubscriptionOperation {
  @Field(() => ID, { description: 'Names the operation.' })
  id!: string;

  @Field(() => ChangeKindEnum, { description: 'What was done.' })
  kind!: string;

  @Field(() => OperationState, { description: 'How far it is.' })
  state!: string;

  @Field(() => DateTime, { description: 'The instant from which it holds.' })
  effectiveAt!: string;
}

const changed = {
  subscription: { type: () => SubscriptionType, description: 'The subscription as it is now.' },
  operation: { type: () => SubscriptionOperation, description: 'What was done.' },
};
const CreateSubscriptionPayload = payloadOf('CreateSubscription', changed);
const ChangeSubscriptionQuantityPayload = payloadOf('ChangeSubscriptionQuantity', changed);
const SwitchSubscriptionPlanPayload = payloadOf('SwitchSubscriptionPlan', changed);
const TerminateSubscriptionPayload = payloadOf('TerminateSubscription', changed);
const SetSubscriptionRenewalPayload = payloadOf('SetSubscriptionRenewal', changed);
const SuspendSubscriptionPayload = payloadOf('SuspendSubscription', changed);
const ResumeSubscriptionPayload = payloadOf('ResumeSubscription', changed);
const SetApprovalCodePayload = payloadOf('SetApprovalCode', changed);

@Resolver(() => SubscriptionType)
export class SubscriptionFields {
  @FieldResolver(() => QuantityChangeConnection, { description: 'The history: every change, who made it, and from when it holds. The latest recorded first.' })
  changes(
    @Root() of: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) _first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) _after: string | null,
    @Info() info: GraphQLResolveInfo,
  ): Page {
    return nested(of, info);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'What devices are activated with; null where there is none, and for those who may not see it. Each look is noted in the audit trail.',
  })
  activationCode(@Root() { activationCode }: { activationCode: SealedCode }, @Ctx() context: RequestContext): Promise<string | null> {
    return reveal(activationCode, context);
  }

  @FieldResolver(() => [QuantitySpan], { description: 'The history by day, as it is billed. The latest first.' })
  timeline(
    @Root() of: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'At most so many, 1 to 100.' }) _first: number | null,
    @Info() info: GraphQLResolveInfo,
  ): object[] {
    return nested(of, info);
  }
}

@Resolver()
export class SubscriptionResolver {
  @Needs('subscriptions:read')
  @Query(() => SubscriptionType, { nullable: true, description: 'One subscription by id or number; null where there is none that the viewer may see.' })
  async subscription(
    @Arg('id', () => ID, { nullable: true, description: 'Its id.' }) id: string | null,
    @Arg('number', () => String, { nullable: true, description: 'Its number.' }) number: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    const where = [...(id ? [equals('id', decodeId('sub', id))] : []), ...(number ? [equals('number', number)] : [])];
    return where.length > 0 ? readOne(subscriptionShape, where, context, info) : null;
  }

  @Needs('subscriptions:read')
  @Query(() => SubscriptionConnection, { description: 'Subscriptions of accounts at and below the viewer’s own.' })
  async subscriptions(
    @Arg('filter', () => SubscriptionFilter, { nullable: true, description: 'Which ones.' }) filter: SubscriptionFilter | null,
    @Arg('orderBy', () => SubscriptionOrderInput, { nullable: true, description: 'In which order; the newest first where left out.' })
    orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const order = orderOf(orderBy, SUBSCRIPTION_ORDERS, { field: 'CREATED_AT', direction: 'DESC' });
    return readPage(subscriptionShape, { first, after, order, where: conditions(filter) }, context, info);
  }

  @Needs('subscriptions:create')
  @Mutation(() => CreateSubscriptionPayload, { description: 'Begins a subscription without an order.' })
  async createSubscription(
    @Arg('input', () => CreateSubscriptionInput, { description: 'The new subscription.' }) input: CreateSubscriptionInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#change('createSubscription', input, (unit) => createSubscription(unit, input), context, info);
  }

  @Needs('subscriptions:change')
  @Mutation(() => ChangeSubscriptionQuantityPayload, { description: 'Changes the number of licenses. The activation code stays.' })
  async changeSubscriptionQuantity(
    @Arg('input', () => ChangeSubscriptionQuantityInput, { description: 'How many, from when.' }) input: ChangeSubscriptionQuantityInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#change(
      'changeSubscriptionQuantity',
      input,
      async (unit) => carryOut(unit, 'changeSubscriptionQuantity', await proposeQuantityChange(unit, input)),
      context,
      info,
    );
  }

  @Needs('subscriptions:change')
  @Mutation(() => SwitchSubscriptionPlanPayload, { description: 'Moves a subscription to another plan of its product.' })
  async switchSubscriptionPlan(
    @Arg('input', () => SwitchSubscriptionPlanInput, { description: 'Which plan, from when.' }) input: SwitchSubscriptionPlanInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#change(
      'switchSubscriptionPlan',
      input,
      async (unit) => carryOut(unit, 'switchSubscriptionPlan', await proposePlanSwitch(unit, input)),
      context,
      info,
    );
  }

  @Needs('subscriptions:change')
  @Mutation(() => TerminateSubscriptionPayload, { description: 'Ends a subscription for good.' })
  async terminateSubscription(
    @Arg('input', () => TerminateSubscriptionInput, { description: 'Which one, confirmed.' }) input: TerminateSubscriptionInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#change(
      'terminateSubscription',
      input,
      async (unit) => carryOut(unit, 'terminateSubscription', await proposeTermination(unit, input)),
      context,
      info,
    );
  }

  @Needs('subscriptions:change')
  @Mutation(() => SetSubscriptionRenewalPayload, { description: 'Sets what happens when the running term ends.' })
  async setSubscriptionRenewal(
    @Arg('input', () => SetSubscriptionRenewalInput, { description: 'Whether another term follows, with how many licenses.' })
    input: SetSubscriptionRenewalInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#change(
      'setSubscriptionRenewal',
      input,
      async (unit) => carryOut(unit, 'setSubscriptionRenewal', await proposeRenewal(unit, input)),
      context,
      info,
    );
  }

  @Needs('subscriptions:change')
  @Mutation(() => SuspendSubscriptionPayload, { description: 'Pauses a subscription at its vendor, where the vendor has that. It is charged all the same.' })
  async suspendSubscription(
    @Arg('input', () => SuspendSubscriptionInput, { description: 'Which one.' }) input: SuspendSubscriptionInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const work = async (unit: Unit): Promise<Decision<Changed>> => carryOut(unit, 'suspendSubscription', await proposeStanding(unit, input, 'SUSPEND'));
    return this.#change('suspendSubscription', input, work, context, info);
  }

  @Needs('subscriptions:change')
  @Mutation(() => ResumeSubscriptionPayload, { description: 'Lets a paused subscription run again. One that was terminated never does.' })
  async resumeSubscription(
    @Arg('input', () => ResumeSubscriptionInput, { description: 'Which one.' }) input: ResumeSubscriptionInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const work = async (unit: Unit): Promise<Decision<Changed>> => carryOut(unit, 'resumeSubscription', await proposeStanding(unit, input, 'RESUME'));
    return this.#change('resumeSubscription', input, work, context, info);
  }

  @Needs('approvals:write')
  @Mutation(() => SetApprovalCodePayload, { description: 'Sets the vendor’s approval code, for the provider’s staff. It changes nothing of what is charged.' })
  async setApprovalCode(
    @Arg('input', () => SetApprovalCodeInput, { description: 'Which subscription, which code.' }) input: SetApprovalCodeInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#change('setApprovalCode', input, (unit) => setApprovalCode(unit, input), context, info);
  }

  async #change(
    operation: string,
    input: { idempotencyKey: string },
    work: (unit: Unit) => Promise<Decision<Changed>>,
    context: RequestContext,
    info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const result: Result<Changed> = await transact(context, { operation, idempotencyKey: input.idempotencyKey, input }, work);
    const vendor = result.value?.vendorOperationId ? await awaitVendor(context.app, result.value.vendorOperationId) : undefined;
    const payload = await toPayload(result, async (done) => ({
      subscription: await readChanged('subscription', subscriptionShape, [equals('id', done.subscriptionId)], context, info),
      operation: { ...done.operation, state: vendor?.state ?? 'SUCCEEDED' },
    }));
    return vendor && vendor.refusals.length > 0 ? { ...payload, userErrors: toUserErrors(vendor.refusals) } : payload;
  }
}

function conditions(filter: SubscriptionFilter | null): Condition[] {
  const { accountId, status, billingPolicy, productId, planId, vendor, text } = filter ?? {};
  return [
    ...(accountId ? [atOrBelow(decodeId('acc', accountId))] : []),
    ...(status ? [isAnyOf('status', status, 'text')] : []),
    ...(billingPolicy
      ? [((alias, sql) => `${alias}.plan_id in (select id from plan where billing_policy = any (${sql.param(billingPolicy)}::text[]))`) satisfies Condition]
      : []),
    ...(productId ? [equals('product_id', decodeId('prd', productId))] : []),
    ...(planId ? [equals('plan_id', decodeId('pln', planId))] : []),
    ...(vendor
      ? [
          ((alias, sql) =>
            `${alias}.product_id in (select p.id from product p join vendor v on v.id = p.vendor_id where v.code = ${sql.param(vendor)})`) satisfies Condition,
        ]
      : []),
    ...(text ? [containsText(text)] : []),
  ];
}

function atOrBelow(accountId: string): Condition {
  return (alias, sql) => `exists (select 1 from account holder where holder.id = ${alias}.customer_id and holder.path @> array[${sql.param(accountId)}::uuid])`;
}

/** Two questions with an index each, rather than one that has none. */
function containsText(text: string): Condition {
  return (alias, sql) => {
    const pattern = sql.param(likePattern(text));
    return `(${alias}.number ilike ${pattern} or ${alias}.customer_id in (select id from account where (name || ' ' || number || ' ' || coalesce(email, '')) ilike ${pattern}))`;
  };
}
