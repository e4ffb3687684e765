/** Microsoft Partner Center behind the port. */
import { readFileSync } from 'node:fs';
import type { Adapter } from '../adapter.ts';
import { Http } from '../http.ts';
import {
  rejected,
  succeeded,
  type Announcement,
  type Call,
  type Capabilities,
  type Change,
  type Finding,
  type Intent,
  type InvoiceLine,
  type InvoiceQuery,
  type Listing,
  type Operation,
  type Outcome,
  type Page,
  type Provision,
  type Reading,
  type SubscriptionRef,
  type UsageQuery,
  type UsageRow,
  type Vendor,
  type VendorAccount,
  type VendorCustomer,
  type VendorSubscription,
  type WebhookRequest,
} from '../vendor.ts';
import { Announcements, CERTIFICATE_HOSTS } from './announcements.ts';
import { Billing } from './billing.ts';
import { Customers } from './customers.ts';
import { Orders } from './orders.ts';
import { ACCOUNT_PARAMETERS, ORDER_PARAMETERS, problemsOf } from './parameters.ts';
import { PartnerCenter } from './partner-center.ts';
import { Prices } from './prices.ts';
import { RequestIds } from './request-ids.ts';
import { Subscriptions } from './subscriptions.ts';
import { Tokens } from './tokens.ts';

const CODE = 'MICROSOFT';
const PLATFORM = 'PARTNER_CENTER';
const PRICES_URL = 'https://api.partner.microsoft.com';
const OPERATIONS: ReadonlySet<Operation> = new Set(['CREATE_CUSTOMER', 'PROVISION', 'CHANGE_QUANTITY', 'SUSPEND', 'RESUME', 'CANCEL', 'SET_RENEWAL']);

const CAPABILITIES: Omit<Capabilities, 'hasPrices'> = {
  operations: OPERATIONS,
  // Partner Center knows an operation by its MS-RequestId, and a change of a subscription is an absolute value.
  repeatable: OPERATIONS,
  // Inside of the seven days after a purchase or a renewal.
  canDecrease: true,
  canReactivateAfterCancel: false,
  asyncProvisioning: true,
  hasIdempotencyKey: true,
  hasWebhooks: true,
  canList: true,
  hasInvoiceLines: true,
  hasUsage: true,
};

const setting = (name: string, description: string, kind: { readonly required?: boolean; readonly secret?: boolean } = {}): Adapter['settings'][number] => ({
  name: `MICROSOFT_${name}`,
  description,
  required: kind.required ?? true,
  secret: kind.secret ?? false,
});

export const MICROSOFT: Adapter = {
  code: CODE,
  platform: PLATFORM,
  settings: [
    setting('URL', 'Where the API of Partner Center is: https://api.partnercenter.microsoft.com'),
    setting('LOGIN_URL', 'Where one signs in: https://login.microsoftonline.com'),
    setting('TENANT', 'The id of the partner tenant'),
    setting('CLIENT_ID', 'The id of the application that is registered for the partner tenant'),
    setting('CLIENT_SECRET', 'The secret of that application', { secret: true }),
    setting('WEBHOOK_CA', 'A file of authorities (PEM) that certificates of webhooks lead to; those that Node trusts where left out', { required: false }),
    setting('CERTIFICATE_HOSTS', `Hosts that certificates of webhooks are fetched from, with commas; ${CERTIFICATE_HOSTS.join(',')} where left out`, {
      required: false,
    }),
    setting('REFRESH_TOKEN', 'The refresh token of a user of the partner; without it there are no price sheets, which Microsoft gives to users only', {
      required: false,
      secret: true,
    }),
    setting('PRICES_URL', `Where price sheets are; ${PRICES_URL} where left out`, { required: false }),
  ],
  open: (settings) => new Microsoft(settings),
};

/** @rule S2 */
class Microsoft implements Vendor {
  readonly code = CODE;
  readonly platform = PLATFORM;
  readonly capabilities: Capabilities;
  readonly accountParameters = ACCOUNT_PARAMETERS;
  readonly orderParameters = ORDER_PARAMETERS;
  readonly fetchPrices?: NonNullable<Vendor['fetchPrices']>;
  readonly #http = new Http();
  readonly #customers: Customers;
  readonly #orders: Orders;
  readonly #subscriptions: Subscriptions;
  readonly #announcements: Announcements;
  readonly #billing: Billing;

  constructor(settings: Readonly<Record<string, string>>) {
    const value = (name: string): string => settings[`MICROSOFT_${name}`]?.trim() ?? '';
    const url = (name: string): string => value(name).replace(/\/+$/, '');
    const signIn = { loginUrl: url('LOGIN_URL'), tenant: value('TENANT'), clientId: value('CLIENT_ID'), clientSecret: value('CLIENT_SECRET') };
    const tokens = new Tokens(this.#http, { ...signIn, resource: 'https://graph.windows.net' });
    const partnerCenter = new PartnerCenter(this.#http, `${url('URL')}/v1`, tokens, new RequestIds());
    this.#customers = new Customers(partnerCenter);
    this.#subscriptions = new Subscriptions(partnerCenter);
    this.#orders = new Orders(partnerCenter, this.#subscriptions);
    this.#billing = new Billing(partnerCenter);
    const refreshToken = value('REFRESH_TOKEN');
    if (refreshToken) {
      const ofUser = new Tokens(this.#http, { ...signIn, resource: 'https://api.partner.microsoft.com', refreshToken });
      const prices = new Prices(new PartnerCenter(this.#http, `${url('PRICES_URL') || PRICES_URL}/v1.0`, ofUser, new RequestIds()));
      this.fetchPrices = (call, query, after) => prices.page(call, query, after);
    }
    this.capabilities = { ...CAPABILITIES, hasPrices: refreshToken !== '' };
    const hosts = value('CERTIFICATE_HOSTS')
      .split(',')
      .map((host) => host.trim())
      .filter(Boolean);
    const ca = value('WEBHOOK_CA') ? readFileSync(value('WEBHOOK_CA'), 'utf8') : undefined;
    this.#announcements = new Announcements(hosts.length > 0 ? hosts : CERTIFICATE_HOSTS, ca);
  }

  check(intent: Intent): readonly { readonly parameter: string; readonly problem: string }[] {
    return problemsOf(intent);
  }

  async createCustomer(call: Call, account: VendorAccount): Promise<Outcome<VendorCustomer>> {
    return await this.#customers.create(call, account);
  }

  async provision(call: Call, provision: Provision): Promise<Outcome<VendorSubscription>> {
    return await this.#orders.provision(call, provision);
  }

  async change(call: Call, ref: SubscriptionRef, change: Change): Promise<Outcome<VendorSubscription | undefined>> {
    return await this.#subscriptions.change(call, ref, change);
  }

  /** An order is polled by its id, a change by reading its subscription. */
  async poll(call: Call, intent: Intent, pollRef: string): Promise<Outcome<VendorSubscription | VendorCustomer | undefined>> {
    const [, customer, order] = /^order (\S+) (\S+)$/.exec(pollRef) ?? [];
    if (intent.operation === 'PROVISION' && customer && order) return await this.#orders.poll(call, customer, order, intent.provision.reference);
    if ('change' in intent) return await this.#subscriptions.poll(call, intent.ref, intent.change);
    return rejected('VALIDATION', `${intent.operation} is not polled by "${pollRef}"`);
  }

  async resolve(call: Call, intent: Intent): Promise<Reading<Finding>> {
    switch (intent.operation) {
      case 'CREATE_CUSTOMER':
        return await this.#customers.resolve(call, intent.account);
      case 'PROVISION': {
        const { account, reference } = intent.provision;
        if (account.vendorCustomerId) return await this.#orders.resolve(call, account.vendorCustomerId, reference);
        return succeeded({ kind: 'CANNOT_TELL', message: 'the account has no Microsoft customer id' });
      }
      default:
        return await this.#subscriptions.resolve(call, intent.ref, intent.change);
    }
  }

  async getSubscription(call: Call, ref: SubscriptionRef): Promise<Reading<VendorSubscription | undefined>> {
    return await this.#subscriptions.get(call, ref);
  }

  async listSubscriptions(call: Call, customers: readonly string[], after: string | undefined): Promise<Reading<Listing>> {
    return await this.#subscriptions.list(call, customers, after);
  }

  async fetchInvoiceLines(call: Call, query: InvoiceQuery, after: string | undefined): Promise<Reading<Page<InvoiceLine>>> {
    return await this.#billing.invoiceLines(call, query, after);
  }

  async fetchUsage(call: Call, query: UsageQuery, after: string | undefined): Promise<Reading<Page<UsageRow>>> {
    return await this.#billing.usage(call, query, after);
  }

  async readAnnouncement(request: WebhookRequest): Promise<Announcement | undefined> {
    return await this.#announcements.read(request);
  }

  async close(): Promise<void> {
    await Promise.all([this.#http.close(), this.#announcements.close()]);
  }
}
