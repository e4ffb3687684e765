/**
 * Where vendors announce changes: `POST /webhooks/vendors/:vendor`. An announcement is believed only so far as to read
 * the vendor again, so one that comes twice, late or out of order does no harm.
 * @rule S2
 */
import type { FastifyInstance } from 'fastify';
import type { App } from '../platform/context.ts';

const MAX_BODY = 64 * 1024;

export function addVendorWebhooks(server: FastifyInstance, app: App): void {
  void server.register(async (scope) => {
    // Signatures are over bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_, body, done) => done(null, body));
    scope.post<{ Params: { vendor: string } }>('/webhooks/vendors/:vendor', { bodyLimit: MAX_BODY }, async (request, reply) => {
      const vendor = app.vendors.find(request.params.vendor.toUpperCase());
      if (!vendor?.readAnnouncement) return reply.code(404).send({ message: 'nobody announces anything here' });
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
      let announced;
      try {
        announced = await vendor.readAnnouncement({ headers, body: (request.body as Buffer | undefined) ?? Buffer.alloc(0), receivedAt: app.clock.now() });
      } catch (error) {
        // Its certificate could not be fetched: the vendor tries again.
        app.logger.warn({ vendor: vendor.code, error: (error as Error).message }, 'an announcement could not be checked');
        return reply.code(503).header('retry-after', '60').send({ message: 'try again later' });
      }
      if (!announced) return reply.code(401).send({ message: 'the signature is not valid' });
      const { eventId, occurredAt, vendorSubscriptionId } = announced;
      await app.database.systemTransaction(async (client) => {
        const { rowCount } = await client.query(
          `insert into vendor_event (vendor_code, event_id, occurred_at, received_at, subscription_id)
           values ($1, $2, $3, $4, (select id from service_subscription where platform = $5 and vendor_subscription_id = $6)) on conflict do nothing`,
          [vendor.code, eventId, new Date(occurredAt), app.clock.date(), vendor.platform, vendorSubscriptionId ?? null],
        );
        if (rowCount) await client.query(`select enqueue_task('readAnnounced', $1::json)`, [JSON.stringify({ vendor: vendor.code, eventId })]);
      });
      return reply.code(204).send();
    });
  });
}
