/** Subscriptions: finding them, reading one, and changing it after having seen what it will cost. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { expectSoon, it, settle, textsOf } from './visit.ts';

const numbers = (page: Page): Promise<string[]> => textsOf(page.getByRole('link', { name: /^SUB-/ }));
const amountAfter = (within: Locator | Page, period: 'thisPeriod' | 'nextPeriod'): Locator => within.locator(`[data-preview="${period}"] [data-after]`).first();

/** Opens the form in which licenses are changed. */
async function openQuantityForm(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Change licenses' }).click();
  const form = page.getByRole('dialog', { name: 'Change the number of licenses' });
  await form.waitFor();
  return form;
}

describe('the list', () => {
  it('keeps its filters in the address, over a reload and back', async ({ open }) => {
    const page = await open('operator', '/subscriptions');
    await settle(page);
    await page.getByRole('button', { name: 'Billing policy' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Yearly' }).click();
    await page.keyboard.press('Escape');
    await expectSoon(() => new URL(page.url()).searchParams.get('policy')).toBe('YEARLY');
    await page.getByRole('searchbox', { name: 'Number or customer' }).fill('hansa');
    await expectSoon(() => numbers(page)).toEqual(['SUB-HANSA-YEARLY']);
    expect(new URL(page.url()).searchParams.get('q')).toBe('hansa');

    await page.reload();
    await expectSoon(() => numbers(page)).toEqual(['SUB-HANSA-YEARLY']);
    await page.getByRole('button', { name: 'Remove filter: Billing policy: Yearly' }).click();
    await expectSoon(async () => (await numbers(page)).length).toBeGreaterThanOrEqual(3);
    await page.goBack();
    await expectSoon(() => numbers(page)).toEqual(['SUB-HANSA-YEARLY']);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await expectSoon(async () => (await numbers(page)).length).toBe(50);
    expect(new URL(page.url()).search).toBe('');
  });

  it('goes to the next page, to the one before, and back as the browser does', async ({ open }) => {
    const page = await open('operator', '/subscriptions?sort=NUMBER');
    await settle(page);
    const first = await numbers(page);
    expect(first).toEqual(first.toSorted());
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await expectSoon(async () => (await numbers(page)).some((number) => first.includes(number))).toBe(false);
    const second = await numbers(page);
    expect(new URL(page.url()).searchParams.get('after')).toBeTruthy();
    await page.reload();
    await expectSoon(() => numbers(page)).toEqual(second);
    await page.goBack();
    await expectSoon(() => numbers(page)).toEqual(first);
    await page.goForward();
    await expectSoon(() => numbers(page)).toEqual(second);
    await page.getByRole('button', { name: 'Previous' }).click();
    await expectSoon(() => numbers(page)).toEqual(first);
  });

  it('turns its order, and says so to everybody', async ({ open }) => {
    const page = await open('operator', '/subscriptions?sort=NUMBER');
    await settle(page);
    const header = page.getByRole('columnheader', { name: 'Number' });
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    await header.getByRole('button').click();
    await expectSoon(() => header.getAttribute('aria-sort')).toBe('descending');
    await expectSoon(async () => (await numbers(page))[0]).toBe('SUB-YEARLY');
  });

  it('says that nothing fits, and how to see more', async ({ open }) => {
    const page = await open('operator', '/subscriptions?q=nobody-has-this');
    await page.getByText('Nothing fits these filters').waitFor();
    await page.locator('main .ui-table').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Clear all' }).last().click();
    await expectSoon(async () => (await numbers(page)).length).toBe(50);
  });
});

describe('one subscription', () => {
  it('shows its licenses over time to eyes, ears and keys alike', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-PAYG');
    await settle(page);
    const chart = page.getByRole('slider', { name: /^Licenses over time/ });
    expect(await chart.getAttribute('aria-label')).toMatch(/Licenses held from Apr 15, 2021 to .*, between 20 and 25\./);
    expect(await chart.locator('svg rect').count()).toBe(2);
    await chart.focus();
    expect(await chart.getAttribute('aria-valuetext')).toBe('20 licenses since May 11, 2021, plan KES-PAYG');
    await page.keyboard.press('ArrowLeft');
    await expectSoon(() => chart.getAttribute('aria-valuetext')).toBe('25 licenses from Apr 15, 2021 until May 10, 2021, 26 days, plan KES-PAYG');
    await page.getByRole('button', { name: 'As a table' }).click();
    expect(await textsOf(page.getByRole('table', { name: 'Licenses over time' }).locator('tbody tr'))).toEqual([
      'May 11, 2021 ongoing – KES-PAYG 20',
      'Apr 15, 2021 May 10, 2021 26 KES-PAYG 25',
    ]);
  });

  it('tells its history', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-HANSA');
    await settle(page);
    const lines = await textsOf(page.locator('section:has(h2:text("History")) li'));
    expect(lines.map((line) => line.split(' Olga')[0])).toEqual([
      'Licenses changed Jul 31, 2025 85 66 “imported”',
      'Plan switched May 18, 2025 KESC-PAYG-5-24 KESC-PAYG-25-99 18 85 “imported”',
      'Activated Feb 10, 2025 18 licenses on KESC-PAYG-5-24 “imported”',
    ]);
  });

  it('previews a change, carries out what was previewed, and keeps the reason', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-LEAP-MONTHS');
    await settle(page);
    const form = await openQuantityForm(page);
    const confirm = form.getByRole('button', { name: /^Change to/ });
    expect(await confirm.isDisabled()).toBe(true);
    await form.getByLabel('New number of licenses').fill('21');
    await amountAfter(form, 'nextPeriod').waitFor();
    const previewed = await amountAfter(form, 'nextPeriod').innerText();
    await form.getByText('How it is computed').first().click();
    await form.getByLabel('Reason').fill('three more in the workshop');
    await confirm.click();
    await page
      .getByText(/^Done: 21 licenses from/)
      .first()
      .waitFor();
    await expectSoon(() => page.locator('[data-quantity]').innerText()).toBe('21');
    await page.getByText('“three more in the workshop”').waitFor();
    expect(previewed).toMatch(/^[\d,]+\.\d\d\sEUR$/);
  });

  it('refuses by name to reduce a yearly subscription', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-YEARLY');
    await settle(page);
    const form = await openQuantityForm(page);
    await form.getByLabel('New number of licenses').fill('20');
    await form.getByText(/^A yearly subscription cannot go from 30 to 20 licenses before its term ends on/).waitFor();
    expect(await form.getByRole('button', { name: /^Change to/ }).isDisabled()).toBe(true);
    await form.getByLabel('New number of licenses').fill('31');
    await form.getByText('The added licenses cannot be reduced before the term ends.').waitFor();
    await expectSoon(() => form.getByRole('button', { name: 'Change to 31 licenses' }).isDisabled()).toBe(false);
    await form.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.locator('[data-quantity]').innerText()).toBe('30');
  });

  it('schedules fewer licenses for the next term', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-LEAP-YEARLY');
    await settle(page);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Set renewal' }).click();
    const form = page.getByRole('dialog', { name: /^When the term ends on/ });
    await form.getByLabel('Licenses of the next term').fill('9');
    await form.getByRole('button', { name: 'Set the renewal' }).click();
    await page.getByText('The renewal is set.').first().waitFor();
    await page.getByText(/^on .* with 9 licenses$/).waitFor();
  });

  it('switches to another band, licenses and all', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-THREE-TIERS');
    await settle(page);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Switch plan' }).click();
    const form = page.getByRole('dialog', { name: 'Switch to another plan' });
    await form.getByLabel('New plan').click();
    await page.getByRole('option', { name: /^KESC-PAYG-5-24 / }).click();
    await form.getByText('99 is more than the 24 that KESC-PAYG-5-24 allows.').waitFor();
    await form.getByLabel('Licenses on it').fill('22');
    await amountAfter(form, 'thisPeriod').waitFor();
    await form.getByRole('button', { name: 'Switch the plan' }).click();
    await page
      .getByText(/^Done: plan KESC-PAYG-5-24 from/)
      .first()
      .waitFor();
    await expectSoon(() => page.locator('[data-quantity]').innerText()).toBe('22');
    await page.getByText('Plan switched').first().waitFor();
  });

  it('is terminated only by somebody who has read that this is for good', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-EUR');
    await settle(page);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Terminate' }).click();
    const form = page.getByRole('dialog', { name: 'Terminate SUB-EUR' });
    await form.getByText('It cannot be reactivated: a new order brings a new subscription and a new activation code.').first().waitFor();
    const confirm = form.getByRole('button', { name: 'Terminate for good' });
    expect(await confirm.isDisabled()).toBe(true);
    await form.getByRole('checkbox', { name: 'I understand that this cannot be taken back' }).click();
    await expectSoon(() => confirm.isDisabled()).toBe(false);
    await confirm.click();
    await page
      .getByText(/^The subscription ends on/)
      .first()
      .waitFor();
    await page.locator('h1').locator('..').getByText('Terminated').waitFor();
    await expectSoon(() => page.getByRole('button', { name: 'Change licenses' }).count()).toBe(0);
  });

  it('is begun without an order by an operator', async ({ open }) => {
    const page = await open('operator', '/subscriptions');
    await settle(page);
    await page.getByRole('button', { name: 'New subscription' }).click();
    const form = page.getByRole('dialog', { name: 'New subscription' });
    await form.getByText('Begins without an order.').waitFor();
    await form.getByLabel('Plan', { exact: true }).click();
    await page.getByRole('option', { name: /^KES-PAYG/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('option').first().waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await expectSoon(() => page.evaluate('document.activeElement.textContent.trim()')).toBe('New subscription');
  });
});

describe('two tabs', () => {
  it('the slower one is told that somebody was faster, and looks again', async ({ open }) => {
    const [slow, fast] = [await open('operator', '/subscriptions/SUB-USD'), await open('operator', '/subscriptions/SUB-USD')];
    await settle(slow);
    const slowForm = await openQuantityForm(slow);
    await slowForm.getByLabel('New number of licenses').fill('90');
    await amountAfter(slowForm, 'thisPeriod').waitFor();

    await settle(fast);
    const fastForm = await openQuantityForm(fast);
    await fastForm.getByLabel('New number of licenses').fill('97');
    await fastForm.getByRole('button', { name: 'Change to 97 licenses' }).click();
    await fast
      .getByText(/^Done: 97 licenses/)
      .first()
      .waitFor();

    await slowForm.getByRole('button', { name: 'Change to 90 licenses' }).click();
    await slowForm.getByText('Changed by someone else').waitFor();
    await slowForm.getByRole('button', { name: 'Load again' }).click();
    await expectSoon(() => slow.locator('[data-quantity]').innerText()).toBe('97');
    expect(await slow.getByRole('dialog').count()).toBe(0);
  });

  it('a double click changes once', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-LEGACY');
    await settle(page);
    const form = await openQuantityForm(page);
    await form.getByLabel('New number of licenses').fill('24');
    await amountAfter(form, 'thisPeriod').waitFor();
    await form.getByRole('button', { name: 'Change to 24 licenses' }).dblclick();
    await page
      .getByText(/^Done: 24 licenses/)
      .first()
      .waitFor();
    await page.reload();
    await settle(page);
    expect(await page.locator('section:has(h2:text("History")) li').count()).toBe(3);
  });
});

describe('by keyboard alone', () => {
  /** Presses Tab until the focus is where a person wants it. */
  async function tabTo(page: Page, name: RegExp): Promise<void> {
    const said: string[] = [];
    for (let presses = 0; presses < 60; presses++) {
      const focused = await page.evaluate<string>(
        '(({ ariaLabel, labels, textContent }) => ariaLabel || (labels?.[0] ?? { textContent }).textContent || "")(document.activeElement).trim()',
      );
      if (name.test(focused)) return;
      said.push(focused);
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never came to ${name}: ${said.join(' | ')}`);
  }

  it('licenses are changed from the list to the confirmation, and the focus comes back', async ({ open }) => {
    const page = await open('operator', '/subscriptions?q=SUB-KWD');
    await settle(page);
    await tabTo(page, /^SUB-KWD$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'SUB-KWD' }).waitFor();
    await settle(page);
    await tabTo(page, /^Change licenses$/);
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: 'Change the number of licenses' });
    await form.waitFor();
    await tabTo(page, /^New number of licenses/);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('41');
    await amountAfter(form, 'thisPeriod').waitFor();
    await expectSoon(() => form.getByRole('button', { name: 'Change to 41 licenses' }).isDisabled()).toBe(false);
    await tabTo(page, /^Change to 41 licenses$/);
    await page.keyboard.press('Enter');
    await page
      .getByText(/^Done: 41 licenses/)
      .first()
      .waitFor();
    await expectSoon(() => page.evaluate('document.activeElement.textContent.trim()')).toBe('Change licenses');
  });

  it('Escape leaves a form without changing anything, and the focus stays inside while it is open', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-JPY');
    await settle(page);
    await page.getByRole('button', { name: 'Change licenses' }).focus();
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: 'Change the number of licenses' });
    await form.waitFor();
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.closest("[role=dialog]") !== null')).toBe(true);
    }
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await expectSoon(() => page.evaluate('document.activeElement.textContent.trim()')).toBe('Change licenses');
    expect(await page.locator('[data-quantity]').innerText()).toBe('70');
  });
});
