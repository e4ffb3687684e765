import { decideGrowth, decideParent } from '@cloudtill/domain/accounts/hierarchy';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { encodeId, newId } from '../platform/ids.ts';
import { nextNumber } from '../platform/numbers.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import { Account } from './account.entity.ts';
import type { CreateAccountInput } from './account.inputs.ts';
import { findAccount } from './find-account.ts';

/** A new reseller or customer under an account that the viewer sees. @rule A1 A2 A3 */
export async function createAccount(unit: Unit, input: CreateAccountInput): Promise<Decision<{ accountId: string }>> {
  const { em } = unit;
  const check = new TextCheck();
  const name = check.line('name', input.name);
  const columns = {
    legalName: check.optionalLine('legalName', input.legalName),
    email: check.email('email', input.email),
    phone: check.optionalLine('phone', input.phone, 50),
    ...addressColumns(check, input.address),
    country: check.country('country', input.country),
    currency: check.currency('currency', input.currency),
    locale: check.locale('locale', input.locale ?? 'en'),
    taxId: check.optionalLine('taxId', input.taxId, 50),
  };
  const wanted = input.number ? check.line('number', input.number, 40) : undefined;
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };

  const parent = await findAccount(unit, input.parentId ?? encodeId('acc', unit.viewer.account.id), 'parentId');
  if (!parent.allowed) return parent;
  const placed = decideParent(input.kind, parent.value.kind);
  if (!placed.allowed) return { allowed: false, refusals: placed.refusals.map((no) => ({ ...no, path: ['kind'] })) };
  const growth = decideGrowth(parent.value, 'a new account below it', ['parentId']);
  if (!growth.allowed) return growth;
  if (wanted && (await unit.app.database.system.query('select 1 from account where number = $1', [wanted])).rowCount) {
    return refuse('NUMBER_TAKEN', { number: wanted, kind: 'account' }, ['number']);
  }

  const number = wanted ?? `ACC-${await nextNumber(em, 'account_number', 6)}`;
  const account = em.create(Account, {
    id: newId(),
    number,
    kind: input.kind,
    parent: parent.value,
    name,
    ...columns,
    path: [],
    status: 'ACTIVE',
    version: 1,
    createdAt: unit.now,
    updatedAt: unit.now,
  });
  em.persist(account);
  unit.audit({
    accountId: parent.value.id,
    action: 'createAccount',
    subjectKind: 'Account',
    subjectId: encodeId('acc', account.id),
    subjectNumber: number,
    after: { kind: input.kind, name, ...columns },
  });
  return allow({ accountId: account.id });
}

export function addressColumns(
  check: TextCheck,
  address: CreateAccountInput['address'],
): { street: string | null; city: string | null; postalCode: string | null; region: string | null } {
  const line = (field: 'street' | 'city' | 'postalCode' | 'region', maximum?: number): string | null =>
    check.optionalLine(field, address?.[field], maximum, ['address', field]);
  return { street: line('street'), city: line('city'), postalCode: line('postalCode', 20), region: line('region') };
}
