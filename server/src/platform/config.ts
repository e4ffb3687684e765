import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { isTimeZone } from '@cloudtill/domain/calendar/local-date';
import { ROUNDINGS, type Rounding } from '@cloudtill/domain/money/rounding';
import { ADAPTERS } from '@cloudtill/vendors/adapters';
import { z } from 'zod';

/** Every setting, read once at the start. Nothing else looks at the environment. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Where people find the dashboard: what links in mails begin with. */
  readonly publicUrl: string;
  /** Undefined: the bundled PostgreSQL is started in the data directory. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly mode: 'sandbox' | 'production';
  readonly role: 'all' | 'api' | 'worker';
  readonly demo: boolean;
  readonly billingTimeZone: string;
  readonly rounding: Rounding;
  readonly logLevel: string;
  /** Where a test lets this process die; see failpoint.ts. */
  readonly failpoint: string | undefined;
  /** Jobs that one worker process runs side by side. */
  readonly workerConcurrency: number;
  /** What texts are sealed with; see secrets.ts. Undefined in a sandbox: one is made in the data directory. */
  readonly secretKey: string | undefined;
  /** What adapters are opened with, by name of the setting. In a sandbox the simulators add theirs. */
  readonly vendorSettings: Readonly<Record<string, string>>;
  /** Start a simulator for each vendor whose settings are not there. */
  readonly simulators: boolean;
  /** Where simulators can be told what to do, by vendor; filled at the start. */
  readonly simulatorUrls: Readonly<Record<string, string>>;
  /** How long a vendor is waited for. */
  readonly vendorTimeoutMs: number;
  /** How long after that a request may still be done, so that "not there" counts only after it. */
  readonly vendorSettleMs: number;
  /** Undefined: mails are kept and not sent. */
  readonly smtpUrl: string | undefined;
  /** From whom mails come: an address, or a name with the address in angle brackets. */
  readonly mailFrom: string;
}

/** The sender of mails that leave the house nowhere. */
const UNSENT_FROM = 'Cloudtill <cloudtill@example.invalid>';

/** `a@example.com` or `Name <a@example.com>`, in one line. */
const SENDER = /^(?:[^<>\p{Cc}]*<([^<>\s]+)>|([^<>\s]+))$/u;

/** The address out of a sender. */
export function addressOf(sender: string): string {
  const [, named, bare] = SENDER.exec(sender) ?? [];
  return named ?? bare ?? '';
}

const port = z.coerce.number().int().min(0).max(65_535);

const schema = z.object({
  PORT: port.default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^\s/]+[^\s]*$/, 'must be a URL such as https://cloud.example.com')
    .optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional(),
  CLOUDTILL_DATA_DIR: z.string().min(1).default('./.cloudtill'),
  CLOUDTILL_MODE: z.enum(['sandbox', 'production']).optional(),
  CLOUDTILL_ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  CLOUDTILL_DEMO: z.enum(['on', 'off']).optional(),
  CLOUDTILL_SECRET_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  CLOUDTILL_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('warn'),
  CLOUDTILL_FAILPOINT: z
    .string()
    .regex(/^[a-z:-]+(:\d+)?$/)
    .optional(),
  CLOUDTILL_WORKER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(Math.min(4, availableParallelism() + 1)),
  BILLING_TIME_ZONE: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Athens').default('UTC'),
  ROUNDING: z.enum(ROUNDINGS).default('HALF_AWAY_FROM_ZERO'),
  CLOUDTILL_SIMULATORS: z.enum(['on', 'off']).optional(),
  VENDOR_TIMEOUT_MS: z.coerce.number().int().min(100).max(120_000).optional(),
  VENDOR_SETTLE_MS: z.coerce.number().int().min(100).max(3_600_000).optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/(?:[^\s/@]+@)?[^\s/@:]+(?::\d+)?(?:[/?]|$)/, 'must be a URL such as smtps://user:password@mail.example.com:465')
    .optional(),
  MAIL_FROM: z
    .string()
    .refine((from) => z.email().safeParse(addressOf(from)).success, 'must be an address such as Cloud Services <cloud@example.com>')
    .optional(),
});

/** Says every fault of the settings at once, so that nobody mends them one start at a time. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`the settings are not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** @throws ConfigError with all faults */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const known = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]));
  const read = schema.safeParse(known);
  const faults = read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (!read.success) throw new ConfigError(faults);
  const settings = read.data;
  // Without a database of one's own this is somebody trying the product out.
  const mode = settings.CLOUDTILL_MODE ?? (settings.DATABASE_URL ? 'production' : 'sandbox');
  if (mode === 'production' && !settings.CLOUDTILL_SECRET_KEY) faults.push('CLOUDTILL_SECRET_KEY: is required in production');
  if (mode === 'production' && settings.CLOUDTILL_DEMO === 'on')
    faults.push('CLOUDTILL_DEMO: demo data is for the sandbox; set CLOUDTILL_MODE=sandbox or leave it out');
  if (mode === 'production' && settings.CLOUDTILL_SIMULATORS === 'on') faults.push('CLOUDTILL_SIMULATORS: simulators are for the sandbox; leave it out');
  const vendorSettings = readVendorSettings(env, faults);
  if (settings.SMTP_URL && !settings.MAIL_FROM) faults.push('MAIL_FROM: is required with SMTP_URL');
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    port: settings.PORT,
    host: settings.HOST,
    publicUrl: (settings.PUBLIC_URL ?? `http://${settings.HOST}:${settings.PORT}`).replace(/\/$/, ''),
    databaseUrl: settings.DATABASE_URL,
    dataDir: resolve(settings.CLOUDTILL_DATA_DIR),
    mode,
    role: settings.CLOUDTILL_ROLE,
    demo: mode === 'sandbox' && settings.CLOUDTILL_DEMO !== 'off',
    billingTimeZone: settings.BILLING_TIME_ZONE,
    rounding: settings.ROUNDING,
    logLevel: settings.CLOUDTILL_LOG_LEVEL,
    failpoint: mode === 'sandbox' ? settings.CLOUDTILL_FAILPOINT : undefined,
    workerConcurrency: settings.CLOUDTILL_WORKER_CONCURRENCY,
    vendorSettings,
    simulators: mode === 'sandbox' && settings.CLOUDTILL_ROLE === 'all' && settings.CLOUDTILL_SIMULATORS !== 'off',
    simulatorUrls: {},
    // People who try things out do not want to wait as long as one should for a vendor that is far away.
    vendorTimeoutMs: settings.VENDOR_TIMEOUT_MS ?? (mode === 'sandbox' ? 5_000 : 30_000),
    vendorSettleMs: settings.VENDOR_SETTLE_MS ?? (mode === 'sandbox' ? 10_000 : 120_000),
    secretKey: settings.CLOUDTILL_SECRET_KEY,
    smtpUrl: settings.SMTP_URL,
    mailFrom: settings.MAIL_FROM ?? UNSENT_FROM,
  };
}

/** Adapters name their own settings. Some of them without the others is a fault: nobody sets half a vendor on purpose. */
function readVendorSettings(env: NodeJS.ProcessEnv, faults: string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const { settings } of ADAPTERS) {
    for (const { name } of settings) if (env[name]) given[name] = env[name];
    const missing = settings.filter(({ name, required }) => required && !given[name]).map(({ name }) => name);
    const some = settings.some(({ name }) => given[name]);
    if (some) for (const name of missing) faults.push(`${name}: is required where other settings of this vendor are set`);
  }
  return given;
}
