/**
 * H2, S4: the same question, asked again or by another way, has the same answer: a month rated again, a month looked at
 * again, a preview and the charge that follows, a simulation and the charge that stands. On random lives; set
 * BILLING_SEED to repeat a run.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/demo/random.ts';
import { Book, monthsFrom, type Named } from './book.ts';
import { furnish, livesOf, moveIn, type Life } from './crowd.ts';
import { untruths } from './truth.ts';

const SEED = Number(process.env['BILLING_SEED'] ?? randomInt(2 ** 31));
const MONTHS = monthsFrom('2021-03', 4);
const NOTHING = { chargesWritten: '0', chargesChanged: '0', chargesWithdrawn: '0' };

let book: Book;
let lives: readonly Life[];
const subscriptions = new Map<string, Named>();
beforeAll(async () => {
  book = await Book.open();
  lives = [...livesOf(new Random(SEED), 120, { days: 120 })];
  await furnish(book);
  await moveIn(book, lives);
  await book.bill(...MONTHS);
  for (const { id, number } of await book.sql('select id, number from service_subscription')) subscriptions.set(number!, { id: `sub_${id}`, number: number! });
}, 120_000);
afterAll(() => book.stop());

/** Every charge as it lies on disk: who wrote it last, and where. */
const onDisk = (): Promise<object[]> => book.sql('select tableoid::regclass::text as part, ctid::text, xmin::text, id from charge order by part, id');
/** What the charges say, whenever they were written. */
const said = (): Promise<object[]> =>
  book.sql(
    `select to_jsonb(c) - '{id,revision,created_at,updated_at}'::text[] as charge from charge c order by billing_month, subscription_id, tier, plan_id, kind, period_start`,
  );

describe(`rated again, seed ${SEED}`, () => {
  it.each([{}, { checkEverything: true }])('H2: writes nothing, not even the same once more: %o', async (more) => {
    const before = await onDisk();
    expect(before.length).toBeGreaterThan(100);
    for (const month of MONTHS) expect(await book.billing(month, more)).toMatchObject(NOTHING);
    expect(await onDisk()).toEqual(before);
  });

  it.each([
    ['an amount', 'update charge set net_minor = net_minor + 1', 'chargesChanged'],
    ['a cost', 'update charge set cost_minor = cost_minor - 1', 'chargesChanged'],
    ['who owes', 'update charge set buyer_id = seller_id', 'chargesChanged'],
    ['the days', 'update charge set segments[3] = segments[3] + 1', 'chargesChanged'],
    ['where its price comes from', 'update charge set price_list_id = gen_random_uuid()', 'chargesChanged'],
    ['a loss', 'delete from charge', 'chargesWritten'],
  ] as const)('H2: looking at everything finds and mends %s', async (_, damage, mended) => {
    const [month] = MONTHS.slice(-1) as [string];
    const before = await said();
    const damaged = await book.sql(`with hit as (${damage} where billing_month = '${month}-01' and id in (3, 40) returning 1) select * from hit`);
    expect(damaged).toHaveLength(2);
    expect(await book.billing(month)).toMatchObject(NOTHING);
    expect(await said()).not.toEqual(before);
    expect(await book.billing(month, { checkEverything: true })).toMatchObject({ ...NOTHING, [mended]: '2' });
    expect(await said()).toEqual(before);
    // A number is not given again.
    if (mended === 'chargesWritten') expect(await book.sql(`select 1 from charge where billing_month = '${month}-01' and id in (3, 40)`)).toEqual([]);
  });

  it('H2: looking at everything withdraws a charge that nobody owes', async () => {
    const [month] = MONTHS;
    const before = await said();
    await book.sql(
      `insert into charge select (jsonb_populate_record(c, jsonb_build_object('id', 100000, 'tier', 7))).* from charge c where billing_month = '${month}-01' and id = 5`,
    );
    expect(await book.billing(month!, { checkEverything: true })).toMatchObject({ ...NOTHING, chargesWithdrawn: '1' });
    expect(await said()).toEqual(before);
  });
});

describe(`asked another way, seed ${SEED}`, () => {
  const FIELDS = 'billingPeriod edges { seller { number } buyer { number } after { amount } }';
  const PREVIEW = `query ($input: PreviewQuantityChangeInput!) { previewQuantityChange(input: $input) { preview { thisPeriod { ${FIELDS} } nextPeriod { ${FIELDS} } } userErrors { code } } }`;

  /** Amounts of a subscription by month and edge; edges without charges are left out. */
  async function charged(subscription: Named, months: readonly string[]): Promise<Record<string, string>> {
    const rows = await book.sql(
      `select to_char(c.billing_month, 'YYYY-MM') || ' ' || s.number || ' to ' || b.number as edge, sum(c.net_minor)::text as net
         from charge c join account s on s.id = c.seller_id join account b on b.id = c.buyer_id
        where c.subscription_id = $1 and c.billing_month = any ($2::date[]) group by 1 order by 1`,
      [subscription.id.slice(4), months.map((month) => `${month}-01`)],
    );
    return Object.fromEntries(rows.map(({ edge, net }) => [edge, net!]));
  }

  it('S4: what a preview shows is what is charged, this month and the next', async () => {
    const random = new Random(SEED + 1);
    let previewed = 0;
    for (const { number, happenings } of lives) {
      const subscription = subscriptions.get(number)!;
      const last = happenings.at(-1)!;
      if (last.event === 'TERMINATE' || last.on >= '2021-05-30') continue;
      const effectiveAt = `2021-0${last.on < '2021-04' ? random.between(4, 5) : 5}-30T${random.between(10, 23)}:30:00Z`;
      const quantity = last.quantity + random.between(1, 3);
      const { data } = await book.ask(PREVIEW, { input: { subscriptionId: subscription.id, quantity, effectiveAt } });
      const { preview, userErrors } = data.previewQuantityChange;
      if (userErrors.length > 0) continue; // beyond its plan
      await book.change(subscription, quantity, effectiveAt);
      const periods = [preview.thisPeriod, preview.nextPeriod];
      expect(periods.map(({ billingPeriod }) => billingPeriod)).toEqual(monthsFrom(effectiveAt.slice(0, 7), 2));
      await book.bill(...periods.map(({ billingPeriod }) => billingPeriod));
      const shown = Object.fromEntries(
        periods.flatMap(({ billingPeriod, edges }) =>
          edges
            .filter(({ after }: any) => Number(after.amount) !== 0)
            .map(({ seller, buyer, after }: any) => [
              `${billingPeriod} ${seller.number} to ${buyer.number}`,
              after.amount.replace('.', '').replace(/^0+(?=\d)/, ''),
            ]),
        ),
      );
      const stands = await charged(
        subscription,
        periods.map(({ billingPeriod }) => billingPeriod),
      );
      expect({ number, ...shown }).toEqual({ number, ...Object.fromEntries(Object.entries(stands).filter(([, net]) => net !== '0')) });
      if (++previewed === 12) break;
    }
    expect(previewed).toBe(12);
    await book.bill(...MONTHS); // a change of April reaches further than a preview looks
    expect(await untruths(book, ...MONTHS)).toEqual([]);
  });

  it('B: what a simulation says of a life is what stands for it', async () => {
    const rows = await book.sql<Record<string, any>>(
      `select distinct on (c.subscription_id) s.number, c.unit_price_micros as price, c.currency, p.billing_policy as policy, p.cycle, p.daily_quantity as daily, c.tier
         from charge c join service_subscription s on s.id = c.subscription_id join plan p on p.id = c.plan_id
        order by c.subscription_id, c.tier desc`,
    );
    let simulated = 0;
    for (const { number, price, currency, policy, cycle, daily, tier } of rows) {
      const { happenings } = lives.find((life) => life.number === number)!;
      if (happenings.some(({ event }) => event === 'SWITCH')) continue;
      const lines = await book.sql<Record<string, any>>(
        `select kind, effective_at as at, quantity from quantity_change where subscription_id = $1 order by sequence`,
        [subscriptions.get(number)!.id.slice(4)],
      );
      const to = '2021-06-01';
      const { data } = await book.ask(
        'query ($input: SimulateChargesInput!) { simulateCharges(input: $input) { charges { kind periodStart periodEnd net { amount } } userErrors { code } } }',
        {
          input: {
            billingPolicy: policy,
            cycle,
            dailyQuantity: daily,
            unitPrice: `${BigInt(price) / 1_000_000n}.${String(BigInt(price) % 1_000_000n).padStart(6, '0')}`,
            currency,
            activatedAt: lines[0]!['at'],
            terminatedAt: lines.find(({ kind }) => kind === 'TERMINATE')?.['at'],
            changes: lines.filter(({ quantity }) => quantity).map(({ at, quantity }) => ({ at, quantity })),
            from: '2021-04-01',
            to,
          },
        },
      );
      const { charges, userErrors } = data.simulateCharges;
      expect({ number, userErrors }).toEqual({ number, userErrors: [] });
      const told = charges.map(
        ({ kind, periodStart, periodEnd, net }: any) => `${kind} ${periodStart} ${periodEnd} ${net.amount.replace('.', '').replace(/^0+(?=\d)/, '')}`,
      );
      const stand = await book.sql(
        `select concat_ws(' ', kind, period_start, period_end, net_minor) as line from charge
          where subscription_id = $1 and tier = $2 and period_start >= '2021-04-01' and period_start < $3 order by period_start, kind desc`,
        [subscriptions.get(number)!.id.slice(4), tier, to],
      );
      // One in arrears may belong to a month that was not billed yet.
      const standing = stand.map(({ line }) => line!);
      expect({ number, charges: told.filter((line: string) => cycle !== 'ANNIVERSARY' || line.split(' ')[2]! <= '2021-07-01').sort() }).toEqual({
        number,
        charges: standing.sort(),
      });
      simulated += told.length;
    }
    expect(simulated).toBeGreaterThan(30);
  });
});

it('H5: a list that is paged while its month is rated again loses and doubles nothing', async () => {
  const [month] = MONTHS.slice(1) as [string];
  const before = await book.sql<{ id: number }>(`select id from charge where billing_month = '${month}-01'`);
  const seen: string[] = [];
  for (let after: string | null = null, pages = 0; ; pages++) {
    const { data }: { data: any } = await book.ask(
      'query ($filter: ChargeFilter, $after: String) { charges(filter: $filter, first: 7, after: $after) { nodes { number } pageInfo { hasNextPage endCursor } } }',
      { filter: { billingPeriod: month }, after },
    );
    seen.push(...data.charges.nodes.map(({ number }: any) => number));
    if (!data.charges.pageInfo.hasNextPage) break;
    after = data.charges.pageInfo.endCursor;
    // Changes what was shown, what is shown next and what comes last, and adds a few at the end.
    if (pages % 4 === 1) {
      await book.subscribe({ id: `pln_${(await book.sql(`select id from plan where sku = 'SMALL'`))[0]!['id']}`, number: 'SMALL' }, 2 + pages, `${month}-02`);
      await book.sql(`update charge set net_minor = net_minor + 1, updated_at = now() where billing_month = '${month}-01' and id % 3 = 0`);
      await book.billing(month, { checkEverything: true });
    }
  }
  expect(new Set(seen).size).toBe(seen.length);
  const numbers = new Set(seen.map((number) => Number(number.split('-').at(-1))));
  expect(before.filter(({ id }) => !numbers.has(id))).toEqual([]);
});
