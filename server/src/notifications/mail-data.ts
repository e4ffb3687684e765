/**
 * What mails are about, one interface for each template. Whoever queues a mail fills it; everything is text that can be
 * shown as it is, in the language of the mail.
 */
export const MAIL_TEMPLATES = [
  'ORDER_CONFIRMATION',
  'OPERATIONS_NOTIFICATION',
  'LICENSE_DELIVERY',
  'PROVISIONING_FAILURE',
  'ORDER_APPROVAL_REQUESTED',
] as const;
export type MailTemplate = (typeof MAIL_TEMPLATES)[number];

export const MAIL_LOCALES = ['en', 'de'] as const;
export type MailLocale = (typeof MAIL_LOCALES)[number];

/** Mustache throughout; the body is MJML, sections without the frame. */
export interface TemplateTexts {
  readonly subject: string;
  readonly body: string;
  readonly textBody: string;
}

export interface Party {
  readonly name: string;
  readonly number: string;
}

export interface Contact extends Party {
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: string | null;
}

export interface OrderLine {
  readonly product: string;
  readonly sku: string;
  readonly plan: string;
  readonly quantity: string;
  /** Of one license; null where there is none to be shown. */
  readonly price: string | null;
  readonly firstCharge: string | null;
  readonly recurring: string | null;
  /** Charged by what is used: the line shows no price, whatever stands above. */
  readonly consumption: boolean;
}

export interface OrderMail {
  readonly number: string;
  readonly placedAt: string;
  readonly channel: string;
  /** Null where the provider sells to the customer itself. */
  readonly reseller: Party | null;
  readonly customer: Contact;
  readonly lines: readonly OrderLine[];
  readonly total: string | null;
  /** Where the order is in the dashboard. */
  readonly url: string;
}

export interface LicenseMail {
  readonly customer: Party;
  readonly product: string;
  readonly sku: string;
  readonly quantity: string;
  readonly subscriptionNumber: string;
  readonly activationCode: string;
  readonly url: string;
}

export interface FailureMail {
  /** What could not be provisioned, such as a subscription and its customer. */
  readonly subject: string;
  readonly vendor: string;
  readonly operation: string;
  readonly reason: string;
  readonly since: string;
  readonly url: string;
}

export interface MailData {
  readonly ORDER_CONFIRMATION: OrderMail;
  readonly OPERATIONS_NOTIFICATION: OrderMail;
  readonly ORDER_APPROVAL_REQUESTED: OrderMail;
  readonly LICENSE_DELIVERY: LicenseMail;
  readonly PROVISIONING_FAILURE: FailureMail;
}

/** Values that a mail's reader may see and others may not: they are masked wherever the mail is shown. */
export const SECRET_PLACEHOLDERS: readonly string[] = ['activationCode'];

/**
 * An order as its mails may know it. A line that is charged by use has no price, and a sum over such a line says nothing.
 * Taken away here, no template can show it, neither the default nor one that somebody wrote.
 * @rule O5
 */
export function withoutPricesOfUse<D extends object>(data: D): D {
  if (!('lines' in data)) return data;
  const order = data as unknown as OrderMail;
  const lines = order.lines.map((line) => (line.consumption ? { ...line, price: null, firstCharge: null, recurring: null } : line));
  return { ...data, lines, total: lines.some(({ consumption }) => consumption) ? null : order.total };
}

/** `XXXX-XXXX-XXXX-7K2P`: who has the code can tell which it is, others learn nothing of it. */
export function masked(code: string): string {
  const kept = code.length >= 12 ? code.slice(-4) : '';
  return code.slice(0, code.length - kept.length).replace(/[\p{L}\p{N}]/gu, '•') + kept;
}

const ORDER: OrderMail = {
  number: 'O-2026-00042',
  placedAt: '2026-05-11 10:24',
  channel: 'Storefront',
  reseller: { name: 'Baltic IT Partners', number: 'R-1001' },
  customer: { name: 'Hansa Logistics', number: 'C-2001', email: 'it@hansa.example', phone: '+49 40 123456', address: 'Kai 1, 20457 Hamburg, DE' },
  lines: [
    {
      product: 'Endpoint Security',
      sku: 'KES-50-249',
      plan: 'Endpoint Security, 50–249 licenses',
      quantity: '60',
      price: '2.90 EUR',
      firstCharge: '117.87 EUR',
      recurring: '174.00 EUR',
      consumption: false,
    },
    {
      product: 'Mail Protection',
      sku: 'KMP-1-49',
      plan: 'Mail Protection, 1–49 licenses',
      quantity: '25',
      price: '1.10 EUR',
      firstCharge: '18.63 EUR',
      recurring: '27.50 EUR',
      consumption: false,
    },
  ],
  total: '136.50 EUR',
  url: 'https://cloud.example.com/orders/O-2026-00042',
};

/** An example of each, with every value there: previews show it, and it says which placeholders there are. */
export const SAMPLES: MailData = {
  ORDER_CONFIRMATION: ORDER,
  OPERATIONS_NOTIFICATION: ORDER,
  ORDER_APPROVAL_REQUESTED: ORDER,
  LICENSE_DELIVERY: {
    customer: { name: 'Hansa Logistics', number: 'C-2001' },
    product: 'Endpoint Security',
    sku: 'KES-50-249',
    quantity: '60',
    subscriptionNumber: 'S-000117',
    activationCode: 'ABCDE-FGHIJ-KLMNP-QRST7',
    url: 'https://cloud.example.com/subscriptions/S-000117',
  },
  PROVISIONING_FAILURE: {
    subject: 'S-000117, Hansa Logistics',
    vendor: 'Kaspersky',
    operation: 'Change of licenses from 60 to 75',
    reason: 'the vendor did not answer',
    since: '2026-05-11 10:24',
    url: 'https://cloud.example.com/subscriptions/S-000117',
  },
};
