/** `npm run bench -- billing|api|export|pages|start [--size N]`; see README.md beside this. */
import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { billing } from './billing.ts';
import { exporting } from './export.ts';
import { pages } from './pages.ts';
import { starts } from './start.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { size: { type: 'string' }, edges: { type: 'string', default: '1' } } });
const size = (otherwise: number): number => Number(values.size ?? otherwise);

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  api: () => api(size(20_000)),
  billing: () => billing(size(1_000_000), values.edges === '2' ? 2 : 1),
  export: () => exporting(size(1_000_000)),
  pages: () => pages(size(10_000_000)),
  start: () => starts(),
};

const bench = BENCHES[positionals[0] ?? ''];
if (!bench) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--size N]`);
  process.exit(2);
}
await bench();
