/** A book of business with something wrong in it: what is said, of which cell, and that nothing of the file is taken. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mutations } from './api/asking.ts';
import { importBook, key, type Answer } from './server.ts';

let ask: Mutations;
beforeAll(async () => (ask = await Mutations.open()));
afterAll(() => ask.world.server.stop());

const HEADERS = {
  ACCOUNTS: 'number,name,kind,parent,email,country,currency',
  PLANS: 'sku,product,billing_policy,cycle,daily_quantity,min_quantity,max_quantity,currency,list_price,vendor_cost,valid_from',
  PRICE_LISTS: 'seller,buyer,product,mode,percent,valid_from',
  SUBSCRIPTIONS: 'subscription,account,event,effective_on,plan,quantity',
} as const;
type Kind = keyof typeof HEADERS;

const take = async (kind: Kind, text: string | Buffer, dryRun = false): Promise<Answer['data']> =>
  typeof text === 'string' ? importBook(ask.world.server, kind, text, dryRun) : importBytes(kind, text);

async function importBytes(kind: Kind, bytes: Buffer): Promise<Answer['data']> {
  const { uploadId, uploadUrl } = await ask.done('createUpload', { fileName: 'book.csv', byteSize: bytes.length }, 'uploadId uploadUrl');
  await fetch(ask.world.server.url + uploadUrl, { method: 'PUT', headers: await ask.world.headers('operator'), body: new Uint8Array(bytes) });
  return ask.call('importBook', { kind, uploadId, dryRun: false }, { select: 'report { rows committed } job { state }' });
}

/** The books without what an attempt itself leaves: its upload, its job and the answer under its key. */
async function books(): Promise<object> {
  const { upload: _upload, upload_part: _parts, job: _job, idempotency_record: _answers, ...rest } = await ask.books();
  return rest;
}

const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const GOOD = 'C-NEW,New GmbH,CUSTOMER,,,DE,EUR';

describe('a file that cannot be taken as a whole', () => {
  it.each<[string, Kind, string | Buffer, string, string]>([
    ['spaces only', 'ACCOUNTS', '  \n', 'FILE_EMPTY', 'the file has no bytes'],
    ['a header only (BI-02)', 'ACCOUNTS', `${HEADERS.ACCOUNTS}\r\n`, 'FILE_NO_ROWS', 'a header and no rows'],
    ['UTF-16 (BI-04)', 'ACCOUNTS', utf16(`${HEADERS.ACCOUNTS}\n${GOOD}\n`), 'FILE_ENCODING', 'save it as UTF-8'],
    [
      'Windows-1251 (BI-05)',
      'ACCOUNTS',
      Buffer.concat([Buffer.from(`${HEADERS.ACCOUNTS}\nC-NEW,`), Buffer.from([0xca, 0xe0]), Buffer.from(',CUSTOMER,,,DE,EUR\n')]),
      'FILE_ENCODING',
      'save it as UTF-8',
    ],
    ['a NUL (BI-59)', 'ACCOUNTS', `${HEADERS.ACCOUNTS}\nC-NEW,New,CUSTOMER,a\0b,,DE,EUR\n`, 'FILE_ENCODING', `byte ${HEADERS.ACCOUNTS.length + 21}`],
    [
      'a column that is missing (BI-08)',
      'PRICE_LISTS',
      'seller,buyer,product,percent\n,C-DIRECT,KES,5\n',
      'COLUMN_MISSING',
      'columns missing: mode, valid_from; found are seller, buyer, product, percent',
    ],
    [
      'a column twice (BI-10)',
      'SUBSCRIPTIONS',
      `${HEADERS.SUBSCRIPTIONS},quantity\nS-NEW,C-DIRECT,ACTIVATE,2026-05-01,KES-1,5,6\n`,
      'COLUMN_DUPLICATE',
      'column quantity stands 2 times',
    ],
    ['a column that nobody reads', 'ACCOUNTS', `${HEADERS.ACCOUNTS},discount\n${GOOD},5\n`, 'COLUMN_UNKNOWN', 'column discount is not one of number, name'],
    [
      'a quote that is never closed (BI-11)',
      'ACCOUNTS',
      `${HEADERS.ACCOUNTS}\nC-NEW,"New GmbH,CUSTOMER,,,DE,EUR\n${`${GOOD}\n`.repeat(10_000)}`,
      'CSV_MALFORMED',
      'line ',
    ],
    ['text after a quote', 'ACCOUNTS', `${HEADERS.ACCOUNTS}\nC-NEW,"New" GmbH,CUSTOMER,,,DE,EUR\n`, 'CSV_MALFORMED', 'line 2'],
    ['a file of another kind', 'PLANS', '%PDF-1.7\nsomething\n', 'COLUMN_MISSING', 'columns missing: sku, product'],
  ])('%s', async (_, kind, text, code, message) => {
    const before = await books();
    const { userErrors, report } = await take(kind, text);
    expect(userErrors[0]).toMatchObject({ code, path: ['input', 'uploadId'], message: expect.stringContaining(message) });
    expect(userErrors[0].message).not.toMatch(/undefined|null|NaN|[{}]/);
    expect(report.committed).toBe(false);
    expect(await books()).toEqual(before);
  });

  it('nothing at all is refused before it comes (BI-01)', async () => {
    expect((await take('ACCOUNTS', '')).userErrors).toMatchObject([{ code: 'FILE_EMPTY' }]);
  });
});

type Row = [what: string, kind: Kind, rows: string, errors: readonly string[], message: string];

const ACCOUNTS: readonly Row[] = [
  ['no number', 'ACCOUNTS', ',New,CUSTOMER,,,DE,EUR', ['2 number VALUE_REQUIRED'], 'number is required'],
  [
    'no name, no country and no currency',
    'ACCOUNTS',
    'C-NEW,,CUSTOMER,,,,',
    ['2 name VALUE_REQUIRED', '2 country VALUE_REQUIRED', '2 currency VALUE_REQUIRED'],
    'name is required',
  ],
  ['a long name', 'ACCOUNTS', `C-NEW,${'x'.repeat(201)},CUSTOMER,,,DE,EUR`, ['2 name TEXT_INVALID'], 'name may not hold more than 200 characters'],
  ['a name from right to left (BI-59)', 'ACCOUNTS', 'C-NEW,\u202egnp.exe,CUSTOMER,,,DE,EUR', ['2 name TEXT_INVALID'], 'name may not hold control characters'],
  ['a name on two lines (BI-59)', 'ACCOUNTS', 'C-NEW,"x\r\nBcc: all@example.com",CUSTOMER,,,DE,EUR', ['2 name TEXT_INVALID'], 'line breaks'],
  ['another kind', 'ACCOUNTS', 'C-NEW,New,PROVIDER,,,DE,EUR', ['2 kind VALUE_NOT_ALLOWED'], 'kind is PROVIDER; it must be RESELLER or CUSTOMER'],
  ['no email', 'ACCOUNTS', 'C-NEW,New,CUSTOMER,,ann@,DE,EUR', ['2 email EMAIL_INVALID'], 'ann@ is not an email address'],
  ['no country', 'ACCOUNTS', 'C-NEW,New,CUSTOMER,,,XX,EUR', ['2 country COUNTRY_UNKNOWN'], 'XX is not an ISO 3166-1 country code'],
  [
    'currencies that are none (BI-44)',
    'ACCOUNTS',
    'C-1,N,CUSTOMER,,,DE,ZZZ\nC-2,N,CUSTOMER,,,DE,XXX\nC-3,N,CUSTOMER,,,DE,€\nC-4,N,CUSTOMER,,,DE,HRK',
    ['2 currency CURRENCY_UNKNOWN', '3 currency CURRENCY_UNKNOWN', '4 currency CURRENCY_UNKNOWN', '5 currency CURRENCY_UNKNOWN'],
    'ZZZ is not an ISO 4217 currency code',
  ],
  ['a taken number', 'ACCOUNTS', 'C-RIVAL,New,CUSTOMER,,,DE,EUR', ['2 number NUMBER_TAKEN'], 'the number C-RIVAL belongs to another account'],
  ['a number twice (BI-17)', 'ACCOUNTS', `${GOOD}\n${GOOD}`, ['3 number ROW_DUPLICATE'], 'the row repeats row 2'],
  ['a parent that is not there', 'ACCOUNTS', 'C-NEW,New,CUSTOMER,R-NOPE,,DE,EUR', ['2 parent ACCOUNT_UNKNOWN'], 'there is no account R-NOPE'],
  [
    'a parent that cannot be one (A1)',
    'ACCOUNTS',
    'C-NEW,New,CUSTOMER,C-RIVAL,,DE,EUR',
    ['2 parent PARENT_KIND_NOT_ALLOWED'],
    'a CUSTOMER cannot be under a CUSTOMER',
  ],
  [
    'a circle (A1)',
    'ACCOUNTS',
    'R-A,A,RESELLER,R-B,,DE,EUR\nR-B,B,RESELLER,R-A,,DE,EUR',
    ['2 parent ACCOUNT_CYCLE', '3 parent ACCOUNT_CYCLE'],
    'R-A cannot go under R-B',
  ],
  ['a cell too many', 'ACCOUNTS', `${GOOD},x`, ['2 null CSV_MALFORMED'], 'the row has 1 cells more than the header'],
  [
    'one wrong row among good ones',
    'ACCOUNTS',
    `${GOOD}\nC-BAD,,CUSTOMER,,,DE,EUR\nC-GOOD,Good,CUSTOMER,,,DE,EUR`,
    ['3 name VALUE_REQUIRED'],
    'name is required',
  ],
];

const plan = (more: Partial<Record<string, string>> = {}): string =>
  Object.values({
    sku: 'P-NEW',
    product: 'KES',
    policy: 'PAYG',
    cycle: 'CALENDAR',
    daily: 'CLOSING',
    min: '1',
    max: '9',
    currency: 'EUR',
    list: '10',
    cost: '6',
    from: '2026-01-01',
    ...more,
  }).join(',');

const PLANS: readonly Row[] = [
  [
    'no policy',
    'PLANS',
    plan({ policy: 'MONTHLY' }),
    ['2 billing_policy VALUE_NOT_ALLOWED'],
    'billing_policy is MONTHLY; it must be MAX_OF_MONTH or PAYG or YEARLY',
  ],
  [
    'a cycle that does not go with it (B2)',
    'PLANS',
    plan({ policy: 'YEARLY', cycle: 'ANNIVERSARY' }),
    ['2 cycle POLICY_OPTION_NOT_ALLOWED'],
    'cycle ANNIVERSARY does not go with YEARLY',
  ],
  ['a band of nothing (C3)', 'PLANS', plan({ min: '9', max: '8' }), ['2 min_quantity BAND_INVALID'], 'a band from 9 to 8 holds no quantity'],
  [
    'a price with two meanings (BI-07)',
    'PLANS',
    plan({ list: '"1,234"' }),
    ['2 list_price NUMBER_INVALID'],
    'list_price is 1,234; it must be a price such as 3.107000',
  ],
  ['a price below nothing (BI-34)', 'PLANS', plan({ list: '-3.00' }), ['2 list_price NUMBER_INVALID'], 'list_price is -3.00'],
  ['a price finer than six decimals (BI-35)', 'PLANS', plan({ cost: '0.00001234' }), ['2 vendor_cost NUMBER_INVALID'], 'at most six decimals'],
  [
    'words for numbers (BI-38)',
    'PLANS',
    ['NaN', 'Infinity', '1e309', '१२', '١٢', '12 500', '--1', '0x1F'].map((max, i) => plan({ sku: `P-${i}`, max })).join('\n'),
    Array.from({ length: 8 }, (_, i) => `${i + 2} max_quantity NUMBER_INVALID`),
    'max_quantity is NaN; it must be a whole number',
  ],
  [
    'nonsense days (BI-52)',
    'PLANS',
    ['2026-02-30', '2026-13-01', '0000-00-00', '10000-01-01', '2026-W05', '20260101', '2026-1-1', '10/11/2026', '46296']
      .map((from, i) => plan({ sku: `P-${i}`, from }))
      .join('\n'),
    Array.from({ length: 9 }, (_, i) => `${i + 2} valid_from DATE_INVALID`),
    'valid_from is 2026-02-30; it must be a day such as 2026-05-11',
  ],
  ['the same price twice (BI-17)', 'PLANS', `${plan()}\n${plan()}`, ['3 valid_from ROW_DUPLICATE'], 'the row repeats row 2'],
  [
    'a plan that contradicts itself',
    'PLANS',
    `${plan()}\n${plan({ currency: 'USD', max: '8' })}`,
    ['3 max_quantity PLAN_ROW_DIFFERS'],
    'max_quantity of P-NEW is 8 here and 9 in row 2',
  ],
  ['a price that is there', 'PLANS', plan({ sku: 'KES-1', max: '49' }), ['2 valid_from PRICE_OVERLAPS'], 'plan KES-1 already has a EUR price from 2026-01-01'],
];

const PRICE_LISTS: readonly Row[] = [
  ['nobody who sells', 'PRICE_LISTS', 'R-NOPE,C-DIRECT,KES,DISCOUNT,5,2026-01-01', ['2 seller ACCOUNT_UNKNOWN'], 'there is no account R-NOPE'],
  ['nobody who buys (BI-19)', 'PRICE_LISTS', ',C-404,KES,DISCOUNT,5,2026-01-01', ['2 buyer ACCOUNT_UNKNOWN'], 'there is no account C-404'],
  ['nothing to sell (BI-19)', 'PRICE_LISTS', ',C-DIRECT,NOPE,DISCOUNT,5,2026-01-01', ['2 product PRODUCT_UNKNOWN'], 'there is no product NOPE'],
  ['another’s buyer (P1)', 'PRICE_LISTS', ',C-RIVAL,KES,DISCOUNT,5,2026-01-01', ['2 buyer PRICE_LIST_BUYER_NOT_ALLOWED'], 'C-RIVAL does not buy from PROVIDER'],
  ['more than all', 'PRICE_LISTS', ',C-DIRECT,KES,DISCOUNT,100.01,2026-01-01', ['2 percent PERCENT_INVALID'], 'DISCOUNT 100.01 % is not possible'],
  [
    'a comma for a dot',
    'PRICE_LISTS',
    ',C-DIRECT,KES,DISCOUNT,"12,5",2026-01-01',
    ['2 percent NUMBER_INVALID'],
    'percent is 12,5; it must be a percentage such as 12.25',
  ],
  [
    'a rate twice from one day (BI-47)',
    'PRICE_LISTS',
    ',R-RIVAL,KES,DISCOUNT,5,2026-01-01',
    ['2 valid_from PRICE_LIST_PERIOD_OVERLAPS'],
    'the rate of KES for R-RIVAL already begins on 2026-01-01',
  ],
  [
    'a row twice',
    'PRICE_LISTS',
    ',C-DIRECT,KES,DISCOUNT,5,2026-01-01\n,C-DIRECT,KES,DISCOUNT,6,2026-01-01',
    ['3 valid_from ROW_DUPLICATE'],
    'the row repeats row 2',
  ],
];

const event = (what: string, on: string, plan_: string, quantity: string | number, number = 'S-NEW', account = 'C-DIRECT'): string =>
  [number, account, what, on, plan_, quantity].join(',');
const BEGUN = event('ACTIVATE', '2026-05-01', 'KES-1', 10);

const SUBSCRIPTIONS: readonly Row[] = [
  [
    'a formula for a customer (BI-20)',
    'SUBSCRIPTIONS',
    event('ACTIVATE', '2026-05-01', 'KES-1', 5, 'S-NEW', '"=HYPERLINK(""http://evil.example/"")"'),
    ['2 account ACCOUNT_UNKNOWN'],
    'there is no account =HYPERLINK',
  ],
  [
    'a reseller for a customer',
    'SUBSCRIPTIONS',
    event('ACTIVATE', '2026-05-01', 'KES-1', 5, 'S-NEW', 'R-RIVAL'),
    ['2 account ACCOUNT_KIND_NOT_ALLOWED'],
    'R-RIVAL is a RESELLER; this needs a CUSTOMER',
  ],
  [
    'a closed account (A2)',
    'SUBSCRIPTIONS',
    event('ACTIVATE', '2026-05-01', 'KES-1', 5, 'S-NEW', 'M-CLOSED'),
    ['2 account ACCOUNT_CLOSED'],
    'account M-CLOSED is closed',
  ],
  [
    'a taken number',
    'SUBSCRIPTIONS',
    event('ACTIVATE', '2026-05-01', 'KES-1', 5, 'S-RIVAL'),
    ['2 subscription NUMBER_TAKEN'],
    'the number S-RIVAL belongs to another subscription',
  ],
  ['no plan (BI-19)', 'SUBSCRIPTIONS', event('ACTIVATE', '2026-05-01', 'NOPE', 5), ['2 plan PLAN_UNKNOWN'], 'there is no plan NOPE'],
  [
    'no event',
    'SUBSCRIPTIONS',
    event('RESUME', '2026-05-01', 'KES-1', 5),
    ['2 event VALUE_NOT_ALLOWED'],
    'event is RESUME; it must be ACTIVATE or CHANGE or SWITCH or TERMINATE',
  ],
  [
    'quantities that are none (BI-28, BI-29)',
    'SUBSCRIPTIONS',
    [0, -5].map((quantity, i) => event('ACTIVATE', '2026-05-01', 'KES-1', quantity, `S-${i}`)).join('\n'),
    ['2 quantity QUANTITY_TOO_SMALL', '3 quantity QUANTITY_TOO_SMALL'],
    'quantity 0 is below 1',
  ],
  [
    'more than the band (C4, BI-31)',
    'SUBSCRIPTIONS',
    event('ACTIVATE', '2026-05-01', 'KES-1', 50),
    ['2 quantity QUANTITY_TOO_LARGE'],
    'quantity 50 is above 49, the most that KES-1 allows; plans that fit: KES-2',
  ],
  [
    'more than any number (BI-31)',
    'SUBSCRIPTIONS',
    event('ACTIVATE', '2026-05-01', 'KES-1', 2_147_483_648),
    ['2 quantity NUMBER_INVALID'],
    'quantity is 2147483648',
  ],
  [
    'a change before the beginning',
    'SUBSCRIPTIONS',
    event('CHANGE', '2026-05-01', '', 5),
    ['2 event EVENT_NOT_ALLOWED'],
    'CHANGE of S-NEW: it was not activated before',
  ],
  ['a second beginning', 'SUBSCRIPTIONS', `${BEGUN}\n${event('ACTIVATE', '2026-05-02', 'KES-1', 5)}`, ['3 event EVENT_NOT_ALLOWED'], 'it was activated before'],
  [
    'a change after the end (B8)',
    'SUBSCRIPTIONS',
    `${BEGUN}\n${event('TERMINATE', '2026-05-05', '', '')}\n${event('CHANGE', '2026-05-06', '', 5)}`,
    ['4 event EVENT_NOT_ALLOWED'],
    'it was terminated before, and that is final',
  ],
  [
    'another account half-way',
    'SUBSCRIPTIONS',
    `${BEGUN}\n${event('CHANGE', '2026-05-05', '', 5, 'S-NEW', 'C-RIVAL')}`,
    ['3 account EVENT_NOT_ALLOWED'],
    'it belongs to C-DIRECT since row 2',
  ],
  [
    'a year downwards (B3, BI-32)',
    'SUBSCRIPTIONS',
    `${event('ACTIVATE', '2026-05-01', 'KES-Y', 25)}\n${event('CHANGE', '2026-05-11', '', 20)}`,
    ['3 quantity QUANTITY_DECREASE_NOT_ALLOWED'],
    'a YEARLY subscription cannot go from 25 to 20 licenses before its term ends on 2027-05-01',
  ],
  [
    'a switch to another policy',
    'SUBSCRIPTIONS',
    `${BEGUN}\n${event('SWITCH', '2026-05-11', 'KES-Y', 10)}`,
    ['3 plan PLAN_POLICY_DIFFERS'],
    'a switch keeps the billing policy',
  ],
  [
    'a plan without a price on that day',
    'SUBSCRIPTIONS',
    event('ACTIVATE', '2025-12-31', 'KES-1', 5),
    ['2 plan PRICE_MISSING'],
    'plan KES-1 has no EUR price in force on 2025-12-31',
  ],
  [
    'the same event twice',
    'SUBSCRIPTIONS',
    `${BEGUN}\n${event('CHANGE', '2026-05-11', '', 5)}\n${event('CHANGE', '2026-05-11', '', 5)}`,
    ['4 null ROW_DUPLICATE'],
    'keep one',
  ],
];

describe('rows that are wrong', () => {
  it.each([...ACCOUNTS, ...PLANS, ...PRICE_LISTS, ...SUBSCRIPTIONS])('%s (%s)', async (_, kind, rows, errors, message) => {
    const before = await books();
    const text = `${HEADERS[kind]}\n${rows}\n`;
    const dry = await take(kind, text, true);
    const said = (dry.report.errors as { row: number; column: string | null; code: string; message: string }[]).map(
      ({ row, column, code }) => `${row} ${column} ${code}`,
    );
    expect(said).toEqual(errors);
    expect(dry.report.errors[0].message).toContain(message);
    for (const { message: sentence } of dry.report.errors) expect(sentence).not.toMatch(/undefined|null|\{|\}|[0-9a-f]{8}-[0-9a-f]{4}-/);
    const real = await take(kind, text);
    expect({ ...real.report, dryRun: true }).toEqual(dry.report);
    expect(real.report).toMatchObject({ committed: false, rejected: new Set(errors.map((error) => error.split(' ')[0])).size });
    expect(await books()).toEqual(before);
  });
});

describe('what is taken', () => {
  it.each<[string, Kind, string]>([
    [
      'with a mark in front, CRLF, columns in another order and capitals',
      'ACCOUNTS',
      '\ufeffCurrency,Country,Email,Parent,Kind,Name,Number\r\neur,de,,,customer,Straße 1 GmbH,C-T1\r\n',
    ],
    [
      'with accents, emoji and markup in a name (BI-59)',
      'ACCOUNTS',
      `${HEADERS.ACCOUNTS}\nC-T2,Café 👩‍👩‍👧‍👦 GmbH,CUSTOMER,,,DE,EUR\nC-T3,<img src=x onerror=alert(1)>,CUSTOMER,,,TR,TRY\n`,
    ],
    ['with spaces around a number (BI-38)', 'PLANS', `${HEADERS.PLANS}\n${plan({ sku: 'P-T4', max: ' 12 ', currency: ' EUR' })}\n`],
    [
      'with three decimals of a dinar and none of a yen (BI-40, BI-41)',
      'PLANS',
      `${HEADERS.PLANS}\n${plan({ sku: 'P-T5', currency: 'KWD', list: '1.2345', cost: '0.0005' })}\n${plan({ sku: 'P-T5', currency: 'JPY', list: '333.4', cost: '250.0' })}\n`,
    ],
    [
      'in any order of its rows',
      'SUBSCRIPTIONS',
      `${HEADERS.SUBSCRIPTIONS}\n${event('CHANGE', '2026-05-11', '', 20, 'S-T6')}\n${event('ACTIVATE', '2026-05-01', 'KES-1', 25, 'S-T6')}\n`,
    ],
    [
      'with two changes of one day, the last of which counts (BI-46)',
      'SUBSCRIPTIONS',
      `${HEADERS.SUBSCRIPTIONS}\n${event('ACTIVATE', '2026-05-01', 'KES-1', 25, 'S-T7')}\n${event('CHANGE', '2026-05-10', '', 20, 'S-T7')}\n${event('CHANGE', '2026-05-10', '', 25, 'S-T7')}\n`,
    ],
    ['from a leap day on (BI-49)', 'SUBSCRIPTIONS', `${HEADERS.SUBSCRIPTIONS}\n${event('ACTIVATE', '2028-02-29', 'KES-Y', 5, 'S-T8')}\n`],
  ])('%s', async (_, kind, text) => {
    const before = await books();
    const dry = await take(kind, text, true);
    expect(dry.report).toMatchObject({ errors: [], rejected: 0, committed: false });
    expect(await books()).toEqual(before);
    expect((await take(kind, text)).report).toMatchObject({ errors: [], rejected: 0, committed: true });
  });

  it('once: the same file again is told row by row that it is there (BI-13)', async () => {
    const text = `${HEADERS.ACCOUNTS}\nC-ONCE,Once,CUSTOMER,,,DE,EUR\n`;
    expect((await take('ACCOUNTS', text)).report.committed).toBe(true);
    expect((await take('ACCOUNTS', text)).report).toMatchObject({ committed: false, errors: [{ code: 'NUMBER_TAKEN' }] });
  });

  it('once: the same request again gets the same answer (BI-55)', async () => {
    const [idempotencyKey, text] = [key(), `${HEADERS.ACCOUNTS}\nC-AGAIN,Again,CUSTOMER,,,DE,EUR\n`];
    const uploadId = await ask.upload(text);
    const select = 'replayed job { id } report { committed rows }';
    const first = await ask.call('importBook', { kind: 'ACCOUNTS', uploadId, dryRun: false, idempotencyKey }, { select });
    const second = await ask.call('importBook', { kind: 'ACCOUNTS', uploadId, dryRun: false, idempotencyKey }, { select });
    expect(first).toMatchObject({ replayed: false, report: { committed: true, rows: 1 }, userErrors: [] });
    expect(second).toEqual({ ...first, replayed: true });
    expect((await ask.call('importBook', { kind: 'PLANS', uploadId, dryRun: false, idempotencyKey })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
  });
});
