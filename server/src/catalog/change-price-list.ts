import { isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { applyRate, decideRate, guardPrice, refuseUnderCost, type PriceListRate } from '@cloudtill/domain/catalog/price-list';
import { formatPercent, parsePercent } from '@cloudtill/domain/money/percent';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import { LockMode } from '@mikro-orm/core';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { findAccount } from '../accounts/find-account.ts';
import type { EntityManager } from '../platform/database.ts';
import { decodeId, encodeId, newId } from '../platform/ids.ts';
import { TextCheck } from '../platform/text.ts';
import type { Unit } from '../platform/use-case.ts';
import { Plan, Product } from './catalog.entities.ts';
import { priceChanged } from './change-catalog.ts';
import { findOrderableProduct } from './find-orderable.ts';
import { PriceList, PriceListAssignment, PriceListEntry } from './price-list.entities.ts';
import type { AssignPriceListInput, CreatePriceListInput, RemovePriceListEntryInput, SetPriceListEntryInput } from './price-list.inputs.ts';
import { PriceBook } from './pricing.ts';
import { makeRoom } from './validity.ts';

type Changed = Decision<{ priceListId: string; warnings: readonly string[] }>;

/** @rule P1 "belongs to a seller" */
export async function createPriceList(unit: Unit, input: CreatePriceListInput): Promise<Changed> {
  const check = new TextCheck();
  const name = check.line('name', input.name);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const seller = await findAccount(unit, input.sellerId ?? encodeId('acc', unit.viewer.account.id), 'sellerId');
  if (!seller.allowed) return seller;
  if (seller.value.kind === 'CUSTOMER') return refuse('PRICE_LIST_SELLER_NOT_ALLOWED', { account: seller.value.number }, ['sellerId']);
  const list = unit.em.create(PriceList, { id: newId(), seller: seller.value, name, version: 1, createdAt: unit.now, updatedAt: unit.now });
  unit.em.persist(list);
  note(unit, list, 'createPriceList', undefined, { name });
  return allow({ priceListId: list.id, warnings: [] });
}

/** A rate from a day on, until the next one of the same product or plan. @rule P1 P3 P6 */
export async function setPriceListEntry(unit: Unit, input: SetPriceListEntryInput): Promise<Changed> {
  const { em, now } = unit;
  const { mode, validFrom } = input;
  const percent = parsePercent(input.percent);
  if (percent === undefined)
    return refuse('PERCENT_INVALID', { mode, percent: input.percent.slice(0, 40), maximum: mode === 'DISCOUNT' ? 100 : 10_000 }, ['percent']);
  const rate = decideRate({ mode, percent });
  if (!rate.allowed) return rate;
  const check = new TextCheck();
  const reason = check.optionalLine('reason', input.reason, 500);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  const list = await findPriceList(em, input.priceListId);
  if (!list.allowed) return list;
  const of = await findSubject(unit, input);
  if (!of.allowed) return of;
  const { product, plan } = of.value;

  const guarded = await guardRate(unit, list.value, product, plan, rate.value, validFrom, input.confirmUnderCost ?? false);
  if (!guarded.allowed) return guarded;
  const versions = await em.find(PriceListEntry, { priceList: list.value, product, plan });
  const room = makeRoom(versions, validFrom);
  if (room === 'taken')
    return refuse('PRICE_LIST_PERIOD_OVERLAPS', { subject: `the rate of ${plan?.sku ?? product.code}`, day: isoDate(validFrom) }, ['validFrom']);
  await em.flush(); // the version before ends first
  const entry = em.create(PriceListEntry, {
    id: newId(),
    priceList: list.value,
    product,
    plan,
    mode,
    percent,
    validFrom,
    validTo: room.validTo,
    reason: guarded.value.underCost ? (reason ?? `confirmed by ${unit.viewer.name}`) : reason,
    createdAt: now,
  });
  em.persist(entry);
  list.value.updatedAt = now;
  note(unit, list.value, 'setPriceListEntry', undefined, {
    product: product.code,
    ...(plan && { plan: plan.sku }),
    mode,
    percent: formatPercent(percent),
    validFrom: isoDate(validFrom),
    ...(entry.reason && { reason: entry.reason }),
  });
  await tellBuyers(unit, list.value, validFrom, room.validTo, product, plan);
  return allow({ priceListId: list.value.id, warnings: guarded.value.warnings });
}

/** Ends a rate on a day; what was charged by it stays. */
export async function removePriceListEntry(unit: Unit, input: RemovePriceListEntryInput): Promise<Changed> {
  const { em, now, app } = unit;
  const entry = await em.findOne(PriceListEntry, { id: decodeId('ple', input.entryId) }, { populate: ['priceList', 'product', 'plan'] });
  if (!entry) return refuse('PRICE_LIST_ENTRY_UNKNOWN', { entry: input.entryId }, ['entryId']);
  const list = entry.priceList.getEntity();
  const until = entry.validTo ?? null;
  const validTo = input.validTo ?? app.clock.today();
  if (validTo <= entry.validFrom) em.remove(entry);
  else entry.validTo = validTo;
  list.updatedAt = now;
  note(
    unit,
    list,
    'removePriceListEntry',
    { product: entry.product.getEntity().code, percent: formatPercent(entry.percent), mode: entry.mode },
    { validTo: isoDate(validTo) },
  );
  await tellBuyers(unit, list, validTo, until, entry.product.getEntity(), entry.plan?.getEntity() ?? null);
  return allow({ priceListId: list.id, warnings: [] });
}

/** From a day on a buyer buys by this list; the one before ends. @rule P1 "assigned to buyers … with validity dates" */
export async function assignPriceList(unit: Unit, input: AssignPriceListInput): Promise<Changed> {
  const { em, now } = unit;
  const { validFrom } = input;
  const list = await findPriceList(em, input.priceListId);
  if (!list.allowed) return list;
  const buyer = await findAccount(unit, input.accountId, 'accountId');
  if (!buyer.allowed) return buyer;
  const sellerId = list.value.seller.id;
  if (buyer.value.parent?.id !== sellerId) {
    const seller = await list.value.seller.loadOrFail();
    return refuse('PRICE_LIST_BUYER_NOT_ALLOWED', { buyer: buyer.value.number, seller: seller.number }, ['accountId']);
  }
  const versions = await em.find(PriceListAssignment, { sellerId, buyer: buyer.value });
  const room = makeRoom(versions, validFrom);
  if (room === 'taken') return refuse('PRICE_LIST_PERIOD_OVERLAPS', { subject: `a list of ${buyer.value.number}`, day: isoDate(validFrom) }, ['validFrom']);
  await em.flush(); // the version before ends first
  em.persist(
    em.create(PriceListAssignment, { id: newId(), priceList: list.value, sellerId, buyer: buyer.value, validFrom, validTo: room.validTo, createdAt: now }),
  );
  note(unit, list.value, 'assignPriceList', undefined, { buyer: buyer.value.number, validFrom: isoDate(validFrom) });
  unit.emit('price.changed', priceChanged(validFrom, room.validTo, { buyerIds: [buyer.value.id] }));
  return allow({ priceListId: list.value.id, warnings: [] });
}

async function findPriceList(em: EntityManager, id: string): Promise<Decision<PriceList>> {
  const list = await em.findOne(PriceList, { id: decodeId('prl', id) }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  return list ? allow(list) : refuse('PRICE_LIST_UNKNOWN', { priceList: id }, ['priceListId']);
}

async function findSubject(unit: Unit, { productId, planId }: SetPriceListEntryInput): Promise<Decision<{ product: Product; plan: Plan | null }>> {
  const found = await findOrderableProduct(unit, productId);
  if (!found.allowed) return found;
  const product = found.value;
  if (planId == null) return allow({ product, plan: null });
  const plan = await unit.em.findOne(Plan, { id: decodeId('pln', planId), product });
  return plan ? allow({ product, plan }) : refuse('PLAN_UNKNOWN', { plan: planId }, ['planId']);
}

/**
 * Looks at every price that a rate would make on its first day.
 * @rule P6 *floor*: under the seller's cost must be confirmed; *ceiling*: above list price is a warning
 */
async function guardRate(
  unit: Unit,
  list: PriceList,
  product: Product,
  plan: Plan | null,
  rate: PriceListRate,
  day: LocalDate,
  confirmed: boolean,
): Promise<Decision<{ underCost: boolean; warnings: string[] }>> {
  const { em, app } = unit;
  const plans = plan ? [plan] : await em.find(Plan, { product, status: 'ACTIVE' });
  const book = await PriceBook.load(app.database.system);
  const seller = (await book.buyers([list.seller.id])).get(list.seller.id)!;
  const warnings: string[] = [];
  let underCost = false;
  for (const { id, sku } of plans) {
    for (const currency of book.currenciesOf(id)) {
      const known = book.costOf(seller, id, currency, day);
      if (!known) continue;
      const unitPrice = applyRate(rate, known.listPrice, known.cost);
      const guards = guardPrice({ unitPrice, ...known });
      if (guards.includes('UNDER_COST')) {
        if (!confirmed) return refuseUnderCost(sku, isoDate(day), { unitPrice, cost: known.cost });
        underCost = true;
      }
      if (guards.includes('ABOVE_LIST'))
        warnings.push(`${sku}: ${formatUnitPrice(unitPrice)} ${currency} is above the list price of ${formatUnitPrice(known.listPrice)}`);
    }
  }
  return allow({ underCost, warnings });
}

async function tellBuyers(unit: Unit, list: PriceList, from: LocalDate, to: LocalDate | null, product: Product, plan: Plan | null): Promise<void> {
  const assigned = await unit.em.find(PriceListAssignment, { priceList: list }, { fields: ['buyer'] });
  const buyerIds = [...new Set(assigned.map(({ buyer }) => buyer.id))];
  if (buyerIds.length > 0) unit.emit('price.changed', priceChanged(from, to, { buyerIds, ...(plan ? { planId: plan.id } : { productId: product.id }) }));
}

function note(unit: Unit, list: PriceList, action: string, before: unknown, after: unknown): void {
  unit.audit({ accountId: list.seller.id, action, subjectKind: 'PriceList', subjectId: encodeId('prl', list.id), subjectNumber: list.name, before, after });
}
