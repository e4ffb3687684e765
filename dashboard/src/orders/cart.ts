/**
 * What one buys in this window, for whom. A draft is made once and found again after a reload, so that one cart is one
 * order, however often somebody clicks. Kept by viewer, so that the next one to sign in finds nothing of it.
 */
import { computed, reactive, type ComputedRef } from 'vue';
import type { AccountChoice } from '../accounts/AccountPicker.vue';
import { viewer } from '../platform/session.ts';
import type { Values } from './characteristics.ts';

/**
 * The line by which a configuration is priced before somebody buys it: one of the cart, or of a draft that becomes the cart.
 * Who leaves without buying has it taken out again.
 */
export interface Trial {
  readonly orderId: string;
  readonly lineId: string;
  readonly productId: string;
  readonly planId: string;
  readonly values: Values;
}

const PREFIX = 'cloudtill.shop.';
const own = (what: string): string => `${PREFIX}${viewer.value.account.id}.${what}`;

export const cartOf = (accountId: string): string | undefined => read(sessionStorage, own(`cart.${accountId}`)) as string | undefined;
export const keepCart = (accountId: string, orderId: string): void => write(sessionStorage, own(`cart.${accountId}`), orderId);
export const trialOf = (accountId: string): Trial | undefined => read(sessionStorage, own(`trial.${accountId}`)) as Trial | undefined;
export const keepTrial = (accountId: string, trial: Trial): void => write(sessionStorage, own(`trial.${accountId}`), trial);
export const forgetTrial = (accountId: string): void => write(sessionStorage, own(`trial.${accountId}`), undefined);

/** An order that is none to be put together any more. */
export function forgetCart(accountId: string, orderId: string): void {
  if (cartOf(accountId) === orderId) write(sessionStorage, own(`cart.${accountId}`), undefined);
}

/** The trial is bought: its order is the cart, and the next trial is another line. */
export function buyTrial(accountId: string, { orderId }: Trial): void {
  keepCart(accountId, orderId);
  forgetTrial(accountId);
}

export type Customer = Pick<AccountChoice, 'id' | 'number' | 'name' | 'kind' | 'currency'>;

const chosen = reactive<Record<string, Customer | undefined>>({});

/** For whom one orders: a customer for itself, all others for one that they chose, and that is remembered. */
export function useCustomer(): { customer: ComputedRef<Customer | undefined>; mustChoose: ComputedRef<boolean>; choose(customer: Customer): void } {
  const mustChoose = computed(() => viewer.value.account.kind !== 'CUSTOMER');
  const key = computed(() => own('customer'));
  return {
    mustChoose,
    customer: computed(() => {
      if (!mustChoose.value) return viewer.value.account;
      return (chosen[key.value] ??= read(localStorage, key.value) as Customer | undefined);
    }),
    choose({ id, number, name, kind, currency }) {
      write(localStorage, key.value, (chosen[key.value] = { id, number, name, kind, currency }));
    },
  };
}

function read(storage: Storage, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

function write(storage: Storage, key: string, value: unknown): void {
  try {
    if (value === undefined) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
  } catch {
    // No storage in this window: it holds until the page is left.
  }
}
