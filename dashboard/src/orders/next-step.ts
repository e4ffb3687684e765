import type { Order } from './order.queries.ts';

type Told = Pick<Order, 'status' | 'channel'> & { readonly blockers: readonly { readonly code: string }[] };

/** What happens next with an order that was placed, and who must do what. */
export type NextStep = 'draft' | 'approval' | 'synchronize' | 'blocked' | 'starting' | 'byHand' | 'delivering' | 'completed' | 'partly' | 'failed' | 'canceled';

export function nextStepOf({ status, channel, blockers }: Told): NextStep {
  switch (status) {
    case 'DRAFT':
      return 'draft';
    case 'PENDING_APPROVAL':
      return 'approval';
    case 'SUBMITTED':
      if (blockers.length > 0) return blockers.every(({ code }) => code === 'ACCOUNT_NOT_SYNCHRONIZED') ? 'synchronize' : 'blocked';
      return channel === 'STOREFRONT' ? 'starting' : 'byHand';
    case 'EXECUTING':
      return 'delivering';
    case 'COMPLETED':
      return 'completed';
    case 'PARTIALLY_FAILED':
      return 'partly';
    case 'FAILED':
      return 'failed';
    case 'CANCELLED':
      return 'canceled';
  }
}

/** Whether something may happen to an order without the viewer's doing, so that it is worth looking again. */
export function isMoving({ status, channel }: Pick<Told, 'status' | 'channel'>): boolean {
  return status === 'EXECUTING' || status === 'PENDING_APPROVAL' || (status === 'SUBMITTED' && channel === 'STOREFRONT');
}
