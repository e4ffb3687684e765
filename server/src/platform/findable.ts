import type { IdKind } from './ids.ts';
import type { Condition, Shape } from './look-ahead.ts';
import type { Permission } from './permissions.ts';

/** Something that `node(id)` can fetch again by its id alone. */
export interface Findable {
  readonly shape: Shape;
  /** What somebody needs to see it. */
  readonly permission: Permission;
  readonly where?: Condition;
}

const findables = new Map<string, Findable>();

/** Lets `node(id)` find the things of a room that search does not know. */
export function makeFindable(kind: IdKind, findable: Findable): void {
  findables.set(kind, findable);
}

export function findableOf(kind: string): Findable | undefined {
  return findables.get(kind);
}
