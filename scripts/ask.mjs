// Asks a Cloudtill from the shell.
//
//   node scripts/ask.mjs '{ viewer { account { name } } }'
//   node scripts/ask.mjs --as finance@demo.test --var period=2026-05 < query.graphql
//
// --as EMAIL         sign in as this person; the password is CLOUDTILL_PASSWORD, or the sandbox's
// --key KEY          ask with a service key instead
// --var NAME=VALUE   a variable of the document; a whole number, true and false are taken as such, all else as text
// --get PATH         print one value of the answer, such as `subscription.id`
// --wait PATH        there stands the id of a job, such as `runBilling.job.id`: wait until it has ended, and print it
// CLOUDTILL_URL      where to ask; http://127.0.0.1:4000 where it is not set
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { connect } from './cloudtill.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    as: { type: 'string' },
    key: { type: 'string' },
    var: { type: 'string', multiple: true, default: [] },
    get: { type: 'string' },
    wait: { type: 'string' },
  },
});

function variable(given) {
  const [name, ...rest] = given.split('=');
  const value = rest.join('=');
  return [name, /^(-?\d+|true|false)$/.test(value) ? JSON.parse(value) : value];
}

try {
  const query = positionals[0] ?? (await text(process.stdin));
  const { ask, finished } = await connect({ key: values.key, email: values.as });
  const data = await ask(query, Object.fromEntries(values.var.map(variable)));
  const path = values.wait ?? values.get ?? '';
  const found = path.split('.').reduce((at, name) => (name === '' ? at : at?.[name]), data);
  if (found === null || found === undefined) throw new Error(`${path} is not in the answer: ${JSON.stringify(data)}`);
  const shown = values.wait ? await finished(found) : found;
  console.log(typeof shown === 'object' ? JSON.stringify(shown, null, 2) : String(shown));
} catch (error) {
  console.error(error.cause?.code === 'ECONNREFUSED' ? 'nobody answers there; is Cloudtill running, and CLOUDTILL_URL right?' : error.message);
  process.exitCode = 1;
}
