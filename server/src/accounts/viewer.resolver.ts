import { isoDate } from '@cloudtill/domain/calendar/local-date';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, Mutation, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { signedIn } from '../platform/context.ts';
import { encodeId } from '../platform/ids.ts';
import { equals, readOne, type Row } from '../platform/look-ahead.ts';
import { DateOnly, DateTime, EmailAddress, TimeZone } from '../platform/scalars.ts';
import type { Viewer } from '../platform/viewer.ts';
import { refuseUnreadable, unreadableTexts } from '../platform/text.ts';
import { toUserErrors, UserError } from '../platform/user-error.type.ts';
import { Node } from '../platform/connection.type.ts';
import { enumName, enumOf } from '../platform/enum.ts';
import { PERMISSIONS, ROLES } from '../platform/permissions.ts';
import { SignInInput } from './account.inputs.ts';
import { accountShape, AccountType } from './account.type.ts';
import { authenticationOf } from './authentication.ts';

const PermissionEnum = Object.fromEntries(Object.keys(PERMISSIONS).map((permission) => [enumName(permission), enumName(permission)]));
registerEnumType(PermissionEnum, {
  name: 'Permission',
  description: 'What somebody may do.',
  valuesConfig: Object.fromEntries(Object.entries(PERMISSIONS).map(([permission, meaning]) => [enumName(permission), { description: `To ${meaning}.` }])),
});

const RoleEnum = enumOf(Object.keys(ROLES));
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What a person is in the panel.',
  valuesConfig: Object.fromEntries(Object.entries(ROLES).map(([role, description]) => [role, { description }])),
});

const Mode = enumOf(['SANDBOX', 'PRODUCTION']);
registerEnumType(Mode, {
  name: 'InstallationMode',
  description: 'What this installation is for.',
  valuesConfig: { SANDBOX: { description: 'For trying out: the clock can be moved.' }, PRODUCTION: { description: 'For business.' } },
});

@ObjectType('Clock', { description: 'The system’s time.' })
export class ClockType {
  @Field(() => DateTime, { description: 'The instant that it is.' })
  now!: Date;

  @Field(() => DateOnly, { description: 'The billing day that it is.' })
  today!: string;

  @Field(() => TimeZone, { description: 'The zone in which billing days begin and end.' })
  timeZone!: string;
}

@ObjectType('User', { implements: Node, description: 'A person who signs in.' })
export class UserType extends Node {
  @Field(() => String, { description: 'The person’s name.' })
  name!: string;

  @Field(() => EmailAddress, { description: 'The person’s email address.' })
  email!: string;

  @Field(() => [RoleEnum], { description: 'The person’s roles.' })
  roles!: readonly string[];
}

@ObjectType('ServiceCredential', { implements: Node, description: 'A key with which a machine works for an account.' })
export class ServiceCredentialType extends Node {
  @Field(() => String, { description: 'What it is called.' })
  name!: string;
}

@ObjectType('Viewer', { description: 'Who asks, and what they may do.' })
export class ViewerType {
  @Field(() => UserType, { nullable: true, description: 'The person; null for a machine.' })
  user!: object | null;

  @Field(() => ServiceCredentialType, { nullable: true, description: 'The machine’s credential; null for a person.' })
  credential!: object | null;

  @Field(() => [PermissionEnum], { description: 'What the viewer may do.' })
  permissions!: string[];

  @Field(() => Mode, { description: 'Sandbox or production.' })
  mode!: string;

  @Field(() => ClockType, { description: 'The system’s time.' })
  clock!: ClockType;

  @Field(() => AccountType, { description: 'The account that the viewer belongs to.' })
  account!: AccountType;
}

@ObjectType({ description: 'What signIn answers.' })
class SignInPayload {
  @Field(() => ViewerType, { nullable: true, description: 'Who is signed in now.' })
  viewer!: object | null;

  @Field(() => [UserError], { description: 'Why it was refused.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'What signOut answers.' })
class SignOutPayload {
  @Field(() => [UserError], { description: 'Always empty: signing out twice is no mistake.' })
  userErrors!: UserError[];
}

@Resolver(() => ViewerType)
export class ViewerResolver {
  @Query(() => ViewerType, { description: 'Who asks.' })
  viewer(@Ctx() context: RequestContext): object {
    return toViewer(signedIn(context), context);
  }

  @FieldResolver(() => AccountType)
  async account(@Root() { viewer }: { viewer: Viewer }, @Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo): Promise<Row | null> {
    return readOne(accountShape, [equals('id', viewer.account.id)], { ...context, viewer }, info);
  }

  @Mutation(() => SignInPayload, { description: 'Begins a session; the answer sets its cookie.' })
  async signIn(
    @Arg('input', () => SignInInput, { description: 'Email and password.' }) { email, password }: SignInInput,
    @Ctx() context: RequestContext,
  ): Promise<SignInPayload> {
    const unreadable = unreadableTexts({ email, password }, ['input']);
    if (unreadable.length > 0) return { viewer: null, userErrors: toUserErrors(unreadable.map(refuseUnreadable)) };
    const outcome = await authenticationOf(context.app).signIn(email, password.slice(0, 1_000), context.address);
    if (!outcome.allowed) return { viewer: null, userErrors: toUserErrors(outcome.refusals) };
    context.setSession(outcome.value.token);
    return { viewer: toViewer(outcome.value.viewer, context), userErrors: [] };
  }

  @Mutation(() => SignOutPayload, { description: 'Ends the session everywhere; the answer clears its cookie.' })
  async signOut(@Ctx() context: RequestContext): Promise<SignOutPayload> {
    await authenticationOf(context.app).signOut(context.session);
    context.setSession(undefined);
    return { userErrors: [] };
  }
}

function toViewer(viewer: Viewer, { app }: RequestContext): object {
  const { kind, id, name, email, roles, permissions } = viewer;
  return {
    viewer,
    user: kind === 'USER' ? { __typename: 'User', id: encodeId('usr', id), name, email, roles } : null,
    credential: kind === 'CREDENTIAL' ? { __typename: 'ServiceCredential', id: encodeId('crd', id), name } : null,
    permissions: [...permissions].map(enumName).sort(),
    mode: app.config.mode === 'sandbox' ? 'SANDBOX' : 'PRODUCTION',
    clock: { now: app.clock.date(), today: isoDate(app.clock.today()), timeZone: app.clock.timeZone },
  };
}
