/** Orders: a cart that commits to nothing, and its checkout, which does. */
import {
  accepted,
  rejected,
  retryable,
  succeeded,
  unknown,
  type Call,
  type Finding,
  type Outcome,
  type Provision,
  type Reading,
  type VendorSubscription,
} from '../vendor.ts';
import { cartBody } from './parameters.ts';
import { at, type PartnerCenter } from './partner-center.ts';
import { cartSchema, checkoutSchema, collectionOf, orderSchema, type Order } from './resources.ts';
import type { Subscriptions } from './subscriptions.ts';

export class Orders {
  readonly #partnerCenter: PartnerCenter;
  readonly #subscriptions: Subscriptions;

  constructor(partnerCenter: PartnerCenter, subscriptions: Subscriptions) {
    this.#partnerCenter = partnerCenter;
    this.#subscriptions = subscriptions;
  }

  async provision(call: Call, provision: Provision): Promise<Outcome<VendorSubscription>> {
    const customer = provision.account.vendorCustomerId;
    if (!customer) return rejected('VALIDATION', 'the account is not synchronized with Microsoft yet');
    const cart = await this.#cart(call, customer, provision);
    if (cart.kind !== 'SUCCEEDED') return cart;

    const path = at('customers', customer, 'carts', cart.value, 'checkout');
    const written = await this.#partnerCenter.write(call, 'checkout', { method: 'POST', path });
    const mayBeDone = written.kind === 'RETRYABLE' || (written.kind === 'REJECTED' && written.rejection === 'DUPLICATE');
    if (mayBeDone) return (await this.#orderedBefore(call, customer, provision.reference)) ?? written;
    if (written.kind !== 'SUCCEEDED') return written;
    const { data } = checkoutSchema.safeParse(written.value.json);
    const refusal = data?.orderErrors?.[0];
    const order = data?.orders?.find((candidate) => isOf(candidate, provision.reference)) ?? data?.orders?.[0];
    if (order) return await this.#outcomeOf(call, customer, order, provision.reference);
    if (refusal) return rejected('VALIDATION', refusal.description ?? 'the order was refused', refusal.code ?? undefined);
    return unknown('the cart was checked out, and its orders cannot be read');
  }

  async poll(call: Call, customer: string, orderId: string, reference: string): Promise<Outcome<VendorSubscription>> {
    const read = await this.#partnerCenter.read(call, at('customers', customer, 'orders', orderId), orderSchema);
    // It was there when it was ordered, so it is not seen everywhere yet.
    if (read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND') return retryable(`order ${orderId} is not seen: ${read.message}`);
    if (read.kind !== 'SUCCEEDED') return read;
    const { value: order } = read.value;
    if (!isKnown(order)) return retryable(`order ${orderId} has the unknown status "${order.status}"`);
    return await this.#outcomeOf(call, customer, order, reference);
  }

  /** By our reference, which is the name of the line. An order that was canceled is none. */
  async resolve(call: Call, customer: string, reference: string): Promise<Reading<Finding>> {
    const read = await this.#partnerCenter.read(call, at('customers', customer, 'orders'), collectionOf(orderSchema));
    if (read.kind !== 'SUCCEEDED') return read;
    const orders = read.value.value.items.filter((order) => isOf(order, reference) && statusOf(order) !== 'cancelled');
    if (orders.length > 1) {
      const ids = orders.map(({ id }) => id).join(', ');
      return succeeded({ kind: 'CANNOT_TELL', message: `${reference} was ordered ${orders.length} times at Microsoft: orders ${ids}` });
    }
    const [order] = orders;
    if (order) return await this.#findingOf(call, customer, order, reference);
    const listed = await this.#subscriptions.ofCustomer(call, customer);
    if (listed.kind !== 'SUCCEEDED') return listed;
    const subscription = listed.value.subscriptions.find((candidate) => candidate.reference === reference);
    return succeeded(subscription ? { kind: 'APPLIED', subscription } : { kind: 'NOT_APPLIED', asOf: read.value.asOf });
  }

  async #findingOf(call: Call, customer: string, order: Order, reference: string): Promise<Reading<Finding>> {
    if (!isKnown(order)) return retryable(`order ${order.id} has the unknown status "${order.status}"`);
    const outcome = await this.#outcomeOf(call, customer, order, reference);
    return succeeded(
      outcome.kind === 'SUCCEEDED' ? { kind: 'APPLIED', subscription: outcome.value } : { kind: 'IN_PROGRESS', pollRef: pollRefOf(customer, order) },
    );
  }

  /** A cart is no order, so whatever happens to it, nothing was done. @returns its id */
  async #cart(call: Call, customer: string, provision: Provision): Promise<Exclude<Outcome<string>, { kind: 'ACCEPTED' | 'UNKNOWN' }>> {
    const written = await this.#partnerCenter.write(call, 'cart', { method: 'POST', path: at('customers', customer, 'carts'), body: cartBody(provision) });
    if (written.kind === 'UNKNOWN') return retryable(`nothing was ordered yet: ${written.message}`);
    if (written.kind !== 'SUCCEEDED') return written;
    const { data } = cartSchema.safeParse(written.value.json);
    if (!data) return retryable('nothing was ordered yet: the cart cannot be read');
    const wrong = data.lineItems?.find((line) => line.error)?.error;
    if (wrong)
      return rejected('VALIDATION', wrong.errorDescription ?? wrong.description ?? 'the article cannot be ordered', wrong.errorCode ?? wrong.code ?? undefined);
    return succeeded(data.id);
  }

  async #outcomeOf(call: Call, customer: string, order: Order, reference: string): Promise<Outcome<VendorSubscription>> {
    const pollRef = pollRefOf(customer, order);
    if (statusOf(order) === 'cancelled') return rejected('CONFLICT_STATE', `order ${order.id} was canceled at Microsoft`);
    const line = order.lineItems.find(({ friendlyName }) => friendlyName === reference) ?? order.lineItems[0];
    if (statusOf(order) !== 'completed' || !line?.subscriptionId) return accepted(pollRef);
    const subscription = await this.#subscriptions.get(call, { vendorCustomerId: customer, vendorSubscriptionId: line.subscriptionId });
    // What was ordered is ordered, whether or not it can be read now.
    return subscription.kind === 'SUCCEEDED' && subscription.value ? succeeded(subscription.value) : accepted(pollRef);
  }

  /** Told that it was ordered already or that it is under way: is there an order? */
  async #orderedBefore(call: Call, customer: string, reference: string): Promise<Outcome<VendorSubscription> | undefined> {
    const found = await this.resolve(call, customer, reference);
    if (found.kind !== 'SUCCEEDED') return undefined;
    if (found.value.kind === 'APPLIED' && found.value.subscription) return succeeded(found.value.subscription);
    return found.value.kind === 'IN_PROGRESS' ? accepted(found.value.pollRef) : undefined;
  }
}

const pollRefOf = (customer: string, { id }: Order): string => `order ${customer} ${id}`;

const statusOf = ({ status }: Order): string => status.toLowerCase();

/** `unknown` is one of its own words, for an order that is not further yet. */
const isKnown = (order: Order): boolean => ['unknown', 'pending', 'completed', 'cancelled'].includes(statusOf(order));

const isOf = ({ lineItems }: Order, reference: string): boolean => lineItems.some(({ friendlyName }) => friendlyName === reference);
