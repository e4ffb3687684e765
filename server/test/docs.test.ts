/** What documents say, held against the repository: links, settings, rule ids, and every worked example of the rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulateCharges, type Simulation } from '@cloudtill/domain/billing/simulation';
import { addDays, isoDate, localDate, startOfDay } from '@cloudtill/domain/calendar/local-date';
import { priceEdges, type PriceListRate, type RateMode } from '@cloudtill/domain/catalog/price-list';
import { formatAmount } from '@cloudtill/domain/money/money';
import { parsePercent } from '@cloudtill/domain/money/percent';
import { formatUnitPrice, parseUnitPrice } from '@cloudtill/domain/money/unit-price';
import { blocksOf, ROOT } from './documents.ts';

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.cloudtill', 'coverage']);

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : filesBelow(path, ending);
    return ending.test(entry.name) ? [path] : [];
  });
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const proseOf = (document: string): string => read(document).replace(/^```[\s\S]*?^```/gm, '');

/** Anchors as GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  return [...proseOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('documents', () => {
  const documents = filesBelow('.', /\.md$/);

  it.each(documents)('%s: every link leads somewhere', (document) => {
    const broken = [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^(https?:|mailto:)/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? document : join(dirname(document), decodeURIComponent(path));
        // Pictures are taken from the running dashboard, by another step than this one.
        if (file.startsWith('docs/pictures/') && !existsSync(join(ROOT, 'docs/pictures'))) return false;
        if (!existsSync(join(ROOT, file))) return true;
        return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor);
      });
    expect(broken).toEqual([]);
  });

  it('the README lists exactly the settings that there are', () => {
    const settings = [...read('server/src/platform/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name);
    const listed = [...read('README.md').matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(([, name]) => name);
    expect(settings.length).toBeGreaterThan(10);
    expect(listed.toSorted()).toEqual(settings.toSorted());
  });

  it('the README names the sandbox’s sign-ins and key', () => {
    const text = read('server/src/installation/install.ts');
    const said = [...text.matchAll(/'([a-z]+@demo\.test|ct_sandbox_\w+|cloudtill-demo)'/g)].map(([, name]) => name!);
    expect(said).toHaveLength(6);
    for (const name of said) expect(read('README.md')).toContain(`\`${name}\``);
  });
});

describe('docs/rules.md', () => {
  it('has every rule that the code names', () => {
    const sources = filesBelow('packages', /(?<!\.test)\.ts$/).concat(filesBelow('server/src', /\.ts$/));
    const named = new Set(sources.flatMap((path) => [...read(path).matchAll(/@rule ((?:[A-Z]\d*[ ,;]*)+)/g)].flatMap(([, ids]) => ids!.match(/[A-Z]\d*/g)!)));
    const described = new Set(anchorsOf('docs/rules.md').map((anchor) => anchor.toUpperCase()));
    expect(named.size).toBeGreaterThan(20);
    expect([...named].filter((id) => !described.has(id))).toEqual([]);
  });

  const examples = (lang: string): [string, string[]][] =>
    blocksOf('docs/rules.md')
      .filter((block) => block.lang === lang)
      .map(({ line, text }) => [`line ${line}`, text.split('\n')]);

  it.each(examples('charges'))('charges, %s', (_, [story, ...expected]) => expect(told(story!, expected)).toEqual(expected));

  it.each(examples('prices').flatMap(([line, lines]) => lines.map((text): [string, string] => [line, text])))('prices, %s: %s', (_, text) => {
    const [, list, cost, rates, prices] = /^list (\S+), cost (\S+): (.+) → (.+)$/.exec(text)!;
    const price = (given: string) => parseUnitPrice(given, 'EUR')!;
    const edges = priceEdges(price(list!), price(cost!), rates!.split(', ').map(rateOf));
    expect(edges.map(({ unitPrice }) => formatUnitPrice(unitPrice)).join(', ')).toBe(prices);
  });
});

function rateOf(text: string): PriceListRate | undefined {
  const [mode, percent] = text.split(' ');
  return mode === 'none' ? undefined : { mode: mode as RateMode, percent: parsePercent(percent!)! };
}

const STORY = /^(MAX_OF_MONTH|PAYG|YEARLY)( ANNIVERSARY)?( PEAK)? (\S+) ([A-Z]{3})( half to even)?(?: in (\S+))?: (.+)$/;

/** `PAYG 1.00 EUR: 25 from 2021-04-15, 20 from 2021-05-11`, as the rules would charge it up to the last charge that is expected. */
function told(story: string, expected: readonly string[]): string[] {
  const [, policy, anniversary, peak, price, currency, even, timeZone = 'UTC', events] = STORY.exec(story)!;
  const at = (when: string): number => (when.includes('T') ? Date.parse(when) : startOfDay(localDate(when), timeZone));
  const steps = events!.split(', ').map((event) => event.split(' '));
  const changes = steps.filter(([first]) => first !== 'stopped').map(([quantity, , when]) => ({ quantity: Number(quantity), at: at(when!) }));
  const stop = steps.find(([first]) => first === 'stopped')?.[1];
  const activatedOn = localDate(new Date(changes[0]!.at).toISOString().slice(0, 10));
  const lastStart = /^\d/.test(expected.at(-1)!) ? localDate(expected.at(-1)!.slice(0, 10)) : activatedOn;
  const decision = simulateCharges({
    policy: policy as Simulation['policy'],
    cycle: anniversary ? 'ANNIVERSARY' : 'CALENDAR',
    dailyQuantity: peak ? 'PEAK' : 'CLOSING',
    unitPrice: parseUnitPrice(price!, currency!)!,
    timeZone,
    rounding: even ? 'HALF_EVEN' : 'HALF_AWAY_FROM_ZERO',
    activatedAt: changes[0]!.at,
    terminatedAt: stop === undefined ? undefined : at(stop),
    changes,
    from: activatedOn,
    to: addDays(lastStart, 1),
  });
  if (!decision.allowed) return decision.refusals.map(({ code }) => `refused ${code}`);
  return decision.value.map(({ item, netMinor }) => {
    const amount = formatAmount({ minor: netMinor, currency: currency! });
    return `${isoDate(item.start)} to ${isoDate(item.end)}  ${amount}${item.kind === 'RECURRING' ? '' : ` ${item.kind}`}`;
  });
}
