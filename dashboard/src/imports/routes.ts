import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [{ to: '/import', label: 'imports.title', icon: 'i-lucide-file-up', group: 'system', needs: 'BOOKS_IMPORT', key: 'i' }];

export const routes: RouteRecordRaw[] = [{ path: '/import', component: () => import('./ImportPage.vue'), meta: { needs: 'BOOKS_IMPORT' } }];
