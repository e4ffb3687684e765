/** What goes to KORM and what comes back, as its public clients show it: there is no public document of the API. */
import countries from 'i18n-iso-countries';
import { z } from 'zod';
import type { Provision } from '../vendor.ts';

/** Our mark in a comment: the one thing by which a subscription whose answer was lost is found again. */
const MARK = /^cloudtill (\S+) op=([0-9a-f-]{36})(?:\s|$)/i;

export function commentOf(reference: string, operationId: string, more: string | undefined): string {
  return `cloudtill ${reference} op=${operationId}${more ? ` ${more}` : ''}`;
}

/** What a comment says that we wrote; undefined where somebody else did. */
export function markIn(comment: string | undefined): { readonly reference: string; readonly operationId: string } | undefined {
  const [, reference, operationId] = MARK.exec(comment?.trim() ?? '') ?? [];
  return reference && operationId ? { reference, operationId: operationId.toLowerCase() } : undefined;
}

/** ISO 3166-1 alpha-3, which is what KORM takes; undefined for no country. */
export const countryOf = (alpha2: string): string | undefined => countries.alpha2ToAlpha3(alpha2);

/** `create`. Open-ended: what ends a subscription is its cancellation, or its renewal being turned off. */
export function createRequest(
  partner: string,
  operationId: string,
  { reference, account, sku, quantity, policy, approvalCode, parameters }: Provision,
): object {
  return {
    // What was sold by the highest quantity of the month is a monthly plan there.
    BillingPlan: policy === 'YEARLY' ? 'Yearly' : 'PAYG',
    Sku: sku,
    Quantity: quantity,
    Expiration: null,
    Customer: {
      Contacts: { CompanyName: account.companyName, Email: account.email, Phone: account.phone ?? '', CustomerCode: account.reference },
      Address: {
        AddressLine1: account.address.line1 ?? '',
        AddressLine2: '',
        City: account.address.city ?? '',
        State: account.address.region ?? '',
        Zip: account.address.postalCode ?? '',
        Country: countryOf(account.address.country),
      },
    },
    Distributor: { Partner: partner, Reseller: account.reseller?.pin ?? '' },
    ...(approvalCode ? { ApprovalCode: approvalCode } : {}),
    DeliveryEmail: parameters['DeliveryEmail'] || account.email,
    Comment: commentOf(reference, operationId, parameters['Comment']),
    ExternalReference: { ExternalSubscriptionId: reference },
  };
}

/**
 * An end at an instant. How KORM writes the kind of moment is not public; the name of the field that goes with it is
 * the best guess, and the field itself leaves no doubt.
 */
export const endingAt = (at: number): object => ({ MomentType: 'ExactMoment', ExactMoment: new Date(at).toISOString() });

/** Names in lower case throughout: the API is of two minds about `ApprovalCode` and `approvalCode`. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), lowered(inner)]));
}

/** KORM's instants have an offset or are in UTC. */
const instant = z.string().transform((text, context) => {
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  if (!Number.isNaN(at)) return at;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text.slice(0, 40))} is no instant` });
  return z.NEVER;
});

const text = z.union([z.string(), z.number().transform(String)]);
const filled = text.refine((value) => value.trim() !== '', 'is empty');
const perhaps = text.nullish().transform((value) => value ?? undefined);

const Created = z.object({ subscriptionid: filled, licenseid: perhaps, activationcode: filled });
const Details = z.object({ status: z.string(), periodend: instant.nullish().catch(undefined) });
const Failure = z
  .object({ errorcode: perhaps, message: perhaps, errorid: perhaps })
  .refine(({ errorcode, message, errorid }) => errorcode ?? message ?? errorid);
const Row = z.object({
  subscriptionid: filled,
  licenseid: perhaps,
  activationcode: perhaps,
  sku: perhaps,
  quantity: z.number().int().nonnegative().nullish(),
  status: z.string(),
  comment: perhaps,
  startedat: instant.nullish(),
});
const Report = z.object({ generatedat: instant, rows: z.array(Row) });

export type Created = z.infer<typeof Created>;
export type Details = z.infer<typeof Details>;
export type Failure = z.infer<typeof Failure>;
export type Row = z.infer<typeof Row>;
export type Report = z.infer<typeof Report>;

/** What was read, or what was unexpected about it. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const reader =
  <T>(schema: z.ZodType<T>, what: string) =>
  (json: unknown): Read<T> => {
    if (json === undefined) return { ok: false, problem: `${what} is no JSON` };
    const { success, data, error } = schema.safeParse(lowered(json));
    if (success) return { ok: true, value: data };
    const { path, message } = error.issues[0]!;
    return { ok: false, problem: `${what} is not as expected: ${path.join('.') || 'all of it'}: ${message}` };
  };

export const readCreated = reader(Created, 'the answer to create');
export const readDetails = reader(Details, 'the answer to getdetails');
export const readFailure = reader(Failure, 'the error');
export const readReport = reader(Report, 'the report');
