/** A subscription as KORM shows it, in our words. */
import type { VendorStatus, VendorSubscription } from '../vendor.ts';
import { markIn, type Details, type Row } from './messages.ts';

interface State {
  readonly status: VendorStatus;
  readonly renews: boolean;
}

/** Undefined for a state that nobody knows: guessing would bill or stop a subscription for nothing. */
function stateOf(status: string): State | undefined {
  switch (status.toLowerCase()) {
    case 'active':
      return { status: 'ACTIVE', renews: true };
    // It runs on until its date.
    case 'pendingcancellation':
      return { status: 'ACTIVE', renews: false };
    case 'expired':
    case 'hardcancel':
      return { status: 'TERMINATED', renews: false };
    default:
      return undefined;
  }
}

export const unknownStatus = (status: string): string => `KORM shows the status ${JSON.stringify(status.slice(0, 40))}, which is not known here`;

/** KORM shows little of a subscription, and different things in different places. */
export const NOTHING_SHOWN = {
  vendorCustomerId: undefined,
  reference: undefined,
  sku: undefined,
  quantity: undefined,
  statusReason: undefined,
  startedAt: undefined,
  renews: undefined,
  activationCode: undefined,
  licenseId: undefined,
  memo: undefined,
};

/** Undefined for a status that nobody knows. */
export function subscriptionInDetails(vendorSubscriptionId: string, { status }: Details): VendorSubscription | undefined {
  const state = stateOf(status);
  return state && { ...NOTHING_SHOWN, vendorSubscriptionId, ...state, statusReason: reasonOf(state, status) };
}

/** Undefined for a status that nobody knows. */
export function subscriptionInRow(row: Row): VendorSubscription | undefined {
  const state = stateOf(row.status);
  return (
    state && {
      ...NOTHING_SHOWN,
      vendorSubscriptionId: row.subscriptionid,
      reference: markIn(row.comment)?.reference,
      ...state,
      // The article that it was created with stays, also when the plan changes: it says nothing of the plan.
      sku: undefined,
      quantity: row.quantity ?? undefined,
      statusReason: reasonOf(state, row.status),
      startedAt: row.startedat ?? undefined,
      activationCode: row.activationcode,
      licenseId: row.licenseid,
    }
  );
}

const reasonOf = ({ status }: State, said: string): string | undefined => (status === 'TERMINATED' ? said : undefined);
