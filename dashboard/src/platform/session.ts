/** Who is signed in, and what they may do. The cookie is the server's secret; the dashboard only asks who it belongs to. */
import type { Client } from '@urql/vue';
import { computed, shallowRef } from 'vue';
import { faultOf, type Fault } from './faults.ts';
import { graphql, type ResultOf } from './graphql.ts';

const ViewerQuery = graphql(`
  query Viewer {
    viewer {
      mode
      permissions
      clock {
        now
        today
        timeZone
      }
      user {
        name
        email
        roles
      }
      credential {
        name
      }
      account {
        id
        number
        name
        kind
        currency
      }
    }
  }
`);

export type Viewer = ResultOf<typeof ViewerQuery>['viewer'];
export type Permission = Viewer['permissions'][number];

/** How far the clock of the business is ahead of this machine's: the sandbox moves it. */
let businessAheadMs = 0;

/** What the clock of the business shows when this machine's shows that. Epoch milliseconds. */
export const businessTime = (machineMs: number): number => machineMs + businessAheadMs;

/** Undefined until asked; null where nobody is signed in. */
const current = shallowRef<Viewer | null>();

/** The viewer of every page behind the sign-in: the router lets nobody else through. */
export const viewer = computed(() => {
  if (!current.value) throw new Error('a page that needs a viewer was shown without one');
  return current.value;
});
export const isSignedIn = computed(() => Boolean(current.value));

export function may(permission: Permission): boolean {
  return current.value?.permissions.includes(permission) ?? false;
}

/** Runs the whole business, as opposed to a part of it. */
export const isProvider = computed(() => current.value?.account.kind === 'PROVIDER');

/** @returns the fault that kept us from knowing; undefined where we know now, also where nobody is signed in */
export async function loadViewer(client: Client): Promise<Fault | undefined> {
  const { data, error } = await client.query(ViewerQuery, {}, { requestPolicy: 'network-only' }).toPromise();
  if (data) {
    current.value = data.viewer;
    businessAheadMs = Date.parse(data.viewer.clock.now) - Date.now();
  }
  const fault = error && faultOf(error);
  if (fault?.kind !== 'unauthenticated') return fault;
  current.value = null;
  return undefined;
}

/** Whether the router knows yet who is there. */
export function isViewerKnown(): boolean {
  return current.value !== undefined;
}

export function forgetViewer(): void {
  current.value = null;
}
