/** A server with vendors to talk to: each simulator in this process, real HTTP in between. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type JournalEntry, type Simulator } from '@cloudtill/vendor-simulators/frame/simulator';
import { VENDORS } from '@cloudtill/vendor-simulators/vendors';
import { key, startServer, type Ask, type TestServer } from '../server.ts';

export interface Sandbox {
  readonly server: TestServer;
  readonly operator: Ask;
  readonly simulators: Readonly<Record<string, Simulator>>;
  /** Tells a simulator something: `faults`, `clock`, `settings`, `reset`. */
  tell(vendor: string, what: string, body: unknown): Promise<void>;
  journal(vendor: string): Promise<JournalEntry[]>;
  /** Makes an account and synchronizes it on the vendor's platform. */
  synchronized(
    vendor: string,
    of: { readonly kind: 'RESELLER' | 'CUSTOMER'; readonly number: string; readonly parentId: string; readonly pin?: string },
  ): Promise<string>;
  stop(): Promise<void>;
}

/** Short, since a test waits for what is lost. */
export const TIMEOUT_MS = 400;
export const SETTLE_MS = 400;

export async function startVendors(
  codes: readonly string[],
): Promise<{ simulators: Record<string, Simulator>; env: Record<string, string>; stop: () => Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'cloudtill-vendors-'));
  const simulators: Record<string, Simulator> = {};
  for (const code of codes) simulators[code] = await startSimulator(VENDORS[code]!, { dataDir: join(dir, code.toLowerCase()) });
  return {
    simulators,
    env: Object.assign({}, ...Object.values(simulators).map(({ connection }) => connection)) as Record<string, string>,
    async stop() {
      for (const simulator of Object.values(simulators)) await simulator.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function openSandbox(codes: readonly string[], env: Record<string, string> = {}): Promise<Sandbox> {
  const vendors = await startVendors(codes);
  const server = await startServer({ ...vendors.env, VENDOR_TIMEOUT_MS: String(TIMEOUT_MS), VENDOR_SETTLE_MS: String(SETTLE_MS), ...env });
  const operator = await server.as('operator');
  const control = (vendor: string, what: string): string => `${vendors.simulators[vendor]!.url}/__sim/${what}`;
  return {
    server,
    operator,
    simulators: vendors.simulators,
    async tell(vendor, what, body) {
      const response = await fetch(control(vendor, what), { method: 'POST', body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`${what}: ${await response.text()}`);
    },
    async journal(vendor) {
      return ((await (await fetch(control(vendor, 'journal'))).json()) as { entries: JournalEntry[] }).entries;
    },
    async synchronized(vendor, { kind, number, parentId, pin }) {
      const created = await operator(`mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id } userErrors { code message } } }`, {
        input: {
          kind,
          parentId,
          number,
          name: number,
          email: `keys@${number.toLowerCase()}.example`,
          country: 'DE',
          currency: 'EUR',
          address: { street: 'Kai 1', city: 'Kiel', postalCode: '24103', region: 'SH' },
          phone: '+49 431 1',
        },
      });
      const id: string = created.data.createAccount.account.id;
      if (pin) {
        await operator(`mutation ($input: SetSyncOptionsInput!) { setSyncOptions(input: $input) { userErrors { code message } } }`, {
          input: { accountId: id, platform: vendor, resellerPin: pin },
        });
      }
      const { data } = await operator(
        `mutation ($input: SynchronizeAccountInput!) { synchronizeAccount(input: $input) { sync { status reason } userErrors { code message } } }`,
        { input: { accountId: id, platform: vendor, idempotencyKey: key() } },
      );
      if (data.synchronizeAccount.sync?.status !== 'SYNCHRONIZED') throw new Error(JSON.stringify(data.synchronizeAccount));
      return id;
    },
    async stop() {
      await server.stop();
      await vendors.stop();
    },
  };
}
