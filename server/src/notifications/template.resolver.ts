import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { signedIn } from '../platform/context.ts';
import { rfc3339 } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { toUserErrors } from '../platform/user-error.type.ts';
import { transact, type Result } from '../platform/use-case.ts';
import { scopeOf } from '../platform/viewer.ts';
import { decideLocale, resetTemplate, saveTemplate, type TemplateKey } from './change-template.ts';
import { placeholdersOf, problemsOf, sampleOf } from './check-template.ts';
import { MAIL_LOCALES, MAIL_TEMPLATES } from './mail-data.ts';
import { PreviewNotificationInput, ResetNotificationTemplateInput, SaveNotificationTemplateInput } from './notifications.inputs.ts';
import { renderMail } from './render-mail.ts';
import { DEFAULTS } from './template.ts';
import { NotificationPreview, NotificationTemplateType } from './template.type.ts';

const template = { template: { type: () => NotificationTemplateType, description: 'The template as it is now.' } };
const SaveNotificationTemplatePayload = payloadOf('SaveNotificationTemplate', template);
const ResetNotificationTemplatePayload = payloadOf('ResetNotificationTemplate', template);

@Resolver()
export class TemplateResolver {
  @Needs('templates:write')
  @Query(() => [NotificationTemplateType], { description: 'What mails say, for each kind and language.' })
  notificationTemplates(@Ctx() context: RequestContext): Promise<NotificationTemplateType[]> {
    return readTemplates(context);
  }

  @Needs('templates:write')
  @Query(() => NotificationPreview, { description: 'The mail that texts would make of an example, and what is wrong with them. Nothing is kept.' })
  async previewNotification(
    @Arg('input', () => PreviewNotificationInput, { description: 'The texts.' }) { code, locale: asked, subject, body, textBody }: PreviewNotificationInput,
  ): Promise<NotificationPreview> {
    const nothing = { subject: null, html: null, text: null };
    const texts = { subject, body, textBody };
    const locale = decideLocale(asked);
    if (!locale.allowed) return { ...nothing, problems: toUserErrors(locale.refusals) };
    const problems = await problemsOf(code, locale.value, texts);
    if (problems.length > 0) return { ...nothing, problems: toUserErrors(problems) };
    return { ...(await renderMail(texts, sampleOf(code), locale.value)), problems: [] };
  }

  @Needs('templates:write')
  @Mutation(() => SaveNotificationTemplatePayload, { description: 'Changes what mails of a kind say in a language, from the next one on.' })
  async saveNotificationTemplate(
    @Arg('input', () => SaveNotificationTemplateInput, { description: 'The new texts.' }) input: SaveNotificationTemplateInput,
    @Ctx() context: RequestContext,
  ): Promise<Payload> {
    return show(await transact(context, { operation: 'saveNotificationTemplate', input }, (unit) => saveTemplate(unit, input)), context);
  }

  @Needs('templates:write')
  @Mutation(() => ResetNotificationTemplatePayload, { description: 'Sets a template back to its default.' })
  async resetNotificationTemplate(
    @Arg('input', () => ResetNotificationTemplateInput, { description: 'Which template.' }) input: ResetNotificationTemplateInput,
    @Ctx() context: RequestContext,
  ): Promise<Payload> {
    return show(await transact(context, { operation: 'resetNotificationTemplate', input }, (unit) => resetTemplate(unit, input)), context);
  }
}

function show(result: Result<TemplateKey>, context: RequestContext): Promise<Payload> {
  return toPayload(result, async ({ code, locale }) => ({
    template: (await readTemplates(context)).find((each) => each.code === code && each.locale === locale),
  }));
}

/** Every template there is, changed or not. */
async function readTemplates(context: RequestContext): Promise<NotificationTemplateType[]> {
  const rows = await context.app.database.reads.query(scopeOf(signedIn(context)), {
    text: 'select code, locale, subject, body, text_body, version, updated_at, updated_by from notification_template',
    values: [],
  });
  const kept = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row]));
  return MAIL_TEMPLATES.flatMap((code) =>
    MAIL_LOCALES.map((locale) => {
      const [, , subject, body, textBody, version, updatedAt, updatedBy] = kept.get(`${code} ${locale}`) ?? [];
      const texts = subject != null && body != null && textBody != null ? { subject, body, textBody } : DEFAULTS[locale][code];
      return {
        code,
        locale,
        ...texts,
        isDefault: body == null,
        version: Number(version ?? 0),
        updatedAt: updatedAt == null ? null : rfc3339(updatedAt),
        updatedBy: updatedBy ?? null,
        placeholders: placeholdersOf(code),
        sample: JSON.stringify(sampleOf(code), null, 2),
      };
    }),
  );
}
