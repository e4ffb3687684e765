import { onBeforeUnmount, onMounted, watch } from 'vue';

const ASK_AGAIN_MS = 5_000;

/** Asks again now and then, for as long as something is under way and somebody can see the page. */
export function usePolling(isActive: () => boolean, ask: () => void, everyMs: number = ASK_AGAIN_MS): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  function tick(): void {
    if (document.visibilityState === 'visible') ask();
  }
  function seenAgain(): void {
    if (isActive() && document.visibilityState === 'visible') ask();
  }
  watch(
    isActive,
    (active) => {
      clearInterval(timer);
      if (active) timer = setInterval(tick, everyMs);
    },
    { immediate: true },
  );
  onMounted(() => document.addEventListener('visibilitychange', seenAgain));
  onBeforeUnmount(() => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', seenAgain);
  });
}
