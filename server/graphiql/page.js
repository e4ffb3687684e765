// The page's own part: how GraphiQL asks this server. Runs in the browser as it is.
/* global React, ReactDOM, GraphiQL */

const FIRST_TEXT = `# Signed in to the dashboard? Then you are signed in here too. Otherwise sign in first:
#
#   mutation { signIn(input: { email: "operator@demo.test", password: "…" }) { userErrors { message } } }
#
# Programs send their key instead, under Headers below: { "authorization": "Bearer …" }

query Subscriptions {
  subscriptions(first: 10) {
    totalCount
    edges {
      node {
        number
        status
        quantity
        plan { name billingPolicy }
        account { name }
      }
    }
  }
}
`;

const asksForEvents = ({ query, operationName }) =>
  new RegExp(`\\bsubscription\\b\\s*${operationName ? `${operationName}\\b` : '[\\w({]'}`).test(query.replace(/#.*/g, ''));

/** Queries and mutations are one answer; a subscription is a stream of them. */
function fetcher(operation, { headers = {} } = {}) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(operation) };
  if (asksForEvents(operation)) return events({ ...request, headers: { ...request.headers, accept: 'text/event-stream' } });
  return fetch('/graphql', request).then((response) => response.json());
}

async function* events(request) {
  const stop = new AbortController();
  try {
    const response = await fetch('/graphql/stream', { ...request, signal: stop.signal });
    if (!response.ok || !(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
      yield await response.json();
      return;
    }
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const messages = (text + chunk).split('\n\n');
      text = messages.pop();
      for (const message of messages) {
        const { event, data } = Object.fromEntries(
          message.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
        );
        if (event === 'next') yield JSON.parse(data);
        if (event === 'complete') return;
      }
    }
  } finally {
    stop.abort();
  }
}

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: FIRST_TEXT, isHeadersEditorEnabled: true, shouldPersistHeaders: false }),
);
