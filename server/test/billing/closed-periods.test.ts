/** H2: closing freezes; what reaches into a closed period becomes an adjustment in the first open one after it. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_ROLE } from '../../src/platform/database.ts';
import { compareMonth, ratedMonths } from '../../src/verify/compare-month.ts';
import { INVARIANTS, readInvariant } from '../../src/verify/invariants.ts';
import { SESSION } from '../../src/verify/second-engine.ts';
import { Book, monthsFrom, type Named } from './book.ts';
import { untruths } from './truth.ts';

let book: Book;
beforeAll(async () => (book = await Book.open()));
afterAll(() => book.stop());

/** A license costs one a day in months of 31. */
const aDay = { EUR: ['31', '10'] } as const;

describe('H2: a closed month is frozen for everybody', () => {
  beforeAll(async () => {
    await book.subscribe(await book.plan({ prices: aDay }), 10, '2019-01-01');
    await book.bill('2019-01', '2019-02');
    await book.close('2019-01');
  });

  it.each([
    ['an update', `update charge set net_minor = net_minor + 1 where billing_month = '2019-01-01'`],
    ['an update that changes nothing but its instant', `update charge set updated_at = now() where billing_month = '2019-01-01'`],
    ['a delete', `delete from charge where billing_month = '2019-01-01'`],
    ['a delete of everything', 'delete from charge'],
    ['an insert', `insert into charge select (jsonb_populate_record(c, '{"id": 999}')).* from charge c where billing_month = '2019-01-01'`],
    ['a move out of it', `update charge set billing_month = '2019-02-01', id = 999 where billing_month = '2019-01-01'`],
    ['a move into it', `update charge set billing_month = '2019-01-01', id = 999 where billing_month = '2019-02-01'`],
    ['an update of its partition', 'update charge_2019_01 set cost_minor = 0'],
    ['emptying its partition', 'truncate charge_2019_01'],
    ['emptying all charges', 'truncate charge'],
    ['a merge', `merge into charge c using (select date '2019-01-01' as month) s on c.billing_month = s.month when matched then update set net_minor = 0`],
  ])('%s is refused to the owner', async (_, statement) => {
    await expect(book.sql(statement)).rejects.toMatchObject({ code: '23001', message: 'billing period 2019-01 is closed, its charges are frozen' });
  });

  it.each(['update charge set net_minor = 0', 'delete from charge', 'truncate charge'])('the API’s role may not even try: %s', async (statement) => {
    await expect(
      book.server.app.database.systemTransaction(async (client) => {
        await client.query(`set local role ${API_ROLE}`);
        await client.query(statement);
      }),
    ).rejects.toMatchObject({ code: '42501' });
  });

  it('only the receipt of an ERP may still be noted', async () => {
    await book.sql(`update charge set acknowledged_at = now() where billing_month = '2019-01-01'`);
    expect(await book.sql(`select 1 from charge where billing_month = '2019-01-01' and acknowledged_at is not null`)).toHaveLength(1);
  });
});

describe('H2: what reaches into a closed month', () => {
  type Step = (held: Named, plan: Named) => Promise<unknown>;
  /** Done while July is closed and August open; after August was billed again; after August was closed as well. */
  type Steps = readonly [first: Step | undefined, second?: Step | undefined, third?: Step];

  const toTwenty: Step = (held) => book.change(held, 20, '2020-07-21');

  // Ten licenses from the 1st of July, at one a day.
  const STORIES: readonly (readonly [name: string, steps: Steps, lines: readonly string[]])[] = [
    [
      'an increase',
      [toTwenty],
      [
        '2020-08 ADJUSTMENT 2020-07-01/2020-08-01 110.00 for 2020-07',
        '2020-08 RECURRING 2020-08-01/2020-09-01 620.00',
        '2020-09 RECURRING 2020-09-01/2020-10-01 620.00',
      ],
    ],
    [
      'a decrease',
      [(held) => book.change(held, 4, '2020-07-31')],
      [
        '2020-08 ADJUSTMENT 2020-07-01/2020-08-01 -6.00 for 2020-07',
        '2020-08 RECURRING 2020-08-01/2020-09-01 124.00',
        '2020-09 RECURRING 2020-09-01/2020-10-01 124.00',
      ],
    ],
    ['an end', [(held) => book.terminate(held, '2020-07-11')], ['2020-08 ADJUSTMENT 2020-07-01/2020-07-11 -210.00 for 2020-07']],
    ['an end on the first day', [(held) => book.terminate(held, '2020-07-01')], ['2020-08 ADJUSTMENT 2020-07-01/2020-08-01 -310.00 for 2020-07']],
    [
      'another plan',
      [async (held) => book.switchPlan(held, await book.plan({ prices: { EUR: ['62', '0'] } }), '2020-07-21')],
      [
        '2020-08 ADJUSTMENT 2020-07-01/2020-07-21 -110.00 for 2020-07',
        '2020-08 ADJUSTMENT 2020-07-21/2020-08-01 220.00 for 2020-07',
        '2020-08 RECURRING 2020-08-01/2020-09-01 620.00',
        '2020-09 RECURRING 2020-09-01/2020-10-01 620.00',
      ],
    ],
    [
      'a price',
      [(_, plan) => book.price(plan, 'EUR', '34.1', '2020-07-01')],
      [
        '2020-08 ADJUSTMENT 2020-07-01/2020-08-01 31.00 for 2020-07',
        '2020-08 RECURRING 2020-08-01/2020-09-01 341.00',
        '2020-09 RECURRING 2020-09-01/2020-10-01 341.00',
      ],
    ],
    [
      'twice, the second time before the first adjustment is closed: it is changed',
      [toTwenty, (held) => book.change(held, 30, '2020-07-31')],
      [
        '2020-08 ADJUSTMENT 2020-07-01/2020-08-01 120.00 for 2020-07',
        '2020-08 RECURRING 2020-08-01/2020-09-01 930.00',
        '2020-09 RECURRING 2020-09-01/2020-10-01 930.00',
      ],
    ],
    [
      'taken back before the adjustment is closed: it goes',
      [toTwenty, (held) => book.change(held, 10, '2020-07-21')],
      ['2020-08 RECURRING 2020-08-01/2020-09-01 310.00', '2020-09 RECURRING 2020-09-01/2020-10-01 310.00'],
    ],
    [
      'twice, the second time after the first adjustment was closed: one more',
      [toTwenty, undefined, (held) => book.change(held, 30, '2020-07-31')],
      [
        '2020-08 ADJUSTMENT 2020-07-01/2020-08-01 110.00 for 2020-07',
        '2020-08 RECURRING 2020-08-01/2020-09-01 620.00',
        '2020-09 ADJUSTMENT 2020-07-01/2020-08-01 10.00 for 2020-07',
        '2020-09 ADJUSTMENT 2020-08-01/2020-09-01 310.00 for 2020-08',
        '2020-09 RECURRING 2020-09-01/2020-10-01 930.00',
      ],
    ],
    [
      'taken back after the adjustment was closed: the opposite',
      [toTwenty, undefined, (held) => book.change(held, 10, '2020-07-21')],
      [
        '2020-08 ADJUSTMENT 2020-07-01/2020-08-01 110.00 for 2020-07',
        '2020-08 RECURRING 2020-08-01/2020-09-01 620.00',
        '2020-09 ADJUSTMENT 2020-07-01/2020-08-01 -110.00 for 2020-07',
        '2020-09 ADJUSTMENT 2020-08-01/2020-09-01 -310.00 for 2020-08',
        '2020-09 RECURRING 2020-09-01/2020-10-01 310.00',
      ],
    ],
  ];

  const held = new Map<string, Named>();
  let late: Named;
  let yearly: Named;
  let legacy: Named;

  beforeAll(async () => {
    const plans = new Map<string, Named>();
    for (const [name] of STORIES) {
      plans.set(name, await book.plan({ prices: aDay }));
      held.set(name, await book.subscribe(plans.get(name)!, 10, '2020-07-01'));
    }
    yearly = await book.subscribe(await book.plan({ policy: 'YEARLY', prices: { EUR: ['365', '0'] } }), 5, '2020-07-05');
    legacy = await book.subscribe(await book.plan({ policy: 'MAX_OF_MONTH', prices: aDay }), 10, '2020-06-15');
    const take = async (round: 0 | 1 | 2): Promise<void> => {
      for (const [name, steps] of STORIES) await steps[round]?.(held.get(name)!, plans.get(name)!);
    };
    await book.bill('2020-07', '2020-08');
    await book.close('2020-07');
    await take(0);
    late = await book.subscribe(await book.plan({ prices: aDay }), 10, '2020-07-22');
    await book.change(yearly, 6, '2020-07-15');
    await book.change(legacy, 12, '2020-07-31');
    await book.bill('2020-08');
    await take(1);
    await book.bill('2020-08');
    await book.close('2020-08');
    await book.bill('2020-09');
    await take(2);
    await book.bill('2020-09');
  });

  it.each(STORIES)('%s', async (name, _, lines) => {
    expect((await book.billed(held.get(name)!)).filter((line) => !line.startsWith('2020-07'))).toEqual(lines);
  });

  it('a subscription that was entered late', async () => {
    expect((await book.billed(late))[0]).toBe('2020-08 ADJUSTMENT 2020-07-22/2020-08-01 100.00 for 2020-07');
  });

  it('B3: an increase of a yearly one, to the end of its term', async () => {
    expect((await book.billed(yearly)).slice(1)).toEqual(['2020-08 ADJUSTMENT 2020-07-15/2021-07-05 355.00 for 2020-07']);
  });

  it('B1: a larger quantity on the last day of the month', async () => {
    expect((await book.billed(legacy))[1]).toBe('2020-08 ADJUSTMENT 2020-07-01/2020-08-01 62.00 for 2020-07');
  });

  it('says what it is made of: the target, and what was charged already', async () => {
    const adjustments = await book.charges({ subscriptionId: held.get('an increase')!.id, kind: ['ADJUSTMENT'] });
    const explanation = { adjusts: '2020-07', alreadyCharged: { amount: '310.00' } };
    expect(adjustments).toMatchObject([{ status: 'CLOSED', net: { amount: '110.00' }, explanation }]);
  });

  it('in all: charges and adjustments are what rating today would give', async () => {
    expect(await untruths(book, '2020-07', '2020-08', '2020-09')).toEqual([]);
  });
});

describe('H2: which month answers', () => {
  it('with no open month after it the correction waits for one', async () => {
    const held = await book.subscribe(await book.plan({ prices: aDay }), 10, '2018-01-01');
    await book.bill('2018-01');
    await book.close('2018-01');
    await book.change(held, 20, '2018-01-22');
    expect(await untruths(book, '2018-01')).toHaveLength(1);
    await book.bill('2018-02');
    expect((await book.billed(held))[1]).toBe('2018-02 ADJUSTMENT 2018-01-01/2018-02-01 100.00 for 2018-01');
    expect(await untruths(book, '2018-01', '2018-02')).toEqual([]);
  });

  it('an earlier month that is opened later does not charge again what a later open one has charged', async () => {
    const held = await book.subscribe(await book.plan({ prices: aDay }), 10, '2017-01-01');
    await book.bill('2017-01', '2017-03');
    await book.close('2017-01');
    await book.change(held, 20, '2017-01-22');
    await book.bill('2017-03');
    await book.bill('2017-02');
    await book.change(held, 30, '2017-01-31');
    await book.bill('2017-02', '2017-03');
    expect(await untruths(book, ...monthsFrom('2017-01', 3))).toEqual([]);
    await book.close('2017-02');
    await book.change(held, 40, '2017-01-31');
    await book.bill('2017-03');
    expect(await untruths(book, ...monthsFrom('2017-01', 3))).toEqual([]);
  });
});

describe('H2 P5: a customer that moves to another reseller', () => {
  it('gives back the charges of closed months to come on the old edges and owes them on the new ones', async () => {
    const [from, to] = [await book.account('RESELLER'), await book.account('RESELLER')];
    const customer = await book.account('CUSTOMER', from);
    const plan = await book.plan({ product: 'MOVED', prices: { EUR: ['10', '1'] } });
    await book.priceList(undefined, from, 'MOVED', 'DISCOUNT', '10');
    await book.priceList(from, customer, 'MOVED', 'DISCOUNT', '5');
    await book.priceList(undefined, to, 'MOVED', 'DISCOUNT', '20');
    const held = await book.subscribe(plan, 1, '2020-01-01', customer);
    const thisMonth = new Date(book.server.app.clock.now()).toISOString().slice(0, 7);
    const [next, afterNext] = monthsFrom(thisMonth, 3).slice(1) as [string, string];
    await book.bill(next, afterNext);
    await book.close(next);
    await book.do('moveAccount', { accountId: customer.id, parentId: to.id }, 'account { id }');
    await book.bill(afterNext);
    const adjustments = async (): Promise<string[]> => {
      const lines = await book.billed(held, { edges: true });
      return lines.filter((line) => line.includes('ADJUSTMENT')).map((line) => line.split(' ').slice(3).join(' '));
    };
    const givenBack = [`-9.00 for ${next} PROVIDER to ${from.number}`, `-9.50 for ${next} ${from.number} to ${customer.number}`];
    expect(await adjustments()).toEqual([...givenBack, `8.00 for ${next} PROVIDER to ${to.number}`, `8.00 for ${next} ${to.number} to ${customer.number}`]);
    // What is owed on the new edges changes; what is given back on the old ones does not.
    await book.change(held, 2, `${next}-01`);
    expect(await book.bill(afterNext)).toMatchObject({ chargesWritten: '0', chargesChanged: '4', chargesWithdrawn: '0' });
    expect((await adjustments()).sort()).toEqual(
      [...givenBack, `16.00 for ${next} PROVIDER to ${to.number}`, `16.00 for ${next} ${to.number} to ${customer.number}`].sort(),
    );
    expect(await untruths(book, next, afterNext)).toEqual([]);
  });
});

it('the second engine and every invariant agree with all of this', async () => {
  const client = new Client({ connectionString: book.server.databaseUrl, options: SESSION });
  await client.connect();
  const faults: string[] = [];
  for (const month of await ratedMonths(client)) faults.push(...(await compareMonth(client, month)).faults.map(({ detail }) => `${month}: ${detail}`));
  for (const invariant of INVARIANTS) faults.push(...(await readInvariant(client, invariant)).findings.map(({ fault }) => `${invariant.view}: ${fault}`));
  await client.end();
  expect(faults).toEqual([]);
});
