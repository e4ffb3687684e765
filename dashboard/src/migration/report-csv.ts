import type { Client } from '@urql/vue';
import { writeCsv } from '../imports/csv.ts';
import { t } from '../platform/i18n.ts';
import { refusalText } from '../platform/refusals.ts';
import { MigrationItemsQuery, type MigrationItem } from './migration.queries.ts';

const PAGE = 100;

/** All subscriptions of a migration as CSV, with the amounts as the server gave them; undefined where they could not be read to the end. */
export async function reportCsv(client: Client, id: string): Promise<string | undefined> {
  const items: MigrationItem[] = [];
  for (let after: string | null = null; ;) {
    const { data } = await client.query(MigrationItemsQuery, { id, blockersOnly: false, first: PAGE, after }, { requestPolicy: 'network-only' }).toPromise();
    const page: NonNullable<NonNullable<typeof data>['migration']>['items'] | undefined = data?.migration?.items;
    if (!page) return undefined;
    items.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return csvOf(items);
    after = page.pageInfo.endCursor;
  }
}

export function csvOf(items: readonly MigrationItem[]): string {
  const [customer, plan, before, after] = [
    t('migration.report.itemColumns.customer'),
    t('migration.report.itemColumns.plan'),
    t('migration.report.totalColumns.old'),
    t('migration.report.totalColumns.new'),
  ];
  const header = [
    t('migration.report.itemColumns.subscription'),
    t('migration.report.itemColumns.account'),
    t('migration.report.itemColumns.state'),
    `${plan} (${before})`,
    `${plan} (${after})`,
    t('migration.report.itemColumns.quantity'),
    t('migration.report.totalColumns.currency'),
    t('migration.report.itemColumns.old'),
    t('migration.report.itemColumns.new'),
    t('migration.report.itemColumns.difference'),
    `${customer} (${before})`,
    `${customer} (${after})`,
    t('migration.report.blocked'),
  ];
  const rows = items.map((item) => [
    item.subscription.number,
    item.subscription.account.name,
    t(`migration.itemStates.${item.state}`),
    item.oldPlan.sku,
    item.newPlan?.sku ?? '',
    String(item.quantity),
    (item.oldCharge ?? item.newCharge)?.currency ?? '',
    item.oldCharge?.amount ?? '',
    item.newCharge?.amount ?? '',
    item.difference?.amount ?? '',
    item.customerOldCharge?.amount ?? '',
    item.customerNewCharge?.amount ?? '',
    item.blocker ? refusalText({ ...item.blocker, path: [] }) : '',
  ]);
  return writeCsv([header, ...rows]);
}
