import { decideGrowth } from '@cloudtill/domain/accounts/hierarchy';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { decideBand } from '@cloudtill/domain/catalog/plan';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { findAccount } from '../accounts/find-account.ts';
import { Plan } from '../catalog/catalog.entities.ts';
import { PriceBook } from '../catalog/pricing.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import type { Changed } from './change-subscription.ts';
import { activate, addSubscription } from './begin-subscription.ts';
import { offered, rulePlans } from './history.ts';
import type { CreateSubscriptionInput } from './subscription.inputs.ts';

/** Before this no vendor sold by subscription, and no book of ours reaches. */
const EARLIEST = Date.parse('2000-01-01T00:00:00Z');

/**
 * A subscription that begins without an order: for what an operator takes over by hand.
 * @rule S1 C4 A2 A3
 */
export async function createSubscription(unit: Unit, input: CreateSubscriptionInput): Promise<Decision<Changed>> {
  const { em, app, now } = unit;
  const check = new TextCheck();
  const wanted = input.number ? check.line('number', input.number, 40) : undefined;
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const account = await findAccount(unit, input.accountId, 'accountId');
  if (!account.allowed) return account;
  const { kind, number: accountNumber, currency } = account.value;
  if (kind !== 'CUSTOMER') return refuse('ACCOUNT_KIND_NOT_ALLOWED', { account: accountNumber, kind, allowed: 'CUSTOMER' }, ['accountId']);
  const growth = decideGrowth(account.value, 'a new subscription', ['accountId']);
  if (!growth.allowed) return growth;

  const plan = await em.findOne(Plan, { id: decodeId('pln', input.planId) }, { populate: ['product'] });
  if (!plan || plan.status !== 'ACTIVE' || plan.product.getEntity().status !== 'ACTIVE')
    return refuse('PLAN_UNKNOWN', { plan: plan?.sku ?? input.planId }, ['planId']);
  const plans = await rulePlans(em, plan.product.id);
  const rules = plans.get(plan.id)!;
  const band = decideBand(rules, input.quantity, offered(plans));
  if (!band.allowed) return band;

  const activatedAt = input.activatedAt ?? now.getTime();
  if (activatedAt < EARLIEST || activatedAt > now.getTime()) {
    const iso = (at: number): string => new Date(at).toISOString();
    return refuse('DATE_OUT_OF_RANGE', { field: 'activatedAt', value: iso(activatedAt), earliest: iso(EARLIEST), latest: now.toISOString() }, ['activatedAt']);
  }
  const activatedOn = app.clock.dayAt(activatedAt);
  const prices = await PriceBook.load(app.database.system);
  if (plan.billingPolicy !== 'CONSUMPTION' && !prices.hasPrice(plan.id, currency, activatedOn)) {
    return refuse('PRICE_MISSING', { plan: plan.sku, currency, day: isoDate(activatedOn) }, ['planId']);
  }
  if (wanted && (await app.database.system.query('select 1 from service_subscription where number = $1', [wanted])).rowCount) {
    return refuse('NUMBER_TAKEN', { number: wanted, kind: 'subscription' }, ['number']);
  }

  const subscription = await addSubscription(unit, { account: account.value, plan, quantity: input.quantity, number: wanted });
  await activate(unit, subscription, account.value, plan, activatedAt);
  unit.audit({
    accountId: account.value.id,
    action: 'createSubscription',
    subjectKind: 'ServiceSubscription',
    subjectId: encodeId('sub', subscription.id),
    subjectNumber: subscription.number,
    after: { plan: plan.sku, quantity: input.quantity, activatedAt: new Date(activatedAt).toISOString() },
  });
  return allow({
    subscriptionId: subscription.id,
    operation: { id: encodeId('op', unit.operationId), kind: 'ACTIVATE', effectiveAt: new Date(activatedAt).toISOString() },
  });
}
