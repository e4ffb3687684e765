/** Customers of the reseller. */
import { randomBytes } from 'node:crypto';
import type { Exchange, Frame, Reply } from '../frame/simulator.ts';
import { conflict, invalid, notThere, Refused, wrongInput } from './errors.ts';

interface Address {
  readonly contactName?: string;
  readonly organizationName?: string;
  readonly countryCode?: string;
  readonly postalCode?: string;
  readonly addressLine1?: string;
  readonly addressLine2?: string;
  readonly addressLine3?: string;
  readonly locality?: string;
  readonly region?: string;
}

export interface Customer {
  readonly customerId: string;
  readonly customerDomain: string;
  readonly customerType: 'domain' | 'team';
  readonly alternateEmail: string | undefined;
  readonly phoneNumber: string | undefined;
  readonly postalAddress: Address;
  /** Whether its administrator took the terms of service. */
  readonly tosAccepted: boolean;
}

const ADDRESS = ['contactName', 'organizationName', 'countryCode', 'postalCode', 'addressLine1', 'addressLine2', 'addressLine3', 'locality', 'region'] as const;
const REQUIRED = ['contactName', 'organizationName', 'countryCode', 'postalCode'] as const;

export class Customers {
  readonly #frame: Frame;
  readonly #customers;
  readonly #idOfDomain;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#customers = frame.store.collection<Customer>('customers');
    this.#idOfDomain = frame.store.collection<string>('domains');
  }

  /** By its id or by its domain, as Google has it in paths. */
  find(idOrDomain: string): Customer | undefined {
    return this.#customers.get(idOrDomain) ?? this.#customers.get(this.#idOfDomain.get(idOrDomain.toLowerCase()) ?? '');
  }

  require(idOrDomain: string): Customer {
    if (this.#belongsToOthers(idOrDomain)) throw new Refused(403, 'forbidden', 'Not authorized to access this customer.');
    const found = this.find(idOrDomain);
    if (!found) throw notThere(`Resource Not Found: customer ${idOrDomain}`);
    return found;
  }

  all(): Customer[] {
    return this.#customers.values();
  }

  get({ params }: Exchange): Reply {
    return { status: 200, body: view(this.require(params['customer']!)) };
  }

  insert(exchange: Exchange): Reply {
    const given = objectOf(exchange.json());
    const domain = text(given, 'customerDomain')?.toLowerCase();
    if (!domain || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) throw invalid('Invalid value for customerDomain.');
    if (this.#idOfDomain.get(domain) !== undefined || this.#belongsToOthers(domain)) throw conflict('Entity already exists.');
    const customer = checked({
      customerId: `C${randomBytes(4).toString('hex')}`,
      customerDomain: domain,
      customerType: given['customerType'] === 'team' ? 'team' : 'domain',
      alternateEmail: text(given, 'alternateEmail'),
      phoneNumber: phone(text(given, 'phoneNumber')),
      postalAddress: addressOf(given['postalAddress']),
      tosAccepted: false,
    });
    this.#idOfDomain.put(domain, customer.customerId);
    return { status: 200, body: view(this.#customers.put(customer.customerId, customer)) };
  }

  /** `PATCH` changes what is named, `PUT` replaces everything. */
  change(exchange: Exchange, whole: boolean): Reply {
    const before = this.require(exchange.params['customer']!);
    const given = objectOf(exchange.json());
    const has = (name: string): boolean => whole || name in given;
    const after = checked({
      ...before,
      alternateEmail: has('alternateEmail') ? text(given, 'alternateEmail') : before.alternateEmail,
      phoneNumber: has('phoneNumber') ? (phone(text(given, 'phoneNumber')) ?? before.phoneNumber) : before.phoneNumber,
      postalAddress: has('postalAddress') ? { ...(whole ? {} : before.postalAddress), ...addressOf(given['postalAddress']) } : before.postalAddress,
    });
    return { status: 200, body: view(this.#customers.put(after.customerId, after)) };
  }

  acceptTos(idOrDomain: string): Customer {
    const customer = this.require(idOrDomain);
    return this.#customers.put(customer.customerId, { ...customer, tosAccepted: true });
  }

  #belongsToOthers(domain: string): boolean {
    const others = this.#frame.setting('google.foreignDomains');
    return Array.isArray(others) && others.includes(domain.toLowerCase());
  }
}

function checked(customer: Customer): Customer {
  const { alternateEmail, customerDomain, postalAddress } = customer;
  if (!alternateEmail?.includes('@')) throw invalid('Required parameter: alternateEmail');
  if (alternateEmail.toLowerCase().endsWith(`@${customerDomain}`)) throw wrongInput('The alternate email must not be in the domain of the customer.');
  const missing = REQUIRED.filter((name) => !postalAddress[name]);
  if (missing.length > 0) throw invalid(`Required parameter: postalAddress.${missing.join(', postalAddress.')}`);
  if (!/^[A-Z]{2}$/.test(postalAddress.countryCode ?? '')) throw invalid('Invalid value for postalAddress.countryCode.');
  return customer;
}

/** A number that is none is left out without a word. */
const phone = (given: string | undefined): string | undefined => (given && /^\+[1-9][\d ()-]{5,19}$/.test(given) ? given : undefined);

function addressOf(given: unknown): Address {
  const from = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  return Object.fromEntries(ADDRESS.flatMap((name) => (typeof from[name] === 'string' ? [[name, from[name]]] : [])));
}

export function objectOf(given: unknown): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid('Invalid JSON payload received.');
  return given as Record<string, unknown>;
}

export function text(given: Record<string, unknown>, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function view({ tosAccepted, postalAddress, ...customer }: Customer): object {
  return {
    kind: 'reseller#customer',
    ...customer,
    customerDomainVerified: tosAccepted,
    postalAddress: { kind: 'customers#address', ...postalAddress },
    primaryAdmin: { primaryEmail: `admin@${customer.customerDomain}` },
    resourceUiUrl: `https://www.google.com/a/cpanel/reseller.example/CustomerInformation?cid=${customer.customerId}`,
  };
}
