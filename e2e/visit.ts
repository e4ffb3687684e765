/** How a test opens pages: as one of the sandbox’s people, in a browser context of its own, with an eye on what goes wrong unseen. */
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Who } from './sandbox.ts';

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };
/** Longer than anything here takes on a busy machine, shorter than a test. */
const PATIENCE_MS = 15_000;

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.connect(inject('browser'));
});
afterAll(async () => {
  await browser.close();
});

export interface Visit extends BrowserContextOptions {
  /** Faults that the test causes on purpose. */
  readonly tolerates?: RegExp;
}

/** Opens a page as somebody, or as nobody. Two visits of a test are two browsers to the server. */
export type Open = (who: Who | 'nobody', path: string, options?: Visit) => Promise<Page>;

export const it = test.extend<{ open: Open }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads which fixtures this one needs from the pattern
  open: async ({}, use) => {
    const contexts: BrowserContext[] = [];
    const faults: string[] = [];
    await use(async (who, path, { tolerates, ...options } = {}) => {
      const context = await browser.newContext({
        viewport: WIDE,
        locale: 'en-US',
        colorScheme: 'light',
        reducedMotion: 'reduce',
        baseURL: inject('url'),
        ...options,
      });
      contexts.push(context);
      context.setDefaultTimeout(PATIENCE_MS);
      if (who !== 'nobody') {
        const [name, value] = inject('sessions')[who].split('=') as [string, string];
        await context.addCookies([{ name, value, url: inject('url') }]);
      }
      watchForFaults(context, (fault) => {
        if (!tolerates?.test(fault)) faults.push(fault);
      });
      const page = await context.newPage();
      await page.goto(path);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
    expect(faults, 'errors in the console and requests that failed').toEqual([]);
  },
});

/** Whatever a person would not see and a developer would: console errors, uncaught ones, answers that are none. */
function watchForFaults(context: BrowserContext, note: (fault: string) => void): void {
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => note(`uncaught: ${error.error().message}`));
  context.on('response', (response) => {
    if (response.status() >= 400) note(`${response.status()}: ${response.url()}`);
  });
  context.on('requestfailed', (request) => {
    // Who leaves a page does not wait for its answers.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') note(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
}

/** Waits until something is so. */
export function expectSoon<T>(ask: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(ask, { timeout: PATIENCE_MS, interval: 100 });
}

/** Waits until a page has said what it has to say: no question is open, no skeleton is left. */
export async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await expectSoon(() => page.locator('[aria-busy="true"], .animate-pulse, [role="status"]:has-text("Loading")').count()).toBe(0);
}

/** The texts of a list of places, without what surrounds them. */
export async function textsOf(places: Locator): Promise<string[]> {
  return (await places.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
}

/** Asks the API itself, to know what a page has to show. Throws where the answer has errors. */
// oxlint-disable-next-line typescript/no-explicit-any -- answers are as wide as the schema
export async function ask(who: Who, query: string, variables: object = {}): Promise<any> {
  const response = await fetch(`${inject('url')}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: inject('sessions')[who] },
    body: JSON.stringify({ query, variables }),
  });
  // oxlint-disable-next-line typescript/no-explicit-any
  const { data, errors } = (await response.json()) as { data: any; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
