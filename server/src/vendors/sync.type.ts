import { decideSynchronization, SYNC_ROLES, SYNC_STATUSES, type SyncRole, type SyncStatus } from '@cloudtill/domain/accounts/provisioning-sync';
import type { AccountKind } from '@cloudtill/domain/accounts/hierarchy';
import { refusal } from '@cloudtill/domain/refusal';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { accountShape, AccountType } from '../accounts/account.type.ts';
import { vendorShape, VendorType } from '../catalog/catalog.type.ts';
import { enumOf } from '../platform/enum.ts';
import { computed, extendShape, instantOf, one, parseJson, text, value, type Cell, type Condition, type Shape } from '../platform/look-ahead.ts';
import { DateTime } from '../platform/scalars.ts';
import type { Viewer } from '../platform/viewer.ts';
import { toUserError, toUserErrors, UserError } from '../platform/user-error.type.ts';

export const SyncStatusEnum = enumOf(SYNC_STATUSES);
registerEnumType(SyncStatusEnum, {
  name: 'SyncStatus',
  description: 'Whether a platform knows an account. Each platform has its own; nothing sums them up.',
  valuesConfig: {
    UNSYNCHRONIZED: { description: 'The platform was not told of the account, or not of how it is now.' },
    PENDING: { description: 'The vendor is being told.' },
    SYNCHRONIZED: { description: 'The platform knows the account; orders may be executed.' },
    FAILED: { description: 'It was refused; the reasons say why.' },
  },
});

export const SyncRoleEnum = enumOf(SYNC_ROLES);
registerEnumType(SyncRoleEnum, {
  name: 'SyncRole',
  description: 'What an account is to a platform.',
  valuesConfig: {
    USER: { description: 'It uses services: a customer.' },
    RESELLER: { description: 'It sells services, and has a PIN of its own.' },
  },
});

@ObjectType('VendorParameter', { description: 'A value that a vendor wants to know.' })
export class VendorParameterType {
  @Field(() => String, { description: 'How it is named in inputs, such as `Domain`.' })
  name!: string;

  @Field(() => String, { description: 'How it is called on screens, in English.' })
  label!: string;

  @Field(() => String, { description: 'What it is for.' })
  description!: string;

  @Field(() => Boolean, { description: 'Whether the vendor takes nothing without it.' })
  required!: boolean;

  @Field(() => Int, { description: 'The most characters that it may have.' })
  maxLength!: number;

  @Field(() => [String], { nullable: true, description: 'The values that it may have, where they are few.' })
  choices!: readonly string[] | null;

  @Field(() => String, { description: 'What it may look like.' })
  example!: string;
}

@ObjectType({ description: 'A value that a vendor was told, or will be.' })
export class ParameterValue {
  @Field(() => String, { description: 'Which one, such as `Domain`.' })
  name!: string;

  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType('ProvisioningSync', { description: 'An account as one vendor’s platform knows it. Every account has one for each platform.' })
export class ProvisioningSyncType {
  @Field(() => String, { description: 'The platform, such as `KORM`.' })
  platform!: string;

  @Field(() => VendorType, { description: 'Whose platform it is.' })
  vendor!: object;

  @Field(() => AccountType, { description: 'The account.' })
  account!: object;

  @Field(() => SyncStatusEnum, { description: 'Whether the platform knows the account.' })
  status!: SyncStatus;

  @Field(() => String, { nullable: true, description: 'Why it failed, in English sentences; null where it did not.' })
  reason!: string | null;

  @Field(() => [UserError], { description: 'Why it failed; empty where it did not.' })
  reasons!: UserError[];

  @Field(() => [UserError], { description: 'What stands against synchronizing it now, as far as that can be told without asking the vendor.' })
  missing!: UserError[];

  @Field(() => AccountType, { nullable: true, description: 'The reseller that serves the account there; null for a direct one.' })
  parentAccount!: object | null;

  @Field(() => String, { nullable: true, description: 'Receives the license keys.' })
  email!: string | null;

  @Field(() => SyncRoleEnum, { description: 'What the account is to the platform.' })
  role!: SyncRole;

  @Field(() => String, { nullable: true, description: 'The reseller’s PIN; resellers only.' })
  resellerPin!: string | null;

  @Field(() => [ParameterValue], { description: 'What the vendor is told beyond these.' })
  parameters!: ParameterValue[];

  @Field(() => [VendorParameterType], { description: 'What the vendor can be told beyond these.' })
  definitions!: VendorParameterType[];

  @Field(() => String, { nullable: true, description: 'The vendor’s id of the account, where it gave one.' })
  vendorCustomerId!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was synchronized last.' })
  synchronizedAt!: string | null;
}

/** What a parent is on the platform, and who has the PIN, may stand above the viewer: both are read by functions that may know. */
const MISSING = (alias: string): string[] => [
  `${alias}.platform`,
  `${alias}.number`,
  `${alias}.kind`,
  `${alias}.email`,
  `${alias}.role`,
  `${alias}.reseller_pin`,
  `case when ${alias}.reseller_pin is not null then pin_owner(${alias}.platform, ${alias}.reseller_pin, ${alias}.account_id, coalesce(${alias}.pin_entered_at, now())) end`,
  `(select parent.number from sync_of(${alias}.parent_account_id, ${alias}.platform) parent)`,
  `(select parent.status from sync_of(${alias}.parent_account_id, ${alias}.platform) parent)`,
];

/** Whose a PIN is may be said to the provider alone: a reseller does not learn of another one by it. @rule A3 */
function discreet(errors: UserError[], viewer: Viewer): UserError[] {
  if (viewer.account.kind === 'PROVIDER') return errors;
  return errors.map((error) => {
    if (error.code !== 'RESELLER_PIN_TAKEN') return error;
    const facts = Object.fromEntries(error.parameters.map(({ name, value: fact }) => [name, fact]));
    return toUserError(refusal(error.code, { ...facts, owner: 'another account' }, error.path));
  });
}

const reasonsOf = (cell: Cell | undefined, viewer: Viewer): UserError[] => discreet(parseJson(cell ?? null) as UserError[], viewer);

function missing(cells: readonly Cell[], viewer: Viewer): UserError[] {
  const [platform, number, kind, email, role, pin, owner, parent, status] = cells as (string | null)[];
  const decision = decideSynchronization({
    platform: platform!,
    account: { number: number!, kind: kind as AccountKind },
    email: email ?? undefined,
    role: role as SyncRole,
    resellerPin: pin ?? undefined,
    pinOwner: owner ?? undefined,
    parent: parent === null ? undefined : { number: parent!, status: status as SyncStatus },
  });
  return decision.allowed ? [] : discreet(toUserErrors(decision.refusals), viewer);
}

export const syncShape: Shape = {
  type: 'ProvisioningSync',
  table: 'account_platform',
  key: ['account_id', 'platform'],
  fields: {
    platform: text('platform'),
    vendor: one(() => vendorShape, 'vendor_id'),
    account: one(() => accountShape, 'account_id'),
    status: text('status'),
    reason: value(
      'reasons',
      ([reasons], viewer) =>
        reasonsOf(reasons, viewer)
          .map(({ message }) => message)
          .join('; ') || null,
    ),
    reasons: value('reasons', ([reasons], viewer) => reasonsOf(reasons, viewer)),
    missing: computed(MISSING, missing),
    parentAccount: one(() => accountShape, 'parent_account_id'),
    email: text('email'),
    role: text('role'),
    resellerPin: text('reseller_pin'),
    parameters: value('parameters', ([values]) => Object.entries(parseJson(values) as Record<string, string>).map(([name, given]) => ({ name, value: given }))),
    definitions: text('vendor_code'),
    vendorCustomerId: text('vendor_customer_id'),
    synchronizedAt: instantOf('synchronized_at'),
  },
};

/** The provider is on no platform: it is what platforms know anyway. */
extendShape(accountShape, {
  syncs: { kind: 'list', shape: () => syncShape, where: (self, other) => `${other}.account_id = ${self}.id`, orderBy: (other) => `${other}.platform` },
});

/** Both are known to this process alone; it looks them up by the vendor's code. */
extendShape(vendorShape, { simulatorUrl: text('code'), connected: text('code') });

/** Accounts of which a platform says one of these. */
export function syncStatusIs(statuses: readonly SyncStatus[] | null | undefined, platform: string | null | undefined): Condition {
  return (alias, sql) => {
    const conditions = [`known.account_id = ${alias}.id`];
    if (statuses?.length) conditions.push(`known.status = any (${sql.param(statuses)}::text[])`);
    if (platform) conditions.push(`known.platform = ${sql.param(platform)}`);
    return `exists (select 1 from account_platform known where ${conditions.join(' and ')})`;
  };
}
