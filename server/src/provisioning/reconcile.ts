/**
 * Lays a vendor's state beside ours. Where they differ there is an open row, until they agree again or somebody has
 * settled it; neither side is changed by finding it.
 * @rule S2 invariant 8: vendor state = ours, or an open difference
 */
import { refusal } from '@cloudtill/domain/refusal';
import type { Call, Vendor, VendorStatus, VendorSubscription } from '@cloudtill/vendors/vendor';
import type { App } from '../platform/context.ts';
import type { JobOutcome, Task } from '../platform/jobs.ts';
import { newId } from '../platform/ids.ts';
import { refOf } from './intent.ts';

/** A subscription of ours that the vendor should have. */
interface Ours {
  readonly id: string;
  readonly customer_id: string;
  readonly number: string;
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'TERMINATED';
  readonly quantity: number;
  readonly sku: string;
  readonly vendor_subscription_id: string;
  readonly vendor_customer_id: string | null;
  readonly vendor_memo: string | null;
  readonly updated_at: Date;
}

interface Difference {
  readonly field: 'EXISTENCE' | 'STATUS' | 'QUANTITY' | 'SKU';
  readonly ours: string | null;
  readonly theirs: string | null;
}

export interface Reconciled {
  readonly compared: number;
  readonly differences: number;
  /** Those that the vendor did not show, though it showed others: they are compared the next time. */
  readonly unread: number;
}

/** So many in a row, and it is the vendor that cannot be read. */
const SILENT_AFTER = 3;

/** Compares everything that the vendor shows. @throws where the vendor cannot be read now: the comparison is tried again */
export async function reconcileVendor(app: App, vendor: Vendor, progress: (done: number) => Promise<void> = async () => {}): Promise<Reconciled> {
  const readAt = app.clock.date();
  const ours = await oursAt(app, vendor);
  const seen = new Set<string>();
  let differences = 0;
  let unread = 0;
  const open = await openSubjects(app, vendor);
  const compare = async (mine: Ours | undefined, theirs: VendorSubscription | undefined): Promise<void> => {
    // Nearly all agree and did before: there is nothing to write of them.
    const isQuiet = !open.has(subjectOf(mine, theirs)) && differencesOf(mine, theirs, vendor.capabilities.canReactivateAfterCancel).length === 0;
    if (!isQuiet) differences += await note(app, vendor, mine, theirs, readAt);
    await progress(seen.size);
  };
  if (vendor.capabilities.canList) {
    const { listed, asOf } = await listAll(app, vendor, ours);
    const byId = new Map(listed.map((theirs) => [theirs.vendorSubscriptionId, theirs]));
    const byReference = Map.groupBy(listed, ({ reference }) => reference);
    // After the list, and in this order: what is not awaited any more is linked by now.
    const awaited = await awaitedReferences(app, vendor);
    const known = await linkedIds(app, vendor);
    for (const mine of ours) {
      seen.add(mine.id);
      // What was changed after the vendor's list was made cannot be in it.
      if (asOf !== undefined && mine.updated_at.getTime() > asOf) continue;
      // A vendor may give a subscription another id: then ours is gone, and one nobody knows has our number.
      const theirs = byId.get(mine.vendor_subscription_id) ?? byReference.get(mine.number)?.find((one) => !known.has(one.vendorSubscriptionId));
      if (theirs) byId.delete(theirs.vendorSubscriptionId);
      await compare(mine, theirs);
    }
    for (const theirs of byId.values()) {
      if (theirs.status !== 'TERMINATED' && !known.has(theirs.vendorSubscriptionId) && !awaited.has(theirs.reference ?? '')) await compare(undefined, theirs);
    }
    await endOrphans(app, vendor, Math.min(asOf ?? Infinity, readAt.getTime()));
  } else {
    const patience = Math.min(SILENT_AFTER, ours.length);
    let silent = 0;
    for (const mine of ours) {
      const read = await vendor.getSubscription(callOf(app), refOf(mine));
      if (read.kind === 'SUCCEEDED') {
        silent = 0;
        seen.add(mine.id);
        await compare(mine, read.value);
      } else if (++silent === patience) throw new Error(`${vendor.code} could not be read: ${read.message}`);
      else app.logger.warn({ vendor: vendor.code, subscription: mine.number, error: read.message }, 'a subscription could not be compared');
    }
    unread = ours.length - seen.size;
  }
  return { compared: seen.size, differences, unread };
}

/** What a difference is about: a subscription of ours, else the vendor's. */
function subjectOf(mine: Ours | undefined, theirs: VendorSubscription | undefined): string {
  return mine?.id ?? theirs!.vendorSubscriptionId;
}

/** Whatever has a difference, also one that somebody lets be: it ends when both sides agree. */
async function openSubjects({ database }: App, { code }: Vendor): Promise<Set<string>> {
  const { rows } = await database.system.query<{ subject: string }>(
    'select distinct coalesce(subscription_id::text, vendor_subscription_id) as subject from drift where vendor_code = $1 and (resolved_at is null or ignored)',
    [code],
  );
  return new Set(rows.map(({ subject }) => subject));
}

/** Linked subscriptions at rest: while an operation is open, both sides are on their way. */
async function oursAt({ database }: App, { platform }: Vendor, subscriptionId?: string): Promise<Ours[]> {
  const { rows } = await database.system.query<Ours>(
    `select s.id, s.customer_id, s.number, s.status, s.quantity, p.sku, s.vendor_subscription_id, s.vendor_customer_id, s.vendor_memo, s.updated_at
       from service_subscription s join plan p on p.id = s.plan_id
      where s.platform = $1 and s.vendor_subscription_id is not null and ($2::uuid is null or s.id = $2)
        and not exists (select from provisioning_operation o where o.subscription_id = s.id and o.finished_at is null)`,
    [platform, subscriptionId ?? null],
  );
  return rows;
}

/** What the vendor has and somebody here holds, also while something of it is on its way. */
async function linkedIds({ database }: App, { platform }: Vendor): Promise<Set<string>> {
  const { rows } = await database.system.query<{ id: string }>(
    'select vendor_subscription_id as id from service_subscription where platform = $1 and vendor_subscription_id is not null',
    [platform],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Ends what nobody held when the vendor was read before, and what is not found like that any more: it has ended, or somebody holds it. */
async function endOrphans({ database, clock }: App, { code }: Vendor, readAt: number): Promise<void> {
  await database.system.query(
    `update drift set resolved_at = $3, resolution = 'both sides agree' where vendor_code = $1 and subscription_id is null and resolved_at is null and seen_at < $2`,
    [code, new Date(readAt), clock.date()],
  );
}

/** Numbers of subscriptions that are just being delivered: what the vendor has of them is no orphan. */
async function awaitedReferences({ database }: App, { code }: Vendor): Promise<Set<string>> {
  const { rows } = await database.system.query<{ number: string }>(
    `select s.number from provisioning_operation o join service_subscription s on s.id = o.subscription_id where o.vendor_code = $1 and o.finished_at is null`,
    [code],
  );
  return new Set(rows.map(({ number }) => number));
}

async function listAll(app: App, vendor: Vendor, ours: readonly Ours[]): Promise<{ listed: VendorSubscription[]; asOf: number | undefined }> {
  const customers = await customersOf(app, vendor, ours);
  const listed: VendorSubscription[] = [];
  let asOf: number | undefined;
  for (let after: string | undefined; ;) {
    const page = await vendor.listSubscriptions(callOf(app), customers, after);
    if (page.kind !== 'SUCCEEDED') throw new Error(`${vendor.code} could not be read: ${page.message}`);
    listed.push(...page.value.subscriptions);
    if (page.value.asOf !== undefined) asOf = Math.min(asOf ?? Infinity, page.value.asOf);
    after = page.value.next;
    if (after === undefined) return { listed, asOf };
  }
}

async function customersOf({ database }: App, { platform }: Vendor, ours: readonly Ours[]): Promise<string[]> {
  const { rows } = await database.system.query<{ id: string }>(
    'select vendor_customer_id as id from provisioning_sync where platform = $1 and vendor_customer_id is not null',
    [platform],
  );
  return [...new Set([...rows.map(({ id }) => id), ...ours.flatMap(({ vendor_customer_id }) => (vendor_customer_id ? [vendor_customer_id] : []))])];
}

function callOf({ config }: App): Call {
  return { operationId: newId(), signal: AbortSignal.timeout(config.vendorTimeoutMs) };
}

/** Opens what differs and nobody lets be, and ends what agrees again. @returns how many are open */
async function note({ database }: App, vendor: Vendor, mine: Ours | undefined, theirs: VendorSubscription | undefined, at: Date): Promise<number> {
  const found = differencesOf(mine, theirs, vendor.capabilities.canReactivateAfterCancel);
  const subject = mine?.id ?? null;
  const vendorSubscriptionId = theirs?.vendorSubscriptionId ?? mine?.vendor_subscription_id ?? null;
  let open = 0;
  await database.systemTransaction(async (client) => {
    // It was read a while ago, with many others; what was changed since then is compared the next time.
    if (mine && found.length > 0) {
      const { rowCount } = await client.query(
        `select from service_subscription s where s.customer_id = $1 and s.id = $2 and abs(extract(epoch from s.updated_at - $3::timestamptz)) < 0.002
            and not exists (select from provisioning_operation o where o.subscription_id = s.id and o.finished_at is null)`,
        [mine.customer_id, mine.id, mine.updated_at],
      );
      if (!rowCount) return;
    }
    // What somebody lets be is let be as it was: with another value it is another difference.
    await client.query(
      `update drift set ignored = false
        where vendor_code = $1 and coalesce(subscription_id::text, vendor_subscription_id) = $2 and ignored
          and not exists (select from jsonb_to_recordset($3) as found (field text, ours text, theirs text)
                           where found.field = drift.field and found.ours is not distinct from drift.ours and found.theirs is not distinct from drift.theirs)`,
      [vendor.code, subject ?? vendorSubscriptionId, JSON.stringify(found)],
    );
    for (const { field, ours, theirs: shown } of found) {
      const { rowCount } = await client.query(
        `insert into drift (id, vendor_code, subscription_id, account_id, vendor_subscription_id, field, ours, theirs, opened_at, seen_at, vendor_customer_id)
         select $1, $2, $3::uuid, $4, $5::text, $6, $7, $8, $9, $9, $10
          where not exists (select from drift d where d.vendor_code = $2 and coalesce(d.subscription_id::text, d.vendor_subscription_id) = coalesce($3::text, $5)
                              and d.field = $6 and d.ignored)
         on conflict (vendor_code, coalesce(subscription_id::text, vendor_subscription_id), field) where resolved_at is null
         do update set seen_at = excluded.seen_at, ours = excluded.ours, theirs = excluded.theirs`,
        [
          newId(),
          vendor.code,
          subject,
          mine?.customer_id ?? null,
          vendorSubscriptionId,
          field,
          ours,
          shown,
          at,
          theirs?.vendorCustomerId ?? mine?.vendor_customer_id ?? null,
        ],
      );
      open += rowCount ?? 0;
    }
    await client.query(
      `update drift set resolved_at = $4, resolution = 'both sides agree'
        where vendor_code = $1 and coalesce(subscription_id::text, vendor_subscription_id) = $2 and resolved_at is null and field <> all ($3)`,
      [vendor.code, subject ?? vendorSubscriptionId, found.map(({ field }) => field), at],
    );
  });
  return open;
}

/** What a vendor does not show is not compared. */
export function differencesOf(
  mine: Pick<Ours, 'status' | 'quantity' | 'sku'> | undefined,
  theirs: VendorSubscription | undefined,
  endsBySuspending = false,
): Difference[] {
  if (!mine) return theirs ? [{ field: 'EXISTENCE', ours: null, theirs: theirs.reference ?? theirs.vendorSubscriptionId }] : [];
  if (!theirs) return mine.status === 'TERMINATED' ? [] : [{ field: 'EXISTENCE', ours: mine.status, theirs: null }];
  const differences: Difference[] = [];
  // Where ending is a suspension that nobody lifts, that is what it looks like until the vendor deletes it.
  const ended = mine.status === 'TERMINATED' && theirs.status === 'SUSPENDED' && endsBySuspending;
  if (!ended && !sameStatus(mine.status, theirs.status))
    differences.push({ field: 'STATUS', ours: mine.status, theirs: theirs.statusReason ? `${theirs.status} (${theirs.statusReason})` : theirs.status });
  if (mine.status === 'TERMINATED') return differences;
  if (theirs.quantity !== undefined && theirs.quantity !== mine.quantity)
    differences.push({ field: 'QUANTITY', ours: String(mine.quantity), theirs: String(theirs.quantity) });
  if (theirs.sku !== undefined && theirs.sku !== mine.sku) differences.push({ field: 'SKU', ours: mine.sku, theirs: theirs.sku });
  return differences;
}

function sameStatus(ours: Ours['status'], theirs: VendorStatus): boolean {
  // A vendor that still prepares what it took has it.
  return ours === theirs || (ours === 'ACTIVE' && theirs === 'PENDING');
}

/**
 * Reads one subscription again because its vendor said that something of it changed. What was accepted and waits is
 * looked at now; what is at rest is compared.
 */
export async function readAnnounced(app: App, { vendor: code, eventId }: { readonly vendor: string; readonly eventId: string }): Promise<void> {
  const { database, clock } = app;
  const { rows } = await database.system.query<{ subscription_id: string | null }>(
    'select subscription_id from vendor_event where vendor_code = $1 and event_id = $2 and handled_at is null',
    [code, eventId],
  );
  const vendor = app.vendors.find(code);
  if (!rows[0] || !vendor) return;
  const { subscription_id: subscriptionId } = rows[0];
  if (subscriptionId) {
    await database.system.query(
      `update provisioning_operation set due_at = $2 where subscription_id = $1 and state = 'ACCEPTED' and (leased_until is null or leased_until < clock_timestamp())`,
      [subscriptionId, clock.date()],
    );
    await database.system.query(`select pg_notify('cloudtill_provisioning', '')`);
    const [mine] = await oursAt(app, vendor, subscriptionId);
    if (mine) {
      const read = await vendor.getSubscription(callOf(app), refOf(mine));
      if (read.kind !== 'SUCCEEDED') throw new Error(`${code} could not be read: ${read.message}`);
      await note(app, vendor, mine, read.value, clock.date());
    }
  }
  await database.system.query('update vendor_event set handled_at = $3 where vendor_code = $1 and event_id = $2', [code, eventId, clock.date()]);
}

/** The job that an operator starts. */
export const reconcileTask: Task = async ({ vendor: code }, work): Promise<JobOutcome> => {
  const { app } = work;
  const vendor = app.vendors.find(String(code));
  if (!vendor)
    return { refusals: [refusal('VENDOR_NOT_CONFIGURED', { vendor: String(code), settings: app.vendors.requiredSettings(String(code))?.join(', ') ?? '' })] };
  const result = await reconcileVendor(app, vendor, (done) => work.progress(done, undefined));
  return { result };
};

/** Every vendor, as far as it can be read. */
export async function reconcileAll(app: App): Promise<void> {
  for (const vendor of app.vendors.all()) {
    await reconcileVendor(app, vendor).catch((error: Error) =>
      app.logger.warn({ vendor: vendor.code, error: error.message }, 'a vendor could not be compared'),
    );
  }
}
