/** What a new installation begins with: the provider, the vendors, and somebody who can sign in. */
import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { sha256 } from '../accounts/authentication.ts';
import { hashPassword } from '../accounts/password.ts';
import type { App } from '../platform/context.ts';
import { newId } from '../platform/ids.ts';
import type { Permission, Role } from '../platform/permissions.ts';

export const SANDBOX_PASSWORD = 'cloudtill-demo';
export const SANDBOX_ERP_KEY = 'ct_sandbox_erp_demo';
export const PROVIDER_NUMBER = 'PROVIDER';
export const DEMO_RESELLER_NUMBER = 'DEMO-RESELLER';
export const DEMO_CUSTOMER_NUMBER = 'DEMO-CUSTOMER';

/** Emails of the sandbox sign-ins: always the same, so that instructions can name them. */
export const SANDBOX_SIGN_INS = ['operator@demo.test', 'finance@demo.test', 'reseller@demo.test', 'customer@demo.test'] as const;

const INSTALL_LOCK = 4_202_612;
const FIRST_ADMIN = 'admin@cloudtill.local';

const VENDORS = [
  ['KASPERSKY', 'Kaspersky', 'KORM'],
  ['MICROSOFT', 'Microsoft', 'PARTNER_CENTER'],
  ['GOOGLE', 'Google', 'RESELLER_API'],
  ['SOPHOS', 'Sophos', 'SOPHOS_CENTRAL'],
] as const;

export interface Installed {
  /** True the first time. */
  readonly fresh: boolean;
  /** Production, first time only: shown once, kept nowhere. */
  readonly firstSignIn?: { readonly email: string; readonly password: string };
}

/** Safe to be called by every process at every start. */
export async function install({ database, clock, config }: App): Promise<Installed> {
  return database.systemTransaction(async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [INSTALL_LOCK]);
    const { rowCount } = await client.query(`select 1 from account where kind = 'PROVIDER'`);
    if (rowCount) return { fresh: false };
    const seed = new Seed(client, clock.date());
    for (const [code, name, platform] of VENDORS)
      await client.query('insert into vendor (id, code, name, platform) values ($1, $2, $3, $4)', [newId(), code, name, platform]);
    if (config.mode === 'sandbox') {
      await installSandbox(seed);
      return { fresh: true };
    }
    const provider = await seed.account(PROVIDER_NUMBER, 'PROVIDER', null, 'Provider', 'US', 'USD');
    const password = randomBytes(18).toString('base64url');
    await seed.user(provider, FIRST_ADMIN, 'First administrator', ['OPERATOR_ADMIN'], password);
    return { fresh: true, firstSignIn: { email: FIRST_ADMIN, password } };
  });
}

async function installSandbox(seed: Seed): Promise<void> {
  const provider = await seed.account(PROVIDER_NUMBER, 'PROVIDER', null, 'Northwind Distribution', 'DE', 'EUR');
  const reseller = await seed.account(DEMO_RESELLER_NUMBER, 'RESELLER', provider, 'Baltic IT Partners', 'DE', 'EUR');
  const customer = await seed.account(DEMO_CUSTOMER_NUMBER, 'CUSTOMER', reseller, 'Hansa Logistics', 'DE', 'EUR');
  await seed.user(provider, SANDBOX_SIGN_INS[0], 'Olga Operator', ['OPERATOR_ADMIN']);
  await seed.user(provider, SANDBOX_SIGN_INS[1], 'Finn Finance', ['OPERATOR_FINANCE']);
  await seed.user(reseller, SANDBOX_SIGN_INS[2], 'Rita Reseller', ['RESELLER_ADMIN']);
  await seed.user(customer, SANDBOX_SIGN_INS[3], 'Carl Customer', ['CUSTOMER_ADMIN']);
  const scopes: Permission[] = [
    'accounts:read',
    'catalog:read',
    'subscriptions:read',
    'charges:read',
    'charges:acknowledge',
    'invoices:write',
    'orders:write',
    'jobs:read',
    'billing:read',
  ];
  await seed.credential(provider, 'ERP (sandbox)', SANDBOX_ERP_KEY, scopes);
}

class Seed {
  #passwordHash: string | undefined;

  constructor(
    private readonly client: PoolClient,
    private readonly now: Date,
  ) {}

  async account(number: string, kind: string, parentId: string | null, name: string, country: string, currency: string): Promise<string> {
    const id = newId();
    await this.client.query(
      `insert into account (id, number, kind, parent_id, path, name, email, country, currency, locale, status, created_at, updated_at)
       values ($1, $2, $3, $4, '{}', $5, $6, $7, $8, 'en', 'ACTIVE', $9, $9)`,
      [id, number, kind, parentId, name, `${number.toLowerCase()}@demo.test`, country, currency, this.now],
    );
    return id;
  }

  async user(accountId: string, email: string, name: string, roles: readonly Role[], password?: string): Promise<void> {
    // The sandbox's people share a password, so its hash is made once.
    const hash = password ? await hashPassword(password) : (this.#passwordHash ??= await hashPassword(SANDBOX_PASSWORD));
    await this.client.query(
      `insert into app_user (id, account_id, email, name, password_hash, roles, locale, status, created_at) values ($1, $2, $3, $4, $5, $6, 'en', 'ACTIVE', $7)`,
      [newId(), accountId, email, name, hash, roles, this.now],
    );
  }

  async credential(accountId: string, name: string, key: string, scopes: readonly Permission[]): Promise<void> {
    await this.client.query('insert into service_credential (id, account_id, name, key_hash, prefix, scopes, created_at) values ($1, $2, $3, $4, $5, $6, $7)', [
      newId(),
      accountId,
      name,
      sha256(key),
      key.slice(0, 12),
      scopes,
      this.now,
    ]);
  }
}
