import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { decodeId } from '../platform/ids.ts';
import { equals, isAnyOf, readChanged, readOne, readPage, type Condition, type Page, type Row } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { SecretError } from '../platform/secrets.ts';
import { likePattern } from '../platform/text.ts';
import { transact } from '../platform/use-case.ts';
import { LATEST_FIRST, MailConnection, mailShape, MailType, SealedBody } from './mail.type.ts';
import { MailFilter, ResendMailInput } from './notifications.inputs.ts';
import { resendMail } from './resend-mail.ts';

const ResendMailPayload = payloadOf('ResendMail', {
  mail: { type: () => MailType, description: 'The mail that goes out now; the one before stays as it is.' },
});

@Resolver(() => MailType)
export class MailFields {
  @FieldResolver(() => String, { description: 'Its body as HTML. An activation code is masked for those who may not see it.' })
  html(@Root() mail: { html: string | SealedBody }, @Ctx() context: RequestContext): string {
    return opened(mail.html, context);
  }

  @FieldResolver(() => String, { description: 'Its body as plain text. An activation code is masked for those who may not see it.' })
  text(@Root() mail: { text: string | SealedBody }, @Ctx() context: RequestContext): string {
    return opened(mail.text, context);
  }
}

function opened(body: string | SealedBody, { app }: RequestContext): string {
  if (typeof body === 'string') return body;
  try {
    return (JSON.parse(app.secrets.open(body.sealed)) as Record<'html' | 'text', string>)[body.part];
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    // The installation was given another key: what it once sealed is lost, and the rest of the mail is not.
    app.logger.error({ error: error.message }, 'a mail could not be opened');
    return body.shown;
  }
}

@Resolver()
export class MailResolver {
  @Needs('mails:read')
  @Query(() => MailConnection, { description: 'Mails to accounts at and below the viewer’s own, the latest first; the provider sees its own as well.' })
  async mails(
    @Arg('filter', () => MailFilter, { nullable: true, description: 'Which ones.' }) filter: MailFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    return readPage(mailShape, { first, after, order: LATEST_FIRST, where: conditionsOf(filter) }, context, info);
  }

  @Needs('mails:read')
  @Query(() => MailType, { nullable: true, description: 'One mail; null where there is none that the viewer may see.' })
  async mail(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    return readOne(mailShape, [equals('id', decodeId('mal', id))], context, info);
  }

  @Needs('mails:resend')
  @Mutation(() => ResendMailPayload, {
    description: 'Sends a mail again, as another one with the same text. One that is still being tried is given up for it.',
  })
  async resendMail(
    @Arg('input', () => ResendMailInput, { description: 'Which mail.' }) input: ResendMailInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const request = { operation: 'resendMail', idempotencyKey: input.idempotencyKey, input };
    const result = await transact(context, request, (unit) => resendMail(unit, input));
    return toPayload(result, async ({ mailId }) => ({ mail: await readChanged('mail', mailShape, [equals('id', mailId)], context, info) }));
  }
}

function conditionsOf(filter: MailFilter | null): Condition[] {
  const { state, template, accountId, text } = filter ?? {};
  return [
    ...(state ? [isAnyOf('state', state, 'text')] : []),
    ...(template ? [isAnyOf('template', template, 'text')] : []),
    ...(accountId ? [equals('account_id', decodeId('acc', accountId))] : []),
    ...(text ? [containsText(text)] : []),
  ];
}

function containsText(text: string): Condition {
  return (alias, sql) => {
    const pattern = sql.param(likePattern(text));
    return `(${alias}.recipient ilike ${pattern} or ${alias}.subject ilike ${pattern})`;
  };
}
