/** How a reseller's program signs in: a service account signs a statement and is given an access token for it. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, verify, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange, Frame, Op, Reply } from '../frame/simulator.ts';
import { errorReply } from './errors.ts';

export const CLIENT_EMAIL = 'cloudtill@simulated-project.iam.gserviceaccount.example';
/** The reseller's administrator whom the service account may act as. */
export const ADMIN = 'admin@reseller.example';
const SCOPE = 'https://www.googleapis.com/auth/apps.order';
const LIFETIME_S = 3600;
const KEY_ID = 'simulated-key-1';

const keyFile = (dataDir: string): string => join(dataDir, 'service-account.pem');

/** The key in the folder, made there once. */
function privateKey(dataDir: string): string {
  const file = keyFile(dataDir);
  if (!existsSync(file)) {
    const { privateKey: made } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(file, made.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}

/** Writes the file that Google lets one download for a service account, and says where it is. */
export function writeServiceAccount(dataDir: string, tokenUrl: string): string {
  const file = join(dataDir, 'service-account.json');
  const account = {
    type: 'service_account',
    project_id: 'simulated-project',
    private_key_id: KEY_ID,
    private_key: privateKey(dataDir),
    client_email: CLIENT_EMAIL,
    client_id: '100000000000000000001',
    token_uri: tokenUrl,
    universe_domain: 'googleapis.com',
  };
  writeFileSync(file, `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600 });
  return file;
}

/** The token endpoint and what it gave out. Tokens are forgotten by a restart, which a client must be able to bear. */
export class ServiceAccount {
  readonly #frame: Frame;
  readonly #publicKey: KeyObject;
  /** Until when each holds, by the vendor's clock. */
  readonly #tokens = new Map<string, number>();

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#publicKey = createPublicKey(createPrivateKey(privateKey(frame.dataDir)));
  }

  readonly tokenOp: Op = { name: 'token', method: 'POST', path: '/token', run: (exchange) => this.#issue(exchange) };

  authorize(exchange: Exchange, op: Op): Reply | undefined {
    if (op.name === 'token') return undefined;
    const [, token = ''] = /^Bearer (.+)$/.exec(exchange.headers['authorization'] ?? '') ?? [];
    if ((this.#tokens.get(token) ?? 0) > this.#frame.now()) return undefined;
    return errorReply(401, 'authError', 'Request had invalid authentication credentials.', {
      'www-authenticate': 'Bearer realm="https://accounts.google.com/"',
    });
  }

  #issue(exchange: Exchange): Reply {
    const form = new URLSearchParams(exchange.body.toString('utf8'));
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      return refusal(400, 'unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type')}`);
    }
    const problem = this.#problemOf(form.get('assertion') ?? '');
    if (problem) return problem;
    const token = `ya29.${randomBytes(24).toString('base64url')}`;
    this.#tokens.set(token, this.#frame.now() + LIFETIME_S * 1000);
    return { status: 200, body: { access_token: token, expires_in: LIFETIME_S, token_type: 'Bearer' } };
  }

  #problemOf(assertion: string): Reply | undefined {
    const [head = '', payload = '', signature = ''] = assertion.split('.');
    const header = decoded(head);
    const claims = decoded(payload);
    if (header?.['alg'] !== 'RS256' || !claims) return refusal(400, 'invalid_grant', 'Invalid JWT: it must be signed with RS256.');
    const signed = verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), this.#publicKey, Buffer.from(signature, 'base64url'));
    if (!signed) return refusal(400, 'invalid_grant', 'Invalid JWT Signature.');
    if (claims['iss'] !== CLIENT_EMAIL) return refusal(400, 'invalid_grant', 'Invalid issuer: Not a service account.');
    const audience = `${this.#frame.apiUrl()}/token`;
    if (claims['aud'] !== audience) return refusal(400, 'invalid_grant', `Invalid JWT: the audience must be ${audience}.`);
    // By the machine's clock: the caller's clock is not moved with the vendor's.
    const now = Date.now() / 1000;
    const { iat, exp } = claims as { iat?: unknown; exp?: unknown };
    if (typeof iat !== 'number' || typeof exp !== 'number' || iat > now + 300 || exp < now || exp - iat > LIFETIME_S) {
      return refusal(400, 'invalid_grant', 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.');
    }
    if (claims['sub'] !== ADMIN) return refusal(401, 'unauthorized_client', 'Client is unauthorized to retrieve access tokens using this method.');
    if (!String(claims['scope']).split(' ').includes(SCOPE)) return refusal(400, 'invalid_scope', `The scope must contain ${SCOPE}.`);
    return undefined;
  }
}

const refusal = (status: number, error: string, description: string): Reply => ({ status, body: { error, error_description: description } });

function decoded(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
