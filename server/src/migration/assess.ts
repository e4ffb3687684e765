/** What a migration would do to each subscription, and what that does to its charges. Nothing is written here. */
import { isParked, targetCharges, type TargetCharge } from '@cloudtill/domain/billing/target';
import { isoDate, localDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { monthOf, type BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { allow, refuse, type Decision, type Refusal } from '@cloudtill/domain/refusal';
import { decideTarget, legacyHolding } from '@cloudtill/domain/subscriptions/legacy-migration';
import { decideRunning, type SubscriptionStatus } from '@cloudtill/domain/subscriptions/lifecycle';
import type { ChangeKind } from '@cloudtill/domain/subscriptions/quantity-timeline';
import { Plan } from '../catalog/catalog.entities.ts';
import { PriceBook, type Buyer } from '../catalog/pricing.ts';
import { sqlDate } from '../platform/column-types.ts';
import type { App } from '../platform/context.ts';
import type { EntityManager } from '../platform/database.ts';
import { timelineOf, withChange, type Change, type NewChange, type RulePlan } from '../subscriptions/history.ts';
import type { LegacyMigration } from './migration.entities.ts';

/** Subscriptions that are read at a time. */
const READ_AT_ONCE = 500;

/** What all subscriptions of a migration are looked at with. */
export interface MigrationFrame {
  readonly app: App;
  readonly number: string;
  readonly vendorId: string;
  readonly effectiveOn: LocalDate;
  readonly month: BillingMonth;
  /** Plans of the vendor by id: one object a plan, so that they compare by identity. */
  readonly plans: ReadonlyMap<string, RulePlan>;
  readonly successors: ReadonlyMap<RulePlan, RulePlan>;
  readonly book: PriceBook;
}

/** A subscription as it is looked at. */
export interface Candidate {
  readonly id: string;
  readonly customerId: string;
  readonly number: string;
  readonly status: SubscriptionStatus;
  readonly changes: readonly Change[];
}

interface Amounts {
  readonly provider: bigint;
  readonly customer: bigint;
}

/** What becomes of one subscription. */
export interface Assessment {
  readonly candidate: Candidate;
  readonly from: RulePlan;
  /** Undefined where something is in the way. */
  readonly change: (NewChange & { readonly plan: RulePlan }) | undefined;
  readonly quantity: number;
  readonly currency: string;
  /** By B1, as if nothing were moved; undefined without a price. */
  readonly before: Amounts | undefined;
  readonly after: Amounts | undefined;
  readonly blocker: Refusal | undefined;
}

export async function frameOf(em: EntityManager, app: App, { number, vendor, effectiveOn, mapping }: LegacyMigration): Promise<MigrationFrame> {
  const plans = await plansOf(em, vendor.id);
  const successors = new Map(mapping.map(({ from, to }) => [plans.get(from)!, plans.get(to)!]));
  const book = await PriceBook.load(app.database.system);
  return { app, number, vendorId: vendor.id, effectiveOn, month: monthOf(effectiveOn), plans, successors, book };
}

/** Every plan of a vendor's products, by id. */
export async function plansOf(em: EntityManager, vendorId: string): Promise<Map<string, RulePlan>> {
  const plans = await em.find(Plan, { product: { vendor: vendorId } }, { populate: ['product'] });
  return new Map(plans.map((plan) => [plan.id, plan.rules()]));
}

/** Everything that a migration is about, as it stands now. @rule S5 "all MAX_OF_MONTH subscriptions of a vendor" */
export async function assessAll(em: EntityManager, frame: MigrationFrame): Promise<Assessment[]> {
  const legacy = [...frame.plans.values()].filter(({ policy }) => policy === 'MAX_OF_MONTH').map(({ id }) => id);
  const assessments: Assessment[] = [];
  let after = ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000'];
  for (;;) {
    const rows = await em.execute<SubscriptionRow[]>(
      `select s.id, s.customer_id, s.number, s.status from service_subscription s
        where (s.customer_id, s.id) > (?::uuid, ?::uuid) and s.status <> 'FAILED' and (s.ends_on is null or s.ends_on > ?::date)
          and s.product_id in (select id from product where vendor_id = ?)
          and exists (select 1 from quantity_change q where q.customer_id = s.customer_id and q.subscription_id = s.id
                         and q.plan_id in (select l::uuid from jsonb_array_elements_text(?::jsonb) l))
        order by s.customer_id, s.id limit ${READ_AT_ONCE}`,
      [after[0], after[1], sqlDate(frame.effectiveOn), frame.vendorId, JSON.stringify(legacy)],
    );
    if (rows.length === 0) return assessments;
    assessments.push(...(await assessThese(em, frame, rows)));
    const last = rows.at(-1)!;
    after = [last.customer_id, last.id];
  }
}

export interface SubscriptionRow {
  readonly id: string;
  readonly customer_id: string;
  readonly number: string;
  readonly status: SubscriptionStatus;
}

/** Those of these subscriptions that are to be moved. */
export async function assessThese(em: EntityManager, frame: MigrationFrame, rows: readonly SubscriptionRow[]): Promise<Assessment[]> {
  const histories = await readHistories(em, frame, rows);
  const buyers = await frame.book.buyers(rows.map(({ customer_id }) => customer_id));
  return rows.flatMap(({ id, customer_id, number, status }) => {
    const candidate: Candidate = { id, customerId: customer_id, number, status, changes: histories.get(id) ?? [] };
    return assess(candidate, frame, buyers.get(customer_id)!) ?? [];
  });
}

interface ChangeRow {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly sequence: number;
  readonly on: string;
  readonly at: string;
  readonly quantity: number | null;
  readonly plan: string | null;
  readonly renews: boolean | null;
}

async function readHistories(em: EntityManager, { plans }: MigrationFrame, rows: readonly SubscriptionRow[]): Promise<Map<string, Change[]>> {
  const lines = await em.execute<ChangeRow[]>(
    `select q.subscription_id as id, q.kind, q.sequence, q.effective_on::text as "on", (extract(epoch from q.effective_at) * 1000)::bigint::text as at,
            q.quantity, q.plan_id as plan, q.renews
       from jsonb_array_elements(?::jsonb) wanted
       join quantity_change q on q.customer_id = (wanted ->> 0)::uuid and q.subscription_id = (wanted ->> 1)::uuid
      order by q.subscription_id, q.sequence`,
    [JSON.stringify(rows.map(({ customer_id, id }) => [customer_id, id]))],
  );
  const changes = lines.map(({ id, kind, sequence, on, at, quantity, plan, renews }): readonly [string, Change] => [
    id,
    {
      kind,
      sequence,
      effectiveOn: localDate(on),
      effectiveAt: Number(at),
      quantity: quantity ?? undefined,
      plan: plan === null ? undefined : plans.get(plan),
      renews: renews ?? undefined,
    },
  ]);
  return new Map([...Map.groupBy(changes, ([id]) => id)].map(([id, own]) => [id, own.map(([, change]) => change)]));
}

/** @returns undefined for one that is not to be moved: it has ended by then, or is on another kind of plan */
function assess(candidate: Candidate, frame: MigrationFrame, buyer: Buyer): Assessment | undefined {
  const { clock } = frame.app;
  const { changes } = candidate;
  // What is ordered and not yet there has no history.
  if (changes.length === 0) return undefined;
  const holding = legacyHolding(changes, frame.effectiveOn, clock.startOf(frame.effectiveOn));
  if (!holding) return undefined;
  const { at, held, quantities } = holding;
  const before = amounts(changes, frame, buyer);
  const facts = { candidate, from: held.plan, quantity: held.quantity, currency: buyer.currency, before: before.allowed ? before.value : undefined };
  const target = targetOf(candidate, frame, held.plan, quantities);
  if (!target.allowed) return { ...facts, change: undefined, after: undefined, blocker: target.refusals[0] };
  const change = { kind: 'PLAN', effectiveAt: at, quantity: held.quantity, plan: target.value, reason: `migration ${frame.number}` } as const;
  const after = amounts(withChange({ changes }, clock, change), frame, buyer);
  if (!after.allowed) return { ...facts, change: undefined, after: undefined, blocker: after.refusals[0] };
  return { ...facts, change, after: after.value, blocker: undefined };
}

/** One that ended after the day is moved as well: the days before its end are billed anew. */
function targetOf({ number, status }: Candidate, { plans, successors }: MigrationFrame, from: RulePlan, quantities: readonly number[]): Decision<RulePlan> {
  if (status !== 'TERMINATED') {
    const running = decideRunning({ number, status }, 'a migration');
    if (!running.allowed) return running;
  }
  return decideTarget(
    from,
    quantities,
    [...plans.values()].filter(({ productId }) => productId === from.productId),
    successors.get(from),
  );
}

/** What a history is charged for the migration's month: on the provider's edge and on the customer's. @rule B1 B2 */
function amounts(changes: readonly Change[], { app, book, month }: MigrationFrame, buyer: Buyer): Decision<Amounts> {
  const target = targetCharges(timelineOf(changes, app.clock), (plan, day) => book.pricesOn(buyer, plan.id, day), month, app.config.rounding);
  if (isParked(target)) return refuse('PRICE_MISSING', { plan: target.plan.sku, currency: buyer.currency, day: isoDate(target.day) });
  const last = Math.max(0, ...target.map(({ tier }) => tier));
  const sum = (edge: number): bigint =>
    target.filter(({ tier }: TargetCharge<RulePlan>) => tier === edge).reduce((total, { netMinor }) => total + netMinor, 0n);
  return allow({ provider: sum(0), customer: sum(last) });
}
