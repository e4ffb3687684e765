import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/migrations', label: 'migration.title', icon: 'i-lucide-arrow-right-left', group: 'billing', needs: 'MIGRATIONS_READ', key: 'x' },
];

export const routes: RouteRecordRaw[] = [
  { path: '/migrations', component: () => import('./MigrationsPage.vue'), meta: { needs: 'MIGRATIONS_READ' } },
  { path: '/migrations/:id', component: () => import('./MigrationPage.vue'), props: true, meta: { needs: 'MIGRATIONS_READ' } },
];
