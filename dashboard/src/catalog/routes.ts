import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/catalog', label: 'catalog.title', icon: 'i-lucide-package', group: 'selling', needs: 'CATALOG_READ', key: 'p' },
  { to: '/price-lists', label: 'catalog.lists.title', icon: 'i-lucide-tags', group: 'selling', needs: 'PRICES_READ', key: 'l' },
];

export const routes: RouteRecordRaw[] = [
  { path: '/catalog', component: () => import('./CatalogPage.vue'), meta: { needs: 'CATALOG_READ' } },
  { path: '/catalog/products/:id', component: () => import('./ProductPage.vue'), props: true, meta: { needs: 'CATALOG_READ' } },
  { path: '/catalog/plans/:sku', component: () => import('./PlanPage.vue'), props: true, meta: { needs: 'CATALOG_READ' } },
  { path: '/price-lists', component: () => import('./PriceListsPage.vue'), meta: { needs: 'PRICES_READ' } },
  { path: '/price-lists/:id', component: () => import('./PriceListPage.vue'), props: true, meta: { needs: 'PRICES_READ' } },
];
