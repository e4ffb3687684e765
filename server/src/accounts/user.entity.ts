import { defineEntity, p } from '@mikro-orm/core';
import { instant } from '../platform/column-types.ts';
import { Account } from './account.entity.ts';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'app_user',
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).ref(),
    email: p.string(),
    name: p.string(),
    passwordHash: p.string(),
    roles: p.array(),
    locale: p.string(),
    status: p.enum(['ACTIVE', 'SUSPENDED'] as const),
    createdAt: instant(),
    lastSignInAt: instant().nullable(),
  },
});
/** A person who signs in. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'session',
  properties: {
    /** SHA-256 of the token in the cookie: who reads the table cannot sign in with it. */
    tokenHash: p.blob().primary(),
    user: () => p.manyToOne(User).ref(),
    createdAt: instant(),
    expiresAt: instant(),
    endedAt: instant().nullable(),
  },
});
/** A browser that a person signed in with. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

const ServiceCredentialSchema = defineEntity({
  name: 'ServiceCredential',
  tableName: 'service_credential',
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).ref(),
    name: p.string(),
    keyHash: p.blob(),
    /** The first characters of the key, by which people tell keys apart. */
    prefix: p.string(),
    scopes: p.array(),
    createdAt: instant(),
    expiresAt: instant().nullable(),
    lastUsedAt: instant().nullable(),
    revokedAt: instant().nullable(),
  },
});
/** A key with which a machine works for an account. */
export class ServiceCredential extends ServiceCredentialSchema.class {}
ServiceCredentialSchema.setClass(ServiceCredential);
