import type { PoolClient } from 'pg';
import type { App } from '../platform/context.ts';
import { newId } from '../platform/ids.ts';
import { isEmail } from '../platform/text.ts';
import { masked, withoutPricesOfUse, type MailData, type MailTemplate } from './mail-data.ts';
import { renderMail } from './render-mail.ts';
import { mailLocaleOf, templateOf } from './template.ts';

export const NO_ADDRESS = 'the account has no email address';

export interface MailRequest<T extends MailTemplate> {
  readonly template: T;
  /** What the mail is written for, such as an order's id. One mail for each template, cause and recipient, whoever asks how often. */
  readonly causeKey: string;
  /** Nothing where the account has no address: the mail is then kept as given up, with that reason. */
  readonly recipient: string | null | undefined;
  /** The reader's language, such as an account's; mails are written in the nearest that there is. */
  readonly locale: string;
  /** Whose mail it is: this account and those above see it. For what a reseller is told, the reseller and never its customer. */
  readonly accountId: string;
  /** PROVIDER: the provider's own, and no account's. */
  readonly audience: 'PROVIDER' | 'ACCOUNT';
  readonly data: MailData[T];
}

/**
 * Writes a mail and queues it, in the transaction of whoever has the client; an event handler, most of the time. Made again
 * it is not there twice.
 * @returns the mail's id; undefined where it was made before
 * @rule O5
 */
export async function queueMail<T extends MailTemplate>(
  { clock, secrets }: Pick<App, 'clock' | 'secrets'>,
  client: PoolClient,
  request: MailRequest<T>,
): Promise<string | undefined> {
  const { template, causeKey, accountId, audience } = request;
  const recipient = request.recipient?.trim() ?? '';
  const made = await client.query('select 1 from mail where template = $1 and cause_key = $2 and recipient = $3', [template, causeKey, recipient]);
  if (made.rowCount) return undefined;
  const locale = mailLocaleOf(request.locale);
  const texts = await templateOf(client, template, locale);
  const data = { ...withoutPricesOfUse<object>(request.data), provider: await providerOf(client) };
  const secret = 'activationCode' in data ? String(data.activationCode) : undefined;
  const sent = await renderMail(texts, data, locale);
  const shown = secret === undefined ? sent : await renderMail(texts, { ...data, activationCode: masked(secret) }, locale);
  const problem = recipient === '' ? NO_ADDRESS : isEmail(recipient) ? null : 'the recipient is not an email address';
  const id = newId();
  const { rowCount } = await client.query(
    `insert into mail (id, template, locale, cause_key, recipient, account_id, audience, subject, html, plain, sealed_body, state, last_error, created_at, next_attempt_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, case when $13::text is null then now() end)
     on conflict do nothing`,
    [
      id,
      template,
      locale,
      causeKey,
      recipient,
      accountId,
      audience,
      shown.subject,
      shown.html,
      shown.text,
      secret === undefined ? null : secrets.seal(JSON.stringify({ html: sent.html, text: sent.text })),
      problem === null ? 'QUEUED' : 'GIVEN_UP',
      problem,
      clock.date(),
    ],
  );
  if (rowCount === 0) return undefined;
  if (problem === null) await client.query('select enqueue_task($1, $2::json, $3)', ['sendMail', JSON.stringify({ mailId: id }), `mail:${id}`]);
  return id;
}

async function providerOf(client: PoolClient): Promise<{ name: string }> {
  const { rows } = await client.query<{ name: string }>(`select name from account where kind = 'PROVIDER'`);
  return { name: rows[0]?.name ?? '' };
}
