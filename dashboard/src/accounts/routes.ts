import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/accounts', label: 'accounts.title', icon: 'i-lucide-building-2', group: 'daily', needs: 'ACCOUNTS_READ', key: 'a' },
];

export const routes: RouteRecordRaw[] = [
  { path: '/accounts', component: () => import('./AccountsPage.vue'), meta: { needs: 'ACCOUNTS_READ' } },
  { path: '/accounts/:number', component: () => import('./AccountPage.vue'), props: true, meta: { needs: 'ACCOUNTS_READ' } },
];
