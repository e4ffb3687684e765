import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { Listener } from './listener.ts';
import type { Logger } from './logger.ts';
import type { Secrets } from './secrets.ts';
import type { Viewer } from './viewer.ts';
import { unauthenticated } from './errors.ts';

/** What one process has, made once at the start. */
export interface App {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly listener: Listener;
  readonly logger: Logger;
  /** Seals what the database must not give away. */
  readonly secrets: Secrets;
}

/** What one request has. */
export interface RequestContext {
  readonly app: App;
  readonly viewer: Viewer | undefined;
  readonly requestId: string;
  /** Where it came from, for limits. */
  readonly address: string;
  /** The token of the session cookie that came with it. */
  readonly session: string | undefined;
  /** Sets or clears the session cookie of the answer. */
  setSession(token: string | undefined): void;
  /** Things that live as long as the request: batches of reads, most of all. */
  readonly cache: Map<symbol, unknown>;
}

/** @throws UNAUTHENTICATED */
export function signedIn({ viewer }: RequestContext): Viewer {
  if (!viewer) throw unauthenticated();
  return viewer;
}
