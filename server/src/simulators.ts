/** The vendors of a sandbox: a process each, told the time of the sandbox, gone when their parent is. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADAPTERS } from '@cloudtill/vendors/adapters';
import type { Config } from './platform/config.ts';
import type { Logger } from './platform/logger.ts';

/** What a simulator says when it listens. */
interface Ready {
  readonly code: string;
  readonly url: string;
  /** Settings with which an adapter finds it. */
  readonly connection: Readonly<Record<string, string>>;
}

export interface Simulators {
  /** The settings with which this process goes on. */
  readonly config: Config;
  setClock(now: Date): Promise<void>;
  stop(): Promise<void>;
}

/** How long a simulator may take to listen; the first time it makes its certificates. */
const START_MS = 20_000;

/** Starts a simulator for each vendor that nothing is set for. */
export async function startSimulators(config: Config, logger: Logger): Promise<Simulators> {
  const missing = ADAPTERS.filter(({ settings }) => !settings.some(({ name }) => config.vendorSettings[name]));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end));
  };
  try {
    const ready = await Promise.all(missing.map(({ code }) => startOne(code, config.dataDir, children)));
    for (const { child, code } of children.map((child, index) => ({ child, code: missing[index]!.code }))) {
      child.once('exit', (status, signal) => status !== 0 && signal !== 'SIGTERM' && logger.warn({ code, status, signal }, 'a simulator ended'));
    }
    return {
      config: {
        ...config,
        vendorSettings: Object.assign({}, config.vendorSettings, ...ready.map(({ connection }) => connection)) as Config['vendorSettings'],
        simulatorUrls: Object.fromEntries(ready.map(({ code, url }) => [code, url])),
      },
      async setClock(now) {
        await Promise.all(
          ready.map(({ url }) =>
            fetch(`${url}/__sim/clock`, { method: 'POST', body: JSON.stringify({ now: now.toISOString() }), signal: AbortSignal.timeout(2_000) }).catch(
              (error: Error) => logger.warn({ url, error: error.message }, 'a simulator was not told the time'),
            ),
          ),
        );
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startOne(code: string, dataDir: string, children: ChildProcess[]): Promise<Ready> {
  const child = fork(fileURLToPath(import.meta.resolve('@cloudtill/vendor-simulators/main')), [code.toLowerCase(), '--data', join(dataDir, 'simulators')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the simulator of ${code} did not start in ${START_MS} ms`)), START_MS);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve(message as Ready);
    });
    child.once('exit', (status) => {
      clearTimeout(timer);
      reject(new Error(`the simulator of ${code} ended with ${status} while starting`));
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    if (child.connected) child.disconnect();
    else child.kill('SIGTERM');
  });
}
