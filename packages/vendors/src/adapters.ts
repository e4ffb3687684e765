import type { Adapter } from './adapter.ts';
import { GOOGLE } from './google/adapter.ts';
import { KASPERSKY } from './kaspersky/adapter.ts';
import { MICROSOFT } from './microsoft/adapter.ts';

/** Every vendor that is provisioned automatically. Sophos is not among them: its resellers provision there themselves. */
export const ADAPTERS: readonly Adapter[] = [KASPERSKY, MICROSOFT, GOOGLE];
