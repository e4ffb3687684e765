/** Customers: made once per domain, with a first password that is shown once, and with their agreement on record. */
import { newUuid, type Exchange, type Frame, type Op, type Reply } from '../frame/simulator.ts';
import type { Customer, Records } from './records.ts';
import { etagOf, field, iso, Refused, textField } from './wire.ts';

const REQUIRED_PROFILE = ['culture', 'language', 'email', 'companyName'] as const;
const REQUIRED_ADDRESS = ['firstName', 'lastName', 'addressLine1', 'city', 'country'] as const;

export function customerOps(frame: Frame, records: Records): readonly Op[] {
  return [
    { name: 'createCustomer', aliases: ['customer'], method: 'POST', path: '/v1/customers', run: (exchange) => create(frame, records, exchange) },
    { name: 'listCustomers', method: 'GET', path: '/v1/customers', run: (exchange) => list(records, exchange) },
    { name: 'getCustomer', method: 'GET', path: '/v1/customers/:customer', run: ({ params }) => ({ status: 200, body: shown(customerOf(records, params)) }) },
    {
      name: 'createAgreement',
      aliases: ['agreement'],
      method: 'POST',
      path: '/v1/customers/:customer/agreements',
      run: (exchange) => agree(frame, records, exchange),
    },
  ];
}

/** @throws Refused where there is none */
export function customerOf({ customers }: Records, params: Exchange['params']): Customer {
  const customer = customers.get((params['customer'] ?? '').toLowerCase());
  if (!customer) throw new Refused(404, '60003', 'The tenant was not found.');
  return customer;
}

function create(frame: Frame, { customers }: Records, exchange: Exchange): Reply {
  const { headers } = exchange;
  if (!headers['ms-requestid'] || !headers['ms-correlationid']) throw new Refused(400, '400', 'MS-RequestId and MS-CorrelationId are required.');
  const body = exchange.json();
  const domain = textField(body, 'companyProfile', 'domain')?.toLowerCase();
  if (domain === undefined || !/^[a-z0-9]{1,27}\.onmicrosoft\.com$/.test(domain)) throw new Refused(400, '400', 'The domain is not valid.', ['domain']);
  const missing = [
    ...REQUIRED_PROFILE.filter((name) => textField(body, 'billingProfile', name) === undefined),
    ...REQUIRED_ADDRESS.filter((name) => textField(body, 'billingProfile', 'defaultAddress', name) === undefined),
  ];
  if (missing.length > 0) throw new Refused(400, '400', `Missing: ${missing.join(', ')}.`, missing);
  if (customers.values().some((customer) => customer.domain === domain)) throw new Refused(409, '409', `The domain ${domain} is not available.`);

  const profile = field(body, 'billingProfile');
  const address = field(profile, 'defaultAddress');
  const values = (of: unknown, names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, textField(of, name) ?? null]));
  const id = newUuid();
  const customer = customers.put(id, {
    id,
    commerceId: newUuid(),
    domain,
    companyName: textField(profile, 'companyName')!,
    billingProfile: {
      id: newUuid(),
      ...values(profile, REQUIRED_PROFILE),
      defaultAddress: values(address, [...REQUIRED_ADDRESS, 'state', 'postalCode', 'phoneNumber']),
      attributes: { etag: etagOf(id, 1), objectType: 'CustomerBillingProfile' },
    },
    createdAt: frame.now(),
    agreedAt: undefined,
  });
  const userCredentials = { userName: 'admin', password: `Sim-${newUuid().slice(0, 13)}!` };
  return { status: 201, headers: { location: `/customers/${id}` }, body: { ...shown(customer), userCredentials } };
}

/** `filter={"Field":"Domain","Value":"cont","Operator":"starts_with"}`: the only operator there is. */
function list({ customers }: Records, { query }: Exchange): Reply {
  let found = customers.values();
  const filter = query.get('filter');
  if (filter !== null) {
    const parsed = JSON.parse(filter) as unknown;
    const value = (textField(parsed, 'value') ?? '').toLowerCase();
    const by = textField(parsed, 'field')?.toLowerCase();
    if (textField(parsed, 'operator')?.toLowerCase() !== 'starts_with' || (by !== 'domain' && by !== 'companyname')) {
      throw new Refused(400, '400', 'The filter is not supported.');
    }
    found = found.filter((customer) => (by === 'domain' ? customer.domain : customer.companyName.toLowerCase()).startsWith(value));
  }
  const items = found.map(({ id, domain, companyName }) => ({
    id,
    companyProfile: { tenantId: id, domain, companyName },
    relationshipToPartner: 'reseller',
    attributes: { objectType: 'Customer' },
  }));
  return { status: 200, body: { totalCount: items.length, items, attributes: { objectType: 'Collection' } } };
}

function agree(frame: Frame, records: Records, exchange: Exchange): Reply {
  const customer = customerOf(records, exchange.params);
  const body = exchange.json();
  if (textField(body, 'primaryContact', 'email') === undefined) throw new Refused(400, '400', 'primaryContact is required.', ['primaryContact']);
  records.customers.put(customer.id, { ...customer, agreedAt: frame.now() });
  return { status: 201, body: { primaryContact: field(body, 'primaryContact'), dateAgreed: iso(frame.now()), type: 'MicrosoftCustomerAgreement' } };
}

function shown({ id, commerceId, domain, companyName, billingProfile }: Customer): object {
  return {
    id,
    commerceId,
    companyProfile: { tenantId: id, domain, companyName, attributes: { objectType: 'CustomerCompanyProfile' } },
    billingProfile,
    relationshipToPartner: 'reseller',
    attributes: { objectType: 'Customer' },
  };
}
