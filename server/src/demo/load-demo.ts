/** Fills a new sandbox through the same doors that everything else comes in: the imports, the use cases, billing runs. */
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { billingMonth, monthAfter, monthOf } from '@cloudtill/domain/calendar/billing-month';
import type { Decision } from '@cloudtill/domain/refusal';
import { authenticationOf } from '../accounts/authentication.ts';
import { closePeriodTask } from '../billing/close-period.ts';
import { runBillingTask } from '../billing/billing-run.ts';
import { startBilling, startClosing } from '../billing/start-billing.ts';
import { importRows, type BookKind } from '../imports/import-book.ts';
import { SANDBOX_PASSWORD, SANDBOX_SIGN_INS } from '../installation/install.ts';
import type { App, RequestContext } from '../platform/context.ts';
import { encodeId, newId } from '../platform/ids.ts';
import { runJob, type Task } from '../platform/jobs.ts';
import { actorOf } from '../platform/trail.ts';
import { ask, transact, type Result, type Unit } from '../platform/use-case.ts';
import { createOrder } from '../orders/draft-order.ts';
import { placeOrder } from '../orders/place-order.ts';
import { quoteOrder } from '../orders/quote-order.ts';
import { setSyncOptions, synchronizeAccount } from '../vendors/synchronize.ts';
import { carryOut, proposeQuantityChange, proposeRenewal } from '../subscriptions/change-subscription.ts';
import { setAccountHold } from '../accounts/change-account.ts';
import { demoBook, PRICE_LISTS, PRODUCTS, RATES } from './demo-book.ts';

/** The first month that somebody in the demo is charged for. */
const FIRST_MONTH = '2020-02';
/** Old enough that nobody trying things out runs into a closed month by accident. */
const CLOSED_UNTIL = '2020-12';
const PRICES_FROM = '2020-01-01';
/** Months billed at a time: more would wait for each other. */
const AT_ONCE = 3;

/** Does nothing where the demo was loaded before. */
export async function loadDemo(app: App): Promise<void> {
  const { rowCount } = await app.database.system.query(`select 1 from account where number = 'C-LEGACY'`);
  if (rowCount) return;
  // As people of the sandbox, so the trail says who did it.
  const context = await contextOf(app, SANDBOX_SIGN_INS[0]);
  await importDemo(app, context);
  await billThrough(app, context);
  await arrangeWhatIsToCome(context);
  await arrangeOrders(app, context);
}

/** What a price is in another currency: six decimals, as a price list prints it. */
const priced = (eur: number, currency: keyof typeof RATES): string => (Math.round(eur * RATES[currency] * 1e4) / 1e4).toFixed(6);

async function importDemo(app: App, context: RequestContext): Promise<void> {
  const { accounts, subscriptions } = demoBook(isoDate(app.clock.today()));
  const actor = { kind: 'USER', id: context.viewer!.id, name: context.viewer!.name, accountId: context.viewer!.account.id };
  await insertProducts(app);
  const take = (kind: BookKind, rows: Iterable<Record<string, string>>): Promise<void> => importAll(app, kind, rows, actor);
  await take(
    'ACCOUNTS',
    accounts.map(({ number, name, kind, parent, country, currency }) => ({
      number,
      name,
      kind,
      parent,
      email: `${number.toLowerCase()}@demo.test`,
      country,
      currency,
    })),
  );
  await take(
    'PLANS',
    PRODUCTS.flatMap(({ code, plans }) =>
      plans.flatMap(({ sku, policy, cycle, daily, band, eur }) =>
        (Object.keys(RATES) as (keyof typeof RATES)[]).map((currency) => ({
          sku,
          product: code,
          billing_policy: policy,
          cycle: cycle ?? 'CALENDAR',
          daily_quantity: daily ?? 'CLOSING',
          min_quantity: String(band[0]),
          max_quantity: String(band[1]),
          currency,
          list_price: priced(eur, currency),
          vendor_cost: priced(eur * 0.7, currency),
          valid_from: PRICES_FROM,
        })),
      ),
    ),
  );
  await app.database.system.query('update plan set name = n.name from unnest($1::text[], $2::text[]) n (sku, name) where plan.sku = n.sku', [
    PRODUCTS.flatMap(({ plans }) => plans.map(({ sku }) => sku)),
    PRODUCTS.flatMap(({ plans }) => plans.map(({ name }) => name)),
  ]);
  await take(
    'PRICE_LISTS',
    PRICE_LISTS.flatMap(([seller, buyer, mode, percent]) =>
      PRODUCTS.map(({ code }) => ({ seller, buyer, product: code, mode, percent, valid_from: PRICES_FROM })),
    ),
  );
  await take(
    'SUBSCRIPTIONS',
    subscriptions.flatMap(({ number, account, events }) =>
      events.map(([on, event, plan, quantity]) => ({ subscription: number, account, event, effective_on: on, plan, quantity: String(quantity) })),
    ),
  );
}

/** Imported products know neither vendor nor name, so the demo's are there before. */
async function insertProducts({ database, clock }: App): Promise<void> {
  for (const { code, name, vendor, provisioning, pricing } of PRODUCTS) {
    await database.system.query(
      `insert into product (id, code, name, vendor_id, provisioning, pricing, status, created_at, updated_at)
       select $1, $2, $3, v.id, $5, $6, 'ACTIVE', $7, $7 from vendor v where v.code = $4`,
      [newId(), code, name, vendor, provisioning, pricing, clock.date()],
    );
  }
}

async function importAll(app: App, kind: BookKind, rows: Iterable<Record<string, string>>, actor: Parameters<typeof importRows>[5]): Promise<void> {
  async function* numbered(): AsyncGenerator<{ row: number; cells: Record<string, string>; surplus: number }> {
    let row = 1;
    for (const cells of rows) yield { row: ++row, cells, surplus: 0 };
  }
  const work = { app, jobId: newId(), signal: new AbortController().signal, progress: async () => {} };
  const report = await app.database.systemTransaction((client) => importRows(client, work, kind, numbered(), false, actor));
  if (report.rejected > 0) throw new Error(`the demo’s ${kind} are wrong: ${JSON.stringify(report.errors.slice(0, 5))}`);
}

/** Every month up to the last one that is over, a few at a time; the first year is closed. */
async function billThrough(app: App, context: RequestContext): Promise<void> {
  const last = monthAfter(monthOf(app.clock.today()), -1);
  const waiting: string[] = [];
  for (let month = billingMonth(FIRST_MONTH); month.name <= last.name; month = monthAfter(month)) waiting.push(month.name);
  const billNext = async (): Promise<void> => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const month = name;
      await runNow(
        app,
        context,
        runBillingTask,
        'runBilling',
        (unit) => startBilling(unit, month, false),
        ({ runId }) => ({ runId }),
      );
      if (month <= CLOSED_UNTIL)
        await runNow(
          app,
          context,
          closePeriodTask,
          'closeBillingPeriod',
          (unit) => startClosing(unit, month),
          () => ({ billingPeriod: month, closedBy: actorOf(context.viewer!) }),
        );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, billNext));
}

/** Starts a job as the API does, and works it off here: a new sandbox is complete when it opens. */
async function runNow<T extends { readonly jobId: string }>(
  app: App,
  context: RequestContext,
  task: Task,
  operation: string,
  begin: (unit: Unit) => Promise<Decision<T>>,
  payload: (value: T) => object,
): Promise<void> {
  const { value } = await transact(context, { operation, input: {} }, begin);
  if (value) await runJob(app, task, { ...payload(value), jobId: value.jobId }, new AbortController().signal);
}

/** Things that are recorded and have not come yet, and an account on hold. */
async function arrangeWhatIsToCome(context: RequestContext): Promise<void> {
  const ids = await idsOf(context.app);
  const soon = context.app.clock.now() + 12 * 86_400_000;
  const done = [
    await transact(context, { operation: 'changeSubscriptionQuantity', input: {} }, async (unit) =>
      carryOut(
        unit,
        'changeSubscriptionQuantity',
        await proposeQuantityChange(unit, { subscriptionId: ids.get('SUB-HANSA-MAIL')!, quantity: 50, effectiveAt: soon, reason: 'new warehouse opens' }),
      ),
    ),
    await transact(context, { operation: 'setSubscriptionRenewal', input: {} }, async (unit) =>
      carryOut(unit, 'setSubscriptionRenewal', await proposeRenewal(unit, { subscriptionId: ids.get('SUB-HANSA-YEARLY')!, renews: true, quantity: 36 })),
    ),
    await transact(context, { operation: 'setSubscriptionRenewal', input: {} }, async (unit) =>
      carryOut(unit, 'setSubscriptionRenewal', await proposeRenewal(unit, { subscriptionId: ids.get('SUB-JPY')!, renews: false })),
    ),
    await transact(context, { operation: 'holdAccount', input: {} }, (unit) => setAccountHold(unit, ids.get('C-0007')!, 'ON_HOLD', 'invoices overdue')),
  ];
  const refused = done.flatMap(({ refusals }) => refusals);
  if (refused.length > 0) throw new Error(`the demo cannot be arranged: ${JSON.stringify(refused)}`);
}

/** Accounts that Kaspersky knows, and orders in every state: delivered once the worker is there, by use, waiting, and a draft. */
async function arrangeOrders(app: App, operator: RequestContext): Promise<void> {
  const ids = await idsOf(app);
  const plans = await plansOf(app);
  const insist = async <T>(asked: Promise<Result<T>>): Promise<T> => {
    const { value, refusals } = await asked;
    if (refusals.length > 0) throw new Error(`the demo’s orders cannot be arranged: ${JSON.stringify(refusals)}`);
    return value!;
  };
  const change = <T>(context: RequestContext, operation: string, work: (unit: Unit) => Promise<Decision<T>>): Promise<T> =>
    insist(transact(context, { operation, input: {} }, work));
  for (const [number, pin] of [
    ['DEMO-RESELLER', 'AA00BB00'],
    ['DEMO-CUSTOMER', undefined],
  ] as const) {
    const input = { accountId: ids.get(number)!, platform: 'KORM', idempotencyKey: 'demo' };
    if (pin) await change(operator, 'setSyncOptions', (unit) => setSyncOptions(unit, { ...input, resellerPin: pin }));
    await change(operator, 'synchronizeAccount', (unit) => synchronizeAccount(unit, input));
  }
  const reseller = await contextOf(app, SANDBOX_SIGN_INS[2]);
  const draft = async (context: RequestContext, channel: 'STOREFRONT' | 'OPERATOR', sku: string, seats?: number): Promise<string> => {
    const characteristics = seats === undefined ? [] : [{ name: 'Seats', value: String(seats) }];
    const lines = [{ planId: plans.get(sku)!, characteristics }];
    const { orderId } = await change(context, 'createOrder', (unit) =>
      createOrder(unit, { accountId: ids.get('DEMO-CUSTOMER')!, channel, lines, idempotencyKey: 'demo' }),
    );
    return encodeId('ord', orderId);
  };
  const place = async (context: RequestContext, orderId: string): Promise<void> => {
    const quoted = await ask(context, (unit) => quoteOrder(unit, { orderId }));
    if (!quoted.allowed) throw new Error(`the demo’s order has no quote: ${JSON.stringify(quoted.refusals)}`);
    await change(context, 'placeOrder', (unit) => placeOrder(unit, { orderId, quoteToken: quoted.value.token, idempotencyKey: 'demo' }));
  };
  // Executed by itself when Kaspersky knows the customer.
  await place(reseller, await draft(reseller, 'STOREFRONT', 'KEDR-PAYG', 15));
  await place(reseller, await draft(reseller, 'STOREFRONT', 'SOPHOS-PPU'));
  // Microsoft does not know the customer, so this one waits and says so.
  await place(reseller, await draft(reseller, 'STOREFRONT', 'M365-BP-MONTHLY', 12));
  await draft(operator, 'OPERATOR', 'KES-LEGACY');
}

async function contextOf(app: App, email: string): Promise<RequestContext> {
  const signedIn = await authenticationOf(app).signIn(email, SANDBOX_PASSWORD, 'demo');
  if (!signedIn.allowed) throw new Error(`${email} cannot sign in`);
  const { token, viewer } = signedIn.value;
  await authenticationOf(app).signOut(token);
  return { app, viewer, requestId: 'demo', address: 'demo', session: undefined, setSession: () => {}, cache: new Map() };
}

async function plansOf({ database }: App): Promise<Map<string, string>> {
  const { rows } = await database.system.query<{ sku: string; id: string }>('select sku, id from plan');
  return new Map(rows.map(({ sku, id }) => [sku, encodeId('pln', id)]));
}

async function idsOf({ database }: App): Promise<Map<string, string>> {
  const { rows } = await database.system.query<{ number: string; kind: 'sub' | 'acc'; id: string }>(
    `select number, 'sub' as kind, id from service_subscription union all select number, 'acc', id from account`,
  );
  return new Map(rows.map(({ number, kind, id }) => [number, encodeId(kind, id)]));
}
