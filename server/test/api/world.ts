/** A small business with everybody in it who may ask, and the ids of what they ask about. */
import { createHash } from 'node:crypto';
import { bill, importBook, startServer, type Answer, type TestServer } from '../server.ts';

/**
 * Who asks. `beside` is a customer of the same reseller, `rival` another reseller; `support` are staff without sight of
 * costs, `erp` is a machine with the sandbox's key.
 */
export const CAST = ['anonymous', 'customer', 'beside', 'reseller', 'rival', 'operator', 'finance', 'support', 'erp'] as const;
export type Person = (typeof CAST)[number];

export const ERP_KEY = 'ct_sandbox_erp_demo';

/** Where the clock stands in this world: a day that every machine's clock is still before. */
export const NOW = '2040-06-15T12:00:00Z';

const BOOK = {
  ACCOUNTS: `number,name,kind,parent,email,country,currency
C-BESIDE,Beside GmbH,CUSTOMER,DEMO-RESELLER,beside@example.com,DE,EUR
R-RIVAL,Rival IT,RESELLER,,rival@example.com,DE,EUR
C-RIVAL,Rivals Customer,CUSTOMER,R-RIVAL,theirs@example.com,DE,EUR
C-DIRECT,Direct AG,CUSTOMER,,direct@example.com,DE,EUR
`,
  PLANS: `sku,product,billing_policy,cycle,daily_quantity,min_quantity,max_quantity,currency,list_price,vendor_cost,valid_from
KES-1,KES,PAYG,CALENDAR,CLOSING,1,49,EUR,10.00,6.00,2026-01-01
KES-2,KES,PAYG,CALENDAR,CLOSING,50,999,EUR,9.00,5.50,2026-01-01
KES-Y,KES,YEARLY,CALENDAR,CLOSING,1,999,EUR,100.00,61.00,2026-01-01
HID-1,HID,PAYG,CALENDAR,CLOSING,1,99,EUR,20.00,12.00,2026-01-01
`,
  PRICE_LISTS: `seller,buyer,product,mode,percent,valid_from
,DEMO-RESELLER,KES,MARKUP,10,2026-01-01
,R-RIVAL,KES,DISCOUNT,20,2026-01-01
,R-RIVAL,HID,DISCOUNT,20,2026-01-01
DEMO-RESELLER,DEMO-CUSTOMER,KES,DISCOUNT,5,2026-01-01
DEMO-RESELLER,C-BESIDE,KES,MARKUP,25,2026-01-01
`,
  SUBSCRIPTIONS: `subscription,account,event,effective_on,plan,quantity
S-MINE,DEMO-CUSTOMER,ACTIVATE,2026-05-01,KES-1,10
S-YEAR,DEMO-CUSTOMER,ACTIVATE,2026-05-01,KES-Y,5
S-BESIDE,C-BESIDE,ACTIVATE,2026-05-01,KES-1,20
S-RIVAL,C-RIVAL,ACTIVATE,2026-05-01,KES-1,30
S-HIDDEN,C-RIVAL,ACTIVATE,2026-05-01,HID-1,3
`,
} as const;

export interface World {
  readonly server: TestServer;
  /** Asks as somebody and gets whatever comes, errors included. */
  ask(who: Person, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  headers(who: Person): Promise<Record<string, string>>;
  /** Ids by the number, SKU, code or name that people use, such as `acc DEMO-CUSTOMER`. */
  id(name: string): string;
}

const IDS = `{
  accounts(first: 20) { nodes { id number } }
  products(first: 20) { nodes { id code plans(first: 10) { id sku } } }
  vendors { id code }
  priceLists(first: 20) { nodes { id name entries(first: 5) { nodes { id product { code } } } } }
  subscriptions(first: 20) { nodes { id number } }
  billingPeriods { nodes { id name } }
  billingRuns { nodes { id billingPeriod { name } } }
  jobs { nodes { id subject } }
  mails { nodes { id subject } }
  orders { nodes { id number lines { id } } }
  migrations { nodes { id effectiveOn } }
  provisioningOperations { nodes { id subscription { number } } }
  drifts { nodes { id subscription { number } vendorSubscriptionId } }
}`;

/** Starts a server with the book in it, May 2026 billed. */
export async function openWorld(env: Record<string, string> = {}): Promise<World> {
  const server = await startServer(env);
  await server.app.clock.moveTo(Date.parse(NOW));
  for (const [kind, text] of Object.entries(BOOK)) {
    const { report } = await importBook(server, kind, text);
    if (!report?.committed) throw new Error(`the book's ${kind} were not taken: ${JSON.stringify(report)}`);
  }
  await bill(server, '2026-05');
  await (
    await server.as('operator')
  )('mutation { planMigration(input: { vendor: "SOPHOS", idempotencyKey: "world-plan-1" }) { userErrors { code } } }');
  await addPeople(server);
  await (
    await server.as('operator')
  )('mutation ($id: ID!) { updateAccount(input: { accountId: $id, phone: "+49 40 1" }) { userErrors { code } } }', {
    id: (await (await server.as('operator'))('{ account(number: "DEMO-CUSTOMER") { id } }')).data.account.id,
  });
  await addMails(server);
  await addVendorWork(server);
  await addOrder(server);
  const ids = await readIds(server);
  const cookies = new Map<Person, Promise<string>>();

  const headers = async (who: Person): Promise<Record<string, string>> => {
    if (who === 'anonymous') return {};
    if (who === 'erp') return { authorization: `Bearer ${ERP_KEY}` };
    let cookie = cookies.get(who);
    if (!cookie) cookies.set(who, (cookie = signIn(server, `${who}@demo.test`)));
    return { cookie: await cookie };
  };
  return {
    server,
    headers,
    ask: async (who, query, variables) => server.raw(query, variables, await headers(who)),
    id(name) {
      const id = ids.get(name);
      if (!id) throw new Error(`there is no ${name} in this world; there are ${[...ids.keys()].join(', ')}`);
      return id;
    },
  };
}

/** People have no doorway yet; these are put where the installation puts its own. */
async function addPeople({ app }: TestServer): Promise<void> {
  for (const [name, account, role] of [
    ['beside', 'C-BESIDE', 'CUSTOMER_ADMIN'],
    ['rival', 'R-RIVAL', 'RESELLER_ADMIN'],
    ['support', 'PROVIDER', 'OPERATOR_SUPPORT'],
  ] as const) {
    await addPerson(app.database.system, `${name}@demo.test`, account, role);
  }
}

/** A person with the sandbox's password. */
export async function addPerson(system: TestServer['app']['database']['system'], email: string, account: string, role: string): Promise<void> {
  await system.query(
    `insert into app_user (id, account_id, email, name, password_hash, roles, locale, status, created_at)
     select gen_random_uuid(), a.id, $1, $1, u.password_hash, array[$3], 'en', 'ACTIVE', now() from account a, app_user u
      where a.number = $2 and u.email = 'operator@demo.test'`,
    [email, account, role],
  );
}

/** A mail to the reseller, one to its customer with an activation code, and one of the provider's own; none of them on its way. */
async function addMails({ app }: TestServer): Promise<void> {
  for (const [template, account, audience, subject] of [
    ['ORDER_CONFIRMATION', 'DEMO-RESELLER', 'ACCOUNT', 'To the reseller'],
    ['LICENSE_DELIVERY', 'DEMO-CUSTOMER', 'ACCOUNT', 'To the customer'],
    ['OPERATIONS_NOTIFICATION', 'PROVIDER', 'PROVIDER', 'To operations'],
  ] as const) {
    const sealed = template === 'LICENSE_DELIVERY' ? app.secrets.seal(JSON.stringify({ html: '<p>CODE-1</p>', text: 'CODE-1' })) : null;
    await app.database.system.query(
      `insert into mail (id, template, locale, cause_key, recipient, account_id, audience, subject, html, plain, sealed_body, state, attempts, last_error, created_at)
       select gen_random_uuid(), $1, 'en', $4, 'somebody@example.com', a.id, $3, $4, '<p>•••</p>', '•••', $5, 'GIVEN_UP', 1, '550 no', now() from account a where a.number = $2`,
      [template, account, audience, subject, sealed],
    );
  }
}

/** What a vendor refused of a subscription, where the two differ, and what the vendor alone has; all of it at rest. */
async function addVendorWork({ app }: TestServer): Promise<void> {
  const mine = `from service_subscription where number = 'S-MINE'`;
  await app.database.system.query(
    `with made as (
       insert into provisioning_operation (id, account_id, subscription_id, vendor_code, kind, request, state, since, due_at, attempts, sent_at, rejection, vendor_message_code, message, actor_kind, actor_name, created_at, finished_at)
       select gen_random_uuid(), customer_id, id, 'KASPERSKY', 'CHANGE_QUANTITY', '{"change":{"operation":"CHANGE_QUANTITY","quantity":12}}', 'FAILED', now(), now(), 1, now(), 'QUANTITY_RULE', 'E42', 'twelve is too many', 'USER', 'Olga Operator', now(), now() ${mine} returning id)
     insert into provisioning_call (operation_id, number, purpose, called_at, duration_ms, outcome, message) select id, 1, 'SEND', now(), 7, 'REJECTED', 'twelve is too many' from made`,
  );
  await app.database.system.query(
    `insert into drift (id, vendor_code, subscription_id, account_id, vendor_subscription_id, field, ours, theirs, opened_at, seen_at)
     select gen_random_uuid(), 'KASPERSKY', id, customer_id, 'V-MINE', 'QUANTITY', '10', '12', now(), now() ${mine}
     union all select gen_random_uuid(), 'KASPERSKY', null, null, 'V-ORPHAN', 'EXISTENCE', null, 'V-ORPHAN', now(), now()`,
  );
}

/** A draft of the customer's, with an approval code that only the provider's staff may know. */
async function addOrder(server: TestServer): Promise<void> {
  const ask = await server.as('operator');
  const { data } = await ask('{ account(number: "DEMO-CUSTOMER") { id } plan(sku: "KES-1") { id } }');
  const line = { planId: data.plan.id, characteristics: [{ name: 'Seats', value: '3' }], approvalCode: 'ORDER-CODE-9' };
  await ask('mutation ($input: CreateOrderInput!) { createOrder(input: $input) { userErrors { code } } }', {
    input: { accountId: data.account.id, channel: 'OPERATOR', lines: [line], idempotencyKey: 'the-worlds-order' },
  });
}

export async function addCredential(
  system: TestServer['app']['database']['system'],
  key: string,
  account: string,
  scopes: readonly string[],
  expiresAt: Date | null = null,
): Promise<void> {
  await system.query(
    `insert into service_credential (id, account_id, name, key_hash, prefix, scopes, created_at, expires_at)
     select gen_random_uuid(), a.id, $1, $2, left($1, 12), $4, now(), $5 from account a where a.number = $3`,
    [key, createHash('sha256').update(key).digest(), account, scopes, expiresAt],
  );
}

/** @returns the session's cookie as a request sends it */
export async function signIn(server: Pick<TestServer, 'url'>, email: string, password = 'cloudtill-demo'): Promise<string> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation ($email: EmailAddress!, $password: String!) { signIn(input: { email: $email, password: $password }) { userErrors { code } } }',
      variables: { email, password },
    }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`${email} could not sign in: ${await response.text()}`);
  return cookie;
}

async function readIds(server: TestServer): Promise<Map<string, string>> {
  const ask = await server.as('operator');
  const { data } = await ask(IDS);
  const ids = new Map<string, string>();
  for (const { id, number } of data.accounts.nodes) ids.set(`acc ${number}`, id);
  for (const { id, code, plans } of data.products.nodes) {
    ids.set(`prd ${code}`, id);
    for (const plan of plans) ids.set(`pln ${plan.sku}`, plan.id);
  }
  for (const { id, code } of data.vendors) ids.set(`ven ${code}`, id);
  for (const { id, name, entries } of data.priceLists.nodes) {
    ids.set(`prl ${name}`, id);
    for (const entry of entries.nodes) ids.set(`ple ${name} ${entry.product.code}`, entry.id);
  }
  for (const { id, number } of data.subscriptions.nodes) ids.set(`sub ${number}`, id);
  for (const { id, name } of data.billingPeriods.nodes) ids.set(`per ${name}`, id);
  for (const { id, billingPeriod } of data.billingRuns.nodes) ids.set(`run ${billingPeriod.name}`, id);
  for (const { id, subject } of data.jobs.nodes) ids.set(`job ${subject}`, id);
  for (const { id, number, lines } of data.orders.nodes) {
    ids.set(`ord ${number}`, id);
    ids.set(`oln ${number}`, lines[0].id);
  }
  for (const { id, subject } of data.mails.nodes) ids.set(`mal ${subject}`, id);
  for (const { id, effectiveOn } of data.migrations.nodes) ids.set(`mig ${effectiveOn}`, id);
  for (const { id, subscription } of data.provisioningOperations.nodes) if (subscription) ids.set(`op ${subscription.number}`, id);
  for (const { id, subscription, vendorSubscriptionId } of data.drifts.nodes) ids.set(`drf ${subscription?.number ?? vendorSubscriptionId}`, id);
  const charges = await ask('{ charges(first: 100) { nodes { id subscription { number } buyer { number } } } }');
  for (const { id, subscription, buyer } of charges.data.charges.nodes) ids.set(`chg ${subscription.number} ${buyer.number}`, id);
  return ids;
}

/** An id of the same kind that names nothing. */
export function absent(id: string): string {
  const made = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000';
  return id.startsWith('chg_') ? `chg_${made}.2026-05.999999` : `${id.slice(0, id.indexOf('_'))}_${made}`;
}

/** What an answer says, with ids and request ids made alike, so that two answers can be compared. */
export function masked(answer: Answer, ...ids: readonly string[]): unknown {
  let text = JSON.stringify({ data: answer.data, errors: answer.errors });
  for (const id of ids) text = text.replaceAll(id, 'ID');
  return JSON.parse(text);
}
