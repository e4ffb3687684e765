/** Takes the pictures of the README’s tour from a sandbox of their own: `pnpm --filter @cloudtill/e2e run pictures`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { packed } from './png.ts';
import { signIn, startBrowser, startSandbox, type Who } from './sandbox.ts';

/** Names of pictures; none: all of them. */
const asked = process.argv.slice(2);
const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const DESK = { viewport: { width: 1440, height: 860 }, deviceScaleFactor: 1 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, isMobile: true, hasTouch: true };

interface Picture {
  readonly who?: Who;
  readonly path: string;
  readonly as?: BrowserContextOptions;
  /** What is done on the page before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

const preview = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Change licenses' }).click();
  await page.getByLabel('New number of licenses').fill('74');
  await page.locator('[data-preview="nextPeriod"]').waitFor();
  await page.getByText('How it is computed').first().click();
};
const explain = async (page: Page): Promise<void> => {
  await page
    .getByRole('link', { name: /^Explain 21\.61/ })
    .first()
    .click();
  await page.locator('[data-formula]').waitFor();
};

const PICTURES: Readonly<Record<string, Picture>> = {
  home: { path: '/' },
  subscriptions: { path: '/subscriptions?status=ACTIVE', as: { ...DESK, viewport: { width: 1440, height: 780 } } },
  subscription: { path: '/subscriptions/SUB-HANSA' },
  'subscription-dark': { path: '/subscriptions/SUB-HANSA', as: { ...DESK, colorScheme: 'dark' } },
  change: { path: '/subscriptions/SUB-HANSA', prepare: preview },
  storefront: {
    who: 'customer',
    path: '/shop',
    prepare: async (page) => {
      await page.getByRole('link', { name: /^Kaspersky Endpoint Security Cloud/ }).click();
      await page.getByRole('radio', { name: /^Cloud, 5 to 24 licenses/ }).click();
      await page.getByLabel('Seats').fill('20');
      await page.getByRole('button', { name: 'Calculate cost' }).click();
      await page.locator('[data-total]').waitFor();
    },
  },
  order: {
    path: '/orders',
    prepare: async (page) => {
      await page.getByRole('link', { name: 'ORD-2026-000004' }).first().click();
      await page.getByRole('button', { name: 'Calculate cost' }).waitFor();
    },
  },
  provisioning: { path: '/provisioning' },
  sync: { path: '/sync' },
  billing: { path: '/billing/2026-05' },
  charge: { path: '/charges?period=2021-05', prepare: explain },
  'price-list': {
    path: '/price-lists',
    prepare: async (page) => {
      await page.locator('main tbody a').first().click();
      await page.locator('main table').first().waitFor();
    },
  },
  search: {
    path: '/',
    prepare: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('hansa');
      await page.getByRole('option', { name: /SUB-HANSA-MAIL/ }).waitFor();
    },
  },
  'home-reseller': { who: 'reseller', path: '/', as: PHONE },
  'home-customer': { who: 'customer', path: '/', as: PHONE },
  run: {
    path: '/billing/2025-03',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Run again' }).click();
      await page.getByRole('checkbox', { name: 'Look at every charge' }).click();
      await page.getByRole('button', { name: /^Run billing for/ }).click();
      await page
        .locator('[data-run]')
        .getByText(/ is billed\.$/)
        .waitFor();
    },
  },
};

/** Waits until nothing is asked for and nothing moves any more. */
async function rest(page: Page): Promise<void> {
  await page.locator('h1').waitFor({ state: 'attached' });
  await page.locator('[aria-busy="true"], .animate-pulse').first().waitFor({ state: 'detached' });
  await page.waitForTimeout(600);
}

mkdirSync(FOLDER, { recursive: true });
const [sandbox, server] = await Promise.all([startSandbox(), startBrowser()]);
try {
  const browser = await chromium.connect(server.wsEndpoint());
  for (const [name, { who = 'operator', path, as = DESK, prepare }] of Object.entries(PICTURES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...as });
    const [cookie, value] = (await signIn(sandbox.url, who)).split('=') as [string, string];
    await context.addCookies([{ name: cookie, value, url: sandbox.url }]);
    const page = await context.newPage();
    await page.goto(sandbox.url + path, { waitUntil: 'networkidle' });
    await rest(page);
    await prepare?.(page);
    await rest(page);
    writeFileSync(join(FOLDER, `${name}.png`), packed(await page.screenshot()));
    await context.close();
    console.log(`${name}.png`);
  }
  await browser.close();
} finally {
  await server.close();
  await sandbox.stop();
}
