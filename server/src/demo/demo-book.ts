/**
 * The sandbox's business: small, made up, and full of the cases that billing has to get right. The stories come first,
 * each a case that a source or a vendor's document tells; a seeded crowd around them makes lists worth paging.
 */
import { Random } from './random.ts';

export interface DemoAccount {
  readonly number: string;
  readonly name: string;
  readonly kind: 'RESELLER' | 'CUSTOMER';
  /** Empty: the provider. */
  readonly parent: string;
  readonly country: string;
  readonly currency: string;
}

export interface DemoPlan {
  readonly sku: string;
  readonly name: string;
  readonly policy: 'MAX_OF_MONTH' | 'PAYG' | 'YEARLY' | 'CONSUMPTION';
  readonly cycle?: 'ANNIVERSARY';
  readonly daily?: 'PEAK';
  readonly band: readonly [number, number];
  /** List price in EUR; the vendor asks seventy percent of it. */
  readonly eur: number;
}

export interface DemoProduct {
  readonly code: string;
  readonly name: string;
  readonly vendor: string;
  readonly provisioning: 'AUTOMATIC' | 'EXTERNAL';
  readonly pricing: 'QUOTED' | 'CONSUMPTION';
  readonly plans: readonly DemoPlan[];
}

/** `[day, event, quantity or plan, quantity]` */
export type DemoEvent = readonly [on: string, event: 'ACTIVATE' | 'CHANGE' | 'SWITCH' | 'TERMINATE', plan: string, quantity: number | ''];

export interface DemoSubscription {
  readonly number: string;
  readonly account: string;
  readonly events: readonly DemoEvent[];
}

/** What one euro costs, for price lists only: amounts are never converted. */
export const RATES = { EUR: 1, USD: 1.09, JPY: 163, KWD: 0.335 } as const;

export const PRODUCTS: readonly DemoProduct[] = [
  {
    code: 'KES',
    name: 'Kaspersky Endpoint Security',
    vendor: 'KASPERSKY',
    provisioning: 'AUTOMATIC',
    pricing: 'QUOTED',
    plans: [
      { sku: 'KES-LEGACY', name: 'Endpoint Security, legacy', policy: 'MAX_OF_MONTH', band: [1, 9999], eur: 1 },
      { sku: 'KES-PAYG', name: 'Endpoint Security, pay as you go', policy: 'PAYG', band: [1, 9999], eur: 1 },
      { sku: 'KES-YEARLY', name: 'Endpoint Security, yearly', policy: 'YEARLY', band: [1, 9999], eur: 11 },
    ],
  },
  {
    code: 'KESC',
    name: 'Kaspersky Endpoint Security Cloud',
    vendor: 'KASPERSKY',
    provisioning: 'AUTOMATIC',
    pricing: 'QUOTED',
    plans: [
      { sku: 'KESC-PAYG-5-24', name: 'Cloud, 5 to 24 licenses', policy: 'PAYG', band: [5, 24], eur: 3.107 },
      { sku: 'KESC-PAYG-25-99', name: 'Cloud, 25 to 99 licenses', policy: 'PAYG', band: [25, 99], eur: 2.8999 },
      { sku: 'KESC-PAYG-100-999', name: 'Cloud, 100 to 999 licenses', policy: 'PAYG', band: [100, 999], eur: 2.64 },
      { sku: 'KESC-YEARLY', name: 'Cloud, yearly', policy: 'YEARLY', band: [5, 9999], eur: 31.2 },
    ],
  },
  {
    code: 'KEDR',
    name: 'Kaspersky EDR Optimum',
    vendor: 'KASPERSKY',
    provisioning: 'AUTOMATIC',
    pricing: 'QUOTED',
    plans: [
      { sku: 'KEDR-PAYG', name: 'EDR Optimum, pay as you go', policy: 'PAYG', daily: 'PEAK', band: [1, 9999], eur: 4.445 },
      { sku: 'KEDR-ENTERPRISE', name: 'EDR Expert, pay as you go', policy: 'PAYG', band: [100, 99_999], eur: 51.93 },
    ],
  },
  {
    code: 'M365-BP',
    name: 'Microsoft 365 Business Premium',
    vendor: 'MICROSOFT',
    provisioning: 'AUTOMATIC',
    pricing: 'QUOTED',
    plans: [{ sku: 'M365-BP-MONTHLY', name: 'Business Premium, monthly', policy: 'PAYG', cycle: 'ANNIVERSARY', band: [1, 300], eur: 20.6 }],
  },
  {
    code: 'GWS-STD',
    name: 'Google Workspace Business Standard',
    vendor: 'GOOGLE',
    provisioning: 'AUTOMATIC',
    pricing: 'QUOTED',
    plans: [{ sku: 'GWS-STD-FLEX', name: 'Business Standard, flexible', policy: 'PAYG', band: [1, 300], eur: 13.8 }],
  },
  {
    code: 'SOPHOS-PPU',
    name: 'Sophos Cybersecurity',
    vendor: 'SOPHOS',
    provisioning: 'EXTERNAL',
    pricing: 'CONSUMPTION',
    plans: [{ sku: 'SOPHOS-PPU', name: 'Cybersecurity, pay per use', policy: 'CONSUMPTION', band: [1, 1], eur: 0 }],
  },
  {
    code: 'KSERV',
    name: 'Kaspersky Services',
    vendor: 'KASPERSKY',
    provisioning: 'EXTERNAL',
    pricing: 'CONSUMPTION',
    plans: [{ sku: 'KSERV-PPU', name: 'Services, by the monthly file', policy: 'CONSUMPTION', band: [1, 1], eur: 0 }],
  },
];

const RESELLERS: readonly DemoAccount[] = [
  { number: 'R-MERIDIAN', name: 'Meridian Cloud Services', kind: 'RESELLER', parent: '', country: 'NL', currency: 'EUR' },
  { number: 'R-ATLANTIC', name: 'Atlantic Managed IT', kind: 'RESELLER', parent: '', country: 'US', currency: 'USD' },
  { number: 'R-GULFSTAR', name: 'Gulfstar Systems', kind: 'RESELLER', parent: '', country: 'KW', currency: 'KWD' },
  { number: 'R-SAKURA', name: 'Sakura Solutions', kind: 'RESELLER', parent: '', country: 'JP', currency: 'JPY' },
  { number: 'R-RIGA', name: 'Riga Micro IT', kind: 'RESELLER', parent: 'DEMO-RESELLER', country: 'LV', currency: 'EUR' },
];

/** Rates by seller and buyer, for all products: `[seller, buyer, mode, percent]`. */
export const PRICE_LISTS: readonly (readonly [seller: string, buyer: string, mode: 'DISCOUNT' | 'MARKUP', percent: string])[] = [
  ['', 'DEMO-RESELLER', 'DISCOUNT', '10'],
  ['', 'R-MERIDIAN', 'DISCOUNT', '12.25'],
  ['', 'R-ATLANTIC', 'MARKUP', '22'],
  ['', 'R-GULFSTAR', 'DISCOUNT', '7.5'],
  ['', 'R-SAKURA', 'DISCOUNT', '5'],
  ['DEMO-RESELLER', 'R-RIGA', 'MARKUP', '6'],
  ['DEMO-RESELLER', 'DEMO-CUSTOMER', 'MARKUP', '15'],
  ['R-RIGA', 'C-DAUGAVA', 'MARKUP', '12'],
  ['R-MERIDIAN', 'C-TOKYO-MED', 'MARKUP', '18'],
  ['R-MERIDIAN', 'C-KUWAIT-LAW', 'MARKUP', '20'],
  ['R-MERIDIAN', 'C-BOSTON-BIO', 'DISCOUNT', '2'],
];

const STORY_CUSTOMERS: readonly DemoAccount[] = [
  { number: 'C-LEGACY', name: 'Kastner Tooling', kind: 'CUSTOMER', parent: 'DEMO-RESELLER', country: 'DE', currency: 'EUR' },
  { number: 'C-PAYG', name: 'Lindqvist Print', kind: 'CUSTOMER', parent: 'DEMO-RESELLER', country: 'SE', currency: 'EUR' },
  { number: 'C-YEARLY', name: 'Moreau & Fils', kind: 'CUSTOMER', parent: 'DEMO-RESELLER', country: 'FR', currency: 'EUR' },
  { number: 'C-DIRECT', name: 'Northgate Clinic', kind: 'CUSTOMER', parent: '', country: 'DE', currency: 'EUR' },
  { number: 'C-ATLAS', name: 'Atlas Insurance', kind: 'CUSTOMER', parent: '', country: 'AT', currency: 'EUR' },
  { number: 'C-DAUGAVA', name: 'Daugava Shipping', kind: 'CUSTOMER', parent: 'R-RIGA', country: 'LV', currency: 'EUR' },
  { number: 'C-TOKYO-MED', name: 'Tokyo Medical Devices', kind: 'CUSTOMER', parent: 'R-MERIDIAN', country: 'JP', currency: 'JPY' },
  { number: 'C-KUWAIT-LAW', name: 'Kuwait Law Chambers', kind: 'CUSTOMER', parent: 'R-MERIDIAN', country: 'KW', currency: 'KWD' },
  { number: 'C-BOSTON-BIO', name: 'Boston Bioworks', kind: 'CUSTOMER', parent: 'R-MERIDIAN', country: 'US', currency: 'USD' },
  { number: 'C-LEIDEN', name: 'Leiden Archive', kind: 'CUSTOMER', parent: 'R-MERIDIAN', country: 'NL', currency: 'EUR' },
  { number: 'C-LEAP', name: 'Schalttag GmbH', kind: 'CUSTOMER', parent: '', country: 'DE', currency: 'EUR' },
];

const STORIES: readonly DemoSubscription[] = [
  // 25 licenses in mid-April, 20 from 11 May: nothing in April and 25 for all of May.
  {
    number: 'SUB-LEGACY',
    account: 'C-LEGACY',
    events: [
      ['2021-04-15', 'ACTIVATE', 'KES-LEGACY', 25],
      ['2021-05-11', 'CHANGE', '', 20],
    ],
  },
  // The same customer by the day: 21.61 in May.
  {
    number: 'SUB-PAYG',
    account: 'C-PAYG',
    events: [
      ['2021-04-15', 'ACTIVATE', 'KES-PAYG', 25],
      ['2021-05-11', 'CHANGE', '', 20],
    ],
  },
  // By the year it can only grow.
  {
    number: 'SUB-YEARLY',
    account: 'C-YEARLY',
    events: [
      ['2021-04-15', 'ACTIVATE', 'KES-YEARLY', 25],
      ['2021-05-11', 'CHANGE', '', 30],
    ],
  },
  {
    number: 'SUB-DIRECT-PAYG',
    account: 'C-DIRECT',
    events: [
      ['2021-04-15', 'ACTIVATE', 'KES-PAYG', 25],
      ['2021-05-11', 'CHANGE', '', 20],
      ['2024-03-01', 'TERMINATE', '', ''],
    ],
  },
  // Stopping is final: to go on, they ordered anew.
  {
    number: 'SUB-DIRECT-PAYG-2',
    account: 'C-DIRECT',
    events: [
      ['2024-03-04', 'ACTIVATE', 'KES-PAYG', 22],
      ['2025-07-19', 'CHANGE', '', 31],
    ],
  },
  // 500 licenses for 27 of 31 days at 51.93: 22,614.68.
  { number: 'SUB-ATLAS', account: 'C-ATLAS', events: [['2026-05-05', 'ACTIVATE', 'KEDR-ENTERPRISE', 500]] },
  {
    number: 'SUB-THREE-TIERS',
    account: 'C-DAUGAVA',
    events: [
      ['2024-06-18', 'ACTIVATE', 'KESC-PAYG-25-99', 67],
      ['2024-10-13', 'SWITCH', 'KESC-PAYG-5-24', 22],
      ['2024-11-28', 'SWITCH', 'KESC-PAYG-25-99', 99],
    ],
  },
  {
    number: 'SUB-JPY',
    account: 'C-TOKYO-MED',
    events: [
      ['2024-08-28', 'ACTIVATE', 'KESC-YEARLY', 66],
      ['2025-01-10', 'CHANGE', '', 70],
    ],
  },
  {
    number: 'SUB-KWD',
    account: 'C-KUWAIT-LAW',
    events: [
      ['2024-05-14', 'ACTIVATE', 'KESC-PAYG-5-24', 6],
      ['2024-06-22', 'CHANGE', '', 22],
      ['2024-09-24', 'SWITCH', 'KESC-PAYG-25-99', 39],
    ],
  },
  {
    number: 'SUB-USD',
    account: 'C-BOSTON-BIO',
    events: [
      ['2025-03-28', 'ACTIVATE', 'M365-BP-MONTHLY', 51],
      ['2025-10-05', 'CHANGE', '', 96],
    ],
  },
  { number: 'SUB-EUR', account: 'C-LEIDEN', events: [['2025-01-31', 'ACTIVATE', 'M365-BP-MONTHLY', 14]] },
  // Around 29 February, by the year and by months counted from it.
  {
    number: 'SUB-LEAP-YEARLY',
    account: 'C-LEAP',
    events: [
      ['2020-02-29', 'ACTIVATE', 'KESC-YEARLY', 8],
      ['2020-05-12', 'CHANGE', '', 10],
      ['2024-02-29', 'CHANGE', '', 12],
    ],
  },
  {
    number: 'SUB-LEAP-MONTHS',
    account: 'C-LEAP',
    events: [
      ['2024-02-29', 'ACTIVATE', 'M365-BP-MONTHLY', 98],
      ['2024-04-24', 'CHANGE', '', 18],
    ],
  },
  {
    number: 'SUB-HANSA',
    account: 'DEMO-CUSTOMER',
    events: [
      ['2025-02-10', 'ACTIVATE', 'KESC-PAYG-5-24', 18],
      ['2025-05-18', 'SWITCH', 'KESC-PAYG-25-99', 85],
      ['2025-07-31', 'CHANGE', '', 66],
    ],
  },
  {
    number: 'SUB-HANSA-YEARLY',
    account: 'DEMO-CUSTOMER',
    events: [
      ['2025-12-03', 'ACTIVATE', 'KESC-YEARLY', 40],
      ['2026-03-15', 'CHANGE', '', 48],
    ],
  },
  {
    number: 'SUB-HANSA-MAIL',
    account: 'DEMO-CUSTOMER',
    events: [
      ['2026-01-19', 'ACTIVATE', 'GWS-STD-FLEX', 35],
      ['2026-08-03', 'CHANGE', '', 42],
    ],
  },
];

const FIRST = [
  'Amber',
  'Alder',
  'Baltic',
  'Beacon',
  'Birch',
  'Blue',
  'Castle',
  'Cedar',
  'Clear',
  'Copper',
  'Delta',
  'East',
  'Falcon',
  'Fjord',
  'Forest',
  'Golden',
  'Granite',
  'Harbor',
  'Iron',
  'Jade',
  'Juniper',
  'Lake',
  'Linden',
  'Maple',
  'Meadow',
  'Moss',
  'Mountain',
  'North',
  'Oak',
  'Ocean',
  'Orchard',
  'Pearl',
  'Pine',
  'Quartz',
  'River',
  'Rowan',
  'Silver',
  'Solar',
  'Spruce',
  'Stone',
  'Summit',
  'Tidal',
  'Union',
  'Valley',
  'Vector',
  'West',
  'Willow',
  'Zenith',
];
const LAST = [
  'Accounting',
  'Analytics',
  'Architects',
  'Bakery',
  'Brewing',
  'Capital',
  'Care',
  'Catering',
  'Chemicals',
  'College',
  'Dental',
  'Dynamics',
  'Energy',
  'Engineering',
  'Foods',
  'Foundation',
  'Freight',
  'Gallery',
  'Hotels',
  'Instruments',
  'Laboratories',
  'Legal',
  'Logistics',
  'Media',
  'Motors',
  'Museum',
  'Optics',
  'Outfitters',
  'Partners',
  'Pharma',
  'Press',
  'Properties',
  'Robotics',
  'School',
  'Shipyard',
  'Studio',
  'Supply',
  'Textiles',
  'Theatre',
  'Travel',
];
const COUNTRY = { EUR: ['DE', 'FR', 'NL', 'AT', 'LV', 'FI'], USD: ['US'], JPY: ['JP'], KWD: ['KW'] } as const;
const CROWD = 90;
const CROWD_SEED = 20_261_121;

export interface DemoBook {
  readonly accounts: readonly DemoAccount[];
  readonly subscriptions: readonly DemoSubscription[];
}

/** The same book for everybody, up to a day: what would lie after it has not happened yet. */
export function demoBook(today: string): DemoBook {
  const random = new Random(CROWD_SEED);
  const accounts: DemoAccount[] = [...RESELLERS, ...STORY_CUSTOMERS];
  const subscriptions: DemoSubscription[] = [...STORIES];
  const sellers: readonly (readonly [parent: string, currency: keyof typeof RATES])[] = [
    ['', 'EUR'],
    ['DEMO-RESELLER', 'EUR'],
    ['R-MERIDIAN', 'EUR'],
    ['R-ATLANTIC', 'USD'],
    ['R-GULFSTAR', 'KWD'],
    ['R-SAKURA', 'JPY'],
    ['R-RIGA', 'EUR'],
  ];
  const names = new Set<string>();
  for (let index = 1; index <= CROWD; index++) {
    const [parent, currency] = random.pick(sellers);
    let name = '';
    do name = `${random.pick(FIRST)} ${random.pick(LAST)}`;
    while (names.has(name));
    names.add(name);
    const number = `C-${String(index).padStart(4, '0')}`;
    accounts.push({ number, name, kind: 'CUSTOMER', parent, country: random.pick(COUNTRY[currency]), currency });
    for (let count = random.between(1, 3); count > 0; count--)
      subscriptions.push({ number: `SUB-${String(subscriptions.length + 1).padStart(5, '0')}`, account: number, events: someEvents(random) });
  }
  const happened = subscriptions.map((subscription) => ({ ...subscription, events: subscription.events.filter(([on]) => on <= today) }));
  return { accounts, subscriptions: happened.filter(({ events }) => events.length > 0) };
}

/** A life within one plan's band: rising on yearly plans, up and down on the others, sometimes ended. */
function someEvents(random: Random): DemoEvent[] {
  const product = random.pick(PRODUCTS.filter(({ plans }) => plans.length > 0));
  const plan = random.pick(product.plans);
  const [least, most] = [plan.band[0], Math.min(plan.band[1], plan.band[0] + 120)];
  let day = Temporal.PlainDate.from('2023-06-01').add({ days: random.between(0, 1_150) });
  let quantity = random.between(least, Math.max(least, Math.round((least + most) / 2)));
  const events: DemoEvent[] = [[day.toString(), 'ACTIVATE', plan.sku, quantity]];
  for (let count = random.between(0, 5); count > 0; count--) {
    day = day.add({ days: random.between(9, 160) });
    quantity = plan.policy === 'YEARLY' ? Math.min(most, quantity + random.between(1, 9)) : random.between(least, most);
    events.push([day.toString(), 'CHANGE', '', quantity]);
  }
  if (random.between(1, 100) <= 12) events.push([day.add({ days: random.between(5, 200) }).toString(), 'TERMINATE', '', '']);
  return events;
}
