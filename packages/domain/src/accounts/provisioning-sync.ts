import { allow, refusal, type Decision, type Refusal } from '../refusal.ts';
import type { AccountKind } from './hierarchy.ts';

/** Where an account is on one vendor platform. There is no summary over platforms. @rule A4 */
export const SYNC_STATUSES = ['UNSYNCHRONIZED', 'PENDING', 'SYNCHRONIZED', 'FAILED'] as const;
export type SyncStatus = (typeof SYNC_STATUSES)[number];

/** What an account is to a platform. @rule A5 */
export const SYNC_ROLES = ['USER', 'RESELLER'] as const;
export type SyncRole = (typeof SYNC_ROLES)[number];

/** Everything that decides whether an account can be synchronized. */
export interface SyncAttempt {
  readonly platform: string;
  readonly account: { readonly number: string; readonly kind: AccountKind };
  /** Receives the license key. */
  readonly email: string | undefined;
  readonly role: SyncRole;
  readonly resellerPin: string | undefined;
  /** Number of the account that has the PIN already. */
  readonly pinOwner: string | undefined;
  /** The reseller that serves the account; undefined for a direct one. */
  readonly parent: { readonly number: string; readonly status: SyncStatus } | undefined;
}

const EMAIL = /^[^\s@<>(),;:"[\]\\]{1,64}@(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}]{2,63}$/u;
/** What vendors print as partner codes. */
const PIN = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

/** Which role fits a kind of account. @rule A5 "a reseller account is `RESELLER`, all others `USER`" */
export function roleOf(kind: AccountKind): SyncRole {
  return kind === 'RESELLER' ? 'RESELLER' : 'USER';
}

/**
 * Whether an account can be synchronized with a platform: every reason why not.
 * @rule A6
 */
export function decideSynchronization(attempt: SyncAttempt): Decision<void> {
  const { platform, account, email, role, resellerPin, pinOwner, parent } = attempt;
  const refusals: Refusal[] = [];
  const fitting = roleOf(account.kind);
  if (role !== fitting) {
    refusals.push(refusal('SYNC_ROLE_MISMATCH', { account: account.number, kind: account.kind, role, fitting }, ['role']));
  }
  if (email === undefined || !EMAIL.test(email)) {
    refusals.push(refusal('SYNC_EMAIL_INVALID', { account: account.number, email: email ?? '' }, ['email']));
  }
  if (account.kind === 'RESELLER') {
    if (!resellerPin) refusals.push(refusal('RESELLER_PIN_MISSING', { account: account.number, platform }, ['resellerPin']));
    else if (!PIN.test(resellerPin)) refusals.push(refusal('RESELLER_PIN_INVALID', { pin: resellerPin }, ['resellerPin']));
    else if (pinOwner !== undefined) refusals.push(refusal('RESELLER_PIN_TAKEN', { pin: resellerPin, platform, owner: pinOwner }, ['resellerPin']));
  } else if (resellerPin) {
    refusals.push(refusal('RESELLER_PIN_NOT_ALLOWED', { account: account.number, kind: account.kind }, ['resellerPin']));
  }
  if (parent && parent.status !== 'SYNCHRONIZED') {
    refusals.push(refusal('PARENT_NOT_SYNCHRONIZED', { account: account.number, parent: parent.number, platform, status: parent.status }, ['parentAccountId']));
  }
  return refusals.length > 0 ? { allowed: false, refusals } : allow(undefined);
}

/**
 * Whether something that a vendor provisions automatically may be ordered for an account.
 * @rule A7
 */
export function decideSynchronized(account: { readonly number: string }, platform: string, status: SyncStatus, path: readonly string[] = []): Decision<void> {
  if (status === 'SYNCHRONIZED') return allow(undefined);
  return { allowed: false, refusals: [refusal('ACCOUNT_NOT_SYNCHRONIZED', { account: account.number, platform, status }, path)] };
}
