import type { LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { RateMode } from '@cloudtill/domain/catalog/price-list';
import { Field, ID, InputType } from 'type-graphql';
import { orderInputOf } from '../platform/order.type.ts';
import { DateOnly, Decimal } from '../platform/scalars.ts';
import { RateModeEnum } from './price-list.type.ts';

@InputType({ description: 'Which price lists to show. Conditions are joined by "and".' })
export class PriceListFilter {
  @Field(() => ID, { nullable: true, description: 'Of this seller.' })
  sellerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Assigned to this buyer, at any time.' })
  buyerId?: string | null;

  @Field(() => String, { nullable: true, description: 'Whose name contains this text.' })
  text?: string | null;
}

export const PriceListOrderInput = orderInputOf('PriceList', { NAME: 'By name.', CREATED_AT: 'By age.' });

@InputType({ description: 'A new price list, still without rates.' })
export class CreatePriceListInput {
  @Field(() => ID, { nullable: true, description: 'Who sells by it; the viewer’s own account where left out.' })
  sellerId?: string | null;

  @Field(() => String, { description: 'What to call it.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not create a second list.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'The rate of a product, or of one of its plans, from a day on.' })
export class SetPriceListEntryInput {
  @Field(() => ID, { description: 'In which list.' })
  priceListId!: string;

  @Field(() => ID, { description: 'Which product.' })
  productId!: string;

  @Field(() => ID, { nullable: true, description: 'Only for this plan of the product.' })
  planId?: string | null;

  @Field(() => RateModeEnum, { description: 'Discount or markup.' })
  mode!: RateMode;

  @Field(() => Decimal, { description: 'Percent: a discount from 0 to 100, a markup from 0 to 10000, at most four decimals.' })
  percent!: string;

  @Field(() => DateOnly, { description: 'First day on which it holds, until the next rate of the same product.' })
  validFrom!: LocalDate;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Take a rate that sells under cost. Without it such a rate is refused.' })
  confirmUnderCost!: boolean | null;

  @Field(() => String, { nullable: true, description: 'Why a rate under cost is right; kept with the entry.' })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not set it again.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Which rate ends.' })
export class RemovePriceListEntryInput {
  @Field(() => ID, { description: 'Which entry.' })
  entryId!: string;

  @Field(() => DateOnly, { nullable: true, description: 'First day on which it does not hold any more; today where left out.' })
  validTo?: LocalDate | null;
}

@InputType({ description: 'For whom a price list holds from a day on.' })
export class AssignPriceListInput {
  @Field(() => ID, { description: 'Which list.' })
  priceListId!: string;

  @Field(() => ID, { description: 'Which buyer: an account directly under the list’s seller.' })
  accountId!: string;

  @Field(() => DateOnly, { description: 'First day on which it holds, until the next list of the same buyer.' })
  validFrom!: LocalDate;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not assign it again.' })
  idempotencyKey?: string | null;
}
