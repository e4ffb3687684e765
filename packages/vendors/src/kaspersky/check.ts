/** What KORM would refuse, and what we could not find again, before anything is sent. */
import type { Change, Intent, Operation, Provision, VendorAccount } from '../vendor.ts';
import { countryOf } from './messages.ts';

export interface Problem {
  readonly parameter: string;
  readonly problem: string;
}

export const MAX_APPROVAL_CODE = 50;
export const MAX_COMMENT = 200;
export const MAX_EMAIL = 254;

/** It stands in a comment between blanks, and is read back from there. */
const REFERENCE = /^[\x21-\x7e]{1,40}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** @rule S2 */
export function problemsOf(intent: Intent, operations: ReadonlySet<Operation>): readonly Problem[] {
  switch (intent.operation) {
    case 'CREATE_CUSTOMER':
      return accountProblems(intent.account);
    case 'PROVISION':
      return [...provisionProblems(intent.provision), ...accountProblems(intent.provision.account)];
    default:
      return operations.has(intent.operation) ? changeProblems(intent.change) : [{ parameter: 'Operation', problem: `KORM cannot do ${intent.operation}.` }];
  }
}

function accountProblems({ companyName, address, reseller }: VendorAccount): Problem[] {
  return [
    ...when(companyName.trim() === '', 'CompanyName', 'The company has no name.'),
    ...when(countryOf(address.country) === undefined, 'Country', `There is no country ${JSON.stringify(address.country)}.`),
    ...when(reseller !== undefined && reseller.pin.trim() === '', 'ResellerPin', 'The reseller has no PIN on KORM.'),
  ];
}

function provisionProblems({ reference, sku, quantity, policy, approvalCode, parameters }: Provision): Problem[] {
  const { DeliveryEmail: email, Comment: comment } = parameters;
  return [
    ...when(!REFERENCE.test(reference), 'Reference', 'The subscription number must be 1 to 40 ASCII characters without blanks.'),
    ...when(sku.trim() === '', 'Sku', 'The plan has no article number.'),
    ...quantityProblems(quantity),
    ...when(!['PAYG', 'YEARLY', 'MAX_OF_MONTH'].includes(policy), 'BillingPolicy', `KORM has no plans that are billed as ${policy}.`),
    ...approvalCodeProblems(approvalCode),
    ...when(Boolean(email) && (!EMAIL.test(email!) || email!.length > MAX_EMAIL), 'DeliveryEmail', 'This is no e-mail address.'),
    ...when((comment?.length ?? 0) > MAX_COMMENT, 'Comment', `The comment has more than ${MAX_COMMENT} characters.`),
  ];
}

function changeProblems(change: Change): Problem[] {
  if ('quantity' in change) return quantityProblems(change.quantity);
  return change.operation === 'SET_APPROVAL_CODE' ? approvalCodeProblems(change.approvalCode) : [];
}

const quantityProblems = (quantity: number): Problem[] => when(!Number.isSafeInteger(quantity) || quantity < 1, 'Seats', 'There must be at least one license.');

const approvalCodeProblems = (code: string | undefined): Problem[] =>
  when((code?.length ?? 0) > MAX_APPROVAL_CODE, 'ApprovalCode', `An approval code has at most ${MAX_APPROVAL_CODE} characters.`);

const when = (isWrong: boolean, parameter: string, problem: string): Problem[] => (isWrong ? [{ parameter, problem }] : []);
