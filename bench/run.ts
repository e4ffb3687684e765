/** `npm run bench -- billing|api|export|pages [--size N]` */
import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { billing } from './billing.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { size: { type: 'string' }, edges: { type: 'string', default: '1' } } });
const size = (otherwise: number): number => Number(values.size ?? otherwise);

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  api: () => api(size(20_000)),
  billing: () => billing(size(1_000_000), values.edges === '2' ? 2 : 1),
};

const bench = BENCHES[positionals[0] ?? ''];
if (!bench) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--size N]`);
  process.exit(2);
}
await bench();
