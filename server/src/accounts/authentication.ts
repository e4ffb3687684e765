/**
 * Who asks: a person with a session cookie or a machine with a service credential. Both are opaque random tokens of
 * which the database holds the SHA-256.
 */
import { hash, randomBytes } from 'node:crypto';
import type { AccountKind } from '@cloudtill/domain/accounts/hierarchy';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { App } from '../platform/context.ts';
import { permissionsOf, permissionsOfScopes } from '../platform/permissions.ts';
import type { Viewer } from '../platform/viewer.ts';
import { NOBODY, verifyPassword } from './password.ts';

const SESSION_DAYS = 7;
const DAY_MS = 86_400_000;
/** How long another process may still honor what was ended here, should its notification get lost. */
const CACHE_MS = 5_000;
const MAX_CACHED = 10_000;
const TOKEN_BYTES = 32;
/** Wrong passwords for one person from one address; then a minute's rest. */
const TRIES_PER_MINUTE = 10;
/** Wrong passwords from one address, whoever is tried. */
const TRIES_PER_ADDRESS = 100;

const opened = new WeakMap<App, Authentication>();

/** The authentication that was opened for this process. */
export function authenticationOf(app: App): Authentication {
  const authentication = opened.get(app);
  if (!authentication) throw new Error('authentication was not opened');
  return authentication;
}

export interface Credentials {
  readonly cookie: string | undefined;
  readonly bearer: string | undefined;
}

export class Authentication {
  readonly #viewers = new Map<string, { viewer: Viewer | undefined; until: number }>();
  readonly #perPerson: RateLimiterPostgres;
  readonly #perAddress: RateLimiterPostgres;

  private constructor(
    private readonly app: App,
    limiters: { perPerson: RateLimiterPostgres; perAddress: RateLimiterPostgres },
  ) {
    this.#perPerson = limiters.perPerson;
    this.#perAddress = limiters.perAddress;
    app.listener.on('cloudtill_auth', () => this.#viewers.clear());
  }

  static async open(app: App): Promise<Authentication> {
    const limiter = (keyPrefix: string, points: number): Promise<RateLimiterPostgres> =>
      new Promise((resolve, reject) => {
        const made = new RateLimiterPostgres(
          { storeClient: app.database.system, tableName: 'sign_in_attempt', keyPrefix, points, duration: 60, blockDuration: 60 },
          (error?: Error) => (error ? reject(error) : resolve(made)),
        );
      });
    // One after the other: both make the same table where it is not there.
    const perPerson = await limiter('person', TRIES_PER_MINUTE);
    const perAddress = await limiter('address', TRIES_PER_ADDRESS);
    const authentication = new Authentication(app, { perPerson, perAddress });
    opened.set(app, authentication);
    return authentication;
  }

  /** The viewer of a request; undefined where nobody known asks. */
  async identify({ cookie, bearer }: Credentials): Promise<Viewer | undefined> {
    const token = bearer ?? cookie;
    if (!token || token.length > 200) return undefined;
    const key = `${bearer ? 'b' : 'c'}${token}`;
    const known = this.#viewers.get(key);
    if (known && known.until > performance.now()) return known.viewer;
    const viewer = bearer ? await this.#byKey(bearer) : await this.#bySession(token);
    if (this.#viewers.size >= MAX_CACHED) this.#viewers.clear();
    this.#viewers.set(key, { viewer, until: performance.now() + CACHE_MS });
    return viewer;
  }

  /**
   * Checks a password and begins a session.
   * @returns the token for the cookie. Which of the two was wrong is not said
   */
  async signIn(email: string, password: string, address: string): Promise<Decision<{ token: string; viewer: Viewer }>> {
    const person = `${email.toLowerCase()} ${address}`;
    const wait = await this.#takeTry(person, address);
    if (wait !== undefined) return refuse('TOO_MANY_ATTEMPTS', { seconds: wait });
    const { rows } = await this.app.database.system.query<{ id: string; password_hash: string }>(
      `select id, password_hash from app_user where email = $1 and status = 'ACTIVE'`,
      [email.toLowerCase()],
    );
    const user = rows[0];
    const right = await verifyPassword(password, user?.password_hash ?? NOBODY);
    if (!user || !right) return refuse('SIGN_IN_FAILED', {}, ['password']);
    await Promise.all([this.#perPerson.delete(person), this.#perAddress.reward(address, 1).catch(() => undefined)]);

    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const now = new Date();
    await this.app.database.system.query('insert into session (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)', [
      sha256(token),
      user.id,
      now,
      new Date(now.getTime() + SESSION_DAYS * DAY_MS),
    ]);
    await this.app.database.system.query('update app_user set last_sign_in_at = $2 where id = $1', [user.id, now]);
    const viewer = await this.#bySession(token);
    return viewer ? allow({ token, viewer }) : refuse('SIGN_IN_FAILED', {}, ['password']);
  }

  /** Ends a session everywhere. */
  async signOut(token: string | undefined): Promise<void> {
    if (!token) return;
    await this.app.database.system.query('update session set ended_at = now() where token_hash = $1 and ended_at is null', [sha256(token)]);
    this.#viewers.clear();
    await this.app.database.system.query(`select pg_notify('cloudtill_auth', '')`);
  }

  /** @returns seconds to wait, where the tries are used up */
  async #takeTry(person: string, address: string): Promise<number | undefined> {
    try {
      await this.#perPerson.consume(person);
      await this.#perAddress.consume(address);
      return undefined;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw error;
    }
  }

  async #bySession(token: string): Promise<Viewer | undefined> {
    const { rows } = await this.app.database.system.query<UserRow>(
      `select u.id, u.name, u.email, u.roles, a.id as account_id, a.number as account_number, a.kind as account_kind, a.parent_id
         from session s join app_user u on u.id = s.user_id join account a on a.id = u.account_id
        where s.token_hash = $1 and s.ended_at is null and s.expires_at > now() and u.status = 'ACTIVE' and a.status <> 'CLOSED'`,
      [sha256(token)],
    );
    const row = rows[0];
    return (
      row && { kind: 'USER', id: row.id, name: row.name, email: row.email, roles: row.roles, account: accountOf(row), permissions: permissionsOf(row.roles) }
    );
  }

  async #byKey(key: string): Promise<Viewer | undefined> {
    const { rows } = await this.app.database.system.query<CredentialRow>(
      `update service_credential c set last_used_at = now() from account a
        where c.key_hash = $1 and a.id = c.account_id and c.revoked_at is null and (c.expires_at is null or c.expires_at > now()) and a.status <> 'CLOSED'
       returning c.id, c.name, c.scopes, a.id as account_id, a.number as account_number, a.kind as account_kind, a.parent_id`,
      [sha256(key)],
    );
    const row = rows[0];
    return (
      row && {
        kind: 'CREDENTIAL',
        id: row.id,
        name: row.name,
        email: undefined,
        roles: [],
        account: accountOf(row),
        permissions: permissionsOfScopes(row.scopes),
      }
    );
  }
}

interface AccountColumns {
  readonly account_id: string;
  readonly account_number: string;
  readonly account_kind: AccountKind;
  readonly parent_id: string | null;
}

interface UserRow extends AccountColumns {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: string[];
}

interface CredentialRow extends AccountColumns {
  readonly id: string;
  readonly name: string;
  readonly scopes: string[];
}

function accountOf({ account_id, account_number, account_kind, parent_id }: AccountColumns): Viewer['account'] {
  return { id: account_id, number: account_number, kind: account_kind, parentId: parent_id ?? undefined };
}

export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
