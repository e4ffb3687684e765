/** The vendors that this installation can reach: adapters, opened with their settings. */
import type { Adapter } from '@cloudtill/vendors/adapter';
import { ADAPTERS } from '@cloudtill/vendors/adapters';
import type { Vendor } from '@cloudtill/vendors/vendor';
import type { Config } from './config.ts';

export class VendorAccess {
  readonly #vendors = new Map<string, Vendor>();
  readonly #adapters: readonly Adapter[];

  constructor({ vendorSettings }: Pick<Config, 'vendorSettings'>, adapters: readonly Adapter[] = ADAPTERS) {
    this.#adapters = adapters;
    for (const { code, settings, open } of adapters) {
      if (settings.every(({ name, required }) => !required || vendorSettings[name])) this.#vendors.set(code, open(vendorSettings));
    }
  }

  /** Undefined where its settings are missing, or nothing is provisioned there automatically. */
  find(code: string): Vendor | undefined {
    return this.#vendors.get(code);
  }

  /** What has to be set before a vendor can be reached; undefined for one that has no adapter at all. */
  requiredSettings(code: string): readonly string[] | undefined {
    return this.#adapters.find((adapter) => adapter.code === code)?.settings.flatMap(({ name, required }) => (required ? [name] : []));
  }

  all(): readonly Vendor[] {
    return [...this.#vendors.values()];
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((vendor) => vendor.close()));
  }
}
