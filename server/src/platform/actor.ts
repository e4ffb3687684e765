/** Use cases that nobody asks for right now: a vendor answered something that somebody wanted earlier. */
import type { Decision } from '@cloudtill/domain/refusal';
import type { App, RequestContext } from './context.ts';
import { transact, type Unit } from './use-case.ts';
import type { Viewer } from './viewer.ts';

/** Who wanted it, so that the history and the trail name them. */
export interface Wisher {
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_name: string;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';
export const SYSTEM: Wisher = { actor_kind: 'SYSTEM', actor_id: null, actor_name: 'Cloudtill' };

/** Whoever wanted it, as somebody who sees everything. */
export function viewerOf(wisher: Wisher, providerId: string): Viewer {
  return {
    kind: wisher.actor_kind as Viewer['kind'],
    id: wisher.actor_id ?? NOBODY,
    name: wisher.actor_name,
    email: undefined,
    roles: [],
    account: { id: providerId, number: 'PROVIDER', kind: 'PROVIDER', parentId: undefined },
    permissions: new Set(),
  };
}

/** Runs a use case that sees everything, in the name of whoever wanted it. */
export async function asActor<T>(
  app: App,
  wisher: Wisher,
  request: { operation: string; operationId?: string },
  work: (unit: Unit) => Promise<Decision<T>>,
): Promise<T | undefined> {
  const viewer = viewerOf(wisher, await provider(app));
  const context: RequestContext = { app, viewer, requestId: request.operation, address: 'worker', session: undefined, setSession: () => {}, cache: new Map() };
  const result = await transact(context, { ...request, input: {} }, work);
  return result.value;
}

async function provider({ database }: App): Promise<string> {
  const { rows } = await database.system.query<{ id: string }>(`select id from account where kind = 'PROVIDER'`);
  return rows[0]!.id;
}
