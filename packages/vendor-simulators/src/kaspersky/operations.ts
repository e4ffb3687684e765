/** The seven operations of KORM's subscription service, version 2.0. */
import type { Collection } from '../frame/store.ts';
import type { Exchange, Frame, Op, Reply } from '../frame/simulator.ts';
import { DONE, refused } from './answers.ts';
import { checkBand } from './bands.ts';
import { isApprovalCode, subscriptionFrom } from './creation.ts';
import { Fields } from './fields.ts';
import { endAskedFor, instant, periodOf, statusOf, type Subscription } from './subscription.ts';

const ROOT = '/Subscriptions/v2.0/api/Subscription';

/** A change of a subscription that is there and has not ended. */
type ChangeOf = (subscription: Subscription, asked: Fields) => Subscription | Reply;

export function kormOperations(frame: Frame, subscriptions: Collection<Subscription>): readonly Op[] {
  const changing =
    (change: ChangeOf): Op['run'] =>
    (exchange) => {
      const asked = fieldsIn(exchange);
      const subscription = subscriptions.get(asked.text('SubscriptionId').toLowerCase());
      if (!subscription) return unknownSubscription(asked.text('SubscriptionId'));
      const status = statusOf(subscription, frame.now());
      if (status === 'HardCancel') return refused('SIM.SUBSCRIPTION_TERMINATED', 'The subscription was terminated, which is final.');
      if (status === 'Expired') return refused('SIM.SUBSCRIPTION_EXPIRED', 'The subscription has expired.');
      const result = change(subscription, asked);
      if ('status' in result) return result;
      subscriptions.put(subscription.subscriptionId, result);
      return DONE;
    };

  const create: Op['run'] = (exchange) => {
    const made = subscriptionFrom(fieldsIn(exchange), frame);
    if ('refusal' in made) return made.refusal;
    const { subscriptionId, licenseId, activationCode } = subscriptions.put(made.subscription.subscriptionId, made.subscription);
    return { status: 200, body: { SubscriptionId: subscriptionId, LicenseId: licenseId, ActivationCode: activationCode } };
  };

  const changeQuantity: ChangeOf = (subscription, asked) => {
    const quantity = asked.whole('Quantity');
    if (quantity === undefined || quantity < 1) return refused('SIM.REQUEST_INVALID', 'Quantity must be a whole number of at least 1.');
    if (subscription.billingPlan === 'Yearly' && quantity < subscription.quantity) {
      return refused('SIM.QTY_DECREASE_NOT_ALLOWED', 'A yearly subscription cannot have fewer licenses before it ends.');
    }
    const band = checkBand(subscription.sku, quantity);
    if (!band.fits) return refused('SIM.BAND_MISMATCH', `Article ${subscription.sku} is sold in quantities of ${band.range}.`);
    return { ...subscription, quantity, band: band.band };
  };

  const changeExpiration: ChangeOf = (subscription, asked) => {
    if (!asked.has('Expiration')) return refused('SIM.REQUEST_INVALID', 'Expiration is missing.');
    if (asked.get('Expiration') === null) return { ...subscription, endsAt: undefined };
    const endsAt = endAskedFor(asked.within('Expiration'), subscription, frame.now());
    return endsAt === undefined ? refused('SIM.REQUEST_INVALID', 'Expiration names no moment in the future.') : { ...subscription, endsAt };
  };

  const changeAttributes: ChangeOf = (subscription, asked) => {
    if (!asked.has('ApprovalCode')) return refused('SIM.REQUEST_INVALID', 'ApprovalCode is missing.');
    const approvalCode = asked.text('ApprovalCode');
    return isApprovalCode(approvalCode) ? { ...subscription, approvalCode } : refused('SIM.APPROVAL_CODE_INVALID', 'There is no such approval code.');
  };

  const details = (subscriptionId: string): Reply => {
    const subscription = subscriptions.get(subscriptionId.toLowerCase());
    if (!subscription) return unknownSubscription(subscriptionId);
    const now = frame.now();
    const { start, end, type } = periodOf(subscription, now, frame.setting('korm.freePeriod') === true);
    return { status: 200, body: { Status: statusOf(subscription, now), PeriodStart: instant(start), PeriodEnd: instant(end), PeriodType: type } };
  };
  const readable = (form: 'GET' | 'POST', read: (exchange: Exchange) => string): Op => ({
    name: 'getdetails',
    aliases: ['details'],
    method: form,
    path: `${ROOT}/getdetails`,
    run: (exchange) => {
      const offered = frame.setting('korm.detailsBy');
      return offered === 'ANY' || offered === form ? details(read(exchange)) : refused('SIM.METHOD_NOT_ALLOWED', `getdetails is not offered as ${form}.`);
    },
  });

  const post = (name: string, aliases: readonly string[], run: Op['run']): Op => ({ name, aliases, method: 'POST', path: `${ROOT}/${name}`, run });
  return [
    post('create', [], create),
    post('modifyquantity', ['change quantity'], changing(changeQuantity)),
    post('modifyexpiration', ['change expiry', 'scheduled stop'], changing(changeExpiration)),
    post('modifyattributes', ['change attributes'], changing(changeAttributes)),
    post(
      'hardcancel',
      ['terminate now'],
      changing((subscription) => ({ ...subscription, hardCanceledAt: frame.now() })),
    ),
    // Takes an end back that was asked for and has not come; one that still runs on is left as it is.
    post(
      'renew',
      ['undo expiry'],
      changing((subscription) => ({ ...subscription, endsAt: undefined })),
    ),
    readable('GET', idInQuery),
    readable('POST', idInBody),
  ];
}

function unknownSubscription(id: string): Reply {
  return id === '' ? refused('SIM.REQUEST_INVALID', 'SubscriptionId is missing.') : refused('SIM.SUBSCRIPTION_UNKNOWN', 'There is no such subscription.');
}

/** Nothing where the body is no JSON: then every field is missing, and the answer says so. */
function fieldsIn(exchange: Exchange): Fields {
  return new Fields(jsonIn(exchange));
}

function jsonIn(exchange: Exchange): unknown {
  try {
    return exchange.json();
  } catch {
    return undefined;
  }
}

function idInQuery({ query }: Exchange): string {
  return new Fields(Object.fromEntries(query)).text('SubscriptionId');
}

/** One client in use posts the id as a JSON string; the query of the same address is read where there is none. */
function idInBody(exchange: Exchange): string {
  const body = jsonIn(exchange);
  const id = typeof body === 'string' ? body.trim() : new Fields(body).text('SubscriptionId');
  return id || idInQuery(exchange);
}
