/** Settings: what is taken, and that a wrong one is named, with all others that are wrong, before anything is started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { addressOf, ConfigError, readConfig } from '../src/platform/config.ts';

const SECRET = 'a secret of at least 32 characters';
const PRODUCTION = { DATABASE_URL: 'postgres://db/cloudtill', CLOUDTILL_SECRET_KEY: SECRET };

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
}

describe('settings', () => {
  it('nothing set is a sandbox with its demo on the bundled PostgreSQL', () => {
    expect(readConfig({})).toMatchObject({
      mode: 'sandbox',
      demo: true,
      role: 'all',
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      billingTimeZone: 'UTC',
    });
  });

  it('a database of one’s own is production, without the demo', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({ mode: 'production', demo: false });
    expect(readConfig({ ...PRODUCTION, CLOUDTILL_MODE: 'sandbox', CLOUDTILL_DEMO: 'off' })).toMatchObject({ mode: 'sandbox', demo: false });
  });

  it('an empty setting is one that is not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', BILLING_TIME_ZONE: '' })).toEqual(readConfig({}));
  });

  it('mails are captured unless there is a server to send them, and then from whom we say', () => {
    expect(readConfig({})).toMatchObject({ smtpUrl: undefined, mailFrom: 'Cloudtill <cloudtill@example.invalid>' });
    const from = 'Nordwind Wölke <cloud@example.com>';
    expect(readConfig({ SMTP_URL: 'smtps://u:p@mail.example.com', MAIL_FROM: from })).toMatchObject({
      smtpUrl: 'smtps://u:p@mail.example.com',
      mailFrom: from,
    });
    expect([addressOf(from), addressOf('a@example.com')]).toEqual(['cloud@example.com', 'a@example.com']);
  });

  it('a failpoint is for the sandbox', () => {
    expect(readConfig({ CLOUDTILL_FAILPOINT: 'run:after-batch' }).failpoint).toBe('run:after-batch');
    expect(readConfig({ ...PRODUCTION, CLOUDTILL_FAILPOINT: 'run:after-batch' }).failpoint).toBeUndefined();
  });

  it.each([
    ['PORT', 'web'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['DATABASE_URL', 'mysql://db/cloudtill'],
    ['DATABASE_URL', 'db/cloudtill'],
    ['CLOUDTILL_MODE', 'staging'],
    ['CLOUDTILL_ROLE', 'web'],
    ['CLOUDTILL_DEMO', 'yes'],
    ['CLOUDTILL_LOG_LEVEL', 'loud'],
    ['CLOUDTILL_FAILPOINT', 'rm -rf'],
    ['CLOUDTILL_WORKER_CONCURRENCY', '0'],
    ['CLOUDTILL_SECRET_KEY', 'short'],
    ['BILLING_TIME_ZONE', 'Mars/Olympus'],
    ['ROUNDING', 'DOWN'],
    ['SMTP_URL', 'mail.example.com'],
    ['SMTP_URL', 'smtp://'],
    ['MAIL_FROM', 'nobody'],
    ['MAIL_FROM', 'Eve <eve@example.com>\r\nBcc: all@example.com'],
    ['MAIL_FROM', 'a@example.com, b@example.com'],
  ])('%s=%s is refused by its name', (name, value) => {
    expect(faultsOf({ ...PRODUCTION, CLOUDTILL_MODE: 'sandbox', [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: .{5,}`))]);
  });

  it.each([
    ['production without a secret', { DATABASE_URL: 'postgres://db/cloudtill' }, ['CLOUDTILL_SECRET_KEY: is required in production']],
    ['a mail server without a sender', { SMTP_URL: 'smtp://mail.example.com' }, ['MAIL_FROM: is required with SMTP_URL']],
    ['demo data in production', { ...PRODUCTION, CLOUDTILL_DEMO: 'on' }, [expect.stringContaining('CLOUDTILL_DEMO: demo data is for the sandbox')]],
  ])('%s is refused', (_, env, faults) => {
    expect(faultsOf(env)).toEqual(faults);
  });

  it('all faults are said at once', () => {
    expect(faultsOf({ PORT: 'x', ROUNDING: 'x', BILLING_TIME_ZONE: 'x' }).map((fault) => fault.split(':')[0])).toEqual([
      'PORT',
      'BILLING_TIME_ZONE',
      'ROUNDING',
    ]);
  });

  it('no secret is repeated in a message', () => {
    expect(faultsOf({ ...PRODUCTION, CLOUDTILL_SECRET_KEY: 'hunter2', DATABASE_URL: 'mysql://root:hunter2@db' }).join()).not.toContain('hunter2');
  });
});

describe('a start', () => {
  const program = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));

  /** How it ended and what it said. */
  async function failed(env: NodeJS.ProcessEnv): Promise<{ code: number; said: string }> {
    const child = spawn(process.execPath, [program], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    const [code] = await once(child, 'close');
    return { code, said };
  }

  it('with wrong settings ends with what to mend, and nothing else', async () => {
    expect(existsSync(program)).toBe(true);
    const { code, said } = await failed({ PORT: 'web', CLOUDTILL_MODE: 'production' });
    expect(code).toBe(1);
    expect(said).toMatch(/^the settings are not usable:\n {2}PORT: .+\n$/);
  });

  it('without its database says so, and keeps the password to itself', async () => {
    const { code, said } = await failed({ ...PRODUCTION, DATABASE_URL: 'postgres://cloudtill:hunter2@127.0.0.1:1/none', CLOUDTILL_DATA_DIR: tmpdir() });
    expect(code).toBe(1);
    expect(said).toBe('the settings are not usable:\n  DATABASE_URL: the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1\n');
  });
});
