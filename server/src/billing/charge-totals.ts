import { isoDate } from '@cloudtill/domain/calendar/local-date';
import type { RequestContext } from '../platform/context.ts';
import { signedIn } from '../platform/context.ts';
import { Sql } from '../platform/look-ahead.ts';
import { toMoney } from '../platform/money.type.ts';
import { may, scopeOf } from '../platform/viewer.ts';
import type { ChargeFilter } from './billing.inputs.ts';
import { chargeConditions } from './charge-filter.ts';
import { chargeShape } from './charge.type.ts';
import type { ChargeTotal } from './simulation.type.ts';

/** Sums by currency over the charges that a list with the same filter would show. */
export async function readChargeTotals(filter: ChargeFilter | null, context: RequestContext): Promise<ChargeTotal[]> {
  const viewer = signedIn(context);
  const { app } = context;
  const sql = new Sql(viewer, isoDate(app.clock.today()), {}, {});
  const conditions = [...chargeConditions(filter), chargeShape.scope!].map((condition) => condition('c', sql)).filter((condition) => condition !== undefined);
  const mine = `c.seller_id = ${sql.viewerAccount()}`;
  const rows = await app.database.reads.query(scopeOf(viewer), {
    text: `select c.currency, count(*), sum(c.net_minor), coalesce(sum(c.net_minor) filter (where ${mine}), 0), coalesce(sum(c.cost_minor) filter (where ${mine}), 0)
             from charge c ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''} group by c.currency order by c.currency`,
    values: sql.values,
  });
  const seesCost = may(viewer, 'costs:read');
  return rows.map(([currency, count, net, sold, cost]) => ({
    currency: currency!,
    count: Number(count),
    net: toMoney(net!, currency!)!,
    sold: toMoney(sold!, currency!)!,
    cost: seesCost ? toMoney(cost!, currency!) : null,
    margin: seesCost ? toMoney(BigInt(sold!) - BigInt(cost!), currency!) : null,
  }));
}
