import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, Node } from './connection.type.ts';
import { enumName, enumOf } from './enum.ts';
import { encodeId } from './ids.ts';
import { instantOf, parseJson, text, value, type Order, type Shape, computed } from './look-ahead.ts';
import { DateTime } from './scalars.ts';
import { UserError } from './user-error.type.ts';
import { JOB_STATES } from './work.entities.ts';

export const JobStateEnum = enumOf(JOB_STATES);
registerEnumType(JobStateEnum, {
  name: 'JobState',
  description: 'How far a job is.',
  valuesConfig: {
    QUEUED: { description: 'It waits for a worker.' },
    RUNNING: { description: 'It is at work.' },
    SUCCEEDED: { description: 'It is done.' },
    FAILED: { description: 'It was refused or given up; the user errors say why.' },
    CANCELED: { description: 'Somebody called it off.' },
  },
});

export const JobKind = enumOf(['RUN_BILLING', 'CLOSE_BILLING_PERIOD', 'IMPORT_BOOK', 'SYNCHRONIZE_ACCOUNT', 'RECONCILE_VENDOR', 'RUN_MIGRATION']);
registerEnumType(JobKind, {
  name: 'JobKind',
  description: 'What kind of work a job is.',
  valuesConfig: {
    RUN_BILLING: { description: 'A billing run.' },
    CLOSE_BILLING_PERIOD: { description: 'The closing of a billing period.' },
    IMPORT_BOOK: { description: 'The import of a book of business.' },
    RECONCILE_VENDOR: { description: 'The comparison of a vendor’s state with ours.' },
    SYNCHRONIZE_ACCOUNT: { description: 'Making an account known on a vendor’s platform.' },
    RUN_MIGRATION: { description: 'A migration of subscriptions to another way of billing.' },
  },
});

@ObjectType({ description: 'How much of a job is done.' })
export class JobProgress {
  @Field(() => Int, { description: 'Pieces done.' })
  done!: number;

  @Field(() => Int, { nullable: true, description: 'Pieces in all; null while they are not counted.' })
  total!: number | null;
}

@ObjectType({ description: 'One fact of a job’s outcome.' })
export class JobFact {
  @Field(() => String, { description: 'What, such as `chargesWritten`.' })
  name!: string;

  @Field(() => String, { description: 'How much or which, as text.' })
  value!: string;
}

@ObjectType({ description: 'What a job brought about.' })
export class JobResult {
  @Field(() => [JobFact], { description: 'Facts by name; which ones depends on the kind of job.' })
  facts!: JobFact[];
}

@ObjectType('Job', {
  implements: Node,
  description: 'Work that outlives its request. Follow it with the subscription `jobProgressed`, or ask for it again now and then.',
})
export class JobType extends Node {
  @Field(() => JobKind, { description: 'What kind of work.' })
  kind!: string;

  @Field(() => JobStateEnum, { description: 'How far it is.' })
  state!: string;

  @Field(() => JobProgress, { description: 'How much of it is done.' })
  progress!: JobProgress;

  @Field(() => JobResult, { nullable: true, description: 'What it brought about; null before it is done.' })
  result!: JobResult | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty where it was not.' })
  userErrors!: UserError[];

  @Field(() => String, { nullable: true, description: 'What it is about, in a few words.' })
  subject!: string | null;

  @Field(() => String, { description: 'Who asked for it.' })
  requestedBy!: string;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt!: string;

  @Field(() => DateTime, { nullable: true, description: 'When a worker took it up.' })
  startedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt!: string | null;
}

export const JobConnection = connectionOf(JobType, 'Job', 'jobs');

export const jobShape: Shape = {
  type: 'Job',
  table: 'job',
  key: ['id'],
  scope: (alias, sql) =>
    sql.seesAll ? undefined : `exists (select 1 from account owner where owner.id = ${alias}.account_id and owner.path @> array[${sql.viewerAccount()}])`,
  fields: {
    id: computed(
      (alias) => [`${alias}.id`],
      ([id]) => encodeId('job', String(id)),
    ),
    kind: value('kind', ([kind]) => enumName(String(kind))),
    state: text('state'),
    progress: value(['progress_done', 'progress_total'], ([done, total]) => ({ done: Number(done), total: total === null ? null : Number(total) })),
    result: value('result', ([cell]) => toResult(parseJson(cell))),
    userErrors: value('user_errors', ([cell]) => parseJson(cell)),
    subject: text('subject'),
    requestedBy: text('requested_by'),
    createdAt: instantOf('created_at'),
    startedAt: instantOf('started_at'),
    finishedAt: instantOf('finished_at'),
  },
};

function toResult(result: unknown): JobResult | null {
  if (result === null || typeof result !== 'object') return null;
  const facts = Object.entries(result).filter(([, fact]) => fact === null || typeof fact !== 'object');
  return { facts: facts.map(([name, fact]) => ({ name, value: String(fact) })) };
}

export const JOB_ORDERS = {
  CREATED_AT: (alias: string) => [
    { sql: `${alias}.created_at`, type: 'timestamptz' },
    { sql: `${alias}.id`, type: 'uuid' },
  ],
} satisfies Record<string, Order['columns']>;
