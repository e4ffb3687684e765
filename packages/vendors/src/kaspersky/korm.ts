/**
 * Kaspersky's KORM Subscriptions, version 2.0. KORM has no idempotency key and no list: `create` is never sent twice,
 * and whether a lost one was done is read from the report that the distributor's portal publishes, by our mark in the
 * comment. Everything else sets absolute values and may be sent again.
 *
 * Turning renewal off asks for an end at the end of the billing period that runs, as its details show it; turning it on
 * takes that end back with `renew`, and only where there is one, because what `renew` does to a subscription that runs
 * on by itself is not public.
 * @rule S2
 */
import {
  rejected,
  retryable,
  succeeded,
  unknown,
  type Call,
  type Capabilities,
  type Change,
  type Finding,
  type Intent,
  type Listing,
  type Operation,
  type Outcome,
  type Parameter,
  type Provision,
  type Reading,
  type SubscriptionRef,
  type Vendor,
  type VendorAccount,
  type VendorCustomer,
  type VendorSubscription,
} from '../vendor.ts';
import { MAX_COMMENT, MAX_EMAIL, problemsOf, type Problem } from './check.ts';
import type { Changing, KormClient } from './client.ts';
import { createRequest, endingAt, markIn, readCreated, type Row } from './messages.ts';
import { NOTHING_SHOWN, subscriptionInDetails, subscriptionInRow, unknownStatus } from './shown.ts';

const OPERATIONS: ReadonlySet<Operation> = new Set([
  'CREATE_CUSTOMER',
  'PROVISION',
  'CHANGE_QUANTITY',
  'CHANGE_PLAN',
  'CANCEL',
  'SET_RENEWAL',
  'SET_APPROVAL_CODE',
]);

/** KORM knows no customers: each subscription carries the company's name. */
const NO_CUSTOMER: VendorCustomer = { vendorCustomerId: undefined };

export class Korm implements Vendor {
  readonly code = 'KASPERSKY';
  readonly platform = 'KORM';
  readonly capabilities: Capabilities;
  readonly accountParameters: readonly Parameter[] = [];
  readonly orderParameters: readonly Parameter[] = [
    {
      name: 'DeliveryEmail',
      label: 'Delivery e-mail',
      description: 'Who receives the license key, if not the customer.',
      type: 'EMAIL',
      required: false,
      maxLength: MAX_EMAIL,
      example: 'it@example.com',
    },
    {
      name: 'Comment',
      label: 'Comment',
      description: 'Shown with the subscription at Kaspersky.',
      type: 'TEXT',
      required: false,
      maxLength: MAX_COMMENT,
      example: 'Branch office',
    },
  ];
  readonly #client: KormClient;
  readonly #partner: string;

  constructor(client: KormClient, partner: string) {
    this.#client = client;
    this.#partner = partner;
    this.capabilities = {
      operations: OPERATIONS,
      repeatable: new Set([...OPERATIONS].filter((operation) => operation !== 'PROVISION')),
      canDecrease: true,
      canReactivateAfterCancel: false,
      asyncProvisioning: false,
      hasIdempotencyKey: false,
      hasWebhooks: false,
      canList: client.hasReport,
      hasInvoiceLines: false,
      hasUsage: false,
      hasPrices: false,
    };
  }

  check(intent: Intent): readonly Problem[] {
    return problemsOf(intent, OPERATIONS);
  }

  createCustomer(_: Call, account: VendorAccount): Promise<Outcome<VendorCustomer>> {
    return Promise.resolve(this.#refusal({ operation: 'CREATE_CUSTOMER', account }) ?? succeeded(NO_CUSTOMER));
  }

  async provision(call: Call, provision: Provision): Promise<Outcome<VendorSubscription>> {
    const refusal = this.#refusal({ operation: 'PROVISION', provision });
    if (refusal) return refusal;
    const outcome = await this.#client.change(call, 'create', createRequest(this.#partner, call.operationId, provision));
    if (outcome.kind !== 'SUCCEEDED') return outcome;
    const created = readCreated(outcome.value.json);
    if (!created.ok) return unknown(`KORM accepted create, and ${created.problem}`);
    const { reference, sku, quantity } = provision;
    const { subscriptionid: vendorSubscriptionId, activationcode: activationCode, licenseid: licenseId } = created.value;
    const ids = { vendorSubscriptionId, activationCode, licenseId };
    return succeeded({ ...NOTHING_SHOWN, ...ids, reference, status: 'ACTIVE', sku, quantity, renews: true });
  }

  async change(call: Call, ref: SubscriptionRef, change: Change): Promise<Outcome<VendorSubscription | undefined>> {
    const refusal = this.#refusal({ operation: change.operation, ref, change });
    if (refusal) return refusal;
    switch (change.operation) {
      case 'CHANGE_QUANTITY':
      // A plan is a range of licenses, and KORM finds the range by their number: it has no other notion of a plan.
      case 'CHANGE_PLAN':
        return this.#send(call, ref, 'modifyquantity', { Quantity: change.quantity });
      case 'SET_APPROVAL_CODE':
        return this.#send(call, ref, 'modifyattributes', { ApprovalCode: change.approvalCode ?? '' });
      case 'SET_RENEWAL':
        return this.#setRenewal(call, ref, change.renews);
      case 'CANCEL':
        return this.#cancel(call, ref);
      default:
        return rejected('VALIDATION', `KORM cannot do ${change.operation}`);
    }
  }

  poll(): Promise<Outcome<undefined>> {
    return Promise.resolve(rejected('VALIDATION', 'KORM does at once what it does; there is nothing to ask for'));
  }

  async resolve(call: Call, intent: Intent, sentAt: number): Promise<Reading<Finding>> {
    switch (intent.operation) {
      case 'CREATE_CUSTOMER':
        return succeeded({ kind: 'APPLIED', customer: NO_CUSTOMER });
      case 'PROVISION':
        return this.#resolveProvision(call, intent.provision.reference);
      case 'CHANGE_QUANTITY':
      case 'CHANGE_PLAN':
        return this.#resolveQuantity(call, intent.ref, intent.change, sentAt);
      case 'CANCEL':
      case 'SET_RENEWAL':
        return this.#resolveState(call, intent.ref, intent.change);
      default:
        return succeeded(cannotTell(`KORM does not show what ${intent.operation} changes`));
    }
  }

  async getSubscription(call: Call, { vendorSubscriptionId }: SubscriptionRef): Promise<Reading<VendorSubscription | undefined>> {
    const read = await this.#state(call, vendorSubscriptionId);
    return read.kind === 'SUCCEEDED' ? succeeded(read.value?.subscription) : read;
  }

  /** The whole report on one page. */
  async listSubscriptions(call: Call): Promise<Reading<Listing>> {
    const read = await this.#client.report(call);
    if (read.kind !== 'SUCCEEDED') return read;
    const subscriptions: VendorSubscription[] = [];
    for (const row of read.value.rows) {
      const subscription = subscriptionInRow(row);
      // A listing without it would say that it is gone.
      if (!subscription) return retryable(`${unknownStatus(row.status)}, for ${row.subscriptionid}`);
      subscriptions.push(subscription);
    }
    return succeeded({ subscriptions, next: undefined, asOf: read.value.generatedat });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #refusal(intent: Intent): ReturnType<typeof rejected> | undefined {
    const problems = this.check(intent);
    return problems.length > 0 ? rejected('VALIDATION', problems.map(({ problem }) => problem).join(' ')) : undefined;
  }

  /** An answer to a change says nothing more than that it was done. */
  async #send(call: Call, { vendorSubscriptionId }: SubscriptionRef, operation: Changing, values: object = {}): Promise<Outcome<undefined>> {
    const outcome = await this.#client.change(call, operation, { SubscriptionId: vendorSubscriptionId, ...values });
    return outcome.kind === 'SUCCEEDED' ? succeeded(undefined) : outcome;
  }

  async #cancel(call: Call, ref: SubscriptionRef): Promise<Outcome<VendorSubscription | undefined>> {
    const outcome = await this.#send(call, ref, 'hardcancel');
    if (outcome.kind !== 'REJECTED' || outcome.rejection !== 'CONFLICT_STATE') return outcome;
    // Perhaps it has ended already, which is all that was wanted.
    const read = await this.#state(call, ref.vendorSubscriptionId);
    if (read.kind !== 'SUCCEEDED') return read;
    return read.value?.subscription.status === 'TERMINATED' ? succeeded(read.value.subscription) : outcome;
  }

  async #setRenewal(call: Call, ref: SubscriptionRef, renews: boolean): Promise<Outcome<VendorSubscription | undefined>> {
    const read = await this.#state(call, ref.vendorSubscriptionId);
    if (read.kind !== 'SUCCEEDED') return read;
    if (!read.value) return rejected('NOT_FOUND', 'KORM has no such subscription');
    const { subscription, periodEnd } = read.value;
    if (subscription.status === 'TERMINATED') return rejected('CONFLICT_STATE', `the subscription has ended: ${subscription.statusReason}`);
    if (subscription.renews === renews) return succeeded(subscription);
    if (renews) return this.#send(call, ref, 'renew');
    if (periodEnd === undefined) return retryable('KORM does not say when the billing period ends');
    return this.#send(call, ref, 'modifyexpiration', { Expiration: endingAt(periodEnd) });
  }

  async #resolveProvision(call: Call, reference: string): Promise<Reading<Finding>> {
    if (!this.#client.hasReport) return succeeded(cannotTell('KORM cannot be searched, and there is no report to read (KORM_REPORT_URL)'));
    const read = await this.#client.report(call);
    if (read.kind !== 'SUCCEEDED') return read;
    const { rows, generatedat: asOf } = read.value;
    const ours = rows.flatMap((row) => {
      const mark = markIn(row.comment);
      return mark ? [{ row, mark }] : [];
    });
    // Should there be several, the oldest: the others turn up in reconciliation as subscriptions that nobody knows.
    const sameOperation = ours.filter(({ mark }) => mark.operationId === call.operationId.toLowerCase());
    const found = (sameOperation.length > 0 ? sameOperation : ours.filter(({ mark }) => mark.reference === reference))
      .map(({ row }) => row)
      .sort((a, b) => (a.startedat ?? Infinity) - (b.startedat ?? Infinity))[0];
    return found ? applied(found) : succeeded({ kind: 'NOT_APPLIED', asOf });
  }

  async #resolveQuantity(call: Call, ref: SubscriptionRef, change: Change, sentAt: number): Promise<Reading<Finding>> {
    if (!this.#client.hasReport) return succeeded(cannotTell('only the report shows quantities, and there is none (KORM_REPORT_URL)'));
    const read = await this.#client.report(call);
    if (read.kind !== 'SUCCEEDED') return read;
    const { rows, generatedat: asOf } = read.value;
    // What was so before it was sent is no sign of its having been done, even where it is what was asked for.
    if (asOf < sentAt) return succeeded({ kind: 'NOT_APPLIED', asOf });
    const row = rows.find(({ subscriptionid }) => sameId(subscriptionid, ref.vendorSubscriptionId));
    if (!row) return succeeded(cannotTell('the report does not show the subscription'));
    return 'quantity' in change && row.quantity === change.quantity ? applied(row) : succeeded({ kind: 'NOT_APPLIED', asOf });
  }

  async #resolveState(call: Call, ref: SubscriptionRef, change: Change): Promise<Reading<Finding>> {
    const read = await this.#state(call, ref.vendorSubscriptionId);
    if (read.kind !== 'SUCCEEDED') return read;
    if (!read.value) return succeeded(cannotTell('KORM has no such subscription'));
    const { subscription, asOf } = read.value;
    const isDone = change.operation === 'SET_RENEWAL' ? subscription.renews === change.renews : subscription.status === 'TERMINATED';
    return succeeded(isDone ? { kind: 'APPLIED', subscription } : { kind: 'NOT_APPLIED', asOf });
  }

  async #state(call: Call, vendorSubscriptionId: string): Promise<Reading<StateRead | undefined>> {
    const read = await this.#client.details(call, vendorSubscriptionId);
    if (read.kind !== 'SUCCEEDED') return read;
    if (!read.value) return succeeded(undefined);
    const { details, asOf } = read.value;
    const subscription = subscriptionInDetails(vendorSubscriptionId, details);
    if (!subscription) return retryable(unknownStatus(details.status));
    return succeeded({ subscription, periodEnd: details.periodend ?? undefined, asOf });
  }
}

interface StateRead {
  readonly subscription: VendorSubscription;
  /** Epoch milliseconds, as all of these. */
  readonly periodEnd: number | undefined;
  readonly asOf: number;
}

const cannotTell = (message: string): Finding => ({ kind: 'CANNOT_TELL', message });
const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function applied(row: Row): Reading<Finding> {
  const subscription = subscriptionInRow(row);
  return subscription ? succeeded({ kind: 'APPLIED', subscription }) : retryable(unknownStatus(row.status));
}
