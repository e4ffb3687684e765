import { t } from '../platform/i18n.ts';
import type { UiFilter } from '../ui/table.ts';
import type { HealthyVendor } from './provisioning.queries.ts';

/** One vendor, or all of them. */
export const vendorFilter = (vendors: readonly HealthyVendor[]): UiFilter => ({
  name: 'vendor',
  label: t('provisioning.board.filters.vendor'),
  as: 'select',
  says: t('provisioning.board.allVendors'),
  options: vendors.map(({ code, name }) => ({ value: code, label: name })),
});
