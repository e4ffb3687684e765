import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, ID, Info, InputType, Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { signedIn } from '../platform/context.ts';
import { notFound } from '../platform/errors.ts';
import { decodeId } from '../platform/ids.ts';
import { enumName } from '../platform/enum.ts';
import { JOB_ORDERS, JobConnection, JobKind, jobShape, JobStateEnum, JobType } from '../platform/job.type.ts';
import { equals, isAnyOf, readOne, readPage, type Page, type Row } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { orderInputOf, orderOf, type OrderInput } from '../platform/order.type.ts';
import { may, scopeOf } from '../platform/viewer.ts';
import { unauthenticated } from '../platform/errors.ts';

@InputType({ description: 'Which jobs to list.' })
class JobFilter {
  @Field(() => [JobStateEnum], { nullable: true, description: 'In one of these states.' })
  state?: string[] | null;

  @Field(() => [JobKind], { nullable: true, description: 'Of one of these kinds.' })
  kind?: string[] | null;
}

const JobOrderInput = orderInputOf('Job', { CREATED_AT: 'By age.' });

/** Tasks of the queue that are jobs. */
const TASKS = ['runBilling', 'closeBillingPeriod', 'importBook', 'runMigration'] as const;

/** A watched job is looked at again after so long even where nothing was heard of it. */
const LOOK_AGAIN_MS = 2_000;

@Resolver()
export class JobsResolver {
  @Needs('jobs:read')
  @Query(() => JobConnection, { description: 'Long work at and below the viewer’s own account, the latest first.' })
  async jobs(
    @Arg('filter', () => JobFilter, { nullable: true, description: 'Which ones.' }) filter: JobFilter | null,
    @Arg('orderBy', () => JobOrderInput, { nullable: true, description: 'In which order; the latest first where left out.' }) orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const order = orderOf(orderBy, JOB_ORDERS, { field: 'CREATED_AT', direction: 'DESC' });
    const where = [
      ...(filter?.state ? [isAnyOf('state', filter.state, 'text')] : []),
      ...(filter?.kind
        ? [
            isAnyOf(
              'kind',
              TASKS.filter((task) => filter.kind!.includes(enumName(task))),
              'text',
            ),
          ]
        : []),
    ];
    return readPage(jobShape, { first, after, order, where }, context, info);
  }

  @Needs('jobs:read')
  @Query(() => JobType, { nullable: true, description: 'One job; null where there is none that the viewer may see.' })
  async job(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    return readOne(jobShape, [equals('id', decodeId('job', id))], context, info);
  }

  @Subscription(() => JobType, {
    description: 'A job each time it gets further, until it ends. The first event tells how far it is now.',
    subscribe: ({ args, context }) => watch((args as { id: string }).id, context as RequestContext),
  })
  async jobProgressed(
    @Arg('id', () => ID, { description: 'Which job.' }) id: string,
    @Root() _tick: unknown,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row> {
    const job = await readOne(jobShape, [equals('id', decodeId('job', id))], context, info);
    if (!job) throw notFound();
    return job;
  }
}

/** A tick for each thing heard of a job, checked against the viewer's rights each time; ends with the job. */
async function* watch(id: string, context: RequestContext): AsyncGenerator<{ id: string }> {
  const viewer = signedIn(context);
  if (!may(viewer, 'jobs:read')) throw unauthenticated();
  const { app } = context;
  const key = decodeId('job', id);
  let wake = (): void => {};
  let heard = true;
  const stop = app.listener.on('cloudtill_job', (job) => {
    if (job !== key && job !== '') return;
    heard = true;
    wake();
  });
  try {
    for (;;) {
      if (!heard) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LOOK_AGAIN_MS);
          wake = () => (clearTimeout(timer), resolve());
        });
      }
      heard = false;
      const rows = await app.database.reads.query(scopeOf(viewer), { text: 'select finished_at is not null from job where id = $1', values: [key] });
      if (!rows[0]) throw notFound();
      yield { id };
      if (rows[0][0] === 't') return;
    }
  } finally {
    stop();
  }
}
