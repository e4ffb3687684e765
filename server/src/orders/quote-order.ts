/** “Calculate cost”: what an order costs as it stands, and what that is bound to. @rule O3 P5 B7 */
import { sees } from '@cloudtill/domain/accounts/hierarchy';
import { isByUse } from '@cloudtill/domain/catalog/characteristics';
import { addDays, isoDate, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import { formatPercent } from '@cloudtill/domain/money/percent';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import { decideComplete, decideStatus } from '@cloudtill/domain/orders/order-state';
import type { EdgeFacts, QuoteFacts } from '@cloudtill/domain/orders/quote';
import { allow, type Decision, type Refusal } from '@cloudtill/domain/refusal';
import type { Account } from '../accounts/account.entity.ts';
import { Vendor, type Plan } from '../catalog/catalog.entities.ts';
import { PriceBook } from '../catalog/pricing.ts';
import { encodeId } from '../platform/ids.ts';
import type { Unit } from '../platform/use-case.ts';
import { accountOnPlatform } from '../vendors/vendor-account.ts';
import { asGiven, configure, findPlanFor } from './configure-line.ts';
import { linesOf, openOrder } from './open-order.ts';
import { concerning, priceLine, sumsOf, type PricedLine, type StoredPrice } from './order-prices.ts';
import type { CustomerOrder, OrderLine } from './order.entities.ts';
import { writeToken } from './quote-token.ts';

export const QUOTE_WARNINGS = ['FIRST_PERIOD_FREE', 'CHARGED_BY_USE', 'NOT_REDUCIBLE', 'APPROVAL_REQUIRED', 'ACCOUNT_NOT_SYNCHRONIZED'] as const;
export type QuoteWarning = (typeof QUOTE_WARNINGS)[number];

/** A complete line at the prices of the day. */
export interface CurrentLine extends PricedLine {
  readonly line: OrderLine;
  readonly plan: Plan;
  readonly quantity: number;
}

/** A complete order at the prices of the day. */
export interface CurrentOrder {
  readonly lines: readonly CurrentLine[];
  readonly day: LocalDate;
  /** What a quote for this viewer is bound to. */
  readonly facts: QuoteFacts;
}

export interface Quote {
  readonly token: string;
  readonly currency: string;
  readonly firstMinor: bigint;
  readonly recurringMinor: bigint | undefined;
  readonly lines: readonly {
    readonly lineId: string;
    readonly quantity: number;
    /** The edge that concerns the viewer; undefined where it is charged by use. */
    readonly own: StoredPrice | undefined;
    /** Those that the viewer sees. */
    readonly edges: readonly StoredPrice[];
  }[];
  readonly warnings: readonly { readonly code: QuoteWarning; readonly message: string }[];
  readonly validUntil: Date;
}

/** @rule O3 */
export async function quoteOrder(unit: Unit, input: { readonly orderId: string }): Promise<Decision<Quote>> {
  const opened = await openOrder(unit, input.orderId);
  if (!opened.allowed) return opened;
  const { order, account } = opened.value;
  const standing = decideStatus(order.standing(), 'a quote', ['DRAFT']);
  if (!standing.allowed) return standing;
  const priced = await priceOrder(unit, order, account);
  if (!priced.allowed) return priced;
  const { lines, day, facts } = priced.value;
  const { app, viewer } = unit;
  const visible = await partiesOf(unit, lines);
  return allow({
    token: writeToken(app.secrets, { order: order.id, account: viewer.account.id, facts }),
    currency: order.currency,
    ...sumsOf(lines, viewer.account.id),
    lines: lines.map(({ line, quantity, prices }) => ({
      lineId: line.id,
      quantity,
      own: concerning(prices, viewer.account.id),
      edges: prices.filter(({ buyerId }) => visible.get(buyerId)?.seen),
    })),
    warnings: await warningsOf(unit, account, lines),
    validUntil: new Date(app.clock.startOf(addDays(day, 1))),
  });
}

/**
 * Decides everything about an order anew: whether each plan can still be bought, each value still holds, what each line
 * costs today.
 * @rule O2 O3 P2 P4
 */
export async function priceOrder(unit: Pick<Unit, 'em' | 'app' | 'viewer'>, order: CustomerOrder, account: Account): Promise<Decision<CurrentOrder>> {
  const { app } = unit;
  const day = app.clock.today();
  const lines = await linesOf(unit, order);
  const refusals: Refusal[] = [];
  const incomplete: { position: number; sku: string; missing: readonly string[] }[] = [];
  const complete: { line: OrderLine; plan: Plan; quantity: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const refuseLine = (said: readonly Refusal[]): void => void refusals.push(...said.map((no) => ({ ...no, path: ['lines', String(index), ...no.path] })));
    const held = line.plan.getEntity();
    const found = await findPlanFor(unit, account, held.id, held.sku);
    if (!found.allowed) {
      refuseLine(found.refusals);
      continue;
    }
    const configured = await configure(unit, held, asGiven(line.characteristics));
    if (!configured.allowed) refuseLine(configured.refusals);
    else if (configured.value.missing.length > 0) incomplete.push({ position: index + 1, sku: held.sku, missing: configured.value.missing });
    else complete.push({ line, plan: held, quantity: configured.value.quantity! });
  }
  const whole = decideComplete(order.standing(), lines.length, incomplete);
  if (!whole.allowed) refusals.push(...whole.refusals);
  if (refusals.length > 0) return { allowed: false, refusals };

  const book = await PriceBook.load(app.database.system);
  const buyer = (await book.buyers([account.id])).get(account.id)!;
  const priced: CurrentLine[] = [];
  for (const [index, { line, plan, quantity }] of complete.entries()) {
    const { pricing } = plan.product.getEntity();
    const prices = priceLine(book, buyer, { ...plan.rules(), pricing }, quantity, day, app.config.rounding);
    if (prices.allowed) priced.push({ line, plan, quantity, policy: plan.billingPolicy, prices: prices.value });
    else refusals.push(...prices.refusals.map((no) => ({ ...no, path: ['lines', String(index), ...no.path] })));
  }
  if (refusals.length > 0) return { allowed: false, refusals };
  return allow({ lines: priced, day, facts: await factsOf(unit, order, account, priced, day) });
}

interface Party {
  readonly number: string;
  /** Whether the viewer sees the account itself. */
  readonly seen: boolean;
}

/** Buyers and sellers of all lines. Read as the owner: sellers may stand above the viewer, who knows their numbers. */
async function partiesOf({ app, viewer }: Pick<Unit, 'app' | 'viewer'>, lines: readonly PricedLine[]): Promise<Map<string, Party>> {
  const ids = new Set(lines.flatMap(({ prices }) => prices.flatMap(({ sellerId, buyerId }) => [sellerId, buyerId])));
  const { rows } = await app.database.system.query<{ id: string; number: string; path: string[] }>('select id, number, path from account where id = any ($1)', [
    [...ids],
  ]);
  return new Map(rows.map(({ id, number, path }) => [id, { number, seen: sees(viewer.account.id, path) }]));
}

async function factsOf(
  unit: Pick<Unit, 'app' | 'viewer'>,
  order: CustomerOrder,
  account: Account,
  lines: readonly CurrentLine[],
  day: LocalDate,
): Promise<QuoteFacts> {
  const parties = await partiesOf(unit, lines);
  const { secrets } = unit.app;
  const edge = ({ sellerId, buyerId, unitPriceMicros, priceListId, mode, percent }: StoredPrice): EdgeFacts => {
    const seller = parties.get(sellerId)!;
    const digest = secrets.mac(`list\0${priceListId}\0${mode}\0${percent}`).slice(0, 8);
    // A markup tells the seller's cost, so its buyer learns only that it is another one.
    const rate = mode && seller.seen ? `${mode} ${formatPercent(BigInt(percent!))} % ` : '';
    const unitPrice = `${formatUnitPrice({ micros: BigInt(unitPriceMicros), currency: order.currency })} ${order.currency}`;
    return { seller: seller.number, buyer: parties.get(buyerId)!.number, list: priceListId ? `${rate}(${digest})` : 'none', unitPrice };
  };
  return {
    day: isoDate(day),
    buyer: account.number,
    currency: order.currency,
    lines: lines.map(({ line, plan, quantity, prices }) => ({
      line: encodeId('oln', line.id),
      plan: plan.sku,
      configuration: line.characteristics,
      quantity,
      edges: prices.filter(({ buyerId }) => parties.get(buyerId)!.seen).map(edge),
    })),
  };
}

async function warningsOf({ em }: Unit, account: Account, lines: readonly CurrentLine[]): Promise<Quote['warnings']> {
  const warnings: { code: QuoteWarning; message: string }[] = [];
  for (const { plan, policy } of lines) {
    const byUse = isByUse(plan.rules(), plan.product.getEntity().pricing);
    if (byUse) warnings.push({ code: 'CHARGED_BY_USE', message: `${plan.sku} is charged by what is used; ordering it costs nothing` });
    else if (policy === 'MAX_OF_MONTH') warnings.push({ code: 'FIRST_PERIOD_FREE', message: `${plan.sku} is free until the first day of the next month` });
    else if (policy === 'YEARLY') warnings.push({ code: 'NOT_REDUCIBLE', message: `${plan.sku} cannot be reduced before its year ends` });
  }
  if (await needsApproval({ em }, account))
    warnings.push({ code: 'APPROVAL_REQUIRED', message: 'somebody else has to approve the order before it is executed' });
  const told = new Set<string>();
  for (const { plan } of lines) {
    const product = plan.product.getEntity();
    if (product.provisioning !== 'AUTOMATIC' || !product.vendor) continue;
    const { platform } = await em.findOneOrFail(Vendor, { id: product.vendor.id });
    const { status } = await accountOnPlatform(em, account.id, platform);
    if (status === 'SYNCHRONIZED' || told.has(platform)) continue;
    told.add(platform);
    warnings.push({
      code: 'ACCOUNT_NOT_SYNCHRONIZED',
      message: `account ${account.number} is ${status} on ${platform}; the order waits until it is synchronized`,
    });
  }
  return warnings;
}

/** Whether orders for an account wait for somebody's approval: it says so itself, or somebody above it does. */
export async function needsApproval({ em }: Pick<Unit, 'em'>, account: Account): Promise<boolean> {
  const [row] = await em.execute<{ needed: boolean }[]>('select order_needs_approval(?) as needed', [account.id]);
  return row!.needed;
}
