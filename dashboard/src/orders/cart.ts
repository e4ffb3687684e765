/**
 * What one buys in this window, for whom. A draft is made once and found again after a reload, so that one cart is one
 * order, however often somebody clicks. Kept by viewer, so that the next one to sign in finds nothing of it.
 */
import { computed, reactive, type ComputedRef } from 'vue';
import type { AccountChoice } from '../accounts/AccountPicker.vue';
import { viewer } from '../platform/session.ts';
import type { Values } from './characteristics.ts';

/** The draft in which a configuration is priced before somebody buys it. It becomes the cart where there is none. */
export interface Trial {
  readonly orderId: string;
  readonly lineId: string;
  readonly productId: string;
  readonly planId: string;
  readonly values: Values;
}

const PREFIX = 'cloudtill.shop.';
const own = (what: string): string => `${PREFIX}${viewer.value.account.id}.${what}`;

export const cartOf = (accountId: string): string | undefined => read<string>(sessionStorage, own(`cart.${accountId}`));
export const keepCart = (accountId: string, orderId: string): void => write(sessionStorage, own(`cart.${accountId}`), orderId);
export const trialOf = (accountId: string): Trial | undefined => read<Trial>(sessionStorage, own(`trial.${accountId}`));
export const keepTrial = (accountId: string, trial: Trial): void => write(sessionStorage, own(`trial.${accountId}`), trial);
export const forgetTrial = (accountId: string): void => write(sessionStorage, own(`trial.${accountId}`), undefined);

/** An order that is none to be put together any more. */
export function forgetCart(accountId: string, orderId: string): void {
  if (cartOf(accountId) === orderId) write(sessionStorage, own(`cart.${accountId}`), undefined);
}

/** The trial is bought: it is the cart now, and the next one is another order. */
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
      return (chosen[key.value] ??= read<Customer>(localStorage, key.value));
    }),
    choose({ id, number, name, kind, currency }) {
      write(localStorage, key.value, (chosen[key.value] = { id, number, name, kind, currency }));
    },
  };
}

function read<Value>(storage: Storage, key: string): Value | undefined {
  try {
    return (JSON.parse(storage.getItem(key) ?? 'null') as Value | null) ?? undefined;
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
