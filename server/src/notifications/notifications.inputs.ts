import { Field, ID, InputType, Int } from 'type-graphql';
import type { MailTemplate } from './mail-data.ts';
import { MailStateEnum, MailTemplateEnum, type MailState } from './mail.type.ts';

@InputType({ description: 'Which mails to list. Conditions are joined by "and".' })
export class MailFilter {
  @Field(() => [MailStateEnum], { nullable: true, description: 'In one of these states.' })
  state?: MailState[] | null;

  @Field(() => [MailTemplateEnum], { nullable: true, description: 'Of one of these templates.' })
  template?: MailTemplate[] | null;

  @Field(() => ID, { nullable: true, description: 'Of this account.' })
  accountId?: string | null;

  @Field(() => String, { nullable: true, description: 'Whose recipient or subject contains this text.' })
  text?: string | null;
}

@InputType({ description: 'Which mail to send again.' })
export class ResendMailInput {
  @Field(() => ID, { description: 'Which mail.' })
  mailId!: string;

  @Field(() => String, { description: 'With a key a retry does not send it a third time.' })
  idempotencyKey!: string;
}

@InputType({ description: 'A template’s texts. Placeholders in double braces are filled in, as Mustache does.' })
export class PreviewNotificationInput {
  @Field(() => MailTemplateEnum, { description: 'Which template.' })
  code!: MailTemplate;

  @Field(() => String, { description: 'In which language: `en` or `de`.' })
  locale!: string;

  @Field(() => String, { description: 'The subject.' })
  subject!: string;

  @Field(() => String, { description: 'The body in MJML: sections, without `mjml`, `mj-head` and `mj-body`.' })
  body!: string;

  @Field(() => String, { description: 'The same in plain text.' })
  textBody!: string;
}

@InputType({ description: 'A template’s new texts.' })
export class SaveNotificationTemplateInput extends PreviewNotificationInput {
  @Field(() => Int, { description: 'The version that the change was made from; refused where somebody else changed it since.' })
  expectedVersion!: number;
}

@InputType({ description: 'Which template to set back to its default.' })
export class ResetNotificationTemplateInput {
  @Field(() => MailTemplateEnum, { description: 'Which template.' })
  code!: MailTemplate;

  @Field(() => String, { description: 'In which language: `en` or `de`.' })
  locale!: string;
}
