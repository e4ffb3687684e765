import { computed, type ComputedRef } from 'vue';
import { graphql } from '../platform/graphql.ts';
import { useAnswer } from '../platform/useAnswer.ts';

const AccountNameQuery = graphql(`
  query AccountName($id: ID!) {
    account(id: $id) {
      id
      name
    }
  }
`);

/** How an account is called that is known by its id, such as one in the address. */
export function useAccountName(id: () => string | undefined): ComputedRef<string> {
  const answer = useAnswer(AccountNameQuery, () => ({ id: id() ?? '' }), { pause: () => !id() });
  return computed(() => answer.data?.account?.name ?? '…');
}
