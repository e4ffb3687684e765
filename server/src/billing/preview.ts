/** What a change would do to the charges, by the same rules as the billing run. @rule S4 */
import { isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { monthAfter, monthOf, type BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import { isParked, targetCharges, type TargetCharge } from '@cloudtill/domain/billing/target';
import { MAX_QUANTITY } from '@cloudtill/domain/catalog/plan';
import { allow, refuse, type Decision, type Refusal } from '@cloudtill/domain/refusal';
import { PriceBook, type ListedPrice } from '../catalog/pricing.ts';
import type { Unit } from '../platform/use-case.ts';
import { proposePlanSwitch, proposeQuantityChange, proposeTermination, type Proposal } from '../subscriptions/change-subscription.ts';
import { heldAt, timelineOf, type Change, type RulePlan } from '../subscriptions/history.ts';
import type { ChangeSubscriptionQuantityInput, SwitchSubscriptionPlanInput, TerminateSubscriptionInput } from '../subscriptions/subscription.inputs.ts';

export const WARNINGS = ['IRREVERSIBLE', 'NOT_REDUCIBLE', 'LEAVES_BAND', 'NO_REFUND', 'ADJUSTS_CLOSED_PERIOD', 'PRICE_MISSING'] as const;
export type Warning = (typeof WARNINGS)[number];

/** A charge as it would stand, on one edge. */
export type PreviewedCharge = TargetCharge<RulePlan> & { readonly price: ListedPrice };

/** One edge of one month, before and after. */
export interface EdgePreview {
  readonly tier: number;
  readonly sellerId: string;
  readonly buyerId: string;
  readonly currency: string;
  readonly beforeMinor: bigint;
  readonly afterMinor: bigint;
  readonly charges: readonly PreviewedCharge[];
}

export interface MonthPreview {
  readonly month: BillingMonth;
  readonly edges: readonly EdgePreview[];
}

export interface Preview {
  readonly thisPeriod: MonthPreview;
  readonly nextPeriod: MonthPreview;
  readonly warnings: readonly { readonly code: Warning; readonly message: string }[];
  /** Why the change itself would be refused although it could be previewed. */
  readonly refusals: readonly Refusal[];
}

type Asked<T> = Omit<T, 'idempotencyKey'>;

/** @rule S4 C4 a quantity outside the band is previewed on the plan as it is, with a warning and the refusal */
export async function previewQuantityChange(unit: Unit, input: Asked<ChangeSubscriptionQuantityInput>): Promise<Decision<Preview>> {
  const proposed = await proposeQuantityChange(unit, input);
  if (proposed.allowed) return previewOf(unit, proposed.value, []);
  const outside = proposed.refusals.find(({ code }) => code === 'QUANTITY_TOO_LARGE' || code === 'QUANTITY_TOO_SMALL');
  if (!outside || input.quantity < 1 || input.quantity > MAX_QUANTITY) return proposed;
  const anyway = await proposeQuantityChange(unit, input, true);
  return anyway.allowed ? previewOf(unit, anyway.value, [outside]) : anyway;
}

export async function previewPlanSwitch(unit: Unit, input: Asked<SwitchSubscriptionPlanInput>): Promise<Decision<Preview>> {
  const proposed = await proposePlanSwitch(unit, input);
  return proposed.allowed ? previewOf(unit, proposed.value, []) : proposed;
}

/** Asking is not confirming: the preview comes with its warning. @rule B8 */
export async function previewTermination(unit: Unit, input: Asked<Omit<TerminateSubscriptionInput, 'confirmIrreversible'>>): Promise<Decision<Preview>> {
  const proposed = await proposeTermination(unit, { ...input, confirmIrreversible: true });
  return proposed.allowed ? previewOf(unit, proposed.value, []) : proposed;
}

async function previewOf(unit: Unit, proposal: Proposal, refusals: readonly Refusal[]): Promise<Decision<Preview>> {
  const { app } = unit;
  const { history, change, changes } = proposal;
  const customerId = history.account.id;
  const book = await PriceBook.load(app.database.system);
  const customer = (await book.buyers([customerId])).get(customerId)!;
  const effectiveOn = app.clock.dayAt(change.effectiveAt);
  const month = monthOf(effectiveOn);
  const charged = (of: readonly Change[], when: BillingMonth): PreviewedCharge[] | LocalDate => {
    const target = targetCharges(timelineOf(of, app.clock), (plan, day) => book.pricesOn(customer, plan.id, day), when, app.config.rounding);
    return isParked(target) ? target.day : (target as PreviewedCharge[]);
  };
  const previewed: MonthPreview[] = [];
  for (const when of [month, monthAfter(month)]) {
    const [before, after] = [charged(history.changes, when), charged(changes, when)];
    if (typeof before === 'number' || typeof after === 'number') {
      const day = isoDate((typeof after === 'number' ? after : before) as LocalDate);
      return refuse('PRICE_MISSING', { plan: heldAt(changes, change.effectiveAt).plan.sku, currency: history.account.currency, day }, []);
    }
    previewed.push({ month: when, edges: edgesOf(before, after) });
  }
  return allow({ thisPeriod: previewed[0]!, nextPeriod: previewed[1]!, warnings: await warningsOf(unit, proposal, month, refusals), refusals });
}

/** Lays the charges before and after beside each other, edge by edge. */
function edgesOf(before: readonly PreviewedCharge[], after: readonly PreviewedCharge[]): EdgePreview[] {
  const tiers = [...new Set([...before, ...after].map(({ tier }) => tier))].sort((a, b) => a - b);
  return tiers.map((tier) => {
    const [old, charges] = [before.filter((charge) => charge.tier === tier), after.filter((charge) => charge.tier === tier)];
    const { sellerId, buyerId, unitPrice } = (charges[0] ?? old[0]!).price;
    const sum = (list: readonly PreviewedCharge[]): bigint => list.reduce((total, { netMinor }) => total + netMinor, 0n);
    return { tier, sellerId, buyerId, currency: unitPrice.currency, beforeMinor: sum(old), afterMinor: sum(charges), charges };
  });
}

async function warningsOf({ app }: Unit, { history, change }: Proposal, month: BillingMonth, refusals: readonly Refusal[]): Promise<Preview['warnings']> {
  const { number } = history.subscription;
  const before = heldAt(history.changes, change.effectiveAt);
  const warnings: { code: Warning; message: string }[] = [];
  if (change.kind === 'TERMINATE') {
    warnings.push({
      code: 'IRREVERSIBLE',
      message: `terminating ${number} cannot be taken back; a new order brings a new subscription and a new activation code`,
    });
    if (before.plan.policy === 'YEARLY') warnings.push({ code: 'NO_REFUND', message: 'the running term is paid and nothing of it is refunded' });
  }
  if (change.kind === 'QUANTITY' && before.plan.policy === 'YEARLY' && (change.quantity ?? 0) > before.quantity) {
    warnings.push({ code: 'NOT_REDUCIBLE', message: `${change.quantity} licenses cannot be reduced before the term ends` });
  }
  for (const { parameters } of refusals) {
    const plans = parameters['fittingPlans'] ?? '';
    warnings.push({
      code: 'LEAVES_BAND',
      message: `${change.quantity} licenses are outside ${before.plan.sku}${plans ? `; these plans fit: ${plans}` : ''}`,
    });
  }
  const closed = await app.database.system.query(`select 1 from billing_period where month = $1 and status = 'CLOSED'`, [isoDate(month.start)]);
  if (closed.rowCount)
    warnings.push({
      code: 'ADJUSTS_CLOSED_PERIOD',
      message: `billing period ${month.name} is closed; the difference becomes an adjustment in the next open one`,
    });
  return warnings;
}
