import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/subscriptions', label: 'subscriptions.title', icon: 'i-lucide-repeat', group: 'daily', needs: 'SUBSCRIPTIONS_READ', key: 's' },
];

export const routes: RouteRecordRaw[] = [
  { path: '/subscriptions', component: () => import('./SubscriptionsPage.vue'), meta: { needs: 'SUBSCRIPTIONS_READ' } },
  { path: '/subscriptions/:number', component: () => import('./SubscriptionPage.vue'), props: true, meta: { needs: 'SUBSCRIPTIONS_READ' } },
];
