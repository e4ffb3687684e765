import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, ID, Info, InputType, Int, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { AccountType, counterparty } from '../accounts/account.type.ts';
import { connectionOf } from '../platform/connection.type.ts';
import type { RequestContext } from '../platform/context.ts';
import { enumName, enumOf } from '../platform/enum.ts';
import { decodeId } from '../platform/ids.ts';
import {
  equals,
  instantOf,
  integer,
  one,
  parseJson,
  readPage,
  text,
  value,
  type Condition,
  type Order,
  type Page,
  type Shape,
} from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { orderInputOf, orderOf, type OrderInput } from '../platform/order.type.ts';
import { DateTime } from '../platform/scalars.ts';
import type { Permission } from '../platform/permissions.ts';
import { may } from '../platform/viewer.ts';

const ActorKind = enumOf(['USER', 'CREDENTIAL', 'SYSTEM']);
registerEnumType(ActorKind, {
  name: 'ActorKind',
  description: 'Who acts.',
  valuesConfig: {
    USER: { description: 'A person.' },
    CREDENTIAL: { description: 'A machine with a service credential.' },
    SYSTEM: { description: 'Cloudtill itself.' },
  },
});

const SubjectKind = enumOf([
  'ACCOUNT',
  'PRODUCT',
  'PLAN',
  'PRICE_LIST',
  'SERVICE_SUBSCRIPTION',
  'ORDER',
  'PROVISIONING_SYNC',
  'PROVISIONING_OPERATION',
  'DRIFT',
  'VENDOR',
  'BILLING_PERIOD',
  'BOOK',
  'MAIL',
  'NOTIFICATION_TEMPLATE',
  'MIGRATION',
]);
registerEnumType(SubjectKind, {
  name: 'AuditSubjectKind',
  description: 'What something was done to.',
  valuesConfig: {
    ACCOUNT: { description: 'An account.' },
    PRODUCT: { description: 'A product.' },
    PLAN: { description: 'A plan.' },
    PRICE_LIST: { description: 'A price list.' },
    SERVICE_SUBSCRIPTION: { description: 'A subscription.' },
    PROVISIONING_SYNC: { description: 'An account on a vendor’s platform.' },
    PROVISIONING_OPERATION: { description: 'Something that a vendor was asked.' },
    DRIFT: { description: 'A difference between a vendor and us.' },
    VENDOR: { description: 'A vendor.' },
    ORDER: { description: 'An order.' },
    BILLING_PERIOD: { description: 'A billing period.' },
    MIGRATION: { description: 'A migration to another way of billing.' },
    BOOK: { description: 'An imported book of business.' },
    MAIL: { description: 'A mail.' },
    NOTIFICATION_TEMPLATE: { description: 'A template of mails.' },
  },
});

@ObjectType({ description: 'One value before and after.' })
class AuditChange {
  @Field(() => String, { description: 'Which value.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What it was; null where it was not there.' })
  before!: string | null;

  @Field(() => String, { nullable: true, description: 'What it is; null where it is gone.' })
  after!: string | null;
}

@ObjectType('AuditEvent', {
  description: 'Who did what, when. Events of an account form a chain: each hash covers the one before, so none can be changed or taken out unnoticed.',
})
class AuditEventType {
  @Field(() => AccountType, { description: 'Whose trail it is in.' })
  account!: object;

  @Field(() => Int, { description: 'Its place in the account’s trail, from 1.' })
  sequence!: number;

  @Field(() => DateTime, { description: 'When.' })
  occurredAt!: string;

  @Field(() => ActorKind, { description: 'A person, a machine or Cloudtill itself.' })
  actorKind!: string;

  @Field(() => String, { description: 'Who, by name.' })
  actor!: string;

  @Field(() => String, { description: 'What was done, as the mutation is called.' })
  action!: string;

  @Field(() => SubjectKind, { description: 'What kind of thing it was done to.' })
  subjectKind!: string;

  @Field(() => ID, { description: 'Id of what it was done to.' })
  subjectId!: string;

  @Field(() => String, { nullable: true, description: 'Number or name of what it was done to.' })
  subjectNumber!: string | null;

  @Field(() => [AuditChange], { description: 'What changed, without costs and approval codes for those who may not see them.' })
  changes!: AuditChange[];

  @Field(() => String, { description: 'SHA-256 over the hash before and this event, in hexadecimal.' })
  hash!: string;
}

const AuditEventConnection = connectionOf(AuditEventType, 'AuditEvent', 'audit events');

@InputType({ description: 'Which events to list. Conditions are joined by "and".' })
class AuditEventFilter {
  @Field(() => ID, { nullable: true, description: 'In the trail of this account.' })
  accountId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Done to the thing with this id.' })
  subjectId?: string | null;

  @Field(() => String, { nullable: true, description: 'Of this action, such as `terminateSubscription`.' })
  action?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'From this instant on.' })
  from?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this instant.' })
  to?: number | null;
}

const AuditEventOrderInput = orderInputOf('AuditEvent', { OCCURRED_AT: 'By time.' });

const ORDERS = {
  OCCURRED_AT: (alias: string) => [
    { sql: `${alias}.occurred_at`, type: 'timestamptz' },
    { sql: `${alias}.account_id`, type: 'uuid' },
    { sql: `${alias}.sequence`, type: 'bigint' },
  ],
} satisfies Record<string, Order['columns']>;

const auditShape: Shape = {
  type: 'AuditEvent',
  table: 'audit_event',
  key: ['account_id'],
  scope: (alias, sql) =>
    sql.seesAll ? undefined : `exists (select 1 from account owner where owner.id = ${alias}.account_id and owner.path @> array[${sql.viewerAccount()}])`,
  fields: {
    account: one((sql) => counterparty(sql), 'account_id'),
    sequence: integer('sequence'),
    occurredAt: instantOf('occurred_at'),
    actorKind: text('actor_kind'),
    actor: text('actor_name'),
    action: text('action'),
    subjectKind: value('subject_kind', ([kind]) => enumName(String(kind))),
    subjectId: text('subject_id'),
    subjectNumber: text('subject_number'),
    changes: value(['before', 'after'], ([before, after], viewer) =>
      changesBetween(parseJson(before), parseJson(after)).filter(({ name }) => GUARDED[name] === undefined || may(viewer, GUARDED[name])),
    ),
    hash: value('hash', ([hash]) => String(hash).replace('\\x', '')),
  },
};

/** Values that not everybody who sees the trail may see. @rule P6 B9 */
const GUARDED: Readonly<Record<string, Permission>> = { vendorCost: 'costs:read', approvalCode: 'approvals:write' };

function changesBetween(before: unknown, after: unknown): AuditChange[] {
  const [old, now] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
  const show = (given: unknown): string | null => {
    if (given === undefined || given === null) return null;
    return typeof given === 'string' ? given : JSON.stringify(given);
  };
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((name) => ({ name, before: show(old[name]), after: show(now[name]) }))
    .filter((change) => change.before !== change.after);
}

@Resolver()
export class AuditResolver {
  @Needs('audit:read')
  @Query(() => AuditEventConnection, { description: 'Who did what at and below the viewer’s own account, the latest first.' })
  async auditEvents(
    @Arg('filter', () => AuditEventFilter, { nullable: true, description: 'Which ones.' }) filter: AuditEventFilter | null,
    @Arg('orderBy', () => AuditEventOrderInput, { nullable: true, description: 'In which order; the latest first where left out.' }) orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const { accountId, subjectId, action, from, to } = filter ?? {};
    const where: Condition[] = [
      ...(accountId ? [equals('account_id', decodeId('acc', accountId))] : []),
      ...(subjectId ? [equals('subject_id', subjectId)] : []),
      ...(action ? [equals('action', action)] : []),
      ...(from != null ? [((alias, sql) => `${alias}.occurred_at >= ${sql.param(new Date(from).toISOString())}::timestamptz`) satisfies Condition] : []),
      ...(to != null ? [((alias, sql) => `${alias}.occurred_at < ${sql.param(new Date(to).toISOString())}::timestamptz`) satisfies Condition] : []),
    ];
    return readPage(auditShape, { first, after, order: orderOf(orderBy, ORDERS, { field: 'OCCURRED_AT', direction: 'DESC' }), where }, context, info);
  }
}
