/** Showing an activation code. Each time somebody sees one, the trail says so. @rule B8 */
import DataLoader from 'dataloader';
import { signedIn, type RequestContext } from '../platform/context.ts';
import { encodeId } from '../platform/ids.ts';
import { actorOf, writeLine } from '../platform/trail.ts';
import { may } from '../platform/viewer.ts';

/** As the shape reads it: id, customer, number, sealed code. */
export type SealedCode = readonly [id: string, customerId: string, number: string, sealed: string | null];

const KEY = Symbol('activation codes');

/** The code, for those who may see it; null where there is none. A page of subscriptions is one entry a subscription. */
export async function reveal(code: SealedCode, context: RequestContext): Promise<string | null> {
  if (!code[3] || !may(context.viewer, 'licenses:reveal')) return null;
  let loader = context.cache.get(KEY) as DataLoader<SealedCode, string> | undefined;
  if (!loader) context.cache.set(KEY, (loader = new DataLoader((codes) => revealAll(codes, context))));
  return loader.load(code);
}

/** The trail first: what cannot be written down is not shown. */
async function revealAll(codes: readonly SealedCode[], context: RequestContext): Promise<(string | Error)[]> {
  const { database, clock, secrets } = context.app;
  const viewer = signedIn(context);
  await database.systemTransaction(async (client) => {
    for (const [id, accountId, number] of codes.toSorted(([, a], [, b]) => (a < b ? -1 : 1))) {
      await writeLine(
        client,
        { ...actorOf(viewer), accountId },
        {
          at: clock.date(),
          action: 'revealActivationCode',
          subjectKind: 'ServiceSubscription',
          subjectId: encodeId('sub', id),
          subjectNumber: number,
          after: { channel: context.address === 'worker' ? 'worker' : 'api' },
        },
      );
    }
  });
  return codes.map(([, , , sealed]) => {
    try {
      return secrets.open(sealed!);
    } catch (error) {
      // One that was sealed with another key does not hide the others of the page.
      return error as Error;
    }
  });
}
