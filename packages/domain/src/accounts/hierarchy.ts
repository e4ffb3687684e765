import { allow, refuse, type Decision } from '../refusal.ts';

/** @rule A1 */
export const ACCOUNT_KINDS = ['PROVIDER', 'RESELLER', 'CUSTOMER'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** @rule A2 */
export const ACCOUNT_STATUSES = ['ACTIVE', 'ON_HOLD', 'CLOSED'] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

const PARENT_KINDS: Readonly<Record<AccountKind, readonly AccountKind[]>> = {
  PROVIDER: [],
  RESELLER: ['PROVIDER', 'RESELLER'],
  CUSTOMER: ['PROVIDER', 'RESELLER'],
};

/**
 * Whether an account of one kind may stand directly under one of another.
 * @rule A1 "a reseller's is the provider or another reseller; a customer's is a reseller, or the provider"
 */
export function decideParent(kind: AccountKind, parentKind: AccountKind): Decision<void> {
  const allowed = PARENT_KINDS[kind];
  if (allowed.includes(parentKind)) return allow(undefined);
  return refuse('PARENT_KIND_NOT_ALLOWED', { kind, parentKind, allowed: allowed.join(' or ') || 'none' });
}

/**
 * Whether an account may move under a new parent.
 *
 * @param parentPath ids from the root down to the new parent, both included
 * @rule A1 "a cycle is refused"
 */
export function decideMove(accountId: string, parentPath: readonly string[]): Decision<void> {
  if (!parentPath.includes(accountId)) return allow(undefined);
  return refuse('ACCOUNT_CYCLE', { account: accountId, parent: parentPath.at(-1) ?? '' });
}

/**
 * Whether a viewer sees an account: their own and everything below it, never above or beside.
 *
 * @param path ids from the root down to the account, both included
 * @rule A3
 */
export function sees(viewerAccountId: string, path: readonly string[]): boolean {
  return path.includes(viewerAccountId);
}

/**
 * Whether an account's status lets it order or hold more than before. Decreases, terminations and what runs already
 * are not asked about: they go on.
 *
 * @param path what in the input asks for more
 * @rule A2 "On hold: services keep running, new orders and increases are refused."
 */
export function decideGrowth(account: { number: string; status: AccountStatus }, action: string, path: readonly string[] = []): Decision<void> {
  if (account.status === 'ACTIVE') return allow(undefined);
  if (account.status === 'ON_HOLD') return refuse('ACCOUNT_ON_HOLD', { account: account.number, action }, path);
  return refuse('ACCOUNT_CLOSED', { account: account.number }, path);
}
