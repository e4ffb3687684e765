import { onBeforeUnmount, onMounted, readonly, ref, type Ref } from 'vue';

const TICK_MS = 5_000;
const now = ref(Date.now());
let watching = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** This machine's time, moving on while a component shows it; all of them share one timer. Epoch milliseconds. */
export function useTicking(): Readonly<Ref<number>> {
  onMounted(() => {
    now.value = Date.now();
    watching += 1;
    timer ??= setInterval(() => (now.value = Date.now()), TICK_MS);
  });
  onBeforeUnmount(() => {
    watching -= 1;
    if (watching > 0) return;
    clearInterval(timer);
    timer = undefined;
  });
  return readonly(now);
}
