/** Billing: run a month and watch it, see that what was previewed is what is charged, have a number explained, close the month. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ask, expectSoon, it, settle, textsOf } from './visit.ts';

const explanationOn = (page: Page): Locator => page.getByRole('dialog', { name: 'Explain this number' });

/** Notes in the page what the progress bar said it was: it may come and go faster than anybody asks. */
const WATCH_PROGRESS = `new MutationObserver(() => {
  window.progressSeen ??= document.querySelector('[data-run] [role=progressbar]')?.getAttribute('aria-label');
}).observe(document.body, { subtree: true, childList: true })`;

async function currentMonth(): Promise<string> {
  const { viewer } = await ask('operator', '{ viewer { clock { today } } }');
  return (viewer.clock.today as string).slice(0, 7);
}

/** Runs a month that is open on the page, and waits until it is billed. */
async function runAgain(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.getByRole('button', { name: /^Run billing for/ }).click();
  const outcome = page.locator('[data-run]');
  await outcome.getByText(/ is billed\.$/).waitFor();
  return outcome;
}

async function chargeOf(subscription: string, billingPeriod: string): Promise<{ id: string; net: { amount: string } }> {
  const { subscription: found } = await ask('operator', 'query ($number: String!) { subscription(number: $number) { id } }', { number: subscription });
  const { charges } = await ask('operator', 'query ($filter: ChargeFilter!) { charges(filter: $filter) { nodes { id net { amount } buyer { kind } } } }', {
    filter: { subscriptionId: found.id, billingPeriod },
  });
  return charges.nodes.find((charge: { buyer: { kind: string } }) => charge.buyer.kind === 'CUSTOMER');
}

describe('a month', () => {
  it('is run with live progress; a license change previews exactly the charge that the next run brings', async ({ open }) => {
    const month = await currentMonth();
    const page = await open('operator', '/billing');
    await settle(page);

    await page.getByRole('button', { name: 'Run billing' }).click();
    await page.getByLabel('Month').fill(month);
    await page.getByRole('button', { name: /^Run billing for/ }).click();
    await page.waitForURL(`**/billing/${month}`);
    await expectSoon(() => page.getByRole('row', { name: /First run Done/ }).count()).toBe(1);
    await page.reload();
    await settle(page);
    const totals = page.getByRole('table', { name: 'What charges add up to, by currency' });
    expect(await textsOf(totals.locator('tbody tr td:first-child'))).toEqual(['EUR', 'JPY', 'KWD', 'USD']);
    expect(await page.getByRole('link', { name: /^Explain / }).count()).toBe(10);
    const before = await chargeOf('SUB-DIRECT-PAYG-2', month);

    // Change a license count and note what the preview says.
    await page.goto('/subscriptions/SUB-DIRECT-PAYG-2');
    await settle(page);
    await page.getByRole('button', { name: 'Change licenses' }).click();
    await page.getByLabel('New number of licenses').fill('47');
    const after = page.locator('[data-preview="thisPeriod"] [data-after]');
    await after.waitFor();
    const previewed = (await after.innerText()).trim();
    expect(previewed).not.toContain(before.net.amount);
    await page.getByRole('button', { name: 'Change to 47 licenses' }).click();
    await page
      .getByText(/^Done: 47 licenses/)
      .first()
      .waitFor();

    // The next run, watched live, brings exactly what was previewed.
    await page.goto(`/billing/${month}`);
    await settle(page);
    const live = page.waitForRequest((request) => request.url().endsWith('/graphql/stream'));
    await page.evaluate(WATCH_PROGRESS);
    const [outcome] = await Promise.all([runAgain(page), live]);
    expect(await page.evaluate('window.progressSeen')).toBe(`Billing ${await page.locator('h1').innerText()}`);
    await outcome.getByText('No new charges, 1 changed, 0 withdrawn, 0 parked.').waitFor();
    await expectSoon(() => page.locator('[data-pending]').innerText()).toBe('0');
    await page.goto('/subscriptions/SUB-DIRECT-PAYG-2');
    await settle(page);
    const charged = page.getByRole('link', { name: /^Explain / }).first();
    expect((await charged.innerText()).trim()).toBe(previewed);

    // And the number explains itself, down to its segments.
    await charged.click();
    const explanation = explanationOn(page);
    await explanation.locator('[data-segments]').waitFor();
    expect((await explanation.locator('[data-net]').innerText()).trim()).toBe(previewed);
    const rows = await textsOf(explanation.locator('[data-segments] tbody tr'));
    expect(rows.at(-1)).toMatch(/ 47 × \d+ = [\d,]+$/);
    const licenseDays = rows.map((row) => Number(row.split('= ')[1]!.replace(',', ''))).reduce((sum, each) => sum + each, 0);
    expect(Number((await explanation.locator('[data-segments] tfoot td:last-child').innerText()).replace(',', ''))).toBe(licenseDays);
  });

  it('run again without a change writes nothing', async ({ open }) => {
    const page = await open('finance', '/billing/2022-03');
    await settle(page);
    const outcome = await runAgain(page);
    await outcome.getByText('Nothing had changed: every charge stands as it was.').waitFor();
  });

  it('that nobody billed says so', async ({ open }) => {
    const page = await open('operator', '/billing/2019-01');
    await page.getByText('This month was never billed').waitFor();
  });

  it('is closed for good by somebody who has looked; a second tab learns it', async ({ open }) => {
    const [page, second] = [await open('operator', '/billing/2021-01'), await open('finance', '/billing/2021-01')];
    await settle(second);
    await second.getByRole('button', { name: 'Close', exact: true }).click();
    await second.getByRole('checkbox', { name: 'I have looked at the totals and want to freeze them' }).click();

    await settle(page);
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    const form = page.getByRole('dialog', { name: 'Close January 2021' });
    await form.getByText('Its charges are frozen for good.').waitFor();
    const confirm = form.getByRole('button', { name: 'Close January 2021' });
    expect(await confirm.isDisabled()).toBe(true);
    await form.getByRole('checkbox').click();
    await confirm.click();
    await page.getByText('January 2021 is closed.').first().waitFor();
    await page.getByText(/^Closed on /).waitFor();
    expect(
      await page
        .locator('main')
        .getByRole('button', { name: /^(Run again|Run billing|Close)$/ })
        .count(),
    ).toBe(0);

    const late = second.getByRole('dialog', { name: 'Close January 2021' });
    await late.getByRole('button', { name: 'Close January 2021' }).click();
    await late.getByRole('alert').getByText('is closed').waitFor();
    await second.reload();
    await second.getByText(/^Closed on /).waitFor();
  });
});

describe('explain this number', () => {
  it('25 licenses, then 20 from 11 May: 21.61, by days and segments', async ({ open }) => {
    const { id } = await chargeOf('SUB-DIRECT-PAYG', '2021-05');
    const page = await open('operator', `/charges?period=2021-05&charge=${id}`);
    const explanation = explanationOn(page);
    await explanation.locator('[data-segments]').waitFor();
    expect(await textsOf(explanation.locator('[data-segments] tbody tr'))).toEqual([
      'May 1, 2021 May 10, 2021 25 × 10 = 250',
      'May 11, 2021 May 31, 2021 20 × 21 = 420',
    ]);
    expect(await textsOf(explanation.locator('[data-net]'))).toEqual(['21.61 EUR']);
    await explanation.getByText('B2 · Each number counts for the exact days it was held.').waitFor();
    expect(await explanation.locator('[data-formula]').innerText()).toMatch(/21\.612903.*21\.61/);
    await page.keyboard.press('Escape');
    await expectSoon(() => new URL(page.url()).search).toBe('?period=2021-05');
  });

  it.for([
    // Bought at ten percent off, and sold on as it was bought.
    ['SUB-LEGACY', '2021-05', '22.50 EUR', 'B1 · The largest number held in the month counts, for the whole month.'],
    ['SUB-ATLAS', '2026-05', '22,614.68 EUR', 'B2 · Each number counts for the exact days it was held.'],
    ['SUB-YEARLY', '2021-04', '247.50 EUR', 'B3 · A whole term is charged in advance.'],
  ] as const)('%s in %s: %s', async ([number, month, amount, rule], { open }) => {
    const { id } = await chargeOf(number, month);
    const page = await open('operator', `/charges?charge=${id}`);
    const explanation = explanationOn(page);
    await explanation.getByText(rule).waitFor();
    expect(await textsOf(explanation.locator('[data-net]'))).toEqual([amount]);
  });

  it('a seller and a buyer see the same amount between them, and only their own side beyond it', async ({ open }) => {
    const { id } = await chargeOf('SUB-HANSA', '2026-01');
    const page = await open('customer', `/charges?charge=${id}`);
    const explanation = explanationOn(page);
    await explanation.locator('[data-segments]').waitFor();
    const mine = await explanation.locator('[data-net]').innerText();
    expect(await explanation.getByText('Northwind Distribution').count()).toBe(0);
    const reseller = await open('reseller', `/charges?charge=${id}`);
    await explanationOn(reseller).locator('[data-segments]').waitFor();
    expect(await explanationOn(reseller).locator('[data-net]').innerText()).toBe(mine);
    await explanationOn(reseller).getByText('Northwind Distribution → Baltic IT Partners').waitFor();
  });
});

describe('what if', () => {
  it('tells the story of 25 and 20 licenses without storing anything', async ({ open }) => {
    const page = await open('operator', '/what-if');
    await settle(page);
    await page.getByLabel('At the beginning').fill('2021-04-15');
    await page.getByLabel('Change 1', { exact: true }).fill('2021-05-11');
    await page.getByLabel('From', { exact: true }).fill('2021-05-01');
    await page.getByLabel('Until before').fill('2021-06-01');
    const charges = page.getByRole('table', { name: 'Charges that the rules would make' });
    await expectSoon(() => textsOf(charges.locator('tbody td:last-child'))).toEqual(['21.61 EUR']);
  });
});
