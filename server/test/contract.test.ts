import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { printContract } from '../src/contract.ts';

it('schema.graphql is what the server prints; `pnpm run schema` writes it', () => {
  expect(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')).toBe(printContract());
});
