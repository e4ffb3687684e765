import { formatAmount } from '@cloudtill/domain/money/money';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import { Field, ObjectType } from 'type-graphql';
import type { Cell } from './look-ahead.ts';
import { CurrencyCode, Decimal } from './scalars.ts';

@ObjectType({ description: 'An exact amount of money.' })
export class Money {
  @Field(() => Decimal, { description: 'With exactly the decimals of the currency: `"22614.68"` EUR, `"22615"` JPY, `"22614.680"` KWD.' })
  amount!: string;

  @Field(() => CurrencyCode, { description: 'Which currency; amounts are never converted silently.' })
  currency!: string;
}

/** Money out of a column of minor units and one of currency; null where the first is. */
export function toMoney(minor: Cell | bigint, currency: Cell): Money | null {
  if (minor === null || currency === null) return null;
  return { amount: formatAmount({ minor: BigInt(minor), currency: String(currency) }), currency: String(currency) };
}

/** Six decimals out of a column of millionths. */
export function toUnitPrice(micros: Cell): string | null {
  return micros === null ? null : formatUnitPrice({ micros: BigInt(micros), currency: '' });
}
