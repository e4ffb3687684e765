import type { Client } from '@urql/vue';
import { shallowRef } from 'vue';
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router';
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

/** Why nobody could be asked who is signed in; the shell shows it. */
export const startFault = shallowRef<Fault>();

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
  return router;
}
