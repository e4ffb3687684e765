/** A vendor's legacy subscriptions, kept through the API, and what a test asks of their migration. */
import { key, type Answer } from '../server.ts';
import { Book, type Named } from '../billing/book.ts';

const REPORT = `number state effectiveOn vendor { code } mapping { from to } plannedBy startedAt finishedAt
  totals { currency subscriptions old { amount } new { amount } difference { amount } }
  counts { subscriptions pending moved blocked skipped }
  items(first: 100) { totalCount nodes { state subscription { number plan { sku } } oldPlan { sku } newPlan { sku } quantity oldCharge { amount currency } newCharge { amount currency }
    customerOldCharge { amount } customerNewCharge { amount } difference { amount } blocker { code message parameters { name value } } movedAt } }`;

/** Histories, days held and what is to be rated, without what differs from one run to the next. */
const HISTORY = `select s.number, s.version, s.quantity as held, (select sku from plan where id = s.plan_id) as "on", s.ends_on::text as ends,
    (select json_agg(json_build_array(q.sequence, q.kind, q.effective_at, q.effective_on, q.quantity, p.sku, q.old_quantity, o.sku, q.reason, q.actor_name) order by q.sequence)
       from quantity_change q left join plan p on p.id = q.plan_id left join plan o on o.id = q.old_plan_id where q.subscription_id = s.id) as changes,
    (select json_agg(json_build_array(q.from_on, q.to_on, q.quantity, p.sku) order by q.from_on) from quantity_span q join plan p on p.id = q.plan_id where q.subscription_id = s.id) as days
  from service_subscription s order by s.number`;

export class LegacyBook {
  private constructor(
    readonly book: Book,
    readonly legacy: Named,
    readonly payg: Named,
  ) {}

  /** A server on a day before any of the tests' own, with a legacy plan and a PAYG plan of Kaspersky's. */
  static async open(now: string, env: Record<string, string> = {}, band?: readonly [number, number]): Promise<LegacyBook> {
    const book = await Book.open(env);
    await book.server.app.clock.moveTo(Date.parse(now));
    await book.do('updateProduct', { productId: await book.product('KES'), vendor: 'KASPERSKY' }, 'product { id }');
    const legacy = await book.plan({ sku: 'OLD', policy: 'MAX_OF_MONTH', prices: { EUR: ['1.00', '0.70'], JPY: ['150', '100'] } });
    const payg = await book.plan({ sku: 'NEW', ...(band && { band }), prices: { EUR: ['1.00', '0.70'], JPY: ['140', '100'] } });
    return new LegacyBook(book, legacy, payg);
  }

  stop(): Promise<void> {
    return this.book.stop();
  }

  moveTo(when: string): Promise<void> {
    return this.book.server.app.clock.moveTo(Date.parse(when));
  }

  /** Plans, refused or not. */
  plan(more: object = {}): Promise<Answer['data']> {
    return this.book.try('planMigration', { vendor: 'KASPERSKY', idempotencyKey: key(), ...more }, `migration { id ${REPORT} } replayed`);
  }

  async planned(more: object = {}): Promise<Answer['data']> {
    const { migration, userErrors } = await this.plan(more);
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
    return migration;
  }

  run(migration: { id: string }, more: object = {}): Promise<Answer['data']> {
    return this.book.try(
      'runMigration',
      { migrationId: migration.id, idempotencyKey: key(), ...more },
      'migration { id state } job { id kind subject } replayed',
    );
  }

  /** Runs and waits. @returns the job */
  async ran(migration: { id: string }): Promise<Answer['data']> {
    const { job, userErrors } = await this.run(migration);
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
    return this.book.server.finished(job.id);
  }

  async report({ id }: { id: string }): Promise<Answer['data']> {
    const { data } = await this.book.ask(`query ($id: ID!) { migration(id: $id) { id ${REPORT} } }`, { id });
    return data.migration;
  }

  histories(): Promise<object[]> {
    return this.book.sql(HISTORY);
  }

  subscribe(quantity: number, activated: string, account?: Named): Promise<Named> {
    return this.book.subscribe(this.legacy, quantity, activated, account);
  }
}

/** `S-1 OLD→NEW 25: 25.00→25.00`, or what is in the way. */
export function linesOf(report: Answer['data']): string[] {
  return report.items.nodes.map(
    ({ subscription, oldPlan, newPlan, quantity, oldCharge, newCharge, blocker, state }: Answer['data']) =>
      `${subscription.number} ${state} ${oldPlan.sku}→${newPlan?.sku ?? '–'} ${quantity}: ${oldCharge?.amount ?? '–'}→${newCharge?.amount ?? '–'}${blocker ? ` ${blocker.code}` : ''}`,
  );
}

export const codesOf = ({ userErrors }: { userErrors: readonly { code: string }[] }): string[] => userErrors.map(({ code }) => code);
export { HISTORY };
