import type { VendorDefinition } from './frame/simulator.ts';
import { GOOGLE } from './google/google.ts';
import { KASPERSKY } from './kaspersky/kaspersky.ts';

/** Every vendor that can be simulated, by its code. */
export const VENDORS: Readonly<Record<string, VendorDefinition>> = { KASPERSKY, GOOGLE };
