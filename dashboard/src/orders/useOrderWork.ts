import { computed, type ComputedRef } from 'vue';
import { t } from '../platform/i18n.ts';
import { may } from '../platform/session.ts';
import { useAnswer } from '../platform/useAnswer.ts';
import { OrderWorkQuery } from './order.queries.ts';

export interface OrderWork {
  readonly key: string;
  readonly icon: string;
  readonly tone: 'warning' | 'info';
  readonly text: string;
  readonly act: string;
  readonly to: string;
}

/** Orders that wait for the viewer, the most pressing first; each leads to its rows. */
export function useOrderWork(): ComputedRef<OrderWork[]> {
  const answer = useAnswer(OrderWorkQuery, () => ({}), { pause: () => !may('ORDERS_READ') });
  return computed(() => {
    const { approval, incomplete, waiting } = answer.data ?? {};
    const work: OrderWork[] = [];
    if (approval?.totalCount && may('ORDERS_APPROVE'))
      work.push({
        key: 'orders.approval',
        icon: 'i-lucide-stamp',
        tone: 'warning',
        text: t('orders.work.approval', { count: approval.totalCount }),
        act: t('orders.work.approvalAct'),
        to: '/orders?status=PENDING_APPROVAL',
      });
    if (waiting?.totalCount && may('ORDERS_PLACE'))
      work.push({
        key: 'orders.waiting',
        icon: 'i-lucide-hourglass',
        tone: 'warning',
        text: t('orders.work.waiting', { count: waiting.totalCount }),
        act: t('orders.work.waitingAct'),
        to: '/orders?status=SUBMITTED',
      });
    if (incomplete?.totalCount && may('ORDERS_PLACE'))
      work.push({
        key: 'orders.incomplete',
        icon: 'i-lucide-list-x',
        tone: 'info',
        text: t('orders.work.incomplete', { count: incomplete.totalCount }),
        act: t('orders.work.incompleteAct'),
        to: '/orders?status=DRAFT&incomplete=yes',
      });
    return work;
  });
}
