/** What Microsoft billed and what was used: lines, some thousand at a time, each page with what the next one is asked with. */
import { z } from 'zod';
import {
  rejected,
  retryable,
  succeeded,
  type Call,
  type InvoiceLine,
  type InvoiceQuery,
  type Page,
  type Reading,
  type UsageQuery,
  type UsageRow,
} from '../vendor.ts';
import { invoiceSchema, isBilledIn, isCreditNote, lineItemsOf, lineSchema, toInvoiceLine, toUsageRow, usageSchema } from './billing-resources.ts';
import { isMonth } from './days.ts';
import { at, type PartnerCenter } from './partner-center.ts';
import { CHANGED, placeAt, placeIn } from './places.ts';
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
  invoices: z.array(z.object({ invoice: z.string(), document: z.enum(['INVOICE', 'CREDIT_NOTE']), currency: z.string() })),
  continuation: z.string().optional(),
});
type Place = z.infer<typeof placeSchema>;
const usagePlaceSchema = z.object({ continuation: z.string() });

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
    if (!isMonth(billingMonth)) return rejected('VALIDATION', `"${billingMonth.slice(0, 40)}" is no month such as 2030-05`);
    const question = ['invoice lines', billingMonth];
    const place: Reading<Place> = after === undefined ? await this.#documentsOf(call, billingMonth) : placeIn(after, question, placeSchema);
    if (place.kind !== 'SUCCEEDED') return place;
    const [document, ...others] = place.value.invoices;
    if (!document) return succeeded({ rows: [], next: undefined, asOf: undefined });
    const { invoice, currency } = document;
    const path = `${at('invoices', invoice, 'lineitems')}?${queryOf('billinglineitems', currency)}`;
    const page = await this.#lines(call, path, place.value.continuation, lineSchema);
    if (page.kind !== 'SUCCEEDED') return page;
    const { asOf, continuation, items } = page.value;
    const next: Place = { invoices: continuation === undefined ? others : place.value.invoices, continuation };
    const rows = items.map((line) => toInvoiceLine({ invoice, document: document.document }, line));
    return succeeded({ rows, next: next.invoices.length === 0 ? undefined : placeAt(question, next), asOf });
  }

  async usage(call: Call, { of, currency }: UsageQuery, after: string | undefined): Promise<Reading<Page<UsageRow>>> {
    const invoice = typeof of === 'object' ? of.invoice : undefined;
    if (!/^[A-Z]{3}$/i.test(currency)) return rejected('VALIDATION', `"${currency.slice(0, 40)}" is no currency such as USD`);
    if (invoice !== undefined && !/^\w+$/.test(invoice)) return rejected('VALIDATION', `"${invoice.slice(0, 40)}" is no invoice such as G000024135`);
    const query = queryOf('usagelineitems', currency);
    const path =
      invoice === undefined
        ? `/invoices/unbilled/lineitems?${query}&period=${of === 'CURRENT_PERIOD' ? 'current' : 'previous'}`
        : `${at('invoices', invoice, 'lineitems')}?${query}`;
    const place = after === undefined ? succeeded({ continuation: undefined }) : placeIn(after, [path], usagePlaceSchema);
    if (place.kind !== 'SUCCEEDED') return place;
    const page = await this.#lines(call, path, place.value.continuation, usageSchema);
    if (page.kind !== 'SUCCEEDED') return page;
    const { asOf, continuation, items } = page.value;
    return succeeded({ rows: items.map(toUsageRow), next: continuation === undefined ? undefined : placeAt([path], { continuation }), asOf });
  }

  /**
   * Those of new commerce whose period begins in the month. The list is in no order that is promised, so all of it is
   * read. A document that comes while it is read moves the others on, and one of them may be shown twice.
   */
  async #documentsOf(call: Call, billingMonth: string): Promise<Reading<Place>> {
    const documents = new Map<string, Place['invoices'][number]>();
    for (let offset = 0; offset < MAX_INVOICES;) {
      const read = await this.#partnerCenter.read(call, `/invoices?size=${INVOICES_PER_PAGE}&offset=${offset}`, collectionOf(invoiceSchema));
      const isOver = read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND';
      if (read.kind !== 'SUCCEEDED' && !isOver) return read;
      const items = read.kind === 'SUCCEEDED' ? read.value.value.items : [];
      // Not before: a page may have fewer than were asked for.
      if (items.length === 0) return succeeded({ invoices: [...documents.values()] });
      for (const invoice of items.filter((candidate) => isBilledIn(candidate, billingMonth))) {
        documents.set(invoice.id, { invoice: invoice.id, document: isCreditNote(invoice) ? 'CREDIT_NOTE' : 'INVOICE', currency: invoice.currencyCode });
      }
      offset += items.length;
    }
    return retryable(`the list of invoices does not end after ${MAX_INVOICES} of them`);
  }

  /** The address of the next page is made here, from the same question: only what it is continued with is taken from the vendor. */
  async #lines<T extends z.ZodType>(call: Call, path: string, continuation: string | undefined, item: T): Promise<Reading<Lines<z.infer<T>>>> {
    const goingOn = continuation === undefined ? path : `${path}&seekOperation=Next`;
    const read = await this.#partnerCenter.read(call, goingOn, lineItemsOf(item), {
      exact: true,
      maxBytes: MAX_PAGE_BYTES,
      ...(continuation === undefined ? {} : { headers: { 'ms-continuationtoken': continuation } }),
    });
    // There is nothing yet, or not any more; within a reading, its rest would be lost unseen.
    if (read.kind === 'REJECTED' && read.rejection === 'NOT_FOUND') {
      return continuation === undefined ? succeeded({ items: [], continuation, asOf: undefined }) : CHANGED;
    }
    if (read.kind !== 'SUCCEEDED') return read;
    const { asOf, value } = read.value;
    return succeeded({ items: value.items, continuation: value.links?.next ?? undefined, asOf });
  }
}

const queryOf = (type: 'billinglineitems' | 'usagelineitems', currency: string): string =>
  `provider=onetime&invoicelineitemtype=${type}&currencycode=${encodeURIComponent(currency)}&size=${LINES_PER_PAGE}`;
