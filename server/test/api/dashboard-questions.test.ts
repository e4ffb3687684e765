import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, Kind, parse, validate, type DocumentNode, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { MAX_PAGE } from '../../src/platform/look-ahead.ts';
import { costOf, MAX_COST, MAX_TOKENS } from '../../src/platform/limits.ts';

const root = join(import.meta.dirname, '../../..');
const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));
/** The largest page that a list of the dashboard asks for. */
const LARGEST_PAGE = 50;

/** What the dashboard asks: everything in a `graphql(…)` of its sources. */
const documents = globSync('dashboard/src/**/*.{ts,vue}', { cwd: root })
  .filter((file) => !file.endsWith('.d.ts'))
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/graphql\(\s*`([^`]*)`/g)].map(([, text]) => parse(text!)));
const definitions = documents.flatMap((document) => document.definitions);
const fragments = new Map(
  definitions.filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
);
const operations = definitions.filter((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION);

/** An operation with the fragments that it spreads, as the browser sends it. */
function sent(operation: OperationDefinitionNode): DocumentNode {
  const needed = new Map<string, FragmentDefinitionNode>();
  const collect = (node: object): void => {
    for (const name of JSON.stringify(node).matchAll(/"kind":"FragmentSpread","name":\{"kind":"Name","value":"(\w+)"/g)) {
      const fragment = fragments.get(name[1]!);
      if (!fragment || needed.has(name[1]!)) continue;
      needed.set(name[1]!, fragment);
      collect(withoutPlaces(fragment));
    }
  };
  collect(withoutPlaces(operation));
  return { kind: Kind.DOCUMENT, definitions: [operation, ...needed.values()] };
}

function withoutPlaces(node: object): object {
  return JSON.parse(JSON.stringify(node, (key, value: unknown) => (key === 'loc' ? undefined : value))) as object;
}

describe('what the dashboard asks', () => {
  it('is found in its sources', () => {
    expect(operations.length).toBeGreaterThan(30);
  });

  it.each(operations.map((operation) => [operation.name!.value, operation] as const))('%s is valid and inside the limits', (_, operation) => {
    const document = sent(operation);
    expect(validate(schema, document)).toEqual([]);
    const pages = Object.fromEntries((operation.variableDefinitions ?? []).map(({ variable }) => [variable.name.value, LARGEST_PAGE]));
    expect(costOf(schema, document, operation)(pages)).toBeLessThanOrEqual(MAX_COST);
    let tokens = 0;
    for (const definition of document.definitions)
      for (let at = definition.loc?.startToken; at && at !== definition.loc?.endToken; at = at.next ?? undefined) tokens += 1;
    // The client adds __typename to every selection.
    expect(tokens * 1.5).toBeLessThan(MAX_TOKENS);
    expect(LARGEST_PAGE).toBeLessThanOrEqual(MAX_PAGE);
  });
});
