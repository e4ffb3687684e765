/** What documents say, held against the repository: links, commands, names, rule ids, and every worked example of the rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulateCharges, type Simulation } from '@cloudtill/domain/billing/simulation';
import { addDays, isoDate, localDate, startOfDay } from '@cloudtill/domain/calendar/local-date';
import { priceEdges, type PriceListRate, type RateMode } from '@cloudtill/domain/catalog/price-list';
import { formatAmount } from '@cloudtill/domain/money/money';
import { parsePercent } from '@cloudtill/domain/money/percent';
import { formatUnitPrice, parseUnitPrice } from '@cloudtill/domain/money/unit-price';
import { ADAPTERS } from '@cloudtill/vendors/adapters';
import { ERROR_CODES } from '../src/platform/errors.ts';
import { blocksOf, ROOT } from './documents.ts';

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.cloudtill', 'coverage']);

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(new URL(`../../${folder}`, import.meta.url), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : filesBelow(path, ending);
    return ending.test(entry.name) ? [path] : [];
  });
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const proseOf = (document: string): string => read(document).replace(/^```[\s\S]*?^```/gm, '');

const headingsOf = (document: string): string[] => [...proseOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);

/** Anchors as GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  return headingsOf(document).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const SETTINGS = [...read('server/src/platform/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name!);

/** Words in capitals that the sources of a folder have as texts. */
function wordsIn(folder: string): string[] {
  return readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => [...read(join(folder, file)).matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, word]) => word!));
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
        if (!existsSync(join(ROOT, file))) return true;
        return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor);
      });
    expect(broken).toEqual([]);
  });

  it('the README lists exactly the settings that there are', () => {
    const listed = [...read('README.md').matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(([, name]) => name);
    expect(SETTINGS.length).toBeGreaterThan(10);
    expect(listed.toSorted()).toEqual(SETTINGS.toSorted());
  });

  it('the README’s tour through the dashboard calls things as the dashboard does', () => {
    const tour = /^## A tour through the dashboard$([\s\S]*?)^## /m.exec(read('README.md'))![1]!;
    const texts = filesBelow('dashboard/src', /\.en\.ts$/)
      .map(read)
      .join('\n');
    const named = [...tour.matchAll(/\*\*([^*]+)\*\*/g)].map(([, label]) => label!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((label) => !texts.includes(`'${label}'`))).toEqual([]);
  });

  it('every script of package.json that they name is there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = new Set(
      documents.flatMap((document) => [...read(document).matchAll(/\bnpm (?:run (?:-s )?([\w-]+)|(start|test)\b)/g)].map(([, run, word]) => (run ?? word)!)),
    );
    expect(named).toContain('start');
    expect([...named].filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('every code, state and setting that they name is there', () => {
    const known = new Set([
      ...SETTINGS,
      ...[...read('schema.graphql').matchAll(/^ {2}([A-Z][A-Z_]+)$/gm)].map(([, name]) => name!),
      ...Object.keys(ERROR_CODES),
      ...[...read('scripts/cloudtill.mjs').matchAll(/process\.env\.([A-Z_]+)/g)].map(([, name]) => name!),
      // What vendors and their simulators say is in their code alone.
      ...wordsIn('packages/vendors/src'),
      ...wordsIn('packages/vendor-simulators/src'),
      ...ADAPTERS.flatMap(({ settings }) => settings.map(({ name }) => name)),
    ]);
    const unknown = documents.flatMap((document) =>
      [...read(document).matchAll(/`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`/g)].filter(([, name]) => !known.has(name!)).map(([, name]) => `${document}: ${name}`),
    );
    expect(known.size).toBeGreaterThan(200);
    expect(unknown).toEqual([]);
  });

  it.each(['docs/recipes', 'docs/decisions'])('%s/README.md lists every page', (folder) => {
    const listed = [...read(`${folder}/README.md`).matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => page!);
    expect([...new Set(listed)].toSorted()).toEqual(
      readdirSync(new URL(`../../${folder}`, import.meta.url))
        .filter((page) => page !== 'README.md')
        .toSorted(),
    );
  });

  it('the README names the sandbox’s sign-ins and key', () => {
    const text = read('server/src/installation/install.ts');
    const said = [...text.matchAll(/'([a-z]+@demo\.test|ct_sandbox_\w+|cloudtill-demo)'/g)].map(([, name]) => name!);
    expect(said).toHaveLength(6);
    for (const name of said) expect(read('README.md')).toContain(`\`${name}\``);
  });
});

describe('docs/rules.md', () => {
  it('has exactly the rules that the code names', () => {
    const sources = filesBelow('packages', /(?<!\.test)\.ts$/).concat(filesBelow('server/src', /\.ts$/));
    const named = new Set(sources.flatMap((path) => [...read(path).matchAll(/@rule [^\n]*/g)].flatMap(([line]) => line.match(/\b(?:[A-Z]\d|B)\b/g) ?? [])));
    const described = headingsOf('docs/rules.md').filter((heading) => /^(?:[A-Z]\d|B)$/.test(heading));
    expect(described.length).toBeGreaterThan(20);
    expect([...named].filter((id) => !described.includes(id))).toEqual([]);
    expect(described.filter((id) => !named.has(id))).toEqual([]);
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
