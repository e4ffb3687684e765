import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../../../packages/domain/src/refusal.ts';
import { de } from './de.ts';
import { en } from './en.ts';

interface Tree {
  readonly [name: string]: string | Tree;
}

function textsOf(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[`${path}${name}`, value]] : textsOf(value, `${path}${name}.`),
  );
}

/** What a message takes, by name; plural and choice branches included. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>();
  function walk(node: unknown): void {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null) return;
    const { type, value, ...rest } = node as { type?: number; value?: unknown };
    // In the syntax tree of ICU messages 0 is plain text and 7 the number sign; all others name an argument.
    if (typeof type === 'number' && type !== 0 && type !== 7 && typeof value === 'string') names.add(value);
    Object.values(rest).forEach(walk);
  }
  walk(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst());
  return [...names].toSorted();
}

describe('the texts of both languages', () => {
  const german = new Map(textsOf(de));

  it('take the same arguments', () => {
    const differing = textsOf(en)
      .filter(([key]) => !key.startsWith('refusals.'))
      .map(([key, text]) => ({ key, english: argumentsOf(text), german: argumentsOf(german.get(key) ?? '') }))
      .filter(({ english, german: other }) => english.join() !== other.join());
    expect(differing).toEqual([]);
  });

  it.each([
    ['English', en],
    ['German', de],
  ])('say refusals from the facts that the server gives, in %s', (_, catalog) => {
    const unknown = Object.entries(catalog.refusals).flatMap(([code, text]) => {
      const given = new Set(['fits', 'fittingPlans', ...[...REFUSALS[code as keyof typeof REFUSALS].message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)]);
      return argumentsOf(text)
        .filter((name) => !given.has(name))
        .map((name) => `${code} {${name}}`);
    });
    expect(unknown).toEqual([]);
  });
});
