/** Writes the public contract to schema.graphql at the root of the repository. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printContract } from '../src/contract.ts';

const file = fileURLToPath(new URL('../../../schema.graphql', import.meta.url));
writeFileSync(file, printContract());
console.log(file);
