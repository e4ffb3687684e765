/**
 * The worked figures, twice each: asked of `simulateCharges`, and held by a stored subscription, billed and read back.
 * Ids such as KA-1 name the vendor's examples that they come from.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Book, monthsFrom, type Named, type PlanTerms } from './book.ts';

type Story = readonly [
  name: string,
  terms: Pick<PlanTerms, 'policy' | 'cycle' | 'daily'> & { readonly currency?: string },
  price: string,
  /** Licenses from each moment on; 0 terminates. */
  held: Readonly<Record<string, number>>,
  /** The months that are billed. */
  billed: readonly string[],
  charges: readonly string[],
];

const LEGACY = { policy: 'MAX_OF_MONTH' } as const;
const PAYG = { policy: 'PAYG' } as const;
const PEAK = { policy: 'PAYG', daily: 'PEAK' } as const;
const ANNIVERSARY = { policy: 'PAYG', cycle: 'ANNIVERSARY' } as const;
const YEARLY = { policy: 'YEARLY' } as const;

const STORIES: readonly Story[] = [
  [
    'B1 KA-1: 25 from mid-April, 20 from 11 May: April is free, May is 25 for the whole month',
    LEGACY,
    '1.00',
    { '2021-04-15': 25, '2021-05-11': 20 },
    monthsFrom('2021-04', 3),
    ['2021-05 RECURRING 2021-05-01/2021-06-01 25.00', '2021-06 RECURRING 2021-06-01/2021-07-01 20.00'],
  ],
  [
    'B1 KA-10: stopped on 1 August, August is free',
    LEGACY,
    '1.00',
    { '2021-06-15': 10, '2021-08-01T09:00:00Z': 0 },
    monthsFrom('2021-06', 4),
    ['2021-07 RECURRING 2021-07-01/2021-08-01 10.00'],
  ],
  [
    'B1 KA-11: stopped on 2 August, all of August is owed',
    LEGACY,
    '1.00',
    { '2021-06-15': 10, '2021-08-02': 0 },
    monthsFrom('2021-06', 4),
    ['2021-07 RECURRING 2021-07-01/2021-08-01 10.00', '2021-08 RECURRING 2021-08-01/2021-09-01 10.00'],
  ],
  [
    'B1 KA-14: of several changes the largest counts, even one of an hour',
    LEGACY,
    '1.00',
    { '2021-04-15': 10, '2021-05-11T10:00:00Z': 30, '2021-05-11T11:00:00Z': 12, '2021-05-20': 8 },
    monthsFrom('2021-05', 2),
    ['2021-05 RECURRING 2021-05-01/2021-06-01 30.00', '2021-06 RECURRING 2021-06-01/2021-07-01 8.00'],
  ],
  [
    'B2 KA-2: the same customer by the day: 21.61 in May',
    PAYG,
    '1.00',
    { '2021-04-15': 25, '2021-05-11': 20 },
    monthsFrom('2021-04', 2),
    ['2021-04 RECURRING 2021-04-15/2021-05-01 13.33', '2021-05 RECURRING 2021-05-01/2021-06-01 21.61'],
  ],
  [
    'B2 KA-5: charged from the activation, 500 for 27 of 31 days at 51.93',
    PAYG,
    '51.93',
    { '2021-05-05': 500 },
    ['2021-05'],
    ['2021-05 RECURRING 2021-05-05/2021-06-01 22614.68'],
  ],
  ['B2 in yen', { ...PAYG, currency: 'JPY' }, '51.93', { '2021-05-05': 500 }, ['2021-05'], ['2021-05 RECURRING 2021-05-05/2021-06-01 22615']],
  ['B2 in dinars', { ...PAYG, currency: 'KWD' }, '51.93', { '2021-05-05': 500 }, ['2021-05'], ['2021-05 RECURRING 2021-05-05/2021-06-01 22614.677']],
  ['B2: the last day only', PAYG, '3', { '2021-05-31': 10 }, ['2021-05'], ['2021-05 RECURRING 2021-05-31/2021-06-01 0.97']],
  ['B2: stopped on the 7th', PAYG, '3', { '2021-05-01': 10, '2021-05-07': 0 }, monthsFrom('2021-05', 2), ['2021-05 RECURRING 2021-05-01/2021-05-07 5.81']],
  ['B2: begun and stopped on one day', PAYG, '3', { '2021-05-07T08:00:00Z': 10, '2021-05-07T09:00:00Z': 0 }, monthsFrom('2021-05', 2), []],
  [
    'B2: 29 February is one of 29 days',
    PAYG,
    '1.00',
    { '2024-02-29': 29 },
    monthsFrom('2024-02', 2),
    ['2024-02 RECURRING 2024-02-29/2024-03-01 1.00', '2024-03 RECURRING 2024-03-01/2024-04-01 29.00'],
  ],
  [
    'B dailyQuantity CLOSING: of one day the last quantity counts',
    PAYG,
    '1.00',
    { '2021-05-01': 10, '2021-05-11T10:00:00Z': 30, '2021-05-11T11:00:00Z': 10 },
    ['2021-05'],
    ['2021-05 RECURRING 2021-05-01/2021-06-01 10.00'],
  ],
  [
    'B dailyQuantity PEAK: of one day the largest counts',
    PEAK,
    '1.00',
    { '2021-05-01': 10, '2021-05-11T10:00:00Z': 30, '2021-05-11T11:00:00Z': 10 },
    ['2021-05'],
    ['2021-05 RECURRING 2021-05-01/2021-06-01 10.65'],
  ],
  [
    'B2 ANNIVERSARY: from the 31st, counted from the anchor, in the month of the last day',
    ANNIVERSARY,
    '1.00',
    { '2023-01-31': 10 },
    monthsFrom('2023-01', 4),
    ['2023-02 RECURRING 2023-01-31/2023-02-28 10.00', '2023-03 RECURRING 2023-02-28/2023-03-31 10.00', '2023-04 RECURRING 2023-03-31/2023-04-30 10.00'],
  ],
  [
    'B2 ANNIVERSARY: a change within the period',
    ANNIVERSARY,
    '1.00',
    { '2021-04-15': 25, '2021-05-11': 20 },
    monthsFrom('2021-04', 3),
    ['2021-05 RECURRING 2021-04-15/2021-05-15 24.33', '2021-06 RECURRING 2021-05-15/2021-06-15 20.00'],
  ],
  [
    'B2 ANNIVERSARY: stopped on a 1st, so the month before has the last day',
    ANNIVERSARY,
    '1.00',
    { '2024-05-23': 101, '2024-07-01': 0 },
    monthsFrom('2024-05', 4),
    ['2024-06 RECURRING 2024-05-23/2024-06-23 101.00', '2024-06 RECURRING 2024-06-23/2024-07-01 26.93'],
  ],
  ['B3: once for the term', YEARLY, '31.20', { '2024-09-23': 72 }, ['2024-09', '2024-10', '2025-08'], ['2024-09 RECURRING 2024-09-23/2025-09-23 2246.40']],
  [
    'B3: an increase for the days that remain, the day itself included',
    YEARLY,
    '31.20',
    { '2024-02-29': 8, '2024-05-12': 10 },
    ['2024-02', '2024-03', '2024-05'],
    ['2024-02 RECURRING 2024-02-29/2025-02-28 249.60', '2024-05 PRORATION 2024-05-12/2025-02-28 49.92'],
  ],
  [
    'B3: terms from 29 February',
    YEARLY,
    '10',
    { '2023-02-28': 1, '2024-02-28': 3 },
    ['2023-02', '2023-03', '2024-02', '2025-02'],
    ['2023-02 RECURRING 2023-02-28/2024-02-28 10.00', '2024-02 RECURRING 2024-02-28/2025-02-28 30.00', '2025-02 RECURRING 2025-02-28/2026-02-28 30.00'],
  ],
  [
    'B3: a lower quantity where a new term begins',
    YEARLY,
    '1.00',
    { '2023-07-24': 10, '2024-07-24': 7 },
    ['2023-07', '2024-07'],
    ['2023-07 RECURRING 2023-07-24/2024-07-24 10.00', '2024-07 RECURRING 2024-07-24/2025-07-24 7.00'],
  ],
  [
    'B3: a stop refunds nothing, and nothing renews',
    YEARLY,
    '1.00',
    { '2023-07-24': 91, '2024-04-06': 0 },
    ['2023-07', '2024-04', '2024-07'],
    ['2023-07 RECURRING 2023-07-24/2024-07-24 91.00'],
  ],
  ['B3 in yen: 66 × 5,085.6', { ...YEARLY, currency: 'JPY' }, '5085.6', { '2024-08-28': 66 }, ['2024-08'], ['2024-08 RECURRING 2024-08-28/2025-08-28 335650']],
];

let book: Book;
beforeAll(async () => (book = await Book.open()));
afterAll(() => book.stop());

/** Subscribes and changes as a story tells. */
async function live(plan: Named, held: Readonly<Record<string, number>>, customer: Named): Promise<Named> {
  const [[activated, quantity], ...changes] = Object.entries(held) as [[string, number], ...[string, number][]];
  const subscription = await book.subscribe(plan, quantity, activated, customer);
  for (const [when, held] of changes) await (held === 0 ? book.terminate(subscription, when) : book.change(subscription, held, when));
  return subscription;
}

describe('worked figures', () => {
  const told = new Map<string, Named>();

  beforeAll(async () => {
    for (const [name, { currency = 'EUR', ...terms }, price, held] of STORIES) {
      const plan = await book.plan({ ...terms, prices: { [currency]: [price, '0'] } });
      told.set(name, await live(plan, held, await book.customer(currency)));
    }
    const months = new Set(STORIES.flatMap(([, , , , billed]) => billed));
    await book.bill(...[...months].sort());
  }, 180_000);

  it.each(STORIES)('%s', async (name, _terms, _price, _held, billed, expected) => {
    const lines = await book.billed(told.get(name)!);
    expect(lines.filter((line) => billed.includes(line.slice(0, 7)))).toEqual(expected);
  });

  it.each(STORIES)('simulated: %s', async (_, { currency = 'EUR', policy, cycle, daily }, unitPrice, held, billed, expected) => {
    const moments = Object.entries(held).map(([when, quantity]) => ({ at: book.at(when), quantity }));
    const to = `${monthsFrom(billed.at(-1)!, 2)[1]}-01`;
    const { data } = await book.ask(
      'query ($input: SimulateChargesInput!) { simulateCharges(input: $input) { charges { kind periodStart periodEnd net { amount } } userErrors { code } } }',
      {
        input: {
          billingPolicy: policy,
          unitPrice,
          currency,
          ...(cycle && { cycle }),
          ...(daily && { dailyQuantity: daily }),
          activatedAt: moments[0]!.at,
          terminatedAt: moments.find(({ quantity }) => quantity === 0)?.at,
          changes: moments.filter(({ quantity }) => quantity > 0),
          from: `${billed[0]}-01`,
          to,
        },
      },
    );
    const { charges, userErrors } = data.simulateCharges;
    expect(userErrors).toEqual([]);
    // One in arrears that begins in these months may be billed after them.
    const due = charges.filter(({ periodEnd }: any) => cycle !== 'ANNIVERSARY' || periodEnd <= to);
    expect(due.map(({ kind, periodStart, periodEnd, net }: any) => `${kind} ${periodStart}/${periodEnd} ${net.amount}`)).toEqual(
      expected.map((line) => line.slice(8)),
    );
  });
});

describe('what a policy refuses, by name', () => {
  it('B3 KA-3: 25 to 20 inside a term, simulated and done; 25 to 30 is fine', async () => {
    const subscription = await book.subscribe(await book.plan(YEARLY), 25, '2021-04-15');
    const input = { subscriptionId: subscription.id, effectiveAt: book.at('2021-05-11') };
    expect(await book.refusals('changeSubscriptionQuantity', { ...input, quantity: 20, idempotencyKey: 'story-ka-3' })).toEqual([
      'QUANTITY_DECREASE_NOT_ALLOWED',
    ]);
    await book.change(subscription, 30, '2021-05-11');

    const { data } = await book.ask(`{ simulateCharges(input: { billingPolicy: YEARLY, unitPrice: "1.00", currency: "EUR", activatedAt: "2021-04-15T00:00:00Z",
      changes: [{ at: "2021-04-15T00:00:00Z", quantity: 25 }, { at: "2021-05-11T00:00:00Z", quantity: 20 }], from: "2021-04-01", to: "2021-06-01" }) { total { amount } userErrors { code path } } }`);
    expect(data.simulateCharges).toEqual({ total: null, userErrors: [{ code: 'QUANTITY_DECREASE_NOT_ALLOWED', path: ['input', 'changes', '1', 'quantity'] }] });
  });

  it.each([
    ['B1', LEGACY, ['PLAN_SWITCH_NOT_ALLOWED']],
    ['B3 KA-4', YEARLY, ['PLAN_SWITCH_NOT_ALLOWED']],
    ['B2 KA-4', PAYG, []],
  ] as const)('%s: switching the plan', async (_, terms, refusals) => {
    const [from, to] = [await book.plan(terms), await book.plan(terms)];
    const subscription = await book.subscribe(from, 25, '2021-04-15');
    const input = { subscriptionId: subscription.id, planId: to.id, effectiveAt: book.at('2021-05-11'), idempotencyKey: `story-${from.number}` };
    expect(await book.refusals('switchSubscriptionPlan', input)).toEqual(refusals);
  });

  it('B8 KA-6: what was stopped stays stopped', async () => {
    const subscription = await book.subscribe(await book.plan(PAYG), 25, '2021-04-15');
    await book.terminate(subscription, '2021-05-11');
    const input = { subscriptionId: subscription.id, quantity: 30, effectiveAt: book.at('2021-05-12'), idempotencyKey: 'story-ka-6' };
    expect(await book.refusals('changeSubscriptionQuantity', input)).toEqual(['SUBSCRIPTION_TERMINATED']);
  });
});

describe('more than one plan, term or price', () => {
  it('B2 KA-4: a plan switch gives one charge for each plan, each for its own days', async () => {
    const [small, large] = [
      await book.plan({ sku: 'BAND-1-49', prices: { EUR: ['1.00', '0'] } }),
      await book.plan({ sku: 'BAND-50-249', prices: { EUR: ['0.80', '0'] } }),
    ];
    const subscription = await book.subscribe(small, 40, '2022-08-01');
    await book.switchPlan(subscription, large, '2022-08-16', 62);
    await book.switchPlan(subscription, small, '2022-08-24', 31);
    await book.bill('2022-08');
    // 40 × 15 + 31 × 8 = 848 license-days at 1.00; 62 × 8 = 496 at 0.80; of 31.
    expect(await book.billed(subscription, { skus: true })).toEqual([
      '2022-08 RECURRING 2022-08-01/2022-09-01 27.35 BAND-1-49',
      '2022-08 RECURRING 2022-08-16/2022-08-24 12.80 BAND-50-249',
    ]);
  });

  it('B2 ANNIVERSARY: a plan that is left and taken up again within one period has one charge for it, in the month of its last day', async () => {
    const [one, other] = [
      await book.plan({ ...ANNIVERSARY, sku: 'ONE', product: 'MAIL', prices: { EUR: ['31', '0'] } }),
      await book.plan({ ...ANNIVERSARY, sku: 'OTHER', product: 'MAIL', prices: { EUR: ['62', '0'] } }),
    ];
    const expected = ['2022-06 RECURRING 2022-05-17/2022-06-17 23.00 ONE', '2022-06 RECURRING 2022-06-01/2022-06-09 16.00 OTHER'];
    const [known, learned] = [await book.subscribe(one, 1, '2022-05-17'), await book.subscribe(one, 1, '2022-05-17')];
    for (const subscription of [known, learned]) await book.switchPlan(subscription, other, '2022-06-01');
    await book.switchPlan(known, one, '2022-06-09');
    await book.bill('2022-05', '2022-06');
    expect(await book.billed(known, { skus: true })).toEqual(expected);

    // Taken up again only after it was billed as ended on 1 June, so May must give its charge back.
    expect((await book.billed(learned, { skus: true }))[0]).toBe('2022-05 RECURRING 2022-05-17/2022-06-01 15.00 ONE');
    await book.switchPlan(learned, one, '2022-06-09');
    await book.bill('2022-05', '2022-06');
    expect(await book.billed(learned, { skus: true })).toEqual(expected);
  });

  it('B3: renews at the quantity that was scheduled, or not at all', async () => {
    const plan = await book.plan({ ...YEARLY, prices: { EUR: ['10', '0'] } });
    const [fewer, ended, same] = [
      await book.subscribe(plan, 10, '2026-03-15'),
      await book.subscribe(plan, 10, '2026-03-15'),
      await book.subscribe(plan, 10, '2026-03-15'),
    ];
    await book.renewal(fewer, true, 4);
    await book.renewal(ended, false);
    await book.bill('2026-03', '2027-03', '2028-03');
    const first = '2026-03 RECURRING 2026-03-15/2027-03-15 100.00';
    expect(await book.billed(fewer)).toEqual([first, '2027-03 RECURRING 2027-03-15/2028-03-15 40.00', '2028-03 RECURRING 2028-03-15/2029-03-15 40.00']);
    expect(await book.billed(ended)).toEqual([first]);
    expect(await book.billed(same)).toEqual([first, '2027-03 RECURRING 2027-03-15/2028-03-15 100.00', '2028-03 RECURRING 2028-03-15/2029-03-15 100.00']);
  });

  it('P1 P3 P5: one charge an edge, down a chain of three sellers', async () => {
    const plan = await book.plan({ product: 'CHAIN', prices: { EUR: ['3.107', '2'] } });
    const first = await book.account('RESELLER');
    const second = await book.account('RESELLER', first);
    const customer = await book.account('CUSTOMER', second);
    await book.priceList(undefined, first, 'CHAIN', 'DISCOUNT', '12.25'); // 3.107 × 0.8775 = 2.7263925 → 2.726393
    await book.priceList(first, second, 'CHAIN', 'MARKUP', '6'); // 2.726393 × 1.06 = 2.88997658 → 2.889977
    await book.priceList(second, customer, 'CHAIN', 'DISCOUNT', '2'); // of the list price, not stacked: 3.04486
    const subscription = await book.subscribe(plan, 100, '2022-08-01', customer);
    await book.bill('2022-08');
    expect(await book.billed(subscription, { edges: true })).toEqual([
      `2022-08 RECURRING 2022-08-01/2022-09-01 272.64 PROVIDER to ${first.number}`,
      `2022-08 RECURRING 2022-08-01/2022-09-01 289.00 ${first.number} to ${second.number}`,
      `2022-08 RECURRING 2022-08-01/2022-09-01 304.49 ${second.number} to ${customer.number}`,
    ]);
    expect((await book.charges({ subscriptionId: subscription.id })).map(({ unitPrice }) => unitPrice)).toEqual(['2.726393', '2.889977', '3.044860']);
  });

  it('P5: without lists the first edge has the list price, and the others what their seller pays', async () => {
    const plan = await book.plan({ product: 'UNLISTED', prices: { EUR: ['10', '8'] } });
    const reseller = await book.account('RESELLER');
    const [customer, direct] = [await book.account('CUSTOMER', reseller), await book.account('CUSTOMER')];
    const [sold, straight] = [await book.subscribe(plan, 1, '2022-08-01', customer), await book.subscribe(plan, 1, '2022-08-01', direct)];
    await book.bill('2022-08');
    expect(await book.billed(sold, { edges: true })).toEqual([
      `2022-08 RECURRING 2022-08-01/2022-09-01 10.00 PROVIDER to ${reseller.number}`,
      `2022-08 RECURRING 2022-08-01/2022-09-01 10.00 ${reseller.number} to ${customer.number}`,
    ]);
    expect(await book.billed(straight, { edges: true })).toEqual([`2022-08 RECURRING 2022-08-01/2022-09-01 10.00 PROVIDER to ${direct.number}`]);
    await book.priceList(undefined, reseller, 'UNLISTED', 'DISCOUNT', '10');
    await book.bill('2022-08');
    expect((await book.billed(sold)).map((line) => line.split(' ').at(-1))).toEqual(['9.00', '9.00']);
  });

  it('P4: the list in force on the first day of the charged period is used, and its rate kept', async () => {
    const plan = await book.plan({ product: 'DATED', prices: { EUR: ['10', '1'] } });
    const customer = await book.account('CUSTOMER');
    const list = await book.priceList(undefined, customer, 'DATED', 'DISCOUNT', '10', '2022-01-01');
    await book.rate(list, 'DATED', 'DISCOUNT', '20', '2022-08-15');
    await book.price(plan, 'EUR', '20', '2022-09-02');
    const [before, after] = [await book.subscribe(plan, 1, '2022-08-01', customer), await book.subscribe(plan, 31, '2022-08-16', customer)];
    await book.bill('2022-08', '2022-09', '2022-10');
    expect(await book.billed(before)).toEqual([
      '2022-08 RECURRING 2022-08-01/2022-09-01 9.00',
      '2022-09 RECURRING 2022-09-01/2022-10-01 8.00',
      '2022-10 RECURRING 2022-10-01/2022-11-01 16.00',
    ]);
    expect((await book.billed(after))[0]).toBe('2022-08 RECURRING 2022-08-16/2022-09-01 128.00');
  });

  it('P6: a rate under cost must be confirmed, one above the list price is said', async () => {
    const product = await book.product('GUARDED');
    await book.plan({ product: 'GUARDED', prices: { EUR: ['10', '8'] } });
    const { priceList } = await book.do('createPriceList', { name: 'guarded' }, 'priceList { id }');
    const entry = { priceListId: priceList.id, productId: product, validFrom: '2022-01-01' };
    expect(await book.refusals('setPriceListEntry', { ...entry, mode: 'DISCOUNT', percent: '21' })).toEqual(['PRICE_UNDER_COST']);
    const { warnings } = await book.do('setPriceListEntry', { ...entry, mode: 'MARKUP', percent: '30' }, 'warnings');
    expect(warnings).toHaveLength(1);
  });
});
