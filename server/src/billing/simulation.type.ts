import { explain } from '@cloudtill/domain/billing/explanation';
import { uniformQuantity, type ChargeKind } from '@cloudtill/domain/billing/segment';
import type { TargetCharge } from '@cloudtill/domain/billing/target';
import type { PlanTerms } from '@cloudtill/domain/catalog/billing-policy';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { isCurrency } from '@cloudtill/domain/money/currency';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import type { Rounding } from '@cloudtill/domain/money/rounding';
import type { Decision } from '@cloudtill/domain/refusal';
import { Field, Int, ObjectType } from 'type-graphql';
import { Money, toMoney } from '../platform/money.type.ts';
import { CurrencyCode, DateOnly } from '../platform/scalars.ts';
import { toUserErrors, UserError } from '../platform/user-error.type.ts';
import { ChargeKindEnum, ChargeSegmentType, toSegments } from './charge.type.ts';

@ObjectType({ description: 'A charge as the rules would make it.' })
export class SimulatedCharge {
  @Field(() => ChargeKindEnum, { description: 'Why it would be owed.' })
  kind!: ChargeKind;

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

@ObjectType({ description: 'What simulateCharges answers.' })
export class SimulateChargesPayload {
  @Field(() => [SimulatedCharge], { description: 'The charges by their first day; empty where it was refused.' })
  charges!: SimulatedCharge[];

  @Field(() => Money, { nullable: true, description: 'Their sum; null where it was refused.' })
  total!: Money | null;

  @Field(() => [UserError], { description: 'Why it was refused.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'What charges of one currency add up to.' })
export class ChargeTotal {
  @Field(() => CurrencyCode, { description: 'Which currency.' })
  currency!: string;

  @Field(() => Int, { description: 'How many charges.' })
  count!: number;

  @Field(() => Money, { description: 'The sum of all of them, on every edge that the viewer sees.' })
  net!: Money;

  @Field(() => Money, { description: 'The sum of those that the viewer’s own account sells.' })
  sold!: Money;

  @Field(() => Money, { nullable: true, description: 'What the viewer’s own account pays for what it sells; null without sight of costs.' })
  cost!: Money | null;

  @Field(() => Money, { nullable: true, description: 'Sold less cost; null without sight of costs.' })
  margin!: Money | null;
}

export function toSimulatedCharges(decision: Decision<readonly TargetCharge<PlanTerms>[]>, currency: string, rounding: Rounding): SimulateChargesPayload {
  if (!decision.allowed) return { charges: [], total: null, userErrors: toUserErrors(decision.refusals) };
  const charges = decision.value.map((charge) => toSimulatedCharge(charge, rounding));
  const sum = decision.value.reduce((total, { netMinor }) => total + netMinor, 0n);
  return { charges, total: isCurrency(currency) ? toMoney(sum, currency) : null, userErrors: [] };
}

function toSimulatedCharge({ item, price, netMinor }: TargetCharge<PlanTerms>, rounding: Rounding): SimulatedCharge {
  const { kind, plan, start, end, segments, periodDays } = item;
  const { unitPrice } = price;
  return {
    kind,
    periodStart: isoDate(start),
    periodEnd: isoDate(end),
    quantity: uniformQuantity(segments) ?? null,
    net: toMoney(netMinor, unitPrice.currency)!,
    segments: toSegments(segments, periodDays, formatUnitPrice(unitPrice), unitPrice.currency),
    explanation: explain({ kind, policy: plan.policy, segments, periodDays, unitPrice, rounding, netMinor }),
  };
}
