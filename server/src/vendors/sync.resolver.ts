import type { SyncStatus } from '@cloudtill/domain/accounts/provisioning-sync';
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, InputType, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ACCOUNT_ORDERS, AccountConnection, accountShape, AccountType } from '../accounts/account.type.ts';
import { VendorType } from '../catalog/catalog.type.ts';
import type { RequestContext } from '../platform/context.ts';
import { jobShape, JobType } from '../platform/job.type.ts';
import { waitForJob } from '../platform/jobs.ts';
import { equals, isAnyOf, nested, readChanged, readPage, type Page } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { orderOf } from '../platform/order.type.ts';
import { payloadOf, type Payload } from '../platform/payload.type.ts';
import { likePattern } from '../platform/text.ts';
import { transact, type Result } from '../platform/use-case.ts';
import { toUserErrors, type UserError } from '../platform/user-error.type.ts';
import { may } from '../platform/viewer.ts';
import { SetSyncOptionsInput, SynchronizeAccountInput } from './sync.inputs.ts';
import { ProvisioningSyncType, syncShape, SyncStatusEnum, syncStatusIs, VendorParameterType } from './sync.type.ts';
import { setSyncOptions, synchronizeAccount, type Synchronized } from './synchronize.ts';

/** Vendors that answer quickly are waited for, so that the answer shows how it went. */
const PATIENCE_MS = 4_000;

const sync = { type: () => ProvisioningSyncType, description: 'The account on the platform, as it is now.' };
const SetSyncOptionsPayload = payloadOf('SetSyncOptions', { sync });
const SynchronizeAccountPayload = payloadOf('SynchronizeAccount', {
  sync,
  job: { type: () => JobType, description: 'The work at the vendor; null where there was none to do.' },
});

@InputType({ description: 'Which accounts to list. Conditions are joined by "and".' })
class SyncBoardFilter {
  @Field(() => [SyncStatusEnum], { nullable: true, description: 'In one of these states on the platform, or on any where none is given.' })
  status?: SyncStatus[] | null;

  @Field(() => String, { nullable: true, description: 'On this platform.' })
  platform?: string | null;

  @Field(() => String, { nullable: true, description: 'Whose name, number or email contains this text.' })
  text?: string | null;
}

@Resolver()
export class SyncResolver {
  @Needs('sync:read')
  @Query(() => AccountConnection, { description: 'Resellers and customers, with what each platform knows of them. By name.' })
  async syncBoard(
    @Arg('filter', () => SyncBoardFilter, { nullable: true, description: 'Which ones.' }) filter: SyncBoardFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const { status, platform, text } = filter ?? {};
    const order = orderOf(null, ACCOUNT_ORDERS, { field: 'NAME', direction: 'ASC' });
    const where = [
      isAnyOf('kind', ['RESELLER', 'CUSTOMER'], 'text'),
      ...(status?.length || platform ? [syncStatusIs(status, platform)] : []),
      ...(text
        ? [
            (alias: string, sql: { param(value: unknown): string }) =>
              `(${alias}.name || ' ' || ${alias}.number || ' ' || coalesce(${alias}.email, '')) ilike ${sql.param(likePattern(text))}`,
          ]
        : []),
    ];
    return readPage(accountShape, { first, after, order, where }, context, info);
  }

  @Needs('sync:write')
  @Mutation(() => SetSyncOptionsPayload, { description: 'Keeps what an account is to a platform. It is judged when the account is synchronized.' })
  async setSyncOptions(
    @Arg('input', () => SetSyncOptionsInput, { description: 'Which account, and what it is.' }) input: SetSyncOptionsInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(await transact(context, { operation: 'setSyncOptions', input }, (unit) => setSyncOptions(unit, input)), context, info);
  }

  @Needs('sync:write')
  @Mutation(() => SynchronizeAccountPayload, {
    description: 'Makes an account known on a platform. Why that fails is answered, and kept as the reason.',
  })
  async synchronizeAccount(
    @Arg('input', () => SynchronizeAccountInput, { description: 'Which account, where.' }) input: SynchronizeAccountInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const { idempotencyKey } = input;
    const result = await transact(context, { operation: 'synchronizeAccount', idempotencyKey, input }, (unit) => synchronizeAccount(unit, input));
    if (result.value?.jobId) await waitForJob(context.app, result.value.jobId, PATIENCE_MS);
    return show(result, context, info);
  }
}

async function show(result: Result<Synchronized>, context: RequestContext, info: GraphQLResolveInfo): Promise<Payload> {
  const { value, refusals, replayed } = result;
  if (!value) return { userErrors: toUserErrors(refusals), replayed };
  const where = [equals('account_id', value.accountId), equals('platform', value.platform)];
  const [shown, job] = await Promise.all([
    readChanged('sync', syncShape, where, context, info),
    value.jobId ? readChanged('job', jobShape, [equals('id', value.jobId)], context, info) : null,
  ]);
  const userErrors: UserError[] = toUserErrors([...value.refusals, ...(await vendorsRefusal(context, value))]);
  return { sync: shown, job, userErrors, replayed } as Payload;
}

/** What the vendor itself said no to, where it was waited for. */
async function vendorsRefusal({ app }: RequestContext, { jobId, accountId, platform }: Synchronized): Promise<Refusal[]> {
  if (!jobId) return [];
  const { rows } = await app.database.system.query<{ status: string; reasons: UserError[] }>(
    'select status, reasons from provisioning_sync where account_id = $1 and platform = $2',
    [accountId, platform],
  );
  if (rows[0]?.status !== 'FAILED') return [];
  return rows[0].reasons.map(({ code, path, parameters }) => refusal(code, Object.fromEntries(parameters.map(({ name, value }) => [name, value])), path));
}

@Resolver(() => AccountType)
export class AccountSyncFields {
  @FieldResolver(() => [ProvisioningSyncType], { description: 'The account on every platform, one by one; null for those who may not see it.', nullable: true })
  syncs(@Root() account: object, @Ctx() { viewer }: RequestContext, @Info() info: GraphQLResolveInfo): object[] | null {
    return may(viewer, 'sync:read') ? nested(account, info) : null;
  }
}

@Resolver(() => ProvisioningSyncType)
export class SyncFields {
  @FieldResolver(() => [VendorParameterType], { description: 'What the vendor can be told of an account beyond the options.' })
  definitions(@Root() { definitions: code }: { definitions: string }, @Ctx() { app }: RequestContext): VendorParameterType[] {
    return (app.vendors.find(code)?.accountParameters ?? []).map((parameter) => ({ ...parameter, choices: parameter.choices ?? null }));
  }
}

@Resolver(() => VendorType)
export class VendorLinkFields {
  @FieldResolver(() => String, { nullable: true, description: 'Where the vendor’s simulator takes orders about faults and time; sandbox mode only.' })
  simulatorUrl(@Root() { simulatorUrl: code }: { simulatorUrl: string }, @Ctx() { app }: RequestContext): string | null {
    return app.config.simulatorUrls[code] ?? null;
  }

  @FieldResolver(() => Boolean, { description: 'Whether this installation can reach the vendor, so that what is ordered is provisioned.' })
  connected(@Root() { connected: code }: { connected: string }, @Ctx() { app }: RequestContext): boolean {
    return app.vendors.find(code) !== undefined;
  }
}
