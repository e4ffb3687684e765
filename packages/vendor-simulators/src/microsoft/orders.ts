/** Carts and what their checkout makes: an order per billing cycle, a subscription per line. */
import { newUuid, type Exchange, type Frame, type Op, type Reply } from '../frame/simulator.ts';
import { customerOf } from './customers.ts';
import type { Cart, CartLine, Order, Records } from './records.ts';
import type { Subscriptions } from './subscriptions.ts';
import { field, iso, numberField, Refused, textField } from './wire.ts';

const CART_DAYS = 7;
/** What goes together; a cycle that is not here is not known at all. */
const TERMS_OF_CYCLE: Readonly<Record<string, readonly (string | undefined)[]>> = {
  monthly: [undefined, 'P1M', 'P1Y', 'P3Y'],
  annual: [undefined, 'P1Y', 'P3Y'],
  one_time: [undefined, 'P1Y', 'P3Y'],
  none: [undefined],
};

export class Orders {
  readonly #frame: Frame;
  readonly #records: Records;
  readonly #subscriptions: Subscriptions;

  constructor(frame: Frame, records: Records, subscriptions: Subscriptions) {
    this.#frame = frame;
    this.#records = records;
    this.#subscriptions = subscriptions;
  }

  readonly ops: readonly Op[] = [
    { name: 'createCart', aliases: ['cart'], method: 'POST', path: '/v1/customers/:customer/carts', run: (exchange) => this.#createCart(exchange) },
    {
      name: 'getCart',
      method: 'GET',
      path: '/v1/customers/:customer/carts/:cart',
      run: (exchange) => ({ status: 200, body: shownCart(this.#cart(exchange)) }),
    },
    { name: 'updateCart', method: 'PUT', path: '/v1/customers/:customer/carts/:cart', run: (exchange) => this.#updateCart(exchange) },
    {
      name: 'checkout',
      aliases: ['create', 'provision', 'order'],
      method: 'POST',
      path: '/v1/customers/:customer/carts/:cart/checkout',
      run: (exchange) => this.#checkout(exchange),
    },
    { name: 'listOrders', method: 'GET', path: '/v1/customers/:customer/orders', run: (exchange) => this.#list(exchange) },
    { name: 'getOrder', method: 'GET', path: '/v1/customers/:customer/orders/:order', run: (exchange) => this.#get(exchange) },
  ];

  /** Tells of orders that are completed by now. Never part of a request. */
  settle(): void {
    for (const order of this.#records.orders.values()) {
      if (order.announced || statusOf(order, this.#frame.now()) === 'pending') continue;
      this.#records.orders.put(order.id, { ...order, announced: true });
      for (const { subscriptionId } of order.lines) this.#subscriptions.announce(order.customerId, subscriptionId);
    }
  }

  #createCart(exchange: Exchange): Reply {
    const customer = customerOf(this.#records, exchange.params);
    const lines = this.#lines(exchange.json());
    const createdAt = this.#frame.now();
    const id = newUuid();
    const cart = this.#records.carts.put(id, {
      id,
      customerId: customer.id,
      status: 'Active',
      createdAt,
      expiresAt: createdAt + CART_DAYS * 86_400_000,
      lines,
    });
    return { status: 201, body: shownCart(cart) };
  }

  #updateCart(exchange: Exchange): Reply {
    const cart = this.#cart(exchange);
    if (cart.status === 'Ordered') throw new Refused(400, '800065', 'The cart was already submitted.');
    return { status: 200, body: shownCart(this.#records.carts.put(cart.id, { ...cart, lines: this.#lines(exchange.json()) })) };
  }

  #cart({ params }: Exchange): Cart {
    const customer = customerOf(this.#records, params);
    const cart = this.#records.carts.get(params['cart'] ?? '');
    if (!cart || cart.customerId !== customer.id || (cart.status === 'Active' && cart.expiresAt <= this.#frame.now())) {
      throw new Refused(404, '800008', 'The cart was not found.');
    }
    return cart;
  }

  #lines(body: unknown): CartLine[] {
    const items = field(body, 'lineItems');
    if (!Array.isArray(items) || items.length === 0) throw new Refused(400, '800009', 'The cart has no line items.');
    return items.map((item, id) => this.#line(item, id));
  }

  #line(item: unknown, id: number): CartLine {
    const catalogItemId = textField(item, 'catalogItemId');
    const quantity = numberField(item, 'quantity');
    const billingCycle = (textField(item, 'billingCycle') ?? 'monthly').toLowerCase();
    const termDuration = textField(item, 'termDuration')?.toUpperCase();
    if (catalogItemId === undefined) throw new Refused(400, '800009', `Line ${id}: catalogItemId is required.`);
    if (quantity === undefined || !Number.isInteger(quantity) || quantity < 1 || quantity > this.#subscriptions.maxQuantity()) {
      throw new Refused(400, '800009', `Line ${id}: the quantity is not valid.`);
    }
    if (!TERMS_OF_CYCLE[billingCycle]?.includes(termDuration)) {
      throw new Refused(400, '800009', `Line ${id}: billing cycle ${billingCycle} is not offered with term ${termDuration ?? 'none'}.`);
    }
    return {
      id,
      catalogItemId,
      friendlyName: textField(item, 'friendlyName'),
      quantity,
      currencyCode: textField(item, 'currencyCode') ?? 'USD',
      billingCycle,
      termDuration,
      partnerIdOnRecord: textField(item, 'partnerIdOnRecord'),
      error: /^UNKNOWN/i.test(catalogItemId) ? { errorCode: '800010', errorDescription: `There is no catalog item ${catalogItemId}.` } : undefined,
    };
  }

  #checkout(exchange: Exchange): Reply {
    const cart = this.#cart(exchange);
    const customer = customerOf(this.#records, exchange.params);
    if (cart.status === 'Ordered') throw new Refused(400, '800065', 'The cart was already submitted.');
    if (this.#frame.setting('microsoft.agreementRequired') === true && customer.agreedAt === undefined) {
      throw new Refused(403, '13605', 'The customer has not accepted the customer agreement.');
    }
    const wrong = cart.lines.find((line) => line.error);
    if (wrong?.error) throw new Refused(400, '800010', wrong.error.errorDescription);

    const createdAt = this.#frame.now();
    const delayMs = Number(this.#frame.setting('microsoft.orderDelayMs'));
    const completesAt = exchange.fault?.kind === 'ASYNC_STUCK' ? null : createdAt + delayMs;
    const orders = [...new Set(cart.lines.map((line) => line.billingCycle))].map((billingCycle): Order => {
      const id = newUuid().replaceAll('-', '').slice(0, 12);
      const lines = cart.lines.filter((line) => line.billingCycle === billingCycle).map((line) => ({ ...line, subscriptionId: newUuid() }));
      const { currencyCode } = lines[0]!;
      const order = { id, customerId: cart.customerId, cartId: cart.id, billingCycle, currencyCode, createdAt, completesAt, announced: delayMs === 0, lines };
      return this.#records.orders.put(id, order);
    });
    this.#records.carts.put(cart.id, { ...cart, status: 'Ordered' });
    for (const order of orders) for (const line of order.lines) this.#subscriptions.begin(order, line, exchange.fault);
    if (delayMs > 0 && completesAt !== null) this.#subscriptions.settleAfter(delayMs);
    return { status: 201, body: { orders: orders.map((order) => this.#shown(order)) } };
  }

  #list({ params }: Exchange): Reply {
    const customer = customerOf(this.#records, params);
    const items = this.#records.orders
      .values()
      .filter((order) => order.customerId === customer.id)
      .map((order) => this.#shown(order));
    return { status: 200, body: { totalCount: items.length, items, attributes: { objectType: 'Collection' } } };
  }

  #get({ params }: Exchange): Reply {
    const customer = customerOf(this.#records, params);
    const order = this.#records.orders.get((params['order'] ?? '').toLowerCase());
    if (!order || order.customerId !== customer.id) throw new Refused(404, '20000', 'The order was not found.');
    return { status: 200, body: this.#shown(order) };
  }

  #shown(order: Order): object {
    const status = statusOf(order, this.#frame.now());
    const at = `/customers/${order.customerId}/orders/${order.id}`;
    return {
      id: order.id,
      alternateId: order.id,
      referenceCustomerId: order.customerId,
      billingCycle: order.billingCycle,
      currencyCode: order.currencyCode,
      lineItems: order.lines.map((line, lineItemNumber) => ({
        lineItemNumber,
        offerId: line.catalogItemId,
        // A line has its subscription once it is there.
        ...(status === 'completed' ? { subscriptionId: line.subscriptionId } : {}),
        friendlyName: line.friendlyName ?? `Subscription ${lineItemNumber}`,
        quantity: line.quantity,
        termDuration: line.termDuration ?? null,
        transactionType: 'new',
        partnerIdOnRecord: line.partnerIdOnRecord ?? null,
      })),
      creationDate: iso(order.createdAt),
      status,
      transactionType: 'UserPurchase',
      links: { provisioningStatus: { uri: `${at}/provisioningstatus`, method: 'GET' }, self: { uri: at, method: 'GET' } },
      attributes: { objectType: 'Order' },
    };
  }
}

function statusOf({ completesAt }: Order, now: number): 'pending' | 'completed' {
  return completesAt !== null && completesAt <= now ? 'completed' : 'pending';
}

function shownCart({ id, status, createdAt, expiresAt, lines }: Cart): object {
  return {
    id,
    status,
    creationTimestamp: iso(createdAt),
    expirationTimeStamp: iso(expiresAt),
    lineItems: lines.map((line) => ({ ...line, error: line.error ?? null })),
    attributes: { objectType: 'Cart' },
  };
}
