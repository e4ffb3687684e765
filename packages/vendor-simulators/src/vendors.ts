import type { VendorDefinition } from './frame/simulator.ts';
import { GOOGLE } from './google/google.ts';

/** Every vendor that can be simulated, by its code. */
export const VENDORS: Readonly<Record<string, VendorDefinition>> = {
  GOOGLE,
};
