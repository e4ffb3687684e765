/**
 * Every refusal that a mutation or query can give: its code, its place in the input, its sentence, and that nothing of
 * what was refused stays. Held against the one table of refusals: a new code fails here until it has a row.
 */
import { readFileSync } from 'node:fs';
import { REFUSALS, refusalMessage, type RefusalCode } from '@cloudtill/domain/refusal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../server.ts';
import { Mutations } from './asking.ts';
import { absent, type Person } from './world.ts';

let ask: Mutations;
let booksBefore: Record<string, string>;
const id = (name: string): string => ask.id(name);

beforeAll(async () => {
  ask = await Mutations.open();
  await ask.done('closeAccount', { accountId: id('M-CLOSE') });
  // A plan that somebody holds although it lost its price, so that the month cannot be closed.
  await ask.sql(`insert into parked_subscription (month, customer_id, subscription_id, reason, parameters, since)
    select '2026-05-01', customer_id, id, 'PRICE_MISSING', '{}', now() from service_subscription where number = 'S-MINE'`);
  booksBefore = await ask.books();
});
afterAll(() => ask.stop());

type Row = [mutation: string, what: string, input: () => object, code: RefusalCode, path: string, message: string, as?: Person];

const account = (more: object): object => ({ kind: 'CUSTOMER', parentId: id('acc DEMO-RESELLER'), name: 'X', country: 'DE', currency: 'EUR', ...more });
const price = (more: object): object => ({ planId: id('M-PLAN'), currency: 'EUR', validFrom: '2040-01-01', listPrice: '1', vendorCost: '1', ...more });
const rate = (more: object): object => ({
  priceListId: id('prl DEMO-RESELLER → DEMO-CUSTOMER'),
  productId: id('prd KES'),
  mode: 'DISCOUNT',
  percent: '5',
  validFrom: '2040-01-01',
  ...more,
});
const subscription = (more: object): object => ({ accountId: id('acc DEMO-CUSTOMER'), planId: id('pln KES-1'), quantity: 1, ...more });
const nowhere = (kind: string): string => absent(`${kind}_`);
const NOWHERE = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000';
const LONG = 'x'.repeat(201);
const TEXT = (field: string, problem: string, maximum: number): string =>
  `${field} may not hold ${problem}; use 1 to ${maximum} visible characters on one line`;

const ACCOUNTS: readonly Row[] = [
  ['createAccount', 'an empty name', () => account({ name: '  ' }), 'TEXT_INVALID', 'name', TEXT('name', 'nothing', 200)],
  ['createAccount', 'a long name', () => account({ name: LONG }), 'TEXT_INVALID', 'name', TEXT('name', 'more than 200 characters', 200)],
  [
    'createAccount',
    'a number on two lines',
    () => account({ number: 'A\nB' }),
    'TEXT_INVALID',
    'number',
    TEXT('number', 'control characters or line breaks', 40),
  ],
  [
    'createAccount',
    'a long postal code',
    () => account({ address: { postalCode: LONG } }),
    'TEXT_INVALID',
    'address.postalCode',
    TEXT('postalCode', 'more than 20 characters', 20),
  ],
  ['createAccount', 'no email', () => account({ email: 'ann@' }), 'EMAIL_INVALID', 'email', 'ann@ is not an email address such as ann@example.com'],
  ['createAccount', 'no country', () => account({ country: 'XX' }), 'COUNTRY_UNKNOWN', 'country', 'XX is not an ISO 3166-1 country code such as DE'],
  ['createAccount', 'no currency', () => account({ currency: 'ZZZ' }), 'CURRENCY_UNKNOWN', 'currency', 'ZZZ is not an ISO 4217 currency code such as EUR'],
  [
    'createAccount',
    'no language',
    () => account({ locale: 'no_language' }),
    'LOCALE_UNKNOWN',
    'locale',
    'no_language is not a language tag such as en or de-CH',
  ],
  [
    'createAccount',
    'a taken number',
    () => account({ number: 'C-RIVAL' }),
    'NUMBER_TAKEN',
    'number',
    'the number C-RIVAL belongs to another account; choose one that is free',
  ],
  [
    'createAccount',
    'a parent that is not there',
    () => account({ parentId: nowhere('acc') }),
    'ACCOUNT_UNKNOWN',
    'parentId',
    `there is no account acc_${NOWHERE}`,
  ],
  [
    'createAccount',
    'a customer under a customer',
    () => account({ parentId: id('acc C-RIVAL') }),
    'PARENT_KIND_NOT_ALLOWED',
    'kind',
    'a CUSTOMER cannot be under a CUSTOMER; its parent must be PROVIDER or RESELLER',
  ],
  [
    'createAccount',
    'a second provider',
    () => account({ kind: 'PROVIDER' }),
    'PARENT_KIND_NOT_ALLOWED',
    'kind',
    'a PROVIDER cannot be under a RESELLER; its parent must be none',
  ],
  [
    'updateAccount',
    'a bell in its name',
    () => ({ accountId: id('M-UPDATE'), name: 'a\u0007' }),
    'TEXT_INVALID',
    'name',
    TEXT('name', 'control characters or line breaks', 200),
  ],
  [
    'updateAccount',
    'no country',
    () => ({ accountId: id('M-UPDATE'), country: 'D' }),
    'COUNTRY_UNKNOWN',
    'country',
    'D is not an ISO 3166-1 country code such as DE',
  ],
  ['updateAccount', 'nobody', () => ({ accountId: nowhere('acc'), name: 'X' }), 'ACCOUNT_UNKNOWN', 'accountId', `there is no account acc_${NOWHERE}`],
  [
    'updateAccount',
    'a closed account',
    () => ({ accountId: id('M-CLOSED'), name: 'X' }),
    'ACCOUNT_CLOSED',
    'accountId',
    'account M-CLOSED is closed; nothing can be changed for it',
  ],
  [
    'holdAccount',
    'the provider',
    () => ({ accountId: id('acc PROVIDER') }),
    'ACCOUNT_IS_PROVIDER',
    'accountId',
    'the provider account is the root; it cannot be put on hold',
  ],
  [
    'holdAccount',
    'one’s own account',
    () => ({ accountId: id('acc DEMO-RESELLER') }),
    'ACCOUNT_IS_OWN',
    'accountId',
    'DEMO-RESELLER is your own account; only an account above it can be the one by whom it is put on hold',
    'reseller',
  ],
  ['holdAccount', 'one on hold', () => ({ accountId: id('M-HELD') }), 'ACCOUNT_STATUS_UNCHANGED', 'accountId', 'account M-HELD is already ON_HOLD'],
  [
    'holdAccount',
    'a closed one',
    () => ({ accountId: id('M-CLOSED') }),
    'ACCOUNT_CLOSED',
    'accountId',
    'account M-CLOSED is closed; nothing can be changed for it',
  ],
  [
    'holdAccount',
    'a reason on two lines',
    () => ({ accountId: id('M-HOLD'), reason: 'a\nb' }),
    'TEXT_INVALID',
    'reason',
    TEXT('reason', 'control characters or line breaks', 500),
  ],
  ['holdAccount', 'nobody', () => ({ accountId: nowhere('acc') }), 'ACCOUNT_UNKNOWN', 'accountId', `there is no account acc_${NOWHERE}`],
  ['releaseAccount', 'an active one', () => ({ accountId: id('M-HOLD') }), 'ACCOUNT_STATUS_UNCHANGED', 'accountId', 'account M-HOLD is already ACTIVE'],
  [
    'releaseAccount',
    'the provider',
    () => ({ accountId: id('acc PROVIDER') }),
    'ACCOUNT_IS_PROVIDER',
    'accountId',
    'the provider account is the root; it cannot be released',
  ],
  [
    'closeAccount',
    'one that holds something',
    () => ({ accountId: id('acc DEMO-CUSTOMER') }),
    'ACCOUNT_HAS_SUBSCRIPTIONS',
    'accountId',
    'account DEMO-CUSTOMER still holds 9 subscriptions, itself or below it; terminate or move them first',
  ],
  [
    'closeAccount',
    'one above those that hold something',
    () => ({ accountId: id('acc R-RIVAL') }),
    'ACCOUNT_HAS_SUBSCRIPTIONS',
    'accountId',
    'account R-RIVAL still holds 2 subscriptions, itself or below it; terminate or move them first',
  ],
  [
    'closeAccount',
    'a closed one',
    () => ({ accountId: id('M-CLOSED') }),
    'ACCOUNT_CLOSED',
    'accountId',
    'account M-CLOSED is closed; nothing can be changed for it',
  ],
  [
    'closeAccount',
    'the provider',
    () => ({ accountId: id('acc PROVIDER') }),
    'ACCOUNT_IS_PROVIDER',
    'accountId',
    'the provider account is the root; it cannot be closed',
  ],
  [
    'closeAccount',
    'one’s own account',
    () => ({ accountId: id('acc DEMO-RESELLER') }),
    'ACCOUNT_IS_OWN',
    'accountId',
    'DEMO-RESELLER is your own account; only an account above it can be the one by whom it is closed',
    'reseller',
  ],
  [
    'moveAccount',
    'under a customer',
    () => ({ accountId: id('M-MOVE'), parentId: id('acc C-RIVAL') }),
    'PARENT_KIND_NOT_ALLOWED',
    'parentId',
    'a CUSTOMER cannot be under a CUSTOMER; its parent must be PROVIDER or RESELLER',
  ],
  [
    'moveAccount',
    'below itself',
    () => ({ accountId: id('acc DEMO-RESELLER'), parentId: id('M-SUBRESELLER') }),
    'ACCOUNT_CYCLE',
    'parentId',
    'DEMO-RESELLER cannot go under M-SUBRESELLER, which is the account itself or below it',
  ],
  [
    'moveAccount',
    'under itself',
    () => ({ accountId: id('acc DEMO-RESELLER'), parentId: id('acc DEMO-RESELLER') }),
    'ACCOUNT_CYCLE',
    'parentId',
    'DEMO-RESELLER cannot go under DEMO-RESELLER, which is the account itself or below it',
  ],
  [
    'moveAccount',
    'the provider',
    () => ({ accountId: id('acc PROVIDER'), parentId: id('acc R-RIVAL') }),
    'ACCOUNT_IS_PROVIDER',
    'accountId',
    'the provider account is the root; it cannot be moved',
  ],
  [
    'moveAccount',
    'nowhere',
    () => ({ accountId: id('M-MOVE'), parentId: nowhere('acc') }),
    'ACCOUNT_UNKNOWN',
    'parentId',
    `there is no account acc_${NOWHERE}`,
  ],
  [
    'moveAccount',
    'one’s own account',
    () => ({ accountId: id('acc R-RIVAL'), parentId: id('acc R-RIVAL') }),
    'ACCOUNT_IS_OWN',
    'accountId',
    'R-RIVAL is your own account; only an account above it can be the one by whom it is moved',
    'rival',
  ],
  [
    'moveAccount',
    'to where it stands',
    () => ({ accountId: id('M-MOVE'), parentId: id('acc DEMO-RESELLER') }),
    'ACCOUNT_PARENT_UNCHANGED',
    'parentId',
    'account M-MOVE is already under DEMO-RESELLER',
  ],
];

const CATALOG: readonly Row[] = [
  ['createProduct', 'no code', () => ({ code: '', name: 'X' }), 'TEXT_INVALID', 'code', TEXT('code', 'nothing', 60)],
  [
    'createProduct',
    'a taken code',
    () => ({ code: 'KES', name: 'X' }),
    'NUMBER_TAKEN',
    'code',
    'the number KES belongs to another product; choose one that is free',
  ],
  [
    'createProduct',
    'no vendor',
    () => ({ code: 'X', name: 'X', vendor: 'ACME' }),
    'VENDOR_UNKNOWN',
    'vendor',
    'there is no vendor ACME; known are GOOGLE, KASPERSKY, MICROSOFT, SOPHOS',
  ],
  ['updateProduct', 'nothing', () => ({ productId: nowhere('prd') }), 'PRODUCT_UNKNOWN', 'productId', `there is no product prd_${NOWHERE}`],
  [
    'updateProduct',
    'a tab in its name',
    () => ({ productId: id('prd KES'), name: 'a\tb' }),
    'TEXT_INVALID',
    'name',
    TEXT('name', 'control characters or line breaks', 200),
  ],
  [
    'updateProduct',
    'no vendor',
    () => ({ productId: id('prd KES'), vendor: '' }),
    'VENDOR_UNKNOWN',
    'vendor',
    'there is no vendor ; known are GOOGLE, KASPERSKY, MICROSOFT, SOPHOS',
  ],
  ['createPlan', 'no SKU', () => ({ productId: id('prd KES'), sku: '', billingPolicy: 'PAYG' }), 'TEXT_INVALID', 'sku', TEXT('sku', 'nothing', 60)],
  [
    'createPlan',
    'of nothing',
    () => ({ productId: nowhere('prd'), sku: 'X', billingPolicy: 'PAYG' }),
    'PRODUCT_UNKNOWN',
    'productId',
    `there is no product prd_${NOWHERE}`,
  ],
  [
    'createPlan',
    'a taken SKU',
    () => ({ productId: id('prd KES'), sku: 'HID-1', billingPolicy: 'PAYG' }),
    'SKU_TAKEN',
    'sku',
    'the SKU HID-1 belongs to another plan; choose one that is free',
  ],
  [
    'createPlan',
    'a band of nothing',
    () => ({ productId: id('prd KES'), sku: 'X', billingPolicy: 'PAYG', minQuantity: 9, maxQuantity: 8 }),
    'BAND_INVALID',
    'minQuantity',
    'a band from 9 to 8 holds no quantity; it must lie within 1 to 10000000',
  ],
  [
    'createPlan',
    'a year by anniversaries',
    () => ({ productId: id('prd KES'), sku: 'X', billingPolicy: 'YEARLY', cycle: 'ANNIVERSARY' }),
    'POLICY_OPTION_NOT_ALLOWED',
    'cycle',
    'cycle ANNIVERSARY does not go with YEARLY; use CALENDAR',
  ],
  ['updatePlan', 'nothing', () => ({ planId: nowhere('pln') }), 'PLAN_UNKNOWN', 'planId', `there is no plan pln_${NOWHERE}`],
  [
    'updatePlan',
    'a band beyond all bounds',
    () => ({ planId: id('M-PLAN'), maxQuantity: 10_000_001 }),
    'BAND_INVALID',
    'minQuantity',
    'a band from 1 to 10000001 holds no quantity; it must lie within 1 to 10000000',
  ],
  ['updatePlan', 'an empty name', () => ({ planId: id('M-PLAN'), name: '' }), 'TEXT_INVALID', 'name', TEXT('name', 'nothing', 200)],
  ['setPlanPrice', 'of nothing', () => price({ planId: nowhere('pln') }), 'PLAN_UNKNOWN', 'planId', `there is no plan pln_${NOWHERE}`],
  ['setPlanPrice', 'no currency', () => price({ currency: 'eur' }), 'CURRENCY_UNKNOWN', 'currency', 'eur is not an ISO 4217 currency code such as EUR'],
  [
    'setPlanPrice',
    'a negative price',
    () => price({ listPrice: '-3.00' }),
    'NUMBER_INVALID',
    'listPrice',
    'listPrice is -3.00; it must be from 0 to 99999999.999999 with at most six decimals',
  ],
  [
    'setPlanPrice',
    'seven decimals',
    () => price({ vendorCost: '0.0000001' }),
    'NUMBER_INVALID',
    'vendorCost',
    'vendorCost is 0.0000001; it must be from 0 to 99999999.999999 with at most six decimals',
  ],
  [
    'setPlanPrice',
    'a second one from the same day',
    () => price({ planId: id('pln KES-1'), validFrom: '2026-01-01' }),
    'PRICE_OVERLAPS',
    'validFrom',
    'plan KES-1 already has a EUR price from 2026-01-01; choose another day',
  ],
];

const PRICE_LISTS: readonly Row[] = [
  ['createPriceList', 'no name', () => ({ name: '' }), 'TEXT_INVALID', 'name', TEXT('name', 'nothing', 200)],
  ['createPriceList', 'of nobody', () => ({ sellerId: nowhere('acc'), name: 'X' }), 'ACCOUNT_UNKNOWN', 'sellerId', `there is no account acc_${NOWHERE}`],
  [
    'createPriceList',
    'of a customer',
    () => ({ sellerId: id('acc C-RIVAL'), name: 'X' }),
    'PRICE_LIST_SELLER_NOT_ALLOWED',
    'sellerId',
    'C-RIVAL cannot sell: price lists belong to the provider or a reseller',
  ],
  [
    'setPriceListEntry',
    'in no list',
    () => rate({ priceListId: nowhere('prl') }),
    'PRICE_LIST_UNKNOWN',
    'priceListId',
    `there is no price list prl_${NOWHERE}`,
  ],
  ['setPriceListEntry', 'of no product', () => rate({ productId: nowhere('prd') }), 'PRODUCT_UNKNOWN', 'productId', `there is no product prd_${NOWHERE}`],
  ['setPriceListEntry', 'of another product’s plan', () => rate({ planId: id('pln HID-1') }), 'PLAN_UNKNOWN', 'planId', 'there is no plan pln_HID-1'],
  [
    'setPriceListEntry',
    'a discount of more than all',
    () => rate({ percent: '100.0001' }),
    'PERCENT_INVALID',
    'percent',
    'DISCOUNT 100.0001 % is not possible; it must be from 0 to 100 with at most four decimals',
  ],
  [
    'setPriceListEntry',
    'a negative markup',
    () => rate({ mode: 'MARKUP', percent: '-1' }),
    'PERCENT_INVALID',
    'percent',
    'MARKUP -1 % is not possible; it must be from 0 to 10000 with at most four decimals',
  ],
  [
    'setPriceListEntry',
    'five decimals',
    () => rate({ percent: '1.23456' }),
    'PERCENT_INVALID',
    'percent',
    'DISCOUNT 1.23456 % is not possible; it must be from 0 to 100 with at most four decimals',
  ],
  [
    'setPriceListEntry',
    'a reason on two lines',
    () => rate({ reason: 'a\nb' }),
    'TEXT_INVALID',
    'reason',
    TEXT('reason', 'control characters or line breaks', 500),
  ],
  [
    'setPriceListEntry',
    'under cost without a word',
    () => rate({ percent: '50' }),
    'PRICE_UNDER_COST',
    'percent',
    'KES-1: 5.000000 EUR is under the seller’s cost of 6.600000 EUR on 2040-01-01; confirm it with a reason, or use a better rate',
  ],
  [
    'setPriceListEntry',
    'a second one from the same day',
    () => rate({ validFrom: '2026-01-01' }),
    'PRICE_LIST_PERIOD_OVERLAPS',
    'validFrom',
    'the rate of KES already begins on 2026-01-01; choose another day',
  ],
  ['removePriceListEntry', 'none', () => ({ entryId: nowhere('ple') }), 'PRICE_LIST_ENTRY_UNKNOWN', 'entryId', `there is no price list entry ple_${NOWHERE}`],
  [
    'assignPriceList',
    'none',
    () => ({ priceListId: nowhere('prl'), accountId: id('acc C-RIVAL'), validFrom: '2040-01-01' }),
    'PRICE_LIST_UNKNOWN',
    'priceListId',
    `there is no price list prl_${NOWHERE}`,
  ],
  [
    'assignPriceList',
    'to nobody',
    () => ({ priceListId: id('M-LIST'), accountId: nowhere('acc'), validFrom: '2040-01-01' }),
    'ACCOUNT_UNKNOWN',
    'accountId',
    `there is no account acc_${NOWHERE}`,
  ],
  [
    'assignPriceList',
    'to another’s buyer',
    () => ({ priceListId: id('M-LIST'), accountId: id('acc C-BESIDE'), validFrom: '2040-01-01' }),
    'PRICE_LIST_BUYER_NOT_ALLOWED',
    'accountId',
    'C-BESIDE does not buy from R-RIVAL; a list is assigned to accounts directly under its seller',
  ],
  [
    'assignPriceList',
    'a second one from the same day',
    () => ({ priceListId: id('prl DEMO-RESELLER → C-BESIDE'), accountId: id('acc C-BESIDE'), validFrom: '2026-01-01' }),
    'PRICE_LIST_PERIOD_OVERLAPS',
    'validFrom',
    'a list of C-BESIDE already begins on 2026-01-01; choose another day',
  ],
];

const SUBSCRIPTIONS: readonly Row[] = [
  ['createSubscription', 'for nobody', () => subscription({ accountId: nowhere('acc') }), 'ACCOUNT_UNKNOWN', 'accountId', `there is no account acc_${NOWHERE}`],
  [
    'createSubscription',
    'for a reseller',
    () => subscription({ accountId: id('acc R-RIVAL') }),
    'ACCOUNT_KIND_NOT_ALLOWED',
    'accountId',
    'R-RIVAL is a RESELLER; this needs a CUSTOMER',
  ],
  [
    'createSubscription',
    'for an account on hold',
    () => subscription({ accountId: id('M-HELD') }),
    'ACCOUNT_ON_HOLD',
    'accountId',
    'account M-HELD is on hold: its services keep running, but a new subscription must wait until it is released',
  ],
  [
    'createSubscription',
    'for a closed account',
    () => subscription({ accountId: id('M-CLOSED') }),
    'ACCOUNT_CLOSED',
    'accountId',
    'account M-CLOSED is closed; nothing can be changed for it',
  ],
  ['createSubscription', 'of no plan', () => subscription({ planId: nowhere('pln') }), 'PLAN_UNKNOWN', 'planId', `there is no plan pln_${NOWHERE}`],
  ['createSubscription', 'of a retired plan', () => subscription({ planId: id('M-RETIRED') }), 'PLAN_UNKNOWN', 'planId', 'there is no plan M-RETIRED'],
  [
    'createSubscription',
    'too few (BI-28)',
    () => subscription({ quantity: 0 }),
    'QUANTITY_TOO_SMALL',
    'quantity',
    'quantity 0 is below 1, the least that KES-1 allows; to stop, terminate the subscription',
  ],
  [
    'createSubscription',
    'fewer than none (BI-29)',
    () => subscription({ quantity: -5 }),
    'QUANTITY_TOO_SMALL',
    'quantity',
    'quantity -5 is below 1, the least that KES-1 allows; to stop, terminate the subscription',
  ],
  [
    'createSubscription',
    'too many (C4, BI-31)',
    () => subscription({ quantity: 50 }),
    'QUANTITY_TOO_LARGE',
    'quantity',
    'quantity 50 is above 49, the most that KES-1 allows; plans that fit: KES-2, KES-Y, M-ANNIVERSARY, M-PLAN, M-UNPRICED',
  ],
  [
    'createSubscription',
    'far too many (BI-31)',
    () => subscription({ quantity: 2_147_483_647 }),
    'QUANTITY_TOO_LARGE',
    'quantity',
    'quantity 2147483647 is above 49, the most that KES-1 allows',
  ],
  [
    'createSubscription',
    'tomorrow',
    () => subscription({ activatedAt: '2040-06-16T12:00:00Z' }),
    'DATE_OUT_OF_RANGE',
    'activatedAt',
    'activatedAt is 2040-06-16T12:00:00.000Z; it must lie from 2000-01-01T00:00:00.000Z to NOW',
  ],
  [
    'createSubscription',
    'before our time',
    () => subscription({ activatedAt: '1999-12-31T00:00:00Z' }),
    'DATE_OUT_OF_RANGE',
    'activatedAt',
    'activatedAt is 1999-12-31T00:00:00.000Z; it must lie from 2000-01-01T00:00:00.000Z to NOW',
  ],
  [
    'createSubscription',
    'of a plan without a price',
    () => subscription({ planId: id('M-UNPRICED') }),
    'PRICE_MISSING',
    'planId',
    'plan M-UNPRICED has no EUR price in force on 2040-06-15; set one that is valid from 2040-06-15 or earlier',
  ],
  [
    'createSubscription',
    'a taken number',
    () => subscription({ number: 'S-RIVAL' }),
    'NUMBER_TAKEN',
    'number',
    'the number S-RIVAL belongs to another subscription; choose one that is free',
  ],
  [
    'createSubscription',
    'a number on two lines',
    () => subscription({ number: 'S\nX' }),
    'TEXT_INVALID',
    'number',
    TEXT('number', 'control characters or line breaks', 40),
  ],
  [
    'changeSubscriptionQuantity',
    'none',
    () => ({ subscriptionId: nowhere('sub'), quantity: 1 }),
    'SUBSCRIPTION_UNKNOWN',
    'subscriptionId',
    `there is no subscription sub_${NOWHERE}`,
  ],
  [
    'changeSubscriptionQuantity',
    'to what it is',
    () => ({ subscriptionId: id('M-CHANGE'), quantity: 10 }),
    'QUANTITY_UNCHANGED',
    'quantity',
    'subscription M-CHANGE already has 10 licenses on 2040-06-15',
  ],
  [
    'changeSubscriptionQuantity',
    'to nothing (BI-28)',
    () => ({ subscriptionId: id('M-CHANGE'), quantity: 0 }),
    'QUANTITY_TOO_SMALL',
    'quantity',
    'quantity 0 is below 1, the least that KES-1 allows; to stop, terminate the subscription',
  ],
  [
    'changeSubscriptionQuantity',
    'out of its band (C4)',
    () => ({ subscriptionId: id('M-CHANGE'), quantity: 60 }),
    'QUANTITY_TOO_LARGE',
    'quantity',
    'quantity 60 is above 49, the most that KES-1 allows; plans that fit: KES-2, KES-Y, M-ANNIVERSARY, M-PLAN, M-UNPRICED',
  ],
  [
    'changeSubscriptionQuantity',
    'a year downwards (B3, BI-32)',
    () => ({ subscriptionId: id('M-YEAR'), quantity: 9 }),
    'QUANTITY_DECREASE_NOT_ALLOWED',
    'quantity',
    'a YEARLY subscription cannot go from 10 to 9 licenses before its term ends on 2041-05-01; schedule the lower quantity for that renewal',
  ],
  [
    'changeSubscriptionQuantity',
    'what has ended (B8)',
    () => ({ subscriptionId: id('M-ENDED'), quantity: 9 }),
    'SUBSCRIPTION_TERMINATED',
    'subscriptionId',
    'subscription M-ENDED was terminated on 2040-06-15; that is final, so order a new one',
  ],
  [
    'changeSubscriptionQuantity',
    'what is paused (S1)',
    () => ({ subscriptionId: id('M-SUSPENDED'), quantity: 9 }),
    'SUBSCRIPTION_STATE_NOT_ALLOWED',
    'subscriptionId',
    'subscription M-SUSPENDED is SUSPENDED; a quantity change needs ACTIVE',
  ],
  [
    'changeSubscriptionQuantity',
    'after its end (B8)',
    () => ({ subscriptionId: id('M-ENDING'), quantity: 9, effectiveAt: '2040-08-01T00:00:00Z' }),
    'CHANGE_AFTER_TERMINATION',
    'effectiveAt',
    'a change at 2040-08-01T00:00:00.000Z lies after the end on 2040-07-01',
  ],
  [
    'changeSubscriptionQuantity',
    'more on hold (A2)',
    () => ({ subscriptionId: id('M-OF-HELD'), quantity: 11 }),
    'ACCOUNT_ON_HOLD',
    'quantity',
    'account M-HELD is on hold: its services keep running, but an increase must wait until it is released',
  ],
  [
    'changeSubscriptionQuantity',
    'seen too early (BI-56)',
    () => ({ subscriptionId: id('M-CHANGE'), quantity: 9, expectedVersion: 77 }),
    'CONFLICT',
    'expectedVersion',
    'subscription M-CHANGE was changed by someone else in the meantime: it is now at version VERSION, you saw 77; look again and repeat',
  ],
  [
    'changeSubscriptionQuantity',
    'before it began (BI-53)',
    () => ({ subscriptionId: id('M-CHANGE'), quantity: 9, effectiveAt: '2040-04-30T00:00:00Z' }),
    'DATE_OUT_OF_RANGE',
    'effectiveAt',
    'effectiveAt is 2040-04-30T00:00:00.000Z; it must lie from 2040-05-01T00:00:00.000Z to 2043-06-15T00:00:00.000Z',
  ],
  [
    'changeSubscriptionQuantity',
    'too far ahead (BI-53)',
    () => ({ subscriptionId: id('M-CHANGE'), quantity: 9, effectiveAt: '2043-06-15T00:00:01Z' }),
    'DATE_OUT_OF_RANGE',
    'effectiveAt',
    'effectiveAt is 2043-06-15T00:00:01.000Z; it must lie from 2040-05-01T00:00:00.000Z to 2043-06-15T00:00:00.000Z',
  ],
  [
    'changeSubscriptionQuantity',
    'yesterday by a reseller',
    () => ({ subscriptionId: id('M-CHANGE'), quantity: 9, effectiveAt: '2040-06-14T23:59:59Z' }),
    'DATE_OUT_OF_RANGE',
    'effectiveAt',
    'effectiveAt is 2040-06-14T23:59:59.000Z; it must lie from 2040-06-15T00:00:00.000Z to 2043-06-15T00:00:00.000Z',
    'reseller',
  ],
  [
    'changeSubscriptionQuantity',
    'for a reason on two lines',
    () => ({ subscriptionId: id('M-CHANGE'), quantity: 9, reason: 'a\nb' }),
    'TEXT_INVALID',
    'reason',
    TEXT('reason', 'control characters or line breaks', 500),
  ],
  [
    'switchSubscriptionPlan',
    'to none',
    () => ({ subscriptionId: id('M-SWITCH'), planId: nowhere('pln') }),
    'PLAN_UNKNOWN',
    'planId',
    `there is no plan pln_${NOWHERE}`,
  ],
  [
    'switchSubscriptionPlan',
    'to a retired one',
    () => ({ subscriptionId: id('M-SWITCH'), planId: id('M-RETIRED') }),
    'PLAN_UNKNOWN',
    'planId',
    'there is no plan M-RETIRED',
  ],
  [
    'switchSubscriptionPlan',
    'to itself',
    () => ({ subscriptionId: id('M-SWITCH'), planId: id('pln KES-1') }),
    'PLAN_UNCHANGED',
    'planId',
    'subscription M-SWITCH is already on plan KES-1',
  ],
  [
    'switchSubscriptionPlan',
    'to another product’s (C4)',
    () => ({ subscriptionId: id('M-SWITCH'), planId: id('pln HID-1') }),
    'PLAN_OF_ANOTHER_PRODUCT',
    'planId',
    'plan HID-1 belongs to HID, not to KES; a switch stays within one product',
  ],
  [
    'switchSubscriptionPlan',
    'to another policy',
    () => ({ subscriptionId: id('M-SWITCH'), planId: id('pln KES-Y') }),
    'PLAN_POLICY_DIFFERS',
    'planId',
    'plan KES-Y is billed YEARLY CALENDAR, the subscription PAYG CALENDAR; a switch keeps the billing policy and its cycle',
  ],
  [
    'switchSubscriptionPlan',
    'to another cycle',
    () => ({ subscriptionId: id('M-SWITCH'), planId: id('M-ANNIVERSARY') }),
    'PLAN_POLICY_DIFFERS',
    'planId',
    'plan M-ANNIVERSARY is billed PAYG ANNIVERSARY, the subscription PAYG CALENDAR; a switch keeps the billing policy and its cycle',
  ],
  [
    'switchSubscriptionPlan',
    'a year (B3)',
    () => ({ subscriptionId: id('M-YEAR'), planId: id('pln KES-1') }),
    'PLAN_SWITCH_NOT_ALLOWED',
    'planId',
    'a YEARLY subscription cannot switch its plan; let the term end and order the other plan',
  ],
  [
    'switchSubscriptionPlan',
    'with too few for it',
    () => ({ subscriptionId: id('M-SWITCH'), planId: id('pln KES-2') }),
    'QUANTITY_TOO_SMALL',
    'quantity',
    'quantity 10 is below 50, the least that KES-2 allows; plans that fit: KES-1, KES-Y, M-ANNIVERSARY, M-PLAN, M-UNPRICED',
  ],
  [
    'switchSubscriptionPlan',
    'with more on hold (A2)',
    () => ({ subscriptionId: id('M-OF-HELD'), planId: id('pln KES-2'), quantity: 60 }),
    'ACCOUNT_ON_HOLD',
    'quantity',
    'account M-HELD is on hold: its services keep running, but an increase must wait until it is released',
  ],
  [
    'switchSubscriptionPlan',
    'to one without a price',
    () => ({ subscriptionId: id('M-SWITCH'), planId: id('M-UNPRICED') }),
    'PRICE_MISSING',
    'planId',
    'plan M-UNPRICED has no EUR price in force on 2040-06-15; set one that is valid from 2040-06-15 or earlier',
  ],
  [
    'switchSubscriptionPlan',
    'what has ended (B8)',
    () => ({ subscriptionId: id('M-ENDED'), planId: id('pln KES-2') }),
    'SUBSCRIPTION_TERMINATED',
    'subscriptionId',
    'subscription M-ENDED was terminated on 2040-06-15; that is final, so order a new one',
  ],
  [
    'terminateSubscription',
    'none',
    () => ({ subscriptionId: nowhere('sub'), confirmIrreversible: true }),
    'SUBSCRIPTION_UNKNOWN',
    'subscriptionId',
    `there is no subscription sub_${NOWHERE}`,
  ],
  [
    'terminateSubscription',
    'without meaning it (B8)',
    () => ({ subscriptionId: id('M-TERMINATE'), confirmIrreversible: false }),
    'CONFIRMATION_REQUIRED',
    'confirmIrreversible',
    'terminating M-TERMINATE cannot be taken back: the vendor deletes it, and a new order brings a new activation code; set confirmIrreversible to true',
  ],
  [
    'terminateSubscription',
    'twice (B8)',
    () => ({ subscriptionId: id('M-ENDED'), confirmIrreversible: true }),
    'SUBSCRIPTION_TERMINATED',
    'subscriptionId',
    'subscription M-ENDED was terminated on 2040-06-15; that is final, so order a new one',
  ],
  [
    'terminateSubscription',
    'seen too early',
    () => ({ subscriptionId: id('M-TERMINATE'), confirmIrreversible: true, expectedVersion: 77 }),
    'CONFLICT',
    'expectedVersion',
    'subscription M-TERMINATE was changed by someone else in the meantime: it is now at version VERSION, you saw 77; look again and repeat',
  ],
  [
    'terminateSubscription',
    'before it began',
    () => ({ subscriptionId: id('M-TERMINATE'), confirmIrreversible: true, effectiveAt: '2040-04-30T00:00:00Z' }),
    'DATE_OUT_OF_RANGE',
    'effectiveAt',
    'effectiveAt is 2040-04-30T00:00:00.000Z; it must lie from 2040-05-01T00:00:00.000Z to 2043-06-15T00:00:00.000Z',
  ],
  [
    'setSubscriptionRenewal',
    'none',
    () => ({ subscriptionId: nowhere('sub'), renews: false }),
    'SUBSCRIPTION_UNKNOWN',
    'subscriptionId',
    `there is no subscription sub_${NOWHERE}`,
  ],
  [
    'setSubscriptionRenewal',
    'of what has no term (B2)',
    () => ({ subscriptionId: id('M-CHANGE'), renews: false }),
    'RENEWAL_NOT_ALLOWED',
    'subscriptionId',
    'a PAYG subscription has no term, so nothing renews; change the quantity or terminate it',
  ],
  [
    'setSubscriptionRenewal',
    'out of the band',
    () => ({ subscriptionId: id('M-RENEW'), renews: true, quantity: 1_000 }),
    'QUANTITY_TOO_LARGE',
    'quantity',
    'quantity 1000 is above 999, the most that KES-Y allows; plans that fit: M-ANNIVERSARY, M-PLAN, M-UNPRICED',
  ],
  [
    'setSubscriptionRenewal',
    'seen too early',
    () => ({ subscriptionId: id('M-RENEW'), renews: false, expectedVersion: 77 }),
    'CONFLICT',
    'expectedVersion',
    'subscription M-RENEW was changed by someone else in the meantime: it is now at version VERSION, you saw 77; look again and repeat',
  ],
];

const WORK: readonly Row[] = [
  ['createUpload', 'of nothing', () => ({ fileName: 'x.csv', byteSize: 0 }), 'FILE_EMPTY', 'byteSize', 'the file has no bytes; upload the export again'],
  [
    'createUpload',
    'of too much',
    () => ({ fileName: 'x.csv', byteSize: 536_870_913 }),
    'FILE_TOO_LARGE',
    'byteSize',
    'the file has 536870913 bytes; at most 536870912 are taken',
  ],
  ['createUpload', 'without a name', () => ({ fileName: ' ', byteSize: 1 }), 'TEXT_INVALID', 'fileName', TEXT('fileName', 'nothing', 200)],
  [
    'importBook',
    'of no upload',
    () => ({ kind: 'PLANS', uploadId: nowhere('upl'), dryRun: true }),
    'UPLOAD_UNKNOWN',
    'uploadId',
    `there is no finished upload upl_${NOWHERE}; create one, put the bytes, then repeat`,
  ],
  [
    'runBilling',
    'no month',
    () => ({ billingPeriod: '2026-13' }),
    'DATE_INVALID',
    'billingPeriod',
    'billingPeriod is 2026-13; it must be a month such as 2026-05',
  ],
  [
    'runBilling',
    'too far ahead',
    () => ({ billingPeriod: '2043-07' }),
    'BILLING_PERIOD_TOO_FAR_AHEAD',
    'billingPeriod',
    'billing period 2043-07 is more than 36 months ahead of 2040-06-15',
  ],
  [
    'closeBillingPeriod',
    'no month',
    () => ({ billingPeriod: 'May' }),
    'DATE_INVALID',
    'billingPeriod',
    'billingPeriod is May; it must be a month such as 2026-05',
  ],
  [
    'closeBillingPeriod',
    'never opened',
    () => ({ billingPeriod: '2026-04' }),
    'BILLING_PERIOD_UNKNOWN',
    'billingPeriod',
    'there is no billing period 2026-04; run billing for it first',
  ],
  [
    'advanceClock',
    'backwards',
    () => ({ to: '2040-06-15T00:00:00Z' }),
    'CLOCK_BACKWARD',
    'to',
    'the clock is at NOW and only moves forward; 2040-06-15T00:00:00.000Z is not after it',
  ],
  [
    'advanceClock',
    'too far',
    () => ({ to: '2045-06-16T00:00:00Z' }),
    'CLOCK_TOO_FAR',
    'to',
    '2045-06-16T00:00:00.000Z is more than 60 months ahead; move the clock in steps',
  ],
];

const template = (more: object): object => ({
  code: 'LICENSE_DELIVERY',
  locale: 'en',
  subject: 'Your licenses',
  body: '<mj-section><mj-column><mj-text>{{activationCode}}</mj-text></mj-column></mj-section>',
  textBody: '{{activationCode}}',
  expectedVersion: 0,
  ...more,
});

const MAILS: readonly Row[] = [
  ['resendMail', 'none', () => ({ mailId: nowhere('mal') }), 'MAIL_UNKNOWN', 'mailId', `there is no mail mal_${NOWHERE}`],
  [
    'resendMail',
    'one that is about to be sent',
    () => ({ mailId: id('M-WAITING') }),
    'MAIL_NOT_SENT_YET',
    'mailId',
    'the mail to soon@example.com is about to be sent; wait until it was or until it failed',
  ],
  [
    'resendMail',
    'one to an account without an address',
    () => ({ mailId: id('M-MUTE') }),
    'MAIL_RECIPIENT_MISSING',
    'mailId',
    'account M-UPDATE has no email address; enter one, then send the mail again',
  ],
  [
    'saveNotificationTemplate',
    'in another language',
    () => template({ locale: 'fr' }),
    'TEMPLATE_LOCALE_UNKNOWN',
    'locale',
    'there are no templates in fr; known are en, de',
  ],
  ['saveNotificationTemplate', 'without a subject', () => template({ subject: '' }), 'TEXT_INVALID', 'subject', TEXT('subject', 'nothing', 200)],
  [
    'saveNotificationTemplate',
    'a condition that does not end',
    () => template({ textBody: '{{#product}}x' }),
    'TEMPLATE_INVALID',
    'textBody',
    'textBody of the template: Unclosed section "product" at 13',
  ],
  [
    'saveNotificationTemplate',
    'an unknown placeholder',
    () => template({ subject: '{{password}}' }),
    'TEMPLATE_PLACEHOLDER_UNKNOWN',
    'subject',
    'subject of the template has the placeholder password; known there are activationCode, customer, product, provider, quantity, sku, subscriptionNumber, url',
  ],
  [
    'saveNotificationTemplate',
    'no MJML',
    () => template({ body: '<mj-section><mj-column><mj-strange /></mj-column></mj-section>' }),
    'TEMPLATE_MJML_INVALID',
    'body',
    'the body of the template is not MJML: Element mj-strange doesn',
  ],
  [
    'saveNotificationTemplate',
    'seen too early',
    () => template({ expectedVersion: 7 }),
    'CONFLICT',
    'expectedVersion',
    'template LICENSE_DELIVERY in en was changed by someone else in the meantime: it is now at version VERSION, you saw 7; look again and repeat',
  ],
  [
    'resetNotificationTemplate',
    'the default',
    () => ({ code: 'LICENSE_DELIVERY', locale: 'en' }),
    'TEMPLATE_IS_DEFAULT',
    '',
    'the template LICENSE_DELIVERY in en is the default already',
  ],
  [
    'resetNotificationTemplate',
    'in another language',
    () => ({ code: 'LICENSE_DELIVERY', locale: 'en-US' }),
    'TEMPLATE_LOCALE_UNKNOWN',
    'locale',
    'there are no templates in en-US; known are en, de',
  ],
];

const order = (more: object): object => ({ accountId: id('acc DEMO-CUSTOMER'), channel: 'OPERATOR', ...more });
const line = (more: object): object => ({ orderId: id('M-CONFIGURE'), planId: id('pln KES-1'), ...more });
const values = (...given: readonly (readonly [string, string])[]): object[] => given.map(([name, value]) => ({ name, value }));

const ORDERS: readonly Row[] = [
  ['createOrder', 'nobody', () => order({ accountId: nowhere('acc') }), 'ACCOUNT_UNKNOWN', 'accountId', `there is no account acc_${NOWHERE}`],
  [
    'createOrder',
    'for a reseller',
    () => order({ accountId: id('acc DEMO-RESELLER') }),
    'ACCOUNT_KIND_NOT_ALLOWED',
    'accountId',
    'DEMO-RESELLER is a RESELLER; this needs a CUSTOMER',
  ],
  ['createOrder', 'on hold', () => order({ accountId: id('M-HELD') }), 'ACCOUNT_ON_HOLD', 'accountId', 'a new order must wait until it is released'],
  [
    'createOrder',
    'as the provider’s staff, without being it',
    () => order({}),
    'ORDER_CHANNEL_NOT_ALLOWED',
    'channel',
    'you cannot order through OPERATOR; use STOREFRONT or API',
    'reseller',
  ],
  [
    'createOrder',
    'with too many lines',
    () => order({ lines: Array.from({ length: 101 }, () => ({ planId: id('pln KES-1') })) }),
    'ORDER_LINES_TOO_MANY',
    'lines',
    'an order has at most 100 lines; make another one',
  ],
  [
    'createOrder',
    'with a wrong line',
    () => order({ lines: [{ planId: id('pln KES-1') }, { planId: nowhere('pln') }] }),
    'PLAN_UNKNOWN',
    'lines.1.planId',
    `there is no plan pln_${NOWHERE}`,
  ],
  ['addOrderLine', 'no order', () => line({ orderId: nowhere('ord') }), 'ORDER_UNKNOWN', 'orderId', `there is no order ord_${NOWHERE}`],
  [
    'addOrderLine',
    'to one that was placed',
    () => line({ orderId: id('M-SUBMITTED') }),
    'ORDER_STATE_NOT_ALLOWED',
    'orderId',
    'is SUBMITTED; a new line needs one that is DRAFT',
  ],
  ['addOrderLine', 'no plan', () => line({ planId: nowhere('pln') }), 'PLAN_UNKNOWN', 'planId', `there is no plan pln_${NOWHERE}`],
  ['addOrderLine', 'a retired plan', () => line({ planId: id('M-RETIRED') }), 'PLAN_UNKNOWN', 'planId', 'there is no plan M-RETIRED'],
  [
    'addOrderLine',
    'what the buyer may not order',
    () => line({ planId: id('pln HID-1') }),
    'PLAN_NOT_OFFERED',
    'planId',
    'HID-1 is in no price list of DEMO-CUSTOMER in force on 2040-06-15, so it cannot be ordered for it',
  ],
  ['addOrderLine', 'what one may not know of', () => line({ planId: id('pln HID-1') }), 'PLAN_UNKNOWN', 'planId', 'there is no plan pln_HID-1', 'reseller'],
  [
    'addOrderLine',
    'without a price',
    () => line({ planId: id('M-UNPRICED') }),
    'PRICE_MISSING',
    'planId',
    'plan M-UNPRICED has no EUR price in force on 2040-06-15',
  ],
  [
    'addOrderLine',
    'a value that nobody asked for',
    () => line({ characteristics: values(['Color', 'red']) }),
    'CHARACTERISTIC_UNKNOWN',
    'characteristics.0.name',
    'KES-1 has no characteristic Color; it has Seats',
  ],
  [
    'addOrderLine',
    'a value twice',
    () => line({ characteristics: values(['Seats', '1'], ['Seats', '2']) }),
    'CHARACTERISTIC_DUPLICATE',
    'characteristics.0.name',
    'Seats is given 2 times; give it once',
  ],
  [
    'addOrderLine',
    'no number',
    () => line({ characteristics: values(['Seats', 'ten']) }),
    'CHARACTERISTIC_INVALID',
    'characteristics.0.value',
    'Seats is “ten”; it must be a whole number from 1 to 49',
  ],
  [
    'addOrderLine',
    'outside of the band',
    () => line({ characteristics: values(['Seats', '50']) }),
    'QUANTITY_TOO_LARGE',
    'characteristics.0.value',
    'quantity 50 is above 49, the most that KES-1 allows; plans that fit: KES-2',
  ],
  [
    'addOrderLine',
    'a long approval code',
    () => line({ approvalCode: 'x'.repeat(51) }),
    'APPROVAL_CODE_INVALID',
    'approvalCode',
    'must have 1 to 50 visible characters',
  ],
  [
    'addOrderLine',
    'an approval code of one’s own',
    () => line({ approvalCode: 'MINE' }),
    'APPROVAL_CODE_NOT_ALLOWED',
    'approvalCode',
    'only the provider’s staff may set this',
    'reseller',
  ],
  [
    'configureOrderLine',
    'no line',
    () => ({ lineId: nowhere('oln'), characteristics: [] }),
    'ORDER_LINE_UNKNOWN',
    'lineId',
    `there is no order line oln_${NOWHERE}`,
  ],
  [
    'configureOrderLine',
    'one that was placed',
    () => ({ lineId: id('M-SUBMITTED line'), characteristics: [] }),
    'ORDER_STATE_NOT_ALLOWED',
    'lineId',
    'is SUBMITTED; a change of its configuration needs one that is DRAFT',
  ],
  ['removeOrderLine', 'no line', () => ({ lineId: nowhere('oln') }), 'ORDER_LINE_UNKNOWN', 'lineId', `there is no order line oln_${NOWHERE}`],
  [
    'removeOrderLine',
    'one that was placed',
    () => ({ lineId: id('M-SUBMITTED line') }),
    'ORDER_STATE_NOT_ALLOWED',
    'lineId',
    'is SUBMITTED; taking a line away needs one that is DRAFT',
  ],
  ['placeOrder', 'no order', () => ({ orderId: nowhere('ord'), quoteToken: 'x' }), 'ORDER_UNKNOWN', 'orderId', `there is no order ord_${NOWHERE}`],
  [
    'placeOrder',
    'with the quote of another one',
    () => ({ orderId: id('M-CONFIGURE'), quoteToken: id('M-PLACE quote') }),
    'QUOTE_FOREIGN',
    'quoteToken',
    'calculate the cost of this one',
  ],
  [
    'placeOrder',
    'a second time',
    () => ({ orderId: id('M-SUBMITTED'), quoteToken: 'x' }),
    'ORDER_STATE_NOT_ALLOWED',
    'orderId',
    'is SUBMITTED; placing it needs one that is DRAFT',
  ],
  ['approveOrder', 'one’s own', () => ({ orderId: id('M-OWN') }), 'APPROVAL_OF_OWN_REQUEST', 'orderId', 'yourself; somebody else has to decide about it'],
  [
    'approveOrder',
    'what nobody has to approve',
    () => ({ orderId: id('M-SUBMITTED') }),
    'ORDER_STATE_NOT_ALLOWED',
    'orderId',
    'is SUBMITTED; an approval needs one that is PENDING_APPROVAL',
  ],
  ['rejectOrder', 'one’s own', () => ({ orderId: id('M-OWN') }), 'APPROVAL_OF_OWN_REQUEST', 'orderId', 'yourself; somebody else has to decide about it'],
  [
    'rejectOrder',
    'with a long reason',
    () => ({ orderId: id('M-REJECT'), reason: 'x'.repeat(501) }),
    'TEXT_INVALID',
    'reason',
    TEXT('reason', 'more than 500 characters', 500),
  ],
  ['executeOrder', 'a draft', () => ({ orderId: id('M-PLACE') }), 'ORDER_STATE_NOT_ALLOWED', 'orderId', 'is DRAFT; executing it needs one that is SUBMITTED'],
  [
    'executeOrder',
    'one that waits for approval',
    () => ({ orderId: id('M-OWN') }),
    'ORDER_STATE_NOT_ALLOWED',
    'orderId',
    'is PENDING_APPROVAL; executing it needs one that is SUBMITTED',
  ],
  ['cancelOrder', 'no order', () => ({ orderId: nowhere('ord') }), 'ORDER_UNKNOWN', 'orderId', `there is no order ord_${NOWHERE}`],
];

const MIGRATION: readonly Row[] = [
  [
    'planMigration',
    'no vendor',
    () => ({ vendor: 'ACME' }),
    'VENDOR_UNKNOWN',
    'vendor',
    'there is no vendor ACME; known are GOOGLE, KASPERSKY, MICROSOFT, SOPHOS',
  ],
  [
    'planMigration',
    'no first day of a month',
    () => ({ vendor: 'KASPERSKY', effectiveOn: '2040-07-02' }),
    'MIGRATION_NOT_FIRST_OF_MONTH',
    'effectiveOn',
    'a migration takes place on the first day of a month, and 2040-07-02 is none; the next one is 2040-07-01',
  ],
  [
    'planMigration',
    'a day that has been',
    () => ({ vendor: 'KASPERSKY', effectiveOn: '2040-06-01' }),
    'DATE_OUT_OF_RANGE',
    'effectiveOn',
    'effectiveOn is 2040-06-01; it must lie from 2040-07-01 to 2041-07-01',
  ],
  [
    'planMigration',
    'a plan of another vendor',
    () => ({ vendor: 'KASPERSKY', mapping: [{ fromPlanId: id('pln HID-1'), toPlanId: id('M-LEGACY') }] }),
    'PLAN_UNKNOWN',
    'mapping.0.fromPlanId',
    'there is no plan pln_HID-1',
  ],
  [
    'planMigration',
    'itself as successor',
    () => ({ vendor: 'KASPERSKY', mapping: [{ fromPlanId: id('M-LEGACY'), toPlanId: id('M-LEGACY') }] }),
    'MIGRATION_MAPPING_NOT_ALLOWED',
    'mapping.0.toPlanId',
    'M-LEGACY cannot go to M-LEGACY; a MAX_OF_MONTH plan goes to a PAYG plan of M-OLD that is on offer and charged by the calendar month',
  ],
  ['runMigration', 'nothing', () => ({ migrationId: nowhere('mig') }), 'MIGRATION_UNKNOWN', 'migrationId', `there is no migration mig_${NOWHERE}`],
  [
    'runMigration',
    'on a day in between',
    () => ({ migrationId: id('mig 2040-07-01') }),
    'MIGRATION_NOT_FIRST_OF_MONTH',
    'migrationId',
    'a migration takes place on the first day of a month, and 2040-06-15 is none; the next one is 2040-07-01',
  ],
];

const options = (more: object): object => ({ accountId: id('V-SYNC'), platform: 'GOOGLE', ...more });
const LONG_CODE = 'x'.repeat(51);

const VENDORS: readonly Row[] = [
  ['setSyncOptions', 'of nobody', () => options({ accountId: nowhere('acc') }), 'ACCOUNT_UNKNOWN', 'accountId', `there is no account acc_${NOWHERE}`],
  ['setSyncOptions', 'of a closed account', () => options({ accountId: id('M-CLOSED') }), 'ACCOUNT_CLOSED', 'accountId', 'account M-CLOSED is closed'],
  [
    'setSyncOptions',
    'of the provider',
    () => options({ accountId: id('acc PROVIDER') }),
    'ACCOUNT_IS_PROVIDER',
    'accountId',
    'the provider account is the root; it cannot be synchronized',
  ],
  [
    'setSyncOptions',
    'on no platform',
    () => options({ platform: 'ACME' }),
    'PLATFORM_UNKNOWN',
    'platform',
    'there is no platform ACME; known are KORM, PARTNER_CENTER, RESELLER_API',
  ],
  ['setSyncOptions', 'a long email', () => options({ email: 'x'.repeat(321) }), 'TEXT_INVALID', 'email', TEXT('email', 'more than 320 characters', 320)],
  [
    'setSyncOptions',
    'a PIN on two lines',
    () => options({ resellerPin: 'A\nB' }),
    'TEXT_INVALID',
    'resellerPin',
    TEXT('resellerPin', 'control characters or line breaks', 64),
  ],
  [
    'setSyncOptions',
    'a reseller that does not serve it',
    () => options({ parentAccountId: id('acc R-RIVAL') }),
    'SYNC_PARENT_MISMATCH',
    'parentAccountId',
    'R-RIVAL does not serve V-SYNC; its seller is DEMO-RESELLER',
  ],
  [
    'setSyncOptions',
    'itself as reseller',
    () => options({ accountId: id('V-RESELLER'), parentAccountId: id('V-RESELLER') }),
    'SYNC_PARENT_MISMATCH',
    'parentAccountId',
    'V-RESELLER does not serve V-RESELLER; its seller is PROVIDER',
  ],
  [
    'setSyncOptions',
    'a parameter that the vendor does not have',
    () =>
      options({
        parameters: [
          { name: 'Domain', value: 'x.example' },
          { name: 'Color', value: 'red' },
        ],
      }),
    'VENDOR_PARAMETER_INVALID',
    'parameters.1',
    'GOOGLE would refuse Color: GOOGLE has no such parameter',
  ],
  [
    'setSyncOptions',
    'a long parameter',
    () => options({ parameters: [{ name: 'Domain', value: 'x'.repeat(254) }] }),
    'VENDOR_PARAMETER_INVALID',
    'parameters.0',
    'GOOGLE would refuse Domain: it has more than 253 characters',
  ],
  ['synchronizeAccount', 'nobody', () => options({ accountId: nowhere('acc') }), 'ACCOUNT_UNKNOWN', 'accountId', `there is no account acc_${NOWHERE}`],
  ['synchronizeAccount', 'a closed one', () => options({ accountId: id('M-CLOSED') }), 'ACCOUNT_CLOSED', 'accountId', 'account M-CLOSED is closed'],
  [
    'synchronizeAccount',
    'the provider',
    () => options({ accountId: id('acc PROVIDER') }),
    'ACCOUNT_IS_PROVIDER',
    'accountId',
    'the provider account is the root; it cannot be synchronized',
  ],
  ['synchronizeAccount', 'on no platform', () => options({ platform: '' }), 'PLATFORM_UNKNOWN', 'platform', 'there is no platform ; known are KORM'],
  [
    'synchronizeAccount',
    'one that is being synchronized',
    () => options({ accountId: id('V-PENDING'), platform: 'KORM' }),
    'SYNC_IN_PROGRESS',
    '',
    'V-PENDING is being synchronized on KORM; wait for its end',
  ],
  [
    'synchronizeAccount',
    'one of which the vendor is being asked',
    () => options({ accountId: id('V-OPEN') }),
    'OPERATION_PENDING',
    '',
    'V-OPEN has an open operation (CREATE_CUSTOMER, UNKNOWN since 2040-06-15T12:00:00.000Z); wait for its end',
  ],
  [
    'suspendSubscription',
    'none',
    () => ({ subscriptionId: nowhere('sub') }),
    'SUBSCRIPTION_UNKNOWN',
    'subscriptionId',
    `there is no subscription sub_${NOWHERE}`,
  ],
  [
    'suspendSubscription',
    'a paused one',
    () => ({ subscriptionId: id('V-PAUSED') }),
    'SUBSCRIPTION_STATE_NOT_ALLOWED',
    'subscriptionId',
    'subscription V-PAUSED is SUSPENDED; suspending needs ACTIVE',
  ],
  [
    'suspendSubscription',
    'one that was not delivered',
    () => ({ subscriptionId: id('V-ORDERED') }),
    'SUBSCRIPTION_STATE_NOT_ALLOWED',
    'subscriptionId',
    'subscription V-ORDERED is PENDING; a change needs ACTIVE',
  ],
  [
    'suspendSubscription',
    'one that no vendor has',
    () => ({ subscriptionId: id('M-CHANGE') }),
    'VENDOR_CANNOT',
    'subscriptionId',
    'M-CHANGE has no way to suspend; it is not provisioned through a vendor',
  ],
  [
    'suspendSubscription',
    'for a reason on two lines',
    () => ({ subscriptionId: id('V-RUNS'), reason: 'a\nb' }),
    'TEXT_INVALID',
    'reason',
    TEXT('reason', 'control characters or line breaks', 500),
  ],
  [
    'suspendSubscription',
    'seen too early',
    () => ({ subscriptionId: id('V-RUNS'), expectedVersion: 77 }),
    'CONFLICT',
    'expectedVersion',
    'V-RUNS was changed by someone else in the meantime: it is now at version VERSION, you saw 77; look again and repeat',
  ],
  [
    'suspendSubscription',
    'one that was terminated',
    () => ({ subscriptionId: id('M-ENDED') }),
    'REACTIVATION_NOT_ALLOWED',
    'subscriptionId',
    'subscription M-ENDED was terminated on 2040-06-15, and the vendor has deleted it; order it again, with a new activation code',
  ],
  [
    'resumeSubscription',
    'none',
    () => ({ subscriptionId: nowhere('sub') }),
    'SUBSCRIPTION_UNKNOWN',
    'subscriptionId',
    `there is no subscription sub_${NOWHERE}`,
  ],
  [
    'resumeSubscription',
    'one that was terminated (B8)',
    () => ({ subscriptionId: id('M-ENDED') }),
    'REACTIVATION_NOT_ALLOWED',
    'subscriptionId',
    'subscription M-ENDED was terminated on 2040-06-15, and the vendor has deleted it; order it again, with a new activation code',
    'customer',
  ],
  [
    'resumeSubscription',
    'a running one',
    () => ({ subscriptionId: id('V-RUNS') }),
    'SUBSCRIPTION_STATE_NOT_ALLOWED',
    'subscriptionId',
    'subscription V-RUNS is ACTIVE; resuming needs SUSPENDED',
  ],
  [
    'changeSubscriptionQuantity',
    'while the vendor is asked something else (S1)',
    () => ({ subscriptionId: id('V-BUSY'), quantity: 11 }),
    'OPERATION_PENDING',
    '',
    'V-BUSY has an open operation (CHANGE_QUANTITY, UNKNOWN since 2040-06-15T12:00:00.000Z); wait for its end',
  ],
  [
    'setApprovalCode',
    'of none',
    () => ({ subscriptionId: nowhere('sub'), approvalCode: 'A' }),
    'SUBSCRIPTION_UNKNOWN',
    'subscriptionId',
    `there is no subscription sub_${NOWHERE}`,
  ],
  [
    'setApprovalCode',
    'a long one',
    () => ({ subscriptionId: id('V-CODE'), approvalCode: LONG_CODE }),
    'APPROVAL_CODE_INVALID',
    'approvalCode',
    `the approval code “${LONG_CODE}” must have 1 to 50 visible characters`,
  ],
  [
    'setApprovalCode',
    'of blanks',
    () => ({ subscriptionId: id('V-CODE'), approvalCode: ' ' }),
    'APPROVAL_CODE_INVALID',
    'approvalCode',
    'must have 1 to 50 visible characters',
  ],
  [
    'setApprovalCode',
    'of one that was terminated',
    () => ({ subscriptionId: id('M-ENDED'), approvalCode: 'A' }),
    'SUBSCRIPTION_TERMINATED',
    'subscriptionId',
    'subscription M-ENDED was terminated on 2040-06-15; that is final',
  ],
  ['retryProvisioning', 'nothing', () => ({ operationId: nowhere('op') }), 'OPERATION_UNKNOWN', 'operationId', `there is no operation op_${NOWHERE}`],
  [
    'retryProvisioning',
    'what may have been done',
    () => ({ operationId: id('V-UNKNOWN open') }),
    'OPERATION_STATE_NOT_ALLOWED',
    'operationId',
    'the operation is UNKNOWN; trying again needs one that is FAILED',
  ],
  [
    'retryProvisioning',
    'while the vendor is asked something else',
    () => ({ operationId: id('V-BUSY failed') }),
    'OPERATION_PENDING',
    '',
    'V-BUSY has an open operation (CHANGE_QUANTITY, UNKNOWN since 2040-06-15T12:00:00.000Z); wait for its end',
  ],
  [
    'retryProvisioning',
    'a change of what was terminated meanwhile',
    () => ({ operationId: id('M-ENDED failed') }),
    'SUBSCRIPTION_TERMINATED',
    'operationId',
    'subscription M-ENDED was terminated on 2040-06-15; that is final',
  ],
  [
    'retryProvisioning',
    'the delivery of what runs',
    () => ({ operationId: id('V-CODE failed') }),
    'SUBSCRIPTION_STATE_NOT_ALLOWED',
    'operationId',
    'subscription V-CODE is ACTIVE; delivering it again needs FAILED',
  ],
  [
    'retryProvisioning',
    'what was changed again since',
    () => ({ operationId: id('V-CODE pause') }),
    'OPERATION_SUPERSEDED',
    'operationId',
    'V-CODE was changed since (RESUME, 2040-06-04T00:00:00.000Z); order the change anew if it is still wanted',
  ],
  [
    'acknowledgeProvisioning',
    'nothing',
    () => ({ operationId: nowhere('op'), reason: 'settled' }),
    'OPERATION_UNKNOWN',
    'operationId',
    `there is no operation op_${NOWHERE}`,
  ],
  [
    'acknowledgeProvisioning',
    'what has not ended',
    () => ({ operationId: id('V-UNKNOWN open'), reason: 'settled' }),
    'OPERATION_STATE_NOT_ALLOWED',
    'operationId',
    'the operation is UNKNOWN; acknowledging needs one that is FAILED',
  ],
  [
    'acknowledgeProvisioning',
    'without a reason',
    () => ({ operationId: id('V-CODE failed'), reason: ' ' }),
    'TEXT_INVALID',
    'reason',
    'reason may not hold nothing; use 1 to 500 visible characters on one line',
  ],
  [
    'resolveUnknownProvisioning',
    'nothing',
    () => ({ operationId: nowhere('op'), resolution: 'APPLIED' }),
    'OPERATION_UNKNOWN',
    'operationId',
    `there is no operation op_${NOWHERE}`,
  ],
  [
    'resolveUnknownProvisioning',
    'what failed',
    () => ({ operationId: id('V-RETRIED failed'), resolution: 'NOT_APPLIED' }),
    'OPERATION_STATE_NOT_ALLOWED',
    'operationId',
    'the operation is FAILED; resolving needs one that is UNKNOWN',
  ],
  [
    'resolveUnknownProvisioning',
    'a delivery without saying what was delivered',
    () => ({ operationId: id('V-ORDERED open'), resolution: 'APPLIED' }),
    'RESOLUTION_INVALID',
    'vendorSubscriptionId',
    'vendorSubscriptionId is required where the vendor did it: look it up in the vendor’s portal',
  ],
  [
    'resolveUnknownProvisioning',
    'a delivery of what another one is',
    () => ({ operationId: id('V-ORDERED open'), resolution: 'APPLIED', vendorSubscriptionId: id('V-RUNS at the vendor') }),
    'VENDOR_SUBSCRIPTION_TAKEN',
    'vendorSubscriptionId',
    'is the vendor’s side of V-RUNS already',
  ],
  [
    'resolveUnknownProvisioning',
    'a license on two lines',
    () => ({ operationId: id('V-ORDERED open'), resolution: 'APPLIED', vendorSubscriptionId: 'V-1', licenseId: 'a\nb' }),
    'TEXT_INVALID',
    'licenseId',
    TEXT('licenseId', 'control characters or line breaks', 200),
  ],
  ['resolveDrift', 'none', () => ({ driftId: nowhere('drf'), resolution: 'TELL_VENDOR' }), 'DRIFT_UNKNOWN', 'driftId', `there is no difference drf_${NOWHERE}`],
  [
    'resolveDrift',
    'a settled one',
    () => ({ driftId: id('V-DIFFERS settled'), resolution: 'TELL_VENDOR' }),
    'DRIFT_SETTLED',
    'driftId',
    'the difference is settled already: both sides agree',
  ],
  ['resolveDrift', 'without a reason', () => ({ driftId: id('V-DIFFERS quantity'), resolution: 'IGNORE' }), 'VALUE_REQUIRED', 'reason', 'reason is required'],
  [
    'resolveDrift',
    'for a reason on two lines',
    () => ({ driftId: id('V-DIFFERS quantity'), resolution: 'IGNORE', reason: 'a\nb' }),
    'TEXT_INVALID',
    'reason',
    TEXT('reason', 'control characters or line breaks', 500),
  ],
  [
    'resolveDrift',
    'by ending what both have',
    () => ({ driftId: id('V-DIFFERS quantity'), resolution: 'CANCEL_AT_VENDOR' }),
    'DRIFT_RESOLUTION_NOT_ALLOWED',
    'resolution',
    'this difference cannot be settled by CANCEL_AT_VENDOR; use TELL_VENDOR or IGNORE',
  ],
  [
    'resolveDrift',
    'by telling the vendor of what we do not know',
    () => ({ driftId: id('orphan'), resolution: 'TELL_VENDOR' }),
    'DRIFT_RESOLUTION_NOT_ALLOWED',
    'resolution',
    'this difference cannot be settled by TELL_VENDOR; use CANCEL_AT_VENDOR or IGNORE',
  ],
  [
    'resolveDrift',
    'what no vendor can mend',
    () => ({ driftId: id('V-DIFFERS article'), resolution: 'TELL_VENDOR' }),
    'VENDOR_CANNOT',
    'resolution',
    'GOOGLE has no way to mend sku; settle it in the vendor’s portal, or order anew',
  ],
  [
    'resolveDrift',
    'while the vendor is asked something else',
    () => ({ driftId: id('V-BUSY differs'), resolution: 'TELL_VENDOR' }),
    'OPERATION_PENDING',
    '',
    'V-BUSY has an open operation',
  ],
  [
    'resolveDrift',
    'at a vendor that cannot be reached',
    () => ({ driftId: id('V-CODE differs'), resolution: 'TELL_VENDOR' }),
    'VENDOR_NOT_CONFIGURED',
    '',
    'KASPERSKY cannot be reached: its settings KORM_URL',
  ],
  [
    'resolveDrift',
    'of an orphan at a vendor that cannot be reached',
    () => ({ driftId: id('orphan'), resolution: 'CANCEL_AT_VENDOR' }),
    'VENDOR_NOT_CONFIGURED',
    '',
    'KASPERSKY cannot be reached: its settings KORM_URL',
  ],
  [
    'reconcileVendor',
    'none',
    () => ({ vendor: 'ACME' }),
    'VENDOR_UNKNOWN',
    'vendor',
    'there is no vendor ACME; known are GOOGLE, KASPERSKY, MICROSOFT, SOPHOS',
  ],
  [
    'reconcileVendor',
    'that cannot be reached',
    () => ({ vendor: 'KASPERSKY' }),
    'VENDOR_NOT_CONFIGURED',
    'vendor',
    'KASPERSKY cannot be reached: its settings KORM_URL',
  ],
  [
    'reconcileVendor',
    'where nothing is provisioned by us',
    () => ({ vendor: 'SOPHOS' }),
    'VENDOR_CANNOT',
    'vendor',
    'SOPHOS has no way to be asked by Cloudtill; look into the vendor’s own portal',
  ],
];

const ROWS = [...ACCOUNTS, ...CATALOG, ...PRICE_LISTS, ...SUBSCRIPTIONS, ...ORDERS, ...WORK, ...MAILS, ...MIGRATION, ...VENDORS];

interface Said {
  readonly code: RefusalCode;
  readonly message: string;
  readonly path: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
}

/** Ids of the world, instants that run and versions are written as the rows have them. */
function plain(message: string): string {
  return message
    .replace(id('pln HID-1'), 'pln_HID-1')
    .replace(/(to|at) 2040-06-15T12:\d{2}:\d{2}\.\d{3}Z/, '$1 NOW')
    .replace(/at version \d+,/, 'at version VERSION,');
}

describe('what each mutation refuses', () => {
  it.each(ROWS)('%s: %s', async (mutation, _, input, code, path, message, as = 'operator') => {
    const payload = await ask.call(mutation, input(), { as });
    const [said, ...more] = payload.userErrors as Said[];
    expect(more).toEqual([]);
    expect({ code: said!.code, path: said!.path.join('.'), message: plain(said!.message) }).toEqual({
      code,
      path: path === '' ? '' : `input.${path}`,
      message: expect.stringContaining(message),
    });
    // The sentence is the table's, with every fact in it.
    const parameters = Object.fromEntries(said!.parameters.map(({ name, value }) => [name, value]));
    expect(said!.message).toBe(refusalMessage({ code, path: [], parameters }));
    expect(plain(said!.message)).not.toMatch(/undefined|null|NaN|\{|\}|[0-9a-f]{8}-[0-9a-f]{4}-7(?!ccc)/);
  });

  // PostgreSQL keeps neither; asked here of mutations that look at their texts and of those that only pass them on.
  it.each([
    ['createAccount', () => account({ name: 'a\0b' }), 'name'],
    ['createAccount', () => account({ address: { city: '\ud800' } }), 'address.city'],
    ['holdAccount', () => ({ accountId: id('M-HOLD'), reason: 'a\0b' }), 'reason'],
    ['createProduct', () => ({ code: 'X', name: 'X', vendor: 'KASPERSKY\0' }), 'vendor'],
    ['setPriceListEntry', () => rate({ reason: '\udc00' }), 'reason'],
    ['runBilling', () => ({ billingPeriod: '2026-05\0' }), 'billingPeriod'],
    ['createUpload', () => ({ fileName: '\ud83d.csv', byteSize: 1 }), 'fileName'],
  ] as const)('%s: a text that cannot be kept', async (mutation, input, path) => {
    const { userErrors } = await ask.call(mutation, input());
    const field = path.split('.').at(-1)!;
    expect(userErrors).toMatchObject([
      {
        code: 'TEXT_INVALID',
        path: `input.${path}`.split('.'),
        message: TEXT(field, 'a NUL or half a character', 200),
        parameters: [{ name: 'field', value: field }, {}, {}],
      },
    ]);
  });

  it('says all that is wrong with an input at once', async () => {
    const { userErrors } = await ask.call('createAccount', {
      kind: 'CUSTOMER',
      name: '',
      email: 'x',
      country: 'XX',
      currency: 'XXX',
      locale: '_',
      taxId: LONG,
    });
    expect(userErrors.map(({ path }: Said) => path.at(-1))).toEqual(['name', 'email', 'country', 'currency', 'locale', 'taxId']);
  });

  it('leaves nothing of what was refused, neither an answer under its key', async () => {
    expect(await ask.books()).toEqual(booksBefore);
  });
});

describe('billing periods', () => {
  it('a period with parked subscriptions is not closed, and the answer says so (H2)', async () => {
    const payload = await ask.call(
      'closeBillingPeriod',
      { billingPeriod: '2026-05' },
      { select: 'billingPeriod { status } job { state userErrors { code } }' },
    );
    expect(payload).toMatchObject({
      billingPeriod: { status: 'OPEN' },
      job: { state: 'FAILED', userErrors: [{ code: 'BILLING_PERIOD_HAS_PARKED' }] },
      userErrors: [
        {
          code: 'BILLING_PERIOD_HAS_PARKED',
          path: ['input', 'billingPeriod'],
          message: 'billing period 2026-05 has 1 parked subscriptions; resolve them before closing',
        },
      ],
    });
    const trail = await ask.sql(`select 1 from audit_event where action = 'closeBillingPeriod'`);
    expect(trail).toEqual([]);
  });
});

// ---- what is refused and kept: a synchronization that failed says why, until it is tried again

/** Account, what its options are first, the platform, and what stands against it. */
type Kept = [what: string, account: string, set: object, platform: string, code: RefusalCode, path: string, message: string];

const KEPT: readonly Kept[] = [
  [
    'a role of another kind',
    'V-SYNC',
    { role: 'RESELLER' },
    'SOPHOS',
    'SYNC_ROLE_MISMATCH',
    'role',
    'V-SYNC is a CUSTOMER, so its role is USER and not RESELLER',
  ],
  [
    'no address for license keys',
    'V-SYNC',
    { role: 'USER', email: 'keys@' },
    'SOPHOS',
    'SYNC_EMAIL_INVALID',
    'email',
    '“keys@” cannot receive the license keys of V-SYNC; give an address such as keys@example.com',
  ],
  [
    'a PIN of a customer',
    'V-SYNC',
    { email: 'keys@example.com', resellerPin: 'PIN-9' },
    'SOPHOS',
    'RESELLER_PIN_NOT_ALLOWED',
    'resellerPin',
    'V-SYNC is a CUSTOMER; only resellers have a PIN',
  ],
  [
    'a seller that is not there yet',
    'V-SYNC',
    { resellerPin: null, parentAccountId: 'acc DEMO-RESELLER' },
    'SOPHOS',
    'PARENT_NOT_SYNCHRONIZED',
    'parentAccountId',
    'DEMO-RESELLER, the seller of V-SYNC, is UNSYNCHRONIZED on SOPHOS_CENTRAL; synchronize it first',
  ],
  [
    'no PIN',
    'V-RESELLER',
    {},
    'SOPHOS',
    'RESELLER_PIN_MISSING',
    'resellerPin',
    'reseller V-RESELLER has no PIN on SOPHOS_CENTRAL; enter the one that the vendor gave it',
  ],
  [
    'a PIN that is none',
    'V-RESELLER',
    { resellerPin: 'A B' },
    'SOPHOS',
    'RESELLER_PIN_INVALID',
    'resellerPin',
    'the PIN “A B” has other characters than letters, digits, dots and dashes',
  ],
  [
    'the PIN of another',
    'V-RESELLER',
    { resellerPin: 'taken-1' },
    'SOPHOS',
    'RESELLER_PIN_TAKEN',
    'resellerPin',
    'the PIN taken-1 on SOPHOS_CENTRAL is that of V-PIN; every reseller has its own',
  ],
  ['a vendor that cannot be reached', 'V-DIRECT', {}, 'KASPERSKY', 'VENDOR_NOT_CONFIGURED', 'platform', 'KASPERSKY cannot be reached: its settings KORM_URL'],
  [
    'what the vendor would refuse',
    'V-DIRECT',
    {
      parameters: [
        { name: 'Domain', value: 'gmail.com' },
        { name: 'AlternateEmail', value: 'desk@elsewhere.example' },
      ],
    },
    'GOOGLE',
    'VENDOR_PARAMETER_INVALID',
    'parameters.Domain',
    'GOOGLE would refuse Domain: gmail.com belongs to a mail provider; state a domain of the customer’s own.',
  ],
];

describe('what a synchronization refuses (A6)', () => {
  const REASONS = 'sync { status reason reasons { code message path } missing { code } } job { id }';

  it.each(KEPT)('%s, and keeps it as the reason', async (_, number, set, platform, code, path, message) => {
    const accountId = id(number);
    const given = Object.entries(set).map(([name, value]) => [name, typeof value === 'string' && value.startsWith('acc ') ? id(value) : value]);
    if (given.length > 0) await ask.done('setSyncOptions', { accountId, platform, ...Object.fromEntries(given) });
    const payload = await ask.call('synchronizeAccount', { accountId, platform }, { select: REASONS });
    const why = payload.userErrors.find((error: Said) => error.code === code) as Said;
    expect({ path: why.path, message: why.message }).toEqual({ path: ['input', ...path.split('.')], message: expect.stringContaining(message) });
    expect(why.message).toBe(refusalMessage({ code, path: [], parameters: Object.fromEntries(why.parameters.map(({ name, value }) => [name, value])) }));
    expect(payload.job).toBeNull();
    expect(payload.sync.status).toBe('FAILED');
    expect(payload.sync.reasons).toEqual(
      payload.userErrors.map(({ code: said, message: sentence, path: place }: Said) => ({ code: said, message: sentence, path: place })),
    );
    expect(payload.sync.reason).toContain(why.message);
  });

  it('says at once all that stands against it, and the same before it is tried', async () => {
    const accountId = id('V-RESELLER');
    await ask.done('setSyncOptions', { accountId, platform: 'SOPHOS', role: 'USER', email: 'keys', resellerPin: null });
    const { userErrors, sync } = await ask.call('synchronizeAccount', { accountId, platform: 'SOPHOS' }, { select: REASONS });
    const codes = ['SYNC_ROLE_MISMATCH', 'SYNC_EMAIL_INVALID', 'RESELLER_PIN_MISSING'];
    expect(userErrors.map(({ code }: Said) => code)).toEqual(codes);
    expect(sync.missing.map(({ code }: Said) => code)).toEqual(codes);
  });

  it('takes the account’s own address where the platform has none of its own, as it is shown', async () => {
    const accountId = id('V-DIRECT');
    await ask.done('setSyncOptions', { accountId, platform: 'SOPHOS', email: null });
    const { sync, userErrors } = await ask.call('synchronizeAccount', { accountId, platform: 'SOPHOS' }, { select: 'sync { status email }' });
    expect({ sync, userErrors }).toEqual({ sync: { status: 'SYNCHRONIZED', email: 'keys@v-direct.example' }, userErrors: [] });
  });
});

describe('what a vendor refuses', () => {
  it('is said with the vendor’s words, and nothing is changed here', async () => {
    await ask.sql(
      `update service_subscription set platform = 'RESELLER_API', vendor_subscription_id = 'nowhere', vendor_customer_id = 'C0nowhere' where number = 'V-GONE'`,
    );
    const payload = await ask.call(
      'suspendSubscription',
      { subscriptionId: id('V-GONE') },
      { select: 'subscription { status operations { state rejection } } operation { state }' },
    );
    expect(payload).toMatchObject({
      subscription: { status: 'ACTIVE', operations: [{ state: 'FAILED', rejection: 'NOT_FOUND' }] },
      operation: { state: 'FAILED' },
      userErrors: [{ code: 'VENDOR_REJECTED', path: [], message: expect.stringContaining('GOOGLE said no: Google has no subscription V-GONE') }],
    });
  });

  it('can be tried again where the vendor is not configured: it waits (S2)', async () => {
    const payload = await ask.call('retryProvisioning', { operationId: id('V-FAILED failed') }, { select: 'operation { finishedAt account { number } }' });
    expect(payload).toMatchObject({ operation: { finishedAt: null, account: { number: 'V-FAILED' } }, userErrors: [] });
    const { data } = await ask.world.ask('operator', '{ account(number: "V-FAILED") { syncs { platform status } } }');
    expect(data.account.syncs).toContainEqual({ platform: 'KORM', status: 'PENDING' });
  });
});

// ---- the rules on a timeline that exists nowhere

const simulation = (more: object): object => ({
  billingPolicy: 'PAYG',
  unitPrice: '1',
  currency: 'EUR',
  activatedAt: '2026-05-01T00:00:00Z',
  changes: [{ at: '2026-05-01T00:00:00Z', quantity: 25 }],
  from: '2026-05-01',
  to: '2026-06-01',
  ...more,
});
const at = (instant: string, quantity: number): object => ({ at: instant, quantity });

const SIMULATIONS: readonly (readonly [string, object, RefusalCode, string, string])[] = [
  ['no currency', { currency: 'EURO' }, 'CURRENCY_UNKNOWN', 'currency', 'EURO is not an ISO 4217 currency code such as EUR'],
  ['no zone', { timeZone: 'Mars/Olympus' }, 'TIME_ZONE_UNKNOWN', 'timeZone', 'Mars/Olympus is not an IANA time zone such as Europe/Athens'],
  ['no price', { unitPrice: '-1' }, 'NUMBER_INVALID', 'unitPrice', 'unitPrice is -1; it must be from 0 to 99999999.999999 with at most six decimals'],
  [
    'a year by anniversaries',
    { billingPolicy: 'YEARLY', cycle: 'ANNIVERSARY' },
    'POLICY_OPTION_NOT_ALLOWED',
    'cycle',
    'cycle ANNIVERSARY does not go with YEARLY; use CALENDAR',
  ],
  ['no days', { to: '2026-05-01' }, 'PERIOD_EMPTY', 'to', 'the period from 2026-05-01 to 2026-05-01 has no days; to must be after from'],
  ['too many days', { to: '2190-01-01' }, 'PERIOD_TOO_LONG', 'to', 'longer than'],
  [
    'no quantity to begin with',
    { changes: [] },
    'ACTIVATION_QUANTITY_MISSING',
    'changes.0.at',
    'the first change must give the quantity of the activation on 2026-05-01',
  ],
  [
    'a change before the beginning',
    { changes: [at('2026-05-01T00:00:00Z', 1), at('2026-04-01T00:00:00Z', 2)] },
    'CHANGES_NOT_IN_ORDER',
    'changes.1.at',
    'change 1 takes effect at 2026-04-01T00:00:00Z, before the activation at 2026-05-01T00:00:00Z',
  ],
  [
    'an end before the beginning',
    { terminatedAt: '2026-04-01T00:00:00Z' },
    'TERMINATION_BEFORE_ACTIVATION',
    'terminatedAt',
    'the termination at 2026-04-01T00:00:00Z lies before the activation at 2026-05-01T00:00:00Z',
  ],
  [
    'a change after the end',
    { terminatedAt: '2026-05-10T00:00:00Z', changes: [at('2026-05-01T00:00:00Z', 1), at('2026-05-20T00:00:00Z', 2)] },
    'CHANGE_AFTER_TERMINATION',
    'changes.1.at',
    'a change at 2026-05-20T00:00:00Z lies after the end on 2026-05-10',
  ],
  ['nothing held', { changes: [at('2026-05-01T00:00:00Z', 0)] }, 'QUANTITY_TOO_SMALL', 'changes.0.quantity', 'quantity 0 is below 1'],
  [
    'a year downwards',
    { billingPolicy: 'YEARLY', changes: [at('2026-05-01T00:00:00Z', 5), at('2026-05-02T00:00:00Z', 4)] },
    'QUANTITY_DECREASE_NOT_ALLOWED',
    'changes.1.quantity',
    'a YEARLY subscription cannot go from 5 to 4 licenses before its term ends on 2027-05-01',
  ],
];

const simulate = async (input: object): Promise<Answer['data']> => {
  const { data, errors } = await ask.world.ask(
    'customer',
    'query ($input: SimulateChargesInput!) { simulateCharges(input: $input) { charges { net { amount } } total { amount } userErrors { code message path parameters { name value } } } }',
    { input },
  );
  expect(errors).toBeUndefined();
  return data.simulateCharges;
};

describe('what a simulation refuses', () => {
  it.each(SIMULATIONS)('%s', async (_, more, code, path, message) => {
    const { charges, total, userErrors } = await simulate(simulation(more));
    expect({ charges, total }).toEqual({ charges: [], total: null });
    expect(userErrors).toMatchObject([{ code, path: ['input', ...path.split('.')], message: expect.stringContaining(message) }]);
  });

  it('takes what is right', async () => {
    expect(await simulate(simulation({}))).toMatchObject({ total: { amount: '25.00' }, userErrors: [] });
  });
});

/** Codes that no row here can bring about, and the test that does. */
const ELSEWHERE: Readonly<Partial<Record<RefusalCode, string>>> = {
  ORDER_EMPTY: 'orders/order-path.test.ts',
  ORDER_INCOMPLETE: 'orders/order-path.test.ts',
  QUOTE_STALE: 'orders/quotes.test.ts',
  ACCOUNT_NOT_SYNCHRONIZED: 'orders/vendors.test.ts',
  VENDOR_REJECTED: 'orders/races.test.ts',
  VENDOR_HAS_IT: 'provisioning/overtaken.test.ts',
  IDEMPOTENCY_KEY_REUSED: 'api/mutations.test.ts',
  IDEMPOTENCY_KEY_INVALID: 'api/mutations.test.ts',
  BILLING_PERIOD_CLOSED: 'billing/races.test.ts',
  BILLING_PERIOD_HAS_PARKED: 'api/refusals.test.ts',
  BILLING_PERIOD_NOT_RATED: 'billing/races.test.ts',
  JOB_GIVEN_UP: 'work.test.ts',
  SIGN_IN_FAILED: 'api/sessions.test.ts',
  TOO_MANY_ATTEMPTS: 'api/sessions.test.ts',
  UPLOAD_SIZE_DIFFERS: 'api/protocol.test.ts',
  FILE_NO_ROWS: 'imports.test.ts',
  FILE_ENCODING: 'imports.test.ts',
  CSV_MALFORMED: 'imports.test.ts',
  COLUMN_MISSING: 'imports.test.ts',
  COLUMN_DUPLICATE: 'imports.test.ts',
  COLUMN_UNKNOWN: 'imports.test.ts',
  ROW_DUPLICATE: 'imports.test.ts',
  VALUE_REQUIRED: 'imports.test.ts',
  VALUE_NOT_ALLOWED: 'imports.test.ts',
  PLAN_ROW_DIFFERS: 'imports.test.ts',
  EVENT_NOT_ALLOWED: 'imports.test.ts',
  MIGRATION_NOT_TODAY: 'migration/run.test.ts',
  MIGRATION_UNDER_WAY: 'migration/races.test.ts',
  MIGRATION_HAS_BLOCKERS: 'migration/run.test.ts',
  MIGRATION_MAPPING_REPEATED: 'migration/dry-run.test.ts',
  MIGRATION_NO_FITTING_PLAN: 'migration/dry-run.test.ts',
  MIGRATION_SEVERAL_FITTING_PLANS: 'migration/dry-run.test.ts',
  CHARGE_OUT_OF_BOUNDS: '../../packages/domain/src/billing/target.test.ts',
};

describe('the table of refusals', () => {
  it.each(Object.entries(ELSEWHERE))('%s is brought about in %s', (code, file) => {
    expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).toContain(code);
  });

  it('has a row or a place for every code', () => {
    const shown = [...ROWS.map((row) => row[3]), ...KEPT.map((row) => row[4]), ...SIMULATIONS.map((row) => row[2])];
    expect([...new Set([...shown, ...Object.keys(ELSEWHERE)])].sort()).toEqual(Object.keys(REFUSALS).sort());
  });
});
