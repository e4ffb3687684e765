/** Deciding what a line is: which plan, with which values. @rule O2 C3 C4 P2 */
import {
  decideConfiguration,
  isByUse,
  missingOf,
  SEATS,
  type Characteristic,
  type Configuration,
  type GivenValue,
} from '@cloudtill/domain/catalog/characteristics';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import type { LineStatus } from '@cloudtill/domain/orders/order-state';
import { allow, refusal, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { Account } from '../accounts/account.entity.ts';
import { Plan, Vendor } from '../catalog/catalog.entities.ts';
import { characteristicsOf, orderedPlan } from '../catalog/characteristics.ts';
import type { Unit } from '../platform/use-case.ts';
import { may, scopeOf } from '../platform/viewer.ts';
import { offered, rulePlans } from '../subscriptions/history.ts';

type Asking = Pick<Unit, 'em' | 'app' | 'viewer'>;

/**
 * A plan that can be ordered for an account: that is decided by the account's price lists, not by the viewer's. Who
 * stands below the provider is not told that there is another.
 * @param id the plan's key
 * @param given the id as the viewer gave it
 * @rule P2
 */
export async function findPlanFor({ em, app, viewer }: Asking, account: Account, id: string, given: string): Promise<Decision<Plan>> {
  const plan = await em.findOne(Plan, { id }, { populate: ['product'] });
  if (!plan) return refuse('PLAN_UNKNOWN', { plan: given }, ['planId']);
  const day = isoDate(app.clock.today());
  const rows = await em.execute<unknown[]>('select 1 from offered_products(?, ?) p (id) where p.id = ?', [account.id, day, plan.product.id]);
  const retired = plan.status !== 'ACTIVE' || plan.product.getEntity().status !== 'ACTIVE';
  if (rows.length > 0 && !retired) return allow(plan);
  if (scopeOf(viewer) === 'all' && !retired) return refuse('PLAN_NOT_OFFERED', { plan: plan.sku, account: account.number, day }, ['planId']);
  // What is retired has a name for those who could order it before.
  return refuse('PLAN_UNKNOWN', { plan: scopeOf(viewer) === 'all' || rows.length > 0 ? plan.sku : given }, ['planId']);
}

/** What can be set for a plan. */
export async function definitionsOf({ em, app }: Pick<Unit, 'em' | 'app'>, plan: Plan): Promise<Characteristic[]> {
  const vendorId = plan.product.getEntity().vendor?.id;
  const vendor = vendorId ? await em.findOneOrFail(Vendor, { id: vendorId }) : undefined;
  return characteristicsOf(app, orderedPlan(plan, vendor?.code));
}

/** What a line is once its values are decided. */
export interface Configured {
  readonly characteristics: Configuration;
  readonly quantity: number | null;
  readonly status: Extract<LineStatus, 'INCOMPLETE' | 'COMPLETE'>;
  readonly missing: readonly string[];
}

/** Decides the values of a plan. What is missing makes the line incomplete; what is wrong is refused. @rule O2 C4 */
export async function configure(
  unit: Asking,
  plan: Plan,
  given: readonly GivenValue[],
  path: readonly string[] = ['characteristics'],
): Promise<Decision<Configured>> {
  const definitions = await definitionsOf(unit, plan);
  const siblings = offered(await rulePlans(unit.em, plan.product.id));
  const decided = decideConfiguration(plan.rules(), definitions, given, siblings, path);
  if (!decided.allowed) return decided;
  const characteristics = decided.value;
  const missing = missingOf(definitions, characteristics);
  const seats = characteristics[SEATS];
  const quantity = isByUse(plan.rules(), plan.product.getEntity().pricing) ? 1 : seats === undefined ? null : Number(seats);
  return allow({ characteristics, quantity, status: missing.length > 0 ? 'INCOMPLETE' : 'COMPLETE', missing });
}

export function asGiven(configuration: Configuration): GivenValue[] {
  return Object.entries(configuration).map(([name, value]) => ({ name, value }));
}

const APPROVAL_CODE = /^[^\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]{1,50}$/u;

/**
 * An approval code as it was given: undefined leaves what there is, null takes it away.
 * @rule B9 "Only provider staff may set or see it"
 */
export function decideApprovalCode({ viewer }: Pick<Unit, 'viewer'>, given: string | null | undefined): Decision<string | null | undefined> {
  const mine = may(viewer, 'approvals:write') && scopeOf(viewer) === 'all';
  if (given === undefined || given === null) return allow(mine ? given : undefined);
  const path = ['approvalCode'];
  if (!mine) return { allowed: false, refusals: [refusal('APPROVAL_CODE_NOT_ALLOWED', {}, path)] };
  const code = given.normalize('NFC').trim();
  return APPROVAL_CODE.test(code) ? allow(code) : refuse('APPROVAL_CODE_INVALID', { code: given.slice(0, 100) }, path);
}
