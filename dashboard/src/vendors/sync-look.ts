import type { UiTone } from '../ui/table.ts';
import type { Sync } from './vendors.queries.ts';

export const SYNC_STATUSES = ['FAILED', 'UNSYNCHRONIZED', 'PENDING', 'SYNCHRONIZED'] as const satisfies readonly Sync['status'][];

export const SYNC_TONES: Readonly<Record<Sync['status'], UiTone>> = { FAILED: 'error', UNSYNCHRONIZED: 'neutral', PENDING: 'info', SYNCHRONIZED: 'success' };

/** A shape for each state, so that none is told by its color alone. */
export const SYNC_ICONS: Readonly<Record<Sync['status'], string>> = {
  FAILED: 'i-lucide-circle-x',
  UNSYNCHRONIZED: 'i-lucide-circle-dashed',
  PENDING: 'i-lucide-loader',
  SYNCHRONIZED: 'i-lucide-circle-check',
};
