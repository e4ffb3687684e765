import { explain } from '@cloudtill/domain/billing/explanation';
import { uniformQuantity, type ChargeKind } from '@cloudtill/domain/billing/segment';
import { sees } from '@cloudtill/domain/accounts/hierarchy';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import type { Decision } from '@cloudtill/domain/refusal';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, ID, Info, InputType, Int, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import { AccountType, counterparty } from '../accounts/account.type.ts';
import { signedIn, type RequestContext } from '../platform/context.ts';
import { enumOf } from '../platform/enum.ts';
import { equals, readOne, type Row } from '../platform/look-ahead.ts';
import { Money, toMoney } from '../platform/money.type.ts';
import { Needs } from '../platform/needs.ts';
import { DateOnly, DateTime } from '../platform/scalars.ts';
import { ask, type Unit } from '../platform/use-case.ts';
import { toUserErrors, UserError } from '../platform/user-error.type.ts';
import { scopeOf } from '../platform/viewer.ts';
import { ChargeKindEnum, ChargeSegmentType, toSegments } from './charge.type.ts';
import { previewPlanSwitch, previewQuantityChange, previewTermination, WARNINGS, type EdgePreview, type MonthPreview, type Preview } from './preview.ts';

const PreviewWarningCode = enumOf(WARNINGS);
registerEnumType(PreviewWarningCode, {
  name: 'PreviewWarningCode',
  description: 'What somebody should know before confirming.',
  valuesConfig: {
    IRREVERSIBLE: { description: 'It cannot be taken back.' },
    NOT_REDUCIBLE: { description: 'The new number of licenses cannot go down before the term ends.' },
    LEAVES_BAND: { description: 'The number of licenses is outside the plan’s range; the change will be refused on this plan.' },
    NO_REFUND: { description: 'What is paid is not refunded.' },
    ADJUSTS_CLOSED_PERIOD: { description: 'It reaches into a closed period, so the difference comes as an adjustment.' },
    PRICE_MISSING: { description: 'There is no price to compute with.' },
  },
});

@InputType({ description: 'Another number of licenses, to see what it would cost.' })
class PreviewQuantityChangeInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => Int, { description: 'The new number of licenses.' })
  quantity!: number;

  @Field(() => DateTime, { nullable: true, description: 'From when; now where left out.' })
  effectiveAt?: number | null;
}

@InputType({ description: 'Another plan, to see what it would cost.' })
class PreviewPlanSwitchInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => ID, { description: 'The new plan.' })
  planId!: string;

  @Field(() => Int, { nullable: true, description: 'The number of licenses on it; as many as are held where left out.' })
  quantity?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'From when; now where left out.' })
  effectiveAt?: number | null;
}

@InputType({ description: 'The end of a subscription, to see what it would do.' })
class PreviewTerminationInput {
  @Field(() => ID, { description: 'Which subscription.' })
  subscriptionId!: string;

  @Field(() => DateTime, { nullable: true, description: 'When; now where left out.' })
  effectiveAt?: number | null;
}

@ObjectType({ description: 'Something to know before confirming.' })
class PreviewWarning {
  @Field(() => PreviewWarningCode, { description: 'Stable; decide by this.' })
  code!: string;

  @Field(() => String, { description: 'The same as an English sentence.' })
  message!: string;
}

@ObjectType('PreviewedCharge', { description: 'A charge as it would stand after the change.' })
class PreviewedChargeType {
  @Field(() => ChargeKindEnum, { description: 'Why it would be owed.' })
  kind!: ChargeKind;

  @Field(() => String, { description: 'SKU of the plan.' })
  sku!: string;

  @Field(() => DateOnly, { description: 'First day that it covers.' })
  periodStart!: string;

  @Field(() => DateOnly, { description: 'First day that it does not cover.' })
  periodEnd!: string;

  @Field(() => Int, { nullable: true, description: 'Licenses, where they are the same on all days.' })
  quantity!: number | null;

  @Field(() => Money, { description: 'The amount.' })
  net!: Money;

  @Field(() => [ChargeSegmentType], { description: 'The days and quantities that it is made of.' })
  segments!: ChargeSegmentType[];

  @Field(() => String, { description: 'How it was computed.' })
  explanation!: string;
}

@ObjectType('EdgePreview', { description: 'One seller–buyer edge of one month, before and after.' })
class EdgePreviewType {
  edge!: EdgePreview;

  @Field(() => Money, { description: 'What would be owed without the change.' })
  before!: Money;

  @Field(() => Money, { description: 'What will be owed with it.' })
  after!: Money;

  @Field(() => Money, { description: 'After less before.' })
  difference!: Money;

  @Field(() => [PreviewedChargeType], { description: 'The charges after the change.' })
  charges!: PreviewedChargeType[];
}

@ObjectType('PeriodPreview', { description: 'One month, before and after a change.' })
class PeriodPreview {
  @Field(() => String, { description: 'The month, such as `2026-05`.' })
  billingPeriod!: string;

  @Field(() => [EdgePreviewType], {
    description: 'The edges that the viewer sees, the provider’s first. Empty where nothing is charged that month, before or after.',
  })
  edges!: EdgePreviewType[];
}

@ObjectType({ description: 'What a change would do.' })
class ChangePreview {
  @Field(() => PeriodPreview, { description: 'The month in which the change takes effect.' })
  thisPeriod!: PeriodPreview;

  @Field(() => PeriodPreview, { description: 'The month after.' })
  nextPeriod!: PeriodPreview;

  @Field(() => [PreviewWarning], { description: 'What to know before confirming.' })
  warnings!: readonly PreviewWarning[];
}

@ObjectType({ description: 'What a preview answers.' })
class ChangePreviewPayload {
  @Field(() => ChangePreview, { nullable: true, description: 'What the change would do; null where that cannot be said.' })
  preview!: ChangePreview | null;

  @Field(() => [UserError], { description: 'Why the change would be refused.' })
  userErrors!: UserError[];
}

@Resolver(() => EdgePreviewType)
export class EdgePreviewFields {
  @FieldResolver(() => AccountType, { description: 'Who sells.' })
  seller(@Root() { edge }: EdgePreviewType, @Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return readParty(edge.sellerId, context, info);
  }

  @FieldResolver(() => AccountType, { description: 'Who buys.' })
  buyer(@Root() { edge }: EdgePreviewType, @Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return readParty(edge.buyerId, context, info);
  }
}

function readParty(id: string, context: RequestContext, info: GraphQLResolveInfo): Promise<Row | null> {
  return readOne(counterparty({ seesAll: scopeOf(signedIn(context)) === 'all' }), [equals('id', id)], context, info);
}

@Resolver()
export class PreviewResolver {
  @Needs('subscriptions:read')
  @Query(() => ChangePreviewPayload, { description: 'What another number of licenses would cost, by the rules of the billing run.' })
  async previewQuantityChange(
    @Arg('input', () => PreviewQuantityChangeInput, { description: 'The change.' }) input: PreviewQuantityChangeInput,
    @Ctx() context: RequestContext,
  ): Promise<ChangePreviewPayload> {
    return preview(context, (unit) => previewQuantityChange(unit, input));
  }

  @Needs('subscriptions:read')
  @Query(() => ChangePreviewPayload, { description: 'What another plan would cost, by the rules of the billing run.' })
  async previewPlanSwitch(
    @Arg('input', () => PreviewPlanSwitchInput, { description: 'The change.' }) input: PreviewPlanSwitchInput,
    @Ctx() context: RequestContext,
  ): Promise<ChangePreviewPayload> {
    return preview(context, (unit) => previewPlanSwitch(unit, input));
  }

  @Needs('subscriptions:read')
  @Query(() => ChangePreviewPayload, { description: 'What ending a subscription would do, by the rules of the billing run.' })
  async previewTermination(
    @Arg('input', () => PreviewTerminationInput, { description: 'The end.' }) input: PreviewTerminationInput,
    @Ctx() context: RequestContext,
  ): Promise<ChangePreviewPayload> {
    return preview(context, (unit) => previewTermination(unit, input));
  }
}

async function preview(context: RequestContext, work: (unit: Unit) => Promise<Decision<Preview>>): Promise<ChangePreviewPayload> {
  const decision = await ask(context, work);
  if (!decision.allowed) return { preview: null, userErrors: toUserErrors(decision.refusals) };
  const { thisPeriod, nextPeriod, warnings, refusals } = decision.value;
  const visible = await visibleBuyers(context, [thisPeriod, nextPeriod]);
  const toPeriod = ({ month, edges }: MonthPreview): PeriodPreview => ({
    billingPeriod: month.name,
    edges: edges.filter(({ buyerId }) => visible.has(buyerId)).map((edge) => toEdge(edge, context)),
  });
  return { preview: { thisPeriod: toPeriod(thisPeriod), nextPeriod: toPeriod(nextPeriod), warnings }, userErrors: toUserErrors(refusals) };
}

/** A viewer sees what accounts at and below their own owe, in a preview as in the list of charges. @rule A3 P6 */
async function visibleBuyers({ app, viewer }: RequestContext, months: readonly MonthPreview[]): Promise<Set<string>> {
  const ids = [...new Set(months.flatMap(({ edges }) => edges.map(({ buyerId }) => buyerId)))];
  const { rows } = await app.database.system.query<{ id: string; path: string[] }>('select id, path from account where id = any ($1)', [ids]);
  return new Set(rows.filter(({ path }) => sees(viewer!.account.id, path)).map(({ id }) => id));
}

function toEdge(edge: EdgePreview, { app }: RequestContext): EdgePreviewType {
  const { currency, beforeMinor, afterMinor, charges } = edge;
  const { rounding } = app.config;
  return {
    edge,
    before: toMoney(beforeMinor, currency)!,
    after: toMoney(afterMinor, currency)!,
    difference: toMoney(afterMinor - beforeMinor, currency)!,
    charges: charges.map(({ item: { kind, plan, start, end, segments, periodDays }, price: { unitPrice }, netMinor }) => ({
      kind,
      sku: plan.sku,
      periodStart: isoDate(start),
      periodEnd: isoDate(end),
      quantity: uniformQuantity(segments) ?? null,
      net: toMoney(netMinor, currency)!,
      segments: toSegments(segments, periodDays, formatUnitPrice(unitPrice), unitPrice.currency),
      explanation: explain({ kind, policy: plan.policy, segments, periodDays, unitPrice, rounding, netMinor }),
    })),
  };
}
