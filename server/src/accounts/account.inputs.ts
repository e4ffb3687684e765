import type { AccountKind, AccountStatus } from '@cloudtill/domain/accounts/hierarchy';
import { Field, ID, InputType } from 'type-graphql';
import { orderInputOf } from '../platform/order.type.ts';
import { CountryCode, CurrencyCode, EmailAddress, Locale } from '../platform/scalars.ts';
import { AccountKindEnum, AccountStatusEnum } from './account.type.ts';

@InputType({ description: 'Which accounts to list. Conditions are joined by "and".' })
export class AccountFilter {
  @Field(() => [AccountKindEnum], { nullable: true, description: 'Of one of these kinds.' })
  kind?: AccountKind[] | null;

  @Field(() => [AccountStatusEnum], { nullable: true, description: 'In one of these statuses.' })
  status?: AccountStatus[] | null;

  @Field(() => ID, { nullable: true, description: 'Directly below this account.' })
  parentId?: string | null;

  @Field(() => ID, { nullable: true, description: 'At or anywhere below this account.' })
  belowId?: string | null;

  @Field(() => String, { nullable: true, description: 'Whose name, number or email contains this text.' })
  text?: string | null;
}

export const AccountOrderInput = orderInputOf('Account', { NAME: 'By name.', NUMBER: 'By number.', CREATED_AT: 'By age.' });

@InputType({ description: 'Where an account is. Left-out parts are unknown.' })
export class AddressInput {
  @Field(() => String, { nullable: true, description: 'Street and house number.' })
  street?: string | null;

  @Field(() => String, { nullable: true, description: 'City.' })
  city?: string | null;

  @Field(() => String, { nullable: true, description: 'Postal code.' })
  postalCode?: string | null;

  @Field(() => String, { nullable: true, description: 'State or region.' })
  region?: string | null;
}

@InputType({ description: 'A new reseller or customer.' })
export class CreateAccountInput {
  @Field(() => AccountKindEnum, { description: 'RESELLER or CUSTOMER; there is one provider.' })
  kind!: AccountKind;

  @Field(() => ID, { nullable: true, description: 'Who sells to it: the provider or a reseller. Left out: the viewer’s own account.' })
  parentId?: string | null;

  @Field(() => String, { nullable: true, description: 'The number that people use; made by us where left out.' })
  number?: string | null;

  @Field(() => String, { description: 'The name it goes by.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The name in the register of companies.' })
  legalName?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Where mail to the account goes.' })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'Phone number.' })
  phone?: string | null;

  @Field(() => AddressInput, { nullable: true, description: 'Street, city and region.' })
  address?: AddressInput | null;

  @Field(() => CountryCode, { description: 'Country.' })
  country!: string;

  @Field(() => CurrencyCode, { description: 'What it is charged in, where it is a customer.' })
  currency!: string;

  @Field(() => Locale, { nullable: true, defaultValue: 'en', description: 'Language of mails and documents.' })
  locale!: string | null;

  @Field(() => String, { nullable: true, description: 'Tax or VAT number.' })
  taxId?: string | null;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not create a second account.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change of an account. What is left out stays; null clears.' })
export class UpdateAccountInput {
  @Field(() => ID, { description: 'Which account.' })
  accountId!: string;

  @Field(() => String, { nullable: true, description: 'The name it goes by.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The name in the register of companies.' })
  legalName?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Where mail to the account goes.' })
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'Phone number.' })
  phone?: string | null;

  @Field(() => AddressInput, { nullable: true, description: 'Street, city and region, all of it.' })
  address?: AddressInput | null;

  @Field(() => CountryCode, { nullable: true, description: 'Country; cannot be cleared.' })
  country?: string | null;

  @Field(() => Locale, { nullable: true, description: 'Language of mails and documents; cannot be cleared.' })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: 'Tax or VAT number.' })
  taxId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether orders for it and those below it need approval; cannot be cleared.' })
  orderApproval?: boolean | null;
}

@InputType({ description: 'Which account to stop from buying more.' })
export class HoldAccountInput {
  @Field(() => ID, { description: 'Which account.' })
  accountId!: string;

  @Field(() => String, { nullable: true, description: 'Why; kept in the audit trail.' })
  reason?: string | null;
}

@InputType({ description: 'Which account may buy again.' })
export class ReleaseAccountInput {
  @Field(() => ID, { description: 'Which account.' })
  accountId!: string;
}

@InputType({ description: 'Which account to close for good.' })
export class CloseAccountInput {
  @Field(() => ID, { description: 'Which account; it must hold no subscriptions.' })
  accountId!: string;
}

@InputType({ description: 'Where to move an account, from today on.' })
export class MoveAccountInput {
  @Field(() => ID, { description: 'Which account.' })
  accountId!: string;

  @Field(() => ID, { description: 'Who sells to it from then on.' })
  parentId!: string;
}

@InputType({ description: 'Who signs in.' })
export class SignInInput {
  @Field(() => EmailAddress, { description: 'The person’s email address.' })
  email!: string;

  @Field(() => String, { description: 'The person’s password.' })
  password!: string;
}
