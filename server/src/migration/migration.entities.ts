import { defineEntity, p } from '@mikro-orm/core';
import { Vendor } from '../catalog/catalog.entities.ts';
import { day, instant } from '../platform/column-types.ts';

export const MIGRATION_STATES = ['PLANNED', 'RUNNING', 'SUCCEEDED', 'FAILED'] as const;
export const MIGRATION_ITEM_STATES = ['PENDING', 'MOVED', 'BLOCKED', 'SKIPPED'] as const;

/** What an operator named as the successor of a legacy plan; both are keys of plans. */
export interface NamedSuccessor {
  readonly from: string;
  readonly to: string;
}

const LegacyMigrationSchema = defineEntity({
  name: 'LegacyMigration',
  tableName: 'legacy_migration',
  properties: {
    id: p.uuid().primary(),
    number: p.string(),
    vendor: () => p.manyToOne(Vendor).ref(),
    /** First day of a month: from its start on everything is billed anew. */
    effectiveOn: day(),
    state: p.enum(MIGRATION_STATES),
    mapping: p.json<readonly NamedSuccessor[]>(),
    plannedAt: instant(),
    plannedBy: p.string(),
    startedAt: instant().nullable(),
    finishedAt: instant().nullable(),
    jobId: p.uuid().nullable(),
  },
});
/** A vendor's subscriptions on their way from MAX_OF_MONTH to PAYG: planned as a report, then carried out. @rule S5 */
export class LegacyMigration extends LegacyMigrationSchema.class {}
LegacyMigrationSchema.setClass(LegacyMigration);
