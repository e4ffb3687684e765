import { customRef, watch, type Ref } from 'vue';

/** A value that follows another one a moment after it stopped changing, so that not every key press asks the server. */
export function useSettled<Value>(source: () => Value, pauseMs = 300): Ref<Value> {
  let current = source();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return customRef<Value>((track, trigger) => {
    watch(source, (now) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        current = now;
        trigger();
      }, pauseMs);
    });
    return {
      get: () => (track(), current),
      set: (now) => {
        current = now;
        trigger();
      },
    };
  });
}
