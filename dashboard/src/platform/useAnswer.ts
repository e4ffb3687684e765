import { useQuery, type AnyVariables, type TypedDocumentNode } from '@urql/vue';
import { computed, reactive, shallowRef, watch } from 'vue';
import { faultOf, type Fault } from './faults.ts';

export interface Answer<Data> {
  /** What is known, also while it is asked for again or could not be refreshed. */
  readonly data: Data | undefined;
  readonly fault: Fault | undefined;
  /** Nothing is known yet. */
  readonly loading: boolean;
  /** Something is known and newer is on its way. */
  readonly refreshing: boolean;
  /** When what is known was true. */
  readonly knownAt: string | undefined;
  refresh(): void;
}

/**
 * Asks a question for as long as a component lives, again when its variables change. What was answered stays while newer
 * cannot be had, so that a page does not go blank when the network does.
 */
export function useAnswer<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: () => Variables,
  options: { pause?: () => boolean; keepWhileChanging?: boolean } = {},
): Answer<Data> {
  const asked = computed(() => JSON.stringify(variables()));
  const state = useQuery<Data, Variables>({ query, variables: computed(variables), pause: computed(() => options.pause?.() ?? false) });
  const kept = shallowRef<{ data: Data; to: string; at: string }>();
  watch(
    [state.data, state.error, state.operation],
    ([data, error, operation]) => {
      if (data === undefined || data === null || error || state.fetching.value) return;
      const to = JSON.stringify(operation?.variables ?? {});
      // A cached answer is as old as it was.
      const at = kept.value?.data === data ? kept.value.at : new Date().toISOString();
      kept.value = { data, to, at };
    },
    { immediate: true },
  );
  const known = computed(() => (kept.value && (options.keepWhileChanging || kept.value.to === asked.value) ? kept.value : undefined));
  return reactive({
    data: computed(() => known.value?.data),
    fault: computed(() => state.error.value && faultOf(state.error.value)),
    loading: computed(() => !known.value && !state.error.value),
    refreshing: computed(() => Boolean(known.value) && (state.fetching.value || state.stale.value)),
    knownAt: computed(() => known.value?.at),
    refresh: () => state.executeQuery({ requestPolicy: 'network-only' }),
  }) as Answer<Data>;
}
