import { Account, AccountMove } from './accounts/account.entity.ts';
import { ServiceCredential, Session, User } from './accounts/user.entity.ts';
import { BillingPeriod, BillingRun, Charge } from './billing/billing.entities.ts';
import { Plan, PlanPrice, Product, Vendor } from './catalog/catalog.entities.ts';
import { PriceList, PriceListAssignment, PriceListEntry } from './catalog/price-list.entities.ts';
import { CustomerOrder, OrderLine } from './orders/order.entities.ts';
import { LegacyMigration } from './migration/migration.entities.ts';
import { AuditEvent, IdempotencyRecord, Job, OutboxEvent, Upload } from './platform/work.entities.ts';
import { ProvisioningOperation, ProvisioningSync } from './vendors/vendor-links.entities.ts';
import { QuantityChange, QuantitySpan, ServiceSubscription } from './subscriptions/subscription.entities.ts';

/** Every table that the object-relational mapper knows. */
export const ENTITIES = [
  Account,
  AccountMove,
  User,
  Session,
  ServiceCredential,
  Vendor,
  Product,
  Plan,
  PlanPrice,
  PriceList,
  PriceListEntry,
  PriceListAssignment,
  ProvisioningSync,
  ProvisioningOperation,
  ServiceSubscription,
  QuantityChange,
  QuantitySpan,
  BillingPeriod,
  BillingRun,
  Charge,
  CustomerOrder,
  OrderLine,
  LegacyMigration,
  Job,
  OutboxEvent,
  AuditEvent,
  IdempotencyRecord,
  Upload,
];
