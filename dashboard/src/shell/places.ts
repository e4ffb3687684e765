import { may } from '../platform/session.ts';
import type { Place } from '../platform/router.ts';
import { places as accounts } from '../accounts/routes.ts';
import { places as billing } from '../billing/routes.ts';
import { places as catalog } from '../catalog/routes.ts';
import { places as home } from '../home/routes.ts';
import { places as imports } from '../imports/routes.ts';
import { places as migration } from '../migration/routes.ts';
import { places as notifications } from '../notifications/routes.ts';
import { places as operations } from '../operations/routes.ts';
import { places as provisioning } from '../provisioning/routes.ts';
import { places as orders } from '../orders/routes.ts';
import { places as subscriptions } from '../subscriptions/routes.ts';
import { places as vendors } from '../vendors/routes.ts';

const ALL: readonly Place[] = [
  ...home,
  ...orders,
  ...subscriptions,
  ...accounts,
  ...vendors,
  ...provisioning,
  ...billing,
  ...migration,
  ...catalog,
  ...imports,
  ...notifications,
  ...operations,
];

/** Pages that the viewer may go to. */
export function placesOfViewer(): Place[] {
  return ALL.filter(({ needs }) => !needs || may(needs));
}
