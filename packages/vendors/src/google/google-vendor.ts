import { rejected, retryable, succeeded, unknown } from '../vendor.ts';
import type {
  Call,
  Capabilities,
  Change,
  Finding,
  Intent,
  Listing,
  Outcome,
  Provision,
  Reading,
  SubscriptionRef,
  Vendor,
  VendorAccount,
  VendorCustomer,
  VendorSubscription,
} from '../vendor.ts';
import type { ChangeAnswer, GoogleClient } from './client.ts';
import { customerOf, GoogleFinder, pathOf } from './finder.ts';
import { customerSchema, emptySchema, isLive, subscriptionSchema, toVendorSubscription, type Subscription } from './formats.ts';
import { ACCOUNT_PARAMETERS, domainOf, ORDER_PARAMETERS, problemsOf } from './parameters.ts';
import { customerBody, isAsWanted, stepsToEnd, stepTo, subscriptionBody, type Step } from './requests.ts';

/**
 * Google knows no idempotency keys, but has at most one live subscription for each customer and article. That pair is
 * what a subscription is found by: its id changes with its plan, and now and then otherwise. Our number stands in its
 * purchase order and tells our subscription from another one in the same place.
 *
 * Every change reads first: the id of today, the plan that says which kind of seats there are, and whether there is
 * anything left to do.
 * @rule S2
 */
export class GoogleVendor implements Vendor {
  readonly code = 'GOOGLE';
  readonly platform = 'RESELLER_API';
  readonly accountParameters = ACCOUNT_PARAMETERS;
  readonly orderParameters = ORDER_PARAMETERS;
  readonly capabilities: Capabilities = {
    operations: new Set(['CREATE_CUSTOMER', 'PROVISION', 'CHANGE_QUANTITY', 'CHANGE_PLAN', 'SUSPEND', 'RESUME', 'CANCEL', 'SET_RENEWAL']),
    // Not PROVISION and CHANGE_PLAN: those are sent again only after reading has shown that they were not done.
    repeatable: new Set(['CREATE_CUSTOMER', 'CHANGE_QUANTITY', 'SUSPEND', 'RESUME', 'CANCEL', 'SET_RENEWAL']),
    // Of a flexible plan; Google refuses it for an annual one.
    canDecrease: true,
    // What was ended by suspending it comes back with RESUME, for 60 days.
    canReactivateAfterCancel: true,
    asyncProvisioning: false,
    hasIdempotencyKey: false,
    hasWebhooks: false,
    canList: true,
    hasInvoiceLines: false,
    hasUsage: false,
    hasPrices: false,
  };
  readonly #client: GoogleClient;
  readonly #finder: GoogleFinder;

  constructor(client: GoogleClient) {
    this.#client = client;
    this.#finder = new GoogleFinder(client);
  }

  check(intent: Intent): readonly { readonly parameter: string; readonly problem: string }[] {
    return problemsOf(intent);
  }

  /** The domain is the natural key of a customer: it is looked for first, so that this can be repeated. */
  async createCustomer(call: Call, account: VendorAccount): Promise<Outcome<VendorCustomer>> {
    const found = await this.#finder.customer(call, account);
    if (found.kind !== 'SUCCEEDED') return found;
    if (found.value) return succeeded(found.value);
    if (account.vendorCustomerId) return rejected('NOT_FOUND', `Google has no customer ${account.vendorCustomerId}`);
    const made = await this.#client.change(call, { method: 'POST', path: 'customers', body: customerBody(account) }, customerSchema);
    if (made.kind === 'SUCCEEDED') return succeeded({ vendorCustomerId: made.value.customerId });
    if (made.kind !== 'CONFLICT') return made;
    const again = await this.#finder.customer(call, account);
    if (again.kind !== 'SUCCEEDED') return again;
    return again.value
      ? succeeded(again.value)
      : rejected('DUPLICATE', `Google knows ${domainOf(account)} as a customer of somebody else; it has to be transferred (${made.message})`, 'duplicate');
  }

  async provision(call: Call, provision: Provision): Promise<Outcome<VendorSubscription>> {
    const customer = customerOf(provision);
    if (!customer) return rejected('VALIDATION', 'neither the customer nor its domain is known');
    const path = `customers/${encodeURIComponent(customer)}/subscriptions`;
    const made = await this.#client.change(call, { method: 'POST', path, body: subscriptionBody(provision) }, subscriptionSchema);
    if (made.kind === 'SUCCEEDED') return succeeded(toVendorSubscription(made.value));
    if (made.kind !== 'CONFLICT') return made;
    // It exists already: by this very call, by an earlier try of it, or as something else.
    const place = await this.#finder.placeOf(call, provision);
    if (place.kind !== 'SUCCEEDED') return unknown(`${made.message}; ${place.message}`);
    return place.value.ours ? succeeded(toVendorSubscription(place.value.ours)) : occupied(provision, place.value.other);
  }

  async change(call: Call, ref: SubscriptionRef, change: Change): Promise<Outcome<VendorSubscription | undefined>> {
    const found = await this.#finder.find(call, ref);
    if (found.kind !== 'SUCCEEDED') return found;
    const subscription = found.value;
    if (!subscription) return change.operation === 'CANCEL' ? succeeded(undefined) : rejected('NOT_FOUND', `Google has no subscription ${ref.reference}`);
    if (change.operation === 'CANCEL') return this.#cancel(call, ref, subscription);
    if (!isLive(subscription)) return rejected('CONFLICT_STATE', `Google has ended the subscription ${ref.reference}`);
    if (isAsWanted(subscription, change)) return succeeded(toVendorSubscription(subscription));
    const step = stepTo(subscription, change);
    return step.kind === 'STEP' ? this.#take(call, ref, subscription, step, change) : step;
  }

  /** @throws always: Google takes nothing to work on it later */
  async poll(): Promise<never> {
    throw new Error('Google accepts nothing that could be polled');
  }

  async resolve(call: Call, intent: Intent): Promise<Reading<Finding>> {
    // The state is at least as young as the question. Google does not say how much of the last moment it holds.
    const asOf = Date.now();
    if (intent.operation === 'CREATE_CUSTOMER') {
      const found = await this.#finder.customer(call, intent.account);
      if (found.kind !== 'SUCCEEDED') return found;
      return succeeded(found.value ? { kind: 'APPLIED', customer: found.value } : { kind: 'NOT_APPLIED', asOf });
    }
    if (intent.operation === 'PROVISION') {
      const place = await this.#finder.placeOf(call, intent.provision);
      if (place.kind !== 'SUCCEEDED') return place;
      const { ours, other } = place.value;
      if (ours) return succeeded({ kind: 'APPLIED', subscription: toVendorSubscription(ours) });
      // Not applied would be wrong: sent again it would be refused again, for as long as the other one is there.
      return other ? occupied(intent.provision, other) : succeeded({ kind: 'NOT_APPLIED', asOf });
    }
    const found = await this.#finder.find(call, intent.ref);
    if (found.kind !== 'SUCCEEDED') return found;
    if (!found.value) {
      return intent.operation === 'CANCEL' ? succeeded({ kind: 'APPLIED' }) : rejected('NOT_FOUND', `Google has no subscription ${intent.ref.reference}`);
    }
    return succeeded(
      isAsWanted(found.value, intent.change) ? { kind: 'APPLIED', subscription: toVendorSubscription(found.value) } : { kind: 'NOT_APPLIED', asOf },
    );
  }

  async getSubscription(call: Call, ref: SubscriptionRef): Promise<Reading<VendorSubscription | undefined>> {
    const found = await this.#finder.find(call, ref);
    return found.kind === 'SUCCEEDED' ? succeeded(found.value && toVendorSubscription(found.value)) : found;
  }

  /** Google lists all customers of the reseller at once, so nobody needs to be named. */
  async listSubscriptions(call: Call, _customers: readonly string[], after: string | undefined): Promise<Reading<Listing>> {
    const page = await this.#finder.page(call, undefined, after);
    if (page.kind !== 'SUCCEEDED') return page;
    const { subscriptions, nextPageToken } = page.value;
    return succeeded({ subscriptions: subscriptions.map(toVendorSubscription), next: nextPageToken, asOf: undefined });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /**
   * Deletes, which Google allows for add-ons and the like; a Workspace subscription it refuses to delete, and that one is
   * told not to renew and suspended. Each step is an absolute value, so all of it can be repeated.
   */
  async #cancel(call: Call, ref: SubscriptionRef, subscription: Subscription): Promise<Outcome<VendorSubscription | undefined>> {
    if (!isLive(subscription)) return succeeded(toVendorSubscription(subscription));
    const path = `${pathOf(subscription)}?deletionType=cancel`;
    const deleted = await this.#client.change(call, { method: 'DELETE', path }, emptySchema);
    if (deleted.kind === 'SUCCEEDED') return succeeded(undefined);
    const refused = deleted.kind === 'REJECTED' && (deleted.rejection === 'VALIDATION' || deleted.rejection === 'CONFLICT_STATE');
    if (!refused) return this.#understood(call, ref, { operation: 'CANCEL' }, deleted);

    let current = subscription;
    for (const step of stepsToEnd(subscription)) {
      const taken = await this.#client.change(call, requestOf(current, step), subscriptionSchema);
      if (taken.kind !== 'SUCCEEDED') return this.#understood(call, ref, { operation: 'CANCEL' }, taken);
      current = taken.value;
    }
    return succeeded(toVendorSubscription(current));
  }

  async #take(call: Call, ref: SubscriptionRef, subscription: Subscription, step: Step, change: Change): Promise<Outcome<VendorSubscription | undefined>> {
    const taken = await this.#client.change(call, requestOf(subscription, step), subscriptionSchema);
    return taken.kind === 'SUCCEEDED' ? succeeded(toVendorSubscription(taken.value)) : this.#understood(call, ref, change, taken);
  }

  /** What it means that a change of a subscription which was there a moment ago did not succeed. */
  async #understood(
    call: Call,
    ref: SubscriptionRef,
    change: Change,
    answer: Exclude<ChangeAnswer<never>, { kind: 'SUCCEEDED' }>,
  ): Promise<Outcome<VendorSubscription | undefined>> {
    if (answer.kind === 'REJECTED' && answer.rejection === 'NOT_FOUND') return retryable('the id of the subscription has just changed');
    if (answer.kind !== 'CONFLICT') return answer;
    const found = await this.#finder.find(call, ref);
    if (found.kind !== 'SUCCEEDED') return unknown(answer.message);
    if (!found.value) return change.operation === 'CANCEL' ? succeeded(undefined) : unknown(answer.message);
    if (isAsWanted(found.value, change)) return succeeded(toVendorSubscription(found.value));
    // Of several steps only the first was made, and all of them can be sent again.
    return change.operation === 'CANCEL' ? retryable(answer.message) : rejected('CONFLICT_STATE', answer.message, 'duplicate');
  }
}

const requestOf = (subscription: Subscription, { verb, body }: Step): { method: 'POST'; path: string; body?: object } => ({
  method: 'POST',
  path: `${pathOf(subscription)}/${verb}`,
  ...(body === undefined ? {} : { body }),
});

/** The customer has this article already, and not from this order: a person decides whether it is taken over or ended. */
function occupied({ sku, reference }: Provision, other: Subscription | undefined): ReturnType<typeof rejected> {
  const what = other ? `as ${other.subscriptionId}, purchase order ${other.purchaseOrderId ?? 'none'}` : 'where we cannot see it';
  return rejected('DUPLICATE', `the customer has ${sku} already, ${what}; ${reference} cannot be made beside it`, 'duplicate');
}
