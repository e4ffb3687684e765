/** The one way to the server: typed by schema.graphql, cached by type name, live over server-sent events. */
import { cacheExchange, Client, fetchExchange, mapExchange, subscriptionExchange, type CombinedError } from '@urql/vue';
import { createClient as createStreamClient } from 'graphql-sse';
import { initGraphQLTada } from 'gql.tada';
import type { introspection } from '../graphql-env.d.ts';

/** Scalars travel as text: amounts are exact, days have no zone, instants are RFC 3339. */
interface Scalars {
  CountryCode: string;
  CurrencyCode: string;
  Date: string;
  DateTime: string;
  Decimal: string;
  EmailAddress: string;
  Locale: string;
  TimeZone: string;
}

export const graphql = initGraphQLTada<{ introspection: introspection; scalars: Scalars; disableMasking: true }>();
export type { ResultOf, VariablesOf } from 'gql.tada';

const ENDPOINT = '/graphql';
/** After that many attempts a live view falls back to asking now and then; see operations/useJob.ts. */
const STREAM_RETRIES = 2;

export function createGraphqlClient(heard: { error: (error: CombinedError) => void }): Client {
  const stream = createStreamClient({ url: `${ENDPOINT}/stream`, retryAttempts: STREAM_RETRIES, credentials: 'same-origin' });
  return new Client({
    url: ENDPOINT,
    preferGetMethod: false,
    // What is known is shown at once, and asked again: other people work on the same books.
    requestPolicy: 'cache-and-network',
    fetchOptions: { credentials: 'same-origin' },
    exchanges: [
      mapExchange({ onError: heard.error }),
      cacheExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: stream.subscribe(
              { query: query ?? '', variables },
              {
                next: (value) => sink.next(value as never),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
      fetchExchange,
    ],
  });
}
