/** Accounts on vendors' platforms, and what vendors deliver, as the provider's staff sees it. */
import type { Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { inspect } from './inspect.ts';
import { ask, expectSoon, it, settle } from './visit.ts';

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

describe('a vendor that loses its answer', () => {
  it('is read, and the order ends once; the board shows how', async ({ open }) => {
    const { vendors } = await ask('operator', '{ vendors { code simulatorUrl } }');
    const simulator: string = vendors.find(({ code }: { code: string }) => code === 'KASPERSKY').simulatorUrl;
    await fetch(`${simulator}/__sim/faults`, { method: 'POST', body: JSON.stringify([{ match: { op: 'create' }, fault: 'COMMIT_THEN_DROP' }]) });
    const orderId = await order(await idOf('E2E-SYNC'), 'KES-PAYG', 5);
    await vi.waitFor(
      async () => {
        const read = await ask('operator', 'query ($id: ID!) { order(id: $id) { status } }', { id: orderId });
        expect(read.order.status).toBe('COMPLETED');
      },
      { timeout: 30_000, interval: 300 },
    );
    const page = await open('operator', '/provisioning');
    await settle(page);
    await inspect(page);
    await expectSoon(() => page.locator('main').innerText()).toContain('Kaspersky');
    const { entries } = (await (await fetch(`${simulator}/__sim/journal`)).json()) as {
      entries: { op: string; committed: boolean; request: { body: { Comment?: string } } }[];
    };
    const { order: made } = await ask('operator', 'query ($id: ID!) { order(id: $id) { lines { subscription { number } } } }', { id: orderId });
    const { number } = made.lines[0].subscription;
    expect(entries.filter(({ op, committed, request }) => op === 'create' && committed && request.body.Comment?.includes(number))).toHaveLength(1);
  });
});
