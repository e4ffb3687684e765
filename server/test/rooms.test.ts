/** Which way imports point: a room knows the rooms to its left, and no room knows another one's doorway. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The rooms of each floor, from left to right; rooms of one place do not know each other. */
const FLOORS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'packages/domain/src': [['calendar', 'money', 'accounts'], ['catalog'], ['subscriptions'], ['billing']],
  'server/src': [
    ['platform'],
    ['accounts'],
    ['catalog'],
    ['subscriptions'],
    ['billing'],
    ['erp', 'imports', 'operations', 'search', 'installation'],
    ['demo', 'verify'],
  ],
};

interface Import {
  readonly file: string;
  readonly from: string;
}

function importsOf(folder: string): Import[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap((path) => {
      const file = join(folder, path);
      const found = readFileSync(join(ROOT, file), 'utf8').matchAll(/^(?:import|export)\s(?:[^;]*?from )?'([^']+)'|import\('([^']+)'\)/gm);
      return [...found].map(([, still, moving]) => ({ file, from: (still ?? moving)! }));
    });
}

describe.each(Object.entries(FLOORS))('%s', (floor, places) => {
  const rooms = readdirSync(join(ROOT, floor), { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it('has these rooms', () => {
    expect(rooms.map(({ name }) => name).toSorted()).toEqual(places.flat().toSorted());
  });

  it.each(places.flatMap((place, index) => place.map((room) => [room, places.slice(0, index).flat()] as const)))(
    '%s imports from rooms %j only',
    (room, left) => {
      const imports = importsOf(join(floor, room)).filter(({ from }) => from.startsWith('../'));
      const wrong = imports.filter(({ from }) => {
        const [, other] = /^\.\.\/([a-z-]+)\//.exec(from) ?? [];
        return other !== undefined && !left.includes(other);
      });
      expect(wrong).toEqual([]);
    },
  );
});

it('no room imports the resolver of another', () => {
  const wrong = importsOf('server/src').filter(({ file, from }) => from.endsWith('.resolver.ts') && basename(file) !== 'schema.ts');
  expect(wrong).toEqual([]);
});

it('the rules import nothing but themselves', () => {
  expect(importsOf('packages/domain/src').filter(({ from }) => !from.startsWith('.'))).toEqual([]);
});

it('the second engine shares no code with what it checks', () => {
  expect(importsOf('server/src/verify').filter(({ from }) => from.startsWith('@cloudtill/') || /^\.\.\/[a-z]/.test(from))).toEqual([]);
});
