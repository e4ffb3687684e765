import type { AccountKind } from '@cloudtill/domain/accounts/hierarchy';
import type { Scope } from './database.ts';
import { forbidden, unauthenticated } from './errors.ts';
import type { Permission } from './permissions.ts';

/** Who asks. */
export interface Viewer {
  readonly kind: 'USER' | 'CREDENTIAL' | 'SYSTEM';
  readonly id: string;
  readonly name: string;
  readonly email: string | undefined;
  readonly roles: readonly string[];
  readonly account: { readonly id: string; readonly number: string; readonly kind: AccountKind; readonly parentId: string | undefined };
  readonly permissions: ReadonlySet<Permission>;
}

/**
 * Whose rows a viewer sees: their own account's and everything below it. For the provider that is everything, and
 * saying so spares the database looking at every row's account.
 * @rule A3
 */
export function scopeOf(viewer: Viewer): Scope {
  return viewer.account.kind === 'PROVIDER' ? 'all' : viewer.account.id;
}

export function may(viewer: Viewer | undefined, permission: Permission): boolean {
  return viewer?.permissions.has(permission) ?? false;
}

/** @throws UNAUTHENTICATED or FORBIDDEN */
export function demand(viewer: Viewer | undefined, permission: Permission): Viewer {
  if (!viewer) throw unauthenticated();
  if (!viewer.permissions.has(permission)) throw forbidden(permission);
  return viewer;
}
