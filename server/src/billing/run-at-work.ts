/** What the parts of a billing run share. */
import type { LocalDate } from '@cloudtill/domain/calendar/local-date';
import { monthOf, type BillingMonth } from '@cloudtill/domain/calendar/billing-month';
import type { Rounding } from '@cloudtill/domain/money/rounding';
import type { PoolClient } from 'pg';
import type { JobAtWork } from '../platform/jobs.ts';
import type { ChargeFrame } from './charge-rows.ts';

/** Why one subscription could not be billed. */
export interface ParkedSubscription {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly reason: 'PRICE_MISSING' | 'CHARGE_OUT_OF_BOUNDS';
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a run works with. */
export interface RunAtWork {
  readonly work: JobAtWork;
  readonly client: PoolClient;
  readonly runId: string;
  readonly month: BillingMonth;
  readonly rounding: Rounding;
  readonly frame: ChargeFrame;
}

/** The first free number of the month. Whoever asks holds the month's lock. */
export async function nextChargeNumber(client: Pick<PoolClient, 'query'>, month: BillingMonth): Promise<number> {
  const { rows } = await client.query<{ last: number }>('select charges_numbered as last from billing_period where month = $1', [`${month.name}-01`]);
  return rows[0]!.last + 1;
}

export async function park(client: Pick<PoolClient, 'query'>, month: LocalDate, parked: readonly ParkedSubscription[], at: number): Promise<void> {
  for (const { customerId, subscriptionId, reason, parameters } of parked) {
    await client.query(
      `insert into parked_subscription (month, customer_id, subscription_id, reason, parameters, since) values ($1, $2, $3, $4, $5, $6)
       on conflict (month, customer_id, subscription_id) do update set reason = excluded.reason, parameters = excluded.parameters`,
      [monthOf(month).name + '-01', customerId, subscriptionId, reason, JSON.stringify(parameters), new Date(at)],
    );
  }
}
