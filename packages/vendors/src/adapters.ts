import type { Adapter } from './adapter.ts';
import { MICROSOFT } from './microsoft/microsoft.ts';

/** Every vendor that is provisioned automatically. Sophos is not among them: its resellers provision there themselves. */
export const ADAPTERS: readonly Adapter[] = [MICROSOFT];
