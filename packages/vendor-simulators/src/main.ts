/**
 * Runs simulators: `node main.js kaspersky google --data DIR --port 4700`. As a child process it tells its parent where
 * it listens, and ends with it.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from './frame/simulator.ts';
import { VENDORS } from './vendors.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string', default: './.simulators' }, port: { type: 'string', default: '0' } },
});
const wanted = positionals.length > 0 ? positionals.map((name) => name.toUpperCase()) : Object.keys(VENDORS);
const unknown = wanted.filter((code) => !(code in VENDORS));
if (unknown.length > 0) {
  console.error(`there is no simulator ${unknown.join(', ')}; known are ${Object.keys(VENDORS).join(', ').toLowerCase()}`);
  process.exit(1);
}
// Two ports each: a vendor that wants client certificates has its API on the second.
const port = Number(values.port);
const simulators = await Promise.all(
  wanted.map((code, index) =>
    startSimulator(VENDORS[code]!, { dataDir: resolve(values.data, code.toLowerCase()), port: port === 0 ? 0 : port + 2 * index, durable: true }),
  ),
);
for (const { code, url, apiUrl, dataDir, connection } of simulators) {
  if (process.send) process.send({ code, url, connection });
  else console.log(`${code.toLowerCase()}: API at ${apiUrl}, control at ${url}/__sim, files in ${dataDir}`);
}

let isStopping = false;
const stop = (): void => {
  if (isStopping) return;
  isStopping = true;
  void Promise.all(simulators.map((simulator) => simulator.stop())).then(() => process.exit(0));
};
process.once('disconnect', stop);
// Ctrl-C reaches a child as well as its parent, which still needs it for what it has begun, and then ends it.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, process.send ? () => {} : stop);
process.on('SIGTERM', stop);
