import { sees } from '@cloudtill/domain/accounts/hierarchy';
import { LockMode } from '@mikro-orm/core';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { decodeId } from '../platform/ids.ts';
import type { Unit } from '../platform/use-case.ts';
import { Account } from './account.entity.ts';

/**
 * The account with this id, as far as the viewer sees it; another answer would tell that it exists.
 * @param field where the id stands in the input
 * @rule A3
 */
export async function findAccount(unit: Pick<Unit, 'em' | 'viewer'>, id: string, field: string, options: { lock?: boolean } = {}): Promise<Decision<Account>> {
  const account = await unit.em.findOne(Account, { id: decodeId('acc', id) }, options.lock ? { lockMode: LockMode.PESSIMISTIC_WRITE } : {});
  if (!account || !sees(unit.viewer.account.id, account.path)) return refuse('ACCOUNT_UNKNOWN', { account: id }, [field]);
  return allow(account);
}

/** An account that may still be changed. @rule A2 */
export async function findOpenAccount(unit: Pick<Unit, 'em' | 'viewer'>, id: string, field: string): Promise<Decision<Account>> {
  const found = await findAccount(unit, id, field, { lock: true });
  if (found.allowed && found.value.status === 'CLOSED') return refuse('ACCOUNT_CLOSED', { account: found.value.number }, [field]);
  return found;
}

/** An account strictly below the viewer's own: nobody holds, releases, closes or moves themselves. */
export async function findAccountBelow(unit: Pick<Unit, 'em' | 'viewer'>, id: string, field: string, action: string): Promise<Decision<Account>> {
  const found = await findOpenAccount(unit, id, field);
  if (!found.allowed) return found;
  const { kind, number } = found.value;
  if (kind === 'PROVIDER') return refuse('ACCOUNT_IS_PROVIDER', { action }, [field]);
  if (found.value.id === unit.viewer.account.id) return refuse('ACCOUNT_IS_OWN', { account: number, action }, [field]);
  return found;
}
