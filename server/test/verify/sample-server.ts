/** A server with the sample book in it, some months billed. */
import { readFileSync } from 'node:fs';
import { bill, importBook, key, startServer, type TestServer } from '../server.ts';

const FILES = [
  ['ACCOUNTS', 'accounts.csv'],
  ['PLANS', 'plans.csv'],
  ['PRICE_LISTS', 'price-lists.csv'],
  ['SUBSCRIPTIONS', 'subscriptions.csv'],
] as const;

export async function startWithSampleBook(months: readonly string[]): Promise<TestServer> {
  const server = await startServer();
  for (const [kind, file] of FILES) {
    const { report } = await importBook(server, kind, readFileSync(new URL(`../data/book-sample/${file}`, import.meta.url), 'utf8'));
    if (!report?.committed) throw new Error(`${file} was not imported: ${JSON.stringify(report)}`);
  }
  for (const month of months) await billed(server, month);
  return server;
}

export async function billed(server: TestServer, month: string): Promise<void> {
  const { job, userErrors } = await bill(server, month);
  if (job?.state !== 'SUCCEEDED') throw new Error(`${month} was not billed: ${JSON.stringify(job ?? userErrors)}`);
}

export async function close(server: TestServer, billingPeriod: string): Promise<void> {
  const ask = await server.as('operator');
  const { data } = await ask('mutation ($input: CloseBillingPeriodInput!) { closeBillingPeriod(input: $input) { job { id } userErrors { code message } } }', {
    input: { billingPeriod, idempotencyKey: key() },
  });
  const job = data.closeBillingPeriod.job && (await server.finished(data.closeBillingPeriod.job.id));
  if (job?.state !== 'SUCCEEDED' || job.userErrors.length > 0) throw new Error(`${billingPeriod} was not closed: ${JSON.stringify(job ?? data)}`);
}
