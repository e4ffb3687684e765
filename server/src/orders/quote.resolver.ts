import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, ID, Info, Int, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import { AccountType, counterparty } from '../accounts/account.type.ts';
import { signedIn, type RequestContext } from '../platform/context.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId } from '../platform/ids.ts';
import { equals, readOne, type Row } from '../platform/look-ahead.ts';
import { Money, toMoney } from '../platform/money.type.ts';
import { Needs } from '../platform/needs.ts';
import { DateTime } from '../platform/scalars.ts';
import { ask } from '../platform/use-case.ts';
import { toUserErrors, UserError } from '../platform/user-error.type.ts';
import { scopeOf } from '../platform/viewer.ts';
import { QuoteInput } from './order.inputs.ts';
import type { StoredPrice } from './order-prices.ts';
import { QUOTE_WARNINGS, quoteOrder } from './quote-order.ts';

const QuoteWarningCode = enumOf(QUOTE_WARNINGS);
registerEnumType(QuoteWarningCode, {
  name: 'QuoteWarningCode',
  description: 'What somebody should know before ordering.',
  valuesConfig: {
    FIRST_PERIOD_FREE: { description: 'Nothing is charged until the next month.' },
    CHARGED_BY_USE: { description: 'Ordering costs nothing; what is used is charged by the vendor’s monthly file.' },
    NOT_REDUCIBLE: { description: 'The number of licenses cannot go down before the term ends.' },
    APPROVAL_REQUIRED: { description: 'Somebody else has to approve the order.' },
    ACCOUNT_NOT_SYNCHRONIZED: { description: 'The order cannot be executed before the account is synchronized with the vendor’s platform.' },
  },
});

@ObjectType({ description: 'Something to know before ordering.' })
class QuoteWarning {
  @Field(() => QuoteWarningCode, { description: 'Stable; decide by this.' })
  code!: string;

  @Field(() => String, { description: 'The same as an English sentence.' })
  message!: string;
}

@ObjectType('EdgeQuote', { description: 'What one edge of the chain of sellers will cost.' })
class EdgeQuoteType {
  edge!: StoredPrice;

  @Field(() => Money, { description: 'What one license and period costs, with six decimals.' })
  unitPrice!: Money;

  @Field(() => Money, { description: 'What is charged first; nothing where the first period is free.' })
  firstCharge!: Money;

  @Field(() => Money, { description: 'What a whole period costs, a month or a year.' })
  recurring!: Money;
}

@ObjectType('QuotedLine', { description: 'What one line of an order will cost.' })
class QuotedLineType {
  @Field(() => ID, { description: 'Which line.' })
  lineId!: string;

  @Field(() => Int, { description: 'Licenses; one where it is charged by use.' })
  quantity!: number;

  @Field(() => Money, { nullable: true, description: 'What one license and period costs, with six decimals; null where it is charged by use.' })
  unitPrice!: Money | null;

  @Field(() => Money, { nullable: true, description: 'What is charged first; nothing where the first period is free. Null where it is charged by use.' })
  firstCharge!: Money | null;

  @Field(() => Money, { nullable: true, description: 'What a whole period costs, a month or a year; null where it is charged by use.' })
  recurring!: Money | null;

  @Field(() => [EdgeQuoteType], { description: 'The edges that the viewer sees, the provider’s first; none where it is charged by use.' })
  edges!: EdgeQuoteType[];
}

@ObjectType('Quote', { description: 'What an order costs exactly as it stands. Whatever changes afterwards makes it stale.' })
class QuoteType {
  @Field(() => String, { description: 'To place the order with.' })
  token!: string;

  @Field(() => Money, {
    description:
      'What is charged first for all lines, on the edge that concerns the viewer: the one it sells on, else the one it buys on. Lines charged by use, and those whose first period is free, count as nothing.',
  })
  total!: Money;

  @Field(() => Money, { description: 'The same as the total: what is charged first.' })
  firstCharge!: Money;

  @Field(() => Money, {
    nullable: true,
    description: 'What a whole month, or a whole year, of all lines costs. Null where nothing has a price, and where some lines are monthly and some yearly.',
  })
  recurring!: Money | null;

  @Field(() => [QuotedLineType], { description: 'The lines, in their order.' })
  lines!: QuotedLineType[];

  @Field(() => [QuoteWarning], { description: 'What to know before ordering.' })
  warnings!: readonly QuoteWarning[];

  @Field(() => DateTime, { description: 'The end of the billing day: a first charge depends on its day.' })
  validUntil!: string;
}

@ObjectType({ description: 'What a quote answers.' })
class QuotePayload {
  @Field(() => QuoteType, { nullable: true, description: 'What it costs; null where that cannot be said.' })
  quote!: QuoteType | null;

  @Field(() => [UserError], { description: 'Why it cannot be said.' })
  userErrors!: UserError[];
}

@Resolver(() => EdgeQuoteType)
export class EdgeQuoteFields {
  @FieldResolver(() => AccountType, { description: 'Who sells.' })
  seller(@Root() { edge }: EdgeQuoteType, @Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return readParty(edge.sellerId, context, info);
  }

  @FieldResolver(() => AccountType, { description: 'Who buys.' })
  buyer(@Root() { edge }: EdgeQuoteType, @Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return readParty(edge.buyerId, context, info);
  }
}

function readParty(id: string, context: RequestContext, info: GraphQLResolveInfo): Promise<Row | null> {
  return readOne(counterparty({ seesAll: scopeOf(signedIn(context)) === 'all' }), [equals('id', id)], context, info);
}

@Resolver()
export class QuoteResolver {
  @Needs('orders:place')
  @Query(() => QuotePayload, { description: '“Calculate cost”: what a draft costs as it stands today, and the token to order it at that price.' })
  async quote(@Arg('input', () => QuoteInput, { description: 'Which draft.' }) input: QuoteInput, @Ctx() context: RequestContext): Promise<QuotePayload> {
    const decision = await ask(context, (unit) => quoteOrder(unit, input));
    if (!decision.allowed) return { quote: null, userErrors: toUserErrors(decision.refusals) };
    const { token, currency, firstMinor, recurringMinor, lines, warnings, validUntil } = decision.value;
    const total = toMoney(firstMinor, currency)!;
    const quote: QuoteType = {
      token,
      total,
      firstCharge: total,
      recurring: toMoney(recurringMinor ?? null, currency),
      lines: lines.map(({ lineId, quantity, own, edges }) => ({
        lineId: encodeId('oln', lineId),
        quantity,
        ...(own ? amountsOf(own, currency) : { unitPrice: null, firstCharge: null, recurring: null }),
        edges: edges.map((edge) => ({ edge, ...amountsOf(edge, currency) })),
      })),
      warnings,
      validUntil: validUntil.toISOString(),
    };
    return { quote, userErrors: [] };
  }
}

function amountsOf(
  { unitPriceMicros, firstMinor, recurringMinor }: StoredPrice,
  currency: string,
): Pick<EdgeQuoteType, 'unitPrice' | 'firstCharge' | 'recurring'> {
  return {
    unitPrice: { amount: formatUnitPrice({ micros: BigInt(unitPriceMicros), currency }), currency },
    firstCharge: toMoney(firstMinor, currency)!,
    recurring: toMoney(recurringMinor, currency)!,
  };
}
