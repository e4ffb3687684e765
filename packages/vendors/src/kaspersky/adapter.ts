import type { Adapter } from '../adapter.ts';
import { readCertificate } from './certificate.ts';
import { KormClient } from './client.ts';
import { Korm } from './korm.ts';

export const KASPERSKY: Adapter = {
  code: 'KASPERSKY',
  platform: 'KORM',
  settings: [
    { name: 'KORM_URL', description: 'Where KORM is, without a path: https://api.demo.korm.kaspersky.com', required: true, secret: false },
    { name: 'KORM_PFX', description: 'Path of the client certificate and its key, as a PFX file', required: true, secret: false },
    { name: 'KORM_PFX_PASSPHRASE', description: 'What the PFX file is opened with', required: true, secret: true },
    {
      name: 'KORM_CA',
      description: 'Path of the authority that KORM’s own certificate is from, as PEM, where it is no public one',
      required: false,
      secret: false,
    },
    { name: 'KORM_PARTNER', description: 'The distributor, as KORM names it', required: true, secret: false },
    {
      name: 'KORM_REPORT_URL',
      description: 'Where the distributor’s portal publishes its report of subscriptions; without it, a lost answer to an order needs a person',
      required: false,
      secret: false,
    },
  ],
  open: (settings) => {
    // Without TLS nobody would ask for the certificate that says who we are.
    checkUrl('KORM_URL', settings['KORM_URL']!, ['https:']);
    if (settings['KORM_REPORT_URL']) checkUrl('KORM_REPORT_URL', settings['KORM_REPORT_URL'], ['https:', 'http:']);
    const certificate = readCertificate(settings['KORM_PFX']!, settings['KORM_PFX_PASSPHRASE']!, settings['KORM_CA'] || undefined);
    return new Korm(new KormClient(settings['KORM_URL']!, certificate, settings['KORM_REPORT_URL'] || undefined), settings['KORM_PARTNER']!);
  },
};

function checkUrl(name: string, value: string, protocols: readonly string[]): void {
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    throw new Error(`${name} must be an address that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  }
}
