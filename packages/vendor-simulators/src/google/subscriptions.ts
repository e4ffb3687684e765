/** Subscriptions: at most one that lives for each customer and article, under an id that changes now and then. */
import { randomInt } from 'node:crypto';
import type { Exchange, Frame, Reply } from '../frame/simulator.ts';
import { objectOf, text, type Customer, type Customers } from './customers.ts';
import { conflict, invalid, notNow, notThere } from './errors.ts';
import {
  asOf,
  commitmentFrom,
  DAY_MS,
  isAnnual,
  isSuspended,
  PLANS,
  RENEWAL_TYPES,
  TRIAL_DAYS,
  trialEnded,
  type Held,
  type PlanName,
  type RenewalType,
  type SuspensionReason,
} from './lifecycle.ts';
import { view } from './subscription-view.ts';

/** More than this takes a contract with Google. */
const MAX_SEATS = 50_000;
const READ_ONLY = [
  'subscriptionId',
  'creationTime',
  'status',
  'suspensionReasons',
  'trialSettings',
  'skuName',
  'billingMethod',
  'customerDomain',
  'resourceUiUrl',
  'transferInfo',
];

export class Subscriptions {
  readonly #frame: Frame;
  readonly #customers: Customers;
  readonly #held;
  readonly #keyOfId;

  constructor(frame: Frame, customers: Customers) {
    this.#frame = frame;
    this.#customers = customers;
    this.#held = frame.store.collection<Held>('subscriptions');
    this.#keyOfId = frame.store.collection<string>('subscriptionIds');
  }

  insert(exchange: Exchange): Reply {
    const customer = this.#customers.require(exchange.params['customer']!);
    const given = objectOf(exchange.json());
    refuseReadOnly(given);
    const skuId = text(given, 'skuId');
    if (!skuId) throw invalid('Required parameter: skuId');
    const plan = planOf(objectOf(given['plan'] ?? {})['planName']);
    const seats = seatsOf(given['seats'], plan);
    const renewalType = given['renewalSettings'] === undefined ? undefined : renewalTypeOf(objectOf(given['renewalSettings'])['renewalType']);
    const existing = this.#held.get(keyOf(customer.customerId, skuId));
    if (existing && this.#now(existing).cancelledAt === undefined) throw conflict('Entity already exists.');
    const now = this.#frame.now();
    const waits = this.#frame.setting('google.tosPending') === true && plan !== 'TRIAL' && !customer.tosAccepted;
    return this.#answer({
      customerId: customer.customerId,
      subscriptionId: newId(),
      skuId,
      plan,
      seats,
      licensed: 0,
      createdAt: now,
      commitment: isAnnual(plan) ? commitmentFrom(now) : undefined,
      renewalType: isAnnual(plan) ? (renewalType ?? defaultRenewal(plan)) : undefined,
      trialEndsAt: plan === 'TRIAL' ? now + TRIAL_DAYS * DAY_MS : undefined,
      reasons: waits ? { PENDING_TOS_ACCEPTANCE: now } : {},
      cancelledAt: undefined,
      purchaseOrderId: bounded(given, 'purchaseOrderId', 80),
      dealCode: bounded(given, 'dealCode', 100),
    });
  }

  get({ params }: Exchange): Reply {
    const held = this.#require(params);
    return { status: 200, body: view(held, this.#customers.require(held.customerId)) };
  }

  list({ query }: Exchange): Reply {
    const customerId = query.get('customerId');
    const prefix = query.get('customerNamePrefix')?.toLowerCase();
    const maxResults = Number(query.get('maxResults') ?? 20);
    if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > 100) throw invalid('Invalid value for maxResults: it must be between 1 and 100.');
    const only = customerId === null ? undefined : this.#customers.require(customerId);
    const all = this.#held
      .values()
      .map((held) => ({ held: this.#now(held), customer: this.#customers.find(held.customerId) }))
      .filter((entry): entry is { held: Held; customer: Customer } => entry.customer !== undefined)
      .filter(({ held, customer }) => (only ? held.customerId === only.customerId : true) && customer.customerDomain.startsWith(prefix ?? ''));
    const from = pageStart(query.get('pageToken'));
    const page = all.slice(from, from + maxResults);
    const more = from + page.length < all.length;
    return {
      status: 200,
      body: {
        kind: 'reseller#subscriptions',
        subscriptions: page.map(({ held, customer }) => view(held, customer)),
        ...(more ? { nextPageToken: Buffer.from(`from:${from + page.length}`).toString('base64url') } : {}),
      },
    };
  }

  changeSeats(exchange: Exchange): Reply {
    const held = this.#require(exchange.params);
    const seats = seatsOf(exchange.json(), held.plan);
    if (isAnnual(held.plan) && held.trialEndsAt === undefined && seats < held.seats) {
      throw invalid(`The number of seats of an annual commitment cannot be reduced from ${held.seats} to ${seats} before its renewal.`);
    }
    if (seats < held.licensed) throw invalid(`The number of seats cannot be less than the ${held.licensed} users who have one.`);
    return this.#answer({ ...held, seats });
  }

  changePlan(exchange: Exchange): Reply {
    const held = this.#require(exchange.params);
    const given = objectOf(exchange.json());
    const plan = planOf(given['planName']);
    const seats = seatsOf(given['seats'], plan);
    const inTrial = held.trialEndsAt !== undefined;
    if (plan === 'TRIAL' || plan === 'FREE' || held.plan === 'FREE') throw notNow(`A ${held.plan} plan cannot be changed to ${plan}.`);
    if (isAnnual(held.plan) && !inTrial) {
      throw notNow(isAnnual(plan) ? 'The subscription has an annual plan already.' : 'An annual plan becomes flexible at its renewal only.');
    }
    if (seats < held.licensed) throw invalid(`The number of seats cannot be less than the ${held.licensed} users who have one.`);
    const { TRIAL_ENDED: _, ...reasons } = held.reasons;
    return this.#answer({
      ...held,
      subscriptionId: newId(),
      plan,
      seats,
      reasons,
      commitment: isAnnual(plan) && !inTrial ? commitmentFrom(this.#frame.now()) : undefined,
      renewalType: isAnnual(plan) ? defaultRenewal(plan) : undefined,
      purchaseOrderId: bounded(given, 'purchaseOrderId', 80) ?? held.purchaseOrderId,
      dealCode: bounded(given, 'dealCode', 100) ?? held.dealCode,
    });
  }

  changeRenewalSettings(exchange: Exchange): Reply {
    const held = this.#require(exchange.params);
    const renewalType = renewalTypeOf(objectOf(exchange.json())['renewalType']);
    if (!isAnnual(held.plan)) throw notNow('Renewal settings apply to annual plans only.');
    return this.#answer({ ...held, renewalType });
  }

  suspend(exchange: Exchange): Reply {
    const held = this.#require(exchange.params);
    if (held.plan === 'TRIAL' || held.plan === 'FREE' || held.trialEndsAt !== undefined) throw notNow('A trial or free subscription cannot be suspended.');
    return this.#answer({ ...held, reasons: { RESELLER_INITIATED: this.#frame.now(), ...held.reasons } });
  }

  /** Takes back the reseller's own suspension; any other reason stays. */
  activate(exchange: Exchange): Reply {
    const held = this.#require(exchange.params);
    const { RESELLER_INITIATED: _, ...reasons } = held.reasons;
    const active = { ...held, reasons };
    const now = this.#frame.now();
    const ended = held.commitment !== undefined && held.commitment.end <= now && !isSuspended(active);
    // The term is over and was not renewed: what begins now is a new subscription.
    return this.#answer(ended ? { ...active, subscriptionId: newId(), createdAt: now, commitment: commitmentFrom(now) } : active);
  }

  startPaidService(exchange: Exchange): Reply {
    const held = this.#require(exchange.params);
    if (held.trialEndsAt === undefined) throw notNow('The subscription is not in trial.');
    if (held.plan === 'TRIAL') throw notNow('A payment plan must be chosen before the paid service starts.');
    return this.#answer(trialEnded(held, this.#frame.now()));
  }

  delete(exchange: Exchange): Reply {
    const held = this.#require(exchange.params);
    const type = exchange.query.get('deletionType');
    if (type !== 'cancel' && type !== 'transfer_to_direct') throw invalid('Invalid value for deletionType.');
    const flexible = this.#frame.setting('google.cancelsFlexibleWorkspace') === true && held.plan === 'FLEXIBLE';
    if (type === 'cancel' && isWorkspace(held.skuId) && !flexible) throw notNow('The deletion type cancel does not apply to a Google Workspace subscription.');
    this.#held.put(keyOf(held.customerId, held.skuId), { ...held, cancelledAt: this.#frame.now() });
    return { status: 204 };
  }

  acceptTos(idOrDomain: string): Reply {
    const { customerId } = this.#customers.acceptTos(idOrDomain);
    for (const held of this.#held.values().filter((one) => one.customerId === customerId)) {
      const { PENDING_TOS_ACCEPTANCE: _, ...reasons } = this.#now(held).reasons;
      this.#put({ ...this.#now(held), reasons });
    }
    return { status: 200, body: { accepted: customerId } };
  }

  /** What happens on the customer's side: users get licenses; Google suspends for a reason of its own. */
  set(customer: string, skuId: string, change: { readonly licensed?: number; readonly reason?: SuspensionReason }): Reply {
    const { customerId } = this.#customers.require(customer);
    const held = this.#held.get(keyOf(customerId, skuId));
    if (!held) throw notThere(`Resource Not Found: subscription to ${skuId}`);
    const now = this.#now(held);
    const reasons = change.reason ? { ...now.reasons, [change.reason]: this.#frame.now() } : now.reasons;
    return { status: 200, body: this.#put({ ...now, licensed: change.licensed ?? now.licensed, reasons }) };
  }

  #now(held: Held): Held {
    return asOf(held, this.#frame.now(), this.#frame.setting('google.cancelsLongSuspended') === true);
  }

  #require(params: Exchange['params']): Held {
    const { customerId } = this.#customers.require(params['customer']!);
    const id = params['subscription']!;
    const held = this.#held.get(this.#keyOfId.get(id) ?? '');
    const now = held && this.#now(held);
    if (!now || now.customerId !== customerId || now.subscriptionId !== id || now.cancelledAt !== undefined) {
      throw notThere(`Resource Not Found: subscription ${id}`);
    }
    return now;
  }

  #put(held: Held): Held {
    const key = keyOf(held.customerId, held.skuId);
    this.#keyOfId.put(held.subscriptionId, key);
    return this.#held.put(key, held);
  }

  #answer(changed: Held): Reply {
    const held = this.#put(this.#frame.setting('google.rotatesIds') === true ? { ...changed, subscriptionId: newId() } : changed);
    return { status: 200, body: view(held, this.#customers.require(held.customerId)) };
  }
}

const keyOf = (customerId: string, skuId: string): string => `${customerId}/${skuId}`;
const newId = (): string => String(randomInt(1, 2 ** 47));
/** The articles of Google Workspace itself; others are add-ons, Cloud Identity, Vault. */
export const isWorkspace = (skuId: string): boolean => /^(10100200\d\d|Google-Apps-.+)$/.test(skuId);

const defaultRenewal = (plan: PlanName): RenewalType => (plan === 'ANNUAL_YEARLY_PAY' ? 'AUTO_RENEW_YEARLY_PAY' : 'AUTO_RENEW_MONTHLY_PAY');

function planOf(name: unknown): PlanName {
  if (!PLANS.includes(name as PlanName)) throw invalid(`Invalid value for planName: ${String(name)}`);
  return name as PlanName;
}

function renewalTypeOf(name: unknown): RenewalType {
  if (!RENEWAL_TYPES.includes(name as RenewalType)) throw invalid(`Invalid value for renewalType: ${String(name)}`);
  return name as RenewalType;
}

/** An annual plan commits to a number of seats; any other caps them. */
function seatsOf(given: unknown, plan: PlanName): number {
  const seats = objectOf(given ?? {});
  if ('licensedNumberOfSeats' in seats) throw invalid('Licensed number of seats field is read-only');
  const field = isAnnual(plan) ? 'numberOfSeats' : 'maximumNumberOfSeats';
  const number = seats[field];
  if (!Number.isInteger(number) || (number as number) < 1) throw invalid(`Invalid value for seats.${field}.`);
  if ((number as number) > MAX_SEATS) throw invalid(`The number of seats cannot exceed ${MAX_SEATS}.`);
  return number as number;
}

function refuseReadOnly(given: Record<string, unknown>): void {
  const sent = READ_ONLY.find((name) => name in given);
  if (sent) throw invalid(`${sent} field is read-only`);
}

function bounded(given: Record<string, unknown>, name: string, max: number): string | undefined {
  const value = text(given, name);
  if (value && value.length > max) throw invalid(`${name} is longer than ${max} characters.`);
  return value;
}

function pageStart(token: string | null): number {
  if (token === null) return 0;
  const [, from] = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? [];
  if (from === undefined) throw invalid('Invalid value for pageToken.');
  return Number(from);
}
