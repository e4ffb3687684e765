import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from './platform/config.ts';
import { armFailpoint } from './platform/failpoint.ts';
import { awaken, openApp } from './start.ts';
import { startTasks } from './tasks.ts';

const { config, databaseUrl } = workerData as { config: Config; databaseUrl: string };

armFailpoint(config.failpoint);
const app = await openApp(config, databaseUrl);
await awaken(app);
const worker = await startTasks(app);
parentPort!.postMessage('ready');
parentPort!.once('message', async () => {
  await worker.stop();
  await app.vendors.close();
  await app.listener.close();
  await app.database.close();
  process.exit(0);
});
