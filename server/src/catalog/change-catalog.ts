import { isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { decidePlanTerms, MAX_QUANTITY } from '@cloudtill/domain/catalog/plan';
import { MAX_UNIT_PRICE_MICROS, parseUnitPrice, formatUnitPrice, type UnitPrice } from '@cloudtill/domain/money/unit-price';
import { allow, refusal, refuse, type Decision } from '@cloudtill/domain/refusal';
import { LockMode, ref } from '@mikro-orm/core';
import type { EntityManager } from '../platform/database.ts';
import { decodeId, encodeId, newId } from '../platform/ids.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import type { CreatePlanInput, CreateProductInput, SetPlanPriceInput, UpdatePlanInput, UpdateProductInput } from './catalog.inputs.ts';
import { Plan, PlanPrice, Product, type Vendor } from './catalog.entities.ts';
import { findKnownVendor } from './find-vendor.ts';
import { makeRoom } from './validity.ts';

const MAX_CODE = 60;

/** @rule C1 */
export async function createProduct(unit: Unit, input: CreateProductInput): Promise<Decision<{ productId: string }>> {
  const { em, now } = unit;
  const check = new TextCheck();
  const code = check.line('code', input.code, MAX_CODE);
  const name = check.line('name', input.name);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  if (await em.count(Product, { code })) return refuse('NUMBER_TAKEN', { number: code, kind: 'product' }, ['code']);
  const vendor = await findVendor(em, input.vendor);
  if (!vendor.allowed) return vendor;
  const provisioning = input.provisioning ?? 'EXTERNAL';
  const pricing = input.pricing ?? 'QUOTED';
  const product = em.create(Product, {
    id: newId(),
    code,
    name,
    vendor: vendor.value,
    provisioning,
    pricing,
    status: 'ACTIVE',
    version: 1,
    createdAt: now,
    updatedAt: now,
  });
  em.persist(product);
  note(unit, 'createProduct', 'Product', encodeId('prd', product.id), code, undefined, { name, provisioning, pricing });
  return allow({ productId: product.id });
}

export async function updateProduct(unit: Unit, input: UpdateProductInput): Promise<Decision<{ productId: string }>> {
  const check = new TextCheck();
  const name = input.name == null ? undefined : check.line('name', input.name);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const product = await unit.em.findOne(Product, { id: decodeId('prd', input.productId) }, { populate: ['vendor'] });
  if (!product) return refuse('PRODUCT_UNKNOWN', { product: input.productId }, ['productId']);
  const facts = (): object => ({ name: product.name, vendor: product.vendor?.getEntity().code ?? null, status: product.status });
  const before = facts();
  if (input.vendor != null) {
    const vendor = await findVendor(unit.em, input.vendor);
    if (!vendor.allowed) return vendor;
    product.vendor = vendor.value && ref(vendor.value);
  }
  product.name = name ?? product.name;
  product.status = input.status ?? product.status;
  product.updatedAt = unit.now;
  note(unit, 'updateProduct', 'Product', input.productId, product.code, before, facts());
  return allow({ productId: product.id });
}

async function findVendor(em: EntityManager, code: string | null | undefined): Promise<Decision<Vendor | null>> {
  return code == null ? allow(null) : findKnownVendor(em, code);
}

/** @rule C3 */
export async function createPlan(unit: Unit, input: CreatePlanInput): Promise<Decision<{ planId: string }>> {
  const { em, now } = unit;
  const check = new TextCheck();
  const sku = check.line('sku', input.sku, MAX_CODE);
  const name = check.optionalLine('name', input.name) ?? sku;
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const product = await em.findOne(Product, { id: decodeId('prd', input.productId) });
  if (!product) return refuse('PRODUCT_UNKNOWN', { product: input.productId }, ['productId']);
  if (await em.count(Plan, { sku })) return refuse('SKU_TAKEN', { sku }, ['sku']);
  const { billingPolicy } = input;
  const cycle = input.cycle ?? 'CALENDAR';
  const dailyQuantity = input.dailyQuantity ?? 'CLOSING';
  const minQuantity = input.minQuantity ?? 1;
  const maxQuantity = input.maxQuantity ?? MAX_QUANTITY;
  const terms = decidePlanTerms({ sku, policy: billingPolicy, cycle, dailyQuantity, minimum: minQuantity, maximum: maxQuantity });
  if (!terms.allowed) return terms;
  const plan = em.create(Plan, {
    id: newId(),
    product,
    sku,
    name,
    billingPolicy,
    cycle,
    dailyQuantity,
    minQuantity,
    maxQuantity,
    status: 'ACTIVE',
    version: 1,
    createdAt: now,
    updatedAt: now,
  });
  em.persist(plan);
  note(unit, 'createPlan', 'Plan', encodeId('pln', plan.id), sku, undefined, { billingPolicy, cycle, dailyQuantity, minQuantity, maxQuantity });
  return allow({ planId: plan.id });
}

/** A band can change for what is yet to come; how a plan is billed cannot, since charges were made by it. @rule C3 */
export async function updatePlan(unit: Unit, input: UpdatePlanInput): Promise<Decision<{ planId: string }>> {
  const check = new TextCheck();
  const name = input.name == null ? undefined : check.line('name', input.name);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const plan = await unit.em.findOne(Plan, { id: decodeId('pln', input.planId) }, { populate: ['product'] });
  if (!plan) return refuse('PLAN_UNKNOWN', { plan: input.planId }, ['planId']);
  const before = { name: plan.name, minQuantity: plan.minQuantity, maxQuantity: plan.maxQuantity, status: plan.status };
  const after = {
    name: name ?? plan.name,
    minQuantity: input.minQuantity ?? plan.minQuantity,
    maxQuantity: input.maxQuantity ?? plan.maxQuantity,
    status: input.status ?? plan.status,
  };
  const terms = decidePlanTerms({ ...plan.rules(), minimum: after.minQuantity, maximum: after.maxQuantity });
  if (!terms.allowed) return terms;
  plan.name = after.name;
  plan.minQuantity = after.minQuantity;
  plan.maxQuantity = after.maxQuantity;
  plan.status = after.status;
  plan.updatedAt = unit.now;
  note(unit, 'updatePlan', 'Plan', input.planId, plan.sku, before, after);
  return allow({ planId: plan.id });
}

/** A price from a day on, until the next one of its currency. Charges whose first day it touches are rated again. @rule C3 */
export async function setPlanPrice(unit: Unit, input: SetPlanPriceInput): Promise<Decision<{ planId: string }>> {
  const { em, now } = unit;
  const { validFrom } = input;
  const check = new TextCheck();
  const currency = check.currency('currency', input.currency);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const listPrice = readPrice('listPrice', input.listPrice, currency);
  if (!listPrice.allowed) return listPrice;
  const vendorCost = readPrice('vendorCost', input.vendorCost, currency);
  if (!vendorCost.allowed) return vendorCost;
  const plan = await em.findOne(Plan, { id: decodeId('pln', input.planId) }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!plan) return refuse('PLAN_UNKNOWN', { plan: input.planId }, ['planId']);

  const versions = await em.find(PlanPrice, { plan, currency });
  const room = makeRoom(versions, validFrom);
  if (room === 'taken') return refuse('PRICE_OVERLAPS', { plan: plan.sku, currency, day: isoDate(validFrom) }, ['validFrom']);
  await em.flush(); // the version before ends first, else both would hold for a moment
  em.persist(
    em.create(PlanPrice, {
      id: newId(),
      plan,
      currency,
      validFrom,
      validTo: room.validTo,
      listPriceMicros: listPrice.value.micros,
      vendorCostMicros: vendorCost.value.micros,
      createdAt: now,
    }),
  );
  note(unit, 'setPlanPrice', 'Plan', input.planId, plan.sku, undefined, {
    currency,
    validFrom: isoDate(validFrom),
    listPrice: formatUnitPrice(listPrice.value),
    vendorCost: formatUnitPrice(vendorCost.value),
  });
  unit.emit('price.changed', priceChanged(validFrom, room.validTo, { planId: plan.id }));
  return allow({ planId: plan.id });
}

/** What the billing room needs to find the charges that a price touches. */
export interface PriceChanged {
  readonly from: string;
  readonly to: string | null;
  readonly planId?: string;
  readonly productId?: string;
  readonly buyerIds?: readonly string[];
}

export function priceChanged(from: LocalDate, to: LocalDate | null, of: Omit<PriceChanged, 'from' | 'to'>): PriceChanged {
  return { from: isoDate(from), to: to === null ? null : isoDate(to), ...of };
}

function readPrice(field: string, given: string, currency: string): Decision<UnitPrice> {
  const price = parseUnitPrice(given, currency);
  if (price) return allow(price);
  const largest = formatUnitPrice({ micros: MAX_UNIT_PRICE_MICROS, currency });
  return {
    allowed: false,
    refusals: [refusal('NUMBER_INVALID', { field, value: given.slice(0, 40), expected: `from 0 to ${largest} with at most six decimals` }, [field])],
  };
}

/** The catalog is the provider's, so its trail is the provider's as well. */
function note(unit: Unit, action: string, subjectKind: string, subjectId: string, subjectNumber: string, before: unknown, after: unknown): void {
  unit.audit({ accountId: unit.viewer.account.id, action, subjectKind, subjectId, subjectNumber, before, after });
}
