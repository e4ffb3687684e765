import type { RouteRecordRaw } from 'vue-router';
import { routes as accounts } from './accounts/routes.ts';
import { routes as billing } from './billing/routes.ts';
import { routes as catalog } from './catalog/routes.ts';
import { routes as home } from './home/routes.ts';
import { routes as imports } from './imports/routes.ts';
import { routes as notifications } from './notifications/routes.ts';
import { routes as migration } from './migration/routes.ts';
import { routes as operations } from './operations/routes.ts';
import { routes as provisioning } from './provisioning/routes.ts';
import { routes as orders } from './orders/routes.ts';
import { routes as shell } from './shell/routes.ts';
import { routes as subscriptions } from './subscriptions/routes.ts';
import { routes as vendors } from './vendors/routes.ts';

/** All pages. Each is a chunk of its own, fetched when somebody goes there. */
export const routes: RouteRecordRaw[] = [
  ...home,
  ...orders,
  ...subscriptions,
  ...accounts,
  ...vendors,
  ...provisioning,
  ...billing,
  ...catalog,
  ...imports,
  ...migration,
  ...notifications,
  ...operations,
  ...shell,
];
