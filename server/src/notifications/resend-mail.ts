import { sees } from '@cloudtill/domain/accounts/hierarchy';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { Account } from '../accounts/account.entity.ts';
import { decodeId, encodeId, newId } from '../platform/ids.ts';
import type { Unit } from '../platform/use-case.ts';
import type { ResendMailInput } from './notifications.inputs.ts';

interface Known {
  readonly state: string;
  readonly recipient: string;
  readonly subject: string;
  readonly account_id: string;
  readonly audience: string;
  readonly leased: boolean;
}

/**
 * Sends a mail again: the same text under a cause of its own. An address that was missing is asked for again.
 */
export async function resendMail(unit: Unit, input: ResendMailInput): Promise<Decision<{ mailId: string }>> {
  const { em, viewer, now, operationId } = unit;
  const id = decodeId('mal', input.mailId);
  const [mail] = await em.execute<Known[]>(
    `select state, recipient, subject, account_id, audience, coalesce(leased_until > now(), false) as leased from mail where id = ? for update`,
    [id],
  );
  const account = mail && (await em.findOne(Account, { id: mail.account_id }));
  if (!mail || !account || !sees(viewer.account.id, account.path) || (mail.audience === 'PROVIDER' && viewer.account.kind !== 'PROVIDER'))
    return refuse('MAIL_UNKNOWN', { mail: input.mailId }, ['mailId']);
  const recipient = mail.recipient === '' ? account.email : mail.recipient;
  if (!recipient) return refuse('MAIL_RECIPIENT_MISSING', { account: account.number }, ['mailId']);
  if (mail.state === 'QUEUED' || mail.leased) return refuse('MAIL_NOT_SENT_YET', { recipient }, ['mailId']);
  // Both would go out otherwise.
  await em.execute(`update mail set state = 'GIVEN_UP', next_attempt_at = null where id = ? and state = 'FAILED'`, [id]);
  const mailId = newId();
  await em.execute(
    `insert into mail (id, template, locale, cause_key, recipient, account_id, audience, subject, html, plain, sealed_body, state, created_at, next_attempt_at)
     select ?, template, locale, ?, ?, account_id, audience, subject, html, plain, sealed_body, 'QUEUED', ?, now() from mail where id = ?`,
    [mailId, `resend:${id}:${operationId}`, recipient, now, id],
  );
  await em.execute('select enqueue_task(?, ?::json, ?)', ['sendMail', JSON.stringify({ mailId }), `mail:${mailId}`]);
  unit.audit({
    accountId: account.id,
    action: 'resendMail',
    subjectKind: 'Mail',
    subjectId: encodeId('mal', mailId),
    subjectNumber: mail.subject,
    after: { recipient, again: encodeId('mal', id) },
  });
  return allow({ mailId });
}
