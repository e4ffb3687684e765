/** Writes a random book into a server's database. Spans and the present are made by the server's own functions. */
import { isoDate, OPEN_END, type LocalDate } from '@cloudtill/domain/calendar/local-date';
import type { QuantitySpan } from '@cloudtill/domain/subscriptions/quantity-timeline';
import type { Client } from 'pg';
import type { Clock } from '../../src/platform/clock.ts';
import { newId } from '../../src/platform/ids.ts';
import { heldAt, presentOf, timelineOf, type Change, type RulePlan } from '../../src/subscriptions/history.ts';
import { historyOf } from './histories.ts';
import { CURRENCIES, PLANS, type RandomRate, type RandomSubscription, type RandomWorld, type Timeline } from './random-book.ts';

export interface WrittenSubscription {
  readonly id: string;
  readonly customerId: string;
  readonly number: string;
  readonly changes: readonly Change[];
  /** As the server makes them of the changes. */
  readonly spans: readonly QuantitySpan<RulePlan>[];
}

export interface WrittenBook {
  readonly plans: readonly RulePlan[];
  readonly accounts: readonly string[];
  readonly subscriptions: readonly WrittenSubscription[];
}

type Row = Readonly<Record<string, unknown>>;

const MAX_QUANTITY = 10_000_000;
const day = (value: LocalDate): string => (value === OPEN_END ? 'infinity' : isoDate(value));
const at = (ms: number): string => new Date(ms).toISOString();

/** Rows as JSON; days and instants as text. Columns that a row does not name keep their defaults. */
async function insert(client: Client, table: string, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!).join(', ');
  await client.query(`insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1)`, [JSON.stringify(rows)]);
}

export async function writeBook(client: Client, clock: Clock, world: RandomWorld, subscriptions: readonly RandomSubscription[]): Promise<WrittenBook> {
  await client.query('begin');
  const plans = await writeCatalog(client, world);
  const accounts = await writeAccounts(client, world);
  await writePriceLists(client, world, accounts, plans);
  const written = makeSubscriptions(clock, { world, accounts, plans }, subscriptions);
  await writeSubscriptions(client, clock, written);
  await client.query('commit');
  await client.query('analyze');
  return { plans, accounts, subscriptions: written };
}

async function writeCatalog(client: Client, { prices }: RandomWorld): Promise<RulePlan[]> {
  const now = at(Date.now());
  const stamps = { created_at: now, updated_at: now };
  const products = [...new Set(PLANS.map(({ product }) => product))].map((product) => ({ id: newId(), code: `RANDOM-${product}` }));
  await insert(
    client,
    'product',
    products.map(({ id, code }) => ({ id, code, name: code, provisioning: 'EXTERNAL', pricing: 'QUOTED', status: 'ACTIVE', version: 1, ...stamps })),
  );
  const plans = PLANS.map(({ product, ...plan }, index): RulePlan => ({
    ...plan,
    id: newId(),
    sku: `RANDOM-${index}`,
    productId: products[product]!.id,
    product: products[product]!.code,
    offered: true,
    minimum: 1,
    maximum: MAX_QUANTITY,
  }));
  await insert(
    client,
    'plan',
    plans.map(({ id, sku, productId, policy, cycle, dailyQuantity, minimum, maximum }) => ({
      id,
      product_id: productId,
      sku,
      name: sku,
      billing_policy: policy,
      cycle,
      daily_quantity: dailyQuantity,
      min_quantity: minimum,
      max_quantity: maximum,
      status: 'ACTIVE',
      version: 1,
      ...stamps,
    })),
  );
  const rows = prices.flatMap((byCurrency, plan) =>
    byCurrency.flatMap((versions, currency) =>
      pieces(versions).map(({ from, to, value }) => ({
        id: newId(),
        plan_id: plans[plan]!.id,
        currency: CURRENCIES[currency],
        valid_from: from,
        valid_to: to,
        list_price_micros: value.list,
        vendor_cost_micros: value.cost,
        created_at: now,
      })),
    ),
  );
  await insert(client, 'plan_price', rows);
  return plans;
}

/** The stretches of a timeline on which it has a value. */
function pieces<T>(timeline: Timeline<T | null>): { from: string; to: string | null; value: T }[] {
  return timeline.flatMap(({ from, value }, index) => {
    const next = timeline[index + 1];
    return value === null ? [] : [{ from: day(from), to: next ? day(next.from) : null, value }];
  });
}

/** @returns ids by position; the provider is the first */
async function writeAccounts(client: Client, { accounts }: RandomWorld): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(`select id from account where kind = 'PROVIDER'`);
  const ids = [rows[0]!.id, ...accounts.map(() => newId())];
  const now = at(Date.now());
  await insert(
    client,
    'account',
    accounts.map(({ kind, currency, parents }, index) => ({
      id: ids[index + 1],
      number: `RANDOM-${index + 1}`,
      kind,
      parent_id: ids[parents.at(-1)!.account],
      path: '{}',
      name: `Random ${index + 1}`,
      country: 'DE',
      currency,
      locale: 'en',
      status: 'ACTIVE',
      version: 1,
      created_at: now,
      updated_at: now,
    })),
  );
  const moves = accounts.flatMap(({ parents }, index) =>
    parents.slice(1).map(({ account, from }, step) => ({
      account_id: ids[index + 1],
      effective_on: day(from),
      from_parent_id: ids[parents[step]!.account],
      to_parent_id: ids[account],
      moved_at: now,
    })),
  );
  await insert(client, 'account_move', moves);
  return ids;
}

/** A list belongs to one seller, so a random list is written once for each seller that gives it to somebody. */
async function writePriceLists(
  client: Client,
  { accounts, lists, assignments }: RandomWorld,
  ids: readonly string[],
  plans: readonly RulePlan[],
): Promise<void> {
  const now = at(Date.now());
  const listRows: Row[] = [];
  const entryRows: Row[] = [];
  const assignmentRows: Row[] = [];
  const known = new Map<string, string>();
  const listOf = (seller: string, random: number): string => {
    const key = `${seller} ${random}`;
    const made = known.get(key) ?? newId();
    if (known.has(key)) return made;
    known.set(key, made);
    listRows.push({ id: made, seller_id: seller, name: key, version: 1, created_at: now, updated_at: now });
    const entry = (product: string, plan: string | null, rates: Timeline<RandomRate | null>): void => {
      for (const { from, to, value } of pieces(rates)) {
        entryRows.push({ id: newId(), price_list_id: made, product_id: product, plan_id: plan, ...value, valid_from: from, valid_to: to, created_at: now });
      }
    };
    const products = [...new Set(plans.map(({ productId }) => productId))];
    lists[random]!.products.forEach((rates, index) => entry(products[index]!, null, rates));
    lists[random]!.plans.forEach((rates, index) => entry(plans[index]!.productId, plans[index]!.id, rates));
    return made;
  };
  const met = new Set(accounts.flatMap(({ parents }, buyer) => parents.map(({ account }) => `${account} ${buyer + 1}`)));
  [...met].forEach((pair, index) => {
    const [seller, buyer] = pair.split(' ').map((position) => ids[Number(position)]!) as [string, string];
    for (const { from, to, value } of pieces(assignments[index % assignments.length]!)) {
      assignmentRows.push({
        id: newId(),
        price_list_id: listOf(seller, value),
        seller_id: seller,
        buyer_id: buyer,
        valid_from: from,
        valid_to: to,
        created_at: now,
      });
    }
  });
  await insert(client, 'price_list', listRows);
  await insert(client, 'price_list_entry', entryRows);
  await insert(client, 'price_list_assignment', assignmentRows);
}

interface Ground {
  readonly world: RandomWorld;
  readonly accounts: readonly string[];
  readonly plans: readonly RulePlan[];
}

function makeSubscriptions(clock: Clock, { world, accounts, plans }: Ground, subscriptions: readonly RandomSubscription[]): WrittenSubscription[] {
  const customers = accounts.filter((_, index) => world.accounts[index - 1]?.kind === 'CUSTOMER');
  return subscriptions.map((subscription, index) => {
    const changes = historyOf(subscription, plans, clock);
    const customerId = customers[subscription.customer % customers.length]!;
    return { id: newId(), customerId, number: `RANDOM-${index}`, changes, spans: timelineOf(changes, clock).spans };
  });
}

async function writeSubscriptions(client: Client, clock: Clock, written: readonly WrittenSubscription[]): Promise<void> {
  const now = Date.now();
  await insert(
    client,
    'service_subscription',
    written.map((subscription) => presentRow(subscription, clock, now)),
  );
  await insert(
    client,
    'quantity_change',
    written.flatMap((subscription) => historyRows(subscription, now)),
  );
  await insert(
    client,
    'quantity_span',
    written.flatMap(({ id, customerId, spans }) =>
      spans.map(({ from, to, quantity, plan }) => ({
        customer_id: customerId,
        subscription_id: id,
        from_on: day(from),
        to_on: day(to),
        quantity,
        plan_id: plan.id,
      })),
    ),
  );
}

function presentRow({ id, customerId, number, changes }: WrittenSubscription, clock: Clock, now: number): Row {
  const present = presentOf(changes, clock, now);
  const { plan } = heldAt(changes, now);
  return {
    id,
    customer_id: customerId,
    number,
    product_id: plan.productId,
    plan_id: plan.id,
    status: present.status,
    quantity: present.quantity,
    activated_at: at(changes[0]!.effectiveAt),
    activated_on: day(changes[0]!.effectiveOn),
    ends_on: present.endsOn == null ? null : day(present.endsOn),
    renews: present.renews,
    renewal_quantity: present.renewalQuantity,
    next_change_at: present.nextChangeAt?.toISOString() ?? null,
    version: 1,
    created_at: at(now),
    updated_at: at(now),
  };
}

function historyRows({ id, customerId, changes }: WrittenSubscription, now: number): Row[] {
  return changes.map(({ sequence, kind, effectiveAt, effectiveOn, quantity, plan, renews }) => ({
    customer_id: customerId,
    subscription_id: id,
    sequence,
    kind,
    effective_at: at(effectiveAt),
    effective_on: day(effectiveOn),
    quantity: quantity ?? null,
    plan_id: plan?.id ?? null,
    renews: renews ?? null,
    operation_id: newId(),
    actor_kind: 'USER',
    actor_name: 'random',
    recorded_at: at(now),
  }));
}
