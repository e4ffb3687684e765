/** An operation with everything that its vendor is to be told. */
import type { Change, Intent, Operation, Rejection, SubscriptionRef } from '@cloudtill/vendors/vendor';
import type { App } from '../platform/context.ts';
import { accountOnPlatform } from '../vendors/vendor-account.ts';
import type { OperationRequest, OperationState } from '../vendors/vendor-links.entities.ts';

/** A row of provisioning_operation. */
export interface OperationRow {
  readonly id: string;
  readonly account_id: string;
  readonly subscription_id: string | null;
  readonly vendor_code: string;
  readonly kind: Operation;
  readonly request: OperationRequest;
  state: OperationState;
  attempts: number;
  /** Calls since it was sent last that only looked. */
  readonly looks: number;
  sent_at: Date | null;
  readonly poll_ref: string | null;
  readonly rejection: Rejection | null;
  message: string | null;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_name: string;
  readonly job_id: string | null;
  /** Tells one taking of the operation from another: until when it is leased, exactly. */
  readonly lease: string;
  readonly created_at: Date;
}

interface SubscriptionRow {
  readonly number: string;
  readonly sku: string;
  readonly quantity: number;
  readonly policy: 'MAX_OF_MONTH' | 'PAYG' | 'YEARLY' | 'CONSUMPTION';
  readonly currency: string;
  readonly approval_code: string | null;
  readonly vendor_parameters: Record<string, string>;
  readonly license_email: string | null;
  readonly vendor_subscription_id: string | null;
  readonly vendor_customer_id: string | null;
  readonly vendor_memo: string | null;
}

export async function readIntent(app: App, { account_id, subscription_id, vendor_code, kind, request }: OperationRow): Promise<Intent> {
  const em = app.database.writer('all');
  const platform = app.vendors.find(vendor_code)!.platform;
  const { told: account } = await accountOnPlatform(em, account_id, platform);
  if (kind === 'CREATE_CUSTOMER') return { operation: kind, account };
  const { rows } = await app.database.system.query<SubscriptionRow>(
    `select s.number, p.sku, s.quantity, p.billing_policy as policy, a.currency, s.approval_code, s.vendor_parameters, s.license_email,
            s.vendor_subscription_id, s.vendor_customer_id, s.vendor_memo
       from service_subscription s join plan p on p.id = s.plan_id join account a on a.id = s.customer_id where s.customer_id = $1 and s.id = $2`,
    [account_id, subscription_id],
  );
  const row = rows[0]!;
  if (kind === 'PROVISION') {
    const { number: reference, sku, quantity, policy, currency, approval_code, vendor_parameters: parameters, license_email } = row;
    const told = license_email ? { ...account, email: license_email } : account;
    return { operation: kind, provision: { reference, account: told, sku, quantity, policy, currency, approvalCode: approval_code ?? undefined, parameters } };
  }
  const change: Change = request.change ?? ({ operation: kind } as Change);
  return { operation: kind, ref: refOf(row), change };
}

export function refOf(row: Pick<SubscriptionRow, 'number' | 'sku' | 'vendor_subscription_id' | 'vendor_customer_id' | 'vendor_memo'>): SubscriptionRef {
  return {
    reference: row.number,
    vendorSubscriptionId: row.vendor_subscription_id ?? '',
    vendorCustomerId: row.vendor_customer_id ?? undefined,
    sku: row.sku,
    memo: row.vendor_memo ?? undefined,
  };
}
