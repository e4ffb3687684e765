import type { Client } from '@urql/vue';
import { shallowRef } from 'vue';
import { createRouter, createWebHistory, START_LOCATION, type RouteRecordRaw, type Router } from 'vue-router';
import type { Fault } from './faults.ts';
import type { TextKey } from './i18n.ts';
import { isSignedIn, isViewerKnown, loadViewer, type Permission } from './session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    /** Without it the page shows which permission is missing. */
    needs?: Permission;
    /** For anyone, without the frame of the application. */
    open?: true;
  }
}

export const PLACE_GROUPS = ['daily', 'billing', 'selling', 'system'] as const;
export type PlaceGroup = (typeof PLACE_GROUPS)[number];

/** A page in the navigation and the command palette. */
export interface Place {
  readonly to: string;
  readonly label: TextKey;
  readonly icon: string;
  readonly group: PlaceGroup;
  readonly needs?: Permission;
  /** Pressed after `g`. */
  readonly key?: string;
}

/** Why there is no first page: nobody could be asked who is signed in, or the page itself could not be had. */
export const startFault = shallowRef<Fault>();
/** Where somebody wanted to go while the server could not be reached. */
export const unreachedPage = shallowRef<string>();

export function createAppRouter(client: Client, routes: readonly RouteRecordRaw[]): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? {} : { top: 0 }),
  });
  router.beforeEach(async (to) => {
    if (!isViewerKnown()) startFault.value = await loadViewer(client);
    if (startFault.value || to.meta.open || isSignedIn.value) return true;
    // oxlint-disable-next-line unicorn/no-thenable -- a word in the address, which nobody awaits
    return { path: '/sign-in', query: to.fullPath === '/' ? {} : { then: to.fullPath } };
  });
  // A page's code could not be had: the line is down, or a newer release has taken this one's files away.
  router.onError(async (_, to, from) => {
    const isFirst = from === START_LOCATION;
    const isReachable = await fetch('/health/live', { cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReachable && !isFirst) location.assign(to.fullPath);
    else if (isFirst) startFault.value = isReachable ? { kind: 'broken', requestId: undefined, detail: to.path } : { kind: 'offline' };
    else unreachedPage.value = to.fullPath;
  });
  router.afterEach((_to, _from, failure) => {
    if (!failure) unreachedPage.value = undefined;
  });
  return router;
}
