/** Subscriptions: the whole resource comes back with one property changed, and only where its etag is that of now. */
import type { Fault } from '../frame/faults.ts';
import type { Exchange, Frame, Op, Reply } from '../frame/simulator.ts';
import { customerOf } from './customers.ts';
import type { Changeable, KeptStatus, Order, OrderLine, Records, Subscription } from './records.ts';
import { asOf, changed, statusAt, termEndsAt, windowEndsAt } from './terms.ts';
import { etagOf, field, iso, numberField, Refused, textField, withoutQuotes } from './wire.ts';
import type { Webhooks } from './webhooks.ts';

/** Without these it is not the full resource. */
const FULL_RESOURCE = ['id', 'offerId', 'friendlyName', 'quantity', 'status', 'autoRenewEnabled', 'billingCycle'] as const;
const PROVISIONING_REFRESH_MS = 15 * 60_000;
const STATUS_CHANGES: Readonly<Record<KeptStatus, readonly KeptStatus[]>> = {
  active: ['suspended', 'deleted'],
  suspended: ['active', 'deleted'],
  deleted: [],
};

export class Subscriptions {
  readonly #frame: Frame;
  readonly #records: Records;
  readonly #webhooks: Webhooks;
  readonly #timers = new Set<NodeJS.Timeout>();
  #onSettle: () => void = () => {};

  constructor(frame: Frame, records: Records, webhooks: Webhooks) {
    this.#frame = frame;
    this.#records = records;
    this.#webhooks = webhooks;
  }

  readonly ops: readonly Op[] = [
    { name: 'listSubscriptions', aliases: ['list'], method: 'GET', path: '/v1/customers/:customer/subscriptions', run: (exchange) => this.#list(exchange) },
    {
      name: 'getSubscription',
      aliases: ['get'],
      method: 'GET',
      path: '/v1/customers/:customer/subscriptions/:subscription',
      run: (exchange) => ({ status: 200, body: this.#shown(this.#find(exchange)) }),
    },
    {
      name: 'patchSubscription',
      aliases: ['patch', 'quantity', 'suspend', 'resume', 'cancel', 'renewal'],
      method: 'PATCH',
      path: '/v1/customers/:customer/subscriptions/:subscription',
      run: (exchange) => this.#patch(exchange),
    },
    {
      name: 'provisioningStatus',
      method: 'GET',
      path: '/v1/customers/:customer/subscriptions/:subscription/provisioningstatus',
      run: (exchange) => this.#provisioningStatus(this.#find(exchange)),
    },
  ];

  maxQuantity(): number {
    return Number(this.#frame.setting('microsoft.maxQuantity'));
  }

  /** The subscription of an order's line, seen from the order's completion on. */
  begin({ id: orderId, customerId, createdAt, completesAt }: Order, line: OrderLine, fault: Fault | undefined): void {
    this.#records.subscriptions.put(line.subscriptionId, {
      id: line.subscriptionId,
      customerId,
      orderId,
      catalogItemId: line.catalogItemId,
      friendlyName: line.friendlyName ?? `Subscription ${line.id}`,
      quantity: line.quantity,
      billingCycle: line.billingCycle,
      termDuration: line.termDuration,
      partnerIdOnRecord: line.partnerIdOnRecord,
      status: 'active',
      autoRenewEnabled: line.termDuration !== undefined,
      createdAt,
      activeAt: completesAt,
      termStartedAt: createdAt,
      version: 1,
      pending: undefined,
      provisionedQuantity: line.quantity,
      changedAt: createdAt,
      history: [{ at: createdAt, quantity: line.quantity, status: 'active' }],
    });
    if (completesAt === createdAt) this.announce(customerId, line.subscriptionId, fault);
  }

  announce(customerId: string, subscriptionId: string, fault?: Fault): void {
    this.#webhooks.changed(customerId, subscriptionId, fault);
  }

  /** Writes down, and tells of, what came to be by time alone. Never part of a request. */
  settle(): void {
    for (const kept of this.#records.subscriptions.values()) {
      const now = asOf(kept, this.#frame.now());
      if (now === kept) continue;
      this.#records.subscriptions.put(now.id, now);
      this.announce(now.customerId, now.id);
    }
    this.#onSettle();
  }

  onSettle(then: () => void): void {
    this.#onSettle = then;
  }

  settleAfter(ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.settle();
    }, ms + 1);
    this.#timers.add(timer.unref());
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Those whose order is completed, as they are now. */
  all(): Subscription[] {
    const now = this.#frame.now();
    return this.#records.subscriptions
      .values()
      .filter(({ activeAt }) => activeAt !== null && activeAt <= now)
      .map((kept) => asOf(kept, now));
  }

  #visible(customer: string): Subscription[] {
    return this.all().filter(({ customerId }) => customerId === customer);
  }

  #find({ params }: Exchange): Subscription {
    const customer = customerOf(this.#records, params);
    const wanted = params['subscription']?.toLowerCase();
    const found = this.#visible(customer.id).find(({ id }) => id === wanted);
    if (!found) throw new Refused(404, '20003', 'The subscription was not found.');
    return found;
  }

  #list({ params }: Exchange): Reply {
    const items = this.#visible(customerOf(this.#records, params).id).map((subscription) => this.#shown(subscription));
    return { status: 200, body: { totalCount: items.length, items, attributes: { objectType: 'Collection' } } };
  }

  #patch(exchange: Exchange): Reply {
    const subscription = this.#find(exchange);
    const body = exchange.json();
    const ifMatch = exchange.headers['if-match'] ?? textField(body, 'attributes', 'etag');
    if (ifMatch !== undefined && ifMatch !== '*' && withoutQuotes(ifMatch) !== etagOf(subscription.id, subscription.version)) {
      throw new Refused(Number(this.#frame.setting('microsoft.staleEtagStatus')), '2055', 'The subscription was changed since it was read.');
    }
    if (statusAt(subscription, this.#frame.now()) === 'deleted') throw new Refused(400, '2011', 'The subscription is deleted.');
    const change = readChange(subscription, body);
    if (Object.keys(change).length === 0) return { status: 200, body: this.#shown(subscription) };
    if (subscription.pending) throw new Refused(409, '800060', 'An order for this subscription is already in progress.');
    this.#allow(subscription, change);

    const stuck = exchange.fault?.kind === 'ASYNC_STUCK';
    if (stuck || this.#frame.setting('microsoft.asyncPatch') === true) {
      const delayMs = Number(this.#frame.setting('microsoft.patchDelayMs'));
      this.#records.subscriptions.put(subscription.id, { ...subscription, pending: { change, appliesAt: stuck ? null : this.#frame.now() + delayMs } });
      if (!stuck) this.settleAfter(delayMs);
      return { status: 202, headers: { location: `/customers/${subscription.customerId}/subscriptions/${subscription.id}` } };
    }
    const now = this.#records.subscriptions.put(subscription.id, changed(subscription, change, this.#frame.now()));
    this.announce(now.customerId, now.id, exchange.fault);
    return { status: 200, body: this.#shown(now) };
  }

  /** @throws Refused with the vendor's code where its rules do not allow the change */
  #allow(subscription: Subscription, change: Partial<Changeable>): void {
    const now = this.#frame.now();
    const shownAs = statusAt(subscription, now);
    const windowIsOver = now >= windowEndsAt(subscription, this.#frame.setting('nce.window'));
    if (change.status !== undefined) {
      if (shownAs !== subscription.status || !STATUS_CHANGES[subscription.status].includes(change.status)) {
        throw new Refused(400, '800040', `The status of the asset cannot be changed from ${shownAs} to ${change.status}.`, [change.status, shownAs]);
      }
      if (change.status === 'deleted' && windowIsOver) throw new Refused(400, '900117', 'You have passed your 7-day cancellation window.', ['7']);
      return;
    }
    if (change.quantity !== undefined) {
      if (shownAs !== 'active') throw new Refused(400, '2001', 'The quantity cannot be changed while the subscription is suspended.');
      if (change.quantity < 1 || change.quantity > this.maxQuantity()) throw new Refused(400, '2002', 'The quantity is outside of the allowed range.');
      if (change.quantity < subscription.quantity && windowIsOver) throw new Refused(400, '800090', 'The quantity cannot be decreased.');
      return;
    }
    if (shownAs !== 'active') throw new Refused(400, '800091', 'A suspended subscription cannot be updated.');
  }

  /** Shows the quantity of the last quarter of an hour. */
  #provisioningStatus({ catalogItemId, quantity, provisionedQuantity, changedAt, ...rest }: Subscription): Reply {
    const refreshedAt = Math.floor(this.#frame.now() / PROVISIONING_REFRESH_MS) * PROVISIONING_REFRESH_MS;
    const done = refreshedAt > changedAt;
    const end = termEndsAt(rest);
    const body = { skuId: catalogItemId.split(':')[1] ?? catalogItemId, status: done ? 'success' : 'pending', quantity: done ? quantity : provisionedQuantity };
    return { status: 200, body: { ...body, endDate: end === undefined ? null : iso(end) } };
  }

  #shown(subscription: Subscription): object {
    const now = this.#frame.now();
    const status = statusAt(subscription, now);
    const end = termEndsAt(subscription);
    const windowEnd = windowEndsAt(subscription, this.#frame.setting('nce.window'));
    const { id, catalogItemId, friendlyName, quantity, createdAt, termStartedAt, autoRenewEnabled, billingCycle, termDuration, orderId, version } =
      subscription;
    return {
      id,
      offerId: catalogItemId,
      offerName: `Offer ${catalogItemId}`,
      friendlyName,
      quantity: this.#frame.setting('microsoft.numbersAsText') === true ? String(quantity) : quantity,
      unitType: 'Licenses',
      parentSubscriptionId: null,
      creationDate: iso(createdAt),
      effectiveStartDate: iso(termStartedAt),
      // Inclusive: the end of the last day.
      commitmentEndDate: end === undefined ? null : iso(end - 86_400_000),
      cancellationAllowedUntilDate: status === 'deleted' || now >= windowEnd ? null : iso(windowEnd),
      status,
      autoRenewEnabled,
      billingType: 'license',
      billingCycle,
      isTrial: false,
      hasPurchasableAddons: false,
      actions: status === 'deleted' ? [] : ['edit', 'cancel'],
      partnerId: subscription.partnerIdOnRecord ?? null,
      suspensionReasons: status === 'suspended' ? ['Suspended by the partner.'] : [],
      contractType: 'subscription',
      refundOptions: now < windowEnd ? [{ type: 'Partial', expiresAt: iso(windowEnd) }] : [],
      orderId,
      termDuration: termDuration ?? null,
      renewalTermDuration: autoRenewEnabled ? (termDuration ?? null) : null,
      attributes: { etag: etagOf(id, version), objectType: 'Subscription' },
    };
  }
}

/** @throws Refused where it is not the full resource, or more than one property differs, or one that may not */
function readChange(subscription: Subscription, body: unknown): Partial<Changeable> {
  const missing = FULL_RESOURCE.filter((name) => field(body, name) === undefined);
  if (missing.length > 0) throw new Refused(400, '400', `The full resource is expected; missing: ${missing.join(', ')}.`, missing);
  const quantity = numberField(body, 'quantity');
  if (quantity === undefined || !Number.isInteger(quantity)) throw new Refused(400, '2002', 'The quantity is not a number.');
  if (textField(body, 'id')?.toLowerCase() !== subscription.id) throw new Refused(400, '400', 'The id is another one.');
  if (textField(body, 'billingCycle')?.toLowerCase() !== subscription.billingCycle) {
    throw new Refused(400, '2054', 'The billing cycle has to be changed through the order.');
  }
  const wanted = {
    friendlyName: textField(body, 'friendlyName') ?? '',
    quantity,
    status: (textField(body, 'status') ?? '').toLowerCase() as KeptStatus,
    autoRenewEnabled: String(field(body, 'autoRenewEnabled')).toLowerCase() === 'true',
  };
  const change = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => subscription[name as keyof Changeable] !== value));
  if (Object.keys(change).length > 1) throw new Refused(400, '400', `Only one property can be changed at a time: ${Object.keys(change).join(', ')}.`);
  return change;
}
