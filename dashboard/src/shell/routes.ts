import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: () => import('./SignInPage.vue'), meta: { open: true } },
  { path: '/preferences', component: () => import('./PreferencesPage.vue') },
  { path: '/:nowhere(.*)*', component: () => import('./NotFoundPage.vue') },
];
