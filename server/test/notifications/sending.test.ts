/** Mails on their way (O5, quality F25): written once, sent once, tried again while the mail server is away. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLES } from '../../src/notifications/mail-data.ts';
import { queueMail, type MailRequest } from '../../src/notifications/queue-mail.ts';
import { delayAfter, queueDueMails, sendMail } from '../../src/notifications/send-mail.ts';
import { sealedWith } from '../../src/platform/secrets.ts';
import { dispatchEvents } from '../../src/platform/outbox.ts';
import { key, startServer, type TestServer } from '../server.ts';
import { decoded, headerOf, startMailServer, type MailServer } from './mail-server.ts';

let server: TestServer;
let post: MailServer;
beforeAll(async () => {
  post = await startMailServer();
  server = await startServer({ SMTP_URL: post.url, MAIL_FROM: 'Nordwind Wölke <cloud@nordwind.example>', CLOUDTILL_LOG_LEVEL: 'silent' });
});
afterAll(async () => {
  await server.stop();
  await post.stop();
});
afterEach(() => {
  post.refuseWith = undefined;
  post.delayMs = 0;
});

interface MailRow {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly sent_at: Date | null;
  readonly next_attempt_at: Date | null;
  readonly html: string;
  readonly sealed_body: string | null;
}

const sql = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> => (await server.app.database.system.query<T>(text, values)).rows;
const accountId = async (number: string): Promise<string> => (await sql<{ id: string }>('select id from account where number = $1', [number]))[0]!.id;
const rowOf = async (id: string): Promise<MailRow> => (await sql<MailRow>('select * from mail where id = $1', [id]))[0]!;

async function request(more: Partial<MailRequest<'ORDER_CONFIRMATION'>> = {}): Promise<MailRequest<'ORDER_CONFIRMATION'>> {
  return {
    template: 'ORDER_CONFIRMATION',
    causeKey: key(),
    recipient: 'rita@reseller.example',
    locale: 'en',
    accountId: await accountId('DEMO-RESELLER'),
    audience: 'ACCOUNT',
    data: SAMPLES.ORDER_CONFIRMATION,
    ...more,
  };
}

async function queued(more: Partial<MailRequest<'ORDER_CONFIRMATION'>> = {}): Promise<string> {
  const asked = await request(more);
  return (await server.app.database.systemTransaction((client) => queueMail(server.app, client, asked)))!;
}

/** A mail that is not due before somebody says so, and that no worker looks at by itself. */
async function held(): Promise<string> {
  const asked = await request();
  return server.app.database.systemTransaction(async (client) => {
    const id = (await queueMail(server.app, client, asked))!;
    await client.query(`update mail set next_attempt_at = now() + interval '1 hour' where id = $1`, [id]);
    await client.query(`select graphile_worker.remove_job('mail:' || $1)`, [id]);
    return id;
  });
}

async function until(id: string, state: string): Promise<MailRow> {
  for (let looks = 0; looks < 300; looks++) {
    const row = await rowOf(id);
    if (row.state === state) return row;
    await sleep(30);
  }
  throw new Error(`the mail is ${JSON.stringify({ ...(await rowOf(id)), html: '…', plain: '…' })} and not ${state}`);
}

const arrived = (id: string): MailServer['received'] => post.received.filter(({ source }) => headerOf(source, 'Message-ID') === `<${id}@nordwind.example>`);
const makeDue = (id: string): Promise<object[]> => sql('update mail set next_attempt_at = now() where id = $1', [id]);

describe('a mail', () => {
  it('is sent as it was written, from us, in both forms', async () => {
    const id = await queued();
    const row = await until(id, 'SENT');
    expect(row).toMatchObject({ attempts: 1, last_error: null, next_attempt_at: null, sent_at: expect.any(Date) });
    const [message, ...more] = arrived(id);
    expect(more).toEqual([]);
    expect(message).toMatchObject({ from: 'cloud@nordwind.example', to: ['rita@reseller.example'] });
    const { source } = message!;
    expect(headerOf(source, 'Subject')).toBe('Order O-2026-00042 for Hansa Logistics is confirmed');
    expect(headerOf(source, 'From')).toMatch(/<cloud@nordwind\.example>$/);
    expect(headerOf(source, 'Auto-Submitted')).toBe('auto-generated');
    expect(headerOf(source, 'Content-Type')).toContain('multipart/alternative');
    expect(decoded(source)).toContain('25 × Mail Protection');
    expect(decoded(source)).toContain('<html lang="en"');
  });

  it('is written in the language of the account', async () => {
    const id = await queued({ locale: 'de-AT' });
    await until(id, 'SENT');
    expect(decoded(arrived(id)[0]!.source)).toContain('Ihre Bestellung ist bestätigt');
    expect(await sql('select locale from mail where id = $1', [id])).toEqual([{ locale: 'de' }]);
  });

  it('is written and sent once, though its event is handled twice', async () => {
    const asked = await request();
    for (let times = 0; times < 2; times++) await sql(`insert into outbox_event (topic, payload, recorded_at) values ('order.done', '{}', now())`);
    const made: (string | undefined)[] = [];
    const handlers = {
      'order.done': async (_: unknown, client: Parameters<typeof queueMail>[1]) => void made.push(await queueMail(server.app, client, asked)),
    };
    await server.app.database.withSystemClient((client) => dispatchEvents(client, handlers, server.app));
    expect(made).toEqual([expect.any(String), undefined]);
    await until(made[0]!, 'SENT');
    await sendMail(server.app, made[0]!);
    expect(arrived(made[0]!)).toHaveLength(1);
    expect(await sql('select 1 from mail where cause_key = $1', [asked.causeKey])).toHaveLength(1);
  });

  it('is written once by several that write it at the same time, and once more for another reader', async () => {
    const asked = await request();
    const write = (more: object = {}): Promise<string | undefined> =>
      server.app.database.systemTransaction((client) => queueMail(server.app, client, { ...asked, ...more }));
    const ids = (await Promise.all([write(), write(), write(), write()])).filter(Boolean);
    expect(ids).toHaveLength(1);
    expect(await write({ recipient: 'other@reseller.example' })).toEqual(expect.any(String));
  });

  it('is not there where the transaction of its event did not hold', async () => {
    const asked = await request();
    await expect(
      server.app.database.systemTransaction(async (client) => {
        await queueMail(server.app, client, asked);
        throw new Error('no such order');
      }),
    ).rejects.toThrow('no such order');
    expect(await sql('select 1 from mail where cause_key = $1', [asked.causeKey])).toEqual([]);
  });

  it('is delivered once when many workers take it at the same moment', async () => {
    post.delayMs = 150;
    const id = await queued();
    await Promise.all(Array.from({ length: 8 }, () => sendMail(server.app, id)));
    expect(await until(id, 'SENT')).toMatchObject({ attempts: 1 });
    expect(arrived(id)).toHaveLength(1);
  });

  it('is left alone while somebody holds it, and taken over when they are gone', async () => {
    const id = await queued();
    await until(id, 'SENT');
    const hold = (seconds: number): Promise<object[]> =>
      sql(
        `update mail set state = 'FAILED', sent_at = null, next_attempt_at = now() - interval '1 hour', leased_by = gen_random_uuid(), leased_until = now() + make_interval(secs => $2) where id = $1`,
        [id, seconds],
      );
    await hold(60);
    await sendMail(server.app, id);
    await queueDueMails(server.app);
    expect(arrived(id)).toHaveLength(1);
    await hold(-1);
    await queueDueMails(server.app);
    expect(await until(id, 'SENT')).toMatchObject({ attempts: 2 });
    expect(arrived(id)).toHaveLength(2);
  });

  it('injects no header, neither by its subject nor by its recipient', async () => {
    const evil = { ...SAMPLES.ORDER_CONFIRMATION, customer: { ...SAMPLES.ORDER_CONFIRMATION.customer, name: 'Eve\r\nBcc: all@example.com\r\n\r\nHello' } };
    const id = await queued({ data: evil });
    await until(id, 'SENT');
    const [message] = arrived(id);
    expect(message!.to).toEqual(['rita@reseller.example']);
    expect(headerOf(message!.source, 'Bcc')).toBeUndefined();
    expect(headerOf(message!.source, 'Subject')).toBe('Order O-2026-00042 for Eve Bcc: all@example.com Hello is confirmed');
    const before = post.received.length;
    for (const recipient of ['a@example.com\r\nBcc: all@example.com', 'a@example.com, b@example.com', 'a@example.com> RCPT TO:<b@example.com', 'nobody']) {
      const row = await rowOf(await queued({ recipient }));
      expect(row).toMatchObject({ state: 'GIVEN_UP', attempts: 0, last_error: 'the recipient is not an email address' });
    }
    expect(post.received).toHaveLength(before);
  });

  it('to an account without an address is kept with the reason', async () => {
    for (const recipient of [null, undefined, ' ']) {
      const row = await rowOf(await queued({ recipient }));
      expect(row).toMatchObject({ state: 'GIVEN_UP', attempts: 0, last_error: 'the account has no email address', next_attempt_at: null });
    }
  });
});

describe('a mail server', () => {
  it('that is away gets the mail when it is back', async () => {
    await post.stop();
    const id = await queued();
    const failed = await until(id, 'FAILED');
    expect(failed).toMatchObject({ attempts: 1, last_error: expect.stringContaining('ECONNREFUSED'), sent_at: null });
    const wait = (failed.next_attempt_at!.getTime() - Date.now()) / 1000;
    expect(wait).toBeGreaterThan(10);
    expect(wait).toBeLessThan(45);
    await sendMail(server.app, id); // not due yet
    expect(await rowOf(id)).toMatchObject({ attempts: 1 });
    post = await startMailServer(post.port);
    await makeDue(id);
    await sendMail(server.app, id);
    expect(await until(id, 'SENT')).toMatchObject({ attempts: 2, last_error: null });
    expect(arrived(id)).toHaveLength(1);
  });

  it.each([450, 421])('that says %i for now is asked again', async (code) => {
    post.refuseWith = code;
    const id = await queued();
    expect(await until(id, 'FAILED')).toMatchObject({ attempts: 1, last_error: expect.stringContaining(String(code)) });
    post.refuseWith = undefined;
    await makeDue(id);
    await sendMail(server.app, id);
    expect(await until(id, 'SENT')).toMatchObject({ attempts: 2 });
  });

  it('that says 550 is not asked again', async () => {
    post.refuseWith = 550;
    const id = await queued();
    expect(await until(id, 'GIVEN_UP')).toMatchObject({ attempts: 1, last_error: expect.stringContaining('550'), next_attempt_at: null });
    post.refuseWith = undefined;
    await sendMail(server.app, id);
    await queueDueMails(server.app);
    expect(arrived(id)).toEqual([]);
  });

  it('that does not let us sign in is asked again: that says something of us, not of the mail', async () => {
    const id = await held();
    const { app } = server;
    const stranger = { ...app, config: { ...app.config, smtpUrl: post.url.replace('//', '//somebody:wrong@') } };
    await makeDue(id);
    await sendMail(stranger, id);
    expect(await rowOf(id)).toMatchObject({ state: 'FAILED', attempts: 1, last_error: expect.stringContaining('535') });
    expect((await rowOf(id)).last_error).not.toContain('wrong');
  });

  it('that is slow loses nothing to a worker that was too late: only who holds the mail says what came of it', async () => {
    const id = await held();
    post.delayMs = 400;
    await makeDue(id);
    const sending = sendMail(server.app, id);
    await sleep(150);
    await sql(`update mail set leased_by = gen_random_uuid(), leased_until = now() + interval '1 minute' where id = $1`, [id]);
    await sending;
    expect(await rowOf(id)).toMatchObject({ state: 'QUEUED', sent_at: null });
  });

  it('that never takes a mail is asked ten times', async () => {
    post.refuseWith = 450;
    const id = await queued();
    await until(id, 'FAILED');
    for (let attempt = 2; attempt <= 10; attempt++) {
      expect(await rowOf(id)).toMatchObject({ state: 'FAILED', attempts: attempt - 1 });
      await makeDue(id);
      await sendMail(server.app, id);
    }
    expect(await rowOf(id)).toMatchObject({ state: 'GIVEN_UP', attempts: 10 });
  });

  it('is asked later each time, and not at once for all that failed together', () => {
    const middle = [1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => Math.min(21_600, 30 * 3 ** (attempts - 1)));
    for (const [at, seconds] of middle.entries()) {
      const delays = Array.from({ length: 50 }, () => delayAfter(at + 1));
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(Math.floor(seconds * 0.75));
      expect(Math.max(...delays)).toBeLessThanOrEqual(Math.ceil(seconds * 1.25));
      expect(new Set(delays).size).toBeGreaterThan(5);
    }
  });
});

describe('an activation code', () => {
  const CODE = SAMPLES.LICENSE_DELIVERY.activationCode;
  const deliver = async (): Promise<string> => {
    const asked = {
      template: 'LICENSE_DELIVERY',
      causeKey: key(),
      recipient: 'carl@customer.example',
      locale: 'en',
      audience: 'ACCOUNT',
      data: SAMPLES.LICENSE_DELIVERY,
    } as const;
    const owner = await accountId('DEMO-CUSTOMER');
    return (await server.app.database.systemTransaction((client) => queueMail(server.app, client, { ...asked, accountId: owner })))!;
  };

  it('is in the mail that goes out, and nowhere in the database that one can read', async () => {
    const id = await deliver();
    await until(id, 'SENT');
    expect(decoded(arrived(id)[0]!.source).split(CODE)).toHaveLength(3);
    const [row] = await sql<{ all: string }>('select m::text as all from mail m where id = $1', [id]);
    expect(row!.all).not.toContain(CODE);
    expect(row!.all).toContain('•••••-•••••-•••••-•RST7');
    expect((await rowOf(id)).sealed_body).toMatch(/^s1\./);
  });

  it('is shown to those who may see codes', async () => {
    const id = await deliver();
    const seen = async (who: 'operator' | 'finance' | 'reseller' | 'customer'): Promise<object> => {
      const { data } = await (await server.as(who))('query ($id: ID!) { mail(id: $id) { html text isMasked } }', { id: `mal_${id}` });
      expect(data.mail.html.includes(CODE)).toBe(data.mail.text.includes(CODE));
      return { code: data.mail.text.includes(CODE), isMasked: data.mail.isMasked };
    };
    for (const who of ['operator', 'reseller', 'customer'] as const) expect(await seen(who)).toEqual({ code: true, isMasked: false });
    expect(await seen('finance')).toEqual({ code: false, isMasked: true });
  });
});

describe('a mail that was sealed with another key', () => {
  it('is shown with its code masked, and fails with a reason that says why', async () => {
    const asked = {
      template: 'LICENSE_DELIVERY',
      causeKey: key(),
      recipient: 'carl@customer.example',
      locale: 'en',
      audience: 'ACCOUNT',
      data: SAMPLES.LICENSE_DELIVERY,
    } as const;
    const owner = await accountId('DEMO-CUSTOMER');
    const other = { ...server.app, secrets: sealedWith('the key of another installation') };
    const id = (await server.app.database.systemTransaction((client) => queueMail(other, client, { ...asked, accountId: owner })))!;
    expect(await until(id, 'FAILED')).toMatchObject({ last_error: expect.stringContaining('this was sealed with the key') });
    const { data } = await (await server.as('operator'))('query ($id: ID!) { mail(id: $id) { text } }', { id: `mal_${id}` });
    expect(data.mail.text).toContain('•RST7');
  });
});

describe('what operators change', () => {
  const save = async (more: object): Promise<{ template: { version: number } | null; userErrors: object[] }> => {
    const ask = await server.as('operator');
    const input = {
      code: 'ORDER_APPROVAL_REQUESTED',
      locale: 'de',
      subject: 'Bitte freigeben: {{number}}',
      body: '<mj-section><mj-column><mj-text>Von {{customer.name}}</mj-text></mj-column></mj-section>',
      textBody: 'Von {{customer.name}}',
      expectedVersion: 0,
      ...more,
    };
    const { data } = await ask(
      'mutation ($input: SaveNotificationTemplateInput!) { saveNotificationTemplate(input: $input) { template { version isDefault subject updatedBy } userErrors { code path } } }',
      { input },
    );
    return data.saveNotificationTemplate;
  };
  const subjectOf = async (): Promise<string> => {
    const asked = { ...(await request({ locale: 'de' })), template: 'ORDER_APPROVAL_REQUESTED' as const };
    const id = (await server.app.database.systemTransaction((client) => queueMail(server.app, client, asked)))!;
    return (await sql<{ subject: string }>('select subject from mail where id = $1', [id]))[0]!.subject;
  };

  it('holds from the next mail on, until it is set back', async () => {
    expect(await subjectOf()).toBe('Bestellung O-2026-00042 für Hansa Logistics wartet auf Freigabe');
    expect(await save({})).toMatchObject({ template: { version: 1, isDefault: false, updatedBy: 'Olga Operator' }, userErrors: [] });
    expect(await subjectOf()).toBe('Bitte freigeben: O-2026-00042');
    expect(await save({ subject: 'Zweite Fassung' })).toMatchObject({ template: null, userErrors: [{ code: 'CONFLICT', path: ['input', 'expectedVersion'] }] });
    expect(await save({ subject: 'Zweite Fassung', expectedVersion: 1 })).toMatchObject({ template: { version: 2 } });
    expect(await subjectOf()).toBe('Zweite Fassung');
    const ask = await server.as('operator');
    const reset =
      'mutation { resetNotificationTemplate(input: { code: ORDER_APPROVAL_REQUESTED, locale: "de" }) { template { isDefault version } userErrors { code } } }';
    expect((await ask(reset)).data.resetNotificationTemplate).toEqual({ template: { isDefault: true, version: 3 }, userErrors: [] });
    expect((await ask(reset)).data.resetNotificationTemplate).toEqual({ template: null, userErrors: [{ code: 'TEMPLATE_IS_DEFAULT' }] });
    expect(await subjectOf()).toContain('wartet auf Freigabe');
    // Who saw the first version does not overwrite what came after it.
    expect(await save({ expectedVersion: 1 })).toMatchObject({ userErrors: [{ code: 'CONFLICT' }] });
  });

  it('is lost by nobody when two change it at once', async () => {
    const answers = await Promise.all(['A', 'B', 'C'].map((subject) => save({ locale: 'en', subject })));
    expect(answers.filter(({ template }) => template !== null)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'CONFLICT' }, { code: 'CONFLICT' }]);
  });

  it('is previewed with an example, and so are its problems', async () => {
    const ask = await server.as('operator');
    const preview = async (more: object): Promise<object> => {
      const input = {
        code: 'PROVISIONING_FAILURE',
        locale: 'en',
        subject: 'At {{vendor}}',
        body: '<mj-section><mj-column><mj-text>{{reason}}</mj-text></mj-column></mj-section>',
        textBody: '{{reason}}',
        ...more,
      };
      const { data } = await ask(
        'query ($input: PreviewNotificationInput!) { previewNotification(input: $input) { subject html text problems { code path message } } }',
        { input },
      );
      return data.previewNotification;
    };
    expect(await preview({})).toMatchObject({
      subject: 'At Kaspersky',
      html: expect.stringContaining('did not answer'),
      text: expect.stringContaining('did not answer'),
      problems: [],
    });
    expect(await preview({ subject: '{{price}}', body: '<mj-text>' })).toMatchObject({
      subject: null,
      html: null,
      problems: [{ code: 'TEMPLATE_PLACEHOLDER_UNKNOWN', path: ['input', 'subject'] }],
    });
    expect(await preview({ body: '<mj-text>x</mj-text>' })).toMatchObject({ problems: [{ code: 'TEMPLATE_MJML_INVALID', path: ['input', 'body'] }] });
    expect(await preview({ locale: 'fr' })).toMatchObject({ problems: [{ code: 'TEMPLATE_LOCALE_UNKNOWN', path: ['input', 'locale'] }] });
  });
});

describe('a mail that is sent again', () => {
  const resend = async (id: string, who: 'operator' | 'reseller' = 'operator'): Promise<{ mail: { id: string } | null; userErrors: object[] }> => {
    const ask = await server.as(who);
    const { data } = await ask('mutation ($input: ResendMailInput!) { resendMail(input: $input) { mail { id recipient state } userErrors { code path } } }', {
      input: { mailId: `mal_${id}`, idempotencyKey: key() },
    });
    return data.resendMail;
  };

  it('is another mail with the same text', async () => {
    const id = await queued();
    await until(id, 'SENT');
    const { mail, userErrors } = await resend(id, 'reseller');
    expect(userErrors).toEqual([]);
    const again = mail!.id.slice(4);
    await until(again, 'SENT');
    expect([arrived(id).length, arrived(again).length]).toEqual([1, 1]);
    expect((await rowOf(again)).html).toBe((await rowOf(id)).html);
  });

  it('is not tried twice beside the one that failed', async () => {
    post.refuseWith = 450;
    const id = await queued();
    await until(id, 'FAILED');
    post.refuseWith = undefined;
    const { mail } = await resend(id);
    await until(mail!.id.slice(4), 'SENT');
    expect(await rowOf(id)).toMatchObject({ state: 'GIVEN_UP', next_attempt_at: null, last_error: expect.stringContaining('450') });
  });

  it('waits for an address, and goes to the one that was entered', async () => {
    const ask = await server.as('operator');
    const { data } = await ask(
      'mutation { createAccount(input: { kind: RESELLER, number: "R-MUTE", name: "Mute", country: "DE", currency: "EUR" }) { account { id } userErrors { code } } }',
    );
    const id = await queued({ accountId: await accountId('R-MUTE'), recipient: null });
    expect(await resend(id)).toMatchObject({ mail: null, userErrors: [{ code: 'MAIL_RECIPIENT_MISSING' }] });
    await ask('mutation ($id: ID!) { updateAccount(input: { accountId: $id, email: "new@mute.example" }) { userErrors { code } } }', {
      id: data.createAccount.account.id,
    });
    expect(await resend(id)).toMatchObject({ mail: { recipient: 'new@mute.example' }, userErrors: [] });
  });

  it('is refused where the viewer does not see it, as if it were not there', async () => {
    const id = await queued({ audience: 'PROVIDER' });
    expect(await resend(id, 'reseller')).toMatchObject({ userErrors: [{ code: 'MAIL_UNKNOWN', path: ['input', 'mailId'] }] });
  });
});

describe('the outbox page', () => {
  it('finds mails by what they are, and shows the provider’s own to the provider', async () => {
    const own = await queued({ audience: 'PROVIDER', recipient: 'ops@provider.example' });
    const theirs = await queued({ recipient: 'find-me@reseller.example' });
    const list = async (who: 'operator' | 'reseller' | 'customer', filter: object): Promise<string[]> => {
      const { data } = await (
        await server.as(who)
      )('query ($filter: MailFilter) { mails(filter: $filter, first: 100) { nodes { id } totalCount } }', { filter });
      expect(data.mails.totalCount).toBe(data.mails.nodes.length);
      return data.mails.nodes.map(({ id }: { id: string }) => id.slice(4));
    };
    expect(await list('operator', { text: 'find-me@' })).toEqual([theirs]);
    expect(await list('reseller', { text: 'find-me@' })).toEqual([theirs]);
    expect(await list('customer', { text: 'find-me@' })).toEqual([]);
    expect(await list('operator', { text: 'ops@provider' })).toEqual([own]);
    expect(await list('reseller', { text: 'ops@provider' })).toEqual([]);
    expect(await list('operator', { text: 'find-me@', template: ['LICENSE_DELIVERY'] })).toEqual([]);
    expect(await list('operator', { text: 'find-me@', template: ['ORDER_CONFIRMATION'], accountId: `acc_${await accountId('DEMO-RESELLER')}` })).toEqual([
      theirs,
    ]);
    expect(await list('operator', { text: 'find_me@' })).toEqual([]);
    await until(theirs, 'SENT');
    expect(await list('operator', { text: 'find-me@', state: ['QUEUED', 'FAILED'] })).toEqual([]);
  });

  it('is kept by the database itself (A3)', async () => {
    const own = await queued({ audience: 'PROVIDER' });
    const theirs = await queued();
    const seen = async (number: string): Promise<string[]> => {
      const rows = await server.app.database.reads.query(await accountId(number), {
        text: 'select id from mail where id = any ($1::uuid[]) order by created_at',
        values: [[own, theirs]],
      });
      return rows.map(([id]) => id!);
    };
    expect(await seen('DEMO-RESELLER')).toEqual([theirs]);
    expect(await seen('DEMO-CUSTOMER')).toEqual([]);
    expect(await seen('PROVIDER')).toEqual([own, theirs]);
  });
});

describe('without a mail server', () => {
  it('a mail is kept as a file that a mail program opens', async () => {
    const kept = await startServer();
    try {
      const asked = await request({
        accountId: (await kept.app.database.system.query<{ id: string }>(`select id from account where number = 'DEMO-RESELLER'`)).rows[0]!.id,
      });
      const id = (await kept.app.database.systemTransaction((client) => queueMail(kept.app, client, asked)))!;
      const state = async (): Promise<string> =>
        (await kept.app.database.system.query<{ state: string }>('select state from mail where id = $1', [id])).rows[0]!.state;
      for (let looks = 0; looks < 200 && (await state()) === 'QUEUED'; looks++) await sleep(30);
      expect(await state()).toBe('CAPTURED');
      const folder = join(kept.app.config.dataDir, 'mails');
      expect(readdirSync(folder)).toEqual([`${id}.eml`]);
      const source = readFileSync(join(folder, `${id}.eml`), 'utf8');
      expect(headerOf(source, 'To')).toBe('rita@reseller.example');
      expect(headerOf(source, 'From')).toContain('cloudtill@example.invalid');
      expect(statSync(join(folder, `${id}.eml`)).mode & 0o777).toBe(0o600);
    } finally {
      await kept.stop();
    }
  });
});
