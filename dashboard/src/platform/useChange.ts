import { useClientHandle, type TypedDocumentNode } from '@urql/vue';
import { computed, reactive, ref, shallowRef } from 'vue';
import { faultOf, type Fault } from './faults.ts';
import { acknowledge, keyFor } from './idempotency.ts';
import { refusalsAt, refusalsBeside, type UserError } from './refusals.ts';

interface Payload {
  readonly userErrors: readonly UserError[];
}

type PayloadOf<Data> = Data[keyof Data];

export interface Change<Input, Answered> {
  readonly running: boolean;
  readonly refusals: readonly UserError[];
  readonly fault: Fault | undefined;
  /** What to say beside an input. */
  at(field: string): string | undefined;
  /** What no input of the form says. */
  beside(...fields: string[]): UserError[];
  /** @returns what was changed; undefined where it was refused or could not be asked for */
  run(input: Input): Promise<Answered | undefined>;
  forget(): void;
}

/**
 * Asks the server for a change and waits for its answer: nothing of money is shown before it is true.
 *
 * @param purpose names what is changed, such as `quantity:sub_…`. With it the change gets an idempotency key that is kept
 *   until there was an answer.
 */
export function useChange<Data extends Record<keyof Data, Payload>, Input extends object>(
  mutation: TypedDocumentNode<Data, { input: Input }>,
  purpose?: () => string,
): Change<Omit<Input, 'idempotencyKey'>, PayloadOf<Data>> {
  const client = useClientHandle();
  const running = ref(false);
  const refusals = shallowRef<readonly UserError[]>([]);
  const fault = shallowRef<Fault>();

  async function run(input: Omit<Input, 'idempotencyKey'>): Promise<PayloadOf<Data> | undefined> {
    if (running.value) return undefined;
    running.value = true;
    forget();
    const keptAs = purpose?.();
    try {
      const keyed = keptAs ? { ...input, idempotencyKey: keyFor(keptAs, input) } : input;
      const { data, error } = await client.client.mutation(mutation, { input: keyed as Input }).toPromise();
      const payload = data && (Object.values(data)[0] as PayloadOf<Data> | undefined);
      if (error || !payload) {
        fault.value = error ? faultOf(error) : { kind: 'broken', requestId: undefined, detail: 'no payload' };
        return undefined;
      }
      if (keptAs) acknowledge(keptAs);
      refusals.value = payload.userErrors;
      return payload.userErrors.length > 0 ? undefined : payload;
    } finally {
      running.value = false;
    }
  }

  function forget(): void {
    refusals.value = [];
    fault.value = undefined;
  }

  return reactive({
    running: computed(() => running.value),
    refusals: computed(() => refusals.value),
    fault: computed(() => fault.value),
    at: (field: string) => refusalsAt(refusals.value, field),
    beside: (...fields: string[]) => refusalsBeside(refusals.value, fields),
    run,
    forget,
  }) as Change<Omit<Input, 'idempotencyKey'>, PayloadOf<Data>>;
}
