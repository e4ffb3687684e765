import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/provisioning', label: 'provisioning.title', icon: 'i-lucide-plug-zap', group: 'daily', needs: 'PROVISIONING_READ', key: 'v' },
];

export const routes: RouteRecordRaw[] = [{ path: '/provisioning', component: () => import('./ProvisioningPage.vue'), meta: { needs: 'PROVISIONING_READ' } }];
