/** T1: a billing day is a day of the billing time zone, daylight saving included. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, startServer } from '../server.ts';
import { Book } from './book.ts';
import { untruths } from './truth.ts';

describe.each([
  // Summer time ends on the last day of October: at 23:30 it is 22:30 UTC, in summer it would have been 21:30.
  ['Europe/Berlin', 2021, '2021-10-31T22:30:00Z', '2021-03-31T21:30:00Z'],
  // Half past eleven in the evening is the next day in UTC, and the next month.
  ['America/Sao_Paulo', 2018, '2018-11-01T02:30:00Z', '2018-04-01T02:30:00Z'],
  ['Pacific/Auckland', 2021, '2021-10-31T10:30:00Z', '2021-03-31T10:30:00Z'],
] as const)('T1: in %s', (timeZone, year, lateInOctober, lateInMarch) => {
  let book: Book;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    // The template was installed for UTC; this book is another installation's.
    await client.query('update installation set billing_time_zone = $1', [timeZone]);
    await client.end();
    book = await Book.of(await startServer({ DATABASE_URL: database.url, BILLING_TIME_ZONE: timeZone }));
    stop = async () => {
      await book.stop();
      await database.drop();
    };
  });
  afterAll(() => stop());

  /** One a day for each license, in months of 31 days. */
  const aDay = { EUR: ['31', '0'] } as const;

  it.each([
    ['March', `${year}-03`, lateInMarch, `${year}-04`],
    ['October', `${year}-10`, lateInOctober, `${year}-11`],
  ])('B2: half an hour before %s ends counts as its last day', async (_, month, late, next) => {
    const held = await book.subscribe(await book.plan({ prices: aDay }), 10, `${month}-01`);
    await book.change(held, 20, late);
    await book.bill(month, next);
    expect((await book.billed(held)).slice(0, 2)).toEqual([
      `${month} RECURRING ${month}-01/${next}-01 320.00`,
      expect.stringMatching(new RegExp(`^${next} RECURRING ${next}-01/.* 620.00$`)),
    ]);
  });

  it('B2: activated and ended in the last half hour: one day, and none', async () => {
    const plan = await book.plan({ prices: aDay });
    const [begun, ended] = [await book.subscribe(plan, 10, lateInOctober), await book.subscribe(plan, 10, `${year}-10-30`)];
    await book.terminate(ended, lateInOctober);
    await book.bill(`${year}-10`);
    expect((await book.billed(begun))[0]).toBe(`${year}-10 RECURRING ${year}-10-31/${year}-11-01 10.00`);
    expect(await book.billed(ended)).toEqual([`${year}-10 RECURRING ${year}-10-30/${year}-10-31 10.00`]);
  });

  it('B1: the largest of the month, held for its last half hour only', async () => {
    const held = await book.subscribe(await book.plan({ policy: 'MAX_OF_MONTH', prices: { EUR: ['1', '0'] } }), 10, `${year}-09-15`);
    await book.change(held, 25, lateInOctober);
    await book.bill(`${year}-10`);
    expect((await book.billed(held))[0]).toBe(`${year}-10 RECURRING ${year}-10-01/${year}-11-01 25.00`);
  });

  it('B3: a term begins on the day that it is there, and so does the next', async () => {
    const held = await book.subscribe(await book.plan({ policy: 'YEARLY', prices: { EUR: ['365', '0'] } }), 1, lateInOctober);
    await book.bill(`${year}-10`, `${year + 1}-10`);
    expect(await book.billed(held)).toEqual([
      `${year}-10 RECURRING ${year}-10-31/${year + 1}-10-31 365.00`,
      `${year + 1}-10 RECURRING ${year + 1}-10-31/${year + 2}-10-31 365.00`,
    ]);
  });

  it('in all: what stands is what the history says', async () => {
    await book.bill(`${year}-10`);
    expect(await untruths(book, `${year}-03`, `${year}-04`, `${year}-10`)).toEqual([]);
  });
});
