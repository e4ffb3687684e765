/** How something that a vendor was asked ends, as far as somebody waits for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { refusal, type Refusal } from '@cloudtill/domain/refusal';
import type { App } from '../platform/context.ts';

/** Vendors that answer quickly are waited for, so that the answer shows how it went. */
const PATIENCE_MS = 4_000;
const LOOK_MS = 60;

export interface VendorAnswer {
  readonly state: 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';
  readonly refusals: readonly Refusal[];
}

export async function awaitVendor({ database }: App, operationId: string): Promise<VendorAnswer> {
  for (const until = performance.now() + PATIENCE_MS; ;) {
    const { rows } = await database.system.query<{ state: string; message: string | null; vendor_code: string }>(
      'select state, message, vendor_code from provisioning_operation where id = $1',
      [operationId],
    );
    const { state, message, vendor_code: vendor } = rows[0]!;
    if (state === 'SUCCEEDED') return { state, refusals: [] };
    if (state === 'FAILED' || state === 'CANCELED') return { state: 'FAILED', refusals: [refusal('VENDOR_REJECTED', { vendor, message: message ?? '' })] };
    if (performance.now() > until) return { state: state === 'UNKNOWN' ? 'UNKNOWN' : 'PENDING', refusals: [] };
    await sleep(LOOK_MS);
  }
}
