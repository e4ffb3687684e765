import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from './schema.ts';

/** The schema as it is committed: sorted, with the sandbox's clock, since that is what most people read it for. */
export function printContract(): string {
  return `${printSchema(lexicographicSortSchema(createSchema('sandbox')))}\n`;
}
