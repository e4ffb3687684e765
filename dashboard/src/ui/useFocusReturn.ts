import { watch } from 'vue';

/** Frames to wait at most until a dialog has gone. */
const FRAMES = 90;

/**
 * Gives the focus back when a dialog closes that was opened from a menu: the item it was opened by is gone by then, and the
 * focus would be lost. Takes it from nobody who has it.
 */
export function useFocusReturn(isOpen: () => boolean, opener: () => HTMLElement | null | undefined): void {
  function giveBack(frames: number): void {
    requestAnimationFrame(() => {
      if (isOpen()) return;
      const focused = document.activeElement;
      if (!focused || focused === document.body) opener()?.focus();
      else if (frames > 0 && focused.closest('[role="dialog"]')) giveBack(frames - 1);
    });
  }
  watch(isOpen, (open) => {
    if (!open) giveBack(FRAMES);
  });
}
