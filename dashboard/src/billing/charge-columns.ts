import { t } from '../platform/i18n.ts';
import { may } from '../platform/session.ts';
import type { UiColumn } from '../ui/table.ts';

/** Columns of charges; those that a page says already are left out. */
export function chargeColumns(without: readonly string[] = []): UiColumn[] {
  const all: UiColumn[] = [
    { name: 'subscription', label: t('billing.columns.subscription'), card: 'heading', fixed: true },
    { name: 'number', label: t('billing.columns.number'), optional: true },
    { name: 'period', label: t('billing.columns.period'), sort: 'BILLING_PERIOD' },
    { name: 'edge', label: t('billing.columns.edge'), wrap: true },
    { name: 'customer', label: t('billing.columns.customer'), optional: true, wrap: true },
    { name: 'service', label: t('billing.columns.service') },
    { name: 'plan', label: t('billing.columns.plan'), optional: true },
    { name: 'kind', label: t('billing.columns.kind') },
    { name: 'status', label: t('billing.columns.chargeStatus'), optional: true },
    { name: 'quantity', label: t('billing.columns.quantity'), align: 'end' },
    { name: 'unitPrice', label: t('billing.columns.unitPrice'), align: 'end', optional: true },
    ...(may('COSTS_READ') ? [{ name: 'margin', label: t('billing.columns.margin'), align: 'end' as const, optional: true }] : []),
    { name: 'net', label: t('billing.columns.net'), align: 'end', card: 'corner', fixed: true },
  ];
  return all.filter(({ name }) => !without.includes(name));
}
