/** What Google wants to know beyond what every account and order has, and what can be seen to be wrong before it is sent. */
import { domainToASCII } from 'node:url';
import type { Intent, Parameter, Provision, VendorAccount } from '../vendor.ts';

/** More than this takes a contract with Google. */
const MAX_SEATS = 50_000;
const MAX_REFERENCE = 40;
const MAX_DEAL_CODE = 100;
/** The field has 80 characters, of which our reference and a separator take 43. */
const MAX_PURCHASE_ORDER = 37;
const PLANS = ['FLEXIBLE', 'ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'TRIAL'] as const;
export type Plan = (typeof PLANS)[number];

export const ACCOUNT_PARAMETERS: readonly Parameter[] = [
  {
    name: 'Domain',
    label: 'Domain',
    description: 'The domain that the customer will use with Google Workspace. Left out, it is the domain of the license e-mail.',
    type: 'DOMAIN',
    required: false,
    maxLength: 253,
    example: 'customer.example',
  },
  {
    name: 'AlternateEmail',
    label: 'Alternate e-mail',
    description: 'An address outside the domain, to which Google writes when the domain does not work. Left out, it is the license e-mail or the reseller’s.',
    type: 'EMAIL',
    required: false,
    maxLength: 254,
    example: 'owner@elsewhere.example',
  },
];

export const ORDER_PARAMETERS: readonly Parameter[] = [
  {
    name: 'Plan',
    label: 'Plan at Google',
    description: 'How Google bills the subscription. Left out, it follows the billing policy: flexible, or a year paid in advance.',
    type: 'CHOICE',
    required: false,
    maxLength: 20,
    choices: PLANS,
    example: 'ANNUAL_MONTHLY_PAY',
  },
  {
    name: 'PurchaseOrder',
    label: 'Purchase order',
    description: 'What the buyer calls the order; shown on Google’s invoice behind our subscription number.',
    type: 'TEXT',
    required: false,
    maxLength: MAX_PURCHASE_ORDER,
    example: 'PO-2026-117',
  },
  {
    name: 'DealCode',
    label: 'Deal code',
    description: 'Names a discount agreed with Google. Left out, it is the approval code.',
    type: 'TEXT',
    required: false,
    maxLength: MAX_DEAL_CODE,
    example: 'DEAL-42',
  },
];

/** Mail providers: a domain of theirs cannot be a customer's. */
const PUBLIC_MAIL = new Set('gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com aol.com gmx.de gmx.net web.de mail.ru'.split(' '));
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;
const EMAIL = /^[^\s@]+@([^\s@]+\.[^\s@]+)$/;

/** A value that was given and is not blank. */
export const valueOf = (parameters: Readonly<Record<string, string>>, name: string): string | undefined => parameters[name]?.trim() || undefined;

/** In ASCII and lower case; undefined where there is none. */
export function domainOf({ email, parameters }: VendorAccount): string | undefined {
  const given = valueOf(parameters, 'Domain') ?? mailDomain(email);
  return given ? domainToASCII(given).toLowerCase() || undefined : undefined;
}

/** An address outside the domain: the one that was given, the license e-mail, or the reseller's. */
export function alternateEmailOf(account: VendorAccount): string | undefined {
  const given = valueOf(account.parameters, 'AlternateEmail');
  if (given) return given;
  return [account.email, account.reseller?.email].find((email) => email !== undefined && isOutside(email, domainOf(account)));
}

export function planOf({ policy, parameters }: Pick<Provision, 'policy' | 'parameters'>): Plan {
  return (valueOf(parameters, 'Plan') as Plan | undefined) ?? planOfPolicy(policy);
}

/** What is owed for a year in our books is committed to for a year at Google; all else follows the users. */
export const planOfPolicy = (policy: Provision['policy']): Plan => (policy === 'YEARLY' || policy === 'COMMITTED' ? 'ANNUAL_YEARLY_PAY' : 'FLEXIBLE');

interface Problem {
  readonly parameter: string;
  readonly problem: string;
}

export function problemsOf(intent: Intent): Problem[] {
  switch (intent.operation) {
    case 'CREATE_CUSTOMER':
      return [...problemsOfDomain(intent.account), ...problemsOfAccount(intent.account)];
    case 'PROVISION':
      return problemsOfProvision(intent.provision);
    default: {
      const { change, ref } = intent;
      const problems = ref.vendorCustomerId ? [] : [{ parameter: 'Customer', problem: 'Google’s id of the customer is not known.' }];
      if (change.operation === 'SET_APPROVAL_CODE') problems.push({ parameter: 'DealCode', problem: 'Google takes a deal code with an order only.' });
      if ('quantity' in change) problems.push(...problemsOfQuantity(change.quantity));
      if (change.operation === 'CHANGE_PLAN' && change.sku !== ref.sku) {
        problems.push({ parameter: 'Plan', problem: 'Another article is another subscription at Google; only the plan of the same article can be changed.' });
      }
      return problems;
    }
  }
}

function problemsOfDomain(account: VendorAccount): Problem[] {
  const domain = domainOf(account);
  if (!domain || !DOMAIN.test(domain)) return [{ parameter: 'Domain', problem: 'State the domain of the customer, such as customer.example.' }];
  return PUBLIC_MAIL.has(domain) ? [{ parameter: 'Domain', problem: `${domain} belongs to a mail provider; state a domain of the customer’s own.` }] : [];
}

function problemsOfAccount(account: VendorAccount): Problem[] {
  const problems: Problem[] = [];
  const email = alternateEmailOf(account);
  if (!email)
    problems.push({
      parameter: 'AlternateEmail',
      problem: 'State an address outside the customer’s domain; neither the license e-mail nor the reseller’s is.',
    });
  else if (!EMAIL.test(email)) problems.push({ parameter: 'AlternateEmail', problem: `${email} is not an e-mail address.` });
  else if (!isOutside(email, domainOf(account)))
    problems.push({ parameter: 'AlternateEmail', problem: `${email} lies in the customer’s own domain; Google wants one outside.` });
  if (!account.companyName.trim()) problems.push({ parameter: 'CompanyName', problem: 'Google wants the name of the company.' });
  if (!account.address.postalCode?.trim()) problems.push({ parameter: 'PostalCode', problem: 'Google wants the postal code of the company.' });
  if (!/^[A-Z]{2}$/.test(account.address.country)) problems.push({ parameter: 'Country', problem: 'Google wants the country as two letters, such as DE.' });
  return problems;
}

function problemsOfProvision({ reference, account, sku, quantity, parameters, approvalCode }: Provision): Problem[] {
  const problems = [...(account.vendorCustomerId ? [] : problemsOfDomain(account)), ...problemsOfQuantity(quantity)];
  if (!/^[\x21-\x7e]+$/.test(reference) || reference.length > MAX_REFERENCE) {
    problems.push({ parameter: 'Reference', problem: `The subscription number must be at most ${MAX_REFERENCE} ASCII characters without spaces.` });
  }
  if (!/^[A-Za-z0-9-]+$/.test(sku)) problems.push({ parameter: 'Sku', problem: `“${sku}” is not an article number of Google’s, such as 1010020027.` });
  const plan = valueOf(parameters, 'Plan');
  if (plan && !(PLANS as readonly string[]).includes(plan)) problems.push({ parameter: 'Plan', problem: `The plan is one of ${PLANS.join(', ')}.` });
  const order = valueOf(parameters, 'PurchaseOrder');
  if (order && order.length > MAX_PURCHASE_ORDER) problems.push({ parameter: 'PurchaseOrder', problem: `At most ${MAX_PURCHASE_ORDER} characters.` });
  const deal = valueOf(parameters, 'DealCode') ?? approvalCode;
  if (deal && deal.length > MAX_DEAL_CODE) problems.push({ parameter: 'DealCode', problem: `At most ${MAX_DEAL_CODE} characters.` });
  return problems;
}

function problemsOfQuantity(quantity: number): Problem[] {
  const fits = Number.isInteger(quantity) && quantity >= 1 && quantity <= MAX_SEATS;
  return fits ? [] : [{ parameter: 'Seats', problem: `Google sells from 1 to ${MAX_SEATS} seats.` }];
}

const mailDomain = (email: string): string | undefined => EMAIL.exec(email.trim())?.[1];

/** A subdomain of the customer's stops to work with it, so it is not outside. */
function isOutside(email: string, domain: string | undefined): boolean {
  const of = domainToASCII(mailDomain(email) ?? '').toLowerCase();
  return of !== '' && of !== domain && !of.endsWith(`.${domain}`);
}
