/** The frame around all pages: who comes in, what each of them sees, getting around, lists, looks, and what happens when something fails. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { PASSWORD } from './sandbox.ts';
import { ask, expectSoon, it, PHONE, settle, textsOf } from './visit.ts';

const navigationOf = '[aria-label="Main navigation"] a';

/** What Enter would choose. */
const highlighted = (page: Page, name: string | RegExp): Locator => page.getByRole('option', { name }).and(page.locator('[data-highlighted]'));

describe('signing in', () => {
  it('says that the password is wrong, lets the right one in to where one was going, and out again', async ({ open }) => {
    const page = await open('nobody', '/subscriptions?status=ACTIVE');
    await expectSoon(() => page.url()).toContain('/sign-in?then=');
    expect(await page.title()).toBe('Sign in · Cloudtill');
    await page.getByLabel('Email').fill('operator@demo.test');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Email or password is wrong.').waitFor();

    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Subscriptions', level: 1 }).waitFor();
    expect(page.url()).toContain('/subscriptions?status=ACTIVE');

    await page.getByRole('button', { name: 'Your account: Olga Operator' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto('/billing');
    await expectSoon(() => page.url()).toContain('/sign-in');
  });

  it('opens the sandbox with a click on a role', async ({ open }) => {
    const page = await open('nobody', '/');
    await page.getByRole('button', { name: 'Reseller sells to customers' }).click();
    await page.getByRole('heading', { name: 'Good day, Rita' }).waitFor();
  });

  it('keeps the password to itself until asked to show it', async ({ open }) => {
    const page = await open('nobody', '/sign-in');
    const password = page.getByLabel('Password', { exact: true });
    expect(await password.getAttribute('type')).toBe('password');
    expect(await password.getAttribute('autocomplete')).toBe('current-password');
    await page.getByRole('button', { name: 'Show password' }).click();
    expect(await password.getAttribute('type')).toBe('text');
  });
});

describe('each sees what is theirs', () => {
  it.for([
    [
      'operator',
      [
        'Home',
        'Storefront',
        'Orders',
        'Subscriptions',
        'Accounts',
        'Sync board',
        'Provisioning',
        'Billing periods',
        'Charges',
        'What if',
        'Migration',
        'Products and plans',
        'Price lists',
        'Import',
        'Mails',
        'Mail templates',
        'Jobs',
        'Audit trail',
      ],
      { cost: true, create: true },
    ],
    [
      'reseller',
      [
        'Home',
        'Storefront',
        'Orders',
        'Subscriptions',
        'Accounts',
        'Sync board',
        'Charges',
        'What if',
        'Products and plans',
        'Price lists',
        'Mails',
        'Jobs',
        'Audit trail',
      ],
      { cost: true, create: false },
    ],
    [
      'customer',
      ['Home', 'Storefront', 'Orders', 'Subscriptions', 'Accounts', 'Charges', 'What if', 'Products and plans', 'Mails', 'Jobs', 'Audit trail'],
      { cost: false, create: false },
    ],
  ] as const)('%s', async ([who, places, { cost, create }], { open }) => {
    const page = await open(who, '/');
    await settle(page);
    expect(await textsOf(page.locator(navigationOf))).toEqual(places);
    expect(await page.getByText(/margin/i).count()).toBe(cost ? 1 : 0);

    await page.goto('/subscriptions');
    await settle(page);
    const { subscriptions } = await ask(who, '{ subscriptions { totalCount } }');
    const shown = Math.min(50, subscriptions.totalCount as number);
    await expectSoon(() => page.locator('main tbody tr').count()).toBe(shown);
    expect(await page.getByRole('button', { name: 'New subscription' }).count()).toBe(create ? 1 : 0);

    const { charges } = await ask(who, '{ charges { nodes { id cost { amount } margin { amount } } } }');
    const known = charges.nodes.filter((charge: { cost: unknown; margin: unknown }) => charge.cost && charge.margin);
    expect(known.length > 0).toBe(cost);
    await page.goto(`/charges?charge=${(known[0] ?? charges.nodes[0]).id}`);
    const explanation = page.getByRole('dialog', { name: 'Explain this number' });
    await explanation.getByRole('region', { name: 'Details' }).waitFor();
    expect(await explanation.getByText(/Your (cost|margin)/).count()).toBe(cost ? 2 : 0);
  });

  it('none of them sees as much as the one above', async () => {
    const counts = [];
    for (const who of ['operator', 'reseller', 'customer'] as const) {
      counts.push((await ask(who, '{ subscriptions { totalCount } charges { totalCount } }')) as Record<string, { totalCount: number }>);
    }
    for (const field of ['subscriptions', 'charges']) {
      const [operator, reseller, customer] = counts.map((each) => each[field]!.totalCount) as [number, number, number];
      expect(operator).toBeGreaterThan(reseller);
      expect(reseller).toBeGreaterThan(customer);
      expect(customer).toBeGreaterThan(0);
    }
  });

  it('says which permission a page needs that one may not see', async ({ open }) => {
    const page = await open('customer', '/billing');
    await page.getByRole('heading', { name: 'You may not see this page' }).waitFor();
    await page.getByText('It needs the permission to see billing periods and runs.').waitFor();
    await page.getByText('BILLING_READ').waitFor();
  });

  it('does not tell a subscription of others from one that does not exist', async ({ open }) => {
    const page = await open('customer', '/subscriptions/SUB-LEGACY');
    await page.getByText('There is no such subscription').waitFor();
    const foreign = await page.locator('main').innerText();
    await page.goto('/subscriptions/SUB-NOWHERE');
    await page.getByText('There is no such subscription').waitFor();
    expect((await page.locator('main').innerText()).replaceAll('SUB-NOWHERE', 'SUB-LEGACY')).toBe(foreign);
  });

  it('says that an address leads nowhere, and home', async ({ open }) => {
    const page = await open('operator', '/no/such/page');
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    await page.getByRole('link', { name: 'To the home page' }).click();
    await page.getByRole('heading', { name: 'Good day, Olga' }).waitFor();
  });
});

describe('getting around by keyboard', () => {
  it('finds a subscription in the command palette, and gives the focus back when it is closed', async ({ open }) => {
    const page = await open('operator', '/');
    await settle(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
    await page.keyboard.type('SUB-HANSA-Y');
    await highlighted(page, /SUB-HANSA-YEARLY/).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'SUB-HANSA-YEARLY' }).waitFor();

    await page.getByRole('link', { name: 'Hansa Logistics' }).focus();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
    await page.keyboard.press('Escape');
    await expectSoon(() => page.evaluate('document.activeElement.textContent')).toBe('Hansa Logistics');
  });

  it('goes to pages by two keys and shows which there are, unless that is switched off', async ({ open }) => {
    const page = await open('operator', '/');
    await settle(page);
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.getByRole('heading', { name: 'Billing periods' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');

    await page.goto('/preferences');
    await page.getByRole('switch', { name: 'Single-key shortcuts' }).click();
    await page.locator('h1').click();
    await page.keyboard.press('?');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
  });

  it('skips the navigation', async ({ open }) => {
    const page = await open('operator', '/subscriptions');
    await settle(page);
    await page.keyboard.press('Tab');
    await expectSoon(() => page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
  });
});

describe('lists', () => {
  it('are filtered by a day, by one of several and by a mark, and the address keeps it', async ({ open }) => {
    const page = await open('operator', '/audit');
    const address = (): string => page.url().slice(new URL(page.url()).origin.length);
    await settle(page);
    await page.getByLabel('From').fill('2021-05-01');
    await page.getByRole('combobox', { name: 'What' }).click();
    await page.getByRole('option', { name: 'Account created' }).click();
    await expectSoon(address).toBe('/audit?from=2021-05-01&action=createAccount');
    await page.getByRole('button', { name: 'Remove filter: From: May 1, 2021' }).click();
    await expectSoon(address).toBe('/audit?action=createAccount');
    expect(await page.getByLabel('From').inputValue()).toBe('');

    await page.goto('/orders?sort=NUMBER');
    await page.getByLabel('Blocked only').check();
    await expectSoon(address).toBe('/orders?sort=NUMBER&blocked=yes');
    await page.getByRole('button', { name: 'Clear all' }).first().click();
    await expectSoon(address).toBe('/orders?sort=NUMBER');
    expect(await page.getByLabel('Blocked only').isChecked()).toBe(false);
  });

  it('keep how they are looked at when all filters are taken away', async ({ open }) => {
    const page = await open('operator', '/provisioning?tab=differences&show=settled&vendor=GOOGLE');
    await page.getByRole('button', { name: 'Clear all' }).first().click();
    await expectSoon(() => new URL(page.url()).search).toBe('?tab=differences&show=settled');
    expect(await page.getByRole('button', { name: 'Settled' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('are ordered on a phone, where there are no columns to click on', async ({ open }) => {
    const page = await open('operator', '/accounts', { viewport: PHONE });
    await settle(page);
    await page.getByRole('combobox', { name: 'Order' }).click();
    await page.getByRole('option', { name: 'Name, Z to A' }).click();
    await expectSoon(() => new URL(page.url()).search).toBe('?sort=-NAME');
    await settle(page);
    const names = await textsOf(page.locator('main tbody td[data-card="heading"] a'));
    expect(names).toEqual(names.toSorted((a, b) => b.localeCompare(a)));
  });
});

describe('looks', () => {
  it('goes dark when asked, and stays so', async ({ open }) => {
    const page = await open('operator', '/');
    await settle(page);
    const background = (): Promise<string> => page.evaluate("getComputedStyle(document.querySelector('aside')).backgroundColor");
    const light = await background();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
    await page.keyboard.type('light and dark');
    await highlighted(page, 'Switch between light and dark').waitFor();
    await page.keyboard.press('Enter');
    await expectSoon(background).not.toBe(light);
    await page.reload();
    await settle(page);
    expect(await page.evaluate('document.documentElement.className')).toContain('dark');
    expect(await background()).not.toBe(light);
  });

  it('speaks German when asked, keeps to it, and writes numbers and days as Germans do', async ({ open }) => {
    const page = await open('operator', '/');
    await settle(page);
    await page.getByRole('button', { name: 'Your account: Olga Operator' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Deutsch' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Guten Tag, Olga' }).waitFor();
    await page.goto('/subscriptions/SUB-ATLAS');
    await page
      .getByText(/\d\.\d{3},\d\d/)
      .first()
      .waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('de');
    await page.getByText('05.05.2026').first().waitFor();
    const other = await open('nobody', '/sign-in', { locale: 'de-AT' });
    await other.getByRole('heading', { name: 'Anmelden' }).waitFor();
  });

  it('follows the system where nothing was chosen', async ({ open }) => {
    const page = await open('operator', '/', { colorScheme: 'dark' });
    await settle(page);
    expect(await page.evaluate('document.documentElement.className')).toContain('dark');
  });
});

describe('when something fails', () => {
  const broken = /^(500: |console: )/;

  it('shows what is coming before it is there', async ({ open }) => {
    const page = await open('operator', '/preferences');
    await settle(page);
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/graphql', async (route) => {
      await held;
      await route.fallback();
    });
    await page.getByRole('link', { name: 'Subscriptions' }).click();
    await page.getByText('Loading…').first().waitFor({ state: 'attached' });
    expect(await page.locator('main .ui-table[aria-busy="true"]').count()).toBe(1);
    answer();
    await page.getByRole('link', { name: /^SUB-/ }).first().waitFor();
    expect(await page.locator('main .ui-table[aria-busy="true"]').count()).toBe(0);
  });

  it('says that the server broke, with the id that leads to the cause, and tries again', async ({ open }) => {
    const page = await open('operator', '/preferences', { tolerates: broken });
    await settle(page);
    await page.route('**/graphql', (route) =>
      route.fulfill({
        status: 500,
        json: { errors: [{ message: 'something went wrong on our side', extensions: { code: 'INTERNAL', requestId: 'req-4711' } }] },
      }),
    );
    await page.getByRole('link', { name: 'Subscriptions' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Something went wrong on our side').waitFor();
    await page.unroute('**/graphql');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: /^SUB-/ }).first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('says so where the line is down, and goes on where one wanted to go when it is back', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-HANSA', { tolerates: /ERR_INTERNET_DISCONNECTED|dynamically imported module/ });
    await settle(page);
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await page.getByRole('link', { name: 'Billing periods' }).click();
    await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Billing periods' }).waitFor();
    expect(await page.getByText('You are offline.').count()).toBe(0);
  });

  it('keeps what is known where newer cannot be had, and says how old it is', async ({ open }) => {
    const page = await open('operator', '/subscriptions/SUB-HANSA', { tolerates: broken });
    await settle(page);
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByRole('heading', { name: 'Good day, Olga' }).waitFor();
    await page.route('**/graphql', (route) => route.fulfill({ status: 500, body: 'no' }));
    await page.goBack();
    await page
      .getByText(/could not be refreshed. You see what was true at/)
      .first()
      .waitFor();
    expect(await page.locator('[data-quantity]').innerText()).toBe('66');
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await expectSoon(() => page.getByText(/could not be refreshed/).count()).toBeLessThan(3);
  });

  it('finds the files of a newer release by itself', async ({ open }) => {
    const page = await open('operator', '/', { tolerates: /404|dynamically imported module/ });
    await settle(page);
    await page.route('**/assets/BillingPage-*.js', (route) => route.fulfill({ status: 404, body: 'gone' }), { times: 1 });
    await page.getByRole('link', { name: 'Billing periods' }).click();
    await page.getByRole('heading', { name: 'Billing periods' }).waitFor();
  });
});
