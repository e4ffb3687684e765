import type { VendorDefinition } from './frame/simulator.ts';
import { GOOGLE } from './google/google.ts';
import { KASPERSKY } from './kaspersky/kaspersky.ts';
import { MICROSOFT } from './microsoft/microsoft.ts';

/** Every vendor that can be simulated, by its code. */
export const VENDORS: Readonly<Record<string, VendorDefinition>> = { KASPERSKY, MICROSOFT, GOOGLE };
