/** The German catalog: complete, or the build fails. */
import { accounts } from '../accounts/accounts.de.ts';
import { billing } from '../billing/billing.de.ts';
import { catalog } from '../catalog/catalog.de.ts';
import { home } from '../home/home.de.ts';
import { imports } from '../imports/imports.de.ts';
import { notifications } from '../notifications/notifications.de.ts';
import { migration } from '../migration/migration.de.ts';
import { operations } from '../operations/operations.de.ts';
import { provisioning } from '../provisioning/provisioning.de.ts';
import { orders } from '../orders/orders.de.ts';
import { shell } from '../shell/shell.de.ts';
import { subscriptions } from '../subscriptions/subscriptions.de.ts';
import { vendors } from '../vendors/vendors.de.ts';
import { common } from './common.de.ts';
import type { Texts } from './en.ts';

export const de: Texts = {
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
