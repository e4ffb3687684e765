/** The invariants that the database states about itself; each is a view that must be empty. */
import type { ClientBase } from 'pg';

export interface Invariant {
  readonly view: string;
  /** What holds while the view is empty. */
  readonly says: string;
  /** The table whose rows it looks at. */
  readonly of: string;
}

export const INVARIANTS: readonly Invariant[] = [
  { view: 'inv_01', says: 'no charge is lost', of: 'charge' },
  { view: 'inv_02', says: 'no charge is doubled', of: 'charge' },
  { view: 'inv_03', says: 'days held are the history', of: 'quantity_span' },
  { view: 'inv_04', says: 'charges compute again', of: 'charge' },
  { view: 'inv_05', says: 'periods are in order', of: 'charge' },
  { view: 'inv_07', says: 'vendors were asked', of: 'provisioning_operation' },
  { view: 'inv_08', says: 'what vendors delivered fits', of: 'provisioning_operation' },
  { view: 'inv_11', says: 'no event is lost', of: 'outbox_event' },
  { view: 'inv_12', says: 'nothing crosses accounts', of: 'charge' },
  { view: 'inv_13', says: 'the audit trail is whole', of: 'audit_event' },
];

export interface Finding {
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly fault: string;
}

export interface Findings {
  readonly count: number;
  /** The first of them. */
  readonly findings: readonly Finding[];
}

const SHOWN = 50;

export async function readInvariant(client: ClientBase, { view }: Pick<Invariant, 'view'>): Promise<Findings> {
  const { rows } = await client.query<Findings>(
    `with found as materialized (select * from ${view})
     select (select count(*) from found)::int as count,
            (select coalesce(jsonb_agg(jsonb_build_object('subjectKind', subject_kind, 'subjectId', subject_id, 'fault', fault)), '[]')
               from (select * from found order by 1, 2, 3 limit ${SHOWN}) shown) as findings`,
  );
  return rows[0]!;
}
