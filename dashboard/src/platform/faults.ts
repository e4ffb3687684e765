/** What can go wrong with a question, in the few kinds that a screen can do something about. Refusals are not faults. */
import type { CombinedError } from '@urql/vue';
import type { Permission } from './session.ts';

export type Fault =
  | { readonly kind: 'offline' }
  | { readonly kind: 'unauthenticated' }
  | { readonly kind: 'forbidden'; readonly permission: Permission | undefined }
  | { readonly kind: 'missing' }
  | { readonly kind: 'busy' }
  /** The server, or this page, is broken. The request id leads to the line in the server's log. */
  | { readonly kind: 'broken'; readonly requestId: string | undefined; readonly detail: string };

export function faultOf(error: CombinedError): Fault {
  const [first] = error.graphQLErrors;
  const response = error.response as Response | undefined;
  if (!first) {
    if (response && (response.status === 503 || response.status === 429)) return { kind: 'busy' };
    if (response && response.status >= 400) return { kind: 'broken', requestId: requestIdOf(response), detail: `HTTP ${response.status}` };
    return { kind: 'offline' };
  }
  const { code, permission, requestId } = first.extensions as { code?: string; permission?: string; requestId?: string };
  switch (code) {
    case 'UNAUTHENTICATED':
      return { kind: 'unauthenticated' };
    case 'FORBIDDEN':
      return { kind: 'forbidden', permission: permission?.toUpperCase().replaceAll(/[:-]/g, '_') as Permission | undefined };
    case 'NOT_FOUND':
    case 'INVALID_ID':
      return { kind: 'missing' };
    case 'SERVICE_UNAVAILABLE':
      return { kind: 'busy' };
    default:
      return { kind: 'broken', requestId: requestId ?? requestIdOf(response), detail: first.message };
  }
}

function requestIdOf(response: Response | undefined): string | undefined {
  return response?.headers?.get('x-request-id') ?? undefined;
}
