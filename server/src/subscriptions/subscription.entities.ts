import { SUBSCRIPTION_STATUSES, type SubscriptionStanding } from '@cloudtill/domain/subscriptions/lifecycle';
import { CHANGE_KINDS } from '@cloudtill/domain/subscriptions/quantity-timeline';
import { isoDate } from '@cloudtill/domain/calendar/local-date';
import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../accounts/account.entity.ts';
import { Plan, Product } from '../catalog/catalog.entities.ts';
import { day, instant } from '../platform/column-types.ts';

const ServiceSubscriptionSchema = defineEntity({
  name: 'ServiceSubscription',
  tableName: 'service_subscription',
  properties: {
    id: p.uuid().primary(),
    customer: () => p.manyToOne(Account).ref(),
    number: p.string(),
    product: () => p.manyToOne(Product).ref(),
    plan: () => p.manyToOne(Plan).ref(),
    status: p.enum(SUBSCRIPTION_STATUSES),
    /** Held now; the past and what is scheduled are in the history. */
    quantity: p.integer(),
    /** Null until the vendor has delivered. */
    activatedAt: instant().nullable(),
    activatedOn: day().nullable(),
    endsOn: day().nullable(),
    renews: p.boolean(),
    renewalQuantity: p.integer().nullable(),
    nextChangeAt: instant().nullable(),
    /** The vendor's platform, for what is provisioned there by us. */
    platform: p.string().nullable(),
    vendorSubscriptionId: p.string().nullable(),
    vendorCustomerId: p.string().nullable(),
    /** What goes with it at its vendor; only the adapter knows what it says. */
    vendorMemo: p.string().nullable(),
    licenseId: p.string().nullable(),
    /** Sealed; see platform/secrets.ts. */
    activationCode: p.string().nullable(),
    approvalCode: p.string().nullable(),
    vendorParameters: p.json<Record<string, string>>(),
    licenseEmail: p.string().nullable(),
    version: p.integer().version(),
    createdAt: instant(),
    updatedAt: instant(),
  },
});
/** One account's agreement to use one plan, from activation to termination. @rule S1 */
export class ServiceSubscription extends ServiceSubscriptionSchema.class {
  standing(): SubscriptionStanding {
    return { number: this.number, status: this.status, terminatedOn: this.endsOn === null || this.endsOn === undefined ? undefined : isoDate(this.endsOn) };
  }
}
ServiceSubscriptionSchema.setClass(ServiceSubscription);

const QuantityChangeSchema = defineEntity({
  name: 'QuantityChange',
  tableName: 'quantity_change',
  properties: {
    customerId: p.uuid().primary(),
    subscriptionId: p.uuid().primary(),
    sequence: p.integer().primary(),
    kind: p.enum(CHANGE_KINDS),
    effectiveAt: instant(),
    effectiveOn: day(),
    quantity: p.integer().nullable(),
    planId: p.uuid().nullable(),
    renews: p.boolean().nullable(),
    oldQuantity: p.integer().nullable(),
    oldPlanId: p.uuid().nullable(),
    operationId: p.uuid(),
    actorKind: p.string(),
    actorId: p.uuid().nullable(),
    actorName: p.string(),
    reason: p.string().nullable(),
    recordedAt: instant(),
  },
});
/** One line of a subscription's history; never changed. @rule S3 */
export class QuantityChange extends QuantityChangeSchema.class {}
QuantityChangeSchema.setClass(QuantityChange);

const QuantitySpanSchema = defineEntity({
  name: 'QuantitySpan',
  tableName: 'quantity_span',
  properties: {
    customerId: p.uuid().primary(),
    subscriptionId: p.uuid().primary(),
    fromOn: day().primary(),
    toOn: day(),
    quantity: p.integer(),
    planId: p.uuid(),
  },
});
/** A run of days with one quantity: the history, as billing reads it. */
export class QuantitySpan extends QuantitySpanSchema.class {}
QuantitySpanSchema.setClass(QuantitySpan);
