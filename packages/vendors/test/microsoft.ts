/** The adapter for Microsoft against its simulator, and what tests ask of either. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type JournalEntry, type Simulator } from '@cloudtill/vendor-simulators/frame/simulator';
import { MICROSOFT as SIMULATED } from '@cloudtill/vendor-simulators/microsoft/microsoft';
import { MICROSOFT } from '../src/microsoft/adapter.ts';
import type { Call, Change, Intent, Page, Provision, Reading, SubscriptionRef, Vendor, VendorAccount } from '../src/vendor.ts';

export const SKU = 'CFQ7TTC0LH18:0001:CFQ7TTC0K971';

/** What a reading of reports ends as under each fault. */
export const READING_FAULTS = [
  ['HTTP_500', 'RETRYABLE'],
  ['HTTP_502', 'RETRYABLE'],
  ['HTTP_503', 'RETRYABLE'],
  ['HTTP_504', 'RETRYABLE'],
  ['HTTP_429(57)', 'THROTTLED'],
  ['TRUNCATED_JSON', 'RETRYABLE'],
  ['TIMEOUT_BEFORE_COMMIT', 'RETRYABLE'],
  ['COMMIT_THEN_DROP', 'RETRYABLE'],
  ['COMMIT_THEN_500', 'RETRYABLE'],
  ['SLOW(5000)', 'RETRYABLE'],
  ['SLOW(20)', 'SUCCEEDED'],
  ['CERT_REJECTED', 'REJECTED'],
  ['TOKEN_EXPIRED', 'SUCCEEDED'],
  ['DUPLICATE_DELIVERY', 'SUCCEEDED'],
  ['SCHEMA_DRIFT', 'SUCCEEDED'],
] as const;

export class PartnerCenterBench {
  readonly simulator: Simulator;
  vendor: Vendor;

  private constructor(simulator: Simulator) {
    this.simulator = simulator;
    this.vendor = MICROSOFT.open(simulator.connection);
  }

  static async start(): Promise<PartnerCenterBench> {
    return new PartnerCenterBench(await startSimulator(SIMULATED, { dataDir: mkdtempSync(join(tmpdir(), 'partner-center-')) }));
  }

  /** As on the first day, with an adapter that remembers nothing. */
  async reset(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.vendor.close();
    await this.control('reset');
    this.vendor = MICROSOFT.open({ ...this.simulator.connection, ...settings });
  }

  async stop(): Promise<void> {
    await this.vendor.close();
    await this.simulator.stop();
    rmSync(this.simulator.dataDir, { recursive: true });
  }

  async control(path: string, body: object = {}): Promise<unknown> {
    const response = await fetch(`${this.simulator.url}/__sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  }

  /** A whole file, as the sheet of today or of a month (YYYYMM). */
  async putPriceSheet(csv: string, view = 'azure_consumption', month = ''): Promise<void> {
    const response = await fetch(`${this.simulator.url}/__sim/pricesheets?market=US&view=${view}&month=${month}`, { method: 'POST', body: csv });
    if (!response.ok) throw new Error(await response.text());
  }

  /** @param fault how it is written in a rule: `HTTP_429(57)` */
  async fault(op: string, fault: string, more: object = {}): Promise<void> {
    await this.control('faults', { match: { op }, fault, ...more });
  }

  async journal(op?: string): Promise<JournalEntry[]> {
    const response = await fetch(`${this.simulator.url}/__sim/journal`);
    const { entries } = (await response.json()) as { entries: JournalEntry[] };
    return op === undefined ? entries : entries.filter((entry) => entry.op === op);
  }

  /** How often it was not only asked for, but done. */
  async commits(op: string): Promise<number> {
    return (await this.journal(op)).filter(({ committed }) => committed).length;
  }

  /** A token, as a header carries it. */
  async authorization(): Promise<string> {
    const { MICROSOFT_TENANT, MICROSOFT_CLIENT_ID, MICROSOFT_CLIENT_SECRET } = this.simulator.connection;
    const response = await fetch(`${this.simulator.apiUrl}/${MICROSOFT_TENANT}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: MICROSOFT_CLIENT_ID!, client_secret: MICROSOFT_CLIENT_SECRET! }),
    });
    return `Bearer ${((await response.json()) as { access_token: string }).access_token}`;
  }

  async registerWebhook(url: string): Promise<void> {
    await fetch(`${this.simulator.apiUrl}/webhooks/v1/registration`, {
      method: 'POST',
      headers: { authorization: await this.authorization() },
      body: JSON.stringify({ WebhookUrl: url, WebhookEvents: ['subscription-updated'] }),
    });
  }

  /** An account that Microsoft knows. */
  async customer(account: Partial<VendorAccount> = {}): Promise<VendorAccount> {
    const outcome = await this.vendor.createCustomer(aCall(), anAccount(account));
    if (outcome.kind !== 'SUCCEEDED' || !outcome.value.vendorCustomerId) throw new Error(JSON.stringify(outcome));
    return anAccount({ ...account, vendorCustomerId: outcome.value.vendorCustomerId });
  }

  /** A subscription that is there, and where it is. */
  async subscription(provision: Partial<Provision> = {}): Promise<SubscriptionRef> {
    const wanted = aProvision({ account: provision.account ?? (await this.customer()), ...provision });
    const outcome = await this.vendor.provision(aCall(), wanted);
    if (outcome.kind !== 'SUCCEEDED') throw new Error(JSON.stringify(outcome));
    const { reference, sku } = wanted;
    const { vendorCustomerId, vendorSubscriptionId } = outcome.value;
    return { reference, sku, vendorCustomerId, vendorSubscriptionId, memo: undefined };
  }
}

/** All pages of a question, in order. */
export async function pagesOf<T>(read: (after: string | undefined) => Promise<Reading<Page<T>>>): Promise<(readonly T[])[]> {
  const pages: (readonly T[])[] = [];
  let after: string | undefined;
  do {
    const page = await read(after);
    if (page.kind !== 'SUCCEEDED') throw new Error(JSON.stringify(page));
    pages.push(page.value.rows);
    after = page.value.next;
  } while (after !== undefined);
  return pages;
}

export const aCall = (timeoutMs = 5_000, operationId: string = randomUUID()): Call => ({ operationId, signal: AbortSignal.timeout(timeoutMs) });

/** The same operation, tried again. */
export const again = ({ operationId }: Call, timeoutMs = 5_000): Call => aCall(timeoutMs, operationId);

export function anAccount(changes: Partial<VendorAccount> = {}): VendorAccount {
  return {
    reference: 'C-1001',
    vendorCustomerId: undefined,
    companyName: 'Contoso GmbH',
    email: 'it@contoso.example',
    phone: undefined,
    address: { line1: 'Hauptstraße 1', city: 'Berlin', region: undefined, postalCode: '10115', country: 'DE' },
    locale: 'de-DE',
    role: 'USER',
    reseller: undefined,
    parameters: {},
    ...changes,
  };
}

export function aProvision(changes: Partial<Provision> = {}): Provision {
  return {
    reference: 'S-2001',
    account: anAccount(),
    sku: SKU,
    quantity: 5,
    policy: 'COMMITTED',
    currency: 'EUR',
    approvalCode: undefined,
    parameters: {},
    ...changes,
  };
}

export const toChange = (ref: SubscriptionRef, change: Change): Intent => ({ operation: change.operation, ref, change });
