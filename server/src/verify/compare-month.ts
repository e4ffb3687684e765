/**
 * A rated month beside what the second engine says about it. An open month must hold exactly the charges of its history.
 * A closed one is frozen: what it holds and the adjustments made to it since must together come to what it should be.
 * @rule H2
 */
import type { ClientBase } from 'pg';
import { SECOND_ENGINE } from './second-engine.ts';

/** One charge that is not as it should be. */
export interface Difference {
  readonly subscription: string;
  readonly subscriptionId: string;
  readonly tier: number;
  readonly planId: string;
  readonly periodStart: string;
  readonly what: 'MISSING' | 'EXTRA' | 'DIFFERENT';
  /** In plain words, with both values. */
  readonly detail: string;
  /** Why nobody can call it a fault yet: it is marked, parked or an event waits. Null for a fault. */
  readonly pending: string | null;
}

export interface Comparison {
  readonly month: string;
  readonly status: 'OPEN' | 'CLOSED';
  /** Charges that the second engine computed. */
  readonly expected: number;
  /** Charges that stand, adjustments included. */
  readonly standing: number;
  readonly subscriptions: number;
  readonly faultCount: number;
  readonly pendingCount: number;
  /** The first of them. */
  readonly faults: readonly Difference[];
  readonly pending: readonly Difference[];
  /** Subscriptions that could not be billed, with the reason. */
  readonly parked: readonly { readonly subscription: string; readonly reason: string }[];
}

const SHOWN = 50;

/** Columns that must be equal besides those that name the charge. */
const COLUMNS = [
  'seller_id',
  'buyer_id',
  'period_end',
  'period_days',
  'license_days',
  'list_price_micros',
  'cost_price_micros',
  'unit_price_micros',
  'net_minor',
  'cost_minor',
  'currency',
] as const;
/** What a closed month is compared by. How the sum came about is told by its charges and adjustments one by one. */
const SUMS = ['net_minor', 'cost_minor', 'currency'] as const;

/** Σ(quantity × days) of a charge's own segments. */
const LICENSE_DAYS = /* sql */ `(select sum(c.segments[i + 2]::numeric * (c.segments[i + 1] - c.segments[i])) from generate_series(1, cardinality(c.segments), 3) i)`;

const OPEN_MONTH = compare({
  key: ['customer_id', 'subscription_id', 'tier', 'plan_id', 'kind', 'period_start'],
  columns: COLUMNS,
  expected: 'select * from engine',
  standing: /* sql */ `select c.*, ${LICENSE_DAYS} as license_days from charge c where c.billing_month = $1::date and c.kind in ('RECURRING', 'PRORATION')`,
});

/** An adjustment does not say of what kind the charge was that it corrects, and needs not: no two begin on one day. */
const SERVICE = ['customer_id', 'subscription_id', 'tier', 'seller_id', 'buyer_id', 'plan_id', 'period_start'] as const;
const SUMMED = /* sql */ `${SERVICE.join(', ')}, sum(net_minor) as net_minor, sum(cost_minor) as cost_minor, min(currency) as currency`;

const CLOSED_MONTH = compare({
  key: SERVICE,
  columns: SUMS,
  expected: /* sql */ `select ${SUMMED} from engine group by ${SERVICE.join(', ')}`,
  standing: /* sql */ `select ${SUMMED} from charge
     where (billing_month = $1::date and kind in ('RECURRING', 'PRORATION')) or (adjusts_month = $1::date and billing_month > $1::date)
     group by ${SERVICE.join(', ')}`,
  // Taken back to nothing is as good as never charged.
  nothing: ['s.net_minor', 's.cost_minor', 'e.net_minor', 'e.cost_minor'].map((amount) => `coalesce(${amount}, 0) = 0`).join(' and '),
});

interface Sides {
  readonly key: readonly string[];
  readonly columns: readonly string[];
  readonly expected: string;
  readonly standing: string;
  /** Rows that one side only may have. */
  readonly nothing?: string;
}

function compare({ key, columns, expected, standing, nothing = 'false' }: Sides): string {
  const both = key.map((column) => `s.${column} = e.${column}`).join(' and ');
  // As text, since the engine says in numeric what a charge says in integers.
  const differ = columns.map((column) => `s.${column}::text is distinct from e.${column}::text`);
  const said = columns.map((column, index) => `case when ${differ[index]} then format('${column} is %s, should be %s', s.${column}, e.${column}) end`);
  const [missing, extra] = ['s.customer_id is null', 'e.customer_id is null'];
  return /* sql */ `
    with engine as materialized (${SECOND_ENGINE}),
    expected as materialized (${expected}),
    standing as materialized (${standing}),
    difference as materialized (
      select ${key.map((column) => `coalesce(s.${column}, e.${column}) as ${column}`).join(', ')},
             case when ${missing} then 'MISSING' when ${extra} then 'EXTRA' else 'DIFFERENT' end as what,
             case when ${missing} then format('should be charged %s (cost %s), in minor units of %s',
                                              coalesce(e.net_minor::text, 'at a price that is missing'), coalesce(e.cost_minor::text, 'unknown'), e.currency)
                  when ${extra} then format('is charged %s (cost %s), in minor units of %s, and should not be charged', s.net_minor, s.cost_minor, s.currency)
                  else array_to_string(array[${said.join(', ')}], '; ') end as detail
        from expected e full join standing s on ${both}
       where not (${nothing}) and (${[missing, extra, ...differ].join(' or ')})
    ), judged as materialized (
      select d.*, coalesce(n.number, d.subscription_id::text) as number, p.reason as pending
        from difference d
        left join service_subscription n on n.id = d.subscription_id
        left join (select customer_id, subscription_id, min(reason) as reason from rating_pending where month = $1::date group by customer_id, subscription_id) p
          on p.customer_id = d.customer_id and p.subscription_id = d.subscription_id
    )
    select (select count(*) from expected)::int as expected,
           (select count(*) from standing)::int as standing,
           (select count(distinct subscription_id) from expected)::int as subscriptions,
           (select count(*) from judged where pending is null)::int as "faultCount",
           (select count(*) from judged where pending is not null)::int as "pendingCount",
           ${first('pending is null')} as faults,
           ${first('pending is not null')} as pending`;
}

function first(condition: string): string {
  return /* sql */ `(
    select coalesce(jsonb_agg(jsonb_build_object('subscription', number, 'subscriptionId', subscription_id, 'tier', tier, 'planId', plan_id,
                                                 'periodStart', period_start, 'what', what, 'detail', detail, 'pending', pending)), '[]')
      from (select * from judged where ${condition} order by number, period_start, plan_id, tier limit ${SHOWN}) shown)`;
}

/**
 * Compares one month.
 * @param month `2026-05`; must have been rated
 * @throws Error for a month that was not rated
 */
export async function compareMonth(client: ClientBase, month: string): Promise<Comparison> {
  const day = `${month}-01`;
  const { rows: periods } = await client.query<Pick<Comparison, 'status'>>('select status from billing_period where month = $1 and rated_at is not null', [
    day,
  ]);
  const period = periods[0];
  if (!period) throw new Error(`${month} was not rated`);
  const { rows } = await client.query<Omit<Comparison, 'month' | 'status' | 'parked'>>(period.status === 'OPEN' ? OPEN_MONTH : CLOSED_MONTH, [day]);
  const parked = await client.query<Comparison['parked'][number]>(
    `select coalesce(s.number, p.subscription_id::text) as subscription, p.reason from parked_subscription p
       left join service_subscription s on s.id = p.subscription_id where p.month = $1 order by 1`,
    [day],
  );
  return { month, status: period.status, ...rows[0]!, parked: parked.rows };
}

/** Months that were rated, in order. */
export async function ratedMonths(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ month: string }>(`select to_char(month, 'YYYY-MM') as month from billing_period where rated_at is not null order by 1`);
  return rows.map(({ month }) => month);
}
