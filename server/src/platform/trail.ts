/** What a job notes in the audit trail, on behalf of whoever asked for it. Use cases note theirs in use-case.ts. */
import type { ClientBase } from 'pg';
import type { Viewer } from './viewer.ts';

/** Who asked, as a job's payload carries it. */
export interface Actor {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
}

export function actorOf({ kind, id, name, account }: Viewer): Actor {
  return { kind, id, name, accountId: account.id };
}

interface Line {
  readonly at: Date;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly subjectNumber: string;
  readonly before?: object;
  readonly after: object;
}

/** Adds a line to the trail of the actor's account, in the transaction of what was done. */
export async function writeLine(client: ClientBase, actor: Actor, { at, action, subjectKind, subjectId, subjectNumber, before, after }: Line): Promise<void> {
  await client.query(
    `insert into audit_event (account_id, sequence, occurred_at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_number, before, after, previous_hash, hash)
     values ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '')`,
    [
      actor.accountId,
      at,
      actor.kind,
      actor.id,
      actor.name,
      action,
      subjectKind,
      subjectId,
      subjectNumber,
      before && JSON.stringify(before),
      JSON.stringify(after),
    ],
  );
}
