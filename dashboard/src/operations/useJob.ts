import { useClientHandle, useSubscription } from '@urql/vue';
import { computed, onBeforeUnmount, reactive, ref, shallowRef, watch } from 'vue';
import { JobQuery, JobSubscription, type Job } from './job.queries.ts';

export interface FollowedJob {
  readonly job: Job | undefined;
  /** Told as it happens, as opposed to asked for now and then. */
  readonly isLive: boolean;
  /** Pieces a second since this page began to watch; undefined before two were seen. */
  readonly rate: number | undefined;
}

const ENDED = new Set(['SUCCEEDED', 'FAILED', 'CANCELED']);
const ASK_AGAIN_MS = 1_500;

export const hasEnded = (job: Pick<Job, 'state'> | undefined): boolean => Boolean(job && ENDED.has(job.state));

/**
 * Follows a job to its end: live where the stream holds, by asking where it does not.
 *
 * @param ended called once with the job as it ended
 */
export function useJob(id: () => string | undefined, ended: (job: Job) => void = () => {}): FollowedJob {
  const client = useClientHandle().client;
  const job = shallowRef<Job>();
  const isLive = ref(false);
  const seen = shallowRef<{ at: number; done: number }[]>([]);
  let asking: ReturnType<typeof setTimeout> | undefined;

  const stream = useSubscription({
    query: JobSubscription,
    variables: computed(() => ({ id: id() ?? '' })),
    pause: computed(() => !id() || hasEnded(job.value)),
  });

  function take(now: Job | null | undefined): void {
    if (!now || now.id !== id() || hasEnded(job.value)) return;
    job.value = now;
    seen.value = [...seen.value, { at: performance.now(), done: now.progress.done }];
    if (hasEnded(now)) ended(now);
  }

  async function ask(): Promise<void> {
    const asked = id();
    if (!asked || hasEnded(job.value)) return;
    const { data } = await client.query(JobQuery, { id: asked }, { requestPolicy: 'network-only' }).toPromise();
    take(data?.job);
    if (!hasEnded(job.value) && id() === asked) asking = setTimeout(ask, ASK_AGAIN_MS);
  }

  watch(id, () => {
    job.value = undefined;
    seen.value = [];
    clearTimeout(asking);
  });
  watch(
    () => stream.data.value?.jobProgressed,
    (now) => {
      isLive.value = true;
      take(now);
    },
  );
  watch([stream.error, stream.fetching], ([error, fetching]) => {
    // The stream broke or ended before the job did.
    if (!id() || hasEnded(job.value) || (!error && fetching)) return;
    isLive.value = false;
    clearTimeout(asking);
    asking = setTimeout(ask, error ? 0 : ASK_AGAIN_MS);
  });
  onBeforeUnmount(() => clearTimeout(asking));

  return reactive({
    job: computed(() => job.value),
    isLive: computed(() => isLive.value),
    rate: computed(() => {
      const [first, last] = [seen.value[0], seen.value.at(-1)];
      return first && last && last.done > first.done ? ((last.done - first.done) * 1_000) / (last.at - first.at) : undefined;
    }),
  }) as FollowedJob;
}
