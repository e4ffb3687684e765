import { OPERATIONS, REJECTIONS } from '@cloudtill/vendors/vendor';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { accountShape, AccountType } from '../accounts/account.type.ts';
import { vendorShape, VendorType } from '../catalog/catalog.type.ts';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { makeFindable } from '../platform/findable.ts';
import { encodeId } from '../platform/ids.ts';
import { boolean, computed, extendShape, instantOf, integer, one, text, type Order, type Shape } from '../platform/look-ahead.ts';
import { DateTime } from '../platform/scalars.ts';
import { subscriptionShape, SubscriptionType } from '../subscriptions/subscription.type.ts';
import { OPERATION_STATES, type Operation, type OperationState } from '../vendors/vendor-links.entities.ts';

export const OperationKindEnum = enumOf(OPERATIONS);
registerEnumType(OperationKindEnum, {
  name: 'ProvisioningKind',
  description: 'What a vendor is asked to do.',
  valuesConfig: {
    CREATE_CUSTOMER: { description: 'To know an account.' },
    PROVISION: { description: 'To deliver a subscription.' },
    CHANGE_QUANTITY: { description: 'To change the number of licenses.' },
    CHANGE_PLAN: { description: 'To change the plan.' },
    SUSPEND: { description: 'To pause a subscription.' },
    RESUME: { description: 'To let it run again.' },
    CANCEL: { description: 'To end it for good.' },
    SET_RENEWAL: { description: 'To renew the term or not.' },
    SET_APPROVAL_CODE: { description: 'To take an approval code.' },
  },
});

export const ProvisioningStateEnum = enumOf(OPERATION_STATES);
registerEnumType(ProvisioningStateEnum, {
  name: 'ProvisioningState',
  description: 'How far something is that a vendor is asked.',
  valuesConfig: {
    QUEUED: { description: 'To be sent, at once or when it is due.' },
    CALLING: { description: 'Sent; no answer yet.' },
    ACCEPTED: { description: 'The vendor works on it.' },
    UNKNOWN: { description: 'It may have been done. The vendor’s state is read; nothing is sent again before that.' },
    SUCCEEDED: { description: 'Done.' },
    FAILED: { description: 'Not done: the vendor said no, or it was given up.' },
    CANCELED: { description: 'Somebody called it off.' },
  },
});

export const RejectionEnum = enumOf(REJECTIONS);
registerEnumType(RejectionEnum, {
  name: 'VendorRejection',
  description: 'Why a vendor said no.',
  valuesConfig: {
    VALIDATION: { description: 'A value is wrong.' },
    NOT_FOUND: { description: 'It has no such thing.' },
    CONFLICT_STATE: { description: 'Not in this state.' },
    DUPLICATE: { description: 'It is there already.' },
    FORBIDDEN: { description: 'It is not allowed for us.' },
    AUTH: { description: 'Our credentials are not accepted.' },
    POLICY_WINDOW_CLOSED: { description: 'The time in which it was possible is over.' },
    QUANTITY_RULE: { description: 'Not this number of licenses.' },
    CREDIT_LIMIT: { description: 'Our credit at the vendor does not suffice.' },
    CONCURRENCY: { description: 'Somebody else changed it at the same moment.' },
  },
});

@ObjectType({ description: 'One call to a vendor, as it went.' })
export class ProvisioningCall {
  @Field(() => Int, { description: 'Which one, from 1.' })
  number!: number;

  @Field(() => String, { description: 'SEND asks for the change, POLL looks at what was accepted, RESOLVE at what is unknown.' })
  purpose!: string;

  @Field(() => DateTime, { description: 'When it began.' })
  calledAt!: string;

  @Field(() => Int, { description: 'How many milliseconds it took.' })
  durationMs!: number;

  @Field(() => String, { description: 'How it ended, such as SUCCEEDED, UNKNOWN or NOT_APPLIED.' })
  outcome!: string;

  @Field(() => String, { nullable: true, description: 'What the vendor or the network said.' })
  message!: string | null;
}

@ObjectType('ProvisioningOperation', {
  implements: Node,
  description: 'Something that a vendor is asked to do, written down before it is asked. One that is open blocks others of its subscription.',
})
export class ProvisioningOperationType extends Node {
  @Field(() => OperationKindEnum, { description: 'What is asked.' })
  kind!: Operation;

  @Field(() => ProvisioningStateEnum, { description: 'How far it is.' })
  state!: OperationState;

  @Field(() => DateTime, { description: 'Since when it is in this state.' })
  since!: string;

  @Field(() => VendorType, { description: 'Who is asked.' })
  vendor!: object;

  @Field(() => AccountType, { description: 'Whose it is.' })
  account!: object;

  @Field(() => SubscriptionType, { nullable: true, description: 'Of which subscription; null for what concerns the account itself.' })
  subscription!: object | null;

  @Field(() => Int, { description: 'How often it was sent.' })
  attempts!: number;

  @Field(() => DateTime, { nullable: true, description: 'When it was sent last.' })
  sentAt!: string | null;

  @Field(() => DateTime, { description: 'When it is looked at next, by the clock of the business.' })
  dueAt!: string;

  @Field(() => String, { nullable: true, description: 'Why it is where it is.' })
  message!: string | null;

  @Field(() => RejectionEnum, { nullable: true, description: 'Why the vendor said no, where it did.' })
  rejection!: string | null;

  @Field(() => String, { nullable: true, description: 'The vendor’s own code of its no.' })
  vendorCode!: string | null;

  @Field(() => Boolean, { description: 'Whether a person should look at it.' })
  needsAttention!: boolean;

  @Field(() => String, { description: 'Who wanted it.' })
  actor!: string;

  @Field(() => DateTime, { description: 'When it was written down.' })
  createdAt!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt!: string | null;

  @Field(() => [ProvisioningCall], { description: 'The calls that were made for it, the last ones first.' })
  calls!: object[];
}

export const ProvisioningOperationConnection = connectionOf(ProvisioningOperationType, 'ProvisioningOperation', 'operations');

const callShape: Shape = {
  type: 'ProvisioningCall',
  table: 'provisioning_call',
  key: ['number'],
  fields: {
    number: integer('number'),
    purpose: text('purpose'),
    calledAt: instantOf('called_at'),
    durationMs: integer('duration_ms'),
    outcome: text('outcome'),
    message: text('message'),
  },
};

export const operationShape: Shape = {
  type: 'ProvisioningOperation',
  table: 'provisioning_operation',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('op', String(id)),
    ),
    kind: text('kind'),
    state: text('state'),
    since: instantOf('since'),
    vendor: one(() => vendorShape, 'vendor_code', 'code'),
    account: one(() => accountShape, 'account_id'),
    subscription: one(() => subscriptionShape, 'subscription_id'),
    attempts: integer('attempts'),
    sentAt: instantOf('sent_at'),
    dueAt: instantOf('due_at'),
    message: text('message'),
    rejection: text('rejection'),
    vendorCode: text('vendor_message_code'),
    needsAttention: boolean('needs_attention'),
    actor: text('actor_name'),
    createdAt: instantOf('created_at'),
    finishedAt: instantOf('finished_at'),
    calls: { kind: 'list', shape: () => callShape, where: (self, other) => `${other}.operation_id = ${self}.id`, orderBy: (other) => `${other}.number desc` },
  },
};

extendShape(subscriptionShape, {
  operations: {
    kind: 'list',
    shape: () => operationShape,
    where: (self, other) => `${other}.subscription_id = ${self}.id`,
    orderBy: (other) => `${other}.created_at desc, ${other}.id desc`,
  },
});

export const NEWEST_FIRST: Order = {
  name: 'CREATED_AT',
  direction: 'desc',
  columns: (alias) => [
    { sql: `${alias}.created_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
};

const DRIFT_FIELDS = ['EXISTENCE', 'STATUS', 'QUANTITY', 'SKU'] as const;
export const DriftFieldEnum = enumOf(DRIFT_FIELDS);
registerEnumType(DriftFieldEnum, {
  name: 'DriftField',
  description: 'In what a vendor’s state and ours differ.',
  valuesConfig: {
    EXISTENCE: { description: 'One side has it, the other does not.' },
    STATUS: { description: 'Running here, stopped there, or the other way round.' },
    QUANTITY: { description: 'The number of licenses.' },
    SKU: { description: 'The article.' },
  },
});

@ObjectType('Drift', { implements: Node, description: 'A difference between a vendor’s state and ours. Neither side is changed by it.' })
export class DriftType extends Node {
  @Field(() => VendorType, { description: 'At which vendor.' })
  vendor!: object;

  @Field(() => SubscriptionType, { nullable: true, description: 'Of which subscription; null for what only the vendor has.' })
  subscription!: object | null;

  @Field(() => AccountType, { nullable: true, description: 'Whose subscription it is.' })
  account!: object | null;

  @Field(() => String, { nullable: true, description: 'The vendor’s id of it.' })
  vendorSubscriptionId!: string | null;

  @Field(() => DriftFieldEnum, { description: 'In what they differ.' })
  field!: string;

  @Field(() => String, { nullable: true, description: 'What we say; null where we know of none.' })
  ours!: string | null;

  @Field(() => String, { nullable: true, description: 'What the vendor says; null where it knows of none.' })
  theirs!: string | null;

  @Field(() => DateTime, { description: 'When it was found.' })
  openedAt!: string;

  @Field(() => DateTime, { description: 'When it was seen last.' })
  seenAt!: string;

  @Field(() => DateTime, { nullable: true, description: 'When both sides agreed again, or somebody settled it.' })
  resolvedAt!: string | null;

  @Field(() => String, { nullable: true, description: 'How it was settled.' })
  resolution!: string | null;
}

export const DriftConnection = connectionOf(DriftType, 'Drift', 'differences');

export const driftShape: Shape = {
  type: 'Drift',
  table: 'drift',
  key: ['id'],
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('drf', String(id)),
    ),
    vendor: one(() => vendorShape, 'vendor_code', 'code'),
    subscription: one(() => subscriptionShape, 'subscription_id'),
    account: one(() => accountShape, 'account_id'),
    vendorSubscriptionId: text('vendor_subscription_id'),
    field: text('field'),
    ours: text('ours'),
    theirs: text('theirs'),
    openedAt: instantOf('opened_at'),
    seenAt: instantOf('seen_at'),
    resolvedAt: instantOf('resolved_at'),
    resolution: text('resolution'),
  },
};

makeFindable('op', { shape: operationShape, permission: 'provisioning:read' });
makeFindable('drf', { shape: driftShape, permission: 'provisioning:read' });

export const OLDEST_FIRST: Order = {
  name: 'OPENED_AT',
  direction: 'desc',
  columns: (alias) => [
    { sql: `${alias}.opened_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
};

@ObjectType({ description: 'How a vendor is doing, as our calls find it.' })
export class VendorHealth {
  @Field(() => Int, { description: 'Failures in a row.' })
  failures!: number;

  @Field(() => DateTime, { nullable: true, description: 'Calls wait until then, after too many failures; null while they go.' })
  pausedUntil!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when calls wait.' })
  pausedSince!: string | null;

  @Field(() => String, { nullable: true, description: 'What went wrong last.' })
  lastError!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When something went wrong last.' })
  lastErrorAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it answered last, to within ten seconds.' })
  lastSuccessAt!: string | null;
}

@InputType({ description: 'Which operations to list. Conditions are joined by "and".' })
export class ProvisioningFilter {
  @Field(() => [ProvisioningStateEnum], { nullable: true, description: 'In one of these states.' })
  state?: OperationState[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those that have not ended, or only those that have.' })
  open?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those that a person should look at.' })
  needsAttention?: boolean | null;

  @Field(() => String, { nullable: true, description: 'Of this vendor, by its code.' })
  vendor?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of accounts at or below this one.' })
  accountId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of this subscription.' })
  subscriptionId?: string | null;
}

const RESOLUTIONS = ['APPLIED', 'NOT_APPLIED'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];
export const ResolutionEnum = enumOf(RESOLUTIONS);
registerEnumType(ResolutionEnum, {
  name: 'UnknownResolution',
  description: 'What somebody found at the vendor.',
  valuesConfig: {
    APPLIED: { description: 'The vendor did it.' },
    NOT_APPLIED: { description: 'The vendor did not do it; it is sent again.' },
  },
});

const DRIFT_RESOLUTIONS = ['TELL_VENDOR', 'CANCEL_AT_VENDOR', 'IGNORE'] as const;
export type DriftResolution = (typeof DRIFT_RESOLUTIONS)[number];
export const DriftResolutionEnum = enumOf(DRIFT_RESOLUTIONS);
registerEnumType(DriftResolutionEnum, {
  name: 'DriftResolution',
  description: 'What shall become of a difference.',
  valuesConfig: {
    TELL_VENDOR: { description: 'The vendor is told what we have.' },
    CANCEL_AT_VENDOR: { description: 'What only the vendor has is ended there, for good.' },
    IGNORE: { description: 'It stays as it is; the reason is kept.' },
  },
});

@InputType({ description: 'An operation that failed, to be tried again.' })
export class RetryProvisioningInput {
  @Field(() => ID, { description: 'Which operation.' })
  operationId!: string;

  @Field(() => String, { description: 'Chosen by the caller; a retry with the same key gets the same answer.' })
  idempotencyKey!: string;
}

@InputType({ description: 'An operation that failed and stays so.' })
export class AcknowledgeProvisioningInput {
  @Field(() => ID, { description: 'Which operation.' })
  operationId!: string;

  @Field(() => String, { description: 'Why it may stay as it is, or what was done instead.' })
  reason!: string;

  @Field(() => String, { description: 'Chosen by the caller; a retry with the same key gets the same answer.' })
  idempotencyKey!: string;
}

@InputType({ description: 'What became of an operation whose outcome is unknown, as somebody saw it at the vendor.' })
export class ResolveUnknownProvisioningInput {
  @Field(() => ID, { description: 'Which operation.' })
  operationId!: string;

  @Field(() => ResolutionEnum, { description: 'What was found.' })
  resolution!: Resolution;

  @Field(() => String, { nullable: true, description: 'The vendor’s id of the subscription; required where a subscription was delivered.' })
  vendorSubscriptionId?: string | null;

  @Field(() => String, { nullable: true, description: 'The vendor’s id of the customer, where it made one.' })
  vendorCustomerId?: string | null;

  @Field(() => String, { nullable: true, description: 'The activation code, where the vendor gives one.' })
  activationCode?: string | null;

  @Field(() => String, { nullable: true, description: 'The vendor’s id of the license.' })
  licenseId?: string | null;

  @Field(() => String, { description: 'Chosen by the caller; a retry with the same key gets the same answer.' })
  idempotencyKey!: string;
}

@InputType({ description: 'A difference to be settled.' })
export class ResolveDriftInput {
  @Field(() => ID, { description: 'Which difference.' })
  driftId!: string;

  @Field(() => DriftResolutionEnum, { description: 'What shall become of it.' })
  resolution!: DriftResolution;

  @Field(() => String, { nullable: true, description: 'Why; required to ignore it.' })
  reason?: string | null;

  @Field(() => String, { description: 'Chosen by the caller; a retry with the same key gets the same answer.' })
  idempotencyKey!: string;
}

@InputType({ description: 'A vendor whose state is to be compared with ours.' })
export class ReconcileVendorInput {
  @Field(() => String, { description: 'Its code, such as `KASPERSKY`.' })
  vendor!: string;

  @Field(() => String, { description: 'Chosen by the caller; a retry with the same key gets the same answer.' })
  idempotencyKey!: string;
}
