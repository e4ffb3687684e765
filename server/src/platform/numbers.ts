import type { EntityManager } from './database.ts';

/** Sequences behind the numbers that people use. Numbers of rolled-back work are left out; nothing is given twice. */
type Sequence = 'account_number' | 'subscription_number' | 'billing_run_number' | 'order_number' | 'legacy_migration_number';

/** The next number of a sequence, padded with zeros. */
export async function nextNumber(em: EntityManager, sequence: Sequence, digits: number): Promise<string> {
  const [row] = await em.execute<{ next: string }[]>(`select nextval('${sequence}')::text as next`);
  return row!.next.padStart(digits, '0');
}
