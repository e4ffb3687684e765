/** What KORM checks before it makes a subscription, and what it then makes. */
import { randomInt } from 'node:crypto';
import { newUuid, type Frame, type Reply } from '../frame/simulator.ts';
import { refused } from './answers.ts';
import { checkBand } from './bands.ts';
import type { Fields } from './fields.ts';
import { endAskedFor, type Subscription } from './subscription.ts';

export const MAX_APPROVAL_CODE = 50;

type Made = { readonly subscription: Subscription } | { readonly refusal: Reply };

/** Reads a `create` request. Nothing ties two of the same request together: each makes a subscription of its own. */
export function subscriptionFrom(asked: Fields, frame: Frame): Made {
  const problem = problemOf(asked);
  if (problem !== undefined) return { refusal: refused('SIM.REQUEST_INVALID', problem) };

  const sku = asked.text('Sku');
  if (/^unknown/i.test(sku)) return { refusal: refused('SIM.SKU_UNKNOWN', `There is no article ${sku}.`) };
  const quantity = asked.whole('Quantity')!;
  const band = checkBand(sku, quantity);
  if (!band.fits) return { refusal: refused('SIM.BAND_MISMATCH', `Article ${sku} is sold in quantities of ${band.range}.`) };
  const approvalCode = asked.text('ApprovalCode');
  if (!isApprovalCode(approvalCode)) return { refusal: refused('SIM.APPROVAL_CODE_INVALID', 'There is no such approval code.') };
  const distributor = asked.within('Distributor');
  const reseller = distributor.text('Reseller');
  const resellers = frame.setting('korm.knownResellers');
  if (reseller !== '' && Array.isArray(resellers) && !resellers.includes(reseller)) {
    return { refusal: refused('SIM.RESELLER_UNKNOWN', `There is no reseller ${reseller}.`) };
  }

  const contacts = asked.within('Customer').within('Contacts');
  const now = frame.now();
  const made: Subscription = {
    subscriptionId: newUuid(),
    licenseId: newLicenseId(),
    activationCode: newActivationCode(),
    billingPlan: asked.text('BillingPlan') as Subscription['billingPlan'],
    sku,
    band: band.band,
    quantity,
    approvalCode,
    comment: asked.text('Comment'),
    deliveryEmail: asked.text('DeliveryEmail'),
    partner: distributor.text('Partner'),
    reseller,
    companyName: contacts.text('CompanyName'),
    customerCode: contacts.text('CustomerCode'),
    country: asked.within('Customer').within('Address').text('Country'),
    externalSubscriptionId: asked.within('ExternalReference').text('ExternalSubscriptionId'),
    startedAt: now,
    endsAt: undefined,
    hardCanceledAt: undefined,
  };
  if (asked.get('Expiration') === undefined || asked.get('Expiration') === null) return { subscription: made };
  const endsAt = endAskedFor(asked.within('Expiration'), made, now);
  return endsAt === undefined
    ? { refusal: refused('SIM.REQUEST_INVALID', 'Expiration names no moment in the future.') }
    : { subscription: { ...made, endsAt } };
}

/** An empty one takes a code away. */
export const isApprovalCode = (code: string): boolean => code.length <= MAX_APPROVAL_CODE && !/^invalid/i.test(code);

function problemOf(asked: Fields): string | undefined {
  if (!['PAYG', 'Yearly'].includes(asked.text('BillingPlan'))) return 'BillingPlan must be PAYG or Yearly.';
  if (asked.text('Sku') === '') return 'Sku is missing.';
  const quantity = asked.whole('Quantity');
  if (quantity === undefined || quantity < 1) return 'Quantity must be a whole number of at least 1.';
  if (asked.within('Customer').within('Contacts').text('CompanyName') === '') return 'Customer.Contacts.CompanyName is missing.';
  if (!/^[A-Z]{3}$/.test(asked.within('Customer').within('Address').text('Country'))) return 'Customer.Address.Country must be three letters.';
  if (asked.within('Distributor').text('Partner') === '') return 'Distributor.Partner is missing.';
  return undefined;
}

/** Letters and digits that nobody mistakes for each other. */
const LETTERS = 'ABCDEFGHJKMNPQRTUVWXYZ12346789';

function newActivationCode(): string {
  const group = (): string => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

function newLicenseId(): string {
  const hex = (places: number): string =>
    randomInt(16 ** places)
      .toString(16)
      .toUpperCase()
      .padStart(places, '0');
  return `${hex(4)}-${hex(6)}-${hex(8)}`;
}
