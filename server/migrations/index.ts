import type { MigrationObject } from '@mikro-orm/core';
import { CreateInstallation } from './20261121210000_create_installation.ts';
import { CreateAccounts } from './20261121211000_create_accounts.ts';
import { CreateCatalog } from './20261121212000_create_catalog.ts';
import { CreateSubscriptions } from './20261121213000_create_subscriptions.ts';
import { CreateBilling } from './20261121214000_create_billing.ts';
import { CreateWork } from './20261121215000_create_work.ts';
import { CreateRowSecurity } from './20261121216000_create_row_security.ts';
import { CreateHistoryRun } from './20261121219000_create_history_run.ts';
import { CreateServiceDue } from './20261121219500_create_service_due.ts';
import { CreateRatingState } from './20261121219700_create_rating_state.ts';
import { CreateInvariants } from './20261121220000_create_invariants.ts';
import { ScopeMarksAndMoves } from './20261122001000_scope_marks_and_moves.ts';
import { CreateVendorLinks } from './20261122100000_create_vendor_links.ts';
import { AllowForWhatHasNotBegun } from './20261122101000_allow_for_what_has_not_begun.ts';
import { CreateNotifications } from './20261122200000_create_notifications.ts';
import { CreateOrders } from './20261122110000_create_orders.ts';
import { CreateVendorInvariants } from './20261122400000_create_vendor_invariants.ts';
import { FindOrders } from './20261122500000_find_orders.ts';
import { CreateLegacyMigrations } from './20261122300000_create_legacy_migrations.ts';

/** In the order in which they run. A migration that is on main is never edited. */
export const MIGRATIONS: MigrationObject[] = [
  { name: '20261121210000_create_installation', class: CreateInstallation },
  { name: '20261121211000_create_accounts', class: CreateAccounts },
  { name: '20261121212000_create_catalog', class: CreateCatalog },
  { name: '20261121213000_create_subscriptions', class: CreateSubscriptions },
  { name: '20261121214000_create_billing', class: CreateBilling },
  { name: '20261121215000_create_work', class: CreateWork },
  { name: '20261121216000_create_row_security', class: CreateRowSecurity },
  { name: '20261121219000_create_history_run', class: CreateHistoryRun },
  { name: '20261121219500_create_service_due', class: CreateServiceDue },
  { name: '20261121219700_create_rating_state', class: CreateRatingState },
  { name: '20261121220000_create_invariants', class: CreateInvariants },
  { name: '20261122001000_scope_marks_and_moves', class: ScopeMarksAndMoves },
  { name: '20261122100000_create_vendor_links', class: CreateVendorLinks },
  { name: '20261122101000_allow_for_what_has_not_begun', class: AllowForWhatHasNotBegun },
  { name: '20261122110000_create_orders', class: CreateOrders },
  { name: '20261122200000_create_notifications', class: CreateNotifications },
  { name: '20261122300000_create_legacy_migrations', class: CreateLegacyMigrations },
  { name: '20261122400000_create_vendor_invariants', class: CreateVendorInvariants },
  { name: '20261122500000_find_orders', class: FindOrders },
];
