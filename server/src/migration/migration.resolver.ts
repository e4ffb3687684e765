import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { decodeId } from '../platform/ids.ts';
import { jobShape, JobType } from '../platform/job.type.ts';
import { equals, nested, readChanged, readOne, readPage, type Page, type Row } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { transact } from '../platform/use-case.ts';
import { PlanMigrationInput, RunMigrationInput } from './migration.inputs.ts';
import { MIGRATION_ORDER, MigrationConnection, MigrationItemConnection, migrationShape, MigrationType } from './migration.type.ts';
import { planMigration, refreshMigration, startMigration } from './plan-migration.ts';

const PlanMigrationPayload = payloadOf('PlanMigration', {
  migration: { type: () => MigrationType, description: 'The plan with its report.' },
});
const RunMigrationPayload = payloadOf('RunMigration', {
  migration: { type: () => MigrationType, description: 'The migration, also one that somebody else started.' },
  job: { type: () => JobType, description: 'The work behind it; follow it until it ends.' },
});

@Resolver(() => MigrationType)
export class MigrationFields {
  @FieldResolver(() => MigrationItemConnection, { description: 'Its subscriptions, those with something in the way first.' })
  items(
    @Root() of: object,
    @Arg('blockersOnly', () => Boolean, { nullable: true, defaultValue: false, description: 'Only those with something in the way.' })
    _blockersOnly: boolean | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) _first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) _after: string | null,
    @Info() info: GraphQLResolveInfo,
  ): Page {
    return nested(of, info);
  }
}

@Resolver()
export class MigrationResolver {
  @Needs('migrations:read')
  @Query(() => MigrationType, { nullable: true, description: 'One migration; null where there is none.' })
  async migration(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    return readOne(migrationShape, [equals('id', decodeId('mig', id))], context, info);
  }

  @Needs('migrations:read')
  @Query(() => MigrationConnection, { description: 'Migrations to another way of billing, the latest planned first.' })
  async migrations(
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    return readPage(migrationShape, { first, after, order: MIGRATION_ORDER, where: [] }, context, info);
  }

  @Needs('migrations:run')
  @Mutation(() => PlanMigrationPayload, {
    description: 'A dry run: says of each `MAX_OF_MONTH` subscription of a vendor what its move to `PAYG` would do, and changes none of them.',
  })
  async planMigration(
    @Arg('input', () => PlanMigrationInput, { description: 'What to plan.' }) input: PlanMigrationInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const result = await transact(context, { operation: 'planMigration', idempotencyKey: input.idempotencyKey, input }, (unit) => planMigration(unit, input));
    return toPayload(result, async ({ migrationId }) => ({
      migration: await readChanged('migration', migrationShape, [equals('id', migrationId)], context, info),
    }));
  }

  @Needs('migrations:run')
  @Mutation(() => RunMigrationPayload, {
    description:
      'Moves all subscriptions of a plan, on its day. What changed since it was planned is looked at first; run again it changes nothing, and one that broke off goes on.',
  })
  async runMigration(
    @Arg('input', () => RunMigrationInput, { description: 'Which migration.' }) input: RunMigrationInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const result = await transact(context, { operation: 'runMigration', idempotencyKey: input.idempotencyKey, input }, (unit) => startMigration(unit, input));
    // What was refused left nothing behind, so the report does not say yet what was found in the way.
    if (result.refusals.some(({ code }) => code === 'MIGRATION_HAS_BLOCKERS'))
      await transact(context, { operation: 'runMigration', input: {} }, (unit) => refreshMigration(unit, input.migrationId));
    return toPayload(result, async ({ migrationId, jobId }) => ({
      migration: await readChanged('migration', migrationShape, [equals('id', migrationId)], context, info),
      job: await readChanged('job', jobShape, [equals('id', jobId)], context, info),
    }));
  }
}
