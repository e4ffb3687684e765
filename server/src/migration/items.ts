/** The report of a migration: one row a subscription, written where it differs from what stands. */
import type { EntityManager } from '../platform/database.ts';
import type { Assessment } from './assess.ts';

interface ItemRow {
  readonly customer_id: string;
  readonly subscription_id: string;
  readonly state: 'PENDING' | 'BLOCKED' | 'MOVED';
  readonly old_plan_id: string;
  readonly new_plan_id: string | null;
  readonly quantity: number;
  readonly currency: string;
  readonly old_minor: string | null;
  readonly new_minor: string | null;
  readonly customer_old_minor: string | null;
  readonly customer_new_minor: string | null;
  readonly blocker_code: string | null;
  readonly blocker_parameters: Readonly<Record<string, string>> | null;
  readonly moved_at: string | null;
}

/** @param movedAt where it was moved just now */
export function itemOf({ candidate, from, change, quantity, currency, before, after, blocker }: Assessment, movedAt?: Date): ItemRow {
  const text = (minor: bigint | undefined): string | null => (minor === undefined ? null : String(minor));
  return {
    customer_id: candidate.customerId,
    subscription_id: candidate.id,
    state: blocker ? 'BLOCKED' : movedAt ? 'MOVED' : 'PENDING',
    old_plan_id: from.id,
    new_plan_id: change?.plan.id ?? null,
    quantity,
    currency,
    old_minor: text(before?.provider),
    new_minor: text(after?.provider),
    customer_old_minor: text(before?.customer),
    customer_new_minor: text(after?.customer),
    blocker_code: blocker?.code ?? null,
    blocker_parameters: blocker?.parameters ?? null,
    moved_at: movedAt?.toISOString() ?? null,
  };
}

const TYPES = {
  customer_id: 'uuid',
  subscription_id: 'uuid',
  state: 'text',
  old_plan_id: 'uuid',
  new_plan_id: 'uuid',
  quantity: 'integer',
  currency: 'char(3)',
  old_minor: 'bigint',
  new_minor: 'bigint',
  customer_old_minor: 'bigint',
  customer_new_minor: 'bigint',
  blocker_code: 'text',
  blocker_parameters: 'jsonb',
  moved_at: 'timestamptz',
} as const satisfies Record<keyof ItemRow, string>;
const COLUMNS = Object.keys(TYPES);
const LIST = COLUMNS.join(', ');
const RECORD = Object.entries(TYPES)
  .map(([column, type]) => `${column} ${type}`)
  .join(', ');
const OWN = COLUMNS.map((column) => `item.${column}`).join(', ');
const NEW = COLUMNS.map((column) => `excluded.${column}`).join(', ');
const WRITES = COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ');

/** Writes what is new or different. What was moved stays. */
export async function writeItems(em: EntityManager, migrationId: string, items: readonly ItemRow[]): Promise<void> {
  await em.execute(
    `insert into legacy_migration_item as item (migration_id, ${LIST})
     select ?::uuid, ${LIST} from jsonb_to_recordset(?::jsonb) as wanted (${RECORD})
     on conflict (migration_id, subscription_id) do update set ${WRITES} where item.state <> 'MOVED' and (${OWN}) is distinct from (${NEW})`,
    [migrationId, JSON.stringify(items)],
  );
}

/** Makes the report say what holds now: what changed is written, what is not to be moved any more drops out. */
export async function writeReport(em: EntityManager, migrationId: string, assessments: readonly Assessment[]): Promise<void> {
  await writeItems(
    em,
    migrationId,
    assessments.map((assessment) => itemOf(assessment)),
  );
  await em.execute(
    `delete from legacy_migration_item where migration_id = ? and state in ('PENDING', 'BLOCKED')
        and subscription_id not in (select wanted::uuid from jsonb_array_elements_text(?::jsonb) wanted)`,
    [migrationId, JSON.stringify(assessments.map(({ candidate }) => candidate.id))],
  );
  await writeTotals(em, migrationId);
}

/** What is charged before and after, by currency, of those that move and have a price on both sides. Amounts are never converted. */
export async function writeTotals(em: EntityManager, migrationId: string): Promise<void> {
  await em.execute(
    `update legacy_migration migration set totals = wanted.totals
       from (select coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'subscriptions', subscriptions, 'old', before::text, 'new', after::text)
                                       order by currency), '[]') as totals
               from (select currency, count(*) as subscriptions, sum(old_minor) as before, sum(new_minor) as after from legacy_migration_item
                      where migration_id = ? and state in ('PENDING', 'MOVED') and old_minor is not null and new_minor is not null
                      group by currency) sums) wanted
      where migration.id = ? and migration.totals is distinct from wanted.totals`,
    [migrationId, migrationId],
  );
}

export interface Counts {
  readonly pending: number;
  readonly moved: number;
  readonly blocked: number;
}

export async function countItems(em: EntityManager, migrationId: string): Promise<Counts> {
  const [row] = await em.execute<Counts[]>(
    `select count(*) filter (where state = 'PENDING')::int as pending, count(*) filter (where state = 'MOVED')::int as moved,
            count(*) filter (where state = 'BLOCKED')::int as blocked from legacy_migration_item where migration_id = ?`,
    [migrationId],
  );
  return row!;
}
