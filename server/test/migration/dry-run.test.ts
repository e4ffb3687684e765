/** S5: the dry run says what would happen, and changes nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/platform/ids.ts';
import { untruths } from '../billing/truth.ts';
import type { Named } from '../billing/book.ts';
import { key, type Answer } from '../server.ts';
import { codesOf, LegacyBook, linesOf } from './legacy-book.ts';

let kept: LegacyBook;
let through: Named;
beforeAll(async () => {
  kept = await LegacyBook.open('2040-05-20T12:00:00Z', {}, [1, 49]);
});
afterAll(() => kept.stop());

const numbered = (subscription: Named, line: string): string => `${subscription.number} ${line}`;

describe('S5: a plan', () => {
  it('says of each subscription what it costs before and after, per edge and currency', async () => {
    const { book } = kept;
    const reseller = await book.account('RESELLER');
    const customer = await book.account('CUSTOMER', reseller);
    await book.priceList(undefined, reseller, 'KES', 'DISCOUNT', '10');
    await book.priceList(reseller, customer, 'KES', 'MARKUP', '20');
    const plain = await kept.subscribe(25, '2040-04-15');
    through = await kept.subscribe(10, '2040-04-15', customer);
    const yen = await kept.subscribe(3, '2040-04-15', await book.customer('JPY'));
    // Scheduled: the month's largest counts by B1, each day by B2.
    const growing = await kept.subscribe(10, '2040-04-15');
    await book.change(growing, 40, '2040-06-16');
    // What is not held in June, or not billed so, is no business of this.
    const ended = await kept.subscribe(9, '2040-04-15');
    await book.terminate(ended, '2040-06-01');
    await book.subscribe(kept.payg, 7, '2040-04-15');

    const before = await kept.histories();
    const events = await book.sql('select id from outbox_event order by id');
    const report = await kept.planned();
    expect(report).toMatchObject({
      state: 'PLANNED',
      effectiveOn: '2040-06-01',
      vendor: { code: 'KASPERSKY' },
      mapping: [],
      startedAt: null,
      plannedBy: 'Olga Operator',
    });
    expect(report.number).toMatch(/^MIG-2040-\d{6}$/);
    expect(linesOf(report).sort()).toEqual(
      [
        numbered(plain, 'PENDING OLD→NEW 25: 25.00→25.00'),
        numbered(through, 'PENDING OLD→NEW 10: 9.00→9.00'),
        numbered(yen, 'PENDING OLD→NEW 3: 450→420'),
        numbered(growing, 'PENDING OLD→NEW 10: 40.00→25.00'),
      ].sort(),
    );
    expect(report.items.nodes.find((item: Answer['data']) => item.subscription.number === through.number)).toMatchObject({
      customerOldCharge: { amount: '10.80' },
      customerNewCharge: { amount: '10.80' },
      difference: { amount: '0.00' },
    });
    expect(report.totals).toEqual([
      { currency: 'EUR', subscriptions: 3, old: { amount: '74.00' }, new: { amount: '59.00' }, difference: { amount: '-15.00' } },
      { currency: 'JPY', subscriptions: 1, old: { amount: '450' }, new: { amount: '420' }, difference: { amount: '-30' } },
    ]);
    expect(report.counts).toEqual({ subscriptions: 4, pending: 4, moved: 0, blocked: 0, skipped: 0 });

    expect(await kept.histories()).toEqual(before);
    expect(await book.sql('select id from outbox_event order by id')).toEqual(events);
    expect(await untruths(book)).toEqual([]);
  });

  it('shows what is in the way first, each for its own reason, and can show that alone', async () => {
    const { book } = kept;
    const large = await kept.subscribe(60, '2040-04-15');
    const pounds = await book.account('CUSTOMER', undefined, 'GBP');
    await book.price(kept.legacy, 'GBP', '1.00');
    const unpriced = await kept.subscribe(5, '2040-04-15', pounds);
    const report = await kept.planned();
    expect(report.counts).toMatchObject({ subscriptions: 6, pending: 4, blocked: 2 });
    expect(linesOf(report).slice(0, 2).sort()).toEqual(
      [numbered(large, 'BLOCKED OLD→– 60: 60.00→– MIGRATION_NO_FITTING_PLAN'), numbered(unpriced, 'BLOCKED OLD→– 5: 5.00→– PRICE_MISSING')].sort(),
    );
    const { data } = await book.ask(
      `query ($id: ID!, $only: Boolean) { migration(id: $id) {
         some: items(blockersOnly: $only, first: 1) { totalCount nodes { blocker { message parameters { name value } } } pageInfo { endCursor hasNextPage } }
         none: items(blockersOnly: false, first: 100) { totalCount nodes { state } } } }`,
      { id: report.id, only: true },
    );
    expect(data.migration.some).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
    expect(data.migration.none.totalCount).toBe(6);
    const rest = await book.ask(
      `query ($id: ID!, $after: String) { migration(id: $id) { items(blockersOnly: true, first: 1, after: $after) { nodes { blocker { code } } pageInfo { hasNextPage } } } }`,
      { id: report.id, after: data.migration.some.pageInfo.endCursor },
    );
    expect(rest.data.migration.items).toMatchObject({ nodes: [{ blocker: {} }], pageInfo: { hasNextPage: false } });
    await book.terminate(large, '2040-05-20T12:00:00Z');
    await book.terminate(unpriced, '2040-05-20T12:00:00Z');
  });

  it('takes the plan that was named where several fit, and refuses names that cannot be', async () => {
    const { book } = kept;
    const wide = await book.plan({ sku: 'WIDE', prices: { EUR: ['0.90', '0.70'], JPY: ['130', '100'] } });
    const yearly = await book.plan({ sku: 'YEAR', policy: 'YEARLY' });
    const undecided = await kept.planned();
    expect(undecided.counts).toMatchObject({ pending: 0, blocked: 4 });
    expect(undecided.items.nodes[0].blocker.code).toBe('MIGRATION_SEVERAL_FITTING_PLANS');

    const decided = await kept.planned({ mapping: [{ fromPlanId: kept.legacy.id, toPlanId: wide.id }] });
    expect(decided).toMatchObject({ mapping: [{ from: 'OLD', to: 'WIDE' }], counts: { pending: 4, blocked: 0 } });

    const mapping = (fromPlanId: string, toPlanId: string): object => ({ fromPlanId, toPlanId });
    const nowhere = encodeId('pln', '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000');
    const refused = await kept.plan({
      effectiveOn: '2040-06-02',
      mapping: [mapping(kept.legacy.id, yearly.id), mapping(wide.id, kept.payg.id), mapping(nowhere, wide.id), mapping(kept.legacy.id, wide.id)],
    });
    expect(refused.migration).toBeNull();
    expect(refused.userErrors.map(({ code, path }: Answer['data']) => `${code} ${path.join('.')}`)).toEqual([
      'MIGRATION_NOT_FIRST_OF_MONTH input.effectiveOn',
      'MIGRATION_MAPPING_NOT_ALLOWED input.mapping.0.toPlanId',
      'MIGRATION_MAPPING_NOT_ALLOWED input.mapping.1.toPlanId',
      'PLAN_UNKNOWN input.mapping.2.fromPlanId',
      'MIGRATION_MAPPING_REPEATED input.mapping.3.fromPlanId',
    ]);
    await book.do('updatePlan', { planId: wide.id, status: 'RETIRED' }, 'plan { id }');
  });

  it('is answered again from its record, is found by its number of the day, and is in the list and the trail', async () => {
    const idempotencyKey = key();
    const first = await kept.plan({ idempotencyKey });
    const again = await kept.plan({ idempotencyKey });
    expect(again).toEqual({ ...first, replayed: true });
    const { data } = await kept.book.ask(
      'query ($id: ID!) { node(id: $id) { ... on Migration { number } } migrations(first: 1) { totalCount nodes { number } } auditEvents(filter: { action: "planMigration" }, first: 1) { nodes { subjectNumber changes { name after } } } }',
      { id: first.migration.id },
    );
    const { number } = first.migration;
    expect(data.node).toEqual({ number });
    expect(data.migrations.nodes).toEqual([{ number }]);
    expect(data.auditEvents.nodes[0]).toMatchObject({ subjectNumber: number });
  });

  it('is for a vendor that there is, and may find nothing', async () => {
    expect(codesOf(await kept.plan({ vendor: 'ACME' }))).toEqual(['VENDOR_UNKNOWN']);
    expect((await kept.planned({ vendor: 'SOPHOS' })).counts).toMatchObject({ subscriptions: 0 });
  });
});
