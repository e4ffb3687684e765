/**
 * Files on their way in: announced by a mutation, then put as raw bytes. They are kept in the database, in pieces, so
 * that any process can read what another one took.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Pool, PoolClient } from 'pg';
import type { App } from './context.ts';
import { inTransaction } from './database.ts';
import { decodeId, encodeId, newId } from './ids.ts';
import { problem } from './http-server.ts';
import { TextCheck } from './text.ts';
import type { Unit } from './use-case.ts';
import { may, scopeOf, type Viewer } from './viewer.ts';
import { Upload } from './work.entities.ts';

export const MAX_UPLOAD_BYTES = 512 * 1024 * 1024;
const PART_BYTES = 1024 * 1024;

/** Announces a file. */
export async function createUpload(unit: Unit, fileName: string, byteSize: number): Promise<Decision<{ uploadId: string }>> {
  const check = new TextCheck();
  const name = check.line('fileName', fileName);
  if (check.refusals.length > 0) return { allowed: false, refusals: check.refusals };
  if (byteSize < 1) return refuse('FILE_EMPTY', {}, ['byteSize']);
  if (byteSize > MAX_UPLOAD_BYTES) return refuse('FILE_TOO_LARGE', { size: byteSize, maximum: MAX_UPLOAD_BYTES }, ['byteSize']);
  const upload = unit.em.create(Upload, {
    id: newId(),
    accountId: unit.viewer.account.id,
    createdBy: unit.viewer.id,
    fileName: name,
    byteSize,
    sha256: null,
    createdAt: unit.now,
    completedAt: null,
  });
  unit.em.persist(upload);
  return allow({ uploadId: upload.id });
}

export function uploadUrl(uploadId: string): string {
  return `/uploads/${encodeId('upl', uploadId)}`;
}

/** `PUT /uploads/:id` with the session or key that announced it. */
export async function addUploads(server: FastifyInstance, app: App, identify: (request: FastifyRequest) => Promise<Viewer | undefined>): Promise<void> {
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The bytes are taken as they come; nothing reads them into memory.
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.put<{ Params: { id: string } }>('/uploads/:id', { bodyLimit: MAX_UPLOAD_BYTES }, async (request, reply) => {
      const viewer = await identify(request);
      if (!viewer) return reply.code(401).send(problem('UNAUTHENTICATED', 'sign in first, or send a service credential'));
      if (!may(viewer, 'books:import')) return reply.code(403).send(problem('FORBIDDEN', 'this needs the permission books:import'));
      const outcome = await receive(app, viewer, request.params.id, request.body as Readable | undefined);
      return outcome.status === 204 ? reply.code(204).send() : reply.code(outcome.status).send(problem(outcome.code!, outcome.message!));
    });
  });
}

interface Received {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
}

async function receive({ database, clock }: App, viewer: Viewer, id: string, body: Readable | undefined): Promise<Received> {
  let key: string;
  try {
    key = decodeId('upl', id);
  } catch {
    return { status: 404, code: 'NOT_FOUND', message: 'there is no such upload' };
  }
  const rows = await database.reads.query(scopeOf(viewer), {
    text: 'select byte_size, completed_at from upload where id = $1 and created_by = $2',
    values: [key, viewer.id],
  });
  if (!rows[0]) return { status: 404, code: 'NOT_FOUND', message: 'there is no such upload' };
  const [declared, completed] = [Number(rows[0][0]), rows[0][1]];
  if (completed !== null) return { status: 204 }; // put again after a lost answer
  return database.withSystemClient((client) =>
    inTransaction(client, async () => {
      await client.query('select 1 from upload where id = $1 for update', [key]);
      await client.query('delete from upload_part where upload_id = $1', [key]);
      const hash = createHash('sha256');
      let size = 0;
      let position = 0;
      for await (const piece of pieces(body ?? Readable.from([]))) {
        size += piece.length;
        if (size > declared) return { status: 413, code: 'UPLOAD_SIZE_DIFFERS', message: `${declared} bytes were announced and more came` };
        hash.update(piece);
        await client.query('insert into upload_part (upload_id, position, bytes) values ($1, $2, $3)', [key, position++, piece]);
      }
      if (size !== declared) return { status: 400, code: 'UPLOAD_SIZE_DIFFERS', message: `${declared} bytes were announced and ${size} came` };
      await client.query('update upload set sha256 = $2, completed_at = $3 where id = $1', [key, hash.digest(), clock.date()]);
      return { status: 204 };
    }),
  );
}

/** The same bytes in pieces of one size. */
async function* pieces(body: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    waiting.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length < PART_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}

/** The bytes of an upload, piece by piece. */
export async function* readUpload(db: Pick<Pool | PoolClient, 'query'>, uploadId: string): AsyncGenerator<Buffer> {
  for (let position = 0; ; position++) {
    const { rows } = await db.query<{ bytes: Buffer }>('select bytes from upload_part where upload_id = $1 and position = $2', [uploadId, position]);
    if (!rows[0]) return;
    yield rows[0].bytes;
  }
}
