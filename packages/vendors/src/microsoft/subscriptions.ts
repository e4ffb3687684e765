/** Subscriptions: read, changed as a whole, and changed only as they were read. */
import {
  accepted,
  rejected,
  retryable,
  succeeded,
  type Call,
  type Change,
  type Finding,
  type Listing,
  type Outcome,
  type Reading,
  type SubscriptionRef,
  type VendorSubscription,
} from '../vendor.ts';
import { at, type Document, type PartnerCenter } from './partner-center.ts';
import { collectionOf, subscriptionSchema, toSubscription, type Subscription } from './resources.ts';

/** How often a change is made anew on what somebody else changed meanwhile. */
const ETAG_TRIES = 4;
/** Refused because the customer or its subscriptions are not ours to see: there is nothing to list. */
const NO_RELATIONSHIP = '20002';

export class Subscriptions {
  readonly #partnerCenter: PartnerCenter;

  constructor(partnerCenter: PartnerCenter) {
    this.#partnerCenter = partnerCenter;
  }

  async get(call: Call, ref: Pick<SubscriptionRef, 'vendorCustomerId' | 'vendorSubscriptionId'>): Promise<Reading<VendorSubscription | undefined>> {
    const read = await this.#read(call, ref);
    if (read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND') return succeeded(undefined);
    return read.kind === 'SUCCEEDED' ? toSubscription(ref.vendorCustomerId ?? '', read.value.value) : read;
  }

  /** One customer is one page, told from the others by its id. */
  async list(call: Call, customers: readonly string[], after: string | undefined): Promise<Reading<Listing>> {
    const each = [...new Set(customers)];
    const index = after === undefined ? 0 : each.indexOf(after) + 1;
    const customer = each[index];
    if (customer === undefined) return succeeded({ subscriptions: [], next: undefined, asOf: undefined });
    const next = index + 1 < each.length ? customer : undefined;
    const page = await this.ofCustomer(call, customer);
    if (page.kind === 'REJECTED' && (page.rejection === 'NOT_FOUND' || page.vendorCode === NO_RELATIONSHIP)) {
      return succeeded({ subscriptions: [], next, asOf: undefined });
    }
    return page.kind === 'SUCCEEDED' ? succeeded({ ...page.value, next }) : page;
  }

  async ofCustomer(call: Call, customer: string): Promise<Reading<Omit<Listing, 'next'>>> {
    const read = await this.#partnerCenter.read(call, at('customers', customer, 'subscriptions'), collectionOf(subscriptionSchema));
    if (read.kind !== 'SUCCEEDED') return read;
    const subscriptions: VendorSubscription[] = [];
    for (const resource of read.value.value.items) {
      const subscription = toSubscription(customer, resource);
      if (subscription.kind !== 'SUCCEEDED') return subscription;
      subscriptions.push(subscription.value);
    }
    return succeeded({ subscriptions, asOf: read.value.asOf });
  }

  /**
   * What is asked for is sent even where it seems to be so already: what was read may be out of date, and then the etag
   * tells. Only where it is refused is read again whether it is so.
   */
  async change(call: Call, ref: SubscriptionRef, change: Change): Promise<Outcome<VendorSubscription | undefined>> {
    const property = propertyOf(change);
    if (!property) return rejected('VALIDATION', `Microsoft does not offer ${change.operation}`);
    if (!ref.vendorCustomerId) return rejected('VALIDATION', 'the account has no Microsoft customer id');
    for (let tries = 0; tries < ETAG_TRIES; tries += 1) {
      const read = await this.#read(call, ref);
      if (read.kind !== 'SUCCEEDED') return read;
      const { whole, value } = read.value;
      const etag = value.attributes?.etag;
      const written = await this.#partnerCenter.write(call, 'change', {
        method: 'PATCH',
        path: pathOf(ref),
        ...(etag ? { headers: { 'if-match': quoted(etag) } } : {}),
        body: { ...whole, ...property },
      });
      if (written.kind === 'REJECTED' && written.rejection === 'CONCURRENCY') continue;
      if (written.kind === 'REJECTED' && written.rejection === 'CONFLICT_STATE') return await this.#unlessAsAsked(call, ref, change, written);
      if (written.kind !== 'SUCCEEDED') return written;
      if (written.value.status === 202) return accepted(pollRefOf(ref));
      const { data } = subscriptionSchema.safeParse(written.value.json);
      const subscription = data && toSubscription(ref.vendorCustomerId, data);
      // It was done; how it looks now could not be read.
      if (subscription?.kind !== 'SUCCEEDED') return succeeded(undefined);
      return isAsAsked(subscription.value, change) ? subscription : accepted(pollRefOf(ref));
    }
    return retryable(`subscription ${ref.vendorSubscriptionId} was changed by somebody else ${ETAG_TRIES} times while it was being changed here`);
  }

  async poll(call: Call, ref: SubscriptionRef, change: Change): Promise<Outcome<VendorSubscription>> {
    const read = await this.get(call, ref);
    if (read.kind !== 'SUCCEEDED') return read;
    if (!read.value) return rejected('NOT_FOUND', `there is no subscription ${ref.vendorSubscriptionId} any more`);
    if (isAsAsked(read.value, change)) return succeeded(read.value);
    if (read.value.status === 'TERMINATED') return rejected('CONFLICT_STATE', `the subscription ended meanwhile: ${read.value.statusReason ?? 'deleted'}`);
    return accepted(pollRefOf(ref));
  }

  async resolve(call: Call, ref: SubscriptionRef, change: Change): Promise<Reading<Finding>> {
    const read = await this.#read(call, ref);
    if (read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND') {
      return succeeded({ kind: 'CANNOT_TELL', message: `Microsoft has no subscription ${ref.vendorSubscriptionId}` });
    }
    if (read.kind !== 'SUCCEEDED') return read;
    const subscription = toSubscription(ref.vendorCustomerId ?? '', read.value.value);
    if (subscription.kind !== 'SUCCEEDED') return subscription;
    if (isAsAsked(subscription.value, change)) return succeeded({ kind: 'APPLIED', subscription: subscription.value });
    return succeeded({ kind: 'NOT_APPLIED', asOf: read.value.asOf });
  }

  async #read(call: Call, ref: Pick<SubscriptionRef, 'vendorCustomerId' | 'vendorSubscriptionId'>): Promise<Reading<Document<Subscription>>> {
    if (!ref.vendorCustomerId) return rejected('VALIDATION', 'the account has no Microsoft customer id');
    return await this.#partnerCenter.read(call, pathOf(ref), subscriptionSchema);
  }

  /** "Cannot be suspended" is no refusal where it is suspended. */
  async #unlessAsAsked(
    call: Call,
    ref: SubscriptionRef,
    change: Change,
    refusal: Extract<Outcome<never>, { kind: 'REJECTED' }>,
  ): Promise<Outcome<VendorSubscription>> {
    const read = await this.get(call, ref);
    return read.kind === 'SUCCEEDED' && read.value && isAsAsked(read.value, change) ? succeeded(read.value) : refusal;
  }
}

const pathOf = ({ vendorCustomerId = '', vendorSubscriptionId }: Pick<SubscriptionRef, 'vendorCustomerId' | 'vendorSubscriptionId'>): string =>
  at('customers', vendorCustomerId, 'subscriptions', vendorSubscriptionId);

const pollRefOf = ({ vendorCustomerId, vendorSubscriptionId }: SubscriptionRef): string => `subscription ${vendorCustomerId} ${vendorSubscriptionId}`;

const quoted = (etag: string): string => (/^(W\/)?"/.test(etag) ? etag : `"${etag}"`);

/** The one property that is changed. */
function propertyOf(change: Change): object | undefined {
  switch (change.operation) {
    case 'CHANGE_QUANTITY':
      return { quantity: change.quantity };
    case 'SUSPEND':
      return { status: 'suspended' };
    case 'RESUME':
      return { status: 'active' };
    case 'CANCEL':
      return { status: 'deleted' };
    case 'SET_RENEWAL':
      return { autoRenewEnabled: change.renews };
    case 'CHANGE_PLAN':
    case 'SET_APPROVAL_CODE':
      return undefined;
  }
}

function isAsAsked({ quantity, renews, status }: VendorSubscription, change: Change): boolean {
  switch (change.operation) {
    case 'CHANGE_QUANTITY':
      return quantity === change.quantity;
    case 'SUSPEND':
      return status === 'SUSPENDED';
    case 'RESUME':
      return status === 'ACTIVE';
    case 'CANCEL':
      return status === 'TERMINATED';
    case 'SET_RENEWAL':
      return renews === change.renews;
    case 'CHANGE_PLAN':
    case 'SET_APPROVAL_CODE':
      return false;
  }
}
