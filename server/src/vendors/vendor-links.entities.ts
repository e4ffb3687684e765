import { SYNC_ROLES, SYNC_STATUSES } from '@cloudtill/domain/accounts/provisioning-sync';
import type { Change, Operation } from '@cloudtill/vendors/vendor';
import { OPERATIONS } from '@cloudtill/vendors/vendor';
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import { instant } from '../platform/column-types.ts';
import type { UserError } from '../platform/user-error.type.ts';

const ProvisioningSyncSchema = defineEntity({
  name: 'ProvisioningSync',
  tableName: 'provisioning_sync',
  properties: {
    account: () => p.manyToOne(Account).ref().primary(),
    platform: p.string().primary(),
    status: p.enum(SYNC_STATUSES),
    /** Why it failed. */
    reasons: p.json<UserError[]>(),
    parentAccountId: p.uuid().nullable(),
    email: p.string().nullable(),
    role: p.enum(SYNC_ROLES).nullable(),
    resellerPin: p.string().nullable(),
    pinEnteredAt: instant().nullable(),
    /** What the vendor wants to know beyond that, by name. */
    parameters: p.json<Record<string, string>>(),
    vendorCustomerId: p.string().nullable(),
    synchronizedAt: instant().nullable(),
    version: p.integer().version(),
    updatedAt: instant(),
  },
});
/** An account as one vendor platform knows it. @rule A4 A5 */
export class ProvisioningSync extends ProvisioningSyncSchema.class {}
ProvisioningSyncSchema.setClass(ProvisioningSync);

export const OPERATION_STATES = ['QUEUED', 'CALLING', 'ACCEPTED', 'UNKNOWN', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/**
 * What is asked beyond the subscription itself.
 *
 * - `effectiveAt`: what the history shall say, where that is not the moment at which the vendor did it
 * - `recorded`: the history says it already, as for what was scheduled
 */
export interface OperationRequest {
  readonly change?: Change;
  /** The plan, where `change` is a plan switch. */
  readonly planId?: string;
  readonly effectiveAt?: number;
  readonly recorded?: boolean;
  readonly reason?: string | null;
}

const ProvisioningOperationSchema = defineEntity({
  name: 'ProvisioningOperation',
  tableName: 'provisioning_operation',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    subscriptionId: p.uuid().nullable(),
    vendorCode: p.string(),
    kind: p.enum(OPERATIONS),
    request: p.json<OperationRequest>(),
    state: p.enum(OPERATION_STATES),
    /** Since when it is in its state. */
    since: instant(),
    dueAt: instant(),
    leasedUntil: instant().nullable(),
    attempts: p.integer(),
    sentAt: instant().nullable(),
    pollRef: p.string().nullable(),
    rejection: p.string().nullable(),
    vendorMessageCode: p.string().nullable(),
    message: p.string().nullable(),
    needsAttention: p.boolean(),
    actorKind: p.string(),
    actorId: p.uuid().nullable(),
    actorName: p.string(),
    jobId: p.uuid().nullable(),
    createdAt: instant(),
    finishedAt: instant().nullable(),
  },
});
/** Something that a vendor is to be asked, and how far that is. @rule S2 */
export class ProvisioningOperation extends ProvisioningOperationSchema.class {}
ProvisioningOperationSchema.setClass(ProvisioningOperation);

export type { Operation };
