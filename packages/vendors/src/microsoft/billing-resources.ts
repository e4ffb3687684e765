/**
 * Invoices, their lines and rated usage as Partner Center sends them: fields in any case, also within a name, whatever
 * is not known ignored. They are parsed with `exact`, so that all numbers are texts here, as some of them always are.
 */
import { z } from 'zod';
import { decimalOf } from '../decimal.ts';
import type { DayRange, InvoiceLine, LineCharge, UsageRow } from '../vendor.ts';
import { DAY_MS, dayOf, isoDay, NO_END_YEAR } from './days.ts';

const EXAMPLE = 'such as 0.085';

const text = z.string().nullish();
const decimal = z.string().transform((written, context) => {
  const read = decimalOf(written);
  if (read === undefined) context.addIssue(`"${written.slice(0, 40)}" is no decimal number ${EXAMPLE}`);
  return read ?? z.NEVER;
});
const day = z.string().refine((written) => dayOf(written) !== undefined, { error: 'this is no date such as 2030-07-03T00:00:00Z' });
/** ISO 4217. */
const currency = z.string().min(1).toUpperCase();
/** An empty text is sent where there is no number, and no date. */
const orEmpty = <T extends z.ZodType>(schema: T): z.ZodPreprocess<z.ZodOptional<z.ZodNullable<T>>> =>
  z.preprocess((written) => (written === '' ? undefined : written), schema.nullish());
const optionalDecimal = orEmpty(decimal);
const optionalDay = orEmpty(day);

/** An object whose fields may be written in any case: `pcToBCExchangeRate` is also `PCToBCExchangeRate`. */
function inAnyCase<T extends z.ZodRawShape>(shape: T): z.ZodPreprocess<z.ZodObject<T>> {
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  const known = (value: object): object =>
    Object.fromEntries(
      Object.entries(value).flatMap(([written, inner]) => {
        const name = names.get(written.toLowerCase());
        return name === undefined ? [] : [[name, inner]];
      }),
    );
  return z.preprocess((value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? known(value) : value), z.object(shape));
}

export const invoiceSchema = inAnyCase({
  id: z.string().min(1),
  invoiceType: text,
  documentType: text,
  billingPeriodStartDate: optionalDay,
  currencyCode: currency,
});
export type Invoice = z.infer<typeof invoiceSchema>;

const CONTINUATION = 'MS-ContinuationToken';

/** A link to the next page is followed by the header that it asks for; without it, the rest would be lost unseen. */
const next = inAnyCase({ headers: z.array(inAnyCase({ key: z.string(), value: z.string().min(1) })).nullish() }).transform(({ headers }, context) => {
  const header = headers?.find(({ key }) => key.toLowerCase() === CONTINUATION.toLowerCase());
  if (!header) context.addIssue(`there is a next page, and no ${CONTINUATION} to ask for it with`);
  return header?.value ?? z.NEVER;
});
const links = inAnyCase({ next: next.nullish() }).nullish();

/** A page of lines. */
export const lineItemsOf = <T extends z.ZodType>(item: T): z.ZodPreprocess<z.ZodObject<{ items: z.ZodArray<T>; links: typeof links }>> =>
  inAnyCase({ items: z.array(item), links });

export const lineSchema = inAnyCase({
  customerId: text,
  subscriptionId: text,
  orderId: text,
  productId: text,
  skuId: text,
  availabilityId: text,
  productName: text,
  skuName: text,
  chargeType: z.string(),
  termAndBillingCycle: text,
  chargeStartDate: optionalDay,
  chargeEndDate: optionalDay,
  unitType: text,
  quantity: decimal,
  billableQuantity: optionalDecimal,
  unitPrice: optionalDecimal,
  effectiveUnitPrice: optionalDecimal,
  pricingCurrency: orEmpty(currency),
  pcToBCExchangeRate: optionalDecimal,
  subtotal: decimal,
  taxTotal: decimal,
  totalForCustomer: decimal,
  currency,
});

export const usageSchema = inAnyCase({
  usageDate: day,
  customerId: text,
  subscriptionId: z.string().min(1),
  entitlementId: text,
  productId: text,
  skuId: text,
  availabilityId: text,
  meterId: text,
  meterName: z.string(),
  meterCategory: text,
  resourceLocation: text,
  unitOfMeasure: text,
  quantity: decimal,
  unitPrice: decimal,
  effectiveUnitPrice: decimal,
  pricingCurrency: orEmpty(currency),
  pcToBCExchangeRate: optionalDecimal,
  billingPreTaxTotal: decimal,
  billingCurrency: currency,
  hasPartnerEarnedCredit: z.union([z.boolean(), z.stringbool()]).nullish(),
  rateOfPartnerEarnedCredit: optionalDecimal,
  resourceGroup: text,
  resourceUri: text,
  tags: text,
});

/** By the vendor's word in small letters. `Purchase` and `Refund` are what older invoices say. */
const CHARGES: Readonly<Record<string, LineCharge>> = {
  new: 'PURCHASE',
  purchase: 'PURCHASE',
  renew: 'RENEWAL',
  cyclecharge: 'CYCLE',
  cyclefee: 'CYCLE',
  addquantity: 'QUANTITY_CHANGE',
  removequantity: 'QUANTITY_CHANGE',
  cancel: 'CANCELLATION',
  cancelimmediate: 'CANCELLATION',
  refund: 'CANCELLATION',
  customercredit: 'CREDIT',
};

/** Whether its billing period begins in the month, and its lines are those of new commerce: the old one has others. */
export const isBilledIn = ({ billingPeriodStartDate, invoiceType }: Invoice, billingMonth: string): boolean =>
  billingPeriodStartDate?.slice(0, 7) === billingMonth && invoiceType?.toLowerCase() !== 'recurring';

export const isCreditNote = ({ documentType }: Invoice): boolean => /credit/i.test(documentType ?? '');

/** @param of the document that it stands in: what the line itself says is not always the number that was asked for */
export function toInvoiceLine(of: Pick<InvoiceLine, 'invoice' | 'document'>, line: z.infer<typeof lineSchema>): InvoiceLine {
  const word = line.chargeType.toLowerCase().replaceAll(/[^a-z]/g, '');
  return {
    ...of,
    charge: (Object.hasOwn(CHARGES, word) && CHARGES[word]) || 'OTHER',
    chargeType: line.chargeType,
    vendorCustomerId: customerOf(line.customerId),
    vendorSubscriptionId: line.subscriptionId || undefined,
    orderId: line.orderId || undefined,
    sku: skuOf(line),
    title: line.skuName || line.productName || undefined,
    term: line.termAndBillingCycle || undefined,
    servicePeriod: periodOf(line.chargeStartDate, line.chargeEndDate),
    unit: line.unitType || undefined,
    quantity: line.quantity,
    billableQuantity: line.billableQuantity ?? undefined,
    unitPrice: line.unitPrice ?? undefined,
    effectiveUnitPrice: line.effectiveUnitPrice ?? undefined,
    pricingCurrency: line.pricingCurrency ?? undefined,
    exchangeRate: line.pcToBCExchangeRate ?? undefined,
    subtotal: line.subtotal,
    tax: line.taxTotal,
    total: line.totalForCustomer,
    currency: line.currency,
  };
}

export function toUsageRow(item: z.infer<typeof usageSchema>): UsageRow {
  return {
    day: item.usageDate.slice(0, 10),
    vendorCustomerId: customerOf(item.customerId),
    vendorSubscriptionId: item.subscriptionId,
    entitlementId: item.entitlementId || undefined,
    sku: skuOf(item),
    meterId: item.meterId || undefined,
    meter: item.meterName,
    meterCategory: item.meterCategory || undefined,
    region: item.resourceLocation || undefined,
    unit: item.unitOfMeasure || undefined,
    quantity: item.quantity,
    unitPrice: item.unitPrice,
    effectiveUnitPrice: item.effectiveUnitPrice,
    pricingCurrency: item.pricingCurrency ?? undefined,
    exchangeRate: item.pcToBCExchangeRate ?? undefined,
    amount: item.billingPreTaxTotal,
    currency: item.billingCurrency,
    // Where it says only that there is no credit, the rate is none.
    partnerEarnedCredit: item.rateOfPartnerEarnedCredit ?? (item.hasPartnerEarnedCredit === false ? '0' : undefined),
    resourceGroup: item.resourceGroup || undefined,
    resource: item.resourceUri || undefined,
    tags: item.tags || undefined,
  };
}

/** As it is ordered: `PRODUCT:SKU:AVAILABILITY`, as far as it is there. */
function skuOf({ productId, skuId, availabilityId }: Pick<z.infer<typeof lineSchema>, 'productId' | 'skuId' | 'availabilityId'>): string | undefined {
  return [productId, skuId, availabilityId].filter(Boolean).join(':') || undefined;
}

/** Some lines have `org:` before the id. */
const customerOf = (id: string | null | undefined): string | undefined => id?.replace(/^org:/i, '') || undefined;

/** Both days are charged. What was bought for once has dates of the year 1, or none; what has no end, one of the year 9999. */
function periodOf(first: string | null | undefined, last: string | null | undefined): DayRange | undefined {
  const start = dayOf(first ?? '') ?? -1;
  const end = dayOf(last ?? '') ?? -1;
  const isRun = start >= 0 && end >= start && new Date(end).getUTCFullYear() < NO_END_YEAR;
  return isRun ? { start: isoDay(start), end: isoDay(end + DAY_MS) } : undefined;
}
