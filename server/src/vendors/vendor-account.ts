/** An account as a vendor is told of it. */
import { roleOf, type SyncStatus } from '@cloudtill/domain/accounts/provisioning-sync';
import type { AccountKind } from '@cloudtill/domain/accounts/hierarchy';
import type { VendorAccount } from '@cloudtill/vendors/vendor';
import type { EntityManager } from '../platform/database.ts';

/** What a platform knows of an account, and what it would be told now. */
export interface AccountOnPlatform {
  readonly status: SyncStatus;
  readonly told: VendorAccount;
}

interface Row {
  readonly number: string;
  readonly kind: AccountKind;
  readonly name: string;
  readonly legal_name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly postal_code: string | null;
  readonly region: string | null;
  readonly country: string;
  readonly locale: string;
  readonly status: SyncStatus;
  readonly parameters: Record<string, string> | null;
  readonly vendor_customer_id: string | null;
  readonly parent_pin: string | null;
  readonly parent_email: string | null;
}

/**
 * The parent's PIN is read by a function that may see it: a reseller's staff order for their customers without
 * seeing what is above them.
 * @rule A5
 */
export async function accountOnPlatform(em: EntityManager, accountId: string, platform: string): Promise<AccountOnPlatform> {
  const [row] = await em.execute<Row[]>(
    `select a.number, a.kind, a.name, a.legal_name, coalesce(s.email, a.email) as email, a.phone, a.street, a.city, a.postal_code, a.region, a.country, a.locale,
            coalesce(s.status, 'UNSYNCHRONIZED') as status, s.parameters, s.vendor_customer_id, parent.reseller_pin as parent_pin, parent.email as parent_email
       from account a
       left join provisioning_sync s on s.account_id = a.id and s.platform = ?
       left join lateral sync_of(s.parent_account_id, ?) parent on true
      where a.id = ?`,
    [platform, platform, accountId],
  );
  const { number, kind, legal_name, name, email, phone, street, city, postal_code, region, country, locale } = row!;
  return {
    status: row!.status,
    told: {
      reference: number,
      vendorCustomerId: row!.vendor_customer_id ?? undefined,
      companyName: legal_name ?? name,
      email: email ?? '',
      phone: phone ?? undefined,
      address: {
        line1: street ?? undefined,
        city: city ?? undefined,
        region: region ?? undefined,
        postalCode: postal_code ?? undefined,
        country,
      },
      locale,
      role: roleOf(kind),
      reseller: row!.parent_pin === null ? undefined : { pin: row!.parent_pin, email: row!.parent_email ?? undefined },
      parameters: row!.parameters ?? {},
    },
  };
}
