/**
 * Webhooks of Partner Center, each signed with a certificate that it names itself. Nothing of it is believed before the
 * certificate comes from a host that we know, is Microsoft's, and leads to an authority that we trust.
 */
import { verify, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Announcement, WebhookRequest } from '../vendor.ts';
import { camelCased } from './resources.ts';

/** Where Microsoft publishes the certificate of its notifications. */
export const CERTIFICATE_HOSTS = ['3psostorageacct.blob.core.windows.net'] as const;
const ORGANIZATION = 'Microsoft Corporation';
const ALGORITHM = 'rsa-sha256';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Microsoft delivers some of its events two days late. */
const MAX_AGE_MS = 48 * 3_600_000;
const CLOCK_SKEW_MS = 5 * 60_000;
const MAX_CERTIFICATE = 64 * 1024;
const FETCH_TIMEOUT_MS = 10_000;
const KEPT_MS = 3_600_000;
const MAX_KEPT = 16;
const MAX_CHAIN = 6;

const eventSchema = z.object({ eventName: z.string(), resourceUri: z.string().min(1), resourceChangeUtcDate: z.string().min(1) });

export class Announcements {
  readonly #hosts: ReadonlySet<string>;
  readonly #anchors: readonly X509Certificate[];
  readonly #agent = new Agent({ connect: { timeout: 5_000 } });
  readonly #kept = new Map<string, { readonly certificates: readonly X509Certificate[]; readonly until: number }>();

  /**
   * @param hosts with their port, where it is not the usual one; plain HTTP is spoken only with those that are this machine
   * @param ca authorities as PEM, one or more; undefined: those that Node trusts
   */
  constructor(hosts: readonly string[], ca: string | undefined) {
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
    this.#anchors = ca === undefined ? rootCertificates.map((pem) => new X509Certificate(pem)) : certificatesIn(Buffer.from(ca));
  }

  /** @throws Error where the certificate could not be fetched now: whoever asks for it again may have more luck */
  async read({ body, headers, receivedAt }: WebhookRequest): Promise<Announcement | undefined> {
    const signature = /^Signature\s+([A-Za-z0-9+/=]+)$/i.exec(headers['authorization'] ?? '')?.[1];
    const url = this.#certificateUrl(headers['x-ms-certificate-url']);
    if (!signature || !url || headers['x-ms-signature-algorithm']?.toLowerCase() !== ALGORITHM) return undefined;
    const announcement = announcementIn(body);
    if (!announcement) return undefined;
    const ageMs = receivedAt - announcement.occurredAt;
    if (ageMs > MAX_AGE_MS + CLOCK_SKEW_MS || ageMs < -CLOCK_SKEW_MS) return undefined;

    const [certificate, ...others] = await this.#certificates(url);
    if (!certificate || !isOfMicrosoft(certificate) || !this.#isTrusted(certificate, others)) return undefined;
    return verify('RSA-SHA256', body, certificate.publicKey, Buffer.from(signature, 'base64')) ? announcement : undefined;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** Only hosts on the list are ever called: the address comes from whoever sent the request. */
  #certificateUrl(given: string | undefined): URL | undefined {
    if (given === undefined || !URL.canParse(given)) return undefined;
    const url = new URL(given);
    if (!this.#hosts.has(url.host) || url.username || url.password) return undefined;
    return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) ? url : undefined;
  }

  async #certificates(url: URL): Promise<readonly X509Certificate[]> {
    const kept = this.#kept.get(url.href);
    if (kept && kept.until > Date.now()) return kept.certificates;
    const response = await request(url, { dispatcher: this.#agent, signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += (chunk as Buffer).length;
      if (size > MAX_CERTIFICATE) throw new Error(`the certificate at ${url.host} is larger than ${MAX_CERTIFICATE} bytes`);
      chunks.push(chunk as Buffer);
    }
    if (response.statusCode >= 500 || response.statusCode === 429) throw new Error(`the certificate at ${url.host} cannot be had: HTTP ${response.statusCode}`);
    if (response.statusCode !== 200) return [];
    const certificates = certificatesIn(Buffer.concat(chunks));
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(url.href, { certificates, until: Date.now() + KEPT_MS });
    return certificates;
  }

  /** Certificates are valid by the clock of the world, whatever time the books are at. */
  #isTrusted(certificate: X509Certificate, others: readonly X509Certificate[]): boolean {
    const now = Date.now();
    let child = certificate;
    for (let length = 0; length < MAX_CHAIN; length += 1) {
      if (now < Date.parse(child.validFrom) || now > Date.parse(child.validTo)) return false;
      const signed = (parent: X509Certificate): boolean => parent.ca && child.checkIssued(parent) && child.verify(parent.publicKey);
      const anchor = this.#anchors.find(signed);
      if (anchor) return now >= Date.parse(anchor.validFrom) && now <= Date.parse(anchor.validTo);
      const parent = others.find(signed);
      if (!parent || parent.fingerprint256 === child.fingerprint256) return false;
      child = parent;
    }
    return false;
  }
}

/** PEM, one or more, or DER. Empty where it is neither. */
function certificatesIn(bytes: Buffer): readonly X509Certificate[] {
  const pems = bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  try {
    return pems ? pems.map((pem) => new X509Certificate(pem)) : [new X509Certificate(bytes)];
  } catch {
    return [];
  }
}

function isOfMicrosoft({ subject }: X509Certificate): boolean {
  return subject.split('\n').includes(`O=${ORGANIZATION}`);
}

function announcementIn(body: Buffer): Announcement | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const { data } = eventSchema.safeParse(camelCased(json));
  if (!data) return undefined;
  const { resourceUri, resourceChangeUtcDate: date } = data;
  // Without a zone it is UTC, as its name says.
  const occurredAt = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(date) ? date : `${date}Z`);
  if (Number.isNaN(occurredAt)) return undefined;
  const [, vendorCustomerId, vendorSubscriptionId] = /\/customers\/([^/?]+)\/subscriptions\/([^/?]+)/i.exec(resourceUri) ?? [];
  return { eventId: `${resourceUri} ${date}`, occurredAt, vendorCustomerId, vendorSubscriptionId };
}
