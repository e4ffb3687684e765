/** A simulated Google, an adapter that talks to it over HTTP, and the words of the tests about both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type JournalEntry } from '@cloudtill/vendor-simulators/frame/simulator';
import { GOOGLE as SIMULATED } from '@cloudtill/vendor-simulators/google/google';
import { GOOGLE } from '../src/google/adapter.ts';
import type { Call, Outcome, Provision, SubscriptionRef, Vendor, VendorAccount, VendorSubscription } from '../src/vendor.ts';

export const BUSINESS_STARTER = '1010020027';
/** An add-on, which Google lets one delete. */
export const VAULT = '1010330004';

export interface GoogleStage {
  readonly vendor: Vendor;
  readonly connection: Readonly<Record<string, string>>;
  control(path: string, body: unknown): Promise<void>;
  journal(): Promise<JournalEntry[]>;
  /** How often an operation changed the vendor's state. */
  commits(op: string): Promise<number>;
  /** Replaces the faults. */
  faults(...rules: object[]): Promise<void>;
  settings(settings: object): Promise<void>;
  clock(now: string): Promise<void>;
  /** A customer that Google knows, as an account of ours. */
  customer(overrides?: Partial<VendorAccount>): Promise<VendorAccount>;
  /** A subscription at Google, and where it is. */
  subscription(overrides?: Partial<Provision>): Promise<SubscriptionRef>;
  stop(): Promise<void>;
}

export const within = (ms = 3000): Call => ({ operationId: crypto.randomUUID(), signal: AbortSignal.timeout(ms) });

let count = 0;

/** Valid unless told otherwise. Each has a domain of its own. */
export function anAccount(overrides: Partial<VendorAccount> = {}): VendorAccount {
  count += 1;
  return {
    reference: `CUST-${count}`,
    vendorCustomerId: undefined,
    companyName: 'Example GmbH',
    email: `it@customer${count}.example`,
    phone: '+49 30 123456',
    address: { line1: 'Hauptstr. 1', city: 'Berlin', region: undefined, postalCode: '10115', country: 'DE' },
    locale: 'de-DE',
    role: 'USER',
    reseller: { pin: 'R-1', email: 'desk@partner.example' },
    parameters: {},
    ...overrides,
  };
}

export function anOrder(account: VendorAccount, overrides: Partial<Provision> = {}): Provision {
  return {
    reference: `SUB-${(count += 1)}`,
    account,
    sku: BUSINESS_STARTER,
    quantity: 10,
    policy: 'PAYG',
    currency: 'EUR',
    approvalCode: undefined,
    parameters: {},
    ...overrides,
  };
}

export const refOf = (reference: string, { vendorSubscriptionId, vendorCustomerId, sku, memo }: VendorSubscription): SubscriptionRef => ({
  reference,
  vendorSubscriptionId,
  vendorCustomerId,
  sku: sku!,
  memo,
});

/** What a successful outcome holds. */
export function value<T>(outcome: Outcome<T>): T {
  if (outcome.kind !== 'SUCCEEDED') throw new Error(`it ended as ${JSON.stringify(outcome)}`);
  return outcome.value;
}

/** An outcome in short, for tables. */
export const short = (outcome: Outcome<unknown>): string => (outcome.kind === 'REJECTED' ? `REJECTED ${outcome.rejection}` : outcome.kind);

export async function googleStage(): Promise<GoogleStage> {
  const dataDir = mkdtempSync(join(tmpdir(), 'google-'));
  const simulator = await startSimulator(SIMULATED, { dataDir });
  const vendor = GOOGLE.open(simulator.connection);
  const post = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${simulator.url}/__sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  };
  const stage: GoogleStage = {
    vendor,
    connection: simulator.connection,
    control: post,
    journal: async () => ((await (await fetch(`${simulator.url}/__sim/journal`)).json()) as { entries: JournalEntry[] }).entries,
    commits: async (op) => (await stage.journal()).filter((entry) => entry.op === op && entry.committed).length,
    faults: (...rules) => post('faults', rules),
    settings: (settings) => post('settings', settings),
    clock: (now) => post('clock', { now }),
    customer: async (overrides) => {
      const account = anAccount(overrides);
      return { ...account, vendorCustomerId: value(await vendor.createCustomer(within(), account)).vendorCustomerId };
    },
    subscription: async (overrides) => {
      const order = anOrder(overrides?.account ?? (await stage.customer()), overrides);
      return refOf(order.reference, value(await vendor.provision(within(), order)));
    },
    stop: async () => {
      await vendor.close();
      await simulator.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return stage;
}
