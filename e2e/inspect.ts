/** Looks at a page as those do who need contrast, a screen reader or a phone. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectSoon, PHONE, WIDE } from './visit.ts';

/** While a message is shown, its library guards the focus by places that take it only to pass it on. */
const TOAST_GUARDS = 'div[role="region"] > span[aria-hidden="true"]';

/** What axe finds serious or critical, in words that lead to the place. */
export async function faultsOf(page: Page, where: string, choose: (axe: AxeBuilder) => AxeBuilder = (axe) => axe): Promise<string[]> {
  // Without frames the old way of running finds the same, and opens no window of its own.
  const { violations } = await choose(new AxeBuilder({ page }).setLegacyMode(true).exclude(TOAST_GUARDS)).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target, any }) => `${where}: ${id} (${help}) at ${target.join(' ')}: ${any[0]?.message ?? ''}`));
}

export async function overflowOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    .map((each) => each.tagName + '.' + each.className + ' ' + Math.round(each.getBoundingClientRect().right) + ' ' + (each.textContent ?? '').trim().slice(0, 40))
    .slice(-4)`);
}

/** Looks at what a page shows now in light, in dark, and on a phone. */
export async function inspect(page: Page): Promise<void> {
  // A pointer that rests on something shows it in other colors.
  await page.mouse.move(0, 0);
  const found = await faultsOf(page, 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectSoon(() => page.evaluate('document.documentElement.classList.contains("dark")')).toBe(true);
  // Only the colors are others in the dark, and only they are the same on a phone.
  found.push(...(await faultsOf(page, 'dark', (axe) => axe.withRules(['color-contrast']))));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(PHONE);
  await expectSoon(() => page.evaluate('innerWidth')).toBe(PHONE.width);
  found.push(
    ...(await faultsOf(page, 'phone', (axe) => axe.disableRules(['color-contrast']))),
    ...(await overflowOf(page)).map((place) => `phone: wider than the screen: ${place}`),
  );
  await page.setViewportSize(WIDE);
  expect(found).toEqual([]);
}
