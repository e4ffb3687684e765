import { exactAmount, explain, explainPrice, formulaOf, ruleOf, type ExplainedCharge } from '@cloudtill/domain/billing/explanation';
import { CHARGE_KINDS, licenseDays, uniformQuantity, type ChargeKind, type Segment } from '@cloudtill/domain/billing/segment';
import type { BillingPolicy } from '@cloudtill/domain/catalog/billing-policy';
import type { RateMode } from '@cloudtill/domain/catalog/price-list';
import { isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { formatPercent } from '@cloudtill/domain/money/percent';
import { ROUNDINGS, type Rounding } from '@cloudtill/domain/money/rounding';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { AccountType, counterparty } from '../accounts/account.type.ts';
import { PlanType, planShape } from '../catalog/catalog.type.ts';
import { PriceListRateType } from '../catalog/price-list.type.ts';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeChargeId } from '../platform/ids.ts';
import { computed, dayOf, extendShape, instantOf, one, text, value, type Cell, type Order, type Shape, type Sql } from '../platform/look-ahead.ts';
import { Money, toMoney, toUnitPrice } from '../platform/money.type.ts';
import { CurrencyCode, DateOnly, DateTime, Decimal } from '../platform/scalars.ts';
import { may, type Viewer } from '../platform/viewer.ts';
import { subscriptionShape, SubscriptionType } from '../subscriptions/subscription.type.ts';
import { billingPeriodShape, BillingPeriodType } from './billing-period.type.ts';

export const ChargeKindEnum = enumOf(CHARGE_KINDS);
registerEnumType(ChargeKindEnum, {
  name: 'ChargeKind',
  description: 'Why an amount is owed.',
  valuesConfig: {
    RECURRING: { description: 'For a period or a term of a subscription.' },
    PRORATION: { description: 'For an increase inside a prepaid term.' },
    ONE_TIME: { description: 'Once.' },
    USAGE: { description: 'For what was used.' },
    ADJUSTMENT: { description: 'The difference to what a closed period holds.' },
  },
});

export const ChargeStatusEnum = enumOf(['OPEN', 'CLOSED']);
registerEnumType(ChargeStatusEnum, {
  name: 'ChargeStatus',
  description: 'Whether a charge can still change.',
  valuesConfig: { OPEN: { description: 'Its period is open; it may be rated again.' }, CLOSED: { description: 'Frozen with its period.' } },
});

export const RoundingEnum = enumOf(ROUNDINGS);
registerEnumType(RoundingEnum, {
  name: 'Rounding',
  description: 'What happens to an amount exactly between two minor units.',
  valuesConfig: { HALF_AWAY_FROM_ZERO: { description: 'It goes to the larger one, away from zero.' }, HALF_EVEN: { description: 'It goes to the even one.' } },
});

@ObjectType('ChargeSegment', { description: 'A run of days with one quantity, inside one charge.' })
export class ChargeSegmentType {
  @Field(() => DateOnly, { description: 'First day.' })
  from!: string;

  @Field(() => DateOnly, { description: 'First day that does not belong to it.' })
  to!: string;

  @Field(() => Int, { description: 'Licenses on each of these days.' })
  quantity!: number;

  @Field(() => Int, { description: 'How many days.' })
  days!: number;

  @Field(() => Int, { description: 'Days of the period that the unit price is for.' })
  periodDays!: number;

  @Field(() => Decimal, { description: 'Price of one license for that period, six decimals.' })
  unitPrice!: string;

  @Field(() => CurrencyCode, { description: 'In which currency.' })
  currency!: string;
}

@ObjectType('ChargeExplanation', { description: 'Every input that the amount is made of, so that anyone can recompute it.' })
export class ChargeExplanationType {
  @Field(() => String, { description: 'All of it as an English text.' })
  text!: string;

  @Field(() => String, { description: 'The rule that made the charge, by its id in the rules.' })
  rule!: string;

  @Field(() => String, { description: 'The sum, such as `(25 × 10 + 20 × 21) ÷ 31 × 1.000000 = 21.612903… → 21.61 EUR`.' })
  formula!: string;

  @Field(() => Decimal, { description: 'Σ quantity × days.' })
  licenseDays!: string;

  @Field(() => Int, { description: 'Days of the period that the unit price is for.' })
  periodDays!: number;

  @Field(() => String, { description: 'The amount before rounding, `…` where it goes on.' })
  exactAmount!: string;

  @Field(() => CurrencyCode, { description: 'In which currency.' })
  currency!: string;

  @Field(() => RoundingEnum, { description: 'How it was rounded, once.' })
  rounding!: Rounding;

  @Field(() => String, {
    nullable: true,
    description: 'How the price list made the unit price; null for those who may not know, since a markup tells the seller’s cost.',
  })
  price!: string | null;

  @Field(() => String, { nullable: true, description: 'For an adjustment: the closed billing period that it corrects, such as `2026-04`.' })
  adjusts!: string | null;

  @Field(() => Money, { nullable: true, description: 'For an adjustment: what was charged already.' })
  alreadyCharged!: Money | null;
}

@ObjectType({ description: 'Microsoft’s discount on Azure, carried for the ERP.' })
export class PartnerEarnedCredit {
  @Field(() => Decimal, { description: 'Percent, such as `"15"`.' })
  rate!: string;

  @Field(() => Money, { description: 'How much.' })
  amount!: Money;
}

@ObjectType('Charge', { implements: Node, description: 'An amount owed for a service period on one seller–buyer edge.' })
export class ChargeType extends Node {
  @Field(() => String, { description: 'The number that people use.' })
  number!: string;

  @Field(() => ChargeKindEnum, { description: 'Why it is owed.' })
  kind!: ChargeKind;

  @Field(() => ChargeStatusEnum, { description: 'Whether it can still change.' })
  status!: string;

  @Field(() => SubscriptionType, { nullable: true, description: 'For which subscription.' })
  subscription!: object | null;

  @Field(() => AccountType, { description: 'Who is owed it.' })
  seller!: object;

  @Field(() => AccountType, { description: 'Who owes it.' })
  buyer!: object;

  @Field(() => AccountType, { description: 'Who uses the service.' })
  customer!: object;

  @Field(() => PlanType, { nullable: true, description: 'By which plan.' })
  plan!: object | null;

  @Field(() => DateOnly, { description: 'First day that it covers.' })
  periodStart!: string;

  @Field(() => DateOnly, { description: 'First day that it does not cover.' })
  periodEnd!: string;

  @Field(() => BillingPeriodType, { description: 'The month that it is billed in.' })
  billingPeriod!: object;

  @Field(() => Decimal, { nullable: true, description: 'Licenses, where they were the same on all days; the segments tell the rest.' })
  quantity!: string | null;

  @Field(() => Decimal, { nullable: true, description: 'Price of one license for one period on this edge, six decimals.' })
  unitPrice!: string | null;

  @Field(() => Decimal, { nullable: true, description: 'List price of one license for one period, six decimals.' })
  listPrice!: string | null;

  @Field(() => PriceListRateType, {
    nullable: true,
    description: 'The rate of the price list that made the unit price; null where none did. A markup is shown to its seller and the provider only.',
  })
  priceListRate!: object | null;

  @Field(() => CurrencyCode, { description: 'In which currency all amounts and prices are.' })
  currency!: string;

  @Field(() => Money, { description: 'The amount.' })
  net!: Money;

  @Field(() => Money, { nullable: true, description: 'What the seller pays for the same; null for everyone but the seller’s staff with sight of costs.' })
  cost!: Money | null;

  @Field(() => Money, { nullable: true, description: 'Net less cost; null where cost is.' })
  margin!: Money | null;

  @Field(() => [ChargeSegmentType], { description: 'The days and quantities that it is made of.' })
  segments!: object[];

  @Field(() => ChargeExplanationType, { description: 'How it was computed.' })
  explanation!: object;

  @Field(() => String, { nullable: true, description: 'The vendor’s approval code; null unless the viewer is the provider’s and `include` has APPROVAL_CODE.' })
  approvalCode!: string | null;

  @Field(() => PartnerEarnedCredit, {
    nullable: true,
    description: 'Null unless the viewer is the provider’s, `include` has PARTNER_EARNED_CREDIT, and there is one.',
  })
  partnerEarnedCredit!: object | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: string;

  @Field(() => DateTime, { description: 'When it was changed last.' })
  updatedAt!: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When an ERP took it over; null while none has. A charge that changes after that is to be taken over again.',
  })
  acknowledgedAt!: string | null;
}

export const ChargeConnection = connectionOf(ChargeType, 'Charge', 'charges');

/** `{18748,18758,25,…}` as PostgreSQL prints the triples of a charge. */
export function readSegments(cell: Cell): Segment[] {
  const numbers = String(cell).slice(1, -1).split(',');
  const segments: Segment[] = [];
  for (let index = 0; index + 2 < numbers.length; index += 3) {
    segments.push({ from: Number(numbers[index]) as LocalDate, to: Number(numbers[index + 1]) as LocalDate, quantity: Number(numbers[index + 2]) });
  }
  return segments;
}

export function toSegments(segments: readonly Segment[], periodDays: number, unitPrice: string, currency: string): ChargeSegmentType[] {
  return segments.map(({ from, to, quantity }) => ({ from: isoDate(from), to: isoDate(to), quantity, days: to - from, periodDays, unitPrice, currency }));
}

export function chargeNumber(month: string, id: string): string {
  return `CHG-${month.slice(0, 7)}-${id.padStart(6, '0')}`;
}

const big = (cell: Cell | undefined): bigint => BigInt(String(cell));

/** Whether the viewer is the seller of the edge, with sight of costs. @rule P6 "visible to the seller of the edge only" */
export const ifSeller = (alias: string, sql: Sql, column: string): string =>
  may(sql.viewer, 'costs:read') ? `case when ${alias}.seller_id = ${sql.viewerAccount()} then ${alias}.${column} end` : `null::bigint`;

/** A markup tells the seller's cost, so a buyer may not see it; the provider sees all. */
export const ifRateMayBeSeen = (alias: string, sql: Sql, expression: string): string =>
  sql.seesAll
    ? expression
    : `case when ${alias}.rate_mode = 'DISCOUNT' or (${alias}.seller_id = ${sql.viewerAccount()} and ${may(sql.viewer, 'costs:read')}) then ${expression} end`;

/** What a markup was put on is the seller's cost in so many words: for sight of costs even within the provider. @rule P6 */
function ifPriceMayBeExplained(alias: string, sql: Sql): string {
  const seen = ifRateMayBeSeen(alias, sql, 'true');
  return may(sql.viewer, 'costs:read') ? seen : `case when ${alias}.rate_mode is distinct from 'MARKUP' then ${seen} end`;
}

const EXPLAINED = [
  'kind',
  'period_days',
  'segments',
  'unit_price_micros',
  'list_price_micros',
  'cost_price_micros',
  'net_minor',
  'currency',
  'rounding',
  'adjusts_month',
  'already_net_minor',
];

function toExplanation(cells: readonly Cell[]): object {
  const [kind, periodDays, segmentCells, unit, list, cost, net, currencyCell, rounding, adjusts, already, policy, priceSeen, mode, percent] = cells;
  const currency = String(currencyCell);
  const segments = readSegments(segmentCells!);
  const unitPrice = { micros: big(unit), currency };
  const charge: ExplainedCharge = {
    kind: kind as ChargeKind,
    policy: policy as BillingPolicy,
    segments,
    periodDays: Number(periodDays),
    unitPrice,
    rounding: rounding as Rounding,
    netMinor: big(net),
    alreadyMinor: already === null ? undefined : big(already),
  };
  const days = licenseDays(segments);
  const rate = mode === null ? undefined : { mode: mode as RateMode, percent: big(percent) };
  const seen = priceSeen === 't' || priceSeen === 'true';
  return {
    text: explain(charge),
    rule: ruleOf(charge),
    formula: formulaOf(charge),
    licenseDays: String(days),
    periodDays: charge.periodDays,
    exactAmount: exactAmount(unitPrice, days, charge.periodDays),
    currency,
    rounding,
    price: seen ? explainPrice(rate, { micros: big(list), currency }, { micros: big(cost), currency }, unitPrice) : null,
    adjusts: adjusts === null ? null : String(adjusts).slice(0, 7),
    alreadyCharged: toMoney(already!, currencyCell!),
  };
}

/** The code that was kept on the charge, else the one that its subscription has. @rule B9 */
const approvalCodeOf = (alias: string): string =>
  `coalesce(${alias}.approval_code, (select held.approval_code from service_subscription held where held.customer_id = ${alias}.customer_id and held.id = ${alias}.subscription_id))`;

export const chargeShape: Shape = {
  type: 'Charge',
  table: 'charge',
  key: ['id'],
  // A buyer sees what it owes; a seller what those below it owe, and what it owes itself. A customer has nobody below.
  scope: (alias, sql) => {
    if (sql.seesAll) return undefined;
    if (sql.viewer.account.kind === 'CUSTOMER') return `${alias}.buyer_id = ${sql.viewerAccount()}`;
    return `exists (select 1 from account owing where owing.id = ${alias}.buyer_id and owing.path @> array[${sql.viewerAccount()}])`;
  },
  fields: {
    id: value(['customer_id', 'billing_month', 'id'], ([customer, month, id]) => encodeChargeId(String(customer), String(month), String(id))),
    number: value(['billing_month', 'id'], ([month, id]) => chargeNumber(String(month), String(id))),
    kind: value('kind', ([kind]) => kind),
    status: computed(
      (alias) => [`(select status from billing_period period where period.month = ${alias}.billing_month)`],
      ([status]) => status,
    ),
    subscription: one(() => subscriptionShape, 'subscription_id'),
    seller: one((sql) => counterparty(sql), 'seller_id'),
    buyer: one((sql) => counterparty(sql), 'buyer_id'),
    customer: one((sql) => counterparty(sql), 'customer_id'),
    plan: one(() => planShape, 'plan_id'),
    periodStart: dayOf('period_start'),
    periodEnd: dayOf('period_end'),
    billingPeriod: one(() => billingPeriodShape, 'billing_month', 'month'),
    quantity: value('segments', ([segments]) => uniformQuantity(readSegments(segments!))?.toString() ?? null),
    unitPrice: value('unit_price_micros', ([micros]) => toUnitPrice(micros!)),
    listPrice: value('list_price_micros', ([micros]) => toUnitPrice(micros!)),
    priceListRate: computed(
      (alias, sql) => [ifRateMayBeSeen(alias, sql, `${alias}.rate_mode::text`), `${alias}.rate_percent`],
      ([mode, percent]) => (mode === null ? null : { mode, percent: formatPercent(big(percent)) }),
    ),
    currency: text('currency'),
    net: value(['net_minor', 'currency'], ([minor, currency]) => toMoney(minor!, currency!)),
    cost: computed(
      (alias, sql) => [ifSeller(alias, sql, 'cost_minor'), `${alias}.currency`],
      ([minor, currency]) => toMoney(minor!, currency!),
    ),
    margin: computed(
      (alias, sql) => [ifSeller(alias, sql, 'net_minor'), ifSeller(alias, sql, 'cost_minor'), `${alias}.currency`],
      ([net, cost, currency]) => (net === null ? null : toMoney(big(net) - big(cost), currency!)),
    ),
    segments: value(['segments', 'period_days', 'unit_price_micros', 'currency'], ([segments, periodDays, micros, currency]) =>
      toSegments(readSegments(segments!), Number(periodDays), toUnitPrice(micros!)!, String(currency)),
    ),
    explanation: computed(
      (alias, sql) => [
        ...EXPLAINED.map((column) => `${alias}.${column}`),
        `(select billing_policy from plan billed where billed.id = ${alias}.plan_id)`,
        ifPriceMayBeExplained(alias, sql),
        `${alias}.rate_mode::text`,
        `${alias}.rate_percent`,
      ],
      toExplanation,
    ),
    approvalCode: computed(
      (alias, sql) => [sql.include.has('APPROVAL_CODE') && mayKnowVendorTerms(sql.viewer) ? approvalCodeOf(alias) : 'null::text'],
      ([code]) => code,
    ),
    partnerEarnedCredit: computed(
      (alias, sql) =>
        sql.include.has('PARTNER_EARNED_CREDIT') && mayKnowVendorTerms(sql.viewer)
          ? [`${alias}.credit_rate`, `${alias}.credit_minor`, `${alias}.currency`]
          : ['null::int', 'null::bigint', `${alias}.currency`],
      ([rate, minor, currency]) => (rate === null ? null : { rate: formatPercent(big(rate)), amount: toMoney(minor!, currency!) }),
    ),
    createdAt: instantOf('created_at'),
    updatedAt: instantOf('updated_at'),
    acknowledgedAt: instantOf('acknowledged_at'),
  },
};

extendShape(subscriptionShape, {
  charges: {
    kind: 'page',
    shape: () => chargeShape,
    where: (self, other) => `${other}.customer_id = ${self}.customer_id and ${other}.subscription_id = ${self}.id`,
    order: {
      name: 'BILLING_PERIOD',
      direction: 'desc',
      columns: (alias) => [
        { sql: `${alias}.billing_month`, type: 'date' },
        { sql: `${alias}.id`, type: 'integer' },
      ],
    },
  },
});

/** What a vendor grants the provider is for the provider's staff and its ERP. @rule B9 */
export function mayKnowVendorTerms(viewer: Viewer): boolean {
  return viewer.account.kind === 'PROVIDER';
}

export const CHARGE_ORDERS = {
  BILLING_PERIOD: (alias: string) => [
    { sql: `${alias}.billing_month`, type: 'date' },
    { sql: `${alias}.id`, type: 'integer' },
  ],
} satisfies Record<string, Order['columns']>;
