/** A checker that cannot fail proves nothing: each invariant is broken on purpose, and exactly it must say so. */
import { CURRENCY_CODES, minorDigits } from '@cloudtill/domain/money/currency';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INVARIANTS, readInvariant } from '../../src/verify/invariants.ts';
import { SESSION } from '../../src/verify/second-engine.ts';
import type { TestServer } from '../server.ts';
import { close, startWithSampleBook } from './sample-server.ts';

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await startWithSampleBook(['2026-03', '2026-04', '2026-05']);
  await close(server, '2026-03');
  client = new Client({ connectionString: server.databaseUrl, options: SESSION });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

/** What each invariant says, by view; those that say nothing are left out. */
async function found(): Promise<Record<string, string[]>> {
  const all: [string, string[]][] = [];
  for (const invariant of INVARIANTS) {
    const { findings } = await readInvariant(client, invariant);
    all.push([invariant.view, findings.map(({ fault }) => fault)]);
  }
  return Object.fromEntries(all.filter(([, faults]) => faults.length > 0));
}

/** Breaks the books as only their owner can, past triggers and foreign keys, and takes it back. */
async function foundAfter(...breaks: readonly string[]): Promise<Record<string, string[]>> {
  await client.query('begin');
  try {
    await client.query('set local session_replication_role = replica');
    for (const sql of breaks) {
      const { rowCount, command } = await client.query(sql);
      if (['UPDATE', 'DELETE', 'INSERT'].includes(command) && rowCount === 0) throw new Error(`nothing was broken by ${sql}`);
    }
    return await found();
  } finally {
    await client.query('rollback');
  }
}

/** A charge of an open month: of pay-as-you-go, or as asked for. */
const aCharge = (where = "p.billing_policy = 'PAYG' and p.cycle = 'CALENDAR'"): string =>
  `(select c.customer_id, c.billing_month, c.id from charge c join plan p on p.id = c.plan_id where c.billing_month = '2026-05-01' and c.net_minor > 100 and ${where} order by c.id limit 1)`;
const ofCharge = (where?: string): string => `(customer_id, billing_month, id) = ${aCharge(where)}`;
/** Makes the money of changed charges fit again, so that only what was meant to be broken is. */
const RECOMPUTE = `update charge c set net_minor = divide_rounded(unit_price_micros * days.sum * ('1e' || minor_digits(currency))::numeric, 1000000 * period_days::numeric, rounding),
                       cost_minor = divide_rounded(cost_price_micros * days.sum * ('1e' || minor_digits(currency))::numeric, 1000000 * period_days::numeric, rounding)
  from (select customer_id, billing_month, id, (select sum(segments[i + 2]::numeric * (segments[i + 1] - segments[i])) from generate_series(1, cardinality(segments), 3) i) from charge) days
 where (days.customer_id, days.billing_month, days.id) = (c.customer_id, c.billing_month, c.id) and c.billing_month = '2026-05-01'`;
const TWO_EDGES = 'exists (select from charge d where d.billing_month = c.billing_month and d.subscription_id = c.subscription_id and d.tier = 1)';
const anActive = `(select s.id from service_subscription s join quantity_span q on q.subscription_id = s.id and q.to_on = 'infinity' and q.from_on < '2026-01-01' where s.status = 'ACTIVE' order by s.id limit 1)`;

function expectToSay(faults: readonly string[], says: RegExp): void {
  expect(
    faults.some((fault) => says.test(fault)),
    `none of ${JSON.stringify(faults)} says ${says}`,
  ).toBe(true);
}

describe('invariants', () => {
  it('have nothing to say about a book that is right', async () => {
    expect(await found()).toEqual({});
  });

  it.each([
    // what is broken, how, which invariant says what
    ['a charge is lost', [`delete from charge where ${ofCharge('not ' + TWO_EDGES)}`], 'inv_01', /is not charged$/],
    ['the charge of one edge is lost', [`delete from charge where ${ofCharge(`c.tier = 0 and ${TWO_EDGES}`)}`], 'inv_01', /is charged on 1 of 2 edges$/],
    ['the charge of the last edge is lost', [`delete from charge where ${ofCharge('c.tier = 1')}`], 'inv_01', /is charged on 1 of 2 edges$/],
    [
      'a day of a charge is lost',
      [`update charge set segments[2] = segments[2] - 1 where ${ofCharge()}`, RECOMPUTE],
      'inv_01',
      /is charged for \d+ license days only$/,
    ],
    [
      'a charge is made that nobody owes',
      [
        `insert into charge select (jsonb_populate_record(c, jsonb_build_object('id', 900000, 'plan_id', (select o.id from plan o join plan p on p.product_id = o.product_id and p.id <> o.id where p.id = c.plan_id limit 1)))).* from charge c where ${ofCharge()}`,
      ],
      'inv_02',
      /the history has no such service$/,
    ],
    [
      'a charge is too large',
      [`update charge set segments[3] = segments[3] + 1 where ${ofCharge()}`, RECOMPUTE],
      'inv_02',
      /is charged for \d+ license days, but the history has \d+$/,
    ],
    [
      'a span has another quantity',
      [`update quantity_span set quantity = quantity + 1 where subscription_id = ${anActive} and to_on = 'infinity'`],
      'inv_03',
      /its spans say .* its history says/,
    ],
    [
      'a span begins late',
      [
        `update quantity_span set from_on = from_on + 1 where subscription_id = ${anActive} and from_on > (select activated_on from service_subscription where id = ${anActive})`,
      ],
      'inv_03',
      /gap or overlap|its spans say/,
    ],
    [
      'a span ends early',
      [`update quantity_span set to_on = '2029-01-01' where subscription_id = ${anActive} and to_on = 'infinity'`],
      'inv_03',
      /its last span ends on 2029-01-01, its history on infinity/,
    ],
    [
      'a line of the history has another number',
      [
        `update quantity_change set sequence = 70 where sequence = (select max(sequence) from quantity_change c where c.subscription_id = ${anActive}) and subscription_id = ${anActive}`,
      ],
      'inv_03',
      /its history has \d+ lines, numbered from \d+ to 70/,
    ],
    [
      'a subscription says that it ends',
      [`update service_subscription set ends_on = '2029-01-01' where id = ${anActive}`],
      'inv_03',
      /ends on 2029-01-01, its history says .* infinity/,
    ],
    [
      'a subscription says that it holds more',
      [`update service_subscription set quantity = quantity + 1 where id = ${anActive}`],
      'inv_03',
      /it says that it holds \d+, its history says \d+/,
    ],
    [
      'an amount is changed',
      [`update charge set net_minor = net_minor + 1 where ${ofCharge()}`],
      'inv_04',
      /^net \d+ is not what its price and its segments give: \d+$/,
    ],
    ['a cost is changed', [`update charge set cost_minor = cost_minor - 1 where ${ofCharge()}`], 'inv_04', /^cost \d+ is not what its cost price/],
    [
      'a rate is changed',
      [`update charge set rate_percent = rate_percent + 10000 where ${ofCharge('c.rate_mode is not null')}`],
      'inv_04',
      /^unit price \d+ is not what its rate gives: \d+$/,
    ],
    [
      'a price without a rate is not the one above',
      [`update charge set list_price_micros = list_price_micros + 1 where ${ofCharge('c.rate_mode is null and c.tier = 0')}`],
      'inv_04',
      /^unit price \d+ should be \d+, for there is no rate$/,
    ],
    [
      'a seller’s cost is not the price above',
      [`update charge set cost_price_micros = cost_price_micros + 1000000 where ${ofCharge(`c.tier = 1 and c.rate_mode = 'DISCOUNT'`)}`, RECOMPUTE],
      'inv_04',
      /^cost price \d+ is not the price of the edge above: \d+$/,
    ],
    [
      'a charge has another currency',
      [`update charge set currency = 'CHF' where ${ofCharge(`c.currency in ('EUR', 'USD')`)}`],
      'inv_05',
      /^its currency is CHF, that of its customer/,
    ],
    ['a period has no days', [`update charge set period_end = period_start where ${ofCharge()}`], 'inv_05', /has no days$/],
    [
      'segments leave the period',
      [`update charge set period_end = period_end - 1 where ${ofCharge()}`],
      'inv_05',
      /segments overlap, are empty or leave its period$/,
    ],
    [
      'a charge lies in another month’s partition',
      ['alter table charge_2026_05 rename to charge_2026_15'],
      'inv_05',
      /^it lies in the partition charge_2026_15$/,
    ],
    [
      'a month with charges was never rated',
      [`update billing_period set rated_at = null where month = '2026-05-01'`],
      'inv_05',
      /^it has charges, and is no billing period that was rated$/,
    ],
    ['a closed month is not frozen', ['alter table charge_2026_03 disable trigger frozen'], 'inv_05', /^it is closed, and its charges are not frozen$/],
    [
      'a correction corrects an open month',
      [
        `update charge set kind = 'ADJUSTMENT', adjusts_month = '2026-04-01', already_net_minor = 0, already_cost_minor = 0 where ${ofCharge()}`,
        `insert into rating_mark select billing_month, customer_id, subscription_id from charge where ${ofCharge()} union select '2026-04-01', customer_id, subscription_id from charge where ${ofCharge()}`,
      ],
      'inv_05',
      /^it corrects no closed month before its own$/,
    ],
    [
      'an event was handled and given up',
      [`update outbox_event set handled_at = now(), dead_reason = 'lost' where id = (select min(id) from outbox_event)`],
      'inv_11',
      /it was both handled and given up$/,
    ],
    [
      'an event was given up without a reason',
      [`update outbox_event set handled_at = null, dead_reason = ' ' where id = (select min(id) from outbox_event)`],
      'inv_11',
      /it was given up without a reason$/,
    ],
    [
      'an event fails for ever',
      [`insert into outbox_event (topic, payload, recorded_at, attempts) values ('other.topic', '{}', now(), 10)`],
      'inv_11',
      /it failed 10 times and was not given up$/,
    ],
    [
      'a vendor was to be asked long ago',
      [
        `insert into provisioning_operation (id, account_id, vendor_code, kind, request, state, since, due_at, actor_kind, actor_name, created_at)
          select gen_random_uuid(), id, 'KASPERSKY', 'CREATE_CUSTOMER', '{}', 'QUEUED', now(), now() - interval '1 hour', 'SYSTEM', 'x', now() from account where number = 'DEMO-CUSTOMER'`,
      ],
      'inv_07',
      /and nobody was told$/,
    ],
    [
      'a vendor works on what it was never sent',
      [
        `insert into provisioning_operation (id, account_id, vendor_code, kind, request, state, since, due_at, actor_kind, actor_name, created_at)
          select gen_random_uuid(), id, 'KASPERSKY', 'CREATE_CUSTOMER', '{}', 'ACCEPTED', now(), now(), 'SYSTEM', 'x', now() from account where number = 'DEMO-CUSTOMER'`,
      ],
      'inv_07',
      /and was never sent$/,
    ],
    [
      'a subscription waits for nobody',
      [
        `insert into service_subscription (id, customer_id, number, product_id, plan_id, status, quantity, created_at, updated_at)
          select gen_random_uuid(), a.id, 'S-WAITS', p.product_id, p.id, 'PENDING', 1, now(), now() from account a, plan p where a.number = 'DEMO-CUSTOMER' order by p.sku limit 1`,
      ],
      'inv_08',
      /it waits for its vendor, and the vendor is not asked$/,
    ],
    [
      'a subscription has no side at its vendor',
      [`update service_subscription set platform = 'KORM' where id = ${anActive}`],
      'inv_08',
      /and has no side there$/,
    ],
    [
      'an order is done and its line is not',
      [
        `insert into customer_order (id, number, account_id, channel, status, currency, placed_at, placed_by_id, executed_at, completed_at, created_by_kind, created_by_id, created_by_name, created_at, updated_at)
          select gen_random_uuid(), 'ORD-BROKEN', id, 'API', 'COMPLETED', 'EUR', now(), id, now(), now(), 'USER', id, 'x', now(), now() from account where number = 'DEMO-CUSTOMER'`,
        `insert into order_line (id, order_id, account_id, position, plan_id, quantity, status, subscription_id)
          select gen_random_uuid(), o.id, o.account_id, 1, s.plan_id, 1, 'EXECUTING', s.id from customer_order o, service_subscription s where o.number = 'ORD-BROKEN' and s.id = ${anActive}`,
      ],
      'inv_08',
      /^(it is COMPLETED, with lines that are EXECUTING|it is EXECUTING, its subscription ACTIVE)$/,
    ],
    [
      'an account’s path is another one',
      [`update account set path = path[2:] where kind = 'CUSTOMER' and number = 'DEMO-CUSTOMER'`],
      'inv_12',
      /its path is not the path of its parent and itself$/,
    ],
    [
      'a charge is sold by somebody else',
      [`update charge set seller_id = (select id from account where number = 'DEMO-RESELLER') where ${ofCharge()}`],
      'inv_12',
      /the account tree has no such edge$/,
    ],
    [
      'a charge names another seller’s price list',
      [
        `insert into price_list (id, seller_id, name, created_at, updated_at) select gen_random_uuid(), id, 'theirs', now(), now() from account where number = 'DEMO-RESELLER'`,
        `update charge set price_list_id = (select id from price_list where name = 'theirs') where ${ofCharge()}`,
      ],
      'inv_12',
      /it is no list of that seller$/,
    ],
    [
      'a mark names another customer',
      [`insert into rating_mark select '2020-01-01', (select id from account where number = 'DEMO-CUSTOMER'), ${anActive}`],
      'inv_12',
      /row\(s\) of rating_mark name it for customer .* it is held by/,
    ],
    [
      'a price list entry names a plan of another product',
      [
        `update price_list_entry e set plan_id = (select p.id from plan p where p.product_id <> e.product_id limit 1) where id = (select id from price_list_entry order by id limit 1)`,
      ],
      'inv_12',
      /its plan belongs to another product/,
    ],
    [
      'an audit event says something else',
      [
        `update audit_event set after = '{"status": "OPEN"}' where (account_id, sequence) = (select account_id, sequence from audit_event order by sequence desc limit 1)`,
      ],
      'inv_13',
      /its hash does not fit$/,
    ],
    ['an audit event is gone', ['delete from audit_event where sequence = 2'], 'inv_13', /events are missing before it/],
    [
      'the last audit event is gone',
      ['delete from audit_event e where sequence = (select max(sequence) from audit_event)'],
      'inv_13',
      /it ends with event \d+, its head says \d+/,
    ],
    [
      'an audit event was slipped in with a hash of its own',
      [
        `update audit_event set after = '{}' where sequence = 2`,
        `update audit_event e set hash = sha256(e.previous_hash || convert_to(audit_text(e), 'UTF8')) where sequence = 2`,
      ],
      'inv_13',
      /it does not follow from the event before it$/,
    ],
  ] as const)('see that %s', async (_, breaks, view, says) => {
    const faults = await foundAfter(...breaks);
    expect(Object.keys(faults)).toEqual([view]);
    expectToSay(faults[view]!, says);
  });

  it.each([
    // what is broken, how, which invariants see it, and what the last of them says
    [
      'an orphaned charge',
      [`update charge set subscription_id = gen_random_uuid() where ${ofCharge()}`],
      ['inv_01', 'inv_02', 'inv_12'],
      /^1 row\(s\) of charge name it .* and it does not exist$/,
    ],
    [
      'a charge after the end',
      [`update service_subscription set ends_on = '2026-04-20' where id = (select c.subscription_id from charge c where ${ofCharge()})`],
      ['inv_03', 'inv_05'],
      /is not held: the subscription ended on 2026-04-20$/,
    ],
    [
      'a charge before the beginning',
      [`update service_subscription set activated_on = '2026-05-30' where id = (select c.subscription_id from charge c where ${ofCharge()})`],
      ['inv_03', 'inv_05'],
      /^it begins on 2026-05-\d\d, the subscription on 2026-05-30$/,
    ],
    [
      'a charge for the free month',
      [
        `update service_subscription set activated_on = '2026-05-01' where id = (select c.subscription_id from charge c where ${ofCharge("p.billing_policy = 'MAX_OF_MONTH'")})`,
      ],
      ['inv_03', 'inv_05'],
      /^its period is the free one$/,
    ],
    [
      'a charge in a month that is not its own',
      [
        `update charge set period_start = '2026-04-20', period_end = '2026-05-10', segments = array['2026-04-20'::date - '1970-01-01'::date, '2026-05-10'::date - '1970-01-01'::date, 1] where ${ofCharge()}`,
        RECOMPUTE,
      ],
      ['inv_01', 'inv_02', 'inv_05'],
      /^its period from 2026-04-20 to 2026-05-10 belongs to another month$/,
    ],
    [
      'a charge for more days than there are',
      [`update charge set period_days = 7 where ${ofCharge("p.billing_policy = 'MAX_OF_MONTH'")}`, RECOMPUTE],
      ['inv_05'],
      /^it covers more days than the 7 of its whole period$/,
    ],
    [
      'a charge of no plan',
      [`update charge set plan_id = gen_random_uuid() where ${ofCharge()}`],
      ['inv_01', 'inv_02', 'inv_12'],
      /it is no plan of their product$/,
    ],
    [
      'a holder that is no customer',
      [`update account set kind = 'RESELLER' where id = (select customer_id from service_subscription where id = ${anActive})`],
      ['inv_12'],
      /^its holder is no customer$/,
    ],
    [
      'an account below a customer',
      [
        `insert into account (id, number, kind, parent_id, path, name, country, currency, locale, status, created_at, updated_at) select gen_random_uuid(), 'LOST', 'CUSTOMER', id, '{}', 'Lost', 'DE', 'EUR', 'en', 'ACTIVE', now(), now() from account where number = 'DEMO-CUSTOMER'`,
      ],
      ['inv_12'],
      /^LOST: it stands below a customer$/,
    ],
    [
      'a plan of another product',
      [`update service_subscription s set product_id = (select p.id from product p where p.id <> s.product_id limit 1) where id = ${anActive}`],
      ['inv_12'],
      /^its plan belongs to another product$/,
    ],
  ] as const)('see %s from every side', async (_, breaks, views, says) => {
    const faults = await foundAfter(...breaks);
    expect(Object.keys(faults)).toEqual(views);
    expectToSay(faults[views.at(-1)!]!, says);
  });

  it('wait with their judgment while something is pending', async () => {
    expect(
      await foundAfter(
        `insert into rating_mark select billing_month, customer_id, subscription_id from charge where ${ofCharge()}`,
        `delete from charge where ${ofCharge()}`,
      ),
    ).toEqual({});
  });

  it('leave nothing behind', async () => {
    expect(await found()).toEqual({});
  });
});

describe('the functions below them', () => {
  it('know the minor units of every currency of ISO 4217, and of nothing else', async () => {
    const { rows } = await client.query<{ code: string; digits: number | null }>('select code, minor_digits(code) as digits from unnest($1::text[]) code', [
      [...CURRENCY_CODES, 'XXX', 'EURO', ''],
    ]);
    expect(rows).toEqual([
      ...CURRENCY_CODES.map((code) => ({ code, digits: minorDigits(code) })),
      ...['XXX', 'EURO', ''].map((code) => ({ code, digits: null })),
    ]);
  });

  it.each([
    // dividend, divisor, half away from zero, half even
    [5, 2, '3', '2'],
    [7, 2, '4', '4'],
    [-5, 2, '-3', '-2'],
    [-7, 2, '-4', '-4'],
    [0, 3, '0', '0'],
    ['10000000000000000000000000000001', '20000000000000000000000000000000', '1', '1'],
    ['9999999999999999999999999999999', '20000000000000000000000000000000', '0', '0'],
    ['10000000000000000000000000000000', '20000000000000000000000000000000', '1', '0'],
  ])('round %s ÷ %s to %s or %s', async (dividend, divisor, away, even) => {
    const { rows } = await client.query(
      `select divide_rounded($1, $2, 'HALF_AWAY_FROM_ZERO')::text as away, divide_rounded($1, $2, 'HALF_EVEN')::text as even`,
      [dividend, divisor],
    );
    expect(rows).toEqual([{ away, even }]);
  });

  it.each([
    ['UTC', '2026-05-01', '2026-05-01T00:00:00.000Z'],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'], // 00:00 does not exist
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z'], // 00:00 comes twice
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'], // the day before does not exist
  ])('find the first instant of a day in %s', async (timeZone, day, at) => {
    const { rows } = await client.query<{ at: Date }>('select start_of_day($1, $2) as at', [day, timeZone]);
    expect(rows[0]!.at.toISOString()).toBe(at);
  });
});
