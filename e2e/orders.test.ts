/** Ordering, in the order of clicks that the vendors' guides show: in the storefront, and by the provider's staff. */
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, vi } from 'vitest';
import { inspect } from './inspect.ts';
import { ask, expectSoon, it, settle, textsOf } from './visit.ts';

/** Any amount with its currency, as pages write it. */
const AMOUNT = /\d\s?EUR/;
const NOTHING = /^0\.00\sEUR$/;
const key = (): string => `e2e-${crypto.randomUUID()}`;

async function accountId(number: string): Promise<string> {
  return (await ask('operator', 'query ($number: String!) { account(number: $number) { id } }', { number })).account.id;
}

async function planId(sku: string): Promise<string> {
  return (await ask('operator', 'query ($sku: String!) { plan(sku: $sku) { id } }', { sku })).plan.id;
}

/** How many orders a customer has that somebody placed. */
async function placedOrders(number: string): Promise<number> {
  const { orders } = await ask(
    'operator',
    'query ($id: ID!) { orders(first: 100, filter: { accountId: $id, status: [PENDING_APPROVAL, SUBMITTED, EXECUTING, COMPLETED, PARTIALLY_FAILED, FAILED] }) { totalCount } }',
    { id: await accountId(number) },
  );
  return orders.totalCount;
}

async function synchronize(number: string, resellerPin?: string): Promise<void> {
  const id = await accountId(number);
  const { setSyncOptions } = await ask('operator', 'mutation ($input: SetSyncOptionsInput!) { setSyncOptions(input: $input) { userErrors { message } } }', {
    input: { accountId: id, platform: 'KORM', ...(resellerPin && { resellerPin }) },
  });
  expect(setSyncOptions.userErrors).toEqual([]);
  await ask('operator', 'mutation ($input: SynchronizeAccountInput!) { synchronizeAccount(input: $input) { userErrors { message } } }', {
    input: { accountId: id, platform: 'KORM', idempotencyKey: key() },
  });
  await vi.waitFor(
    async () => {
      const { account } = await ask('operator', 'query ($id: ID!) { account(id: $id) { syncs { platform status } } }', { id });
      expect(account.syncs).toContainEqual({ platform: 'KORM', status: 'SYNCHRONIZED' });
    },
    { timeout: 15_000, interval: 200 },
  );
}

/** A draft that the provider's staff began; its lines lack everything. */
async function draftFor(number: string, ...skus: string[]): Promise<string> {
  const lines = await Promise.all(skus.map(async (sku) => ({ planId: await planId(sku) })));
  const { createOrder } = await ask(
    'operator',
    'mutation ($input: CreateOrderInput!) { createOrder(input: $input) { order { number } userErrors { message } } }',
    {
      input: { accountId: await accountId(number), channel: 'OPERATOR', idempotencyKey: key(), lines },
    },
  );
  return createOrder.order.number;
}

beforeAll(async () => {
  await synchronize('DEMO-RESELLER', 'AA00BB00');
  await synchronize('DEMO-CUSTOMER');
});

const button = (within: Page | Locator, name: string | RegExp): Locator => within.getByRole('button', { name });

async function openProduct(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('link', { name }).click();
  await button(page, 'Calculate cost').waitFor();
}

async function chooseHansa(page: Page): Promise<void> {
  await page.getByLabel('Choose a customer').click();
  await page.getByRole('option', { name: /^Hansa Logistics/ }).click();
  await page.locator('[data-customer]').waitFor();
}

describe('the storefront', () => {
  it('calculates, buys, changes and orders; once, however often somebody clicks', async ({ open }) => {
    const before = await placedOrders('DEMO-CUSTOMER');
    const page = await open('customer', '/');
    await page.getByRole('link', { name: 'Storefront' }).click();
    await openProduct(page, /^Kaspersky Endpoint Security Cloud/);
    await page.getByRole('radio', { name: /^Cloud, 5 to 24 licenses/ }).click();
    await button(page, 'Calculate cost').click();
    await page.getByText('This is required.').waitFor();

    await page.getByLabel('Seats').fill('10');
    await button(page, 'Calculate cost').click();
    await page.locator('[data-total]').waitFor();
    const first = await page.locator('[data-total]').innerText();
    expect(first).toMatch(AMOUNT);
    const buy = button(page, 'Buy this configuration');
    await expectSoon(() => buy.isDisabled()).toBe(false);
    await inspect(page);

    await page.getByLabel('Seats').fill('20');
    await page.getByText('This is no longer what you have set.').waitFor();
    expect(await buy.isDisabled()).toBe(true);
    await button(page, 'Calculate cost').click();
    await expectSoon(() => page.locator('[data-total]').innerText()).not.toBe(first);
    await expectSoon(() => buy.isDisabled()).toBe(false);
    await buy.dblclick();

    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    await expectSoon(() => button(page, 'Place order').isDisabled()).toBe(false);
    const twenty = await page.locator('[data-total]').innerText();
    await inspect(page);
    await button(page, 'Change configuration').click();
    const panel = page.getByRole('dialog', { name: 'Change configuration' });
    await panel.getByLabel('Seats').fill('21');
    await button(panel, 'Save').click();
    await panel.waitFor({ state: 'detached' });
    await page.getByText('The order has changed since.').waitFor();
    expect(await button(page, 'Place order').isDisabled()).toBe(true);
    await button(page, 'Calculate cost').click();
    await expectSoon(() => button(page, 'Place order').isDisabled()).toBe(false);
    expect(await page.locator('[data-total]').innerText()).not.toBe(twenty);

    await button(page, 'Place order').dblclick();
    await page.getByRole('heading', { name: /^Order ORD-/ }).waitFor();
    await page.getByText('Everything is delivered.').waitFor();
    await page.getByRole('link', { name: /^SUB-/ }).waitFor();
    await inspect(page);
    expect(await placedOrders('DEMO-CUSTOMER')).toBe(before + 1);
  });

  it('orders what is charged by use without showing a price anywhere', async ({ open }) => {
    const page = await open('reseller', '/shop');
    await chooseHansa(page);
    await openProduct(page, /^Sophos Cybersecurity/);
    const main = page.locator('main');
    await main.getByText('Charged by use: no price here').first().waitFor();
    await button(page, 'Calculate cost').click();
    await expectSoon(() => page.locator('[data-total]').innerText()).toMatch(NOTHING);
    expect(await page.locator('[data-unit-price], [data-recurring]').count()).toBe(0);
    await button(page, 'Buy this configuration').click();
    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    await expectSoon(() => button(page, 'Place order').isDisabled()).toBe(false);
    await inspect(page);
    const said = (await main.innerText()).match(/[\d.,]+\s?EUR/g) ?? [];
    expect([...new Set(said.map((amount) => amount.replace(/\s/g, ' ')))]).toEqual(['0.00 EUR']);
    await button(page, 'Place order').click();
    await page.getByText('Everything is delivered.').waitFor();
    expect(await main.innerText()).not.toMatch(AMOUNT);

    // The reseller is told, and operations are, in a mail of their own; neither of a price.
    const number = /ORD-[\d-]+/.exec(await page.getByRole('heading', { name: /^Order ORD-/ }).innerText())![0];
    const asked = 'query ($text: String!) { mails(filter: { text: $text }) { nodes { template recipient text } } }';
    type Mail = { readonly template: string; readonly recipient: string; readonly text: string };
    await expectSoon(async () => (await ask('operator', asked, { text: number })).mails.nodes.length).toBe(2);
    const mails: Mail[] = (await ask('operator', asked, { text: number })).mails.nodes;
    expect(mails.map(({ template, recipient }) => `${template} to ${recipient}`).toSorted()).toEqual([
      'OPERATIONS_NOTIFICATION to provider@demo.test',
      'ORDER_CONFIRMATION to demo-reseller@demo.test',
    ]);
    for (const { text } of mails) {
      expect(text).toMatch(/Sophos Cybersecurity/);
      expect(text).not.toMatch(AMOUNT);
    }
    expect(mails.find(({ template }) => template === 'OPERATIONS_NOTIFICATION')!.text).toMatch(/Baltic IT Partners[\s\S]*Hansa Logistics[\s\S]*SOPHOS-PPU/);
  });

  it('keeps a cart over a reload, and what was only priced stays out of it', async ({ open }) => {
    const page = await open('reseller', '/shop');
    await chooseHansa(page);
    await openProduct(page, /^Kaspersky EDR Optimum.*from [\d.]+\sEUR per license and month/);
    const offered = page.getByText(/EUR per license and month/).first();
    await offered.waitFor();
    const [, price] = / · ([\d.]+)\sEUR per license and month/.exec(await offered.innerText())!;
    await page.getByLabel('Seats').fill('3');
    await button(page, 'Calculate cost').click();
    await page.locator('[data-total]').waitFor();
    expect(await page.locator('[data-unit-price]').innerText()).toBe(`${price} EUR`);
    await page.reload();
    await expectSoon(() => page.getByLabel('Seats').inputValue()).toBe('3');
    await button(page, 'Calculate cost').click();
    await button(page, 'Buy this configuration').click();
    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    await page.getByRole('link', { name: 'Add another product' }).click();
    await openProduct(page, /^Kaspersky Endpoint Security KES/);
    await page.getByRole('radio', { name: /^Endpoint Security, yearly/ }).click();
    await page.getByLabel('Seats').fill('2');
    await button(page, 'Calculate cost').click();
    await page.getByText('The number of licenses cannot go down before the term ends.').waitFor();
    await page.getByRole('link', { name: 'Cart (1)' }).click();
    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    await expectSoon(() => button(page, /^Change configuration/).count()).toBe(1);
    await page.reload();
    await settle(page);
    expect(await button(page, /^Change configuration/).count()).toBe(1);
    await expectSoon(() => button(page, 'Place order').isDisabled()).toBe(false);
  });
});

describe('the back office', () => {
  it('begins an order, completes its red line and executes it; a legacy plan costs nothing yet', async ({ open }) => {
    const page = await open('operator', '/');
    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await button(page, 'New order').click();
    const created = page.getByRole('dialog', { name: 'New order' });
    await created.getByLabel('Customer').click();
    await page.getByRole('searchbox').or(page.getByPlaceholder('Name, number or email')).first().fill('DEMO-CUSTOMER');
    await page.getByRole('option', { name: /^Hansa Logistics/ }).click();
    await button(created, 'Save').click();

    await page.getByRole('heading', { name: 'Products' }).waitFor();
    await button(page, 'Add product').click();
    const adding = page.getByRole('dialog', { name: 'Add a product' });
    await adding.getByLabel('Plan').click();
    await page.getByRole('option', { name: /^KES-LEGACY/ }).click();
    await button(adding, 'Add product').click();
    await page.getByText('Incomplete: Seats missing').waitFor();
    expect(await page.locator('main tbody tr[data-wrong]').count()).toBe(1);
    expect(await button(page, 'Execute').count()).toBe(0);
    await inspect(page);

    await button(page, 'Manage line 1: KES-LEGACY').click();
    const panel = page.getByRole('dialog', { name: 'Manage line' });
    await panel.getByLabel('Seats').fill('25');
    await button(panel, 'Save').click();
    await expectSoon(() => page.locator('main tbody tr[data-wrong]').count()).toBe(0);
    await expectSoon(() => page.locator('[data-order-total]').innerText()).toMatch(NOTHING);

    await button(page, 'Execute').dblclick();
    await page.getByRole('link', { name: /^SUB-/ }).waitFor();
    await page.locator('h1').locator('..').getByText('Completed').waitFor();
    await expectSoon(() => page.getByText('Order executed').count()).toBe(1);
    await inspect(page);
    await page.getByRole('link', { name: /^SUB-/ }).click();
    await expectSoon(() => page.locator('[data-quantity]').innerText()).toBe('25');
  });

  it('says what is in the way, and leads to the account', async ({ open }) => {
    const number = await draftFor('C-DIRECT', 'KES-PAYG');
    const page = await open('operator', `/orders/${number}`);
    await button(page, 'Manage line 1: KES-PAYG').click();
    const panel = page.getByRole('dialog', { name: 'Manage line' });
    await panel.getByLabel('Seats').fill('10000');
    await button(panel, 'Save').click();
    await panel.getByText(/^10,000 is more than the 9,999 that KES-PAYG allows/).waitFor();
    await panel.getByLabel('Seats').fill('4');
    await panel.getByLabel('Approval code').fill('DEAL-7');
    await button(panel, 'Save').click();
    await page.getByText('DEAL-7').first().waitFor();
    await button(page, 'Calculate cost').click();
    await page.getByText('The account is not synchronized with the vendor yet.').waitFor();
    await button(page, 'Place order').click();
    await page.getByText('It is placed, and waits to be executed.').waitFor();
    await button(page, 'Execute').click();
    await page.getByText('Line 1: Account C-DIRECT is not synchronized on KORM yet.').waitFor();
    await inspect(page);
    await page.getByRole('link', { name: 'Open account C-DIRECT' }).click();
    await page.getByRole('heading', { name: 'Northgate Clinic' }).waitFor();

    await page.goto('/');
    await page.getByRole('link', { name: /^See why: .*placed and not executed$/ }).click();
    await expectSoon(() => textsOf(page.getByRole('link', { name: /^ORD-/ }))).toContain(number);
    await page.goto(`/orders/${number}`);
    await button(page, 'Cancel order').click();
    await button(page.getByRole('dialog'), 'Cancel order').click();
    await page.locator('h1').locator('..').getByText('Canceled').waitFor();
  });

  it('finds orders by what the address says', async ({ open }) => {
    const number = await draftFor('C-ATLAS', 'KES-PAYG', 'KES-YEARLY');
    const page = await open('operator', '/orders');
    await settle(page);
    await page.getByRole('checkbox', { name: 'Incomplete only' }).click();
    await page.getByRole('searchbox', { name: 'Number or customer' }).fill('atlas');
    await expectSoon(() => textsOf(page.getByRole('link', { name: /^ORD-/ }))).toEqual([number]);
    await page.reload();
    await expectSoon(() => textsOf(page.getByRole('link', { name: /^ORD-/ }))).toEqual([number]);
    expect(await page.locator('main tbody tr').innerText()).toContain('Incomplete');
    await page.getByRole('link', { name: number }).click();
    await button(page, 'Remove line 2: KES-YEARLY').click();
    await expectSoon(() => page.locator('main table').first().locator('tbody tr').count()).toBe(1);
  });
});

describe('approval', () => {
  it('is for somebody else than who placed the order', async ({ open }) => {
    const id = await accountId('C-LEIDEN');
    const { updateAccount } = await ask('operator', 'mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { userErrors { message } } }', {
      input: { accountId: id, orderApproval: true },
    });
    expect(updateAccount.userErrors).toEqual([]);
    const number = await draftFor('C-LEIDEN', 'KES-PAYG');
    const page = await open('operator', `/orders/${number}`);
    await button(page, 'Manage line 1: KES-PAYG').click();
    const panel = page.getByRole('dialog', { name: 'Manage line' });
    await panel.getByLabel('Seats').fill('4');
    await button(panel, 'Save').click();
    await button(page, 'Execute').click();
    await page.getByText('You placed this order yourself').waitFor();
    expect(await button(page, 'Approve').count()).toBe(0);
    await inspect(page);
  });
});
