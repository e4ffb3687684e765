/** A certificate authority of a simulator's own, made once in its data folder: for mutual TLS and for signed webhooks. */
import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import forge from 'node-forge';

const YEARS = 10;

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  /** Names and addresses that a server answers under. */
  readonly altNames?: readonly string[];
  /** Left out: ten years from yesterday. */
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

/** The authority in a folder; made where it is not there yet. */
export class Authority {
  readonly dir: string;
  readonly ca: Certificate;

  constructor(dir: string) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true });
    this.ca = this.#kept('ca', () => sign({ commonName: 'Cloudtill simulator CA', organization: 'Cloudtill simulators' }, undefined, 'authority'));
  }

  server(name = 'server'): Certificate {
    return this.#kept(name, () => sign({ commonName: 'localhost', altNames: ['localhost', '127.0.0.1'] }, this.ca, 'server'));
  }

  client(name: string, subject: Subject): Certificate {
    return this.#kept(name, () => sign(subject, this.ca, 'client'));
  }

  /** A client certificate as a PFX file, which is how distributors get theirs. @returns its path */
  pfx(name: string, subject: Subject, passphrase: string): string {
    const path = join(this.dir, `${name}.pfx`);
    if (existsSync(path)) return path;
    const { cert, key } = this.client(name, subject);
    const bag = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(key), [forge.pki.certificateFromPem(cert)], passphrase, { algorithm: '3des' });
    writeFileSync(path, Buffer.from(forge.asn1.toDer(bag).getBytes(), 'binary'), { mode: 0o600 });
    return path;
  }

  #kept(name: string, make: () => Certificate): Certificate {
    const [certFile, keyFile] = [join(this.dir, `${name}.pem`), join(this.dir, `${name}.key.pem`)];
    if (existsSync(certFile) && existsSync(keyFile)) return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    const made = make();
    writeFileSync(keyFile, made.key, { mode: 0o600 });
    writeFileSync(certFile, made.cert);
    return made;
  }
}

function sign(subject: Subject, issuer: Certificate | undefined, use: 'authority' | 'server' | 'client'): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = (key: KeyObject, type: 'spki' | 'pkcs8'): string => key.export({ format: 'pem', type });
  const cert = forge.pki.createCertificate();
  cert.publicKey = forge.pki.publicKeyFromPem(pem(publicKey, 'spki'));
  cert.serialNumber = `00${randomBytes(15).toString('hex')}`;
  const now = Date.now();
  cert.validity.notBefore = subject.validFrom ?? new Date(now - 86_400_000);
  cert.validity.notAfter = subject.validTo ?? new Date(now + YEARS * 365 * 86_400_000);
  const names = [
    { name: 'commonName', value: subject.commonName },
    ...(subject.organization ? [{ name: 'organizationName', value: subject.organization }] : []),
  ];
  cert.setSubject(names);
  cert.setIssuer(issuer ? forge.pki.certificateFromPem(issuer.cert).subject.attributes : names);
  cert.setExtensions([
    { name: 'basicConstraints', cA: use === 'authority', critical: true },
    use === 'authority'
      ? { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
      : { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    ...(use === 'authority' ? [] : [{ name: 'extKeyUsage', serverAuth: use === 'server', clientAuth: use === 'client' }]),
    ...(subject.altNames ? [{ name: 'subjectAltName', altNames: subject.altNames.map(altName) }] : []),
  ]);
  const key = pem(privateKey, 'pkcs8');
  cert.sign(forge.pki.privateKeyFromPem(issuer?.key ?? key), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(cert), key };
}

function altName(name: string): object {
  return /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name };
}
