import { computed, reactive, ref, shallowRef, watch } from 'vue';
import type { Fault } from '../platform/faults.ts';
import type { UserError } from '../platform/refusals.ts';
import { useChange } from '../platform/useChange.ts';
import { useJob } from '../operations/useJob.ts';
import { CreateUploadMutation, ImportBookMutation, type BookKind, type ImportReport } from './import.queries.ts';
import { putFile } from './upload.ts';

export type Phase = 'idle' | 'uploading' | 'checking' | 'committing';

export interface Import {
  readonly phase: Phase;
  /** 0 to 1. */
  readonly uploaded: number;
  /** Rows read so far, of a file that takes a while. */
  readonly rowsRead: number;
  readonly report: ImportReport | undefined;
  readonly refusals: readonly UserError[];
  readonly fault: Fault | undefined;
  readonly uploadFailed: boolean;
  check(kind: BookKind, file: File): Promise<void>;
  commit(kind: BookKind): Promise<void>;
  /** Shows what came of an import that ran before. */
  show(jobId: string): void;
  reset(): void;
}

/** A file on its way into the books: put, tried out, taken over. Short imports answer at once; long ones are followed. */
export function useImport(): Import {
  const phase = ref<Phase>('idle');
  const uploaded = ref(0);
  const uploadId = ref<string>();
  const uploadFailed = ref(false);
  const report = shallowRef<ImportReport>();
  const jobId = ref<string>();
  const jobRefusals = shallowRef<readonly UserError[]>([]);
  const announce = useChange(CreateUploadMutation);
  const importBook = useChange(ImportBookMutation, () => `import:${uploadId.value}:${phase.value}`);
  const followed = useJob(
    () => jobId.value,
    (job) => {
      report.value = job.importReport ?? undefined;
      jobRefusals.value = job.userErrors;
      phase.value = 'idle';
    },
  );

  function reset(): void {
    phase.value = 'idle';
    uploaded.value = 0;
    uploadId.value = jobId.value = undefined;
    uploadFailed.value = false;
    report.value = undefined;
    jobRefusals.value = [];
    announce.forget();
    importBook.forget();
  }

  async function run(kind: BookKind, dryRun: boolean): Promise<void> {
    if (!uploadId.value) return;
    phase.value = dryRun ? 'checking' : 'committing';
    jobId.value = undefined;
    const answer = await importBook.run({ kind, uploadId: uploadId.value, dryRun });
    if (answer?.report) report.value = answer.report;
    // No report yet: the import is still at work, and its job will have one.
    if (answer && !answer.report && answer.job) jobId.value = answer.job.id;
    else phase.value = 'idle';
  }

  async function check(kind: BookKind, file: File): Promise<void> {
    reset();
    phase.value = 'uploading';
    const announced = await announce.run({ fileName: file.name, byteSize: file.size });
    if (!announced?.uploadUrl || !announced.uploadId) {
      phase.value = 'idle';
      return;
    }
    if (!(await putFile(announced.uploadUrl, file, (share) => (uploaded.value = share)))) {
      uploadFailed.value = true;
      phase.value = 'idle';
      return;
    }
    uploadId.value = announced.uploadId;
    await run(kind, true);
  }

  watch(
    () => importBook.fault ?? announce.fault,
    (fault) => {
      if (fault) phase.value = 'idle';
    },
  );

  return reactive({
    phase: computed(() => phase.value),
    uploaded: computed(() => uploaded.value),
    rowsRead: computed(() => followed.job?.progress.done ?? 0),
    report: computed(() => report.value),
    refusals: computed(() => [...announce.refusals, ...importBook.refusals, ...jobRefusals.value]),
    fault: computed(() => announce.fault ?? importBook.fault),
    uploadFailed: computed(() => uploadFailed.value),
    check,
    commit: (kind: BookKind) => run(kind, false),
    show: (id: string) => (jobId.value = id),
    reset,
  }) as Import;
}
