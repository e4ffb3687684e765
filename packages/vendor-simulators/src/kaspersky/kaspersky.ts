/**
 * Kaspersky's KORM Subscriptions, version 2.0: mutual TLS, seven operations, and no list of what there is. What a
 * distributor sees in the portal instead is published as a report.
 */
import { join } from 'node:path';
import { Authority } from '../frame/certificates.ts';
import type { Frame, Op, VendorDefinition } from '../frame/simulator.ts';
import type { Collection } from '../frame/store.ts';
import { kormOperations } from './operations.ts';
import { instant, statusOf, type Subscription } from './subscription.ts';

const PARTNER = 'DIST_SIM';
const PASSPHRASE = 'simulated';
const REPORT = '/__sim/report';

const authority = (dataDir: string): Authority => new Authority(join(dataDir, 'tls'));

export const KASPERSKY: VendorDefinition = {
  code: 'KASPERSKY',
  name: 'Kaspersky KORM Subscriptions 2.0',
  settings: {
    // The first partial month free, as before 2021.
    'korm.freePeriod': false,
    // PINs; null takes any.
    'korm.knownResellers': null,
    // ANY, GET or POST: clients in use differ in how they read details.
    'korm.detailsBy': 'ANY',
  },
  tls: (dataDir) => {
    const { ca } = authority(dataDir);
    // The clients that are known speak TLS 1.2, in which a refused certificate ends the handshake before anything is sent.
    return { ...authority(dataDir).server(), ca: ca.cert, maxVersion: 'TLSv1.2' };
  },
  connection: ({ url, apiUrl, dataDir }) => ({
    KORM_URL: apiUrl,
    KORM_PFX: authority(dataDir).pfx('client', { commonName: PARTNER, organization: 'Distributor' }, PASSPHRASE),
    KORM_PFX_PASSPHRASE: PASSPHRASE,
    KORM_CA: join(dataDir, 'tls', 'ca.pem'),
    KORM_PARTNER: PARTNER,
    KORM_REPORT_URL: `${url}${REPORT}`,
  }),
  open: (frame) => {
    const subscriptions = frame.store.collection<Subscription>('subscriptions');
    return { ops: kormOperations(frame, subscriptions), published: [report(frame, subscriptions)] };
  },
};

/** Every subscription of the distributor, and the instant of which this is. */
function report(frame: Frame, subscriptions: Collection<Subscription>): Op {
  return {
    name: 'report',
    method: 'GET',
    path: REPORT,
    run: ({ fault }) => {
      const at = frame.now() - (fault?.kind === 'STALE_READ' ? fault.ms : 0);
      const rows = subscriptions.values().map((subscription) => ({
        SubscriptionId: subscription.subscriptionId,
        LicenseId: subscription.licenseId,
        ActivationCode: subscription.activationCode,
        Sku: subscription.sku,
        Quantity: subscription.quantity,
        BillingPlan: subscription.billingPlan,
        Status: statusOf(subscription, at),
        Comment: subscription.comment,
        Reseller: subscription.reseller,
        CompanyName: subscription.companyName,
        StartedAt: instant(subscription.startedAt),
      }));
      return { status: 200, body: { generatedAt: new Date(at).toISOString(), rows } };
    },
  };
}
