import { Field, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../platform/scalars.ts';
import { UserError } from '../platform/user-error.type.ts';
import { MailTemplateEnum } from './mail.type.ts';

@ObjectType('NotificationTemplate', {
  description: 'What the mails of one kind say in one language. Placeholders in double braces are filled in, as Mustache does.',
})
export class NotificationTemplateType {
  @Field(() => MailTemplateEnum, { description: 'What its mails are for.' })
  code!: string;

  @Field(() => String, { description: 'Its language, such as `en`.' })
  locale!: string;

  @Field(() => String, { description: 'The subject.' })
  subject!: string;

  @Field(() => String, { description: 'The body in MJML: sections, around which the frame of all mails is put.' })
  body!: string;

  @Field(() => String, { description: 'The same in plain text.' })
  textBody!: string;

  @Field(() => Boolean, { description: 'Whether it is as Cloudtill brought it.' })
  isDefault!: boolean;

  @Field(() => Int, { description: 'Counts its changes, from 0; give it back when saving.' })
  version!: number;

  @Field(() => DateTime, { nullable: true, description: 'When it was changed last; null where it never was.' })
  updatedAt!: string | null;

  @Field(() => String, { nullable: true, description: 'Who changed it last; null where it never was.' })
  updatedBy!: string | null;

  @Field(() => [String], {
    description: 'What may be put in double braces, such as `customer.name`; below a list or a part, its own path also works without the beginning.',
  })
  placeholders!: string[];

  @Field(() => String, { description: 'The example that previews are filled with, as JSON.' })
  sample!: string;
}

@ObjectType({ description: 'A mail as a template would make it of an example.' })
export class NotificationPreview {
  @Field(() => String, { nullable: true, description: 'The subject; null where there are problems.' })
  subject!: string | null;

  @Field(() => String, { nullable: true, description: 'The body as HTML; null where there are problems.' })
  html!: string | null;

  @Field(() => String, { nullable: true, description: 'The body as plain text; null where there are problems.' })
  text!: string | null;

  @Field(() => [UserError], { description: 'Why it could not be saved; empty where it could.' })
  problems!: UserError[];
}
