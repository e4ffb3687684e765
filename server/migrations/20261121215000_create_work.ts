import { Migration } from '@mikro-orm/migrations';

/** Jobs, events on their way, the audit trail, idempotency records and uploads. */
export class CreateWork extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table job (
        id             uuid primary key,
        kind           text not null,
        state          text not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED')),
        progress_done  bigint not null default 0,
        progress_total bigint,
        result         jsonb,
        user_errors    jsonb not null default '[]',
        -- Who may see it: this account and those above.
        account_id     uuid not null references account (id),
        requested_by   text not null,
        subject        text,
        created_at     timestamptz not null,
        started_at     timestamptz,
        finished_at    timestamptz,
        check ((state in ('SUCCEEDED', 'FAILED', 'CANCELED')) = (finished_at is not null))
      );
      create index job_created on job (created_at, id);

      -- The API's role may queue work in its own transaction without rights on the queue's tables.
      create function enqueue_task(identifier text, payload json, key text default null) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        perform graphile_worker.add_job(identifier, payload, job_key := key, job_key_mode := 'preserve_run_at', max_attempts := 25);
      end $$;

      create table outbox_event (
        id          bigint generated always as identity primary key,
        topic       text not null,
        payload     jsonb not null,
        recorded_at timestamptz not null,
        handled_at  timestamptz,
        attempts    integer not null default 0,
        -- Set when it was given up: it stays for a person to look at.
        dead_reason text
      );
      create index outbox_pending on outbox_event (id) where handled_at is null and dead_reason is null;

      create table audit_head (
        account_id uuid primary key references account (id),
        sequence   bigint not null,
        hash       bytea not null
      );
      create table audit_event (
        account_id     uuid not null references account (id),
        sequence       bigint not null,
        occurred_at    timestamptz not null,
        actor_kind     text not null,
        actor_id       uuid,
        actor_name     text not null,
        action         text not null,
        subject_kind   text not null,
        subject_id     text not null,
        subject_number text,
        before         jsonb,
        after          jsonb,
        request_id     text,
        previous_hash  bytea not null,
        hash           bytea not null,
        primary key (account_id, sequence)
      );
      create index audit_event_occurred on audit_event (occurred_at, account_id, sequence);
      create index audit_event_subject on audit_event (subject_id, occurred_at);

      -- What the hash covers, as one text; jsonb prints its keys in one order.
      create function audit_text(e audit_event) returns text language sql immutable as $$
        select jsonb_build_object(
          'account', e.account_id, 'sequence', e.sequence, 'occurredAt', to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          'actorKind', e.actor_kind, 'actor', e.actor_id, 'actorName', e.actor_name, 'action', e.action, 'subjectKind', e.subject_kind,
          'subject', e.subject_id, 'subjectNumber', e.subject_number, 'before', e.before, 'after', e.after, 'request', e.request_id)::text $$;

      -- Each account's events are a chain: hash = SHA-256(hash before || text). The head is locked, so a chain has no forks.
      create function audit_chain() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
      declare head audit_head;
      begin
        insert into audit_head values (new.account_id, 0, '\\x00') on conflict (account_id) do nothing;
        select * into head from audit_head where account_id = new.account_id for update;
        new.sequence := head.sequence + 1;
        new.previous_hash := head.hash;
        new.hash := sha256(head.hash || convert_to(audit_text(new), 'UTF8'));
        update audit_head set sequence = new.sequence, hash = new.hash where account_id = new.account_id;
        return new;
      end $$;
      create trigger audit_event_chain before insert on audit_event for each row execute function audit_chain();
      create trigger audit_event_append_only before update or delete on audit_event for each row execute function forbid_change();
      create trigger audit_event_no_truncate before truncate on audit_event for each statement execute function forbid_change();

      create table idempotency_record (
        actor_id     uuid not null,
        key          text not null,
        operation    text not null,
        request_hash bytea not null,
        payload      jsonb,
        created_at   timestamptz not null,
        primary key (actor_id, key)
      );
      create index idempotency_record_age on idempotency_record (created_at);

      create table upload (
        id          uuid primary key,
        account_id  uuid not null references account (id),
        created_by  uuid not null,
        file_name   text not null,
        byte_size   bigint not null,
        sha256      bytea,
        created_at  timestamptz not null,
        completed_at timestamptz
      );
      create table upload_part (
        upload_id uuid not null references upload (id) on delete cascade,
        position  integer not null,
        bytes     bytea not null,
        primary key (upload_id, position)
      );

      -- Worker processes that live hold an advisory lock on lock_key; see platform/jobs.ts.
      create table worker_process (
        id         uuid primary key,
        lock_key   bigint not null,
        worker_ids text[] not null default '{}',
        started_at timestamptz not null
      );
    `);
  }
}
