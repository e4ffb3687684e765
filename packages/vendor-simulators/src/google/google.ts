/**
 * Google's Workspace Reseller API v1, as far as a broker needs it.
 * @rule S2
 */
import type { Exchange, Frame, Op, Reply, VendorDefinition, VendorModel } from '../frame/simulator.ts';
import { Customers, objectOf, text } from './customers.ts';
import { answering, errorReply, invalid } from './errors.ts';
import type { SuspensionReason } from './lifecycle.ts';
import { ADMIN, ServiceAccount, writeServiceAccount } from './service-account.ts';
import { Subscriptions } from './subscriptions.ts';

const BASE = '/apps/reseller/v1';
const CUSTOMER = `${BASE}/customers/:customer`;
const SUBSCRIPTION = `${CUSTOMER}/subscriptions/:subscription`;

export const GOOGLE: VendorDefinition = {
  code: 'GOOGLE',
  name: 'Google Workspace Reseller API v1',
  settings: {
    /** A paid subscription waits for the customer's administrator; `POST /__sim/acceptTos {customer}` is that. */
    'google.tosPending': false,
    /** `true`, or the name of an operation: what was done is answered with 409. */
    'google.conflictAfterCommit': false,
    /** Every change of a subscription gives it a new id, not only that of its plan. */
    'google.rotatesIds': false,
    /** A suspension of more than 60 days ends the subscription. */
    'google.cancelsLongSuspended': true,
    /** Deleting with `cancel` works for a flexible Workspace subscription. */
    'google.cancelsFlexibleWorkspace': false,
    /** Domains that Google knows and this reseller may not see. */
    'google.foreignDomains': [],
  },
  connection: ({ apiUrl, dataDir }) => ({
    GOOGLE_URL: apiUrl,
    GOOGLE_TOKEN_URL: `${apiUrl}/token`,
    GOOGLE_SERVICE_ACCOUNT: writeServiceAccount(dataDir, `${apiUrl}/token`),
    GOOGLE_ADMIN: ADMIN,
  }),
  open,
};

function open(frame: Frame): VendorModel {
  const account = new ServiceAccount(frame);
  const customers = new Customers(frame);
  const subscriptions = new Subscriptions(frame, customers);

  const read = (name: string, path: string, run: Op['run'], aliases: readonly string[] = []): Op => ({
    name,
    aliases,
    method: 'GET',
    path,
    run: (exchange) => answering(() => run(exchange)),
  });
  const write = (name: string, method: string, path: string, run: Op['run'], aliases: readonly string[] = []): Op => ({
    name,
    aliases,
    method,
    path,
    run: (exchange) => {
      const reply = answering(() => run(exchange));
      const conflicts = frame.setting('google.conflictAfterCommit');
      const spoiled = reply.status < 300 && (conflicts === true || conflicts === name);
      return spoiled ? errorReply(409, 'duplicate', 'Entity already exists.') : reply;
    },
  });

  return {
    ops: [
      account.tokenOp,
      write('customers.insert', 'POST', `${BASE}/customers`, (exchange) => customers.insert(exchange), ['createCustomer']),
      read('customers.get', CUSTOMER, (exchange) => customers.get(exchange), ['getCustomer']),
      write('customers.patch', 'PATCH', CUSTOMER, (exchange) => customers.change(exchange, false)),
      write('customers.update', 'PUT', CUSTOMER, (exchange) => customers.change(exchange, true)),
      write('subscriptions.insert', 'POST', `${CUSTOMER}/subscriptions`, (exchange) => subscriptions.insert(exchange), ['create', 'insert', 'provision']),
      read('subscriptions.list', `${BASE}/subscriptions`, (exchange) => subscriptions.list(exchange), ['list']),
      read('subscriptions.get', SUBSCRIPTION, (exchange) => subscriptions.get(exchange), ['get']),
      write('changeSeats', 'POST', `${SUBSCRIPTION}/changeSeats`, (exchange) => subscriptions.changeSeats(exchange), ['changeQuantity', 'modify']),
      write('changePlan', 'POST', `${SUBSCRIPTION}/changePlan`, (exchange) => subscriptions.changePlan(exchange)),
      write('changeRenewalSettings', 'POST', `${SUBSCRIPTION}/changeRenewalSettings`, (exchange) => subscriptions.changeRenewalSettings(exchange), [
        'setRenewal',
      ]),
      write('suspend', 'POST', `${SUBSCRIPTION}/suspend`, (exchange) => subscriptions.suspend(exchange)),
      write('activate', 'POST', `${SUBSCRIPTION}/activate`, (exchange) => subscriptions.activate(exchange), ['resume']),
      write('startPaidService', 'POST', `${SUBSCRIPTION}/startPaidService`, (exchange) => subscriptions.startPaidService(exchange)),
      write('delete', 'DELETE', SUBSCRIPTION, (exchange) => subscriptions.delete(exchange), ['cancel']),
    ],
    authorize: (exchange, op) => account.authorize(exchange, op),
    notFound: ({ method, path }) => errorReply(404, 'notFound', `The requested URL ${method} ${path} was not found on this server.`),
    throttled: (retryAfter) => quota({ 'retry-after': String(retryAfter) }),
    failed: (status) => (status === 503 ? quota() : errorReply(status, 'backendError', 'Backend Error')),
    control: controls(subscriptions),
  };
}

/** Google says with a 503 that there were too many calls. */
function quota(headers: Readonly<Record<string, string>> = {}): Reply {
  return errorReply(503, 'quotaExceeded', 'The request quota of the reseller is exceeded. Please try again later.', headers);
}

/** What the customer, its users and Google do, for tests. */
function controls(subscriptions: Subscriptions): Op[] {
  const control = (name: string, run: (given: Record<string, unknown>, exchange: Exchange) => Reply): Op => ({
    name,
    method: 'POST',
    path: `/__sim/${name}`,
    run: (exchange) => answering(() => run(objectOf(exchange.json()), exchange)),
  });
  const required = (given: Record<string, unknown>, name: string): string => {
    const value = text(given, name);
    if (!value) throw invalid(`Required: ${name}`);
    return value;
  };
  return [
    control('acceptTos', (given) => subscriptions.acceptTos(required(given, 'customer'))),
    control('assignUsers', (given) => subscriptions.set(required(given, 'customer'), required(given, 'sku'), { licensed: Number(given['users'] ?? 0) })),
    control('suspendFor', (given) =>
      subscriptions.set(required(given, 'customer'), required(given, 'sku'), { reason: (text(given, 'reason') ?? 'OTHER') as SuspensionReason }),
    ),
  ];
}
