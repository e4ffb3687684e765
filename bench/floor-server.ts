/**
 * The least that can answer the same question: PostgreSQL builds the JSON in one prepared statement, bare Fastify sends
 * it on. No rights, no parsing, no validation.
 */
import Fastify from 'fastify';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env['BENCH_URL'], max: 12 });
const server = Fastify();

const NODE = `json_build_object(
  'number', s.number, 'status', s.status, 'quantity', s.quantity,
  'plan', (select json_build_object('sku', p.sku, 'name', p.name) from plan p where p.id = s.plan_id),
  'account', (select json_build_object('number', a.number, 'name', a.name) from account a where a.id = s.customer_id),
  'charges', json_build_object('edges', (select coalesce(json_agg(json_build_object('node', json_build_object(
      'periodStart', c.period_start, 'periodEnd', c.period_end, 'net', json_build_object('amount', to_char(c.net_minor / 100.0, 'FM999999999990.00'), 'currency', c.currency)))), '[]')
    from (select * from charge c where c.customer_id = s.customer_id and c.subscription_id = s.id order by c.billing_month desc, c.id desc limit 3) c)))`;

const LIST = `select json_build_object('data', json_build_object('subscriptions', json_build_object('edges', coalesce(json_agg(json_build_object('node', ${NODE})), '[]'))))::text as body
  from (select * from service_subscription order by created_at desc, id desc limit 50) s`;
const SINGLE = `select json_build_object('data', json_build_object('subscription', ${NODE}))::text as body from service_subscription s where s.id = $1`;

server.post('/list', async (_, reply) => {
  const { rows } = await pool.query<{ body: string }>({ name: 'list', text: LIST });
  return reply.type('application/json').send(rows[0]!.body);
});
server.post<{ Body: { id: string } }>('/single', async ({ body }, reply) => {
  const { rows } = await pool.query<{ body: string }>({ name: 'single', text: SINGLE, values: [body.id] });
  return reply.type('application/json').send(rows[0]!.body);
});
process.send!(await server.listen({ port: 0, host: '127.0.0.1' }));
process.once('disconnect', () => process.exit(0));
