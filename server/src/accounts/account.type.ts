import { ACCOUNT_KINDS, ACCOUNT_STATUSES, type AccountKind, type AccountStatus } from '@cloudtill/domain/accounts/hierarchy';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { encodeId } from '../platform/ids.ts';
import { boolean, computed, instantOf, text, type Field as ShapeField, type Order, type Shape, type Sql, type ValueField } from '../platform/look-ahead.ts';
import { CountryCode, CurrencyCode, DateTime, EmailAddress, Locale } from '../platform/scalars.ts';

export const AccountKindEnum = enumOf(ACCOUNT_KINDS);
registerEnumType(AccountKindEnum, {
  name: 'AccountKind',
  description: 'What an account is in the chain of sellers.',
  valuesConfig: {
    PROVIDER: { description: 'The root: who runs Cloudtill, usually a distributor.' },
    RESELLER: { description: 'Sells to customers or to other resellers, and is billed by its parent.' },
    CUSTOMER: { description: 'Uses the services.' },
  },
});

export const AccountStatusEnum = enumOf(ACCOUNT_STATUSES);
registerEnumType(AccountStatusEnum, {
  name: 'AccountStatus',
  description: 'Whether an account may buy.',
  valuesConfig: {
    ACTIVE: { description: 'May order and hold more.' },
    ON_HOLD: { description: 'What runs goes on; new orders and increases are refused.' },
    CLOSED: { description: 'Holds nothing any more and cannot be changed.' },
  },
});

@ObjectType({ description: 'Where an account is.' })
export class Address {
  @Field(() => String, { nullable: true, description: 'Street and house number.' })
  street!: string | null;

  @Field(() => String, { nullable: true, description: 'City.' })
  city!: string | null;

  @Field(() => String, { nullable: true, description: 'Postal code.' })
  postalCode!: string | null;

  @Field(() => String, { nullable: true, description: 'State or region.' })
  region!: string | null;
}

@ObjectType('Account', {
  implements: Node,
  description:
    'A company in our books: the provider, a reseller or a customer. Of the account that sells to them, viewers know the name only: fields that say so are null then.',
})
export class AccountType extends Node {
  @Field(() => String, { description: 'The number that people use.' })
  number!: string;

  @Field(() => AccountKindEnum, { description: 'Provider, reseller or customer.' })
  kind!: AccountKind;

  @Field(() => String, { description: 'The name it goes by.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The name in the register of companies.' })
  legalName!: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Where mail to the account goes.' })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'Phone number.' })
  phone!: string | null;

  @Field(() => Address, { nullable: true, description: 'Street, city and region; null for the account that sells to the viewer.' })
  address!: Address | null;

  @Field(() => CountryCode, { nullable: true, description: 'Country; null for the account that sells to the viewer.' })
  country!: string | null;

  @Field(() => CurrencyCode, { nullable: true, description: 'What it is charged in, where it is a customer; null for the account that sells to the viewer.' })
  currency!: string | null;

  @Field(() => Locale, { nullable: true, description: 'Language of mails and documents; null for the account that sells to the viewer.' })
  locale!: string | null;

  @Field(() => String, { nullable: true, description: 'Tax or VAT number.' })
  taxId!: string | null;

  @Field(() => AccountStatusEnum, { nullable: true, description: 'Whether it may buy; null for the account that sells to the viewer.' })
  status!: AccountStatus | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether orders for it and those below it need approval; null for the account that sells to the viewer.',
  })
  orderApproval!: boolean | null;

  @Field(() => AccountType, { nullable: true, description: 'Who sells to it; null at the top and where the viewer may not look.' })
  parent!: AccountType | null;

  @Field(() => [ID], { nullable: true, description: 'Ids of the accounts above it that the viewer sees, from the top down.' })
  ancestorIds!: string[] | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was created; null for the account that sells to the viewer.' })
  createdAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was changed last; null for the account that sells to the viewer.' })
  updatedAt!: string | null;
}

export const AccountConnection = connectionOf(AccountType, 'Account', 'accounts');

/** What everybody in a sale knows of the other side. */
const PUBLIC_FIELDS: Readonly<Record<string, ValueField>> = {
  id: computed(
    (alias) => [`${alias}.id`],
    ([id]) => encodeId('acc', String(id)),
  ),
  number: text('number'),
  kind: text('kind'),
  name: text('name'),
};

const PRIVATE_FIELDS: Readonly<Record<string, ValueField>> = {
  legalName: text('legal_name'),
  email: text('email'),
  phone: text('phone'),
  address: computed(
    (alias) => ['street', 'city', 'postal_code', 'region', 'country'].map((column) => `${alias}.${column}`),
    ([street, city, postalCode, region, country]) => (country === null ? null : { street, city, postalCode, region }),
  ),
  country: text('country'),
  currency: text('currency'),
  locale: text('locale'),
  taxId: text('tax_id'),
  status: text('status'),
  orderApproval: boolean('order_approval'),
  ancestorIds: computed(
    (alias, sql) => [
      `(select string_agg(p.id::text, ',' order by p.at) from unnest(${alias}.path) with ordinality p (id, at) where p.id <> ${alias}.id${sql.seesAll ? '' : ` and exists (select 1 from account v where v.id = p.id and v.path @> array[${sql.viewerAccount()}])`})`,
    ],
    ([ids]) =>
      ids === null
        ? []
        : String(ids)
            .split(',')
            .map((id) => encodeId('acc', id)),
  ),
  createdAt: instantOf('created_at'),
  updatedAt: instantOf('updated_at'),
};

/** Accounts at and below the viewer's own. @rule A3 */
export const accountShape: Shape = {
  type: 'Account',
  table: 'account',
  key: ['id'],
  scope: (alias, sql) => (sql.seesAll ? undefined : `${alias}.path @> array[${sql.viewerAccount()}]`),
  get fields(): Readonly<Record<string, ShapeField>> {
    return ACCOUNT_FIELDS;
  },
};

const ACCOUNT_FIELDS: Readonly<Record<string, ShapeField>> = {
  ...PUBLIC_FIELDS,
  ...PRIVATE_FIELDS,
  parent: { kind: 'one', shape: () => accountShape, on: (self, other) => `${other}.id = ${self}.parent_id` },
};

/** Reads a private field of an account known by name only: null unless the viewer sees the account itself. */
function ifSeen(field: ValueField): ValueField {
  return computed(
    (alias, sql) =>
      field
        .columns('seen', sql)
        .map((column) => `(select ${column} from account seen where seen.id = ${alias}.id and seen.path @> array[${sql.viewerAccount()}])`),
    field.read,
  );
}

const namedShape: Shape = {
  type: 'Account',
  table: 'account_name',
  key: ['id'],
  fields: { ...PUBLIC_FIELDS, ...Object.fromEntries(Object.entries(PRIVATE_FIELDS).map(([name, field]) => [name, ifSeen(field)])) },
};

/** The other side of a sale, which may stand above the viewer. @rule A3 */
export function counterparty({ seesAll }: Pick<Sql, 'seesAll'>): Shape {
  return seesAll ? accountShape : namedShape;
}

export const ACCOUNT_ORDERS = {
  NAME: (alias: string) => [
    { sql: `${alias}.name`, type: 'text' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
  NUMBER: (alias: string) => [
    { sql: `${alias}.number`, type: 'text' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
  CREATED_AT: (alias: string) => [
    { sql: `${alias}.created_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
} satisfies Record<string, Order['columns']>;
