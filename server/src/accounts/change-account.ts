import { decideMove, decideParent, type AccountStatus } from '@cloudtill/domain/accounts/hierarchy';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { encodeId } from '../platform/ids.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import { Account } from './account.entity.ts';
import type { MoveAccountInput, UpdateAccountInput } from './account.inputs.ts';
import { addressColumns } from './create-account.ts';
import { findAccountBelow, findOpenAccount } from './find-account.ts';

type Changed = Decision<{ accountId: string }>;

/** Changes what an account is called and where it is. @rule A2 */
export async function updateAccount(unit: Unit, input: UpdateAccountInput): Promise<Changed> {
  const check = new TextCheck();
  const given = {
    ...(input.name != null && { name: check.line('name', input.name) }),
    ...(input.legalName !== undefined && { legalName: check.optionalLine('legalName', input.legalName) }),
    ...(input.email !== undefined && { email: check.email('email', input.email) }),
    ...(input.phone !== undefined && { phone: check.optionalLine('phone', input.phone, 50) }),
    ...(input.address !== undefined && addressColumns(check, input.address)),
    ...(input.country != null && { country: check.country('country', input.country) }),
    ...(input.locale != null && { locale: check.locale('locale', input.locale) }),
    ...(input.taxId !== undefined && { taxId: check.optionalLine('taxId', input.taxId, 50) }),
    ...(input.orderApproval != null && { orderApproval: input.orderApproval }),
  };
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const found = await findOpenAccount(unit, input.accountId, 'accountId');
  if (!found.allowed) return found;
  const account = found.value;
  const before = Object.fromEntries(Object.keys(given).map((name) => [name, account[name as keyof Account]]));
  // Named one by one above, so nothing else of an input can reach the row.
  Object.assign(account, given, { updatedAt: unit.now });
  note(unit, account, 'updateAccount', before, given);
  return allow({ accountId: account.id });
}

/** @rule A2 `ACTIVE | ON_HOLD` */
export async function setAccountHold(
  unit: Unit,
  accountId: string,
  status: Exclude<AccountStatus, 'CLOSED'>,
  reason: string | null | undefined,
): Promise<Changed> {
  const [action, verb] = status === 'ON_HOLD' ? ['holdAccount', 'put on hold'] : ['releaseAccount', 'released'];
  const check = new TextCheck();
  const because = check.optionalLine('reason', reason, 500);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const found = await findAccountBelow(unit, accountId, 'accountId', verb);
  if (!found.allowed) return found;
  const account = found.value;
  if (account.status === status) return refuse('ACCOUNT_STATUS_UNCHANGED', { account: account.number, status }, ['accountId']);
  note(unit, account, action, { status: account.status }, { status, ...(because && { reason: because }) });
  Object.assign(account, { status, updatedAt: unit.now });
  return allow({ accountId: account.id });
}

/** Closing is for accounts that hold nothing any more, neither themselves nor below. @rule A2 */
export async function closeAccount(unit: Unit, accountId: string): Promise<Changed> {
  const found = await findAccountBelow(unit, accountId, 'accountId', 'closed');
  if (!found.allowed) return found;
  const account = found.value;
  const [held] = await unit.em.execute<{ count: string }[]>(
    `select count(*) as count from service_subscription s join account a on a.id = s.customer_id where a.path @> array[?::uuid] and s.status not in ('TERMINATED', 'FAILED')`,
    [account.id],
  );
  if (held!.count !== '0') return refuse('ACCOUNT_HAS_SUBSCRIPTIONS', { account: account.number, count: held!.count }, ['accountId']);
  note(unit, account, 'closeAccount', { status: account.status }, { status: 'CLOSED' });
  Object.assign(account, { status: 'CLOSED', updatedAt: unit.now });
  return allow({ accountId: account.id });
}

/**
 * Puts an account, with all below it, under another seller. Sight changes at once; charges whose first day lies before
 * today keep the chain of their time.
 * @rule A1 A3 P5
 */
export async function moveAccount(unit: Unit, input: MoveAccountInput): Promise<Changed> {
  const found = await findAccountBelow(unit, input.accountId, 'accountId', 'moved');
  if (!found.allowed) return found;
  const parent = await findOpenAccount(unit, input.parentId, 'parentId');
  if (!parent.allowed) return parent;
  const account = found.value;
  const { app, now } = unit;
  const placed = decideParent(account.kind, parent.value.kind);
  if (!placed.allowed) return { allowed: false, refusals: placed.refusals.map((no) => ({ ...no, path: ['parentId'] })) };
  const moved = decideMove(account.id, parent.value.path);
  if (!moved.allowed) return refuse('ACCOUNT_CYCLE', { account: account.number, parent: parent.value.number }, ['parentId']);
  const before = account.parent!.id;
  if (before === parent.value.id) return refuse('ACCOUNT_PARENT_UNCHANGED', { account: account.number, parent: parent.value.number }, ['parentId']);
  const effectiveOn = isoDate(app.clock.today());
  // A second move of the same day replaces the first: the account stood nowhere in between on any billing day.
  await unit.em.execute(
    `insert into account_move (account_id, effective_on, from_parent_id, to_parent_id, moved_at) values (?, ?, ?, ?, ?)
     on conflict (account_id, effective_on) do update set to_parent_id = excluded.to_parent_id, moved_at = excluded.moved_at`,
    [account.id, effectiveOn, before, parent.value.id, now],
  );
  note(unit, account, 'moveAccount', { parent: encodeId('acc', before) }, { parent: encodeId('acc', parent.value.id) });
  account.parent = unit.em.getReference(Account, parent.value.id, { wrapped: true });
  account.updatedAt = now;
  unit.emit('account.moved', { accountId: account.id, effectiveOn });
  return allow({ accountId: account.id });
}

function note(unit: Unit, account: Account, action: string, before: object, after: object): void {
  unit.audit({ accountId: account.id, action, subjectKind: 'Account', subjectId: encodeId('acc', account.id), subjectNumber: account.number, before, after });
}
