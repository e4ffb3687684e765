import { describe, expect, it } from 'vitest';
import { anAccount, anOrder } from '../../test/google-stage.ts';
import type { Intent, Provision, VendorAccount } from '../vendor.ts';
import { alternateEmailOf, domainOf, problemsOf } from './parameters.ts';

const inside = { email: 'it@customer.example', reseller: undefined };
const names = (intent: Intent): string[] => problemsOf(intent).map(({ parameter }) => parameter);
const address = anAccount().address;

describe('check says what Google would refuse, before it is sent', () => {
  it.each<[string, Partial<VendorAccount>, string[]]>([
    ['a usual account', {}, []],
    ['a domain that is none', { parameters: { Domain: 'customer' } }, ['Domain']],
    ['a domain with an umlaut', { parameters: { Domain: 'Müller.example' } }, []],
    ['the domain of a mail provider', { email: 'shop@gmail.com' }, ['Domain']],
    ['a mail provider, and a domain', { email: 'shop@gmail.com', parameters: { Domain: 'shop.example' } }, []],
    ['nobody outside the domain', { ...inside }, ['AlternateEmail']],
    ['a reseller inside the domain', { ...inside, reseller: { pin: '1', email: 'r@customer.example' } }, ['AlternateEmail']],
    ['an alternate address inside', { ...inside, parameters: { AlternateEmail: 'x@mail.customer.example' } }, ['AlternateEmail']],
    ['an alternate address that is none', { ...inside, parameters: { AlternateEmail: 'x' } }, ['AlternateEmail']],
    ['no name and no postal code', { companyName: ' ', address: { ...address, postalCode: undefined } }, ['CompanyName', 'PostalCode']],
    ['a country in words', { address: { ...address, country: 'Germany' } }, ['Country']],
  ])('of %s', (_, overrides, parameters) => {
    expect(names({ operation: 'CREATE_CUSTOMER', account: anAccount(overrides) })).toEqual(parameters);
  });

  it.each<[string, Partial<Provision>, string[]]>([
    ['a usual order', {}, []],
    ['no seats', { quantity: 0 }, ['Seats']],
    ['half a seat', { quantity: 1.5 }, ['Seats']],
    ['too many seats', { quantity: 50_001 }, ['Seats']],
    ['a plan that Google does not have', { parameters: { Plan: 'MONTHLY' } }, ['Plan']],
    ['a long purchase order', { parameters: { PurchaseOrder: 'x'.repeat(38) } }, ['PurchaseOrder']],
    ['a long deal code', { parameters: { DealCode: 'x'.repeat(101) } }, ['DealCode']],
    ['a long approval code', { approvalCode: 'x'.repeat(101) }, ['DealCode']],
    ['an article that is none', { sku: 'Business Starter' }, ['Sku']],
    ['a long number of ours', { reference: 'S'.repeat(41) }, ['Reference']],
  ])('of %s', (_, overrides, parameters) => {
    expect(names({ operation: 'PROVISION', provision: anOrder(anAccount(), overrides) })).toEqual(parameters);
  });

  it('of a change', () => {
    const ref = { reference: 'SUB-1', vendorSubscriptionId: '1', vendorCustomerId: 'C1', sku: 'A', memo: undefined };
    expect(names({ operation: 'SUSPEND', ref, change: { operation: 'SUSPEND' } })).toEqual([]);
    expect(names({ operation: 'SUSPEND', ref: { ...ref, vendorCustomerId: undefined }, change: { operation: 'SUSPEND' } })).toEqual(['Customer']);
    expect(names({ operation: 'CHANGE_PLAN', ref, change: { operation: 'CHANGE_PLAN', sku: 'B', quantity: 0, policy: 'PAYG' } })).toEqual(['Seats', 'Plan']);
    expect(names({ operation: 'SET_APPROVAL_CODE', ref, change: { operation: 'SET_APPROVAL_CODE', approvalCode: 'X' } })).toEqual(['DealCode']);
  });
});

it.each<[string, Partial<VendorAccount>, string | undefined, string | undefined]>([
  // what is known, the domain, the address outside it
  ['the license e-mail alone', inside, 'customer.example', undefined],
  ['a reseller', { ...inside, reseller: { pin: '1', email: 'desk@partner.example' } }, 'customer.example', 'desk@partner.example'],
  ['a domain apart from the e-mail', { ...inside, parameters: { Domain: 'Other.Example' } }, 'other.example', 'it@customer.example'],
  ['an address', { ...inside, parameters: { AlternateEmail: 'me@home.example', Domain: ' ' } }, 'customer.example', 'me@home.example'],
])('with %s, domain and alternate e-mail follow', (_, overrides, domain, email) => {
  const account = anAccount(overrides);
  expect([domainOf(account), alternateEmailOf(account)]).toEqual([domain, email]);
});
