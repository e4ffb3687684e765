/** The client certificate that a distributor has from KORM. It is opened at the start, where a person can still see what is wrong. */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Tls } from '../http.ts';

export interface ClientCertificate {
  readonly tls: Tls;
  /** Epoch milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
}

/**
 * @param pfxPath PKCS #12 with certificate and key
 * @param caPath PEM; left out: the authorities that Node trusts
 * @throws Error naming the setting that is wrong
 */
export function readCertificate(pfxPath: string, passphrase: string, caPath: string | undefined): ClientCertificate {
  const tls: Tls = { pfx: read('KORM_PFX', pfxPath), passphrase, ...(caPath ? { ca: read('KORM_CA', caPath) } : {}) };
  let own;
  const socket = new Socket();
  try {
    own = new TLSSocket(socket, { secureContext: createSecureContext(tls) }).getCertificate();
  } catch (error) {
    throw new Error(`KORM_PFX cannot be opened with KORM_PFX_PASSPHRASE, or KORM_CA is no certificate: ${(error as Error).message}`, { cause: error });
  } finally {
    socket.destroy();
  }
  if (!own || !('valid_to' in own)) throw new Error('KORM_PFX holds no certificate');
  return { tls, validFrom: Date.parse(own.valid_from), validTo: Date.parse(own.valid_to) };
}

/** Why KORM would refuse it at an instant; undefined where it is valid. */
export function certificateProblem({ validFrom, validTo }: ClientCertificate, now: number): string | undefined {
  if (now >= validTo) return `the client certificate in KORM_PFX ended on ${new Date(validTo).toISOString().slice(0, 10)}; nothing was sent`;
  if (now < validFrom) return `the client certificate in KORM_PFX is valid from ${new Date(validFrom).toISOString().slice(0, 10)} on; nothing was sent`;
  return undefined;
}

function read(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${setting} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
