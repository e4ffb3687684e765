import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { EntityManager } from '../platform/database.ts';
import type { Unit } from '../platform/use-case.ts';
import { problemsOf } from './check-template.ts';
import { MAIL_LOCALES, type MailLocale, type MailTemplate, type TemplateTexts } from './mail-data.ts';
import type { ResetNotificationTemplateInput, SaveNotificationTemplateInput } from './notifications.inputs.ts';
import { DEFAULTS } from './template.ts';

export interface TemplateKey {
  readonly code: MailTemplate;
  readonly locale: MailLocale;
}

interface Kept extends TemplateTexts {
  readonly version: number;
}

export function decideLocale(locale: string): Decision<MailLocale> {
  const known = MAIL_LOCALES.find((each) => each === locale);
  return known ? allow(known) : refuse('TEMPLATE_LOCALE_UNKNOWN', { locale: locale.slice(0, 40), known: MAIL_LOCALES.join(', ') }, ['locale']);
}

/** Puts an operator's texts in the place of the default. Mails that are made already stay as they are. @rule O5 */
export async function saveTemplate(unit: Unit, input: SaveNotificationTemplateInput): Promise<Decision<TemplateKey>> {
  const { code, expectedVersion } = input;
  const known = decideLocale(input.locale);
  if (!known.allowed) return known;
  const locale = known.value;
  const texts: TemplateTexts = { subject: input.subject.normalize('NFC').trim(), body: input.body, textBody: input.textBody };
  const problems = await problemsOf(code, locale, texts);
  if (problems.length > 0) return { allowed: false, refusals: problems };
  const before = await lockedTemplate(unit.em, { code, locale });
  const version = before?.version ?? 0;
  if (version !== expectedVersion)
    return refuse('CONFLICT', { subject: `template ${code} in ${locale}`, current: version, expected: expectedVersion }, ['expectedVersion']);
  await write(unit, { code, locale }, texts);
  note(unit, 'saveNotificationTemplate', { code, locale }, before?.body ? before : DEFAULTS[locale][code], texts);
  return allow({ code, locale });
}

/** Takes an operator's texts away; the default holds again. */
export async function resetTemplate(unit: Unit, { code, locale: asked }: ResetNotificationTemplateInput): Promise<Decision<TemplateKey>> {
  const known = decideLocale(asked);
  if (!known.allowed) return known;
  const locale = known.value;
  const before = await lockedTemplate(unit.em, { code, locale });
  if (!before?.body) return refuse('TEMPLATE_IS_DEFAULT', { template: code, locale });
  await write(unit, { code, locale }, { subject: null, body: null, textBody: null });
  note(unit, 'resetNotificationTemplate', { code, locale }, before, DEFAULTS[locale][code]);
  return allow({ code, locale });
}

/** The row under a lock; where there is none yet, nobody else can make it meanwhile. */
async function lockedTemplate(em: EntityManager, { code, locale }: TemplateKey): Promise<Kept | undefined> {
  await em.execute('select pg_advisory_xact_lock(hashtext(?))', [`notification_template ${code} ${locale}`]);
  const [kept] = await em.execute<Kept[]>(
    'select subject, body, text_body as "textBody", version from notification_template where code = ? and locale = ? for update',
    [code, locale],
  );
  return kept;
}

async function write(
  { em, now, viewer }: Unit,
  { code, locale }: TemplateKey,
  { subject, body, textBody }: { [K in keyof TemplateTexts]: string | null },
): Promise<void> {
  await em.execute(
    `insert into notification_template as t (code, locale, subject, body, text_body, version, updated_at, updated_by) values (?, ?, ?, ?, ?, 1, ?, ?)
     on conflict (code, locale) do update set subject = excluded.subject, body = excluded.body, text_body = excluded.text_body,
       version = t.version + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [code, locale, subject, body, textBody, now, viewer.name],
  );
}

function note(unit: Unit, action: string, { code, locale }: TemplateKey, before: TemplateTexts, after: TemplateTexts): void {
  const shown = ({ subject, body, textBody }: TemplateTexts): TemplateTexts => ({ subject, body, textBody });
  unit.audit({
    accountId: unit.viewer.account.id,
    action,
    subjectKind: 'NotificationTemplate',
    subjectId: `${code}/${locale}`,
    subjectNumber: `${code} (${locale})`,
    before: shown(before),
    after: shown(after),
  });
}
