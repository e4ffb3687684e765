import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/jobs', label: 'operations.jobs.title', icon: 'i-lucide-list-checks', group: 'system', needs: 'JOBS_READ', key: 'j' },
  { to: '/audit', label: 'operations.audit.title', icon: 'i-lucide-scroll-text', group: 'system', needs: 'AUDIT_READ', key: 't' },
];

export const routes: RouteRecordRaw[] = [
  { path: '/jobs', component: () => import('./JobsPage.vue'), meta: { needs: 'JOBS_READ' } },
  { path: '/audit', component: () => import('./AuditPage.vue'), meta: { needs: 'AUDIT_READ' } },
];
