/**
 * How the business is changed: one use case, one transaction. It reads, decides by the rules, writes, and notes what
 * happened in the audit trail and the outbox; all of it or nothing. A lost race is run again as a whole.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { refuse, type Decision, type Refusal } from '@cloudtill/domain/refusal';
import type { EntityManager } from './database.ts';
import { isRetryable, sqlState, UNIQUE_VIOLATION } from './errors.ts';
import { newId } from './ids.ts';
import { signedIn, type App, type RequestContext } from './context.ts';
import { refuseUnreadable, unreadableTexts } from './text.ts';
import { scopeOf, type Viewer } from './viewer.ts';
import { AuditEvent, IdempotencyRecord } from './work.entities.ts';

const MAX_TRIES = 5;
const RETRY_MS = 20;
const KEY = /^[\x21-\x7e]{8,200}$/;

/** One use case at work. */
export interface Unit {
  readonly em: EntityManager;
  readonly app: App;
  readonly viewer: Viewer;
  /** The one instant of everything that this use case writes. */
  readonly now: Date;
  /** Names the operation in the history. */
  readonly operationId: string;
  /** Set for a preview: nothing is locked, since nothing will be written. */
  readonly readOnly?: boolean;
  /** Adds a line to the trail of an account. */
  audit(line: AuditLine): void;
  /** Tells the rooms on the right. */
  emit(topic: string, payload: object): void;
}

export interface AuditLine {
  readonly accountId: string;
  /** A verb and a noun, as the mutation is called. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly subjectNumber?: string | undefined;
  readonly before?: unknown;
  readonly after?: unknown;
}

export type Result<T> =
  | { readonly value: T; readonly refusals: readonly Refusal[]; readonly replayed: boolean }
  | { readonly value: undefined; readonly refusals: readonly Refusal[]; readonly replayed: boolean };

interface Request {
  /** The mutation's name. */
  readonly operation: string;
  /** With a key a retry of the same request gets the first answer. */
  readonly idempotencyKey?: string | undefined;
  /** Names the operation in the history; a new one where left out. */
  readonly operationId?: string;
  /** What was asked: the key stands for it, and none of its texts may be one that cannot be kept. */
  readonly input: object;
}

/** Carries a refusal out of the transaction, so that nothing of it stays. */
class Refused extends Error {
  constructor(readonly refusals: readonly Refusal[]) {
    super('refused');
  }
}

/**
 * Runs a use case. What it returns must survive JSON, since a retry gets it from the record.
 * @rule api: idempotency
 */
export async function transact<T>(context: RequestContext, request: Request, work: (unit: Unit) => Promise<Decision<T>>): Promise<Result<T>> {
  const viewer = signedIn(context);
  const { operation, idempotencyKey } = request;
  if (idempotencyKey !== undefined && !KEY.test(idempotencyKey)) {
    return refused(refuse('IDEMPOTENCY_KEY_INVALID', {}, ['input', 'idempotencyKey']));
  }
  const unreadable = unreadableTexts(request.input, ['input']);
  if (unreadable.length > 0) return { value: undefined, refusals: unreadable.map(refuseUnreadable), replayed: false };
  const requestHash = hashOf(operation, request.input);
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(context, viewer, request, requestHash, work);
    } catch (error) {
      if (error instanceof Refused) return { value: undefined, refusals: error.refusals, replayed: false };
      const lostRace = isRetryable(error) || (idempotencyKey !== undefined && isKeyTaken(error));
      if (!lostRace || attempt === MAX_TRIES) throw error;
      await sleep(RETRY_MS * attempt * (1 + Math.random()));
    }
  }
}

/** Writes events down in the order in which they happened, for whoever follows. */
async function tell(em: EntityManager, events: readonly { topic: string; payload: object }[], now: Date): Promise<void> {
  await em.execute(
    `insert into outbox_event (topic, payload, recorded_at)
     select event ->> 'topic', event -> 'payload', ? from jsonb_array_elements(?::jsonb) with ordinality as told (event, number) order by number`,
    [now, JSON.stringify(events)],
  );
  await em.execute(`select pg_notify('cloudtill_outbox', '')`);
}

/** Asks a use case what it would do. Nothing that it might write is kept. */
export async function ask<T>(context: RequestContext, work: (unit: Unit) => Promise<Decision<T>>): Promise<Decision<T>> {
  const viewer = signedIn(context);
  const { app } = context;
  return app.database.writer(scopeOf(viewer)).transactional(async (em) => {
    await em.execute('set transaction read only');
    return work({ em, app, viewer, now: app.clock.date(), operationId: newId(), readOnly: true, audit: () => {}, emit: () => {} });
  });
}

async function once<T>(
  context: RequestContext,
  viewer: Viewer,
  request: Request,
  requestHash: Buffer,
  work: (unit: Unit) => Promise<Decision<T>>,
): Promise<Result<T>> {
  const { app } = context;
  const { operation, idempotencyKey: key } = request;
  return app.database.writer(scopeOf(viewer)).transactional(async (em) => {
    const now = app.clock.date();
    if (key !== undefined) {
      const stored = await claimKey(em, viewer, key, operation, requestHash, now);
      if (stored) {
        if (!Buffer.from(stored.requestHash).equals(requestHash)) {
          throw new Refused(asRefusals(refuse('IDEMPOTENCY_KEY_REUSED', { usedAt: stored.createdAt.toISOString() }, ['input', 'idempotencyKey'])));
        }
        return { value: stored.payload as T, refusals: [], replayed: true };
      }
    }
    const trail: AuditLine[] = [];
    const events: { topic: string; payload: object }[] = [];
    const unit: Unit = {
      em,
      app,
      viewer,
      now,
      operationId: request.operationId ?? newId(),
      audit: (line) => trail.push(line),
      emit: (topic, payload) => events.push({ topic, payload }),
    };
    const decision = await work(unit);
    if (!decision.allowed) throw new Refused(decision.refusals);
    await em.flush();
    if (events.length > 0) await tell(em, events, now);
    // Last and in one order of accounts: each account's chain has a lock, held only until the commit.
    await writeTrail(
      em,
      trail.toSorted((a, b) => a.accountId.localeCompare(b.accountId)),
      viewer,
      context.requestId,
      now,
    );
    if (key !== undefined) {
      await em.execute('update idempotency_record set payload = ?::jsonb where actor_id = ? and key = ?', [
        JSON.stringify(decision.value ?? null),
        viewer.id,
        key,
      ]);
    }
    return { value: decision.value, refusals: [], replayed: false };
  });
}

/** Takes the key for this transaction, or returns the record of the one that had it first, waiting for it to end. */
async function claimKey(
  em: EntityManager,
  viewer: Viewer,
  key: string,
  operation: string,
  requestHash: Buffer,
  now: Date,
): Promise<IdempotencyRecord | undefined> {
  const taken = await em.execute<unknown[]>(
    'insert into idempotency_record (actor_id, key, operation, request_hash, created_at) values (?, ?, ?, ?, ?) on conflict do nothing returning 1',
    [viewer.id, key, operation, requestHash, now],
  );
  if (taken.length > 0) return undefined;
  return em.findOneOrFail(IdempotencyRecord, { actorId: viewer.id, key });
}

async function writeTrail(em: EntityManager, lines: readonly AuditLine[], viewer: Viewer, requestId: string, now: Date): Promise<void> {
  await em.insertMany(
    AuditEvent,
    lines.map(({ accountId, action, subjectKind, subjectId, subjectNumber, before, after }) => ({
      accountId,
      sequence: '0',
      occurredAt: now,
      actorKind: viewer.kind,
      actorId: viewer.id,
      actorName: viewer.name,
      action,
      subjectKind,
      subjectId,
      subjectNumber: subjectNumber ?? null,
      before: before ?? null,
      after: after ?? null,
      requestId,
    })),
  );
}

function isKeyTaken(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION && String(error).includes('idempotency_record');
}

function hashOf(operation: string, input: unknown): Buffer {
  return createHash('sha256').update(operation).update('\0').update(canonical(input)).digest();
}

/** JSON with sorted keys, so that two spellings of one request are one request. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === 'bigint') return `${inner}n`;
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? ''
  );
}

function asRefusals(decision: Decision<never>): readonly Refusal[] {
  return decision.allowed ? [] : decision.refusals;
}

/** A result that says no. */
export function refused<T>(decision: Decision<T>): Result<T> {
  return { value: undefined, refusals: decision.allowed ? [] : decision.refusals, replayed: false };
}
