/** What Microsoft billed and what was used: lines, some thousand at a time, each page with what the next one is asked with. */
import { z } from 'zod';
import { rejected, succeeded, type Call, type InvoiceLine, type InvoiceQuery, type Page, type Reading, type UsageQuery, type UsageRow } from '../vendor.ts';
import { invoiceSchema, isBilledIn, isCreditNote, lineItemsOf, lineSchema, toInvoiceLine, toUsageRow, usageSchema } from './billing-resources.ts';
import { at, type PartnerCenter } from './partner-center.ts';
import { collectionOf } from './resources.ts';

/** The most that Partner Center gives. */
const LINES_PER_PAGE = 2000;
/** A line has up to four thousand characters. */
const MAX_PAGE_BYTES = 32 * 1024 * 1024;
const INVOICES_PER_PAGE = 200;
/** Sixteen years of invoices in a hundred currencies: more is a list that never ends. */
const MAX_INVOICES = 20_000;

/** Documents that are still to be read, and where the first of them goes on. */
const placeSchema = z.object({
  invoices: z.array(z.object({ invoice: z.string(), document: z.enum(['INVOICE', 'CREDIT_NOTE']), currency: z.string() })).min(1),
  continuation: z.string().optional(),
});
type Place = z.infer<typeof placeSchema>;

interface Lines<T> {
  readonly items: readonly T[];
  /** What the next page is asked for with. */
  readonly continuation: string | undefined;
  readonly asOf: number | undefined;
}

export class Billing {
  readonly #partnerCenter: PartnerCenter;

  constructor(partnerCenter: PartnerCenter) {
    this.#partnerCenter = partnerCenter;
  }

  async invoiceLines(call: Call, { billingMonth }: InvoiceQuery, after: string | undefined): Promise<Reading<Page<InvoiceLine>>> {
    const place = after === undefined ? await this.#documentsOf(call, billingMonth) : placeIn(after);
    if (place.kind !== 'SUCCEEDED') return place;
    const [document, ...others] = place.value.invoices;
    if (!document) return succeeded({ rows: [], next: undefined, asOf: undefined });
    const { invoice, currency } = document;
    const path = `${at('invoices', invoice, 'lineitems')}?${queryOf('billinglineitems', currency)}`;
    const page = await this.#lines(call, path, place.value.continuation, lineSchema);
    if (page.kind !== 'SUCCEEDED') return page;
    const { asOf, continuation, items } = page.value;
    const invoices = continuation === undefined ? others : place.value.invoices;
    const next: Place | undefined = invoices.length === 0 ? undefined : { invoices, ...(continuation === undefined ? {} : { continuation }) };
    const rows = items.map((line) => toInvoiceLine({ invoice, document: document.document }, line));
    return succeeded({ rows, next: next && JSON.stringify(next), asOf });
  }

  async usage(call: Call, { of, currency }: UsageQuery, after: string | undefined): Promise<Reading<Page<UsageRow>>> {
    const query = queryOf('usagelineitems', currency);
    const path =
      typeof of === 'object'
        ? `${at('invoices', of.invoice, 'lineitems')}?${query}`
        : `/invoices/unbilled/lineitems?${query}&period=${of === 'CURRENT_PERIOD' ? 'current' : 'previous'}`;
    const page = await this.#lines(call, path, after, usageSchema);
    if (page.kind !== 'SUCCEEDED') return page;
    const { asOf, continuation, items } = page.value;
    return succeeded({ rows: items.map(toUsageRow), next: continuation, asOf });
  }

  /** Those of new commerce whose period begins in the month. The list is in no order, so all of it is read. */
  async #documentsOf(call: Call, billingMonth: string): Promise<Reading<{ readonly invoices: Place['invoices']; readonly continuation?: undefined }>> {
    const invoices: Place['invoices'] = [];
    for (let offset = 0; offset < MAX_INVOICES; offset += INVOICES_PER_PAGE) {
      const read = await this.#partnerCenter.read(call, `/invoices?size=${INVOICES_PER_PAGE}&offset=${offset}`, collectionOf(invoiceSchema));
      if (read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND') break;
      if (read.kind !== 'SUCCEEDED') return read;
      const { items } = read.value.value;
      for (const invoice of items.filter((candidate) => isBilledIn(candidate, billingMonth))) {
        invoices.push({ invoice: invoice.id, document: isCreditNote(invoice) ? 'CREDIT_NOTE' : 'INVOICE', currency: invoice.currencyCode });
      }
      if (items.length < INVOICES_PER_PAGE) break;
    }
    return succeeded({ invoices });
  }

  /** The address of the next page is made here, from the same question: only what it is continued with is taken from the vendor. */
  async #lines<T extends z.ZodType>(call: Call, path: string, continuation: string | undefined, item: T): Promise<Reading<Lines<z.infer<T>>>> {
    const goingOn = continuation === undefined ? path : `${path}&seekOperation=Next`;
    const read = await this.#partnerCenter.read(call, goingOn, lineItemsOf(item), {
      exact: true,
      maxBytes: MAX_PAGE_BYTES,
      ...(continuation === undefined ? {} : { headers: { 'ms-continuationtoken': continuation } }),
    });
    // Where there is nothing yet, or not any more.
    if (read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND') return succeeded({ items: [], continuation: undefined, asOf: undefined });
    if (read.kind !== 'SUCCEEDED') return read;
    const { asOf, value } = read.value;
    return succeeded({ items: value.items, continuation: value.links?.next ?? undefined, asOf });
  }
}

const queryOf = (type: 'billinglineitems' | 'usagelineitems', currency: string): string =>
  `provider=onetime&invoicelineitemtype=${type}&currencycode=${encodeURIComponent(currency)}&size=${LINES_PER_PAGE}`;

function placeIn(after: string): Reading<Place> {
  try {
    return succeeded(placeSchema.parse(JSON.parse(after)));
  } catch {
    return rejected('VALIDATION', 'the place to go on from is none that this adapter gave');
  }
}
