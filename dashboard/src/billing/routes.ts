import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/billing', label: 'billing.title', icon: 'i-lucide-calendar-check-2', group: 'billing', needs: 'BILLING_READ', key: 'b' },
  { to: '/charges', label: 'billing.chargesTitle', icon: 'i-lucide-receipt-text', group: 'billing', needs: 'CHARGES_READ', key: 'c' },
  { to: '/what-if', label: 'billing.whatIf.title', icon: 'i-lucide-calculator', group: 'billing', needs: 'CATALOG_READ', key: 'w' },
];

export const routes: RouteRecordRaw[] = [
  { path: '/billing', component: () => import('./BillingPage.vue'), meta: { needs: 'BILLING_READ' } },
  { path: '/billing/:name(\\d{4}-\\d{2})', component: () => import('./PeriodPage.vue'), props: true, meta: { needs: 'BILLING_READ' } },
  { path: '/charges', component: () => import('./ChargesPage.vue'), meta: { needs: 'CHARGES_READ' } },
  { path: '/what-if', component: () => import('./WhatIfPage.vue'), meta: { needs: 'CATALOG_READ' } },
];
