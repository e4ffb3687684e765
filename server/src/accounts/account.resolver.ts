import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { decodeId } from '../platform/ids.ts';
import { equals, isAnyOf, readChanged, readOne, readPage, type Condition, type Page, type Row } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { orderOf, type OrderInput } from '../platform/order.type.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { likePattern } from '../platform/text.ts';
import { transact, type Result } from '../platform/use-case.ts';
import {
  AccountFilter,
  AccountOrderInput,
  CloseAccountInput,
  CreateAccountInput,
  HoldAccountInput,
  MoveAccountInput,
  ReleaseAccountInput,
  UpdateAccountInput,
} from './account.inputs.ts';
import { ACCOUNT_ORDERS, AccountConnection, accountShape, AccountType } from './account.type.ts';
import { closeAccount, moveAccount, setAccountHold, updateAccount } from './change-account.ts';
import { createAccount } from './create-account.ts';

const account = { account: { type: () => AccountType, description: 'The account as it is now.' } };
const CreateAccountPayload = payloadOf('CreateAccount', account);
const UpdateAccountPayload = payloadOf('UpdateAccount', account);
const HoldAccountPayload = payloadOf('HoldAccount', account);
const ReleaseAccountPayload = payloadOf('ReleaseAccount', account);
const CloseAccountPayload = payloadOf('CloseAccount', account);
const MoveAccountPayload = payloadOf('MoveAccount', account);

@Resolver()
export class AccountResolver {
  @Needs('accounts:read')
  @Query(() => AccountType, { nullable: true, description: 'One account by id or number; null where there is none that the viewer may see.' })
  async account(
    @Arg('id', () => ID, { nullable: true, description: 'Its id.' }) id: string | null,
    @Arg('number', () => String, { nullable: true, description: 'Its number.' }) number: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Row | null> {
    const where = [...(id ? [equals('id', decodeId('acc', id))] : []), ...(number ? [equals('number', number)] : [])];
    return where.length > 0 ? readOne(accountShape, where, context, info) : null;
  }

  @Needs('accounts:read')
  @Query(() => AccountConnection, { description: 'Accounts at and below the viewer’s own.' })
  async accounts(
    @Arg('filter', () => AccountFilter, { nullable: true, description: 'Which ones.' }) filter: AccountFilter | null,
    @Arg('orderBy', () => AccountOrderInput, { nullable: true, description: 'In which order; by name where left out.' }) orderBy: OrderInput | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25, description: 'How many, 1 to 100.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on from.' }) after: string | null,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page> {
    const order = orderOf(orderBy, ACCOUNT_ORDERS, { field: 'NAME', direction: 'ASC' });
    return readPage(accountShape, { first, after, order, where: accountConditions(filter) }, context, info);
  }

  @Needs('accounts:write')
  @Mutation(() => CreateAccountPayload, { description: 'Creates a reseller or a customer.' })
  async createAccount(
    @Arg('input', () => CreateAccountInput, { description: 'The new account.' }) input: CreateAccountInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const request = { operation: 'createAccount', idempotencyKey: input.idempotencyKey ?? undefined, input };
    return show(await transact(context, request, (unit) => createAccount(unit, input)), context, info);
  }

  @Needs('accounts:write')
  @Mutation(() => UpdateAccountPayload, { description: 'Changes what an account is called and where it is.' })
  async updateAccount(
    @Arg('input', () => UpdateAccountInput, { description: 'What to change.' }) input: UpdateAccountInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(await transact(context, { operation: 'updateAccount', input }, (unit) => updateAccount(unit, input)), context, info);
  }

  @Needs('accounts:write')
  @Mutation(() => HoldAccountPayload, { description: 'Puts an account on hold: what runs goes on, new orders and increases are refused.' })
  async holdAccount(
    @Arg('input', () => HoldAccountInput, { description: 'Which account.' }) input: HoldAccountInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(
      await transact(context, { operation: 'holdAccount', input }, (unit) => setAccountHold(unit, input.accountId, 'ON_HOLD', input.reason)),
      context,
      info,
    );
  }

  @Needs('accounts:write')
  @Mutation(() => ReleaseAccountPayload, { description: 'Lets an account on hold buy again.' })
  async releaseAccount(
    @Arg('input', () => ReleaseAccountInput, { description: 'Which account.' }) input: ReleaseAccountInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(
      await transact(context, { operation: 'releaseAccount', input }, (unit) => setAccountHold(unit, input.accountId, 'ACTIVE', undefined)),
      context,
      info,
    );
  }

  @Needs('accounts:write')
  @Mutation(() => CloseAccountPayload, { description: 'Closes an account that holds no subscriptions any more. Final.' })
  async closeAccount(
    @Arg('input', () => CloseAccountInput, { description: 'Which account.' }) input: CloseAccountInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(await transact(context, { operation: 'closeAccount', input }, (unit) => closeAccount(unit, input.accountId)), context, info);
  }

  @Needs('accounts:write')
  @Mutation(() => MoveAccountPayload, { description: 'Puts an account, with all below it, under another seller from today on.' })
  async moveAccount(
    @Arg('input', () => MoveAccountInput, { description: 'What goes where.' }) input: MoveAccountInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    return show(await transact(context, { operation: 'moveAccount', input }, (unit) => moveAccount(unit, input)), context, info);
  }
}

function show(result: Result<{ accountId: string }>, context: RequestContext, info: GraphQLResolveInfo): Promise<Payload> {
  return toPayload(result, async ({ accountId }) => ({ account: await readChanged('account', accountShape, [equals('id', accountId)], context, info) }));
}

function accountConditions(filter: AccountFilter | null): Condition[] {
  const { kind, status, parentId, belowId, text } = filter ?? {};
  return [
    ...(kind ? [isAnyOf('kind', kind, 'text')] : []),
    ...(status ? [isAnyOf('status', status, 'text')] : []),
    ...(parentId ? [equals('parent_id', decodeId('acc', parentId))] : []),
    ...(belowId ? [atOrBelow(decodeId('acc', belowId))] : []),
    ...(text ? [containsText(text)] : []),
  ];
}

function atOrBelow(accountId: string): Condition {
  return (alias, sql) => `${alias}.path @> array[${sql.param(accountId)}::uuid]`;
}

/** The expression is that of the trigram index. */
function containsText(text: string): Condition {
  return (alias, sql) => `(${alias}.name || ' ' || ${alias}.number || ' ' || coalesce(${alias}.email, '')) ilike ${sql.param(likePattern(text))}`;
}
