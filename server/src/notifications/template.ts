/** A mail's texts: what stands in the code, or what an operator wrote instead. */
import type { PoolClient } from 'pg';
import { de } from './default-templates.de.ts';
import { en } from './default-templates.en.ts';
import type { MailLocale, MailTemplate, TemplateTexts } from './mail-data.ts';

export const DEFAULTS: Readonly<Record<MailLocale, Readonly<Record<MailTemplate, TemplateTexts>>>> = { en, de };

/** The language of a mail to somebody who reads `locale`; English where there is nothing better. */
export function mailLocaleOf(locale: string): MailLocale {
  return locale.toLowerCase().split('-')[0] === 'de' ? 'de' : 'en';
}

/** The texts that hold now. */
export async function templateOf(client: Pick<PoolClient, 'query'>, code: MailTemplate, locale: MailLocale): Promise<TemplateTexts> {
  const { rows } = await client.query<TemplateTexts>(
    `select subject, body, text_body as "textBody" from notification_template where code = $1 and locale = $2 and body is not null`,
    [code, locale],
  );
  return rows[0] ?? DEFAULTS[locale][code];
}
