import { describe, expect, it } from 'vitest';
import { aProvision, refTo } from '../../test/korm-sandbox.ts';
import type { Change, Operation, Provision, VendorAccount } from '../vendor.ts';
import { problemsOf } from './check.ts';

const operations: ReadonlySet<Operation> = new Set(['CHANGE_QUANTITY', 'CANCEL', 'SET_APPROVAL_CODE']);
const wrong = (provision: Provision): string[] => problemsOf({ operation: 'PROVISION', provision }, operations).map(({ parameter }) => parameter);
const account = (values: Partial<VendorAccount>): Pick<Provision, 'account'> => ({ account: { ...aProvision().account, ...values } });
const country = (code: string): Pick<Provision, 'account'> => account({ address: { ...aProvision().account.address, country: code } });
const reseller = (pin: string): Pick<Provision, 'account'> => account({ reseller: { pin, email: undefined } });

describe('an order', () => {
  it.each([
    ['with nothing beyond Seats', {}, []],
    ['with a reference of 40', { reference: 'S'.repeat(40) }, []],
    ['with a reference of 41', { reference: 'S'.repeat(41) }, ['Reference']],
    ['with a blank in its reference', { reference: 'SUB 1' }, ['Reference']],
    ['with letters beyond ASCII in its reference', { reference: 'SÜB-1' }, ['Reference']],
    ['without a reference', { reference: '' }, ['Reference']],
    ['with an approval code of 50', { approvalCode: 'A'.repeat(50) }, []],
    ['with an approval code of 51', { approvalCode: 'A'.repeat(51) }, ['ApprovalCode']],
    ['of one license', { quantity: 1 }, []],
    ['of no license', { quantity: 0 }, ['Seats']],
    ['of half a license', { quantity: 0.5 }, ['Seats']],
    ['by the highest quantity of the month', { policy: 'MAX_OF_MONTH' }, []],
    ['by the year', { policy: 'YEARLY' }, []],
    ['by consumption', { policy: 'CONSUMPTION' }, ['BillingPolicy']],
    ['for a commitment', { policy: 'COMMITTED' }, ['BillingPolicy']],
    ['of no article', { sku: ' ' }, ['Sku']],
    ['from nowhere', country('ZZ'), ['Country']],
    ['from a country of three letters', country('USA'), ['Country']],
    ['through a reseller', reseller('AA00BB00'), []],
    ['through a reseller without a PIN', reseller(' '), ['ResellerPin']],
    ['of a company without a name', account({ companyName: '' }), ['CompanyName']],
    ['to an address', { parameters: { DeliveryEmail: 'keys@example.test' } }, []],
    ['to no address', { parameters: { DeliveryEmail: 'keys' } }, ['DeliveryEmail']],
    ['with a long comment', { parameters: { Comment: 'x'.repeat(201) } }, ['Comment']],
    ['with several things wrong', { quantity: -1, ...country('') }, ['Seats', 'Country']],
  ] satisfies readonly (readonly [string, Partial<Provision>, readonly string[]])[])('%s', (_, values, problems) => {
    expect(wrong(aProvision(values))).toEqual(problems);
  });
});

describe('a change', () => {
  it.each([
    [{ operation: 'CHANGE_QUANTITY', quantity: 1 }, []],
    [{ operation: 'CHANGE_QUANTITY', quantity: 0 }, ['Seats']],
    [{ operation: 'SET_APPROVAL_CODE', approvalCode: 'A'.repeat(51) }, ['ApprovalCode']],
    [{ operation: 'SET_APPROVAL_CODE', approvalCode: undefined }, []],
    [{ operation: 'CANCEL' }, []],
    [{ operation: 'SUSPEND' }, ['Operation']],
  ] satisfies readonly (readonly [Change, readonly string[]])[])('%o', (change, problems) => {
    const intent = { operation: change.operation, ref: refTo('x'), change };
    expect(problemsOf(intent, operations).map(({ parameter }) => parameter)).toEqual(problems);
  });
});

it('tells of an account what it would tell of its orders', () => {
  expect(problemsOf({ operation: 'CREATE_CUSTOMER', account: reseller('').account }, operations)).toEqual([
    { parameter: 'ResellerPin', problem: 'The reseller has no PIN on KORM.' },
  ]);
});
