/** Making accounts known on vendors' platforms. The rules decide; what vendors are told of it is asked after the commit. */
import { decideSynchronization, roleOf, type SyncRole } from '@cloudtill/domain/accounts/provisioning-sync';
import { allow, refusal, refuse, type Decision, type Refusal } from '@cloudtill/domain/refusal';
import { LockMode } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import { findOpenAccount } from '../accounts/find-account.ts';
import { Vendor } from '../catalog/catalog.entities.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import { startJob } from '../platform/jobs.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import { toUserErrors } from '../platform/user-error.type.ts';
import { decideNothingOpen, intend } from './intend.ts';
import type { SetSyncOptionsInput, SynchronizeAccountInput } from './sync.inputs.ts';
import { accountOnPlatform } from './vendor-account.ts';
import { ProvisioningSync } from './vendor-links.entities.ts';

export interface Synchronized {
  readonly accountId: string;
  readonly platform: string;
  readonly jobId?: string;
  /** Why it failed: the failure is kept, so the use case itself was done. */
  readonly refusals: readonly Refusal[];
}

/**
 * Keeps what an account is to a platform. It is taken as it is given, and judged when the account is synchronized; only
 * what cannot be meant is refused.
 * @rule A5
 */
export async function setSyncOptions(unit: Unit, input: SetSyncOptionsInput): Promise<Decision<Synchronized>> {
  const found = await openSync(unit, input);
  if (!found.allowed) return found;
  const { account, sync, vendor } = found.value;
  const check = new TextCheck();
  const wanted = {
    email: input.email === undefined ? sync.email : check.optionalLine('email', input.email, 320),
    resellerPin: input.resellerPin === undefined ? sync.resellerPin : check.optionalLine('resellerPin', input.resellerPin, 64),
    role: input.role ?? sync.role,
    parentAccountId: sync.parentAccountId,
    parameters: sync.parameters,
  };
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  if (input.parentAccountId !== undefined) {
    const parent = await findServingReseller(unit, account, input.parentAccountId);
    if (!parent.allowed) return parent;
    wanted.parentAccountId = parent.value;
  }
  if (input.parameters) {
    const parameters = takeParameters(unit, vendor, input.parameters);
    if (!parameters.allowed) return parameters;
    wanted.parameters = parameters.value;
  }
  const before = stateOf(sync);
  const isSame = Object.entries(wanted).every(([name, value]) => JSON.stringify(value) === JSON.stringify(sync[name as keyof typeof wanted]));
  if (wanted.resellerPin !== sync.resellerPin) sync.pinEnteredAt = wanted.resellerPin === null ? null : unit.now;
  // What the platform knows is not what is wanted any more, so it has to be told again.
  if (!isSame) Object.assign(sync, wanted, { status: 'UNSYNCHRONIZED', reasons: [], updatedAt: unit.now });
  unit.em.persist(sync);
  await unit.em.flush();
  unit.audit({ ...subjectOf(account, sync), action: 'setSyncOptions', before, after: stateOf(sync) });
  return allow({ accountId: account.id, platform: sync.platform, refusals: [] });
}

/**
 * Makes an account known on a platform. What stands against it is kept as the reason of the failure and answered.
 * @rule A6
 */
export async function synchronizeAccount(unit: Unit, input: SynchronizeAccountInput): Promise<Decision<Synchronized>> {
  const found = await openSync(unit, input);
  if (!found.allowed) return found;
  const { account, sync, vendor } = found.value;
  if (sync.status === 'PENDING') return refuse('SYNC_IN_PROGRESS', { account: account.number, platform: sync.platform });
  const open = await decideNothingOpen(unit, { accountId: account.id, vendorCode: vendor.code }, account.number);
  if (!open.allowed) return open;
  const refusals = await refusalsOf(unit, account, sync, vendor);
  const before = { status: sync.status };
  const jobId = refusals.length === 0 ? await tellVendor(unit, account, sync, vendor) : undefined;
  if (refusals.length > 0) Object.assign(sync, { status: 'FAILED', reasons: toUserErrors(refusals), updatedAt: unit.now });
  unit.em.persist(sync);
  await unit.em.flush();
  unit.audit({ ...subjectOf(account, sync), action: 'synchronizeAccount', before, after: { status: sync.status } });
  if (sync.status === 'SYNCHRONIZED') unit.emit('account.synchronized', { accountId: account.id, platform: sync.platform });
  return allow({ accountId: account.id, platform: sync.platform, refusals, ...(jobId ? { jobId } : {}) });
}

/** Resellers are known by the PIN that the vendor gave them, so only users are made at the vendor. */
async function tellVendor(unit: Unit, account: Account, sync: ProvisioningSync, { code }: Vendor): Promise<string | undefined> {
  if (account.kind === 'RESELLER' || !unit.app.vendors.find(code)) {
    Object.assign(sync, { status: 'SYNCHRONIZED', reasons: [], synchronizedAt: unit.now, updatedAt: unit.now });
    return undefined;
  }
  Object.assign(sync, { status: 'PENDING', reasons: [], updatedAt: unit.now });
  unit.em.persist(sync);
  const jobId = await startJob(
    unit,
    'synchronizeAccount',
    { accountId: account.id, platform: sync.platform },
    { accountId: account.id, subject: `${account.number} · ${sync.platform}` },
  );
  await intend(unit, { accountId: account.id, subject: account.number, vendorCode: code, kind: 'CREATE_CUSTOMER', jobId });
  return jobId;
}

async function refusalsOf(unit: Unit, account: Account, sync: ProvisioningSync, vendor: Vendor): Promise<Refusal[]> {
  const { em, app } = unit;
  const { platform, resellerPin, parentAccountId } = sync;
  // One after the other for each PIN, so that whoever comes second sees the first.
  if (resellerPin) await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`${platform} ${resellerPin.toUpperCase()}`]);
  const [owner] = resellerPin
    ? await em.execute<{ owner: string | null }[]>('select pin_owner(?, ?, ?, ?) as owner', [platform, resellerPin, account.id, sync.pinEnteredAt ?? unit.now])
    : [];
  const [parent] = parentAccountId
    ? await em.execute<{ number: string; status: ProvisioningSync['status'] }[]>('select number, status from sync_of(?, ?)', [parentAccountId, platform])
    : [];
  const decision = decideSynchronization({
    platform,
    account,
    // As the account is shown and told to the vendor: without an address of its own on the platform, that of the account.
    email: sync.email ?? account.email ?? undefined,
    role: sync.role ?? roleOf(account.kind),
    resellerPin: resellerPin ?? undefined,
    pinOwner: owner?.owner ?? undefined,
    parent,
  });
  if (!decision.allowed) return [...decision.refusals];
  const adapter = app.vendors.find(vendor.code);
  const settings = app.vendors.requiredSettings(vendor.code);
  if (!adapter) return settings ? [refusal('VENDOR_NOT_CONFIGURED', { vendor: vendor.code, settings: settings.join(', ') }, ['platform'])] : [];
  await em.flush();
  const { told } = await accountOnPlatform(em, account.id, platform);
  return adapter
    .check({ operation: 'CREATE_CUSTOMER', account: told })
    .map(({ parameter, problem }) => refusal('VENDOR_PARAMETER_INVALID', { vendor: vendor.code, parameter, problem }, ['parameters', parameter]));
}

interface Opened {
  readonly account: Account;
  readonly sync: ProvisioningSync;
  readonly vendor: Vendor;
}

/** The account on its platform, locked; with what goes without saying where nobody said anything. */
async function openSync(unit: Unit, { accountId, platform }: { accountId: string; platform: string }): Promise<Decision<Opened>> {
  const { em, now } = unit;
  const found = await findOpenAccount(unit, accountId, 'accountId');
  if (!found.allowed) return found;
  const account = found.value;
  if (account.kind === 'PROVIDER') return refuse('ACCOUNT_IS_PROVIDER', { action: 'synchronized' }, ['accountId']);
  const vendors = await em.find(Vendor, {});
  // By its code too: people think of the vendor.
  const vendor = vendors.find((known) => known.platform === platform || known.code === platform);
  if (!vendor)
    return refuse(
      'PLATFORM_UNKNOWN',
      {
        platform,
        known: vendors
          .map((known) => known.platform)
          .toSorted()
          .join(', '),
      },
      ['platform'],
    );
  const key = { account: account.id, platform: vendor.platform };
  const known = await em.findOne(ProvisioningSync, key, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (known) return allow({ account, sync: known, vendor });
  const parent = account.kind === 'CUSTOMER' && account.parent ? await account.parent.loadOrFail() : undefined;
  const sync = em.create(
    ProvisioningSync,
    {
      account,
      platform: vendor.platform,
      status: 'UNSYNCHRONIZED',
      reasons: [],
      parentAccountId: parent?.kind === 'RESELLER' ? parent.id : null,
      email: account.email ?? null,
      role: roleOf(account.kind),
      parameters: {},
      version: 1,
      updatedAt: now,
    },
    { persist: false },
  );
  return allow({ account, sync, vendor });
}

/** The reseller that serves an account must be one of those above it. Nobody: a direct account. @rule A5 */
async function findServingReseller(unit: Unit, account: Account, parentId: string | null): Promise<Decision<string | null>> {
  if (parentId === null) return allow(null);
  const id = decodeId('acc', parentId);
  const parent = await unit.em.findOne(Account, { id });
  if (parent?.kind === 'RESELLER' && id !== account.id && account.path.includes(id)) return allow(id);
  const seller = account.parent ? await unit.em.findOne(Account, { id: account.parent.id }) : null;
  return refuse('SYNC_PARENT_MISMATCH', { account: account.number, parent: parent?.number ?? parentId, seller: seller?.number ?? 'the provider' }, [
    'parentAccountId',
  ]);
}

function takeParameters(unit: Unit, { code }: Vendor, given: NonNullable<SetSyncOptionsInput['parameters']>): Decision<Record<string, string>> {
  const known = unit.app.vendors.find(code)?.accountParameters ?? [];
  const taken: Record<string, string> = {};
  const refusals: Refusal[] = [];
  for (const [index, { name, value }] of given.entries()) {
    const parameter = known.find((one) => one.name === name);
    const problem = !parameter
      ? `${code} has no such parameter`
      : value.length > parameter.maxLength
        ? `it has more than ${parameter.maxLength} characters`
        : parameter.choices && !parameter.choices.includes(value)
          ? `it must be one of ${parameter.choices.join(', ')}`
          : undefined;
    if (problem) refusals.push(refusal('VENDOR_PARAMETER_INVALID', { vendor: code, parameter: name, problem }, ['parameters', String(index)]));
    else if (value !== '') taken[name] = value;
  }
  return refusals.length > 0 ? { allowed: false, refusals } : allow(taken);
}

function stateOf({ status, email, role, resellerPin, parentAccountId, parameters }: ProvisioningSync): object {
  return {
    status,
    email: email ?? null,
    role: role as SyncRole,
    resellerPin: resellerPin ?? null,
    parent: parentAccountId ? encodeId('acc', parentAccountId) : null,
    parameters,
  };
}

function subjectOf(account: Account, { platform }: ProvisioningSync): { accountId: string; subjectKind: string; subjectId: string; subjectNumber: string } {
  return { accountId: account.id, subjectKind: 'ProvisioningSync', subjectId: encodeId('acc', account.id), subjectNumber: `${account.number} · ${platform}` };
}
