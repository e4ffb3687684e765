/** Writing down what a vendor is to be asked, in the transaction of whoever wants it. @rule S1 S2 */
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { Operation, Vendor } from '@cloudtill/vendors/vendor';
import { Vendor as KnownVendor } from '../catalog/catalog.entities.ts';
import type { App } from '../platform/context.ts';
import type { EntityManager } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import type { Unit } from '../platform/use-case.ts';
import { ProvisioningOperation, type OperationRequest } from './vendor-links.entities.ts';

export interface Intention {
  readonly accountId: string;
  /** Left out for what concerns the account itself. */
  readonly subscriptionId?: string;
  /** What a refusal calls it: a subscription's or an account's number. */
  readonly subject: string;
  readonly vendorCode: string;
  readonly kind: Operation;
  readonly request?: OperationRequest;
  /** When it is to be sent, by the clock of the business; at once where left out. */
  readonly dueAt?: Date;
  readonly jobId?: string;
}

/**
 * The vendor, if it can be reached and has this operation.
 * @rule S1 "Suspending exists only where the vendor has it"
 */
export function findVendor({ vendors }: Pick<App, 'vendors'>, code: string, kind: Operation): Decision<Vendor> {
  const vendor = vendors.find(code);
  if (!vendor) return refuseUnreachable({ vendors }, code);
  if (!vendor.capabilities.operations.has(kind)) {
    const advice = kind === 'SUSPEND' ? 'its subscriptions run until they are terminated' : 'do it in the vendor’s portal, or order anew';
    return refuse('VENDOR_CANNOT', { vendor: code, action: kind.toLowerCase().replaceAll('_', ' '), advice });
  }
  return allow(vendor);
}

/** Why a vendor cannot be asked anything: its settings are missing, or nothing is ever provisioned there by us. */
export function refuseUnreachable({ vendors }: Pick<App, 'vendors'>, code: string, path: readonly string[] = []): Decision<never> {
  const settings = vendors.requiredSettings(code);
  if (settings) return refuse('VENDOR_NOT_CONFIGURED', { vendor: code, settings: settings.join(', ') }, path);
  return refuse('VENDOR_CANNOT', { vendor: code, action: 'be asked by Cloudtill', advice: 'look into the vendor’s own portal' }, path);
}

/** The platform of a vendor, also of one that cannot be reached now. */
export async function platformOf(em: EntityManager, vendorCode: string): Promise<string> {
  return (await em.findOneOrFail(KnownVendor, { code: vendorCode })).platform;
}

/** Refuses while another operation on the same subject is open; asked under the lock of the subject. @rule S1 */
export async function decideNothingOpen(
  unit: Pick<Unit, 'em'>,
  of: { subscriptionId: string } | { accountId: string; vendorCode: string },
  subject: string,
): Promise<Decision<void>> {
  const where = 'subscriptionId' in of ? of : { ...of, subscriptionId: null };
  const open = await unit.em.findOne(ProvisioningOperation, { ...where, finishedAt: null });
  if (!open) return allow(undefined);
  return refuse('OPERATION_PENDING', { subject, kind: open.kind, state: open.state, since: open.since.toISOString() });
}

/**
 * Writes an intention down; it is carried out after the commit.
 * @returns the operation's id, which vendors with idempotency keys are told
 */
export async function intend(unit: Pick<Unit, 'em' | 'viewer' | 'now'>, intention: Intention): Promise<string> {
  const { em, viewer, now } = unit;
  const { accountId, subscriptionId, vendorCode, kind, request, dueAt, jobId } = intention;
  const operation = em.create(ProvisioningOperation, {
    id: newId(),
    accountId,
    subscriptionId: subscriptionId ?? null,
    vendorCode,
    kind,
    request: request ?? {},
    state: 'QUEUED',
    since: now,
    dueAt: dueAt ?? now,
    leasedUntil: null,
    attempts: 0,
    sentAt: null,
    pollRef: null,
    rejection: null,
    vendorMessageCode: null,
    message: null,
    needsAttention: false,
    actorKind: viewer.kind,
    actorId: viewer.id,
    actorName: viewer.name,
    jobId: jobId ?? null,
    createdAt: now,
    finishedAt: null,
  });
  em.persist(operation);
  await em.flush();
  await em.execute(`select pg_notify('cloudtill_provisioning', '')`);
  return operation.id;
}
