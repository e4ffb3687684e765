/**
 * Saying no with data. Every refusal has a code in the one table below; the table gives its sentence and what would be
 * right. Parameters carry the facts, so a screen in any language can say the same thing.
 */

/** Placeholders in braces are filled from the refusal's parameters. */
interface RefusalText {
  /** What was wrong, and what would be right. */
  readonly message: string;
  /** When this is said, for the schema's documentation. */
  readonly meaning: string;
}

export const REFUSALS = {
  // Values
  TEXT_INVALID: {
    message: '{field} may not hold {problem}; use 1 to {maximum} visible characters on one line',
    meaning: 'A text is empty, too long, or holds control characters, line breaks or direction marks.',
  },
  EMAIL_INVALID: { message: '{value} is not an email address such as ann@example.com', meaning: 'An email address cannot be one.' },
  COUNTRY_UNKNOWN: { message: '{value} is not an ISO 3166-1 country code such as DE', meaning: 'ISO 3166-1 has no such country code.' },
  CURRENCY_UNKNOWN: { message: '{value} is not an ISO 4217 currency code such as EUR', meaning: 'ISO 4217 has no such active currency.' },
  LOCALE_UNKNOWN: { message: '{value} is not a language tag such as en or de-CH', meaning: 'The language tag is not one of BCP 47.' },
  TIME_ZONE_UNKNOWN: { message: '{value} is not an IANA time zone such as Europe/Athens', meaning: 'The time zone database has no such zone.' },
  NUMBER_INVALID: { message: '{field} is {value}; it must be {expected}', meaning: 'A number does not have the form or the range that it must have.' },
  DATE_INVALID: { message: '{field} is {value}; it must be {expected}', meaning: 'A day, instant or month does not have the form that it must have.' },
  DATE_OUT_OF_RANGE: {
    message: '{field} is {value}; it must lie from {earliest} to {latest}',
    meaning: 'A day or instant lies outside the time that the operation allows.',
  },
  PERIOD_EMPTY: { message: 'the period from {from} to {to} has no days; to must be after from', meaning: 'A run of days ends before it begins.' },
  PERIOD_TOO_LONG: {
    message: 'the period from {from} to {to} is longer than {maximum} months; ask for it in pieces',
    meaning: 'A run of days is longer than the operation allows.',
  },
  VALUE_REQUIRED: { message: '{field} is required', meaning: 'A value that must be given is missing.' },
  NUMBER_TAKEN: { message: 'the number {number} belongs to another {kind}; choose one that is free', meaning: 'The number is in use.' },

  // Accounts (A1, A2)
  ACCOUNT_UNKNOWN: { message: 'there is no account {account}', meaning: 'No such account, or none that the viewer may see.' },
  PARENT_KIND_NOT_ALLOWED: {
    message: 'a {kind} cannot be under a {parentKind}; its parent must be {allowed}',
    meaning: 'Accounts of this kind do not go under accounts of that kind (A1).',
  },
  ACCOUNT_CYCLE: {
    message: '{account} cannot go under {parent}, which is the account itself or below it',
    meaning: 'Moving the account would close a circle (A1).',
  },
  ACCOUNT_IS_PROVIDER: {
    message: 'the provider account is the root; it cannot be {action}',
    meaning: 'The root account cannot be moved, held or closed (A1).',
  },
  ACCOUNT_IS_OWN: {
    message: '{account} is your own account; only an account above it can be the one by whom it is {action}',
    meaning: 'Nobody holds, releases, closes or moves their own account.',
  },
  ACCOUNT_ON_HOLD: {
    message: 'account {account} is on hold: its services keep running, but {action} must wait until it is released',
    meaning: 'New orders and increases are refused for an account on hold (A2).',
  },
  ACCOUNT_CLOSED: { message: 'account {account} is closed; nothing can be changed for it', meaning: 'The account is closed (A2).' },
  ACCOUNT_HAS_SUBSCRIPTIONS: {
    message: 'account {account} still holds {count} subscriptions, itself or below it; terminate or move them first',
    meaning: 'An account with running subscriptions cannot be closed.',
  },
  ACCOUNT_STATUS_UNCHANGED: { message: 'account {account} is already {status}', meaning: 'The account is in the requested status.' },
  ACCOUNT_PARENT_UNCHANGED: { message: 'account {account} is already under {parent}', meaning: 'The move would change nothing.' },
  ACCOUNT_KIND_NOT_ALLOWED: { message: '{account} is a {kind}; this needs a {allowed}', meaning: 'The operation is for accounts of another kind.' },

  // Catalog (C3, C4)
  PRODUCT_UNKNOWN: { message: 'there is no product {product}', meaning: 'No such product, or none that the viewer may see.' },
  PLAN_UNKNOWN: { message: 'there is no plan {plan}', meaning: 'No such plan, or none that the viewer may see.' },
  VENDOR_UNKNOWN: { message: 'there is no vendor {vendor}; known are {known}', meaning: 'No such vendor.' },
  SKU_TAKEN: { message: 'the SKU {sku} belongs to another plan; choose one that is free', meaning: 'A SKU names one plan.' },
  BAND_INVALID: {
    message: 'a band from {minimum} to {maximum} holds no quantity; it must lie within 1 to {largest}',
    meaning: 'A plan’s license range is empty or outside what can be billed (C3).',
  },
  QUANTITY_TOO_SMALL: {
    message: 'quantity {quantity} is below {minimum}, the least that {plan} allows{fitting}',
    meaning: 'The quantity lies under the plan’s band (C4).',
  },
  QUANTITY_TOO_LARGE: {
    message: 'quantity {quantity} is above {maximum}, the most that {plan} allows{fitting}',
    meaning: 'The quantity lies over the plan’s band (C4).',
  },
  POLICY_OPTION_NOT_ALLOWED: {
    message: '{option} {value} does not go with {policy}; use {allowed}',
    meaning: 'The billing policy has no such cycle or daily quantity.',
  },
  PRICE_MISSING: {
    message: 'plan {plan} has no {currency} price in force on {day}; set one that is valid from {day} or earlier',
    meaning: 'A charge cannot be made without a list price.',
  },
  PRICE_OVERLAPS: {
    message: 'plan {plan} already has a {currency} price from {day}; choose another day',
    meaning: 'Two prices of one plan and currency cannot begin on the same day.',
  },

  // Price lists (P1-P6)
  PRICE_LIST_UNKNOWN: { message: 'there is no price list {priceList}', meaning: 'No such price list, or none that the viewer may see.' },
  PRICE_LIST_ENTRY_UNKNOWN: { message: 'there is no price list entry {entry}', meaning: 'No such entry, or none that the viewer may see.' },
  PRICE_LIST_SELLER_NOT_ALLOWED: {
    message: '{account} cannot sell: price lists belong to the provider or a reseller',
    meaning: 'Only sellers own price lists (P1).',
  },
  PRICE_LIST_BUYER_NOT_ALLOWED: {
    message: '{buyer} does not buy from {seller}; a list is assigned to accounts directly under its seller',
    meaning: 'A price list is for the seller’s own buyers (P1).',
  },
  PRICE_LIST_PERIOD_OVERLAPS: { message: '{subject} already begins on {day}; choose another day', meaning: 'Two versions cannot begin on the same day.' },
  PERCENT_INVALID: {
    message: '{mode} {percent} % is not possible; it must be from 0 to {maximum} with at most four decimals',
    meaning: 'A discount above 100 % or a rate below zero.',
  },
  PRICE_UNDER_COST: {
    message: '{product}: {price} {currency} is under the seller’s cost of {cost} {currency} on {day}; confirm it with a reason, or use a better rate',
    meaning: 'The rate would sell under cost and was not confirmed (P6).',
  },

  // Subscriptions (S1-S3, B1-B3, B8)
  SUBSCRIPTION_UNKNOWN: { message: 'there is no subscription {subscription}', meaning: 'No such subscription, or none that the viewer may see.' },
  SUBSCRIPTION_TERMINATED: {
    message: 'subscription {subscription} was terminated on {day}; that is final, so order a new one',
    meaning: 'A terminated subscription cannot be changed or reactivated (B8).',
  },
  SUBSCRIPTION_STATE_NOT_ALLOWED: {
    message: 'subscription {subscription} is {status}; {action} needs {allowed}',
    meaning: 'The subscription’s status does not allow the operation (S1).',
  },
  CONFIRMATION_REQUIRED: {
    message:
      'terminating {subscription} cannot be taken back: the vendor deletes it, and a new order brings a new activation code; set confirmIrreversible to true',
    meaning: 'An irreversible step was not confirmed (B8).',
  },
  QUANTITY_UNCHANGED: { message: 'subscription {subscription} already has {quantity} licenses on {day}', meaning: 'The change would change nothing.' },
  QUANTITY_DECREASE_NOT_ALLOWED: {
    message: 'a YEARLY subscription cannot go from {from} to {to} licenses before its term ends on {renewsOn}; schedule the lower quantity for that renewal',
    meaning: 'A yearly term is never reduced (B3).',
  },
  PLAN_SWITCH_NOT_ALLOWED: {
    message: 'a {policy} subscription cannot switch its plan; {advice}',
    meaning: 'The billing policy does not allow a plan switch (B1, B3).',
  },
  PLAN_OF_ANOTHER_PRODUCT: {
    message: 'plan {plan} belongs to {product}, not to {currentProduct}; a switch stays within one product',
    meaning: 'A plan switch moves to another band of the same product (C4).',
  },
  PLAN_UNCHANGED: { message: 'subscription {subscription} is already on plan {plan}', meaning: 'The switch would change nothing.' },
  PLAN_POLICY_DIFFERS: {
    message: 'plan {plan} is billed {policy}, the subscription {currentPolicy}; a switch keeps the billing policy and its cycle',
    meaning: 'A plan switch does not change how a subscription is billed.',
  },
  RENEWAL_NOT_ALLOWED: {
    message: 'a {policy} subscription has no term, so nothing renews; change the quantity or terminate it',
    meaning: 'Only yearly terms renew (B3).',
  },
  CHANGES_NOT_IN_ORDER: {
    message: 'change {index} takes effect at {at}, before the activation at {activatedAt}',
    meaning: 'A change lies before the activation.',
  },
  ACTIVATION_QUANTITY_MISSING: {
    message: 'the first change must give the quantity of the activation on {day}',
    meaning: 'A timeline must begin with the activation’s quantity.',
  },
  TERMINATION_BEFORE_ACTIVATION: {
    message: 'the termination at {terminatedAt} lies before the activation at {activatedAt}',
    meaning: 'A subscription cannot end before it begins.',
  },
  CHANGE_AFTER_TERMINATION: { message: 'a change at {at} lies after the end on {terminatedOn}', meaning: 'Nothing changes after the termination (B8).' },
  CONFLICT: {
    message: '{subject} was changed by someone else in the meantime: it is now at version {current}, you saw {expected}; look again and repeat',
    meaning: 'Two changes met; the other one won.',
  },

  // Accounts at vendors (A4–A7)
  PLATFORM_UNKNOWN: { message: 'there is no platform {platform}; known are {known}', meaning: 'No vendor has such a platform.' },
  SYNC_ROLE_MISMATCH: { message: '{account} is a {kind}, so its role is {fitting} and not {role}', meaning: 'The role does not fit the kind of account (A6).' },
  SYNC_EMAIL_INVALID: {
    message: '“{email}” cannot receive the license keys of {account}; give an address such as keys@example.com',
    meaning: 'The address for license keys is missing or cannot be one (A6).',
  },
  RESELLER_PIN_MISSING: {
    message: 'reseller {account} has no PIN on {platform}; enter the one that the vendor gave it',
    meaning: 'A reseller has no PIN (A6).',
  },
  RESELLER_PIN_INVALID: { message: 'the PIN “{pin}” has other characters than letters, digits, dots and dashes', meaning: 'A reseller PIN cannot be one.' },
  RESELLER_PIN_TAKEN: { message: 'the PIN {pin} on {platform} is that of {owner}; every reseller has its own', meaning: 'The PIN is another account’s (A6).' },
  RESELLER_PIN_NOT_ALLOWED: {
    message: '{account} is a {kind}; only resellers have a PIN',
    meaning: 'A PIN was given for an account that is no reseller (A5).',
  },
  PARENT_NOT_SYNCHRONIZED: {
    message: '{parent}, the seller of {account}, is {status} on {platform}; synchronize it first',
    meaning: 'The reseller above is not synchronized on that platform (A6).',
  },
  SYNC_PARENT_MISMATCH: {
    message: '{parent} does not serve {account}; its seller is {seller}',
    meaning: 'The parent account is not the reseller that serves the account (A5).',
  },
  SYNC_IN_PROGRESS: { message: '{account} is being synchronized on {platform}; wait for its end', meaning: 'The account is being synchronized already.' },
  ACCOUNT_NOT_SYNCHRONIZED: {
    message: 'account {account} is {status} on {platform}; synchronize it before something is provisioned for it',
    meaning: 'The account is not synchronized on the product’s platform (A7).',
  },

  // Provisioning (S1, S2, B8, B9)
  VENDOR_NOT_CONFIGURED: {
    message: '{vendor} cannot be reached: its settings {settings} are not set',
    meaning: 'The installation has no access to the vendor.',
  },
  VENDOR_CANNOT: { message: '{vendor} has no way to {action}; {advice}', meaning: 'The vendor does not have this operation.' },
  VENDOR_PARAMETER_INVALID: { message: '{vendor} would refuse {parameter}: {problem}', meaning: 'A value would be refused by the vendor, so it was not sent.' },
  VENDOR_REJECTED: { message: '{vendor} said no: {message}', meaning: 'The vendor refused; nothing was done there.' },
  OPERATION_PENDING: {
    message: '{subject} has an open operation ({kind}, {state} since {since}); wait for its end',
    meaning: 'A vendor call is open and blocks others (S1).',
  },
  OPERATION_UNKNOWN: { message: 'there is no operation {operation}', meaning: 'No such operation, or none that the viewer may see.' },
  OPERATION_STATE_NOT_ALLOWED: {
    message: 'the operation is {state}; {action} needs one that is {allowed}',
    meaning: 'The operation is not in a state for this.',
  },
  OPERATION_SUPERSEDED: {
    message: '{subscription} was changed since ({kind}, {at}); order the change anew if it is still wanted',
    meaning: 'A later change of the same holds, and is not set back by trying an earlier one again.',
  },
  VENDOR_HAS_IT: {
    message: '{vendor} delivered {subscription} after all, as {vendorSubscriptionId}; settle that difference before it is delivered again',
    meaning: 'Delivering again would make two of it at the vendor (S2).',
  },
  DRIFT_UNKNOWN: { message: 'there is no difference {drift}', meaning: 'No such difference between a vendor and us, or none that the viewer may see.' },
  DRIFT_SETTLED: { message: 'the difference is settled already: {resolution}', meaning: 'A difference is settled once.' },
  DRIFT_RESOLUTION_NOT_ALLOWED: {
    message: 'this difference cannot be settled by {resolution}; use {allowed}',
    meaning: 'What only the vendor has can be ended there; what both have can be told to the vendor.',
  },
  RESOLUTION_INVALID: {
    message: '{field} is required where the vendor did it: look it up in the vendor’s portal',
    meaning: 'How an unknown operation ended lacks what the vendor made.',
  },
  VENDOR_SUBSCRIPTION_TAKEN: {
    message: '{vendorSubscriptionId} is the vendor’s side of {subscription} already',
    meaning: 'Two subscriptions cannot be one at the vendor.',
  },
  REACTIVATION_NOT_ALLOWED: {
    message: 'subscription {subscription} was terminated on {day}, and the vendor has deleted it; order it again, with a new activation code',
    meaning: 'Terminating is final (B8).',
  },
  APPROVAL_CODE_NOT_ALLOWED: {
    message: 'only the provider’s staff may set this',
    meaning: 'An approval code was given by somebody who may not know of it (B9).',
  },
  APPROVAL_CODE_INVALID: { message: 'the approval code “{code}” must have 1 to 50 visible characters', meaning: 'An approval code cannot be one (B9).' },

  // Orders (O1–O6)
  ORDER_UNKNOWN: { message: 'there is no order {order}', meaning: 'No such order, or none that the viewer may see.' },
  ORDER_LINE_UNKNOWN: { message: 'there is no order line {line}', meaning: 'No such order line, or none that the viewer may see.' },
  ORDER_STATE_NOT_ALLOWED: {
    message: 'order {order} is {status}; {action} needs one that is {allowed}',
    meaning: 'The order is not in a state for this (O1).',
  },
  ORDER_CHANNEL_NOT_ALLOWED: { message: 'you cannot order through {channel}; use {allowed}', meaning: 'The channel is not the viewer’s (O1).' },
  ORDER_EMPTY: { message: 'order {order} has no lines; add what is to be bought', meaning: 'An order without lines cannot be submitted.' },
  ORDER_LINES_TOO_MANY: { message: 'an order has at most {maximum} lines; make another one', meaning: 'The order has no room for another line.' },
  ORDER_INCOMPLETE: { message: 'order {order} is incomplete: {lines}', meaning: 'Lines lack required characteristics (O2).' },
  CHARACTERISTIC_UNKNOWN: { message: '{plan} has no characteristic {name}; it has {known}', meaning: 'The plan does not have this characteristic.' },
  CHARACTERISTIC_DUPLICATE: { message: '{name} is given {count} times; give it once', meaning: 'A characteristic was given more than once.' },
  CHARACTERISTIC_INVALID: { message: '{name} is “{value}”; it must be {expected}', meaning: 'A characteristic’s value does not have its form or range (O2).' },
  PLAN_NOT_OFFERED: {
    message: '{plan} is in no price list of {account} in force on {day}, so it cannot be ordered for it',
    meaning: 'A product outside of the buyer’s price list cannot be ordered (P2).',
  },
  QUOTE_STALE: { message: 'the quote does not hold any more: {changed}; calculate the cost again', meaning: 'What was quoted has changed since (O3).' },
  QUOTE_FOREIGN: {
    message: 'the quote is not for order {order}; calculate the cost of this one',
    meaning: 'The quote belongs to another order, or is none of ours (O3).',
  },
  APPROVAL_OF_OWN_REQUEST: {
    message: 'you placed order {order} yourself; somebody else has to decide about it',
    meaning: 'Nobody approves their own request.',
  },

  // Billing (H2, H3)
  BILLING_PERIOD_UNKNOWN: { message: 'there is no billing period {billingPeriod}; run billing for it first', meaning: 'The period was never opened.' },
  BILLING_PERIOD_CLOSED: {
    message: 'billing period {billingPeriod} is closed and its charges are frozen; a later change makes an adjustment in the next open period',
    meaning: 'A closed period is not rated again (H2).',
  },
  BILLING_PERIOD_NOT_RATED: {
    message: 'billing period {billingPeriod} has no finished billing run; run it before closing',
    meaning: 'Only a completely rated period can be closed.',
  },
  BILLING_PERIOD_HAS_PARKED: {
    message: 'billing period {billingPeriod} has {count} parked subscriptions; resolve them before closing',
    meaning: 'Some subscriptions could not be billed, so the period is not complete.',
  },
  BILLING_PERIOD_TOO_FAR_AHEAD: {
    message: 'billing period {billingPeriod} is more than {months} months ahead of {today}',
    meaning: 'A sanity bound of billing.',
  },
  CHARGE_OUT_OF_BOUNDS: {
    message: 'a charge for {subscription} broke the bound “{bound}”; it was parked for a person to look at',
    meaning: 'A sanity bound of billing was broken; the others went on.',
  },

  // Migration (S5)
  MIGRATION_UNKNOWN: { message: 'there is no migration {migration}', meaning: 'No such migration, or none that the viewer may see.' },
  MIGRATION_NOT_FIRST_OF_MONTH: {
    message: 'a migration takes place on the first day of a month, and {day} is none; the next one is {next}',
    meaning: 'Subscriptions move to another way of billing on the first day of a month only (S5).',
  },
  MIGRATION_NOT_TODAY: {
    message: '{migration} is planned for {effectiveOn} and today is {today}; run it on its day, or plan another one for a day that is still to come',
    meaning: 'A migration starts on the day that it was planned for (S5).',
  },
  MIGRATION_UNDER_WAY: {
    message: '{migration} is moving the subscriptions of {vendor} already; wait until it has ended',
    meaning: 'One migration of a vendor runs at a time (S5).',
  },
  MIGRATION_HAS_BLOCKERS: {
    message: '{count} subscriptions of {migration} cannot be moved as things stand; resolve what blocks them, since all move at once or none',
    meaning: 'A migration does not start while anything stands in its way (S5).',
  },
  MIGRATION_MAPPING_NOT_ALLOWED: {
    message: '{from} cannot go to {to}; a MAX_OF_MONTH plan goes to a PAYG plan of {product} that is on offer and charged by the calendar month',
    meaning: 'The plan that was named cannot follow the legacy plan (S5, C4).',
  },
  MIGRATION_MAPPING_REPEATED: { message: 'plan {plan} is mapped more than once; name one plan for it', meaning: 'A legacy plan has two successors.' },
  MIGRATION_NO_FITTING_PLAN: {
    message: 'no PAYG plan of {product} on offer fits {quantities} licenses of {plan}; offer one, or change the quantity',
    meaning: 'A legacy subscription has no plan to move to (S5, C4).',
  },
  MIGRATION_SEVERAL_FITTING_PLANS: {
    message: '{quantities} licenses of {plan} fit several PAYG plans: {plans}; name one of them in the mapping',
    meaning: 'A legacy subscription could move to more than one plan (S5, C4).',
  },

  // Imports
  FILE_EMPTY: { message: 'the file has no bytes; upload the export again', meaning: 'The uploaded file is empty.' },
  FILE_NO_ROWS: { message: 'the file has a header and no rows; check the export', meaning: 'A file without rows looks like a failed export.' },
  FILE_TOO_LARGE: { message: 'the file has {size} bytes; at most {maximum} are taken', meaning: 'The file is larger than allowed.' },
  FILE_ENCODING: { message: 'the file is not UTF-8: byte {offset} cannot be read; save it as UTF-8', meaning: 'The file’s text cannot be read.' },
  UPLOAD_UNKNOWN: {
    message: 'there is no finished upload {upload}; create one, put the bytes, then repeat',
    meaning: 'No such upload, or its bytes never came.',
  },
  UPLOAD_SIZE_DIFFERS: {
    message: 'the upload has {size} bytes, {declared} were announced; upload it again',
    meaning: 'The upload broke off or was another file.',
  },
  CSV_MALFORMED: { message: 'line {line}: {problem}', meaning: 'The text is not well-formed CSV.' },
  COLUMN_MISSING: { message: 'columns missing: {missing}; found are {found}', meaning: 'The header row lacks required columns.' },
  COLUMN_DUPLICATE: { message: 'column {column} stands {count} times in the header; keep one', meaning: 'Two columns of one name: neither can be trusted.' },
  COLUMN_UNKNOWN: { message: 'column {column} is not one of {known}', meaning: 'The header row has a column that nobody reads.' },
  ROW_DUPLICATE: { message: 'the row repeats row {row}; keep one', meaning: 'The same fact stands twice in the file.' },
  VALUE_NOT_ALLOWED: { message: '{field} is {value}; it must be {expected}', meaning: 'A cell holds none of the allowed values.' },
  PLAN_ROW_DIFFERS: {
    message: '{field} of {plan} is {value} here and {other} in row {row}; one plan has one {field}',
    meaning: 'Rows of one plan contradict each other.',
  },
  EVENT_NOT_ALLOWED: { message: '{event} of {subscription}: {problem}', meaning: 'A subscription’s events do not follow one another.' },

  // Mails (O5)
  MAIL_UNKNOWN: { message: 'there is no mail {mail}', meaning: 'No such mail, or none that the viewer may see.' },
  MAIL_NOT_SENT_YET: {
    message: 'the mail to {recipient} is about to be sent; wait until it was or until it failed',
    meaning: 'A mail that waits for its first attempt, or is being sent, cannot be sent again beside that.',
  },
  MAIL_RECIPIENT_MISSING: {
    message: 'account {account} has no email address; enter one, then send the mail again',
    meaning: 'There is no address to which the mail could go.',
  },
  TEMPLATE_LOCALE_UNKNOWN: { message: 'there are no templates in {locale}; known are {known}', meaning: 'Mails are not written in this language.' },
  TEMPLATE_INVALID: { message: '{field} of the template: {problem}', meaning: 'A text of a template cannot be filled in.' },
  TEMPLATE_PLACEHOLDER_UNKNOWN: {
    message: '{field} of the template has the placeholder {placeholder}; known there are {known}',
    meaning: 'A template speaks of something that its mails do not know.',
  },
  TEMPLATE_MJML_INVALID: { message: 'the body of the template is not MJML: {problem}', meaning: 'The body of a template cannot be made into HTML.' },
  TEMPLATE_IS_DEFAULT: { message: 'the template {template} in {locale} is the default already', meaning: 'There is nothing to reset.' },

  // Requests
  IDEMPOTENCY_KEY_REUSED: {
    message: 'the idempotency key was used for another request at {usedAt}; use a new key for a new request',
    meaning: 'The same key came with another body.',
  },
  IDEMPOTENCY_KEY_INVALID: { message: 'an idempotency key has 8 to 200 visible ASCII characters', meaning: 'The key cannot be one.' },
  JOB_GIVEN_UP: {
    message: 'the work failed each time it was tried, through a fault of ours; tell us the job {job}',
    meaning: 'A job was given up after many tries.',
  },
  SIGN_IN_FAILED: { message: 'email or password is wrong', meaning: 'No such person, or another password; which of the two is not said.' },
  TOO_MANY_ATTEMPTS: { message: 'too many attempts; try again in {seconds} seconds', meaning: 'Sign-in is limited per account and address.' },
  CLOCK_BACKWARD: { message: 'the clock is at {now} and only moves forward; {to} is not after it', meaning: 'Time does not go back (T2).' },
  CLOCK_TOO_FAR: {
    message: '{to} is more than {months} months ahead; move the clock in steps',
    meaning: 'The sandbox clock moves a bounded step at a time (T2).',
  },
} as const satisfies Record<string, RefusalText>;

export type RefusalCode = keyof typeof REFUSALS;

/** One reason why the business said no. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Where in the input: names and indexes from the outside in. Empty where it concerns the whole. */
  readonly path: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}

/** The outcome of a rule: a value, or every reason why not. */
export type Decision<T> = { readonly allowed: true; readonly value: T } | { readonly allowed: false; readonly refusals: readonly Refusal[] };

export function allow<T>(value: T): Decision<T> {
  return { allowed: true, value };
}

export function refuse(code: RefusalCode, parameters: Record<string, string | number | bigint> = {}, path: readonly string[] = []): Decision<never> {
  return { allowed: false, refusals: [refusal(code, parameters, path)] };
}

export function refusal(code: RefusalCode, parameters: Record<string, string | number | bigint> = {}, path: readonly string[] = []): Refusal {
  return { code, path, parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])) };
}

/** The refusal in English, its parameters filled in. */
export function refusalMessage({ code, parameters }: Refusal): string {
  return REFUSALS[code].message.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? '');
}
