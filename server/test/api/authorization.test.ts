/**
 * Who may ask what, and what they then see. The tables are held against the schema: a new query, mutation, filter or
 * field fails here until somebody has decided who may see it.
 *
 * An outcome is a letter for each of the cast: y sees it, n sees nothing (as if it did not exist), f is forbidden,
 * u must sign in first.
 */
import { getNamedType, isInputObjectType, isObjectType, type GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/schema.ts';
import type { Answer } from '../server.ts';
import { absent, CAST, masked, openWorld, type Person, type World } from './world.ts';

const schema = createSchema('sandbox');
const fieldsOf = (type: GraphQLObjectType | null | undefined): string[] => Object.keys(type!.getFields());

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await grantVendorTerms();
});
afterAll(() => world.server.stop());

/** What has no doorway yet: vendor terms on a charge, and a subscription that could not be billed. */
async function grantVendorTerms(): Promise<void> {
  const { system } = world.server.app.database;
  await system.query(`update charge set approval_code = 'APPROVED-7', credit_rate = 150000, credit_minor = 99`);
  await system.query(
    `insert into parked_subscription (month, customer_id, subscription_id, reason, parameters, since)
     select '2026-05-01', customer_id, id, 'PRICE_MISSING', '{}', now() from service_subscription where number = 'S-MINE'`,
  );
}

/** y, n, f or u. */
function outcomeOf({ data, errors }: Answer): string {
  const code = errors?.[0]?.extensions['code'];
  if (code === 'UNAUTHENTICATED') return 'u';
  if (code === 'FORBIDDEN') return 'f';
  if (errors) return String(code);
  return isNothing(Object.values(data as object)[0]) ? 'n' : 'y';
}

function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isNothing);
  if (value === null || value === undefined || value === 0) return true;
  if (typeof value !== 'object') return false;
  // What a list, a payload or a row stands for is what is in it.
  return Object.entries(value).every(([name, inner]) => name === '__typename' || name === 'userErrors' || isNothing(inner));
}

async function outcomes(query: string, variables: Record<string, unknown>): Promise<string> {
  const letters = await Promise.all(CAST.map(async (who) => outcomeOf(await world.ask(who, query, variables))));
  return letters.join(' ');
}

/** Those of the cast who have a letter. */
const those = (letters: string, letter: string): Person[] => CAST.filter((_, index) => letters.split(' ')[index] === letter);

// ---- queries

const SIMULATION = `simulateCharges(input: { billingPolicy: PAYG, unitPrice: "1", currency: "EUR", activatedAt: "2026-05-01T00:00:00Z",
  changes: [{ at: "2026-05-01T00:00:00Z", quantity: 25 }], from: "2026-05-01", to: "2026-06-01" }) { charges { net { amount } } }`;

/** Field, what it is asked about, the question, and the letters. */
const QUERIES = [
  // anonymous customer beside reseller rival operator finance support erp
  ['viewer', '', 'viewer { account { number } }', 'u y y y y y y y y'],
  ['node', 'sub S-MINE', 'node(id: $id) { id }', 'u y n y n y y y y'],
  ['node', 'chg S-MINE DEMO-CUSTOMER', 'node(id: $id) { id }', 'u y n y n y y y y'],
  ['node', 'chg S-MINE DEMO-RESELLER', 'node(id: $id) { id }', 'u n n y n y y y y'],
  ['node', 'acc DEMO-RESELLER', 'node(id: $id) { id }', 'u n n y n y y y y'],
  ['node', 'acc PROVIDER', 'node(id: $id) { id }', 'u n n n n y y y y'],
  ['node', 'prd HID', 'node(id: $id) { id }', 'u n n n y y y y y'],
  ['node', 'pln HID-1', 'node(id: $id) { id }', 'u n n n y y y y y'],
  ['node', 'ven KASPERSKY', 'node(id: $id) { id }', 'u y y y y y y y y'],
  ['node', 'prl DEMO-RESELLER → DEMO-CUSTOMER', 'node(id: $id) { id }', 'u n n y n y y y n'],
  ['node', 'prl PROVIDER → DEMO-RESELLER', 'node(id: $id) { id }', 'u n n n n y y y n'],
  ['node', 'per 2026-05', 'node(id: $id) { id }', 'u y y y y y y y y'],
  ['node', 'run 2026-05', 'node(id: $id) { id }', 'u n n n n y y y y'],
  ['node', 'job 2026-05', 'node(id: $id) { id }', 'u n n n n y y y y'],
  ['nodes', 'sub S-MINE', 'nodes(ids: [$id]) { id }', 'u y n y n y y y y'],
  ['search', '', 'search(query: "S-MINE") { nodeId }', 'u y n y n y y y y'],
  ['search', '', 'search(query: "Hansa Logistics") { nodeId }', 'u y n y n y y y y'],
  ['search', '', 'search(query: "HID-1") { nodeId }', 'u n n n y y y y y'],
  ['account', 'acc DEMO-CUSTOMER', 'account(id: $id) { id }', 'u y n y n y y y y'],
  ['account', '', 'account(number: "DEMO-CUSTOMER") { id }', 'u y n y n y y y y'],
  ['accounts', '', 'accounts(filter: { text: "Hansa" }) { totalCount nodes { id } }', 'u y n y n y y y y'],
  ['vendors', '', 'vendors { id }', 'u y y y y y y y y'],
  ['product', 'prd KES', 'product(id: $id) { id }', 'u y y y y y y y y'],
  ['product', 'prd HID', 'product(id: $id) { id }', 'u n n n y y y y y'],
  ['products', '', 'products(filter: { text: "HID" }) { totalCount nodes { id } }', 'u n n n y y y y y'],
  ['plan', 'pln HID-1', 'plan(id: $id) { id }', 'u n n n y y y y y'],
  ['plan', '', 'plan(sku: "HID-1") { id }', 'u n n n y y y y y'],
  ['subscription', 'sub S-MINE', 'subscription(id: $id) { id }', 'u y n y n y y y y'],
  ['subscriptions', 'acc DEMO-CUSTOMER', 'subscriptions(filter: { accountId: $id }) { totalCount nodes { id } }', 'u y n y n y y y y'],
  ['charges', 'sub S-MINE', 'charges(filter: { subscriptionId: $id }) { totalCount nodes { id } }', 'u y n y n y y y y'],
  ['chargeTotals', 'sub S-MINE', 'chargeTotals(filter: { subscriptionId: $id }) { count }', 'u y n y n y y y y'],
  ['billingPeriods', '', 'billingPeriods { nodes { id } }', 'u y y y y y y y y'],
  ['billingRuns', '', 'billingRuns { nodes { id } }', 'u f f f f y y y y'],
  ['job', 'job 2026-05', 'job(id: $id) { id }', 'u n n n n y y y y'],
  ['jobs', '', 'jobs { totalCount nodes { id } }', 'u n n n n y y y y'],
  ['auditEvents', 'acc DEMO-CUSTOMER', 'auditEvents(filter: { accountId: $id }) { totalCount nodes { action } }', 'u y n y n y y y f'],
  ['priceLists', '', 'priceLists(filter: { text: "DEMO-CUSTOMER" }) { totalCount nodes { id } }', 'u f f y n y y y f'],
  ['previewQuantityChange', 'sub S-MINE', 'previewQuantityChange(input: { subscriptionId: $id, quantity: 11 }) { preview { warnings { code } thisPeriod { billingPeriod } } }', 'u y n y n y y y y'],
  ['previewPlanSwitch', 'sub S-MINE', 'previewPlanSwitch(input: { subscriptionId: $id, planId: $plan, quantity: 60 }) { preview { thisPeriod { billingPeriod } } }', 'u y n y n y y y y'],
  ['previewTermination', 'sub S-MINE', 'previewTermination(input: { subscriptionId: $id }) { preview { thisPeriod { billingPeriod } } }', 'u y n y n y y y y'],
  ['simulateCharges', '', SIMULATION, 'u y y y y y y y y'],
] as const;

const asQuery = (field: string): string => {
  const names = [field.includes('$id') && '$id: ID!', field.includes('$plan') && '$plan: ID!'].filter(Boolean).join(', ');
  return `query ${names ? `(${names})` : ''} { ${field} }`;
};

describe('queries (A3, quality B.1-1)', () => {
  it('has a row for every field of the query root', () => {
    expect([...new Set(QUERIES.map(([field]) => field))].sort()).toEqual(fieldsOf(schema.getQueryType()).sort());
  });

  it.each(QUERIES)('%s %s', async (_, about, field, letters) => {
    const variables = { id: about && world.id(about), plan: world.id('pln KES-2') };
    expect(await outcomes(asQuery(field), variables)).toBe(letters);
  });

  it.each(QUERIES.filter(([, about, , letters]) => about && letters.includes('n')))('%s of the hidden %s answers as for what is not there', async (_, about, field, letters) => {
    const [id, nowhere, plan] = [world.id(about), absent(world.id(about)), world.id('pln KES-2')];
    for (const who of those(letters, 'n')) {
      const [hidden, missing] = [await world.ask(who, asQuery(field), { id, plan }), await world.ask(who, asQuery(field), { id: nowhere, plan })];
      expect({ who, answer: masked(hidden, id) }).toEqual({ who, answer: masked(missing, nowhere) });
    }
  });
});

// ---- filters and cursors

/** Whose ids a rival may try in filters: DEMO-RESELLER's and its customer's. */
const FILTERS: Readonly<Record<string, string>> = {
  'AccountFilter.parentId': 'acc DEMO-RESELLER',
  'AccountFilter.belowId': 'acc DEMO-RESELLER',
  'AuditEventFilter.accountId': 'acc DEMO-CUSTOMER',
  'AuditEventFilter.subjectId': 'acc DEMO-CUSTOMER',
  'ChargeFilter.accountId': 'acc DEMO-CUSTOMER',
  'ChargeFilter.buyerId': 'acc DEMO-CUSTOMER',
  'ChargeFilter.sellerId': 'acc DEMO-RESELLER',
  'ChargeFilter.subscriptionId': 'sub S-MINE',
  'PriceListFilter.sellerId': 'acc DEMO-RESELLER',
  'PriceListFilter.buyerId': 'acc DEMO-CUSTOMER',
  'SubscriptionFilter.accountId': 'acc DEMO-CUSTOMER',
  'SubscriptionFilter.productId': 'prd HID',
  'SubscriptionFilter.planId': 'pln HID-1',
};

describe('filters and cursors (quality B.1-2, B.1-3)', () => {
  const filters = Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .filter(({ name }) => name.endsWith('Filter'));
  const lists = Object.values(schema.getQueryType()!.getFields());

  it('has a row for every id in a filter', () => {
    const ids = filters.flatMap((filter) =>
      Object.values(filter.getFields())
        .filter(({ type }) => getNamedType(type).name === 'ID')
        .map(({ name }) => `${filter.name}.${name}`),
    );
    expect(ids.sort()).toEqual(Object.keys(FILTERS).sort());
  });

  it.each(Object.entries(FILTERS))('%s finds nothing of others and counts nothing of others', async (name, about) => {
    const [type, field] = name.split('.') as [string, string];
    // Product and plan are hidden from the reseller; everything else is hidden from the rival.
    const who = about.startsWith('p') ? 'reseller' : 'rival';
    for (const { name: list } of lists.filter(({ args }) => args.some((arg) => getNamedType(arg.type).name === type))) {
      const query = `query ($id: ID!) { ${list}(filter: { ${field}: $id }) ${list === 'chargeTotals' ? '{ count }' : '{ totalCount nodes { __typename } }'} }`;
      const id = world.id(about);
      const answer = await world.ask(who, query, { id });
      expect({ list, outcome: outcomeOf(answer) }).toEqual({ list, outcome: 'n' });
      expect(masked(answer)).toEqual(masked(await world.ask(who, query, { id: absent(id) })));
    }
  });

  it('a cursor of somebody who sees more opens nothing', async () => {
    const page = 'query ($after: String) { accounts(first: 1, after: $after) { edges { cursor node { number } } pageInfo { endCursor } } }';
    for (let after: string | null = null; ;) {
      const all: Answer = await world.ask('operator', page, { after });
      after = all.data.accounts.pageInfo.endCursor as string | null;
      if (after === null) break;
      const { data } = await world.ask('rival', page, { after });
      for (const { node } of data.accounts.edges) expect(['R-RIVAL', 'C-RIVAL']).toContain(node.number);
    }
  });

  it('orders offer nothing that is guarded', () => {
    const orders = Object.keys(schema.getTypeMap()).filter((name) => name.endsWith('OrderField'));
    const names = orders.flatMap((name) => (schema.getType(name) as unknown as { getValues(): { name: string }[] }).getValues().map((value) => value.name));
    expect([...new Set(names)].sort()).toEqual(['BILLING_PERIOD', 'CREATED_AT', 'NAME', 'NUMBER', 'OCCURRED_AT']);
  });
});
