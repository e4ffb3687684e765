import type { BookKind } from './import.queries.ts';

/** What each file holds, in the order in which a business is brought in. */
export const BOOK_KINDS = ['ACCOUNTS', 'PLANS', 'PRICE_LISTS', 'SUBSCRIPTIONS'] as const satisfies readonly BookKind[];

export const COLUMNS: Readonly<Record<BookKind, readonly string[]>> = {
  ACCOUNTS: ['number', 'name', 'kind', 'parent', 'email', 'country', 'currency'],
  PLANS: ['sku', 'product', 'billing_policy', 'cycle', 'daily_quantity', 'min_quantity', 'max_quantity', 'currency', 'list_price', 'vendor_cost', 'valid_from'],
  PRICE_LISTS: ['seller', 'buyer', 'product', 'mode', 'percent', 'valid_from'],
  SUBSCRIPTIONS: ['subscription', 'account', 'event', 'effective_on', 'plan', 'quantity'],
};

/** Where the imported things are to be seen. */
export const SEEN_AT: Readonly<Record<BookKind, string>> = {
  ACCOUNTS: '/accounts',
  PLANS: '/catalog',
  PRICE_LISTS: '/price-lists',
  SUBSCRIPTIONS: '/subscriptions',
};
