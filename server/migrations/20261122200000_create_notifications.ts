import { Migration } from '@mikro-orm/migrations';

/** Mails on their way and those that went, and what operators changed of their templates (O5). */
export class CreateNotifications extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table mail (
        id              uuid primary key,
        template        text not null,
        locale          text not null,
        -- What it was written for, such as an order. With it each mail is made once.
        cause_key       text not null,
        -- Empty where the account has no address: then there is nothing to send, and last_error says so.
        recipient       text not null,
        -- Whose mail it is: this account and those above see it.
        account_id      uuid not null references account (id),
        audience        text not null check (audience in ('PROVIDER', 'ACCOUNT')),
        subject         text not null check (subject !~ '[\\r\\n]'),
        html            text not null,
        plain           text not null,
        -- The bodies as they are sent, encrypted, where html and plain show them without a license key.
        sealed_body     text,
        state           text not null check (state in ('QUEUED', 'SENT', 'CAPTURED', 'FAILED', 'GIVEN_UP')),
        attempts        integer not null default 0,
        last_error      text,
        created_at      timestamptz not null,
        sent_at         timestamptz,
        -- By the machine's clock, like the lease: the sandbox's clock is not that of a mail server.
        next_attempt_at timestamptz,
        -- Whoever sends it holds it until then; nobody else sends it meanwhile.
        leased_by       uuid,
        leased_until    timestamptz,
        constraint mail_once unique (template, cause_key, recipient),
        check ((state in ('QUEUED', 'FAILED')) = (next_attempt_at is not null)),
        check ((state in ('SENT', 'CAPTURED')) = (sent_at is not null))
      );
      create index mail_created on mail (created_at, id);
      create index mail_account on mail (account_id, created_at, id);
      create index mail_due on mail (next_attempt_at) where next_attempt_at is not null;

      -- The defaults are in the code; a row with texts holds instead. A row stays when its texts are reset, so that its
      -- version goes on.
      create table notification_template (
        code       text not null,
        locale     text not null,
        subject    text,
        body       text,
        text_body  text,
        version    integer not null check (version > 0),
        updated_at timestamptz not null,
        updated_by text not null,
        primary key (code, locale),
        check (num_nulls(subject, body, text_body) in (0, 3))
      );
    `);
    const own = `nullif((select nullif(viewer_scope(), 'all')), '')::uuid`;
    const all = `(select viewer_scope()) = 'all'`;
    const below = `exists (select 1 from account a where a.id = account_id and a.path @> array[${own}])`;
    const isProvider = `exists (select 1 from account a where a.id = ${own} and a.kind = 'PROVIDER')`;
    const scoped = (table: string, condition: string): void => {
      this.addSql(`alter table ${table} enable row level security`);
      this.addSql(`create policy viewer on ${table} for all to cloudtill_app using (${all} or (${condition})) with check (${all} or (${condition}))`);
    };
    scoped('mail', `${below} and (audience = 'ACCOUNT' or ${isProvider})`);
    scoped('notification_template', isProvider);
    this.addSql('grant select, insert, update on mail, notification_template to cloudtill_app');
  }
}
