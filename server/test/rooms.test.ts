/** Which way imports point: rules know nothing of servers, rooms know the rooms before them, and the dashboard only the schema. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|vue)$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
    .map((path) => join(folder, path));
}

interface Import {
  readonly from: string;
  /** A path below the repository, or a package's name. */
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:^|[;\s])(?:import|export)\s[^'"`;]*?from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm)].map(([, a, b, c]) => {
    const to = (a ?? b ?? c)!;
    return { from: file, to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to };
  });
}

const shown = ({ from, to }: Import): string => `${from} → ${to}`;
const isPath = (to: string): boolean => /^(packages|server|dashboard|bench|e2e)\//.test(to);

/** From left to right: a room may import those before it; rooms of one place do not know each other. */
const SERVER_ROOMS = [
  ['platform'],
  ['accounts'],
  ['catalog'],
  ['vendors'],
  ['subscriptions'],
  ['billing'],
  ['orders'],
  ['erp', 'imports', 'migration', 'operations', 'installation'],
  ['search', 'provisioning', 'notifications'],
  ['demo', 'verify'],
];
const RULE_ROOMS = [['calendar', 'money', 'accounts'], ['catalog'], ['subscriptions'], ['billing'], ['orders']];
/** What starts everything, so it may know every room. */
const ROOT_FILES = /^server\/src\/[a-z-]+\.ts$/;

const server = sources('server/src').flatMap(importsOf);
const roomOf = (path: string): string | undefined => /^(?:server|packages\/domain)\/src\/([a-z]+)\//.exec(path)?.[1];

function foldersOf(floor: string): string[] {
  return readdirSync(join(ROOT, floor), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

/** Imports of another room that is not to the left. */
function notToTheLeft(imports: readonly Import[], places: readonly (readonly string[])[]): string[] {
  const placeOf = (room: string): number => places.findIndex((place) => place.includes(room));
  return imports
    .filter(({ from, to }) => {
      const [here, there] = [roomOf(from), roomOf(to)];
      return here && there && here !== there && placeOf(there) >= placeOf(here);
    })
    .map(shown);
}

describe('rooms of the server', () => {
  it('are all known', () => {
    expect(foldersOf('server/src')).toEqual(SERVER_ROOMS.flat().toSorted());
    expect(server.length).toBeGreaterThan(300);
  });

  it('import only what is to their left', () => {
    expect(notToTheLeft(server, SERVER_ROOMS)).toEqual([]);
  });

  it('have a second engine that shares no code with what it checks', () => {
    const shared = server.filter(({ from, to }) => roomOf(from) === 'verify' && (to.startsWith('@cloudtill/') || (isPath(to) && roomOf(to) !== 'verify')));
    // It must know which migrations there are, to say that a database is too old for it.
    expect(shared.map(({ to }) => to)).toEqual(['server/migrations/index.ts']);
  });

  it('never import another’s resolver, and nobody imports what starts them', () => {
    const wrong = server.filter(({ from, to }) => !ROOT_FILES.test(from) && (to.endsWith('.resolver.ts') || ROOT_FILES.test(to)));
    // The programs that open a whole installation read the list of its entities.
    expect(wrong.map(shown).filter((line) => !line.endsWith(' → server/src/entities.ts'))).toEqual([]);
  });

  it('reach outside of the server only for the rules and the vendors', () => {
    const outside = server.filter(({ to }) => isPath(to) && !to.startsWith('server/'));
    expect(outside.map(shown)).toEqual([]);
    const own = server.filter(({ to }) => to.startsWith('@cloudtill/') && !/^@cloudtill\/(domain|vendors)\//.test(to));
    expect(own.map(shown)).toEqual([]);
  });

  it('go in no circles', () => {
    const graph = new Map<string, string[]>();
    // Types alone are gone when it runs.
    for (const file of sources('server/src')) {
      const text = readFileSync(join(ROOT, file), 'utf8').replace(/^import type [^;]*;/gm, '');
      const to = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) => normalize(join(dirname(file), path!)));
      graph.set(
        file,
        to.filter((path) => path.startsWith('server/src/')),
      );
    }
    expect(circlesOf(graph)).toEqual([]);
  });
});

/** Each circle once, as a path from its first file. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (at: string, path: readonly string[]): void => {
    const begun = path.indexOf(at);
    if (begun >= 0) return void circles.push([...path.slice(begun), at].join(' → '));
    if (done.has(at)) return;
    for (const next of graph.get(at) ?? []) walk(next, [...path, at]);
    done.add(at);
  };
  for (const file of graph.keys()) walk(file, []);
  return circles;
}

describe('the rules', () => {
  const rules = sources('packages/domain/src').filter((file) => !file.endsWith('.test.ts'));

  it('import nothing but each other and the list of currencies', () => {
    const outside = rules.flatMap(importsOf).filter(({ to }) => !to.startsWith('packages/domain/src/') && to !== 'currency-codes');
    expect(rules.length).toBeGreaterThan(25);
    expect(outside.map(shown)).toEqual([]);
  });

  it('import only from rooms to their left', () => {
    expect(foldersOf('packages/domain/src')).toEqual(RULE_ROOMS.flat().toSorted());
    expect(notToTheLeft(rules.flatMap(importsOf), RULE_ROOMS)).toEqual([]);
  });

  it('know neither clock, machine nor floats of money', () => {
    const said = rules.flatMap((file) => {
      const code = readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      return [...code.matchAll(/Date\.now|new Date\(\)|Temporal\.Now|Math\.random|process\.|console\.|fetch\(|parseFloat|toFixed/g)].map(
        ([word]) => `${file}: ${word}`,
      );
    });
    expect(said).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('knows neither the server nor the rules', () => {
    // Its tests may hold it against both.
    const files = sources('dashboard/src').filter((file) => !file.endsWith('.test.ts'));
    const wrong = files.flatMap(importsOf).filter(({ to }) => (isPath(to) && !to.startsWith(`dashboard${sep}`)) || to.startsWith('@cloudtill/'));
    expect(files.length).toBeGreaterThan(20);
    // The one exception is the contract, which is nobody’s code.
    expect(wrong.map(shown).filter((line) => !line.endsWith('schema.graphql'))).toEqual([]);
  });
});

describe('names', () => {
  it('no folder and no file is for leftovers', () => {
    const leftovers = ['packages', 'server/src', 'dashboard/src']
      .flatMap(sources)
      .filter((path) => /\/(utils?|helpers?|common|services|shared|misc)(\/|\.ts$)/.test(path));
    expect(leftovers.map((path) => relative('.', path))).toEqual([]);
  });
});
