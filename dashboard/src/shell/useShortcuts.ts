import { onBeforeUnmount, onMounted } from 'vue';
import { useRouter } from 'vue-router';
import { preferences } from '../platform/preferences.ts';
import { placesOfViewer } from './places.ts';

/** How long after `g` a second key still counts. */
const SEQUENCE_MS = 1_200;

/** Keys that work everywhere, as long as nobody is typing and no dialog is open. */
export function useShortcuts({ openPalette, openHelp }: { openPalette: () => void; openHelp: () => void }): void {
  const router = useRouter();
  let goPressedAt = -Infinity;

  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !preferences.singleKeys || isBusy(event.target)) return;
    if (event.timeStamp - goPressedAt < SEQUENCE_MS) {
      goPressedAt = -Infinity;
      const place = placesOfViewer().find(({ key }) => key === event.key);
      if (place) void router.push(place.to);
      return;
    }
    if (event.key === '/' || event.key === '?') {
      event.preventDefault();
      (event.key === '/' ? openPalette : openHelp)();
    } else if (event.key === 'g') goPressedAt = event.timeStamp;
  }

  onMounted(() => addEventListener('keydown', pressed));
  onBeforeUnmount(() => removeEventListener('keydown', pressed));
}

function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"][data-state="open"]')) return true;
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}
