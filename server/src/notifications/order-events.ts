/** Who is told of what: mails that follow from what happened to orders and at vendors. @rule O5 B8 S2 */
import { formatAmount, money } from '@cloudtill/domain/money/money';
import { formatUnitPrice } from '@cloudtill/domain/money/unit-price';
import type { PoolClient } from 'pg';
import type { App } from '../platform/context.ts';
import { encodeId } from '../platform/ids.ts';
import type { Handler } from '../platform/outbox.ts';
import type { StoredPrice } from '../orders/order-prices.ts';
import type { OrderLine, OrderMail } from './mail-data.ts';
import { queueMail } from './queue-mail.ts';

/** An account as somebody who is written to. */
interface Reader {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly kind: string;
  readonly email: string | null;
  readonly locale: string;
}

interface OrderRow {
  readonly id: string;
  readonly number: string;
  readonly channel: string;
  readonly currency: string;
  readonly placed_at: Date;
  readonly account_id: string;
}

interface LineRow {
  readonly product: string;
  readonly pricing: string;
  readonly sku: string;
  readonly plan: string;
  readonly policy: string;
  readonly quantity: number;
  readonly prices: readonly StoredPrice[] | null;
}

const CHANNELS: Readonly<Record<string, string>> = { STOREFRONT: 'Storefront', OPERATOR: 'Operator', API: 'API' };

/** Handlers for the outbox, each in the transaction in which its event is marked as handled. */
export function notificationEvents(app: App): Readonly<Record<string, Handler>> {
  return {
    'order.completed': ({ orderId }, client) => tellOfOrder(app, client, String(orderId)),
    'order.approval_requested': ({ orderId }, client) => askForApproval(app, client, String(orderId)),
    'subscription.provisioned': ({ subscriptionId }, client) => deliverLicense(app, client, String(subscriptionId)),
    'provisioning.failed': ({ operationId }, client) => tellOfFailure(app, client, String(operationId), 'failed'),
    'provisioning.unknown': ({ operationId }, client) => tellOfFailure(app, client, String(operationId), 'unknown'),
  };
}

/** The reseller gets the confirmation, a direct customer its own; operations get theirs with all contacts. */
async function tellOfOrder(app: App, client: PoolClient, orderId: string): Promise<void> {
  const order = await findOrder(client, orderId);
  const [customer, seller, provider] = await partiesOf(client, order.account_id);
  const reader = seller.kind === 'RESELLER' ? seller : customer;
  const lines = await linesOf(client, orderId);
  const causeKey = `order:${orderId}`;
  await queueMail(app, client, {
    template: 'ORDER_CONFIRMATION',
    causeKey,
    recipient: reader.email,
    locale: reader.locale,
    accountId: reader.id,
    audience: 'ACCOUNT',
    data: await orderMail(app, client, order, lines, { customer, seller, buyerId: reader.id }),
  });
  await queueMail(app, client, {
    template: 'OPERATIONS_NOTIFICATION',
    causeKey,
    recipient: provider.email,
    locale: provider.locale,
    accountId: provider.id,
    audience: 'PROVIDER',
    data: await orderMail(app, client, order, lines, { customer, seller, buyerId: firstBuyerOf(lines) ?? reader.id }),
  });
}

async function askForApproval(app: App, client: PoolClient, orderId: string): Promise<void> {
  const order = await findOrder(client, orderId);
  const [customer, seller] = await partiesOf(client, order.account_id);
  const data = await orderMail(app, client, order, await linesOf(client, orderId), { customer, seller, buyerId: customer.id });
  await queueMail(app, client, {
    template: 'ORDER_APPROVAL_REQUESTED',
    causeKey: `order:${orderId}`,
    recipient: seller.email,
    locale: seller.locale,
    accountId: seller.id,
    audience: seller.kind === 'PROVIDER' ? 'PROVIDER' : 'ACCOUNT',
    data,
  });
}

/** The code goes to the address that was named for licenses, in the customer's language. */
async function deliverLicense(app: App, client: PoolClient, subscriptionId: string): Promise<void> {
  const { rows } = await client.query<{
    number: string;
    quantity: number;
    sku: string;
    product: string;
    code: string | null;
    email: string | null;
    customer_id: string;
  }>(
    `select s.number, s.quantity, p.sku, r.name as product, s.activation_code as code, coalesce(s.license_email, y.email, a.email) as email, s.customer_id
       from service_subscription s join plan p on p.id = s.plan_id join product r on r.id = s.product_id join account a on a.id = s.customer_id
       left join provisioning_sync y on y.account_id = s.customer_id and y.platform = s.platform where s.id = $1`,
    [subscriptionId],
  );
  const { number, quantity, sku, product, code, email, customer_id } = rows[0]!;
  // Vendors without codes tell the customer themselves.
  if (code === null) return;
  const [customer] = await partiesOf(client, customer_id);
  await queueMail(app, client, {
    template: 'LICENSE_DELIVERY',
    causeKey: `subscription:${subscriptionId}`,
    recipient: email,
    locale: customer.locale,
    accountId: customer.id,
    audience: 'ACCOUNT',
    data: {
      customer: { name: customer.name, number: customer.number },
      product,
      sku,
      quantity: String(quantity),
      subscriptionNumber: number,
      activationCode: app.secrets.open(code),
      url: `${app.config.publicUrl}/subscriptions/${encodeId('sub', subscriptionId)}`,
    },
  });
}

/** What a vendor refused, or nobody knows of, is for operations to look at; once for each time that it comes to that. */
async function tellOfFailure(app: App, client: PoolClient, operationId: string, how: 'failed' | 'unknown'): Promise<void> {
  const { rows } = await client.query<{
    kind: string;
    vendor: string;
    message: string | null;
    since: Date;
    account: string;
    number: string | null;
    calls: string;
  }>(
    `select o.kind, v.name as vendor, o.message, o.since, a.name as account, s.number, (select count(*) from provisioning_call c where c.operation_id = o.id) as calls
       from provisioning_operation o join vendor v on v.code = o.vendor_code join account a on a.id = o.account_id
       left join service_subscription s on s.id = o.subscription_id where o.id = $1`,
    [operationId],
  );
  const { kind, vendor, message, since, account, number, calls } = rows[0]!;
  const provider = await providerOf(client);
  await queueMail(app, client, {
    template: 'PROVISIONING_FAILURE',
    causeKey: `operation:${operationId}:${how}:${calls}`,
    recipient: provider.email,
    locale: provider.locale,
    accountId: provider.id,
    audience: 'PROVIDER',
    data: {
      subject: number ? `${number}, ${account}` : account,
      vendor,
      operation: kind,
      reason: message ?? how,
      since: `${since.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      url: `${app.config.publicUrl}/provisioning?operation=${encodeId('op', operationId)}`,
    },
  });
}

async function findOrder(client: PoolClient, id: string): Promise<OrderRow> {
  const { rows } = await client.query<OrderRow>('select id, number, channel, currency, placed_at, account_id from customer_order where id = $1', [id]);
  return rows[0]!;
}

async function linesOf(client: PoolClient, orderId: string): Promise<LineRow[]> {
  const { rows } = await client.query<LineRow>(
    `select r.name as product, r.pricing, p.sku, p.name as plan, p.billing_policy as policy, l.quantity, l.prices
       from order_line l join plan p on p.id = l.plan_id join product r on r.id = p.product_id where l.order_id = $1 order by l.position`,
    [orderId],
  );
  return rows;
}

/** The customer, who sells to it, and the provider. */
async function partiesOf(client: PoolClient, customerId: string): Promise<readonly [Reader, Reader, Reader]> {
  const { rows } = await client.query<Reader & { path: readonly string[] }>(
    'select a.id, a.number, a.name, a.kind, a.email, a.locale from account c join account a on a.id = any (c.path) where c.id = $1 order by array_position(c.path, a.id)',
    [customerId],
  );
  return [rows.at(-1)!, rows.at(-2)!, rows[0]!];
}

async function providerOf(client: PoolClient): Promise<Reader> {
  const { rows } = await client.query<Reader>(`select id, number, name, kind, email, locale from account where kind = 'PROVIDER'`);
  return rows[0]!;
}

/** Whoever buys from the provider. */
function firstBuyerOf(lines: readonly LineRow[]): string | undefined {
  return lines.find(({ prices }) => prices?.[0])?.prices?.[0]?.buyerId;
}

interface Parties {
  readonly customer: Reader;
  readonly seller: Reader;
  /** Whose purchase prices the mail shows. */
  readonly buyerId: string;
}

async function orderMail(app: App, client: PoolClient, order: OrderRow, rows: readonly LineRow[], { customer, seller, buyerId }: Parties): Promise<OrderMail> {
  const { rows: contacts } = await client.query<{ phone: string | null; address: string | null }>(
    `select phone, nullif(concat_ws(', ', street, concat_ws(' ', postal_code, city), region, country), '') as address from account where id = $1`,
    [customer.id],
  );
  const lines = rows.map((row) => lineMail(row, order.currency, buyerId));
  const first = rows.map((row) => priceFor(row, buyerId)).reduce((sum, price) => sum + BigInt(price?.firstMinor ?? 0), 0n);
  return {
    number: order.number,
    placedAt: `${order.placed_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    channel: CHANNELS[order.channel] ?? order.channel,
    reseller: seller.kind === 'RESELLER' ? { name: seller.name, number: seller.number } : null,
    customer: { name: customer.name, number: customer.number, email: customer.email, phone: contacts[0]!.phone, address: contacts[0]!.address },
    lines,
    total: `${formatAmount(money(first, order.currency))} ${order.currency}`,
    url: `${app.config.publicUrl}/orders/${encodeId('ord', order.id)}`,
  };
}

function priceFor({ prices }: LineRow, buyerId: string): StoredPrice | undefined {
  return prices?.find((price) => price.buyerId === buyerId) ?? prices?.at(-1);
}

function lineMail(row: LineRow, currency: string, buyerId: string): OrderLine {
  const price = priceFor(row, buyerId);
  const amount = (minor: string): string => `${formatAmount(money(BigInt(minor), currency))} ${currency}`;
  return {
    product: row.product,
    sku: row.sku,
    plan: row.plan,
    quantity: String(row.quantity),
    price: price ? `${formatUnitPrice({ micros: BigInt(price.unitPriceMicros), currency })} ${currency}` : null,
    firstCharge: price ? amount(price.firstMinor) : null,
    recurring: price ? amount(price.recurringMinor) : null,
    consumption: row.pricing === 'CONSUMPTION' || row.policy === 'CONSUMPTION',
  };
}
