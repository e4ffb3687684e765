import { useClientHandle } from '@urql/vue';
import { computed, reactive, ref, shallowRef } from 'vue';
import { faultOf, type Fault } from '../platform/faults.ts';
import type { UserError } from '../platform/refusals.ts';
import { QuoteQuery, type Quote } from './order.queries.ts';

export interface Quoting {
  /** The latest answer, also once it is old. */
  readonly quote: Quote | undefined;
  /** The order has changed since, or the server said that the price does not hold any more. */
  readonly isStale: boolean;
  readonly isAsking: boolean;
  readonly refusals: readonly UserError[];
  readonly fault: Fault | undefined;
  /** “Calculate cost”. @returns the quote; undefined where there is none */
  calculate(orderId: string): Promise<Quote | undefined>;
  /** What was calculated does not hold any more. */
  spoil(): void;
  forget(): void;
}

/**
 * What a draft costs. An answer is bound to the order as it was: once its version is another one, it is stale.
 * @param version the order's version as it is known to the page; undefined while it is not
 */
export function useQuote(version: () => number | undefined = () => undefined): Quoting {
  const { client } = useClientHandle();
  const quoted = shallowRef<{ quote: Quote; version: number | undefined }>();
  const isSpoiled = ref(false);
  const isAsking = ref(false);
  const refusals = shallowRef<readonly UserError[]>([]);
  const fault = shallowRef<Fault>();

  async function calculate(orderId: string): Promise<Quote | undefined> {
    isAsking.value = true;
    refusals.value = [];
    fault.value = undefined;
    try {
      const { data, error } = await client.query(QuoteQuery, { id: orderId }, { requestPolicy: 'network-only' }).toPromise();
      if (error || !data) {
        fault.value = error ? faultOf(error) : { kind: 'broken', requestId: undefined, detail: 'no answer' };
        return undefined;
      }
      refusals.value = data.quoted.userErrors;
      const { quote } = data.quoted;
      quoted.value = quote ? { quote, version: data.order?.version } : undefined;
      isSpoiled.value = false;
      return quote ?? undefined;
    } finally {
      isAsking.value = false;
    }
  }

  return reactive({
    quote: computed(() => quoted.value?.quote),
    isStale: computed(() => {
      if (!quoted.value) return false;
      const now = version();
      return isSpoiled.value || (now !== undefined && quoted.value.version !== undefined && now > quoted.value.version);
    }),
    isAsking: computed(() => isAsking.value),
    refusals: computed(() => refusals.value),
    fault: computed(() => fault.value),
    calculate,
    spoil: () => (isSpoiled.value = true),
    forget() {
      quoted.value = fault.value = undefined;
      refusals.value = [];
    },
  }) as Quoting;
}
