import type { Vendor } from './vendor.ts';

/** A setting that an adapter is opened with, read from the environment with all others. */
export interface Setting {
  /** As the environment names it: KORM_URL. */
  readonly name: string;
  readonly description: string;
  /** Where only some are set, the vendor is not usable, and the start says which ones are missing. */
  readonly required: boolean;
  /** Never printed, logged or shown. */
  readonly secret: boolean;
}

/** A vendor that Cloudtill can talk to: what it needs, and how it is opened. One folder, one line in `adapters.ts`. */
export interface Adapter {
  readonly code: string;
  readonly platform: string;
  readonly settings: readonly Setting[];
  /** @param settings by name; those that are required are there */
  readonly open: (settings: Readonly<Record<string, string>>) => Vendor;
}
