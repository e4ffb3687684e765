/**
 * Mails on their way out. A mail is leased while it is sent, so two workers never send it at once; what comes of it is noted
 * under that lease. Dies a worker between the mail server's yes and that note, the mail is sent again with the same
 * Message-ID, by which mail systems tell that it is one: nobody can do better over SMTP.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { addressOf } from '../platform/config.ts';
import type { App } from '../platform/context.ts';
import { oneLine } from './render-mail.ts';

export const MAX_ATTEMPTS = 10;
const FIRST_DELAY_S = 30;
const MAX_DELAY_S = 6 * 3600;
const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;
/** Longer than a sending may last. */
const LEASE_S = 180;
const DEADLINE_MS = 120_000;
/** Mails that are due and have no task any more are queued again after so long. */
const OVERDUE_S = 30;

interface DueMail {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly html: string;
  readonly plain: string;
  readonly sealed_body: string | null;
  readonly attempts: number;
}

/** The task: safe to be run any number of times, at once and one after another. */
export async function sendMail(app: App, mailId: string): Promise<void> {
  const lease = randomUUID();
  const { rows } = await app.database.system.query<DueMail>(
    `update mail set attempts = attempts + 1, leased_by = $2, leased_until = now() + make_interval(secs => $3)
      where id = $1 and next_attempt_at <= now() and (leased_until is null or leased_until < now())
      returning id, recipient, subject, html, plain, sealed_body, attempts`,
    [mailId, lease, LEASE_S],
  );
  const mail = rows[0];
  if (!mail) return; // sent already, not due yet, or somebody else is at it
  const noted = await note(app, mail, lease, await outcomeOf(app, mail));
  if (!noted) app.logger.warn({ mail: mail.id }, 'a mail took longer than its lease; what came of it was not noted');
}

/** Queues again what is due: tasks may get lost, rows do not. */
export async function queueDueMails({ database }: App): Promise<void> {
  await database.system.query(
    `select enqueue_task('sendMail', json_build_object('mailId', id), 'mail:' || id)
       from (select id from mail where next_attempt_at < now() - make_interval(secs => $1) and (leased_until is null or leased_until < now())
              order by next_attempt_at limit 500) due`,
    [OVERDUE_S],
  );
}

type Outcome = { readonly state: 'SENT' | 'CAPTURED' } | { readonly state: 'FAILED' | 'GIVEN_UP'; readonly error: string };

async function outcomeOf(app: App, mail: DueMail): Promise<Outcome> {
  try {
    const message = messageOf(app, mail);
    if (app.config.smtpUrl === undefined) {
      await capture(app, mail, message);
      return { state: 'CAPTURED' };
    }
    await deliver(app.config.smtpUrl, message);
    return { state: 'SENT' };
  } catch (error) {
    const final = isFinal(error) || mail.attempts >= MAX_ATTEMPTS;
    return { state: final ? 'GIVEN_UP' : 'FAILED', error: oneLine((error as Error).message).slice(0, 500) };
  }
}

/** @returns whether it was still ours to say */
async function note({ database, clock }: App, mail: DueMail, lease: string, outcome: Outcome): Promise<boolean> {
  const delay = outcome.state === 'FAILED' ? delayAfter(mail.attempts) : null;
  return database.systemTransaction(async (client) => {
    const { rowCount } = await client.query(
      `update mail set state = $3, last_error = $4, sent_at = $5, next_attempt_at = now() + make_interval(secs => $6), leased_by = null, leased_until = null
        where id = $1 and leased_by = $2`,
      [mail.id, lease, outcome.state, 'error' in outcome ? outcome.error : null, 'error' in outcome ? null : clock.date(), delay],
    );
    if (rowCount && delay !== null)
      await client.query(
        `select graphile_worker.add_job('sendMail', json_build_object('mailId', $1::text), run_at := now() + make_interval(secs => $2), max_attempts := 25, job_key := 'mail:' || $1)`,
        [mail.id, delay],
      );
    return rowCount === 1;
  });
}

/** Seconds until the next attempt: three times as long each time, and not the same for all that failed together. */
export function delayAfter(attempts: number): number {
  const delay = Math.min(MAX_DELAY_S, FIRST_DELAY_S * 3 ** (attempts - 1));
  return Math.round(delay * (0.75 + randomInt(0, 501) / 1000));
}

/** Whether the mail server said that this mail will never be taken. A refused sign-in says something of us, not of the mail. */
function isFinal(error: unknown): boolean {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  return responseCode !== undefined && responseCode >= 500 && code !== 'EAUTH' && code !== 'ECONNECTION';
}

function messageOf({ config, secrets }: App, mail: DueMail): SendMailOptions {
  const from = addressOf(config.mailFrom);
  // Outside of the sandbox a mail that is not sent stays in the database, where its secret is sealed.
  const staysMasked = config.smtpUrl === undefined && config.mode === 'production';
  const { html, text } =
    mail.sealed_body === null || staysMasked
      ? { html: mail.html, text: mail.plain }
      : (JSON.parse(secrets.open(mail.sealed_body)) as { html: string; text: string });
  return {
    from: config.mailFrom,
    to: { name: '', address: mail.recipient },
    envelope: { from, to: mail.recipient },
    subject: oneLine(mail.subject),
    html,
    text,
    messageId: `<${mail.id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

async function deliver(url: string, message: SendMailOptions): Promise<void> {
  const transport = createTransport({ url, connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENCE_MS });
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the mail server took too long')), DEADLINE_MS);
  });
  try {
    await Promise.race([transport.sendMail(message), deadline]);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

/** Keeps a mail as a file that any mail program opens. */
async function capture({ config }: App, mail: DueMail, message: SendMailOptions): Promise<void> {
  const built = await createTransport({ streamTransport: true, buffer: true, newline: 'windows' }).sendMail(message);
  const folder = join(config.dataDir, 'mails');
  const path = join(folder, `${mail.id}.eml`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.part`, built.message as Buffer, { mode: 0o600 });
  await rename(`${path}.part`, path);
}
