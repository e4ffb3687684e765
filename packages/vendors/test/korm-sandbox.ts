/** KORM, simulated, and an adapter that talks to it. */
import { startSimulator, type JournalEntry, type Simulator } from '@cloudtill/vendor-simulators/frame/simulator';
import { KASPERSKY as SIMULATED } from '@cloudtill/vendor-simulators/kaspersky/kaspersky';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KASPERSKY } from '../src/kaspersky/adapter.ts';
import type { Call, Outcome, Provision, Reading, SubscriptionRef, Vendor } from '../src/vendor.ts';

export const OPERATION = '8f0c2a34-1111-4222-8333-444455556666';

export interface Sandbox {
  readonly simulator: Simulator;
  readonly vendor: Vendor;
  /** An adapter with some settings changed; undefined leaves one out. */
  open(settings: Readonly<Record<string, string | undefined>>): Vendor;
  control(path: string, body?: unknown): Promise<void>;
  /** Sets fault rules; the adapter then waits no longer than it must. */
  fault(op: string, fault: string, more?: object): Promise<void>;
  journal(): Promise<readonly JournalEntry[]>;
  /** How many times an operation changed something. */
  commits(op: string): Promise<number>;
  state(): Promise<Record<string, Record<string, unknown>>>;
  stop(): Promise<void>;
}

export async function startSandbox(): Promise<Sandbox> {
  const simulator = await startSimulator(SIMULATED, { dataDir: mkdtempSync(join(tmpdir(), 'korm-adapter-')) });
  const opened: Vendor[] = [];
  const open: Sandbox['open'] = (settings) => {
    const all = Object.entries({ ...simulator.connection, ...settings }).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const vendor = KASPERSKY.open(Object.fromEntries(all));
    opened.push(vendor);
    return vendor;
  };
  const read = async (path: string): Promise<unknown> => (await fetch(`${simulator.url}/__sim/${path}`)).json();
  const control: Sandbox['control'] = async (path, body) => {
    const { ok, status } = await fetch(`${simulator.url}/__sim/${path}`, { method: 'POST', ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!ok) throw new Error(`${path}: ${status}`);
  };
  const journal: Sandbox['journal'] = async () => ((await read('journal')) as { entries: JournalEntry[] }).entries;
  return {
    simulator,
    vendor: open({}),
    open,
    control,
    fault: (op, fault, more) => control('faults', [{ match: { op }, fault, ...more }]),
    journal,
    commits: async (op) => (await journal()).filter((entry) => entry.op === op && entry.committed).length,
    state: async () => ((await read('state')) as { subscriptions?: Record<string, Record<string, unknown>> }).subscriptions ?? {},
    stop: async () => {
      await Promise.all(opened.map((vendor) => vendor.close()));
      await simulator.stop();
    },
  };
}

export const aCall = (ms = 5_000, operationId = OPERATION): Call => ({ operationId, signal: AbortSignal.timeout(ms) });

export const aProvision = (values: Partial<Provision> = {}): Provision => ({
  reference: 'SUB-2026-000001',
  account: {
    reference: 'C-77',
    vendorCustomerId: undefined,
    companyName: 'Example LLC',
    email: 'it@example.test',
    phone: undefined,
    address: { line1: '1 Test St', city: 'Testville', region: undefined, postalCode: '00001', country: 'US' },
    locale: 'en',
    role: 'USER',
    reseller: undefined,
    parameters: {},
  },
  sku: 'KL0000XA*MG',
  quantity: 25,
  policy: 'PAYG',
  currency: 'EUR',
  approvalCode: undefined,
  parameters: {},
  ...values,
});

export const refTo = (vendorSubscriptionId: string): SubscriptionRef => ({
  reference: 'SUB-2026-000001',
  vendorSubscriptionId,
  vendorCustomerId: undefined,
  sku: 'KL0000XA*MG',
  memo: undefined,
});

/** Its value, where a call succeeded. */
export function valueOf<T>(outcome: Outcome<T> | Reading<T>): T {
  if (outcome.kind !== 'SUCCEEDED') throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

/** `REJECTED AUTH`, or the kind alone. */
export const named = (outcome: Outcome<unknown>): string => (outcome.kind === 'REJECTED' ? `REJECTED ${outcome.rejection}` : outcome.kind);
