import type { RouteRecordRaw } from 'vue-router';
import type { Place } from '../platform/router.ts';

export const places: readonly Place[] = [
  { to: '/shop', label: 'orders.shop.title', icon: 'i-lucide-store', group: 'daily', needs: 'ORDERS_PLACE', key: 'n' },
  { to: '/orders', label: 'orders.title', icon: 'i-lucide-shopping-cart', group: 'daily', needs: 'ORDERS_READ', key: 'o' },
];

export const routes: RouteRecordRaw[] = [
  { path: '/shop', component: () => import('./ShopPage.vue'), meta: { needs: 'ORDERS_PLACE' } },
  { path: '/shop/checkout/:orderId', component: () => import('./CheckoutPage.vue'), props: true, meta: { needs: 'ORDERS_PLACE' } },
  { path: '/shop/orders/:id', component: () => import('./PlacedPage.vue'), props: true, meta: { needs: 'ORDERS_READ' } },
  { path: '/shop/:productId', component: () => import('./ShopProductPage.vue'), props: true, meta: { needs: 'ORDERS_PLACE' } },
  { path: '/orders', component: () => import('./OrdersPage.vue'), meta: { needs: 'ORDERS_READ' } },
  { path: '/orders/:id', component: () => import('./OrderPage.vue'), props: true, meta: { needs: 'ORDERS_READ' } },
];
