/** The README's tour and the recipes, run as they are written, on a sandbox with its demo business. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { runDocument } from './documents.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => (server = await startServer({ CLOUDTILL_DEMO: 'on' })));
afterAll(() => server.stop());

describe('documents that run', () => {
  it.each([

    'docs/recipes/change-licenses-safely.md','docs/recipes/reconcile-totals.md','docs/recipes/follow-a-job.md',
  ])('%s', async (document) => runDocument(document, { CLOUDTILL_URL: server.url }));
});
