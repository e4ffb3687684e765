import 'reflect-metadata';
import type { GraphQLInterfaceType, GraphQLSchema } from 'graphql';
import { buildSchemaSync, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import { AccountResolver } from './accounts/account.resolver.ts';
import { ViewerResolver } from './accounts/viewer.resolver.ts';
import { BillingPeriodFields, BillingResolver, NextChargeFields, SubscriptionChargeFields } from './billing/billing.resolver.ts';
import { EdgePreviewFields, PreviewResolver } from './billing/preview.resolver.ts';
import { CatalogResolver, PlanFields, ProductFields, VendorFields } from './catalog/catalog.resolver.ts';
import { PriceListFields, PriceListResolver } from './catalog/price-list.resolver.ts';
import { ImportResolver, JobImportFields } from './imports/import.resolver.ts';
import { MailFields, MailResolver } from './notifications/mail.resolver.ts';
import { TemplateResolver } from './notifications/template.resolver.ts';
import { MigrationFields, MigrationResolver } from './migration/migration.resolver.ts';
import { AuditResolver } from './operations/audit.resolver.ts';
import { ClockResolver } from './operations/clock.resolver.ts';
import { JobsResolver } from './operations/jobs.resolver.ts';
import { OrderFields, OrderLineFields, OrderResolver } from './orders/order.resolver.ts';
import { EdgeQuoteFields, QuoteResolver } from './orders/quote.resolver.ts';
import { checkNeeds } from './platform/needs.ts';
import { NodeResolver } from './search/node.resolver.ts';
import { SearchResolver } from './search/search.resolver.ts';
import { ProvisioningResolver, SubscriptionProvisioningFields, VendorHealthFields } from './provisioning/provisioning.resolver.ts';
import { BlockedOrderFields } from './orders/blocked-order.resolver.ts';
import { SubscriptionOrderFields } from './orders/subscription-order.resolver.ts';
import { OfferedPriceFields } from './orders/offered-price.resolver.ts';
import { AccountSyncFields, SyncFields, SyncResolver, VendorLinkFields } from './vendors/sync.resolver.ts';
import { SubscriptionFields, SubscriptionResolver } from './subscriptions/subscription.resolver.ts';

const RESOLVERS: NonEmptyArray<Function> = [
  ViewerResolver,
  AccountResolver,
  CatalogResolver,
  VendorFields,
  SyncResolver,
  AccountSyncFields,
  SyncFields,
  BlockedOrderFields,
  VendorLinkFields,
  ProvisioningResolver,
  SubscriptionProvisioningFields,
  VendorHealthFields,
  ProductFields,
  PlanFields,
  PriceListResolver,
  PriceListFields,
  SubscriptionResolver,
  SubscriptionFields,
  BillingResolver,
  BillingPeriodFields,
  SubscriptionChargeFields,
  NextChargeFields,
  PreviewResolver,
  EdgePreviewFields,
  OrderResolver,
  OrderFields,
  OrderLineFields,
  SubscriptionOrderFields,
  OfferedPriceFields,
  QuoteResolver,
  EdgeQuoteFields,
  JobsResolver,
  JobImportFields,
  ImportResolver,
  MigrationResolver,
  MigrationFields,
  AuditResolver,
  MailResolver,
  MailFields,
  TemplateResolver,
  NodeResolver,
  SearchResolver,
];

/** The public contract. In production the clock cannot be moved, by anyone. @rule T2 */
export function createSchema(mode: 'sandbox' | 'production'): GraphQLSchema {
  readPlainFieldsDirectly();
  const schema = buildSchemaSync({
    resolvers: mode === 'sandbox' ? [...RESOLVERS, ClockResolver] : RESOLVERS,
    authChecker: checkNeeds as never,
    validate: false,
    pubSub: NEVER_PUBLISHED,
  });
  const roots = [
    [schema.getQueryType(), 'What can be asked.'],
    [schema.getMutationType(), 'What can be changed. Each answers with what it changed and why it was refused.'],
    [schema.getSubscriptionType(), 'What can be followed live, over server-sent events.'],
  ] as const;
  for (const [root, description] of roots) if (root) root.description = description;
  // type-graphql answers with a promise, which graphql-jit does not wait for.
  (schema.getType('Node') as GraphQLInterfaceType).resolveType = ({ __typename }: { __typename: string }) => __typename;
  return schema;
}

/**
 * A field that is only read off its object needs no resolver: without one, graphql-jit reads it in the code that it
 * makes. type-graphql would make one that asks for middleware every time.
 */
function readPlainFieldsDirectly(): void {
  const { fields, authorizedFields } = getMetadataStorage();
  for (const field of fields) field.simple ??= !authorizedFields.some(({ target, fieldName }) => target === field.target && fieldName === field.name);
}

/** Live updates come from the database's own notifications; type-graphql only wants to see one of these. */
const NEVER_PUBLISHED = {
  publish: () => {},
  subscribe: () => {
    throw new Error('not used');
  },
} as never;
