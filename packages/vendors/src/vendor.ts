/**
 * The port: everything that a vendor can be asked, and every way in which a call can end. Adapters behind it are the
 * only code that knows a vendor's format; nobody before it does. They keep nothing and decide nothing: what was asked,
 * what came of it and what is tried again is written down by the caller.
 * @rule S2
 */

/** What a vendor says no to, in our words. */
export const REJECTIONS = [
  'VALIDATION',
  'NOT_FOUND',
  'CONFLICT_STATE',
  'DUPLICATE',
  'FORBIDDEN',
  'AUTH',
  'POLICY_WINDOW_CLOSED',
  'QUANTITY_RULE',
  'CREDIT_LIMIT',
  'CONCURRENCY',
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/**
 * How a call ended.
 *
 * - `SUCCEEDED`: it is done, and this is the vendor's answer.
 * - `ACCEPTED`: the vendor took it and works on it; ask `poll` with the reference.
 * - `REJECTED`: the vendor said no and did nothing. The same request would be told the same.
 * - `THROTTLED`: too many calls, nothing was done; not before so many milliseconds.
 * - `RETRYABLE`: nothing was done, and the same request may succeed later.
 * - `UNKNOWN`: it may have been done. Only reading the vendor's state can tell; see {@link Vendor.resolve}.
 */
export type Outcome<T> =
  | { readonly kind: 'SUCCEEDED'; readonly value: T }
  | { readonly kind: 'ACCEPTED'; readonly pollRef: string }
  | { readonly kind: 'REJECTED'; readonly rejection: Rejection; readonly vendorCode: string | undefined; readonly message: string }
  | { readonly kind: 'THROTTLED'; readonly retryAfterMs: number; readonly message: string }
  | { readonly kind: 'RETRYABLE'; readonly message: string }
  | { readonly kind: 'UNKNOWN'; readonly message: string };

/** Reading changes nothing, so its outcome is never unknown, and an answer that cannot be read is worth another try. */
export type Reading<T> = Exclude<Outcome<T>, { kind: 'ACCEPTED' | 'UNKNOWN' }>;

export const succeeded = <T>(value: T): { kind: 'SUCCEEDED'; value: T } => ({ kind: 'SUCCEEDED', value });
export const accepted = (pollRef: string): { kind: 'ACCEPTED'; pollRef: string } => ({ kind: 'ACCEPTED', pollRef });
export const rejected = (
  rejection: Rejection,
  message: string,
  vendorCode?: string,
): { kind: 'REJECTED'; rejection: Rejection; vendorCode: string | undefined; message: string } => ({ kind: 'REJECTED', rejection, vendorCode, message });
export const throttled = (retryAfterMs: number, message: string): { kind: 'THROTTLED'; retryAfterMs: number; message: string } => ({
  kind: 'THROTTLED',
  retryAfterMs,
  message,
});
export const retryable = (message: string): { kind: 'RETRYABLE'; message: string } => ({ kind: 'RETRYABLE', message });
export const unknown = (message: string): { kind: 'UNKNOWN'; message: string } => ({ kind: 'UNKNOWN', message });

/** One call. */
export interface Call {
  /** Our intent, as a UUID: the same for every try of it, so that a vendor with idempotency keys can tell. */
  readonly operationId: string;
  /** The moment at which we stop to wait. Whatever was sent by then may still be done. */
  readonly signal: AbortSignal;
}

/** Changes of state that a vendor may be asked for. */
export const OPERATIONS = [
  'CREATE_CUSTOMER',
  'PROVISION',
  'CHANGE_QUANTITY',
  'CHANGE_PLAN',
  'SUSPEND',
  'RESUME',
  'CANCEL',
  'SET_RENEWAL',
  'SET_APPROVAL_CODE',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Capabilities {
  /** What the vendor can do at all. What is missing here is refused before anything is sent. */
  readonly operations: ReadonlySet<Operation>;
  /** Sending these again does no harm: they are absolute values, or the vendor knows the operation's id. */
  readonly repeatable: ReadonlySet<Operation>;
  readonly canDecrease: boolean;
  readonly canReactivateAfterCancel: boolean;
  readonly asyncProvisioning: boolean;
  readonly hasIdempotencyKey: boolean;
  readonly hasWebhooks: boolean;
  /** Whether subscriptions can be listed, so that one that nobody here knows would be found. */
  readonly canList: boolean;
  /** Whether there is {@link Vendor.fetchInvoiceLines}, {@link Vendor.fetchUsage} and {@link Vendor.fetchPrices}. */
  readonly hasInvoiceLines: boolean;
  readonly hasUsage: boolean;
  readonly hasPrices: boolean;
}

/** A value that a vendor wants beyond what every order has. */
export interface Parameter {
  /** PascalCase, as the order characteristic is named. */
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: 'TEXT' | 'EMAIL' | 'DOMAIN' | 'CHOICE';
  readonly required: boolean;
  readonly maxLength: number;
  readonly choices?: readonly string[];
  readonly example: string;
}

/** An account of ours, as far as a vendor is told of it. */
export interface VendorAccount {
  /** Our account number. */
  readonly reference: string;
  /** The vendor's id of it, where it has one already. */
  readonly vendorCustomerId: string | undefined;
  readonly companyName: string;
  /** Receives the license key. */
  readonly email: string;
  readonly phone: string | undefined;
  readonly address: {
    readonly line1: string | undefined;
    readonly city: string | undefined;
    readonly region: string | undefined;
    readonly postalCode: string | undefined;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
  };
  /** BCP 47. */
  readonly locale: string;
  readonly role: 'USER' | 'RESELLER';
  /** The reseller that serves it, by its PIN on this platform; undefined for a direct customer. */
  readonly reseller: { readonly pin: string; readonly email: string | undefined } | undefined;
  /** Values of {@link Vendor.accountParameters}. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Provision {
  /** Our subscription number, handed over so that the vendor's side can be found again by it. At most 40 ASCII characters. */
  readonly reference: string;
  readonly account: VendorAccount;
  /** The vendor's article number. */
  readonly sku: string;
  readonly quantity: number;
  readonly policy: 'MAX_OF_MONTH' | 'PAYG' | 'YEARLY' | 'CONSUMPTION' | 'USAGE_DAILY' | 'COMMITTED';
  /** ISO 4217. */
  readonly currency: string;
  readonly approvalCode: string | undefined;
  /** Values of {@link Vendor.orderParameters}. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Where a subscription is, at the vendor. */
export interface SubscriptionRef {
  readonly reference: string;
  readonly vendorSubscriptionId: string;
  readonly vendorCustomerId: string | undefined;
  readonly sku: string;
  /** What goes with it at this vendor, as {@link VendorSubscription.memo} gave it. */
  readonly memo: string | undefined;
}

export type VendorStatus = 'PENDING' | 'ACTIVE' | 'SUSPENDED' | 'TERMINATED';

/** A subscription as the vendor shows it. What a vendor does not show is undefined. */
export interface VendorSubscription {
  readonly vendorSubscriptionId: string;
  readonly vendorCustomerId: string | undefined;
  /** Our subscription number, where the vendor gives it back. */
  readonly reference: string | undefined;
  readonly status: VendorStatus;
  readonly sku: string | undefined;
  readonly quantity: number | undefined;
  /** Why it is not active, in the vendor's words. */
  readonly statusReason: string | undefined;
  /** When it began there, as epoch milliseconds. */
  readonly startedAt: number | undefined;
  readonly renews: boolean | undefined;
  readonly activationCode: string | undefined;
  readonly licenseId: string | undefined;
  readonly memo: string | undefined;
}

export interface VendorCustomer {
  readonly vendorCustomerId: string | undefined;
  /** Something to be kept as a secret, shown by the vendor once: a first password. */
  readonly secret?: { readonly name: string; readonly value: string };
}

/** What a change of a subscription may be. */
export type Change =
  | { readonly operation: 'CHANGE_QUANTITY'; readonly quantity: number }
  | { readonly operation: 'CHANGE_PLAN'; readonly sku: string; readonly quantity: number; readonly policy: Provision['policy'] }
  | { readonly operation: 'SUSPEND' }
  | { readonly operation: 'RESUME' }
  | { readonly operation: 'CANCEL' }
  | { readonly operation: 'SET_RENEWAL'; readonly renews: boolean }
  | { readonly operation: 'SET_APPROVAL_CODE'; readonly approvalCode: string | undefined };

/** An intent whose outcome is unknown, or that was accepted. */
export type Intent =
  | { readonly operation: 'CREATE_CUSTOMER'; readonly account: VendorAccount }
  | { readonly operation: 'PROVISION'; readonly provision: Provision }
  | { readonly operation: Change['operation']; readonly ref: SubscriptionRef; readonly change: Change };

/** What reading the vendor says about an intent. */
export type Finding =
  /** It was done. A subscription or customer, as far as the intent makes one. */
  | { readonly kind: 'APPLIED'; readonly subscription?: VendorSubscription; readonly customer?: VendorCustomer }
  /** It was not done by that instant, as the vendor's own state of that instant shows. Epoch milliseconds. */
  | { readonly kind: 'NOT_APPLIED'; readonly asOf: number }
  /** The vendor works on it. */
  | { readonly kind: 'IN_PROGRESS'; readonly pollRef: string }
  /** The vendor cannot be asked this; a person has to look. */
  | { readonly kind: 'CANNOT_TELL'; readonly message: string };

/** One page of what the vendor has. */
export interface Listing {
  readonly subscriptions: readonly VendorSubscription[];
  /** Where to go on; undefined at the end. */
  readonly next: string | undefined;
  /** The vendor's state of which instant this is; undefined where it does not say. Epoch milliseconds. */
  readonly asOf: number | undefined;
}

/** An exact decimal, all digits as the vendor sent them and no exponent: "0.085", "-2.040". Never a float on its way. */
export type Decimal = string;

/** One page of what the vendor reports. It may be empty and not the last. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Where to go on, for the same question; undefined at the end. */
  readonly next: string | undefined;
  /** By the vendor's clock, epoch milliseconds; undefined where nothing had to be asked. */
  readonly asOf: number | undefined;
}

/** Days by the vendor's calendar, YYYY-MM-DD; `end` is the first one that is not covered. */
export interface DayRange {
  readonly start: string;
  readonly end: string;
}

/** What the vendor billed for a month: all documents whose billing period begins in it. */
export interface InvoiceQuery {
  /** YYYY-MM. */
  readonly billingMonth: string;
}

/** What a line of an invoice is for. */
export type LineCharge = 'PURCHASE' | 'RENEWAL' | 'CYCLE' | 'QUANTITY_CHANGE' | 'CANCELLATION' | 'CREDIT' | 'OTHER';

/** One line that we are billed with. Amounts of what is taken back are negative. */
export interface InvoiceLine {
  /** The vendor's number of the document. */
  readonly invoice: string;
  readonly document: 'INVOICE' | 'CREDIT_NOTE';
  readonly charge: LineCharge;
  /** The vendor's own word for it. */
  readonly chargeType: string;
  readonly vendorCustomerId: string | undefined;
  readonly vendorSubscriptionId: string | undefined;
  readonly orderId: string | undefined;
  readonly sku: string | undefined;
  readonly title: string | undefined;
  /** The term and billing cycle, in the vendor's words. */
  readonly term: string | undefined;
  /** Undefined where it is for no run of days. */
  readonly servicePeriod: DayRange | undefined;
  readonly unit: string | undefined;
  readonly quantity: Decimal;
  /** Of `quantity`, what is paid for, where some of it is free. */
  readonly billableQuantity: Decimal | undefined;
  /** Before discounts, credits and proration, and after them; both in `pricingCurrency`. */
  readonly unitPrice: Decimal | undefined;
  readonly effectiveUnitPrice: Decimal | undefined;
  readonly pricingCurrency: string | undefined;
  /** From `pricingCurrency` to `currency`. */
  readonly exchangeRate: Decimal | undefined;
  readonly subtotal: Decimal;
  readonly tax: Decimal;
  readonly total: Decimal;
  /** ISO 4217. */
  readonly currency: string;
}

/** Metered use: of the billing period that runs, of the one before it until that is billed, or of an invoice. */
export interface UsageQuery {
  readonly of: 'CURRENT_PERIOD' | 'PREVIOUS_PERIOD' | { readonly invoice: string };
  /** What is billed in, ISO 4217. */
  readonly currency: string;
}

/** What one meter counted on one day, rated by the vendor. */
export interface UsageRow {
  /** YYYY-MM-DD by the vendor's calendar. */
  readonly day: string;
  readonly vendorCustomerId: string | undefined;
  /** The subscription that was ordered, and what the customer made below it, where the vendor tells them apart. */
  readonly vendorSubscriptionId: string;
  readonly entitlementId: string | undefined;
  readonly sku: string | undefined;
  readonly meterId: string | undefined;
  readonly meter: string;
  readonly meterCategory: string | undefined;
  readonly region: string | undefined;
  readonly unit: string | undefined;
  readonly quantity: Decimal;
  /** Before and after the partner's earned credit; both in `pricingCurrency`. */
  readonly unitPrice: Decimal;
  readonly effectiveUnitPrice: Decimal;
  readonly pricingCurrency: string | undefined;
  /** From `pricingCurrency` to `currency`. */
  readonly exchangeRate: Decimal | undefined;
  /** Net of the credit, before tax and before any rounding that the invoice makes. */
  readonly amount: Decimal;
  /** ISO 4217. */
  readonly currency: string;
  /** Microsoft's discount of that day as a rate, "0.15"; undefined where the vendor knows none or does not say. */
  readonly partnerEarnedCredit: Decimal | undefined;
  readonly resourceGroup: string | undefined;
  readonly resource: string | undefined;
  /** As the customer set them, in the vendor's notation. */
  readonly tags: string | undefined;
}

export interface PriceQuery {
  readonly sheet: 'LICENSES' | 'METERED' | 'RESERVED';
  /** Where it is sold, ISO 3166-1 alpha-2. */
  readonly market: string;
  /** YYYY-MM of an earlier sheet; undefined for that of today. */
  readonly month: string | undefined;
}

/** What one unit costs us. */
export interface PriceRow {
  readonly sku: string;
  readonly title: string | undefined;
  /** What is metered by it. */
  readonly meterIds: readonly string[];
  readonly unit: string | undefined;
  /** ISO 8601 where it is a term: P1Y. */
  readonly term: string | undefined;
  readonly billingCycle: string | undefined;
  /** Who may buy at it: Commercial, Education. */
  readonly segment: string | undefined;
  readonly market: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly unitPrice: Decimal;
  /** What the vendor would have the customer pay. */
  readonly retailPrice: Decimal | undefined;
  /** The quantities it is for; undefined where it is not bound on that side. */
  readonly tierFrom: Decimal | undefined;
  readonly tierTo: Decimal | undefined;
  /** YYYY-MM-DD; the first day on which it holds, and the first on which it does not any more. */
  readonly validFrom: string;
  readonly validUntil: string | undefined;
}

/** A verified announcement that something of a subscription changed. It says that, never what: the state is read again. */
export interface Announcement {
  /** The same for each delivery of it. */
  readonly eventId: string;
  readonly occurredAt: number;
  readonly vendorSubscriptionId: string | undefined;
  readonly vendorCustomerId: string | undefined;
}

export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came: signatures are over bytes. */
  readonly body: Buffer;
  readonly receivedAt: number;
}

export interface Vendor {
  /** As in our catalog: KASPERSKY. */
  readonly code: string;
  /** The platform on which accounts are synchronized: KORM. */
  readonly platform: string;
  readonly capabilities: Capabilities;
  /** What it wants to know of an account before it can be synchronized. */
  readonly accountParameters: readonly Parameter[];
  /** What it wants to know with an order, beyond Seats. */
  readonly orderParameters: readonly Parameter[];

  /** What would be refused, as sentences by parameter, before anything is sent. An empty list: it may be sent. */
  check(intent: Intent): readonly { readonly parameter: string; readonly problem: string }[];

  /** Makes an account known to the vendor, or finds it there. A vendor without customers answers without an id. */
  createCustomer(call: Call, account: VendorAccount): Promise<Outcome<VendorCustomer>>;
  provision(call: Call, provision: Provision): Promise<Outcome<VendorSubscription>>;
  change(call: Call, ref: SubscriptionRef, change: Change): Promise<Outcome<VendorSubscription | undefined>>;
  /** Looks at what was accepted. */
  poll(call: Call, intent: Intent, pollRef: string): Promise<Outcome<VendorSubscription | VendorCustomer | undefined>>;

  /**
   * Finds out by reading whether an intent was done.
   * @param sentAt when it was sent last, epoch milliseconds by our clock
   */
  resolve(call: Call, intent: Intent, sentAt: number): Promise<Reading<Finding>>;
  /** One subscription as it is now; undefined where the vendor has none such. */
  getSubscription(call: Call, ref: SubscriptionRef): Promise<Reading<VendorSubscription | undefined>>;
  /** All of them, page by page. @throws where `capabilities.canList` is false */
  listSubscriptions(call: Call, customers: readonly string[], after: string | undefined): Promise<Reading<Listing>>;

  /**
   * What we were billed, what was used, and what it costs: page by page, and only where the vendor reports it, as
   * `capabilities` say. What there is nothing of is an empty page. `next` goes with the question that it was given for;
   * with another it is `REJECTED VALIDATION`. What changed since its first page, so that rows would be lost or doubled,
   * is `REJECTED CONCURRENCY`: it has to be read from the start.
   */
  fetchInvoiceLines?(call: Call, query: InvoiceQuery, after: string | undefined): Promise<Reading<Page<InvoiceLine>>>;
  fetchUsage?(call: Call, query: UsageQuery, after: string | undefined): Promise<Reading<Page<UsageRow>>>;
  fetchPrices?(call: Call, query: PriceQuery, after: string | undefined): Promise<Reading<Page<PriceRow>>>;

  /** Checks who sent a webhook and reads it; undefined where its signature or age is wrong. */
  readAnnouncement?(request: WebhookRequest): Promise<Announcement | undefined>;

  /** Frees connections. */
  close(): Promise<void>;
}
