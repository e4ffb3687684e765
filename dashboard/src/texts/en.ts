/** The English catalog: it says which texts there are. Rooms keep their own words. */
import { accounts } from '../accounts/accounts.en.ts';
import { billing } from '../billing/billing.en.ts';
import { catalog } from '../catalog/catalog.en.ts';
import { home } from '../home/home.en.ts';
import { imports } from '../imports/imports.en.ts';
import { notifications } from '../notifications/notifications.en.ts';
import { migration } from '../migration/migration.en.ts';
import { operations } from '../operations/operations.en.ts';
import { provisioning } from '../provisioning/provisioning.en.ts';
import { orders } from '../orders/orders.en.ts';
import { shell } from '../shell/shell.en.ts';
import { subscriptions } from '../subscriptions/subscriptions.en.ts';
import { vendors } from '../vendors/vendors.en.ts';
import { common } from './common.en.ts';

export const en = {
  ...common,
  shell,
  home,
  subscriptions,
  accounts,
  billing,
  catalog,
  imports,
  migration,
  notifications,
  operations,
  orders,
  provisioning,
  vendors,
};

export type Texts = typeof en;
