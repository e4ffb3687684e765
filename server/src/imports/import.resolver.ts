import { allow, refuse, type Decision } from '@cloudtill/domain/refusal';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, ID, Info, InputType, Int, Mutation, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../platform/context.ts';
import { enumOf } from '../platform/enum.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import { jobShape, JobType } from '../platform/job.type.ts';
import { startJob, waitForJob } from '../platform/jobs.ts';
import { equals, extendShape, parseJson, readChanged, value } from '../platform/look-ahead.ts';
import { Needs } from '../platform/needs.ts';
import { payloadOf, toPayload, type Payload } from '../platform/payload.type.ts';
import { actorOf } from '../platform/trail.ts';
import { createUpload, uploadUrl } from '../platform/uploads.ts';
import { transact, type Unit } from '../platform/use-case.ts';
import { may } from '../platform/viewer.ts';
import { RefusalCode, type UserError } from '../platform/user-error.type.ts';
import { Upload } from '../platform/work.entities.ts';
import { BOOK_KINDS, type BookKind, type ImportResult } from './import-book.ts';

/** Most files take no longer; the answer then has the report. Longer ones go on as a job. */
const WAIT_MS = 20_000;

const BookKindEnum = enumOf(BOOK_KINDS);
registerEnumType(BookKindEnum, {
  name: 'BookKind',
  description: 'What a file of a book of business holds.',
  valuesConfig: {
    ACCOUNTS: { description: 'Columns number, name, kind, parent, email, country, currency.' },
    PLANS: {
      description: 'Columns sku, product, billing_policy, cycle, daily_quantity, min_quantity, max_quantity, currency, list_price, vendor_cost, valid_from.',
    },
    PRICE_LISTS: { description: 'Columns seller, buyer, product, mode, percent, valid_from.' },
    SUBSCRIPTIONS: { description: 'Columns subscription, account, event, effective_on, plan, quantity.' },
  },
});

@InputType({ description: 'A file that is about to come.' })
class CreateUploadInput {
  @Field(() => String, { description: 'Its name, for people.' })
  fileName!: string;

  @Field(() => Int, { description: 'How many bytes it has.' })
  byteSize!: number;

  @Field(() => String, { nullable: true, description: 'With a key a retry does not announce it again.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Which file to import.' })
class ImportBookInput {
  @Field(() => BookKindEnum, { description: 'What it holds.' })
  kind!: BookKind;

  @Field(() => ID, { description: 'The upload with its bytes.' })
  uploadId!: string;

  @Field(() => Boolean, { description: 'Say what would happen, and change nothing.' })
  dryRun!: boolean;

  @Field(() => String, {
    description: 'The same key and body again give the stored answer; the same key with another body is refused. 8 to 200 visible ASCII characters.',
  })
  idempotencyKey!: string;
}

@ObjectType({ description: 'What is wrong with one cell or row of a file.' })
class ImportRowError {
  @Field(() => Int, { description: 'Which row, as a spreadsheet counts: the header is row 1.' })
  row!: number;

  @Field(() => String, { nullable: true, description: 'Which column; null for the whole row.' })
  column!: string | null;

  @Field(() => RefusalCode, { description: 'Stable; decide by this.' })
  code!: string;

  @Field(() => String, { description: 'The same as an English sentence.' })
  message!: string;
}

@ObjectType({ description: 'What an import found in its file.' })
class ImportReport {
  @Field(() => BookKindEnum, { description: 'What the file holds.' })
  kind!: BookKind;

  @Field(() => Boolean, { description: 'Whether it only said what would happen.' })
  dryRun!: boolean;

  @Field(() => Boolean, { description: 'Whether the rows are in the books now. One rejected row leaves all of them out.' })
  committed!: boolean;

  @Field(() => Int, { description: 'Rows in the file, the header not counted.' })
  rows!: number;

  @Field(() => Int, { description: 'Rows that are fine.' })
  accepted!: number;

  @Field(() => Int, { description: 'Rows that are not.' })
  rejected!: number;

  @Field(() => [ImportRowError], { description: 'What is wrong, by row; at most 1,000.' })
  errors!: ImportRowError[];

  @Field(() => [ImportRowError], { description: 'What was taken although somebody should look at it, such as a price under cost; at most 1,000.' })
  warnings!: ImportRowError[];
}

const CreateUploadPayload = payloadOf('CreateUpload', {
  uploadId: { type: () => ID, description: 'Names the upload.' },
  uploadUrl: { type: () => String, description: 'Where to PUT the bytes, with the same session or key.' },
});
const ImportBookPayload = payloadOf('ImportBook', {
  job: { type: () => JobType, description: 'The work behind it.' },
  report: { type: () => ImportReport, description: 'What was found; null while a long import is still at work, the job has it then.' },
});

// Its warnings name sellers' costs, so it is for those who import.
extendShape(jobShape, {
  importReport: value(['kind', 'result'], ([kind, result], viewer) => (kind === 'importBook' && may(viewer, 'books:import') ? parseJson(result) : null)),
});

@Resolver(() => JobType)
export class JobImportFields {
  @FieldResolver(() => ImportReport, {
    nullable: true,
    description: 'What an import found in its file; null for other jobs, before it is done, and for those who may not import.',
  })
  importReport(@Root() job: { importReport: object | null }): object | null {
    return job.importReport;
  }
}

@Resolver()
export class ImportResolver {
  @Needs('books:import')
  @Mutation(() => CreateUploadPayload, { description: 'Announces a file; then PUT its bytes to the address in the answer.' })
  async createUpload(
    @Arg('input', () => CreateUploadInput, { description: 'The file.' }) input: CreateUploadInput,
    @Ctx() context: RequestContext,
  ): Promise<Payload> {
    const result = await transact(context, { operation: 'createUpload', idempotencyKey: input.idempotencyKey ?? undefined, input }, (unit) =>
      createUpload(unit, input.fileName, input.byteSize),
    );
    return toPayload(result, async ({ uploadId }) => ({ uploadId: encodeId('upl', uploadId), uploadUrl: uploadUrl(uploadId) }));
  }

  @Needs('books:import')
  @Mutation(() => ImportBookPayload, { description: 'Imports a file of a book of business, all of it or nothing.' })
  async importBook(
    @Arg('input', () => ImportBookInput, { description: 'Which file.' }) input: ImportBookInput,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Payload> {
    const result = await transact(context, { operation: 'importBook', idempotencyKey: input.idempotencyKey, input }, (unit) => startImport(unit, input));
    if (!result.value) return toPayload(result, async () => ({}));
    const { jobId } = result.value;
    await waitForJob(context.app, jobId, WAIT_MS);
    const { rows } = await context.app.database.system.query<{ result: ImportResult | null; user_errors: UserError[] }>(
      'select result, user_errors from job where id = $1',
      [jobId],
    );
    const payload = await toPayload(result, async () => ({
      job: await readChanged('job', jobShape, [equals('id', jobId)], context, info),
      report: rows[0]?.result ?? null,
    }));
    // What the job said of the file as a whole is this mutation's refusal.
    const said = (rows[0]?.user_errors ?? []).map(({ code, message, parameters }): UserError => ({ code, message, parameters, path: ['input', 'uploadId'] }));
    return { ...payload, userErrors: [...payload.userErrors, ...said] };
  }
}

async function startImport(unit: Unit, { kind, uploadId, dryRun }: ImportBookInput): Promise<Decision<{ jobId: string }>> {
  const upload = await unit.em.findOne(Upload, { id: decodeId('upl', uploadId), createdBy: unit.viewer.id });
  if (!upload?.completedAt) return refuse('UPLOAD_UNKNOWN', { upload: uploadId }, ['uploadId']);
  const jobId = await startJob(
    unit,
    'importBook',
    { kind, uploadId: upload.id, dryRun, actor: actorOf(unit.viewer) },
    { subject: `${kind} ${upload.fileName}` },
  );
  return allow({ jobId });
}
