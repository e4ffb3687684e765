import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [{ to: '/', label: 'home.title', icon: 'i-lucide-house', group: 'daily', key: 'h' }];

export const routes: RouteRecordRaw[] = [{ path: '/', component: () => import('./HomePage.vue') }];
