/**
 * Every mutation: what it does, what it leaves behind, what a retry gets, and every refusal that it can give with the
 * place and the sentence. The tables are held against the schema and the table of refusals: a new mutation or code
 * fails here until it has its row.
 */
import { isInputObjectType, isNonNullType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/schema.ts';
import { key } from '../server.ts';
import { inputTypeOf, Mutations } from './asking.ts';

const schema = createSchema('sandbox');
const mutations = schema.getMutationType()!.getFields();

let ask: Mutations;
const id = (name: string): string => ask.id(name);

beforeAll(async () => (ask = await Mutations.open()));
afterAll(() => ask.stop());

// ---- what each does

interface Deed {
  readonly mutation: string;
  /** Made when it is needed: ids are not known before. */
  readonly input: () => object;
  readonly select: string;
  /** What the payload then shows. */
  readonly shows: object;
  /** Another input with the same key. */
  readonly other?: object;
  /** The line in the trail: whose trail, and what it says; none where there is nothing to keep. */
  readonly trail?: { readonly account: string; readonly before?: object; readonly after?: object };
  /** What is in the trail beside that, of the same account: what a vendor has confirmed. */
  readonly also?: readonly string[];
  /** What the rooms on the right are told. */
  readonly tells?: string | readonly string[];
}

const SECTION = '<mj-section><mj-column><mj-text>{{activationCode}}</mj-text></mj-column></mj-section>';

const seats = (value: string): object => ({ name: 'Seats', value });

const DEEDS: readonly Deed[] = [
  {
    mutation: 'createAccount',
    input: () => ({
      kind: 'CUSTOMER',
      parentId: id('acc DEMO-RESELLER'),
      number: 'D-NEW',
      name: '  Café  GmbH ',
      legalName: 'Café GmbH & Co. KG',
      email: 'a@example.com',
      phone: '+49 1',
      address: { street: 'Kai 1', city: 'Kiel', postalCode: '24103', region: 'SH' },
      country: 'DE',
      currency: 'EUR',
      locale: 'de-DE',
      taxId: 'DE9',
    }),
    select:
      'account { number kind name legalName email phone address { street city postalCode region } country currency locale taxId status parent { number } ancestorIds }',
    shows: {
      account: {
        number: 'D-NEW',
        kind: 'CUSTOMER',
        name: 'Café  GmbH',
        legalName: 'Café GmbH & Co. KG',
        email: 'a@example.com',
        phone: '+49 1',
        address: { street: 'Kai 1', city: 'Kiel', postalCode: '24103', region: 'SH' },
        country: 'DE',
        currency: 'EUR',
        locale: 'de-DE',
        taxId: 'DE9',
        status: 'ACTIVE',
        parent: { number: 'DEMO-RESELLER' },
      },
    },
    other: { name: 'Another' },
    trail: { account: 'DEMO-RESELLER', after: { kind: 'CUSTOMER', name: 'Café  GmbH', country: 'DE', locale: 'de-DE' } },
  },
  {
    mutation: 'updateAccount',
    input: () => ({ accountId: id('M-UPDATE'), name: 'Renamed', email: null, country: 'AT' }),
    select: 'account { name email country }',
    shows: { account: { name: 'Renamed', email: null, country: 'AT' } },
    trail: { account: 'M-UPDATE', before: { name: 'M-UPDATE', email: null, country: 'DE' }, after: { name: 'Renamed', email: null, country: 'AT' } },
  },
  {
    mutation: 'holdAccount',
    input: () => ({ accountId: id('M-HOLD'), reason: 'unpaid' }),
    select: 'account { status }',
    shows: { account: { status: 'ON_HOLD' } },
    trail: { account: 'M-HOLD', before: { status: 'ACTIVE' }, after: { status: 'ON_HOLD', reason: 'unpaid' } },
  },
  {
    mutation: 'releaseAccount',
    input: () => ({ accountId: id('M-RELEASE') }),
    select: 'account { status }',
    shows: { account: { status: 'ACTIVE' } },
    trail: { account: 'M-RELEASE', before: { status: 'ON_HOLD' }, after: { status: 'ACTIVE' } },
  },
  {
    mutation: 'closeAccount',
    input: () => ({ accountId: id('M-CLOSE') }),
    select: 'account { status }',
    shows: { account: { status: 'CLOSED' } },
    trail: { account: 'M-CLOSE', before: { status: 'ACTIVE' }, after: { status: 'CLOSED' } },
  },
  {
    mutation: 'moveAccount',
    input: () => ({ accountId: id('M-MOVE'), parentId: id('acc R-RIVAL') }),
    select: 'account { parent { number } }',
    shows: { account: { parent: { number: 'R-RIVAL' } } },
    trail: { account: 'M-MOVE', before: { parent: 'acc DEMO-RESELLER' }, after: { parent: 'acc R-RIVAL' } },
    tells: 'account.moved',
  },
  {
    mutation: 'createProduct',
    input: () => ({ code: 'D-PRODUCT', name: 'Product', vendor: 'SOPHOS', pricing: 'CONSUMPTION' }),
    select: 'product { code name vendor { code } provisioning pricing status plans { id } }',
    shows: {
      product: {
        code: 'D-PRODUCT',
        name: 'Product',
        vendor: { code: 'SOPHOS' },
        provisioning: 'EXTERNAL',
        pricing: 'CONSUMPTION',
        status: 'ACTIVE',
        plans: [],
      },
    },
    other: { name: 'Another' },
    trail: { account: 'PROVIDER', after: { name: 'Product', provisioning: 'EXTERNAL', pricing: 'CONSUMPTION' } },
  },
  {
    mutation: 'updateProduct',
    input: () => ({ productId: id('M-OLD'), name: 'New', vendor: 'GOOGLE', status: 'RETIRED' }),
    select: 'product { name vendor { code } status }',
    shows: { product: { name: 'New', vendor: { code: 'GOOGLE' }, status: 'RETIRED' } },
    trail: { account: 'PROVIDER', before: { name: 'Old', vendor: 'KASPERSKY', status: 'ACTIVE' }, after: { name: 'New', vendor: 'GOOGLE', status: 'RETIRED' } },
  },
  {
    mutation: 'createPlan',
    input: () => ({
      productId: id('prd KES'),
      sku: 'D-PLAN',
      billingPolicy: 'PAYG',
      cycle: 'ANNIVERSARY',
      dailyQuantity: 'PEAK',
      minQuantity: 5,
      maxQuantity: 9,
    }),
    select: 'plan { sku name product { code } billingPolicy cycle dailyQuantity minQuantity maxQuantity status }',
    shows: {
      plan: {
        sku: 'D-PLAN',
        name: 'D-PLAN',
        product: { code: 'KES' },
        billingPolicy: 'PAYG',
        cycle: 'ANNIVERSARY',
        dailyQuantity: 'PEAK',
        minQuantity: 5,
        maxQuantity: 9,
        status: 'ACTIVE',
      },
    },
    other: { minQuantity: 6 },
    trail: { account: 'PROVIDER', after: { billingPolicy: 'PAYG', cycle: 'ANNIVERSARY', dailyQuantity: 'PEAK', minQuantity: 5, maxQuantity: 9 } },
  },
  {
    mutation: 'updatePlan',
    input: () => ({ planId: id('M-PLAN'), name: 'Renamed', minQuantity: 2, maxQuantity: 8 }),
    select: 'plan { name minQuantity maxQuantity status }',
    shows: { plan: { name: 'Renamed', minQuantity: 2, maxQuantity: 8, status: 'ACTIVE' } },
    trail: {
      account: 'PROVIDER',
      before: { name: 'M-PLAN', minQuantity: 1, maxQuantity: 10_000_000 },
      after: { name: 'Renamed', minQuantity: 2, maxQuantity: 8 },
    },
  },
  {
    mutation: 'setPlanPrice',
    input: () => ({ planId: id('M-PLAN'), currency: 'JPY', validFrom: '2040-01-01', listPrice: '333.4', vendorCost: '250' }),
    select: 'plan { prices { currency validFrom validTo listPrice vendorCost } }',
    shows: { plan: { prices: [{ currency: 'JPY', validFrom: '2040-01-01', validTo: null, listPrice: '333.400000', vendorCost: '250.000000' }] } },
    other: { listPrice: '333.5' },
    trail: { account: 'PROVIDER', after: { currency: 'JPY', validFrom: '2040-01-01', listPrice: '333.400000', vendorCost: '250.000000' } },
    tells: 'price.changed',
  },
  {
    mutation: 'createPriceList',
    input: () => ({ sellerId: id('acc DEMO-RESELLER'), name: 'Summer' }),
    select: 'priceList { name seller { number } entries { totalCount } assignments { totalCount } }',
    shows: { priceList: { name: 'Summer', seller: { number: 'DEMO-RESELLER' }, entries: { totalCount: 0 }, assignments: { totalCount: 0 } } },
    other: { name: 'Winter' },
    trail: { account: 'DEMO-RESELLER', after: { name: 'Summer' } },
  },
  {
    mutation: 'setPriceListEntry',
    input: () => ({
      priceListId: id('prl DEMO-RESELLER → DEMO-CUSTOMER'),
      productId: id('prd KES'),
      planId: id('pln KES-2'),
      mode: 'MARKUP',
      percent: '70.5',
      validFrom: '2040-07-01',
    }),
    select: 'warnings priceList { entries(first: 1) { nodes { product { code } plan { sku } mode percent validFrom validTo reason } } }',
    // 5.50 and 10 %, then 70.5 %: more than the list price of 9.00
    shows: {
      warnings: ['KES-2: 10.315250 EUR is above the list price of 9.000000'],
      priceList: {
        entries: {
          nodes: [{ product: { code: 'KES' }, plan: { sku: 'KES-2' }, mode: 'MARKUP', percent: '70.5', validFrom: '2040-07-01', validTo: null, reason: null }],
        },
      },
    },
    other: { percent: '71' },
    trail: { account: 'DEMO-RESELLER', after: { product: 'KES', plan: 'KES-2', mode: 'MARKUP', percent: '70.5', validFrom: '2040-07-01' } },
    tells: 'price.changed',
  },
  {
    mutation: 'removePriceListEntry',
    input: () => ({ entryId: id('ple DEMO-RESELLER → C-BESIDE KES'), validTo: '2040-07-01' }),
    select: 'priceList { entries { nodes { validTo } } }',
    shows: { priceList: { entries: { nodes: [{ validTo: '2040-07-01' }] } } },
    trail: { account: 'DEMO-RESELLER', before: { product: 'KES', mode: 'MARKUP', percent: '25' }, after: { validTo: '2040-07-01' } },
    tells: 'price.changed',
  },
  {
    mutation: 'assignPriceList',
    input: () => ({ priceListId: id('M-LIST'), accountId: id('acc C-RIVAL'), validFrom: '2040-07-01' }),
    select: 'priceList { assignments { nodes { buyer { number } validFrom validTo } } }',
    shows: { priceList: { assignments: { nodes: [{ buyer: { number: 'C-RIVAL' }, validFrom: '2040-07-01', validTo: null }] } } },
    other: { validFrom: '2040-07-02' },
    trail: { account: 'R-RIVAL', after: { buyer: 'C-RIVAL', validFrom: '2040-07-01' } },
    tells: 'price.changed',
  },
  {
    mutation: 'createSubscription',
    input: () => ({ accountId: id('acc DEMO-CUSTOMER'), planId: id('pln KES-1'), quantity: 7, number: 'D-SUB', activatedAt: '2040-06-02T10:00:00+02:00' }),
    select:
      'subscription { number status quantity plan { sku } activatedAt activatedOn endsOn version timeline { from to quantity } } operation { kind state effectiveAt }',
    shows: {
      subscription: {
        number: 'D-SUB',
        status: 'ACTIVE',
        quantity: 7,
        plan: { sku: 'KES-1' },
        activatedAt: '2040-06-02T08:00:00.000Z',
        activatedOn: '2040-06-02',
        endsOn: null,
        timeline: [{ from: '2040-06-02', to: null, quantity: 7 }],
      },
      operation: { kind: 'ACTIVATE', state: 'SUCCEEDED', effectiveAt: '2040-06-02T08:00:00.000Z' },
    },
    other: { quantity: 8 },
    trail: { account: 'DEMO-CUSTOMER', after: { plan: 'KES-1', quantity: 7, activatedAt: '2040-06-02T08:00:00.000Z' } },
    tells: 'subscription.changed',
  },
  {
    mutation: 'changeSubscriptionQuantity',
    input: () => ({ subscriptionId: id('M-CHANGE'), quantity: 12, effectiveAt: '2040-06-03T00:00:00Z', reason: 'growth' }),
    select:
      'subscription { quantity changes(first: 1) { nodes { sequence kind quantity oldQuantity actor reason effectiveOn } } timeline { from to quantity } } operation { kind state }',
    shows: {
      subscription: {
        quantity: 12,
        changes: {
          nodes: [{ sequence: 2, kind: 'QUANTITY', quantity: 12, oldQuantity: 10, actor: 'Olga Operator', reason: 'growth', effectiveOn: '2040-06-03' }],
        },
        timeline: [
          { from: '2040-06-03', to: null, quantity: 12 },
          { from: '2040-05-01', to: '2040-06-03', quantity: 10 },
        ],
      },
      operation: { kind: 'QUANTITY', state: 'SUCCEEDED' },
    },
    other: { quantity: 13 },
    trail: { account: 'DEMO-CUSTOMER', before: { quantity: 10 }, after: { quantity: 12, effectiveAt: '2040-06-03T00:00:00.000Z' } },
    tells: 'subscription.changed',
  },
  {
    mutation: 'switchSubscriptionPlan',
    input: () => ({ subscriptionId: id('M-SWITCH'), planId: id('pln KES-2'), quantity: 60, effectiveAt: '2040-06-03T00:00:00Z' }),
    select: 'subscription { quantity plan { sku } changes(first: 1) { nodes { kind plan { sku } oldPlan { sku } quantity oldQuantity } } } operation { kind }',
    shows: {
      subscription: {
        quantity: 60,
        plan: { sku: 'KES-2' },
        changes: { nodes: [{ kind: 'PLAN', plan: { sku: 'KES-2' }, oldPlan: { sku: 'KES-1' }, quantity: 60, oldQuantity: 10 }] },
      },
      operation: { kind: 'PLAN' },
    },
    other: { quantity: 61 },
    trail: { account: 'DEMO-CUSTOMER', before: { plan: 'KES-1', quantity: 10 }, after: { plan: 'KES-2', quantity: 60 } },
    tells: 'subscription.changed',
  },
  {
    mutation: 'setSubscriptionRenewal',
    input: () => ({ subscriptionId: id('M-RENEW'), renews: true, quantity: 4 }),
    select: 'subscription { quantity renews renewsOn renewalQuantity endsOn } operation { kind effectiveAt }',
    shows: {
      subscription: { quantity: 10, renews: true, renewsOn: '2041-05-01', renewalQuantity: 4, endsOn: null },
      operation: { kind: 'RENEWAL', effectiveAt: '2041-05-01T00:00:00.000Z' },
    },
    other: { renews: false },
    trail: { account: 'DEMO-CUSTOMER', before: { renewalQuantity: null }, after: { renewalQuantity: 4 } },
    tells: 'subscription.changed',
  },
  {
    mutation: 'terminateSubscription',
    input: () => ({ subscriptionId: id('M-TERMINATE'), confirmIrreversible: true, effectiveAt: '2040-06-10T00:00:00Z', reason: 'moved' }),
    select: 'subscription { status endsOn quantity timeline { from to quantity } } operation { kind }',
    shows: {
      subscription: { status: 'TERMINATED', endsOn: '2040-06-10', quantity: 10, timeline: [{ from: '2040-05-01', to: '2040-06-10', quantity: 10 }] },
      operation: { kind: 'TERMINATE' },
    },
    other: { reason: 'another' },
    trail: { account: 'DEMO-CUSTOMER', before: { status: 'ACTIVE', endsOn: null }, after: { status: 'TERMINATED', endsOn: '2040-06-10' } },
    tells: 'subscription.changed',
  },
  {
    mutation: 'createOrder',
    input: () => ({ accountId: id('acc DEMO-CUSTOMER'), channel: 'OPERATOR', lines: [{ planId: id('pln KES-1'), characteristics: [seats('4')] }] }),
    select: 'order { status channel account { number } currency total { amount } lines { status quantity plan { sku } characteristics { name value } } }',
    // 16 of 30 days, 4 licenses at 6.60
    shows: {
      order: {
        status: 'DRAFT',
        channel: 'OPERATOR',
        account: { number: 'DEMO-CUSTOMER' },
        currency: 'EUR',
        total: { amount: '14.08' },
        lines: [{ status: 'COMPLETE', quantity: 4, plan: { sku: 'KES-1' }, characteristics: [{ name: 'Seats', value: '4' }] }],
      },
    },
    other: { channel: 'API' },
    trail: { account: 'DEMO-CUSTOMER', after: { channel: 'OPERATOR', plans: 'KES-1' } },
  },
  {
    mutation: 'addOrderLine',
    input: () => ({ orderId: id('M-EMPTY'), planId: id('pln KES-1'), approvalCode: 'CODE-1' }),
    select: 'lineId order { total { amount } lines { position status missing quantity approvalCode } }',
    shows: { order: { total: null, lines: [{ position: 1, status: 'INCOMPLETE', missing: ['Seats'], quantity: null, approvalCode: 'CODE-1' }] } },
    other: { approvalCode: 'CODE-2' },
    trail: { account: 'DEMO-CUSTOMER', after: { plan: 'KES-1', approvalCode: 'CODE-1' } },
  },
  {
    mutation: 'configureOrderLine',
    input: () => ({ lineId: id('M-CONFIGURE line'), planId: id('pln KES-2'), characteristics: [seats('60')] }),
    select: 'lineId order { lines { status quantity plan { sku } } }',
    shows: { order: { lines: [{ status: 'COMPLETE', quantity: 60, plan: { sku: 'KES-2' } }] } },
    other: { characteristics: [] },
    trail: { account: 'DEMO-CUSTOMER', before: { plan: 'KES-1', Seats: '3' }, after: { plan: 'KES-2', Seats: '60' } },
  },
  {
    mutation: 'removeOrderLine',
    input: () => ({ lineId: id('M-REMOVE line') }),
    select: 'order { status lines { id } }',
    shows: { order: { status: 'DRAFT', lines: [] } },
    other: { lineId: 'oln_0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000' },
    trail: { account: 'DEMO-CUSTOMER', before: { plan: 'KES-1', Seats: '3' } },
  },
  {
    mutation: 'placeOrder',
    input: () => ({ orderId: id('M-PLACE'), quoteToken: id('M-PLACE quote') }),
    select: 'order { status placedBy approvalRequired total { amount } }',
    shows: { order: { status: 'SUBMITTED', placedBy: 'Olga Operator', approvalRequired: false, total: { amount: '10.56' } } },
    other: { quoteToken: 'x' },
    trail: { account: 'DEMO-CUSTOMER', before: { status: 'DRAFT' }, after: { status: 'SUBMITTED' } },
    tells: 'order.submitted',
  },
  {
    mutation: 'rejectOrder',
    input: () => ({ orderId: id('M-REJECT'), reason: 'too many' }),
    select: 'order { status reason canceledAt lines { status } }',
    shows: { order: { status: 'CANCELLED', reason: 'too many', lines: [{ status: 'CANCELLED' }] } },
    other: { reason: 'another' },
    trail: { account: 'M-APPROVES', before: { status: 'PENDING_APPROVAL' }, after: { status: 'CANCELLED', reason: 'too many' } },
  },
  {
    mutation: 'executeOrder',
    input: () => ({ orderId: id('M-EXECUTE') }),
    select: 'order { status lines { status subscription { number status quantity } } }',
    shows: { order: { status: 'COMPLETED', lines: [{ status: 'COMPLETED', subscription: { status: 'ACTIVE', quantity: 3 } }] } },
    other: { orderId: 'ord_0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000' },
    trail: { account: 'DEMO-CUSTOMER', before: { status: 'SUBMITTED' }, after: { status: 'EXECUTING' } },
    tells: ['order.completed', 'subscription.changed'],
  },
  {
    mutation: 'cancelOrder',
    input: () => ({ orderId: id('M-CANCEL'), reason: 'a mistake' }),
    select: 'order { status reason }',
    shows: { order: { status: 'CANCELLED', reason: 'a mistake' } },
    other: { reason: 'another' },
    trail: { account: 'DEMO-CUSTOMER', before: { status: 'DRAFT' }, after: { status: 'CANCELLED', reason: 'a mistake' } },
  },
  {
    mutation: 'createUpload',
    input: () => ({ fileName: 'book.csv', byteSize: 10 }),
    select: 'uploadId uploadUrl',
    shows: {},
    other: { byteSize: 11 },
  },
  {
    mutation: 'importBook',
    input: () => ({ kind: 'ACCOUNTS', uploadId: id('upload'), dryRun: false }),
    select: 'job { id state kind } report { kind dryRun committed rows accepted rejected }',
    shows: {
      job: { state: 'SUCCEEDED', kind: 'IMPORT_BOOK' },
      report: { kind: 'ACCOUNTS', dryRun: false, committed: true, rows: 1, accepted: 1, rejected: 0 },
    },
    other: { dryRun: true },
    trail: { account: 'PROVIDER', after: { rows: 1 } },
  },
  {
    mutation: 'runBilling',
    input: () => ({ billingPeriod: '2026-06' }),
    select: 'run { billingPeriod { name } mode } job { id kind subject }',
    shows: { run: { billingPeriod: { name: '2026-06' }, mode: 'FRESH' }, job: { kind: 'RUN_BILLING', subject: '2026-06' } },
    other: { billingPeriod: '2026-07' },
    trail: { account: 'PROVIDER', after: { mode: 'FRESH' } },
  },
  {
    mutation: 'closeBillingPeriod',
    input: () => ({ billingPeriod: '2026-05' }),
    select: 'billingPeriod { name status } job { id state }',
    shows: { billingPeriod: { name: '2026-05', status: 'CLOSED' }, job: { state: 'SUCCEEDED' } },
    other: { billingPeriod: '2026-06' },
    trail: { account: 'PROVIDER', before: { status: 'OPEN' }, after: { status: 'CLOSED' } },
  },
  {
    mutation: 'resendMail',
    input: () => ({ mailId: id('mal To the reseller') }),
    select: 'mail { template subject recipient account { number } html }',
    shows: {
      mail: {
        template: 'ORDER_CONFIRMATION',
        subject: 'To the reseller',
        recipient: 'somebody@example.com',
        account: { number: 'DEMO-RESELLER' },
        html: '<p>•••</p>',
      },
    },
    other: { mailId: 'mal_0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000' },
    trail: { account: 'DEMO-RESELLER', after: { recipient: 'somebody@example.com' } },
  },
  {
    mutation: 'saveNotificationTemplate',
    input: () => ({
      code: 'LICENSE_DELIVERY',
      locale: 'de',
      subject: 'Code für {{product}}',
      body: SECTION,
      textBody: '{{activationCode}}',
      expectedVersion: 0,
    }),
    select: 'template { code locale subject body textBody isDefault version updatedBy }',
    shows: {
      template: {
        code: 'LICENSE_DELIVERY',
        locale: 'de',
        subject: 'Code für {{product}}',
        body: SECTION,
        textBody: '{{activationCode}}',
        isDefault: false,
        version: 1,
        updatedBy: 'Olga Operator',
      },
    },
    trail: { account: 'PROVIDER', before: { subject: 'Ihre Lizenzen für {{product}} sind da' }, after: { subject: 'Code für {{product}}', body: SECTION } },
  },
  {
    mutation: 'resetNotificationTemplate',
    input: () => ({ code: 'LICENSE_DELIVERY', locale: 'de' }),
    select: 'template { subject isDefault version }',
    shows: { template: { subject: 'Ihre Lizenzen für {{product}} sind da', isDefault: true, version: 2 } },
    trail: { account: 'PROVIDER', before: { body: SECTION }, after: { subject: 'Ihre Lizenzen für {{product}} sind da' } },
  },
  {
    mutation: 'planMigration',
    input: () => ({ vendor: 'KASPERSKY', effectiveOn: '2040-08-01', mapping: [] }),
    select:
      'migration { vendor { code } effectiveOn state mapping { from } totals { currency } counts { subscriptions } items { totalCount } startedAt job { id } }',
    shows: {
      migration: {
        vendor: { code: 'KASPERSKY' },
        effectiveOn: '2040-08-01',
        state: 'PLANNED',
        mapping: [],
        totals: [],
        counts: { subscriptions: 0 },
        items: { totalCount: 0 },
        startedAt: null,
        job: null,
      },
    },
    other: { effectiveOn: '2040-09-01' },
    trail: { account: 'PROVIDER', after: { vendor: 'KASPERSKY', effectiveOn: '2040-08-01', subscriptions: 0 } },
  },
];

/** What is done at vendors, or about what they did. */
const VENDOR_DEEDS: readonly Deed[] = [
  {
    mutation: 'setSyncOptions',
    input: () => ({
      accountId: id('V-SYNC'),
      platform: 'GOOGLE',
      email: 'licenses@sync.example',
      parameters: [
        { name: 'Domain', value: 'sync.example' },
        { name: 'AlternateEmail', value: '' },
      ],
    }),
    select: 'sync { platform vendor { code } account { number } status reason role email resellerPin parentAccount { number } parameters { name value } }',
    shows: {
      sync: {
        platform: 'RESELLER_API',
        vendor: { code: 'GOOGLE' },
        account: { number: 'V-SYNC' },
        status: 'UNSYNCHRONIZED',
        reason: null,
        role: 'USER',
        email: 'licenses@sync.example',
        resellerPin: null,
        parentAccount: { number: 'DEMO-RESELLER' },
        parameters: [{ name: 'Domain', value: 'sync.example' }],
      },
    },
    trail: {
      account: 'V-SYNC',
      before: { email: 'keys@v-sync.example', parent: 'acc DEMO-RESELLER', parameters: {} },
      after: { email: 'licenses@sync.example', parameters: { Domain: 'sync.example' } },
    },
  },
  {
    mutation: 'synchronizeAccount',
    input: () => ({ accountId: id('V-DIRECT'), platform: 'SOPHOS' }),
    select: 'sync { vendor { code } status reason reasons { code } synchronizedAt } job { id }',
    shows: { sync: { vendor: { code: 'SOPHOS' }, status: 'SYNCHRONIZED', reason: null, reasons: [] }, job: null },
    other: { platform: 'GOOGLE' },
    trail: { account: 'V-DIRECT', before: { status: 'UNSYNCHRONIZED' }, after: { status: 'SYNCHRONIZED' } },
    tells: 'account.synchronized',
  },
  {
    mutation: 'suspendSubscription',
    input: () => ({ subscriptionId: id('V-RUNS'), reason: 'unpaid' }),
    select: 'subscription { status quantity changes(first: 1) { nodes { kind reason actor } } operations { kind state attempts } } operation { kind state }',
    shows: {
      subscription: {
        status: 'SUSPENDED',
        quantity: 10,
        changes: { nodes: [{ kind: 'SUSPEND', reason: 'unpaid', actor: 'Olga Operator' }] },
        operations: [{ kind: 'SUSPEND', state: 'SUCCEEDED', attempts: 1 }],
      },
      operation: { kind: 'SUSPEND', state: 'SUCCEEDED' },
    },
    other: { reason: 'another' },
    trail: { account: 'V-HOLDER', before: { status: 'ACTIVE' }, after: { asked: 'SUSPEND' } },
    also: ['vendorConfirmed'],
    tells: 'subscription.changed',
  },
  {
    mutation: 'resumeSubscription',
    input: () => ({ subscriptionId: id('V-PAUSED') }),
    select: 'subscription { status } operation { kind state }',
    shows: { subscription: { status: 'ACTIVE' }, operation: { kind: 'RESUME', state: 'SUCCEEDED' } },
    other: { reason: 'another' },
    trail: { account: 'V-HOLDER', before: { status: 'SUSPENDED' }, after: { asked: 'RESUME' } },
    also: ['vendorConfirmed'],
    tells: 'subscription.changed',
  },
  {
    mutation: 'setApprovalCode',
    input: () => ({ subscriptionId: id('V-CODE'), approvalCode: 'APR-9' }),
    select: 'subscription { approvalCode quantity changes(first: 1) { nodes { kind quantity reason } } } operation { kind state }',
    shows: {
      subscription: { approvalCode: 'APR-9', quantity: 10, changes: { nodes: [{ kind: 'APPROVAL_CODE', quantity: null, reason: null }] } },
      operation: { kind: 'APPROVAL_CODE', state: 'SUCCEEDED' },
    },
    other: { approvalCode: 'APR-10' },
    // In the provider's own trail: nobody else may know of it (B9).
    trail: { account: 'PROVIDER', before: { approvalCode: null }, after: { approvalCode: 'APR-9', customer: 'V-HOLDER' } },
    tells: 'subscription.changed',
  },
  {
    mutation: 'retryProvisioning',
    input: () => ({ operationId: id('V-RETRIED failed') }),
    select: 'operation { id kind account { number } subscription { number } finishedAt }',
    shows: { operation: { kind: 'CHANGE_QUANTITY', account: { number: 'V-HOLDER' }, subscription: { number: 'V-RETRIED' }, finishedAt: null } },
    other: { operationId: 'op_0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000' },
    trail: { account: 'V-HOLDER', before: { state: 'FAILED' }, after: { state: 'QUEUED', kind: 'CHANGE_QUANTITY' } },
  },
  {
    mutation: 'acknowledgeProvisioning',
    input: () => ({ operationId: id('V-CODE failed'), reason: 'delivered by hand' }),
    select: 'operation { id state needsAttention }',
    shows: { operation: { state: 'FAILED', needsAttention: false } },
    other: { reason: 'another' },
    trail: { account: 'V-HOLDER', before: { needsAttention: true }, after: { state: 'FAILED', needsAttention: false, reason: 'delivered by hand' } },
  },
  {
    mutation: 'resolveUnknownProvisioning',
    input: () => ({ operationId: id('V-UNKNOWN open'), resolution: 'APPLIED' }),
    select: 'operation { state message needsAttention subscription { quantity changes(first: 1) { nodes { kind quantity effectiveOn } } } }',
    shows: {
      operation: {
        state: 'SUCCEEDED',
        message: null,
        needsAttention: false,
        subscription: { quantity: 12, changes: { nodes: [{ kind: 'QUANTITY', quantity: 12, effectiveOn: '2040-06-03' }] } },
      },
    },
    other: { resolution: 'NOT_APPLIED' },
    trail: { account: 'V-HOLDER', before: { state: 'UNKNOWN' }, after: { state: 'SUCCEEDED', kind: 'CHANGE_QUANTITY' } },
    also: ['vendorConfirmed'],
    tells: 'subscription.changed',
  },
  {
    mutation: 'resolveDrift',
    input: () => ({ driftId: id('V-DIFFERS quantity'), resolution: 'IGNORE', reason: 'agreed with them' }),
    select: 'drift { field ours theirs resolution resolvedAt }',
    shows: { drift: { field: 'QUANTITY', ours: '10', theirs: '12', resolution: 'ignored: agreed with them' } },
    other: { reason: 'another' },
    trail: { account: 'PROVIDER', before: { field: 'QUANTITY' }, after: { resolution: 'IGNORE', reason: 'agreed with them' } },
  },
  {
    mutation: 'reconcileVendor',
    input: () => ({ vendor: 'GOOGLE' }),
    select: 'job { id kind subject }',
    shows: { job: { kind: 'RECONCILE_VENDOR', subject: 'GOOGLE' } },
    other: { vendor: 'KASPERSKY' },
    trail: { account: 'PROVIDER' },
  },
];

const ALL_DEEDS = [...DEEDS, ...VENDOR_DEEDS];

/** Mutations whose whole doing is elsewhere, and where. */
const ELSEWHERE = {
  approveOrder: 'orders/order-path.test.ts',
  signIn: 'sessions.test.ts',
  signOut: 'sessions.test.ts',
  advanceClock: 'below',
  runMigration: '../migration/run.test.ts',
};

interface TrailRow {
  readonly account: string;
  readonly action: string;
  readonly before: object | null;
  readonly after: object | null;
  readonly actor: string;
  readonly request: string | null;
}

const trailSince = (last: string): Promise<TrailRow[]> =>
  ask.sql<TrailRow>(
    `select a.number as account, e.action, e.before, e.after, e.actor_name as actor, e.request_id as request from audit_event e join account a on a.id = e.account_id
      where e.xmin::text::bigint >= $1::bigint order by e.occurred_at`,
    [last],
  );
const eventsSince = (last: string): Promise<{ topic: string; payload: object }[]> =>
  ask.sql('select topic, payload from outbox_event where id > $1 order by id', [last]);
const lastEvent = async (): Promise<string> => (await ask.sql<{ id: string }>('select coalesce(max(id), 0) as id from outbox_event'))[0]!.id;
const lastTransaction = async (): Promise<string> => (await ask.sql<{ id: string }>('select txid_snapshot_xmax(txid_current_snapshot())::text as id'))[0]!.id;

/** Ids in a trail are written as the world calls them. */
const withIds = (expected: object | undefined): object | null =>
  expected === undefined
    ? null
    : Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, typeof value === 'string' && value.startsWith('acc ') ? id(value) : value]));

describe('what each mutation does', () => {
  it('has a row for every mutation of the schema', () => {
    expect([...ALL_DEEDS.map(({ mutation }) => mutation), ...Object.keys(ELSEWHERE)].sort()).toEqual(Object.keys(mutations).sort());
  });

  it.each(ALL_DEEDS)(
    '$mutation changes, is in the trail, is told, and answers a retry without doing it again',
    async ({ mutation, input, select, shows, other, trail, also = [], tells }) => {
      const keyed = ask.hasKey(mutation);
      const given: Record<string, unknown> = { ...input(), ...(keyed && { idempotencyKey: key() }) };
      const [lastTold, lastDone] = [await lastEvent(), await lastTransaction()];
      const all = `${select} replayed`;

      const first = await ask.call(mutation, given, { select: all });
      expect(first.userErrors).toEqual([]);
      expect(first).toMatchObject({ ...shows, replayed: false });
      if (first.job) await ask.world.server.finished(first.job.id);

      const lines = await trailSince(lastDone);
      if (trail) {
        expect(lines.map(({ account, action, actor }) => ({ account, action, actor })).toSorted((a, b) => a.action.localeCompare(b.action))).toEqual(
          [mutation, ...also].toSorted((a, b) => a.localeCompare(b)).map((action) => ({ account: trail.account, action, actor: 'Olga Operator' })),
        );
        const line = lines.find(({ action }) => action === mutation)!;
        expect(line.before ?? {}).toMatchObject(withIds(trail.before) ?? {});
        expect(line.after ?? {}).toMatchObject(withIds(trail.after) ?? {});
      } else expect(lines).toEqual([]);
      expect((await eventsSince(lastTold)).map(({ topic }) => topic)).toEqual([tells ?? []].flat());
      if (tells?.includes('order.') || Array.isArray(tells)) await ask.toldAll();

      if (!keyed) return;
      const before = await ask.books();
      const again = await ask.call(mutation, given, { select: all });
      expect(again).toEqual({ ...first, ...(first.job && { job: again.job }), replayed: true });
      const reused = await ask.call(mutation, { ...given, ...other }, { select: all });
      expect(reused).toMatchObject({ replayed: false, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['input', 'idempotencyKey'] }] });
      const invalid = await ask.call(mutation, { ...given, idempotencyKey: 'short' }, { select: all });
      expect(invalid).toMatchObject({ userErrors: [{ code: 'IDEMPOTENCY_KEY_INVALID', path: ['input', 'idempotencyKey'] }] });
      expect(await ask.books()).toEqual(before);
    },
  );

  it('demands a key of every mutation that moves money or takes long', () => {
    const demanding = Object.keys(mutations).filter((mutation) => {
      const type = schema.getType(inputTypeOf(mutation));
      const field = isInputObjectType(type) ? type.getFields()['idempotencyKey'] : undefined;
      return field && isNonNullType(field.type);
    });
    expect(demanding.sort()).toEqual([
      'acknowledgeProvisioning',
      'approveOrder',
      'cancelOrder',
      'changeSubscriptionQuantity',
      'closeBillingPeriod',
      'createOrder',
      'createSubscription',
      'executeOrder',
      'importBook',
      'placeOrder',
      'planMigration',
      'reconcileVendor',
      'rejectOrder',
      'resendMail',
      'resolveDrift',
      'resolveUnknownProvisioning',
      'resumeSubscription',
      'retryProvisioning',
      'runBilling',
      'runMigration',
      'setApprovalCode',
      'setSubscriptionRenewal',
      'suspendSubscription',
      'switchSubscriptionPlan',
      'synchronizeAccount',
      'terminateSubscription',
    ]);
  });

  it('refuses a request without a demanded key before anything else', async () => {
    const { errors } = await ask.world.ask('operator', ask.query('runBilling', ''), { input: { billingPeriod: '2026-05' } });
    expect(errors![0]!.extensions['code']).toBe('BAD_USER_INPUT');
    expect(errors![0]!.message).toContain('idempotencyKey');
  });

  it('takes a key for the person who used it: another’s same key is another request', async () => {
    const idempotencyKey = key();
    const input = (name: string): object => ({ kind: 'CUSTOMER', parentId: id('acc DEMO-RESELLER'), name, country: 'DE', currency: 'EUR', idempotencyKey });
    const [one, other] = [
      await ask.call('createAccount', input('One'), { select: 'account { id }' }),
      await ask.call('createAccount', input('Other'), { select: 'account { id }', as: 'reseller' }),
    ];
    expect([one.userErrors, other.userErrors]).toEqual([[], []]);
    expect(one.account.id).not.toBe(other.account.id);
  });

  it('advanceClock moves time forward, and what is due happens (T2)', async () => {
    const payload = await ask.call('advanceClock', { to: '2040-07-02T00:00:00Z' }, { select: 'now' });
    expect(payload.userErrors).toEqual([]);
    expect(payload.now >= '2040-07-02T00:00:00.000Z').toBe(true);
    const { data } = await ask.world.ask('operator', '{ viewer { clock { today } } subscription(number: "M-ENDING") { status endsOn } }');
    expect(data).toEqual({ viewer: { clock: { today: '2040-07-02' } }, subscription: { status: 'TERMINATED', endsOn: '2040-07-01' } });
  });
});
