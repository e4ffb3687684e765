import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { AccountType, counterparty } from '../accounts/account.type.ts';
import { connectionOf, Node } from '../platform/connection.type.ts';
import { enumOf } from '../platform/enum.ts';
import { makeFindable } from '../platform/findable.ts';
import { encodeId } from '../platform/ids.ts';
import { computed, instantOf, integer, one, text, value, type Order, type Shape } from '../platform/look-ahead.ts';
import { DateTime } from '../platform/scalars.ts';
import { may } from '../platform/viewer.ts';
import { MAIL_TEMPLATES } from './mail-data.ts';

export const MAIL_STATES = ['QUEUED', 'SENT', 'CAPTURED', 'FAILED', 'GIVEN_UP'] as const;
export type MailState = (typeof MAIL_STATES)[number];

export const MailStateEnum = enumOf(MAIL_STATES);
registerEnumType(MailStateEnum, {
  name: 'MailState',
  description: 'How far a mail is.',
  valuesConfig: {
    QUEUED: { description: 'It waits for its first attempt.' },
    SENT: { description: 'The mail server took it.' },
    CAPTURED: { description: 'It was kept and not sent, since no mail server is set.' },
    FAILED: { description: 'The last attempt failed; it is tried again.' },
    GIVEN_UP: { description: 'It was turned down, or failed too often, and is not tried any more.' },
  },
});

export const MailTemplateEnum = enumOf(MAIL_TEMPLATES);
registerEnumType(MailTemplateEnum, {
  name: 'MailTemplate',
  description: 'What a mail is for.',
  valuesConfig: {
    ORDER_CONFIRMATION: { description: 'Tells who ordered that an order was carried out.' },
    OPERATIONS_NOTIFICATION: { description: 'Tells the provider’s operations that an order was carried out, with everybody’s contact data.' },
    LICENSE_DELIVERY: { description: 'Brings the activation code of new licenses.' },
    PROVISIONING_FAILURE: { description: 'Tells the provider’s operations that a vendor did not do what it was asked for.' },
    ORDER_APPROVAL_REQUESTED: { description: 'Tells the provider’s operations that an order waits for approval.' },
  },
});

export const MailAudience = enumOf(['PROVIDER', 'ACCOUNT']);
registerEnumType(MailAudience, {
  name: 'MailAudience',
  description: 'Who may see a mail.',
  valuesConfig: {
    PROVIDER: { description: 'The provider alone.' },
    ACCOUNT: { description: 'The account whose mail it is, and those above it.' },
  },
});

@ObjectType('Mail', { implements: Node, description: 'A mail that Cloudtill wrote. It is made once for what it tells of, and stays as it was sent.' })
export class MailType extends Node {
  @Field(() => MailTemplateEnum, { description: 'What it is for.' })
  template!: string;

  @Field(() => String, { description: 'The language that it is written in, such as `en`.' })
  locale!: string;

  @Field(() => String, { description: 'The address that it goes to; empty where the account has none.' })
  recipient!: string;

  @Field(() => AccountType, { description: 'Whose mail it is.' })
  account!: object;

  @Field(() => MailAudience, { description: 'Who may see it.' })
  audience!: string;

  @Field(() => String, { description: 'Its subject.' })
  subject!: string;

  @Field(() => Boolean, { description: 'Whether an activation code in it is masked, since the viewer may not see it.' })
  isMasked!: boolean;

  @Field(() => MailStateEnum, { description: 'How far it is.' })
  state!: MailState;

  @Field(() => Int, { description: 'How often it was tried to send it.' })
  attempts!: number;

  @Field(() => String, { nullable: true, description: 'Why the last attempt failed, or why there was none; null where all went well.' })
  lastError!: string | null;

  @Field(() => DateTime, { description: 'When it was written.' })
  createdAt!: string;

  @Field(() => DateTime, { nullable: true, description: 'When the mail server took it, or when it was captured; null before.' })
  sentAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it is tried next, by the machine’s clock; null where it is not.' })
  nextAttemptAt!: string | null;
}

export const MailConnection = connectionOf(MailType, 'Mail', 'mails');

/** A body that must be opened before it is shown. */
export class SealedBody {
  constructor(
    readonly sealed: string,
    readonly part: 'html' | 'text',
    /** The same with its code masked. */
    readonly shown: string,
  ) {}
}

const body = (column: string, part: 'html' | 'text') =>
  value([column, 'sealed_body'], ([shown, sealed], viewer) =>
    sealed !== null && may(viewer, 'licenses:reveal') ? new SealedBody(String(sealed), part, String(shown)) : shown,
  );

/** Mails at and below the viewer's own account; the provider's own for the provider alone. @rule A3 */
export const mailShape: Shape = {
  type: 'Mail',
  table: 'mail',
  key: ['id'],
  scope: (alias, sql) =>
    sql.seesAll
      ? undefined
      : `${alias}.audience = 'ACCOUNT' and exists (select 1 from account owner where owner.id = ${alias}.account_id and owner.path @> array[${sql.viewerAccount()}])`,
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('mal', String(id)),
    ),
    template: text('template'),
    locale: text('locale'),
    recipient: text('recipient'),
    account: one((sql) => counterparty(sql), 'account_id'),
    audience: text('audience'),
    subject: text('subject'),
    html: body('html', 'html'),
    text: body('plain', 'text'),
    isMasked: value('sealed_body', ([sealed], viewer) => sealed !== null && !may(viewer, 'licenses:reveal')),
    state: text('state'),
    attempts: integer('attempts'),
    lastError: text('last_error'),
    createdAt: instantOf('created_at'),
    sentAt: instantOf('sent_at'),
    nextAttemptAt: instantOf('next_attempt_at'),
  },
};
makeFindable('mal', { shape: mailShape, permission: 'mails:read' });

export const LATEST_FIRST: Order = {
  name: 'CREATED_AT',
  direction: 'desc',
  columns: (alias) => [
    { sql: `${alias}.created_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
};
