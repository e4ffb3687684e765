/** Accounts on vendors' platforms, and what vendors deliver, as the provider's staff sees it. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { inspect } from './inspect.ts';
import { ask, it, settle } from './visit.ts';

const key = (): string => `e2e-${crypto.randomUUID()}`;

async function idOf(number: string): Promise<string> {
  return (await ask('operator', 'query ($number: String!) { account(number: $number) { id } }', { number })).account.id;
}

/** A customer of the reseller that Kaspersky knows, whom it does not know yet. */
async function addCustomer(number: string, name: string): Promise<string> {
  const { createAccount } = await ask(
    'operator',
    'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id } userErrors { message } } }',
    {
      input: {
        kind: 'CUSTOMER',
        parentId: await idOf('DEMO-RESELLER'),
        number,
        name,
        email: `${number.toLowerCase()}@example.com`,
        country: 'DE',
        currency: 'EUR',
        idempotencyKey: key(),
      },
    },
  );
  expect(createAccount.userErrors).toEqual([]);
  return createAccount.account.id;
}

/** Orders for an account by API, executed. @returns the order's id */
async function order(accountId: string, sku: string, seats?: number): Promise<string> {
  const { plan } = await ask('operator', 'query ($sku: String!) { plan(sku: $sku) { id } }', { sku });
  const change = async (mutation: string, input: object): Promise<{ id: string }> => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const answer = await ask('operator', `mutation ($input: ${type}!) { ${mutation}(input: $input) { order { id } userErrors { message } } }`, { input });
    expect(answer[mutation].userErrors).toEqual([]);
    return answer[mutation].order;
  };
  const characteristics = seats === undefined ? [] : [{ name: 'Seats', value: String(seats) }];
  const { id: orderId } = await change('createOrder', { accountId, channel: 'OPERATOR', idempotencyKey: key(), lines: [{ planId: plan.id, characteristics }] });
  const { quote } = await ask('operator', 'query ($input: QuoteInput!) { quote(input: $input) { quote { token } } }', { input: { orderId } });
  await change('placeOrder', { orderId, quoteToken: quote.quote.token, idempotencyKey: key() });
  await change('executeOrder', { orderId, idempotencyKey: key() });
  return orderId;
}

async function openMail(page: Page, subject: string | RegExp): Promise<string> {
  await page
    .getByRole('link', { name: subject })
    .or(page.getByRole('button', { name: subject }))
    .or(page.getByRole('row', { name: subject }))
    .first()
    .click();
  const mail = page.getByRole('dialog');
  await mail.waitFor();
  await mail.getByRole('button', { name: 'Plain text' }).click();
  const text = await mail.innerText();
  await page.keyboard.press('Escape');
  await mail.waitFor({ state: 'detached' });
  return text;
}

describe('synchronizing an account', () => {
  it('goes from the account to its sync options and is acknowledged', async ({ open }) => {
    await addCustomer('E2E-SYNC', 'Elbe Werft');
    const page = await open('operator', '/accounts');
    await page.getByRole('link', { name: 'Elbe Werft' }).first().click();
    await page.getByRole('heading', { name: 'Elbe Werft', level: 1 }).waitFor();
    const panel = page.getByRole('table', { name: 'Platforms and how the account is known there' });
    await panel.getByRole('row', { name: /KORM/ }).getByText('Unsynchronized').first().waitFor();
    await page.getByRole('button', { name: /^Sync options of Elbe Werft on KORM/ }).click();
    const form = page.getByRole('dialog', { name: 'Sync options' });
    await form.getByLabel('License email').fill('keys@elbe-werft.example');
    await inspect(page);
    await form.getByRole('button', { name: 'Save & synchronize' }).click();
    await form.getByText('Elbe Werft is synchronized with Kaspersky.').waitFor();
    await form.getByRole('button', { name: 'Done' }).click();
    await panel.getByRole('row', { name: /KORM/ }).getByText('Synchronized', { exact: true }).first().waitFor();
    // Each platform has its own state.
    await panel
      .getByRole('row', { name: /PARTNER_CENTER/ })
      .getByText('Unsynchronized')
      .first()
      .waitFor();
  });

  it('says what stands against it, at the field', async ({ open }) => {
    const page = await open('operator', '/sync');
    await settle(page);
    await inspect(page);
    await page.getByLabel('Name, number or email').first().fill('Riga');
    await page.getByText('Reseller PIN is missing').first().waitFor();
  });
});

describe('mails about an order', () => {
  it('tell the reseller and operations of a product by use, without a price', async ({ open }) => {
    const id = await addCustomer('E2E-MAIL', 'Weser Spedition');
    const orderId = await order(id, 'KSERV-PPU');
    const { order: made } = await ask('operator', 'query ($id: ID!) { order(id: $id) { number status total { amount } } }', { id: orderId });
    expect(made).toMatchObject({ status: 'COMPLETED', total: { amount: '0.00' } });
    await vi.waitFor(
      async () => {
        const { mails } = await ask('operator', 'query ($text: String!) { mails(filter: { text: $text }) { nodes { template } } }', { text: made.number });
        expect(mails.nodes.map(({ template }: { template: string }) => template).sort()).toEqual(['OPERATIONS_NOTIFICATION', 'ORDER_CONFIRMATION']);
      },
      { timeout: 15_000, interval: 200 },
    );
    const page = await open('operator', '/mails');
    await settle(page);
    const confirmation = await openMail(page, new RegExp(`Order ${made.number} for Weser Spedition is confirmed`));
    const operations = await openMail(page, new RegExp(`Order ${made.number}: Weser Spedition, sold by Baltic IT Partners`));
    expect(confirmation).toContain('Kaspersky Services');
    expect(operations).toMatch(/Baltic IT Partners[\s\S]*Weser Spedition[\s\S]*e2e-mail@example\.com[\s\S]*KSERV-PPU/);
    for (const text of [confirmation, operations]) expect(text).not.toMatch(/\d\s?EUR/);
    await inspect(page);
  });
});

/** Kaspersky's simulator: what shall go wrong, whom it knows, and the ids of what it holds for a subscription. */
async function kaspersky(): Promise<{
  strike: (...rules: object[]) => Promise<unknown>;
  knowResellers: (pins: string[] | null) => Promise<unknown>;
  heldFor: (subscription: string) => Promise<string[]>;
}> {
  const { vendors } = await ask('operator', '{ vendors { code simulatorUrl } }');
  const url: string = vendors.find(({ code }: { code: string }) => code === 'KASPERSKY').simulatorUrl;
  const tell = (what: string, body: unknown): Promise<unknown> => fetch(`${url}/__sim/${what}`, { method: 'POST', body: JSON.stringify(body) });
  return {
    strike: (...rules) => tell('faults', rules),
    knowResellers: (pins) => tell('settings', { 'korm.knownResellers': pins }),
    heldFor: async (subscription) => {
      const { subscriptions } = (await (await fetch(`${url}/__sim/state`)).json()) as {
        subscriptions: Record<string, { subscriptionId: string; externalSubscriptionId: string; hardCanceledAt?: number }>;
      };
      return Object.values(subscriptions)
        .filter(({ externalSubscriptionId, hardCanceledAt }) => externalSubscriptionId === subscription && hardCanceledAt === undefined)
        .map(({ subscriptionId }) => subscriptionId);
    },
  };
}

/** How far an order is, and the subscription of its only line. */
async function standing(id: string): Promise<{ status: string; subscription: string }> {
  const { order } = await ask('operator', 'query ($id: ID!) { order(id: $id) { status lines { subscription { number } } } }', { id });
  return { status: order.status, subscription: order.lines[0].subscription.number };
}

async function reaches(id: string, status: string): Promise<void> {
  await vi.waitFor(async () => expect((await standing(id)).status).toBe(status), { timeout: 30_000, interval: 300 });
}

describe('a vendor that loses its answer', () => {
  it('is read, and the order ends once; the board shows how', async ({ open }) => {
    const { strike, heldFor } = await kaspersky();
    await strike({ match: { op: 'create' }, fault: 'COMMIT_THEN_DROP' });
    const orderId = await order(await idOf('E2E-SYNC'), 'KES-PAYG', 5);
    await reaches(orderId, 'COMPLETED');
    const { subscription } = await standing(orderId);
    expect(await heldFor(subscription)).toHaveLength(1);
    const page = await open('operator', '/provisioning?show=all');
    await settle(page);
    await inspect(page);
    await page
      .getByRole('row', { name: new RegExp(subscription) })
      .getByRole('link', { name: 'Delivery' })
      .click();
    const calls = page.getByRole('dialog');
    await calls.getByText('no answer: may have been done').waitFor();
    await calls.getByText('it was done', { exact: true }).waitFor();
  });
});

describe('what people do about what vendors did', () => {
  it('tries again what failed, or lets it be with a reason', async ({ open }) => {
    const { knowResellers, heldFor } = await kaspersky();
    const account = await idOf('E2E-SYNC');
    await knowResellers([]);
    const again = await order(account, 'KES-PAYG', 6);
    await reaches(again, 'FAILED');
    const never = await order(account, 'KES-PAYG', 7);
    await reaches(never, 'FAILED');
    await knowResellers(null);
    const [first, second] = await Promise.all([again, never].map(async (id) => (await standing(id)).subscription));

    const page = await open('operator', '/provisioning?show=attention');
    const rowOf = (number: string | undefined): Locator => page.getByRole('row', { name: new RegExp(number!) });
    await rowOf(first).getByText('Failed').waitFor();
    await inspect(page);
    await page.getByRole('button', { name: `Try again: Delivery, ${first}` }).click();
    await page.getByText('It is on its way again.').first().waitFor();
    await reaches(again, 'COMPLETED');
    expect(await heldFor(first!)).toHaveLength(1);

    await page.getByRole('button', { name: `Let it be: Delivery, ${second}` }).click();
    const form = page.getByRole('dialog', { name: 'Let this failure be' });
    await form.getByLabel('Reason').fill('Ordered elsewhere');
    await inspect(page);
    await form.getByRole('button', { name: 'Let it be' }).click();
    await page.getByText('Nothing needs attention').waitFor();
    expect(await heldFor(second!)).toEqual([]);
  });

  it('says what became of what nobody could find out', async ({ open }) => {
    const { strike, heldFor } = await kaspersky();
    await strike({ match: { op: 'create' }, fault: 'COMMIT_THEN_DROP' }, { match: { op: 'report' }, fault: 'TRUNCATED_JSON', times: 0 });
    const orderId = await order(await idOf('E2E-SYNC'), 'KES-PAYG', 8);
    const { subscription } = await standing(orderId);
    const page = await open('operator', '/provisioning');
    await page.getByRole('button', { name: `Resolve: Delivery, ${subscription}` }).click();
    const form = page.getByRole('dialog', { name: 'What became of it?' });
    await form.getByText('The vendor did it').click();
    const [made] = await heldFor(subscription);
    await form.getByLabel('Vendor’s id of the subscription').fill(made!);
    await inspect(page);
    await form.getByRole('button', { name: 'It was done' }).click();
    await page.getByText('Settled: the vendor did it.').first().waitFor();
    await strike();
    await reaches(orderId, 'COMPLETED');
    expect(await heldFor(subscription)).toHaveLength(1);
  });

  it('ends what only the vendor knows', async ({ open }) => {
    const { strike, heldFor } = await kaspersky();
    await strike({ match: { op: 'create' }, fault: 'DUPLICATE_DELIVERY' });
    const orderId = await order(await idOf('E2E-SYNC'), 'KES-PAYG', 9);
    await reaches(orderId, 'COMPLETED');
    const { subscription } = await standing(orderId);
    expect(await heldFor(subscription)).toHaveLength(2);

    const page = await open('operator', '/provisioning');
    await page.getByRole('button', { name: 'Compare now: Kaspersky' }).click();
    await page.getByText(/subscriptions compared, one difference/).waitFor();
    await page
      .getByRole('tab', { name: 'Differences' })
      .or(page.getByRole('link', { name: 'Differences' }))
      .first()
      .click();
    await page.getByText('Known to the vendor alone').waitFor();
    await inspect(page);
    await page.getByRole('button', { name: /^End it at the vendor/ }).click();
    const form = page.getByRole('dialog', { name: 'End it at Kaspersky for good' });
    await form.getByLabel('I understand that this is final').click();
    await inspect(page);
    await form.getByRole('button', { name: 'End it for good' }).click();
    await page.getByText('It was ended at the vendor.').first().waitFor();
    await page.getByText('No differences').waitFor();
    expect(await heldFor(subscription)).toHaveLength(1);
  });
});
