/** Every main page, wide and narrow, light and dark: nothing that axe finds serious, nothing wider than the screen. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { faultsOf, inspect, overflowOf } from './inspect.ts';
import type { Who } from './sandbox.ts';
import { ask, expectSoon, it, PHONE, settle, type Open } from './visit.ts';

describe('pages', () => {
  it.for([
    '/',
    '/shop',
    '/orders',
    '/subscriptions',
    '/subscriptions/SUB-HANSA',
    '/subscriptions/SUB-HANSA-YEARLY',
    '/accounts',
    '/accounts/DEMO-RESELLER',
    '/billing',
    '/billing/2021-05',
    '/charges',
    '/what-if',
    '/catalog',
    '/catalog/plans/KESC-PAYG-25-99',
    '/price-lists',
    '/import',
    '/mails',
    '/mail-templates',
    '/mail-templates/OPERATIONS_NOTIFICATION/de',
    '/migrations',
    '/jobs',
    '/audit',
    '/preferences',
    '/no/such/page',
  ])('%s', async (path, { open }) => {
    const page = await open('operator', path);
    await settle(page);
    await inspect(page);
  });

  it('a product and a price list', async ({ open }) => {
    const { products, priceLists } = await ask('operator', '{ products { nodes { id } } priceLists { nodes { id } } }');
    const page = await open('operator', `/catalog/products/${products.nodes[0].id}`);
    await settle(page);
    await inspect(page);
    await page.goto(`/price-lists/${priceLists.nodes[0].id}`);
    await settle(page);
    await inspect(page);
  });

  it('a migration, planned', async ({ open }) => {
    const planned = await ask(
      'operator',
      `mutation { planMigration(input: { vendor: "KASPERSKY", idempotencyKey: "${crypto.randomUUID()}" }) { migration { id number } } }`,
    );
    const { id, number } = planned.planMigration.migration;
    const page = await open('operator', `/migrations/${id}`);
    await page.getByRole('heading', { name: number }).waitFor();
    await settle(page);
    await page.getByRole('link', { name: 'SUB-LEGACY' }).waitFor();
    await inspect(page);
  });

  it.for([
    ['nobody', '/sign-in'],
    ['reseller', '/'],
    ['customer', '/'],
    ['customer', '/billing'],
  ] as const)('%s at %s', async ([who, path], { open }) => {
    const page = await open(who, path);
    await settle(page);
    await inspect(page);
  });
});

describe('what opens over a page', () => {
  const over: readonly (readonly [what: string, path: string, open: (page: Page) => Promise<void>])[] = [
    [
      'a license change with its preview',
      '/subscriptions/SUB-HANSA',
      async (page) => {
        await page.getByRole('button', { name: 'Change licenses' }).click();
        await page.getByLabel('New number of licenses').fill('70');
        await page.locator('[data-preview="nextPeriod"]').waitFor();
      },
    ],
    [
      'a refusal',
      '/subscriptions/SUB-YEARLY',
      async (page) => {
        await page.getByRole('button', { name: 'Change licenses' }).click();
        await page.getByLabel('New number of licenses').fill('1');
        await page.getByText(/^A yearly subscription cannot go/).waitFor();
      },
    ],
    [
      'the warning before a termination',
      '/subscriptions/SUB-HANSA',
      async (page) => {
        await page.getByRole('button', { name: 'More' }).click();
        await page.getByRole('menuitem', { name: 'Terminate' }).click();
        await page.getByRole('dialog').waitFor();
      },
    ],
    [
      'an explained number',
      '/charges?period=2021-05',
      async (page) => {
        await page
          .getByRole('link', { name: /^Explain / })
          .first()
          .click();
        await page.getByRole('dialog').locator('[data-formula]').waitFor();
      },
    ],
    [
      'the command palette',
      '/',
      async (page) => {
        await page.keyboard.press('Control+k');
        await page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
        await page.keyboard.type('hansa');
        await page.getByRole('option', { name: /SUB-HANSA-MAIL/ }).waitFor();
      },
    ],
    ['the form of a migration', '/migrations', (page) => page.getByRole('button', { name: 'Plan a migration' }).first().click()],
    ['the run form', '/billing', (page) => page.getByRole('button', { name: 'Run billing' }).click()],
  ];
  it.for(over)('%s', async ([, path, openIt], { open }) => {
    const page = await open('operator', path);
    await settle(page);
    await openIt(page);
    await inspect(page);
  });

  it('the navigation of a phone', async ({ open }) => {
    const page = await onPhone(open, 'operator', '/');
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Billing periods' }).waitFor();
    expect(await faultsOf(page, 'phone')).toEqual([]);
    await page.getByRole('dialog').getByRole('link', { name: 'Billing periods' }).click();
    await page.getByRole('heading', { name: 'Billing periods' }).waitFor();
    await expectSoon(() => page.getByRole('dialog').count()).toBe(0);
  });
});

describe('on a phone', () => {
  it('licenses are changed with a thumb', async ({ open }) => {
    const page = await onPhone(open, 'reseller', '/subscriptions?q=SUB-HANSA-MAIL');
    await page.getByRole('link', { name: 'SUB-HANSA-MAIL' }).tap();
    await page.getByRole('button', { name: 'Change licenses' }).tap();
    await page.getByRole('button', { name: 'One more' }).tap();
    await page.locator('[data-preview="thisPeriod"] [data-after]').first().waitFor();
    const confirm = page.getByRole('button', { name: /^Change to \d+ licenses$/ });
    await expectSoon(() => confirm.isDisabled()).toBe(false);
    expect(await overflowOf(page)).toEqual([]);
    expect(await confirm.boundingBox()).toMatchObject({ x: expect.any(Number) });
  });
});

async function onPhone(open: Open, who: Who, path: string): Promise<Page> {
  const page = await open(who, path, { viewport: PHONE, hasTouch: true, isMobile: true });
  await settle(page);
  return page;
}
