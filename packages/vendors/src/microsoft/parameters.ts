/** What Microsoft wants to know of an account and of an order, what it would refuse, and what is sent. */
import { createHash } from 'node:crypto';
import type { Intent, Parameter, Provision, VendorAccount } from '../vendor.ts';

export const ACCOUNT_PARAMETERS: readonly Parameter[] = [
  {
    name: 'Domain',
    label: 'Microsoft domain',
    description: 'The domain under which the customer signs in first: letters and digits before .onmicrosoft.com. Left out: the account number.',
    type: 'DOMAIN',
    required: false,
    maxLength: 43,
    example: 'contoso.onmicrosoft.com',
  },
  {
    name: 'ContactFirstName',
    label: 'First name of the contact',
    description: 'Whom Microsoft may address at the customer. Left out: the license administrator.',
    type: 'TEXT',
    required: false,
    maxLength: 50,
    example: 'Jane',
  },
  {
    name: 'ContactLastName',
    label: 'Last name of the contact',
    description: 'Whom Microsoft may address at the customer. Left out: the license administrator.',
    type: 'TEXT',
    required: false,
    maxLength: 50,
    example: 'Doe',
  },
];

export const ORDER_PARAMETERS: readonly Parameter[] = [
  {
    name: 'TermDuration',
    label: 'Term',
    description: 'A month, a year or three years. Left out: what fits the plan.',
    type: 'CHOICE',
    required: false,
    maxLength: 3,
    choices: ['P1M', 'P1Y', 'P3Y'],
    example: 'P1Y',
  },
  {
    name: 'BillingCycle',
    label: 'Billed by Microsoft',
    description: 'How often Microsoft bills the term. A term of a month is billed monthly. Left out: what fits the term and the plan.',
    type: 'CHOICE',
    required: false,
    maxLength: 7,
    choices: ['monthly', 'annual'],
    example: 'annual',
  },
];

interface Term {
  /** Undefined: metered, without a term. */
  readonly termDuration: string | undefined;
  readonly billingCycle: string;
}

/**
 * Terms that a plan can be bought with. Whoever may stop at any month must not bind us for years, so those that are
 * paid as one goes have the shortest only, and metered ones have none.
 */
const TERMS_OF_POLICY: Readonly<Record<Provision['policy'], readonly (string | undefined)[]>> = {
  PAYG: ['P1M'],
  MAX_OF_MONTH: ['P1M'],
  YEARLY: ['P1Y'],
  COMMITTED: ['P1Y', 'P1M', 'P3Y'],
  CONSUMPTION: [undefined],
  USAGE_DAILY: [undefined],
};

const ONMICROSOFT = '.onmicrosoft.com';
const MAX_LABEL = 27;
const DOMAIN = /^[a-z0-9]{1,27}\.onmicrosoft\.com$/;

/** Where an address is refused without a region or a postal code. Elsewhere Microsoft is asked. */
const REGION_COUNTRIES = new Set(['AU', 'CA', 'US']);
const POSTAL_CODE_COUNTRIES = new Set(['AT', 'AU', 'BE', 'CA', 'CH', 'CZ', 'DE', 'DK', 'ES', 'FI', 'FR', 'GB', 'IT', 'NL', 'NO', 'PL', 'PT', 'SE', 'US']);

type Problem = ReturnType<typeof problem>;
const problem = (parameter: string, sentence: string): { readonly parameter: string; readonly problem: string } => ({ parameter, problem: sentence });

export function problemsOf(intent: Intent): readonly Problem[] {
  switch (intent.operation) {
    case 'CREATE_CUSTOMER':
      return problemsOfAccount(intent.account);
    case 'PROVISION':
      return problemsOfOrder(intent.provision);
    default:
      return [
        ...(intent.ref.vendorCustomerId ? [] : [problem('vendorCustomerId', 'The account has no Microsoft customer id.')]),
        ...(intent.change.operation === 'CHANGE_QUANTITY' ? problemsOfQuantity(intent.change.quantity) : []),
        ...(intent.change.operation === 'CHANGE_PLAN' || intent.change.operation === 'SET_APPROVAL_CODE'
          ? [problem('operation', `Microsoft does not offer ${intent.change.operation}.`)]
          : []),
      ];
  }
}

function problemsOfAccount(account: VendorAccount): readonly Problem[] {
  const { address, companyName, email, role } = account;
  // Resellers are no customers: they are known by their partner id, and sign up at Microsoft themselves.
  if (role === 'RESELLER') return [];
  const needed: readonly (readonly [string, string | undefined, string])[] = [
    ['companyName', companyName, 'a company name'],
    ['email', email, 'an email address'],
    ['address.line1', address.line1, 'a street'],
    ['address.city', address.city, 'a city'],
    ['address.country', address.country, 'a country'],
    ...(REGION_COUNTRIES.has(address.country) ? [['address.region', address.region, `a state or province in ${address.country}`] as const] : []),
    ...(POSTAL_CODE_COUNTRIES.has(address.country) ? [['address.postalCode', address.postalCode, `a postal code in ${address.country}`] as const] : []),
  ];
  return [
    ...needed.filter(([, value]) => !value?.trim()).map(([name, , what]) => problem(name, `Microsoft wants ${what}.`)),
    ...(email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? [problem('email', 'This is no email address.')] : []),
    ...(DOMAIN.test(domainOf(account)) ? [] : [problem('Domain', `It has at most ${MAX_LABEL} letters and digits before ${ONMICROSOFT}.`)]),
    ...ACCOUNT_PARAMETERS.filter(({ name, maxLength }) => (account.parameters[name] ?? '').length > maxLength).map(({ name, maxLength }) =>
      problem(name, `It has more than ${maxLength} characters.`),
    ),
  ];
}

function problemsOfOrder({ account, parameters, policy, quantity, sku }: Provision): readonly Problem[] {
  const { termDuration, billingCycle } = termOf(policy, parameters);
  const allowed = TERMS_OF_POLICY[policy];
  const unknown = ORDER_PARAMETERS.filter(({ name, choices = [] }) => parameters[name] && !choices.includes(parameters[name]));
  return [
    ...(account.vendorCustomerId ? [] : [problem('vendorCustomerId', 'The account is not synchronized with Microsoft yet.')]),
    ...(account.reseller && !/^\d{1,10}$/.test(account.reseller.pin) ? [problem('reseller.pin', 'The partner id of the reseller has digits only.')] : []),
    ...(sku.trim() ? [] : [problem('sku', 'The plan has no Microsoft article number.')]),
    ...problemsOfQuantity(quantity),
    ...unknown.map(({ name, choices = [] }) => problem(name, `It is one of ${choices.join(', ')}.`)),
    ...(unknown.length > 0 || allowed.includes(termDuration) ? [] : [problem('TermDuration', refusedTerm(policy, allowed))]),
    ...(termDuration === 'P1M' && billingCycle === 'annual' ? [problem('BillingCycle', 'A term of a month is billed monthly.')] : []),
    ...(termDuration === undefined && billingCycle === 'annual' ? [problem('BillingCycle', 'What is metered is billed monthly.')] : []),
  ];
}

function refusedTerm(policy: Provision['policy'], allowed: readonly (string | undefined)[]): string {
  const terms = allowed.filter((term) => term !== undefined);
  return terms.length > 0 ? `A ${policy} plan can be bought with ${terms.join(', ')}.` : `A ${policy} plan has no term.`;
}

function problemsOfQuantity(quantity: number): readonly Problem[] {
  return Number.isSafeInteger(quantity) && quantity >= 1 ? [] : [problem('Seats', 'At least one license can be held.')];
}

/** What was asked for, and what follows from it or fits the plan where nothing was. */
export function termOf(policy: Provision['policy'], parameters: Provision['parameters']): Term {
  const { TermDuration: term, BillingCycle: cycle } = parameters;
  const [usual] = TERMS_OF_POLICY[policy];
  // Billed annually, a term is a year at least.
  const termDuration = term || (cycle === 'annual' && usual === 'P1M' ? 'P1Y' : usual);
  const usualCycle = termDuration === undefined || termDuration === 'P1M' ? 'monthly' : 'annual';
  return { termDuration, billingCycle: cycle || usualCycle };
}

export function domainOf({ parameters, reference }: Pick<VendorAccount, 'parameters' | 'reference'>): string {
  return parameters['Domain']?.trim().toLowerCase() || derivedDomain(reference);
}

/** The account's own domain: its number without what a domain may not have. */
function derivedDomain(reference: string): string {
  const label = reference.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (label !== '' && label.length <= MAX_LABEL) return label + ONMICROSOFT;
  return label.slice(0, 11) + createHash('sha256').update(reference).digest('hex').slice(0, 16) + ONMICROSOFT;
}

export const domainIsDerived = ({ parameters }: Pick<VendorAccount, 'parameters'>): boolean => !parameters['Domain']?.trim();

export function customerBody(account: VendorAccount): object {
  const { address, companyName, email, parameters, phone } = account;
  const locale = new Intl.Locale(account.locale);
  const optional = (name: string, value: string | undefined): object => (value ? { [name]: value } : {});
  return {
    companyProfile: { domain: domainOf(account) },
    billingProfile: {
      culture: locale.region ? `${locale.language}-${locale.region}` : `${locale.language}-${address.country}`,
      language: locale.language,
      email,
      companyName,
      defaultAddress: {
        firstName: parameters['ContactFirstName']?.trim() || 'License',
        lastName: parameters['ContactLastName']?.trim() || 'Administrator',
        addressLine1: address.line1,
        city: address.city,
        country: address.country,
        ...optional('state', address.region),
        ...optional('postalCode', address.postalCode),
        ...optional('phoneNumber', phone),
      },
    },
  };
}

/** One line, named by our reference: orders and subscriptions give the name back, so they are found again by it. */
export function cartBody({ account, currency, parameters, policy, quantity, reference, sku }: Provision): object {
  const { termDuration, billingCycle } = termOf(policy, parameters);
  return {
    lineItems: [
      {
        id: 0,
        catalogItemId: sku,
        friendlyName: reference,
        quantity,
        currencyCode: currency,
        billingCycle,
        ...(termDuration === undefined ? {} : { termDuration }),
        ...(account.reseller ? { partnerIdOnRecord: account.reseller.pin } : {}),
      },
    ],
  };
}
