import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [{ to: '/sync', label: 'vendors.title', icon: 'i-lucide-refresh-cw', group: 'daily', needs: 'SYNC_READ', key: 'y' }];

export const routes: RouteRecordRaw[] = [{ path: '/sync', component: () => import('./SyncBoardPage.vue'), meta: { needs: 'SYNC_READ' } }];
