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
  ['node', 'mal To the customer', 'node(id: $id) { id }', 'u y n y n y y y n'],
  ['node', 'mig 2040-07-01', 'node(id: $id) { id }', 'u n n n n y y y n'],
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
  ['simulateCharges', '', SIMULATION, 'u y y y y y y y y'],
] as const;

const asQuery = (field: string): string => {
  const names = [field.includes('$id') && '$id: ID!', field.includes('$plan') && '$plan: ID!'].filter(Boolean).join(', ');
  return `query ${names ? `(${names})` : ''} { ${field} }`;
};

describe('queries (A3, P2, quality B.1-1)', () => {
  it('has a row for every field of the query root', () => {
    expect([...new Set(QUERIES.map(([field]) => field))].sort()).toEqual(fieldsOf(schema.getQueryType()).sort());
  });

  it.each(QUERIES)('%s %s', async (_, about, field, letters) => {
    const variables = { id: about && world.id(about), plan: world.id('pln KES-2') };
    expect(await outcomes(asQuery(field), variables)).toBe(letters);
  });

  it.each(QUERIES.filter(([, about, , letters]) => about && letters.includes('n')))(
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
    const rows = [...new Set([...MUTATIONS.map(([name]) => name), ...SESSIONS_ONLY])];
    expect(rows.sort()).toEqual(fieldsOf(schema.getMutationType()).sort());
  });

  it.each(MUTATIONS)('%s %s may be asked for by those who may', async (name, about, input, letters) => {
    const query = asMutation(name, input);
    const answers = await Promise.all(CAST.map((who) => world.ask(who, query, { id: about && absent(idOf(about)) })));
    expect(answers.map(mayAsk).join(' ')).toBe(letters);
    for (const { data } of answers) if (data) expect(Object.values<{ userErrors: unknown[] }>(data)[0]!.userErrors).not.toEqual([]);
  });

  it.each(MUTATIONS.filter((row) => row[4]))('%s of the %s of others answers as for what is not there', async (name, about, input, _, outside) => {
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
  PageInfo: 'hasNextPage hasPreviousPage startCursor endCursor',
  ParkedSubscription: 'subscription reason message since',
  PartnerEarnedCredit: 'rate amount',
  PeriodPreview: 'billingPeriod',
  Plan: 'id sku name product billingPolicy cycle dailyQuantity minQuantity maxQuantity status createdAt updatedAt',
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
  SearchHit: 'kind nodeId number title subtitle',
  ServiceCredential: 'id name',
  ServiceSubscription:
    'id number status quantity account product plan activatedAt activatedOn endsOn renews renewsOn renewalQuantity version changes timeline createdAt updatedAt',
  SimulatedCharge: 'kind periodStart periodEnd quantity net segments explanation',
  SubscriptionOperation: 'id kind state effectiveAt',
  User: 'id name email roles',
  UserError: 'code message path parameters',
  Vendor: 'id code name platform',
  Viewer: 'user credential permissions mode clock account',
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
  ['Vendor.products', 'vendors { products { code } }', 'u y y y n y y y y'],
  ['BillingPeriod.pendingChanges', 'billingPeriods { nodes { pendingChanges } }', 'u n n n n y y y y'],
  ['BillingPeriod.parkedCount', 'billingPeriods { nodes { parkedCount } }', 'u n n n n y y y y'],
  ['BillingPeriod.parked', 'billingPeriods { nodes { parked { totalCount nodes { reason } } } }', 'u n n n n y y y y'],
  ['ServiceSubscription.charges', 'subscription(number: "S-MINE") { charges { totalCount nodes { cost { amount } } } }', 'u y n y n y y y y'],
  ['ServiceSubscription.nextCharge', 'subscription(number: "S-MINE") { nextCharge { net { amount } } }', 'u y n y n y y y y'],
  ['PeriodPreview.edges', preview, 'u y n y n y y y y'],
  ['AuditChange.before', 'auditEvents(filter: { action: "updateAccount" }) { nodes { changes { before after } } }', 'u y n y n y y y f'],
  ['AuditChange.after', 'auditEvents(filter: { action: "setPlanPrice" }) { nodes { changes { name after } } }', 'u n n n n y y y f'],
  ['Job.importReport', 'jobs(filter: { kind: [IMPORT_BOOK] }) { nodes { importReport { warnings { message } } } }', 'u n n n n y y n n'],
  ...['legalName', 'email', 'phone', 'country', 'currency', 'locale', 'taxId', 'status', 'createdAt', 'updatedAt', 'address { city }'].map(
    (field) => [`Account.${field.split(' ')[0]}`, customers(`seller { ${field} }`), 'u n n y n y y y y'] as const,
  ),
  ['Mail.html', 'mail(id: "{mal To the customer}") { html }', 'u y n y n y y y f'],
  ['Mail.text', 'mail(id: "{mal To the customer}") { text }', 'u y n y n y y y f'],
  ['Account.name', customers('seller { name }'), 'u y n y n y y y y'],
  ['Account.parent', 'account(number: "DEMO-CUSTOMER") { parent { name } }', 'u n n y n y y y y'],
  ['Account.parent', 'account(number: "DEMO-RESELLER") { parent { name } }', 'u n n n n y y y y'],
  ['Account.ancestorIds', 'account(number: "DEMO-CUSTOMER") { ancestorIds }', 'u n n y n y y y y'],
] as const;

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
    const placed = Object.entries(OPEN).flatMap(([type, fields]) => fields.split(' ').map((field) => `${type}.${field}`));
    expect([...new Set([...placed, ...GUARDED.map(([name]) => name)])].sort()).toEqual(inSchema.sort());
  });

  it.each(GUARDED)('%s: %s', async (_, field, letters) => {
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
