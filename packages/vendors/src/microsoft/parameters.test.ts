import { afterAll, describe, expect, it } from 'vitest';
import { anAccount, aProvision, toChange } from '../../test/microsoft.ts';
import type { Intent, Provision, VendorAccount } from '../vendor.ts';
import { MICROSOFT } from './adapter.ts';
import { customerBody, domainOf } from './parameters.ts';

const vendor = MICROSOFT.open({
  MICROSOFT_URL: 'http://127.0.0.1:1',
  MICROSOFT_LOGIN_URL: 'http://127.0.0.1:1',
  MICROSOFT_TENANT: 't',
  MICROSOFT_CLIENT_ID: 'c',
  MICROSOFT_CLIENT_SECRET: 's',
});
afterAll(() => vendor.close());

const refused = (intent: Intent): string[] => vendor.check(intent).map(({ parameter }) => parameter);
const address = anAccount().address;

describe('an account', () => {
  it.each([
    ['as it should be', {}, []],
    ['without a company name', { companyName: ' ' }, ['companyName']],
    ['without a street', { address: { ...address, line1: undefined } }, ['address.line1']],
    ['without a city', { address: { ...address, city: '' } }, ['address.city']],
    ['in Germany without a postal code', { address: { ...address, postalCode: undefined } }, ['address.postalCode']],
    ['in Dubai without a postal code', { address: { ...address, country: 'AE', postalCode: undefined } }, []],
    ['in the United States without a state', { address: { ...address, country: 'US' } }, ['address.region']],
    ['with an email address that is none', { email: 'it.contoso.example' }, ['email']],
    ['without an email address', { email: '' }, ['email']],
    ['with a domain of its own choice', { parameters: { Domain: 'Contoso2030.onmicrosoft.com' } }, []],
    ['with a domain elsewhere', { parameters: { Domain: 'contoso.example' } }, ['Domain']],
    ['with a hyphen in its domain', { parameters: { Domain: 'con-toso.onmicrosoft.com' } }, ['Domain']],
    ['with a domain that is too long', { parameters: { Domain: `${'a'.repeat(28)}.onmicrosoft.com` } }, ['Domain', 'Domain']],
    ['that is a reseller, which is not sent', { role: 'RESELLER', email: '' }, []],
  ] as const)('%s', (_, changes: Partial<VendorAccount>, parameters) => {
    expect(refused({ operation: 'CREATE_CUSTOMER', account: anAccount(changes) })).toEqual(parameters);
  });

  it.each([
    ['C-1001', /^c1001\.onmicrosoft\.com$/],
    ['10482', /^10482\.onmicrosoft\.com$/],
    ['ÄÖ', /^[0-9a-f]{16}\.onmicrosoft\.com$/],
  ])('%s has a domain like %s', (reference, domain) => {
    expect(domainOf({ reference, parameters: {} })).toMatch(domain);
  });

  it('has another domain for each long number', () => {
    const long = ['1', '2'].map((last) => domainOf({ reference: `account-number-of-thirty-characters-${last}`, parameters: {} }));
    expect(new Set(long).size).toBe(2);
    for (const domain of long) expect(domain).toMatch(/^[a-z0-9]{27}\.onmicrosoft\.com$/);
  });

  it.each([
    ['de-DE', 'de-DE', 'de'],
    ['de', 'de-DE', 'de'],
    ['zh-Hant-TW', 'zh-TW', 'zh'],
  ])('of locale %s is addressed in %s', (locale, culture, language) => {
    expect(customerBody(anAccount({ locale }))).toMatchObject({ billingProfile: { culture, language } });
  });
});

describe('an order', () => {
  const account = anAccount({ vendorCustomerId: 'known' });

  it.each([
    ['as it should be', {}, []],
    ['of an account that Microsoft does not know', { account: anAccount() }, ['vendorCustomerId']],
    ['of no license', { quantity: 0 }, ['Seats']],
    ['of half a license', { quantity: 1.5 }, ['Seats']],
    ['without an article number', { sku: '' }, ['sku']],
    ['by a reseller without a partner id', { account: { ...account, reseller: { pin: 'KL-77', email: undefined } } }, ['reseller.pin']],
    ['of a month, billed annually', { parameters: { TermDuration: 'P1M', BillingCycle: 'annual' } }, ['BillingCycle']],
    ['of a term that does not exist', { parameters: { TermDuration: 'P2Y' } }, ['TermDuration']],
    ['of a billing cycle that does not exist', { parameters: { BillingCycle: 'weekly' } }, ['BillingCycle']],
    ['of a year for who pays as they go', { policy: 'PAYG', parameters: { TermDuration: 'P1Y' } }, ['TermDuration']],
    ['billed annually for who pays as they go', { policy: 'PAYG', parameters: { BillingCycle: 'annual' } }, ['TermDuration']],
    ['of three years for who pays one', { policy: 'YEARLY', parameters: { TermDuration: 'P3Y' } }, ['TermDuration']],
    ['of a term for what is metered', { policy: 'USAGE_DAILY', parameters: { TermDuration: 'P1Y' } }, ['TermDuration']],
    ['billed annually for what is metered', { policy: 'USAGE_DAILY', parameters: { BillingCycle: 'annual' } }, ['BillingCycle']],
  ] as const)('%s', (_, changes: Partial<Provision>, parameters) => {
    expect(refused({ operation: 'PROVISION', provision: aProvision({ account, ...changes }) })).toEqual(parameters);
  });
});

it.each([
  ['a quantity of none', 'customer', { operation: 'CHANGE_QUANTITY', quantity: 0 }, ['Seats']],
  ['a suspension', 'customer', { operation: 'SUSPEND' }, []],
  ['a suspension at nobody', undefined, { operation: 'SUSPEND' }, ['vendorCustomerId']],
] as const)('%s', (_, vendorCustomerId, change, parameters) => {
  expect(refused(toChange({ reference: 'S-1', vendorSubscriptionId: 's', vendorCustomerId, sku: 'x', memo: undefined }, change))).toEqual(parameters);
});
