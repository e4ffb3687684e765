import { defineEntity, p } from '@mikro-orm/core';
import { instant } from './column-types.ts';

export const JOB_STATES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
export type JobState = (typeof JOB_STATES)[number];

const JobSchema = defineEntity({
  name: 'Job',
  tableName: 'job',
  properties: {
    id: p.uuid().primary(),
    kind: p.string(),
    state: p.enum(JOB_STATES),
    progressDone: p.bigint('number').default(0),
    progressTotal: p.bigint('number').nullable(),
    result: p.json<unknown>().nullable(),
    userErrors: p.json<unknown[]>().default([]),
    accountId: p.uuid(),
    requestedBy: p.string(),
    subject: p.string().nullable(),
    createdAt: instant(),
    startedAt: instant().nullable(),
    finishedAt: instant().nullable(),
  },
});
/** Work that outlives its request. */
export class Job extends JobSchema.class {}
JobSchema.setClass(Job);

const OutboxEventSchema = defineEntity({
  name: 'OutboxEvent',
  tableName: 'outbox_event',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    topic: p.string(),
    payload: p.json<unknown>(),
    recordedAt: instant(),
    handledAt: instant().nullable(),
    attempts: p.integer().default(0),
    deadReason: p.string().nullable(),
  },
});
/** Something that happened, on its way to the rooms that want to know. */
export class OutboxEvent extends OutboxEventSchema.class {}
OutboxEventSchema.setClass(OutboxEvent);

const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_event',
  properties: {
    accountId: p.uuid().primary(),
    sequence: p.bigint('string').primary(),
    occurredAt: instant(),
    actorKind: p.string(),
    actorId: p.uuid().nullable(),
    actorName: p.string(),
    action: p.string(),
    subjectKind: p.string(),
    subjectId: p.string(),
    subjectNumber: p.string().nullable(),
    before: p.json<unknown>().nullable(),
    after: p.json<unknown>().nullable(),
    requestId: p.string().nullable(),
  },
});
/** Who did what, when. The database numbers and chains the events of each account. */
export class AuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(AuditEvent);

const IdempotencyRecordSchema = defineEntity({
  name: 'IdempotencyRecord',
  tableName: 'idempotency_record',
  properties: {
    actorId: p.uuid().primary(),
    key: p.string().primary(),
    operation: p.string(),
    requestHash: p.blob(),
    payload: p.json<unknown>().nullable(),
    createdAt: instant(),
  },
});
/** The answer that a mutation gave, kept so that a retry gets the same one. */
export class IdempotencyRecord extends IdempotencyRecordSchema.class {}
IdempotencyRecordSchema.setClass(IdempotencyRecord);

const UploadSchema = defineEntity({
  name: 'Upload',
  tableName: 'upload',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    createdBy: p.uuid(),
    fileName: p.string(),
    byteSize: p.bigint('number'),
    sha256: p.blob().nullable(),
    createdAt: instant(),
    completedAt: instant().nullable(),
  },
});
/** A file on its way in; its bytes are in `upload_part`. */
export class Upload extends UploadSchema.class {}
UploadSchema.setClass(Upload);
