/** A whole book of business: imported, billed month by month, and every charge as an independent program computed it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill, importBook, startServer, type TestServer } from './server.ts';

const read = (name: string): string => readFileSync(new URL(`./data/book-sample/${name}`, import.meta.url), 'utf8');
const rowsOf = (name: string): string[] => read(name).trim().split(/\r?\n/).slice(1);

let server: TestServer;
beforeAll(async () => (server = await startServer()));
afterAll(() => server.stop());

describe('the sample book', () => {
  it.each([
    ['ACCOUNTS', 'accounts.csv'],
    ['PLANS', 'plans.csv'],
    ['PRICE_LISTS', 'price-lists.csv'],
    ['SUBSCRIPTIONS', 'subscriptions.csv'],
  ])('imports %s after a dry run that changes nothing', async (kind, file) => {
    const rows = rowsOf(file).length;
    for (const dryRun of [true, false]) {
      const { report, userErrors } = await importBook(server, kind, read(file), dryRun);
      expect({ userErrors, errors: report.errors }).toEqual({ userErrors: [], errors: [] });
      expect(report).toMatchObject({ rows, accepted: rows, rejected: 0, dryRun, committed: !dryRun });
    }
  });

  it('bills every month to 2026-06 to exactly the expected charges', async () => {
    for (let year = 2023; year <= 2026; year++) {
      for (let month = 1; month <= (year === 2026 ? 6 : 12); month++) {
        const { job } = await bill(server, `${year}-${String(month).padStart(2, '0')}`);
        expect(job.state).toBe('SUCCEEDED');
      }
    }
    const charges = await allCharges();
    expect(charges.sort()).toEqual(rowsOf('expected-charges.csv').sort());
  }, 120_000);

  it('adds up to the expected totals', async () => {
    const ask = await server.as('operator');
    const lines: string[] = [];
    const { data } = await ask('{ billingPeriods(first: 100, orderBy: { field: NAME }) { nodes { name } } }');
    for (const { name } of data.billingPeriods.nodes) {
      const totals = await ask('query ($p: String!) { chargeTotals(filter: { billingPeriod: $p }) { currency count net { amount } } }', { p: name });
      for (const { currency, count, net } of totals.data.chargeTotals) lines.push(`${name},${currency},${count},${net.amount}`);
    }
    expect(lines.sort()).toEqual(rowsOf('expected-totals.csv').sort());
  });

  it('writes nothing when a month is billed again, and finds every charge right when it looks at all of them', async () => {
    for (const more of [{}, { checkEverything: true }]) {
      const { job, run } = await bill(server, '2026-05', more);
      const facts = Object.fromEntries(job.result.facts.map(({ name, value }: { name: string; value: string }) => [name, value]));
      expect(facts).toMatchObject({ chargesWritten: '0', chargesChanged: '0', chargesWithdrawn: '0' });
      expect(run.mode).toBe('checkEverything' in more ? 'CHECK' : 'DIFFERENCES');
    }
  });
});

async function allCharges(): Promise<string[]> {
  const ask = await server.as('operator');
  const lines: string[] = [];
  for (let after: string | null = null; ;) {
    const { data }: { data: any } = await ask(
      `query ($after: String) { charges(first: 100, after: $after) { nodes { subscription { number } billingPeriod { name } kind periodStart periodEnd plan { sku } seller { number } buyer { number } unitPrice net { amount currency } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    for (const c of data.charges.nodes) {
      lines.push(
        [
          c.subscription.number,
          c.billingPeriod.name,
          c.kind,
          c.periodStart,
          c.periodEnd,
          c.plan.sku,
          c.seller.number,
          c.buyer.number,
          c.unitPrice,
          c.net.currency,
          c.net.amount,
        ].join(','),
      );
    }
    if (!data.charges.pageInfo.hasNextPage) return lines;
    after = data.charges.pageInfo.endCursor;
  }
}
