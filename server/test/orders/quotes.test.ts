/** O3: a quote holds for exactly one configuration, and says what changed where it does not hold any more. */
import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Orders, given } from './ordering.ts';

let orders: Orders;
/** The list by which R sells to C-EUR. */
let list: string;
beforeAll(async () => {
  orders = await Orders.open();
  await orders.book.server.app.clock.moveTo(Date.parse('2041-05-11T12:00:00Z'));
  list = await orders.book.priceList({ id: orders.id('R'), number: 'R' }, { id: orders.id('C-EUR'), number: 'C-EUR' }, 'NEW', 'DISCOUNT', '10', '2041-01-01');
});
afterAll(() => orders.stop());

interface Draft {
  readonly id: string;
  readonly lines: readonly { readonly id: string }[];
}

/** Quotes a draft, lets something change, and tries to place it with the old quote. */
async function staleAfter(change: (draft: Draft) => Promise<unknown>, who = 'operator'): Promise<any> {
  const draft: Draft = await orders.draft('SMALL', { Seats: '10' });
  const { token } = await orders.quote(draft.id, who);
  await change(draft);
  const payload = await orders.call('placeOrder', { orderId: draft.id, quoteToken: token }, who);
  expect(payload.order).toBeNull();
  expect((await orders.order(draft.id)).status).toBe('DRAFT');
  // A new quote holds.
  const fresh = await orders.quote(draft.id, who);
  expect((await orders.place(draft.id, fresh.token, who)).status).toBe('SUBMITTED');
  return payload.userErrors;
}

const stale = (changed: string): object[] => [
  {
    code: 'QUOTE_STALE',
    path: ['input', 'quoteToken'],
    message: `the quote does not hold any more: ${changed}; calculate the cost again`,
    parameters: [{ name: 'changed', value: changed }],
  },
];

describe('P3 P5: what a plan costs before it is configured', () => {
  const priceFor = async (who: string, account: string, sku: string): Promise<unknown> => {
    const { data, errors } = await orders.ask(
      who,
      'query ($account: ID!, $sku: String!) { plan(sku: $sku) { priceFor(accountId: $account) { amount currency } } }',
      { account: orders.id(account), sku },
    );
    expect(errors).toBeUndefined();
    return data.plan?.priceFor ?? null;
  };
  const money = (amount: string, currency = 'EUR'): object => ({ amount, currency });

  it.each([
    ['c', 'C-EUR', 'SMALL', money('1.800000')],
    ['r', 'C-EUR', 'SMALL', money('1.800000')],
    ['operator', 'C-EUR', 'SMALL', money('2.000000')],
    ['r', 'R', 'SMALL', money('2.000000')],
    ['r', 'C-JPY', 'YEAR', money('300.000000', 'JPY')],
    ['operator', 'C-DIRECT', 'SMALL', money('2.000000')],
  ])('as %s sees it for %s: %s', async (who, account, sku, price) => {
    expect(await priceFor(who, account, sku)).toEqual(price);
    // The same as the quote will say.
    if (account !== 'C-EUR') return;
    const draft = await orders.draft('SMALL', { Seats: '10' });
    expect((await orders.quote(draft.id, who)).lines[0]).toMatchObject({ unitPrice: { amount: (price as { amount: string }).amount } });
  });

  it.each([
    ['c', 'C-EUR', 'USE', 'charged by use'],
    ['operator', 'C-EUR', 'HIDDEN', 'not in the list of its seller'],
    ['c', 'C-USD', 'SMALL', 'an account that the viewer does not see'],
    ['other', 'C-EUR', 'SMALL', 'an account below another reseller'],
    ['c', 'R', 'SMALL', 'an account above the viewer'],
  ])('is nothing as %s for %s: %s, %s', async (who, account, sku) => {
    expect(await priceFor(who, account, sku)).toBeNull();
  });

  it('is asked for several accounts and all plans of a page at once', async () => {
    const { data } = await orders.ask(
      'r',
      `query ($eur: ID!, $usd: ID!) {
        products { nodes { plans { sku eur: priceFor(accountId: $eur) { amount currency } usd: priceFor(accountId: $usd) { amount currency } } } }
      }`,
      { eur: orders.id('C-EUR'), usd: orders.id('C-USD') },
    );
    const plans = data.products.nodes.flatMap((product: { plans: object[] }) => product.plans);
    expect(plans).toEqual(
      expect.arrayContaining([
        { sku: 'SMALL', eur: money('1.800000'), usd: money('3.000000', 'USD') },
        { sku: 'USE', eur: null, usd: null },
      ]),
    );
  });
});

describe('O3: a quote is stale once', () => {
  it('its seats changed', async () => {
    const errors = await staleAfter(({ lines }) => orders.configure(lines[0]!.id, { Seats: '12' }));
    expect(errors).toEqual(stale('line 1: Seats was 10 and is 12; line 1: the quantity was 10 and is 12'));
  });

  it('its plan changed', async () => {
    const errors = await staleAfter(({ lines }) => orders.configure(lines[0]!.id, { Seats: '10' }, 'operator', { planId: orders.id('YEAR') }));
    expect(errors[0].message).toContain('line 1: the plan was SMALL and is YEAR');
  });

  it('a line was added', async () => {
    expect(await staleAfter(({ id }) => orders.add(id, 'USE'))).toEqual(stale('line 2 (USE) was added'));
  });

  it('a line was taken away and another is in its place', async () => {
    const errors = await staleAfter(async ({ id, lines }) => {
      await orders.add(id, 'SMALL', { Seats: '10' });
      await orders.done('removeOrderLine', { lineId: lines[0]!.id });
    });
    expect(errors).toEqual(stale('line 1 (SMALL) was added; a line (SMALL) was removed'));
  });

  it('a list price changed, for everybody who sees that', async () => {
    let price = 2;
    const raise = (): Promise<void> => orders.book.price({ id: orders.id('SMALL'), number: 'SMALL' }, 'EUR', String(++price), `2041-0${price}-01`);
    expect((await staleAfter(raise))[0].message).toContain('the price for R was 2.000000 EUR and is 3.000000 EUR');
    expect(await staleAfter(raise, 'c')).toEqual(stale('line 1: the price for C-EUR was 2.700000 EUR and is 3.600000 EUR'));
  });

  it('the rate changed; its seller is told which, its buyer only the price', async () => {
    let percent = 10;
    const raise = (): Promise<void> => orders.book.rate(list, 'NEW', 'DISCOUNT', String((percent += 10)), `2041-04-0${percent / 10}`);
    const [sold] = await staleAfter(raise, 'r');
    expect(sold.message).toMatch(/the price list of R for C-EUR was DISCOUNT 10 % \(.{8}\) and is DISCOUNT 20 % \(.{8}\)/);
    const [bought] = await staleAfter(raise, 'c');
    expect(bought.message).toMatch(/the price for C-EUR was 3\.200000 EUR and is 2\.800000 EUR/);
    expect(bought.message).not.toContain('%');
  });

  it('another price list holds, though the price is the same', async () => {
    const errors = await staleAfter(async () => {
      const other = await orders.book.do('createPriceList', { name: 'same', sellerId: orders.id('R') }, 'priceList { id }');
      await orders.book.rate(other.priceList.id, 'NEW', 'DISCOUNT', '30', '2041-01-01');
      await orders.book.do('assignPriceList', { priceListId: other.priceList.id, accountId: orders.id('C-EUR'), validFrom: '2041-05-10' }, '');
    }, 'c');
    expect(errors[0].message).toMatch(/the price list of R for C-EUR was \(.{8}\) and is \(.{8}\)/);
  });

  it('its buyer stands under another seller', async () => {
    const { account } = await orders.book.do(
      'createAccount',
      { kind: 'CUSTOMER', number: 'C-MOVES', name: 'C-MOVES', country: 'DE', currency: 'EUR', parentId: orders.id('R') },
      'account { id }',
    );
    orders.ids.set('C-MOVES', account.id);
    const draft = await orders.draft('SMALL', { Seats: '10' }, { account: 'C-MOVES' });
    const { token } = await orders.quote(draft.id);
    const { data } = await orders.ask('operator', '{ account(number: "PROVIDER") { id } }');
    await orders.book.do('moveAccount', { accountId: account.id, parentId: data.account.id }, '');
    const [error] = await orders.refusals('placeOrder', { orderId: draft.id, quoteToken: token });
    expect(error).toMatchObject({ code: 'QUOTE_STALE', message: expect.stringContaining('who sells was PROVIDER → R, R → C-MOVES and is PROVIDER → C-MOVES') });
  });

  it('the day is over', async () => {
    const errors = await staleAfter(() => orders.book.server.app.clock.moveTo(Date.parse('2041-05-12T00:00:00Z')));
    expect(errors).toEqual(stale('the day was 2041-05-11 and is 2041-05-12'));
  });

  it('and holds while only what it is not bound to changes', async () => {
    const { id, lines } = await orders.draft('SMALL', { Seats: '10' });
    const { token } = await orders.quote(id);
    await orders.configure(lines[0].id, { Seats: '10' }, 'operator', { approvalCode: 'X-1' });
    await orders.book.price({ id: orders.id('LARGE'), number: 'LARGE' }, 'EUR', '77', '2041-05-12');
    expect((await orders.place(id, token)).status).toBe('SUBMITTED');
  });

  it('a line became incomplete: that is said before all else', async () => {
    const { id, lines } = await orders.draft('SMALL', { Seats: '10' });
    const { token } = await orders.quote(id);
    await orders.configure(lines[0].id, {});
    expect(await orders.refusals('placeOrder', { orderId: id, quoteToken: token })).toMatchObject([{ code: 'ORDER_INCOMPLETE' }]);
  });
});

describe('O3: a quote is foreign', () => {
  const refused = async (orderId: string, quoteToken: string, who?: string): Promise<string[]> =>
    (await orders.refusals('placeOrder', { orderId, quoteToken }, who)).map(({ code }: { code: string }) => code);

  it('for another order of the same configuration', async () => {
    const [one, other] = [await orders.draft('SMALL', { Seats: '10' }), await orders.draft('SMALL', { Seats: '10' })];
    expect(await refused(other.id, (await orders.quote(one.id)).token)).toEqual(['QUOTE_FOREIGN']);
  });

  it('for another account, which would pay another price', async () => {
    const { id } = await orders.draft('SMALL', { Seats: '10' });
    expect(await refused(id, (await orders.quote(id, 'c')).token, 'r')).toEqual(['QUOTE_FOREIGN']);
  });

  it('where it is none of ours', async () => {
    const { id } = await orders.draft('SMALL', { Seats: '10' });
    const { token } = await orders.quote(id);
    const [version, body, signature] = token.split('.') as [string, string, string];
    const bound = JSON.parse(inflateRawSync(Buffer.from(body, 'base64url')).toString()) as { facts: { lines: { edges: { unitPrice: string }[] }[] } };
    bound.facts.lines[0]!.edges[0]!.unitPrice = '0.000000 EUR';
    const cheaper = deflateRawSync(JSON.stringify(bound)).toString('base64url');
    const forged = ['', 'x', '..', token.slice(0, -2), `${token}.x`, `q2.${body}.${signature}`, `${version}.${cheaper}.${signature}`, `${version}.${body}.`];
    for (const made of [...forged, randomBytes(60_000).toString('base64url')])
      expect({ made: made.slice(0, 20), codes: await refused(id, made) }).toMatchObject({ codes: ['QUOTE_FOREIGN'] });
    expect((await orders.order(id)).status).toBe('DRAFT');
  });

  it('and tells its bearer nothing beyond what they see', async () => {
    const { id } = await orders.draft('SMALL', { Seats: '10' });
    const { token } = await orders.quote(id, 'c');
    const facts = inflateRawSync(Buffer.from(token.split('.')[1]!, 'base64url')).toString();
    expect(facts).toContain('C-EUR');
    // What R pays, and the rate by which it sells.
    expect(facts).not.toContain('4.000000');
    expect(facts).not.toMatch(/PROVIDER|DISCOUNT|MARKUP|%/);
  });
});

describe('C4: a number of licenses outside of the band', () => {
  it('names the plans that fit', async () => {
    const { id } = await orders.create('C-EUR', 'OPERATOR');
    const [error] = await orders.refusals('addOrderLine', { orderId: id, planId: orders.id('SMALL'), characteristics: given({ Seats: '60' }) });
    expect(error).toMatchObject({ code: 'QUANTITY_TOO_LARGE', path: ['input', 'characteristics', '0', 'value'] });
    expect(error.parameters).toContainEqual({ name: 'fittingPlans', value: 'ANNIVERSARY, LARGE, YEAR' });
  });

  it('is asked again when it is placed', async () => {
    const { id } = await orders.draft('SMALL', { Seats: '40' });
    const { token } = await orders.quote(id);
    await orders.book.do('updatePlan', { planId: orders.id('SMALL'), maxQuantity: 30 }, '');
    expect(await orders.refusals('placeOrder', { orderId: id, quoteToken: token })).toMatchObject([
      { code: 'QUANTITY_TOO_LARGE', path: ['input', 'lines', '0', 'characteristics', '0', 'value'] },
    ]);
    await orders.book.do('updatePlan', { planId: orders.id('SMALL'), maxQuantity: 49 }, '');
  });
});
