import { ACCOUNT_KINDS, ACCOUNT_STATUSES } from '@cloudtill/domain/accounts/hierarchy';
import { defineEntity, p } from '@mikro-orm/core';
import { day, instant } from '../platform/column-types.ts';

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: {
    id: p.uuid().primary(),
    number: p.string(),
    kind: p.enum(ACCOUNT_KINDS),
    parent: () => p.manyToOne(Account).ref().nullable(),
    /** Ids from the root down to this account. The database sets it, whatever is written here. */
    path: p.array().columnType('uuid[]').default([]),
    name: p.string(),
    legalName: p.string().nullable(),
    email: p.string().nullable(),
    phone: p.string().nullable(),
    street: p.string().nullable(),
    city: p.string().nullable(),
    postalCode: p.string().nullable(),
    region: p.string().nullable(),
    country: p.string().length(2),
    currency: p.string().length(3),
    locale: p.string(),
    taxId: p.string().nullable(),
    status: p.enum(ACCOUNT_STATUSES),
    /** Whether orders for it and those below it need approval. */
    orderApproval: p.boolean().default(false),
    version: p.integer().version(),
    createdAt: instant(),
    updatedAt: instant(),
  },
});
/** A company in our books. @rule A1 A2 */
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account);

const AccountMoveSchema = defineEntity({
  name: 'AccountMove',
  tableName: 'account_move',
  properties: {
    account: () => p.manyToOne(Account).ref().primary(),
    effectiveOn: day().primary(),
    fromParentId: p.uuid(),
    toParentId: p.uuid(),
    movedAt: instant(),
  },
});
/** Under whom an account stood before a day. */
export class AccountMove extends AccountMoveSchema.class {}
AccountMoveSchema.setClass(AccountMove);
