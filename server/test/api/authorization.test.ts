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
import { absent, addCredential, addPerson, CAST, masked, openWorld, signIn, type Person, type World } from './world.ts';

const schema = createSchema('sandbox');
const fieldsOf = (type: GraphQLObjectType | null | undefined): string[] => Object.keys(type!.getFields());

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await grantVendorTerms();
  await linkToVendor();
  for (const account of ['R-RIVAL', 'DEMO-RESELLER']) {
    await addCredential(world.server.app.database.system, machineOf(account), account, [
      'provisioning:read',
      'sync:read',
      'subscriptions:read',
      'licenses:reveal',
    ]);
  }
});
afterAll(() => world.server.stop());

/** What has no doorway yet, or only by chance: vendor terms on charges, a subscription to be rated again, one that could not be billed. */
async function grantVendorTerms(): Promise<void> {
  const { system } = world.server.app.database;
  await system.query(`update charge set approval_code = 'APPROVED-7', credit_rate = 150000, credit_minor = 99`);
  const mine = `select '2026-05-01'::date, customer_id, id from service_subscription where number = 'S-MINE'`;
  await system.query(`insert into rating_mark (month, customer_id, subscription_id) ${mine}`);
  await system.query(
    `insert into parked_subscription (month, customer_id, subscription_id, reason, parameters, since) select m.*, 'PRICE_MISSING', '{}', now() from (${mine}) m`,
  );
}

/** What only a vendor brings about: its side of a subscription with its codes, a reseller's PIN, and how the vendor is doing. */
async function linkToVendor(): Promise<void> {
  const { database, secrets } = world.server.app;
  await database.system.query(
    `update service_subscription set platform = 'KORM', vendor_subscription_id = 'V-MINE', license_id = 'L-MINE', approval_code = 'APPROVED-B9', activation_code = $1 where number = 'S-MINE'`,
    [secrets.seal('AAAAA-BBBBB')],
  );
  await database.system.query(
    `insert into provisioning_sync (account_id, platform, status, reseller_pin, pin_entered_at, updated_at)
     select id, 'KORM', 'SYNCHRONIZED', 'PIN-' || number, now(), now() from account where number in ('DEMO-RESELLER', 'R-RIVAL')`,
  );
  await database.system.query(`insert into vendor_health (vendor_code, failures, last_error, last_error_at) values ('KASPERSKY', 2, 'no answer', now())`);
}

/** A machine of a reseller with rights that none of its people have: what it sees is limited by the rows alone. */
const machineOf = (account: string): string => `ct_test_provisioning_${account.toLowerCase()}`;
const askAsMachine = (account: string, query: string, variables: object = {}): Promise<Answer> =>
  world.server.raw(query, { ...variables }, { authorization: `Bearer ${machineOf(account)}` });

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

/** The world’s one order. */
const ORDER = 'ORD-2040-000001';

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
  ['node', 'mal To the customer', 'node(id: $id) { id }', 'u y n y n y y y n'],
  ['node', 'mig 2040-07-01', 'node(id: $id) { id }', 'u n n n n y y y n'],
  ['nodes', 'sub S-MINE', 'nodes(ids: [$id]) { id }', 'u y n y n y y y y'],
  ['search', '', 'search(query: "S-MINE") { nodeId }', 'u y n y n y y y y'],
  ['search', '', 'search(query: "Hansa Logistics") { nodeId }', 'u y n y n y y y y'],
  ['search', '', 'search(query: "HID-1") { nodeId }', 'u n n n y y y y y'],
  ['search', '', `search(query: "${ORDER}") { nodeId }`, 'u y n y n y y y y'],
  ['search', '', 'search(query: "ORDER-CODE-9") { nodeId }', 'u n n n n n n n n'],
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
  ['migration', 'mig 2040-07-01', 'migration(id: $id) { id }', 'u f f f f y y y f'],
  ['migrations', '', 'migrations { totalCount nodes { id } }', 'u f f f f y y y f'],
  ['auditEvents', 'acc DEMO-CUSTOMER', 'auditEvents(filter: { accountId: $id }) { totalCount nodes { action } }', 'u y n y n y y y f'],
  ['mail', 'mal To the reseller', 'mail(id: $id) { id }', 'u n n y n y y y f'],
  ['mail', 'mal To the customer', 'mail(id: $id) { id }', 'u y n y n y y y f'],
  ['mail', 'mal To operations', 'mail(id: $id) { id }', 'u n n n n y y y f'],
  ['mails', '', 'mails(filter: { text: "To operations" }) { totalCount nodes { id } }', 'u n n n n y y y f'],
  ['mails', 'acc DEMO-CUSTOMER', 'mails(filter: { accountId: $id }) { totalCount nodes { id } }', 'u y n y n y y y f'],
  ['notificationTemplates', '', 'notificationTemplates { code }', 'u f f f f y f f f'],
  [
    'previewNotification',
    '',
    'previewNotification(input: { code: LICENSE_DELIVERY, locale: "en", subject: "a", body: "", textBody: "a" }) { problems { code } }',
    'u f f f f y f f f',
  ],
  ['priceLists', '', 'priceLists(filter: { text: "DEMO-CUSTOMER" }) { totalCount nodes { id } }', 'u f f y n y y y f'],
  [
    'previewQuantityChange',
    'sub S-MINE',
    'previewQuantityChange(input: { subscriptionId: $id, quantity: 11 }) { preview { warnings { code } thisPeriod { billingPeriod } } }',
    'u y n y n y y y y',
  ],
  [
    'previewPlanSwitch',
    'sub S-MINE',
    'previewPlanSwitch(input: { subscriptionId: $id, planId: $plan, quantity: 60 }) { preview { thisPeriod { billingPeriod } } }',
    'u y n y n y y y y',
  ],
  ['previewTermination', 'sub S-MINE', 'previewTermination(input: { subscriptionId: $id }) { preview { thisPeriod { billingPeriod } } }', 'u y n y n y y y y'],
  ['node', `ord ${ORDER}`, 'node(id: $id) { id }', 'u y n y n y y y y'],
  ['order', `ord ${ORDER}`, 'order(id: $id) { id }', 'u y n y n y y y y'],
  ['order', '', `order(number: "${ORDER}") { id }`, 'u y n y n y y y y'],
  ['orders', 'acc DEMO-CUSTOMER', 'orders(filter: { accountId: $id }) { totalCount nodes { id } }', 'u y n y n y y y y'],
  ['orders', '', 'orders(filter: { text: "ORDER-CODE-9" }) { totalCount nodes { id } }', 'u n n n n n n n n'],
  ['quote', `ord ${ORDER}`, 'quote(input: { orderId: $id }) { quote { total { amount } } }', 'u y n y n y f f y'],
  ['simulateCharges', '', SIMULATION, 'u y y y y y y y y'],
] as const;

/** What vendors know and were asked; see provisioning and vendors. */
const VENDOR_QUERIES = [
  // anonymous customer beside reseller rival operator finance support erp
  ['node', 'op S-MINE', 'node(id: $id) { id }', 'u n n n n y y y n'],
  ['node', 'drf S-MINE', 'node(id: $id) { id }', 'u n n n n y y y n'],
  ['node', 'drf V-ORPHAN', 'node(id: $id) { id }', 'u n n n n y y y n'],
  ['syncBoard', '', 'syncBoard(filter: { text: "DEMO-CUSTOMER" }) { totalCount nodes { id } }', 'u f f y n y y y f'],
  ['syncBoard', '', 'syncBoard(filter: { text: "DEMO-RESELLER", status: [UNSYNCHRONIZED] }) { totalCount nodes { id } }', 'u f f y n y y y f'],
  ['provisioningOperation', 'op S-MINE', 'provisioningOperation(id: $id) { id }', 'u f f f f y y y f'],
  ['provisioningOperations', '', 'provisioningOperations { totalCount nodes { id } }', 'u f f f f y y y f'],
  ['provisioningOperations', 'acc DEMO-RESELLER', 'provisioningOperations(filter: { accountId: $id }) { totalCount nodes { id } }', 'u f f f f y y y f'],
  ['drifts', '', 'drifts { totalCount nodes { id } }', 'u f f f f y y y f'],
  ['search', '', 'search(query: "APPROVED-B9") { nodeId }', 'u n n n n n n n n'],
  ['subscriptions', '', 'subscriptions(filter: { text: "APPROVED-B9" }) { totalCount nodes { id } }', 'u n n n n n n n n'],
] as const;

const ALL_QUERIES = [...QUERIES, ...VENDOR_QUERIES] as const;

const asQuery = (field: string): string => {
  const names = [field.includes('$id') && '$id: ID!', field.includes('$plan') && '$plan: ID!'].filter(Boolean).join(', ');
  return `query ${names ? `(${names})` : ''} { ${field} }`;
};

describe('queries (A3, P2, quality B.1-1)', () => {
  it('has a row for every field of the query root', () => {
    expect([...new Set(ALL_QUERIES.map(([field]) => field))].sort()).toEqual(fieldsOf(schema.getQueryType()).sort());
  });

  it.each(ALL_QUERIES)('%s %s', async (_, about, field, letters) => {
    const variables = { id: about && world.id(about), plan: world.id('pln KES-2') };
    expect(await outcomes(asQuery(field), variables)).toBe(letters);
  });

  it.each(ALL_QUERIES.filter(([, about, , letters]) => about && letters.includes('n')))(
    '%s of the hidden %s answers as for what is not there',
    async (_, about, field, letters) => {
      const [id, nowhere, plan] = [world.id(about), absent(world.id(about)), world.id('pln KES-2')];
      for (const who of those(letters, 'n')) {
        const [hidden, missing] = [await world.ask(who, asQuery(field), { id, plan }), await world.ask(who, asQuery(field), { id: nowhere, plan })];
        expect({ who, answer: masked(hidden, id) }).toEqual({ who, answer: masked(missing, nowhere) });
      }
    },
  );
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
  'MailFilter.accountId': 'acc DEMO-CUSTOMER',
  'OrderFilter.accountId': 'acc DEMO-CUSTOMER',
  'PriceListFilter.sellerId': 'acc DEMO-RESELLER',
  'PriceListFilter.buyerId': 'acc DEMO-CUSTOMER',
  'ProductFilter.offeredTo': 'acc DEMO-CUSTOMER',
  'ProvisioningFilter.accountId': 'acc DEMO-CUSTOMER',
  'ProvisioningFilter.subscriptionId': 'sub S-MINE',
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
    // What vendors are asked no reseller's people may see; a machine of theirs may have been given that.
    const ask = (query: string, variables: object): Promise<Answer> =>
      name.startsWith('Provisioning') ? askAsMachine('R-RIVAL', query, variables) : world.ask(who, query, { ...variables });
    for (const { name: list } of lists.filter(({ args }) => args.some((arg) => getNamedType(arg.type).name === type))) {
      const query = `query ($id: ID!) { ${list}(filter: { ${field}: $id }) ${list === 'chargeTotals' ? '{ count }' : '{ totalCount nodes { __typename } }'} }`;
      const id = world.id(about);
      const answer = await ask(query, { id });
      expect({ list, outcome: outcomeOf(answer) }).toEqual({ list, outcome: 'n' });
      expect(masked(answer)).toEqual(masked(await ask(query, { id: absent(id) })));
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

// ---- mutations

const KEY = 'idempotencyKey: "authorization-1"';

/**
 * Mutation, whose thing it names, its input (with `$id` for that), who may call it at all, and those who may but do not
 * see the thing. The letters are those of a call that names what is not there, so nothing changes.
 */
const MUTATIONS = [
  // anonymous customer beside reseller rival operator finance support erp
  ['createAccount', 'acc DEMO-RESELLER', '{ kind: CUSTOMER, parentId: $id, name: "X", country: "DE", currency: "EUR" }', 'u f f y y y f f f', 'rival'],
  ['updateAccount', 'acc DEMO-CUSTOMER', '{ accountId: $id, name: "X" }', 'u f f y y y f f f', 'rival'],
  ['holdAccount', 'acc DEMO-CUSTOMER', '{ accountId: $id }', 'u f f y y y f f f', 'rival'],
  ['releaseAccount', 'acc DEMO-CUSTOMER', '{ accountId: $id }', 'u f f y y y f f f', 'rival'],
  ['closeAccount', 'acc DEMO-CUSTOMER', '{ accountId: $id }', 'u f f y y y f f f', 'rival'],
  ['moveAccount', 'acc DEMO-CUSTOMER', '{ accountId: $id, parentId: "{acc R-RIVAL}" }', 'u f f y y y f f f', 'rival'],
  ['moveAccount', 'acc DEMO-RESELLER', '{ accountId: "{acc C-RIVAL}", parentId: $id }', 'u f f y y y f f f', 'rival'],
  ['createProduct', '', '{ code: "", name: "" }', 'u f f f f y f f f', ''],
  ['updateProduct', 'prd KES', '{ productId: $id, name: "" }', 'u f f f f y f f f', ''],
  ['createPlan', 'prd KES', '{ productId: $id, sku: "", billingPolicy: PAYG }', 'u f f f f y f f f', ''],
  ['updatePlan', 'pln KES-1', '{ planId: $id, name: "" }', 'u f f f f y f f f', ''],
  ['setPlanPrice', 'pln KES-1', '{ planId: $id, currency: "ZZZ", validFrom: "2026-06-01", listPrice: "1", vendorCost: "1" }', 'u f f f f y f f f', ''],
  ['createPriceList', 'acc DEMO-RESELLER', '{ sellerId: $id, name: "X" }', 'u f f y y y y f f', 'rival'],
  [
    'setPriceListEntry',
    'prl DEMO-RESELLER → DEMO-CUSTOMER',
    '{ priceListId: $id, productId: "{prd KES}", mode: DISCOUNT, percent: "1", validFrom: "2027-01-01" }',
    'u f f y y y y f f',
    'rival',
  ],
  [
    'setPriceListEntry',
    'prd HID',
    '{ priceListId: "{prl DEMO-RESELLER → DEMO-CUSTOMER}", productId: $id, mode: DISCOUNT, percent: "1", validFrom: "2027-01-01" }',
    'u f f y y y y f f',
    'reseller',
  ],
  [
    'setPriceListEntry',
    'pln HID-1',
    '{ priceListId: "{prl DEMO-RESELLER → DEMO-CUSTOMER}", productId: "{prd KES}", planId: $id, mode: DISCOUNT, percent: "1", validFrom: "2027-01-01" }',
    'u f f y y y y f f',
    'reseller',
  ],
  ['removePriceListEntry', 'ple DEMO-RESELLER → DEMO-CUSTOMER KES', '{ entryId: $id }', 'u f f y y y y f f', 'rival'],
  ['removePriceListEntry', 'ple PROVIDER → DEMO-RESELLER KES', '{ entryId: $id }', 'u f f y y y y f f', 'reseller rival'],
  [
    'assignPriceList',
    'prl DEMO-RESELLER → DEMO-CUSTOMER',
    '{ priceListId: $id, accountId: "{acc C-RIVAL}", validFrom: "2027-01-01" }',
    'u f f y y y y f f',
    'rival',
  ],
  [
    'assignPriceList',
    'acc C-RIVAL',
    '{ priceListId: "{prl DEMO-RESELLER → DEMO-CUSTOMER}", accountId: $id, validFrom: "2027-01-01" }',
    'u f f y y y y f f',
    'reseller',
  ],
  ['createSubscription', 'acc DEMO-CUSTOMER', `{ accountId: $id, planId: "{pln KES-1}", quantity: 1, ${KEY} }`, 'u f f f f y f f f', ''],
  ['changeSubscriptionQuantity', 'sub S-MINE', `{ subscriptionId: $id, quantity: 11, ${KEY} }`, 'u y y y y y f f f', 'beside rival'],
  ['switchSubscriptionPlan', 'sub S-MINE', `{ subscriptionId: $id, planId: "{pln KES-2}", quantity: 60, ${KEY} }`, 'u y y y y y f f f', 'beside rival'],
  ['switchSubscriptionPlan', 'pln HID-1', `{ subscriptionId: "{sub S-MINE}", planId: $id, ${KEY} }`, 'u y y y y y f f f', 'customer reseller'],
  ['terminateSubscription', 'sub S-MINE', `{ subscriptionId: $id, confirmIrreversible: true, ${KEY} }`, 'u y y y y y f f f', 'beside rival'],
  ['setSubscriptionRenewal', 'sub S-YEAR', `{ subscriptionId: $id, renews: false, ${KEY} }`, 'u y y y y y f f f', 'beside rival'],
  ['createOrder', 'acc DEMO-CUSTOMER', `{ accountId: $id, channel: STOREFRONT, ${KEY} }`, 'u y y y y y f f y', 'beside rival'],
  ['addOrderLine', `ord ${ORDER}`, '{ orderId: $id, planId: "{pln KES-1}" }', 'u y y y y y f f y', 'beside rival'],
  ['addOrderLine', 'pln HID-1', `{ orderId: "{ord ${ORDER}}", planId: $id }`, 'u y y y y y f f y', 'customer reseller'],
  ['configureOrderLine', `oln ${ORDER}`, '{ lineId: $id, characteristics: [] }', 'u y y y y y f f y', 'beside rival'],
  ['configureOrderLine', 'pln HID-1', `{ lineId: "{oln ${ORDER}}", planId: $id, characteristics: [] }`, 'u y y y y y f f y', 'customer reseller'],
  ['removeOrderLine', `oln ${ORDER}`, '{ lineId: $id }', 'u y y y y y f f y', 'beside rival'],
  ['placeOrder', `ord ${ORDER}`, `{ orderId: $id, quoteToken: "x", ${KEY} }`, 'u y y y y y f f y', 'beside rival'],
  ['approveOrder', `ord ${ORDER}`, `{ orderId: $id, ${KEY} }`, 'u y y y y y f f f', 'beside rival'],
  ['rejectOrder', `ord ${ORDER}`, `{ orderId: $id, ${KEY} }`, 'u y y y y y f f f', 'beside rival'],
  ['executeOrder', `ord ${ORDER}`, `{ orderId: $id, ${KEY} }`, 'u f f f f y f f y', ''],
  ['cancelOrder', `ord ${ORDER}`, `{ orderId: $id, ${KEY} }`, 'u y y y y y f f y', 'beside rival'],
  ['createUpload', '', '{ fileName: "", byteSize: 0 }', 'u f f f f y y f f', ''],
  ['importBook', 'upl of finance', `{ kind: ACCOUNTS, uploadId: $id, dryRun: true, ${KEY} }`, 'u f f f f y y f f', 'operator'],
  ['planMigration', '', `{ vendor: "NOBODY", ${KEY} }`, 'u f f f f y f f f', ''],
  ['runMigration', 'mig 2040-07-01', `{ migrationId: $id, ${KEY} }`, 'u f f f f y f f f', ''],
  ['runBilling', '', `{ billingPeriod: "no month", ${KEY} }`, 'u f f f f y y f f', ''],
  ['closeBillingPeriod', '', `{ billingPeriod: "no month", ${KEY} }`, 'u f f f f y y f f', ''],
  ['advanceClock', '', '{ to: "2000-01-01T00:00:00Z" }', 'u f f f f y y f f', ''],
  ['resendMail', 'mal To the reseller', `{ mailId: $id, ${KEY} }`, 'u f f y y y f f f', 'rival'],
  ['resendMail', 'mal To operations', `{ mailId: $id, ${KEY} }`, 'u f f y y y f f f', 'reseller rival'],
  [
    'saveNotificationTemplate',
    '',
    '{ code: LICENSE_DELIVERY, locale: "en", subject: "", body: "", textBody: "", expectedVersion: 0 }',
    'u f f f f y f f f',
    '',
  ],
  ['resetNotificationTemplate', '', '{ code: LICENSE_DELIVERY, locale: "en" }', 'u f f f f y f f f', ''],
  ['signIn', '', '{ email: "nobody@demo.test", password: "x" }', 'y y y y y y y y y', ''],
] as const;

const VENDOR_MUTATIONS = [
  // anonymous customer beside reseller rival operator finance support erp
  ['setSyncOptions', 'acc DEMO-CUSTOMER', '{ accountId: $id, platform: "KORM", email: "keys@example.com" }', 'u f f f f y f f f', ''],
  ['synchronizeAccount', 'acc DEMO-CUSTOMER', `{ accountId: $id, platform: "KORM", ${KEY} }`, 'u f f f f y f f f', ''],
  ['suspendSubscription', 'sub S-MINE', `{ subscriptionId: $id, ${KEY} }`, 'u y y y y y f f f', 'beside rival'],
  ['resumeSubscription', 'sub S-MINE', `{ subscriptionId: $id, ${KEY} }`, 'u y y y y y f f f', 'beside rival'],
  ['setApprovalCode', 'sub S-MINE', `{ subscriptionId: $id, approvalCode: "X", ${KEY} }`, 'u f f f f y f f f', ''],
  ['retryProvisioning', 'op S-MINE', `{ operationId: $id, ${KEY} }`, 'u f f f f y f f f', ''],
  ['acknowledgeProvisioning', 'op S-MINE', `{ operationId: $id, reason: "x", ${KEY} }`, 'u f f f f y f f f', ''],
  ['resolveUnknownProvisioning', 'op S-MINE', `{ operationId: $id, resolution: APPLIED, ${KEY} }`, 'u f f f f y f f f', ''],
  ['resolveDrift', 'drf S-MINE', `{ driftId: $id, resolution: IGNORE, reason: "x", ${KEY} }`, 'u f f f f y f f f', ''],
  ['reconcileVendor', '', `{ vendor: "NOBODY", ${KEY} }`, 'u f f f f y f f f', ''],
] as const;

const ALL_MUTATIONS = [...MUTATIONS, ...VENDOR_MUTATIONS] as const;

/** Ends the session that asks; see sessions.test.ts. */
const SESSIONS_ONLY = ['signOut'];

/** The mutation with the world's ids put where the row names them. */
function asMutation(name: string, input: string): string {
  const known = withIds(input);
  return `mutation ${known.includes('$id') ? '($id: ID!)' : ''} { ${name}(input: ${known}) { userErrors { code message path parameters { name value } } } }`;
}

/** Like outcomeOf, but a refusal by the business means that somebody may ask for it. */
const mayAsk = ({ data, errors }: Answer): string => (errors ? outcomeOf({ data, errors }) : 'y');

let financesUpload: string;
const idOf = (about: string): string => (about === 'upl of finance' ? financesUpload : world.id(about));

describe('mutations (quality B.1-1, B.1-3, B.1-34)', () => {
  beforeAll(async () => {
    const { data } = await world.ask('finance', 'mutation { createUpload(input: { fileName: "theirs.csv", byteSize: 1 }) { uploadId uploadUrl } }');
    financesUpload = data.createUpload.uploadId;
    await fetch(world.server.url + data.createUpload.uploadUrl, { method: 'PUT', headers: await world.headers('finance'), body: 'x' });
  });

  it('has a row for every field of the mutation root', () => {
    const rows = [...new Set([...ALL_MUTATIONS.map(([name]) => name), ...SESSIONS_ONLY])];
    expect(rows.sort()).toEqual(fieldsOf(schema.getMutationType()).sort());
  });

  it.each(ALL_MUTATIONS)('%s %s may be asked for by those who may', async (name, about, input, letters) => {
    const query = asMutation(name, input);
    const answers = await Promise.all(CAST.map((who) => world.ask(who, query, { id: about && absent(idOf(about)) })));
    expect(answers.map(mayAsk).join(' ')).toBe(letters);
    for (const { data } of answers) if (data) expect(Object.values<{ userErrors: unknown[] }>(data)[0]!.userErrors).not.toEqual([]);
  });

  it.each(ALL_MUTATIONS.filter((row) => row[4]))('%s of the %s of others answers as for what is not there', async (name, about, input, _, outside) => {
    const [id, nowhere] = [idOf(about), absent(idOf(about))];
    for (const who of outside.split(' ') as Person[]) {
      const query = asMutation(name, input);
      const [theirs, missing] = [await world.ask(who, query, { id }), await world.ask(who, query, { id: nowhere })];
      expect({ who, answer: masked(theirs, id) }).toEqual({ who, answer: masked(missing, nowhere) });
      expect(mayAsk(theirs)).toBe('y');
      expect(Object.values<{ userErrors: unknown[] }>(theirs.data)[0]!.userErrors).toHaveLength(1);
    }
  });
});

// ---- fields

/** Everybody who sees an object sees these fields of it. */
const OPEN: Readonly<Record<string, string>> = {
  Account: 'id number kind name',
  Address: 'street city postalCode region',
  AuditChange: 'name',
  AuditEvent: 'account sequence occurredAt actorKind actor action subjectKind subjectId subjectNumber changes hash',
  BillingPeriod: 'id name status start end openedAt ratedAt closedAt',
  BillingRun:
    'id number billingPeriod mode state subscriptionsTotal subscriptionsDone chargesWritten chargesChanged chargesWithdrawn parked startedBy createdAt startedAt finishedAt',
  ChangePreview: 'thisPeriod nextPeriod warnings',
  Charge:
    'id number kind status subscription seller buyer customer plan periodStart periodEnd billingPeriod quantity unitPrice listPrice currency net segments explanation createdAt updatedAt acknowledgedAt',
  Characteristic: 'name label description type required minimum maximum choices maxLength example',
  CharacteristicValue: 'name label value',
  ChargeExplanation: 'text rule formula licenseDays periodDays exactAmount currency rounding adjusts alreadyCharged',
  ChargeSegment: 'from to quantity days periodDays unitPrice currency',
  ChargeTotal: 'currency count net sold',
  Clock: 'now today timeZone',
  EdgePreview: 'seller buyer before after difference charges',
  ErrorParameter: 'name value',
  ImportReport: 'kind dryRun committed rows accepted rejected errors warnings',
  ImportRowError: 'row column code message',
  Job: 'id kind state progress result userErrors subject requestedBy createdAt startedAt finishedAt',
  JobFact: 'name value',
  JobProgress: 'done total',
  JobResult: 'facts',
  Mail: 'id template locale recipient account audience subject isMasked state attempts lastError createdAt sentAt nextAttemptAt',
  Migration: 'id number vendor effectiveOn state mapping totals counts items plannedAt plannedBy startedAt finishedAt job',
  MigrationBlocker: 'code message parameters',
  MigrationCounts: 'subscriptions pending moved blocked skipped',
  MigrationItem: 'subscription state oldPlan newPlan quantity oldCharge newCharge difference customerOldCharge customerNewCharge blocker movedAt',
  MigrationMapping: 'from to',
  MigrationTotal: 'currency subscriptions old new difference',
  Money: 'amount currency',
  NotificationPreview: 'subject html text problems',
  NotificationTemplate: 'code locale subject body textBody isDefault version updatedAt updatedBy placeholders sample',
  NextCharge: 'billingPeriod periodStart net',
  Order:
    'id number status channel account currency total firstCharge recurring lines approvalRequired createdBy placedAt placedBy placedByViewer approvedAt approvedBy executedAt completedAt canceledAt reason blockers blocked version createdAt updatedAt',
  OrderLine: 'id position status plan product quantity missing characteristics definitions unitPrice firstCharge recurring subscription failure blockers',
  PageInfo: 'hasNextPage hasPreviousPage startCursor endCursor',
  ParkedSubscription: 'subscription reason message since',
  PartnerEarnedCredit: 'rate amount',
  PeriodPreview: 'billingPeriod',
  Plan: 'id sku name product billingPolicy cycle dailyQuantity minQuantity maxQuantity status characteristics createdAt updatedAt',
  PlanPrice: 'id currency validFrom validTo listPrice',
  PreviewWarning: 'code message',
  PreviewedCharge: 'kind sku periodStart periodEnd quantity net segments explanation',
  PriceList: 'id name seller entries assignments createdAt updatedAt',
  PriceListAssignment: 'id buyer validFrom validTo',
  PriceListEntry: 'id product plan mode percent validFrom validTo reason',
  PriceListRate: 'mode percent',
  Product: 'id code name vendor provisioning pricing status plans createdAt updatedAt',
  QuantityChange: 'sequence kind effectiveAt effectiveOn recordedAt quantity oldQuantity plan oldPlan renews actor reason',
  QuantitySpan: 'from to quantity plan',
  Quote: 'token total firstCharge recurring lines warnings validUntil',
  QuoteWarning: 'code message',
  EdgeQuote: 'seller buyer unitPrice firstCharge recurring',
  QuotedLine: 'lineId quantity unitPrice firstCharge recurring',
  SearchHit: 'kind nodeId number title subtitle',
  ServiceCredential: 'id name',
  ServiceSubscription:
    'id number status quantity account product plan activatedAt activatedOn endsOn renews renewsOn renewalQuantity version changes timeline order createdAt updatedAt',
  SimulatedCharge: 'kind periodStart periodEnd quantity net segments explanation',
  SubscriptionOperation: 'id kind state effectiveAt',
  User: 'id name email roles',
  UserError: 'code message path parameters',
  Vendor: 'id code name platform',
  Viewer: 'user credential permissions mode clock account',
};

/** What is there of vendors; some of it only for those who see what vendors know of accounts, or were asked. */
const VENDORS_OPEN: Readonly<Record<string, string>> = {
  Drift: 'id vendor subscription account vendorSubscriptionId field ours theirs openedAt seenAt resolvedAt resolution',
  ParameterValue: 'name value',
  ProvisioningCall: 'number purpose calledAt durationMs outcome message',
  ProvisioningOperation:
    'id kind state since vendor account subscription attempts sentAt dueAt message rejection vendorCode needsAttention actor createdAt finishedAt calls',
  ProvisioningSync:
    'platform vendor account status reason reasons missing parentAccount email role parameters definitions vendorCustomerId synchronizedAt blockedOrders',
  ServiceSubscription: 'vendorSubscriptionId platform licenseId',
  Vendor: 'connected simulatorUrl',
  VendorHealth: 'failures pausedUntil pausedSince lastError lastErrorAt lastSuccessAt',
  VendorParameter: 'name label description required maxLength choices example',
};

const ALL = 'include: [APPROVAL_CODE, PARTNER_EARNED_CREDIT, COST]';
/** The charge of a subscription on the edge to a buyer, as its list shows it. */
const charge = (field: string, number: string, buyer: string, include = ALL): string =>
  `charges(filter: { subscriptionId: "{sub ${number}}", buyerId: "{acc ${buyer}}" } ${include}) { nodes { ${field} } }`;
const top = (field: string, include?: string): string => charge(field, 'S-MINE', 'DEMO-RESELLER', include);
const customers = (field: string): string => charge(field, 'S-MINE', 'DEMO-CUSTOMER');
const marked = (field: string): string => charge(field, 'S-BESIDE', 'C-BESIDE');
const totals = (field: string): string => `chargeTotals(filter: { subscriptionId: "{sub S-MINE}" }) { ${field} }`;
const preview = 'previewTermination(input: { subscriptionId: "{sub S-MINE}" }) { preview { thisPeriod { edges { buyer { number } } } } }';
const priceCost = 'plan(sku: "KES-1") { prices { vendorCost } }';

/** Fields that some who see their object do not see; the question, and the letters of those who see it. */
const GUARDED = [
  // anonymous customer beside reseller rival operator finance support erp
  ['Charge.cost', top('cost { amount }'), 'u n n n n y y n n'],
  ['Charge.cost', customers('cost { amount }'), 'u n n y n n n n n'],
  ['Charge.margin', top('margin { amount }'), 'u n n n n y y n n'],
  ['Charge.margin', customers('margin { amount }'), 'u n n y n n n n n'],
  ['Charge.priceListRate', top('priceListRate { percent }'), 'u n n n n y y y y'],
  ['Charge.priceListRate', marked('priceListRate { percent }'), 'u n n y n y y y y'],
  ['Charge.priceListRate', customers('priceListRate { percent }'), 'u y n y n y y y y'],
  ['Charge.approvalCode', top('approvalCode'), 'u n n n n y y y y'],
  ['Charge.approvalCode', customers('approvalCode'), 'u n n n n y y y y'],
  ['Charge.approvalCode', top('approvalCode', ''), 'u n n n n n n n n'],
  ['Charge.partnerEarnedCredit', top('partnerEarnedCredit { rate }'), 'u n n n n y y y y'],
  ['Charge.partnerEarnedCredit', customers('partnerEarnedCredit { rate }'), 'u n n n n y y y y'],
  ['Charge.partnerEarnedCredit', top('partnerEarnedCredit { rate }', ''), 'u n n n n n n n n'],
  ['ChargeExplanation.price', top('explanation { price }'), 'u n n n n y y n n'],
  ['ChargeExplanation.price', marked('explanation { price }'), 'u n n y n y y n n'],
  ['ChargeExplanation.price', customers('explanation { price }'), 'u y n y n y y y y'],
  ['ChargeTotal.cost', totals('cost { amount }'), 'u n n y n y y n n'],
  ['ChargeTotal.margin', totals('margin { amount }'), 'u n n y n y y n n'],
  ['PlanPrice.vendorCost', priceCost, 'u n n n n y y n n'],
  ['Plan.prices', 'plan(sku: "USE-1") { prices { listPrice } }', 'u n n n n y y y y'],
  ['Plan.prices', 'plan(sku: "KES-1") { prices { listPrice } }', 'u y y y y y y y y'],
  ['Plan.priceFor', 'plan(sku: "KES-1") { priceFor(accountId: "{acc DEMO-CUSTOMER}") { amount } }', 'u y n y n y y y y'],
  ['Vendor.products', 'vendors { products { code } }', 'u y y y n y y y y'],
  ['BillingPeriod.pendingChanges', 'billingPeriods { nodes { pendingChanges } }', 'u n n n n y y y y'],
  ['BillingPeriod.parkedCount', 'billingPeriods { nodes { parkedCount } }', 'u n n n n y y y y'],
  ['BillingPeriod.parked', 'billingPeriods { nodes { parked { totalCount nodes { reason } } } }', 'u n n n n y y y y'],
  ['ServiceSubscription.charges', 'subscription(number: "S-MINE") { charges { totalCount nodes { cost { amount } } } }', 'u y n y n y y y y'],
  ['ServiceSubscription.nextCharge', 'subscription(number: "S-MINE") { nextCharge { net { amount } } }', 'u y n y n y y y y'],
  ['OrderLine.approvalCode', `order(number: "${ORDER}") { lines { approvalCode } }`, 'u n n n n y n n n'],
  ['QuotedLine.edges', `quote(input: { orderId: "{ord ${ORDER}}" }) { quote { lines { edges { buyer { number } } } } }`, 'u y n y n y f f y'],
  ['PeriodPreview.edges', preview, 'u y n y n y y y y'],
  ['AuditChange.before', 'auditEvents(filter: { action: "updateAccount" }) { nodes { changes { before after } } }', 'u y n y n y y y f'],
  ['AuditChange.after', 'auditEvents(filter: { action: "setPlanPrice" }) { nodes { changes { name after } } }', 'u n n n n y y y f'],
  ['Job.importReport', 'jobs(filter: { kind: [IMPORT_BOOK] }) { nodes { importReport { warnings { message } } } }', 'u n n n n y y n n'],
  ...['legalName', 'email', 'phone', 'country', 'currency', 'locale', 'taxId', 'status', 'orderApproval', 'createdAt', 'updatedAt', 'address { city }'].map(
    (field) => [`Account.${field.split(' ')[0]}`, customers(`seller { ${field} }`), 'u n n y n y y y y'] as const,
  ),
  ['Mail.html', 'mail(id: "{mal To the customer}") { html }', 'u y n y n y y y f'],
  ['Mail.text', 'mail(id: "{mal To the customer}") { text }', 'u y n y n y y y f'],
  ['Account.name', customers('seller { name }'), 'u y n y n y y y y'],
  ['Account.parent', 'account(number: "DEMO-CUSTOMER") { parent { name } }', 'u n n y n y y y y'],
  ['Account.parent', 'account(number: "DEMO-RESELLER") { parent { name } }', 'u n n n n y y y y'],
  ['Account.ancestorIds', 'account(number: "DEMO-CUSTOMER") { ancestorIds }', 'u n n y n y y y y'],
] as const;

/** The other side of a sale is known by its name: what platforms know of an account is asked of the account itself. */
const VENDORS_GUARDED = [
  // anonymous customer beside reseller rival operator finance support erp
  ['ServiceSubscription.approvalCode', 'subscription(number: "S-MINE") { approvalCode }', 'u n n n n y n n n'],
  ['ServiceSubscription.approvalCode', 'subscriptions { nodes { approvalCode } }', 'u n n n n y n n n'],
  ['ServiceSubscription.activationCode', 'subscription(number: "S-MINE") { activationCode }', 'u y n y n y n n n'],
  ['ServiceSubscription.operations', 'subscription(number: "S-MINE") { operations { message } }', 'u n n n n y y y n'],
  ['Account.syncs', 'account(number: "DEMO-CUSTOMER") { syncs { platform } }', 'u n n y n y y y n'],
  ['Account.syncs', customers('seller { syncs { platform } }'), 'u n n n n y y y n'],
  ['ProvisioningSync.resellerPin', 'account(number: "DEMO-RESELLER") { syncs { resellerPin } }', 'u n n y n y y y n'],
  ['ProvisioningSync.resellerPin', customers('seller { syncs { resellerPin } }'), 'u n n n n y y y n'],
  ['ProvisioningSync.resellerPin', 'account(number: "DEMO-CUSTOMER") { syncs { parentAccount { syncs { resellerPin } } } }', 'u n n y n y y y n'],
  ['ProvisioningSync.resellerPin', 'subscription(number: "S-MINE") { account { syncs { parentAccount { syncs { resellerPin } } } } }', 'u n n n n y y y n'],
  ['Vendor.health', 'vendors { health { lastError } }', 'u n n n n y y y n'],
] as const;

/** An account under the demo reseller with a PIN that a rival has too, and somebody who works there. */
async function addSubreseller(): Promise<(query: string) => Promise<Answer>> {
  const { database } = world.server.app;
  const input = { kind: 'RESELLER', parentId: world.id('acc DEMO-RESELLER'), number: 'R-BELOW', name: 'Below IT', country: 'DE', currency: 'EUR' };
  const { data } = await world.ask('operator', 'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id } } }', { input });
  const options = {
    accountId: data.createAccount.account.id,
    platform: 'KORM',
    parentAccountId: world.id('acc DEMO-RESELLER'),
    resellerPin: 'PIN-R-RIVAL',
    email: 'keys@below.example',
  };
  await world.ask('operator', 'mutation ($input: SetSyncOptionsInput!) { setSyncOptions(input: $input) { userErrors { code } } }', { input: options });
  await world.ask(
    'operator',
    'mutation ($id: ID!) { synchronizeAccount(input: { accountId: $id, platform: "KORM", idempotencyKey: "below-is-synchronized" }) { userErrors { code } } }',
    { id: options.accountId },
  );
  await addPerson(database.system, 'below@demo.test', 'R-BELOW', 'RESELLER_ADMIN');
  const cookie = await signIn(world.server, 'below@demo.test');
  return (query) => world.server.raw(query, {}, { cookie });
}

describe('what is known of vendors (A3, A5, B8, B9)', () => {
  it('shows a machine of a reseller only what was asked for its own accounts, and no orphan', async () => {
    const seen = '{ provisioningOperations { nodes { subscription { number } calls { message } } } drifts { totalCount nodes { vendorSubscriptionId } } }';
    expect((await askAsMachine('DEMO-RESELLER', seen)).data).toEqual({
      provisioningOperations: { nodes: [{ subscription: { number: 'S-MINE' }, calls: [{ message: 'twelve is too many' }] }] },
      drifts: { totalCount: 1, nodes: [{ vendorSubscriptionId: 'V-MINE' }] },
    });
    expect((await askAsMachine('R-RIVAL', seen)).data).toEqual({ provisioningOperations: { nodes: [] }, drifts: { totalCount: 0, nodes: [] } });
  });

  it.each([
    ['DEMO-RESELLER', 'y'],
    ['R-RIVAL', 'n'],
  ])('shows a machine of %s the difference of S-MINE: %s, and the orphan never', async (account, letter) => {
    const node = 'query ($id: ID!) { node(id: $id) { id } }';
    for (const about of ['op S-MINE', 'drf S-MINE']) expect(outcomeOf(await askAsMachine(account, node, { id: world.id(about) }))).toBe(letter);
    expect(outcomeOf(await askAsMachine(account, node, { id: world.id('drf V-ORPHAN') }))).toBe('n');
  });

  it('shows a reseller the board of accounts at and below its own', async () => {
    const board = '{ syncBoard(first: 100) { nodes { number syncs { resellerPin parentAccount { number } } } } }';
    for (const [who, numbers] of [
      ['reseller', ['C-BESIDE', 'DEMO-CUSTOMER', 'DEMO-RESELLER']],
      ['rival', ['C-RIVAL', 'R-RIVAL']],
    ] as const) {
      const { data } = await world.ask(who, board);
      expect(data.syncBoard.nodes.map(({ number }: { number: string }) => number).sort()).toEqual(numbers);
      expect(JSON.stringify(data)).not.toContain(who === 'rival' ? 'PIN-DEMO-RESELLER' : 'PIN-R-RIVAL');
    }
  });

  it('tells a reseller neither the PIN of whom it buys from, nor whose a PIN is that it has too', async () => {
    const ask = await addSubreseller();
    const { data } = await ask(
      '{ account(number: "R-BELOW") { parent { number } syncs { platform status reason reasons { message parameters { value } } missing { code message parameters { value } } resellerPin parentAccount { number syncs { resellerPin } } } } }',
    );
    const korm = data.account.syncs.find(({ platform }: { platform: string }) => platform === 'KORM');
    expect(korm).toMatchObject({
      status: 'FAILED',
      reason: 'the PIN PIN-R-RIVAL on KORM is that of another account; every reseller has its own',
      reasons: [{ message: 'the PIN PIN-R-RIVAL on KORM is that of another account; every reseller has its own' }],
      missing: [{ code: 'RESELLER_PIN_TAKEN', message: 'the PIN PIN-R-RIVAL on KORM is that of another account; every reseller has its own' }],
      resellerPin: 'PIN-R-RIVAL',
      parentAccount: null,
    });
    expect(JSON.stringify(data)).not.toMatch(/PIN-DEMO-RESELLER|"R-RIVAL"|of R-RIVAL/);
    const { data: theirs } = await world.ask('operator', '{ account(number: "R-BELOW") { syncs { reason } } }');
    expect(JSON.stringify(theirs)).toContain('is that of R-RIVAL');
  });

  it('tells an approval code, its setting and its trail to the provider alone (B9)', async () => {
    const set =
      'mutation ($id: ID!) { setApprovalCode(input: { subscriptionId: $id, approvalCode: "B9-SECRET", idempotencyKey: "b9-secret-1" }) { userErrors { code } } }';
    expect((await world.ask('operator', set, { id: world.id('sub S-MINE') })).data.setApprovalCode.userErrors).toEqual([]);
    const all = `query ($id: ID!) {
      subscription(id: $id) { approvalCode changes(first: 100) { nodes { kind reason } } }
      node(id: $id) { ... on ServiceSubscription { approvalCode } }
      subscriptions { nodes { approvalCode } }
    }`;
    const trail =
      'query ($id: ID!) { auditEvents(first: 100) { nodes { action subjectNumber changes { name before after } } } bySubject: auditEvents(filter: { subjectId: $id }) { nodes { changes { after } } } }';
    const knows = async (who: Person): Promise<string> => {
      const answers = [await world.ask(who, all, { id: world.id('sub S-MINE') }), await world.ask(who, trail, { id: world.id('sub S-MINE') })];
      return answers.map((answer) => (JSON.stringify(answer).includes('B9-SECRET') ? 'y' : 'n')).join('');
    };
    // The fields, then the trail: staff of the provider who do not handle the codes see neither.
    expect(Object.fromEntries(await Promise.all(CAST.map(async (who) => [who, await knows(who)])))).toEqual({
      anonymous: 'nn',
      customer: 'nn',
      beside: 'nn',
      reseller: 'nn',
      rival: 'nn',
      operator: 'yy',
      finance: 'nn',
      support: 'nn',
      erp: 'nn',
    });
    const machine = await askAsMachine('DEMO-RESELLER', all, { id: world.id('sub S-MINE') });
    // Not even that there is one.
    expect(machine.data.subscription.changes.nodes.map(({ kind }: { kind: string }) => kind)).not.toContain('APPROVAL_CODE');
    expect(JSON.stringify(machine)).not.toContain('B9-SECRET');
  });

  it('notes each look at an activation code, by whom, and none of those who did not see it (B8)', async () => {
    const looks = async (): Promise<string[]> => {
      const { rows } = await world.server.app.database.system.query<{ actor: string }>(
        `select actor_name as actor from audit_event where action = 'revealActivationCode' and subject_number = 'S-MINE' order by sequence`,
      );
      return rows.map(({ actor }) => actor);
    };
    const before = (await looks()).length;
    for (const who of ['customer', 'beside', 'reseller', 'finance', 'support', 'erp', 'customer'] as const)
      await world.ask(who, '{ subscription(number: "S-MINE") { activationCode } }');
    expect((await looks()).slice(before)).toEqual(['Carl Customer', 'Rita Reseller', 'Carl Customer']);
    // The code is not in the trail, and what is not asked for is not noted.
    const { data } = await world.ask(
      'customer',
      '{ auditEvents(first: 100) { nodes { action changes { before after } } } subscription(number: "S-MINE") { number } }',
    );
    expect(JSON.stringify(data)).not.toContain('BBBBB');
    expect((await looks()).length).toBe(before + 3);
  });

  it('keeps vendors’ answers, calls and health from everybody but the provider’s staff', async () => {
    const { data } = await world.ask(
      'operator',
      '{ subscription(number: "S-MINE") { operations { rejection vendorCode calls { outcome } } } vendors { code connected simulatorUrl health { failures } } }',
    );
    expect(data.subscription.operations).toEqual([{ rejection: 'QUANTITY_RULE', vendorCode: 'E42', calls: [{ outcome: 'REJECTED' }] }]);
    expect(data.vendors.find(({ code }: { code: string }) => code === 'KASPERSKY')).toEqual({
      code: 'KASPERSKY',
      connected: false,
      simulatorUrl: null,
      health: { failures: 2 },
    });
  });
});

describe('fields (quality B.1-7)', () => {
  beforeAll(async () => {
    await describeReseller();
    await addConsumptionProduct();
  });

  it('has a place for every field of every type', () => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) && !/^(__|Query$|Mutation$|Subscription$)|(Payload|Connection|Edge)$/.test(type.name),
    ) as GraphQLObjectType[];
    const inSchema = types.flatMap((type) => fieldsOf(type).map((field) => `${type.name}.${field}`));
    const placed = [...Object.entries(OPEN), ...Object.entries(VENDORS_OPEN)].flatMap(([type, fields]) => fields.split(' ').map((field) => `${type}.${field}`));
    expect([...new Set([...placed, ...[...GUARDED, ...VENDORS_GUARDED].map(([name]) => name)])].sort()).toEqual(inSchema.sort());
  });

  it.each([...GUARDED, ...VENDORS_GUARDED])('%s: %s', async (_, field, letters) => {
    expect(await outcomes(`{ ${withIds(field)} }`, {})).toBe(letters);
  });

  it('shows in a preview the edges whose buyers the viewer sees (P6)', async () => {
    const buyers = async (who: Person): Promise<string[]> => {
      const { data } = await world.ask(who, `{ ${withIds(preview)} }`);
      return data.previewTermination.preview.thisPeriod.edges.map(({ buyer }: { buyer: { number: string } }) => buyer.number);
    };
    expect(await buyers('customer')).toEqual(['DEMO-CUSTOMER']);
    expect(await buyers('reseller')).toEqual(['DEMO-RESELLER', 'DEMO-CUSTOMER']);
    expect(await buyers('support')).toEqual(['DEMO-RESELLER', 'DEMO-CUSTOMER']);
  });

  it.each([
    // 10 licenses: 6.00 from the vendor, plus 10 % for the reseller, 10.00 less 5 % for its customer
    ['operator', '66.00'],
    ['erp', '66.00'],
    ['reseller', '95.00'],
    ['customer', '95.00'],
  ] as const)('tells the %s what a subscription costs next on the edge of their own: %s (S4 P6)', async (who, amount) => {
    const { data } = await world.ask(who, '{ subscription(number: "S-MINE") { nextCharge { net { amount } } } }');
    expect(data.subscription.nextCharge.net.amount).toBe(amount);
  });

  it.each([
    ['operator', 'CODE-1'],
    ['reseller', 'CODE-1'],
    ['customer', 'CODE-1'],
    ['finance', '•••'],
    ['support', '•••'],
  ] as const)('shows the %s of a mail with an activation code %s (licenses:reveal)', async (who, shown) => {
    const { data } = await world.ask(who, `{ ${withIds('mail(id: "{mal To the customer}") { html text isMasked }')} }`);
    expect(data.mail).toEqual({ html: `<p>${shown}</p>`, text: shown, isMasked: shown === '•••' });
  });

  it('keeps costs out of the trail of those who may not see them', async () => {
    const names = async (who: Person): Promise<string[]> => {
      const { data } = await world.ask(who, '{ auditEvents(first: 1, filter: { action: "setPlanPrice" }) { nodes { changes { name } } } }');
      return data.auditEvents.nodes[0].changes.map(({ name }: { name: string }) => name).sort();
    };
    expect(await names('finance')).toEqual(['currency', 'listPrice', 'validFrom', 'vendorCost']);
    expect(await names('support')).toEqual(['currency', 'listPrice', 'validFrom']);
  });

  it.each(['cost', 'margin', 'approvalCode', 'partnerEarnedCredit'])('exports %s to nobody who does not see it in the list (B9, P6)', async (field) => {
    for (const who of CAST.slice(1)) {
      const listed = await world.ask(who, `{ charges(first: 50, ${ALL}) { nodes { id ${field} ${field === 'approvalCode' ? '' : '{ __typename }'} } } }`);
      const response = await fetch(`${world.server.url}/exports/charges?include=COST,APPROVAL_CODE,PARTNER_EARNED_CREDIT`, {
        headers: await world.headers(who),
      });
      const exported = (await response.text())
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const seen = (rows: readonly Record<string, unknown>[]): unknown[] =>
        rows
          .filter((row) => row[field] !== null)
          .map(({ id }) => String(id))
          .sort();
      expect({ who, seen: seen(exported) }).toEqual({ who, seen: seen(listed.data.charges.nodes) });
    }
  });
});

const withIds = (text: string): string => text.replace(/\{(\w{3} [^}]+)\}/g, (_, about: string) => idOf(about));

/** Gives every private field of the reseller a value, so that what is null was hidden. */
async function describeReseller(): Promise<void> {
  const { data } = await world.ask(
    'operator',
    `mutation ($id: ID!) { updateAccount(input: { accountId: $id, legalName: "Baltic IT Partners GmbH", phone: "+49 40 2", taxId: "DE1", address: { city: "Kiel" } }) { userErrors { code } } }`,
    { id: world.id('acc DEMO-RESELLER') },
  );
  expect(data.updateAccount.userErrors).toEqual([]);
}

/** A product that is charged by use, which the reseller may order: its buyers see no price (C1). */
async function addConsumptionProduct(): Promise<void> {
  const ask = async (mutation: string): Promise<Answer['data']> => {
    const { data, errors } = await world.ask('operator', `mutation { ${mutation} }`);
    expect(errors ?? Object.values<{ userErrors: unknown }>(data)[0]!.userErrors).toEqual([]);
    return data;
  };
  const { createProduct } = await ask(
    'createProduct(input: { code: "USE", name: "Usage", vendor: "SOPHOS", pricing: CONSUMPTION }) { product { id } userErrors { code } }',
  );
  const productId: string = createProduct.product.id;
  const { createPlan } = await ask(`createPlan(input: { productId: "${productId}", sku: "USE-1", billingPolicy: PAYG }) { plan { id } userErrors { code } }`);
  await ask(
    `setPlanPrice(input: { planId: "${createPlan.plan.id}", currency: "EUR", validFrom: "2026-01-01", listPrice: "3", vendorCost: "2" }) { userErrors { code } }`,
  );
  const list = world.id('prl PROVIDER → DEMO-RESELLER');
  await ask(
    `setPriceListEntry(input: { priceListId: "${list}", productId: "${productId}", mode: DISCOUNT, percent: "1", validFrom: "2026-01-01" }) { userErrors { code } }`,
  );
}
