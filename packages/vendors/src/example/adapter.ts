import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import { Http, retryAfterMs, withoutAnswer, type Sending } from '../http.ts';
import { rejected, retryable, succeeded, throttled, unknown } from '../vendor.ts';
import type { Call, Change, Intent, Outcome, Provision, Reading, SubscriptionRef, Vendor, VendorSubscription } from '../vendor.ts';

/** A vendor that lets us choose the key: `PUT /subscriptions/SUB-1` makes a subscription or replaces it. */
export const EXAMPLE: Adapter = {
  code: 'EXAMPLE',
  platform: 'EXAMPLE',
  settings: [{ name: 'EXAMPLE_URL', description: 'where the API is', required: true, secret: false }],
  open: (settings) => openExample(settings['EXAMPLE_URL']!),
};

const shown = z.object({ key: z.string(), sku: z.string(), quantity: z.number(), active: z.boolean() });
/** What this vendor does not show. */
const notShown = {
  vendorCustomerId: undefined,
  statusReason: undefined,
  startedAt: undefined,
  renews: undefined,
  activationCode: undefined,
  licenseId: undefined,
  memo: undefined,
};

const inOurWords = ({ key, sku, quantity, active }: z.infer<typeof shown>): VendorSubscription => {
  const status = active ? 'ACTIVE' : 'TERMINATED';
  return { vendorSubscriptionId: key, reference: key, sku, quantity, status, ...notShown };
};

/** Every intent is a state that is wanted, so that sending it twice and reading whether it is there are simple. */
function wantedBy(change: Provision | (SubscriptionRef & Change)): { sku: string; quantity: number; active: boolean } | undefined {
  if (!('operation' in change) || change.operation === 'CHANGE_QUANTITY') return { sku: change.sku, quantity: change.quantity, active: true };
  return change.operation === 'CANCEL' ? { sku: change.sku, quantity: 0, active: false } : undefined;
}

function openExample(url: string): Vendor {
  const http = new Http();

  /** Behind each line stands the one question: may it have been done? */
  async function send(
    call: Call,
    reference: string,
    sending: Pick<Sending, 'method' | 'body'>,
  ): Promise<Exclude<Outcome<VendorSubscription>, { kind: 'ACCEPTED' }>> {
    const answer = await http.send(call, { ...sending, url: `${url}/subscriptions/${encodeURIComponent(reference)}` });
    if (answer.kind !== 'ANSWER') return withoutAnswer(answer);
    const { status, headers } = answer;
    const read = shown.safeParse(answer.json);
    if (status === 200) return read.success ? succeeded(inOurWords(read.data)) : unknown('an answer that cannot be read');
    if (status === 429) return throttled(retryAfterMs(headers, 5000), 'too many calls');
    if (status === 404) return rejected('NOT_FOUND', 'there is no such subscription');
    return status >= 400 && status < 500 ? rejected('VALIDATION', `status ${status}`) : unknown(`status ${status}`);
  }

  async function put(call: Call, reference: string, body: object | undefined): Promise<Outcome<VendorSubscription>> {
    return body ? send(call, reference, { method: 'PUT', body }) : rejected('VALIDATION', 'that is not among its operations');
  }

  async function get(call: Call, { reference }: { reference: string }): Promise<Reading<VendorSubscription | undefined>> {
    const got = await send(call, reference, { method: 'GET' });
    if (got.kind === 'REJECTED' && got.rejection === 'NOT_FOUND') return succeeded(undefined);
    return got.kind === 'UNKNOWN' ? retryable(got.message) : got;
  }

  return {
    code: 'EXAMPLE',
    platform: 'EXAMPLE',
    capabilities: {
      operations: new Set(['CREATE_CUSTOMER', 'PROVISION', 'CHANGE_QUANTITY', 'CANCEL']),
      repeatable: new Set(['CREATE_CUSTOMER', 'PROVISION', 'CHANGE_QUANTITY', 'CANCEL']),
      canDecrease: true,
      canReactivateAfterCancel: false,
      asyncProvisioning: false,
      hasIdempotencyKey: false,
      hasWebhooks: false,
      canList: false,
      hasInvoiceLines: false,
      hasUsage: false,
      hasPrices: false,
    },
    accountParameters: [],
    orderParameters: [],
    check: () => [],
    createCustomer: async () => succeeded({ vendorCustomerId: undefined }),
    provision: (call, provision) => put(call, provision.reference, wantedBy(provision)),
    change: (call, ref, change) => put(call, ref.reference, wantedBy({ ...ref, ...change })),
    poll: () => Promise.reject(new Error('nothing is ever accepted')),
    resolve: async (call, intent: Intent) => {
      if (intent.operation === 'CREATE_CUSTOMER') return succeeded({ kind: 'APPLIED' });
      const asOf = Date.now();
      const asked = intent.operation === 'PROVISION' ? intent.provision : { ...intent.ref, ...intent.change };
      const [wanted, found] = [wantedBy(asked), await get(call, asked)];
      if (found.kind !== 'SUCCEEDED') return found;
      const is = found.value;
      const done = wanted && is && is.quantity === wanted.quantity && (is.status === 'ACTIVE') === wanted.active;
      return succeeded(done ? { kind: 'APPLIED', subscription: is } : { kind: 'NOT_APPLIED', asOf });
    },
    getSubscription: get,
    listSubscriptions: () => Promise.reject(new Error('it has no list')),
    close: () => http.close(),
  };
}
