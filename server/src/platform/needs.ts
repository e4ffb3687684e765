import { Authorized, type AuthCheckerFn } from 'type-graphql';
import type { RequestContext } from './context.ts';
import type { Permission } from './permissions.ts';
import { demand } from './viewer.ts';

/** Marks what a query or mutation needs. Those without a mark are for anyone who is not even signed in. */
export function Needs(permission: Permission): MethodDecorator & PropertyDecorator {
  return Authorized(permission);
}

/** Asks before a resolver runs; see viewer.ts for the answers. */
export const checkNeeds: AuthCheckerFn<RequestContext> = ({ context }, needs) => {
  for (const permission of needs) demand(context.viewer, permission as Permission);
  return true;
};
