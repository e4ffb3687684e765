import {
  rejected,
  retryable,
  succeeded,
  type Call,
  type Provision,
  type Reading,
  type SubscriptionRef,
  type VendorAccount,
  type VendorCustomer,
} from '../vendor.ts';
import type { GoogleClient } from './client.ts';
import { customerSchema, isLive, listSchema, referenceOf, subscriptionSchema, type Page, type Subscription } from './formats.ts';
import { domainOf } from './parameters.ts';

const PAGE_SIZE = 100;
/** A customer has a handful of subscriptions; whoever sends more pages than this is broken. */
const MAX_PAGES = 50;

/** Finds things at Google by what does not change: a customer by its domain, a subscription by its customer and article. */
export class GoogleFinder {
  readonly #client: GoogleClient;

  constructor(client: GoogleClient) {
    this.#client = client;
  }

  async customer(call: Call, account: VendorAccount): Promise<Reading<VendorCustomer | undefined>> {
    const key = account.vendorCustomerId ?? domainOf(account);
    if (!key) return rejected('VALIDATION', 'the domain of the customer is not known');
    const found = await this.#client.read(call, `customers/${encodeURIComponent(key)}`, customerSchema);
    if (found.kind === 'SUCCEEDED') return succeeded({ vendorCustomerId: found.value.customerId });
    return isNotFound(found) ? succeeded(undefined) : found;
  }

  /** By its id; and where Google has none such (any more), by customer and article. */
  async find(call: Call, ref: SubscriptionRef): Promise<Reading<Subscription | undefined>> {
    if (!ref.vendorCustomerId) return rejected('VALIDATION', 'Google’s id of the customer is not known');
    const path = pathOf({ customerId: ref.vendorCustomerId, subscriptionId: ref.vendorSubscriptionId });
    const found = await this.#client.read(call, path, subscriptionSchema);
    if (!isNotFound(found)) return found;
    const all = await this.#listOf(call, ref.vendorCustomerId);
    if (all.kind !== 'SUCCEEDED') return isNotFound(all) ? succeeded(undefined) : all;
    const here = all.value.filter(({ skuId }) => skuId === ref.sku);
    const ours = here.filter((one) => referenceOf(one) === ref.reference);
    // One without any purchase order may be ours from before it was linked; one with another's is not.
    return succeeded(ours.find(isLive) ?? ours[0] ?? here.find((one) => isLive(one) && referenceOf(one) === undefined));
  }

  /** What is in the place that a new subscription wants: our own, under its number, or another. */
  async placeOf(call: Call, provision: Provision): Promise<Reading<{ ours: Subscription | undefined; other: Subscription | undefined }>> {
    const customer = customerOf(provision);
    if (!customer) return rejected('VALIDATION', 'neither the customer nor its domain is known');
    const all = await this.#listOf(call, customer);
    if (all.kind !== 'SUCCEEDED') return all;
    const here = all.value.filter(({ skuId }) => skuId === provision.sku);
    const ours = here.filter((one) => referenceOf(one) === provision.reference);
    return succeeded({ ours: ours.find(isLive) ?? ours[0], other: here.find(isLive) });
  }

  async #listOf(call: Call, customer: string): Promise<Reading<Subscription[]>> {
    const all: Subscription[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const page = await this.page(call, customer, after);
      if (page.kind !== 'SUCCEEDED') return page;
      all.push(...page.value.subscriptions);
      after = page.value.nextPageToken;
      if (after === undefined) return succeeded(all);
    }
    return retryable(`the list of ${customer} does not end`);
  }

  page(call: Call, customer: string | undefined, after: string | undefined): Promise<Reading<Page>> {
    const query = new URLSearchParams({ maxResults: String(PAGE_SIZE) });
    if (customer !== undefined) query.set('customerId', customer);
    if (after !== undefined) query.set('pageToken', after);
    return this.#client.read(call, `subscriptions?${query.toString()}`, listSchema);
  }
}

/** Google takes the domain in place of the id. */
export const customerOf = ({ account }: Provision): string | undefined => account.vendorCustomerId ?? domainOf(account);

export const pathOf = ({ customerId, subscriptionId }: Pick<Subscription, 'customerId' | 'subscriptionId'>): string =>
  `customers/${encodeURIComponent(customerId)}/subscriptions/${encodeURIComponent(subscriptionId)}`;

const isNotFound = (reading: Reading<unknown>): boolean => reading.kind === 'REJECTED' && reading.rejection === 'NOT_FOUND';
