import { refuse, type Decision } from '@cloudtill/domain/refusal';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { vendorShape, VendorType } from '../catalog/catalog.type.ts';
import type { RequestContext } from '../platform/context.ts';
import { decodeId } from '../platform/ids.ts';
import { jobShape, JobType } from '../platform/job.type.ts';
import { startJob } from '../platform/jobs.ts';
import { equals, extendShape, isAnyOf, nested, readChanged, readOne, readPage, text, type Condition, type Page, type Row } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { transact, type Unit } from '../platform/use-case.ts';
import { toUserErrors } from '../platform/user-error.type.ts';
import { may } from '../platform/viewer.ts';
import { SubscriptionType } from '../subscriptions/subscription.type.ts';
import {
  AcknowledgeProvisioningInput,
  DriftConnection,
  driftShape,
  DriftType,
  NEWEST_FIRST,
  OLDEST_FIRST,
  operationShape,
  ProvisioningFilter,
  ProvisioningOperationConnection,
  ProvisioningOperationType,
  ReconcileVendorInput,
  ResolveDriftInput,
  ResolveUnknownProvisioningInput,
  RetryProvisioningInput,
  VendorHealth,
} from './provisioning.type.ts';
import { cancelOrphan, resolveDrift } from './resolve-drift.ts';
import { acknowledgeProvisioning, resolveUnknownProvisioning, retryProvisioning } from './resolve.ts';
import { refuseUnreachable } from '../vendors/intend.ts';
import { findKnownVendor } from '../catalog/find-vendor.ts';

const operation = { operation: { type: () => ProvisioningOperationType, description: 'The operation as it is now.' } };
const RetryProvisioningPayload = payloadOf('RetryProvisioning', operation);
const AcknowledgeProvisioningPayload = payloadOf('AcknowledgeProvisioning', operation);
const ResolveUnknownProvisioningPayload = payloadOf('ResolveUnknownProvisioning', operation);
const ResolveDriftPayload = payloadOf('ResolveDrift', { drift: { type: () => DriftType, description: 'The difference as it is now.' } });
const ReconcileVendorPayload = payloadOf('ReconcileVendor', { job: { type: () => JobType, description: 'The comparison.' } });

extendShape(vendorShape, { health: text('code') });

@Resolver()
export class ProvisioningResolver {
  @Needs('provisioning:read')
  @Query(() => ProvisioningOperationConnection, { description: 'What vendors are asked and what came of it. The newest first.' })
  async provisioningOperations(
    @Arg('filter', () => ProvisioningFilter, { nullable: true, description: 'Which ones.' }) filter: ProvisioningFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    return readPage(operationShape, { first, after, order: NEWEST_FIRST, where: conditions(filter) }, context, info);
  }

  @Needs('provisioning:read')
  @Query(() => ProvisioningOperationType, { nullable: true, description: 'One of them by its id; null where there is none that the viewer may see.' })
  async provisioningOperation(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    return readOne(operationShape, [equals('id', decodeId('op', id))], context, info);
  }

  @Needs('provisioning:read')
  @Query(() => DriftConnection, { description: 'Where vendors’ states and ours differ. The newest first.' })
  async drifts(
    @Arg('open', () => Boolean, { nullable: true, defaultValue: true, description: 'Only those that nobody has settled; false for those that were.' }) open:
      | boolean
      | null,
    @Arg('vendor', () => String, { nullable: true, description: 'At this vendor, by its code.' }) vendor: string | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const where: Condition[] = [
      ...(open === null ? [] : [(alias: string) => `${alias}.resolved_at is ${open ? '' : 'not '}null`]),
      ...(vendor ? [equals('vendor_code', vendor)] : []),
    ];
    return readPage(driftShape, { first, after, order: OLDEST_FIRST, where }, context, info);
  }

  @Needs('provisioning:write')
  @Mutation(() => RetryProvisioningPayload, { description: 'Asks a vendor again for what it refused or what was given up.' })
  async retryProvisioning(
    @Arg('input', () => RetryProvisioningInput, { description: 'Which operation.' }) input: RetryProvisioningInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#resolve('retryProvisioning', input, (unit) => retryProvisioning(unit, input), context, info);
  }

  @Needs('provisioning:write')
  @Mutation(() => AcknowledgeProvisioningPayload, { description: 'Lets be what failed: it needs nobody’s attention any more.' })
  async acknowledgeProvisioning(
    @Arg('input', () => AcknowledgeProvisioningInput, { description: 'Which operation, and why.' }) input: AcknowledgeProvisioningInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#resolve('acknowledgeProvisioning', input, (unit) => acknowledgeProvisioning(unit, input), context, info);
  }

  @Needs('provisioning:write')
  @Mutation(() => ResolveUnknownProvisioningPayload, {
    description: 'Says what became of an operation whose outcome is unknown, after somebody looked at the vendor.',
  })
  async resolveUnknownProvisioning(
    @Arg('input', () => ResolveUnknownProvisioningInput, { description: 'Which operation, and what was found.' }) input: ResolveUnknownProvisioningInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return this.#resolve('resolveUnknownProvisioning', input, (unit) => resolveUnknownProvisioning(unit, input), context, info);
  }

  @Needs('provisioning:write')
  @Mutation(() => ResolveDriftPayload, { description: 'Settles a difference between a vendor and us.' })
  async resolveDrift(
    @Arg('input', () => ResolveDriftInput, { description: 'Which one, and how.' }) input: ResolveDriftInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const { idempotencyKey } = input;
    const result = await transact(context, { operation: 'resolveDrift', idempotencyKey, input }, (unit) => resolveDrift(unit, input));
    const orphan = result.value?.orphan;
    const failed = orphan ? await cancelOrphan(context.app, result.value.driftId, orphan) : undefined;
    const payload = await toPayload(result, async ({ driftId }) => ({ drift: await readChanged('drift', driftShape, [equals('id', driftId)], context, info) }));
    if (failed === undefined) return payload;
    const why: Decision<never> = refuse('VENDOR_REJECTED', { vendor: orphan!.vendorCode, message: failed });
    return { ...payload, userErrors: why.allowed ? [] : toUserErrors(why.refusals) };
  }

  @Needs('provisioning:write')
  @Mutation(() => ReconcileVendorPayload, { description: 'Compares a vendor’s state with ours now; it happens every hour by itself.' })
  async reconcileVendor(
    @Arg('input', () => ReconcileVendorInput, { description: 'Which vendor.' }) input: ReconcileVendorInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const { idempotencyKey, vendor } = input;
    const result = await transact(context, { operation: 'reconcileVendor', idempotencyKey, input }, async (unit): Promise<Decision<{ jobId: string }>> => {
      const known = await findKnownVendor(unit.em, vendor);
      if (!known.allowed) return known;
      if (!unit.app.vendors.find(vendor)) return refuseUnreachable(unit.app, vendor, ['vendor']);
      const jobId = await startJob(unit, 'reconcileVendor', { vendor }, { subject: vendor });
      unit.audit({ accountId: unit.viewer.account.id, action: 'reconcileVendor', subjectKind: 'Vendor', subjectId: vendor });
      return { allowed: true, value: { jobId } };
    });
    return toPayload(result, async ({ jobId }) => ({ job: await readChanged('job', jobShape, [equals('id', jobId)], context, info) }));
  }

  async #resolve(
    name: string,
    input: { idempotencyKey: string },
    work: (unit: Unit) => Promise<Decision<{ operationId: string }>>,
    context: RequestContext,
    info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const result = await transact(context, { operation: name, idempotencyKey: input.idempotencyKey, input }, work);
    return toPayload(result, async ({ operationId }) => ({
      operation: await readChanged('operation', operationShape, [equals('id', operationId)], context, info),
    }));
  }
}

@Resolver(() => SubscriptionType)
export class SubscriptionProvisioningFields {
  @FieldResolver(() => [ProvisioningOperationType], {
    nullable: true,
    description: 'What its vendor was asked, the last ones first; null for those who may not see it.',
  })
  operations(
    @Root() of: object,
    @Arg('first', () => Int, { nullable: true, defaultValue: 100, description: 'At most so many, 1 to 100.' }) _first: number | null,
    @Ctx() { viewer }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): object[] | null {
    return may(viewer, 'provisioning:read') ? nested(of, info) : null;
  }
}

@Resolver(() => VendorType)
export class VendorHealthFields {
  @FieldResolver(() => VendorHealth, { nullable: true, description: 'How it is doing; null where it was never called, and for those who may not see it.' })
  async health(@Root() { health: code }: { health: string }, @Ctx() { app, viewer }: RequestContext): Promise<VendorHealth | null> {
    if (!may(viewer, 'provisioning:read')) return null;
    const { rows } = await app.database.system.query<Record<string, Date | string | number | null>>(
      `select failures, case when open_until > clock_timestamp() then open_until end as "pausedUntil", opened_at as "pausedSince", last_error as "lastError",
              last_error_at as "lastErrorAt", last_success_at as "lastSuccessAt" from vendor_health where vendor_code = $1`,
      [code],
    );
    const row = rows[0];
    return row
      ? (Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell instanceof Date ? cell.toISOString() : cell])) as unknown as VendorHealth)
      : null;
  }
}

function conditions(filter: ProvisioningFilter | null): Condition[] {
  const { state, open, needsAttention, vendor, accountId, subscriptionId } = filter ?? {};
  return [
    ...(state ? [isAnyOf('state', state, 'text')] : []),
    ...(open == null ? [] : [((alias) => `${alias}.finished_at is ${open ? '' : 'not '}null`) satisfies Condition]),
    ...(needsAttention == null ? [] : [((alias) => `${alias}.needs_attention = ${needsAttention}`) satisfies Condition]),
    ...(vendor ? [equals('vendor_code', vendor)] : []),
    ...(subscriptionId ? [equals('subscription_id', decodeId('sub', subscriptionId))] : []),
    ...(accountId
      ? [
          ((alias, sql) =>
            `exists (select 1 from account holder where holder.id = ${alias}.account_id and holder.path @> array[${sql.param(decodeId('acc', accountId))}::uuid])`) satisfies Condition,
        ]
      : []),
  ];
}
